"""Phrases of the mesh's health."""

from __future__ import annotations

from typing import Final

from meshdefense.catalogue import Plural, Text

__all__ = ["MESH_PHRASES"]

MESH_PHRASES: Final[dict[str, Text]] = {
    "mesh": "mesh",
    "mesh_none": "Nothing is known of the mesh yet.",
    "mesh_airtime": "airtime, last hour",
    "mesh_ceiling": "{used} of {ceiling} s, without SOS",
    "mesh_held_back": "{reason}; held back: {names}",
    "class_sos": "SOS",
    "class_confirmed": "confirmed alert",
    "class_alert": "alert",
    "class_check_in": "check-in",
    "class_repair": "repair",
    "class_notice": "message",
    "class_position": "position",
    "class_digest": "digest",
    "class_long": "long report",
    "mesh_neighbours": "neighbours",
    "mesh_heard_n": Plural(
        "{count} heard directly, {same} held the same",
        "{count} heard directly, {same} held the same",
    ),
    "mesh_legend": (
        "compared: what each said last that it holds, with what was held here; it may have been "
        "heard since"
    ),
    "mesh_compared": "compared {age} ago",
    "mesh_nobody": "nobody was heard directly",
    "mesh_in_step": "held the same then",
    "mesh_in_step_short": "same",
    "mesh_differs": "differed then",
    "mesh_differs_short": "differed",
    "mesh_unknown": "not known",
    "mesh_gaps": "missing",
    "mesh_no_gaps": "nothing known to be missing",
    "mesh_gap": "{count} from {name}",
    "mesh_waiting": "waiting",
    "mesh_no_waiting": "nothing",
    "mesh_more": "and {count} more",
    "lines_below": Plural("{count} line more", "{count} lines more"),
}
