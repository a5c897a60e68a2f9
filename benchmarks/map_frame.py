"""What a frame of the map costs: CPU time of one, from the streets to the strips of the terminal.

50,917 real street segments of Salt Lake City are loaded, 200 markers lie on the map, and every
frame is a new one: the map was moved, so that no cache helps. The peer draws the same segments
of the same views with drawille (PyPI), a canvas of braille dots in plain Python, without colours,
names, areas or markers. Its lines are cut at the edge first, as ours are.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # CPU time of one core, before NumPy is imported
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import gc
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.style import Style

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a script, from anywhere

from benchmarks.harness import Bar, Outcome, arguments, finish
from meshdefense.streets.streets import Plane, RoadClass, Streets
from meshdefense_tui.map.clip import clipped
from meshdefense_tui.map.geometry import SCALES, View
from meshdefense_tui.map.ground import Sheet
from meshdefense_tui.map.picture import Above, Picture
from meshdefense_tui.map.raster import DotStyle
from meshdefense_tui.map.scene import Marker
from meshdefense_tui.map.street_index import StreetIndex, to_cells
from meshdefense_tui.palette import ColourDepth, Palette
from meshdefense_tui.widgets.painted import RoleStyles, strip_of

NAME: Final = "map_frame"
SAMPLE: Final = Path(__file__).parents[1] / "tests/data/maps/salt-lake-city-streets.npz"
ORIGIN: Final = (40.7608, -111.8910)
SEGMENTS: Final = 50_917
MARKERS: Final = 200
SIZES: Final = ((80, 24), (200, 60), (250, 70))
BAR_SIZE: Final = (200, 60)
NEAR: Final = 150
"""Metres per column up to which the bars count: beyond, the town is a spot in the middle."""
MEDIAN_MS, P99_MS = 3.0, 6.0
CREDIT: Final = "© OpenStreetMap contributors"
Marks = tuple[Marker, ...]
CLASSES: Final = {
    "living_street": RoadClass.RESIDENTIAL, "motorway": RoadClass.MOTORWAY,
    "motorway_link": RoadClass.MOTORWAY, "pedestrian": RoadClass.PATH,
    "primary": RoadClass.PRIMARY, "primary_link": RoadClass.PRIMARY,
    "residential": RoadClass.RESIDENTIAL, "secondary": RoadClass.SECONDARY,
    "secondary_link": RoadClass.SECONDARY, "tertiary": RoadClass.TERTIARY,
    "tertiary_link": RoadClass.TERTIARY, "trunk": RoadClass.TRUNK,
    "unclassified": RoadClass.RESIDENTIAL,
}  # fmt: skip


def main() -> int:
    """Measure and print."""
    args = arguments(NAME, __doc__ or "")
    samples = 5 if args.quick else 60
    index, notes = StreetIndex(load()), []
    # a pass over all that the program has loaded takes tens of milliseconds, and comes when it will
    gc.collect()
    gc.freeze()
    rows: list[Sequence[str]] = []
    figures: dict[str, dict[str, float]] = {}
    counted: list[float] = []
    peer = find_spec("drawille") is not None
    if not peer:
        notes.append("drawille is not installed: uv run --group bench")
    for width, height in SIZES:
        for scale in SCALES:
            views = list(_views(scale, samples))
            ours = _times(_frame, index, views, width, height)
            few = views[: max(samples // 20, 2)] if peer else []
            found = _summary(ours, _times(_drawille, index, few, width, height))
            found["segments"] = len(index.lines(View(0, 0, scale), width, height))
            figures[f"{width}x{height} {scale} m"] = found
            rows.append(_row(f"{width}x{height}, {scale} m", found))
            if (width, height) == BAR_SIZE and scale <= NEAR:
                counted += ours
    bars = [
        Bar("a frame at 200x60, median of all zooms", statistics.median(counted), MEDIAN_MS, "ms"),
        Bar("a frame at 200x60, p99 of all zooms", _p99(counted), P99_MS, "ms"),
    ]
    outcome = Outcome(
        NAME,
        f"CPU time of one frame, {SEGMENTS:,} segments loaded, {MARKERS} markers",
        [
            "cells, metres per column", "segments", "best ms", "median ms", "p99 ms",
            "drawille ms", "ratio",
        ],
        rows, bars, figures, notes,
    )  # fmt: skip
    return finish(outcome, args)


def load() -> Streets:
    """The sample around the origin. Each straight street gets a name, so that names are placed.

    The data has none; the grid of this town is named by its distance from the middle.
    """
    archive = np.load(SAMPLE)
    ends = archive["segments"].astype(np.float64) / 1e7
    assert len(ends) == SEGMENTS
    plane = Plane(*ORIGIN)
    east, north = plane.east_north(ends[:, 1::2], ends[:, 0::2])
    lines = np.stack([east[:, 0], north[:, 0], east[:, 1], north[:, 1]], axis=1)
    of = np.array([CLASSES[str(name)] for name in archive["highway_names"]], np.uint8)
    classes = of[archive["highway"]]
    order = np.argsort(classes, kind="stable")
    lines, classes = lines[order], classes[order]
    across, down = np.abs(lines[:, 2] - lines[:, 0]), np.abs(lines[:, 3] - lines[:, 1])
    names = np.full(len(lines), -1, np.int32)
    texts: dict[str, int] = {}
    blocks = np.round((lines[:, :2] + lines[:, 2:]) / 200).astype(int).tolist()
    for at in np.flatnonzero((down < across / 5) | (across < down / 5)).tolist():
        level = down[at] < across[at]
        block = blocks[at][1 if level else 0]
        side = ("North" if level else "East") if block >= 0 else ("South" if level else "West")
        names[at] = texts.setdefault(f"{abs(block) * 100} {side} Street", len(texts))
    return Streets(lines.astype(np.float32), classes, names, tuple(texts), (), (), CREDIT)


def _views(scale: int, samples: int) -> Iterator[View]:
    chance = random.Random(scale)
    for _ in range(samples):
        reach = min(scale * 40, 3000)
        yield View(chance.uniform(-reach, reach), chance.uniform(-reach, reach), scale)


_PICTURE: Final = Picture()
_STYLES: Final = RoleStyles(Palette(ColourDepth.TRUE), stale=False, base=Style(), cursor=False)


def _frame(index: StreetIndex, view: View, width: int, height: int, markers: Marks) -> object:
    """What the widget does when the map was moved: ground, markers, names, strips."""
    above = Above(markers, (), True, CREDIT)
    lines = _PICTURE.lines(view, Sheet(width, height, DotStyle.BRAILLE), index, above)
    return [strip_of(line, _STYLES, width) for line in lines]


def _markers(view: View, width: int, height: int) -> tuple[Marker, ...]:
    """Made before the time is taken: the widget makes them when a row came in."""
    chance = random.Random(1)
    return tuple(
        Marker(
            view.east + chance.uniform(-0.5, 0.5) * width * view.scale,
            view.north + chance.uniform(-0.5, 0.5) * height * 2 * view.scale,
            chance.choice("▲◆●■"), chance.choice(("E", "leo", "kit 20 min")),
            chance.choice(("high", "patrol", "critical")), chance.choice((10.0, 100.0)),
        )
        for _ in range(MARKERS)
    )  # fmt: skip


def _drawille(index: StreetIndex, view: View, width: int, height: int, markers: Marks) -> object:
    """The streets of the same view, and nothing else."""
    drawille: Any = import_module("drawille")  # has no types

    found = index.lines(view, width, height)
    cells, _ = clipped(to_cells(index.ends[:, found], view, width, height), width, height)
    canvas = drawille.Canvas()
    for x0, y0, x1, y1 in (cells * np.array([[2], [4], [2], [4]], np.float32)).T.tolist():
        for x, y in drawille.line(x0, y0, x1, y1):
            canvas.set(x, y)
    return canvas.frame(0, 0, width * 2, height * 4)


def _times(
    draw: Callable[[StreetIndex, View, int, int, Marks], object],
    index: StreetIndex,
    views: list[View],
    width: int,
    height: int,
) -> list[float]:
    """Milliseconds of CPU time of each view."""
    found = []
    for view in views:
        markers = _markers(view, width, height)
        before = time.process_time_ns()
        draw(index, view, width, height, markers)
        found.append((time.process_time_ns() - before) / 1e6)
    return found


def _p99(values: list[float]) -> float:
    return sorted(values)[min(int(len(values) * 0.99), len(values) - 1)]


def _summary(ours: list[float], theirs: list[float]) -> dict[str, float]:
    found = {"best_ms": min(ours), "median_ms": statistics.median(ours), "p99_ms": _p99(ours)}
    if theirs:
        found["drawille_ms"] = statistics.median(theirs)
        found["ratio"] = found["drawille_ms"] / found["median_ms"]
    return found


def _row(name: str, found: dict[str, float]) -> list[str]:
    peer = f"{found['drawille_ms']:.1f}" if "ratio" in found else "-"
    ratio = f"{found['ratio']:.1f}" if "ratio" in found else "-"
    return [
        name, f"{found['segments']:,.0f}", f"{found['best_ms']:.2f}", f"{found['median_ms']:.2f}",
        f"{found['p99_ms']:.2f}", peer, ratio,
    ]  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
