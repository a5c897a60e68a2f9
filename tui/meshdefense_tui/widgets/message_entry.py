"""The entry below the messages: to whom, what it costs, and what waits ten seconds here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from meshdefense.safe_text import clean
from meshdefense_protocol.limits import NOTICE_TEXT_MAX
from meshdefense_tui.air_cost import notice_cost
from meshdefense_tui.answer_row import refusal
from meshdefense_tui.channels import DRILLS, EVERYONE, LONG, address_of, person_of
from meshdefense_tui.desk import Desk
from meshdefense_tui.held_messages import HeldMessage, HeldMessages, HeldState
from meshdefense_tui.lines import Line, Span, hint_lines, spread
from meshdefense_tui.note_checks import note_warning
from meshdefense_tui.session import Answer
from meshdefense_tui.text_fit import fit
from meshdefense_tui.views.message_channel import (
    CANNED,
    canned_lines,
    channel_name,
    cost_words,
    held_lines,
)
from meshdefense_tui.widgets.row import Lines, Row

__all__ = ["MessageEntry"]


class MessageEntry(Container):
    """Writes to `channel`. What is urgent goes at once, everything else after ten seconds."""

    @dataclass
    class Written(Message):
        """A person has said something in the channel."""

        entry: MessageEntry

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="talk-entry")
        self.desk = desk
        self.channel = EVERYONE
        self.urgent = False
        self.digits_reply = True
        """False while digits are typed elsewhere."""
        self.held = HeldMessages()
        self.lost = 0
        """Messages that a lock took away, until a person was told."""
        self.text = Input(id="talk-text", compact=True, classes="entry")
        self._held_rows = Lines(desk, self._held_lines, id="talk-held")
        self._foot = Lines(desk, self._foot_lines, id="talk-foot")
        self._cost = Row(desk, self._cost_line, id="talk-cost")
        self._timer: Timer | None = None
        self._heights: dict[Widget, int] = {}

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield self._held_rows
        yield self._foot
        yield self.text
        yield self._cost

    def on_mount(self) -> None:
        """One timer for all that waits; it stands still while nothing does."""
        self._timer = self.set_interval(1.0, self.second, pause=True)

    # Drawing

    def settle(self) -> None:
        """Give each part its height, and draw what is different."""
        width = max(self.size.width - 2, 8)
        parts = ((self._held_rows, self._held_lines), (self._foot, self._foot_lines))
        for widget, lines in parts:
            height = len(lines(width))
            widget.display = height > 0
            if height and self._heights.get(widget) != height:
                self._heights[widget] = widget.styles.height = height
            widget.repaint()
        self._cost.repaint()
        if self._timer is not None:
            waiting = any(row.state is HeldState.WAITING for row in self.held.rows)
            (self._timer.resume if waiting else self._timer.pause)()

    def on_resize(self) -> None:
        """Another width takes another number of lines."""
        self.call_after_refresh(self.settle)

    @property
    def typing(self) -> bool:
        """Whether keys go into the text."""
        return self.screen.focused is self.text  # `has_focus` follows a moment later

    def _held_lines(self, width: int) -> list[Line]:
        look = self.desk.look
        return held_lines(self.held.rows, look, now=look.clock.monotonic(), width=width)

    def _foot_lines(self, width: int) -> list[Line]:
        """To whom; above it what the keys do, or what a digit sends."""
        look = self.desk.look
        ellipsis = look.glyphs.ellipsis
        if self.channel == LONG:
            return [((fit(look.say("talk_to_long"), width, ellipsis), "quiet"),)]
        to: list[Span] = [(look.say("talk_to", to=self._to_whom()), "title_focus")]
        if self.urgent:
            to.append((f" !! {look.say('urgent')} ", "alarm"))
        if self.channel == DRILLS:
            to.append((look.say("talk_to_drill"), "drill"))
        elif person_of(self.channel) is not None:
            to.append((look.say("talk_to_person"), "quiet"))
        if self.typing:
            hint = look.say("talk_hint_urgent" if self.urgent else "talk_hint_typing")
            return [*hint_lines(hint, width), spread(to, width, ellipsis=ellipsis)]
        to.append((look.say("talk_place"), "quiet"))  # a text that was taken back waits there
        head = spread(to, width, ellipsis=ellipsis)
        if self.screen.has_class("-flat") or not self.digits_reply:
            return [head]
        return [*canned_lines(look, width), head]

    def _cost_line(self, width: int) -> Line:
        look = self.desk.look
        text = clean(self.text.value)
        if not text:
            return ()
        left = NOTICE_TEXT_MAX - len(text.encode())
        key, role = ("form_bytes_left", "quiet") if left >= 0 else ("form_too_long", "bad")
        parts: list[Span] = [(look.say(key, count=abs(left)), role)]
        if warning := note_warning(text):
            parts.append((look.say("looks_leave_out", what=look.say(warning)), "bad"))
        radio = self.desk.model.radio
        cost = notice_cost(text, radio["preset"] if radio is not None else None)
        parts.append((cost_words(cost, look), "quiet"))
        return spread(parts, width, ellipsis=look.glyphs.ellipsis)

    def _to_whom(self) -> str:
        names = {row["number"]: row["name"] for row in self.desk.model.members.values()}
        return channel_name(self.channel, names, self.desk.look)

    # Writing

    def on_input_changed(self, event: Input.Changed) -> None:
        """Every stroke changes what it costs."""
        event.stop()
        self.settle()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hold it, or send what is urgent."""
        event.stop()
        look, text = self.desk.look, clean(self.text.value)
        over = len(text.encode()) - NOTICE_TEXT_MAX
        if not text:
            self.desk.tell(look.say("message_empty"), "warn")
        elif over > 0:
            self.desk.tell(look.say("form_too_long", count=over), "bad")
        elif self._write(text, urgent=self.urgent):
            self.text.value, self.urgent = "", False
        self.settle()

    def turn_urgent(self) -> None:
        """Urgent, or not."""
        self.urgent = not self.urgent
        self.settle()

    def send_canned(self, digit: int) -> None:
        """A ready reply."""
        self._write(self.desk.look.say(CANNED[digit - 1]), urgent=False)

    def undo(self) -> None:
        """The last message back into the entry, before what stands there."""
        look, row = self.desk.look, self.held.take_back()
        if row is None:
            self.desk.tell(look.say("talk_nothing_held"), "warn")
            return
        failed = row.state is HeldState.FAILED
        self.text.value = f"{row.text} {clean(self.text.value)}".strip()
        self.urgent = bool(row.params.get("urgent"))
        self.desk.tell(look.say("talk_back_failed" if failed else "talk_back"), "good")
        self.settle()

    def forget(self) -> None:
        """Drop everything; the next unlock says what was lost with it."""
        self.lost += self.held.forget()
        self.channel, self.urgent, self.text.value = EVERYONE, False, ""
        if self.lost and not self.desk.model.locked:
            self.desk.tell(self.desk.look.say("talk_lost", count=self.lost), "warn")
            self.lost = 0

    def second(self) -> None:
        """Hand over what has waited long enough; nothing once the screen is locked."""
        if self.desk.model.locked:
            self.lost += self.held.forget()
        for row in self.held.due(self.desk.look.clock.monotonic()):
            self._hand_over(row)
        self.settle()

    def _write(self, text: str, *, urgent: bool) -> bool:
        address = address_of(self.channel)
        if address is None:
            self.desk.tell(self.desk.look.say("talk_to_long"), "warn")
            return False
        params: dict[str, Any] = {"text": text, **address}
        if urgent:
            params["urgent"] = True
        now = self.desk.look.clock.monotonic()
        self.held.hold(text, params, self._to_whom(), now, at_once=urgent)
        self.post_message(self.Written(self))
        self.second()
        return True

    def _hand_over(self, row: HeldMessage) -> None:
        def answered(answer: Answer) -> None:
            if answer.accepted:
                self.held.accepted(row)
            elif row in self.held.rows:
                self.held.failed(row, refusal("message", answer, self.desk.look))
            self.settle()

        self.desk.order("message", row.params, "", answered)
