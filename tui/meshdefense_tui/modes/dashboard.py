"""The dashboard: alerts always in view, patrols, messages and the map."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.map.raster import DotStyle
from meshdefense_tui.model import Changes
from meshdefense_tui.modes.mode import Hint, Mode
from meshdefense_tui.screens.painters import (
    AlertPainter,
    MessagePainter,
    PatrolPainter,
    alert_panel,
)
from meshdefense_tui.widgets.map_view import MapView
from meshdefense_tui.widgets.row import Lines
from meshdefense_tui.widgets.row_list import RowList

__all__ = ["DashboardMode"]


class DashboardMode(Mode):
    """Below 120 columns `m` swaps lists and map; from 200 on the selected alert is open."""

    NAME = "dashboard"
    HINTS: ClassVar[tuple[Hint, ...]] = (
        ("r", "key_report", "app.report"),
        ("v", "key_verdict", "app.verdict"),
        ("a", "key_ack", "screen.acknowledge"),
        ("c", "key_checkin", "app.checkin"),
        ("w", "key_write", "app.write"),
        ("m", "key_map", "toggle_map"),
        ("g", "key_modes", "app.go"),
        ("?", "key_help", "app.help"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "toggle_map", show=False),
        Binding("f", "map('fit')", show=False),
        Binding("plus,equals_sign", "map('zoom', 1)", show=False),
        Binding("minus", "map('zoom', -1)", show=False),
        Binding("e", "toggle_ended", show=False),
    ]

    def __init__(self, desk: Desk, *, dots: DotStyle) -> None:
        super().__init__(desk)
        self.alerts = RowList(desk, AlertPainter(desk), id="alerts", keeps_cursor=True)
        self.patrols = RowList(desk, PatrolPainter(desk), id="patrols")
        self.messages = RowList(desk, MessagePainter(desk), id="messages")
        self.map = MapView(desk, dots=dots, id="map")
        self.detail = Lines(desk, self._detail_lines, id="detail")
        self.show_ended = True

    def compose(self) -> ComposeResult:
        """See app.tcss for the places."""
        yield self.alerts
        with Container(id="side"):
            yield self.map
            with Container(id="lists"):
                yield self.patrols
                yield self.messages
        yield self.detail

    @property
    def main(self) -> Widget:
        """The alerts."""
        return self.alerts

    def model_changed(self, changes: Changes | None) -> None:
        """Show what the model holds."""
        touched = changes.tables if changes is not None else None
        if touched is None or touched & {"alerts", "status"}:
            self._show_alerts(changes)
        if touched is None or touched & {"patrols", "status"}:
            self.patrols.show(
                [row["id"] for row in self.desk.model.patrols_in_order(self.desk.now)]
            )
        if touched is None or touched & {"messages", "status"}:
            rows = self.desk.model.notices_in_order()
            self.messages.show(
                [row["id"] for row in rows], changes.new_messages if changes is not None else ()
            )
        self.tick()

    def forget(self) -> None:
        """Show nothing of what was."""
        self.map.forget()
        self.remove_class("-map")
        self.model_changed(None)

    def acknowledged(self) -> str | None:
        """The message under the cursor, or the alert."""
        return self.messages.key if self.messages.has_focus else self.desk.selected

    def newest(self) -> None:
        """The top of the list that has the focus, and of the alerts."""
        focused = self.screen.focused
        rows = focused if isinstance(focused, RowList) else self.alerts
        if rows.fresh or rows is not self.alerts:
            rows.newest()
        self.alerts.newest()

    def back(self) -> bool:
        """To the alerts."""
        self.action_to_alerts()
        return True

    def _show_alerts(self, changes: Changes | None) -> None:
        keys = self.desk.model.alert_ids(ended=self.show_ended)
        self.alerts.show(keys, changes.new_alerts if changes is not None else ())

    def _detail_lines(self, width: int) -> list[Line]:
        return alert_panel(self.desk, width)

    # Keys

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """The alert under the cursor is marked on the map."""
        if event.rows is self.alerts:
            self.desk.selected = event.key
            self.map.repaint()
            self.detail.repaint()

    def on_map_view_picked(self, event: MapView.Picked) -> None:
        """The list goes with the map."""
        self.alerts.stand_on(event.key)

    def action_open(self) -> None:
        """All about the selected alert."""
        self.alerts.action_open()

    def action_toggle_map(self) -> None:
        """To the map, and back to the alerts."""
        if self.map.has_focus:
            self.action_to_alerts()
            return
        self.add_class("-map")
        self.map.focus()

    def action_to_alerts(self) -> None:
        """Back to how it was at the start."""
        self.remove_class("-map")
        self.alerts.focus()

    def action_map(self, name: str, steps: int = 0) -> None:
        """A key of the map that works from anywhere while the map is in view."""
        if name == "fit":
            self.map.action_fit()
        else:
            self.map.action_zoom(steps)

    def action_toggle_ended(self) -> None:
        """Show or hide alerts that are over."""
        self.show_ended = not self.show_ended
        self._show_alerts(None)
