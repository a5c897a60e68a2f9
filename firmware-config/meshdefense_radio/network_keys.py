"""The keys in a network file: those of channels, written by hand, and those of administrators.

Messages name the channel and say what is wrong with its key; they never repeat it.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final

from meshdefense_radio.keys import KEY_BYTES, bad_channel_key, bad_public_key
from meshdefense_radio.network import SEALED, HandKey
from meshdefense_radio.radio_limits import ADMIN_KEYS_MAX
from meshdefense_radio.wording import Words
from meshdefense_radio.yaml_tree import Node, Notes, line_of, span_of

__all__ = ["admin_keys", "hand_key"]

BASE64: Final = "base64:"

_KEY_FORM = Words(
    "{what} has to be `sealed`, or 32 bytes written as base64:...",
    "{what} tiene que ser `sealed`, o 32 bytes escritos como base64:...",
)
_KEY_STYLE = Words("{what} has to stand on one line", "{what} tiene que estar en una línea")
_KEY_BAD = Words("{what}: {why}", "{what}: {why}")
_MANY_ADMINS = Words("at most 3 admin keys fit in a radio",
                     "en un radio caben 3 claves de administración")  # fmt: skip
_ADMIN_HINT = Words(
    "whoever has the secret half of an admin key can change every radio from afar",
    "quien tenga la mitad secreta de una clave de administración puede cambiar cada radio "
    "a distancia",
)


def hand_key(node: Node | None, channel: str, notes: Notes) -> HandKey | None:
    """The key that somebody wrote into the file for a channel; None for `sealed` or a bad one."""
    what = Words(f"the key of channel {channel!r}", f"la clave del canal {channel!r}")
    value = notes.scalar(node, what)
    if value is None or value == SEALED or node is None:
        return None
    key = _decoded(value)
    if key is None:
        notes.add(_KEY_FORM, line_of(node), what=what)
        return None
    if getattr(node, "style", None) not in (None, "'", '"') or "\n" in value:
        notes.add(_KEY_STYLE, line_of(node), what=what)
        return None
    bad = bad_channel_key(key)
    if bad is not None:
        _note_bad_key(notes, line_of(node), what, bad)
        return None
    return HandKey(channel, key, line_of(node), *span_of(node))


def _decoded(value: str) -> bytes | None:
    """The bytes behind base64:..., None for anything else."""
    if not value.startswith(BASE64):
        return None
    digits = value.removeprefix(BASE64).strip().translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(digits + "=" * (-len(digits) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _note_bad_key(notes: Notes, line: int, what: Words, bad: tuple[Words, Any]) -> None:
    words, values = bad
    why = Words(words.said("en", values), words.said("es", values))
    notes.add(_KEY_BAD, line, what=what, why=why)


def admin_keys(node: Node | None, notes: Notes) -> tuple[bytes, ...]:
    """The public keys that may set the radios from afar."""
    what = Words("admin_keys", "admin_keys")
    entries = notes.items(node, what)
    keys: list[bytes] = []
    for entry in entries:
        value = notes.scalar(entry, what)
        key = None if value is None else _decoded(value)
        bad = None if key is None else bad_public_key(key)
        if key is None or len(key) != KEY_BYTES:
            notes.add(_KEY_FORM, line_of(entry), what=what)
        elif bad is not None:
            _note_bad_key(notes, line_of(entry), what, bad)
        else:
            keys.append(key)
    if len(entries) > ADMIN_KEYS_MAX and node is not None:
        notes.add(_MANY_ADMINS, line_of(node))
    if keys and node is not None:
        notes.hint(_ADMIN_HINT, line_of(node))
    return tuple(keys)
