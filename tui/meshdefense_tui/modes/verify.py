"""The verification queue: what waits for a verdict, who is near, and the verdict by one key."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget

from meshdefense.api.stock_schema import StockReportRow
from meshdefense_protocol.words import VERDICTS
from meshdefense_tui.alert_rights import why_not
from meshdefense_tui.commands import Command
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.map.geometry import east_north, fit
from meshdefense_tui.map.raster import DotStyle
from meshdefense_tui.model import Changes
from meshdefense_tui.modes.alert_mode import ORDER_COMMANDS, AlertMode
from meshdefense_tui.modes.mode import Hint
from meshdefense_tui.screens.adoption import AdoptionForm
from meshdefense_tui.screens.alert_detail import AlertDetailScreen
from meshdefense_tui.screens.modal import ChoiceScreen
from meshdefense_tui.stock_queue import report_of, stock_keys
from meshdefense_tui.verify_queue import queue
from meshdefense_tui.views.alert_orders import QUEUE_KEYS, order_lines
from meshdefense_tui.views.stock_rows import (
    stock_detail_lines,
    stock_queue_lines,
    stock_words,
)
from meshdefense_tui.views.verify_detail import verify_detail_lines
from meshdefense_tui.views.verify_rows import QUEUE_LINES, queue_lines
from meshdefense_tui.widgets.map_view import MapView
from meshdefense_tui.widgets.row import ScrolledLines
from meshdefense_tui.widgets.row_list import RowList

__all__ = ["QueuePainter", "VerifyMode"]

_MAPPED: Final = 3
"""Free verifiers that the map is to show beside the alert."""


class QueuePainter:
    """Alerts that wait."""

    title = "queue"
    opens = ""
    empty: tuple[str, ...] = ("queue_empty",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def height(self, key: str, width: int) -> int:
        """Always the same: a countdown that appears must not move the rows below it."""
        model = self._desk.model
        known = key in model.alerts or report_of(key, model.stock_reports) is not None
        return QUEUE_LINES if known else 0

    def lines(self, key: str, width: int) -> list[Line]:
        """See `queue_lines`."""
        desk, model = self._desk, self._desk.model
        if (unsigned := report_of(key, model.stock_reports)) is not None:
            return stock_queue_lines(
                unsigned, desk.look, origin=model.origin, now=desk.now, width=width,
                asking=model.sending(key) is not None, corners=desk.streets,
            )  # fmt: skip
        row = model.alerts.get(key)
        if row is None:
            return []
        return queue_lines(
            row, desk.look, me=model.status["member"] if model.status is not None else 0,
            origin=model.origin, now=desk.now, width=width,
            asking=model.sending(key) is not None, corners=desk.streets,
        )  # fmt: skip


class InsetMap(MapView):
    """The map round the selected alert; it is aimed anew at every size."""

    def __init__(self, desk: Desk, *, dots: DotStyle, id: str, aim: Callable[[], None]) -> None:
        super().__init__(desk, dots=dots, id=id)
        self._aim = aim

    def on_resize(self) -> None:
        """What fits depends on the size."""
        self._aim()
        self.repaint()


class VerifyMode(AlertMode):
    """Below 100 columns the decision stands under the list, from 160 on there is a map."""

    NAME = "verify"
    HINTS: ClassVar[tuple[Hint, ...]] = (
        ("v", "key_confirm", "judge('confirmed')"),
        ("n", "key_nothing", "judge('nothing-there')"),
        ("e", "key_something", "judge('something-else')"),
        ("u", "key_unsure", "judge('uncertain')"),
        (">", "key_assign", "assign"),
        ("R", "key_respond", "respond"),
        ("d", "key_same", "same"),
        ("?", "key_help", "app.help"),
    )
    COMMANDS = (
        Command("v", "judge('confirmed')", "long_confirm"),
        Command("n", "judge('nothing-there')", "long_nothing"),
        Command("e", "judge('something-else')", "long_something"),
        Command("u", "judge('uncertain')", "long_unsure"),
        Command("A", "adopt", "long_adopt"),
        Command("X", "dismiss", "long_dismiss"),
        *ORDER_COMMANDS,
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "judge('confirmed')", show=False),
        Binding("n", "judge('nothing-there')", show=False),
        Binding("e", "judge('something-else')", show=False),
        Binding("u", "judge('uncertain')", show=False),
        Binding("A", "adopt", show=False),
        Binding("X", "dismiss", show=False),
    ]

    def __init__(self, desk: Desk, *, dots: DotStyle) -> None:
        rows = RowList(desk, QueuePainter(desk), id="verify-rows", keeps_cursor=True)
        super().__init__(desk, rows)
        self.detail = ScrolledLines(desk, self._lines, id="verify-detail")
        self.map = InsetMap(desk, dots=dots, id="verify-map", aim=self._aim)
        self.side = Container(self.detail, self.map, id="verify-side")
        self._slipped: str | None = None
        """Where the cursor came to by itself, because the alert under it went away."""

    def compose(self) -> ComposeResult:
        """See app.tcss for the places."""
        yield self.rows
        yield self.side

    @property
    def main(self) -> Widget:
        """The list."""
        return self.rows

    def model_changed(self, changes: Changes | None) -> None:
        """Show what the model holds."""
        if changes is None or changes.tables & {"alerts", "status", "stock_reports"}:
            before = self.rows.key
            calls, others = stock_keys(self.desk.model.stock_reports.values())
            alerts = [row["id"] for row in queue(self.desk.model.alerts.values())]
            keys = [*calls, *alerts, *others]
            self.show_rows(keys, changes.new_alerts if changes is not None else ())
            if before is not None and before not in keys:
                self._slipped = self.rows.key
        self._aim()
        self.tick()

    def forget(self) -> None:
        """Show nothing of what was."""
        self.map.forget()
        self._slipped = None
        super().forget()

    def selected_changed(self) -> None:
        """From the top of the other alert, and the map round it."""
        self._aim()
        self.detail.scroll_rows(-100_000)
        self.rows.repaint()

    def back(self) -> bool:
        """From the detail or the map to the list."""
        if self.rows.has_focus:
            return False
        self.rows.focus()
        return True

    def _aim(self) -> None:
        """Show the alert and the nearest of those who are free, unless somebody looks around."""
        row, origin = self.desk.alert, self.desk.model.origin
        if self.map.has_focus or not self.map.size.width:
            return
        if row is None or origin is None or row["place"] is None:
            self.map.view = None
            return
        places = [row["place"]]
        for one in self.verifiers.of(row, self.desk.now)[:_MAPPED]:
            if one.free and one.patrol is not None and one.patrol["place"] is not None:
                places.append(one.patrol["place"])
        points = [east_north(origin["lat"], origin["lon"], p["lat"], p["lon"]) for p in places]
        self.map.view = fit(points, self.map.size.width, max(self.map.size.height - 1, 1))
        self.map.repaint()

    def acknowledged(self) -> str | None:
        """Of an unsigned report nothing: that is said by an order of its own."""
        return None if self._unsigned is not None else self.desk.selected

    @property
    def nothing_to_acknowledge(self) -> str:
        """An unsigned report takes another key."""
        return "stock_keys" if self._unsigned is not None else super().nothing_to_acknowledge

    @property
    def _unsigned(self) -> StockReportRow | None:
        """The unsigned report under the cursor."""
        return report_of(self.rows.key, self.desk.model.stock_reports)

    def show_rows(self, keys: list[str], fresh: tuple[str, ...] = ()) -> None:
        """As everywhere; an unsigned report under the cursor is no selected alert."""
        super().show_rows(keys, fresh)
        if self._unsigned is not None:
            self.desk.selected = None

    def _lines(self, width: int) -> list[Line]:
        desk, look, model = self.desk, self.desk.look, self.desk.model
        if (unsigned := self._unsigned) is not None:
            return stock_detail_lines(
                unsigned, look, origin=model.origin, now=desk.now, width=width - 1,
                corners=desk.streets,
            )  # fmt: skip
        row = desk.alert
        if row is None or row["id"] not in self.rows.keys:
            return [((look.say("select_first"), "quiet"),)] if self.rows.keys else []
        body = width - 1
        keys = order_lines(QUEUE_KEYS, row, model, look, body)
        refusal = why_not("verdict", row, model, look)
        lines = verify_detail_lines(
            row,
            look,
            people=self.verifiers.of(row, desk.now),
            twins=self.twins.of(row),
            others=model.alerts,
            where=desk.where,
            origin=model.origin,
            now=desk.now,
            width=body,
            corners=desk.streets,
            refusal=f"v n e u: {refusal}" if refusal else "",
        )
        return [*lines, (), *keys]

    # Keys

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """As everywhere; and a person who moves the cursor sees where it is."""
        if event.rows is self.rows and event.key != self._slipped:
            self._slipped = None
        super().on_row_list_moved(event)
        if self._unsigned is not None:
            self.desk.selected = None
            self.selected_changed()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Enter goes into the detail, so that the keys scroll it; to a window where it is not."""
        event.stop()
        if self.side.display:
            self.detail.focus()
        elif self._unsigned is not None:
            self.action_adopt()
        elif not isinstance(self.app.screen, AlertDetailScreen):
            self.app.push_screen(AlertDetailScreen(self.desk, event.key))

    def on_resize(self) -> None:
        """The keys must not stay with a detail that is out of sight."""
        if self.display and not self.side.display and not self.rows.has_focus:
            self.rows.focus()

    def action_adopt(self) -> None:
        """Open the report form with what the sender of an unsigned report said."""
        row = self._unsigned
        if row is None:
            self.desk.tell(self.desk.look.say("stock_select"), "warn")
        else:
            self.app.push_screen(AdoptionForm(self.desk, row, str(self.rows.key)))

    def action_dismiss(self) -> None:
        """Take an unsigned report off the list, after a question."""
        desk, row, key = self.desk, self._unsigned, str(self.rows.key)
        if row is None:
            desk.tell(desk.look.say("stock_select"), "warn")
            return
        stock = row["id"]

        def chosen(_: int) -> None:
            desk.order("stock_dismiss", {"stock": stock}, key, None)

        what = f"{stock} {stock_words(row, desk.look)}".rstrip()
        title = desk.look.say("stock_dismiss_title", what=what)
        options = [("y", desk.look.say("stock_dismiss_yes"), 1)]
        self.app.push_screen(ChoiceScreen(desk, title, options, chosen))

    def action_judge(self, result: str) -> None:
        """Give the verdict at once. After the list has moved by itself it only says so first."""
        desk = self.desk
        if (row := self._row_for("verdict")) is None:
            return
        if self._slipped == row["id"]:
            self._slipped = None
            desk.tell(desk.look.say("queue_moved"), "warn")
            return
        params = {"alert": row["id"], "result": VERDICTS.code(result)}
        desk.order("verdict", params, row["id"], None)
