"""Rows that say how many more of them are below the screen."""

from __future__ import annotations

from meshdefense_tui.lines import Line
from meshdefense_tui.views.more import with_more
from meshdefense_tui.widgets.row import Lines, ScrolledLines

__all__ = ["MoreLines", "ScrolledMoreLines"]


class MoreLines(Lines):
    """Scrolled by its screen."""

    def paint(self, width: int, height: int) -> list[Line]:
        """The rows in view."""
        lines = super().paint(width, height)
        return with_more(lines, self.desk.look, width=width, height=height)


class ScrolledMoreLines(ScrolledLines):
    """Scrolled by its own keys."""

    def paint(self, width: int, height: int) -> list[Line]:
        """The rows in view."""
        lines = super().paint(width, height)
        return with_more(lines, self.desk.look, width=width, height=height)
