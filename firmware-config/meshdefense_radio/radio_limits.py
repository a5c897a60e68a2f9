"""What fits into a radio, as the firmware's `.options` files and `MeshTypes.h` have it."""

from __future__ import annotations

from typing import Final

__all__ = [
    "ADMIN_KEYS_MAX",
    "CANNED_MESSAGES_BYTES",
    "CHANNELS",
    "CHANNEL_NAME_BYTES",
    "HOP_LIMIT_DEFAULT",
    "HOP_LIMIT_MAX",
    "LONG_NAME_BYTES",
    "SHORT_NAME_BYTES",
]

CHANNELS: Final = 8
CHANNEL_NAME_BYTES: Final = 11
LONG_NAME_BYTES: Final = 24
"""Firmware 2.8 cuts longer names (`MAX_LONG_NAME_BYTES` in meshUtils.h); before it, 39 fitted."""
SHORT_NAME_BYTES: Final = 4
HOP_LIMIT_MAX: Final = 7
HOP_LIMIT_DEFAULT: Final = 3
ADMIN_KEYS_MAX: Final = 3
CANNED_MESSAGES_BYTES: Final = 200
