"""A corner, and what a search finds, in the words of people. English and Spanish. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["AROUND_M", "Corner", "corner_words", "kind_words"]

AROUND_M: Final = 250
"""A place this coarse, in metres, is worded as an area: its corner is only the nearest one."""
_NEAR_M: Final = 50
"""From here on the place may lie on the next corner: no distance is named."""
_AT_M: Final = 30
"""So near to a crossing, or to the middle of a street, one stands on it."""
_COMPASS: Final = {
    "en": ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"),
    "es": ("norte", "noreste", "este", "sureste", "sur", "suroeste", "oeste", "noroeste"),
}
_TEXTS: Final = {
    "en": {
        "around": "around {at}", "near": "near {at}", "off": "{metres} m {way} of {at}",
        "beside": "{street} near {other}",
    },
    "es": {
        "around": "alrededor de {at}", "near": "cerca de {at}",
        "off": "a {metres} m al {way} de {at}", "beside": "{street} cerca de {other}",
    },
}  # fmt: skip
_KINDS: Final = {
    "street": ("street", "calle"),
    "crossing": ("crossing", "esquina"),
    "numbers": ("house numbers", "números de casa"),
    "hospital": ("hospital", "hospital"),
    "school": ("school", "escuela"),
    "station": ("station", "estación"),
    "pharmacy": ("pharmacy", "farmacia"),
    "fire_station": ("fire station", "bomberos"),
    "community": ("community place", "centro comunitario"),
    "neighbourhood": ("neighbourhood", "barrio"),
    "other": ("place", "lugar"),
    "water": ("water", "agua"),
    "park": ("park", "parque"),
    "building": ("building", "edificio"),
    "public": ("public ground", "terreno público"),
}


@dataclass(frozen=True, slots=True)
class Corner:
    """The crossing or street that a place is described by."""

    street: str
    other: str | None
    """The crossing street; None where only one street is near."""
    distance_m: float
    """From the crossing, or from the nearest point of the street, to the place."""
    bearing: float
    """From there to the place: degrees clockwise from north, 0 to 360."""
    on_street: bool
    """Whether the place lies on `street`, within the width of one."""
    lat: float
    lon: float
    """Of the crossing or the nearest point of the street, in degrees."""


def corner_words(corner: Corner, language: str, precision_m: float) -> str:
    """A place beside `corner`, as said aloud: "Kaivokatu / Mikonkatu", "Kaivokatu near Mikonkatu".

    `language` is "en" or "es". `precision_m` is the size of the place's cell: what is coarser
    than 50 m is "near", from 250 m on "around" and never more than that.
    """
    texts = _TEXTS[language]
    at = corner.street if corner.other is None else f"{corner.street} / {corner.other}"
    if precision_m >= AROUND_M:
        return texts["around"].format(at=at)
    if precision_m >= _NEAR_M:
        return texts["near"].format(at=at)
    if corner.distance_m <= max(_AT_M, precision_m):
        return at
    if corner.on_street and corner.other is not None:
        return texts["beside"].format(street=corner.street, other=corner.other)
    way = _COMPASS[language][round(corner.bearing / 45) % 8]
    metres = round(corner.distance_m / 10) * 10
    return texts["off"].format(metres=metres, way=way, at=at)


def kind_words(kind: str, language: str) -> str:
    """What a search found, in "en" or "es"; `kind` is that of `Found`."""
    return _KINDS[kind][language == "es"]
