"""The last row: the keys that matter now. A click on one presses it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.message import Message

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, Span
from meshdefense_tui.widgets.painted import Painted

__all__ = ["KeyBar"]


class KeyBar(Painted):
    """At most eight keys with a word each."""

    @dataclass
    class Pressed(Message):
        """A person clicked on a key."""

        action: str

    def __init__(self, desk: Desk, *, id: str) -> None:
        super().__init__(desk, id=id)
        self._hints: tuple[tuple[str, str, str], ...] = ()

    def show(self, hints: Sequence[tuple[str, str, str]]) -> None:
        """Show these: key, phrase key, action."""
        self._hints = tuple(hints)
        self.repaint()

    def paint(self, width: int, height: int) -> list[Line]:
        """One row; the hints that fit, in order."""
        spans: list[Span] = []
        column = 0
        for start, end, key, word, _ in self._laid_out(width):
            spans.append((" " * (start - column), "plain"))
            spans += [(key, "key"), (" ", "plain"), (word, "quiet")]
            column = end
        return [tuple(spans)]

    def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse does."""
        for start, end, _, _, action in self._laid_out(self.size.width):
            if start <= event.x < end:
                self.post_message(self.Pressed(action))

    def _laid_out(self, width: int) -> list[tuple[int, int, str, str, str]]:
        found = []
        column = 1
        for key, phrase, action in self._hints:
            word = self.desk.look.say(phrase)
            end = column + cell_len(key) + 1 + cell_len(word)
            if end > width:
                break
            found.append((column, end, key, word, action))
            column = end + 2
        return found
