"""One message or long report whole, to be scrolled and acknowledged."""

from __future__ import annotations

from meshdefense_tui.lines import Line, Span
from meshdefense_tui.screens.modal import DetailWindow
from meshdefense_tui.screens.painters import about_words
from meshdefense_tui.views.message_detail import message_detail_lines

__all__ = ["MessageDetailScreen"]


class MessageDetailScreen(DetailWindow):
    """Follows the message while its parts come in."""

    def acknowledge(self) -> None:
        """Who wrote it does not tell everybody by radio that they have read it."""
        row = self.desk.model.notices.get(self.key)
        if row is not None and row["mine"]:
            self.desk.tell(self.desk.look.say("talk_ack_own"), "warn")
        else:
            super().acknowledge()

    def window_lines(self, width: int) -> list[Line]:
        """Head, text, delivery, keys."""
        desk, look = self.desk, self.desk.look
        row = desk.model.notices.get(self.key)
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
