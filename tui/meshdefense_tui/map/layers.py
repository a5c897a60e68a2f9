"""What the map can show or hide. Pure."""

from __future__ import annotations

from enum import Flag, auto
from typing import Final

__all__ = ["LAYER_KEYS", "SHOWN_AT_FIRST", "Layer"]


class Layer(Flag):
    """Each is shown or hidden by itself; patrols and alerts are always there."""

    STREETS = auto()
    NAMES = auto()
    AREAS = auto()
    POINTS = auto()
    TRAILS = auto()
    RINGS = auto()
    GRID = auto()
    """Drawn without being asked for where there are no streets: never an empty map."""
    AGES = auto()


LAYER_KEYS: Final = (
    ("s", Layer.STREETS),
    ("n", Layer.NAMES),
    ("w", Layer.AREAS),
    ("p", Layer.POINTS),
    ("t", Layer.TRAILS),
    ("r", Layer.RINGS),
    ("g", Layer.GRID),
    ("d", Layer.AGES),
)
"""The key of each in the chooser, the same in both languages. `a` acknowledges an SOS there."""

SHOWN_AT_FIRST: Final = ~Layer.GRID
