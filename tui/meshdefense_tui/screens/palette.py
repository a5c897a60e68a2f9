"""Everything that can be done, found by typing a part of its name in either language."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Input

from meshdefense_tui.commands import COMMANDS, MODES, Command
from meshdefense_tui.desk import Desk
from meshdefense_tui.key_names import key_name
from meshdefense_tui.lines import Line, Span, edges
from meshdefense_tui.phrases import LANGUAGES, phrase
from meshdefense_tui.screens.modal import Window

__all__ = ["PaletteScreen", "matching"]

_ROWS: Final = 14


def _plain(text: str) -> str:
    """Without accents and case: nobody should have to find the key for them in a hurry."""
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(one for one in parts if not unicodedata.combining(one))


def matching(commands: Sequence[Command], typed: str) -> list[Command]:
    """Those that hold every word of `typed`, in any of the languages, or whose key it is."""
    wanted = _plain(typed).split()
    found = []
    for command in commands:
        keys = (command.words, command.also) if command.also else (command.words,)
        texts = [_plain(" ".join(phrase(key, language) for key in keys)) for language in LANGUAGES]
        if command.key.casefold() == typed.strip().casefold() or any(
            all(word in text for word in wanted) for text in texts
        ):
            found.append(command)
    return found


class PaletteScreen(Window):
    """Arrows choose, Enter does."""

    ACKNOWLEDGES = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,tab", "choose(1)", show=False, priority=True),
        Binding("up,shift+tab", "choose(-1)", show=False, priority=True),
    ]

    def __init__(
        self, desk: Desk, more: Sequence[Command], run: Callable[[Command], object]
    ) -> None:
        """`more` are the commands of the mode that is shown; `run` does one."""
        super().__init__(desk)
        modes = [
            Command(f"F{one.number} g{one.letter}", f"app.mode('{one.name}')", one.words)
            for one in MODES
        ]
        self._all = [*more, *COMMANDS, *modes]
        self._run, self._at = run, 0
        self.text = Input(id="text", compact=True, classes="entry")
        self.add_class("-palette")

    def compose(self) -> ComposeResult:
        """The entry above what it finds."""
        yield self.banner
        with Container(id="window"):
            yield self.text
            yield self.lines

    def on_mount(self) -> None:
        """Type at once."""
        self.text.focus()

    @property
    def found(self) -> list[Command]:
        """What fits what was typed."""
        return matching(self._all, self.text.value)

    def window_lines(self, width: int) -> list[Line]:
        """The commands around the chosen one."""
        look, found = self.desk.look, self.found
        if not found:
            return [
                ((look.say("palette_none"), "warn"),),
                ((look.say("palette_none_hint"), "quiet"),),
            ]
        first = max(0, min(self._at - _ROWS // 2, len(found) - _ROWS))
        lines: list[Line] = []
        for index, command in enumerate(found[first : first + _ROWS], start=first):
            chosen = index == self._at
            left: list[Span] = [(look.glyphs.cursor if chosen else " ", "key"), (" ", "plain")]
            left.append((look.say(command.words), "strong" if chosen else "plain"))
            lines.append(
                edges(left, [(key_name(command.key, look), "key")], width, look.glyphs.ellipsis)
            )
        return [*lines, (), ((look.say("palette_hint", count=len(found)), "quiet"),)]

    def action_choose(self, by: int) -> None:
        """The next or the one before."""
        if found := self.found:
            self._at = (self._at + by) % len(found)
            self.lines.repaint()

    def on_input_changed(self) -> None:
        """Find again."""
        self._at = 0
        self.lines.repaint()

    def on_input_submitted(self) -> None:
        """Close, then do it."""
        if found := self.found:
            self.dismiss()
            self._run(found[self._at])
