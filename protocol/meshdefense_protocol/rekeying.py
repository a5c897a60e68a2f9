"""Bringing members to new keys: the wraps' way through the mesh, and those who are behind.

Whoever decides on new keys floods their wraps once, sealed with the old keys. Later a member
who was away shows it by a digest that is sealed with old keys; a neighbour then sends what it
takes to follow, the decision, its endorsements and the wraps, under those old keys and to
direct neighbours only. Nothing else is ever sealed with old keys once the new ones are here.

Waits are in units of the time that a usual frame is on air. Times are seconds since the epoch.
Source: docs/protocol.md, "Re-key".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from meshdefense_protocol.membership import SavedWraps
from meshdefense_protocol.packets import Rekey
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.rekey_parts import Assembly, Part, content_hash, parts
from meshdefense_protocol.roster import Epoch, Roster
from meshdefense_protocol.vault import EPOCHS_KEPT

__all__ = ["Behind", "RekeyFrame", "Rekeying"]

START_UNITS: Final = 6.0
"""Before the author's first part: the decision is still being relayed."""
GAP_UNITS: Final = 3.0
"""Between own parts: each is relayed over some hops."""
OFFER_UNITS: Final = 6.0
"""Within so many a neighbour begins to help; the first who does keeps the others quiet."""
YIELD_UNITS: Final = 12.0
HELP_MAX: Final = 8
"""Times an hour that the same is sent, whoever asks: whoever has an old key can ask in any name."""
PAUSE_S, PAUSE_MAX_S = 30.0, 900.0
"""Between two times that the same is sent; doubles while the same members stay behind."""
SEEK_S, SEEK_MAX_S = 15.0, 600.0
"""A node that knows of new keys and has no wraps says so by a digest after so long."""
BEHIND_MAX: Final = 256


@dataclass(frozen=True, slots=True)
class Behind:
    """A member who was last heard with older keys than those in force."""

    member: int
    epoch: int
    heard_at: float


@dataclass(frozen=True, slots=True)
class RekeyFrame:
    """Something to send under older keys: a decision's item, or a part of the wraps."""

    number: int
    """The epoch that it leads to."""
    under: int
    """Epoch of the key to seal it with."""
    item: ItemId | None
    part: bytes
    """Where `item` is None."""
    priority: Priority
    flood: bool


@dataclass(slots=True)
class _Offer:
    """What is being sent for one epoch."""

    under: int
    queue: list[ItemId | bytes]
    at: float
    flood: bool
    by: ItemId | None = None
    """The own decision that it is for."""


@dataclass(slots=True)
class _Help:
    """How often members before one epoch were helped."""

    pause_s: float = PAUSE_S
    next_at: float = -1e18
    members: frozenset[int] = field(default_factory=frozenset)
    times: tuple[float, ...] = ()


class Rekeying:
    """One node's part in it. `entropy` gives numbers from 0 up to 1."""

    def __init__(
        self,
        network_id: bytes,
        *,
        entropy: Callable[[], float],
        unit_s: float,
        wraps: Iterable[SavedWraps] = (),
    ) -> None:
        self._network_id, self._entropy, self.unit_s = network_id, entropy, unit_s
        self._contents = {content_hash(network_id, one.epoch, one.content): one for one in wraps}
        self._assembly = Assembly(network_id)
        self._expected: bytes | None = None
        self._offers: dict[int, _Offer] = {}
        self._helps: dict[int, _Help] = {}
        self._behind: dict[int, Behind] = {}
        self._seek_at: float | None = None
        self._seek_s = SEEK_S
        self._roster: Roster | None = None
        self._newest = 0
        self._held: tuple[int, ...] = ()

    # -- what is known -----------------------------------------------------------------------

    def update(self, roster: Roster, held: tuple[int, ...], now: float) -> SavedWraps | None:
        """Another roster, or other keys here: `held` are the epochs of all, ascending.

        Returns wraps that turned out to be those that were decided.
        """
        newest = held[-1] if held else 0
        if newest != self._newest:
            self._behind = {n: one for n, one in self._behind.items() if one.epoch < newest}
            self._seek_at, self._seek_s = None, SEEK_S
        self._roster, self._newest, self._held = roster, newest, held
        for old in [k for k, one in self._contents.items() if one.epoch <= newest - EPOCHS_KEPT]:
            del self._contents[old]
        wanted = self._wanted()
        if wanted is None:
            self._seek_at = None
            return None
        epoch, expected, size = wanted
        if epoch <= roster.epoch and self._seek_at is None:
            self._seek_at = now + self._seek_s * (0.5 + self._entropy())
        if expected in self._contents or expected == self._expected:
            return None
        self._expected = expected
        content = self._assembly.expect(epoch, expected, size)
        return None if content is None else self._keep(epoch, expected, content)

    def _wanted(self) -> tuple[int, bytes, int] | None:
        """The wraps that lead on from here: of a decision that counts, or may yet."""
        assert self._roster is not None
        if 0 < self._newest < self._roster.epoch:
            found = self._roster.epochs[-1]  # no seed of an epoch between is needed for it
            return found.number, found.content_hash, found.size
        for pending in self._roster.pending:
            body = pending.body
            if isinstance(body, Rekey) and body.epoch == self._newest + 1:
                return body.epoch, body.content_hash, body.size
        return None

    def _keep(self, epoch: int, expected: bytes, content: bytes) -> SavedWraps:
        kept = SavedWraps(epoch, content)
        self._contents[expected] = kept
        return kept

    def wraps(self, epoch: Epoch) -> bytes | None:
        """The wraps of an epoch that are here."""
        kept = self._contents.get(epoch.content_hash)
        return None if kept is None else kept.content

    def behind(self) -> list[Behind]:
        """Members who were last heard with older keys, the latest first."""
        return sorted(self._behind.values(), key=lambda one: -one.heard_at)

    # -- what comes in -----------------------------------------------------------------------

    def withdraw(self, item_id: ItemId) -> None:
        """An own decision that could not be stored: its wraps stay here."""
        self._offers = {n: one for n, one in self._offers.items() if one.by != item_id}

    def decided(self, by: ItemId, body: Rekey, content: bytes, now: float) -> SavedWraps:
        """This member decided on new keys: the wraps go out after the decision."""
        kept = self._keep(body.epoch, body.content_hash, content)
        queue: list[ItemId | bytes] = list(parts(self._network_id, body.epoch, content))
        at = now + START_UNITS * self.unit_s
        self._offers[body.epoch] = _Offer(self._newest, queue, at, flood=True, by=by)
        return kept

    def part_heard(self, part: Part, now: float) -> SavedWraps | None:
        """A part; returns the wraps once they are whole and are those that were decided."""
        offer = self._offers.get(part.epoch)
        if offer is not None and not offer.flood:  # somebody else is at it
            offer.at = max(offer.at, now + YIELD_UNITS * self.unit_s)
            offer.queue = [one for one in offer.queue if not _is_part(one, part)]
        if any(key[:4] == part.prefix for key in self._contents):
            return None
        content = self._assembly.add(part)
        if content is None or self._expected is None:
            return None
        return self._keep(part.epoch, self._expected, content)

    def digest_heard(self, sender: int, epoch: int, now: float) -> None:
        """A member's digest, and the epoch of the key that sealed it."""
        if epoch >= self._newest:
            self._behind.pop(sender, None)
            return
        self._behind.pop(sender, None)
        self._behind[sender] = Behind(sender, epoch, now)
        if len(self._behind) > BEHIND_MAX:
            del self._behind[next(iter(self._behind))]
        self._offer(epoch, sender, now)

    def _offer(self, under: int, member: int, now: float) -> None:
        """The newest wraps that are here, with every decision on the way to them."""
        assert self._roster is not None
        ahead = self._roster.epochs[under - 1 :]
        known = [epoch for epoch in ahead if self.wraps(epoch) is not None]
        if not known or known[-1].number in self._offers:
            return
        number, content = known[-1].number, self.wraps(known[-1])
        assert content is not None  # just looked for
        held = self._helps.get(number, _Help())
        lately = tuple(at for at in held.times if 0 <= now - at < 3600.0)
        if len(lately) >= HELP_MAX:
            return
        held = replace(held, times=(*lately, now))
        if member not in held.members:  # somebody new: not after all the others' pauses
            held = replace(held, members=held.members | {member}, pause_s=PAUSE_S)
        at = max(now, held.next_at) + OFFER_UNITS * self.unit_s * self._entropy()
        held.next_at = at + held.pause_s
        held.pause_s = min(2 * held.pause_s, PAUSE_MAX_S)
        self._helps[number] = held
        said = [one for epoch in ahead if epoch.number <= number for one in epoch.said]
        queue: list[ItemId | bytes] = [*said, *parts(self._network_id, number, content)]
        self._offers[number] = _Offer(under, queue, at, flood=False)

    # -- what goes out -----------------------------------------------------------------------

    def under(self, item_id: ItemId) -> int | None:
        """The older epoch whose key an own decision has to be sealed with; None for the newest.

        What leads to new keys must be read by those who do not have them yet.
        """
        if self._roster is None:
            return None
        for epoch in self._roster.epochs:
            if item_id in epoch.said and epoch.number <= self._newest:
                older = [one for one in self._held if one < epoch.number]
                return older[-1] if older else None
        return None

    def next(self, now: float) -> RekeyFrame | None:
        """The next thing to send; `sent` says that it went."""
        for number, offer in list(self._offers.items()):
            if not offer.queue:
                del self._offers[number]
            elif offer.at <= now:
                what = offer.queue[0]
                priority = Priority.ALERT if offer.flood else Priority.REPAIR
                if isinstance(what, ItemId):
                    return RekeyFrame(number, offer.under, what, b"", priority, offer.flood)
                return RekeyFrame(number, offer.under, None, what, priority, offer.flood)
        return None

    def sent(self, frame: RekeyFrame, now: float) -> None:
        """It was handed over, or cannot be sent."""
        offer = self._offers[frame.number]
        offer.queue.pop(0)
        gap = GAP_UNITS if frame.flood else 1.0
        offer.at = now + gap * self.unit_s
        if not offer.queue:
            del self._offers[frame.number]

    def timer_at(self) -> float | None:
        """When `next` has something."""
        return min((offer.at for offer in self._offers.values()), default=None)

    # -- time --------------------------------------------------------------------------------

    def seek_at(self) -> float | None:
        """When this node should say again that it is behind."""
        return self._seek_at

    def sought(self, now: float) -> bool:
        """Whether it is time to say so; the next time is later."""
        if self._seek_at is None or now < self._seek_at:
            return False
        self._seek_s = min(2 * self._seek_s, SEEK_MAX_S)
        self._seek_at = now + self._seek_s * (0.5 + self._entropy())
        return True

    def shifted(self, by: float) -> None:
        """The clock was set forward by `by` seconds."""
        for offer in self._offers.values():
            offer.at += by
        for held in self._helps.values():
            held.next_at += by
        if self._seek_at is not None:
            self._seek_at += by


def _is_part(one: ItemId | bytes, part: Part) -> bool:
    return isinstance(one, bytes) and one[2] == part.index and one[4:8] == part.prefix


# member heard with      what follows
# -----------------      ------------
# keys in force          no longer behind
# older keys             behind; what leads to the next keys is sent, ever more rarely
# (own keys older)       says so by a digest, ever more rarely, until the wraps are here
