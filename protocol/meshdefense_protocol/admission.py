"""The one way in: what is accepted, and what is refused, whatever carried it.

Replay and duplicates are decided by ids, never by clocks; the signature by the roster's key;
then roles, then quotas. Nothing here is shown or sent. Source: docs/protocol.md, "Admission".
"""

from __future__ import annotations

from collections import Counter as Tally
from collections import OrderedDict
from typing import Final

from meshdefense_protocol.class_set import item_hash
from meshdefense_protocol.errors import ForbiddenError, QuotaError, Rejection
from meshdefense_protocol.items import Item, decode_item
from meshdefense_protocol.limits import FRAME_OVERHEAD
from meshdefense_protocol.members import Member, Role
from meshdefense_protocol.packets import Body, Manifest, Notice, Report, Sos
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.priority import priority_of
from meshdefense_protocol.quotas import Quotas
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.seen import Known, ReplayCache, ReplayWindow
from meshdefense_protocol.state import Gap, Membership, SavedItem, SavedState

__all__ = ["Admission", "key_class_of"]

ITEMS_REMEMBERED: Final = 16_384
"""Hashes of accepted items, to tell a duplicate from an equivocation."""
REFUSED_REMEMBERED: Final = 1024
"""Ids of items that were refused, so that they are not asked for again."""
EVIDENCE_MAX: Final = 64
"""Equivocations kept for each author."""
_OFFENCES: Final = frozenset(
    {Rejection.ROLE, Rejection.QUOTA, Rejection.SCOPE, Rejection.REVOKED, Rejection.SUSPENDED}
)
"""Refusals that speak against the author, whose signature is on what was refused."""

_JUDGES: Final = Role.VERIFIER | Role.DISPATCH


def key_class_of(body: Body) -> KeyClass:
    """Whom a body is sealed for."""
    if isinstance(body, (Report, Notice, Manifest, Sos)):
        return KeyClass(body.scope)
    return KeyClass.EVERYONE


class Admission:
    """What this node has accepted, and the rules by which it accepts more."""

    def __init__(self, membership: Membership, saved: SavedState) -> None:
        self._me = membership
        self._network_id = membership.charter.network_id
        self._seen = ReplayCache(saved.windows)
        self._hashes: OrderedDict[ItemId, int] = OrderedDict()
        self._refused: OrderedDict[ItemId, None] = OrderedDict()
        self._evidence: dict[int, set[int]] = {}
        self._quotas = Quotas()
        self.offences: dict[int, Tally[Rejection]] = {}
        """By author: what was refused of theirs since the start, and why."""
        self._settled: dict[tuple[int, int], int] = {}
        """Author and incarnation: up to which sequence holes are explained."""
        self._news_since_settled = True

    def membership_changed(self, membership: Membership) -> None:
        """A newer roster or new keys; what was refused before may now be accepted."""
        self._me = membership
        self._refused.clear()

    def load_second(self, raw: bytes) -> Item | None:
        """Note evidence of an earlier life; returns it."""
        item = decode_item(raw, grid_unit_m=self._me.charter.unit_m)
        if isinstance(item, Rejection):
            return None
        self._evidence.setdefault(item.id.author, set()).add(item_hash(raw))
        return item

    def is_evidence(self, item: Item) -> bool:
        """Whether it is kept as the second of two under one id."""
        return item_hash(item.raw) in self._evidence.get(item.id.author, ())

    def remember(self, kept: SavedItem) -> None:
        """Note an item of an earlier life as known, without reading it."""
        self._remember(kept.id, item_hash(kept.raw))

    def load(self, kept: SavedItem, now: float) -> tuple[Item, float] | None:
        """Note an item of an earlier life; returns it with its end while it is live."""
        self.remember(kept)
        charter = self._me.charter
        item = decode_item(kept.raw, grid_unit_m=charter.unit_m)
        if isinstance(item, Rejection) or item.id.stream is Stream.POSITION:
            return None
        expires_at = item.expires_at(charter.date, kept.received_at)
        if expires_at <= now:
            return None
        # also where it lies beyond a mark: it was accepted, and a restart must not give its author
        # that part of the quota again
        self._note_quota(item, kept.received_at)
        return None if self._me.roster.beyond_mark(item.id) else (item, expires_at)

    def check(
        self, item: Item, now: float, *, by_hand: bool = False
    ) -> tuple[Rejection | None, bool]:
        """Whether an item may come in, and whether it is new evidence of equivocation.

        What comes by hand is beside the author's quota: years of decisions come in one file.
        """
        known = self._seen.look(item.id)
        if known is Known.TOO_OLD:
            return Rejection.REPLAYED, False
        value = item_hash(item.raw) if known is Known.ACCEPTED else 0
        if known is Known.ACCEPTED and self._hashes.get(item.id, value) == value:
            return Rejection.DUPLICATE, False
        author = self._me.roster.get(item.id.author)
        if author is None:
            return self._refuse(item.id, Rejection.UNKNOWN_AUTHOR), False
        if not item.is_signed_by(author.key, self._network_id):
            return Rejection.SIGNATURE, False
        if known is Known.ACCEPTED:
            kept = self._evidence.setdefault(author.number, set())
            fresh = value not in kept and len(kept) < EVIDENCE_MAX
            if fresh:
                kept.add(value)
            return Rejection.EQUIVOCATION, fresh
        objection = self._me.roster.objection(item, now) or self._too_wide(item.body, author)
        if objection is not None:
            return self._refuse(item.id, objection), False
        if author.number != self._me.number and not by_hand:
            size, at = FRAME_OVERHEAD + len(item.raw), self._quota_time(item, now)
            priority, decides = priority_of(item.body), item.id.stream is Stream.ROSTER
            if not self._quotas.admits(
                author.number, author.roles, priority, size, at, decides=decides
            ):
                return self._refuse(item.id, Rejection.QUOTA), False
        return None, False

    def note(self, item: Item, now: float, *, by_hand: bool = False) -> ReplayWindow:
        """An item is accepted; returns the window that has to be stored with it."""
        self._remember(item.id, item_hash(item.raw))
        if not by_hand:
            self._note_quota(item, now)
        self._news_since_settled = True
        return self._seen.accept(item.id)

    def check_own(self, item: Item, now: float) -> None:
        """Before an own item is said. Raises QuotaError, ForbiddenError."""
        member = self._me.roster[self._me.number]
        if self._too_wide(item.body, member):
            raise ForbiddenError(
                "on this network a report goes to patrols and verifiers first, and to everybody "
                "once it is verified; choose the scope: field"
            )
        size, decides = FRAME_OVERHEAD + len(item.raw), item.id.stream is Stream.ROSTER
        priority = priority_of(item.body)
        wait = self._quotas.look(member.number, member.roles, priority, size, now, decides=decides)
        if wait is not None:
            raise QuotaError(wait)

    def _too_wide(self, body: Body, author: Member) -> Rejection | None:
        """Whether policy keeps a report nobody verified from so many people."""
        if not isinstance(body, Report) or author.roles & _JUDGES:
            return None
        wide = body.scope < self._me.roster.policies.unverified_scope
        return Rejection.SCOPE if wide else None

    def is_known(self, item_id: ItemId) -> bool:
        """Whether an id was ever accepted or refused here: it need not be asked for."""
        return item_id in self._refused or self._seen.look(item_id) is not Known.NEW

    def gaps(self) -> list[Gap]:
        """Holes between what was accepted, by author; what came before the first is history."""
        found = []
        for member in self._me.roster:
            windows = [w for w in self._seen.windows(member.number) if w.stream is Stream.LOG]
            missing = sum(self._holes(window) for window in windows)
            if missing:
                newest = max(windows, key=lambda window: window.incarnation)
                found.append(Gap(member.number, missing, newest.high))
        return found

    def _holes(self, window: ReplayWindow) -> int:
        settled = self._settled.get((window.author, window.incarnation), -1)
        length = min(window.bitmap.bit_length(), window.high - settled)
        return length - (window.bitmap & (1 << length) - 1).bit_count()

    def nothing_is_missing(self) -> None:
        """A neighbour with the same keys holds the same: earlier holes are not for this node,
        or nobody has them any more."""
        if self._news_since_settled:
            self._news_since_settled = False
            for window in self._seen:
                if window.stream is Stream.LOG:
                    self._settled[window.author, window.incarnation] = window.high

    def shifted(self, by: float) -> None:
        """The clock was set forward by `by` seconds."""
        self._quotas.shifted(by)

    def _refuse(self, item_id: ItemId, why: Rejection) -> Rejection:
        self._refused[item_id] = None
        if len(self._refused) > REFUSED_REMEMBERED:
            self._refused.popitem(last=False)
        if why in _OFFENCES:
            self.offences.setdefault(item_id.author, Tally())[why] += 1
        return why

    def _note_quota(self, item: Item, received_at: float) -> None:
        size, at = FRAME_OVERHEAD + len(item.raw), self._quota_time(item, received_at)
        decides = item.id.stream is Stream.ROSTER
        self._quotas.note(item.id.author, priority_of(item.body), size, at, decides=decides)

    def _quota_time(self, item: Item, received_at: float) -> float:
        """The author's time where it can be right, so that all receivers count alike."""
        date = self._me.charter.date
        believable = item.time_is_believable(date, received_at)
        return item.claimed_at(date) if believable else received_at

    def _remember(self, item_id: ItemId, value: int) -> None:
        self._hashes[item_id] = value
        if len(self._hashes) > ITEMS_REMEMBERED:
            self._hashes.popitem(last=False)
