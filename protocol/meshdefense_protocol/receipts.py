"""Who holds what this member said: proven by their own digests, never by hope.

Two sums are kept. For each class, the members known to hold exactly what this node holds
now; a digest passes that on, so that it crosses hops without a packet of its own. For each
own live item, everybody who was ever known to hold it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from meshdefense_protocol.digest import HOLDERS_BYTES
from meshdefense_protocol.events import HeldChanged
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.sealing import KeyClass

__all__ = ["OWN_MAX", "Receipts", "members_of"]

OWN_MAX: Final = 512
"""Own items whose holders are kept; the oldest go first."""
_NAMEABLE: Final = (1 << 8 * 256) - 1
"""Members that a digest's bitmap can name: its offset is one byte."""


def members_of(mask: int) -> tuple[int, ...]:
    """The numbers in a bitmap, ascending."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return tuple(found)


class Receipts:
    """What is known of others' holdings."""

    def __init__(self, me: int, saved: Iterable[HeldChanged] = ()) -> None:
        self._me = 1 << me
        self._own: dict[ItemId, tuple[KeyClass, int]] = {}
        self._saved = {
            one.item_id: sum(1 << member for member in set(one.holders)) for one in saved
        }
        self._same: dict[KeyClass, int] = {}

    def own(self, item_id: ItemId, key_class: KeyClass) -> None:
        """This member said something: watch who gets it."""
        self._own[item_id] = (key_class, self._saved.pop(item_id, 0))
        if len(self._own) > OWN_MAX:
            del self._own[next(iter(self._own))]

    def over(self, item_id: ItemId) -> None:
        """It is no longer live."""
        self._own.pop(item_id, None)

    def set_changed(self, key_class: KeyClass) -> None:
        """What this node holds of a class is another set now: nobody is known to hold it."""
        self._same.pop(key_class, None)

    def same(self, key_class: KeyClass, members: int) -> list[HeldChanged]:
        """These members hold exactly what this node holds of a class."""
        known = self._same.get(key_class, 0)
        if not members & ~known:
            return []
        self._same[key_class] = known | members
        return [
            changed
            for item_id, (of, _) in list(self._own.items())
            if of is key_class and (changed := self.holds(item_id, members)) is not None
        ]

    def holds(self, item_id: ItemId, members: int) -> HeldChanged | None:
        """These members hold an own item; None when that is not news."""
        entry = self._own.get(item_id)
        if entry is None:
            return None
        known = entry[1] | members & ~self._me
        if known == entry[1]:
            return None
        self._own[item_id] = (entry[0], known)
        return HeldChanged(item_id, members_of(known))

    def holders(self, item_id: ItemId) -> int:
        """Bitmap of the known holders of an own live item, without this node."""
        entry = self._own.get(item_id)
        return 0 if entry is None else entry[1]

    def known_same(self, classes: Iterable[KeyClass]) -> int:
        """Bitmap for an own digest: others who hold the same of all these classes."""
        masks = [self._same.get(key_class, 0) for key_class in classes]
        if not masks:
            return 0
        joined = masks[0]
        for mask in masks[1:]:
            joined &= mask
        joined &= ~self._me & _NAMEABLE
        lowest = (joined & -joined).bit_length() - 1 & ~7 if joined else 0
        return joined & ((1 << 8 * HOLDERS_BYTES) - 1) << lowest
