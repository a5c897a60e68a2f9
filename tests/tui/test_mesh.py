"""Health of the mesh, and who holds what, on the screen."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.api.mesh_schema import MeshRow, NeighbourRow
from meshdefense_tui.clock import Clock
from meshdefense_tui.lines import Line, line_width, plain
from meshdefense_tui.look import ASCII, UNICODE, Glyphs, Look
from meshdefense_tui.views.mesh import bar, mesh_lines
from support.screen_rows import NOW, alert, held, member, mesh, neighbour, radio, status
from support.screens import Desktop, Tables, on_desktop

QUIET: Tables = {"status": [status()], "radio": [radio()]}


def look(language: str = "en", glyphs: Glyphs = UNICODE) -> Look:
    return Look(language, glyphs, Clock(lambda: NOW))


def lines(width: int, *, of: Look | None = None, heard: int = 3, **changes: Any) -> list[Line]:
    row = cast("MeshRow", mesh(**changes) | {"rev": 1})
    rows = [neighbour(n, f"m{n}", rev=1, in_step=n % 2 == 0) for n in range(1, heard + 1)]
    return mesh_lines(
        row,
        cast("list[NeighbourRow]", rows),
        of or look(),
        now=NOW,
        width=width,
    )


@pytest.mark.parametrize("width", [56, 74, 116, 120])
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_the_view_keeps_its_width_and_loses_no_number(
    width: int, language: str, glyphs: Glyphs
) -> None:
    drawn = lines(width, of=look(language, glyphs))
    assert all(line_width(line) <= width for line in drawn)
    text = "\n".join(plain(line) for line in drawn)
    for number in ("12.4 / 216 s", " 95 %", "100 %", "289", "432", "-7.5 dB"):
        assert number in text
    if glyphs is ASCII:
        assert language != "en" or text.isascii()


def test_hundreds_of_neighbours_and_gaps_all_find_their_lines() -> None:
    gaps = [{"member": n, "name": f"author{n}", "missing": 2, "newest": 9} for n in range(400)]
    text = "\n".join(plain(line) for line in lines(74, heard=300, gaps=gaps, missing=800))
    assert "neighbours  300 heard directly, 150 held the same" in text
    assert "m300" in text
    assert "2 from author399" in text


def test_an_empty_mesh_says_so_in_words() -> None:
    quiet: dict[str, Any] = {"gaps": [], "missing": 0, "waiting": [], "waiting_count": 0}
    text = "\n".join(plain(line) for line in lines(74, heard=0, **quiet))
    assert "missing  nothing known to be missing" in text
    assert "neighbours  nobody was heard directly" in text
    assert "waiting  nothing" in text
    nothing = mesh_lines(None, [], look(), now=NOW, width=74)
    assert "Nothing is known of the mesh yet." in plain(nothing[-1])


def test_a_class_of_a_newer_daemon_is_shown_by_its_name() -> None:
    row = {"name": "fragments", "used_s": 3.0, "allowed_s": 0.0, "held_back": ""}
    assert any("fragments" in plain(line) for line in lines(74, airtime=[row]))


@given(st.floats(0, 5000), st.floats(0, 5000), st.integers(4, 30))
def test_a_bar_is_empty_only_at_zero_and_full_only_at_the_end(
    used: float, allowed: float, cells: int
) -> None:
    drawn = bar(used, allowed, cells, look(glyphs=ASCII))
    assert len(drawn) == cells
    assert set(drawn) <= {"#", "."}
    assert ("#" in drawn) == (used > 0)
    assert ("." not in drawn) == (used > 0 and used >= allowed)


def test_a_key_shows_the_mesh_and_it_follows_what_changes() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("i")
        await desk.shows("Nothing is known of the mesh yet.")
        desk.daemon.set("mesh", mesh())
        await desk.shows("3 from birch, 1 from ana")
        desk.daemon.set("neighbours", neighbour(4, "kit"), neighbour(2, "ana"))
        await desk.shows("neighbours  2 heard directly, 2 held the same")
        del desk.daemon.rows["neighbours"]["2"]
        desk.daemon.set("neighbours", neighbour(4, "kit", in_step=False))
        await desk.shows("neighbours  1 heard directly, 0 held the same")
        await desk.pilot.press("escape")
        await desk.shows("ALERTS")

    on_desktop(claim, rows=QUIET)


def test_what_is_missing_stands_in_the_radio_row() -> None:
    async def claim(desk: Desktop) -> None:
        assert "missing" not in desk.text()
        desk.daemon.set("mesh", mesh(missing=1))
        await desk.shows("1 missing")
        desk.daemon.set("mesh", mesh(gaps=[], missing=0))
        await desk.shows_no("missing")

    on_desktop(claim, rows=QUIET)


def test_a_change_that_is_not_stored_is_seen_without_a_new_revision() -> None:
    async def claim(desk: Desktop) -> None:
        daemon = desk.daemon
        daemon.revision -= 1  # as the daemon does: nothing was committed
        daemon.set("radio", radio(state="silent", detail="no byte for 40 s"))
        await desk.shows("radio SILENT")

    on_desktop(claim, rows=QUIET)


def test_more_holders_are_shown_as_they_become_known() -> None:
    async def claim(desk: Desktop) -> None:
        own = alert(1, mine=True, delivery=held(4, verifiers=[1, 7], bases=[0, 3], all=[1, 14]))
        desk.daemon.set("alerts", own)
        await desk.shows("you: held V1/7 B0/3")
        more = held(4, 5, verifiers=[1, 7], bases=[1, 3], all=[2, 14])
        desk.daemon.set("alerts", own | {"delivery": more})
        await desk.shows("you: held V1/7 B1/3")
        await desk.pilot.press("enter")
        await desk.shows("held by 1 of 7 verifiers and 1 of 3 bases")
        assert "verifiers: kit" in desk.text()
        assert "other members: #5" in desk.text()

    rows = QUIET | {"members": [member(4, "kit", roles=("verifier", "dispatch"))]}
    on_desktop(claim, rows=rows)
