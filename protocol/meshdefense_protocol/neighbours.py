"""Whom this node hears directly, and what they hold.

A digest says what its sender holds; nothing here is asked for. Bounded, and persistent, so
that a restart shows what was proven before. Times are seconds since the epoch.
"""

from __future__ import annotations

from dataclasses import dataclass

from meshdefense_protocol.sealing import KeyClass

__all__ = ["Neighbour"]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A member whose digest came in without a relay."""

    member: int
    heard_at: float
    hashes: tuple[tuple[KeyClass, int], ...]
    """What it holds of each class, as it said last; ascending."""
    snr: float | None = None
    """Of its last digest, in dB."""
