"""Write a long report: many lines, for whom, about which alert, and what it costs on the air.

Sending takes two keys, Tab and Enter: it holds the air for many seconds, and Enter alone is a
new line. The draft stays until the daemon has accepted it or the screen is locked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import TextArea

from meshdefense.safe_text import clean_lines
from meshdefense_protocol.limits import LONG_TEXT_MAX
from meshdefense_protocol.words import SCOPES
from meshdefense_tui.air_cost import long_cost
from meshdefense_tui.answer_row import refusal
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, Span, hint_lines, spread
from meshdefense_tui.note_checks import note_warning
from meshdefense_tui.screens.modal import EntryWindow
from meshdefense_tui.session import Answer
from meshdefense_tui.text_fit import fit, wrap
from meshdefense_tui.views.alert_row import kind_words
from meshdefense_tui.views.message_channel import cost_words

__all__ = ["LongDraft", "LongForm"]

_COMPLAINT_LINES: Final = 2


@dataclass(slots=True)
class LongDraft:
    """A long report being written."""

    text: str = ""
    scope: int = 0
    """Index into the protocol's scopes."""
    alone: bool = False
    """True when it shall not belong to the selected alert."""

    def forget(self) -> None:
        """Drop what was written."""
        self.text, self.scope, self.alone = "", 0, False


class LongForm(EntryWindow):
    """Writes into a draft that outlives it."""

    text: TextArea
    ACKNOWLEDGES = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,shift+tab", "turn", show=False, priority=True),
        Binding("enter", "send", show=False),
    ]

    def __init__(self, desk: Desk, draft: LongDraft) -> None:
        super().__init__(desk)
        self._draft = draft
        self._about = desk.selected if desk.alert is not None else None
        self._complaint = ""
        self._sending = False
        self._height = 0
        self.text = TextArea(
            draft.text, id="long-text", compact=True, tab_behavior="focus", soft_wrap=True
        )
        self.add_class("-long")

    def on_mount(self) -> None:
        """Type at once."""
        self.text.focus()
        self.text.move_cursor(self.text.document.end)
        self._settle()

    @property
    def content(self) -> str:
        """The text as it is sent: without what could not be shown."""
        return "\n".join(clean_lines(self._draft.text.splitlines()))

    def window_lines(self, width: int) -> list[Line]:
        """For whom, about what, how much room, what it costs, what is wrong."""
        look, draft, width = self.desk.look, self._draft, max(width, 8)
        scope = list(SCOPES)[draft.scope].text(look.language)
        title: list[Span] = [(look.say("long_form"), "title_focus")]
        title += [(f"{look.say('message_to')} {scope}", "strong")]
        about = f"{look.say('long_form_about')} {self._about_words()}"
        lines: list[Line] = [
            spread(title, width, gap="   ", ellipsis=look.glyphs.ellipsis),
            ((fit(about, width, look.glyphs.ellipsis), "plain" if self._linked else "quiet"),),
            self._size_line(width),
        ]
        if warning := note_warning(draft.text):
            words = look.say("looks_leave_out", what=look.say(warning))
            lines += [((part, "bad"),) for part in wrap(words, max(width, 4))]
        complaint = wrap(self._complaint, max(width, 4))[:_COMPLAINT_LINES]
        lines += [((part, "bad"),) for part in complaint if part]
        return [*lines, *hint_lines(self._hint(), width)]

    def on_text_area_changed(self) -> None:
        """Every stroke goes into the draft."""
        self._draft.text = self.text.text
        self._complaint = ""
        self._settle()

    def on_key(self, event: events.Key) -> None:
        """While the text is not being written: for whom, and about what."""
        if self._typing or self._sending:
            return
        letter = (event.character or "").lower()
        if letter == "s":
            self._draft.scope = (self._draft.scope + 1) % len(list(SCOPES))
        elif letter == "o":
            if self._about is None:
                self._complaint = self.desk.look.say("long_form_no_alert")
            else:
                self._draft.alone = not self._draft.alone
        else:
            return
        event.stop()
        self._settle()

    def on_resize(self) -> None:
        """The head may need another number of lines."""
        self.call_after_refresh(self._settle)

    def action_turn(self) -> None:
        """From the text to what surrounds it, and back."""
        if self._typing:
            self.set_focus(None)
        else:
            self.text.focus()
        self._settle()

    def action_send(self) -> None:
        """Hand it to the daemon."""
        look, text = self.desk.look, self.content
        over = len(text.encode()) - LONG_TEXT_MAX
        if self._sending or self._typing:
            return
        if not text:
            self._complaint = look.say("message_empty")
        elif over > 0:
            self._complaint = look.say("form_too_long", count=over)
        else:
            self._sending = True
            scope = list(SCOPES)[self._draft.scope].code
            params: dict[str, Any] = {"text": text, "scope": scope, "language": look.language}
            if self._linked:
                params["alert"] = self._about
            self.desk.order("long_report", params, "", self._answered)
        self._settle()

    @property
    def _typing(self) -> bool:
        return self.focused is self.text  # `has_focus` follows a moment later

    @property
    def _linked(self) -> bool:
        return self._about is not None and not self._draft.alone

    def _about_words(self) -> str:
        look = self.desk.look
        if self._about is None:
            return look.say("long_form_no_alert")
        if self._draft.alone:
            return look.say("long_form_alone")
        row = self.desk.model.alerts.get(self._about)
        if row is None:
            return self._about
        return f"{kind_words(row, look)}, {self.desk.where(row['place'])}"

    def _size_line(self, width: int) -> Line:
        look, text = self.desk.look, self.content
        size = len(text.encode())
        left = LONG_TEXT_MAX - size
        key, role = ("form_bytes_left", "quiet") if left >= 0 else ("form_too_long", "bad")
        parts: list[Span] = [(look.say(key, count=abs(left)), role)]
        if size and left >= 0:
            radio = self.desk.model.radio
            preset = radio["preset"] if radio is not None else None
            parts.append((cost_words(long_cost(size, preset, about=self._linked), look), "plain"))
        return spread(parts, width, ellipsis=look.glyphs.ellipsis)

    def _hint(self) -> str:
        if self._sending:
            return self.desk.look.say("hint_sending")
        return self.desk.look.say("long_form_writing" if self._typing else "long_form_review")

    def _settle(self) -> None:
        width = self.lines.size.width
        if width:
            height = len(self.window_lines(width))
            if height != self._height:
                self._height = self.lines.styles.height = height
        self.lines.repaint()

    def _answered(self, answer: Answer) -> None:
        self._sending = False
        if answer.accepted:
            self._draft.forget()
            if self.is_attached:
                self.dismiss()
            return
        self._complaint = refusal("long_report", answer, self.desk.look)
        if self.is_attached:
            self._settle()
