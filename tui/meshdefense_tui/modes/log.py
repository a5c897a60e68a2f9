"""The log: what happened, newest first, and the way into a replay, times and exports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget
from textual.widgets import Input

from meshdefense.api.history_schema import TimelineRow
from meshdefense.safe_text import clean
from meshdefense_tui.commands import Command
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.log_filter import LogFilter
from meshdefense_tui.log_source import Around, LogSource
from meshdefense_tui.log_window import LogWindow
from meshdefense_tui.model import Changes
from meshdefense_tui.modes.mode import Hint, Mode
from meshdefense_tui.replay import Ask, Replay
from meshdefense_tui.screens.after_action import AfterActionScreen
from meshdefense_tui.screens.alert_detail import AlertDetailScreen
from meshdefense_tui.screens.export_form import ExportForm
from meshdefense_tui.screens.log_painters import event_panel, head_lines
from meshdefense_tui.screens.message_detail import MessageDetailScreen
from meshdefense_tui.session import Answer
from meshdefense_tui.views.log_rows import about_of
from meshdefense_tui.widgets.log_list import EventPainter, LogList
from meshdefense_tui.widgets.row import Lines
from meshdefense_tui.widgets.row_list import RowList

__all__ = ["LogMode"]

_AHEAD: Final = 40
"""More is asked for when the cursor is so near to the end."""


class LogMode(Mode):
    """Asks for the timeline window by window; holds nothing of it while locked."""

    NAME = "log"
    HINTS: ClassVar[tuple[Hint, ...]] = (
        ("Enter", "key_open", "open"),
        ("/", "key_filter", "filter"),
        ("[ ]", "key_replay", "replay(-1)"),
        ("space", "key_mark", "mark"),
        ("T", "key_times", "times"),
        ("E", "key_export", "export"),
        ("?", "key_help", "app.help"),
    )
    COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("/", "filter", "long_log_filter"),
        Command("space", "mark", "long_log_mark"),
        Command("T", "times", "long_times"),
        Command("E", "export", "long_export", also="find_export"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", show=False),
        Binding("left_square_bracket", "replay(-1)", show=False),
        Binding("right_square_bracket", "replay(1)", show=False),
        Binding("T", "times", show=False),
        Binding("E", "export", show=False),
        Binding("escape", "step_back", show=False),
    ]

    def __init__(self, desk: Desk, replay: Replay, ask: Ask, exports: Path) -> None:
        """`exports` is where files go unless a person says otherwise."""
        super().__init__(desk)
        self.replay, self._ask, self._exports = replay, ask, exports
        self.window = LogWindow()
        self.marked: set[str] = set()
        clock = desk.look.clock
        around = Around(
            now=lambda: replay.clock_now,
            monotonic=clock.monotonic,
            run=lambda work: self.run_worker(work, group="log"),
            later=self.set_timer,
            wanted=lambda: self.display and not desk.model.locked,
            took=self._took,
            refused=self._refused,
        )
        self.source = LogSource(self.window, ask, around)
        self._followed: float | None = None
        """The moment of a replay at which the cursor was put."""
        self.head = Lines(desk, self._head_lines, id="log-head")
        painter = EventPainter(desk, self.window, self.marked)
        self.list = LogList(desk, painter, id="log-list", keeps_cursor=True)
        self.detail = Lines(desk, self._detail_lines, id="log-detail")
        self.text = Input(id="log-filter", compact=True, classes="entry", select_on_focus=False)

    def compose(self) -> ComposeResult:
        """See app.tcss for the places."""
        with Container(id="log-main"):
            yield self.head
            yield self.text
            yield self.list
        yield self.detail

    def on_mount(self) -> None:
        """The entry comes with its key."""
        self.text.display = False

    @property
    def main(self) -> Widget:
        """The list."""
        return self.list

    # What is shown

    def model_changed(self, changes: Changes | None) -> None:
        """Rows are of other alerts now, and there may be newer ones."""
        if self.desk.model.locked:
            return
        self.source.newest()
        self._show_rows()
        self._go_along()
        self.tick()

    def _go_along(self) -> None:
        """The cursor goes with a replay: it stands on the last event before that moment."""
        at = self.replay.at
        if at is None or at == self._followed:
            self._followed = at
            return
        self._followed = at
        rows = self.window.rows
        here = (key for key in self.list.keys if rows[key]["received_at"] <= at)
        if (key := next(here, None)) is not None:
            self.list.stand_on(key)

    def forget(self) -> None:
        """Everything, and what is still under way with it."""
        self.source.begin(LogFilter())
        self.marked.clear()
        self.text.value = ""
        self._end_typing()
        self._show_rows()
        self.tick()

    def acknowledged(self) -> str | None:
        """What the event under the cursor is about, or the event itself."""
        row = self._row
        if row is None:
            return None
        return about_of(row, self.desk.model.alerts) or row["id"]

    def newest(self) -> None:
        """The top."""
        self.list.newest()

    def back(self) -> bool:
        """Out of the entry, then out of the filter."""
        if self.text.display:
            self._end_typing()
            return True
        if self.wish != LogFilter():
            self._filter("")
            return True
        return False

    @property
    def wish(self) -> LogFilter:
        """What is to be seen."""
        return self.source.wish

    @property
    def _row(self) -> TimelineRow | None:
        return self.window.rows.get(self.list.key) if self.list.key is not None else None

    def _shown_keys(self) -> list[str]:
        desk, wish = self.desk, self.wish
        if not wish.words:
            return list(self.window.rows)
        return [
            key for key, row in self.window.rows.items() if wish.fits(row, desk.look, desk.where)
        ]

    def _show_rows(self, fresh: Sequence[str] = ()) -> None:
        self.list.show(self._shown_keys(), fresh)
        self._look_ahead()

    def _head_lines(self, width: int) -> list[Line]:
        here = self.replay.at
        if here is None and (row := self._row) is not None:
            here = row["received_at"]
        return head_lines(
            self.desk,
            self.window,
            self.list.keys,
            self.wish,
            here=here,
            now=self.replay.clock_now,
            marked=len(self.marked),
            width=width,
        )

    def _detail_lines(self, width: int) -> list[Line]:
        row = self._row
        return event_panel(row, self.desk, width) if row is not None else []

    # From the daemon

    def _took(self, fresh: list[str]) -> None:
        self.marked.intersection_update(self.window.rows)
        self._show_rows(fresh)
        self.tick()

    def _refused(self, answer: Answer) -> None:
        look = self.desk.look
        why = look.say(answer.phrase) if answer.phrase else answer.sentence
        self.desk.tell(look.say("log_refused", reason=why), "bad")

    def _look_ahead(self) -> None:
        keys = self.list.keys
        at = keys.index(self.list.key) if self.list.key in keys else 0
        if at >= len(keys) - _AHEAD:
            self.source.older()

    # Keys

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """The alert that the event is about is the selected one, everywhere."""
        row = self._row
        if row is not None:
            self.desk.selected = about_of(row, self.desk.model.alerts)
        self.head.repaint()
        if self.detail.display:
            self.detail.repaint()
        self._look_ahead()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Show the alert or the message."""
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """All about the alert, or the message, of the event under the cursor."""
        row, desk = self._row, self.desk
        if row is None:
            return
        model = desk.model
        if (alert := about_of(row, model.alerts)) is not None:
            self.app.push_screen(AlertDetailScreen(desk, alert))
            return
        message = next((one for one in (row["id"], row["about"]) if one in model.notices), None)
        if message is not None:
            self.app.push_screen(MessageDetailScreen(desk, message))
            return
        has = row["kind"] in ("report", "notice", "long-report") or row["about"] is not None
        desk.tell(desk.look.say("log_gone" if has else "log_no_window"), "quiet")

    def on_log_list_marked(self) -> None:
        """Mark it, go on."""
        self.action_mark()

    def action_mark(self) -> None:
        """Mark the event, or take the mark away."""
        if (key := self.list.key) is not None:
            self.marked.symmetric_difference_update({key})
            self.list.action_move(1)
            self.list.repaint()
            self.head.repaint()

    def action_replay(self, steps: int) -> None:
        """From now to the moment of the event under the cursor; in a replay by five minutes."""
        row, keys = self._row, self.list.keys
        if self.replay.at is None and steps < 0 and row is not None and self.list.key != keys[0]:
            self.replay.to(row["received_at"])
            return
        self.replay.scrub(steps)

    def action_times(self) -> None:
        """After-action times of the selected alert, and of all in the period."""
        live, selected = self.replay.live, self.desk.selected
        self.app.push_screen(
            AfterActionScreen(self.desk, self._ask, live, alert=selected, since=self.source.since)
        )

    def action_export(self) -> None:
        """Make a file for others."""
        alerts = self.desk.model.alerts
        found = [
            about_of(self.window.rows[key], alerts)
            for key in self.marked
            if key in self.window.rows
        ]
        self.app.push_screen(
            ExportForm(
                self.desk,
                self._ask,
                self.replay.live,
                folder=self._exports,
                marked=frozenset(one for one in found if one is not None),
            )
        )

    def action_filter(self) -> None:
        """Type what is to be seen."""
        self.text.value = self.wish.text
        self.text.placeholder = self.desk.look.say("log_filter_hint")
        self.text.display = True
        self.text.focus()

    async def action_step_back(self) -> None:
        """Out of the entry; else as on every screen."""
        if self.text.display:
            self._end_typing()
            return
        await self.screen.run_action("back")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Show what fits."""
        event.stop()
        self._filter(clean(event.value))
        self._end_typing()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Nothing is asked for while a person types."""
        event.stop()

    def on_key(self, event: events.Key) -> None:
        """Letters that are typed are no keys of the screen."""
        if self.text.has_focus and event.is_printable:
            event.stop()

    def _filter(self, text: str) -> None:
        wish, before = LogFilter.parse(text, self.desk.model.members.values()), self.wish
        if (wish.kinds, wish.period_s) != (before.kinds, before.period_s):
            self.source.begin(wish)
            self.source.newest()
        self.source.wish = wish
        self._show_rows()
        self.tick()

    def _end_typing(self) -> None:
        if self.text.display:
            self.text.display = False
            if self.display and self.is_attached:
                self.list.focus()
