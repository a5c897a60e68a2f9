"""Names of the modes, and the words of going from one to another."""

from __future__ import annotations

from typing import Final

from meshdefense.catalogue import Plural, Text

__all__ = ["MODE_PHRASES"]

MODE_PHRASES: Final[dict[str, Text]] = {
    "mode_dashboard": "dashboard",
    "mode_alerts": "alerts in detail",
    "mode_report": "new report",
    "mode_verify": "verification queue",
    "mode_patrols": "patrols and muster",
    "mode_messages": "messages",
    "mode_mesh": "health of the mesh",
    "mode_radios": "radios",
    "mode_log": "log and replay",
    "help_here": "Here",
    "go_title": "GO TO",
    "palette_none": "Nothing has that name.",
    "palette_none_hint": "another word, or Esc closes",
    "key_space": "space",
    "palette_hint": Plural(
        "{count} found; up, down choose, Enter does it, Esc closes",
        "{count} found; up, down choose, Enter does it, Esc closes",
    ),
    "key_scroll": "scroll",
    "key_modes": "go to",
    "long_modes": "another screen: g and its letter",
    "long_palette": "everything by name",
}
