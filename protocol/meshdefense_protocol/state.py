"""What an engine starts with: who it is, and what was stored in an earlier life."""

from __future__ import annotations

from dataclasses import dataclass

from meshdefense_protocol.charter import Charter
from meshdefense_protocol.delivery import OutboxEntry
from meshdefense_protocol.events import Counter, HeldChanged
from meshdefense_protocol.identity import Identity
from meshdefense_protocol.items import Item
from meshdefense_protocol.neighbours import Neighbour
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.roster import Roster
from meshdefense_protocol.sealing import KeyRing
from meshdefense_protocol.seen import ReplayWindow
from meshdefense_protocol.transfer_parts import SavedTransfer

__all__ = ["Gap", "Membership", "SavedItem", "SavedState"]


@dataclass(frozen=True, slots=True)
class Membership:
    """Who this node is, on which network, with which keys."""

    charter: Charter
    roster: Roster
    identity: Identity
    number: int
    keys: KeyRing


@dataclass(frozen=True, slots=True)
class SavedItem:
    """An accepted item of an earlier life."""

    id: ItemId
    raw: bytes
    received_at: float


@dataclass(frozen=True, slots=True)
class Gap:
    """Items of one author that exist, as later sequences show, and that are not here."""

    author: int
    missing: int
    newest: int
    """Highest sequence that is here."""


@dataclass(frozen=True, slots=True)
class SavedState:
    """What was stored in an earlier life."""

    windows: tuple[ReplayWindow, ...] = ()
    counters: tuple[Counter, ...] = ()
    outbox: tuple[tuple[OutboxEntry, Item], ...] = ()
    items: tuple[SavedItem, ...] = ()
    """Stored items, newest last; ITEMS_REMEMBERED are enough."""
    neighbours: tuple[Neighbour, ...] = ()
    held: tuple[HeldChanged, ...] = ()
    """Known holders of own items."""
    transfers: tuple[SavedTransfer, ...] = ()
    """Long reports, whole or growing."""
