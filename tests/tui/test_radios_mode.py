"""The radios mode: what a radio says, what to do when it does not, and measurements over time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.api.mesh_schema import NeighbourRow
from meshdefense.api.row_schema import MemberRow, PatrolRow
from meshdefense.api.status_schema import NodeStatus, RadioRow
from meshdefense.radio.base import LinkState
from meshdefense_protocol.errors import Rejection
from meshdefense_tui.clock import Clock
from meshdefense_tui.lines import Line, line_width, plain
from meshdefense_tui.look import ASCII, UNICODE, Glyphs, Look
from meshdefense_tui.modes.radios import RadiosMode
from meshdefense_tui.phrases import PHRASES
from meshdefense_tui.series import AIR_TIME, BUSY, SERIES_LIFE_S, Series, snr_of
from meshdefense_tui.views.radios import (
    radio_facts,
    radio_members,
    radio_neighbours,
    span_line,
)
from meshdefense_tui.views.sparkline import sparkline
from support.screen_rows import NOW, busy_evening, member, neighbour, patrol, radio, status
from support.screens import Desktop, Tables, on_desktop

GOLDEN = Path(__file__).parent / "golden"
NARROW, WIDE = (80, 24), (160, 45)
LOOKS = [(language, glyphs) for language in ("en", "es") for glyphs in (UNICODE, ASCII)]


def look(language: str = "en", glyphs: Glyphs = UNICODE) -> Look:
    return Look(language, glyphs, Clock(lambda: NOW))


def radio_row(**changes: Any) -> RadioRow:
    return cast("RadioRow", radio(**changes) | {"rev": 1})


def heard(*rows: dict[str, Any]) -> list[NeighbourRow]:
    return [cast("NeighbourRow", row | {"rev": 1}) for row in rows]


def measured() -> Series:
    series = Series()
    for minute in range(30):
        at = NOW - 1800 + 60 * minute
        near = heard(neighbour(4, "kit", heard_at=at, snr=-20.0 + minute))
        series.note(radio_row(channel_utilisation=float(minute)), near, at)
    return series


def all_lines(width: int, of: Look, **changes: Any) -> list[Line]:
    rows = heard(neighbour(4, "kit"), neighbour(2, "ana", snr=-16.2), neighbour(5, "rio", snr=None))
    members = {n: cast("MemberRow", member(int(n), f"m{n}")) for n in ("2", "4", "6", "7")}
    patrols = {n: cast("PatrolRow", patrol(int(n), f"m{n}", battery=18)) for n in ("6",)}
    known = status(rejected={reason.value: 3 for reason in Rejection} | {"newer one": 2})
    node = cast("NodeStatus", known)
    series = measured()
    return [
        *radio_facts(radio_row(**changes), node, series, of, now=NOW, width=width),
        *span_line(series, of, width),
        *radio_neighbours(rows, "LONG_FAST", series, of, now=NOW, width=width),
        *radio_members(members, patrols, rows, node, of, now=NOW, width=width),
    ]


@given(st.integers(40, 250), st.sampled_from(LOOKS), st.sampled_from(list(LinkState)))
def test_no_line_is_too_wide_and_no_number_is_lost(
    width: int, how: tuple[str, Glyphs], state: LinkState
) -> None:
    of = look(*how)
    lines = all_lines(width, of, state=state.value, detail="no byte came for 40 s")
    assert all(line_width(line) <= width for line in lines)
    text = " ".join(" ".join(plain(line) for line in lines).split())
    for fact in ("!0000007b", "2.7.11", "LONG_FAST", "412", "14 %", "1.3 %", "-7.5 dB", "-16.2 dB"):
        assert fact in text
    assert of.say(f"radio_{state.value}") in text
    assert of.say("radios_weak") in text
    if how == ("en", ASCII):
        assert text.isascii()


@pytest.mark.parametrize("state", [one for one in LinkState if one is not LinkState.READY])
def test_every_trouble_says_what_to_do_next(state: LinkState) -> None:
    assert f"radio_do_{state.value}" in PHRASES
    lines = radio_facts(radio_row(state=state.value), None, Series(), look(), now=NOW, width=200)
    assert look().say(f"radio_do_{state.value}") in plain(lines[1])


@pytest.mark.parametrize("reason", list(Rejection))
def test_every_reason_to_drop_a_frame_has_its_words(reason: Rejection) -> None:
    assert f"radio_dropped_{reason.value.replace(' ', '_')}" in PHRASES


def test_what_the_radio_did_not_tell_is_not_invented() -> None:
    nothing = dict.fromkeys(
        ("node_number", "name", "firmware", "hardware", "preset", "region", "battery",
         "channel_utilisation", "air_time", "queue_free", "queue_size", "last_frame_at")
    )  # fmt: skip
    lines = radio_facts(radio_row(**nothing), None, Series(), look(), now=NOW, width=80)
    assert sum("not told" in plain(line) for line in lines) == 7
    assert any("none since the daemon started" in plain(line) for line in lines)
    empty = radio_facts(None, None, Series(), look(), now=NOW, width=80)
    assert "Nothing is known of the radio yet." in plain(empty[1])
    unknown = radio_neighbours(
        heard(neighbour(4, "kit")), None, Series(), look(), now=NOW, width=80
    )
    assert "strong" not in plain(unknown[1])


# Measurements


@given(
    st.lists(st.tuples(st.floats(0, 4000), st.floats(-30, 30)), max_size=200),
    st.integers(1, 60),
    st.sampled_from([UNICODE, ASCII]),
)
def test_a_line_has_its_cells_and_draws_only_what_was_measured(
    back: list[tuple[float, float]], cells: int, glyphs: Glyphs
) -> None:
    samples = sorted((NOW - ago, value) for ago, value in back)
    drawn = sparkline(
        samples, look(glyphs=glyphs), now=NOW, span_s=1800, cells=cells, low=-20, high=10
    )
    assert len(drawn) == cells
    assert bool(drawn.strip()) == any(NOW - at <= 1800 for at, _ in samples)
    assert len(drawn.replace(" ", "")) <= len(samples)


def test_a_line_rises_with_its_values_and_the_newest_is_at_the_right() -> None:
    samples = [(NOW - 1800 + 60 * n + 1, float(n)) for n in range(30)]
    drawn = sparkline(samples, look(), now=NOW, span_s=1800, cells=30, low=0, high=30)
    assert drawn == "".join(sorted(drawn))
    assert drawn[0] == "▁"
    assert drawn[-1] == "█"


@given(st.lists(st.tuples(st.floats(0, 600), st.floats(0, 100)), max_size=60))
def test_the_ring_is_in_order_and_no_older_than_half_an_hour(
    steps: list[tuple[float, float]],
) -> None:
    series, now = Series(), NOW
    for wait, value in steps:
        now += wait
        row = heard(neighbour(4, "kit", heard_at=now - 5, snr=value))
        series.note(radio_row(channel_utilisation=value), row, now)
    for name in (BUSY, AIR_TIME, snr_of("4")):
        samples = series.of(name)
        assert list(samples) == sorted(samples, key=lambda sample: sample[0])
        assert all(now - at <= SERIES_LIFE_S for at, _ in samples)


def test_a_frame_is_measured_once_and_a_radio_that_is_not_ready_not_at_all() -> None:
    series = Series()
    rows = heard(neighbour(4, "kit"), neighbour(5, "rio", snr=None))
    for at in (NOW, NOW + 5, NOW + 10):
        series.note(radio_row(state="silent"), rows, at)
    assert len(series.of(snr_of("4"))) == 1
    assert series.of(snr_of("5")) == ()
    assert series.of(BUSY) == ()
    series.forget()
    assert series.of(snr_of("4")) == ()
    assert series.since is None


# The screen


def evening(**changes: Any) -> Tables:
    return busy_evening() | {"radio": [radio(**changes)]}


CASES: dict[str, tuple[tuple[int, int], dict[str, Any]]] = {
    "radios_80x24": (NARROW, {}),
    "radios_80x24_es": (NARROW, {"language": "es"}),
    "radios_80x24_ascii": (NARROW, {"ascii_only": True}),
    "radios_160x45": (WIDE, {}),
    "radios_160x45_es": (WIDE, {"language": "es"}),
    "radios_refused_80x24": (
        NARROW,
        {"rows": evening(state="refused", detail="the radio's region is not set")},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_radios_look_as_they_were_approved(name: str) -> None:
    size, options = CASES[name]

    async def claim(desk: Desktop) -> None:
        shown = await radios(desk)
        for ago in range(1500, 0, -100):
            value = 10.0 + ago / 60
            near = heard(neighbour(4, "kit", heard_at=NOW - ago - 130, snr=5 - ago / 80))
            desk.app.desk.series.note(radio_row(channel_utilisation=value), near, NOW - ago)
        desk.app.desk.series.since = NOW - 1500
        shown.tick()
        await desk.pilot.pause()
        text, path = desk.text() + "\n", GOLDEN / f"{name}.txt"
        if os.environ.get("MESHDEFENSE_RENEW_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    on_desktop(claim, size=size, **options)


async def radios(desk: Desktop) -> RadiosMode:
    await desk.pilot.press("f8")
    await desk.until(lambda: desk.app.operations.mode.NAME == "radios")
    shown = desk.app.operations.mode
    assert isinstance(shown, RadiosMode)
    await desk.pilot.pause()
    desk.app.desk.series.forget()
    return shown


def test_keys_scroll_and_escape_leads_back() -> None:
    async def claim(desk: Desktop) -> None:
        await radios(desk)
        assert "MEMBERS BY RADIO" not in desk.text()
        await desk.pilot.press("end")
        await desk.shows("MEMBERS BY RADIO")
        await desk.pilot.press("home")
        await desk.shows("THIS NODE")
        await desk.pilot.press("escape")
        await desk.until(lambda: desk.app.operations.mode.NAME == "dashboard")

    on_desktop(claim)


def test_the_screen_follows_the_radio_and_measures_it() -> None:
    async def claim(desk: Desktop) -> None:
        await radios(desk)
        series = desk.app.desk.series
        desk.time.advance(1)
        desk.daemon.set("radio", radio(state="silent", detail="no byte for 40 s"))
        await desk.shows("switch the radio off and on")
        before = len(series.of(BUSY))
        desk.time.advance(1)
        desk.daemon.set("radio", radio(channel_utilisation=44.0))
        await desk.shows("44 % busy")
        assert len(series.of(BUSY)) == before + 1

    on_desktop(claim)


def test_it_measures_from_the_start_though_it_was_never_shown_and_forgets_at_a_lock() -> None:
    async def claim(desk: Desktop) -> None:
        series, model = desk.app.desk.series, desk.app.model
        assert series.of(BUSY) == ((NOW, 14.2),)
        assert series.since == NOW
        desk.time.advance(10)
        await desk.until(lambda: len(series.of(BUSY)) == 2)
        await desk.pilot.press("f8")
        await desk.shows("seen here since 11:06")
        await desk.pilot.press("ctrl+l")
        await desk.until(lambda: model.locked)
        series.measure(model, desk.time.now)
        assert not series.of(BUSY)
        assert series.since is None

    on_desktop(claim)


@pytest.mark.parametrize("key", ["f7", "f8"])
def test_a_lock_while_it_is_shown_ends_nothing(key: str) -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press(key)
        await desk.pilot.pause()
        await desk.pilot.press("ctrl+l")
        await desk.shows("LOCKED")
        for letter in desk.daemon.passphrase:
            await desk.pilot.press("space" if letter == " " else letter)
        await desk.pilot.press("enter")
        await desk.shows("THIS NODE" if key == "f8" else "MESH")

    on_desktop(claim)


def test_while_the_daemon_is_silent_nothing_is_measured() -> None:
    async def claim(desk: Desktop) -> None:
        await radios(desk)
        await desk.daemon.stop()
        await desk.shows("DAEMON SILENT")
        before = desk.app.desk.series.of(BUSY)
        desk.time.advance(30)
        desk.app._ticks = 4
        desk.app._tick()
        assert desk.app.desk.series.of(BUSY) == before

    on_desktop(claim)


def test_a_thousand_neighbours_and_hostile_names_are_listed() -> None:
    rows = evening()
    rows["neighbours"] = [neighbour(n, f"m{n}") for n in range(10, 1010)]
    rows["neighbours"].append(neighbour(9, "\x1b[2J\u202ex" + "界" * 40, heard_at=NOW))

    async def claim(desk: Desktop) -> None:
        await radios(desk)
        await desk.shows("HEARD DIRECTLY 1001")
        for size in ((1, 1), (20, 5), (250, 70), (80, 24)):
            await desk.pilot.resize_terminal(*size)
            await desk.pilot.pause()
        await desk.shows("HEARD DIRECTLY 1001")
        assert not set("\x1b\u202e") & set(desk.text())

    on_desktop(claim, rows=rows)
