"""What a member does, in the reader's language; codes stay English where they are typed. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from meshdefense_tui.look import Look

__all__ = ["role_words"]

_PHRASES: Final = {
    "recipient": "role_recipient",
    "reporter": "role_reporter",
    "patrol": "role_patrol",
    "verifier": "role_verifier",
    "responder": "role_responder",
    "dispatch": "role_dispatch",
    "organizer": "role_organizer",
    "relay": "role_relay",
}


def role_words(roles: Iterable[str], look: Look) -> str:
    """The roles in words; one of a newer version as it came."""
    return ", ".join(look.say(_PHRASES[role]) if role in _PHRASES else role for role in roles)
