"""The live items of one key class: their hash, and what a vector says of each author.

Source: docs/protocol.md, "Sync".
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from meshdefense_protocol.digest import Entry, entry_bytes
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.sealing import KeyClass

__all__ = ["ClassSet", "Held", "Key", "item_hash"]

Key = ItemId | int
"""Names one held item: its id, or the hash of one whose id another item had first."""

ENTRY_MAX: Final = 40
"""Bytes: an author with more holes than fit is said in part."""


def item_hash(raw: bytes) -> int:
    """What an item adds to the hash of its class."""
    return int.from_bytes(hashlib.blake2b(raw, digest_size=8).digest(), "big")


@dataclass(frozen=True, slots=True)
class Held:
    """One live item."""

    id: ItemId
    raw: bytes
    hash: int
    key_class: KeyClass
    priority: Priority
    since: float
    """When it came, in seconds since the epoch; minus infinity in an earlier run."""
    expires_at: float
    second: bool = False
    """Its id was another item's when it came: a decision that contradicts another."""

    @property
    def key(self) -> Key:
        """What names it among the held."""
        return self.hash if self.second else self.id


class ClassSet:
    """The items of one key class, with what digests and vectors say of them."""

    __slots__ = ("authors", "by_hash", "hash", "limbo", "said")

    def __init__(self) -> None:
        self.hash = 0
        self.by_hash: dict[int, Key] = {}
        """In the order in which they came."""
        self.authors: dict[int, dict[int, set[int]]] = {}
        """Sequences by author and incarnation."""
        self.limbo: OrderedDict[ItemId, tuple[int, float]] = OrderedDict()
        """Hash of what left, and when."""
        self.said: dict[int, tuple[list[Entry], int]] = {}
        """Entries of authors about whom nothing changed since, with their bytes."""

    def entries(self, author: int, most: int) -> tuple[list[Entry], int]:
        """What a vector says of an author, and its bytes after an entry of the same author."""
        known = self.said.get(author)
        if known is not None and most >= ENTRY_MAX * len(known[0]):
            return known
        lives = sorted(self.authors[author].items())
        # an author whose lives do not all fit would be said to have said nothing
        limit = min(ENTRY_MAX, most // len(lives))
        entries = [_entry(author, *life, limit) for life in lives]
        found = entries, sum(len(entry_bytes(entry, author)) for entry in entries)
        if limit == ENTRY_MAX:
            self.said[author] = found
        return found


def _entry(author: int, incarnation: int, sequences: set[int], most: int) -> Entry:
    runs: list[tuple[int, int]] = []
    for sequence in sorted(sequences, reverse=True):
        if runs and runs[-1][1] == sequence + 1:
            runs[-1] = (runs[-1][0], sequence)
        else:
            runs.append((sequence, sequence))
    entry = Entry(author, incarnation, tuple(runs))
    while len(entry_bytes(entry, author)) > most and len(runs) > 1:
        runs.pop()
        entry = Entry(author, incarnation, tuple(runs), cut=True)
    return entry
