"""A locked screen holds nothing, says only counts, and opens again by the passphrase."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from meshdefense_tui.app import MeshDefenseApp
from support.screen_rows import alert, busy_evening, message, radio, status
from support.screens import Desktop, Tables, desktop, on_desktop

QUIET: Tables = {"status": [status()], "radio": [radio()], "alerts": [alert(1)]}
WORDS = ("fire", "ana", "Riverside", "BASE-1", "1.3 km", "enforcement", "leo", "Bridge")
"""What the rows of a busy evening say of people and places."""


def rings(desk: Desktop) -> list[None]:
    """Filled by each ring of the bell from now on."""
    rung: list[None] = []
    desk.app.bell = lambda: rung.append(None)  # type: ignore[method-assign]
    return rung


def held_texts(desk: Desktop) -> str:
    """Every text that a widget of a screen on the stack would draw, or has drawn."""
    app = desk.app
    parts = [desk.text(), app.answer._span[0]]
    for screen in app.screen_stack:
        for widget in screen.query("*"):
            lines = getattr(widget, "_on_screen", [])
            parts += ["".join(text for text, _ in line) for line in lines]
    return "\n".join(parts)


def test_a_lock_takes_every_row_every_window_and_every_draft_from_the_screen() -> None:
    async def claim(desk: Desktop) -> None:
        app = desk.app
        await desk.pilot.press("w", *"Bridge", "escape", "m", "right", "r", "f", "2", "n", *"ana")
        assert app.desk.crosshair is not None
        assert app.desk.draft.note == "ana"
        desk.daemon.lock(unread=4, unconfirmed=3, verified=1)
        await desk.shows("LOCKED")
        await desk.shows("not acknowledged by you      4")
        assert len(app.screen_stack) == 2  # the operations screen, the lock screen
        assert app.desk.draft.empty
        assert app.desk.message_draft.text == ""
        assert app.desk.crosshair is None
        assert app.dashboard.map.view is None
        assert app.desk.selected is None
        tables = app.model.tables
        assert {name for name, rows in tables.items() if rows} == {"status", "radio"}
        await desk.pilot.pause()
        for word in WORDS:
            assert word not in held_texts(desk)

    on_desktop(claim)


def containers_with(mark: str) -> list[str]:
    """Texts in dictionaries, lists and tuples of this process that hold `mark`."""
    gc.collect()
    found: list[str] = []
    for thing in gc.get_objects():
        kind = type(thing)
        if kind is dict:
            held = list(thing.values())
        elif kind in (list, tuple) and len(thing) < 10_000:
            held = list(thing)
        else:
            continue
        found += [text for text in held if type(text) is str and mark in text]
    return found


def test_no_row_of_before_is_left_in_the_screens_memory() -> None:
    async def claim(desk: Desktop) -> None:
        mark = "-".join(["a", "note", str(7200 + 61)])
        desk.daemon.set("alerts", alert(1, note=mark))
        await desk.pilot.press("enter")
        await desk.shows(mark)
        desk.daemon.rows.clear()
        assert containers_with(mark)
        desk.daemon.lock()
        await desk.shows("LOCKED")
        await desk.until(lambda: not containers_with(mark))

    on_desktop(claim, rows=QUIET)


def test_unlocking_asks_for_everything_anew_and_rings_for_nothing_old() -> None:
    async def claim(desk: Desktop) -> None:
        rung = rings(desk)
        desk.daemon.lock(unread=1)
        await desk.shows("LOCKED")
        await desk.pilot.press(*"open", "space", *"sesame")
        assert "*" * 11 in desk.text()
        await desk.pilot.press("enter")
        await desk.shows("HIGH fire")
        assert desk.daemon.tried == ["open sesame"]
        assert desk.daemon.pulls[-1] == 0
        assert not rung
        assert len(desk.app.screen_stack) == 1

    on_desktop(claim, rows=QUIET)


def test_what_came_in_while_locked_is_new_afterwards() -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.lock()
        await desk.shows("LOCKED")
        desk.daemon.set("alerts", alert(2, severity=3))
        desk.daemon.unlock()
        await desk.shows("1 new, press .")
        assert "NEW critical: fire" in desk.text()

    on_desktop(claim, rows=QUIET)


def test_a_wrong_passphrase_is_told_and_the_wait_counts_down() -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.lock()
        await desk.shows("LOCKED")
        desk.daemon.wait_s = 4.0
        await desk.pilot.press(*"wrong", "enter")
        await desk.shows("wrong passphrase next try in 4 s")
        await desk.pilot.press(*"again", "enter")
        assert desk.daemon.tried == ["wrong"]
        desk.time.advance(3)
        await desk.shows("next try in 1 s")
        desk.time.advance(1)
        await desk.shows_no("next try")
        await desk.pilot.press("enter")
        await desk.until(lambda: desk.daemon.tried == ["wrong", "again"])

    on_desktop(claim, rows=QUIET)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "not looked at: wrong ones came before"), ("es", "no se miró: antes hubo incorrectas")],
)
def test_a_passphrase_that_nobody_looked_at_is_not_called_wrong_and_stays_typed(
    language: str, words: str
) -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.lock()
        await desk.until(lambda: desk.app.model.locked)
        desk.daemon.too_soon, desk.daemon.wait_s = True, 3.0
        await desk.pilot.press(*"open", "space", *"sesamo", "enter")
        await desk.shows(words)
        assert "wrong passphrase" not in desk.text()
        assert "contraseña incorrecta" not in desk.text()
        assert "*" * 11 in desk.text()
        desk.daemon.too_soon = False
        desk.time.advance(3.1)
        await desk.pilot.press("backspace", "e", "enter")
        await desk.until(lambda: not desk.app.model.locked)

    on_desktop(claim, rows=QUIET, language=language)


def test_a_wait_from_before_is_known_from_the_status() -> None:
    async def run() -> None:
        async with desktop(rows=QUIET, start_daemon=False) as desk:
            desk.daemon.locked, desk.daemon.wait_s = True, 30.0
            await desk.daemon.start()
            await desk.shows("next try in 30 s")

    asyncio.run(run())


def test_a_passphrase_is_never_on_the_screen_and_can_be_mended() -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.lock()
        await desk.shows("LOCKED")
        await desk.pilot.press(*"Abc", "backspace", "Ñ", "7")
        assert "****_" in desk.text()
        for text in ("Ab", "Ñ", "7_"):
            assert text not in desk.text().split("passphrase")[1].split("Enter")[0]
        await desk.pilot.press("escape")
        assert "passphrase  _" in desk.text()
        await desk.pilot.press(*"x1", "enter")
        await desk.until(lambda: desk.daemon.tried == ["x1"])
        assert "x1" not in held_texts(desk)

    on_desktop(claim, rows=QUIET)


def test_ctrl_l_locks_at_once_from_any_window_and_while_typing() -> None:
    async def claim(desk: Desktop) -> None:
        for keys in ((), ("r",), ("w", "h"), ("enter",), ("question_mark",), ("v",), ("m",)):
            await desk.pilot.press(*keys, "ctrl+l")
            await desk.shows("LOCKED")
            assert ("lock", {}) in desk.daemon.calls
            desk.daemon.calls.clear()
            desk.daemon.unlock()
            await desk.shows_no("LOCKED")
            await desk.shows("HIGH fire")

    on_desktop(claim, rows=QUIET)


def test_a_daemon_that_was_away_at_ctrl_l_is_locked_when_it_returns() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.daemon.stop()
        await desk.shows("DAEMON SILENT")
        await desk.pilot.press("ctrl+l")
        await desk.shows("LOCKED")
        assert "fire" not in held_texts(desk)
        assert "DAEMON SILENT" in desk.text()
        await desk.daemon.start()
        await desk.until(lambda: desk.daemon.locked)
        await desk.shows("verified alerts              0")
        assert "fire" not in held_texts(desk)

    on_desktop(claim, rows=QUIET)


def test_a_daemon_without_a_lock_is_said_to_have_none() -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.can_lock = False
        desk.daemon.refusal = {"code": "unavailable", "message": "this daemon has no lock"}
        await desk.pilot.press("ctrl+l")
        await desk.shows("NOT LOCKED: this daemon has no lock")
        assert "HIGH fire" in desk.text()

    on_desktop(claim, rows=QUIET)


def test_an_order_to_a_locked_daemon_leads_to_the_lock_screen() -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.locked = True  # and no notice came of it
        await desk.pilot.press("a")
        await desk.shows("LOCKED")

    on_desktop(claim, rows=QUIET)


def test_screens_that_start_on_a_locked_daemon_begin_at_the_lock_and_do_not_alarm_later() -> None:
    async def run() -> None:
        async with desktop(rows=busy_evening(), start_daemon=False) as desk:
            desk.daemon.locked = True
            await desk.daemon.start()
            await desk.shows("LOCKED")
            rung = rings(desk)
            desk.daemon.unlock()
            await desk.shows("ALERTS 5")
            assert not rung

    asyncio.run(run())


def test_a_locked_screen_rings_when_verified_alerts_or_calls_for_help_grow() -> None:
    async def claim(desk: Desktop) -> None:
        rung = rings(desk)
        desk.daemon.lock(verified=1, unread=2)
        await desk.shows("not acknowledged by you      2")
        assert not rung
        desk.daemon.lock(unread=3, unconfirmed=1)
        await desk.shows("not acknowledged by you      3")
        assert not rung
        desk.daemon.lock(verified=2)
        await desk.until(lambda: len(rung) == 1)
        desk.daemon.lock(sos=1)
        await desk.until(lambda: len(rung) == 4)
        desk.daemon.lock(sos=0)
        await desk.shows("SOS                          0")
        assert len(rung) == 4
        desk.daemon.lock(late=1)
        await desk.shows("check-ins overdue            1")
        await desk.until(lambda: len(rung) == 5)

    on_desktop(claim, rows=QUIET)


def test_an_answer_that_was_on_its_way_when_the_lock_came_is_not_shown() -> None:
    async def claim(desk: Desktop) -> None:
        app = desk.app
        client = app.session._client
        assert client is not None
        call = client.call

        async def late(method: str, /, **params: Any) -> Any:
            result = await call(method, **params)
            if method == "changes" and not result.get("locked"):
                desk.daemon.lock()
                await desk.until(lambda: app.model.locked)
            return result

        client.call = late  # type: ignore[method-assign]
        desk.daemon.set("messages", message(1, text="Bridge closed"))
        await desk.shows("LOCKED")
        await desk.pilot.pause(0.1)
        assert not app.model.notices
        assert "Bridge" not in held_texts(desk)

    on_desktop(claim, rows=QUIET)


def test_a_person_at_the_keys_is_told_to_the_daemon_every_fifteen_seconds_at_most() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.pause(0.2)
        assert desk.daemon.activities == 0  # nobody touched anything yet
        await desk.pilot.press("j", "k", "j")
        await desk.until(lambda: desk.daemon.activities == 1)
        desk.time.advance(14.9)
        await desk.pilot.press("k")
        await desk.pilot.pause(0.1)
        assert desk.daemon.activities == 1
        desk.time.advance(0.2)
        await desk.pilot.pause(0.2)
        assert desk.daemon.activities == 1  # time alone is nobody
        await desk.pilot.press("j")
        await desk.until(lambda: desk.daemon.activities == 2)

    on_desktop(claim, rows=QUIET)


def test_at_the_lock_keys_are_no_activity() -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.lock()
        await desk.shows("LOCKED")
        await desk.pilot.press(*"abc")
        await desk.pilot.pause(0.1)
        assert desk.daemon.activities == 0

    on_desktop(claim, rows=QUIET)


def test_textual_writes_no_log_of_keys(monkeypatch: Any, tmp_path: Any) -> None:
    import os

    import meshdefense_tui

    monkeypatch.setenv("TEXTUAL_LOG", str(tmp_path / "log"))
    monkeypatch.setenv("TEXTUAL", "debug,devtools")
    monkeypatch.setattr(MeshDefenseApp, "run", lambda self: None)
    assert meshdefense_tui.run(tmp_path / "none.sock") == 0
    assert "TEXTUAL_LOG" not in os.environ
    assert "TEXTUAL" not in os.environ
