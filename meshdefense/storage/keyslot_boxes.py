"""The boxes of a keyslot file: a slot wraps the store's key, the directory says what slots are for.

A slot's key is BLAKE2b over the file's head, keyed with argon2id(secret) XOR the device share,
if there is one. Nothing here reads or writes a file; `keyslot_file` has the bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

import nacl.exceptions
from nacl.secret import SecretBox

from meshdefense.storage.keyslot_file import SLOT_SIZE, SLOTS, KeyslotFile, StoreKey, stretched
from meshdefense.storage.secret_files import SHARE_SIZE

__all__ = ["KEY_SIZE", "Opened", "SlotKind", "directory_of", "find_slot", "kinds_of", "wrapped"]

KEY_SIZE: Final = 32
_DIRECTORY_PURPOSE: Final = b"meshdefense keyslot directory 2"


class SlotKind(IntEnum):
    """What a slot is for; stands inside its box. A number never changes its meaning."""

    FREE = 0
    PASSPHRASE = 1
    RECOVERY = 2
    """The code of a printed sheet."""
    DURESS = 3
    """Opening it destroys everything."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A slot that a secret opened."""

    kind: SlotKind
    key: StoreKey = field(repr=False)
    """Of a duress slot: bytes that open nothing."""
    place: int
    """0 to 3; -1 in a file of version 1."""


def _slot_box(file: KeyslotFile, secret: bytes, share: bytes | None) -> SecretBox:
    """The box of a slot that `secret`, already stretched, opens together with `share`."""
    if share is not None:
        if len(share) != SHARE_SIZE:
            raise ValueError(f"a device share has {SHARE_SIZE} bytes")
        secret = bytes(one ^ other for one, other in zip(secret, share, strict=True))
    key = hashlib.blake2b(file.head, digest_size=SecretBox.KEY_SIZE, key=secret).digest()
    return SecretBox(key)


def wrapped(
    file: KeyslotFile, kind: SlotKind, key: StoreKey, secret: bytes, share: bytes | None
) -> bytes:
    """A slot that `secret` and `share` open. Raises ValueError for a share of a wrong size."""
    box = _slot_box(file, stretched(secret, file.salt, file.kdf), share)
    return bytes(box.encrypt(bytes([kind, 0]) + key.key + key.salt))  # nonce, then the box


def find_slot(file: KeyslotFile, secret: bytes, share: bytes | None) -> Opened | None:
    """The slot that opens, with the share or without it."""
    known = stretched(secret, file.salt, file.kdf)
    for one in {share, None}:
        box = _slot_box(file, known, one)
        for place, slot in enumerate(file.slots):
            if slot is None:
                continue
            with contextlib.suppress(nacl.exceptions.CryptoError, ValueError):
                inside = box.decrypt(slot)
                key = StoreKey(inside[2 : 2 + KEY_SIZE], inside[2 + KEY_SIZE :])
                return Opened(SlotKind(inside[0]), key, place)
    return None


def _directory_box(key: StoreKey) -> SecretBox:
    return SecretBox(hashlib.blake2b(_DIRECTORY_PURPOSE, digest_size=32, key=key.key).digest())


def directory_of(key: StoreKey, kinds: list[SlotKind]) -> bytes:
    """What each slot is for, readable only by who holds the store's key."""
    return bytes(_directory_box(key).encrypt(bytes(kinds).ljust(32, b"\0")))


def kinds_of(file: KeyslotFile, opened: Opened) -> list[SlotKind]:
    """What each slot is for.

    Of a damaged directory only the opened slot is known. The others are filled with random
    bytes then, lest one that nobody knows of goes on opening the store.
    """
    if file.directory is not None:
        with contextlib.suppress(nacl.exceptions.CryptoError, ValueError):
            inside = _directory_box(opened.key).decrypt(file.directory)
            return [SlotKind(number) for number in inside[:SLOTS]]
    kinds = [SlotKind.FREE] * SLOTS
    kinds[opened.place] = opened.kind
    for place in range(SLOTS):
        if place != opened.place:
            file.slots[place] = secrets.token_bytes(SLOT_SIZE)
    return kinds
