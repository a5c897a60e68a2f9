"""Lines of text with roles: what a view hands to a widget. Pure.

A role names why something looks as it does ("critical", "quiet"); `palette` decides how.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len

from meshdefense_tui.text_fit import fit, wrap

__all__ = [
    "Line",
    "Span",
    "beside",
    "blank",
    "edges",
    "fill",
    "hint_lines",
    "line_width",
    "plain",
    "spread",
]

Span = tuple[str, str]
"""A text and its role."""
Line = tuple[Span, ...]


def plain(line: Line) -> str:
    """The text alone."""
    return "".join(text for text, _ in line)


def line_width(line: Line) -> int:
    """Cells that the line takes."""
    return sum(cell_len(text) for text, _ in line)


def beside(left: Sequence[Line], right: Sequence[Line], width: int) -> list[Line]:
    """Two columns; the right one begins at cell `width`, or behind a longer left line."""
    joined: list[Line] = []
    for at in range(max(len(left), len(right))):
        one = left[at] if at < len(left) else ()
        other = right[at] if at < len(right) else ()
        gap = " " * max(width - line_width(one), 1)
        joined.append((*one, (gap, "plain"), *other))
    return joined


def blank(width: int) -> Line:
    """An empty line of `width` cells."""
    return ((" " * width, "plain"),)


def fill(line: Iterable[Span], width: int, ellipsis: str = "…") -> Line:
    """The line in exactly `width` cells: cut with an ellipsis, or filled up with spaces."""
    done: list[Span] = []
    left = width
    for text, role in line:
        size = cell_len(text)
        if size > left:
            cut = fit(text, left, ellipsis)
            done.append((cut, role))
            left -= cell_len(cut)
            break
        if text:
            done.append((text, role))
            left -= size
    if left > 0:
        done.append((" " * left, "plain"))
    return tuple(done)


def edges(left: Iterable[Span], right: Sequence[Span], width: int, ellipsis: str = "…") -> Line:
    """`left` at the left edge, `right` at the right one; `left` is what gets cut."""
    right_width = sum(cell_len(text) for text, _ in right)
    if right_width >= width:
        return fill(right, width, ellipsis)
    room = width - right_width - 1
    return (*fill(left, max(room, 0), ellipsis), (" ", "plain"), *right)


def spread(parts: Sequence[Span], width: int, gap: str = "  ", ellipsis: str = "…") -> Line:
    """As many of `parts` as fit, in order, `gap` between them; the first one is always there."""
    done: list[Span] = []
    used = 0
    for text, role in parts:
        if not text:
            continue
        size = cell_len(text) + (cell_len(gap) if done else 0)
        if done and used + size > width:
            continue
        if done:
            done.append((gap, "plain"))
        done.append((text, role))
        used += size
    if used > width and done:
        done = [(fit(done[0][0], width, ellipsis), done[0][1])]
    return tuple(done)


def hint_lines(text: str, width: int) -> list[Line]:
    """A hint on one line with its gaps where it fits, else on as many as it needs."""
    parts = [text] if cell_len(text) <= width else wrap(text, width)
    return [((part, "quiet"),) for part in parts]
