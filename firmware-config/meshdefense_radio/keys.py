"""Keys of channels and radios: which are bad, and short marks by which people compare them.

A mark is a hash, so that it may stand on screens, labels and lists. Keys never may.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping
from typing import Any, Final

from meshdefense_radio.wording import Words

__all__ = [
    "DEFAULT_KEY",
    "KEY_BYTES",
    "bad_channel_key",
    "bad_public_key",
    "channel_mark",
    "counted",
    "is_public_channel_key",
    "mark",
    "spoken",
]

KEY_BYTES: Final = 32

DEFAULT_KEY: Final = bytes.fromhex("d4f1bb3a20290759f0bcffabcf4e6901")
"""The public key behind the one-byte keys 1 to 10 of Meshtastic (`Channels.h`)."""

_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is read for something else
_MARK_CHARS: Final = 8
_DISTINCT_MIN: Final = 16  # 32 random bytes have fewer different ones in 1 of 10^17 cases

_LENGTH = Words(
    "the key has {bytes} bytes; it needs 32", "la clave tiene {bytes} bytes; necesita 32"
)
_PUBLIC = Words("the key is a public one of Meshtastic", "la clave es una pública de Meshtastic")
_NONE = Words("there is no key: everybody could read it", "no hay clave: cualquiera podría leerlo")
_SIMPLE = Words(
    "the key is not random; let the program make one",
    "la clave no es al azar; deje que el programa haga una",
)


def is_public_channel_key(key: bytes) -> bool:
    """A key that everybody knows: none, one byte, or the default key and its neighbours."""
    if len(key) <= 1:
        return True
    return len(key) == len(DEFAULT_KEY) and key[:-1] == DEFAULT_KEY[:-1]


def bad_channel_key(key: bytes) -> tuple[Words, Mapping[str, Any]] | None:
    """Why a channel cannot have this key, as words and their values; None for a good one."""
    if not key or key == b"\0":
        return _NONE, {}
    if is_public_channel_key(key) or key.startswith(DEFAULT_KEY[:-1]):
        return _PUBLIC, {}
    if len(key) != KEY_BYTES:
        return _LENGTH, {"bytes": len(key)}
    if _simple(key) or all(32 <= byte < 127 for byte in key):  # a sentence is no key
        return _SIMPLE, {}
    return None


def bad_public_key(key: bytes) -> tuple[Words, Mapping[str, Any]] | None:
    """Why a radio's public key cannot be a good one; None for one that may be."""
    if not key:
        return _NONE, {}
    if len(key) != KEY_BYTES:
        return _LENGTH, {"bytes": len(key)}
    return (_SIMPLE, {}) if _simple(key) else None


def mark(data: bytes, purpose: str) -> str:
    """Eight characters that differ for different data, as in K7QP-2XMA.

    40 bits: enough to compare by eye what a few hundred radios hold, not to prove anything.
    """
    digest = hashlib.blake2b(data, person=purpose.encode()[:16], digest_size=5).digest()
    number = int.from_bytes(digest, "big")
    letters = [_ALPHABET[number >> 5 * place & 31] for place in reversed(range(_MARK_CHARS))]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


def channel_mark(name: str, key: bytes) -> str:
    """The mark of a channel: the same on all radios that hear each other there."""
    return mark(name.encode() + b"\0" + key, "channel")


def counted(key: bytes) -> str:
    """How many bytes; the same in both languages."""
    return "1 byte" if len(key) == 1 else f"{len(key)} bytes"


def spoken(key: bytes, purpose: str = "key") -> str:
    """What may be said of a secret: its length and, of a long one, its mark."""
    if not key:
        return "0 bytes"
    if len(key) < 16:  # a mark of so short a secret would give it away
        return counted(key)
    return f"{len(key)} bytes {mark(key, purpose)}"


def _simple(key: bytes) -> bool:
    steps = {(after - before) & 0xFF for before, after in itertools.pairwise(key)}
    return len(set(key)) < _DISTINCT_MIN or len(steps) == 1
