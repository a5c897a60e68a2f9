"""All about one alert, with the keys that act on it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, Span
from meshdefense_tui.screens.modal import Window
from meshdefense_tui.views.alert_detail import detail_lines

__all__ = ["AlertDetailScreen"]


class AlertDetailScreen(Window):
    """Follows the alert while it changes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "app.verdict", show=False),
        Binding("x", "app.retract", show=False),
        Binding("q,enter", "close", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("pagedown,space", "scroll(10)", show=False),
        Binding("question_mark", "app.help", show=False),
    ]

    def __init__(self, desk: Desk, key: str) -> None:
        super().__init__(desk)
        self._key = key
        self.add_class("-detail")

    def window_lines(self, width: int) -> list[Line]:
        """Facts, verdicts, readers, keys."""
        desk, look = self.desk, self.desk.look
        row = desk.model.alerts.get(self._key)
        if row is None:
            return [((look.say("detail_gone"), "strong"),)]
        asking = desk.model.sending(self._key) is not None
        lines = detail_lines(
            row,
            look,
            members=desk.model.members,
            origin=desk.model.origin,
            now=desk.now,
            width=width,
            asking=asking,
            texts=desk.model.long_reports_about(self._key),
        )
        hints: list[Span] = []
        keys = [("a", "key_ack"), ("Esc", "key_back")]
        keys.insert(0, ("x", "key_retract") if row["mine"] else ("v", "key_verdict"))
        for key, words in keys:
            hints += [(key, "key"), (f" {look.say(words)}   ", "quiet")]
        return [*lines, (), tuple(hints)]

    def action_scroll(self, by: int) -> None:
        """For alerts with many verdicts on a small screen."""
        self.lines.scroll_rows(by)

    def action_acknowledge(self) -> None:
        """Acknowledge the SOS in the banner, else this alert."""
        if not self.desk.answer_sos():
            self.desk.order("acknowledge", {"item": self._key}, self._key, None)
