"""Secrets that come from files: a passphrase, and the device share. Nothing heavy is imported."""

from __future__ import annotations

import codecs
import os
import secrets
import stat
from pathlib import Path
from typing import Final

from meshdefense.storage.errors import DeviceShareError, PassphraseFileError
from meshdefense.whole_file import sync_folder

__all__ = ["MAX_PASSPHRASE", "SHARE_SIZE", "make_share", "read_passphrase_file", "read_share"]

MAX_PASSPHRASE: Final = 1024
"""Bytes."""
SHARE_SIZE: Final = 32
"""Bytes of a device share: all of them random."""


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
    content = content.removeprefix(codecs.BOM_UTF8)  # some editors put it there unseen
    if content.endswith(b"\n"):
        content = content[:-1].removesuffix(b"\r")
    if not content:
        raise PassphraseFileError(f"{path} is empty.")
    if len(content) > MAX_PASSPHRASE:
        raise PassphraseFileError(f"{path} is longer than {MAX_PASSPHRASE} bytes.")
    return content


def make_share(path: Path) -> bytes:
    """Write a new device share with mode 0600 and return it once it is on the disk.

    A file that is there already is left alone. Raises DeviceShareError.
    """
    share = secrets.token_bytes(SHARE_SIZE)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb", buffering=0) as file:
            file.write(share)
            os.fsync(file.fileno())
        sync_folder(path.parent)
    except OSError as error:
        raise DeviceShareError(f"{path}: {error.strerror}.") from error
    return share


def read_share(path: Path) -> bytes:
    """The device share in a file. Raises DeviceShareError.

    Its mode is not looked at: a stick is often formatted with a file system that has none.
    """
    try:
        with path.open("rb") as file:
            share = file.read(SHARE_SIZE + 1)
    except OSError as error:
        raise DeviceShareError(f"{path}: {error.strerror}.") from error
    if len(share) != SHARE_SIZE:
        raise DeviceShareError(f"{path} does not have {SHARE_SIZE} bytes, so it is none.")
    return share
