"""Vectors of the words that people compare aloud. Written by make.py.

What a key says in both languages, and what is heard when it is typed carelessly.
"""

from __future__ import annotations

import hashlib
from typing import Any

from meshdefense_protocol.identity import SEED_SIZE, Identity, fingerprint
from meshdefense_protocol.spoken import COUNT, COUNT_MAX, heard, spoken_words

__all__ = ["spoken"]

TYPED = {
    "en": ("ACORN", "zebr", "lett.", " velv ", "swan", "kite"),
    "es": ("ÁRBOL", "arbol", "AZUC", "sueño", "sueno", "cigü"),
}


def spoken() -> dict[str, Any]:
    """The file spoken.json: keys from seeds of one byte repeated, and two that nobody made."""
    keys = {f"seed {n}": Identity(bytes([n]) * SEED_SIZE).key for n in range(1, 5)}
    keys |= {"zeros": bytes(32), "counting": bytes(range(32))}
    return {
        "person": "md1 spoken",
        "cases": [_case(name, key) for name, key in keys.items()],
        "heard": [
            {"language": language, "typed": list(typed), "bytes": heard(typed, language).hex()}
            for language, typed in TYPED.items()
        ],
    }


def _case(name: str, key: bytes) -> dict[str, Any]:
    said = hashlib.blake2b(key, digest_size=COUNT_MAX, person=b"md1 spoken").digest()
    return {
        "name": name,
        "key": key.hex(),
        "fingerprint": fingerprint(key),
        "bytes": said.hex(),
        "en": list(spoken_words(key, "en", COUNT)),
        "es": list(spoken_words(key, "es", COUNT)),
        "en_all": list(spoken_words(key, "en", COUNT_MAX)),
    }
