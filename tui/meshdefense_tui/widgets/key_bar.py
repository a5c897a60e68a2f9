"""The last row: the keys that matter now. A click on one presses it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from textual import events
from textual.message import Message

from meshdefense_tui.desk import Desk
from meshdefense_tui.key_names import key_name
from meshdefense_tui.lines import Line, Span
from meshdefense_tui.text_fit import fit
from meshdefense_tui.widgets.painted import Painted

__all__ = ["KeyBar"]

_Hint = tuple[str, str, str]
"""Key, phrase key, action."""
_READABLE: Final = 5
"""Cells: of a shorter word nobody knows what it stands for."""
_FEWEST: Final = 4
"""So many hints stay, however short their words."""


class KeyBar(Painted):
    """At most eight keys with a word each."""

    @dataclass
    class Pressed(Message):
        """A person clicked on a key."""

        action: str

    def __init__(self, desk: Desk, *, id: str) -> None:
        super().__init__(desk, id=id)
        self._hints: tuple[_Hint, ...] = ()

    def show(self, hints: Sequence[tuple[str, str, str]]) -> None:
        """Show these: key, phrase key, action."""
        if self.app.is_web:  # browsers keep F5 for themselves
            hints = [
                (key, "web_key_modes" if action == "app.go" else words, action)
                for key, words, action in hints
            ]
        look = self.desk.look
        self._hints = tuple((key_name(key, look), words, run) for key, words, run in hints)
        self.repaint()

    def paint(self, width: int, height: int) -> list[Line]:
        """One row, the hints in order; their words are cut before keys are left out."""
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
        hints = self._chosen(width)
        for (key, _, action), word in zip(hints, self._words(hints, width), strict=True):
            end = column + cell_len(key) + 1 + cell_len(word)
            if end > width:
                break
            found.append((column, end, key, word, action))
            column = end + 2
        return found

    def _chosen(self, width: int) -> Sequence[_Hint]:
        """The hints that have room for a word that can be read; `?`, the last, always stays."""
        hints = list(self._hints)
        while len(hints) > _FEWEST and self._longest(hints, width) < _READABLE:
            hints.pop(-2)
        return hints

    def _words(self, hints: Sequence[_Hint], width: int) -> list[str]:
        """The words of the hints, the longest ones cut until every key has its place."""
        look = self.desk.look
        longest = self._longest(hints, width)
        return [fit(look.say(words), longest, look.glyphs.ellipsis) for _, words, _ in hints]

    def _longest(self, hints: Sequence[_Hint], width: int) -> int:
        """Cells that a word may take so that all of them fit."""
        words = [cell_len(self.desk.look.say(phrase)) for _, phrase, _ in hints]
        keys = sum(cell_len(key) + 3 for key, _, _ in hints)
        room = width - keys + 1  # one cell before them all, two after each but the last
        longest = max(words, default=0)
        while longest and sum(min(word, longest) for word in words) > room:
            longest -= 1
        return longest
