"""What the forms for one short message share: the entry, its room, the sending and the refusal."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.widgets import Input

from meshdefense.safe_text import clean
from meshdefense_protocol.limits import NOTICE_TEXT_MAX
from meshdefense_tui.answer_row import refusal
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, Span, hint_lines
from meshdefense_tui.note_checks import note_warning
from meshdefense_tui.screens.modal import EntryWindow
from meshdefense_tui.session import Answer
from meshdefense_tui.text_fit import wrap

__all__ = ["TextForm"]


class TextForm(EntryWindow):
    """Enter sends; Esc leaves, and the draft stays until it was accepted or the screen is locked.

    Subclasses keep the draft: it outlives the window.
    """

    text: Input
    ACKNOWLEDGES: ClassVar[bool] = False
    HINT: ClassVar[str]
    """Key of the phrase that names the keys."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.text = Input(value=self.typed, id="text", compact=True, classes="entry")
        self._complaint = ""
        self._sending = False
        self.add_class("-message")

    @property
    def typed(self) -> str:
        """The draft's text."""
        raise NotImplementedError

    def keep(self, text: str) -> None:
        """Put the text into the draft."""
        raise NotImplementedError

    def drop(self) -> None:
        """Throw the draft away: it was accepted."""
        raise NotImplementedError

    def params(self) -> dict[str, Any]:
        """Of the order `message`."""
        raise NotImplementedError

    def head_lines(self, width: int) -> list[Line]:
        """To whom it goes, and the room that is left."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Type at once."""
        self.text.focus()

    def window_lines(self, width: int) -> list[Line]:
        """To whom, how much room, what is wrong, which keys."""
        look = self.desk.look
        lines = self.head_lines(width)
        if warning := note_warning(self.typed):
            lines.append(((look.say("looks_leave_out", what=look.say(warning)), "bad"),))
        lines += [((text, "bad"),) for text in wrap(self._complaint, width) if text]
        return [
            *lines,
            *hint_lines(look.say("hint_sending" if self._sending else self.HINT), width),
        ]

    def room_span(self) -> Span:
        """How many bytes are left, or too many."""
        room = self._room()
        key, role = ("form_bytes_left", "quiet") if room >= 0 else ("form_too_long", "bad")
        return self.desk.look.say(key, count=abs(room)), role

    def on_input_changed(self, event: Input.Changed) -> None:
        """Every stroke is kept."""
        self.keep(clean(event.value))
        self._complaint = ""
        self.lines.repaint()

    def on_input_submitted(self) -> None:
        """Send it."""
        look = self.desk.look
        if self._sending:
            return
        if not self.typed:
            self._complaint = look.say("message_empty")
        elif self._room() < 0:
            self._complaint = look.say("form_too_long", count=-self._room())
        else:
            self._sending = True
            self.desk.order("message", self.params(), "", self._answered)
        self.lines.repaint()

    def _room(self) -> int:
        return NOTICE_TEXT_MAX - len(self.typed.encode())

    def _answered(self, answer: Answer) -> None:
        self._sending = False
        if answer.accepted:
            self.drop()
            if self.is_attached:
                self.dismiss()
            return
        self._complaint = refusal("message", answer, self.desk.look)
        if self.is_attached:
            self.lines.repaint()
