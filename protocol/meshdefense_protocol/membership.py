"""Who a node is: its network, the roster as it stands, its member, its keys."""

from __future__ import annotations

from dataclasses import dataclass, field

from meshdefense_protocol.charter import Charter
from meshdefense_protocol.identity import Identity
from meshdefense_protocol.roster import Roster
from meshdefense_protocol.sealing import KeyRing
from meshdefense_protocol.vault import Vault

__all__ = ["Membership", "SavedWraps"]


@dataclass(frozen=True, slots=True)
class Membership:
    """Who this node is, on which network, with which keys."""

    charter: Charter
    roster: Roster
    identity: Identity
    number: int
    keys: KeyRing
    vault: Vault = field(default_factory=Vault)
    """What `keys` are made from, where they can change."""


@dataclass(frozen=True, slots=True)
class SavedWraps:
    """Everything that members need to open an epoch's seed; checked against the decision."""

    epoch: int
    content: bytes
