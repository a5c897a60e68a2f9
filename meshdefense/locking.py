"""The daemon's lock: after a while without a person its socket answers next to nothing.

The node behind it goes on receiving, storing, relaying and alarming. The lock keeps a screen
that was left alone from being read; who can look into the memory of the process is not kept
out by it. The passphrase is checked against the keyslot file, as at the start.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from meshdefense import clock, panic
from meshdefense.paths import DataFolder
from meshdefense.storage.attempts import Attempts, attempts_path
from meshdefense.storage.errors import StorageError, WrongPassphraseError
from meshdefense.storage.keyslots import SlotKind, StoreKey, open_slot

__all__ = ["IDLE_LOCK_S", "Forced", "Guard", "TooSoonError", "UnableError"]

IDLE_LOCK_S: Final = 120.0
LOOK_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Forced:
    """A duress passphrase that somebody gave, and what its slot held."""

    passphrase: bytes = field(repr=False)
    held: StoreKey = field(repr=False)


Burn = Callable[[Forced | None], Awaitable[dict[str, Any]]]
"""Destroys the node; after a duress passphrase it leaves the decoy that this opens."""


class TooSoonError(WrongPassphraseError):
    """Wrong passphrases came before, so the next try has to wait."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"Wait {math.ceil(wait_s)} s.")
        self.wait_s = wait_s


class UnableError(Exception):
    """This daemon has nothing that could be locked or destroyed."""


class Guard:
    """Whether the socket is locked. Everything is called from one event loop."""

    def __init__(
        self,
        folder: DataFolder,
        fits: Callable[[StoreKey], bool],
        *,
        idle_s: float | None = IDLE_LOCK_S,
        share: Path | None = None,
        burn: Burn | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`fits` says whether a key is that of the open store; `idle_s` None never locks.

        Without it a keyslot file that somebody put in place would unlock a running node.
        `share` is the path of the device share, which goes in a panic.
        """
        self.folder, self.share = folder, share
        self._fits, self._idle_s, self._burn = fits, idle_s, burn
        self._monotonic = monotonic
        self._active_at = monotonic()
        self._attempts = Attempts(attempts_path(folder.root))
        self._turn = asyncio.Lock()
        self._listeners: set[Callable[[bool], None]] = set()
        self.locked = False

    def listen(self, notice: Callable[[bool], None]) -> None:
        """Call `notice` with True on each lock, with False on each unlock, until `unlisten`."""
        self._listeners.add(notice)

    def unlisten(self, notice: Callable[[bool], None]) -> None:
        """Stop calling it."""
        self._listeners.discard(notice)

    def active(self) -> None:
        """A person did something."""
        self._active_at = self._monotonic()

    def lock(self) -> None:
        """Lock now; safe twice."""
        self._set(True)

    def wait_s(self) -> float:
        """Seconds until the next try to unlock."""
        return self._attempts.wait_s(clock.now())

    async def unlock(self, passphrase: bytes, share: bytes | None = None) -> None:
        """Unlock by the passphrase; by a recovery sheet a new one is set first, in the file.

        Raises WrongPassphraseError, TooSoonError, and as `open_slot`. A duress passphrase
        seems to unlock; by then there is nothing left but a decoy.
        """
        async with self._turn:
            if (wait := self.wait_s()) > 0:
                raise TooSoonError(wait)
            self._attempts.begin(clock.now())
            try:
                opened = await asyncio.to_thread(
                    open_slot, self.folder.keyslot, passphrase, share=share
                )
            except WrongPassphraseError:
                raise
            except StorageError:
                self._attempts.succeeded()  # the file is at fault, not the person
                raise
            if opened.kind is SlotKind.DURESS:
                if self._burn is not None:
                    await self._burn(Forced(passphrase, opened.key))
                return
            if not self._fits(opened.key):
                raise WrongPassphraseError
            self._attempts.succeeded()
        self.active()
        self._set(False)

    async def panic(self) -> dict[str, Any]:
        """Destroy everything; the process ends soon after. Raises UnableError."""
        if self._burn is None:
            raise UnableError("this daemon cannot destroy its folder")
        return await self._burn(None)

    def rehearse(self) -> dict[str, Any]:
        """What a panic would do. Writes nothing."""
        return panic.rehearse(self.folder, share=self.share)

    async def watch(self) -> None:
        """Lock when nobody did anything for long enough; until cancelled."""
        if self._idle_s is None:
            return
        while True:
            await asyncio.sleep(min(LOOK_S, self._idle_s))
            if not self.locked and self._monotonic() - self._active_at >= self._idle_s:
                self.lock()

    def _set(self, locked: bool) -> None:
        if locked is self.locked:
            return
        self.locked = locked
        for notice in list(self._listeners):
            notice(locked)
