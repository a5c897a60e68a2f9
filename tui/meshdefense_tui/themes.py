"""The schemes of colours: which ink each role has on which ground, and the frames around them.

Every text has a contrast of 4.5:1 or more on its ground and under the cursor (WCAG 2.2), lines
and fills of the map 2:1 in dark and light. Night-red keeps eyes used to the dark: red is the
only channel that is lit, no colour has more than 35 % of the luminance of white (the brightest
red has 21 %), and since red cannot be bright, texts have 3:1. What only a hue told apart
elsewhere is there told by sign and word, as on a grey screen.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from rich.color import Color, ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color as TextualColor
from textual.filter import LineFilter
from textual.theme import Theme

from meshdefense_tui.palette import DARK, ColourDepth, Palette, Scheme
from meshdefense_tui.settings import THEME_NAMES

__all__ = ["HIGH_CONTRAST", "LIGHT", "NIGHT_RED", "SCHEMES", "RedOnly", "css_variables",
           "next_theme", "offered", "palette_of", "textual_themes"]  # fmt: skip

LIGHT: Final = Scheme(
    name="light",
    ground="#f6f8fa",
    cursor_ground="#dde7f2",
    ink="#24292f",
    stale="#5a626b",
    frame="#8c959f",
    accent="#0550ae",
    roles={
        "plain": "#24292f",
        "quiet": "#525a63",
        "strong": "bold #0b0f14",
        "title": "#0a4c86",
        "title_focus": "bold #0b0f14",
        "key": "bold #0550ae",
        "critical": "bold #a8201a",
        "high": "bold #844600",
        "medium": "#665500",
        "low": "#1b5583",
        "good": "#0a6143",
        "warn": "#844600",
        "bad": "bold #a8201a",
        "alarm": "bold #ffffff on #a8201a",
        "drill": "bold #ffffff on #8e3a73",
        "selected": "bold #ffffff on #0550ae",
        "patrol": "#0b5199",
        "own": "bold #0a6143",
        "grid": "#a3abb5",
        "ring": "#8a949f",
        "area": "#8e3a73",
        "cross": "bold #665500",
        "park": "#79a987",
        "water": "#7ba6cf",
        "building": "#a89f8c",
        "rail": "#9484ab",
        "path": "#a3abb5",
        "street": "#8a949f",
        "road": "#6f7985",
        "main": "#3f4650",
        "trail": "#2b7fb0",
        "street_name": "#444c56",
        "main_name": "#24292f",
        "area_name": "#2a6138",
        "point": "#5f3f99",
        "credit": "#525a63",
    },
)
HIGH_CONTRAST: Final = Scheme(
    name="high-contrast",
    ground="#000000",
    cursor_ground="#12233a",
    ink="#ffffff",
    stale="#c8c8c8",
    frame="#ffffff",
    accent="#ffff00",
    roles={
        **DARK.roles,
        "plain": "#ffffff",
        "quiet": "#d8d8d8",
        "strong": "bold #ffffff",
        "title": "#b8dcff",
        "title_focus": "bold #ffffff",
        "key": "bold #7fd0ff",
        "critical": "bold #ff9c85",
        "high": "bold #ffbf3f",
        "medium": "#ffff5c",
        "low": "#b8dcff",
        "good": "#5ff0c0",
        "warn": "#ffbf3f",
        "bad": "bold #ff9c85",
        "alarm": "bold #000000 on #ff9c85",
        "drill": "bold #000000 on #f0a8d0",
        "selected": "bold #000000 on #ffff00",
        "patrol": "#7fd0ff",
        "own": "bold #5ff0c0",
        "grid": "#6a6a6a",
        "ring": "#9a9a9a",
        "area": "#f0a8d0",
        "cross": "bold #ffff00",
        "street_name": "#d8d8d8",
        "main_name": "#ffffff",
        "area_name": "#b0e0bd",
        "point": "#d8c8f5",
        "credit": "#d8d8d8",
    },
)
_RED: Final[dict[str, str]] = {
    "plain": "#d80000",
    "quiet": "#c80000",
    "strong": "bold #ff0000",
    "title": "#d80000",
    "title_focus": "bold #ff0000",
    "key": "bold #f00000",
    "critical": "bold #ff0000",
    "high": "bold #f00000",
    "medium": "#e00000",
    "low": "#c80000",
    "good": "#d80000",
    "warn": "bold #e80000",
    "bad": "bold #ff0000",
    "alarm": "bold #000000 on #ff0000",
    "drill": "bold underline #000000 on #c80000",
    "selected": "bold #000000 on #e00000",
    "patrol": "#e80000",
    "own": "bold #f00000",
    "grid": "#500000",
    "ring": "#780000",
    "area": "#c80000",
    "cross": "bold #ff0000",
    "park": "#480000",
    "water": "#580000",
    "building": "#500000",
    "rail": "#680000",
    "path": "#580000",
    "street": "#780000",
    "road": "#980000",
    "main": "#b80000",
    "trail": "#900000",
    "street_name": "#c80000",
    "main_name": "#d80000",
    "area_name": "#c80000",
    "point": "#c80000",
    "credit": "#c80000",
}
NIGHT_RED: Final = Scheme(
    name="night-red",
    ground="#000000",
    cursor_ground="#200000",
    ink="#d80000",
    stale="#c80000",
    frame="#600000",
    accent="#b00000",
    roles=_RED,
)
SCHEMES: Final[dict[str, Scheme]] = {
    scheme.name: scheme for scheme in (DARK, LIGHT, NIGHT_RED, HIGH_CONTRAST)
}
"""Those of true colours; `ansi` and `mono` are what the terminal's own scheme is."""


def offered(depth: ColourDepth) -> tuple[str, ...]:
    """The themes that a terminal of this depth can show, the first one is its default."""
    if depth is ColourDepth.MONO:
        return ("mono",)
    if depth is ColourDepth.ANSI:
        return ("ansi", "mono")
    return THEME_NAMES


def next_theme(name: str, depth: ColourDepth) -> str:
    """The one after it."""
    names = offered(depth)
    return names[(names.index(name) + 1) % len(names)] if name in names else names[0]


def palette_of(name: str, depth: ColourDepth) -> Palette:
    """The styles of a theme; the terminal's default for one that it cannot show."""
    name = name if name in offered(depth) else offered(depth)[0]
    if name == "mono":
        return Palette(ColourDepth.MONO)
    if name == "ansi":
        return Palette(ColourDepth.ANSI)
    return Palette(ColourDepth.TRUE, SCHEMES[name])


def css_variables(scheme: Scheme) -> dict[str, str]:
    """What app.tcss calls the grounds and frames."""
    return {
        "md-ground": scheme.ground,
        "md-ink": scheme.ink,
        "md-frame": scheme.frame,
        "md-accent": scheme.accent,
    }


def textual_themes() -> list[Theme]:
    """The same for Textual's own widgets: entries, scroll bars, and the variables of app.tcss."""
    return [
        Theme(
            name=f"meshdefense-{scheme.name}",
            primary=scheme.accent,
            secondary=scheme.accent,
            accent=scheme.accent,
            foreground=scheme.ink,
            background=scheme.ground,
            surface=scheme.ground,
            panel=scheme.cursor_ground,
            dark=scheme is not LIGHT,
            variables=css_variables(scheme),
        )
        for scheme in SCHEMES.values()
    ]


class RedOnly(LineFilter):
    """The last thing before the terminal: whatever is drawn, green and blue stay dark."""

    def apply(self, segments: list[Segment], background: TextualColor) -> list[Segment]:
        """The segments in red."""
        return [
            Segment(text, None if style is None else _red_style(style), control)
            for text, style, control in segments
        ]


@lru_cache(maxsize=1024)
def _red_style(style: Style) -> Style:
    ink, ground = _red(style.color), _red(style.bgcolor)
    if ink == style.color and ground == style.bgcolor:
        return style
    return style.without_color + Style(color=ink, bgcolor=ground)


def _red(colour: Color | None) -> Color | None:
    if colour is None:
        return None
    if colour.type is ColorType.DEFAULT:
        return None
    red, green, blue = colour.get_truecolor()
    if not green and not blue:
        return colour
    lit = (0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue)) ** (1 / 2.2)
    return Color.from_rgb(round(255 * min(lit, 1.0)), 0, 0)


def _linear(channel: int) -> float:
    return float((channel / 255) ** 2.2)
