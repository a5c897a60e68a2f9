"""Phrases of the map, its layers and its search."""

from __future__ import annotations

from typing import Final

from meshdefense.catalogue import Text

__all__ = ["MAP_PHRASES"]

MAP_PHRASES: Final[dict[str, Text]] = {
    "map_following": "following {name}",
    "map_not_following": "The map follows nobody now.",
    "map_nobody": "No patrol with a position to follow.",
    "map_no_alert": "No alert on this part of the map.",
    "map_no_place": "The selected alert has no place.",
    "map_pin": "pin",
    "map_pinned": "Pin: {words}. Only here, not sent.",
    "map_unpinned": "Pin removed.",
    # layers
    "layers_title": "MAP LAYERS",
    "layers_hint": "letter shows or hides   Esc back",
    "layers_pack": "streets from: {title}",
    "layers_no_pack": "no streets for this place: meshdefense map import FILE",
    "layer_on": "shown",
    "layer_off": "hidden",
    "layer_streets": "streets and rails",
    "layer_names": "names",
    "layer_areas": "water, parks and buildings",
    "layer_points": "hospitals, schools, stations",
    "layer_trails": "where patrols were, 2 hours",
    "layer_rings": "rings of distance",
    "layer_grid": "grid",
    "layer_ages": "ages of old places",
    # search
    "search_title": "FIND A PLACE",
    "search_hint": "street, corner (5th & Main) or place   Enter shows it   Esc back",
    "search_none": "Nothing of that name on this map.",
    "search_no_pack": ("There is no street map of this place, so nothing can be found in it."),
    # help
    "long_next_alert": "next alert in view, or the selected",
    "long_centre": "centre on the selected alert",
    "long_follow": "follow a patrol; again the next one",
    "long_pin": "put or remove your pin",
    "long_layers": "layers, and who made the map",
    "long_search": "find a street, corner or place",
}
