"""The live set: what this node could give to others, with the hashes that digests compare.

A class's hash is the sum of its items' hashes modulo 2^64, so that a set that lacks one item
differs by exactly that item's hash: most repairs need no list at all. Positions are not in
it, nor what is over: expired items, alerts that were retracted, older check-ins. What left
lately is remembered for a while, since clocks differ and others may still hold it.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from meshdefense_protocol.class_set import ClassSet, Held, Key, item_hash
from meshdefense_protocol.digest import HASH_MASK, Entry, Vector
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import CheckIn, Retract
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.wire import varint

__all__ = ["HOLDINGS_MAX", "Holdings"]

HOLDINGS_MAX: Final = 4096
"""Items; the oldest are no longer offered to others when there are more."""
DECISIONS_MAX: Final = 4096
"""Of each organizer's decisions beside them: nothing that is said can push these out, and
nobody's can keep out those of others."""
SECONDS_MAX: Final = 64
"""Of each organizer's decisions under an id that another one has."""
LIMBO_MAX: Final = 64
LIMBO_S: Final = 7200.0
ASIDE_MAX: Final = 1024
_REPLACED_MAX: Final = 256
"""More than a shell submits before it knows whether its disk took them."""
NEWEST_MAX: Final = 32
"""How many of the newest a set may lack and still be recognised by its hash."""


class Holdings:
    """All live items by class."""

    def __init__(self) -> None:
        self._items: dict[ItemId, Held] = {}
        self._classes = {key_class: ClassSet() for key_class in KeyClass}
        self._retracted: dict[ItemId, ItemId] = {}
        self._checkins: dict[int, ItemId] = {}
        self._decisions: Counter[int] = Counter()
        self._replaced: OrderedDict[ItemId, Held] = OrderedDict()
        """By own item: what it made superfluous, in case that it is withdrawn."""
        self._seconds: dict[int, Held] = {}
        self._aside: OrderedDict[ItemId, tuple[Held, bool]] = OrderedDict()
        """Beyond the mark of a revocation, in case that it does not last; whether a check-in."""
        self.size_bytes = 0
        """Of all items together."""
        self._next_expiry = float("inf")

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[ItemId]:
        return iter(self._items)

    def __contains__(self, key: Key) -> bool:
        return self.get(key) is not None

    def get(self, key: Key) -> Held | None:
        """A live item."""
        return self._seconds.get(key) if isinstance(key, int) else self._items.get(key)

    # -- what comes and goes -----------------------------------------------------------------

    def add(
        self,
        item: Item,
        key_class: KeyClass,
        priority: Priority,
        now: float,
        expires_at: float,
        *,
        earlier: bool = False,
    ) -> Held | None:
        """Take in an accepted item; None when it is not worth holding for others.

        `earlier` is for one of an earlier run: its times are not of the clock that runs now.
        """
        if item.id.stream is Stream.POSITION or expires_at <= now or item.id in self._items:
            return None
        if item.id.stream is Stream.ROSTER and self._decisions[item.id.author] >= DECISIONS_MAX:
            return None
        if item.id in self._retracted:
            return None
        if isinstance(item.body, CheckIn):
            older = self._checkins.get(item.id.author)
            if older is not None and older > item.id:
                return None
            self._checkins[item.id.author] = item.id
            if older is not None:
                self._replace(older, item.id, now)
        elif isinstance(item.body, Retract) and item.body.ref.author == item.id.author:
            self._retracted[item.body.ref] = item.id
            self._replace(item.body.ref, item.id, now)
        if (
            item.id.stream is Stream.LOG
            and len(self._items) - self._decisions.total() >= HOLDINGS_MAX
        ):
            oldest = next(one for one in self._items if one.stream is Stream.LOG)
            self.remove(oldest, now)
            self._retracted = {r: by for r, by in self._retracted.items() if by != oldest}
        since = float("-inf") if earlier else now
        held = Held(item.id, item.raw, item_hash(item.raw), key_class, priority, since, expires_at)
        self._put(held)
        return held

    def add_second(self, item: Item, priority: Priority, now: float, expires_at: float) -> bool:
        """Hold a decision whose id another one has, which is live; whether it is held now.

        Both are in the hash, so that whoever has one of them gets the other.
        """
        first, value = self._items.get(item.id), item_hash(item.raw)
        if first is None or item.id.stream is not Stream.ROSTER:
            return False
        if first.hash == value or value in self._seconds:
            return False
        if sum(one.id.author == item.id.author for one in self._seconds.values()) >= SECONDS_MAX:
            return False
        held = Held(
            item.id, item.raw, value, first.key_class, priority, now, expires_at, second=True
        )
        self._seconds[value] = held
        self.size_bytes += len(held.raw)
        of = self._classes[held.key_class]
        of.hash = of.hash + value & HASH_MASK
        of.by_hash[value] = value
        return True

    def _remove_seconds(self, item_id: ItemId) -> None:
        for value in [one.hash for one in self._seconds.values() if one.id == item_id]:
            held = self._seconds.pop(value)
            self.size_bytes -= len(held.raw)
            of = self._classes[held.key_class]
            of.hash = of.hash - value & HASH_MASK
            del of.by_hash[value]

    def _put(self, held: Held) -> None:
        self._items[held.id] = held
        self._decisions[held.id.author] += held.id.stream is Stream.ROSTER
        self.size_bytes += len(held.raw)
        of = self._classes[held.key_class]
        of.said.pop(held.id.author, None)
        of.hash = of.hash + held.hash & HASH_MASK
        of.by_hash[held.hash] = held.id
        lives = of.authors.setdefault(held.id.author, {})
        lives.setdefault(held.id.incarnation, set()).add(held.id.sequence)
        of.limbo.pop(held.id, None)
        self._next_expiry = min(self._next_expiry, held.expires_at)

    def _replace(self, item_id: ItemId, by: ItemId, now: float) -> None:
        held = self._items.get(item_id)
        if held is not None:
            self._replaced[by] = held
            if len(self._replaced) > _REPLACED_MAX:
                self._replaced.popitem(last=False)
        self.remove(item_id, now)

    def withdraw(self, item_id: ItemId, now: float) -> None:
        """It was never said: what it made superfluous is live again. In any order."""
        before = self._replaced.pop(item_id, None)
        self._aside.pop(item_id, None)
        self._retracted = {ref: by for ref, by in self._retracted.items() if by != item_id}
        if item_id not in self._items:  # replaced itself, by one that may be withdrawn next
            for newer, held in self._replaced.items():
                if held.id == item_id:
                    if before is None:
                        del self._replaced[newer]
                    else:
                        self._replaced[newer] = before
                    return
            return
        was_checkin = self._checkins.get(item_id.author) == item_id
        self.remove(item_id, now)
        if before is not None and before.expires_at > now:
            self._put(before)
            if was_checkin:
                self._checkins[before.id.author] = before.id

    def judge(self, gone: Callable[[ItemId], bool], now: float) -> list[ItemId]:
        """Lay aside what is `gone`, take back what lay there and is not; returns the former."""
        for item_id in [one for one in self._aside if not gone(one)]:
            self._take_back(*self._aside.pop(item_id), now)
        found = [one for one in self._items if gone(one)]
        for item_id in found:
            was_checkin = self._checkins.get(item_id.author) == item_id
            self._aside[item_id] = self._items[item_id], was_checkin
            self._aside.move_to_end(item_id)  # it may lie there from before
            self.remove(item_id, now)
        while len(self._aside) > ASIDE_MAX:
            self._aside.popitem(last=False)
        return found

    def _take_back(self, held: Held, is_checkin: bool, now: float) -> None:
        over = held.expires_at <= now or held.id in self._retracted
        if over or held.id in self._items:
            return
        if is_checkin:
            other = self._checkins.get(held.id.author)
            if other is not None and other > held.id:
                return
            if other is not None:
                self.remove(other, now)
            self._checkins[held.id.author] = held.id
        self._put(held)

    def remove(self, item_id: ItemId, now: float) -> None:
        """It is over; does nothing when it is not here."""
        held = self._items.pop(item_id, None)
        if held is None:
            return
        if item_id.stream is Stream.ROSTER:
            self._decisions[item_id.author] -= 1
            self._remove_seconds(item_id)
        self.size_bytes -= len(held.raw)
        of = self._classes[held.key_class]
        of.said.pop(item_id.author, None)
        of.hash = of.hash - held.hash & HASH_MASK
        of.by_hash.pop(held.hash, None)
        lives = of.authors[item_id.author]
        lives[item_id.incarnation].discard(item_id.sequence)
        if not lives[item_id.incarnation]:
            del lives[item_id.incarnation]
        if not lives:
            del of.authors[item_id.author]
        of.limbo[item_id] = (held.hash, now)
        if len(of.limbo) > LIMBO_MAX:
            of.limbo.popitem(last=False)
        if self._checkins.get(item_id.author) == item_id:
            del self._checkins[item_id.author]

    def expire(self, now: float) -> list[ItemId]:
        """Let go of what is over; returns it."""
        if now < self._next_expiry:
            return []
        over = [held.id for held in self._items.values() if held.expires_at <= now]
        for item_id in sorted(over, key=lambda i: (self._items[i].expires_at, i)):
            self.remove(item_id, now)
        gone = set(over)
        self._retracted = {r: by for r, by in self._retracted.items() if by not in gone}
        self._next_expiry = min(
            (held.expires_at for held in self._items.values()), default=float("inf")
        )
        return over

    def shifted(self, by: float, since: float) -> None:
        """The clock was set forward by `by`: what came from `since` on was timed wrongly."""
        for item_id, held in self._items.items():
            if held.since >= since:
                self._items[item_id] = replace(
                    held, since=held.since + by, expires_at=held.expires_at + by
                )
        for item_id, (held, is_checkin) in self._aside.items():
            if held.since >= since:
                moved = replace(held, since=held.since + by, expires_at=held.expires_at + by)
                self._aside[item_id] = moved, is_checkin
        self._next_expiry = min(
            (held.expires_at for held in self._items.values()), default=float("inf")
        )

    # -- what digests compare ----------------------------------------------------------------

    def hash(self, key_class: KeyClass) -> int:
        """The class's hash; 0 when it is empty."""
        return self._classes[key_class].hash

    def lacking(self, key_class: KeyClass, theirs: int) -> list[Key] | None:
        """What a set with the hash `theirs` lacks, if that can be told from the hash alone.

        Empty when it lacks nothing that matters; None when only a list can tell.
        """
        of = self._classes[key_class]
        difference = of.hash - theirs & HASH_MASK
        if not difference:
            return []
        only = of.by_hash.get(difference)
        if only is not None:
            return [only]
        if not theirs:
            return list(of.by_hash.values())
        total = 0
        newest: list[Key] = []
        for value, key in reversed(of.by_hash.items()):
            total = total + value & HASH_MASK
            newest.append(key)
            if total == difference:
                return newest
            if len(newest) >= NEWEST_MAX:
                break
        return None

    def left_lately(self, key_class: KeyClass, theirs: int, now: float) -> bool:
        """Whether they hold what we do, and some of what left here a while ago."""
        of = self._classes[key_class]
        surplus = theirs - of.hash & HASH_MASK
        total = 0
        for value, left_at in reversed(of.limbo.values()):
            if now - left_at > LIMBO_S:
                break
            total = total + value & HASH_MASK
            if surplus in (value, total):
                return True
        return False

    def left(self, item_id: ItemId, key_class: KeyClass) -> bool:
        """Whether it was here and is over."""
        return item_id in self._classes[key_class].limbo

    def items(self, key_class: KeyClass) -> Iterator[Held]:
        """The items of a class, the newest first, without those under an id of another."""
        for key in reversed(self._classes[key_class].by_hash.values()):
            if not isinstance(key, int):
                yield self._items[key]

    def vector(self, key_class: KeyClass, first: int, room: int) -> Vector:
        """What is held of authors from `first` on, in at most `room` bytes of entries."""
        of = self._classes[key_class]
        entries: list[Entry] = []
        previous, last, most = first, 0xFFFF, room
        for author in sorted(author for author in of.authors if author >= first):
            mine, size = of.entries(author, most)
            size += len(varint(author - previous)) - 1
            if size > room:
                last = author - 1
                break
            entries += mine
            room -= size
            previous = author
        return Vector(first, max(first, last), tuple(entries))
