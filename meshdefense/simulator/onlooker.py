"""What a run shows to whoever wants to watch it while it goes on.

Times are seconds from the start, nodes are indices into the scenario's stations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from meshdefense.air.packets import Packet
from meshdefense.simulator.record import Content
from meshdefense_protocol.items import Item
from meshdefense_protocol.transport import Fate, OutgoingFrame

__all__ = ["Onlooker", "Sent"]


@dataclass(frozen=True, slots=True)
class Sent:
    """A packet that some node gave to its radio."""

    station: int
    content: Content
    name: str
    """What is in it, for traces: items, or the kind and a number."""
    frame: OutgoingFrame | None
    """None for the firmware's own telemetry."""
    life: int


class Onlooker(Protocol):
    """Whoever wants to see a run while it goes on, such as `explain`."""

    def transmitted(self, at: float, node: int, sent: Sent, packet: Packet, air_s: float) -> None:
        """A copy of a packet begins."""

    def ended(
        self, at: float, node: int, sent: Sent, packet: Packet, cause: str | None, snr: float
    ) -> None:
        """It ended at a receiver: received when `cause` is None, else lost for that reason."""

    def said(self, at: float, node: int, alert: str, item: Item) -> None:
        """An alert was issued."""

    def accepted(self, at: float, node: int, item: Item) -> None:
        """A node has an item."""

    def power(self, at: float, node: int, on: bool) -> None:
        """A node was switched."""

    def fate(self, at: float, node: int, sent: Sent, fate: Fate, detail: str) -> None:
        """A node's own radio said what became of a frame."""
