"""The map with streets as plain text, in a made-up town; see test_screen_goldens for the rest.

MESHDEFENSE_RENEW_GOLDEN=1 writes them anew; then look at each.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from textual.geometry import Region

from meshdefense_tui.map.raster import DotStyle
from support.screens import Desktop, on_desktop
from support.small_town import TownSource

GOLDEN = Path(__file__).parent / "golden" / "map"
SIZES = {"80x24": (80, 24), "160x45": (160, 45)}
CASES = [(size, style) for size in SIZES for style in DotStyle]
NAMES = {f"streets_{size}_{style.name.lower()}" for size, style in CASES}


def approved(desk: Desktop, name: str, part: Region) -> None:
    """One part of the screen alone: the rest has goldens of its own."""
    path = GOLDEN / f"{name}.txt"
    rows = [row[part.x : part.right].rstrip() for row in desk.text().splitlines()]
    text = "\n".join(rows[part.y : part.bottom]) + "\n"
    if os.environ.get("MESHDEFENSE_RENEW_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(("size", "style"), CASES)
def test_the_map_looks_as_it_was_approved(size: str, style: DotStyle) -> None:
    async def claim(desk: Desktop) -> None:
        desk.app.desk.streets = TownSource()
        desk.app.dashboard.map.dots = style
        await desk.pilot.press("m", "o", *["plus"] * (4 if size == "80x24" else 3))
        await desk.pilot.pause()
        approved(desk, f"streets_{size}_{style.name.lower()}", desk.app.dashboard.map.region)

    on_desktop(claim, size=SIZES[size], ascii_only=style is DotStyle.ASCII)


@pytest.mark.parametrize(("name", "key"), [("layers_es", "L"), ("search_es", "slash")])
def test_a_window_of_the_map_looks_as_it_was_approved(name: str, key: str) -> None:
    async def claim(desk: Desktop) -> None:
        desk.app.desk.streets = TownSource()
        await desk.pilot.press("m", key)
        await desk.pilot.pause()
        approved(desk, name, desk.app.screen.query_one("#window").region)

    on_desktop(claim, size=(80, 24), language="es")


def test_no_golden_of_the_map_is_left_over() -> None:
    stored = {path.stem for path in GOLDEN.glob("*.txt")}
    assert stored == {*NAMES, "layers_es", "search_es"}
