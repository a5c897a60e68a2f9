"""One message or long report whole, to be scrolled and acknowledged."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, Span
from meshdefense_tui.screens.modal import Window
from meshdefense_tui.screens.painters import about_words
from meshdefense_tui.views.message_detail import message_detail_lines

__all__ = ["MessageDetailScreen"]


class MessageDetailScreen(Window):
    """Follows the message while its parts come in."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter", "close", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("pagedown,space", "scroll(10)", show=False),
        Binding("question_mark", "app.help", show=False),
    ]

    def __init__(self, desk: Desk, key: str) -> None:
        super().__init__(desk)
        self._key = key
        self.add_class("-detail")

    def window_lines(self, width: int) -> list[Line]:
        """Head, text, delivery, keys."""
        desk, look = self.desk, self.desk.look
        row = desk.model.notices.get(self._key)
        if row is None:
            return [((look.say("message_gone"), "strong"),)]
        status = desk.model.status
        own = status["member"] if status is not None else None
        about = about_words(row, desk)
        lines = message_detail_lines(
            row,
            look,
            own=own,
            about=about,
            members=desk.model.members,
            now=desk.now,
            width=width,
        )
        hints: list[Span] = []
        for key, words in (("a", "key_ack"), ("Esc", "key_back")):
            hints += [(key, "key"), (f" {look.say(words)}   ", "quiet")]
        return [*lines, (), tuple(hints)]

    def action_scroll(self, by: int) -> None:
        """For texts longer than the screen."""
        self.lines.scroll_rows(by)

    def action_acknowledge(self) -> None:
        """Acknowledge the SOS in the banner, else this message."""
        if not self.desk.answer_sos():
            self.desk.order("acknowledge", {"item": self._key}, self._key, None)
