"""Files of a fleet that only its passphrase opens.

    fleet key   32 random bytes, in keyslot.bin: wrapped by the passphrase as a node's key is
                (docs/storage.md), so that a change of passphrase touches that file alone
    file key    BLAKE2b(purpose | head | the file's name in the folder, keyed with the fleet key)
    file        head: magic 8, version 1 | nonce 24 | SecretBox

The name goes into the key: a file that was put in another one's place does not open. Files are
written whole, with mode 0600. See docs/fleet.md.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import nacl.exceptions
from nacl.secret import SecretBox

from meshdefense.catalogue import tr
from meshdefense.provisioning.fleet_errors import (
    FleetDamagedError,
    FleetLockedError,
    FleetMissingError,
    FleetNewerError,
    FleetUnavailableError,
)
from meshdefense.storage.errors import (
    KeyslotMissingError,
    KeyslotUnavailableError,
    KeyslotVersionError,
    StorageError,
    WrongPassphraseError,
)
from meshdefense.storage.keyslots import (
    STANDARD,
    KdfStrength,
    SlotKind,
    change_passphrase,
    draw_key,
    open_keyslots,
    open_slot,
    write_keyslots,
    write_slot,
)
from meshdefense.whole_file import sync_folder, write_whole

__all__ = [
    "KEYSLOT",
    "SealedFolder",
    "add_recovery",
    "change_fleet_passphrase",
    "make_fleet_key",
    "open_fleet_key",
    "read_bytes",
    "remove_file",
    "write_bytes",
]

KEYSLOT: Final = "keyslot.bin"
_MAGIC: Final = b"\x89MDFLT\r\n"  # a transfer as text damages it visibly, as in PNG
_VERSION: Final = 1
_HEAD: Final = _MAGIC + bytes([_VERSION])
_PURPOSE: Final = b"meshdefense fleet file"
_LIMIT: Final = 16 << 20
"""Bytes of a file; none comes near it."""


def make_fleet_key(root: Path, passphrase: bytes, *, kdf: KdfStrength = STANDARD) -> bytes:
    """Draw a fleet's key, wrap it by `passphrase` in `root`, and return it."""
    key = draw_key()
    try:
        write_keyslots(root / KEYSLOT, key, passphrase, kdf=kdf)
    except KeyslotUnavailableError as error:
        raise FleetUnavailableError(str(error)) from error
    return key.key


def open_fleet_key(root: Path, passphrase: bytes) -> bytes:
    """Unwrap the fleet's key. Raises FleetError."""
    try:
        return open_keyslots(root / KEYSLOT, passphrase).key
    except WrongPassphraseError:
        raise FleetLockedError(tr("that is not the passphrase of this fleet")) from None
    except KeyslotMissingError:
        raise FleetMissingError(
            tr("there is no fleet in {folder}", folder=root),
            tr("make one: meshdefense radio fleet new, or: meshdefense radio restore FILE"),
        ) from None
    except KeyslotUnavailableError as error:
        raise FleetUnavailableError(str(error)) from error
    except KeyslotVersionError as error:
        raise FleetDamagedError(_newer(KEYSLOT)) from error
    except StorageError as error:
        raise FleetDamagedError(
            tr("{name} is damaged: without it nothing in this fleet opens", name=KEYSLOT),
            tr("put the fleet back from its backup: meshdefense radio restore FILE"),
        ) from error


class SealedFolder:
    """The sealed files below one folder."""

    def __init__(self, root: Path, key: bytes) -> None:
        """`key` is the fleet's, 32 bytes."""
        self.root = root
        self._key = key

    def read(self, name: str) -> bytes | None:
        """What the file holds; None where there is none. Raises FleetError."""
        content = read_bytes(self.root / name)
        if content is None:
            return None
        if not content.startswith(_MAGIC):
            torn = _MAGIC.startswith(content)
            raise (
                _damaged(name)
                if torn
                else FleetDamagedError(
                    tr("{name} was not written by MeshDefense", name=name), _from_backup()
                )
            )
        if not content.startswith(_HEAD):
            newer = content[len(_MAGIC) :][:1] > bytes([_VERSION])
            raise FleetNewerError(_newer(name)) if newer else _damaged(name)
        try:
            return bytes(self._box(name).decrypt(content[len(_HEAD) :]))
        except (nacl.exceptions.CryptoError, ValueError):
            raise _damaged(name) from None

    def write(self, name: str, content: bytes) -> None:
        """Seal `content` and put it in place of any file of that name. Raises FleetError."""
        write_bytes(self.root / name, _HEAD + bytes(self._box(name).encrypt(content)))

    def _box(self, name: str) -> SecretBox:
        text = _PURPOSE + b"\0" + _HEAD + name.encode()
        return SecretBox(hashlib.blake2b(text, digest_size=SecretBox.KEY_SIZE, key=self._key)
                         .digest())  # fmt: skip


def read_bytes(path: Path) -> bytes | None:
    """A whole file; None where there is none. Raises FleetError."""
    try:
        with path.open("rb") as file:
            content = file.read(_LIMIT + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FleetUnavailableError(
            tr("{path} cannot be read: {reason}", path=path, reason=error.strerror)
        ) from error
    if len(content) > _LIMIT:
        raise FleetDamagedError(tr("{path} is too large for that kind of file", path=path))
    return content


def write_bytes(path: Path, content: bytes, *, replace: bool = True) -> None:
    """Write a file whole, mode 0600. Raises FleetUnavailableError."""
    try:
        write_whole(path, content, replace=replace)
    except OSError as error:
        raise FleetUnavailableError(
            tr("{path} cannot be written: {reason}", path=path, reason=error.strerror)
        ) from error


def remove_file(path: Path) -> None:
    """Remove a file for good, if it is there. Raises FleetUnavailableError."""
    try:
        path.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise FleetUnavailableError(
            tr("{path} cannot be removed: {reason}", path=path, reason=error.strerror)
        ) from error


def _damaged(name: str) -> FleetDamagedError:
    return FleetDamagedError(
        tr("{name} is cut short, was changed, or belongs to another fleet", name=name),
        _from_backup(),
    )


def _from_backup() -> str:
    return tr("put the fleet back from its backup: meshdefense radio restore FILE")


def _newer(name: str) -> str:
    return tr("{name} was written by a newer MeshDefense; update this one to open it", name=name)


def change_fleet_passphrase(root: Path, old: bytes, new: bytes) -> None:
    """Wrap the same key by `new`; no other file is touched. Raises FleetError.

    `old` may be the secret of a recovery sheet, which stays valid.
    """
    open_fleet_key(root, old)
    try:
        change_passphrase(root / KEYSLOT, old, new)
    except KeyslotUnavailableError as error:
        raise FleetUnavailableError(str(error)) from error


def add_recovery(root: Path, passphrase: bytes, code: bytes) -> None:
    """Let a second secret open the fleet, in place of an earlier one of its kind."""
    open_fleet_key(root, passphrase)
    try:
        opened = open_slot(root / KEYSLOT, passphrase)
        write_slot(root / KEYSLOT, opened, SlotKind.RECOVERY, code)
    except KeyslotUnavailableError as error:
        raise FleetUnavailableError(str(error)) from error
