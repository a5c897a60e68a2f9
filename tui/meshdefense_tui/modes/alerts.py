"""Alerts in detail: one alert with everything that was done about it, and by whom."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widget import Widget

from meshdefense_tui.alert_log import AlertLog, Ask
from meshdefense_tui.commands import Command
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, Span, edges
from meshdefense_tui.model import Changes
from meshdefense_tui.modes.alert_mode import ORDER_COMMANDS, AlertMode
from meshdefense_tui.modes.mode import Hint
from meshdefense_tui.screens.painters import AlertPainter
from meshdefense_tui.views.alert_detail import detail_lines
from meshdefense_tui.views.alert_orders import DETAIL_KEYS, order_lines
from meshdefense_tui.widgets.row import ScrolledLines
from meshdefense_tui.widgets.row_list import RowList

__all__ = ["AlertsMode"]

_ASK_AFTER_S: Final = 0.15
"""So long the cursor has to stand: running through a list must not ask for each alert."""


class _DetailPainter(AlertPainter):
    """The alerts; Enter leads into the detail beside them instead of a window."""

    opens = ""


class _AlertRows(RowList):
    """Space silences an alarm; pressed once more it must not lead to another alert."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pagedown,ctrl+d", "page(1)", show=False),
        Binding("space", "no_alarm", show=False),
    ]

    def action_no_alarm(self) -> None:
        """Say that nothing sounds; an alarm would have taken the key."""
        self.desk.tell(self.desk.look.say("alarm_none"), "quiet")


class AlertsMode(AlertMode):
    """Below 100 columns the detail alone; from there on the list stands beside it."""

    NAME = "alerts"
    HINTS: ClassVar[tuple[Hint, ...]] = (
        ("v", "key_verdict", "app.verdict"),
        (">", "key_assign", "assign"),
        ("R", "key_respond", "respond"),
        ("=", "key_close", "close_alert"),
        ("!", "key_escalate", "escalate"),
        ("+", "key_add", "add"),
        ("[ ]", "key_next_alert", "step(1)"),
        ("?", "key_help", "app.help"),
    )
    COMMANDS = (*ORDER_COMMANDS, Command("[ ]", "step(1)", "long_step"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket", "step(-1)", show=False),
        Binding("right_square_bracket", "step(1)", show=False),
    ]

    def __init__(self, desk: Desk, ask: Ask) -> None:
        """`ask` puts a question to the daemon that is no order."""
        rows = _AlertRows(desk, _DetailPainter(desk), id="alerts-rows", keeps_cursor=True)
        super().__init__(desk, rows)
        self.detail = ScrolledLines(desk, self._lines, id="alerts-detail")
        self.log_of_alert = AlertLog(desk, ask)
        self._soon: Timer | None = None

    def compose(self) -> ComposeResult:
        """See app.tcss for the places."""
        yield self.rows
        yield self.detail

    @property
    def main(self) -> Widget:
        """The list where there is one, else the detail."""
        return self.rows if self.app.size.width >= 100 else self.detail

    def on_resize(self) -> None:
        """The keys must not stay with a list that is out of sight."""
        if self.display and self.screen.focused in (None, self.rows, self.detail):
            self.main.focus()

    def model_changed(self, changes: Changes | None) -> None:
        """Show what the model holds."""
        if changes is None or changes.tables & {"alerts", "status"}:
            fresh = changes.new_alerts if changes is not None else ()
            self.show_rows([row["id"] for row in self.desk.model.alerts_in_order()], fresh)
        self.tick()
        self._ask_soon()

    def forget(self) -> None:
        """Show nothing of what was."""
        self.log_of_alert.forget()
        super().forget()

    def selected_changed(self) -> None:
        """From the top of the other alert."""
        self.detail.scroll_rows(-100_000)
        self._ask_soon()

    def back(self) -> bool:
        """From the detail to the list, where there is one."""
        if self.detail.has_focus and self.main is self.rows:
            self.rows.focus()
            return True
        return False

    # What is shown

    def _lines(self, width: int) -> list[Line]:
        desk, look = self.desk, self.desk.look
        row = desk.alert
        if row is None:
            text = "alert_none" if desk.model.ready else "no_data"
            return [((look.say(text), "quiet"),)]
        replayed = desk.at is not None  # the log knows what came later
        body = width - 1  # the column beside the list stays free
        lines = detail_lines(
            row,
            look,
            members=desk.model.members,
            origin=desk.model.origin,
            now=desk.now,
            width=body,
            asking=desk.model.sending(row["id"]) is not None,
            texts=desk.model.long_reports_about(row["id"]),
            others=desk.model.alerts,
            log=() if replayed else self.log_of_alert.of(row["id"]),
            remark="" if replayed else self.log_of_alert.remark(row["id"]),
            corners=desk.streets,
        )
        keys = order_lines(DETAIL_KEYS, row, desk.model, look, body)
        return [self._title(body), *lines, (), *keys]

    def _title(self, width: int) -> Line:
        look, glyphs = self.desk.look, self.desk.look.glyphs
        at = self.rows.keys.index(self.rows.key) + 1 if self.rows.key in self.rows.keys else 0
        text = look.say("alert_of", at=at, of=len(self.rows.keys)).upper()
        role = "title_focus" if self.detail.has_focus else "title"
        mark = glyphs.cursor if self.detail.has_focus else " "
        right: list[Span] = []
        if self.rows.fresh:
            right.append((look.say("new_chip", count=len(self.rows.fresh)), "selected"))
        return edges([(f"{mark} ", "key"), (text, role)], right, width, glyphs.ellipsis)

    # The log

    def _ask_soon(self) -> None:
        if self.desk.stale or self.desk.at is not None:
            return
        if self.log_of_alert.wanted(self.desk.selected):
            if self._soon is not None:
                self._soon.stop()
            self._soon = self.set_timer(_ASK_AFTER_S, self._ask)

    def _ask(self) -> None:
        self._soon = None
        if self.display and self.log_of_alert.wanted(self.desk.selected):
            self.run_worker(self._fetch(str(self.desk.selected)), group="alert-log")

    async def _fetch(self, alert: str) -> None:
        answered = await self.log_of_alert.fetch(alert)
        self.detail.repaint()
        if answered:  # its row may have changed meanwhile; a refusal is asked again at a change
            self._ask_soon()

    # Keys

    def action_step(self, by: int) -> None:
        """The alert before or after."""
        self.rows.action_move(by)

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Enter goes into the detail, so that the keys scroll it."""
        event.stop()
        self.detail.focus()
