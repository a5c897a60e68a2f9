"""A widget that draws lines, and repaints only those that became different.

Over a slow line every cell counts: a tick that changes one age must write one row.
"""

from __future__ import annotations

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, blank, fill

__all__ = ["Painted"]


class Painted(Widget):
    """Draws what `paint` returns. Subclasses call `repaint` whenever it may have changed."""

    def __init__(self, desk: Desk, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.desk = desk
        self._on_screen: list[Line] = []
        self._painted_for: tuple[int, int, bool] | None = None

    def paint(self, width: int, height: int) -> list[Line]:
        """Lines from the top, none wider than `width`; at most `height` are shown."""
        raise NotImplementedError

    def cursor_rows(self) -> range:
        """Which of the lines stand under a cursor."""
        return range(0)

    def repaint(self) -> None:
        """Draw again, row by row, where the lines differ from those on the screen."""
        width, height = self.size
        if not width or not height:
            return
        if self._painted_for != (width, height, self.desk.stale):
            self._paint_all()
            self.refresh()
            return
        before = self._on_screen
        self._on_screen = self._framed(width, height)
        changed = [y for y in range(height) if self._on_screen[y] != before[y]]
        if changed:
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    def render_line(self, y: int) -> Strip:
        """One row, for Textual."""
        width, height = self.size
        if self._painted_for != (width, height, self.desk.stale):
            self._paint_all()
        if y >= len(self._on_screen):
            return Strip.blank(width, self.rich_style)
        style, stale = self.desk.palette.style, self.desk.stale
        base = self.rich_style
        line = self._on_screen[y]
        under_cursor = line[:1] == (("", "cursor"),)
        segments = [
            Segment(text, base + style(role, stale, under_cursor)) for text, role in line if text
        ]
        return Strip(segments, width)

    def _paint_all(self) -> None:
        width, height = self.size
        self._painted_for = (width, height, self.desk.stale)
        self._on_screen = self._framed(width, height)

    def _framed(self, width: int, height: int) -> list[Line]:
        lines = self.paint(width, height)[:height]
        under = self.cursor_rows()
        framed = [fill(line, width, self.desk.look.glyphs.ellipsis) for line in lines]
        framed += [blank(width)] * (height - len(framed))
        # the role of an empty first span marks the row, so that a moved cursor is a difference
        return [(("", "cursor"), *line) if y in under else line for y, line in enumerate(framed)]
