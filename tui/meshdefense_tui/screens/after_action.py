"""After-action times: of one alert, and the medians of all in a period."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from textual.binding import Binding, BindingType

from meshdefense.exports.incidents import View, incidents, within
from meshdefense.exports.times import steps_of
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.model import Changes, Model
from meshdefense_tui.replay import Ask
from meshdefense_tui.screens.modal import Window
from meshdefense_tui.text_fit import wrap
from meshdefense_tui.views.after_action import after_action_lines

__all__ = ["TIMED_EVENTS", "AfterActionScreen", "timed_events"]

TIMED_EVENTS: Final = ("dispatch", "verdict", "respond")
"""What times are counted from, beside the alerts' rows."""
_WINDOW: Final = 500


async def timed_events(ask: Ask) -> tuple[list[dict[str, Any]], float | None, str, str]:
    """The events behind the times, since when they are kept, and else why not: sentence, phrase."""
    events: list[dict[str, Any]] = []
    before: int | None = None
    while True:
        params: dict[str, Any] = {"limit": _WINDOW, "kinds": list(TIMED_EVENTS)}
        if before is not None:
            params["before"] = before
        answer = await ask("timeline", params)
        if not answer.accepted:
            return [], None, answer.sentence, answer.phrase
        events += answer.result["rows"]
        before = answer.result["before"]
        if before is None:
            return events, answer.result["kept_since"], "", ""


class AfterActionScreen(Window):
    """Counts once; what comes in later is seen when it is opened again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter,T", "close", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("pagedown,space", "scroll(10)", show=False),
    ]

    def __init__(
        self, desk: Desk, ask: Ask, live: Model, *, alert: str | None, since: float | None
    ) -> None:
        """`alert` is the id of the one that stands first; `live` has the rows of now."""
        super().__init__(desk)
        self._ask, self._live, self._alert, self._since = ask, live, alert, since
        self._events: list[dict[str, Any]] | None = None
        self._kept_since: float | None = None
        self._complaint = ""
        self._drawn: tuple[int, list[Line]] | None = None
        self.add_class("-detail")

    def on_mount(self) -> None:
        """Ask at once."""
        self.run_worker(self._load(), group="times")

    async def _load(self) -> None:
        events, kept_since, sentence, key = await timed_events(self._ask)
        look = self.desk.look
        if sentence or key:
            why = look.say(key) if key else sentence
            self._complaint = look.say("log_refused", reason=why)
        elif self.is_attached and not self._live.locked:
            self._events, self._kept_since = events, kept_since
        self.lines.repaint()

    def model_changed(self, changes: Changes | None) -> None:
        """Other rows: count again."""
        if changes is None or "alerts" in changes.tables:
            self._drawn = None
        super().model_changed(changes)

    def window_lines(self, width: int) -> list[Line]:
        """This alert, then all."""
        look, live = self.desk.look, self._live
        if self._complaint:
            return [((part, "bad"),) for part in wrap(self._complaint, width)]
        if self._events is None or live.status is None:
            return [((look.say("asking"), "quiet"),)]
        if self._drawn is not None and self._drawn[0] == width:
            return self._drawn[1]
        try:
            lines = self._counted(width)
        except (KeyError, TypeError):  # rows of an older daemon, which the screens can draw
            self._complaint = look.say("export_version")
            return [((part, "bad"),) for part in wrap(self._complaint, width)]
        self._drawn = (width, lines)
        return lines

    def _counted(self, width: int) -> list[Line]:
        look, live = self.desk.look, self._live
        assert self._events is not None  # asked by the caller
        assert live.status is not None
        # on the node's own screen names are no secret, so nothing has to be redacted
        view = View(list(live.members.values()), live.status, redacted=False)
        found = incidents(within(live.alerts.values(), self._since, None), view)
        steps = steps_of(found, self._events)
        row = live.alerts.get(self._alert) if self._alert is not None else None
        one = None
        if row is not None:
            one = next((s for s in steps_of(incidents([row], view), self._events)), None)
        return after_action_lines(
            one, steps, look, since=self._since, kept_since=self._kept_since, width=width
        )

    def action_scroll(self, by: int) -> None:
        """For more than the screen holds."""
        self.lines.scroll_rows(by)
