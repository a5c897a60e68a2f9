"""Messages: whom to write to on the left, what was said on the right, the entry below it.

The newest is on top, as on the dashboard: `.` leads there, and what comes in moves nothing.
"""

from __future__ import annotations

from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget
from textual.widgets import Input

from meshdefense.safe_text import clean
from meshdefense_tui.channels import (
    EVERYONE,
    LONG,
    Unread,
    channel_keys,
    sorted_out,
)
from meshdefense_tui.commands import Command
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, spread
from meshdefense_tui.model import Changes
from meshdefense_tui.modes.mode import Hint, Mode
from meshdefense_tui.screens.long_form import LongDraft, LongForm
from meshdefense_tui.screens.message_painters import (
    ChannelPainter,
    TalkPainter,
    found_in,
    message_panel,
)
from meshdefense_tui.text_fit import fit
from meshdefense_tui.widgets.message_entry import MessageEntry
from meshdefense_tui.widgets.row import Lines, Row
from meshdefense_tui.widgets.row_list import RowList

__all__ = ["MessagesMode"]

_SHOWS: Final = frozenset({"messages", "members", "status", "alerts"})


class MessagesMode(Mode):
    """Reads and writes; what is written waits ten seconds here unless it is urgent."""

    NAME = "messages"
    HINTS: ClassVar[tuple[Hint, ...]] = (
        ("w", "key_talk_write", "write"),
        ("u", "key_talk_undo", "undo"),
        ("a", "key_ack", "screen.acknowledge"),
        ("/", "key_talk_find", "find"),
        ("t", "key_talk_long", "write_long"),
        ("h", "key_talk_channels", "to_channels"),
        ("?", "key_help", "app.help"),
    )
    COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("w", "write", "long_talk_write"),
        Command("1-9", "to_rows", "long_talk_canned"),
        Command("u", "undo", "long_talk_undo"),
        Command("/", "find", "long_talk_find"),
        Command("t", "write_long", "long_talk_long"),
        Command("h", "to_channels", "long_talk_channels"),
        Command("Ctrl+T", "urgent", "long_talk_urgent"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(digit), f"canned({digit})", show=False) for digit in range(1, 10)),
        Binding("w", "write", show=False),
        Binding("u", "undo", show=False),
        Binding("t", "write_long", show=False),
        Binding("slash", "find", show=False),
        Binding("left,h", "to_channels", show=False),
        Binding("right,l", "to_rows", show=False),
        Binding("ctrl+t", "urgent", show=False),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.unread, self.long_draft = Unread(), LongDraft()
        self.channel = EVERYONE
        self._by_channel: dict[str, list[str]] = {}
        self._filter = ""
        self.painter, self._channel_painter = TalkPainter(desk), ChannelPainter(desk)
        self.channels = RowList(
            desk, self._channel_painter, id="talk-channels", keeps_cursor=True, counted=False
        )
        self.rows = RowList(desk, self.painter, id="talk-rows", keeps_cursor=True)
        self.entry = MessageEntry(desk)
        self.found = Row(desk, self._found_line, id="talk-found")
        self.hint = Row(desk, self._hint_line, id="talk-hint")
        self.finder = Input(id="talk-finder", compact=True, classes="entry")
        self.detail = Lines(desk, self._detail_lines, id="talk-detail")

    def compose(self) -> ComposeResult:
        """See app.tcss for the places."""
        yield self.channels
        with Container(id="talk"):
            yield self.found
            yield self.rows
            yield self.hint
            yield self.finder
            yield self.entry
        yield self.detail

    def on_mount(self) -> None:
        """The entry for finding is there only while one looks for something."""
        self.finder.display = self.hint.display = self.found.display = False

    @property
    def main(self) -> Widget:
        """The messages: digits, `a` and `.` work at once."""
        return self.rows

    @property
    def own(self) -> int | None:
        """This member's number."""
        status = self.desk.model.status
        return status["member"] if status is not None else None

    # What is shown

    def model_changed(self, changes: Changes | None) -> None:
        """Sort the messages into their channels, and show the one that is open."""
        touched = changes.tables if changes is not None else None
        if touched is None or touched & _SHOWS:
            model = self.desk.model
            self._by_channel = sorted_out(model.notices_in_order(), self.own)
            self._show_channels()
            self._show_rows(changes.new_messages if changes is not None else ())
        self._settle()

    def tick(self) -> None:
        """Time has passed."""
        self._settle()

    def forget(self) -> None:
        """Show nothing of what was."""
        self.unread.forget()
        self.long_draft.forget()
        self.channel, self._filter, self.finder.value = EVERYONE, "", ""
        self.finder.display = False
        self.entry.forget()
        self.model_changed(None)

    def acknowledged(self) -> str | None:
        """The message under the cursor; whoever acknowledges has seen the channel."""
        if self.rows.key is not None:
            self.unread.acted(self.channel, self.rows.keys)
        return None if self._on_own else self.rows.key

    @property
    def nothing_to_acknowledge(self) -> str:
        """Who wrote it does not tell everybody by radio that they have read it."""
        return "talk_ack_own" if self._on_own else "talk_ack_none"

    @property
    def _on_own(self) -> bool:
        row = self.desk.model.notices.get(self.rows.key or "")
        return row is not None and row["mine"]

    def newest(self) -> None:
        """To the top; all of the channel counts as seen."""
        self.unread.acted(self.channel, self.rows.keys)
        self.rows.newest()
        self._show_rows(())
        self._show_channels()

    def back(self) -> bool:
        """Out of the entry, out of the search, then to the dashboard."""
        if self.entry.typing:
            self.rows.focus()
        elif self.finder.display:
            self.finder.value = self._filter = ""
            self.finder.display = False
            self.rows.focus()
            self._show_rows(())
        else:
            return False
        self._settle()
        return True

    def _show_channels(self) -> None:
        model = self.desk.model
        self._channel_painter.unread = self.unread.counts(self._by_channel, model.notices, self.own)
        self.channels.show(channel_keys(model.members, self._by_channel) if model.ready else [])
        self.channels.stand_on(self.channel)

    def _show_rows(self, fresh: tuple[str, ...]) -> None:
        model = self.desk.model
        keys = self._by_channel.get(self.channel, [])
        self.painter.divider = self.unread.divide(self.channel, keys, model.notices, self.own)
        if self._filter:
            keys = [key for key in keys if found_in(model.notices[key], self._filter)]
        self.painter.searching(self._filter)
        self.rows.show(keys, fresh)

    def _settle(self) -> None:
        self.found.display = bool(self._filter)
        self.hint.display = self.finder.display
        self.entry.digits_reply = self.screen.focused is not self.finder
        super().tick()
        self.entry.settle()

    def _found_line(self, width: int) -> Line:
        of = len(self._by_channel.get(self.channel, ()))
        look, count = self.desk.look, len(self.rows.keys)
        words = look.say("talk_found", text=self._filter, count=count, of=of)
        return ((fit(words, width, look.glyphs.ellipsis), "strong"),)

    def _detail_lines(self, width: int) -> list[Line]:
        """Where there is room: the message under the cursor whole, and who has read it."""
        row = self.desk.model.notices.get(self.rows.key or "")
        return [] if row is None else message_panel(row, self.desk, width)

    def _hint_line(self, width: int) -> Line:
        hint = (self.desk.look.say("talk_hint_filter"), "quiet")
        return spread([hint], width, ellipsis=self.desk.look.glyphs.ellipsis)

    # Moving

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """Another channel is opened, or a message was looked at."""
        event.stop()
        if event.rows is self.channels:
            if event.key is not None and event.key != self.channel:
                self.channel = self.entry.channel = event.key
                self._show_rows(())
                self.rows.newest()
        else:
            self._look_at(event.key)
        self._settle()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Enter on a channel leads to its messages; a message is opened by the app."""
        if event.rows is self.channels:
            event.stop()
            self.rows.focus()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """What the keys do depends on where they go."""
        if event.widget is self.rows:
            self._look_at(self.rows.key)
        self._settle()

    def on_descendant_blur(self) -> None:
        """See on_descendant_focus."""
        self._settle()

    def _look_at(self, key: str | None) -> None:
        """The message under the cursor is seen; the alert that it is about is selected."""
        row = self.desk.model.notices.get(key or "")
        if row is None:
            return
        if self.screen.focused is self.rows:
            self.unread.seen.add(row["id"])
            self._show_channels()
        about = row["long"]["about"] if "long" in row else None
        if about is not None and about in self.desk.model.alerts:
            self.desk.selected = about

    def action_to_channels(self) -> None:
        """Choose another channel."""
        self.channels.focus()

    def action_to_rows(self) -> None:
        """To the messages of the channel, where digits answer."""
        self.rows.focus()

    # Finding

    def action_find(self) -> None:
        """Type what to look for."""
        self.finder.display = True
        self.finder.focus()
        self._settle()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Every stroke changes what is found."""
        event.stop()
        if self.finder.display:
            self._filter = clean(event.value)
            self._show_rows(())
        self._settle()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """To what was found."""
        event.stop()
        if not self._filter:
            self.finder.display = False
        self.rows.focus()
        self._settle()

    # Writing

    def on_message_entry_written(self, event: MessageEntry.Written) -> None:
        """Whoever answers has dealt with the channel."""
        event.stop()
        self.unread.acted(self.channel, self.rows.keys)
        self._show_rows(())
        self._show_channels()
        self.rows.focus()

    def action_write(self) -> None:
        """To the entry; for long reports to their form."""
        if self.channel == LONG:
            self.action_write_long()
        else:
            self.entry.text.focus()

    def action_write_long(self) -> None:
        """The form for long reports."""
        self.app.push_screen(LongForm(self.desk, self.long_draft))

    def action_urgent(self) -> None:
        """Urgent, or not."""
        self.entry.turn_urgent()

    def action_canned(self, digit: int) -> None:
        """A ready reply to the open channel."""
        self.entry.send_canned(digit)

    def action_undo(self) -> None:
        """The last message back into the entry."""
        self.entry.undo()
