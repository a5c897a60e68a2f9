"""A list of any length that draws only the rows in view. The cursor sticks to its item.

New items never move what a person is about to act on: they raise the chip "2 new, press .".
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar, Protocol

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, Span, edges
from meshdefense_tui.text_fit import wrap
from meshdefense_tui.widgets.painted import Painted

__all__ = ["RowList", "RowPainter"]


class RowPainter(Protocol):
    """Draws the items of one list."""

    title: str
    """Key of the phrase."""
    empty: tuple[str, ...]
    """Keys of the phrases shown while there is nothing."""

    opens: str
    """What Enter opens: "alert", "message", or "" for nothing that the app knows."""

    def height(self, key: str, width: int) -> int:
        """How many lines the item takes."""

    def lines(self, key: str, width: int) -> list[Line]:
        """The item; exactly `height` lines. Empty when it is gone."""


class RowList(Painted, can_focus=True):
    """Title row, then the items in view."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup,ctrl+u", "page(-1)", show=False),
        Binding("pagedown,ctrl+d,space", "page(1)", show=False),
        Binding("home", "edge(0)", show=False),
        Binding("end", "edge(1)", show=False),
        Binding("enter", "open", show=False),
    ]

    @dataclass
    class Moved(Message):
        """The cursor stands on another item."""

        rows: RowList
        key: str | None

    @dataclass
    class Opened(Message):
        """A person wants to see the item whole."""

        rows: RowList
        key: str

    def __init__(
        self, desk: Desk, painter: RowPainter, *, id: str, keeps_cursor: bool = False
    ) -> None:
        """`keeps_cursor`: the item under the cursor stays marked without the focus, too."""
        super().__init__(desk, id=id)
        self._keeps_cursor = keeps_cursor
        self.painter, self.opens = painter, painter.opens
        self.keys: list[str] = []
        self.key: str | None = None
        """The item under the cursor."""
        self.fresh: set[str] = set()
        """New items that the cursor has not been on."""
        self._top = 0
        """Lines above the view."""
        self._starts: list[int] = [0]
        self._measured: tuple[int, int] | None = None
        self._serial = 0

    # What is in the list

    def show(self, keys: Sequence[str], fresh: Iterable[str] = ()) -> None:
        """Show these items in this order, keep the cursor on its item, mark `fresh` as new."""
        before, offset = self._index(), self._cursor_offset()
        self.keys = list(keys)
        self._serial += 1
        self.fresh = (self.fresh | set(fresh)) & set(self.keys)
        if self.key not in set(self.keys):
            index = min(before, len(self.keys) - 1)
            self._stand_on(self.keys[index] if self.keys else None)
        if self._top and self.size.height:
            self._measure()
            self._top = self._starts[self._index()] - offset  # the item stays where the eye is
        self._keep_cursor_in_view()
        self.repaint()

    def newest(self) -> None:
        """Jump to the top; everything counts as seen."""
        self.fresh.clear()
        self.action_edge(0)

    def stand_on(self, key: str) -> None:
        """Put the cursor on an item of the list."""
        if key in self.keys:
            self._stand_on(key)
            self._keep_cursor_in_view()
            self.repaint()

    # Drawing

    def paint(self, width: int, height: int) -> list[Line]:
        """Title and the items in view."""
        lines = [self._title(width)]
        if not self.keys:
            for text in self._empty_texts():
                lines += [(("  ", "plain"), (part, "quiet")) for part in wrap(text, width - 2)]
            return lines
        self._keep_cursor_in_view()
        index = max(bisect_right(self._starts, self._top) - 1, 0)
        skip = self._top - self._starts[index]
        while len(lines) < height + skip and index < len(self.keys):
            lines += self._item(self.keys[index], width)
            index += 1
        return [lines[0], *lines[1 + skip :]]

    def cursor_rows(self) -> range:
        """The lines of the item under the cursor."""
        if self.key is None or not self.keys or not self._marked():
            return range(0)
        index = self._index()
        start = self._starts[index] - self._top + 1
        return range(max(start, 1), self._starts[index + 1] - self._top + 1)

    def _empty_texts(self) -> list[str]:
        desk = self.desk
        if desk.model.ready:
            return [desk.look.say(key) for key in self.painter.empty]
        if desk.stale and desk.start_hint and self._keeps_cursor:
            return [desk.start_hint]
        return [desk.look.say("no_data")]

    def _item(self, key: str, width: int) -> list[Line]:
        glyphs = self.desk.look.glyphs
        lines = self.painter.lines(key, width - 2)
        sign = " "
        role = "quiet"
        if key == self.key and self._marked():
            sign, role = glyphs.cursor, "key" if self.has_focus else "quiet"
        elif key in self.fresh:
            sign, role = "*", "key"
        return [((sign, role), (" ", "plain"), *line) for line in lines]

    def _marked(self) -> bool:
        return self.has_focus or self._keeps_cursor

    def _title(self, width: int) -> Line:
        look = self.desk.look
        role = "title_focus" if self.has_focus else "title"
        mark = look.glyphs.cursor if self.has_focus else " "
        name = look.say(self.painter.title).upper()
        left: list[Span] = [(f"{mark} ", "key"), (f"{name} {len(self.keys) or ''}", role)]
        right: list[Span] = []
        if self.fresh:
            right.append((look.say("new_chip", count=len(self.fresh)), "selected"))
        elif self.keys and self._starts[-1] > self._room():
            right.append((f"{self._index() + 1}/{len(self.keys)}", "quiet"))
        return edges(left, right, width, look.glyphs.ellipsis)

    # Moving

    def action_move(self, by: int) -> None:
        """One item up or down."""
        self._go(self._index() + by)

    def action_page(self, by: int) -> None:
        """One view up or down."""
        if not self.keys:
            return
        self._measure()
        target = self._starts[self._index()] + by * max(self._room() - 1, 1)
        index = bisect_right(self._starts, max(target, 0)) - 1
        self._go(index if index != self._index() else index + by)

    def action_edge(self, end: int) -> None:
        """First or last item."""
        self._go(len(self.keys) - 1 if end else 0)

    def action_open(self) -> None:
        """Tell that the item under the cursor is wanted whole."""
        if self.key is not None:
            self.post_message(self.Opened(self, self.key))

    def on_focus(self) -> None:
        """The title shows where the keys go."""
        self.repaint()

    def on_blur(self) -> None:
        """See on_focus."""
        self.repaint()

    def on_resize(self) -> None:
        """Keep the cursor in view at every size."""
        self._measured = None
        self.repaint()

    def on_click(self, event: events.Click) -> None:
        """A click selects, a second one opens."""
        if event.y == 0:
            if self.fresh:
                self.newest()
            return
        self._measure()
        index = bisect_right(self._starts, self._top + event.y - 1) - 1
        if 0 <= index < len(self.keys):
            again = self.keys[index] == self.key
            self._go(index)
            if again and event.chain > 1:
                self.action_open()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the cursor."""
        event.stop()
        self.action_move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves the cursor."""
        event.stop()
        self.action_move(-1)

    def _go(self, index: int) -> None:
        if self.keys:
            self._stand_on(self.keys[min(max(index, 0), len(self.keys) - 1)])
            self._keep_cursor_in_view()
            self.repaint()

    def _stand_on(self, key: str | None) -> None:
        if key is not None:
            self.fresh.discard(key)
        if key != self.key:
            self.key = key
            self.post_message(self.Moved(self, key))

    # Measuring

    def _index(self) -> int:
        return self.keys.index(self.key) if self.key in self.keys else 0

    def _room(self) -> int:
        return max(self.size.height - 1, 1)

    def _measure(self) -> None:
        """Where each item starts, in lines; only when the items or the width changed."""
        wanted = (self._serial, self.size.width)
        if self._measured == wanted:
            return
        self._measured = wanted
        heights = (self.painter.height(key, self.size.width - 2) for key in self.keys)
        self._starts = [0, *accumulate(heights)]

    def _cursor_offset(self) -> int:
        index = self._index()
        return self._starts[index] - self._top if index < len(self._starts) else 0

    def _keep_cursor_in_view(self) -> None:
        self._measure()
        if not self.keys:
            self._top = 0
            return
        index = self._index()
        start, end = self._starts[index], self._starts[index + 1]
        self._top = min(self._top, start)
        self._top = max(self._top, end - self._room(), 0)
        self._top = min(self._top, max(self._starts[-1] - self._room(), 0))
