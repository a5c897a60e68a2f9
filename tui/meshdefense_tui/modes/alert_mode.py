"""What the two modes about alerts share: the orders that belong to an alert."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from meshdefense.api.row_schema import AlertRow
from meshdefense_protocol.words import CLOSE_REASONS, ESCALATION_REASONS
from meshdefense_tui.alert_progress import names, progress, whom
from meshdefense_tui.alert_rights import why_not
from meshdefense_tui.commands import Command
from meshdefense_tui.desk import Desk
from meshdefense_tui.draft import Draft
from meshdefense_tui.lines import Span
from meshdefense_tui.modes.mode import Mode
from meshdefense_tui.screens.addition import AdditionForm
from meshdefense_tui.screens.alert_choice import AlertChoice
from meshdefense_tui.screens.assign import AssignScreen
from meshdefense_tui.screens.compare import CompareScreen
from meshdefense_tui.screens.message_form import MessageForm
from meshdefense_tui.screens.respond import RespondScreen
from meshdefense_tui.verify_people import Verifiers
from meshdefense_tui.verify_queue import Twins
from meshdefense_tui.views.alert_row import kind_words
from meshdefense_tui.widgets.row_list import RowList

__all__ = ["ORDER_COMMANDS", "AlertMode"]

ORDER_COMMANDS = (
    Command(">", "assign", "long_assign"),
    Command("R", "respond", "long_respond"),
    Command("b", "broadcast", "long_broadcast"),
    Command("!", "escalate", "long_escalate"),
    Command("=", "close_alert", "long_close"),
    Command("+", "add", "long_add"),
    Command("d", "same", "long_same"),
    Command("m", "message", "long_about_it"),
)


class AlertMode(Mode):
    """A list of alerts whose cursor is the selected alert; subclasses lay it out and fill it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("greater_than_sign", "assign", show=False),
        Binding("R", "respond", show=False),
        Binding("b", "broadcast", show=False),
        Binding("exclamation_mark", "escalate", show=False),
        Binding("equals_sign", "close_alert", show=False),
        Binding("plus", "add", show=False),
        Binding("d", "same", show=False),
        Binding("m", "message", show=False),
    ]

    def __init__(self, desk: Desk, rows: RowList) -> None:
        """`rows` shows alerts by their ids."""
        super().__init__(desk)
        self.rows = rows
        self.verifiers = Verifiers(lambda: desk.model)
        self.twins = Twins(lambda: desk.model)
        self._additions: dict[str, Draft] = {}

    def forget(self) -> None:
        """Show nothing of what was, and drop what was typed."""
        self.verifiers.forget()
        self.twins.forget()
        self._additions.clear()
        super().forget()

    def selected_changed(self) -> None:
        """The cursor stands on another alert: draw what belongs to it."""
        raise NotImplementedError

    def show_rows(self, keys: list[str], fresh: tuple[str, ...] = ()) -> None:
        """Show these alerts; the cursor goes where the selection is, if that is among them."""
        if self.desk.selected in keys and self.desk.selected != self.rows.key:
            self.rows.show(keys, fresh)
            self.rows.stand_on(str(self.desk.selected))
        else:
            self.rows.show(keys, fresh)
        self.desk.selected = self.rows.key

    def newest(self) -> None:
        """The top of the list."""
        self.rows.newest()

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """What is under the cursor is the selected alert, so that r v a x mean it."""
        event.stop()
        if self.display and event.rows is self.rows:
            self.desk.selected = event.key
            self.selected_changed()

    def on_hide(self, event: events.Hide) -> None:
        """The dashboard's cursor goes along: its keys must never mean an alert it does not mark."""
        dashboard = self.screen.query("#mode-dashboard #alerts")
        for rows in dashboard.results(RowList):
            if self.desk.selected is not None:
                rows.stand_on(self.desk.selected)
            self.desk.selected = rows.key

    # Orders

    def _row_for(self, order: str) -> AlertRow | None:
        """The selected alert where `order` may be given; else says why not."""
        desk, row = self.desk, self.desk.alert
        reason = desk.look.say("select_first")
        if row is not None:
            reason = why_not(order, row, desk.model, desk.look) if order else ""
        if reason:
            desk.tell(reason, "warn")
            return None
        return row

    def _what(self, row: AlertRow) -> str:
        return f"{kind_words(row, self.desk.look)}, {self.desk.where(row['place'])}"

    def action_assign(self) -> None:
        """Send somebody to look."""
        if (row := self._row_for("assign")) is not None:
            self.app.push_screen(AssignScreen(self.desk, row, self.verifiers))

    def action_respond(self) -> None:
        """Say what you do about it."""
        if (row := self._row_for("respond")) is not None:
            self.app.push_screen(RespondScreen(self.desk, row))

    def action_broadcast(self) -> None:
        """Tell everybody of a verified alert, after one question."""
        desk, look = self.desk, self.desk.look
        if (row := self._row_for("broadcast")) is None:
            return
        key = row["id"]

        def chosen(_: int) -> None:
            desk.order("broadcast", {"alert": key}, key, None)

        title = look.say("broadcast_title", what=self._what(row))
        options = [("y", look.say("broadcast_yes"), 1)]
        remarks: list[Span] = [(look.say("broadcast_note"), "quiet")]
        self.app.push_screen(AlertChoice(desk, key, title, options, chosen, remarks))

    def action_escalate(self) -> None:
        """Show it to more people, after the question why."""
        desk, look = self.desk, self.desk.look
        if (row := self._row_for("escalate")) is None:
            return
        key = row["id"]

        def chosen(reason: int) -> None:
            desk.order("escalate", {"alert": key, "reason": reason}, key, None)

        to = whom(progress(row)["escalation"]["level"] + 1, look)
        title = look.say("escalate_title", what=self._what(row), whom=to)
        options = [(str(w.code + 1), w.text(look.language), w.code) for w in ESCALATION_REASONS]
        self.app.push_screen(AlertChoice(desk, key, title, options, chosen))

    def action_close_alert(self) -> None:
        """Say that it is over; names who has said so."""
        desk, look = self.desk, self.desk.look
        if (row := self._row_for("close")) is None:
            return
        key, work = row["id"], progress(row)

        def chosen(reason: int) -> None:
            desk.order("close", {"alert": key, "reason": reason}, key, None)

        remarks: list[Span] = []
        if work["closes"]:
            said = names(work["closes"], look)
            count, of = len(work["closes"]), work["closes_needed"]
            remarks = [(look.say("close_next", count=count, of=of, names=said), "plain")]
        elif work["closes_needed"]:
            remarks = [(look.say("close_first", of=work["closes_needed"]), "plain")]
        title = look.say("close_title", what=self._what(row))
        options = [(str(w.code + 1), w.text(look.language), w.code) for w in CLOSE_REASONS]
        self.app.push_screen(AlertChoice(desk, key, title, options, chosen, remarks))

    def action_add(self) -> None:
        """Report what you see of it yourself."""
        if (row := self._row_for("add")) is not None:
            self.app.push_screen(AdditionForm(self.desk, row, self._additions))

    def action_same(self) -> None:
        """Compare it with a likely duplicate."""
        desk = self.desk
        if (row := self._row_for("")) is None:
            return
        if not self.twins.of(row):
            desk.tell(desk.look.say("why_no_twin"), "quiet")
            return
        self.app.push_screen(CompareScreen(desk, row, self.twins, self.rows.stand_on))

    def action_message(self) -> None:
        """Open the message form; a new message begins with the alert's name."""
        desk = self.desk
        if (row := self._row_for("message")) is None:
            return
        if not desk.message_draft.text:
            desk.message_draft.text = f"{row['id']} {self._what(row)}: "
        form = MessageForm(desk)
        form.text.select_on_focus = False  # the first letter would replace the alert's name
        self.app.push_screen(form)
