"""QR codes as shapes."""

from __future__ import annotations

from typing import Final

from meshdefense.provisioning.drawing.shapes import Modules

__all__ = ["qr_code"]

_QUIET: Final = 4
"""Modules that stay white around a code (ISO/IEC 18004, 6.3.8)."""


def qr_code(text: str, x: float, y: float, side: float, *, error: str = "M") -> Modules:
    """A code in a square of `side` mm, its quiet zone of 4 modules included.

    `error` is how much may be hidden: L 7 %, M 15 %, Q 25 %. Raises ValueError for text too long.
    """
    import segno  # only who draws a code waits for it

    try:
        code = segno.make_qr(text, error=error, boost_error=False)
    except segno.DataOverflowError as problem:
        raise ValueError("that text does not fit a QR code") from problem
    rows = tuple(tuple(bool(module) for module in row) for row in code.matrix)
    module = side / (len(rows) + 2 * _QUIET)
    edge = _QUIET * module
    return Modules(x + edge, y + edge, len(rows) * module, rows)
