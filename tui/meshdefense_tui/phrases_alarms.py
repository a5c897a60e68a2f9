"""Phrases of alarms, themes, the settings of the screens, big and jump mode."""

from __future__ import annotations

from typing import Final

from meshdefense.catalogue import Text

__all__ = ["ALARM_PHRASES"]

ALARM_PHRASES: Final[dict[str, Text]] = {
    # alarms
    "notice_critical": "MeshDefense: critical alert",
    "notice_sos": "MeshDefense: SOS",
    "notice_overdue": "MeshDefense: patrol overdue",
    "overdue_alarm": "OVERDUE {name} {age}",
    "alarm_alert": "CRITICAL {kind}, {place}, {age}",
    "alarm_locked": "ALARM: unlock to see it",
    "alarm_taken": "alarm acknowledged by {name}",
    "alarm_silenced": ("silenced; this key did nothing else: a acknowledges, Z snoozes 5 min"),
    "alarm_snoozed": ("no sound for 5 min or until the next alarm; it still waits for a word"),
    "alarm_none": "no alarm sounds",
    "z_snoozes": "Z snoozes",
    # themes and settings
    "theme_now": "theme {name}",
    "theme_only": "this terminal shows one theme only",
    "settings_no_toml": ("screens.toml is no TOML: {detail}. Defaults count, the file stays."),
    "settings_no_table": (
        'screens.toml: "{name}" has to be a table, [{name}]. The file stays as it is.'
    ),
    "settings_unknown": (
        'screens.toml: no setting "{name}"; the nearest is "{near}". The file stays as it is.'
    ),
    "settings_bad_value": (
        'screens.toml: {name} cannot be "{value}"; it may be {may}. The file stays as it is.'
    ),
    "settings_key_taken": (
        'screens.toml: {name} cannot be "{value}": that key has a meaning already.'
    ),
    "settings_unreadable": (
        "screens.toml cannot be read: {detail}. Defaults count, the file stays."
    ),
    "settings_not_saved": "set for now, NOT written down: {detail}",
    # big and jump mode, ticker
    "big_open": "open",
    "big_critical": "critical",
    "big_overdue": "OVERDUE",
    "big_due": "{name} due",
    "big_late": "{name} LATE",
    "big_call": "SOS",
    "ticker_none": "no alerts",
    "long_theme": "next theme: dark, light, red ...",
    "long_big": "big mode, and back",
    "long_setup": "first run, again",
    "long_jump": "jump: a letter for each panel",
    "long_snooze": "no alarm sound for 5 minutes",
    "key_big_back": "normal",
    "key_snooze": "snooze",
}
