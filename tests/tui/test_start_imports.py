"""What a start does not import, each time in a process of its own, and what a mode's name makes."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from meshdefense_tui.commands import BIG, MODES
from support.screens import Desktop, on_desktop

IMPORTED = "import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"
FIRST_SCREEN = """
import asyncio, json, sys
from pathlib import Path
from meshdefense_tui.app import MeshDefenseApp

async def shown():
    app = MeshDefenseApp(Path("/nowhere/daemon.sock"))
    async with app.run_test(size=({columns}, 24)) as pilot:
        await pilot.pause()
        app.operations.answer.repaint()

asyncio.run(shown())
print(json.dumps(sorted(sys.modules)))
"""
HEAVY = (
    "numpy",
    "segno",
    "tomlkit",
    "aiohttp",
    "meshdefense.exports",
    "meshdefense.streets",
    "meshdefense_protocol.packets",
    "textual.widgets._text_area",
)
ALLOWED_SCREENS = {"lock", "modal", "operations", "painters", "panic", "sos", "sos_end"}
"""The frame, and what a person may need within the first second."""


def modules_of(program: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_app_imports_no_mode_but_the_dashboard_and_no_window_but_those_of_emergencies() -> None:
    found = modules_of(IMPORTED.format(module="meshdefense_tui.app"))
    modes = {name for name in found if name.startswith("meshdefense_tui.modes.")}
    assert modes == {"meshdefense_tui.modes.mode", "meshdefense_tui.modes.dashboard"}
    prefix = "meshdefense_tui.screens."
    screens = {name.removeprefix(prefix) for name in found if name.startswith(prefix)}
    assert screens <= ALLOWED_SCREENS


@pytest.mark.parametrize("name", HEAVY)
def test_a_screen_without_a_map_in_view_starts_without_what_is_heavy(
    name: str, modules_at_80: set[str]
) -> None:
    assert not {one for one in modules_at_80 if one == name or one.startswith(f"{name}.")}


@pytest.fixture(scope="module")
def modules_at_80() -> set[str]:
    return modules_of(FIRST_SCREEN.format(columns=80))


def test_the_map_brings_its_arrays_with_it() -> None:
    assert "numpy" in modules_of(FIRST_SCREEN.format(columns=160))


def test_each_mode_is_made_under_its_own_name() -> None:
    async def claim(desk: Desktop) -> None:
        names = [one.name for one in MODES if one.name != "report"] + [BIG]
        for name in names:
            assert desk.app.operations.has_mode(name)
            await desk.app.operations.show_mode(name)
            assert desk.app.operations.mode.NAME == name

    on_desktop(claim)
