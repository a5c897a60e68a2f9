"""Jump mode: a letter on every panel, and the letter leads there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widget import Widget

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.widgets.painted import Painted

__all__ = ["LETTERS", "JumpScreen"]

LETTERS: Final = "asdfghjklqwertyuiop"
"""In the order in which the fingers lie, the same in every language."""


class _Tag(Painted):
    """The letter, on the corner of its panel."""

    def __init__(self, desk: Desk, letter: str, target: Widget) -> None:
        super().__init__(desk, classes="jump-tag")
        self._letter = letter
        self.styles.offset = (target.region.x, target.region.y)

    def paint(self, width: int, height: int) -> list[Line]:
        """Letter in reverse: a shape as well as a colour."""
        return [((f"[{self._letter}]", "selected"),)]


class JumpScreen(ModalScreen[None]):
    """Closes with any key; a letter also moves the focus."""

    AUTO_FOCUS = ""

    def __init__(self, desk: Desk, targets: Sequence[Widget]) -> None:
        """`targets` are the panels in view that take keys."""
        super().__init__()
        self._desk = desk
        self.targets = dict(zip(LETTERS, targets, strict=False))

    def compose(self) -> ComposeResult:
        """The letters."""
        for letter, target in self.targets.items():
            yield _Tag(self._desk, letter, target)

    def on_key(self, event: events.Key) -> None:
        """Go there, or stay."""
        event.stop()
        self.dismiss()
        target = self.targets.get((event.character or "").casefold())
        if target is not None and target.is_attached:
            target.focus()

    def on_click(self) -> None:
        """A click stays."""
        self.dismiss()
