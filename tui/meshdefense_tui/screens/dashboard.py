"""The dashboard: alerts always in view, patrols, messages, map, radio, and the last answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import Screen

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.map.raster import DotStyle
from meshdefense_tui.model import ENDED_STATES, Changes
from meshdefense_tui.screens.painters import AlertPainter, MessagePainter, PatrolPainter
from meshdefense_tui.views.status_rows import radio_line, status_line
from meshdefense_tui.widgets.banner import Banner
from meshdefense_tui.widgets.key_bar import KeyBar
from meshdefense_tui.widgets.map_view import MapView
from meshdefense_tui.widgets.painted import Painted
from meshdefense_tui.widgets.row import Row
from meshdefense_tui.widgets.row_list import RowList

__all__ = ["WIDE_COLUMNS", "DashboardScreen"]

WIDE_COLUMNS: Final = 120
"""From here on all panels are in view at once; below, `m` swaps lists and map."""
_HINTS: Final = (
    ("r", "key_report", "app.report"),
    ("v", "key_verdict", "app.verdict"),
    ("a", "key_ack", "screen.acknowledge"),
    ("c", "key_checkin", "app.checkin"),
    ("w", "key_write", "app.write"),
    ("m", "key_map", "screen.toggle_map"),
    ("Enter", "key_detail", "screen.open"),
    ("?", "key_help", "app.help"),
)


class DashboardScreen(Screen[None]):
    """What is going on, what waits for a decision, who is out, what the mesh can carry."""

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 Textual declares it without ClassVar
        (0, "-tiny"),
        (72, "-narrow"),
        (WIDE_COLUMNS, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r,n", "app.report", show=False),
        Binding("v", "app.verdict", show=False),
        Binding("a", "acknowledge", show=False),
        Binding("x", "app.retract", show=False),
        Binding("c", "app.checkin", show=False),
        Binding("w", "app.write", show=False),
        Binding("m", "toggle_map", show=False),
        Binding("i,f7", "app.mesh", show=False),
        Binding("f", "map('fit')", show=False),
        Binding("plus,equals_sign", "map('zoom', 1)", show=False),
        Binding("minus", "map('zoom', -1)", show=False),
        Binding("full_stop", "newest", show=False),
        Binding("e", "toggle_ended", show=False),
        Binding("question_mark", "app.help", show=False),
        Binding("q", "app.leave", show=False),
        Binding("escape", "to_alerts", show=False),
    ]

    def __init__(
        self,
        desk: Desk,
        *,
        answer: Callable[[int], Line],
        dots: DotStyle,
    ) -> None:
        super().__init__()
        self.desk = desk
        self.alerts = RowList(desk, AlertPainter(desk), id="alerts", keeps_cursor=True)
        self.patrols = RowList(desk, PatrolPainter(desk), id="patrols")
        self.messages = RowList(desk, MessagePainter(desk), id="messages")
        self.map = MapView(desk, dots=dots, id="map")
        self.banner = Banner(desk, here=True)
        self.answer = Row(desk, answer, id="answer")
        self.key_bar = KeyBar(desk, id="keys")
        self.show_ended = True

    def compose(self) -> ComposeResult:
        """See app.tcss for the places."""
        yield Row(self.desk, self._status_line, id="status")
        yield self.banner
        with Container(id="body"):
            yield self.alerts
            with Container(id="side"):
                yield self.map
                with Container(id="lists"):
                    yield self.patrols
                    yield self.messages
        yield Row(self.desk, self._radio_line, id="radio")
        yield self.answer
        yield self.key_bar

    def on_mount(self) -> None:
        """Keys go to the alerts first."""
        self.key_bar.show(_HINTS)
        self.alerts.focus()
        self.model_changed(None)

    def model_changed(self, changes: Changes | None) -> None:
        """Show what the model holds; `changes` None means anything may be different."""
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

    def tick(self) -> None:
        """Time has passed: ages, due times and the map's old positions."""
        self.banner.repaint()  # which may have to appear
        for widget in self.query(Painted):
            if widget.display:
                widget.repaint()

    def forget(self) -> None:
        """Show nothing of what was: the screen is locked."""
        self.map.forget()
        self.remove_class("-map")
        self.model_changed(None)

    def _show_alerts(self, changes: Changes | None) -> None:
        rows = self.desk.model.alerts_in_order()
        keys = [r["id"] for r in rows if self.show_ended or r["state"] not in ENDED_STATES]
        self.alerts.show(keys, changes.new_alerts if changes is not None else ())

    def _status_line(self, width: int) -> Line:
        model, now = self.desk.model, self.desk.now
        drill = any(
            row["drill"] for row in model.alerts.values() if row["state"] not in ENDED_STATES
        )
        return status_line(
            model.status, model.counts(now), self.desk.look, now=now, width=width, drill=drill
        )

    def _radio_line(self, width: int) -> Line:
        model = self.desk.model
        return radio_line(
            model.radio, model.status, model.mesh, self.desk.look, now=self.desk.now, width=width
        )

    # Keys

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """The alert under the cursor is marked on the map."""
        if event.rows is self.alerts:
            self.desk.selected = event.key
            self.map.repaint()

    async def on_key_bar_pressed(self, event: KeyBar.Pressed) -> None:
        """A click in the key row does what the key does."""
        await self.run_action(event.action)

    def action_open(self) -> None:
        """All about the selected alert."""
        self.alerts.action_open()

    def action_acknowledge(self) -> None:
        """Acknowledge the SOS in the banner, else the message under the cursor or the alert."""
        if self.desk.answer_sos():
            return
        item = self.messages.key if self.messages.has_focus else self.desk.selected
        if item is None:
            self.desk.tell(self.desk.look.say("select_first"), "warn")
            return
        self.desk.order("acknowledge", {"item": item}, item, None)

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

    def action_newest(self) -> None:
        """The top of the list that has the focus, else of the alerts."""
        focused = self.focused
        rows = focused if isinstance(focused, RowList) else self.alerts
        if rows.fresh or rows is not self.alerts:
            rows.newest()
        self.alerts.newest()

    def action_toggle_ended(self) -> None:
        """Show or hide alerts that are over."""
        self.show_ended = not self.show_ended
        self._show_alerts(None)
