"""Which street, area or point a feature is, from its OSM tags or its tile's attributes. Pure.

Sources: the OSM wiki's pages "Key:highway", "Key:railway" and "Map features"; the layer schemas of
Mapbox Streets v7/v8, OpenMapTiles 3, Protomaps 3/4 and Shortbread 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

from meshdefense.streets.streets import AreaKind, PointKind, RoadClass

__all__ = [
    "BRIDGE", "LABEL_LAYERS", "ONE_WAY", "ROAD_LAYERS", "TUNNEL", "Tags", "area_kind", "flags_of",
    "point_kind", "road_class", "tile_area", "tile_flags", "tile_point", "tile_road",
]  # fmt: skip

ONE_WAY: Final = 1
BRIDGE: Final = 2
TUNNEL: Final = 4

_ROADS: Final = {
    "motorway": RoadClass.MOTORWAY, "motorway_link": RoadClass.MOTORWAY,
    "trunk": RoadClass.TRUNK, "trunk_link": RoadClass.TRUNK,
    "primary": RoadClass.PRIMARY, "primary_link": RoadClass.PRIMARY,
    "secondary": RoadClass.SECONDARY, "secondary_link": RoadClass.SECONDARY,
    "tertiary": RoadClass.TERTIARY, "tertiary_link": RoadClass.TERTIARY,
    "residential": RoadClass.RESIDENTIAL, "unclassified": RoadClass.RESIDENTIAL,
    "living_street": RoadClass.RESIDENTIAL, "road": RoadClass.RESIDENTIAL,
    "service": RoadClass.SERVICE, "pedestrian": RoadClass.SERVICE, "busway": RoadClass.SERVICE,
    "track": RoadClass.PATH, "footway": RoadClass.PATH, "path": RoadClass.PATH,
    "cycleway": RoadClass.PATH, "steps": RoadClass.PATH, "bridleway": RoadClass.PATH,
}  # fmt: skip
_RAILS: Final = frozenset({"rail", "light_rail", "subway", "tram", "narrow_gauge", "monorail"})
_TILE_ROADS: Final = {
    **_ROADS,
    **dict.fromkeys(_RAILS, RoadClass.RAIL),
    "street": RoadClass.RESIDENTIAL, "street_limited": RoadClass.RESIDENTIAL,
    "minor": RoadClass.RESIDENTIAL, "minor_road": RoadClass.RESIDENTIAL,
    "main": RoadClass.PRIMARY, "major_road": RoadClass.PRIMARY, "highway": RoadClass.MOTORWAY,
    "link": RoadClass.TERTIARY, "major_rail": RoadClass.RAIL, "minor_rail": RoadClass.RAIL,
    "transit": RoadClass.RAIL, "railway": RoadClass.RAIL,
}  # fmt: skip
ROAD_LAYERS: Final = frozenset({"road", "transportation", "roads", "streets"})
LABEL_LAYERS: Final = frozenset({"road_label", "transportation_name", "street_labels"})
_CLASS_KEYS: Final = (
    "kind_detail", "pmap:kind_detail", "type", "class", "kind", "pmap:kind", "highway", "subclass",
)  # fmt: skip
"""The most exact first."""
_WATER_LAYERS: Final = frozenset({"water", "ocean", "water_polygons"})
_BUILDING_LAYERS: Final = frozenset({"building", "buildings"})
_GROUND_LAYERS: Final = frozenset({"landuse", "landcover", "park", "land", "sites"})
_POINT_LAYERS: Final = frozenset({"poi", "pois", "poi_label"})
_PLACE_LAYERS: Final = frozenset({"place", "places", "place_label", "place_labels"})
_STATION_LAYERS: Final = frozenset({"rail_station_label", "transit_stop_label"})
_GREEN: Final = frozenset({
    "park", "wood", "forest", "cemetery", "garden", "recreation_ground", "playground",
    "national_park", "nature_reserve", "village_green", "common", "grave_yard", "golf_course",
})  # fmt: skip
_WET: Final = frozenset({"water", "bay", "riverbank", "reservoir", "basin", "dock"})
_POINTS: Final = {
    "hospital": PointKind.HOSPITAL, "clinic": PointKind.HOSPITAL,
    "school": PointKind.SCHOOL, "university": PointKind.SCHOOL, "college": PointKind.SCHOOL,
    "kindergarten": PointKind.SCHOOL,
    "station": PointKind.STATION, "halt": PointKind.STATION, "bus_station": PointKind.STATION,
    "ferry_terminal": PointKind.STATION, "railway": PointKind.STATION,
    "pharmacy": PointKind.PHARMACY, "fire_station": PointKind.FIRE_STATION,
    "community_centre": PointKind.COMMUNITY, "social_facility": PointKind.COMMUNITY,
    "library": PointKind.COMMUNITY, "townhall": PointKind.COMMUNITY,
    "social_centre": PointKind.COMMUNITY, "place_of_worship": PointKind.COMMUNITY,
    "police": PointKind.OTHER, "marketplace": PointKind.OTHER, "museum": PointKind.OTHER,
    "stadium": PointKind.OTHER, "mall": PointKind.OTHER, "square": PointKind.OTHER,
    "courthouse": PointKind.OTHER, "theatre": PointKind.OTHER, "park": PointKind.OTHER,
}  # fmt: skip
_PLACES: Final = frozenset({
    "neighbourhood", "suburb", "quarter", "city_block", "borough", "village", "town", "hamlet",
    "city", "locality", "macrohood", "island",
})  # fmt: skip
_PUBLIC: Final = frozenset({"hospital", "school", "university", "college", "clinic"})
_YES: Final = frozenset({"yes", "true", "1", "-1"})


class Tags(Protocol):
    """Keys and values of a feature: a dictionary, or what osmium has."""

    def get(self, key: str, /) -> Any:
        """The value, or None."""


def road_class(tags: Tags) -> RoadClass | None:
    """The class of an OSM way, or None for what is no street, path or rail in use."""
    highway = tags.get("highway")
    if highway is not None:
        return _ROADS.get(highway)
    return RoadClass.RAIL if tags.get("railway") in _RAILS else None


def flags_of(tags: Tags) -> int:
    """One-way, bridge and tunnel of an OSM way, as bits."""
    flags = ONE_WAY if tags.get("oneway") in _YES else 0
    if _set(tags.get("bridge")):
        flags |= BRIDGE
    return flags | TUNNEL if _set(tags.get("tunnel")) else flags


def tile_flags(attributes: Mapping[str, Any]) -> int:
    """The same of a line in a tile's road layer."""
    level = attributes.get("structure") or attributes.get("brunnel")
    flags = ONE_WAY if str(attributes.get("oneway")).lower() in _YES else 0
    if level == "bridge" or _set(attributes.get("bridge")):
        flags |= BRIDGE
    if level == "tunnel" or _set(attributes.get("tunnel")):
        flags |= TUNNEL
    return flags


def _set(value: object) -> bool:
    return value is not None and str(value).lower() not in ("no", "false", "0", "")


def area_kind(tags: Tags) -> AreaKind | None:
    """What an OSM area is filled as, or None."""
    if tags.get("natural") in _WET or tags.get("landuse") in _WET or tags.get("waterway") in _WET:
        return AreaKind.WATER
    if tags.get("amenity") in _PUBLIC:
        return AreaKind.PUBLIC
    if _set(tags.get("building")):
        return AreaKind.BUILDING
    for key in ("leisure", "landuse", "natural"):
        if tags.get(key) in _GREEN:
            return AreaKind.PARK
    return None


def point_kind(tags: Tags) -> PointKind | None:
    """What an OSM feature is as a point, or None."""
    for key in ("amenity", "railway", "public_transport", "tourism", "leisure", "shop"):
        value = tags.get(key)
        if value is not None and value in _POINTS and value != "park":
            return _POINTS[value]
    place = tags.get("place")
    if place == "square":
        return PointKind.OTHER
    return PointKind.NEIGHBOURHOOD if place in _PLACES else None


def tile_road(attributes: Mapping[str, Any]) -> RoadClass | None:
    """The class of a line in a tile's road layer, or None."""
    for key in _CLASS_KEYS:
        value = attributes.get(key)
        if isinstance(value, str):
            found = _TILE_ROADS.get(value.partition(":")[0])
            if found is not None:
                return found
    return None


def tile_area(layer: str, attributes: Mapping[str, Any]) -> AreaKind | None:
    """What a polygon of a tile is filled as, or None."""
    if layer in _WATER_LAYERS:
        return AreaKind.WATER
    if layer in _BUILDING_LAYERS:
        return AreaKind.BUILDING
    if layer not in _GROUND_LAYERS:
        return None
    for value in _values(attributes):
        if value in _PUBLIC:
            return AreaKind.PUBLIC
        if value in _GREEN:
            return AreaKind.PARK
        if value in _WET:
            return AreaKind.WATER
    return None


def tile_point(layer: str, attributes: Mapping[str, Any]) -> PointKind | None:
    """What a point of a tile is, or None."""
    if layer in _PLACE_LAYERS:
        return PointKind.NEIGHBOURHOOD if _PLACES.intersection(_values(attributes)) else None
    if layer in _STATION_LAYERS:
        return PointKind.STATION
    if layer in _POINT_LAYERS:
        for value in _values(attributes):
            if value in _POINTS:
                return _POINTS[value]
    return None


def _values(attributes: Mapping[str, Any]) -> list[str]:
    found = (attributes.get(key) for key in (*_CLASS_KEYS, "maki"))
    return [value.lower().replace(" ", "_") for value in found if isinstance(value, str)]
