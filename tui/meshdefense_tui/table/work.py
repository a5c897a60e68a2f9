"""The commands of the table, one at a time: what is asked of them, and what becomes of it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final, Protocol

from meshdefense_tui.look import Look
from meshdefense_tui.table.child import Child, Ended, Limits, Why
from meshdefense_tui.table.command_line import PROGRAM, words_of
from meshdefense_tui.table.fields import ShapeError
from meshdefense_tui.table.losses import exposure_of, holder_of, losses_of
from meshdefense_tui.table.secret import Secret
from meshdefense_tui.table.shapes import fleet_of, plans_of, plugged_of, progress_of
from meshdefense_tui.table.state import CUT, RIGHT, Access, Doing, TableState, Target

__all__ = ["HELD_S", "TableWork"]

HELD_S: Final = 600.0
"""How long the passphrase is kept after it was last used."""
_USAGE: Final = 2
_REFUSED: Final = 4
_NOT_FOUND: Final = 5
_LOCKED: Final = 7
"""Exit codes of the commands, see meshdefense.cli.exit_codes."""
_BEFORE: Final = frozenset({_USAGE, _REFUSED, _NOT_FOUND, _LOCKED})
"""Those with which a command ends before it changes the fleet."""
_QUIET: Final = frozenset({"refresh", "probe"})
"""What leaves the words about the command before it."""
_CHANGES: Final = frozenset({"apply", "drift", "lose", "hand"})
"""After these the fleet is read anew."""
_NEXT_MAX: Final = 50
Then = Callable[[bool], None]
"""Told whether the command said what it should."""


class _Timer(Protocol):
    def stop(self) -> None: ...


class TableWork:
    """Runs the commands, keeps the passphrase for them, and fills the state."""

    def __init__(
        self,
        state: TableState,
        look: Look,
        *,
        run: Callable[[Coroutine[Any, Any, None]], object],
        later: Callable[[float, Callable[[], None]], _Timer],
        changed: Callable[[], None],
        limits: Limits | None = None,
    ) -> None:
        """`run` is for the work that takes time, `later` a timer, `changed` draws anew."""
        self.state, self.look, self.secret = state, look, Secret()
        self._run, self._later, self._changed = run, later, changed
        self._limits = limits or Limits()
        self.program: Sequence[str] = PROGRAM
        self.data: Sequence[str] = ()
        """--data as the screens were started with it."""
        self.own = ""
        """Address of the daemon's radio; "" while there is none."""
        self.by = ""
        """Number of the member at this screen."""
        self.child: Child | None = None
        self._broken_off: Doing | None = None
        """What ran when the screens ended."""
        self.parting = ""
        """What to say on the terminal once the screens are gone: what the end broke off."""
        self._timer: _Timer | None = None
        self._next: deque[tuple[str, Sequence[Target], Then | None]] = deque(maxlen=_NEXT_MAX)
        """What was asked for while something short ran."""
        self._forgotten = 0
        """How often everything was forgotten: what was asked for before is void."""

    # Asking

    def begin(self, verb: str, targets: Sequence[Target] = (), then: Then | None = None) -> bool:
        """Start a command, or keep it for after a short one.

        False, with a word about it, while another one runs.
        """
        state = self.state
        if state.doing is not None and (verb == "look" or state.doing.verb in _QUIET):
            self._next.append((verb, targets, then))
            return True
        if self.busy():
            return False
        state.doing = Doing(verb, tuple(targets), self.look.clock.monotonic())
        if verb not in _QUIET:
            state.said = ("", "")
        if verb == "apply":
            state.fresh.clear()
        self._run(self._do(verb, targets, then or (lambda _: None)))
        self._changed()
        return True

    def busy(self) -> bool:
        """Whether an order has to wait for the command that runs; then with a word about it."""
        state, look = self.state, self.look
        if state.doing is None or state.doing.verb in _QUIET:
            return False
        what = look.say(f"radio_doing_{state.doing.verb}", count=len(state.doing.targets))
        state.said = (look.say("radio_t_wait", what=what), "warn")
        self._changed()
        return True

    async def _do(self, verb: str, targets: Sequence[Target], then: Then) -> None:
        state, began = self.state, self._forgotten
        values: list[Any] = []

        def take(batch: list[Any]) -> None:
            if verb == "apply":
                self._went_on(batch)
            else:
                values.extend(batch)
            self._changed()

        words = words_of(
            verb, targets, language=self.look.language, data=self.data, secret=self.secret.held,
            leave=self.own, by=self.by, program=self.program,
        )  # fmt: skip
        self.child = Child(words, self._limits)
        self._keep_secret()
        try:
            ended = await self.child.run(self._given(verb), take)
        except asyncio.CancelledError:
            self._broken_off = state.doing
            raise
        finally:
            self.child = state.doing = None
        if verb == "apply":
            self._wrote(targets, ended)
            well = True
        elif began != self._forgotten:
            return
        else:
            well = self._took(verb, targets, values, ended)
        then(well)
        self._changed()
        if verb in _CHANGES and self.secret.held:
            self._next.appendleft(("refresh", (), None))
        if self._next and state.doing is None:
            self.begin(*self._next.popleft())

    def _given(self, verb: str) -> Secret | None:
        """What goes through the pipe; for a probe nothing, and the command says what it misses."""
        return self.secret if self.secret.held or verb == "probe" else None

    # What comes back

    def _went_on(self, batch: list[Any]) -> None:
        at = self.look.clock.monotonic()
        for value in batch:
            try:
                event = progress_of(value)
            except ShapeError:
                continue  # what is not understood changes nothing; the end counts
            if event is not None:
                self.state.went_on(event, at)

    def _wrote(self, targets: Sequence[Target], ended: Ended) -> None:
        """All that is certain about each radio, then one sentence; of earlier runs nothing."""
        state, look, count = self.state, self.look, len(targets)
        state.broke_off()
        ends = state.fresh_ends(targets)
        right = sum(one.end in RIGHT for one in ends)
        words = look.say("radio_t_wrote", right=right, count=count)
        if right == count:
            state.said = _with(ended.notices, words, "good")
        elif not ends:
            state.said = (self._trouble(ended), "bad")
        elif ended.why is not Why.ENDED or len(ends) < count or any(x.end in CUT for x in ends):
            state.said = (f"{self._trouble(ended)} {words}", "bad")
        else:
            state.said = _with(ended.notices, words, "bad")

    def _took(self, verb: str, targets: Sequence[Target], values: list[Any], ended: Ended) -> bool:
        state = self.state
        if verb == "probe" and ended.code in (_NOT_FOUND, _LOCKED):
            state.access = Access.MISSING if ended.code == _NOT_FOUND else Access.SHUT
            return True
        try:
            if len(values) != 1:
                raise ShapeError("no answer")
            self._fill(verb, values[0])
        except ShapeError:
            if verb == "show" and ended.code == _LOCKED:
                self.forget_secret()
            elif verb == "show" and ended.code == _NOT_FOUND:
                state.access = Access.MISSING
            words = self._trouble(ended)
            if verb == "lose" and ended.code not in _BEFORE:
                words = _joined(words, self.look.say("radio_t_lose_unsure"))
            state.said = (words, "bad")
            return False
        if verb not in _QUIET:
            state.said = _with(ended.notices, *self._summary(verb, targets))
        return True

    def _fill(self, verb: str, value: object) -> None:
        state = self.state
        match verb:
            case "show" | "probe" | "refresh":
                state.fleet, state.access = fleet_of(value), Access.OPEN
            case "list":
                rows = plugged_of(value)
                state.only(rows)
                state.found(rows)
            case "look" | "prove" | "drift":
                state.found(plugged_of(value))
            case "plan":
                state.plans = plans_of(value)
            case "lost":
                state.losses = losses_of(value)
            case "drill" | "lose":
                state.exposure = lost = exposure_of(value)
                if verb == "lose":
                    state.doubt([lost.radio, *(one.radio for one in lost.touch)])
            case "hand":
                holder_of(value)

    def _summary(self, verb: str, targets: Sequence[Target]) -> tuple[str, str]:
        look, count = self.look, len(self.state.plugged)
        if verb == "list" and not count:
            return look.say("radio_t_none_plugged"), "warn"
        if verb in ("list", "look"):
            return look.say("radio_t_read", count=count), "plain"
        if verb in ("prove", "drift"):
            right = sum(self.state.standing(one.address) == "right" for one in targets)
            role = "good" if right == len(targets) else "bad"
            key = "radio_t_proved" if verb == "prove" else "radio_t_drifted"
            return look.say(key, right=right, count=len(targets)), role
        if verb == "lose" and (lost := self.state.exposure) is not None:
            key = "radio_t_lose_done" if lost.rotate else "radio_t_lose_noted"
            return look.say(key, name=lost.radio, channels=", ".join(lost.rotate)), "warn"
        if verb == "hand":
            one = targets[0]
            key = "radio_t_handed" if one.holder else "radio_t_handed_back"
            return look.say(key, name=one.radio, member=one.holder), "good"
        return "", ""

    def _trouble(self, ended: Ended) -> str:
        """Why there is nothing, in one sentence."""
        say = self.look.say
        if ended.why is Why.NOT_STARTED:
            return say("radio_t_not_started", why=ended.words)
        if ended.why is Why.HUNG:
            return say("radio_t_hung", minutes=round(self._limits.silence_s / 60))
        if ended.why is Why.FLOODED:
            return say("radio_t_flooded")
        if ended.why is Why.STOPPED:
            return say("radio_t_stopped")
        if ended.code is not None and ended.code < 0:
            return say("radio_t_killed", signal=-ended.code)
        if ended.words:
            return ended.words
        return say("radio_t_unclear" if ended.code == 0 else "radio_t_failed", code=ended.code)

    # Ending

    def stop(self) -> None:
        """Ask the command that runs to stop in order."""
        if self.child is not None and self.state.doing is not None:
            self.state.doing.stopping = True
            self.child.stop()
            self._changed()

    async def leave(self) -> None:
        """The screen ends, and the command with it."""
        self.forget_secret()
        self._changed = lambda: None  # nothing is there to draw on
        doing = self.state.doing
        if self.child is not None:
            await self.child.leave()
        doing = doing or self._broken_off
        if doing is not None and doing.verb == "apply":
            self._left(doing)
        elif doing is not None and doing.verb == "lose":
            self.parting = self.look.say("radio_t_lose_unsure")

    def _left(self, doing: Doing) -> None:
        """What to say of the work that the end of the screens broke off."""
        state = self.state
        state.broke_off()
        right = sum(one.end in RIGHT for one in state.fresh_ends(doing.targets))
        if right < len(doing.targets):
            names = ", ".join(state.unfinished)
            key = "radio_t_left_begun" if names else "radio_t_left_untouched"
            self.parting = self.look.say(key, names=names)

    def panic(self) -> None:
        """Everything is being destroyed: nothing may write a record after that."""
        self.forget_secret()
        if self.child is not None:
            self.child.kill()
        self.state.doing = None

    def forget(self) -> None:
        """The screen is locked. What only reads is ended; what writes goes on."""
        self._forgotten += 1
        self.forget_secret()
        if self.child is not None and not self.state.changing:
            self.child.kill()
        self.state.forget()

    # The passphrase

    def forget_secret(self) -> None:
        """Overwrite it; the table stands as it was read, and asks before it does more.

        What waits for a command to end is void: it was meant to run with this passphrase.
        """
        self.secret.forget()
        self._next.clear()
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self.state.access is Access.OPEN:
            self.state.access = Access.SHUT

    def _keep_secret(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._later(HELD_S, self._expire) if self.secret.held else None

    def _expire(self) -> None:
        if self.state.doing is not None:  # it is in use; look again when that has ended
            self._keep_secret()
            return
        self.forget_secret()
        self._changed()


def _with(notices: str, words: str, role: str) -> tuple[str, str]:
    """What became of a command, and what it had to say besides, which is a warning."""
    if not notices:
        return words, role
    return _joined(words, notices), role if role == "bad" else "warn"


def _joined(one: str, other: str) -> str:
    """Two sentences."""
    return f"{one}{'' if not one or one.endswith('.') else '.'} {other}".strip()
