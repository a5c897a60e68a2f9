"""The store's key, wrapped by what people know or hold: what happens to the file of its slots.

`keyslot_file` has the bytes, `keyslot_boxes` what is inside. The secret is a passphrase or the
code of a recovery sheet. One argon2id tries all slots, so that a wrong secret takes as long as a
right one. A duress slot holds no key: what opens it only learns that it is one. See
docs/storage.md.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

from nacl.pwhash import argon2id

from meshdefense.storage.durable import overwrite_file
from meshdefense.storage.errors import (
    DuressPassphraseError,
    KeyslotDamagedError,
    KeyslotMissingError,
    KeyslotUnavailableError,
    SecretInUseError,
    WrongPassphraseError,
)
from meshdefense.storage.keyslot_boxes import (
    KEY_SIZE,
    Opened,
    SlotKind,
    directory_of,
    find_slot,
    kinds_of,
    wrapped,
)
from meshdefense.storage.keyslot_file import (
    FILE_SIZE,
    INTERACTIVE,
    SENSITIVE,
    SLOT_SIZE,
    SLOTS,
    STANDARD,
    KdfStrength,
    KeyslotFile,
    StoreKey,
    check_strength,
)
from meshdefense.storage.keyslots_v1 import is_version_1, open_version_1
from meshdefense.storage.secret_files import MAX_PASSPHRASE
from meshdefense.whole_file import write_whole

__all__ = [
    "INTERACTIVE",
    "SENSITIVE",
    "STANDARD",
    "KdfStrength",
    "Opened",
    "SlotKind",
    "StoreKey",
    "change_passphrase",
    "damaged_slots",
    "destroy_keyslots",
    "draw_key",
    "open_keyslots",
    "open_slot",
    "remove_slot",
    "slots_in_use",
    "upgrade_keyslots",
    "write_keyslots",
    "write_slot",
]

_SALT_SIZE: Final = 16
_MAX_READ: Final = 2 * FILE_SIZE


def draw_key() -> StoreKey:
    """A new key and salt from the system's random source."""
    return StoreKey(secrets.token_bytes(KEY_SIZE), secrets.token_bytes(_SALT_SIZE))


def write_keyslots(
    path: Path,
    key: StoreKey,
    passphrase: bytes,
    *,
    kdf: KdfStrength = STANDARD,
    share: bytes | None = None,
) -> None:
    """Wrap `key` by `passphrase` alone in a new file, replacing any there.

    Raises KeyslotUnavailableError, and ValueError for an empty or too long passphrase.
    """
    _check_secret(passphrase)
    check_strength(kdf)
    fresh = _empty(kdf)
    place = secrets.randbelow(SLOTS)
    kinds = [SlotKind.FREE] * SLOTS
    kinds[place] = SlotKind.PASSPHRASE
    fresh.slots[place] = wrapped(fresh, SlotKind.PASSPHRASE, key, passphrase, share)
    fresh.directory = directory_of(key, kinds)
    _write(path, fresh)


def open_slot(path: Path, secret: bytes, *, share: bytes | None = None) -> Opened:
    """Open whichever slot `secret` opens; takes as long as the file's argon2id parameters say.

    With a device share, slots that do without it are tried as well. Raises
    WrongPassphraseError, KeyslotMissingError, KeyslotDamagedError (also when the secret may
    belong to a slot that is damaged), KeyslotForeignError, KeyslotVersionError,
    KeyslotDowngradeError, KeyslotUnavailableError.
    """
    content = _read(path)
    if is_version_1(content):
        return Opened(SlotKind.PASSPHRASE, open_version_1(content, secret), -1)
    file = KeyslotFile.decode(content)
    found = find_slot(file, secret, share)
    if found is not None:
        return found
    if damaged := file.damaged:
        numbers = ", ".join(map(str, damaged))
        raise KeyslotDamagedError(
            f"Of its {SLOTS} slots the ones with these numbers cannot be read: {numbers}. If the "
            "passphrase is right, it is of such a slot; the recovery sheet may still open: "
            "meshdefense recovery open"
        )
    raise WrongPassphraseError


def open_keyslots(path: Path, passphrase: bytes, *, share: bytes | None = None) -> StoreKey:
    """Unwrap the store's key. Raises DuressPassphraseError, and as `open_slot`."""
    opened = open_slot(path, passphrase, share=share)
    if opened.kind is SlotKind.DURESS:
        raise DuressPassphraseError
    return opened.key


def change_passphrase(
    path: Path,
    old: bytes,
    new: bytes,
    *,
    kdf: KdfStrength = STANDARD,
    share: bytes | None = None,
    new_share: bytes | None = None,
) -> None:
    """Wrap the same key by `new` in place of the passphrase; other slots stay.

    `old` may be the recovery sheet's code. Shares go with the old and the new passphrase. The
    strength stays when other slots depend on it. Raises as `open_keyslots` and `write_slot`.
    A copy of the old file, a backup for example, still opens with the old passphrase.
    """
    opened = open_slot(path, old, share=share)
    if opened.kind is SlotKind.DURESS:
        raise DuressPassphraseError
    write_slot(path, opened, SlotKind.PASSPHRASE, new, share=new_share, kdf=kdf)


def write_slot(
    path: Path,
    opened: Opened,
    kind: SlotKind,
    secret: bytes,
    *,
    share: bytes | None = None,
    kdf: KdfStrength = STANDARD,
    held: StoreKey | None = None,
) -> None:
    """Let `secret` open a slot of this kind, in place of the one there was of it.

    `held` is what a duress slot holds in place of the store's key; random bytes unless given.
    Raises SecretInUseError when it opens one of another kind already, ValueError for a secret
    that is empty or too long, KeyslotUnavailableError.
    """
    _check_secret(secret)
    content = _read(path)
    if is_version_1(content):
        if kind is not SlotKind.PASSPHRASE:
            raise ValueError("upgrade_keyslots comes first")
        file, kinds = _empty(kdf), [SlotKind.FREE] * SLOTS
    else:
        file = KeyslotFile.decode(content)
        kinds = kinds_of(file, opened)
        known = find_slot(file, secret, share) or find_slot(file, secret, None)
        if known is not None and known.kind is not kind:
            raise SecretInUseError
        if set(kinds) <= {SlotKind.FREE, kind}:  # nothing else depends on strength and salt
            check_strength(kdf)
            file, kinds = _empty(kdf), [SlotKind.FREE] * SLOTS
    free = [place for place, found in enumerate(kinds) if found in (SlotKind.FREE, kind)]
    same = [place for place in free if kinds[place] is kind]
    place = same[0] if same else secrets.choice(free)
    kinds[place] = kind
    key = (held or draw_key()) if kind is SlotKind.DURESS else opened.key
    file.slots[place] = wrapped(file, kind, key, secret, share)
    file.directory = directory_of(opened.key, kinds)
    _write(path, file)


def upgrade_keyslots(path: Path, passphrase: bytes, *, kdf: KdfStrength = STANDARD) -> None:
    """Write a file of version 1 as this version, for the same passphrase; others stay as they are.

    Raises as `open_slot`.
    """
    if is_version_1(_read(path)):
        write_slot(path, open_slot(path, passphrase), SlotKind.PASSPHRASE, passphrase, kdf=kdf)


def remove_slot(path: Path, opened: Opened, kind: SlotKind) -> bool:
    """Put random bytes in place of the slots of a kind; False when there are none.

    The last slot that holds the key stays: ValueError. Raises KeyslotUnavailableError.
    """
    content = _read(path)
    if is_version_1(content):
        return False
    file = KeyslotFile.decode(content)
    kinds = kinds_of(file, opened)
    if kind not in kinds:
        return False
    if not {SlotKind.PASSPHRASE, SlotKind.RECOVERY} & set(kinds) - {kind}:
        raise ValueError("nothing would open the store any more")
    for place, found in enumerate(kinds):
        if found is kind:
            file.slots[place] = secrets.token_bytes(SLOT_SIZE)
            kinds[place] = SlotKind.FREE
    file.directory = directory_of(opened.key, kinds)
    _write(path, file)
    return True


def slots_in_use(path: Path, opened: Opened) -> frozenset[SlotKind]:
    """What kinds of slots there are; only who holds the store's key can tell."""
    content = _read(path)
    if is_version_1(content):
        return frozenset({SlotKind.PASSPHRASE})
    return frozenset(kinds_of(KeyslotFile.decode(content), opened)) - {SlotKind.FREE}


def damaged_slots(path: Path) -> list[int]:
    """Slots, counted from 1, that are damaged in both copies. Raises as `open_slot`."""
    content = _read(path)
    return [] if is_version_1(content) else KeyslotFile.decode(content).damaged


def destroy_keyslots(path: Path) -> None:
    """Overwrite, sync and remove the file: without a copy of it the store is unreadable.

    Flash memory may keep the old bytes for a while; then the passphrase is the last wall.
    Safe when there is no file. Raises KeyslotUnavailableError.
    """
    try:
        overwrite_file(path, at_least=FILE_SIZE)
    except OSError as error:
        raise KeyslotUnavailableError(f"{path}: {error.strerror}.") from error


def _check_secret(secret: bytes) -> None:
    if not 0 < len(secret) <= MAX_PASSPHRASE:
        raise ValueError(f"a passphrase has 1 to {MAX_PASSPHRASE} bytes")


def _empty(kdf: KdfStrength) -> KeyslotFile:
    """A file whose parts are all random."""
    slots: list[bytes | None] = [secrets.token_bytes(SLOT_SIZE) for _ in range(SLOTS)]
    return KeyslotFile(kdf, secrets.token_bytes(argon2id.SALTBYTES), None, slots)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_READ)
    except FileNotFoundError:
        raise KeyslotMissingError from None
    except OSError as error:
        raise KeyslotUnavailableError(f"{path}: {error.strerror}.") from error


def _write(path: Path, file: KeyslotFile) -> None:
    try:
        content = file.encode(secrets.token_bytes)
        # panic overwrites what a crash left under this name
        write_whole(path, content, replace=True, fresh=path.with_name(path.name + ".new"))
    except OSError as error:
        raise KeyslotUnavailableError(f"{path}: {error.strerror}.") from error
