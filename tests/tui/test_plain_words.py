"""Words that say no more than was proven, once, and as much as there is room for."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdefense.api.mesh_schema import MeshRow, NeighbourRow
from meshdefense_protocol.words import KINDS
from meshdefense_tui.clock import Clock
from meshdefense_tui.commands import Command
from meshdefense_tui.lines import line_width, plain
from meshdefense_tui.look import ASCII, UNICODE, Look
from meshdefense_tui.modes.log import LogMode
from meshdefense_tui.screens.palette import matching
from meshdefense_tui.series import Series
from meshdefense_tui.views.log_rows import event_lines
from meshdefense_tui.views.mesh import mesh_lines
from meshdefense_tui.views.message_detail import message_detail_lines
from meshdefense_tui.views.radios import radio_neighbours
from meshdefense_tui.views.setup_steps import step_lines
from support.log_rows import event
from support.screen_rows import NOW, alert, mesh, message, neighbour, radio, status
from support.screens import Desktop, on_desktop

LOOKS = [
    Look(language, glyphs, Clock(lambda: NOW))
    for language in ("en", "es")
    for glyphs in (UNICODE, ASCII)
]
ENGLISH, SPANISH = LOOKS[0], LOOKS[2]
QUIET: dict[str, list[dict[str, Any]]] = {"status": [status()], "radio": [radio()]}
HEARD = cast(
    "list[NeighbourRow]",
    [
        neighbour(2, "ana", rev=1, heard_at=NOW - 300),
        neighbour(3, "birch", rev=1, heard_at=NOW - 300, in_step=False),
        neighbour(4, "kit", rev=1, heard_at=NOW - 3000, in_step=None),
    ],
)


def mesh_text(look: Look, width: int) -> str:
    row = cast("MeshRow", mesh() | {"rev": 1})
    drawn = mesh_lines(row, HEARD, look, now=NOW, width=width)
    assert all(line_width(line) <= width for line in drawn)
    return "\n".join(plain(line) for line in drawn)


# What was compared


def test_the_mesh_says_when_it_was_compared_and_never_when_somebody_was_heard() -> None:
    text = mesh_text(ENGLISH, 80)
    assert "compared 5 min ago" in text
    assert "= held the same then" in text
    assert "differed then" in text
    assert "heard 5 min ago" not in text
    spanish = mesh_text(SPANISH, 80)
    assert "comparado hace 5 min" in spanish
    assert "difería entonces" in spanish


@settings(deadline=None)
@given(st.sampled_from(LOOKS), st.integers(56, 250))
def test_no_word_of_a_comparison_is_cut(look: Look, width: int) -> None:
    text = mesh_text(look, width)
    for name in ("mesh_in_step", "mesh_differs"):
        assert look.say(name) in text or look.say(f"{name}_short") in text
    assert look.say("mesh_unknown") in text


@settings(deadline=None)
@given(st.sampled_from(LOOKS), st.integers(40, 250))
def test_the_radios_say_of_what_age_and_strength_are(look: Look, width: int) -> None:
    lines = radio_neighbours(HEARD, "LONG_FAST", Series(), look, now=NOW, width=width)
    assert look.say("radios_measured") in " ".join(plain(line).strip() for line in lines)


# Before any daemon


@pytest.mark.parametrize("setup", [True, False])
def test_without_a_network_no_daemon_is_called_silent(setup: bool) -> None:
    async def claim(desk: Desktop) -> None:
        await desk.shows("no daemon yet")
        assert "SILENT" not in desk.text()

    on_desktop(claim, start_daemon=False, expected=False, setup=setup)


def test_with_a_network_a_daemon_that_was_never_heard_is_silent() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.shows("DAEMON SILENT")

    on_desktop(claim, start_daemon=False)


def test_a_daemon_that_was_heard_and_goes_is_silent_whatever_was_expected() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.daemon.stop()
        await desk.shows("DAEMON SILENT")
        assert "no daemon yet" not in desk.text()

    on_desktop(claim, rows=QUIET, expected=False)


@pytest.mark.parametrize("size", [(80, 24), (160, 45), (60, 20)])
@pytest.mark.parametrize("keys", ["r", "question_mark", "enter", "v", "x", "w", "colon"])
def test_a_banner_stands_once_with_a_window_open(size: tuple[int, int], keys: str) -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press(*keys.split())
        await desk.daemon.stop()
        await desk.shows("DAEMON SILENT")
        await desk.pilot.pause()
        assert desk.text().count("DAEMON SILENT") == 1, desk.text()

    on_desktop(claim, size=size)


# Names


def test_holders_and_readers_without_a_role_are_other_members() -> None:
    row = message(1, mine=True, readers=[{"member": 9, "name": "ash"}])
    for look, words in ((ENGLISH, "other members: ash"), (SPANISH, "otros miembros: ash")):
        lines = message_detail_lines(
            cast("Any", row), look, own=1, about="", members={}, now=NOW, width=80
        )
        assert words in "\n".join(map(plain, lines))


@pytest.mark.parametrize(
    ("kind", "words"), [("sos", "SOS birch 4.0.4"), ("check-in", "check-in birch 4.0.4")]
)
def test_an_acknowledgement_names_what_it_is_about(kind: str, words: str) -> None:
    told = cast("Any", event(4, kind, author_name="birch"))
    lines = event_lines(
        cast("Any", event(7, "acknowledge", about="4.0.4")), ENGLISH,
        alerts={}, origin=None, now=NOW, width=120, said={"4.0.4": told}.get,
    )  # fmt: skip
    assert f"about {words}" in "\n".join(map(plain, lines))


def test_an_alert_is_still_named_by_its_kind() -> None:
    row = alert(1, kind=3)
    lines = event_lines(
        cast("Any", event(7, "acknowledge", about=row["id"])), ENGLISH,
        alerts={row["id"]: cast("Any", row)}, origin=None, now=NOW, width=120,
    )  # fmt: skip
    assert ENGLISH.word(KINDS, 3) in "\n".join(map(plain, lines))


@pytest.mark.parametrize("typed", ["memo", "daily memo", "informe diario", "memoria", "GPX"])
def test_the_palette_finds_the_export_by_what_it_makes(typed: str) -> None:
    found: list[Command] = matching(LogMode.COMMANDS, typed)
    assert "export" in [command.action for command in found]


def test_channels_are_not_counted_in_their_title() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("f4")
        await desk.shows(ENGLISH.say("talk_channels").upper())
        row = next(line for line in desk.text().splitlines() if " TO" in line)
        assert not any(sign.isdigit() for sign in row.split("TO", 1)[1][:6]), row

    on_desktop(claim)


# The first run


@pytest.mark.parametrize("way", ["create", "join"])
def test_commands_of_the_first_run_name_the_folder_that_was_named(way: str) -> None:
    named = "--data '/srv/my node'"
    lines = step_lines("network", ENGLISH, status=None, way=way, width=300, data_option=named)
    commands = [plain(line) for line in lines if plain(line).startswith("  meshdefense ")]
    assert len(commands) >= 2
    assert all(command.endswith(named) for command in commands)
    without = step_lines("network", ENGLISH, status=None, way=way, width=300)
    assert not any("--data" in plain(line) for line in without)


def test_the_demo_has_no_folder_to_name() -> None:
    lines = step_lines(
        "network", ENGLISH, status=None, way="demo", width=300, data_option="--data x"
    )
    assert not any("--data" in plain(line) for line in lines)


# The key row


@pytest.mark.parametrize("width", [40, 60, 72, 80, 160])
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("mode", ["f1", "f2", "f4", "f8"])
def test_words_of_the_key_row_can_be_read_and_help_is_always_there(
    width: int, language: str, mode: str
) -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press(mode)
        await desk.pilot.pause()
        bar = desk.app.operations.key_bar
        laid = bar._laid_out(width)
        assert laid[-1][2] == "?" or width < 60
        shown = [word for _, _, _, word, _ in laid]
        if len(laid) > 4:
            cut = [word for word in shown if word.endswith("…")]
            assert all(len(word) >= 5 for word in cut), shown

    on_desktop(claim, rows=QUIET, language=language)
