"""The store's key, wrapped by the passphrase in a small file.

    magic 8 | version 1 | number of slots 1 | slots | checksum 16          at most 512 bytes
    slot:       kind 1 | length 2 | body
    passphrase: opslimit 4 | memlimit in KiB 4 | salt 16 | nonce 24 | box 64

Numbers are big-endian. The box is a SecretBox with the 32-byte key and the 16-byte SQLCipher
salt. Its key is BLAKE2b, keyed with argon2id(passphrase), of everything before the salt:
a changed version, kind or parameter opens nothing. The checksum (BLAKE2b) only tells damage
from a wrong passphrase. Slots of kinds that we don't know are kept. See docs/storage.md.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import stat
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import nacl.exceptions
from nacl.pwhash import argon2id
from nacl.secret import SecretBox

from meshdefense.storage.errors import (
    KeyslotDamagedError,
    KeyslotDowngradeError,
    KeyslotForeignError,
    KeyslotMissingError,
    KeyslotUnavailableError,
    KeyslotVersionError,
    PassphraseFileError,
    StorageError,
    WrongPassphraseError,
)

__all__ = [
    "INTERACTIVE",
    "SENSITIVE",
    "STANDARD",
    "KdfStrength",
    "StoreKey",
    "change_passphrase",
    "destroy_keyslots",
    "draw_key",
    "open_keyslots",
    "read_passphrase_file",
    "sync_folder",
    "write_keyslots",
]

MAGIC: Final = b"\x89MDKEY\r\n"  # a transfer as text damages it visibly, as in PNG
VERSION: Final = 1
MAX_FILE: Final = 512
MAX_SLOTS: Final = 4
MAX_PASSPHRASE: Final = 1024
"""Bytes."""
KIND_PASSPHRASE: Final = 1

_HEAD: Final = struct.Struct(">8sBB")
_SLOT: Final = struct.Struct(">BH")
_KDF: Final = struct.Struct(">II")
_BODY_SIZE: Final = _KDF.size + argon2id.SALTBYTES + SecretBox.NONCE_SIZE + 48 + SecretBox.MACBYTES
_CHECKSUM: Final = 16


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


@dataclass(frozen=True, slots=True)
class _Slot:
    kind: int
    body: bytes = field(repr=False)


def draw_key() -> StoreKey:
    """A new key and salt from the system's random source."""
    return StoreKey(secrets.token_bytes(32), secrets.token_bytes(16))


def write_keyslots(
    path: Path, key: StoreKey, passphrase: bytes, *, kdf: KdfStrength = STANDARD
) -> None:
    """Wrap `key` by `passphrase` in a file of one slot, replacing any there.

    Raises KeyslotUnavailableError, and ValueError for an empty or too long passphrase.
    """
    _replace(path, _encode([_wrap(key, passphrase, kdf)]))


def open_keyslots(path: Path, passphrase: bytes) -> StoreKey:
    """Unwrap the store's key; takes as long as the file's argon2id parameters say.

    Raises WrongPassphraseError, KeyslotMissingError, KeyslotDamagedError,
    KeyslotForeignError, KeyslotVersionError, KeyslotDowngradeError, KeyslotUnavailableError.
    """
    return _find(_decode(_read(path)), passphrase)[1]


def change_passphrase(path: Path, old: bytes, new: bytes, *, kdf: KdfStrength = STANDARD) -> None:
    """Wrap the same key by `new` in place of `old`; other slots stay. Raises as `open_keyslots`.

    A copy of the old file, a backup for example, still opens with the old passphrase.
    """
    slots = _decode(_read(path))
    place, key = _find(slots, old)
    slots[place] = _wrap(key, new, kdf)
    _replace(path, _encode(slots))


def destroy_keyslots(path: Path) -> None:
    """Overwrite, sync and remove the file: without a copy of it the store is unreadable.

    Flash memory may keep the old bytes for a while; then the passphrase is the last wall.
    Safe when there is no file. Raises KeyslotUnavailableError.
    """
    try:
        with path.open("r+b", buffering=0) as file:
            file.write(secrets.token_bytes(max(MAX_FILE, os.fstat(file.fileno()).st_size)))
            os.fsync(file.fileno())
        path.unlink()
        sync_folder(path.parent)
    except FileNotFoundError:
        return
    except OSError as error:
        raise KeyslotUnavailableError(f"{path}: {error.strerror}.") from error


def read_passphrase_file(path: Path) -> bytes:
    """Read a passphrase from a file, or from a pipe or descriptor such as /dev/fd/3.

    One newline at the end is not part of it. A file that its group or others may read is
    refused; a pipe, or a descriptor that the caller opened, is the caller's business.
    Raises PassphraseFileError: unreadable, readable by others, empty, longer than 1024 bytes.
    """
    try:
        with path.open("rb", buffering=0) as file:
            mode = os.fstat(file.fileno()).st_mode
            handed_over = str(path).startswith(("/dev/fd/", "/dev/std", "/proc/self/fd/"))
            if stat.S_ISREG(mode) and not handed_over and stat.S_IMODE(mode) & 0o077:
                raise PassphraseFileError(
                    f"Other users can read it. Close it first: chmod 600 {path}"
                )
            content = b""
            while len(content) <= MAX_PASSPHRASE + 2 and (piece := file.read(4096)):
                content += piece
    except OSError as error:
        raise PassphraseFileError(f"{path}: {error.strerror}.") from error
    if content.endswith(b"\n"):
        content = content[:-1].removesuffix(b"\r")
    if not content:
        raise PassphraseFileError(f"{path} is empty.")
    if len(content) > MAX_PASSPHRASE:
        raise PassphraseFileError(f"{path} is longer than {MAX_PASSPHRASE} bytes.")
    return content


def _check_strength(kdf: KdfStrength) -> None:
    """Raise KeyslotDowngradeError outside INTERACTIVE ... SENSITIVE."""
    if (
        kdf.opslimit < INTERACTIVE.opslimit
        or not INTERACTIVE.memlimit <= kdf.memlimit <= SENSITIVE.memlimit
        or kdf.opslimit * kdf.memlimit > SENSITIVE.opslimit * SENSITIVE.memlimit
    ):
        raise KeyslotDowngradeError


def _box(passphrase: bytes, salt: bytes, kdf: KdfStrength) -> SecretBox:
    """The box of a passphrase slot with these parameters."""
    try:
        stretched = argon2id.kdf(
            SecretBox.KEY_SIZE, passphrase, salt, opslimit=kdf.opslimit, memlimit=kdf.memlimit
        )
    except (nacl.exceptions.RuntimeError, MemoryError) as error:  # libsodium could not allocate
        raise KeyslotUnavailableError(
            f"Opening it needs {kdf.memlimit >> 20} MiB of memory for a moment."
        ) from error
    bound = bytes([VERSION, KIND_PASSPHRASE]) + _KDF.pack(kdf.opslimit, kdf.memlimit >> 10)
    return SecretBox(hashlib.blake2b(bound, digest_size=SecretBox.KEY_SIZE, key=stretched).digest())


def _wrap(key: StoreKey, passphrase: bytes, kdf: KdfStrength) -> _Slot:
    if not 0 < len(passphrase) <= MAX_PASSPHRASE:
        raise ValueError(f"a passphrase has 1 to {MAX_PASSPHRASE} bytes")
    _check_strength(kdf)
    salt = secrets.token_bytes(argon2id.SALTBYTES)
    sealed = _box(passphrase, salt, kdf).encrypt(key.key + key.salt)  # nonce, then the box
    return _Slot(
        KIND_PASSPHRASE, _KDF.pack(kdf.opslimit, kdf.memlimit >> 10) + salt + bytes(sealed)
    )


def _find(slots: list[_Slot], passphrase: bytes) -> tuple[int, StoreKey]:
    """The first passphrase slot that opens, and what is in it."""
    for place, slot in enumerate(slots):
        if slot.kind != KIND_PASSPHRASE:
            continue
        if len(slot.body) != _BODY_SIZE:
            raise KeyslotDamagedError
        opslimit, kibibytes = _KDF.unpack_from(slot.body)
        kdf = KdfStrength(opslimit, kibibytes << 10)
        _check_strength(kdf)
        salt = slot.body[_KDF.size :][: argon2id.SALTBYTES]
        sealed = slot.body[_KDF.size + argon2id.SALTBYTES :]
        with contextlib.suppress(nacl.exceptions.CryptoError):
            content = _box(passphrase, salt, kdf).decrypt(sealed)
            return place, StoreKey(content[:32], content[32:])
    raise WrongPassphraseError


def _encode(slots: list[_Slot]) -> bytes:
    body = _HEAD.pack(MAGIC, VERSION, len(slots))
    for slot in slots:
        body += _SLOT.pack(slot.kind, len(slot.body)) + slot.body
    return body + _checksum(body)


def _decode(content: bytes) -> list[_Slot]:
    if not content.startswith(MAGIC):
        raise KeyslotDamagedError if MAGIC.startswith(content) else KeyslotForeignError
    if len(content) < _HEAD.size or len(content) > MAX_FILE:
        raise KeyslotDamagedError
    _, version, count = _HEAD.unpack_from(content)
    if version > VERSION:
        raise KeyslotVersionError
    body, checksum = content[:-_CHECKSUM], content[-_CHECKSUM:]
    if version != VERSION or len(body) < _HEAD.size or _checksum(body) != checksum:
        raise KeyslotDamagedError
    slots = []
    place = _HEAD.size
    try:
        for _ in range(count):
            kind, length = _SLOT.unpack_from(body, place)
            slots.append(_Slot(kind, body[place + _SLOT.size :][:length]))
            place += _SLOT.size + length
    except struct.error:
        raise KeyslotDamagedError from None
    if place != len(body) or not 0 < count <= MAX_SLOTS:
        raise KeyslotDamagedError
    return slots


def _checksum(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_CHECKSUM).digest()


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE + 1)
    except FileNotFoundError:
        raise KeyslotMissingError from None
    except OSError as error:
        raise KeyslotUnavailableError(f"{path}: {error.strerror}.") from error


def _replace(path: Path, content: bytes) -> None:
    """Write `content` with mode 0600 so that a crash leaves the old file or the new one."""
    if len(content) > MAX_FILE:
        raise StorageError(f"The keyslot file would have more than {MAX_FILE} bytes.")
    fresh = path.with_name(path.name + ".new")
    try:
        fresh.unlink(missing_ok=True)  # left by a crash
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise KeyslotUnavailableError(f"{path}: {error.strerror}.") from error


def sync_folder(folder: Path) -> None:
    """Make a rename or removal in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
