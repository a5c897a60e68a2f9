"""Runs of one scenario as the figures that the page of benchmarks/delivery shows.

Times are seconds, shares 0 to 1. "Never" is None, so that the file is JSON for everybody.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from benchmarks.delivery_runs import Idle, Run
from meshdefense.simulator.metrics import RunMetrics
from meshdefense.simulator.runs import Series
from meshdefense.simulator.shipped import load

__all__ = ["CURVE_POINTS", "curve_times", "idle_summary", "summary"]

CURVE_POINTS: Final = 120
CURVE_FROM_S: Final = 0.5


def curve_times(duration_s: float) -> list[float]:
    """Moments of the curve of reach: evenly spread on a logarithmic axis."""
    ratio = duration_s / CURVE_FROM_S
    steps = CURVE_POINTS - 1
    return [round(CURVE_FROM_S * ratio ** (n / steps), 3) for n in range(CURVE_POINTS)]


def summary(name: str, runs: Sequence[Run]) -> dict[str, Any]:
    """Everything that is reported of a scenario played one way."""
    scenario = load(name)
    metrics = [run.metrics for run in runs]
    series = Series(scenario, tuple(metrics))
    pairs = sum(len(one.spread_s) for one in metrics) * (len(scenario.stations) - 1)
    waits = sorted(wait for run in runs for alert in run.waits_s for wait in alert)
    t50, t90, t100 = series.median_spread_s()
    return {
        "delivery": series.mean(lambda one: one.delivery),
        "delivery_worst": min(one.delivery for one in metrics),
        "full": series.mean(lambda one: one.full),
        "full_worst": min(one.full for one in metrics),
        "t50_s": _known(t50),
        "t90_s": _known(t90),
        "t100_s": _known(t100),
        "air_s": series.mean(lambda one: one.total_air_s),
        "air_sd_s": series.spread(lambda one: one.total_air_s),
        "air_by_content_s": _by_label(metrics, lambda one: one.air_s),
        "transmissions": series.mean(lambda one: one.transmissions),
        "transmissions_by_content": _by_label(metrics, lambda one: one.packets),
        "digest_bytes": series.mean(lambda one: one.digest_bytes),
        "utilisation_mean": series.mean(lambda one: one.utilisation[0]) / 100,
        "utilisation_highest_minute": max(one.utilisation[1] for one in metrics) / 100,
        "busiest_node": series.mean(lambda one: one.busiest),
        "shown_twice": sum(one.shown_twice for one in metrics),
        "did_not_go_out": _by_label(metrics, lambda one: one.refused),
        "catch_up": _catch_up(metrics),
        "freshness": _freshness(metrics),
        "crossings": _crossings(runs),
        "reach_times_s": curve_times(scenario.duration_s),
        "reach": _reach(waits, pairs, curve_times(scenario.duration_s)),
        "cpu_s_per_node_hour": series.mean(lambda one: one.cpu_s_per_node_hour),
        "cpu_us_per_reception": 1e6
        * sum(run.spent_s for run in runs)
        / max(1, sum(one.receptions.get("received", 0) for one in metrics)),
        "idle_wakeups": series.mean(lambda one: one.idle_wakeups),
    }


def idle_summary(runs: Sequence[Idle]) -> dict[str, Any]:
    """Digests of an hour without news; mean and worst run."""
    return {
        "digests": statistics.fmean(one.digests for one in runs),
        "sum_share": statistics.fmean(one.sum_share for one in runs),
        "sum_share_worst": max(one.sum_share for one in runs),
        "ear_share": statistics.fmean(one.ear_share for one in runs),
        "ear_share_worst": max(one.ear_share for one in runs),
    }


def _reach(waits: Sequence[float], pairs: int, times: Iterable[float]) -> list[float]:
    """Share of all pairs of an alert and a receiver that were done by each moment."""
    found, done = [], 0
    for moment in times:
        while done < len(waits) and waits[done] <= moment:
            done += 1
        found.append(round(done / pairs, 5) if pairs else 0.0)
    return found


def _by_label(
    metrics: Sequence[RunMetrics], table: Callable[[RunMetrics], dict[str, Any]]
) -> dict[str, float]:
    labels = dict.fromkeys(label for one in metrics for label in table(one))
    return {
        label: math.fsum(table(one).get(label, 0) for one in metrics) / len(metrics)
        for label in labels
    }


def _catch_up(metrics: Sequence[RunMetrics]) -> dict[str, Any] | None:
    found = [one for run in metrics for one in run.catch_up]
    if not found:
        return None
    return {
        "missed": statistics.fmean(one.missed for one in found),
        "held": sum(one.held for one in found) / max(1, sum(one.missed for one in found)),
        "to_90": _middle_and_worst([one.to_90_s for one in found]),
        "to_100": _middle_and_worst([one.to_100_s for one in found]),
    }


def _freshness(metrics: Sequence[RunMetrics]) -> dict[str, float] | None:
    found = [one.freshness for one in metrics if one.freshness is not None]
    if not found:
        return None
    return {
        "reached": statistics.fmean(one.reached for one in found),
        "median_s": statistics.fmean(one.median_s for one in found),
        "p95_s": statistics.fmean(one.p95_s for one in found),
    }


def _crossings(runs: Sequence[Run]) -> list[dict[str, Any]]:
    found = []
    for each in zip(*(run.crossings for run in runs), strict=True):
        found.append(
            {
                "group": each[0].group,
                "arrival_s": each[0].arrival_s,
                "contact_s": each[0].contact_s,
                "after_arrival": _middle_and_worst([o.complete_at_s - o.arrival_s for o in each]),
                "after_contact": _middle_and_worst([o.complete_at_s - o.contact_s for o in each]),
            }
        )
    return found


def _middle_and_worst(times: Sequence[float]) -> dict[str, float | None]:
    ordered = sorted(times)
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    return {"median_s": _known(middle), "worst_s": _known(ordered[-1])}


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
