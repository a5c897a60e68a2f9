"""The dashboard: alerts always in view, patrols, messages and the map."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.map.parts import DotStyle
from meshdefense_tui.model import Changes
from meshdefense_tui.modes.mode import Hint, Mode
from meshdefense_tui.screens.painters import (
    AlertPainter,
    MessagePainter,
    PatrolPainter,
    alert_panel,
)
from meshdefense_tui.widgets.kept_rows import KeptRows
from meshdefense_tui.widgets.map_view import MapView
from meshdefense_tui.widgets.row import Lines
from meshdefense_tui.widgets.row_list import RowList

__all__ = ["DashboardMode"]


_ALERT_TABLES: Final = frozenset({"alerts"})
_PATROL_TABLES: Final = frozenset({"patrols"})
_MESSAGE_TABLES: Final = frozenset({"messages", "alerts"})
"""A long report names the alert that it is about."""


class _Box(Container, KeptRows):
    """Draws a frame round others, seldom anew."""


class DashboardMode(Mode, KeptRows):
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
        self.alerts = RowList(
            desk, AlertPainter(desk), id="alerts", keeps_cursor=True, moved=self._chosen
        )
        self.patrols = RowList(desk, PatrolPainter(desk), id="patrols")
        self.messages = RowList(desk, MessagePainter(desk), id="messages")
        self.map = MapView(desk, dots=dots, id="map")
        self.detail = Lines(desk, self._detail_lines, id="detail")
        self.show_ended = True
        self._drawn_with: object = None
        """Our origin, our member number and the orders under way: they are in every row."""

    def compose(self) -> ComposeResult:
        """See app.tcss for the places."""
        yield self.alerts
        with _Box(id="side"):
            yield self.map
            with _Box(id="lists"):
                yield self.patrols
                yield self.messages
        yield self.detail

    @property
    def main(self) -> Widget:
        """The alerts."""
        return self.alerts

    def model_changed(self, changes: Changes | None) -> None:
        """Show what the model holds; of a change only where it can be seen."""
        model = self.desk.model
        status = model.status
        us = (status["origin"], status["member"]) if status is not None else None
        frame = (us, tuple(model.pending))
        everything = changes is None or frame != self._drawn_with
        self._drawn_with = frame

        def touches(tables: frozenset[str]) -> bool:
            return everything or changes is None or not tables.isdisjoint(changes.tables)

        if touches(_ALERT_TABLES):
            self._show_alerts(changes)
        if touches(_PATROL_TABLES):
            self.patrols.show([row["id"] for row in model.patrols_in_order(self.desk.now)])
        if touches(_MESSAGE_TABLES):
            self.messages.show(
                [row["id"] for row in model.notices_in_order()],
                changes.new_messages if changes is not None else (),
            )
        self.map.repaint()
        self.detail.repaint()

    def tick(self) -> None:
        """Time has passed."""
        for widget in (self.alerts, self.patrols, self.messages, self.map, self.detail):
            widget.repaint()

    def forget(self) -> None:
        """Show nothing of what was."""
        self.map.forget()
        self.remove_class("-map")
        self.model_changed(None)

    def acknowledged(self) -> str | None:
        """The message under the cursor, unless it is one's own, or the alert."""
        if not self.messages.has_focus:
            return self.desk.selected
        return None if self._on_own else self.messages.key

    @property
    def nothing_to_acknowledge(self) -> str:
        """Who wrote a message does not tell everybody by radio that they have read it."""
        own = self.messages.has_focus and self._on_own
        return "talk_ack_own" if own else super().nothing_to_acknowledge

    @property
    def _on_own(self) -> bool:
        row = self.desk.model.notices.get(self.messages.key or "")
        return row is not None and row["mine"]

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
        wanted = self.desk.selected  # before a cursor whose alert is gone takes another one
        self.alerts.show(keys, changes.new_alerts if changes is not None else ())
        if wanted is not None and wanted != self.alerts.key and wanted in keys:
            self.alerts.stand_on(wanted)

    def _detail_lines(self, width: int) -> list[Line]:
        return alert_panel(self.desk, width)

    # Keys

    def _chosen(self, key: str | None) -> None:
        """The alert under the cursor is marked on the map."""
        self.desk.selected = key
        self.map.repaint()
        self.detail.repaint()

    def on_map_view_picked(self, event: MapView.Picked) -> None:
        """The list goes with the map."""
        self.alerts.stand_on(event.key)

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
