"""Phrases of the mesh's health, in English and Spanish."""

from __future__ import annotations

from typing import Final

__all__ = ["MESH_PHRASES"]

MESH_PHRASES: Final[dict[str, tuple[str, str]]] = {
    "mesh": ("mesh", "malla"),
    "mesh_none": ("Nothing is known of the mesh yet.", "Aún no se sabe nada de la malla."),
    "mesh_airtime": ("airtime, last hour", "tiempo al aire, última hora"),
    "mesh_ceiling": ("{used} of {ceiling} s, without SOS", "{used} de {ceiling} s, sin SOS"),
    "mesh_held_back": ("held back: {names}: {reason}", "retenido: {names}: {reason}"),
    "class_sos": ("SOS", "SOS"),
    "class_confirmed": ("confirmed alert", "alerta confirmada"),
    "class_alert": ("alert", "alerta"),
    "class_check_in": ("check-in", "reporte"),
    "class_repair": ("repair", "reparación"),
    "class_notice": ("message", "mensaje"),
    "class_position": ("position", "posición"),
    "class_digest": ("digest", "resumen"),
    "class_long": ("long report", "informe largo"),
    "mesh_neighbours": ("neighbours", "vecinos"),
    "mesh_in_step_n": ("{count} in step", "{count} al día"),
    "mesh_nobody": ("nobody was heard directly", "no se oyó a nadie directamente"),
    "mesh_in_step": ("in step", "al día"),
    "mesh_differs": ("differs", "difiere"),
    "mesh_unknown": ("not known", "no se sabe"),
    "mesh_gaps": ("missing", "faltan"),
    "mesh_no_gaps": ("nothing known to be missing", "no falta nada que se sepa"),
    "mesh_gap": ("{count} from {name}", "{count} de {name}"),
    "mesh_waiting": ("waiting", "en espera"),
    "mesh_no_waiting": ("nothing", "nada"),
    "mesh_more": ("and {count} more", "y {count} más"),
    "mesh_hint": ("up, down scroll   Esc back", "subir y bajar desplazan   Esc volver"),
    # why something waits: in English as the daemon says it
    "reason_busy": ("the channel is busy ({value} %)", "el canal está ocupado ({value} %)"),
    "reason_class": (
        "airtime of its class is used up",
        "se agotó el tiempo al aire de su clase",
    ),
    "reason_node": ("this node's airtime is used up", "se agotó el tiempo al aire de este nodo"),
    "reason_duty": (
        "the region's duty cycle is used up",
        "se agotó el ciclo de trabajo de la región",
    ),
    "reason_none": ("this node has no radio", "este nodo no tiene radio"),
    "reason_searching": ("no radio found", "no aparece el radio"),
    "reason_connecting": ("the radio is connecting", "el radio se está conectando"),
    "reason_silent": ("the radio is silent", "el radio no responde"),
    "reason_refused": ("the radio cannot be used", "el radio no se puede usar"),
}
