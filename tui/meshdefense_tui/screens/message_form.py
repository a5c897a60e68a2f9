"""Write a message: text, to whom, urgent or not. The draft stays until it was accepted."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Input

from meshdefense.safe_text import clean
from meshdefense_protocol.limits import NOTICE_TEXT_MAX
from meshdefense_protocol.words import SCOPES
from meshdefense_tui.air_cost import notice_cost
from meshdefense_tui.answer_row import refusal
from meshdefense_tui.desk import Desk, MessageDraft
from meshdefense_tui.lines import Line, Span, hint_lines, spread
from meshdefense_tui.note_checks import note_warning
from meshdefense_tui.screens.modal import Window
from meshdefense_tui.session import Answer
from meshdefense_tui.text_fit import wrap
from meshdefense_tui.views.message_channel import cost_words

__all__ = ["MessageForm"]


class MessageForm(Window):
    """Enter sends."""

    ACKNOWLEDGES = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,down", "address(1)", show=False, priority=True),
        Binding("shift+tab,up", "address(-1)", show=False, priority=True),
        Binding("ctrl+t", "urgent", show=False, priority=True),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.text = Input(value=desk.message_draft.text, id="text", compact=True, classes="entry")
        self._targets: list[tuple[str, dict[str, Any]]] = [
            (desk.look.word(SCOPES, word.code), {"scope": word.code}) for word in SCOPES
        ]
        self._targets += [
            (row["name"], {"recipient": row["number"]})
            for row in sorted(desk.model.members.values(), key=lambda row: row["name"])
            if not row["mine"]
        ]
        desk.message_draft.target %= len(self._targets)
        self._complaint = ""
        self._sending = False
        self.add_class("-message")

    def compose(self) -> ComposeResult:
        """Lines, and the entry."""
        yield self.banner
        with Container(id="window"):
            yield self.lines
            yield self.text

    def on_mount(self) -> None:
        """Type at once."""
        self.text.focus()

    def window_lines(self, width: int) -> list[Line]:
        """To whom, how much room, what is wrong."""
        look, draft = self.desk.look, self.desk.message_draft
        to = self._targets[draft.target][0]
        title: list[Span] = [(look.say("form_message"), "title_focus")]
        title += [(f"   {look.say('message_to')} ", "quiet"), (to, "strong")]
        if draft.urgent:
            title += [("   ", "plain"), (f" !! {look.say('urgent')} ", "alarm")]
        room = self._room()
        key, role = ("form_bytes_left", "quiet") if room >= 0 else ("form_too_long", "bad")
        size: list[Span] = [(look.say(key, count=abs(room)), role)]
        if draft.text:
            radio = self.desk.model.radio
            cost = notice_cost(draft.text, radio["preset"] if radio is not None else None)
            size.append((cost_words(cost, look), "quiet"))
        lines: list[Line] = [tuple(title), spread(size, width, ellipsis=look.glyphs.ellipsis)]
        if warning := note_warning(draft.text):
            lines.append(((look.say("looks_leave_out", what=look.say(warning)), "bad"),))
        lines += [((text, "bad"),) for text in wrap(self._complaint, width) if text]
        hint = look.say("hint_sending" if self._sending else "message_hint")
        return [*lines, *hint_lines(hint, width)]

    def action_address(self, by: int) -> None:
        """The next one whom it may go to."""
        draft = self.desk.message_draft
        draft.target = (draft.target + by) % len(self._targets)
        self.lines.repaint()

    def action_urgent(self) -> None:
        """Urgent, or not."""
        self.desk.message_draft.urgent = not self.desk.message_draft.urgent
        self.lines.repaint()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Every stroke goes into the draft."""
        self.desk.message_draft.text = clean(event.value)
        self._complaint = ""
        self.lines.repaint()

    def on_input_submitted(self) -> None:
        """Send it."""
        draft, look = self.desk.message_draft, self.desk.look
        if self._sending:
            return
        if not draft.text:
            self._complaint = look.say("message_empty")
        elif self._room() < 0:
            self._complaint = look.say("form_too_long", count=-self._room())
        else:
            self._sending = True
            params = {"text": draft.text, **self._targets[draft.target][1]}
            if draft.urgent:
                params["urgent"] = True
            self.desk.order("message", params, "", self._answered)
        self.lines.repaint()

    def _room(self) -> int:
        return NOTICE_TEXT_MAX - len(self.desk.message_draft.text.encode())

    def _answered(self, answer: Answer) -> None:
        self._sending = False
        if answer.accepted:
            self.desk.message_draft = MessageDraft()
            if self.is_attached:
                self.dismiss()
            return
        self._complaint = refusal("message", answer, self.desk.look)
        if self.is_attached:
            self.lines.repaint()
