"""What happened in one run, as counts and times; metrics are computed from it afterwards.

Both ways of running a scenario, with engines and by flooding alone, write the same record.
Times are seconds from the start of the run, sizes bytes as handed to the radio.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from meshdefense.air.scenario import Scenario

__all__ = ["UTILISATION_EVERY_S", "Content", "Record"]

UTILISATION_EVERY_S: Final = 60.0
"""The firmware's channel utilisation covers a minute."""


class Content(Enum):
    """What a packet on the air was for."""

    ALERT = "alerts"
    POSITION = "positions"
    TELEMETRY = "telemetry"
    DIGEST = "digests"
    REPAIR = "repairs"
    OTHER = "other"


@dataclass(slots=True)
class Record:
    """One run, while it goes on and after it."""

    scenario: Scenario
    alerts: dict[str, float] = field(default_factory=dict)
    """When each alert was issued, by its id."""
    authors: dict[str, int] = field(default_factory=dict)
    """Index of the node that issued it."""
    arrivals: dict[str, dict[int, float]] = field(default_factory=dict)
    """By alert: when each other node had it."""
    refused: Counter[str] = field(default_factory=Counter)
    """Sayings that did not go out at all, by reason."""
    positions_said: Counter[int] = field(default_factory=Counter)
    positions_known: dict[int, list[tuple[float, float]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """By node: when the base got a position of it, and when that was said."""
    air_s: dict[tuple[Content, bool], float] = field(default_factory=lambda: defaultdict(float))
    """By content, and whether a relay sent it."""
    packets: Counter[tuple[Content, bool]] = field(default_factory=Counter)
    bytes_sent: Counter[Content] = field(default_factory=Counter)
    node_air_s: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    utilisation: list[tuple[float, float]] = field(default_factory=list)
    """Mean and highest of all nodes, per cent, once a minute."""
    shown_twice: int = 0
    """Items that a node accepted a second time, in one life or another."""
    came_back: list[tuple[int, float, float]] = field(default_factory=list)
    """Node, when it went off, and when it was on again."""
    events: int = 0
    """Steps of the event loop."""
    idle_wakeups: int = 0
    """Times at which an engine asked to be called at once, again, with nothing to do."""
    operations: Counter[str] = field(default_factory=Counter)
    """Cryptography that the stand-in stood in for."""
    rejected: Counter[str] = field(default_factory=Counter)
    """Frames and items that engines dropped, by reason."""
    air_counters: Counter[str] = field(default_factory=Counter)
    """What became of packets at their receivers."""
    trace: str = ""
    """Hash over everything that happened."""
    cpu_s: float = 0.0

    def said(self, alert: str, node: int, at: float) -> None:
        """An alert was issued."""
        self.alerts[alert] = at
        self.authors[alert] = node
        self.arrivals.setdefault(alert, {})

    def arrived(self, alert: str, node: int, at: float) -> None:
        """A node that is not its author has an alert; only the first time counts."""
        if node != self.authors[alert]:
            self.arrivals[alert].setdefault(node, at)

    def transmitted(
        self, content: Content, node: int, size: int, air_s: float, *, relayed: bool
    ) -> None:
        """A packet went on the air."""
        self.air_s[content, relayed] += air_s
        self.packets[content, relayed] += 1
        self.bytes_sent[content] += size
        self.node_air_s[node] += air_s
