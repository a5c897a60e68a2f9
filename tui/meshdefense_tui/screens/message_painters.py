"""What the lists of the messages mode draw for each item."""

from __future__ import annotations

import unicodedata

from meshdefense.api.row_schema import MessageRow
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.screens.painters import MessagePainter, about_words
from meshdefense_tui.views.message_channel import channel_line, channel_name, divider_line
from meshdefense_tui.views.message_detail import message_detail_lines

__all__ = ["ChannelPainter", "TalkPainter", "found_in", "message_panel"]


def message_panel(row: MessageRow, desk: Desk, width: int) -> list[Line]:
    """All about one message, to stand beside a list."""
    status = desk.model.status
    return message_detail_lines(
        row,
        desk.look,
        own=status["member"] if status is not None else None,
        about=about_words(row, desk),
        members=desk.model.members,
        now=desk.now,
        width=width,
    )


def found_in(row: MessageRow, typed: str) -> bool:
    """Whether every word of `typed` is in the text or the names, without accents and case."""
    texts = [row["text"], row["author_name"], row["recipient_name"] or ""]
    if "long" in row:
        texts += row["long"]["lines"]
    whole = _plain(" ".join(texts))
    return all(word in whole for word in _plain(typed).split())


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(one for one in parts if not unicodedata.combining(one))


class ChannelPainter:
    """Whom one can write to, and what is unread there."""

    title = "talk_channels"
    opens = ""
    empty: tuple[str, ...] = ("no_data",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.unread: dict[str, int] = {}
        """By channel."""

    def height(self, key: str, width: int) -> int:
        """One line."""
        return 1

    def lines(self, key: str, width: int) -> list[Line]:
        """Its name and a count."""
        desk = self._desk
        names = {row["number"]: row["name"] for row in desk.model.members.values()}
        name = channel_name(key, names, desk.look)
        return [channel_line(name, self.unread.get(key, 0), desk.look, width)]


class TalkPainter(MessagePainter):
    """The messages of one channel, with the line between what is new and what was read."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.divider: str | None = None
        """Id of the message that has the line below it."""
        self.empty = ("talk_none",)

    def searching(self, text: str) -> None:
        """What to say while nothing is listed depends on what one looks for."""
        self.empty = ("talk_none_found",) if text else ("talk_none",)

    def height(self, key: str, width: int) -> int:
        """As many lines as its text needs, and those that say more."""
        base = super().height(key, width)
        return base and base + self._asking(key) + (key == self.divider)

    def lines(self, key: str, width: int) -> list[Line]:
        """The message, whether the daemon is being asked about it, and the divider."""
        found = super().lines(key, width)
        look = self._desk.look
        if found and self._asking(key):
            found.append(((f"  {look.say('asking')}", "warn"),))
        if found and key == self.divider:
            found.append(divider_line(look, width))
        return found

    def _asking(self, key: str) -> bool:
        return self._desk.model.sending(key) is not None
