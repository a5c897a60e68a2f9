"""Measurements over time as one row of signs, the newest at the right. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from meshdefense_tui.look import Look
from meshdefense_tui.series import Sample

__all__ = ["sparkline"]

_UNICODE: Final = "▁▂▃▄▅▆▇█"
_ASCII: Final = "_.-=+*%#"


def sparkline(
    samples: Iterable[Sample],
    look: Look,
    *,
    now: float,
    span_s: float,
    cells: int,
    low: float,
    high: float,
) -> str:
    """`cells` signs for the last `span_s` seconds before `now`.

    A cell shows the highest of its measurements between `low` and `high`; values beyond these
    are shown as these. A cell without one is blank: nothing is drawn that was not measured.
    """
    levels = _ASCII if look.glyphs.ellipsis.isascii() else _UNICODE
    tops: dict[int, float] = {}
    for at, value in samples:
        back = now - at
        if 0 <= back <= span_s:
            cell = cells - 1 - min(int(back / span_s * cells), cells - 1)
            tops[cell] = max(value, tops.get(cell, value))
    return "".join(
        levels[_level(tops[cell], low, high, len(levels))] if cell in tops else " "
        for cell in range(cells)
    )


def _level(value: float, low: float, high: float, levels: int) -> int:
    share = min(max((value - low) / (high - low), 0.0), 1.0)
    return min(int(share * levels), levels - 1)
