"""A call for help stays in sight until somebody ends it: as a row, and on the map."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.response_schema import SosRow
from meshdefense_tui.clock import Clock
from meshdefense_tui.lines import line_width, plain
from meshdefense_tui.look import ASCII, UNICODE, Glyphs, Look
from meshdefense_tui.map.geometry import View
from meshdefense_tui.map.ground import Sheet, draw_ground
from meshdefense_tui.map.markers import sos_markers
from meshdefense_tui.map.parts import DotStyle, Margin, Marker
from meshdefense_tui.map.scene import frame
from meshdefense_tui.phrases import LANGUAGES
from meshdefense_tui.place_words import place_words
from meshdefense_tui.views.banners import open_sos_lines
from support.screen_rows import NOW, ORIGIN, alert, answer, place, radio, sos, status
from support.screens import Desktop, Tables, on_desktop

HERE = cast("PlaceRow", ORIGIN)
QUIET: Tables = {"status": [status()], "radio": [radio()], "alerts": [alert(1)]}
HELD = {"state": "acknowledged", "answers": [answer("base", at=NOW - 245)], "author_name": "cedar"}


def look(language: str = "en", glyphs: Glyphs = UNICODE) -> Look:
    return Look(language, glyphs, Clock(lambda: NOW))


def row_of(*rows: dict[str, Any], width: int, of: Look | None = None, may_end: bool = True) -> str:
    says = of or look()
    lines = open_sos_lines(
        cast("list[SosRow]", list(rows)), says, where=lambda one: place_words(one, HERE, says),
        may_end=may_end, now=NOW, width=width,
    )  # fmt: skip
    assert all(line_width(line) == width for line in lines)
    return "\n".join(plain(line) for line in lines).rstrip()


# The row


@pytest.mark.parametrize(
    ("width", "language", "words"),
    [
        (80, "en", "SOS cedar open  1 km SE  base answered 4 min ago  Ctrl+O ends"),
        (60, "en", "SOS cedar open  base answered 4 min ago  Ctrl+O ends"),
        (40, "en", "SOS cedar open  Ctrl+O ends"),
        (80, "es", "SOS cedar abierto  1 km SE  base respondió hace 4 min  Ctrl+O termina"),
        (60, "es", "SOS cedar abierto  base respondió hace 4 min  Ctrl+O termina"),
    ],
)
def test_the_row_says_who_calls_where_who_answered_and_how_it_ends(
    width: int, language: str, words: str
) -> None:
    assert row_of(sos(1, **HELD), width=width, of=look(language)) == words


def test_whoever_may_not_end_it_is_not_told_the_key() -> None:
    assert row_of(sos(1, **HELD), width=80, may_end=False).endswith("base answered 4 min ago")


def test_the_row_says_drill_and_how_many_more_there_are() -> None:
    text = row_of(sos(1, **HELD, drill=True), sos(2, **HELD), width=100)
    assert text.startswith(" DRILL SOS cedar open")
    assert "and 1 more" in text


@given(
    st.integers(40, 250), st.sampled_from(LANGUAGES), st.sampled_from([UNICODE, ASCII]),
    st.text("abcXYZñ-09 \u4e2d", min_size=1, max_size=8), st.booleans(), st.booleans(),
)  # fmt: skip
def test_no_width_takes_away_that_somebody_calls(
    width: int, language: str, glyphs: Glyphs, name: str, placed: bool, answered: bool
) -> None:
    of = look(language, glyphs)
    where = {} if placed else {"place": None}
    held: dict[str, Any] = {} if answered else {"answers": []}
    text = row_of(sos(1, **(HELD | {"author_name": name} | where | held)), width=width, of=of)
    assert of.say("sos_open", name=name) in f"{text} " or not name.strip()
    assert of.say("sos_open_end") in text


@pytest.mark.parametrize("keys", ["", "f2", "f4", "f7", "question_mark"])
def test_an_answered_call_stays_on_every_screen_until_it_is_ended(keys: str) -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press(*keys.split())
        desk.daemon.set("sos", sos(1, author_name="cedar"))
        await desk.shows("SOS cedar: medical emergency")
        desk.daemon.set("sos", sos(1, **HELD))
        await desk.shows("SOS cedar open  1 km SE  base answered 4 min ago  Ctrl+O ends")
        assert "a acknowledges" not in desk.text()
        desk.daemon.set("sos", sos(1, **(HELD | {"state": "ended"})))
        await desk.shows_no("SOS cedar")

    on_desktop(claim, rows=QUIET)


def test_a_patrol_sees_the_row_without_the_key_that_is_not_hers() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.shows("SOS cedar open")
        assert "Ctrl+O ends" not in desk.text()
        desk.daemon.lock()
        await desk.shows_no("cedar")

    rows = QUIET | {"status": [status(roles=["patrol"])], "sos": [sos(1, **HELD)]}
    on_desktop(claim, rows=rows)


# The map


def drawn(*markers: Marker, style: DotStyle = DotStyle.BRAILLE, width: int = 40) -> str:
    view, sheet = View(scale=50), Sheet(width, 12, style)
    lines = frame(view, sheet, draw_ground(view, sheet, None), markers, margin=Margin())
    return "\n".join(plain(line) for line in lines)


def calls(*rows: dict[str, Any], of: Look | None = None) -> list[Marker]:
    return sos_markers(cast("list[SosRow]", list(rows)), HERE, of or look(), now=NOW)


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_its_sign_has_a_shape_that_no_other_sign_has(glyphs: Glyphs) -> None:
    others = {*glyphs.severity, *glyphs.arrows, glyphs.patrol, glyphs.times, *"+.:-|/\\o◦"}
    assert glyphs.sos not in others


@pytest.mark.parametrize(
    ("glyphs", "style", "sign"), [(UNICODE, DotStyle.BRAILLE, "★"), (ASCII, DotStyle.ASCII, "%")]
)
def test_it_stands_above_a_selected_alert_in_the_same_cell(
    glyphs: Glyphs, style: DotStyle, sign: str
) -> None:
    of = look(glyphs=glyphs)
    grave = Marker(600, -400, glyphs.severity[3], "F", "critical", selected=True)
    (marker,) = calls(sos(1, place=place(600, -400, 1)), of=of)
    text = drawn(marker, grave, style=style, width=60)
    assert f"2{sign}SOS 0:35" in text
    assert glyphs.severity[3] not in text


def test_the_number_of_a_crowd_beside_it_does_not_hide_it() -> None:
    crowd = [Marker(650, -400, "▲", "F", "critical") for _ in range(3)]
    assert "★▲" in drawn(*calls(sos(1, place=place(600, -400, 1))), *crowd)


def test_a_coarse_place_of_a_call_is_an_area() -> None:
    text = drawn(*calls(sos(1, place=place(0, 0, 500))))
    middle = text.splitlines()[6]
    assert "★SOS" in text
    assert "★" not in middle


def test_what_is_ended_or_has_no_place_is_not_on_the_map() -> None:
    assert calls(sos(1, state="ended"), sos(2, place=None)) == []
    assert [m.role for m in calls(sos(1), sos(2, **HELD), sos(3, drill=True))] == [
        "drill", "bad", "alarm",
    ]  # fmt: skip


def test_the_dashboards_map_shows_an_open_call() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.shows("★SOS")
        desk.daemon.set("sos", sos(1, **(HELD | {"state": "ended"})))
        await desk.shows_no("★SOS")

    on_desktop(claim, rows=QUIET | {"sos": [sos(1, **HELD)]}, size=(160, 45))
