"""Panic and calls for help on the screens: from everywhere, and never by a slip."""

from __future__ import annotations

import asyncio
import io
import sys
from pathlib import Path
from typing import Any

import pytest

import meshdefense_tui
from meshdefense_tui.app import MeshDefenseApp
from support.screen_rows import alert, answer, message, radio, sos, status
from support.screens import Desktop, Tables, desktop, on_desktop

QUIET: Tables = {"status": [status()], "radio": [radio()], "alerts": [alert(1)]}
EVERYWHERE: tuple[tuple[str, ...], ...] = (
    (), ("r",), ("r", "f", "n", "x"), ("w", "h"), ("enter",), ("v",), ("question_mark",), ("i",),
    ("m",), ("ctrl+l",), ("ctrl+l", "a", "b"),
)  # fmt: skip
"""Keys that lead to each window, to each entry, and to the lock screen."""
CALL = ("sos", {"kind": "help", "here": True})


def rings(desk: Desktop) -> list[None]:
    rung: list[None] = []
    desk.app.bell = lambda: rung.append(None)  # type: ignore[method-assign]
    return rung


async def panic(desk: Desktop, presses: int = 3) -> None:
    for _ in range(presses):
        await desk.pilot.press("ctrl+x")
        desk.time.advance(0.4)


async def wait_out(desk: Desktop, seconds: float = 5.0) -> None:
    """Let time pass while the daemon goes on speaking: after five silent seconds it is gone."""
    while seconds > 0:
        desk.time.advance(min(seconds, 1.0))
        seconds -= 1.0
        heard = desk.app.session.heard
        await desk.until(lambda: desk.app.session.heard != heard)  # noqa: B023  # awaited here


# Panic


@pytest.mark.parametrize("keys", EVERYWHERE)
def test_three_presses_destroy_everything_from_every_screen(keys: tuple[str, ...]) -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press(*keys)
        await desk.pilot.pause()
        await panic(desk, 2)
        await desk.shows("PANIC 2 of 3")
        assert not desk.daemon.destroyed
        await panic(desk, 1)
        await desk.until(lambda: desk.daemon.destroyed and not desk.app.is_running)
        assert desk.app.return_code == 0
        assert desk.app.emergency.wiped
        assert desk.daemon.calls[-1] == ("panic", {})

    on_desktop(claim, rows=QUIET)


def test_after_the_third_press_the_screen_is_plain_before_the_daemon_answers() -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.mute = True
        await panic(desk)
        await desk.shows("Nothing to do.")
        assert desk.text().split() == ["Nothing", "to", "do."]
        await desk.pilot.press("q", "escape", "ctrl+l", "ctrl+q")
        assert desk.text().split() == ["Nothing", "to", "do."]
        assert not desk.app.model.alerts
        await desk.daemon.stop()
        await desk.until(lambda: not desk.app.is_running)
        assert not desk.app.emergency.wiped

    on_desktop(claim, rows=QUIET)


def test_a_slip_is_counted_on_the_screen_and_passes_by_itself() -> None:
    async def claim(desk: Desktop) -> None:
        await panic(desk, 2)
        await desk.shows("PANIC 2 of 3")
        desk.time.advance(3)
        await desk.shows_no("PANIC")
        await panic(desk, 1)
        await desk.shows("PANIC 1 of 3")
        await desk.pilot.press("j")
        await desk.shows_no("PANIC")
        assert desk.app.is_running
        assert desk.daemon.calls == []

    on_desktop(claim, rows=QUIET)


def test_a_key_that_is_held_down_destroys_nothing() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("ctrl+x")
        desk.time.advance(0.5)
        for _ in range(60):
            await desk.pilot.press("ctrl+x")
            desk.time.advance(0.03)
        await desk.pilot.pause()
        assert desk.app.is_running
        assert desk.daemon.calls == []

    on_desktop(claim, rows=QUIET)


def test_a_rehearsal_that_runs_out_says_so_since_the_key_is_real_again() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("ctrl+x", "r")
        await desk.shows("REHEARSAL 0 of 3, 10 s left")
        desk.time.advance(7)
        await desk.shows("REHEARSAL 0 of 3, 3 s left")
        desk.time.advance(4)
        await desk.shows("Ctrl+X is REAL again")
        assert desk.daemon.calls == []

    on_desktop(claim, rows=QUIET)


@pytest.mark.parametrize("keys", [(), ("w", "h"), ("ctrl+l",)])
def test_a_rehearsal_takes_the_same_presses_and_changes_nothing(keys: tuple[str, ...]) -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press(*keys)
        await desk.pilot.pause()
        await desk.pilot.press("ctrl+x", "r")
        desk.time.advance(0.4)
        await desk.shows("REHEARSAL 0 of 3")
        await panic(desk)
        await desk.shows("Nothing was changed. Your three presses took 0.8 s.")
        text = desk.text()
        assert "keyslot  overwritten first" in text
        assert "not ours, stays: notes.txt" in text
        assert not desk.daemon.destroyed
        assert desk.daemon.calls[-1] == ("panic", {"rehearse": True})
        await desk.pilot.press("space")
        await desk.shows_no("REHEARSAL")
        await panic(desk)
        await desk.until(lambda: desk.daemon.destroyed)

    on_desktop(claim, rows=QUIET)


class Terminal(io.StringIO):
    """Takes what is left on the terminal."""


@pytest.mark.parametrize(
    ("wiped", "fallback", "left", "code"),
    [
        (True, None, "Nothing to do.", 0),
        (False, None, "No answer. Switch this computer off.", 1),
        (False, True, "Nothing to do.", 0),
        (True, False, "No answer. Switch this computer off.", 1),
    ],
)
def test_the_terminal_is_cleared_and_says_nothing_or_that_it_failed(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    wiped: bool,
    fallback: bool | None,
    left: str,
    code: int,
) -> None:
    def run(app: MeshDefenseApp) -> None:
        app.emergency.wiping, app.emergency.wiped = True, wiped

    asked: list[bool] = []

    def destroy(answered: bool) -> bool:
        asked.append(answered)
        return bool(fallback)

    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(MeshDefenseApp, "run", run)
    given: dict[str, Any] = {} if fallback is None else {"destroy": destroy}
    assert meshdefense_tui.run(tmp_path / "none.sock", **given) == code
    assert terminal.getvalue() == f"\x1b[2J\x1b[3J\x1b[H{left}\n"
    assert asked == ([] if fallback is None else [wiped])


# One's own call for help


@pytest.mark.parametrize("keys", EVERYWHERE)
def test_an_sos_goes_out_five_seconds_after_its_key_from_every_screen(
    keys: tuple[str, ...],
) -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press(*keys)
        await desk.pilot.pause()
        await desk.pilot.press("ctrl+g")
        await desk.shows("SOS goes out in 5 s")
        await wait_out(desk, 4.5)
        await desk.shows("SOS goes out in 1 s")
        assert CALL not in desk.daemon.calls
        await wait_out(desk, 0.5)
        await desk.until(lambda: desk.daemon.calls[-1:] == [CALL])
        await desk.shows("SOS signed and stored")
        await desk.pilot.press("space")
        await desk.shows_no("SOS signed and stored")

    on_desktop(claim, rows=QUIET)


@pytest.mark.parametrize("key", ["escape", "enter", "a", "ctrl+x", "ctrl+l", "f7"])
def test_any_other_key_takes_it_back(key: str) -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("ctrl+g")
        await desk.shows("SOS goes out in 5 s")
        await desk.pilot.press(key)
        await desk.shows_no("SOS goes out")
        await wait_out(desk, 6)
        await desk.pilot.pause(0.4)
        assert [method for method, _ in desk.daemon.calls if method == "sos"] == []

    on_desktop(claim, rows=QUIET)


def test_its_own_key_pressed_again_and_again_does_not_take_it_back() -> None:
    async def claim(desk: Desktop) -> None:
        for _ in range(8):
            await desk.pilot.press("ctrl+g")
            desk.time.advance(0.1)
        await wait_out(desk)
        await desk.until(lambda: desk.daemon.calls == [CALL])
        await desk.pilot.press("ctrl+g")
        await desk.shows("SOS signed and stored")
        assert len(desk.daemon.calls) == 1

    on_desktop(claim, rows=QUIET)


def test_a_lock_that_comes_meanwhile_does_not_stop_it() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("ctrl+g")
        await desk.shows("SOS goes out in 5 s")
        desk.daemon.lock()
        await desk.until(lambda: desk.app.model.locked)
        await desk.shows("SOS goes out in 5 s")
        await wait_out(desk)
        await desk.until(lambda: desk.daemon.calls == [CALL])
        await desk.shows("Unlock to see how far it came")
        await desk.pilot.press("space")
        await desk.shows("LOCKED")

    on_desktop(claim, rows=QUIET)


def test_an_sos_that_nobody_took_is_said_so_and_goes_out_by_enter() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.daemon.stop()
        await desk.pilot.press("ctrl+g")
        await desk.shows("SOS goes out")
        desk.time.advance(5)
        await desk.shows("SOS NOT SENT: no daemon answers")
        await desk.daemon.start()
        await desk.until(lambda: desk.app.session.connected)
        await desk.pilot.press("enter")
        await desk.shows("SOS signed and stored")
        assert desk.daemon.calls == [CALL]

    on_desktop(claim, rows=QUIET)


def test_the_window_and_then_the_banner_say_what_was_proven_of_it() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("ctrl+g")
        await wait_out(desk)
        await desk.shows("SOS signed and stored")
        own = sos(1, id="1.0.1", mine=True, author_name="BASE-1", delivery={"state": "on_air"})
        desk.daemon.set("sos", own)
        await desk.shows("no person has answered yet")
        assert "on air" in desk.text()
        desk.daemon.set("sos", own | {"state": "acknowledged", "answers": [answer("ana")]})
        await desk.shows("answered by ana")
        await desk.pilot.press("space")
        await desk.shows("YOUR SOS 0:40")
        assert "answered by ana" in desk.text()
        desk.daemon.set("sos", own | {"state": "ended"})
        await desk.shows_no("YOUR SOS")

    on_desktop(claim, rows=QUIET)


RADIO = {"source": "radio", "precision_m": 30, "age_s": 10.2}
SHARED = {"source": "shared", "precision_m": 100, "age_s": 1500.0}
NOWHERE = {"source": "none", "precision_m": None, "age_s": None}
PLACES: list[tuple[str, dict[str, Any], str]] = [
    ("en", RADIO, "with your place: 30 m, GPS 0:12 ago"),
    ("es", RADIO, "con su lugar: 30 m, GPS hace 0:12"),
    ("en", SHARED, "with the place you shared 25 min ago: 100 m"),
    ("es", SHARED, "con el lugar que compartió hace 25 min: 100 m"),
    ("en", NOWHERE, "without a place: no fix"),
    ("es", NOWHERE, "sin lugar: no hay posición"),
]


@pytest.mark.parametrize(("language", "here", "words"), PLACES)
@pytest.mark.parametrize("keys", [(), ("ctrl+l",)])
def test_the_countdown_says_which_place_goes_with_it_and_how_old_that_is(
    language: str, here: dict[str, Any], words: str, keys: tuple[str, ...]
) -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.here = here
        await desk.pilot.press(*keys)
        await desk.pilot.pause()
        await desk.pilot.press("ctrl+g")
        await desk.until(lambda: desk.app.emergency.call is not None
                         and desk.app.emergency.call.here is not None)  # fmt: skip
        desk.time.advance(2)
        await desk.shows(words)
        await wait_out(desk, 3)
        await desk.until(lambda: desk.daemon.calls[-1:] == [CALL])
        await desk.until(lambda: bool(desk.app.emergency.call and desk.app.emergency.call.ident))
        await desk.shows(words.split(":")[0] if here is NOWHERE else words.split(",")[0][:12])

    on_desktop(claim, rows=QUIET, language=language)


def test_an_older_daemon_that_knows_of_no_place_gets_the_call_without_one() -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.refusals["here"] = desk.daemon.refusals["sos with here"] = {
            "code": "bad_request", "message": "there is no such thing",
        }  # fmt: skip
        await desk.pilot.press("ctrl+g")
        await desk.shows("with your place, if the node knows it")
        await wait_out(desk)
        await desk.shows("SOS signed and stored")
        assert desk.daemon.calls == [CALL, ("sos", {"kind": "help"})]

    on_desktop(claim, rows=QUIET)


# The end of a call

OWN = sos(1, id="1.0.1", mine=True, author_name="BASE-1")


@pytest.mark.parametrize("keys", EVERYWHERE[:-2])
def test_ones_own_sos_is_ended_from_every_screen_after_one_question(keys: tuple[str, ...]) -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.set("sos", OWN)
        await desk.shows("YOUR SOS 0:35")
        await desk.pilot.press(*keys)
        await desk.pilot.press("ctrl+o")
        await desk.shows("Cancel your own SOS?")
        assert desk.daemon.calls == []
        await desk.pilot.press("enter")
        await desk.until(lambda: desk.daemon.calls == [("sos_end", {"sos": "1.0.1"})])
        desk.daemon.set("sos", OWN | {"state": "ended"})
        await desk.shows_no("YOUR SOS")

    on_desktop(claim, rows=QUIET)


@pytest.mark.parametrize("key", ["escape", "a", "y", "space", "ctrl+o"])
def test_any_key_but_enter_ends_nothing(key: str) -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.set("sos", OWN)
        await desk.shows("YOUR SOS")
        await desk.pilot.press("ctrl+o")
        await desk.shows("Cancel your own SOS?")
        await desk.pilot.press(key)
        await desk.shows_no("Cancel your own SOS?")
        await desk.pilot.pause()
        assert desk.daemon.calls == []

    on_desktop(claim, rows=QUIET)


def test_the_window_of_the_call_leads_to_its_end() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("ctrl+g")
        await wait_out(desk)
        await desk.shows("SOS signed and stored")
        desk.daemon.set("sos", OWN, sos(2, raised_at=0.0))
        await desk.shows("no person has answered yet")
        await desk.pilot.press("ctrl+o")
        await desk.shows("Cancel your own SOS?")
        await desk.pilot.press("enter")
        await desk.until(lambda: desk.daemon.calls[-1] == ("sos_end", {"sos": "1.0.1"}))

    on_desktop(claim, rows=QUIET)


@pytest.mark.parametrize("role", ["verifier", "dispatch", "organizer"])
def test_who_may_gives_the_all_clear_for_another_and_says_for_whom(role: str) -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.set("sos", OWN, sos(1), sos(2, author_name="leo", raised_at=0.0, drill=True))
        await desk.shows("YOUR SOS")
        await desk.pilot.press("ctrl+o")
        await desk.shows("1 your own, 0:35 old: cancel it")
        await desk.shows("2 kit, medical emergency, 0:35 old: all clear")
        await desk.pilot.press("3")
        await desk.shows("All clear for leo?")
        await desk.pilot.press("enter")
        end = ("sos_end", {"sos": "4.0.2", "drill": True})
        await desk.until(lambda: desk.daemon.calls == [end])

    on_desktop(claim, rows=QUIET | {"status": [status(roles=["patrol", role])]})


def test_who_may_not_is_told_who_may_and_without_a_call_there_is_nothing_to_end() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("ctrl+o")
        await desk.shows("no call for help stands")
        desk.daemon.set("sos", sos(1))
        await desk.shows("SOS kit")
        await desk.pilot.press("ctrl+o")
        await desk.shows("only verifiers, dispatch and organizers end another's SOS")
        desk.daemon.lock()
        await desk.shows("LOCKED")
        await desk.pilot.press("ctrl+o")
        await desk.pilot.pause()
        assert desk.daemon.calls == []

    on_desktop(claim, rows=QUIET | {"status": [status(roles=["patrol", "responder"])]})


def test_the_end_of_a_call_speaks_spanish() -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.set("sos", OWN, sos(1))
        await desk.shows("SU SOS 0:35")
        await desk.pilot.press("ctrl+o")
        await desk.shows("el suyo, de hace 0:35: anularlo")
        await desk.pilot.press("2")
        await desk.shows("¿Todo bien con kit? Solo si sabe que kit está a salvo.")
        await desk.shows("Enter lo termina")

    on_desktop(claim, rows=QUIET, language="es")


# Other people's


@pytest.mark.parametrize("keys", EVERYWHERE[:-2])
def test_another_members_sos_rings_and_stands_on_every_screen(keys: tuple[str, ...]) -> None:
    async def claim(desk: Desktop) -> None:
        rung = rings(desk)
        await desk.pilot.press(*keys)
        desk.daemon.set("sos", sos(1))
        await desk.shows("SOS kit: medical emergency, 1 km SE")
        await desk.until(lambda: len(rung) == 3)

    on_desktop(claim, rows=QUIET)


def test_an_sos_rings_every_minute_until_a_person_answers() -> None:
    async def claim(desk: Desktop) -> None:
        rung = rings(desk)
        desk.daemon.set("sos", sos(1))
        await desk.until(lambda: len(rung) == 3)
        desk.time.advance(59)
        await desk.pilot.pause(1.2)
        assert len(rung) == 3
        desk.time.advance(2)
        await desk.until(lambda: len(rung) == 6)
        desk.daemon.set("sos", sos(1, state="acknowledged", answers=[answer("ana")]))
        await desk.shows("SOS of kit: answered by ana")
        desk.time.advance(120)
        await desk.pilot.pause(1.2)
        assert len(rung) == 6
        assert "medical emergency" not in desk.text()

    on_desktop(claim, rows=QUIET)


@pytest.mark.parametrize("keys", [(), ("enter",), ("i",), ("v",), ("tab", "tab", "enter")])
def test_a_acknowledges_the_sos_before_anything_else(keys: tuple[str, ...]) -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press(*keys)
        desk.daemon.set("sos", sos(1))
        await desk.shows("a acknowledges")
        desk.time.advance(2)
        await desk.pilot.press("a", "a")  # the first key only silences
        await desk.until(lambda: bool(desk.daemon.calls))
        assert desk.daemon.calls == [("acknowledge", {"item": "4.0.1"})]

    on_desktop(claim, rows=QUIET | {"messages": [message(1)]})


def test_a_key_that_was_meant_for_an_alert_does_not_answer_an_sos_of_this_moment() -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.set("sos", sos(1))
        await desk.shows("SOS kit")
        await desk.pilot.press("a", "a")
        await desk.shows("an SOS came in just now")
        assert desk.daemon.calls == []
        desk.time.advance(1.1)
        await desk.pilot.press("a")
        await desk.until(lambda: desk.daemon.calls == [("acknowledge", {"item": "4.0.1"})])

    on_desktop(claim, rows=QUIET)


def test_letters_of_a_form_acknowledge_nothing() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("w")
        desk.daemon.set("sos", sos(1))
        await desk.shows("Esc, then a acknowledges")
        desk.time.advance(2)
        await desk.pilot.press("a", "a")  # the first key only silences
        await desk.pilot.press("escape", "r", "f", "a")
        await desk.pilot.pause()
        assert desk.daemon.calls == []
        assert desk.app.desk.message_draft.text == "a"

    on_desktop(claim, rows=QUIET)


def test_an_sos_that_stands_from_before_is_shown_at_the_start() -> None:
    async def run() -> None:
        async with desktop(rows=QUIET | {"sos": [sos(1), sos(2, raised_at=0.0)]}) as desk:
            await desk.shows("SOS kit: medical emergency")
            assert "and 1 more" in desk.text()

    asyncio.run(run())
