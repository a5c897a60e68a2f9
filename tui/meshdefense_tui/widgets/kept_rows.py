"""Rows that Textual made for a widget, kept until they are other ones.

The compositor asks every widget that it passes for all its rows at each frame, and Textual puts
each of them through its filters again. On 200 x 60 cells that took longer than what had changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from textual.filter import LineFilter
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

__all__ = ["KeptRows", "runs"]


def runs(rows: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Rows, given in order, as runs of those that touch: first one, and the one after the last."""
    first = end = -1
    for row in rows:
        if row != end:
            if end > first:
                yield first, end
            first = row
        end = row + 1
    if end > first:
        yield first, end


class KeptRows(Widget):
    """After a container, whose sheet counts: `class Box(Container, KeptRows)`."""

    _kept: list[Strip] | None = None
    """Rows with padding, frame and filters; None when all have to be made anew."""
    _kept_for: tuple[Region, list[LineFilter]] | None = None

    def __init__(
        self, *children: Widget, id: str | None = None, classes: str | None = None
    ) -> None:
        self._out_of_date: set[int] = set()
        """Rows among those that are kept."""
        super().__init__(*children, id=id, classes=classes)

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Note which rows have to be made anew; without a region all of them."""
        if regions:
            top = self.content_offset.y
            for region in regions:
                self._out_of_date.update(y + top for y in region.line_range)
        else:
            self.drop_rows()
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def notify_style_update(self) -> None:
        """Colours, padding or frame may be others."""
        self.drop_rows()
        super().notify_style_update()

    def drop_rows(self) -> None:
        """Keep nothing."""
        self._kept = None

    def rows_wanted(self) -> None:
        """Called before rows are made."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Rows for the compositor. Those that did not change are the very same strips."""
        wanted = (crop, list(self.get_line_filters()))
        out_of_date = self._out_of_date.intersection(crop.line_range)
        self._out_of_date.clear()
        if self._kept is None or self._kept_for != wanted:
            self.rows_wanted()
            self._kept, self._kept_for = super().render_lines(crop), wanted
        elif out_of_date:
            self.rows_wanted()
            for first, end in runs(sorted(out_of_date)):
                part = Region(crop.x, first, crop.width, end - first)
                self._kept[first - crop.y : end - crop.y] = super().render_lines(part)
        return self._kept
