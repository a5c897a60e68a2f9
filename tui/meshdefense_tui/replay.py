"""A replay: every screen shows the rows of an earlier moment, until a person comes back to now.

The rows are the daemon's answer to `as_of`. While they are shown, what every widget draws from is
exchanged on the desk: the rows, the clock, and the trails; orders are refused, since they would be
about what is no more. The rows of now go on underneath, and a call for help ends a replay at once:
nobody may look at the past while somebody needs them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

from meshdefense.api.response_schema import SosRow
from meshdefense_tui.desk import Desk, Order, Then
from meshdefense_tui.lines import Line
from meshdefense_tui.model import Model
from meshdefense_tui.session import Answer
from meshdefense_tui.trails import Trails
from meshdefense_tui.views.log_rows import moment, replay_line

__all__ = ["STEP_S", "Ask", "PastModel", "Replay"]

STEP_S: Final = 300.0
"""How far one key press goes."""
_LIVE_TABLES: Final = ("status", "radio", "mesh", "neighbours")
"""What describes this run of the daemon, of which no past is kept."""

_FROM_ROWS: Final = frozenset({"alert", "now", "where", "__class__"})
"""Of a desk, what is made from its rows or its clock."""

Ask = Callable[[str, dict[str, Any]], Awaitable[Answer]]
"""Ask the daemon; never raises, see Session.command."""


@dataclass
class PastModel(Model):
    """Rows of an earlier moment. Nothing in them waits for anybody."""

    live: Model | None = None

    @property
    def unanswered_sos(self) -> list[SosRow]:
        """None: whoever called then was answered, or still stands in the rows of now."""
        return []

    def lock(self) -> None:
        """Forget the rows of now as well."""
        super().lock()
        if self.live is not None:
            self.live.lock()


@dataclass(frozen=True, slots=True)
class _Now:
    """What a replay takes from the desk, and gives back."""

    model: Model
    trails: Trails
    order: Order
    banners: Callable[[int, bool], list[Line]]
    selected: str | None


class LiveDesk(Desk):
    """The desk as it stands now, whatever moment is shown on it: for alarms, which never sleep.

    Everything but rows, clock, trails and orders is that of the desk itself, whenever it is asked.
    """

    def __init__(self, shown: Desk) -> None:
        own = {"model": shown.model, "trails": shown.trails, "order": shown.order, "at": None}
        object.__setattr__(self, "_shown", shown)
        object.__setattr__(self, "_own", own)

    def __getattribute__(self, name: str) -> Any:
        own = object.__getattribute__(self, "_own")
        if name in own:
            return own[name]
        if name in _FROM_ROWS:
            return object.__getattribute__(self, name)
        return getattr(object.__getattribute__(self, "_shown"), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(object.__getattribute__(self, "_shown"), name, value)


class Replay:
    """One for the app."""

    def __init__(
        self,
        desk: Desk,
        ask: Ask,
        *,
        changed: Callable[[], None],
        run: Callable[[Coroutine[Any, Any, None]], object],
        later: Callable[[Callable[[], None]], object],
    ) -> None:
        """`changed` shows everything anew, `run` starts a task, `later` calls after this turn."""
        self._desk, self._ask, self._changed, self._run = desk, ask, changed, run
        self._later = later
        self.live: Model = desk.model
        self.at: float | None = None
        """The moment that is shown, seconds since the epoch; None for now."""
        self.kept_since: float | None = None
        self._now: _Now | None = None
        self._wanted: float | None = None
        self._asking = self._ending = False
        self._life = 0
        desk.scrub, desk.to_now = self.scrub, self.end

    @property
    def clock_now(self) -> float:
        """The real time, whatever is shown."""
        return self._desk.look.clock.now()

    def scrub(self, steps: int) -> None:
        """So many steps later, or earlier where it is negative."""
        stands = self._wanted if self._wanted is not None else self.at
        if stands is None:
            if steps >= 0:
                return
            stands = self.clock_now
        self.to(stands + steps * STEP_S)

    def to(self, at: float) -> None:
        """Show the rows of the moment `at`, as soon as the daemon has told them."""
        desk, look = self._desk, self._desk.look
        if self.live.locked:
            return
        if self._calls():
            desk.tell(look.say("replay_sos_first"), "bad")
            return
        if at >= self.clock_now:
            self.end()
            return
        if self.kept_since is not None and at < self.kept_since:
            words = moment(self.kept_since, look, self.clock_now)
            desk.tell(look.say("replay_kept", time=words), "warn")
            at = self.kept_since
        self._wanted = at
        if not self._asking:
            self._asking = True
            self._run(self._load(self._life))
        if self.at is None:
            words = moment(at, look, self.clock_now)
            desk.tell(look.say("replay_loading", time=words), "quiet")
        self._changed()

    def end(self) -> bool:
        """Back to now; False when no moment but now is shown or asked for."""
        if self._now is None and self._wanted is None:
            return False
        self._life += 1
        self._wanted, self._asking, self._ending = None, False, False
        if (now := self._now) is not None:
            desk = self._desk
            desk.model, desk.trails = now.model, now.trails
            desk.order, desk.banners = now.order, now.banners
            desk.selected = now.selected
            self._now = self.at = desk.at = None
        if not self.live.locked:
            self._desk.tell(self._desk.look.say("replay_ended"), "quiet")
        self._changed()
        return True

    async def _load(self, life: int) -> None:
        while (at := self._wanted) is not None and life == self._life:
            answer = await self._ask("as_of", {"at": at})
            if life != self._life or self.live.locked:
                return
            if self._wanted != at:
                continue  # a person went on meanwhile: only the last moment is wanted
            self._wanted = None
            if answer.accepted:
                self._show(at, answer.result)
            else:
                look = self._desk.look
                why = look.say(answer.phrase) if answer.phrase else answer.sentence
                self._desk.tell(look.say("replay_refused", reason=why), "bad")
            self._changed()
        if life == self._life:
            self._asking = False

    def _show(self, at: float, result: dict[str, Any]) -> None:
        if self._calls():
            self._desk.tell(self._desk.look.say("replay_sos_first"), "bad")
            return
        desk = self._desk
        if self._now is None:
            self._now = _Now(desk.model, desk.trails, desk.order, desk.banners, desk.selected)
            desk.tell("", "plain")
        desk.model, desk.trails = self._past(at, result), Trails()
        desk.order, desk.banners = self._refuse, self._banners
        self.at = desk.at = at
        self.kept_since = result.get("kept_since")

    def _past(self, at: float, result: dict[str, Any]) -> PastModel:
        epoch = f"as of {at}"
        past = PastModel(epoch, live=self.live)
        told = result.get("tables", {})
        tables = {name: rows for name, rows in told.items() if name not in _LIVE_TABLES}
        past.apply({"epoch": epoch, "revision": 1, "tables": tables})
        for name in _LIVE_TABLES:
            past.tables[name] = self.live.tables[name]
        return past

    # What stands on the desk meanwhile

    def _refuse(self, method: str, params: dict[str, Any], target: str, then: Then | None) -> None:
        self._desk.tell(self._desk.look.say("replay_no_orders"), "bad")
        if then is not None:
            then(Answer(False, phrase="replay_no_orders"))

    def _banners(self, width: int, here: bool) -> list[Line]:
        now, at, look = self._now, self.at, self._desk.look
        if now is None or at is None:
            return self._desk.banners(width, here)
        lines = now.banners(width, here)  # drawn from the rows of now, see LiveDesk
        if self._calls() and not self._ending:
            self._ending = True
            self._later(self._end_for_sos)
        real, wanted = look.clock.now(), self._wanted
        return [replay_line(at, look, now=real, wanted=wanted, width=width), *lines]

    def _calls(self) -> bool:
        own = any(row["mine"] for row in self.live.calls_for_help)
        return own or bool(self.live.unanswered_sos)

    def _end_for_sos(self) -> None:
        if self.end():
            self._desk.tell(self._desk.look.say("replay_sos"), "bad")
