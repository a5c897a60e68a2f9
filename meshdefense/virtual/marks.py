"""What names a channel on the air: its name and key, as radios complete them.

Radios with equal marks can read each other. Sources in the firmware: `getKey`, `getName` and
`generateHash` in `Channels.cpp`, `DisplayFormatters::getModemPresetDisplayName`.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from operator import xor
from typing import Any, Final

from meshtastic.protobuf import channel_pb2, config_pb2

from meshdefense.air.packets import Packet

__all__ = ["channel_key", "channel_name", "full_key", "hash_in", "mark_of", "sealed"]

DEFAULT_PSK: Final = bytes.fromhex("d4f1bb3a20290759f0bcffabcf4e6901")  # public
KEY_SIZES: Final = (16, 32)  # AES-128, AES-256
Role = channel_pb2.Channel.Role
Preset = config_pb2.Config.LoRaConfig.ModemPreset
DISPLAYED: Final = {
    Preset.SHORT_TURBO: "ShortTurbo",
    Preset.SHORT_SLOW: "ShortSlow",
    Preset.SHORT_FAST: "ShortFast",
    Preset.MEDIUM_SLOW: "MediumSlow",
    Preset.MEDIUM_FAST: "MediumFast",
    Preset.LONG_SLOW: "LongSlow",
    Preset.LONG_FAST: "LongFast",
    Preset.LONG_MODERATE: "LongMod",
    Preset.LONG_TURBO: "LongTurbo",
}


def full_key(psk: bytes) -> bytes:
    """Return the key that a channel's setting stands for; empty: nothing is encrypted."""
    if len(psk) == 1:
        index = psk[0]
        last = (DEFAULT_PSK[-1] + index - 1) & 0xFF
        return DEFAULT_PSK[:-1] + bytes([last]) if index else b""
    size = next((size for size in KEY_SIZES if len(psk) <= size), len(psk))
    return psk.ljust(size, b"\0") if psk else b""


def channel_key(channels: Sequence[Any], index: int) -> bytes:
    """Return the key of `channels[index]`; a secondary one without has that of the primary."""
    own = channels[index]
    if own.role == Role.SECONDARY and not own.settings.psk:
        primary = [channel for channel in channels if channel.role == Role.PRIMARY]
        own = primary[-1] if primary else own
    return full_key(bytes(own.settings.psk))


def channel_name(channel: Any, lora: Any) -> str:
    """Return what a channel is called; without a name of its own that of the modem preset."""
    name = str(channel.settings.name)
    if name and name != "Default":
        return name
    return DISPLAYED.get(lora.modem_preset, "Invalid") if lora.use_preset else "Custom"


@functools.lru_cache(maxsize=1024)
def mark_of(name: str, key: bytes) -> int:
    """Return 63 bits of name and key, never 0 and never even; the firmware's hash is in it.

    The firmware sends those eight bits only and then tries its keys.
    """
    encoded = name.encode()
    digest = hashlib.sha256(encoded + b"\0" + key).digest()
    short = functools.reduce(xor, encoded + key, 0)
    return int.from_bytes(digest[:7], "big") >> 2 << 9 | short << 1 | 1


def hash_in(mark: int) -> int:
    """Return the eight bits that a real packet's header has; 0 for direct messages."""
    return mark >> 1 & 0xFF if mark & 1 else 0


def sealed(packet: Packet) -> tuple[int, bytes] | None:
    """Return the hash of a packet's channel, and what stands for its ciphertext."""
    header = f"{packet.origin}/{packet.identifier}/{packet.channel}/".encode()
    noise = hashlib.shake_128(header + packet.payload).digest(len(packet.payload))
    return hash_in(packet.channel), noise
