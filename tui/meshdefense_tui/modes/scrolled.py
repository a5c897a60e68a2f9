"""A mode that is one text and scrolls."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.widget import Widget

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.modes.mode import Hint, Mode
from meshdefense_tui.widgets.more_lines import ScrolledMoreLines

__all__ = ["ScrolledMode"]


class ScrolledMode(Mode):
    """Draws `mode_lines`; nothing of them while the daemon is locked."""

    HINTS: ClassVar[tuple[Hint, ...]] = (
        ("↑↓", "key_scroll", "scroll(1)"),
        ("r", "key_report", "app.report"),
        ("Esc", "key_back", "screen.back"),
        ("?", "key_help", "app.help"),
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.lines = ScrolledMoreLines(desk, self._lines, id=f"{self.NAME}-lines")

    def compose(self) -> ComposeResult:
        """One widget that scrolls."""
        yield self.lines

    @property
    def main(self) -> Widget:
        """Scrolls."""
        return self.lines

    def action_scroll(self, by: int) -> None:
        """For the mouse."""
        self.lines.scroll_rows(by)

    def mode_lines(self, width: int) -> list[Line]:
        """What stands there, in rows of `width` cells."""
        raise NotImplementedError

    def _lines(self, width: int) -> list[Line]:
        # the rows of a locked daemon lack what it does not tell
        return [] if self.desk.model.locked else self.mode_lines(width)
