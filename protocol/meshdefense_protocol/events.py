"""What the engine tells its shell. The shell stores an event *before* it acts on later ones."""

from __future__ import annotations

from dataclasses import dataclass, field

from meshdefense_protocol.delivery import OutboxEntry
from meshdefense_protocol.items import Item, ItemId
from meshdefense_protocol.membership import Membership, SavedWraps
from meshdefense_protocol.neighbours import Neighbour
from meshdefense_protocol.packets.reference import Stream
from meshdefense_protocol.seen import ReplayWindow
from meshdefense_protocol.transfer_parts import SavedTransfer
from meshdefense_protocol.transport import Reception

__all__ = [
    "Counter",
    "CounterAdvanced",
    "Equivocated",
    "Event",
    "HeldChanged",
    "ItemAccepted",
    "NeighbourChanged",
    "OutboxChanged",
    "RosterChanged",
    "SeedOpened",
    "TextCompleted",
    "TransferChanged",
    "WrapsKept",
]


@dataclass(frozen=True, slots=True)
class ItemAccepted:
    """An item passed every check. Store it with its window, then show it."""

    item: Item
    own: bool
    received_at: float
    claimed_at: float
    expires_at: float
    """Counted from the claimed time where that can be right, else from reception."""
    window: ReplayWindow
    reception: Reception | None


@dataclass(frozen=True, slots=True)
class Counter:
    """Where an own stream stands."""

    stream: Stream
    incarnation: int
    next_sequence: int


@dataclass(frozen=True, slots=True)
class CounterAdvanced:
    """An own sequence was used. Store it in the same transaction as its item."""

    counter: Counter


@dataclass(frozen=True, slots=True)
class OutboxChanged:
    """News of an own item on its way out."""

    entry: OutboxEntry


@dataclass(frozen=True, slots=True)
class Equivocated:
    """An author signed a second item under an id that was used: evidence, kept and shown."""

    item_id: ItemId
    raw: bytes
    at: float


@dataclass(frozen=True, slots=True)
class HeldChanged:
    """More members are known to hold an own item, by what they said themselves."""

    item_id: ItemId
    holders: tuple[int, ...]
    """All known holders but this node, ascending."""


@dataclass(frozen=True, slots=True)
class NeighbourChanged:
    """A neighbour said what it holds. Store it when convenient: losing it costs one digest."""

    neighbour: Neighbour


@dataclass(frozen=True, slots=True)
class TransferChanged:
    """A long report began or grew. Store it: an interrupted transfer goes on from there."""

    transfer: SavedTransfer


@dataclass(frozen=True, slots=True)
class TextCompleted:
    """A long report of others is whole and is what its manifest announced."""

    item_id: ItemId
    content: bytes
    at: float


@dataclass(frozen=True, slots=True)
class RosterChanged:
    """Organizers decided something, or keys changed: who may say what is told anew."""

    membership: Membership


@dataclass(frozen=True, slots=True)
class WrapsKept:
    """The wraps of a new epoch are whole. Store them: others will need them."""

    wraps: SavedWraps


@dataclass(frozen=True, slots=True)
class SeedOpened:
    """This member has the seed of a new epoch. Store it at once, as a secret."""

    epoch: int
    seed: bytes = field(repr=False)


Event = (
    ItemAccepted
    | CounterAdvanced
    | OutboxChanged
    | Equivocated
    | HeldChanged
    | NeighbourChanged
    | TransferChanged
    | TextCompleted
    | RosterChanged
    | WrapsKept
    | SeedOpened
)
