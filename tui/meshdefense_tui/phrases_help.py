"""What the keys do, in English and Spanish: short for the key row, long for the help."""

from __future__ import annotations

from typing import Final

__all__ = ["HELP_PHRASES"]

HELP_PHRASES: Final[dict[str, tuple[str, str]]] = {
    "help_title": ("KEYS", "TECLAS"),
    "help_close": (
        "up, down scroll; any other key closes",
        "subir y bajar desplazan; otra tecla cierra",
    ),
    "help_act": ("Act", "Actuar"),
    "help_alarm": ("From every screen", "Desde toda pantalla"),
    "help_move": ("Move", "Moverse"),
    "help_map": ("Map (when it has the focus: title marked)", "Mapa (con el foco: título marcado)"),
    "help_signs": ("Signs", "Signos"),
    "key_report": ("report", "informar"),
    "key_verdict": ("verdict", "veredicto"),
    "key_ack": ("ack", "acuse"),
    "key_checkin": ("check-in", "reportarse"),
    "key_write": ("write", "escribir"),
    "key_map": ("map", "mapa"),
    "key_help": ("help", "ayuda"),
    "key_detail": ("detail", "detalle"),
    "key_retract": ("retract", "retirar"),
    "key_back": ("back", "volver"),
    "long_report": ("report what you see", "informar lo que ve"),
    "long_verdict": (
        "verdict on the selected alert, then c n e u",
        "veredicto sobre la alerta, luego c n e u",
    ),
    "long_ack": ("acknowledge alert or message", "acusar recibo de alerta o mensaje"),
    "long_retract": ("retract an alert of your own", "retirar una alerta propia"),
    "long_checkin": ("check in: ok, need help, ...", "reportarse: bien, necesito ayuda, ..."),
    "long_write": ("write a message", "escribir un mensaje"),
    "long_mesh": ("health of the mesh", "estado de la malla"),
    "long_detail": ("all about the selected alert", "todo sobre la alerta elegida"),
    "long_newest": ("jump to the newest alert", "ir a la alerta más nueva"),
    "long_ended": ("show or hide ended alerts", "mostrar u ocultar alertas terminadas"),
    "long_lines": ("up, down in a list", "subir, bajar en una lista"),
    "long_pages": ("page, first, last", "página, primera, última"),
    "long_panels": ("next panel", "panel siguiente"),
    "long_map": ("map, and back", "mapa, y volver"),
    "long_help": ("this help", "esta ayuda"),
    "long_leave": ("leave (twice); the daemon stays", "salir (dos veces); el servicio sigue"),
    "long_pan": ("move the map", "mover el mapa"),
    "long_far": ("move by half a map", "mover medio mapa"),
    "long_zoom": ("nearer, farther", "acercar, alejar"),
    "long_fit": ("fit everything", "mostrar todo"),
    "long_origin": ("back to the origin", "volver al origen"),
    "long_target": ("centre on the selected alert", "centrar en la alerta elegida"),
    "long_glyphs": ("dots, blocks or ASCII", "puntos, bloques o ASCII"),
}
