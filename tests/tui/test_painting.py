"""What is kept between two frames never shows: every screen is as if all were drawn anew."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from textual._compositor import CompositorUpdate
from textual.color import Color
from textual.filter import ANSIToTruecolor
from textual.geometry import Region

from meshdefense.api.row_schema import AlertRow
from meshdefense_tui.alert_order import AlertOrder
from meshdefense_tui.lines import Line, plain
from meshdefense_tui.map.geometry import View
from meshdefense_tui.map.ground import draw_ground
from meshdefense_tui.map.markers import alert_markers, patrol_markers
from meshdefense_tui.map.parts import DotStyle, Margin, Marker, Sheet
from meshdefense_tui.map.scene import draw_frame, frame
from meshdefense_tui.map.street_index import StreetIndex
from meshdefense_tui.palette import ColourDepth, Palette
from meshdefense_tui.themes import SCHEMES
from meshdefense_tui.widgets.kept_rows import KeptRows, runs
from meshdefense_tui.widgets.map_contents import MapContents
from meshdefense_tui.widgets.painted import Painted, RoleStyles, joined_strip_of, strip_of
from meshdefense_tui.widgets.row_list import RowList
from support.screen_rows import alert, busy_evening, patrol, place
from support.screens import Desktop, on_desktop
from support.sent_cells import Cells
from support.small_town import town

TOWN = StreetIndex(town())
SIZES = [(60, 20), (80, 24), (120, 30), (200, 60)]


def cells(desk: Desktop) -> list[list[tuple[str, Style | None]]]:
    """Every row of the screen, sign by sign with its style."""
    strips = desk.app.screen._compositor.render_strips()
    return [
        [(sign, segment.style) for segment in strip for sign in segment.text] for strip in strips
    ]


async def is_as_drawn_anew(desk: Desktop) -> None:
    await desk.pilot.pause()
    kept = cells(desk)
    for widget in desk.app.screen.walk_children(with_self=False):
        widget.refresh()
        if isinstance(widget, KeptRows):
            widget.drop_rows()
    assert kept == cells(desk), desk.text()


@pytest.mark.parametrize("size", SIZES)
def test_the_screen_is_as_if_drawn_anew_after_every_key(size: tuple[int, int]) -> None:
    async def claim(desk: Desktop) -> None:
        for key in ("down", "down", "up", "end", "home", "tab", "down", "m", "plus", "right", "t",
                    "b", "L", "escape", "escape", "e", "e", "enter", "escape", "N"):  # fmt: skip
            await desk.pilot.press(key)
            await is_as_drawn_anew(desk)

    on_desktop(claim, size=size)


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sent_to_the_terminal_adds_up_to_the_screen(size: tuple[int, int]) -> None:
    async def claim(desk: Desktop) -> None:
        shown, console = Cells(), Console(color_system="truecolor", force_terminal=True)

        def sent(screen: object, update: object) -> None:
            if isinstance(update, CompositorUpdate):
                shown.write(update.render_segments(console))

        async def adds_up() -> None:
            await desk.pilot.pause(0.05)
            whole = Cells()
            for y, strip in enumerate(desk.app.screen._compositor.render_strips()):
                whole.write(f"\x1b[{y + 1};1H{strip.render(console)}")
            assert shown.at == whole.at, desk.text()

        desk.app._display = sent  # type: ignore[method-assign,assignment]
        desk.app.screen.refresh(layout=True)
        await desk.pilot.press("f2", "f1")
        for key in ("down", "down", "up", "end", "home", "tab", "down", "m", "plus", "right", "e"):
            await desk.pilot.press(key)
            await adds_up()
        desk.daemon.set("alerts", alert(50, severity=3), alert(2, state="closed"))
        await desk.until(lambda: desk.app.model.revision == desk.daemon.revision)
        await adds_up()
        desk.time.advance(65)
        desk.app.operations.tick()
        await adds_up()

    on_desktop(claim, size=size)


def test_of_a_row_only_the_columns_that_differ_are_wanted() -> None:
    async def claim(desk: Desktop) -> None:
        patrols = desk.app.screen.query_one("#patrols", RowList)
        before = list(patrols._on_screen)
        wanted: list[Region] = []
        patrols.refresh = lambda *regions, **_: wanted.extend(regions)  # type: ignore[method-assign,assignment]
        desk.time.advance(7)
        patrols.repaint()
        assert wanted
        for region in wanted:
            old, new = (plain(rows[region.y]) for rows in (before, patrols._on_screen))
            assert old[: region.x] == new[: region.x]
            assert old[region.right :] == new[region.right :]
            assert region.width < patrols.size.width

    on_desktop(claim)


@given(st.sets(st.integers(0, 200)))
def test_runs_are_the_fewest_that_hold_these_rows_and_no_others(rows: set[int]) -> None:
    found = list(runs(sorted(rows)))
    assert {row for first, end in found for row in range(first, end)} == rows
    assert all(one[1] < other[0] for one, other in pairwise(found))


def test_a_cursor_that_leaves_the_view_takes_half_a_view_along() -> None:
    async def claim(desk: Desktop) -> None:
        rows = desk.app.screen.query_one("#alerts", RowList)
        tops = []
        for _ in range(30):
            await desk.pilot.press("down")
            tops.append(rows._top)
            assert rows.key == rows.keys[len(tops)]
            assert set(rows.cursor_rows()) <= set(range(1, rows.size.height))
        moved = [at for at, (one, other) in enumerate(pairwise(tops)) if one != other]
        seen = (rows.size.height - 1) // 2  # items of two lines
        assert len(moved) >= 3
        assert all(b - a >= seen // 2 for a, b in pairwise(moved))
        for _ in range(30):
            await desk.pilot.press("up")
            assert set(rows.cursor_rows()) <= set(range(1, rows.size.height))
        assert rows._top == (0, 0)

    many = [alert(number, state="unconfirmed") for number in range(1, 41)]
    on_desktop(claim, rows=busy_evening() | {"alerts": many})


@pytest.mark.parametrize("depth", list(ColourDepth))
def test_the_screen_is_as_if_drawn_anew_after_everything_that_happens(depth: ColourDepth) -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.set("alerts", alert(50, severity=3), alert(2, state="closed"))
        await desk.until(lambda: desk.app.model.revision == desk.daemon.revision)
        await is_as_drawn_anew(desk)
        desk.time.advance(65)
        desk.app.operations.tick()
        await is_as_drawn_anew(desk)
        for size in ((100, 30), (1, 1), (200, 60), (160, 45)):
            await desk.pilot.resize_terminal(*size)
            await is_as_drawn_anew(desk)
        desk.app.desk.stale = True
        desk.app.operations.tick()
        await is_as_drawn_anew(desk)

    on_desktop(claim, size=(160, 45), depth=depth)


def test_of_rows_that_did_not_change_the_compositor_gets_the_very_same_strips() -> None:
    async def claim(desk: Desktop) -> None:
        rows = desk.app.dashboard.alerts
        region = rows.region.reset_offset
        before = list(rows.render_lines(region))
        await desk.pilot.press("down")
        after = rows.render_lines(region)
        moved = [y for y, strip in enumerate(after) if strip is not before[y]]
        # the cursor was on the first item and is on the second; the title counts its place
        assert set(moved) <= set(range(6))
        assert len(moved) < len(after) / 2

    on_desktop(claim, size=(160, 45))


@pytest.mark.parametrize("scheme", list(SCHEMES.values()), ids=lambda scheme: scheme.name)
@pytest.mark.parametrize("stale", [False, True])
@pytest.mark.parametrize("cursor", [False, True])
def test_in_true_colours_nothing_is_left_for_the_filter_of_sixteen_colours(
    scheme: Any, stale: bool, cursor: bool
) -> None:
    base = Style.parse(f"{scheme.ink} on {scheme.ground}")
    styles = RoleStyles(Palette(ColourDepth.TRUE, scheme), stale, base, cursor=cursor)
    line: Line = tuple((role, role) for role in (*scheme.roles, "unknown"))
    strip = strip_of(line, styles, sum(len(role) for role, _ in line))
    filtered = strip.apply_filter(
        ANSIToTruecolor(DEFAULT_TERMINAL_THEME), Color.parse(scheme.ground)
    )
    assert list(filtered) == list(strip)


@given(
    st.lists(
        st.tuples(st.text("a é中", min_size=1), st.sampled_from(("plain", "bad", "title", "alarm")))
    ),
    st.booleans(),
    st.sampled_from(list(ColourDepth)),
)
def test_a_strip_shows_every_sign_as_its_role_looks_and_no_blank_is_sent_alone(
    line: list[tuple[str, str]], cursor: bool, depth: ColourDepth
) -> None:
    base = Style.parse("#d0d7de on #0d1117") if depth is ColourDepth.TRUE else Style()
    styles = RoleStyles(Palette(depth), False, base, cursor=cursor)
    width = sum(cell_len(text) for text, _ in line)
    made = joined_strip_of(tuple(line), styles, width)

    def seen(sign: str, style: Style | None) -> tuple[object, ...]:
        assert style is not None
        marks = (style.reverse, style.underline, style.bgcolor)
        plain_blank = sign == " " and not style.reverse and not style.underline
        return (sign, *marks, None if plain_blank else style)

    wanted = [seen(sign, styles[role]) for text, role in line for sign in text]
    if line:
        plain_strip = strip_of(tuple(line), styles, width)
        assert list(plain_strip) == [Segment(text, styles[role]) for text, role in line]
        assert [seen(sign, s.style) for s in made for sign in s.text] == wanted
        assert all(type(segment) is Segment for segment in made)
        for one, other in pairwise(made):
            assert one.style is not None
            assert other.style is not None
            marked = any(s.style.reverse or s.style.underline for s in (one, other) if s.style)
            if one.style.bgcolor == other.style.bgcolor and not marked:
                assert not one.text.isspace()
                assert not other.text.isspace()


# Lists


class Counting:
    """A painter that notes what it was asked for."""

    title, opens = "alerts", ""
    empty: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.asked: list[str] = []

    def height(self, key: str, width: int) -> int:
        return 2

    def lines(self, key: str, width: int) -> list[Line]:
        self.asked.append(key)
        return [((f"{key} {len(self.asked)}", "plain"),), ()]


def counted(desk: Desktop) -> tuple[RowList, Counting]:
    painter = Counting()
    rows = desk.app.dashboard.alerts
    rows.painter = painter
    rows.show([f"k{n}" for n in range(50)])
    painter.asked.clear()
    return rows, painter


def test_a_moved_cursor_draws_no_item_again() -> None:
    async def claim(desk: Desktop) -> None:
        rows, painter = counted(desk)
        rows.stand_on("k0")
        painter.asked.clear()
        for _ in range(5):
            rows.action_move(1)
        assert rows.key == "k5"
        assert painter.asked == []
        rows.action_edge(1)
        assert painter.asked
        assert set(painter.asked) <= {f"k{n}" for n in range(30, 50)}

    on_desktop(claim)


def test_everything_but_a_moved_cursor_draws_the_items_in_view_again() -> None:
    async def claim(desk: Desktop) -> None:
        rows, painter = counted(desk)
        rows.action_move(1)
        rows.repaint()
        assert "k0" in painter.asked
        painter.asked.clear()
        await desk.pilot.resize_terminal(100, 30)
        rows.action_move(1)
        assert "k0" in painter.asked

    on_desktop(claim)


def test_the_rows_of_an_item_that_vanished_under_the_cursor_are_gone() -> None:
    async def claim(desk: Desktop) -> None:
        rows, _ = counted(desk)
        rows.stand_on("k3")
        rows.show([f"k{n}" for n in range(50) if n != 3])
        assert rows.key == "k4"
        assert "k3 " not in desk.text()
        await is_as_drawn_anew(desk)

    on_desktop(claim)


def test_a_change_of_alerts_leaves_the_patrols_alone_and_one_of_the_origin_does_not() -> None:
    async def claim(desk: Desktop) -> None:
        painter = Counting()
        desk.app.dashboard.patrols.painter = painter
        desk.daemon.set("alerts", alert(60, severity=0))
        await desk.until(lambda: desk.app.model.revision == desk.daemon.revision)
        await desk.pilot.pause()
        assert painter.asked == []
        status = dict(desk.app.model.status or {})
        desk.daemon.set("status", status | {"origin": {"lat": 41, "lon": -75, "precision_m": 1}})
        await desk.until(lambda: bool(painter.asked))

    on_desktop(claim, size=(160, 45))


def test_what_nobody_sees_is_not_kept_through_a_lock() -> None:
    async def claim(desk: Desktop) -> None:
        the_map = desk.app.dashboard.map
        await desk.pilot.press("m")
        await desk.until(lambda: bool(the_map._on_screen))
        await desk.pilot.press("m")
        await desk.until(lambda: not the_map.size.width)
        desk.daemon.lock()
        await desk.until(lambda: desk.app.model.locked)
        await desk.pilot.pause()
        for widget in desk.app.operations.query(Painted):
            assert "fire" not in str(widget._on_screen), widget
            assert "fire" not in str(widget._kept), widget
            assert "fire" not in str(widget._filled), widget

    on_desktop(claim)


# Alerts in order


@given(
    st.lists(
        st.tuples(
            st.integers(0, 8),
            st.integers(0, 3),
            st.floats(0, 9),
            st.sampled_from(("unconfirmed", "closed", "verified", None)),
        )
    )
)
def test_the_ids_stay_in_the_order_of_the_alerts(
    changes: list[tuple[int, int, float, str | None]],
) -> None:
    order = AlertOrder()
    held: dict[str, dict[str, Any]] = {}
    for number, severity, at, state in changes:
        if state is None:
            order.drop(str(number))
            held.pop(str(number), None)
        else:
            row = alert(number, severity=severity, reported_at=at, state=state, id=str(number))
            order.put(cast("AlertRow", row))
            held[str(number)] = row

    def place_of(key: str) -> tuple[bool, int, float, str]:
        row = held[key]
        over = row["state"] == "closed"
        return over, 0 if over else -row["severity"], -row["reported_at"], key

    assert order.ids() == sorted(held, key=place_of)
    assert order.ids(ended=False) == [k for k in order.ids() if held[k]["state"] != "closed"]


# The map

MARKERS = st.lists(
    st.builds(
        Marker,
        st.floats(-600, 600), st.floats(-300, 300), st.sampled_from("▲◆●"),
        st.sampled_from(("E", "leo", "kit 20 min", "zoë", "巡逻")),
        st.sampled_from(("high", "patrol", "critical", "own")), st.sampled_from((0.0, 10.0, 300.0)),
        selected=st.booleans(),
    ),
    max_size=12,
).map(tuple)  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.tuples(MARKERS, st.sampled_from((5, 20))), max_size=6),
       st.sampled_from(list(DotStyle)))  # fmt: skip
def test_a_frame_after_another_is_as_if_it_were_the_first(
    frames: list[tuple[tuple[Marker, ...], int]], style: DotStyle
) -> None:
    last, sheet, margin = None, Sheet(60, 20, style), Margin(("1 km",), "100 m", "© OSM")
    for markers, scale in frames:
        view = View(0, 0, scale)
        ground = draw_ground(view, sheet, TOWN)
        last = draw_frame(view, sheet, ground, markers, margin=margin, last=last)
        assert last.lines == frame(view, sheet, ground, markers, margin=margin)


def test_markers_are_those_that_would_be_made_at_once() -> None:
    async def claim(desk: Desktop) -> None:
        model, shown = desk.app.model, desk.app.desk
        contents = MapContents(shown)

        def same() -> None:
            assert model.origin is not None
            look, now = shown.look, shown.now
            patrols = model.patrols_in_order(now)
            expected = patrol_markers(patrols, model.origin, look, now=now, ages=True)
            expected += alert_markers(
                model.alerts_in_order()[::-1], model.origin, look, now=now,
                selected=shown.selected, ages=True,
            )  # fmt: skip
            assert sorted(map(str, contents.markers(ages=True))) == sorted(map(str, expected))
            chosen = [m.selected for m in contents.markers(ages=True)]
            assert not any(chosen[:-1])

        for key in (*model.alerts, None):
            shown.selected = key
            same()
        for step in range(4):
            desk.daemon.set("alerts", alert(70 + step), alert(2, state="closed"))
            desk.daemon.set("patrols", patrol(3, "leo", place=place(step * 10, 5)))
            await desk.until(lambda: model.revision == desk.daemon.revision)
            shown.selected = None if step % 2 else "2.0.1"
            same()
            desk.time.advance(7 + step)
            same()

    on_desktop(claim, size=(160, 45))
