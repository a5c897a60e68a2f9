"""How the map's ground looks; `palette` adds these roles to its own.

Streets are told apart by brightness, the important ones brightest, so that a grey screen shows
the same order. Colour stays below that of alerts and patrols: the ground must never be what the
eye finds first. Names are texts and have a contrast of 4.5:1 on the dark ground; lines and
fills, which nobody has to read, have 2:1 or more.
"""

from __future__ import annotations

from typing import Final

__all__ = ["MAP_ANSI", "MAP_LINES", "MAP_MONO", "MAP_TRUE_COLOURS"]

MAP_TRUE_COLOURS: Final[dict[str, str]] = {
    "park": "#3a6b48",
    "water": "#2f6390",
    "building": "#5a5346",
    "rail": "#7b6a8e",
    "path": "#4b5563",
    "street": "#667180",
    "road": "#949eaa",
    "main": "#c9c0ad",
    "trail": "#3f8fbd",
    "street_name": "#a3adb8",
    "main_name": "#dfe5eb",
    "area_name": "#86b894",
    "point": "#bda9dc",
    "credit": "#8b949e",
}
MAP_ANSI: Final[dict[str, str]] = {
    "park": "green",
    "water": "blue",
    "building": "dim default",
    "rail": "dim magenta",
    "path": "dim default",
    "street": "dim default",
    "road": "default",
    "main": "bold default",
    "trail": "cyan",
    "street_name": "default",
    "main_name": "bold default",
    "area_name": "green",
    "point": "magenta",
    "credit": "cyan",
}
MAP_MONO: Final[dict[str, str]] = {"main": "bold", "main_name": "bold"}

MAP_LINES: Final = frozenset(
    {"park", "water", "building", "rail", "path", "street", "road", "main", "trail"}
)
"""Roles of lines and fills, which are no texts."""
