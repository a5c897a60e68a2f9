"""Series of runs as a table for people and as JSON for programs. Text only; nothing prints."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from meshdefense.simulator.metrics import Freshness, RunMetrics
from meshdefense.simulator.runs import Series

__all__ = ["details", "heading", "json_of", "row"]

_COLUMNS = "{:<17} {:<8} {:>11} {:>11} {:>18} {:>14} {:>13} {:>8}"


def heading() -> str:
    """The table's first line; `row` gives the others."""
    return _COLUMNS.format(
        "scenario", "with", "delivery %", "full %", "t50/t90/t100 s", "air time s", "packets",
        "CPU s/nh",
    )  # fmt: skip


def row(name: str, series: Series) -> str:
    """One line: means over the runs, with the standard deviation where there are several."""
    return _COLUMNS.format(
        series.scenario.name,
        name,
        _mean(series, lambda one: 100 * one.delivery, 1),
        _mean(series, lambda one: 100 * one.full, 0),
        " / ".join(_seconds(value) for value in series.median_spread_s()),
        _mean(series, lambda one: one.total_air_s, 0),
        _mean(series, lambda one: one.transmissions, 0),
        f"{series.mean(lambda one: one.cpu_s_per_node_hour):.4f}",
    )


def details(series: Series) -> list[str]:
    """What the table has no room for, a line each."""
    labels = list(dict.fromkeys(label for one in series.runs for label in one.air_s))
    spent = [
        f"{label} {sum(one.air_s.get(label, 0.0) for one in series.runs) / len(series.runs):.0f}"
        for label in labels
    ]
    lines = [f"air time by content, s: {', '.join(spent)}"]
    mean = series.mean(lambda one: one.utilisation[0])
    highest = series.mean(lambda one: one.utilisation[1])
    lines.append(
        f"channel utilisation {mean:.1f} % in the mean, {highest:.0f} % at most; busiest node "
        f"on the air {100 * series.mean(lambda one: one.busiest):.2f} % of the time"
    )
    lines += _catch_up(series)
    fresh = [one.freshness for one in series.runs if one.freshness is not None]
    if fresh:
        lines.append(_fresh(fresh))
    twice = sum(one.shown_twice for one in series.runs)
    if twice:
        lines.append(f"SHOWN TWICE: {twice} items")
    refused = sorted({reason for one in series.runs for reason in one.refused})
    if refused:
        counts = [sum(one.refused.get(reason, 0) for one in series.runs) for reason in refused]
        each = [
            f"{reason} {count / len(series.runs):.1f}"
            for reason, count in zip(refused, counts, strict=True)
        ]
        lines.append(f"did not go out: {', '.join(each)}")
    return lines


def json_of(name: str, series: Series) -> dict[str, Any]:
    """Everything, run by run; what is never or unknown is null."""
    return {
        "scenario": series.scenario.name,
        "with": name,
        "runs": [_clean(_run(one)) for one in series.runs],
        "mean": _clean(
            {
                "delivery": series.mean(lambda one: one.delivery),
                "full": series.mean(lambda one: one.full),
                "t50_t90_t100_s": series.median_spread_s(),
                "air_s": series.mean(lambda one: one.total_air_s),
                "transmissions": series.mean(lambda one: one.transmissions),
            }
        ),
    }


def _run(one: RunMetrics) -> dict[str, Any]:
    return {**asdict(one), "total_air_s": one.total_air_s, "transmissions": one.transmissions}


def _clean(value: Any) -> Any:
    """JSON has no infinity."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _clean(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(inner) for inner in value]
    return value


def _mean(series: Series, value: Any, digits: int) -> str:
    mean, spread = series.mean(value), series.spread(value)
    if math.isnan(mean):
        return "-"
    return f"{mean:.{digits}f}" + (f" ±{spread:.{digits}f}" if len(series.runs) > 1 else "")


def _seconds(value: float) -> str:
    if math.isnan(value):
        return "-"
    return "never" if math.isinf(value) else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def _catch_up(series: Series) -> list[str]:
    nodes = list(dict.fromkeys(one.node for run in series.runs for one in run.catch_up))
    lines = []
    for node in nodes:
        found = [one for run in series.runs for one in run.catch_up if one.node == node]
        missed = sum(one.missed for one in found)
        share = 100 * sum(one.held for one in found) / missed if missed else math.nan
        times = [sorted(one.to_90_s for one in found), sorted(one.to_100_s for one in found)]
        middle = [_seconds(each[len(each) // 2]) for each in times]
        lines.append(
            f"catch-up of {node}: {share:.0f} % of {missed / len(series.runs):.0f} alerts missed; "
            f"90 % after {middle[0]} s, all after {middle[1]} s"
        )
    return lines


def _fresh(fresh: list[Freshness]) -> str:
    count = len(fresh)
    reached = sum(one.reached for one in fresh) / count
    median = sum(one.median_s for one in fresh) / count
    late = sum(one.p95_s for one in fresh) / count
    return (
        f"positions: {100 * reached:.1f} % reach the base; age {median:.0f} s median, "
        f"{late:.0f} s at the 95th percentile"
    )
