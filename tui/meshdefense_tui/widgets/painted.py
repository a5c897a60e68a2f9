"""A widget that draws lines, and repaints only those that became different.

Over a slow line every cell counts: a tick that changes one age must write one row. And a key
should cost no more than the rows that it changes: what Textual makes of a row is kept until the
row is another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Final, cast

from rich.segment import Segment
from rich.style import Style
from textual.filter import ANSIToTruecolor, LineFilter
from textual.geometry import Region
from textual.strip import Strip

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, blank, fill, line_width
from meshdefense_tui.palette import ColourDepth, Palette
from meshdefense_tui.widgets.kept_rows import KeptRows

__all__ = ["Painted", "RoleStyles", "joined_strip_of", "strip_of"]

_UNDER_CURSOR: Final[Line] = (("", "cursor"),)
"""Before the spans of a row that stands under a cursor."""


class RoleStyles(dict[str, Style]):
    """How roles look on one ground, each worked out when it is first asked for."""

    def __init__(self, palette: Palette, stale: bool, base: Style, *, cursor: bool) -> None:
        super().__init__()
        self._palette, self._stale, self._base, self._cursor = palette, stale, base, cursor
        self.grounds: dict[str, object] = {}
        """By role that was asked for: two with equal ones draw the same blank."""

    def __missing__(self, role: str) -> Style:
        style = self._base + self._palette.style(role, self._stale, self._cursor)
        self[role] = style
        marks = style.reverse or style.underline or style.strike
        self.grounds[role] = role if marks else style.bgcolor
        return style


def strip_of(line: Line, styles: RoleStyles, width: int) -> Strip:
    """A line of `width` cells without empty spans, as Textual wants it."""
    if not line:
        return Strip.blank(width)
    texts, roles = zip(*line, strict=True)
    # a map has thousands of segments: made by their own function they take twice the time
    made = map(
        tuple.__new__, repeat(Segment), zip(texts, map(styles.__getitem__, roles), repeat(None))
    )
    return Strip(cast("Iterator[Segment]", made), width)


def joined_strip_of(line: Line, styles: RoleStyles, width: int) -> Strip:
    """The same with fewer segments: blanks take the style beside them where nobody can see it.

    With each style some 40 bytes are sent, and half the spans of a list are blanks.
    """
    if not line:
        return Strip.blank(width)
    made: list[tuple[str, Style, None]] = []
    grounds = styles.grounds
    last_text, last_ground = "", None
    for text, role in line:
        style = styles[role]
        ground = grounds[role]
        if made and ground == last_ground:
            if style is made[-1][1] or text.isspace():
                last_text += text
                made[-1] = (last_text, made[-1][1], None)
                continue
            if last_text.isspace():
                last_text += text
                made[-1] = (last_text, style, None)
                continue
        last_text, last_ground = text, ground
        made.append((text, style, None))
    return Strip(cast("Iterator[Segment]", map(tuple.__new__, repeat(Segment), made)), width)


def _difference(new: Line, old: Line, y: int, width: int) -> Region:
    """Of row `y` the columns that differ, from the first to the last; both are `width` wide.

    A map has a row for many labels: of a change in one the others are not written again.
    """
    if (new[:1] == _UNDER_CURSOR) is not (old[:1] == _UNDER_CURSOR):
        return Region(0, y, width, 1)
    most = min(len(new), len(old))
    first = next((i for i in range(most) if new[i] != old[i]), most)
    last = next((i for i in range(most - first) if new[~i] != old[~i]), most - first)
    left = line_width(new[:first])
    return Region(left, y, width - left - line_width(new[len(new) - last :]), 1)


class Painted(KeptRows):
    """Draws what `paint` returns. Subclasses call `repaint` whenever it may have changed."""

    strip_of = staticmethod(joined_strip_of)
    """How a line becomes a row of segments."""

    def __init__(self, desk: Desk, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.desk = desk
        self._on_screen: list[Line] = []
        self._painted_for: tuple[int, int, bool] | None = None
        self._filled: dict[Line, Line] = {}
        """By what was painted last, the same lines in exactly the width."""
        self._filled_for: tuple[int, str] = (0, "")
        self._base = Style.null()
        """Ink and ground that the sheet gives to this widget."""
        self._styles: tuple[RoleStyles, ...] = ()
        """Of rows as they are, and of those under a cursor."""
        self._styles_for: tuple[Palette, bool, Style] | None = None

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
            self._forget_rows()  # nobody sees them, and they may be what a lock has to forget
            return
        if self._painted_for != (width, height, self.desk.stale):
            self._paint_all()
            self.refresh()
            return
        before = self._on_screen
        self._on_screen = self._framed(width, height)
        pairs = enumerate(zip(self._on_screen, before, strict=True))
        changed = [
            _difference(new, old, y, width)
            for y, (new, old) in pairs
            if new is not old and new != old
        ]
        if changed:
            self.refresh(*changed)

    # For Textual

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Without the one that turns the terminal's sixteen colours into others: none is here."""
        filters = super().get_line_filters()
        if self.desk.palette.depth is not ColourDepth.TRUE:
            return filters
        return [one for one in filters if not isinstance(one, ANSIToTruecolor)]

    def rows_wanted(self) -> None:
        """Find out what ink and ground are now."""
        self._base = self.rich_style

    def render_line(self, y: int) -> Strip:
        """One row within padding and frame."""
        width, height = self.size
        if self._painted_for != (width, height, self.desk.stale):
            self._paint_all()
        if y >= len(self._on_screen):
            return Strip.blank(width, self._base)
        wanted = (self.desk.palette, self.desk.stale, self._base)
        if self._styles_for != wanted:
            self._styles_for = wanted
            self._styles = tuple(RoleStyles(*wanted, cursor=cursor) for cursor in (False, True))
        line = self._on_screen[y]
        if line[:1] == _UNDER_CURSOR:
            return self.strip_of(line[1:], self._styles[1], width)
        return self.strip_of(line, self._styles[0], width)

    def _paint_all(self) -> None:
        width, height = self.size
        self._painted_for = (width, height, self.desk.stale)
        self._on_screen = self._framed(width, height)

    def _forget_rows(self) -> None:
        self._on_screen, self._painted_for = [], None
        self._filled = {}
        self.drop_rows()

    def _framed(self, width: int, height: int) -> list[Line]:
        lines = self.paint(width, height)[:height]
        under = self.cursor_rows()
        framed = self._fitted(lines, width)
        framed += [blank(width)] * (height - len(framed))
        if not under:
            return framed
        # the role of an empty first span marks the row, so that a moved cursor is a difference
        return [_UNDER_CURSOR + line if y in under else line for y, line in enumerate(framed)]

    def _fitted(self, lines: list[Line], width: int) -> list[Line]:
        """Each line in exactly `width` cells; those that were there before are not measured."""
        wanted = (width, self.desk.look.glyphs.ellipsis)
        before = self._filled if wanted == self._filled_for else {}
        self._filled_for = wanted
        self._filled = {line: before.get(line) or fill(line, *wanted) for line in lines}
        return [self._filled[line] for line in lines]
