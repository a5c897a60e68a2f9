"""The bytes of the keyslot file, version 2: four slots that cannot be told from each other.

    block:      head 33 | check 8 | directory 72 | check 8 | four times (slot 90 | check 8)
    file:       block at byte 0, and the same block at byte 4096
    head:       magic 8 | version 1 | opslimit 4 | memlimit in KiB 4 | salt 16
    directory:  nonce 24 | box 48 of 32 bytes: the kind of each slot, then zeros
    slot:       nonce 24 | box 66 of kind 1, flags 1, store key 32, SQLCipher salt 16

Numbers are big-endian. Each part has a checksum (BLAKE2b) and lies in the file twice, so that
damage is told from a wrong passphrase, named, and mended from the other copy. A slot that is
not used is random bytes, and so is the box of one that is: without what opens it nobody can
tell the two apart, nor what a slot is for. See docs/storage.md.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import nacl.exceptions
from nacl.pwhash import argon2id
from nacl.secret import SecretBox

from meshdefense.storage.errors import (
    KeyslotDamagedError,
    KeyslotDowngradeError,
    KeyslotForeignError,
    KeyslotUnavailableError,
    KeyslotVersionError,
)

__all__ = [
    "COPY_AT",
    "DIRECTORY_SIZE",
    "FILE_SIZE",
    "INTERACTIVE",
    "MAGIC",
    "SENSITIVE",
    "SLOTS",
    "SLOT_SIZE",
    "STANDARD",
    "KdfStrength",
    "KeyslotFile",
    "StoreKey",
    "check_strength",
    "stretched",
]

MAGIC: Final = b"\x89MDKEY\r\n"  # a transfer as text damages it visibly, as in PNG
VERSION: Final = 2
SLOTS: Final = 4
_HEAD: Final = struct.Struct(f">8sBII{argon2id.SALTBYTES}s")
_CHECK: Final = 8
_BOX: Final = SecretBox.NONCE_SIZE + SecretBox.MACBYTES
DIRECTORY_SIZE: Final = _BOX + 32
SLOT_SIZE: Final = _BOX + 50
_SIZES: Final = (_HEAD.size, DIRECTORY_SIZE, *(SLOT_SIZE,) * SLOTS)
BLOCK_SIZE: Final = sum(_SIZES) + _CHECK * len(_SIZES)
COPY_AT: Final = 4096
"""Another page of the disk: what damages one copy rarely damages both."""
FILE_SIZE: Final = COPY_AT + BLOCK_SIZE


@dataclass(frozen=True, slots=True)
class KdfStrength:
    """How hard argon2id makes each guess of the passphrase."""

    opslimit: int
    """Passes over the memory."""
    memlimit: int
    """Bytes of memory, a multiple of 1024."""


INTERACTIVE: Final = KdfStrength(2, 64 << 20)
"""About 0.06 s on a laptop. For throw-away data; the floor below which a file is refused."""
STANDARD: Final = KdfStrength(3, 128 << 20)
"""About 0.2 s on a laptop, more than RFC 9106 section 4 asks of 64 MiB; the default."""
SENSITIVE: Final = KdfStrength(4, 1 << 30)
"""About 2.5 s on a laptop; a file that asks for more memory or work is refused."""


@dataclass(frozen=True, slots=True)
class StoreKey:
    """What opens the store. Its repr shows nothing."""

    key: bytes = field(repr=False)
    """32 bytes."""
    salt: bytes = field(repr=False)
    """16 bytes; SQLCipher keeps them, not secret, at the start of the store's file."""


@dataclass(slots=True)
class KeyslotFile:
    """What is in the file; a part is None where both of its copies are damaged."""

    kdf: KdfStrength
    salt: bytes = field(repr=False)
    directory: bytes | None = field(repr=False)
    slots: list[bytes | None] = field(repr=False)

    @property
    def head(self) -> bytes:
        """The part in clear; every slot's key depends on it."""
        return _HEAD.pack(MAGIC, VERSION, self.kdf.opslimit, self.kdf.memlimit >> 10, self.salt)

    @property
    def damaged(self) -> list[int]:
        """Slots that are damaged in both copies, counted from 1."""
        return [number for number, slot in enumerate(self.slots, 1) if slot is None]

    def encode(self, filling: Callable[[int], bytes]) -> bytes:
        """The file; `filling(n)` gives n random bytes for parts that are damaged."""
        parts = [self.head, self.directory or filling(DIRECTORY_SIZE)]
        parts += [slot or filling(SLOT_SIZE) for slot in self.slots]
        block = b"".join(part + _checksum(part) for part in parts)
        return block.ljust(COPY_AT, b"\0") + block

    @classmethod
    def decode(cls, content: bytes) -> KeyslotFile:
        """Read what `encode` made, each part from the copy that is whole.

        Raises KeyslotDamagedError when no slot can be read, KeyslotForeignError,
        KeyslotVersionError, KeyslotDowngradeError.
        """
        copies = [_parts(content[at:]) for at in (0, COPY_AT)]
        heads = [head for (head, *_) in copies if head is not None and head[:8] == MAGIC]
        if not heads:
            raise _unreadable(content)
        _, version, opslimit, kibibytes, salt = _HEAD.unpack(heads[0])
        if version != VERSION:
            raise KeyslotVersionError if version > VERSION else KeyslotDamagedError
        kdf = KdfStrength(opslimit, kibibytes << 10)
        check_strength(kdf)
        whole = [one if one is not None else other for one, other in zip(*copies, strict=True)]
        found = cls(kdf, salt, whole[1], whole[2:])
        if all(slot is None for slot in found.slots):
            raise KeyslotDamagedError
        return found


def _parts(block: bytes) -> list[bytes | None]:
    """The parts of one copy; None for one that is damaged or cut off."""
    parts, place = list[bytes | None](), 0
    for size in _SIZES:
        part, check = block[place : place + size], block[place + size :][:_CHECK]
        parts.append(part if len(part) == size and check == _checksum(part) else None)
        place += size + _CHECK
    return parts


def _unreadable(content: bytes) -> Exception:
    """Why neither copy has a head."""
    if not content.startswith(MAGIC):
        return KeyslotDamagedError() if MAGIC.startswith(content[:8]) else KeyslotForeignError()
    if len(content) > len(MAGIC) and content[len(MAGIC)] > VERSION:
        return KeyslotVersionError()
    return KeyslotDamagedError()


def _checksum(part: bytes) -> bytes:
    return hashlib.blake2b(part, digest_size=_CHECK).digest()


def check_strength(kdf: KdfStrength) -> None:
    """Raise KeyslotDowngradeError outside INTERACTIVE ... SENSITIVE."""
    if (
        kdf.opslimit < INTERACTIVE.opslimit
        or not INTERACTIVE.memlimit <= kdf.memlimit <= SENSITIVE.memlimit
        or kdf.opslimit * kdf.memlimit > SENSITIVE.opslimit * SENSITIVE.memlimit
    ):
        raise KeyslotDowngradeError


def stretched(secret: bytes, salt: bytes, kdf: KdfStrength) -> bytes:
    """32 bytes of argon2id; this is what takes the time. Raises KeyslotUnavailableError."""
    try:
        return argon2id.kdf(
            SecretBox.KEY_SIZE, secret, salt, opslimit=kdf.opslimit, memlimit=kdf.memlimit
        )
    except (nacl.exceptions.RuntimeError, MemoryError) as error:  # libsodium could not allocate
        raise KeyslotUnavailableError(
            f"Opening it needs {kdf.memlimit >> 20} MiB of memory for a moment."
        ) from error
