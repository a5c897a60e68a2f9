"""Phrases of the forms, in English and Spanish."""

from __future__ import annotations

from typing import Final

__all__ = ["FORM_PHRASES"]

FORM_PHRASES: Final[dict[str, tuple[str, str]]] = {
    "form_report": ("NEW REPORT", "INFORME NUEVO"),
    "form_continued": (
        "draft continued; Delete starts anew",
        "borrador retomado; Supr empieza de nuevo",
    ),
    "form_choose_kind": ("What do you see? Press its letter.", "¿Qué ve? Pulse su letra."),
    "form_kind": ("kind", "tipo"),
    "form_severity": ("severity", "gravedad"),
    "form_count": ("count", "cantidad"),
    "form_place": ("place", "lugar"),
    "form_precision": ("cell", "celda"),
    "form_activity": ("doing", "actividad"),
    "form_unit": ("unit", "unidad"),
    "form_equipment": ("with", "con"),
    "form_observed": ("seen", "visto"),
    "form_scope": ("for", "para"),
    "form_note": ("note", "nota"),
    "form_drill": ("drill", "simulacro"),
    "form_now": ("now", "ahora"),
    "form_ago": ("{count} min ago", "hace {count} min"),
    "form_unknown": ("not said", "sin decir"),
    "form_yes": ("YES, an exercise", "SÍ, un ejercicio"),
    "form_no": ("no, this is real", "no, esto es real"),
    "form_bytes_left": ("{count} bytes left", "quedan {count} bytes"),
    "form_too_long": ("{count} bytes too long", "sobran {count} bytes"),
    "place_cross": ("map crosshair, {words}", "cruz del mapa, {words}"),
    "place_own": ("your own position, {age} old, {words}", "su posición, de hace {age}, {words}"),
    "place_alert": ("where the selected alert is, {words}", "donde la alerta elegida, {words}"),
    "place_none": ("no place", "sin lugar"),
    "hint_kind": ("letter kind   Esc back", "letra tipo   Esc volver"),
    "hint_severity": (
        "1-4 severity   Enter continue   letters change the rest   Esc keep draft",
        "1-4 gravedad   Enter seguir   letras cambian el resto   Esc guarda borrador",
    ),
    "hint_count": (
        "digits count   Enter continue   letters change the rest   Esc keep draft",
        "dígitos cantidad   Enter seguir   letras cambian el resto   Esc guarda borrador",
    ),
    "hint_review": (
        "Enter SENDS   Backspace back   letters change   Esc keeps the draft",
        "Enter ENVÍA   Retroceso atrás   letras cambian   Esc guarda borrador",
    ),
    "hint_note": ("Enter done   Esc done", "Enter listo   Esc listo"),
    "hint_sending": ("sending to the daemon ...", "enviando al servicio ..."),
    "safety": (
        "Observe only. Stay safe. Leave when you must.",
        "Solo observe. Cuídese. Váyase si hace falta.",
    ),
    "never": (
        "Never names, faces, plates, addresses.",
        "Nunca nombres, caras, placas ni direcciones.",
    ),
    "looks_phone": ("looks like a phone number", "parece un teléfono"),
    "looks_email": ("looks like an e-mail address", "parece un correo"),
    "looks_plate": ("looks like a number plate", "parece una placa"),
    "looks_name": ("looks like a name", "parece un nombre"),
    "looks_address": ("looks like a street address", "parece una dirección"),
    "looks_leave_out": ("{what}: leave it out", "{what}: mejor no ponerlo"),
    "choose_verdict": ("VERDICT on {what}", "VEREDICTO sobre {what}"),
    "choose_retract": ("RETRACT {what}", "RETIRAR {what}"),
    "choose_checkin": ("CHECK-IN", "REPORTARSE"),
    "choose_hint": ("a key sends at once   Esc back", "una tecla envía ya   Esc volver"),
    "checkin_due": ("next check-in in {count} min", "próximo reporte en {count} min"),
    "checkin_never": ("no next check-in", "sin próximo reporte"),
    "checkin_hint": ("+ - change the time", "+ - cambian la hora"),
    "form_message": ("MESSAGE", "MENSAJE"),
    "message_to": ("to", "para"),
    "message_hint": (
        "Enter sends   Tab to whom   Ctrl+T urgent   Esc keeps the draft",
        "Enter envía   Tab a quién   Ctrl+T urgente   Esc guarda borrador",
    ),
    "message_empty": ("nothing is written yet", "todavía no hay texto"),
}
