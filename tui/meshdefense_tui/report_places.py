"""Which places the report form offers, the likeliest first, each named in words. Pure."""

from __future__ import annotations

from typing import Final

from meshdefense.api.parts_schema import PlaceRow
from meshdefense_tui.clock import age
from meshdefense_tui.desk import Desk
from meshdefense_tui.draft import PlaceChoice
from meshdefense_tui.map.geometry import degrees
from meshdefense_tui.place_words import place_words

__all__ = ["CROSSHAIR_FRESH_S", "place_choices"]

CROSSHAIR_FRESH_S: Final = 60.0
"""A map moved longer ago was moved for another reason than this report."""


def place_choices(desk: Desk) -> list[PlaceChoice]:
    """The map's crosshair while it is fresh, then our own position; else no place at all.

    What is first is what a hurried person sends, so somebody else's place is never first.
    """
    crosshair, own = _crosshair(desk), _own(desk)
    fresh = desk.now - desk.crosshair_at <= CROSSHAIR_FRESH_S
    nothing = PlaceChoice(desk.look.say("place_none"))
    found = [choice for choice in (crosshair if fresh else None, own) if choice is not None]
    rest = [crosshair if not fresh else None, _alert(desk)]
    if not found:
        return [nothing, *(choice for choice in rest if choice is not None)]
    return [*found, *(choice for choice in rest if choice is not None), nothing]


def _crosshair(desk: Desk) -> PlaceChoice | None:
    origin = desk.model.origin
    if desk.crosshair is None or origin is None:
        return None
    lat, lon = degrees(origin["lat"], origin["lon"], *desk.crosshair)
    words = place_words(PlaceRow(lat=lat, lon=lon, precision_m=10), origin, desk.look, desk.streets)
    return PlaceChoice(desk.look.say("place_cross", words=words), lat, lon)


def _own(desk: Desk) -> PlaceChoice | None:
    row = desk.model.own_patrol
    if row is None or row["place"] is None:
        return None
    at = row["place_at"] if row["place_at"] is not None else row["last_seen"]
    words = desk.where(row["place"])
    said = desk.look.say("place_own", age=age(desk.now - at), words=words)
    return PlaceChoice(said, row["place"]["lat"], row["place"]["lon"])


def _alert(desk: Desk) -> PlaceChoice | None:
    row = desk.alert
    if row is None or row["place"] is None:
        return None
    words = desk.where(row["place"])
    said = desk.look.say("place_alert", words=words)
    return PlaceChoice(said, row["place"]["lat"], row["place"]["lon"])
