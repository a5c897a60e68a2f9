"""Pictures of docs/benchmarks/delivery.md: who is reached by when, and what it costs on the air.

Small multiples, one field for each scenario, ours and flooding in the same two colours
everywhere. Needs matplotlib, from the dependency group `bench`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import matplotlib

__all__ = ["draw"]

COLOURS: Final = {"engine": "#0072b2", "flooding": "#d55e00"}  # apart for the colour-blind too
WORDS: Final = {"engine": "MeshDefense", "flooding": "flooding alone"}
CONTENT_COLOURS: Final = {
    "alerts": "#08519c",
    "alert relays": "#6baed6",
    "positions": "#74c476",
    "telemetry": "#bdbdbd",
    "digests": "#fd8d3c",
    "repairs": "#de2d26",
}
MINUTE_S, HOUR_S = 60.0, 3600.0
TICKS: Final = {1.0: "1 s", 10.0: "10 s", MINUTE_S: "1 min", 600.0: "10 min", HOUR_S: "1 h"}
COLUMNS: Final = 4


def draw(result: Mapping[str, Any], folder: Path) -> Iterator[Path]:
    """Draw `reach` and `air` as SVG and PNG into `folder`; yields what was written."""
    matplotlib.use("Agg")
    matplotlib.rcParams.update(
        {
            "svg.hashsalt": "meshdefense",  # the same figures give the same bytes
            "svg.fonttype": "none",
            "font.size": 9,
            "axes.spines.top": False,
            "axes.spines.right": False,
        }
    )
    figures = result["figures"]
    yield from _saved(_reach(figures), folder / "delivery-reach")
    yield from _saved(_air(figures), folder / "delivery-air")


def _saved(figure: Any, stem: Path) -> Iterator[Path]:
    for suffix, metadata in ((".svg", {"Date": None}), (".png", {"Software": None})):
        path = stem.with_suffix(suffix)
        figure.savefig(path, dpi=110, metadata=metadata)
        yield path


def _reach(figures: Mapping[str, Any]) -> Any:
    """Share of all receivers over the time since the alert was issued."""
    from matplotlib import pyplot
    from matplotlib.lines import Line2D

    scenarios = figures["scenarios"]
    rows = -(-(len(scenarios) + 1) // COLUMNS)
    figure, fields = pyplot.subplots(
        rows, COLUMNS, figsize=(12, 2.9 * rows), sharey=True, layout="constrained", squeeze=False
    )
    places = list(fields.flat)
    for field, (name, ways) in zip(places, scenarios.items(), strict=False):
        for way in ("flooding", "engine"):
            one = ways[way]
            reach = [100 * share for share in one["reach"]]
            field.plot(one["reach_times_s"], reach, color=COLOURS[way], linewidth=2)
        field.set_title(name, fontsize=10, loc="left")
        field.set_xscale("log")
        field.set_xlim(0.5, max(ways["engine"]["reach_times_s"]))
        field.set_xticks(list(TICKS), list(TICKS.values()))
        field.minorticks_off()
        field.set_ylim(0, 102)
        field.grid(color="#e0e0e0", linewidth=0.6)
        ends = " → ".join(_percent(ways[way]["delivery"]) for way in ("flooding", "engine"))
        field.text(0.98, 0.04, ends, transform=field.transAxes, ha="right")
    for field in fields[:, 0]:
        field.set_ylabel("% of receivers reached")
    legend, *unused = places[len(scenarios) :]
    for field in (legend, *unused):
        field.axis("off")
    legend.legend(
        handles=[
            Line2D([], [], color=COLOURS[way], linewidth=2, label=WORDS[way])
            for way in ("engine", "flooding")
        ],
        loc="upper left",
        frameon=False,
        fontsize=10,
        title=f"time since the alert, {figures['runs']} runs each;\nnumbers: delivery at the end",
        alignment="left",
    )
    return figure


def _air(figures: Mapping[str, Any]) -> Any:
    """Air time by content, two bars for each scenario, to flooding's whole."""
    from matplotlib import pyplot
    from matplotlib.patches import Rectangle

    scenarios = figures["scenarios"]
    figure, field = pyplot.subplots(figsize=(12, 0.62 * len(scenarios) + 1.3), layout="constrained")
    labels, at = [], 0.0
    for name, ways in scenarios.items():
        whole = ways["flooding"]["air_s"]
        for way in ("engine", "flooding"):
            left = 0.0
            for content, colour in CONTENT_COLOURS.items():
                share = ways[way]["air_by_content_s"].get(content, 0.0) / whole
                field.barh(at, share, left=left, color=colour, height=0.8)
                left += share
            reached = _percent(ways[way]["delivery"])
            note = f"{ways[way]['air_s']:,.0f} s, {reached} delivered"
            field.text(left + 0.03, at, note, va="center", fontsize=8)
            labels.append((at, f"{name}, {'ours' if way == 'engine' else 'flooding'}"))
            at += 1.0
        at += 0.6
    field.set_yticks([place for place, _ in labels], [text for _, text in labels])
    field.invert_yaxis()
    field.set_xlim(0, max(_widest(ways) for ways in scenarios.values()) + 1.2)
    field.set_xlabel("air time of everything; 1 = flooding's in the same scenario")
    patches = [
        Rectangle((0, 0), 1, 1, color=colour, label=content)
        for content, colour in CONTENT_COLOURS.items()
    ]
    field.legend(handles=patches, frameon=False, loc="lower right")
    return figure


def _widest(ways: Mapping[str, Any]) -> float:
    return float(ways["engine"]["air_s"] / ways["flooding"]["air_s"])


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
