"""The screens as plain text. MESHDEFENSE_RENEW_GOLDEN=1 writes them anew; then look at each."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from support.screen_rows import NOW, held_evening, long_evening, sos, status
from support.screens import Desktop, on_desktop

GOLDEN = Path(__file__).parent / "golden"
NARROW, WIDE = (80, 24), (160, 45)
CASES: dict[str, tuple[tuple[int, int], str, dict[str, Any]]] = {
    "dashboard_80x24": (NARROW, "", {}),
    "dashboard_160x45": (WIDE, "", {}),
    "dashboard_120x30": ((120, 30), "", {}),
    "dashboard_60x20": ((60, 20), "", {}),
    "dashboard_80x24_es": (NARROW, "", {"language": "es"}),
    "map_80x24": (NARROW, "m", {}),
    "map_80x24_ascii_es": (NARROW, "m", {"language": "es", "ascii_only": True}),
    "report_kinds_80x24": (NARROW, "r", {}),
    "report_review_80x24": (NARROW, "r e 3 1 2 enter", {}),
    "report_kinds_80x24_es": (NARROW, "r", {"language": "es"}),
    "verdict_80x24": (NARROW, "v", {}),
    "detail_80x24": (NARROW, "j enter", {}),
    "checkin_80x24_es": (NARROW, "c", {"language": "es"}),
    "message_80x24": (NARROW, "w h i", {}),
    "held_80x24": (NARROW, "", {"rows": held_evening()}),
    "held_160x45_es": (WIDE, "", {"rows": held_evening(), "language": "es"}),
    "held_detail_80x24": (NARROW, "enter", {"rows": held_evening()}),
    "held_detail_80x24_es": (NARROW, "enter", {"rows": held_evening(), "language": "es"}),
    "mesh_80x24": (NARROW, "i", {}),
    "mesh_80x24_es": (NARROW, "i", {"language": "es"}),
    "mesh_80x24_ascii": (NARROW, "f7", {"ascii_only": True}),
    "mesh_160x45": (WIDE, "i", {}),
    "mesh_160x45_es": (WIDE, "i", {"language": "es"}),
    "long_80x24": (NARROW, "", {"rows": long_evening()}),
    "long_160x45_es": (WIDE, "", {"rows": long_evening(), "language": "es"}),
    "long_detail_80x24": (NARROW, "enter pagedown", {"rows": long_evening()}),
    "long_detail_80x24_es": (NARROW, "enter pagedown", {"rows": long_evening(), "language": "es"}),
    "long_text_80x24": (NARROW, "tab tab j enter", {"rows": long_evening()}),
    "long_text_60x20_es": (
        (60, 20),
        "tab tab j enter j j",
        {"rows": long_evening(), "language": "es"},
    ),
    "help_80x24": (NARROW, "question_mark", {}),
    "help_160x45_es": (WIDE, "question_mark", {"language": "es"}),
}


TROUBLE = {
    "warnings": [{"id": "3.32.4", "by": 3, "by_name": "leo", "reason": 2, "at": NOW - 300}],
    "left_out": True,
}
LOCKED: dict[str, tuple[tuple[int, int], dict[str, int], dict[str, Any]]] = {
    "locked_80x24": (NARROW, {"unread": 4, "unconfirmed": 3, "verified": 1, "sos": 1}, {}),
    "locked_80x24_es": (NARROW, {"unread": 4}, {"language": "es"}),
    "locked_60x20_ascii": ((60, 20), {"unconfirmed": 12}, {"ascii_only": True}),
    "locked_160x45": (WIDE, {}, {}),
}
ALARMS: dict[str, tuple[str, dict[str, Any]]] = {
    "sos_counting_80x24": ("ctrl+g", {}),
    "sos_counting_80x24_es": ("ctrl+g", {"language": "es"}),
    "panic_80x24": ("ctrl+x", {}),
    "panic_80x24_es": ("r f ctrl+x", {"language": "es"}),
    "panic_rehearsal_80x24": ("ctrl+x r ctrl+x", {"ascii_only": True}),
    "banners_80x24": ("", {}),
    "banners_report_80x24": ("r f", {}),
}


@pytest.mark.parametrize("name", CASES)
def test_the_screen_looks_as_it_was_approved(name: str) -> None:
    size, keys, options = CASES[name]

    async def claim(desk: Desktop) -> None:
        await desk.pilot.press(*keys.split())
        await desk.pilot.pause()
        text = desk.text() + "\n"
        path = GOLDEN / f"{name}.txt"
        if os.environ.get("MESHDEFENSE_RENEW_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    on_desktop(claim, size=size, **options)


def approved(desk: Desktop, name: str) -> None:
    text, path = desk.text() + "\n", GOLDEN / f"{name}.txt"
    if os.environ.get("MESHDEFENSE_RENEW_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LOCKED)
def test_a_locked_screen_looks_as_it_was_approved(name: str) -> None:
    size, counts, options = LOCKED[name]

    async def claim(desk: Desktop) -> None:
        desk.daemon.lock(**counts)
        await desk.until(lambda: desk.app.model.locked_counts is not None)
        await desk.pilot.press(*"abcdef")
        await desk.pilot.pause()
        approved(desk, name)

    on_desktop(claim, size=size, **options)


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_looks_as_it_was_approved(name: str) -> None:
    keys, options = ALARMS[name]

    async def claim(desk: Desktop) -> None:
        if name.startswith("banners"):
            desk.daemon.set("status", status(**TROUBLE))
            desk.daemon.set("sos", sos(1))
            await desk.shows("WITHOUT YOU")
            await desk.shows("a acknowledges")
            if keys:
                await desk.pilot.press("space")  # the first key only silences
        await desk.pilot.press(*keys.split())
        await desk.pilot.pause()
        approved(desk, name)

    on_desktop(claim, **options)


def test_a_silent_daemon_looks_as_it_was_approved() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.daemon.stop()
        await desk.shows("DAEMON SILENT")
        desk.time.advance(67)
        await desk.shows("DAEMON SILENT 1:07")
        desk.app.operations.tick()
        await desk.pilot.pause()
        path = GOLDEN / "silent_80x24.txt"
        text = desk.text() + "\n"
        if os.environ.get("MESHDEFENSE_RENEW_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    on_desktop(claim)


def test_no_golden_is_left_over() -> None:
    of_modes = ("alarms", "alerts", "log", "messages", "patrols", "radios", "verify")
    stored = {
        path.stem
        for path in GOLDEN.glob("*.txt")
        if path.stem.split("_")[0] not in of_modes  # tested beside their modes
    }
    assert stored == {*CASES, *LOCKED, *ALARMS, "silent_80x24"}
