"""Those who want harm: a member's keys in wrong hands, and a stranger with a radio.

Both only make frames; the radios and the air are those of everybody. Times are seconds since
the epoch.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from random import Random
from typing import Final

from meshdefense.simulator.faults import Attack
from meshdefense_protocol.digest import (
    HASH_MASK,
    Digest,
    Entry,
    Vector,
    decode_digest,
    encode_digest,
    stamp_of,
)
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.fragments import (
    CHUNK_SIZE,
    Fragment,
    FragmentRequest,
    encode_fragment,
    encode_request,
)
from meshdefense_protocol.frames import (
    FRAME_MIN,
    FrameType,
    open_frame,
    seal_control,
    seal_items,
    split_items,
)
from meshdefense_protocol.items import Item, decode_item, encode_item, stream_of, time_units
from meshdefense_protocol.limits import FRAME_MAX, LIFETIME_MAX_S, SEQUENCE_MAX
from meshdefense_protocol.packets import Manifest, Report
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.state import Membership

__all__ = ["Captured", "Outsider"]

KEPT: Final = 40
FLOOD_HOPS, NEAR_HOPS = 3, 0
_AUTHOR_MAX: Final = 0xFFFF

Frames = list[tuple[bytes, int]]
"""Payloads, and how often each may be relayed."""


class Captured:
    """A member's keys, used by somebody else."""

    def __init__(self, membership: Membership, attacks: Collection[Attack], rng: Random) -> None:
        self._me, self._rng = membership, rng
        # in the order of the enumeration: that of a set is not the same in every process
        self._attacks = [one for one in Attack if one in attacks]
        self._sequence = 0
        self._stamp = 0
        self._hashes: tuple[tuple[KeyClass, int], ...] = ()
        self._manifests: deque[Item] = deque(maxlen=KEPT)
        self.equivocated: set[ItemId] = set()

    def heard(self, payload: bytes) -> None:
        """A frame came in."""
        opened = open_frame(self._me.keys, payload)
        if isinstance(opened, Rejection):
            return
        _, kind, content = opened
        if kind is FrameType.DIGEST:
            digest = decode_digest(content)
            if not isinstance(digest, Rejection):
                self._hashes = digest.hashes
        elif kind is FrameType.ITEM:
            items = split_items(kind, content)
            item = items if isinstance(items, Rejection) else decode_item(items[0])
            if not isinstance(item, Rejection) and isinstance(item.body, Manifest):
                self._manifests.append(item)

    def act(self, attack: Attack, now: float) -> Frames:
        """The frames of one attack."""
        match attack:
            case Attack.FLOOD:
                claimed = now - self._rng.choice((0.0, 0.0, LIFETIME_MAX_S * self._rng.random()))
                return self._items([self._report(claimed)])
            case Attack.FORGE:
                return self._forged(now)
            case Attack.EQUIVOCATE:
                first = self._report(now)
                second = self._report(now, first.id)
                self.equivocated.add(first.id)
                return self._items(self._rng.sample([first, second], 2))
            case Attack.LIE:
                return self._digest(now, self._invented(), holders=self._rng.getrandbits(16))
            case Attack.ECHO:
                return self._digest(now, self._hashes)
            case Attack.ENDLESS:
                everything = tuple(
                    Entry(author, 0, ((SEQUENCE_MAX, 0),))
                    for author in range(1, self._rng.randint(2, 12))
                )
                return self._digest(now, self._invented(), Vector(0, _AUTHOR_MAX, everything))
            case Attack.GREED:
                return self._digest(now, self._invented(), Vector(0, _AUTHOR_MAX, ()))
            case Attack.IMPERSONATE:
                victim = self._rng.choice([m.number for m in self._me.roster])
                stamp = stamp_of(now) + self._rng.randint(1, 0x3000)
                return self._digest(now, self._invented(), sender=victim, stamp=stamp)
            case Attack.FRAGMENTS:
                return self._fragments(now)
            case _:
                return []

    @property
    def attacks(self) -> list[Attack]:
        """What it does, in a fixed order."""
        return self._attacks

    def _report(self, claimed: float, item_id: ItemId | None = None, author: int = 0) -> Item:
        body = Report(None, 1, size=self._rng.randint(1, 15), note=f"{self._rng.random():.9f}")
        if item_id is None:
            number = author or self._me.number
            item_id = ItemId(number, 0, self._sequence, stream_of(Report.KIND))
            self._sequence += 1
        return encode_item(
            body,
            item_id=item_id,
            units=time_units(claimed, self._me.charter.date),
            identity=self._me.identity,
            network_id=self._me.charter.network_id,
        )

    def _forged(self, now: float) -> Frames:
        """In another member's name, and in that of nobody."""
        others = [m.number for m in self._me.roster if m.number != self._me.number]
        stranger = len(self._me.roster) + 7
        return self._items(
            [
                self._report(now, author=self._rng.choice(others)),
                self._report(now, author=stranger),
            ]
        )

    def _items(self, items: list[Item]) -> Frames:
        keys = self._me.keys
        return [
            (seal_items(keys, KeyClass.EVERYONE, [item.raw], limit=FRAME_MAX), FLOOD_HOPS)
            for item in items
        ]

    def _invented(self) -> tuple[tuple[KeyClass, int], ...]:
        classes = sorted(self._me.keys.classes)
        return tuple((one, self._rng.getrandbits(64) & HASH_MASK | 1) for one in classes)

    def _digest(
        self,
        now: float,
        hashes: tuple[tuple[KeyClass, int], ...],
        vector: Vector | None = None,
        *,
        holders: int = 0,
        sender: int = 0,
        stamp: int | None = None,
    ) -> Frames:
        if stamp is None:
            self._stamp = stamp = max(self._stamp + 1, stamp_of(now))
        asks = self._rng.choice([m.number for m in self._me.roster]) if vector else 0
        sender = sender or self._me.number
        digest = Digest(sender, stamp & 0xFFFF, hashes, holders, vector, asks)
        content = encode_digest(digest)
        frame = seal_control(self._me.keys, KeyClass.EVERYONE, FrameType.DIGEST, content)
        return [(frame, NEAR_HOPS)]

    def _fragments(self, now: float) -> Frames:
        if not self._manifests:
            return []
        item = self._rng.choice(self._manifests)
        assert isinstance(item.body, Manifest)
        size = min(CHUNK_SIZE, item.body.size)
        self._stamp = max(self._stamp + 1, stamp_of(now))
        request = FragmentRequest(self._me.number, self._stamp & 0xFFFF, item.id, 0)
        wrong = Fragment(item.id, 0, self._rng.randbytes(size))
        scope = KeyClass(item.body.scope)
        return [
            (seal_control(self._me.keys, scope, kind, content), NEAR_HOPS)
            for kind, content in (
                (FrameType.REQUEST, encode_request(request)),
                (FrameType.FRAGMENT, encode_fragment(wrong)),
            )
        ]


class Outsider:
    """A radio on the channel without a key: noise, and what others sent, again."""

    def __init__(self, attacks: Collection[Attack], rng: Random) -> None:
        self.attacks = [one for one in Attack if one in attacks]
        self._rng = rng
        self._kept: list[bytes] = []

    def heard(self, payload: bytes) -> None:
        """A frame came in; the oldest are worth most, all may be kept."""
        if len(self._kept) < KEPT:
            self._kept.append(payload)
        else:
            self._kept[self._rng.randrange(KEPT)] = payload

    def act(self, attack: Attack, now: float) -> Frames:
        """The frames of one attack; `now` means nothing to it."""
        hops = self._rng.choice((NEAR_HOPS, FLOOD_HOPS))
        if attack is Attack.NOISE:
            noise = bytearray(self._rng.randbytes(self._rng.randint(FRAME_MIN - 2, FRAME_MAX + 5)))
            noise[0] = self._rng.choice((noise[0], 0x11, 0x12, 0x13, 0x14, 0x15))
            return [(bytes(noise), hops)]
        if attack is Attack.REPLAY and self._kept:
            frame = bytearray(self._rng.choice(self._kept))
            if self._rng.random() < 0.3:  # damaged on purpose
                frame[self._rng.randrange(len(frame))] ^= 1 << self._rng.randrange(8)
            return [(bytes(frame), hops)]
        return []
