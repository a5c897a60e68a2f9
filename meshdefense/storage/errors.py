"""What can be wrong with a store. The docstring of a class is the text that people read.

No error carries a key, a passphrase or a stored value.
"""

from __future__ import annotations

from inspect import cleandoc

__all__ = [
    "DeviceShareError",
    "DuressPassphraseError",
    "IncarnationsSpentError",
    "ItemConflictError",
    "KeyslotDamagedError",
    "KeyslotDowngradeError",
    "KeyslotForeignError",
    "KeyslotGoneError",
    "KeyslotMissingError",
    "KeyslotUnavailableError",
    "KeyslotVersionError",
    "MigrationError",
    "PassphraseFileError",
    "RecoveryCodeError",
    "SchemaTooNewError",
    "SecretInUseError",
    "StorageError",
    "StoreDamagedError",
    "StoreExistsError",
    "StoreForeignError",
    "StoreFullError",
    "StoreIncompleteError",
    "StoreMissingError",
    "StorePlainError",
    "StoreUnavailableError",
    "WrongPassphraseError",
]


class StorageError(Exception):
    """The store cannot be used."""

    def __init__(self, detail: str = "") -> None:
        text = " ".join(cleandoc(type(self).__doc__ or type(self).__name__).split())
        super().__init__(f"{text} {detail}" if detail else text)


class WrongPassphraseError(StorageError):
    """Wrong passphrase."""


class DuressPassphraseError(WrongPassphraseError):
    """Wrong passphrase."""

    # Who does not know what to do about it says the same as of any other wrong one.


class SecretInUseError(StorageError):
    """That passphrase opens something else here already. Choose another one."""


class DeviceShareError(StorageError):
    """The device share cannot be used."""


class RecoveryCodeError(StorageError):
    """That is not the code of a recovery sheet."""


class PassphraseFileError(StorageError):
    """The passphrase file cannot be used."""


class KeyslotMissingError(StorageError):
    """There is no keyslot file in this folder, so nothing in it can be opened."""


class KeyslotDamagedError(StorageError):
    """The keyslot file is damaged or cut short. Put back a copy of it; the store needs it.

    Without one, nothing opens any more; to remove what is left: meshdefense panic
    """


class KeyslotForeignError(StorageError):
    """The keyslot file was not written by MeshDefense, or was overwritten.

    Put back a copy of it, or remove what is left: meshdefense panic
    """


class KeyslotVersionError(StorageError):
    """The keyslot file was written by a newer MeshDefense. Update this one to open it."""


class KeyslotDowngradeError(StorageError):
    """The keyslot file asks for a passphrase check that is too weak or absurdly heavy.

    Somebody may have changed it. Put back a copy that you trust.
    """


class KeyslotUnavailableError(StorageError):
    """The keyslot file could not be read or written, or there is too little free memory."""


class StoreMissingError(StorageError):
    """There is no store in this folder."""


class StoreExistsError(StorageError):
    """There is a store or a keyslot file in this folder already; it was left as it is."""


class KeyslotGoneError(StoreExistsError):
    """There is a store in this folder, but no keyslot file, so that it cannot be opened.

    Put back a copy of keyslot.bin, or remove what is left: meshdefense panic
    """


class StorePlainError(StorageError):
    """The store is not encrypted, so it is not ours and was not opened."""


class StoreForeignError(StorageError):
    """The store and the keyslot file do not belong together, or the store's start is damaged."""


class StoreDamagedError(StorageError):
    """The store is damaged. Put back a copy, or start anew and let the mesh fill the store."""


class StoreUnavailableError(StorageError):
    """The store cannot be read or written now. Nothing was changed; trying again may work."""


class StoreFullError(StoreUnavailableError):
    """The disk is full, or the room that the store may take is used up. Nothing was stored.

    Free some space; it goes on by itself then.
    """


class StoreIncompleteError(StorageError):
    """The SQLite library cannot encrypt, so no store was opened. Reinstall MeshDefense."""


class ItemConflictError(StorageError):
    """Another item with the same number is stored already. Nothing was written."""


class IncarnationsSpentError(StorageError):
    """This node's folder was copied or put back so often that its numbers are used up.

    It could only send what others take for a repetition, so it does not start. Nothing was
    lost. Make a new folder, and let an organizer enrol you again.
    """


class SchemaTooNewError(StorageError):
    """The store was written by a newer MeshDefense, and was left as it is."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            f"It has version {found}; this program knows versions up to {known}. "
            "Update MeshDefense, or choose another folder."
        )
        self.found, self.known = found, known


class MigrationError(StorageError):
    """The store could not be brought up to date, and was left as it is."""
