"""A list of any length that draws and measures only what is in view. The cursor sticks to its item.

New items never move what a person is about to act on: they raise the chip "2 new, press .".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
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
        self,
        desk: Desk,
        painter: RowPainter,
        *,
        id: str,
        keeps_cursor: bool = False,
        counted: bool = True,
        moved: Callable[[str | None], None] | None = None,
    ) -> None:
        """`keeps_cursor`: the item under the cursor stays marked without the focus, too.

        `counted`: the title says how many there are.

        `moved` is told at once where the cursor is, so that what it changes elsewhere comes with
        the same frame; without it there is the message `Moved`.
        """
        super().__init__(desk, id=id)
        self._moved = moved
        self._keeps_cursor, self._counted = keeps_cursor, counted
        self.painter, self.opens = painter, painter.opens
        self.keys: list[str] = []
        self.key: str | None = None
        """The item under the cursor."""
        self.fresh: set[str] = set()
        """New items that the cursor has not been on."""
        self._top = (0, 0)
        """The item at the top, and how many of its lines are above the view."""
        self._offset = 0
        """Lines between the top of the view and the item under the cursor, when last drawn."""
        self._drawn: dict[str, list[Line]] = {}
        """Lines of the items that are in view, as they were drawn in `_drawn_width` cells."""
        self._drawn_width = 0
        self._only_moved = False
        """True while nothing but the cursor is another: no item has to be drawn again."""
        self._found: tuple[str | None, int] = (None, 0)
        """Where the item under the cursor was found last."""

    # What is in the list

    def show(self, keys: Sequence[str], fresh: Iterable[str] = ()) -> None:
        """Show these items in this order, keep the cursor on its item, mark `fresh` as new."""
        before = self._index()
        self.keys = list(keys)
        fresh = {*self.fresh, *fresh}
        self.fresh = fresh.intersection(self.keys) if fresh else fresh
        found = self._index(default=-1)
        if found < 0:
            index = min(before, len(self.keys) - 1)
            self._stand_on(self.keys[index] if self.keys else None)
        if self._top != (0, 0) and self.size.height and self.keys:
            self._top = self._above(self._index(), self._offset)  # it stays where the eye is
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
            self._drawn = {}
            for text in self._empty_texts():
                lines += [(("  ", "plain"), (part, "quiet")) for part in wrap(text, width - 2)]
            return lines
        self._keep_cursor_in_view()
        before = self._drawn if self._only_moved and self._drawn_width == width else {}
        self._drawn, self._drawn_width = {}, width
        index, skip = self._top
        while len(lines) < height + skip and index < len(self.keys):
            key = self.keys[index]
            drawn = before.get(key)
            self._drawn[key] = self.painter.lines(key, width - 2) if drawn is None else drawn
            lines += self._item(key)
            index += 1
        return [lines[0], *lines[1 + skip :]]

    def cursor_rows(self) -> range:
        """The lines of the item under the cursor."""
        if self.key is None or not self.keys or not self._marked():
            return range(0)
        index = self._index()
        start = self._offset + 1
        return range(max(start, 1), start + self._heights(index, index + 1))

    def _empty_texts(self) -> list[str]:
        desk = self.desk
        if desk.model.ready:
            return [desk.look.say(key) for key in self.painter.empty]
        if desk.foreign and self._keeps_cursor:
            return [desk.look.say("other_version_hint")]
        if desk.stale and desk.start_hint and self._keeps_cursor:
            return [desk.start_hint]
        return [desk.look.say("no_data")]

    def _item(self, key: str) -> list[Line]:
        glyphs = self.desk.look.glyphs
        sign = " "
        role = "quiet"
        if key == self.key and self._marked():
            sign, role = glyphs.cursor, "key" if self.has_focus else "quiet"
        elif key in self.fresh:
            sign, role = "*", "key"
        return [((sign, role), (" ", "plain"), *line) for line in self._drawn[key]]

    def _marked(self) -> bool:
        return self.has_focus or self._keeps_cursor

    def _title(self, width: int) -> Line:
        look = self.desk.look
        role = "title_focus" if self.has_focus else "title"
        mark = look.glyphs.cursor if self.has_focus else " "
        name = look.say(self.painter.title).upper()
        count = len(self.keys) if self._counted and self.keys else ""
        left: list[Span] = [(f"{mark} ", "key"), (f"{name} {count}".rstrip(), role)]
        right: list[Span] = []
        if self.fresh:
            right.append((look.say("new_chip", count=len(self.fresh)), "selected"))
        elif self.keys and self._above(len(self.keys), self._room()) != (0, 0):
            right.append((f"{self._index() + 1}/{len(self.keys)}", "quiet"))
        return edges(left, right, width, look.glyphs.ellipsis)

    # Moving

    def action_move(self, by: int) -> None:
        """One item up or down.

        A cursor that leaves the view takes half a view along: what comes next can be read, and
        over a slow line not every key writes the whole list.
        """
        self._go(self._index() + by, half=True)

    def action_page(self, by: int) -> None:
        """One view up or down."""
        if not self.keys:
            return
        index, lines = self._index(), max(self._room() - 1, 1)
        target = self._above(index, lines)[0] if by < 0 else self._below(index, lines)
        self._go(target if target != index else index + by)

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
        self.repaint()

    def on_click(self, event: events.Click) -> None:
        """A click selects, a second one opens."""
        if event.y == 0:
            if self.fresh:
                self.newest()
            return
        first, skip = self._top
        index = self._below(first, skip + event.y - 1, past_end=True)
        if index < len(self.keys):
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

    def _go(self, index: int, *, half: bool = False) -> None:
        if self.keys:
            self._stand_on(self.keys[min(max(index, 0), len(self.keys) - 1)])
            before = self._top
            self._keep_cursor_in_view()
            if half and self._top != before:
                self._show_half(down=self._top > before)
            self._only_moved = True
            self.repaint()
            self._only_moved = False

    def _stand_on(self, key: str | None) -> None:
        if key is not None:
            self.fresh.discard(key)
        if key != self.key:
            self.key = key
            if self._moved is not None:
                self._moved(key)
            else:
                self.post_message(self.Moved(self, key))

    # Measuring

    def _index(self, default: int = 0) -> int:
        """Where the item under the cursor is; `default` when it is not there."""
        key, index = self._found
        if self.key is None:
            return default
        if key != self.key or not index < len(self.keys) or self.keys[index] != key:
            try:
                index = self.keys.index(self.key)
            except ValueError:
                return default
            self._found = (self.key, index)
        return index

    def _room(self) -> int:
        return max(self.size.height - 1, 1)

    def _heights(self, start: int, end: int) -> int:
        """Lines that the items from `start` to before `end` take."""
        width = self.size.width - 2
        return sum(self.painter.height(key, width) for key in self.keys[start:end])

    def _above(self, index: int, lines: int) -> tuple[int, int]:
        """The item that begins or lies `lines` above item `index`, and its lines before that."""
        width = self.size.width - 2
        while lines > 0 and index > 0:
            index -= 1
            lines -= self.painter.height(self.keys[index], width)
        return index, max(-lines, 0)

    def _below(self, index: int, lines: int, *, past_end: bool = False) -> int:
        """The item that holds the line `lines` below the beginning of item `index`."""
        width = self.size.width - 2
        while index < len(self.keys):
            lines -= self.painter.height(self.keys[index], width)
            if lines < 0:
                return index
            index += 1
        return index if past_end else len(self.keys) - 1

    def _show_half(self, *, down: bool) -> None:
        """Scroll on until half the view is beyond the cursor, an item whole at the top."""
        index = self._index()
        top, cut = self._above(index + 1 if down else index, self._room() // 2)
        self._top = (top + 1, 0) if cut and top < index else (top, 0)
        self._keep_cursor_in_view()

    def _keep_cursor_in_view(self) -> None:
        if not self.keys:
            self._top, self._offset = (0, 0), 0
            return
        index, room = self._index(), self._room()
        top = min(self._top, (index, 0))
        top = max(top, self._above(index + 1, room))  # its last line at the bottom
        top = min(top, self._above(len(self.keys), room))  # nothing empty below the last item
        self._top = top
        self._offset = self._heights(top[0], index) - top[1]
