"""Every mode and every action that a person can call, in one list: keys, palette and help read it.

Pure. Keys are the same in all languages, words are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["BIG", "COMMANDS", "MODES", "Command", "ModeEntry", "mode_of_letter"]

BIG: Final = "big"
"""The mode that has no number: `G` leads to it, and back."""


@dataclass(frozen=True, slots=True)
class ModeEntry:
    """One mode: `F` and its number, or `g` and its letter, lead to it."""

    name: str
    letter: str
    number: int
    words: str
    """Key of the phrase."""
    also: str = ""
    """Key of a phrase with further words by which the palette finds it; never shown."""


MODES: Final = (
    ModeEntry("dashboard", "d", 1, "mode_dashboard"),
    ModeEntry("alerts", "a", 2, "mode_alerts"),
    ModeEntry("report", "n", 3, "mode_report"),
    ModeEntry("verify", "v", 4, "mode_verify"),
    ModeEntry("patrols", "p", 5, "mode_patrols"),
    ModeEntry("messages", "m", 6, "mode_messages"),
    ModeEntry("mesh", "h", 7, "mode_mesh"),
    ModeEntry("radios", "r", 8, "mode_radios"),
    ModeEntry("log", "l", 9, "mode_log"),
)
"""The report form is a window over whichever mode is there, so that nothing is lost behind it."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something to do, from wherever one is."""

    key: str
    """As it is shown."""
    action: str
    """Of Textual: what the key's binding runs, with the screen as the default namespace."""
    words: str
    """Key of the phrase."""
    also: str = ""
    """Key of a phrase with further words by which the palette finds it; never shown."""


COMMANDS: Final = (
    Command("r", "app.report", "long_report"),
    Command("v", "app.verdict", "long_verdict"),
    Command("a", "acknowledge", "long_ack"),
    Command("x", "app.retract", "long_retract"),
    Command("c", "app.checkin", "long_checkin"),
    Command("w", "app.write", "long_write"),
    Command(".", "newest", "long_newest"),
    Command("[", "screen.scrub(-1)", "long_replay"),
    Command("]", "screen.scrub(1)", "long_replay_later"),
    Command("B", "app.library", "long_library"),
    Command("N", "app.theme", "long_theme"),
    Command("G", "app.big", "long_big"),
    Command("' ;", "app.jump", "long_jump"),
    Command("Z", "app.snooze", "long_snooze"),
    Command("--setup", "app.setup", "long_setup"),
    Command("?", "app.help", "long_help"),
    Command("Ctrl+G", "app.sos", "long_sos"),
    Command("Ctrl+L", "app.lock", "long_lock"),
    Command("q q", "app.leave", "long_leave"),
)


def mode_of_letter(letter: str) -> ModeEntry | None:
    """The mode that `g` and this letter lead to."""
    return next((one for one in MODES if one.letter == letter.casefold()), None)
