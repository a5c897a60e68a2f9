"""Which counts of `DeliveryWords.held` are said: the same on the screen and in the shell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

__all__ = ["held_counts"]

_ROLES: Final = ("verifiers", "bases")


def held_counts(held: Mapping[str, Any]) -> list[tuple[str, int, int]]:
    """Name of the group, members that are known to hold it, members that there are.

    Verifiers and bases where the network has them. While none of these is known to hold it,
    all members come first, since somebody does.
    """
    found = [(name, *_pair(held[name])) for name in _ROLES if name in held]
    if not any(known for _, known, _ in found):
        found.insert(0, ("all", *_pair(held["all"])))
    return found


def _pair(counts: Sequence[int]) -> tuple[int, int]:
    known, there = counts
    return known, there
