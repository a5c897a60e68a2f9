"""What a member keeps secret besides the signing key, and the keys that follow from it.

A class's secret in an epoch follows from the epoch's seed, which all members have, and from
the class's own static secret, which only those in the class have. So one re-key renews all
classes, and whoever is out has no seed. Source: docs/protocol.md, "Re-key".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from meshdefense_protocol.rekey import class_secret, commitment_of
from meshdefense_protocol.roster import Roster
from meshdefense_protocol.sealing import EpochSecret, KeyClass

__all__ = ["EPOCHS_KEPT", "Master", "Vault", "kept_epochs"]

EPOCHS_KEPT: Final = 3
"""The one in force, and those before it from which members can still be brought up to date."""


@dataclass(frozen=True, slots=True)
class Master:
    """What organizers make members' tree keys and new wraps from."""

    generation: int
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Vault:
    """One member's secrets. Its repr shows none."""

    statics: Mapping[KeyClass, bytes] = field(default_factory=dict, repr=False)
    """32 bytes for each class that the member is in."""
    seeds: tuple[tuple[int, bytes], ...] = field(default=(), repr=False)
    """Epoch and its seed of 16 bytes; two of one epoch where two decisions were rivals."""
    generation: int = 0
    """Of `path`."""
    path: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    """The member's 17 tree keys by node."""
    master: Master | None = None
    """Organizers only."""

    def __bool__(self) -> bool:
        """Whether there is anything in it."""
        return bool(self.statics and self.seeds)

    def seed(self, epoch: int, roster: Roster, network_id: bytes) -> bytes | None:
        """The seed of an epoch that is the one its decision committed to."""
        if epoch > roster.epoch:
            return None
        for number, seed in self.seeds:
            if number != epoch:
                continue
            if epoch == 1 or commitment_of(network_id, epoch, seed) == (
                roster.epochs[epoch - 2].commitment
            ):
                return seed
        return None

    def newest(self, roster: Roster, network_id: bytes) -> int:
        """The newest epoch whose seed is here; 0 for none."""
        for epoch in range(roster.epoch, 0, -1):
            if self.seed(epoch, roster, network_id) is not None:
                return epoch
        return 0

    def with_seed(self, epoch: int, seed: bytes) -> Vault:
        """The same with one more seed, without those that are too old to be of use."""
        pairs = {*self.seeds, (epoch, seed)}
        kept = kept_epochs(number for number, _ in pairs)
        return replace(self, seeds=tuple(sorted(pair for pair in pairs if pair[0] in kept)))

    def secrets(self, roster: Roster, network_id: bytes) -> list[EpochSecret]:
        """The class secrets of the epochs that are kept, as far as their seeds are here."""
        found = []
        for epoch in sorted(kept_epochs(number for number, _ in self.seeds)):
            seed = self.seed(epoch, roster, network_id)
            if seed is None:
                continue
            for key_class, static in self.statics.items():
                secret = class_secret(static, seed, int(key_class), epoch)
                found.append(EpochSecret(key_class, epoch, secret))
        return found


def kept_epochs(numbers: Iterable[int]) -> frozenset[int]:
    """The newest EPOCHS_KEPT of these."""
    return frozenset(sorted(set(numbers))[-EPOCHS_KEPT:])
