"""One long report: its fragments so far, and what is known of those around. Pure data.

`transfers` decides; this only remembers. Times are seconds.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from meshdefense_protocol.fragments import chunk_size, fragment_count
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.sealing import KeyClass

__all__ = ["RESTARTS_MAX", "SavedTransfer", "Transfer"]

RESTARTS_MAX: Final = 3
"""Wrong hashes after which it is tried again; one more and it is given up."""
PEERS_MAX: Final = 32
"""Members whose requests are remembered."""
SENDS_S: Final = 600.0
SENDS_EACH: Final = 3
"""So often the whole text goes out in SENDS_S at most: whoever asks for all for ever."""
SENDS_OF_ONE: Final = 6
"""A single fragment may go more often, at the cost of the others: lossy links need it."""


@dataclass(frozen=True, slots=True)
class SavedTransfer:
    """A transfer as it is stored: the manifest's facts and the fragments that are here."""

    ref: ItemId
    key_class: KeyClass
    size: int
    digest: bytes
    expires_at: float
    restarts: int = 0
    parts: tuple[tuple[int, bytes], ...] = ()
    """Index and data, ascending."""


@dataclass(slots=True)
class Transfer:
    """A transfer at work."""

    ref: ItemId
    key_class: KeyClass
    size: int
    digest: bytes
    """The hash that the manifest announces."""
    expires_at: float
    restarts: int = 0
    """How often all fragments were there and were not the text."""
    parts: dict[int, bytes] = field(default_factory=dict)
    complete: bool = False
    ask_at: float = 0.0
    wait_s: float = 0.0
    """The next wait between two requests."""
    offered: int = 0
    """Bit n: somebody said to have fragment n, which is lacking here."""
    wanted: dict[int, float] = field(default_factory=dict)
    """Fragments to send, and when."""
    asked: dict[int, tuple[int, float]] = field(default_factory=dict)
    """By member: what it lacked (bit n: fragment n) when it last asked, and when that was."""
    sends: deque[tuple[float, int]] = field(default_factory=deque)
    """When which fragment was sent from here in the last SENDS_S, the newest last."""

    @property
    def count(self) -> int:
        """Fragments in all."""
        return fragment_count(self.size)

    @property
    def wants_parts(self) -> bool:
        """Whether it is neither whole nor given up."""
        return not self.complete and self.restarts <= RESTARTS_MAX

    @property
    def missing_mask(self) -> int:
        """Bit n: fragment n is not here."""
        return sum(1 << index for index in range(self.count) if index not in self.parts)

    def content(self) -> bytes:
        """The text, when all fragments are here."""
        return b"".join(self.parts[index] for index in range(self.count))

    def asks(self, member: int, lacks: int, now: float) -> None:
        """A member lacks these fragments, and no others."""
        self.asked.pop(member, None)
        if lacks:
            self.asked[member] = (lacks, now)
        if len(self.asked) > PEERS_MAX:
            del self.asked[next(iter(self.asked))]

    def answered(self, since: float) -> None:
        """Those who asked since then are being answered; if it is not enough they ask again."""
        for member in [member for member, (_, at) in self.asked.items() if at >= since]:
            del self.asked[member]

    def is_asked(self, index: int, since: float) -> bool:
        """Whether somebody lacks a fragment, by what was said since then."""
        return any(lacks >> index & 1 and at >= since for lacks, at in self.asked.values())

    def may_send(self, index: int, now: float) -> bool:
        """Whether this fragment, and the text as a whole, have not gone out too often lately."""
        while self.sends and not 0 <= now - self.sends[0][0] < SENDS_S:
            self.sends.popleft()
        if len(self.sends) >= max(SENDS_EACH * self.count, SENDS_OF_ONE):
            return False
        return sum(sent == index for _, sent in self.sends) < SENDS_OF_ONE

    def note_sent(self, index: int, now: float) -> None:
        """It went out: it is neither wanted nor asked for any longer."""
        self.wanted.pop(index, None)
        for member, (lacks, at) in self.asked.items():
            self.asked[member] = (lacks & ~(1 << index), at)
        self.sends.append((now, index))
        self.wanted = {i: at for i, at in self.wanted.items() if self.may_send(i, now)}

    def shifted(self, by: float) -> None:
        """The clock was set forward by `by` seconds."""
        self.expires_at += by
        self.ask_at += by
        self.wanted = {index: at + by for index, at in self.wanted.items()}
        self.asked = {member: (lacks, at + by) for member, (lacks, at) in self.asked.items()}
        self.sends = deque((at + by, index) for at, index in self.sends)

    def saved(self) -> SavedTransfer:
        """What a restart needs."""
        return SavedTransfer(
            self.ref,
            self.key_class,
            self.size,
            self.digest,
            self.expires_at,
            self.restarts,
            tuple(sorted(self.parts.items())),
        )

    @classmethod
    def loaded(cls, saved: SavedTransfer) -> Transfer:
        """The transfer that was stored, without fragments of a wrong size."""
        parts = {
            index: data
            for index, data in saved.parts
            if 0 <= index < fragment_count(saved.size)
            and len(data) == chunk_size(saved.size, index)
        }
        return cls(
            saved.ref,
            saved.key_class,
            saved.size,
            saved.digest,
            saved.expires_at,
            saved.restarts,
            parts,
        )
