"""From the radio's facts to events: fates by the ledger, health by what changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from meshdefense.radio.base import (
    FrameFate,
    LinkState,
    RadioEvent,
    RadioHealth,
    RadioStatus,
    ReceivedFrame,
)
from meshdefense.radio.facts import Fact, HealthFact, NoticeFact, QueueFact, RoutingFact
from meshdefense.radio.ledger import FrameLedger
from meshdefense.radio.stock import StockText

__all__ = ["Translator"]


class Translator:
    """What is known of one connection: its frames and its health. Pure."""

    def __init__(self) -> None:
        self.ledger = FrameLedger()
        self.health = RadioHealth()
        self._told = self.health

    def begin(self, health: RadioHealth) -> None:
        """Start from what the handshake told; whoever opened the driver reads that by itself."""
        self.health = self._told = health

    def translate(self, fact: Fact, nodes_heard: int) -> list[RadioEvent]:
        """The events that a fact means; a RadioStatus only where the health changed."""
        match fact:
            case ReceivedFrame():
                return [fact, *self._tell(nodes_heard=nodes_heard)]
            case FrameFate() | StockText():
                return [fact]
            case QueueFact(packet_id, result, free, size):
                fates = self.ledger.queue_status(packet_id, result, free, size)
                fields: dict[str, Any] = {
                    "queue_free": free,
                    "queue_size": size,
                    "nodes_heard": nodes_heard,
                }
                if packet_id and free:
                    # One for each frame sent would drown the rest; the next status tells it.
                    self._update(**fields)
                    return [*fates]
                return [*fates, *self._tell(**fields)]
            case RoutingFact(packet_id, sender, error):
                # Only our own radio knows of relays; anybody with the key could claim them.
                # Of a direct text its recipient says that it has come.
                if sender not in (self.health.node_number, self.ledger.recipient(packet_id)):
                    return []
                return [*self.ledger.routing(packet_id, error)]
            case HealthFact(told):
                return self._tell(**told)
            case NoticeFact(text):
                return [RadioStatus(LinkState.READY, f"the radio says: {text}", self.health)]

    def _update(self, **fields: Any) -> None:
        self.health = replace(self.health, **fields)

    def _tell(self, **fields: Any) -> list[RadioEvent]:
        self._update(**fields)
        if self.health == self._told:
            return []
        self._told = self.health
        return [RadioStatus(LinkState.READY, "", self.health)]
