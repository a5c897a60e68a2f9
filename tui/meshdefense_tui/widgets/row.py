"""Rows that one function draws: status, banner, radio, answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.widgets.painted import Painted

__all__ = ["Lines", "Row", "ScrolledLines"]


class Row(Painted):
    """One row; `draw` gets the width."""

    def __init__(self, desk: Desk, draw: Callable[[int], Line], *, id: str) -> None:
        super().__init__(desk, id=id)
        self._draw = draw

    def paint(self, width: int, height: int) -> list[Line]:
        """The row."""
        return [self._draw(width)]


class Lines(Painted):
    """Many rows; `draw` gets the width. Scrolls by `scroll_rows`, never past the last line."""

    def __init__(self, desk: Desk, draw: Callable[[int], list[Line]], *, id: str) -> None:
        super().__init__(desk, id=id)
        self._draw = draw
        self._first = 0

    def paint(self, width: int, height: int) -> list[Line]:
        """The rows in view."""
        lines = self._draw(width)
        self._first = max(min(self._first, len(lines) - height), 0)
        return lines[self._first :]

    def scroll_rows(self, by: int) -> None:
        """Up or down by some rows."""
        self._first += by
        self._first = max(self._first, 0)
        self.repaint()


class ScrolledLines(Lines, can_focus=True):
    """The same with the keys that scroll, for a mode that has no list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_by(-1)", show=False),
        Binding("down,j", "scroll_by(1)", show=False),
        Binding("pageup,ctrl+u", "scroll_by(-10)", show=False),
        Binding("pagedown,ctrl+d,space", "scroll_by(10)", show=False),
        Binding("home", "scroll_by(-100000)", show=False),
        Binding("end", "scroll_by(100000)", show=False),
    ]

    def action_scroll_by(self, by: int) -> None:
        """Up or down by some rows."""
        self.scroll_rows(by)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls."""
        event.stop()
        self.scroll_rows(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel scrolls."""
        event.stop()
        self.scroll_rows(-3)
