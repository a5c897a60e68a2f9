"""How a role looks: true colours, the terminal's own sixteen, or none at all.

Colour never says anything that a word or a shape beside it does not say as well. The colours
are those of Okabe and Ito, lightened where the contrast on the dark ground was below 4.5:1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final

from rich.style import Style

from meshdefense_tui.palette_map import MAP_ANSI, MAP_MONO, MAP_TRUE_COLOURS

__all__ = ["CURSOR_GROUND", "DARK", "GROUND", "TRUE_COLOURS", "ColourDepth", "Palette", "Scheme"]

GROUND: Final = "#0d1117"
"""The ground that app.tcss gives to everything in the dark scheme."""
CURSOR_GROUND: Final = "#1f2a38"
_STALE: Final = "#8b949e"

TRUE_COLOURS: Final[dict[str, str]] = {
    "plain": "#d0d7de",
    "quiet": "#8b949e",
    "strong": "bold #f0f6fc",
    "title": "#8fb8de",
    "title_focus": "bold #f0f6fc",
    "key": "bold #56b4e9",
    "critical": "bold #ff7b5c",
    "high": "bold #e69f00",
    "medium": "#f0e442",
    "low": "#8fb8de",
    "good": "#2fc79a",
    "warn": "#e69f00",
    "bad": "bold #ff7b5c",
    "alarm": "bold #0d1117 on #ff7b5c",
    "drill": "bold #0d1117 on #cc79a7",
    "selected": "bold #0d1117 on #f0e442",
    "patrol": "#56b4e9",
    "own": "bold #2fc79a",
    "grid": "#3d4858",
    "ring": "#5f7390",
    "area": "#cc79a7",
    "cross": "bold #f0e442",
    **MAP_TRUE_COLOURS,
}
_ANSI: Final[dict[str, str]] = {
    "plain": "default",
    "quiet": "cyan",
    "strong": "bold default",
    "title": "cyan",
    "title_focus": "bold default",
    "key": "bold cyan",
    "critical": "bold red",
    "high": "bold yellow",
    "medium": "yellow",
    "low": "cyan",
    "good": "green",
    "warn": "bold yellow",
    "bad": "bold red",
    "alarm": "bold reverse red",
    "drill": "bold reverse magenta",
    "selected": "bold reverse yellow",
    "patrol": "cyan",
    "own": "bold green",
    "grid": "blue",
    "ring": "blue",
    "area": "magenta",
    "cross": "bold yellow",
    **MAP_ANSI,
}
_MONO: Final[dict[str, str]] = {
    "strong": "bold",
    "title": "underline",
    "title_focus": "bold underline",
    "key": "bold",
    "critical": "bold",
    "high": "bold",
    "bad": "bold",
    "alarm": "bold reverse",
    "drill": "bold reverse",
    "selected": "bold reverse",
    "own": "bold",
    "cross": "bold",
    **MAP_MONO,
}
_LOUD: Final = frozenset({"alarm", "drill"})
"""What stays as it is when everything else is dimmed."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """Colours of one theme, as #rrggbb; `themes` has the others."""

    name: str
    ground: str
    cursor_ground: str
    ink: str
    """Of what has no role."""
    stale: str
    """Of everything that may no longer be so."""
    frame: str
    accent: str
    """Frames of windows, and of what has the focus."""
    roles: Mapping[str, str]
    """Words of a rich style by role."""


DARK: Final = Scheme(
    name="dark",
    ground=GROUND,
    cursor_ground=CURSOR_GROUND,
    ink="#d0d7de",
    stale=_STALE,
    frame="#30363d",
    accent="#56b4e9",
    roles=TRUE_COLOURS,
)


class ColourDepth(Enum):
    """What the terminal can show, or may."""

    TRUE = "true"
    ANSI = "ansi"
    """The sixteen colours of the terminal's own scheme, on its own ground."""
    MONO = "mono"
    """NO_COLOR: bold, reverse and underline only."""


class Palette:
    """Styles of one colour depth and scheme, by role."""

    def __init__(self, depth: ColourDepth, scheme: Scheme = DARK) -> None:
        """`scheme` is for true colours only."""
        self.depth, self.scheme = depth, scheme
        self._words = {
            ColourDepth.TRUE: scheme.roles,
            ColourDepth.ANSI: _ANSI,
            ColourDepth.MONO: _MONO,
        }[depth]
        self.style = lru_cache(maxsize=256)(self._style)

    def _style(self, role: str, stale: bool = False, cursor: bool = False) -> Style:
        """The style of `role`; `stale` for what may no longer be so, `cursor` under the cursor."""
        style = Style.parse(self._words.get(role, self._words.get("plain", "none")))
        if stale and role not in _LOUD:
            style = (
                Style.parse(self.scheme.stale)
                if self.depth is ColourDepth.TRUE
                else Style(dim=True, reverse=style.reverse)
            )
        if not cursor:
            return style
        if self.depth is not ColourDepth.TRUE:
            # what is reversed by itself stands out of a reversed row by not being so
            reverse = (self.depth is ColourDepth.MONO) != bool(style.reverse)
            return style + Style(bold=True, reverse=reverse)
        # dark words on a ground of their own would be lost on the dark ground of the cursor
        return style if style.bgcolor else style + Style(bgcolor=self.scheme.cursor_ground)
