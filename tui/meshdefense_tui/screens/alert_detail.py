"""All about one alert, with the keys that act on it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from meshdefense_tui.lines import Line
from meshdefense_tui.screens.modal import DetailWindow
from meshdefense_tui.views.alert_detail import detail_lines
from meshdefense_tui.views.alert_orders import WINDOW_KEYS, order_lines

__all__ = ["AlertDetailScreen"]


class AlertDetailScreen(DetailWindow):
    """Follows the alert while it changes. F2 shows the same, and asks the daemon's log as well."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "app.verdict", show=False),
        Binding("x", "app.retract", show=False),
        Binding("f2", "app.mode('alerts')", show=False),
    ]

    def window_lines(self, width: int) -> list[Line]:
        """Facts, work, trail, keys."""
        desk, model, look = self.desk, self.desk.model, self.desk.look
        row = model.alerts.get(self.key)
        if row is None:
            return [((look.say("detail_gone"), "strong"),)]
        lines = detail_lines(
            row,
            look,
            members=model.members,
            origin=model.origin,
            now=desk.now,
            width=width,
            asking=model.sending(self.key) is not None,
            texts=model.long_reports_about(self.key),
            others=model.alerts,
            corners=desk.streets,
        )
        keys = order_lines(WINDOW_KEYS, row, model, look, width)
        back: Line = (("Esc", "key"), (f" {look.say('key_back')}", "plain"))
        more: Line = (("F2", "key"), (f" {look.say('key_more')}", "plain"))
        return [*lines, (), *keys, (*back, ("   ", "plain"), *more)]
