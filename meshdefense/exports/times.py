"""After-action times: how long each step took from the report on, over many alerts.

Times come from what people said, by their clocks where those can be right; an alert whose times
contradict each other is left out and counted. First on scene is the first person who said "on
scene" about the alert; a verdict is a step of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from meshdefense.exports.incidents import Incident, stamp
from meshdefense.exports.words import STEPS, TIMES, minutes
from meshdefense_protocol.words import RESPONSES

__all__ = ["Steps", "Summary", "percentile", "steps_of", "summary", "times_lines"]

YARDSTICK_S: Final = (300.0, 420.0)
"""In so many seconds, networks of this kind want to reach any place."""
_ON_SCENE: Final = RESPONSES.code("on-scene")


@dataclass(frozen=True, slots=True)
class Steps:
    """Seconds from the report of one alert to each step that was taken."""

    incident: Incident
    after_s: Mapping[str, float]
    """By the names of STEPS."""
    uncertain: bool
    """Whether a clock was wrong: a step before the report, or a time that cannot be."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Over many alerts: seconds by step, and how many of them there were."""

    count: int = 0
    left_out: int = 0
    median_s: Mapping[str, float] = field(default_factory=dict)
    p90_s: Mapping[str, float] = field(default_factory=dict)
    taken: Mapping[str, int] = field(default_factory=dict)
    on_scene_within: tuple[int, int] = (0, 0)
    """In 5 and in 7 minutes."""


def steps_of(incidents: Sequence[Incident], events: Iterable[Mapping[str, Any]]) -> list[Steps]:
    """The steps of each alert, by its row and by the rows of the timeline about it."""
    about: dict[str, list[Mapping[str, Any]]] = {}
    for event in events:
        if event["about"] is not None:
            about.setdefault(event["about"], []).append(event)
    return [_steps(one, about.get(one.item, [])) for one in incidents]


def _steps(one: Incident, events: Sequence[Mapping[str, Any]]) -> Steps:
    def first(kind: str) -> float | None:
        return min((e["at"] for e in events if e["kind"] == kind and _goes(e)), default=None)

    at = {
        "dispatched": first("dispatch"),
        "verdict": first("verdict"),
        "verified": one.verified_at,
        "broadcast": one.broadcast_at,
        "on_scene": first("respond"),
        "closed": one.ended_at if one.state == "closed" else None,
    }
    after = {name: when - one.reported_at for name, when in at.items() if when is not None}
    wrong = one.time_uncertain or any(seconds < 0 for seconds in after.values())
    wrong = wrong or any(event["time_uncertain"] for event in events)
    return Steps(one, after, wrong)


def _goes(event: Mapping[str, Any]) -> bool:
    """Not a dispatch that calls somebody off; of responses, only those from the place."""
    if event["kind"] == "dispatch":
        return bool(event["minutes"])
    return bool(event["kind"] != "respond" or event["words"].get("state") == _ON_SCENE)


def summary(found: Sequence[Steps]) -> Summary:
    """Medians and 90th percentiles of the steps that were taken."""
    good = [one for one in found if not one.uncertain]
    by_step = {name: [s.after_s[name] for s in good if name in s.after_s] for name in STEPS}
    taken = {name: values for name, values in by_step.items() if values}
    five, seven = (sum(s <= limit for s in by_step["on_scene"]) for limit in YARDSTICK_S)
    return Summary(
        len(good),
        len(found) - len(good),
        {name: percentile(values, 50) for name, values in taken.items()},
        {name: percentile(values, 90) for name, values in taken.items()},
        {name: len(values) for name, values in taken.items()},
        (five, seven),
    )


def percentile(values: Sequence[float], per_cent: int) -> float:
    """Nearest rank: a value that was really measured. ValueError for no values."""
    if not values:
        raise ValueError("no values")
    return sorted(values)[max(0, math.ceil(len(values) * per_cent / 100) - 1)]


def times_lines(
    found: Sequence[Steps], language: str, *, since: float | None, kept_since: float | None
) -> list[str]:
    """The file, in Markdown. `kept_since` is when the oldest item that is kept came in."""
    lines = [f"# {TIMES['title'].text(language)}", ""]
    if kept_since is not None and (since is None or since < kept_since):
        lines += [TIMES["incomplete"].text(language, since=stamp(kept_since)), ""]
    for name, drill in (("real", False), ("drills", True)):
        some = [one for one in found if one.incident.drill is drill]
        if not drill or any(one.after_s for one in some):
            lines += [f"## {TIMES[name].text(language)}", "", *_table(some, language), ""]
    return lines[:-1]


def _table(found: Sequence[Steps], language: str) -> list[str]:
    if not found:
        return [TIMES["none"].text(language)]
    whole = summary(found)
    heads = [TIMES[name].text(language) for name in ("step", "n", "median", "p90")]
    lines = [f"| {' | '.join(heads)} |", "| --- | --- | --- | --- |"]
    for name, said in STEPS.items():
        if name in whole.taken:
            median, p90 = minutes(whole.median_s[name]), minutes(whole.p90_s[name])
            lines.append(f"| {said.text(language)} | {whole.taken[name]} | {median} | {p90} |")
    lines.append("")
    if "on_scene" in whole.taken:
        five, seven = whole.on_scene_within
        lines.append(
            TIMES["yardstick"].text(language, five=five, seven=seven, all=whole.taken["on_scene"])
        )
    else:
        lines.append(TIMES["nobody"].text(language))
    lines.append(TIMES["aim"].text(language))
    if whole.left_out:
        lines.append(TIMES["uncertain"].text(language, count=whole.left_out))
    return lines
