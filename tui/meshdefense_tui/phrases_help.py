"""What the keys do: short for the key row, long for the help."""

from __future__ import annotations

from typing import Final

from meshdefense.catalogue import Text

__all__ = ["HELP_PHRASES"]

HELP_PHRASES: Final[dict[str, Text]] = {
    "help_title": "KEYS",
    "help_close": "up, down scroll; any other key closes",
    "help_act": "Act",
    "help_alarm": "From every screen",
    "help_move": "Move",
    "help_map": "Map (when it has the focus: title marked)",
    "help_signs": "Signs",
    "key_report": "report",
    "key_verdict": "verdict",
    "key_ack": "ack",
    "key_checkin": "check-in",
    "key_write": "write",
    "key_map": "map",
    "key_help": "help",
    "key_detail": "detail",
    "key_retract": "retract",
    "key_back": "back",
    "long_report": "report what you see",
    "long_verdict": "verdict on the alert, then c n e u",
    "long_ack": "acknowledge alert or message",
    "long_retract": "retract an alert of your own",
    "long_checkin": "check in: ok, need help, ...",
    "long_write": "write a message",
    "long_mesh": "health of the mesh",
    "long_detail": "all about the selected alert",
    "long_newest": "jump to the newest alert",
    "long_ended": "show or hide ended alerts",
    "long_lines": "up, down in a list",
    "long_pages": "page, first, last",
    "long_panels": "next panel",
    "long_map": "map, and back",
    "long_help": "this help",
    "long_leave": "leave (twice); the daemon stays",
    "long_pan": "move the map",
    "long_far": "move by half a map",
    "long_zoom": "nearer, farther",
    "long_fit": "fit everything",
    "long_origin": "back to the origin",
    "long_glyphs": "dots, blocks or ASCII",
}
