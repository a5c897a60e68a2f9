"""Places in words: the nearest corner, distance and bearing from the area's origin.

A distance is never more exact than the cell that was signed: within a cell of 1 km, 1,234 m
is "1 km"; and the corner of a coarse place is only "around" it. Without a street pack there is
no corner, and no I/O.
"""

from __future__ import annotations

import math
from typing import Protocol

from rich.cells import cell_len

from meshdefense.api.parts_schema import PlaceRow
from meshdefense_tui.look import Look
from meshdefense_tui.map.geometry import east_north

__all__ = [
    "Corners",
    "bearing_and_distance",
    "metres",
    "place_words",
    "place_words_within",
    "position_text",
]


class Corners(Protocol):
    """Who knows the corners; a StreetSource does."""

    def corner(self, place: PlaceRow, origin: PlaceRow | None, language: str) -> str:
        """The place by its nearest corner; empty where none is near."""


def bearing_and_distance(origin: PlaceRow, place: PlaceRow) -> tuple[float, float]:
    """Degrees clockwise from north, and metres, from `origin` to `place`."""
    east, north = east_north(origin["lat"], origin["lon"], place["lat"], place["lon"])
    return math.degrees(math.atan2(east, north)) % 360, math.hypot(east, north)


def metres(length: float, precision_m: float = 10) -> str:
    """A length in two or three figures: 80 m, 1.2 km, 14 km."""
    step = max(1.0, precision_m)
    rounded = round(length / step) * step
    if rounded < 1000:
        return f"{rounded:.0f} m"
    kilometres = f"{rounded / 1000:.1f}" if rounded < 10_000 else f"{rounded / 1000:.0f}"
    return f"{kilometres.removesuffix('.0')} km"


def place_words(
    place: PlaceRow | None, origin: PlaceRow | None, look: Look, corners: Corners | None = None
) -> str:
    """Kaivokatu / Mikonkatu, 1.2 km NE; without `corners` 1.2 km NE alone.

    "At the origin" within its own cell of it; says so when there is no place.
    """
    if place is None:
        return look.say("no_place")
    if origin is None:
        return position_text(place)
    bearing, distance = bearing_and_distance(origin, place)
    precision = max(10, place["precision_m"])
    corner = corners.corner(place, origin, look.language) if corners is not None else ""
    if distance < precision:
        far = look.say("at_origin")
    else:
        far = f"{metres(distance, precision)} {look.compass(bearing)}"
    return f"{corner}, {far}" if corner else far


def place_words_within(
    width: int,
    place: PlaceRow | None,
    origin: PlaceRow | None,
    look: Look,
    corners: Corners | None,
) -> str:
    """The same with the corner where that fits `width` cells, and without it where not."""
    words = place_words(place, origin, look, corners)
    return words if cell_len(words) <= width else place_words(place, origin, look)


def position_text(place: PlaceRow) -> str:
    """Degrees with no more digits than the cell deserves: 40.7128 -74.0060."""
    digits = 5 if place["precision_m"] < 10 else 4 if place["precision_m"] < 100 else 3
    return f"{place['lat']:.{digits}f} {place['lon']:.{digits}f}"
