"""The journal of one radio: what is being done to it, on the disk before it is done.

A journal that begins and is not done says that the radio may be half written, whatever happened
to the computer meanwhile. It holds no secret: steps are words such as "channels written", and
the channels that are being written are there by name. A journal that cannot be read counts as
unfinished too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from meshdefense.provisioning.manifests import canonical_json
from meshdefense.provisioning.sealed import read_bytes, write_bytes

__all__ = ["Journal", "JournalEntry"]

_VERSION: Final = 1
_STEPS_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """The last run on one radio."""

    goal_digest: str
    """Digest of what was to be reached."""
    node_number: int
    begun_at: int
    """Seconds since the Unix epoch."""
    steps: tuple[str, ...]
    done: bool
    job: str = ""
    """What the radio was to become; empty where that was not noted."""
    channels: tuple[str, ...] = ()
    """Names of those whose keys it was to get, or had."""


class Journal:
    """Each call that changes it is on the disk when it returns. Raises FleetUnavailableError."""

    def __init__(self, path: Path, now: Callable[[], float]) -> None:
        self._path, self._now = path, now
        self.damaged = False
        """There is a file that cannot be read."""
        self.entry: JournalEntry | None = None
        """The last run; None where there was none."""
        content = read_bytes(path)
        if content is not None:
            try:
                self.entry = _read(content)
            except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
                self.damaged = True

    @property
    def unfinished(self) -> bool:
        """Whether a run began that was never done: the radio may be half written."""
        return self.damaged or (self.entry is not None and not self.entry.done)

    def begin(
        self, goal_digest: str, node_number: int, job: str = "", channels: tuple[str, ...] = ()
    ) -> None:
        """A run begins; nothing may be written into the radio before.

        Channels of a run before it that did not end stay noted: the radio may have their keys.
        """
        if self.entry is not None and not self.entry.done:
            channels = tuple(dict.fromkeys((*self.entry.channels, *channels)))
        now = int(self._now())
        self._write(JournalEntry(goal_digest, node_number, now, (), False, job, channels))

    def moved(self, node_number: int) -> None:
        """The radio has another number since the run began, as a new key makes it."""
        entry = self._running()
        if entry.node_number != node_number:
            self._write(replace(entry, node_number=node_number))

    def step(self, text: str) -> None:
        """Something was done, in words without a secret; the oldest of 500 are dropped."""
        entry = self._running()
        self._write(replace(entry, steps=(*entry.steps, text)[-_STEPS_MAX:]))

    def done(self) -> None:
        """The radio is as it was to be, and its manifest is on the disk."""
        self._write(replace(self._running(), done=True))

    def _running(self) -> JournalEntry:
        if self.entry is None or self.entry.done:
            raise RuntimeError("begin comes first")
        return self.entry

    def _write(self, entry: JournalEntry) -> None:
        write_bytes(
            self._path,
            canonical_json({
                "version": _VERSION,
                "goal": entry.goal_digest,
                "node": entry.node_number,
                "begun_at": entry.begun_at,
                "steps": list(entry.steps),
                "done": entry.done,
                "job": entry.job,
                "channels": list(entry.channels),
            }),
        )  # fmt: skip
        self.entry, self.damaged = entry, False


def _read(content: bytes) -> JournalEntry:
    found = json.loads(content)
    if found["version"] != _VERSION or not isinstance(found["done"], bool):
        raise ValueError("of another version")
    steps = tuple(str(step) for step in found["steps"])
    channels = tuple(str(name) for name in found.get("channels", ()))  # none in an older one
    return JournalEntry(
        str(found["goal"]), int(found["node"]), int(found["begun_at"]), steps, found["done"],
        str(found.get("job", "")), channels,
    )  # fmt: skip
