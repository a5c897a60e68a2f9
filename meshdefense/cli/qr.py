"""Print a QR code in the terminal, to be scanned off the screen.

A terminal gets black on white by colour codes, so that the code is the right way round on dark
and on light grounds alike. What is no terminal gets plain characters: dark is ink, as on paper.
Two modules share a cell where the encoding has half blocks; otherwise a module takes two cells.
Quiet zone of 4 modules (ISO/IEC 18004, 6.3.8), 2 where the window is small.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, TextIO

from meshdefense.catalogue import tr

if TYPE_CHECKING:
    from segno import QRCode

__all__ = ["QrError", "print_qr", "qr_lines"]

Rows = Sequence[Sequence[bool]]
"""Modules of a code with its quiet zone; True is dark."""

_HALVES: Final = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
"""The cell of two modules, the upper one first."""
_DARK_ON_LIGHT: Final = "\x1b[0;30;47m"
_DARK: Final = "\x1b[40m  "
_LIGHT: Final = "\x1b[47m  "
_END: Final = "\x1b[0m"
_FITS: Final = (("M", 4), ("L", 4), ("L", 2))
"""Error correction and quiet zone, the best first: 15 % or 7 % of the code may be hidden."""
_SCROLLS: Final = 1
"""Lines that the prompt takes after it."""


class QrError(ValueError):
    """No code can be shown here; the message says why, `hint` what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def print_qr(text: str, stream: TextIO) -> None:
    """Print `text` as a QR code. Raises QrError where the window is too small, or `text` too long.

    Text in capitals, digits and " $%*+-./:" makes the smallest codes.
    """
    blocks = _has_blocks(stream)
    window = _window(stream)
    if window is None:
        lines = list(qr_lines(_rows(text, *_FITS[0]), blocks=blocks, colours=False))
    else:
        rows = _fitting(text, window, blocks=blocks)
        lines = list(qr_lines(rows, blocks=blocks, colours=os.environ.get("TERM") != "dumb"))
    stream.write("\n".join(lines) + "\n")
    stream.flush()


def qr_lines(rows: Rows, *, blocks: bool, colours: bool) -> Iterator[str]:
    """The code as lines; `colours` are ANSI codes for black on white, each line on its own."""
    if not blocks:
        dark, light, end = (_DARK, _LIGHT, _END) if colours else ("##", "  ", "")
        for row in rows:
            yield "".join(dark if module else light for module in row) + end
        return
    start, end = (_DARK_ON_LIGHT, _END) if colours else ("", "")
    for at in range(0, len(rows), 2):
        upper = rows[at]
        lower = rows[at + 1] if at + 1 < len(rows) else [False] * len(upper)
        cells = (_HALVES[pair] for pair in zip(upper, lower, strict=True))
        yield f"{start}{''.join(cells)}{end}"


def _fitting(text: str, window: os.terminal_size, *, blocks: bool) -> Rows:
    """The best code that the window holds."""
    columns = lines = 0
    for error, border in _FITS:
        rows = _rows(text, error, border)
        columns = len(rows[0]) * (1 if blocks else 2)
        lines = ((len(rows) + 1) // 2 if blocks else len(rows)) + _SCROLLS
        if columns <= window.columns and lines <= window.lines:
            return rows
    raise QrError(
        tr(
            "the code needs a window of {columns} columns and {lines} lines, this one has "
            "{has_columns} and {has_lines}",
            columns=columns,
            lines=lines,
            has_columns=window.columns,
            has_lines=window.lines,
        ),
        tr("make the window larger or its letters smaller, or use a file instead"),
    )


def _rows(text: str, error: str, border: int) -> Rows:
    return [[bool(module) for module in row] for row in _code(text, error).matrix_iter(1, border)]


def _code(text: str, error: str) -> QRCode:
    import segno  # only who shows a code waits for it

    try:
        return segno.make_qr(text, error=error, boost_error=False)
    except (segno.DataOverflowError, UnicodeEncodeError) as problem:
        raise QrError(tr("that text does not fit a QR code"), tr("use a file instead")) from problem


def _has_blocks(stream: TextIO) -> bool:
    try:
        "".join(_HALVES.values()).encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _window(stream: TextIO) -> os.terminal_size | None:
    """Cells of the terminal behind `stream`; None for a pipe or a file.

    COLUMNS and LINES go first, as everywhere.
    """
    if not stream.isatty():
        return None
    try:
        found = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):  # a stand-in without a descriptor
        found = os.terminal_size((0, 0))
    told = [os.environ.get(name, "") for name in ("COLUMNS", "LINES")]
    columns, lines = (int(text) if text.isdecimal() and text.isascii() else 0 for text in told)
    return os.terminal_size((columns or found.columns or 80, lines or found.lines or 24))
