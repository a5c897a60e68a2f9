"""Unsigned reports of stock radios on F4: marked, adopted, dismissed, and what goes wrong."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.words import KINDS
from meshdefense_tui.look import ASCII, UNICODE, Look
from meshdefense_tui.modes.verify import VerifyMode
from meshdefense_tui.screens.adoption import AdoptionForm
from support.alert_work import ordered, orders, working_evening
from support.screen_rows import NOW, alert, place, status
from support.screens import Desktop, on_desktop
from support.stock_rows import stock_report, stock_status

GOLDEN = Path(__file__).parent / "golden"
SOS = stock_report(
    "S0S1", intent="sos", kind=None, severity=3, count=None, activity=0, equipment=[], place=None,
    place_words="", missing=["where"], personal=[], keyed=False, times=1, hint="00aa",
)  # fmt: skip


def evening(*reports: dict[str, Any], **changes: Any) -> dict[str, Any]:
    rows = working_evening()
    told = rows["status"][0] if "status" in rows else status()
    return {
        "rows": rows
        | {"stock_reports": list(reports), "status": [told | {"stock": stock_status()} | changes]}
    }


async def opened(desk: Desktop, *keys: str) -> VerifyMode:
    await desk.pilot.press("f4")
    await desk.until(lambda: desk.app.operations.mode.NAME == "verify")
    await desk.pilot.press(*keys)
    await desk.pilot.pause()
    mode = desk.app.operations.mode
    assert isinstance(mode, VerifyMode)
    return mode


@pytest.mark.parametrize(
    ("name", "size", "options"),
    [
        ("verify_stock_80x24", (80, 24), {}),
        ("verify_stock_80x24_ascii", (80, 24), {"ascii_only": True}),
        ("verify_stock_160x45", (160, 45), {}),
        ("verify_stock_160x45_es", (160, 45), {"language": "es"}),
    ],
)
def test_unsigned_reports_look_as_they_were_approved(
    name: str, size: tuple[int, int], options: dict[str, Any]
) -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "end")
        text, path = desk.text() + "\n", GOLDEN / f"{name}.txt"
        if os.environ.get("MESHDEFENSE_RENEW_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    on_desktop(claim, size=size, **evening(stock_report(), read_sos()), **options)


def read_sos() -> dict[str, Any]:
    """An unsigned SOS that rings no more, so that the picture stands still."""
    return SOS | {"read_at": NOW - 5}


def test_an_unsigned_sos_stands_first_and_other_unsigned_reports_last() -> None:
    async def claim(desk: Desktop) -> None:
        mode = await opened(desk)
        assert mode.rows.keys[0] == "stock S0S1"
        assert mode.rows.keys[-1] == "stock K7Q2"
        assert len(mode.rows.keys) == 6

    on_desktop(claim, **evening(stock_report(), read_sos()))


def test_what_was_adopted_or_dismissed_waits_no_more() -> None:
    done = [stock_report("AAAA", state="adopted"), stock_report("BBBB", state="dismissed")]

    async def claim(desk: Desktop) -> None:
        mode = await opened(desk)
        assert not [key for key in mode.rows.keys if key.startswith("stock")]

    on_desktop(claim, **evening(*done))


def test_adopting_opens_the_form_with_what_they_said_and_sends_all_of_it() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "end", "A")
        await desk.shows("ADOPT K7Q2")
        assert isinstance(desk.app.screen, AdoptionForm)
        await desk.shows("(as they said)")
        await desk.pilot.press("enter", "enter")
        method, params = await ordered(desk)
        assert method == "stock_adopt"
        assert (params["stock"], params["exact"]) == ("K7Q2", True)
        assert (params["kind"], params["count"], params["equipment"]) == (1, 3, [1])
        assert params["lat"] == pytest.approx(place(400, 300)["lat"])
        assert params["note"] == "from a neighbour / de un vecino"

    on_desktop(claim, **evening(stock_report()))


@pytest.mark.parametrize(("letter", "kind"), [("T", "threat"), ("M", "medical"), ("W", "crowd")])
@pytest.mark.parametrize("before", [(), ("delete",)])
def test_an_adopted_sos_stays_critical_and_as_old_as_it_is_whatever_kind_is_chosen(
    letter: str, kind: str, before: tuple[str, ...]
) -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "home", "A", *before, letter.lower())
        await desk.shows("CRITICAL")
        await desk.shows("90 min ago")
        await desk.pilot.press("enter", "enter")
        method, params = await ordered(desk)
        assert method == "stock_adopt"
        chosen = (params["kind"], params["severity"], params["observed_ago_s"])
        assert chosen == (KINDS.code(kind), 3, 5400)

    on_desktop(claim, **evening(read_sos() | {"received_at": NOW - 11 * 3600}))


def test_the_severity_that_a_person_chooses_for_an_sos_is_signed() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "home", "A", "t", "2", "enter", "enter")
        _, params = await ordered(desk)
        assert (params["severity"], params["observed_ago_s"]) == (1, 0)

    on_desktop(claim, **evening(read_sos() | {"received_at": NOW}))


def test_an_unsigned_sos_is_not_hidden_by_an_alarm_that_came_later() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.shows("UNSIGNED SOS, stock radio ...00aa")
        desk.daemon.set("alerts", alert(9, severity=3, kind=KINDS.code("fire")))
        await desk.until(lambda: len(desk.app.guard.siren.keys) == 2)
        await desk.shows("NEW critical: fire")
        assert "UNSIGNED SOS, stock radio ...00aa" in desk.text()
        await desk.pilot.press("j")  # the first key silences
        desk.time.advance(5)
        await desk.pilot.press("a")
        assert await ordered(desk) == ("stock_read", {"stock": "S0S1"})

    on_desktop(claim, **evening(SOS))


def test_where_they_wrote_only_words_no_place_of_ones_own_is_sent_in_a_hurry() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "end", "A")
        await desk.shows('they wrote "5ta/Main"')
        await desk.pilot.press("enter", "enter")
        _, params = await ordered(desk)
        assert "lat" not in params

    on_desktop(claim, **evening(stock_report(place=None, place_words="5ta/Main")))


def test_a_draft_of_ones_own_is_there_again_after_an_adoption_was_left() -> None:
    async def claim(desk: Desktop) -> None:
        desk.app.desk.draft.choose_kind("F")
        await opened(desk, "end", "A")
        assert desk.app.desk.draft.kind == 1
        await desk.pilot.press("escape")
        await desk.until(lambda: desk.app.desk.draft.kind == 7)

    on_desktop(claim, **evening(stock_report()))


def test_dismissing_asks_first() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "end", "X")
        await desk.shows("Dismiss K7Q2 enforcement activity")
        assert orders(desk.daemon) == []
        await desk.pilot.press("y")
        assert await ordered(desk) == ("stock_dismiss", {"stock": "K7Q2"})
        await desk.shows_no("dismissal: signed")

    on_desktop(claim, **evening(stock_report()))


@pytest.mark.parametrize("key", ["v", "n", "e", "u", "b", "x", "a"])
def test_no_key_for_alerts_does_anything_to_an_unsigned_report(key: str) -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "end", key)
        await desk.pilot.pause()
        assert orders(desk.daemon) == []

    on_desktop(claim, **evening(stock_report()))


@pytest.mark.parametrize("key", ["A", "X"])
def test_the_keys_for_unsigned_reports_do_nothing_to_an_alert(key: str) -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "home", key)
        await desk.shows("that takes an unsigned report")
        assert orders(desk.daemon) == []

    on_desktop(claim, **evening(stock_report()))


def test_an_unsigned_sos_rings_says_that_it_is_unsigned_and_a_marks_it_as_read() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.shows("UNSIGNED SOS, stock radio ...00aa")
        await desk.pilot.press("j")  # the first key silences
        desk.time.advance(5)
        await desk.pilot.press("a")
        assert await ordered(desk) == ("stock_read", {"stock": "S0S1"})
        desk.daemon.set("stock_reports", read_sos())
        await desk.shows_no("UNSIGNED SOS, stock")

    on_desktop(claim, **evening(SOS))


def test_an_unsigned_report_that_comes_in_is_said_quietly_on_any_screen() -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.set("stock_reports", stock_report())
        await desk.shows("UNSIGNED report: enforcement activity")
        assert desk.app.guard.siren.front is None

    on_desktop(claim, **evening())


def test_a_report_that_goes_away_under_the_cursor_takes_nothing_along() -> None:
    async def claim(desk: Desktop) -> None:
        mode = await opened(desk, "end")
        desk.daemon.remove("stock_reports", "K7Q2")
        await desk.until(lambda: "stock K7Q2" not in mode.rows.keys)
        await desk.pilot.press("A")
        await desk.shows("that takes an unsigned report")

    on_desktop(claim, **evening(stock_report()))


def test_locked_nothing_of_it_is_on_the_screen() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "end")
        await desk.shows("4f2a")
        desk.daemon.lock()
        await desk.shows_no("4f2a")
        assert not desk.app.model.stock_reports

    on_desktop(claim, **evening(stock_report()))


def test_the_health_of_the_mesh_says_what_this_node_does_for_stock_radios() -> None:
    stock = stock_status(hears=0, queued=2, waits_for="the channel is busy (42 %)", dropped=3)

    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("f7")
        await desk.shows("speaks on Neighbours")
        for words in ("policy: nothing is told", "2 waiting", "channel is busy (42 %)", "3 NOT"):
            assert words in desk.text()

    on_desktop(claim, size=(100, 60), **evening(stock=stock))


def test_a_node_that_cannot_speak_says_so_on_every_screen() -> None:
    stock = stock_status(problem="the radio has no channel 'X' for stock radios; it has: none")

    async def claim(desk: Desktop) -> None:
        await desk.shows("NOT SPEAKING")

    on_desktop(claim, size=(160, 45), **evening(stock=stock))


@given(
    width=st.integers(40, 250),
    language=st.sampled_from(["en", "es"]),
    glyphs=st.sampled_from([ASCII, UNICODE]),
    words=st.text(max_size=48),
    sos=st.booleans(),
)
def test_no_line_is_wider_than_the_screen_and_the_mark_is_always_there(
    width: int, language: str, glyphs: Any, words: str, sos: bool
) -> None:
    from meshdefense.safe_text import clean
    from meshdefense_tui.clock import Clock
    from meshdefense_tui.lines import line_width
    from meshdefense_tui.views.stock_rows import stock_detail_lines, stock_queue_lines

    look = Look(glyphs=glyphs, language=language, clock=Clock())
    row: Any = (SOS if sos else stock_report()) | {"place": None, "place_words": clean(words)}
    lines = stock_queue_lines(row, look, origin=None, now=NOW, width=width, asking=True)
    assert len(lines) == 3
    mark = look.say("stock_unsigned_sos" if sos else "stock_unsigned")
    assert mark in "".join(text for text, _ in lines[0])
    lines += stock_detail_lines(row, look, origin=None, now=NOW, width=width)
    assert all(line_width(line) <= width for line in lines)
