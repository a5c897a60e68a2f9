"""Signs and texts over the ground, and the rows that come out of it. Pure.

A sign always shows; a text shows only where it covers nothing that was written before it. Texts
are collected and written at once at the end: a frame has hundreds, and each small assignment to
an array costs as much as a large one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
from rich.cells import cell_len

from meshdefense_tui.lines import Line, Span
from meshdefense_tui.map.ground import GROUND_ROLES, Ground, Roles
from meshdefense_tui.map.names import Name
from meshdefense_tui.map.raster import BLANK, Codes, Raster

__all__ = ["Board", "Drawn"]

_ROLES_WITH_GROUND: Final = ("selected", "alarm", "drill")
"""A blank beside one of these must not get its ground."""


@dataclass(slots=True)
class Drawn:
    """A finished frame: the next one makes only those rows anew that differ from it."""

    names: dict[str, int]
    """Roles by name; a later frame uses the same numbers."""
    codes: Codes
    roles: Roles
    odd: set[int]
    """Rows with characters that are not one cell wide."""
    lines: list[Line]


class Board:
    """One frame while it is made; begins with a copy of the ground."""

    def __init__(self, ground: Ground, last: Drawn | None = None) -> None:
        """`last` is the frame before this one."""
        self._last = last
        self._codes, self._roles = ground.codes.copy(), ground.roles.copy()
        self.height, self.width = ground.codes.shape
        self._taken = bytearray(self.height * self.width)
        self._near = bytearray(self.height * self.width)
        """Cells where no further street is named: two names must not look like one."""
        self._names = (
            last.names if last else {name: index for index, name in enumerate(GROUND_ROLES)}
        )
        self._texts: list[tuple[int, str, int]] = []
        """Start, text and role of what was written, each character one cell wide."""
        self._odd: dict[int, Span] = {}
        """By start, texts whose characters are not all one cell wide."""

    def lay(self, raster: Raster, role: str, dot: str = ".") -> None:
        """Draw what is in a raster over the ground; `dot` as in `Raster.codes`."""
        above = raster.codes(dot)
        drawn = above != BLANK
        np.copyto(self._codes, above, where=drawn)
        np.copyto(self._roles, np.uint8(self._role(role)), where=drawn)

    def sign(self, column: int, row: int, text: str, role: str) -> bool:
        """A sign that shows whatever is there; False when it lies outside or would be cut."""
        size = _size(text)
        if not (0 <= row < self.height and 0 <= column <= self.width - size):
            return False
        self._write(row * self.width + column, text, role, size)
        return True

    def signs(self, wishes: Iterable[tuple[int, str, str]]) -> None:
        """Many signs that lie within the map, in this order: cell, text and role of each.

        A cell is its row times the width plus its column.
        """
        taken, texts, names = self._taken, self._texts, self._names
        for start, text, role in wishes:
            size = _size(text)
            if size == len(text) == 1 and not self._odd:
                taken[start] = 1
                texts.append((start, text, names.setdefault(role, len(names))))
            else:
                self._write(start, text, role, size)

    def label(self, column: int, row: int, text: str, role: str) -> bool:
        """A text where nothing else stands; False when there is no room."""
        size = _size(text)
        if not size or not (0 <= row < self.height and 0 <= column <= self.width - size):
            return False
        start = row * self.width + column
        if self._taken.find(1, start, start + size) >= 0:
            return False
        self._write(start, text, role, size)
        return True

    def names(self, wishes: Iterable[Name]) -> None:
        """Names of the ground, where there is room and no other name near."""
        for wish in wishes:
            size = _size(wish.text)
            for column, row in wish.places:
                if wish.sign:
                    if self._free(column, row, size + 1, margin=0):
                        self.sign(column, row, wish.sign, wish.role)
                        self.label(column + 1, row, wish.text, wish.role)
                        break
                    continue
                left = min(max(column - size // 2, 0), self.width - size)
                if self._free(left, row, size, wish.margin):
                    self._write(row * self.width + left, wish.text, wish.role, size)
                    self._keep_clear(left, row, size, wish.margin)
                    break

    def drawn(self) -> Drawn:
        """The finished frame."""
        self._write_texts()
        roles = self._inherited()
        odd = {start // self.width for start in self._odd}
        last = self._last
        if last is None or last.codes.shape != self._codes.shape:
            lines = self._lines(self._codes, roles)
        else:
            changed = ((self._codes != last.codes) | (roles != last.roles)).any(axis=1)
            changed[list(odd | last.odd)] = True
            which = np.flatnonzero(changed)
            lines = last.lines.copy()
            for row, line in zip(
                which.tolist(), self._lines(self._codes[which], roles[which]), strict=True
            ):
                lines[row] = line
        for row in odd:
            texts = {s % self.width: t for s, t in self._odd.items() if s // self.width == row}
            lines[row] = _spliced(lines[row], texts)
        return Drawn(self._names, self._codes, roles, odd, lines)

    def _lines(self, codes: Codes, roles: Roles) -> list[Line]:
        """Rows of cells as runs of one role."""
        text = codes.astype("<u4").tobytes().decode("utf-32-le")
        flat = roles.reshape(-1)
        cut = np.empty(flat.shape, np.bool_)
        np.not_equal(flat[1:], flat[:-1], out=cut[1:])
        cut[:: self.width] = True
        starts = np.flatnonzero(cut)
        names = list(self._names)
        places = [*starts.tolist(), len(text)]
        pieces = map(text.__getitem__, map(slice, places, places[1:]))
        spans = list(zip(pieces, map(names.__getitem__, flat[starts].tolist()), strict=True))
        ends = np.searchsorted(starts, np.arange(len(codes) + 1) * self.width).tolist()
        return [tuple(spans[a:b]) for a, b in pairwise(ends)]

    def _free(self, column: int, row: int, size: int, margin: int) -> bool:
        if not (0 <= row < self.height and 0 <= column <= self.width - size):
            return False
        first, last = row * self.width, (row + 1) * self.width
        start, end = first + max(column - 1, 0), min(first + column + size + 1, last)
        if self._taken.find(1, start, end) >= 0:
            return False
        return not margin or self._near.find(1, start, end) < 0

    def _keep_clear(self, column: int, row: int, size: int, margin: int) -> None:
        left, right = max(column - 1, 0), min(column + size + 1, self.width)
        for near in range(max(row - margin, 0), min(row + margin + 1, self.height)):
            start = near * self.width
            self._near[start + left : start + right] = b"\x01" * (right - left)

    def _write(self, start: int, text: str, role: str, size: int) -> None:
        self._taken[start : start + size] = b"\x01" * size
        if self._odd:
            for other in [s for s in self._odd if s < start + size]:
                if start < other + _size(self._odd[other][0]):
                    del self._odd[other]
        if size == len(text):
            self._texts.append((start, text, self._role(role)))
        else:
            self._texts.append((start, " " * size, self._role(role)))
            self._odd[start] = (text, role)

    def _write_texts(self) -> None:
        if not self._texts:
            return
        starts, texts, roles = zip(*self._texts, strict=True)
        count = len(texts)
        sizes = np.fromiter(map(len, texts), np.intp, count)
        first = np.fromiter(starts, np.intp, count) - np.cumsum(sizes) + sizes
        cells = np.repeat(first, sizes)
        cells += np.arange(len(cells))
        # where two overlap the later one wins, as NumPy assigns in order
        joined = np.frombuffer("".join(texts).encode("utf-32-le"), "<u4")
        self._codes.reshape(-1)[cells] = joined
        self._roles.reshape(-1)[cells] = np.repeat(np.fromiter(roles, np.uint8, count), sizes)

    def _role(self, name: str) -> int:
        return self._names.setdefault(name, len(self._names))

    def _inherited(self) -> Roles:
        """Roles; blanks have that of what is left of them, which makes fewer and longer runs."""
        taken = np.frombuffer(self._taken, np.bool_).reshape(self._codes.shape)
        blank = self._codes == BLANK
        blank &= ~taken
        own = np.arange(self.width * self.height).reshape(blank.shape)
        # a blank at the left edge keeps its own role, as it has nothing left of it in its row
        edge = own[:, :1].copy()
        np.copyto(own, edge, where=blank)
        np.maximum.accumulate(own, axis=1, out=own)
        roles = self._roles.reshape(-1).take(own)
        for name in _ROLES_WITH_GROUND:
            if name in self._names:
                roles[blank & (roles == self._names[name])] = self._names["plain"]
        return roles


@lru_cache(maxsize=4096)
def _size(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)


def _spliced(line: Line, texts: dict[int, Span]) -> Line:
    """The line with these texts in the places that were left blank for them."""
    cells = [(sign, role) for text, role in line for sign in text]
    done: list[Span] = []
    column = 0
    for start in sorted(texts):
        done += _joined(cells[column:start])
        done.append(texts[start])
        column = start + _size(texts[start][0])
    return tuple([*done, *_joined(cells[column:])])


def _joined(cells: list[Span]) -> list[Span]:
    runs: list[Span] = []
    for sign, role in cells:
        if runs and runs[-1][1] == role:
            runs[-1] = (runs[-1][0] + sign, role)
        else:
            runs.append((sign, role))
    return runs
