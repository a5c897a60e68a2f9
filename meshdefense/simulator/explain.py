"""The life of one alert in one run, as lines for people.

Watches the run and writes down what concerns the alert: each time it was on the air and what
came of that at whoever lacked it, what nodes without it said of their holdings, power, and
when it was complete. Times are seconds since it was issued.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from meshdefense.air import packets as air
from meshdefense.air.flooding import ATTEMPTS
from meshdefense.air.scenario import Scenario, nearest
from meshdefense.simulator.onlooker import Sent
from meshdefense.simulator.record import Content
from meshdefense.simulator.runs import play
from meshdefense.simulator.sizes import Sizes
from meshdefense_protocol.items import Item, ItemId
from meshdefense_protocol.transport import Fate

__all__ = ["Diary", "UnknownAlertError", "explain"]

_CAUSES: Final = {
    "collided": "collision",
    "weak": "too weak",
    "deaf": "was transmitting",
    "lost": "lost",
    "off": "off",
    "cut short": "the sender went off",
}
_FATES: Final = {
    Fate.HEARD: "'s radio heard somebody relay it",
    Fate.UNHEARD: "'s radio gave up: it heard nobody relay it",
}


class UnknownAlertError(LookupError):
    """The scenario has no alert of that id; the text names the nearest."""


def explain(
    scenario: Scenario,
    alert: str,
    seed: int | None = None,
    *,
    run: int = 0,
    sizes: Sizes = Sizes.SCENARIO,
) -> list[str]:
    """Play run number `run` and tell what became of `alert`. Raises UnknownAlertError."""
    known = [traffic.name for traffic in scenario.traffic if traffic.kind == "alert"]
    if alert not in known:
        hint = nearest(alert, known) if known else "; it has none at all"
        raise UnknownAlertError(f"{scenario.name} has no alert {alert!r}{hint}")
    diary = Diary([station.name for station in scenario.stations], alert)
    play(scenario, seed, run=run, sizes=sizes, onlooker=diary)
    return list(diary.lines(scenario.duration_s))


@dataclass(slots=True)
class _Airing:
    """One transmission, and what came of it at those who lacked the alert."""

    text: str
    heard: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    had_it: int = 0
    told: bool = True
    """Of a digest: whether somebody who has the alert heard it; else it is left out."""

    def __str__(self) -> str:
        parts = [self.text]
        if self.heard:
            parts.append(f"heard by {', '.join(self.heard)}")
        if self.missed:
            parts.append(f"missed by {', '.join(self.missed)}")
        if self.had_it:
            parts.append(f"{self.had_it} that heard it had it already")
        return "; ".join(parts)


class Diary:
    """An onlooker of a run: writes down what concerns one alert."""

    def __init__(self, names: list[str], alert: str) -> None:
        self._names = names
        self._alert = alert
        self._item: ItemId | None = None
        self._issued = 0.0
        self._author = -1
        self._holders: dict[int, float] = {}
        self._entries: list[tuple[float, _Airing | str]] = []
        self._open: dict[tuple[int, int], _Airing] = {}
        self._aired: dict[int, int] = {}
        """How often the origin transmitted each packet."""

    def lines(self, end: float) -> Iterator[str]:
        """The whole story; `end` is when the run ended."""
        if self._item is None:
            yield f"{self._alert} was never issued: its node was off, or its engine refused it"
            return
        yield f"{self._alert} is item {self._item}, issued at {self._issued:.1f} s"
        for at, entry in self._entries:
            if isinstance(entry, str) or entry.told:
                yield f"t+{at - self._issued:.1f} s  {entry}"
        lacking = [n for i, n in enumerate(self._names) if i not in self._holders]
        if lacking:
            yield f"not complete after {end - self._issued:.0f} s: {', '.join(lacking)} lack it"
        else:
            yield f"complete at t+{max(self._holders.values()) - self._issued:.1f} s"

    # -- what the kernel tells ---------------------------------------------------------------

    def said(self, at: float, node: int, alert: str, item: Item) -> None:
        """An alert was issued."""
        if alert == self._alert:
            self._item, self._issued, self._author = item.id, at, node
            self._holders[node] = at
            self._note(at, f"{self._names[node]} issued it")

    def accepted(self, at: float, node: int, item: Item) -> None:
        """A node has an item."""
        if item.id == self._item and node not in self._holders:
            self._holders[node] = at
            if len(self._holders) == len(self._names):
                self._note(at, f"{self._names[node]} has it, the last one")

    def transmitted(
        self, at: float, node: int, sent: Sent, packet: air.Packet, air_s: float
    ) -> None:
        """A copy of a packet begins."""
        if self._item is None or sent.frame is None:
            return
        size = f"{len(packet.payload)} B, {air_s:.2f} s"
        if self._item in sent.frame.items:
            what = self._what(node, sent, packet)
            airing = _Airing(f"{self._names[node]} {what} (hop limit {packet.hop_limit}, {size})")
        elif sent.content is Content.DIGEST and node not in self._holders:
            text = f"{self._names[node]} said in a digest what it holds, without this ({size})"
            airing = _Airing(text, told=False)
        else:
            return
        self._open[node, packet.identifier] = airing
        self._entries.append((at, airing))

    def ended(
        self, at: float, node: int, sent: Sent, packet: air.Packet, cause: str | None, snr: float
    ) -> None:
        """It ended at a receiver."""
        airing = self._open.get((packet.relay, packet.identifier))
        if airing is None or sent.frame is None:
            return
        name, has_it = self._names[node], node in self._holders
        if self._item not in sent.frame.items:  # a digest: only those who can help count
            if cause is None and has_it:
                airing.told = True
                airing.heard.append(name)
        elif cause is not None:
            if not has_it:
                airing.missed.append(f"{name} ({_CAUSES.get(cause, cause)})")
        elif has_it:
            airing.had_it += 1
        else:
            airing.heard.append(f"{name} ({snr:+.0f} dB)")

    def power(self, at: float, node: int, on: bool) -> None:
        """A node was switched."""
        if self._item is not None and node not in self._holders:
            self._note(at, f"{self._names[node]} is {'on again' if on else 'off'}")

    def fate(self, at: float, node: int, sent: Sent, fate: Fate, detail: str) -> None:
        """A node's own radio said what became of a frame."""
        if sent.frame is None or self._item not in sent.frame.items:
            return
        if fate is Fate.REFUSED:
            self._note(at, f"{self._names[node]}'s radio refused it: {detail}")
        elif fate in _FATES:
            self._note(at, self._names[node] + _FATES[fate])

    # -- inside ------------------------------------------------------------------------------

    def _what(self, node: int, sent: Sent, packet: air.Packet) -> str:
        if node != sent.station:
            return "relayed it"
        times = self._aired[packet.identifier] = self._aired.get(packet.identifier, 0) + 1
        if sent.content is Content.REPAIR:
            return "sent it again for a neighbour who lacks it"
        return "put it on the air" if times == 1 else f"repeated it, {times} of {ATTEMPTS}"

    def _note(self, at: float, text: str) -> None:
        self._entries.append((at, text))
