"""Phrases of the mesh's health."""

from __future__ import annotations

from typing import Final

from meshdefense.catalogue import Text

__all__ = ["MESH_PHRASES"]

MESH_PHRASES: Final[dict[str, Text]] = {
    "mesh": "mesh",
    "mesh_none": "Nothing is known of the mesh yet.",
    "mesh_airtime": "airtime, last hour",
    "mesh_ceiling": "{used} of {ceiling} s, without SOS",
    "mesh_held_back": "held back: {names}: {reason}",
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
    "mesh_in_step_n": "{count} in step",
    "mesh_nobody": "nobody was heard directly",
    "mesh_in_step": "in step",
    "mesh_differs": "differs",
    "mesh_unknown": "not known",
    "mesh_gaps": "missing",
    "mesh_no_gaps": "nothing known to be missing",
    "mesh_gap": "{count} from {name}",
    "mesh_waiting": "waiting",
    "mesh_no_waiting": "nothing",
    "mesh_more": "and {count} more",
    "mesh_hint": "up, down scroll   Esc back",
    # why something waits: in English as the daemon says it
    "reason_busy": "the channel is busy ({value} %)",
    "reason_class": "airtime of its class is used up",
    "reason_node": "this node's airtime is used up",
    "reason_duty": "the region's duty cycle is used up",
    "reason_none": "this node has no radio",
    "reason_searching": "no radio found",
    "reason_connecting": "the radio is connecting",
    "reason_silent": "the radio is silent",
    "reason_refused": "the radio cannot be used",
}
