"""A message to one patrol: the text alone, since whom it is for was chosen in the table."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Input

from meshdefense.safe_text import clean
from meshdefense_protocol.limits import NOTICE_TEXT_MAX
from meshdefense_tui.answer_row import refusal
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, hint_lines
from meshdefense_tui.note_checks import note_warning
from meshdefense_tui.screens.modal import Window
from meshdefense_tui.session import Answer
from meshdefense_tui.text_fit import wrap

__all__ = ["Drafts", "PatrolMessage"]

Drafts = dict[int, str]
"""What was typed and not sent, by member number."""


class PatrolMessage(Window):
    """Enter sends; Esc leaves, and the text stays until it was sent or the screen is locked."""

    ACKNOWLEDGES: ClassVar[bool] = False

    def __init__(self, desk: Desk, member: int, name: str, drafts: Drafts, text: str = "") -> None:
        """`text` is what stands there when nothing was typed before."""
        super().__init__(desk)
        self._member, self._to, self._drafts = member, name, drafts
        self._drafts[member] = drafts.get(member) or text
        self.text = Input(value=drafts[member], id="text", compact=True, classes="entry")
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
        look, room = self.desk.look, self._room()
        key, role = ("form_bytes_left", "quiet") if room >= 0 else ("form_too_long", "bad")
        lines: list[Line] = [((look.say("pt_to", name=self._to), "title_focus"),)]
        lines.append(((look.say(key, count=abs(room)), role),))
        if warning := note_warning(self._typed):
            lines.append(((look.say("looks_leave_out", what=look.say(warning)), "bad"),))
        lines += [((text, "bad"),) for text in wrap(self._complaint, width) if text]
        return [*lines, *hint_lines(look.say("hint_sending" if self._sending else "pt_to_hint"),
                                    width)]  # fmt: skip

    def on_input_changed(self, event: Input.Changed) -> None:
        """Every stroke is kept."""
        self._drafts[self._member] = clean(event.value)
        self._complaint = ""
        self.lines.repaint()

    def on_input_submitted(self) -> None:
        """Send it."""
        look = self.desk.look
        if self._sending:
            return
        if not self._typed:
            self._complaint = look.say("message_empty")
        elif self._room() < 0:
            self._complaint = look.say("form_too_long", count=-self._room())
        else:
            self._sending = True
            params = {"text": self._typed, "recipient": self._member}
            self.desk.order("message", params, "", self._answered)
        self.lines.repaint()

    @property
    def _typed(self) -> str:
        return self._drafts.get(self._member, "")

    def _room(self) -> int:
        return NOTICE_TEXT_MAX - len(self._typed.encode())

    def _answered(self, answer: Answer) -> None:
        self._sending = False
        if answer.accepted:
            self._drafts.pop(self._member, None)
            if self.is_attached:
                self.dismiss()
            return
        self._complaint = refusal("message", answer, self.desk.look)
        if self.is_attached:
            self.lines.repaint()
