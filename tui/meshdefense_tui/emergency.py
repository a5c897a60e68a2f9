"""Lock, panic and calls for help: the keys that come before all others, on every screen.

It holds what is under way and opens and closes their windows; the rows stay with the session.
While everything is being destroyed no key does anything any more.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

from textual.app import App
from textual.screen import Screen

from meshdefense_tui.desk import Desk, Then
from meshdefense_tui.gestures import SOS_KEY, PanicGesture, SosCountdown
from meshdefense_tui.screens.lock import LockScreen
from meshdefense_tui.screens.panic import PlainScreen, RehearsalScreen
from meshdefense_tui.screens.sos import SosCall, SosScreen
from meshdefense_tui.screens.sos_end import SosEndScreen, endable
from meshdefense_tui.session import Answer, Session

__all__ = ["ACTIVITY_EVERY_S", "LOCK_KEY", "SOS_END_KEY", "Emergency"]

LOCK_KEY: Final = "ctrl+l"
SOS_END_KEY: Final = "ctrl+o"
"""The call is over. Far from the key that calls, and no entry of these screens uses it."""
ACTIVITY_EVERY_S: Final = 15.0
"""The daemon hears of a person at the keys so often at most; it locks after two minutes."""


class Emergency:
    """One for the app."""

    def __init__(
        self,
        app: App[None],
        base: Screen[None],
        desk: Desk,
        session: Session,
        repaint_banners: Callable[[], None],
    ) -> None:
        """`base` is the screen that stays when all others are closed."""
        self._app, self._base, self._desk, self._session = app, base, desk, session
        self._repaint_banners = repaint_banners
        self.panic = PanicGesture()
        self.call: SosCall | None = None
        """The call for help whose window is open."""
        self.wiping = False
        """True from the third press on."""
        self.wiped = False
        """True once the daemon has said that everything is gone."""
        self._window: SosScreen | None = None
        self._active_at: float | None = None

    @property
    def _now(self) -> float:
        return self._desk.look.clock.monotonic()

    def key(self, key: str) -> bool:
        """Take a key; True when nothing else may happen with it."""
        if self.wiping:
            return True
        began = self.panic.active
        taken = self.panic.key(key, self._now)
        if taken and self.call is not None and self.call.counting:
            self._take_back()
        if self.panic.done:
            self._panic()
        elif taken or began:
            self._repaint_banners()
        if taken:
            return True
        if self.call is not None:
            return self._key_in_call(self.call, key)
        if key == SOS_KEY:
            self.call = SosCall(SosCountdown.begin(self._now))
            self._show_call()
            self._aside(self._ask_here(self.call))
            return True
        if key == SOS_END_KEY and not self._desk.model.locked:
            if isinstance(self._app.screen, SosEndScreen):
                return False  # any key but Enter closes that
            self._end_call("")
            return True
        if key == LOCK_KEY:
            self._session.lock()
            return True
        return False

    def touched(self) -> None:
        """A person pressed or clicked something: tell the daemon, now and then."""
        recent = self._active_at is not None and self._now - self._active_at < ACTIVITY_EVERY_S
        if recent or self.wiping or self._desk.model.locked:
            return
        self._active_at = self._now
        self._aside(self._tell_active())

    def tick(self) -> None:
        """Time has passed; often enough for a countdown."""
        if self.panic.active:
            rehearsed = self.panic.rehearsal
            self.panic.expire(self._now)
            if rehearsed and not self.panic.active:
                self._desk.tell(self._desk.look.say("rehearsal_over"), "warn")
            self._repaint_banners()
        if self.call is not None and self._window is not None:
            if self.call.counting and self.call.countdown.over(self._now):
                self._send()
            self._window.tick()

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        self._app.run_worker(work, group="emergency")

    def _close_windows(self) -> None:
        while self._app.screen is not self._base:
            self._app.pop_screen()

    # Lock

    def locked(self) -> None:
        """Every window goes; a call for help that is under way goes on."""
        if self.wiping:
            return
        self._desk.forget()
        self._close_windows()
        self._app.push_screen(LockScreen(self._desk, self.unlock))
        self._show_call()

    def unlocked(self) -> None:
        """The lock screen goes."""
        if self.wiping:
            return
        self._active_at = None
        self._close_windows()
        self._show_call()

    def unlock(self, passphrase: str, then: Then) -> None:
        """Give the passphrase to the daemon."""

        async def ask() -> None:
            then(await self._session.command("unlock", {"passphrase": passphrase}))

        self._aside(ask())

    async def _tell_active(self) -> None:
        await self._session.command("activity", {})

    # Calls for help

    def _key_in_call(self, call: SosCall, key: str) -> bool:
        if call.sending or key == SOS_KEY:  # pressed twice in fright
            return True
        if call.counting:
            self._take_back()
        elif call.failed and key == "enter":
            self._send()
            return True
        else:
            ident = call.ident
            self._close_call()
            if key == SOS_END_KEY and ident and not self._desk.model.locked:
                self._end_call(ident)
        if key == LOCK_KEY:
            self._session.lock()
        return True

    def _take_back(self) -> None:
        self._close_call()
        self._desk.tell(self._desk.look.say("sos_cancelled"), "warn")

    def _close_call(self) -> None:
        self.call = None
        if self._window is not None:
            while self._window in self._app.screen_stack:  # and what lies over it
                self._app.pop_screen()
            self._window = None

    def _show_call(self) -> None:
        self._window = None
        if self.call is not None:
            self._window = SosScreen(self._desk, self.call)
            self._app.push_screen(self._window)

    def _send(self) -> None:
        if self.call is not None:
            self.call.sending, self.call.answer = True, None
            self._aside(self._sent(self.call))

    async def _ask_here(self, call: SosCall) -> None:
        call.here = await self._session.command("here", {})
        call.here_at = self._now
        if self._window is not None:
            self._window.tick()

    async def _sent(self, call: SosCall) -> None:
        answer = await self._call_for_help()
        call.sending, call.answer = False, answer
        if self._window is not None:
            self._window.tick()

    async def _call_for_help(self) -> Answer:
        answer = await self._session.command("sos", {"kind": "help", "here": True})
        if answer.code == "bad_request":  # an older daemon adds no place, and calls all the same
            answer = await self._session.command("sos", {"kind": "help"})
        return answer

    def _end_call(self, ident: str) -> None:
        """Ask about the call of this id, or about those that this member may end."""
        desk = self._desk
        rows = endable(desk)
        rows = [row for row in rows if row["id"] == ident] or rows
        if rows:
            self._app.push_screen(SosEndScreen(desk, rows))
            return
        standing = "sos_end_not_yours" if desk.model.calls_for_help else "sos_end_none"
        desk.tell(desk.look.say(standing), "warn")

    # Panic

    def _panic(self) -> None:
        rehearsal, took_s = self.panic.rehearsal, self.panic.took_s
        self.panic.reset()
        self._close_call()
        if rehearsal:
            self._repaint_banners()
            self._aside(self._rehearse(took_s))
            return
        self.wiping = True
        self._desk.panic()
        self._desk.model.lock()
        self._desk.forget()
        self._close_windows()
        self._app.push_screen(PlainScreen(self._desk))
        self._aside(self._destroy())

    async def _rehearse(self, took_s: float) -> None:
        answer = await self._session.command("panic", {"rehearse": True})
        if answer.accepted:
            self._app.push_screen(RehearsalScreen(self._desk, answer.result, took_s))
        else:
            look = self._desk.look
            why = look.say(answer.phrase) if answer.phrase else answer.sentence
            text = look.say("refused", label=look.say("cmd_panic"), reason=why)
            self._desk.tell(text, "bad")

    async def _destroy(self) -> None:
        self.wiped = await self._session.panic()
        self._app.exit(return_code=0)
