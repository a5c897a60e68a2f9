"""Sizes and times of protocol version 1, each with its reason. Bytes and seconds."""

from __future__ import annotations

from typing import Final

__all__ = [
    "FIRST_POSITION_KIND",
    "FIRST_ROSTER_KIND",
    "FRAME_MAX",
    "FRAME_OVERHEAD",
    "FRAME_TARGET",
    "HEADER_SIZE",
    "INCARNATION_MAX",
    "ITEM_MAX",
    "ITEM_MIN",
    "KEY_SIZE",
    "LATE_LIFETIME_S",
    "LIFETIME_MAX_S",
    "LIFETIME_UNIT_S",
    "LIVES_MAX",
    "LONG_TEXT_MAX",
    "NETWORK_ID_SIZE",
    "NOTE_MAX",
    "NOTICE_TEXT_MAX",
    "ROSTER_INCARNATION",
    "SEQUENCE_MAX",
    "SIGNATURE_SIZE",
    "TIME_UNIT_S",
]

FRAME_MAX: Final = 200
"""Hard limit: Meshtastic carries 231 B of PRIVATE_APP; the rest is room for other bearers."""
FRAME_TARGET: Final = 165
"""Largest payload that firmware 2.8 still signs itself; STRICT meshes drop larger ones."""
FRAME_OVERHEAD: Final = 17
"""Type byte and synthetic IV."""
SIGNATURE_SIZE: Final = 64
KEY_SIZE: Final = 32
"""An Ed25519 public key."""
HEADER_SIZE: Final = 9
ITEM_MIN: Final = HEADER_SIZE + SIGNATURE_SIZE
ITEM_MAX: Final = FRAME_MAX - FRAME_OVERHEAD
NETWORK_ID_SIZE: Final = 16
TIME_UNIT_S: Final = 4
"""uint24 of these reaches two years past the charter's date."""
SEQUENCE_MAX: Final = (1 << 18) - 1
INCARNATION_MAX: Final = (1 << 6) - 1
"""As the header can say it. From ROSTER_INCARNATION on they belong to the roster stream."""
ROSTER_INCARNATION: Final = 32
LIVES_MAX: Final = ROSTER_INCARNATION - 1
"""How often a member's state can be restored."""
FIRST_ROSTER_KIND: Final = 32
"""Kinds from here on to FIRST_POSITION_KIND are organizers' decisions and never expire."""
FIRST_POSITION_KIND: Final = 48
"""Kinds from here on count in the position stream, also those that nobody knows yet."""
NOTE_MAX: Final = 60
"""Bytes of UTF-8 in a report's note: short on purpose, a note is where people write names."""
NOTICE_TEXT_MAX: Final = 70
"""The longest text that keeps a notice within FRAME_TARGET."""
LONG_TEXT_MAX: Final = 1500
"""Bytes of UTF-8 in a long report: eleven fragments, about 18 s of LongFast."""
LIFETIME_UNIT_S: Final = 600
LIFETIME_MAX_S: Final = 24 * 3600
"""Nothing that people report lives longer: harm reduction."""
LATE_LIFETIME_S: Final = 1800
"""How long something is shown that by its claimed time was over on arrival."""
CLOCK_TOLERANCE_S: Final = 3600.0
"""A claimed time further in the future than this is shown as uncertain."""
