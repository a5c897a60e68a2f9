"""A backup: everything of a fleet in one file, sealed by a passphrase of its own.

    file   head | digest 32 | nonce 24 | box
    head   magic 8 | version 1 | opslimit 4 | memlimit in KiB 4 | salt 16
    key    BLAKE2b(purpose | head, keyed with argon2id(passphrase, salt))
    box    JSON: when it was made, and each file of the fleet, opened

Numbers are big-endian. The digest (BLAKE2b over all other bytes) tells a damaged file from a
wrong passphrase. What was sealed by the fleet's key is sealed anew when it is restored.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import shlex
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import nacl.exceptions
from nacl.pwhash import argon2id
from nacl.secret import SecretBox

from meshdefense.catalogue import tr
from meshdefense.provisioning.bindings import RADIOS, RadioBook
from meshdefense.provisioning.fleet_errors import (
    FleetBusyError,
    FleetDamagedError,
    FleetLockedError,
    FleetMissingError,
    FleetRefusedError,
    FleetUnavailableError,
)
from meshdefense.provisioning.fleet_folder import JOURNAL, MANIFESTS, NETWORK
from meshdefense.provisioning.keys import KEYS, KeyRing
from meshdefense.provisioning.manifests import Manifest, canonical_json, read_history
from meshdefense.provisioning.network_text import key_hint, network_of
from meshdefense.provisioning.sealed import read_bytes
from meshdefense.storage.errors import KeyslotDowngradeError, KeyslotUnavailableError
from meshdefense.storage.keyslot_file import check_strength, stretched
from meshdefense.storage.keyslots import STANDARD, KdfStrength
from meshdefense.whole_file import write_whole

if TYPE_CHECKING:
    from meshdefense.provisioning.fleet import Fleet
    from meshdefense_radio.network import Network

__all__ = [
    "Backup",
    "backup_of",
    "files_of",
    "open_backup",
    "read_backup",
    "sealed_backup",
    "write_backup",
]

_MAGIC: Final = b"\x89MDFBK\r\n"  # a transfer as text damages it visibly, as in PNG
_VERSION: Final = 1
_HEAD: Final = struct.Struct(f">8sBII{argon2id.SALTBYTES}s")
_DIGEST: Final = 32
_PURPOSE: Final = b"meshdefense fleet backup\0"
_MANIFEST: Final = re.compile(rf"{MANIFESTS}/[^/]+\.sealed")
_JOURNAL: Final = re.compile(rf"{JOURNAL}/[^/]+\.json")


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds, checked: every part can be read."""

    made_at: int
    """Seconds since the Unix epoch."""
    files: Mapping[str, bytes] = field(repr=False)
    """Each file of the fleet by its name in the folder, opened."""
    ring: KeyRing
    book: RadioBook
    newest: Mapping[str, Manifest]
    """The last manifest under each radio's name."""

    @property
    def without_key(self) -> tuple[str, ...]:
        """Channels of its network file whose key it lacks; none where that file is not taken."""
        network = _network(self.files)
        if network is None:
            return ()
        return tuple(one.name for one in network.channels if one.name not in self.ring.channels)


def backup_of(fleet: Fleet) -> Backup:
    """Everything of an open fleet, of one moment. Raises FleetError."""
    made = _checked(fleet.now(), files_of(fleet))
    now = (
        KeyRing.decoded(fleet.opened(KEYS) or b""),
        RadioBook.decoded(fleet.opened(RADIOS) or b""),
    )
    if now != (fleet.ring, fleet.book):
        raise FleetBusyError(
            tr("the fleet was changed while it was read; no backup was made"),
            tr("say the same command again when the other program is done"),
        )
    _require_whole(made)
    return made


def files_of(fleet: Fleet) -> dict[str, bytes]:
    """Each file of a fleet by its name in the folder, opened. Raises FleetError."""
    files = {NETWORK: fleet.network_bytes(), KEYS: fleet.ring.encoded(),
             RADIOS: fleet.book.encoded()}  # fmt: skip
    for path in sorted((fleet.folder / MANIFESTS).glob("*.sealed")):
        name = f"{MANIFESTS}/{path.name}"
        if (content := fleet.opened(name)) is not None:
            files[name] = content
    for path in sorted((fleet.folder / JOURNAL).glob("*.json")):
        if (content := read_bytes(path)) is not None:
            files[f"{JOURNAL}/{path.name}"] = content
    return files


def sealed_backup(backup: Backup, passphrase: bytes, *, kdf: KdfStrength = STANDARD) -> bytes:
    """The bytes of the file. Raises FleetUnavailableError when memory is short."""
    head = _HEAD.pack(_MAGIC, _VERSION, kdf.opslimit, kdf.memlimit >> 10,
                      secrets.token_bytes(argon2id.SALTBYTES))  # fmt: skip
    inside = canonical_json({
        "made_at": backup.made_at,
        "files": {name: base64.b64encode(one).decode() for name, one in backup.files.items()},
    })  # fmt: skip
    box = bytes(_box(head, passphrase).encrypt(inside))
    return head + _digest(head, box) + box


def write_backup(
    fleet: Fleet,
    path: Path,
    passphrase: bytes,
    *,
    replace: bool = False,
    kdf: KdfStrength = STANDARD,
) -> Backup:
    """Write a backup, and read it again from the disk before it gets its name.

    Raises FleetError; then what had that name has it still.
    """
    made = backup_of(fleet)

    def check(fresh: Path) -> None:
        if open_backup(read_bytes(fresh) or b"", passphrase, path).files != made.files:
            raise FleetDamagedError(
                tr("{path} reads back differently than it was written", path=path)
            )

    try:
        write_whole(path, sealed_backup(made, passphrase, kdf=kdf), replace=replace, check=check)
    except FileExistsError as error:
        raise FleetUnavailableError(
            tr("there is a file {path} already; it was left as it is", path=path)
        ) from error
    except OSError as error:
        raise FleetUnavailableError(
            tr("{path} cannot be written: {reason}", path=path, reason=error.strerror)
        ) from error
    return made


def read_backup(path: Path, passphrase: bytes) -> Backup:
    """Open a backup and check all that is in it. Raises FleetError."""
    content = read_bytes(path)
    if content is None:
        raise FleetMissingError(tr("there is no file {path}", path=path))
    return open_backup(content, passphrase, path)


def open_backup(content: bytes, passphrase: bytes, path: Path) -> Backup:
    """The same of bytes; `path` is what errors name."""
    if not content.startswith(_MAGIC):
        if _MAGIC.startswith(content):
            raise _damaged(path)
        raise FleetDamagedError(tr("{path} is no backup of a fleet", path=path))
    if len(content) < _HEAD.size + _DIGEST:
        raise _damaged(path)
    head = content[: _HEAD.size]
    digest, box = content[_HEAD.size :][:_DIGEST], content[_HEAD.size + _DIGEST :]
    if digest != _digest(head, box):
        raise _damaged(path)
    if head[len(_MAGIC)] != _VERSION:
        raise FleetDamagedError(
            tr("{name} was written by a newer MeshDefense; update this one to open it", name=path)
        )
    try:
        inside = _box(head, passphrase).decrypt(box)
    except (nacl.exceptions.CryptoError, ValueError):
        raise FleetLockedError(tr("that is not the passphrase of this backup")) from None
    try:
        found = json.loads(inside)
        files = {name: base64.b64decode(one, validate=True) for name, one in found["files"].items()}
        return _checked(int(found["made_at"]), files)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _damaged(path) from None


def _checked(made_at: int, files: Mapping[str, bytes]) -> Backup:
    """Raises ValueError, KeyError or FleetError for what is not all of a fleet."""
    ring, book = KeyRing.decoded(files[KEYS]), RadioBook.decoded(files[RADIOS])
    newest = {}
    for name, content in files.items():
        if _MANIFEST.fullmatch(name):
            history = read_history(content, ring.signing.verify_key)
            if history:
                newest[history[-1].manifest.radio] = history[-1].manifest
        elif name not in (NETWORK, KEYS, RADIOS) and not _JOURNAL.fullmatch(name):
            raise ValueError("that file belongs to no fleet")
    files[NETWORK].decode()  # what it says is looked at where it can be mended: in the folder
    return Backup(made_at, dict(files), ring, book, newest)


def _network(files: Mapping[str, bytes]) -> Network | None:
    """What the network file says; None where this version does not take it."""
    try:
        return network_of(files[NETWORK].decode())
    except FleetRefusedError:
        return None


def _require_whole(made: Backup) -> None:
    """Raise FleetRefusedError where a restore would draw other keys, or miss a radio's hardware."""
    network, gone = _network(made.files), {one.radio for one in made.book.lost}
    if made.without_key and network is not None:
        raise FleetRefusedError(
            tr("these channels have no key yet, so no backup was made: {names}",
               names=", ".join(made.without_key)),
            key_hint(network, made.ring),
        )  # fmt: skip
    for name in sorted(made.newest):
        known = network is not None and network.radio(name) is not None
        if known and name not in made.book.bindings and name not in gone:
            raise FleetRefusedError(
                tr("there is a proof of {radio} and no note of its hardware; no backup was made",
                   radio=name),
                tr("if it was to be forgotten: meshdefense radio fleet forget {name}; else write "
                   "it again: meshdefense radio apply ADDRESS --as {name}", name=shlex.quote(name)),
            )  # fmt: skip


def _box(head: bytes, passphrase: bytes) -> SecretBox:
    _, _, opslimit, kibibytes, salt = _HEAD.unpack(head)
    kdf = KdfStrength(opslimit, kibibytes << 10)
    try:
        check_strength(kdf)
        key = stretched(passphrase, salt, kdf)
    except KeyslotDowngradeError:
        raise FleetDamagedError(
            tr("the backup asks for a passphrase check that is too weak or absurdly heavy")
        ) from None
    except KeyslotUnavailableError as error:
        raise FleetUnavailableError(str(error)) from error
    return SecretBox(hashlib.blake2b(_PURPOSE + head, digest_size=32, key=key).digest())


def _digest(head: bytes, box: bytes) -> bytes:
    return hashlib.blake2b(head + box, digest_size=_DIGEST).digest()


def _damaged(path: Path) -> FleetDamagedError:
    return FleetDamagedError(
        tr("{path} is cut short or damaged; take another copy of the backup", path=path)
    )
