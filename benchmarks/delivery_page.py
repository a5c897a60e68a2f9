"""Tables of docs/benchmarks/delivery.md, written between two marks of the page.

What is around them is written by hand. Text only: nothing here measures or draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

__all__ = ["BEGIN", "END", "UnmarkedPageError", "console_rows", "tables", "with_figures"]

BEGIN: Final = "<!-- from here on written by benchmarks/delivery.py -->"
END: Final = "<!-- as far as here -->"
CONTENTS: Final = ("alerts", "alert relays", "positions", "telemetry", "digests", "repairs")

Scenarios = Mapping[str, Mapping[str, Mapping[str, Any]]]


class UnmarkedPageError(Exception):
    """The page has no place for the tables."""


def with_figures(page: str, results: Mapping[str, Any]) -> str:
    """The page with the tables of `results`. Raises UnmarkedPageError."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise UnmarkedPageError(f"the page needs a line {BEGIN!r} and then a line {END!r}")
    return f"{before}{BEGIN}\n\n{tables(results)}\n{END}{after}"


def tables(results: Mapping[str, Any]) -> str:
    """All of them, each with its heading."""
    held = results["delivery"]
    figures, machine = held["figures"], held["machine"]
    scenarios: Scenarios = figures["scenarios"]
    parts = [
        f"{figures['runs']} runs of each scenario and way in {figures['seconds']:.0f} s, commit "
        f"{machine['commit']}, Python {machine['python']}. The figures follow from the seeds; "
        f"of the machine ({machine['cpu']}, {machine['cores']} cores) only the CPU times tell.",
        "## Bars",
        _bars(held["bars"]),
        "## Delivery",
        _table(*_delivery(scenarios)),
        "## Air time, seconds of all nodes together",
        _table(*_air(scenarios)),
        "## Where it goes",
        _table(*_channel(scenarios)),
        "## After an absence, after a walk, and how old positions are",
        _special(scenarios),
        "## An hour without news",
        _table(*_idle(figures["idle"])),
    ]
    if "delivery_real" in results:
        real = results["delivery_real"]["figures"]
        parts += [
            "## With signed items at their real size",
            _table(*_real(real["scenarios"])),
        ]
    return "\n\n".join(parts) + "\n"


def console_rows(scenarios: Scenarios) -> tuple[list[str], list[Sequence[str]]]:
    """The one table that the script prints."""
    columns = ["scenario", "with", "delivery %", "worst", "full %", "t50/t90/t100 s", "air s",
               "ratio", "packets", "channel %", "twice", "CPU s/nh"]  # fmt: skip
    rows: list[Sequence[str]] = []
    for name, way, one, base in _each(scenarios):
        rows.append(
            [
                name, way, _percent(one["delivery"], 2), _percent(one["delivery_worst"], 1),
                _percent(one["full"], 1), _times(one), f"{one['air_s']:,.0f}",
                f"{one['air_s'] / base['air_s']:.2f}", f"{one['transmissions']:,.0f}",
                _percent(one["utilisation_mean"], 1), str(one["shown_twice"]),
                f"{one['cpu_s_per_node_hour']:.4f}",
            ]
        )  # fmt: skip
    return columns, rows


# -- the page's tables ---------------------------------------------------------------------


def _bars(bars: Sequence[Mapping[str, Any]]) -> str:
    """Broken ones each, held ones in short: the nearest of each kind."""
    rows: list[Sequence[str]] = []
    kinds: dict[tuple[str, str, float, bool], list[Mapping[str, Any]]] = {}
    for bar in bars:
        kinds.setdefault(_kind(bar), []).append(bar)
    for (what, unit, limit, at_least), group in kinds.items():
        broken = [bar for bar in group if not bar["held"]]
        shown = broken or [_nearest(group)]
        for bar in shown:
            word = "at least" if at_least else "at most"
            place, _, _ = bar["what"].partition(": ")
            count = "" if broken or len(group) == 1 else f", nearest to it of {len(group)}"
            rows.append(
                [
                    what, f"{word} {limit:g} {unit}", f"{_number(bar['value'])} ({place}{count})",
                    "met" if bar["held"] else f"**not met**, {_missed(bar)}",
                ]
            )  # fmt: skip
    return _table(["what", "bar", "measured", ""], rows)


def _kind(bar: Mapping[str, Any]) -> tuple[str, str, float, bool]:
    what = bar["what"].partition(": ")[2]
    return (what, bar["unit"], bar["limit"], bar["at_least"])


def _nearest(bars: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    return (min if bars[0]["at_least"] else max)(bars, key=lambda bar: bar["value"])


def _missed(bar: Mapping[str, Any]) -> str:
    """By how much, in the bar's own unit."""
    value, limit = bar["value"], bar["limit"]
    return f"by {_number(abs(value - limit))} {bar['unit']}"


def _delivery(scenarios: Scenarios) -> tuple[list[str], list[Sequence[str]]]:
    columns = ["scenario", "with", "delivery", "worst run", "full", "full, worst run",
               "t50 / t90 / t100 s", "shown twice"]  # fmt: skip
    rows: list[Sequence[str]] = []
    for name, way, one, _ in _each(scenarios):
        rows.append(
            [
                name, way, *(_percent(one[key], 2) + " %" for key in ("delivery", "delivery_worst",
                "full", "full_worst")), _times(one), str(one["shown_twice"]),
            ]
        )  # fmt: skip
    return columns, rows


def _air(scenarios: Scenarios) -> tuple[list[str], list[Sequence[str]]]:
    columns = ["scenario", "with", "everything", "ratio", *CONTENTS]
    rows: list[Sequence[str]] = []
    for name, way, one, base in _each(scenarios):
        spent = one["air_by_content_s"]
        rows.append(
            [
                name, way, f"{one['air_s']:,.1f} ± {one['air_sd_s']:.1f}",
                f"{one['air_s'] / base['air_s']:.2f}",
                *(f"{spent[label]:,.1f}" if label in spent else "-" for label in CONTENTS),
            ]
        )  # fmt: skip
    return columns, rows


def _channel(scenarios: Scenarios) -> tuple[list[str], list[Sequence[str]]]:
    columns = ["scenario", "with", "transmissions", "of these digests, repairs", "digest bytes",
               "channel used, mean", "busiest minute", "busiest node on air",
               "CPU s per node-hour", "µs per reception"]  # fmt: skip
    rows: list[Sequence[str]] = []
    for name, way, one, _ in _each(scenarios):
        sent = one["transmissions_by_content"]
        rows.append(
            [
                name, way, f"{one['transmissions']:,.0f}",
                f"{sent.get('digests', 0):.0f}, {sent.get('repairs', 0):.0f}",
                f"{one['digest_bytes']:,.0f}", _percent(one["utilisation_mean"], 1) + " %",
                _percent(one["utilisation_highest_minute"], 0) + " %",
                _percent(one["busiest_node"], 2) + " %", f"{one['cpu_s_per_node_hour']:.4f}",
                f"{one['cpu_us_per_reception']:.0f}",
            ]
        )  # fmt: skip
    return columns, rows


def _special(scenarios: Scenarios) -> str:
    lines = []
    for name, way, one, _ in _each(scenarios):
        caught = one["catch_up"]
        if caught is not None:
            lines.append(
                f"* **{name}, {way}**: of {caught['missed']:.0f} alerts missed "
                f"{_percent(caught['held'], 1)} % are there at the end; 90 % "
                f"{_after(caught['to_90'])}, all {_after(caught['to_100'])} after power-on."
            )
        for crossing in one["crossings"]:
            lines.append(
                f"* **{name}, {way}**: {crossing['group']}'s group has everything "
                f"{_after(crossing['after_contact'])} after the walker's signal first gets there "
                f"(at {crossing['contact_s']:,.0f} s), {_after(crossing['after_arrival'])} after "
                f"the walker stands still there (at {crossing['arrival_s']:,.0f} s; below zero: "
                "before)."
            )
        fresh = one["freshness"]
        if fresh is not None:
            lines.append(
                f"* **{name}, {way}**: the base's newest position of a patrol is "
                f"{fresh['median_s']:.0f} s old (median), {fresh['p95_s']:.0f} s (95th "
                f"percentile); {_percent(fresh['reached'], 1)} % of those said reach it."
            )
    return "\n".join(lines)


def _idle(idle: Mapping[str, Mapping[str, float]]) -> tuple[list[str], list[Sequence[str]]]:
    columns = ["40 nodes", "digests", "all nodes together", "worst run", "busiest ear",
               "worst run"]  # fmt: skip
    rows: list[Sequence[str]] = [
        [
            what, f"{one['digests']:.1f}",
            *(_percent(one[key], 3) + " %" for key in ("sum_share", "sum_share_worst",
            "ear_share", "ear_share_worst")),
        ]
        for what, one in idle.items()
    ]  # fmt: skip
    return columns, rows


def _real(scenarios: Scenarios) -> tuple[list[str], list[Sequence[str]]]:
    columns = ["scenario", "with", "delivery", "t50 / t90 / t100 s", "air time s",
               "of these positions", "ratio", "channel used, mean", "positions that arrive",
               "age of positions, median / 95th"]  # fmt: skip
    rows: list[Sequence[str]] = []
    for name, way, one, base in _each(scenarios):
        fresh, spent = one["freshness"], one["air_by_content_s"]
        if fresh is None and way not in ("ours", "flooding"):
            continue  # without positions there is nothing else to compare with
        rows.append(
            [
                name, way, _percent(one["delivery"], 2) + " %", _times(one), f"{one['air_s']:,.0f}",
                f"{spent['positions']:,.0f}" if "positions" in spent else "-",
                f"{one['air_s'] / base['air_s']:.2f}", _percent(one["utilisation_mean"], 1) + " %",
                "-" if fresh is None else _percent(fresh["reached"], 1) + " %",
                "-" if fresh is None else f"{fresh['median_s']:.0f} / {fresh['p95_s']:.0f} s",
            ]
        )  # fmt: skip
    return columns, rows


# -- parts ---------------------------------------------------------------------------------


def _each(scenarios: Scenarios) -> list[tuple[str, str, Mapping[str, Any], Mapping[str, Any]]]:
    """Scenario, way, its figures, and those of flooding to compare with."""
    return [
        (name, "ours" if way == "engine" else way, one, ways["flooding"])
        for name, ways in scenarios.items()
        for way, one in ways.items()
    ]


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _percent(share: float, digits: int) -> str:
    return f"{100 * share:.{digits}f}"


def _times(one: Mapping[str, Any]) -> str:
    return " / ".join(_seconds(one[key]) for key in ("t50_s", "t90_s", "t100_s"))


def _after(found: Mapping[str, float | None]) -> str:
    if found["median_s"] is None:
        return "never"
    return f"{_seconds(found['median_s'])} s (worst run: {_seconds(found['worst_s'])})"


def _seconds(value: float | None) -> str:
    if value is None:
        return "never"
    return f"{value:.1f}" if abs(value) < 100 else f"{value:,.0f}"


def _number(value: float) -> str:
    return f"{value:,.4g}"
