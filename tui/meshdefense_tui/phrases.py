"""Every phrase of the screens in English and Spanish. Codes have theirs in the protocol's lists.

Keys of the keyboard stay the same in both languages. A `{name}` is filled by `phrase`.
"""

from __future__ import annotations

from typing import Final

from meshdefense_tui.phrases_forms import FORM_PHRASES
from meshdefense_tui.phrases_help import HELP_PHRASES
from meshdefense_tui.phrases_mesh import MESH_PHRASES
from meshdefense_tui.phrases_trust import TRUST_PHRASES

__all__ = ["LANGUAGES", "PHRASES", "phrase"]

LANGUAGES: Final = ("en", "es")

_SCREEN_PHRASES: Final[dict[str, tuple[str, str]]] = {
    # panels
    "alerts": ("alerts", "alertas"),
    "patrols": ("patrols", "patrullas"),
    "messages": ("messages", "mensajes"),
    "map": ("map", "mapa"),
    "new_chip": ("{count} new, press .", "{count} nuevas, pulse ."),
    "no_alerts": ("No alerts.", "No hay alertas."),
    "no_alerts_hint": ("r reports what you see.", "r informa lo que usted ve."),
    "no_patrols": (
        "Nobody has checked in or sent a position.",
        "Nadie se ha reportado ni envió posición.",
    ),
    "no_messages": ("No messages. w writes one.", "No hay mensajes. w escribe uno."),
    "no_data": ("Waiting for the daemon ...", "Esperando al servicio ..."),
    # status row
    "critical_n": ("critical {count}", "críticas {count}"),
    "high_n": ("high {count}", "altas {count}"),
    "medium_n": ("medium {count}", "medias {count}"),
    "low_n": ("low {count}", "bajas {count}"),
    "to_verify_n": ("to verify {count}", "por verificar {count}"),
    "overdue_n": ("OVERDUE {count}", "ATRASADAS {count}"),
    "quiet_now": ("no open alerts", "sin alertas abiertas"),
    "drill": ("DRILL", "SIMULACRO"),
    # banner
    "daemon_silent": ("DAEMON SILENT {age}", "SERVICIO SIN RESPUESTA {age}"),
    "data_as_of": ("what you see is from {time}", "lo que ve es de las {time}"),
    "never_heard": ("nothing was heard from it yet", "aún no se sabe nada de él"),
    "looking": ("looking for it again", "se le sigue buscando"),
    "disk_trouble": ("STORE TROUBLE: {detail}", "FALLA DEL ALMACÉN: {detail}"),
    # alerts
    "yes_n": ("{count} yes", "{count} sí"),
    "no_n": ("{count} no", "{count} no"),
    "unsure_n": ("{count} unsure", "{count} sin saber"),
    "you": ("you:", "usted:"),
    "asking": ("asking the daemon ...", "consultando al servicio ..."),
    "read_by_n": ("read by {count}", "leída por {count}"),
    "time_uncertain": ("time uncertain", "hora incierta"),
    "newer": ("from a newer version", "de una versión más nueva"),
    "no_place": ("no place", "sin lugar"),
    "at_origin": ("at the origin", "en el origen"),
    "compass": ("N NE E SE S SW W NW", "N NE E SE S SO O NO"),
    "by": ("by {name}", "de {name}"),
    # patrols
    "due_in": ("due in {age}", "en {age}"),
    "overdue_by": ("OVERDUE {age}", "ATRASO {age}"),
    "no_due": ("no check-in", "sin reporte"),
    "seen_ago": ("heard {age} ago", "oída hace {age}"),
    "position_ago": ("position {age} ago", "posición hace {age}"),
    "no_position": ("no position", "sin posición"),
    "battery_n": ("battery {count} %", "batería {count} %"),
    # messages
    "to_you": ("you", "usted"),
    "urgent": ("URGENT", "URGENTE"),
    "long_whole": ("long report", "informe largo"),
    "long_parts": ("long report {have}/{of} parts", "informe largo {have}/{of} partes"),
    "long_about": ("about {what}", "sobre {what}"),
    "message_gone": ("This message is gone.", "Este mensaje ya no está."),
    # radio
    "radio": ("radio", "radio"),
    "radio_none": ("none: nothing leaves this computer", "no hay: nada sale de este equipo"),
    "radio_searching": ("NOT FOUND, searching", "NO APARECE, buscando"),
    "radio_connecting": ("connecting", "conectando"),
    "radio_ready": ("ready", "lista"),
    "radio_silent": ("SILENT", "SIN RESPUESTA"),
    "radio_refused": ("REFUSED", "RECHAZADA"),
    "channel_busy": ("channel {value} % busy", "canal {value} % ocupado"),
    "air_time": ("on air {value} %", "al aire {value} %"),
    "outbox_n": ("{count} own not heard yet", "{count} propios sin oírse"),
    "radio_queue": ("radio queue {used}/{size}", "cola del radio {used}/{size}"),
    "nodes_n": ("{count} nodes", "{count} nodos"),
    "last_frame": ("heard {age} ago", "oído hace {age}"),
    "missing_one": ("1 missing", "falta 1"),
    "missing_n": ("{count} missing", "faltan {count}"),
    # delivery
    "delivery_queued": ("queued", "en cola"),
    "delivery_queued_at": ("queued {place}", "en cola, {place}"),
    "delivery_at_radio": ("at the radio", "en el radio"),
    "delivery_on_air": ("on air", "al aire"),
    "delivery_heard": ("heard by another radio", "oído por otro radio"),
    "delivery_held": ("held by others", "lo tienen otros"),
    "delivery_held_by": ("held by {counts}", "lo tienen {counts}"),
    "delivery_held_short": ("held {counts}", "tienen {counts}"),
    "held_count": ("{known} of {there} {group}", "{known} de {there} {group}"),
    "held_verifiers": ("verifiers", "verificadores"),
    "held_verifiers_one": ("verifier", "verificador"),
    "held_bases": ("bases", "bases"),
    "held_bases_one": ("base", "base"),
    "held_all": ("members", "miembros"),
    "held_all_one": ("member", "miembro"),
    "and": ("and", "y"),
    "delivery_unheard": ("not heard", "no se oyó"),
    "delivery_refused": ("the radio refused it", "el radio lo rechazó"),
    "delivery_expired": ("expired before it was heard", "caducó antes de ser oído"),
    "delivery_cancelled": ("cancelled before it was sent", "cancelado antes de enviarse"),
    "delivery_local": ("stored here only", "guardado solo aquí"),
    "delivery_newer": ("state not known here: {state}", "estado no conocido aquí: {state}"),
    "delivery_attempt": (", try {count}", ", intento {count}"),
    "delivery_retry": (", tries again {wait}", ", reintenta {wait}"),
    "wait_now": ("now", "ahora"),
    "wait_seconds": ("in {count} s", "en {count} s"),
    "wait_minutes": ("in {count} min", "en {count} min"),
    # answers
    "accepted": ("{label}: signed and stored", "{label}: firmado y guardado"),
    "cost": (" ({size} bytes, {seconds} s of air)", " ({size} bytes, {seconds} s de aire)"),
    "refused": ("{label} REFUSED: {reason}", "{label} RECHAZADO: {reason}"),
    "unanswered": ("{label} NOT CERTAIN: {reason}", "{label} INCIERTO: {reason}"),
    "not_sent": ("{label} NOT SENT: {reason}", "{label} NO ENVIADO: {reason}"),
    "no_daemon": ("no daemon answers", "el servicio no responde"),
    "daemon_left": (
        "the daemon went before it answered; look before you repeat",
        "el servicio se fue sin responder; mire antes de repetir",
    ),
    "select_first": ("select an alert first", "elija antes una alerta"),
    "not_yours": ("only its author can retract it", "solo su autor puede retirarla"),
    "yours": (
        "your own report: somebody else has to verify it",
        "es su propio informe: debe verificarlo otra persona",
    ),
    "new_alert": ("NEW {severity}: {kind}, {place}", "NUEVA {severity}: {kind}, {place}"),
    "now_verified": ("VERIFIED: {kind}, {place}", "VERIFICADA: {kind}, {place}"),
    "restored": (
        "Older state was put back: own numbers go on in a new series",
        "Se repuso un estado anterior: los números propios siguen en otra serie",
    ),
    "leave_again": ("press q again to leave", "pulse q otra vez para salir"),
    # labels of commands
    "cmd_report": ("report", "informe"),
    "cmd_verdict": ("verdict", "veredicto"),
    "cmd_retract": ("retraction", "retiro"),
    "cmd_message": ("message", "mensaje"),
    "cmd_checkin": ("check-in", "reporte"),
    "cmd_acknowledge": ("acknowledgement", "acuse"),
    # map
    "map_rings": ("rings {distance}", "anillos {distance}"),
    # alert detail
    "detail_place": ("place", "lugar"),
    "detail_within": ("a cell of {size}", "celda de {size}"),
    "detail_count": ("count", "cantidad"),
    "detail_doing": ("doing", "actividad"),
    "detail_unit": ("unit", "unidad"),
    "detail_equipment": ("with", "con"),
    "detail_note": ("note", "nota"),
    "detail_author": ("author", "autor"),
    "detail_times": ("times", "horas"),
    "detail_reported": ("reported {time}, {age} ago", "informada {time}, hace {age}"),
    "detail_observed": ("seen {time}", "vista {time}"),
    "detail_received": ("received {time}", "recibida {time}"),
    "detail_expires": ("ends in {age}", "termina en {age}"),
    "detail_ended": ("ended {age} ago", "terminó hace {age}"),
    "detail_retracted": ("retracted {time}", "retirada {time}"),
    "detail_scope": ("for", "para"),
    "detail_delivery": ("sent", "envío"),
    "detail_holders": ("held by", "lo tienen"),
    "holders_verifiers": ("verifiers: {names}", "verificadores: {names}"),
    "holders_bases": ("bases: {names}", "bases: {names}"),
    "holders_others": ("others: {names}", "otros: {names}"),
    "detail_long": ("reports", "informes"),
    "detail_readers": ("read by", "leída por"),
    "detail_verdicts": ("verdicts", "veredictos"),
    "detail_none": ("none yet", "ninguno aún"),
    "detail_gone": ("This alert is gone.", "Esta alerta ya no está."),
}

PHRASES: Final = {
    **_SCREEN_PHRASES,
    **FORM_PHRASES,
    **HELP_PHRASES,
    **MESH_PHRASES,
    **TRUST_PHRASES,
}


def phrase(key: str, language: str = "en", **values: object) -> str:
    """The phrase of `key`; English for a language that is not here. KeyError for no such key."""
    text = PHRASES[key][LANGUAGES.index(language) if language in LANGUAGES else 0]
    return text.format(**values) if values else text
