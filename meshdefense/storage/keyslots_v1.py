"""Keyslot files of version 1, which are still opened; the next change writes version 2.

    magic 8 | version 1 | number of slots 1 | slots | checksum 16          at most 512 bytes
    slot:       kind 1 | length 2 | body
    passphrase: opslimit 4 | memlimit in KiB 4 | salt 16 | nonce 24 | box 64

The box is a SecretBox with the 32-byte key and the 16-byte SQLCipher salt. Its key is BLAKE2b,
keyed with argon2id(passphrase), of version, kind and parameters.
"""

from __future__ import annotations

import contextlib
import hashlib
import struct
from typing import Final

import nacl.exceptions
from nacl.pwhash import argon2id
from nacl.secret import SecretBox

from meshdefense.storage.errors import KeyslotDamagedError, WrongPassphraseError
from meshdefense.storage.keyslot_file import (
    MAGIC,
    KdfStrength,
    StoreKey,
    check_strength,
    stretched,
)

__all__ = ["is_version_1", "open_version_1"]

_MAX_FILE: Final = 512
_MAX_SLOTS: Final = 4
_PASSPHRASE: Final = 1
_HEAD: Final = struct.Struct(">8sBB")
_SLOT: Final = struct.Struct(">BH")
_KDF: Final = struct.Struct(">II")
_BODY_SIZE: Final = _KDF.size + argon2id.SALTBYTES + SecretBox.NONCE_SIZE + 48 + SecretBox.MACBYTES
_CHECKSUM: Final = 16


def is_version_1(content: bytes) -> bool:
    """Whether a file says so; it may be damaged all the same."""
    return content.startswith(MAGIC + b"\x01")


def open_version_1(content: bytes, passphrase: bytes) -> StoreKey:
    """Unwrap the key. KeyslotDamagedError, KeyslotDowngradeError, WrongPassphraseError."""
    for kind, body in _slots(content):
        if kind != _PASSPHRASE:
            continue
        if len(body) != _BODY_SIZE:
            raise KeyslotDamagedError
        opslimit, kibibytes = _KDF.unpack_from(body)
        kdf = KdfStrength(opslimit, kibibytes << 10)
        check_strength(kdf)
        salt = body[_KDF.size :][: argon2id.SALTBYTES]
        bound = bytes([1, _PASSPHRASE]) + body[: _KDF.size]
        secret = stretched(passphrase, salt, kdf)
        key = hashlib.blake2b(bound, digest_size=SecretBox.KEY_SIZE, key=secret).digest()
        with contextlib.suppress(nacl.exceptions.CryptoError):
            inside = SecretBox(key).decrypt(body[_KDF.size + argon2id.SALTBYTES :])
            return StoreKey(inside[:32], inside[32:])
    raise WrongPassphraseError


def _slots(content: bytes) -> list[tuple[int, bytes]]:
    """Kind and body of each slot. KeyslotDamagedError."""
    body, checksum = content[:-_CHECKSUM], content[-_CHECKSUM:]
    if not _HEAD.size <= len(body) <= _MAX_FILE - _CHECKSUM:
        raise KeyslotDamagedError
    if hashlib.blake2b(body, digest_size=_CHECKSUM).digest() != checksum:
        raise KeyslotDamagedError
    count, place, slots = body[_HEAD.size - 1], _HEAD.size, []
    try:
        for _ in range(count):
            kind, length = _SLOT.unpack_from(body, place)
            slots.append((kind, body[place + _SLOT.size :][:length]))
            place += _SLOT.size + length
    except struct.error:
        raise KeyslotDamagedError from None
    if place != len(body) or not 0 < count <= _MAX_SLOTS:
        raise KeyslotDamagedError
    return slots
