"""What an engine starts with: who it is, and what was stored in an earlier life."""

from __future__ import annotations

from dataclasses import dataclass

from meshdefense_protocol.delivery import OutboxEntry
from meshdefense_protocol.events import Counter, HeldChanged
from meshdefense_protocol.items import Item
from meshdefense_protocol.membership import Membership, SavedWraps
from meshdefense_protocol.neighbours import Neighbour
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.seen import ReplayWindow
from meshdefense_protocol.transfer_parts import SavedTransfer

__all__ = ["Gap", "Membership", "SavedItem", "SavedState", "SavedWraps"]


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
    decisions: tuple[SavedItem, ...] = ()
    """Every stored item of the roster stream; they are not among `items`."""
    second_decisions: tuple[bytes, ...] = ()
    """Evidence of the roster stream: items under an id that another one has."""
    wraps: tuple[SavedWraps, ...] = ()
    """Wraps of the epochs before which somebody may still stand."""
