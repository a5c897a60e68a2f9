"""Targets for the small binary files of a data folder: keyslots, and the mark of sequences."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final
from unittest import mock

from fuzz.target import Check, Target, demand, refusing
from meshdefense.storage import keyslots_v1
from meshdefense.storage.errors import (
    KeyslotDamagedError,
    KeyslotDowngradeError,
    KeyslotForeignError,
    KeyslotVersionError,
    WrongPassphraseError,
)
from meshdefense.storage.keyslot_file import (
    COPY_AT,
    DIRECTORY_SIZE,
    FILE_SIZE,
    INTERACTIVE,
    MAGIC,
    SENSITIVE,
    SLOT_SIZE,
    SLOTS,
    KdfStrength,
    KeyslotFile,
    StoreKey,
)
from meshdefense.storage.keyslot_file import _checksum as part_checksum
from meshdefense.storage.sequence_mark import STREAMS, Mark

__all__ = ["TARGETS"]

DATABASES: Final = Path(__file__).resolve().parents[1] / "databases"
REFUSALS: Final = (
    KeyslotDamagedError,
    KeyslotDowngradeError,
    KeyslotForeignError,
    KeyslotVersionError,
    WrongPassphraseError,
)
HEAD_SIZE: Final = 33
PARTS: Final = (HEAD_SIZE, DIRECTORY_SIZE, *(SLOT_SIZE,) * SLOTS)


def _plain(block: bytes) -> bytes:
    """The parts of a block without their checksums."""
    at, found = 0, b""
    for size in PARTS:
        found += block[at : at + size]
        at += size + len(part_checksum(b""))
    return found


def _checked(plain: bytes) -> bytes:
    """A block of these parts with checksums that fit."""
    at, found = 0, b""
    for size in PARTS:
        part = plain[at : at + size].ljust(size, b"\0")
        found += part + part_checksum(part)
        at += size
    return found


def keyslot_seeds() -> list[bytes]:
    """A file of each version, and the parts of one without their checksums."""
    made = KeyslotFile(
        INTERACTIVE, bytes(16), bytes(DIRECTORY_SIZE), [bytes((n,)) * SLOT_SIZE for n in range(4)]
    ).encode(bytes)
    old, new = ((DATABASES / name / "keyslot.bin").read_bytes() for name in ("v0001", "v0002"))
    return [made, new, old, new[:COPY_AT], _plain(new), old[9:-16]]


def make_keyslots() -> Check:
    """A keyslot file as it is, and with checksums that fit; of version 1 as well."""

    def check(raw: bytes) -> None:
        half = len(raw) // 2
        both = _checked(raw[:half]).ljust(COPY_AT, b"\0") + _checked(raw[half:])
        for content in (raw, both, _checked(raw).ljust(COPY_AT, b"\0") + _checked(raw)):
            found = refusing(KeyslotFile.decode, content, *REFUSALS)
            if found is None:
                continue
            weak = found.kdf.opslimit < INTERACTIVE.opslimit
            weak |= not INTERACTIVE.memlimit <= found.kdf.memlimit <= SENSITIVE.memlimit
            demand(not weak, "a file that makes guessing cheap, or asks for all memory, was read")
            again = found.encode(bytes)
            demand(len(again) == FILE_SIZE, "a keyslot file of another size")
            same = KeyslotFile.decode(again)
            demand(again == same.encode(bytes), "a keyslot file is written as another one")
            demand((same.head, same.kdf) == (found.head, found.kdf), "its head became another")
        head = MAGIC + b"\x01" + raw
        with mock.patch.object(keyslots_v1, "stretched", _quick):
            for content in (raw, head + hashlib.blake2b(head, digest_size=16).digest()):
                refusing(_open_old, content, *REFUSALS)

    return check


def _open_old(content: bytes) -> StoreKey:
    return keyslots_v1.open_version_1(content, b"for tests only")


def _quick(secret: bytes, salt: bytes, kdf: KdfStrength) -> bytes:
    """In the place of argon2id, which takes a thousand times as long as the decoder."""
    return hashlib.blake2b(secret + salt + repr(kdf).encode(), digest_size=32).digest()


def mark_seeds() -> list[bytes]:
    """Marks of now, and from before there were decisions."""
    good = Mark(bytes(range(16)), ((0, 17), (1, 0), (32, 0xFFFFFFFF))).encode()
    return [good, good[:-5], good + b"\0"]


def make_marks() -> Check:
    """How far own sequences are used."""

    def check(raw: bytes) -> None:
        mark = refusing(Mark.decode, raw, ValueError)
        if mark is not None:
            demand(len(mark.limits) == STREAMS, "a mark of other streams")
            demand(mark.encode()[: len(raw)] == raw, "a mark is written as another one")
            demand(Mark.decode(mark.encode()) == mark, "a mark reads as another one")

    return check


TARGETS: Final = (
    Target("keyslots", make_keyslots, keyslot_seeds, FILE_SIZE + 16),
    Target("marks", make_marks, mark_seeds, 64),
)
