"""Big mode: one list and large digits, for a screen across the room or tired eyes."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.widget import Widget

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.model import ENDED_STATES, Changes
from meshdefense_tui.modes.mode import Hint, Mode
from meshdefense_tui.screens.painters import AlertPainter
from meshdefense_tui.views.big import BIG_ROWS, big_alert_lines, count_lines, ticker_line
from meshdefense_tui.widgets.painted import Painted
from meshdefense_tui.widgets.row import Lines
from meshdefense_tui.widgets.row_list import RowList

__all__ = ["BigMode", "Ticker"]


class _BigPainter(AlertPainter):
    """Alerts in twice as many lines."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._shared = desk

    def height(self, key: str, width: int) -> int:
        """The same for each."""
        return BIG_ROWS if key in self._shared.model.alerts else 0

    def lines(self, key: str, width: int) -> list[Line]:
        """See `big_alert_lines`."""
        desk = self._shared
        row = desk.model.alerts.get(key)
        if row is None:
            return []
        asking = desk.model.sending(key) is not None
        return big_alert_lines(
            row, desk.look, origin=desk.model.origin, now=desk.now, width=width, asking=asking
        )


class BigMode(Mode):
    """No map; `G` and Esc lead back."""

    NAME = "big"
    HINTS: ClassVar[tuple[Hint, ...]] = (
        ("r", "key_report", "app.report"),
        ("v", "key_verdict", "app.verdict"),
        ("a", "key_ack", "screen.acknowledge"),
        ("c", "key_checkin", "app.checkin"),
        ("Z", "key_snooze", "app.snooze"),
        ("G", "key_big_back", "app.big"),
        ("?", "key_help", "app.help"),
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.counts = Lines(desk, self._count_lines, id="big-counts")
        self.alerts = RowList(desk, _BigPainter(desk), id="big-alerts", keeps_cursor=True)

    def compose(self) -> ComposeResult:
        """Digits over the list."""
        yield self.counts
        yield self.alerts

    @property
    def main(self) -> Widget:
        """The alerts."""
        return self.alerts

    def _count_lines(self, width: int) -> list[Line]:
        desk = self.desk
        return count_lines(desk.model, desk.look, now=desk.now, width=width)

    def model_changed(self, changes: Changes | None) -> None:
        """Show what is open."""
        rows = self.desk.model.alerts_in_order()
        keys = [row["id"] for row in rows if row["state"] not in ENDED_STATES]
        wanted = self.desk.selected
        self.alerts.show(keys, changes.new_alerts if changes is not None else ())
        if wanted is not None and wanted != self.alerts.key and wanted in keys:
            self.alerts.stand_on(wanted)
        self.desk.selected = self.alerts.key
        self.tick()

    def newest(self) -> None:
        """The top of the list."""
        self.alerts.newest()

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """What is under the cursor is what r v a x mean."""
        self.desk.selected = event.key


class Ticker(Painted):
    """One row in place of everything, on a screen below 60 x 20."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, id="ticker")

    def paint(self, width: int, height: int) -> list[Line]:
        """The row."""
        desk = self.desk
        return [ticker_line(desk.model, desk.look, now=desk.now, width=width)]
