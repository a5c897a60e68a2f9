"""Patrols and muster: who is out, who is late, who has answered, who has left."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget

from meshdefense.api.row_schema import PatrolRow
from meshdefense_protocol.words import CHECKIN_STATES
from meshdefense_tui.clock import age
from meshdefense_tui.commands import Command
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.map.geometry import View
from meshdefense_tui.map.raster import DotStyle
from meshdefense_tui.model import Changes
from meshdefense_tui.modes.mode import Hint, Mode
from meshdefense_tui.overdue import RUNGS, OverdueWatch, Rung, answered_by, rung_of
from meshdefense_tui.patrol_log import PatrolLog
from meshdefense_tui.screens.checkin import CheckinScreen
from meshdefense_tui.screens.muster import MusterAnswer, MusterScreen
from meshdefense_tui.screens.patrol_detail import PatrolDetailScreen
from meshdefense_tui.screens.patrol_message import Drafts, PatrolMessage
from meshdefense_tui.screens.standdown import StandDownScreen
from meshdefense_tui.views.muster import answerable, muster_lines, unacknowledged
from meshdefense_tui.widgets.map_view import MapView
from meshdefense_tui.widgets.patrol_table import PatrolTable, PatrolTablePainter
from meshdefense_tui.widgets.row import ScrolledLines
from meshdefense_tui.widgets.row_list import RowList

__all__ = ["PatrolsMode"]

_EXTEND_S: Final = 600.0
_DUE_UNIT_S: Final = 300.0
_DUE_MAX_S: Final = 63 * _DUE_UNIT_S
"""The furthest that a check-in can be due, see docs/protocol.md."""
_TABLE_ROWS: Final = 7
"""Of the table, its title among them, that a long roll call leaves in view."""
_UNSEEN_S: Final = 1.0
"""A stand-down that came in less than this ago was not read yet."""
_MAP_SCALE: Final = 20
"""Metres per column round the selected patrol."""
_OFF: Final = CHECKIN_STATES.code("off")


class PatrolsMode(Mode):
    """The table, the panel of the running roll call below it, from 160 columns on the map."""

    NAME = "patrols"
    HINTS: ClassVar[tuple[Hint, ...]] = (
        ("a", "key_ack", "acknowledge"),
        ("p", "key_patrol_ask", "ask"),
        ("m", "key_patrol_muster", "muster"),
        ("y", "key_patrol_answer", "answer"),
        ("S", "key_patrol_down", "stand_down"),
        ("?", "key_help", "app.help"),
    )
    COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("a", "acknowledge", "long_patrol_ack"),
        Command("Enter", "open", "long_patrol_all"),
        Command("p", "ask", "long_patrol_ask"),
        Command("w", "write", "long_patrol_write"),
        Command("K", "write_nearest", "long_patrol_near"),
        Command("e", "extend", "long_patrol_extend"),
        Command("m", "muster", "long_patrol_muster"),
        Command("y", "answer", "long_patrol_answer"),
        Command("S", "stand_down", "long_patrol_down"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "acknowledge", show=False),
        Binding("p", "ask", show=False),
        Binding("w", "write", show=False),
        Binding("K", "write_nearest", show=False),
        Binding("e", "extend", show=False),
        Binding("m", "muster", show=False),
        Binding("y", "answer", show=False),
        Binding("S", "stand_down", show=False),
    ]

    def __init__(self, desk: Desk, *, dots: DotStyle) -> None:
        super().__init__(desk)
        self._painter = PatrolTablePainter(desk)
        self.rows = PatrolTable(desk, self._painter, id="patrol-table", keeps_cursor=True)
        self.panel = ScrolledLines(desk, self._panel_lines, id="patrol-muster")
        self.map = MapView(desk, dots=dots, id="patrol-map")
        self.seen = PatrolLog()
        self._overdue = OverdueWatch()
        self._drafts: Drafts = {}

    def compose(self) -> ComposeResult:
        """See app.tcss for the places."""
        with Container(id="patrol-side"):
            yield self.rows
            yield self.panel
        yield self.map

    @property
    def main(self) -> Widget:
        """The table."""
        return self.rows

    # What is shown

    def model_changed(self, changes: Changes | None) -> None:
        """Show what the model holds."""
        if self._is_now:
            self.seen.note(self.desk.model.patrols.values(), self.desk.now)
        self.tick()

    def tick(self) -> None:
        """Order and heights follow the time; each rung is told once."""
        model, now = self.desk.model, self.desk.now
        rows = model.patrols_in_order(now)
        self.rows.show([row["id"] for row in rows])
        if self._is_now and model.ready and not model.locked:
            self._tell_late(rows)
        self._fit_panel()
        super().tick()

    def forget(self) -> None:
        """Show nothing of what was."""
        self.map.forget()
        self.seen.forget()
        self._overdue.forget()
        self._painter.forget()
        self._drafts.clear()
        self.model_changed(None)

    def newest(self) -> None:
        """The most overdue."""
        self.rows.newest()

    def back(self) -> bool:
        """From the panel or the map to the table."""
        if self.rows.has_focus:
            return False
        self.rows.focus()
        return True

    def acknowledged(self) -> str | None:
        """The stand-down that waits for this person, else the late check-in under the cursor."""
        order = self._order_for_me()
        row = self._row
        if order is not None:
            return order
        late = row is not None and not row["mine"] and rung_of(row, self.desk.now) >= Rung.LATE
        return row.get("checkin") if row is not None and late else None

    def _tell_late(self, rows: list[PatrolRow]) -> None:
        """The reminder of one's own, with a bell; for who is late the alarms ring, see Watch."""
        look = self.desk.look
        for row, rung in self._overdue.news(rows, self.desk.now):
            if row["mine"] and rung is Rung.REMINDER:
                left = max((row["due_at"] or 0.0) - self.desk.now, 0.0)
                self.desk.tell(look.say("pt_remind", age=age(left)), "bad")
                self.app.bell()
            elif rung > Rung.LATE and not row["mine"] and not answered_by(row):
                text = look.say("pt_is_late", rung=int(rung), of=RUNGS, name=row["name"])
                self.desk.tell(text, "bad")

    def _panel_lines(self, width: int) -> list[Line]:
        desk, model = self.desk, self.desk.model
        if not model.ready or model.locked:
            return []
        return muster_lines(
            model.rollcalls.values(),
            model.orders.values(),
            desk.look,
            own=self._own,
            where=desk.where,
            asking=lambda item: model.sending(item) is not None,
            now=desk.now,
            width=width,
            relays=model.unattended,
        )

    def _fit_panel(self) -> None:
        """As high as its lines, as long as some patrols stay in view: the rest scrolls."""
        width = self.panel.size.width
        if not width:
            self.call_after_refresh(self._fit_panel_later)
            return
        look, wanted = self.desk.look, max(len(self._panel_lines(width)), 1)
        most = max(self.size.height - _TABLE_ROWS - 1, self.size.height // 2, 1)
        height = min(wanted, most) + 1  # and the line above it
        title = f"{look.glyphs.cursor} " if self.panel.has_focus else ""
        title += look.say("mu_title")
        if wanted > most:
            title += f"  {look.say('mu_more', lines=wanted)}"
        self.panel.border_title = title
        if self.panel.styles.height is None or self.panel.styles.height.value != height:
            self.panel.styles.height = height

    def _fit_panel_later(self) -> None:
        if self.panel.size.width:
            self._fit_panel()

    def on_resize(self) -> None:
        """What is left for the panel is another height."""
        self._fit_panel()

    def on_descendant_focus(self) -> None:
        """The panel's title shows where the keys go."""
        self._fit_panel()

    @property
    def _is_now(self) -> bool:
        """Not in a replay: who was late then does not ring, and is no news."""
        return self.desk.at is None

    @property
    def _row(self) -> PatrolRow | None:
        """The patrol under the cursor."""
        return self.desk.model.patrols.get(self.rows.key) if self.rows.key is not None else None

    @property
    def _own(self) -> int:
        status = self.desk.model.status
        return status["member"] if status is not None else 0

    def _order_for_me(self) -> str | None:
        row = unacknowledged(self.desk.model.orders.values(), self._own)
        return None if row is None else row["id"]

    # The cursor

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """The map goes with the patrol under the cursor."""
        row = self._row
        if row is None or row["place"] is None:
            self.map.following = None
        else:
            self.map.following = row["id"]
            self.map.view = self.map.view or View(scale=_MAP_SCALE)
        self.map.repaint()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """All about the patrol; once, however often somebody clicks."""
        event.stop()
        if not isinstance(self.app.screen, PatrolDetailScreen):
            self.app.push_screen(
                PatrolDetailScreen(self.desk, event.key, self.seen, self._acknowledge_patrol)
            )

    # Keys

    def action_open(self) -> None:
        """All about the patrol under the cursor."""
        self.rows.action_open()

    def action_acknowledge(self) -> None:
        """The SOS in the banner, a stand-down, or the late patrol under the cursor."""
        desk = self.desk
        if desk.answer_sos():
            return
        if (order := self._order_for_me()) is not None:
            if desk.now - desk.model.orders[order]["received_at"] < _UNSEEN_S:
                self._tell("pt_order_new")
            elif desk.model.sending(order) is None:
                desk.order("acknowledge", {"item": order}, order, None)
            return
        if self.rows.key is None:
            self._tell("pt_select")
        else:
            self._acknowledge_patrol(self.rows.key)

    def _acknowledge_patrol(self, key: str) -> None:
        desk = self.desk
        row = desk.model.patrols.get(key)
        if row is None:
            self._tell("pt_gone")
        elif rung_of(row, desk.now) < Rung.LATE:
            self._tell("pt_nothing_to_ack")
        elif row["mine"]:
            self._tell("pt_own_late")
        elif (item := row.get("checkin")) is None:
            self._tell("pt_no_ack")
        elif desk.model.sending(item) is None:
            desk.order("acknowledge", {"item": item}, item, None)

    def action_ask(self) -> None:
        """Ask where they are: the protocol has no request of a position, so a person asks."""
        self._write(self._row, self.desk.look.say("pt_question"))

    def action_write(self) -> None:
        """Write to the patrol under the cursor."""
        self._write(self._row)

    def action_write_nearest(self) -> None:
        """Write to whoever is nearest to the patrol under the cursor."""
        row = self._row
        near = None if row is None else self._painter.spots().nearest(row)
        if row is not None and near is None:
            self._tell("pt_nearest_none")
        else:
            self._write(None if near is None else near.row)

    def _write(self, row: PatrolRow | None, text: str = "") -> None:
        if row is None or row["mine"]:
            self._tell("pt_select" if row is None else "pt_yourself")
            return
        window = PatrolMessage(self.desk, row["member"], row["name"], self._drafts, text)
        self.app.push_screen(window)

    def action_extend(self) -> None:
        """Check in with the same state, due ten minutes later than now."""
        row, now = self.desk.model.own_patrol, self.desk.now
        if row is None or row["due_at"] is None or row["state"] == _OFF:
            self._tell("pt_no_due")
            return
        if not row["state"]:
            self.app.push_screen(CheckinScreen(self.desk))  # how it is was never said
            return
        due_in_s = max(row["due_at"] - now, 0.0) + _EXTEND_S
        if due_in_s > _DUE_MAX_S:
            self._tell("pt_too_far", age=age(_DUE_MAX_S))
            return
        params: dict[str, Any] = {"state": row["state"], "due_in_s": due_in_s}
        self.desk.order("checkin", params, row["id"], None)

    def action_muster(self) -> None:
        """Choose whom to ask."""
        self.app.push_screen(MusterScreen(self.desk))

    def action_answer(self) -> None:
        """Answer the roll call that is open."""
        call = answerable(self.desk.model.rollcalls.values())
        if call is None:
            self._tell("mu_nothing_open")
        else:
            self.app.push_screen(MusterAnswer(self.desk, call["id"]))

    def action_stand_down(self) -> None:
        """Choose where all leave."""
        self.app.push_screen(StandDownScreen(self.desk, self.rows.key))

    def _tell(self, key: str, **values: object) -> None:
        self.desk.tell(self.desk.look.say(key, **values), "warn")
