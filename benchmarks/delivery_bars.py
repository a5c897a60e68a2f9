"""What is promised of delivery, with the figures that say whether it is kept.

A time that is None is "never" and breaks its bar.
"""

from __future__ import annotations

import math
from typing import Any, Final

from benchmarks.harness import Bar

__all__ = ["DENSE", "GUIDE", "bars_of", "idle_bars", "real_bars"]

DENSE: Final = ("base-and-patrols", "burst-20", "dense-block", "neighbourhood-40")
"""Where flooding by itself reaches nearly everybody: there we must not be slower or louder."""
GUIDE: Final = {
    "dense-block": (99.9, 275),
    "neighbourhood-40": (98.4, 881),
    "split-and-ferry": (48.7, 42),
    "long-absence": (88.8, 116),
    "lossy-chain": (43.2, 59),
    "burst-20": (99.4, 267),
    "base-and-patrols": (97.2, 1404),
}
"""Delivery in per cent and air time in seconds of flooding, as the scenarios' guide has them."""

Found = dict[str, dict[str, Any]]
"""By scenario and way."""


def bars_of(found: Found) -> list[Bar]:
    """All bars that the scenarios at hand allow to be judged."""
    bars = []
    for name, ways in found.items():
        ours, flooding = ways["engine"], ways["flooding"]
        bars += _delivered(name, ours)
        if name in DENSE:
            for time in ("t50", "t90"):
                ratio = _ratio(ours[f"{time}_s"], flooding[f"{time}_s"])
                bars.append(Bar(f"{name}: {time} to flooding's", ratio, 1.1, "times"))
            ratio = _ratio(ours["air_s"], flooding["air_s"])
            bars.append(Bar(f"{name}: air time of everything to flooding's", ratio, 1.15, "times"))
        bars += _own_kind(name, ours, flooding)
    for name, ways in found.items():
        delivery, air_s = GUIDE[name]
        flooding = ways["flooding"]
        off = abs(100 * flooding["delivery"] - delivery)
        bars.append(Bar(f"{name}: flooding's delivery off the guide's", off, 3, "points"))
        off = 100 * abs(flooding["air_s"] / air_s - 1)
        bars.append(Bar(f"{name}: flooding's air time off the guide's", off, 10, "%"))
    return bars


def real_bars(found: Found) -> list[Bar]:
    """With signed items at their real size: delivery as ever, costs are only reported."""
    return [bar for name, ways in found.items() for bar in _delivered(name, ways["engine"])]


def idle_bars(idle: dict[str, dict[str, float]]) -> list[Bar]:
    """Of an hour without news."""
    return [
        Bar(f"idle {what}: {label}", 100 * one[key], 0.5, "% of channel time")
        for what, one in idle.items()
        for label, key in (
            ("digests of all nodes", "sum_share"),
            ("digests in the busiest ear", "ear_share"),
        )
    ]


def _delivered(name: str, ours: dict[str, Any]) -> list[Bar]:
    return [
        Bar(f"{name}: delivery", 100 * ours["delivery"], 99.9, "%", at_least=True),
        Bar(f"{name}: worst run", 100 * ours["delivery_worst"], 99, "%", at_least=True),
        Bar(f"{name}: reached everybody", 100 * ours["full"], 99, "% of alerts", at_least=True),
        Bar(f"{name}: items shown twice", ours["shown_twice"], 0, "items"),
    ]


def _own_kind(name: str, ours: dict[str, Any], flooding: dict[str, Any]) -> list[Bar]:
    """What only one kind of scenario has: positions, an absence, a walker."""
    bars = []
    if ours["freshness"] is not None:
        ratio = _ratio(ours["freshness"]["median_s"], flooding["freshness"]["median_s"])
        bars.append(Bar(f"{name}: age of positions to flooding's", ratio, 1.1, "times"))
    if ours["catch_up"] is not None:
        for what, key, limit in (("90 %", "to_90", 60), ("all", "to_100", 300)):
            for which in ("median", "worst"):
                value = _or_never(ours["catch_up"][key][f"{which}_s"])
                bars.append(Bar(f"{name}: {what} of the missed, {which} run", value, limit, "s"))
    for one in ours["crossings"]:
        value = _or_never(one["after_arrival"]["worst_s"])
        what = f"{name}: {one['group']}'s group complete, from the walker's arrival, worst run"
        bars.append(Bar(what, value, 120, "s"))
    return bars


def _ratio(ours: float | None, flooding: float | None) -> float:
    """0 where flooding never gets there: nobody can be slower than that."""
    if flooding is None:
        return 0.0
    return _or_never(ours) / flooding


def _or_never(value: float | None) -> float:
    return math.inf if value is None else value
