"""What became of a report in a split mesh: when which node had it, in seconds and in words.

Only what the nodes' own API said counts. Times are seconds from the start of the story.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from meshdefense.demo.audience import Seat
from meshdefense.demo.plot import Plot

__all__ = ["Milestones", "captions", "crossing_summary", "milestones"]


@dataclass(frozen=True, slots=True)
class Milestones:
    """The way of the story's first report as far as it has come; None is not yet."""

    alert: str
    reported_s: float
    walker_s: float | None
    base_s: float | None
    known_s: float | None
    """When the reporter's node knew that the base holds it."""
    held_by: tuple[str, ...]
    """Whose nodes hold it, as the reporter's node knows."""

    def crossed(self, leaves_s: float) -> bool:
        """Whether the base got it, and from the walker: not before they had left."""
        if self.walker_s is None or self.base_s is None:
            return False
        return self.base_s > max(self.walker_s, leaves_s)


def milestones(
    plot: Plot, seats: Mapping[str, Seat], reports: Mapping[str, float], began: float
) -> Milestones | None:
    """None for a story without a crossing, and before the first report.

    `reports` has the moment of each request; it and `began` are in `time.monotonic` seconds.
    """
    roles = plot.crossing
    if roles is None or not reports:
        return None
    alert = next(iter(reports))
    walker = seats[roles.walker].shown.get(alert)
    base = seats[roles.base].shown.get(alert)
    holders = seats[roles.reporter].holders.get(alert, {})
    known = holders.get(plot.number(roles.base))
    return Milestones(
        alert,
        reports[alert] - began,
        None if walker is None else walker - began,
        None if base is None else base - began,
        None if known is None else known - began,
        tuple(one.handle for one in plot.cast if plot.number(one.handle) in holders),
    )


def captions(plot: Plot, reached: Milestones | None, language: str) -> list[str]:
    """A line for each thing that has happened, with its time; in the order of the story."""
    roles = plot.crossing
    if roles is None or reached is None:
        return []
    times = (reached.reported_s, reached.walker_s, reached.base_s, reached.known_s)
    return [
        f"{int(at) // 60}:{int(at) % 60:02d} {words[language == 'es']}"
        for at, words in zip(times, roles.words, strict=True)
        if at is not None
    ]


def crossing_summary(plot: Plot, reached: Milestones | None) -> dict[str, Any]:
    """The milestones for programs, rounded; `crossed` says whether the story came true."""
    if plot.crossing is None or reached is None:
        return {"crossed": False}
    return {
        "alert": reached.alert,
        "reported_s": _rounded(reached.reported_s),
        "walker_s": _rounded(reached.walker_s),
        "base_s": _rounded(reached.base_s),
        "base_known_s": _rounded(reached.known_s),
        "held_by": list(reached.held_by),
        "crossed": reached.crossed(plot.crossing.leaves_s),
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
