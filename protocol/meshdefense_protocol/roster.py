"""The roster: who belongs to a network now, and what its organizers have decided.

Immutable; `council.Council` makes it from the charter and the organizers' decisions. Keys are
pinned: a number keeps its key, a key has one number, and neither comes back after a
revocation. Source: docs/protocol.md, "Roster".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from meshdefense_protocol.errors import ForbiddenError, Rejection, ValueRangeError
from meshdefense_protocol.items import Item
from meshdefense_protocol.limits import FIRST_POSITION_KIND, FIRST_ROSTER_KIND
from meshdefense_protocol.members import (
    MEMBER_NAME_MAX,
    Member,
    Role,
    check_member_name,
    classes_for,
    may,
    may_say,
    parse_roles,
    role_names,
    roles_that_may,
)
from meshdefense_protocol.packets import (
    Broadcast,
    Dispatch,
    KnownBody,
    Retract,
    Sos,
    SosEnd,
    Verdict,
)
from meshdefense_protocol.packets.decisions import MARK_MAX, Action, mark_of
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.policy import Policies

__all__ = [
    "MEMBER_NAME_MAX",
    "Epoch",
    "Member",
    "NetworkWarning",
    "Pending",
    "RefusedDecision",
    "Revocation",
    "Role",
    "Roster",
    "Suspension",
    "check_member_name",
    "check_speaker",
    "classes_for",
    "may",
    "may_say",
    "parse_roles",
    "role_names",
    "roles_that_may",
]

DAY_S: Final = 86_400
_SOS: Final = (Sos, SosEnd)
_WHY_NOT: Final = {
    Verdict.KIND: "this is your own report: somebody else has to verify it",
    Broadcast.KIND: "this is your own report: somebody else has to broadcast it",
    Retract.KIND: "only its author can retract a report; give a verdict instead",
    Dispatch.KIND: "a verifier can only send themselves; it takes dispatch to send others",
    SosEnd.KIND: "only its author cancels an SOS; verifiers, dispatch or organizers clear others'",
}


@dataclass(frozen=True, slots=True)
class Revocation:
    """A member who is out."""

    number: int
    reason: int
    log_mark: int
    """`mark_of` the last log item that counts; -1 for none."""
    roster_mark: int
    at: float
    """By the claim of the organizer who completed it."""


@dataclass(frozen=True, slots=True)
class Suspension:
    """A member whose words do not count for a while; times are seconds since the epoch."""

    id: ItemId
    number: int
    by: int
    reason: int
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class NetworkWarning:
    """An organizer's word that the network may be compromised."""

    id: ItemId
    by: int
    reason: int
    at: float


@dataclass(frozen=True, slots=True)
class Epoch:
    """Keys that k organizers put in force: what their seed and the wraps of it must be."""

    number: int
    commitment: bytes
    content_hash: bytes
    size: int
    said: tuple[ItemId, ...]
    """The decision and the endorsements that made it count: whoever is behind needs them."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A decision that does not count yet."""

    digest: bytes
    body: Action
    id: ItemId
    """Who said it first."""
    voices: tuple[int, ...]
    """Organizers who agree."""
    lacking: int
    """How many more it takes."""


@dataclass(frozen=True, slots=True)
class RefusedDecision:
    """A decision that enough organizers made and that cannot stand, with the reason."""

    digest: bytes
    body: Action
    why: str


class Roster:
    """All members at one moment."""

    def __init__(
        self,
        version: int,
        members: Iterable[Member],
        *,
        policies: Policies | None = None,
        date: int = 0,
        revocations: dict[int, Revocation] | None = None,
        suspensions: tuple[Suspension, ...] = (),
        warnings: tuple[NetworkWarning, ...] = (),
        epochs: tuple[Epoch, ...] = (),
        pending: tuple[Pending, ...] = (),
        refused: tuple[RefusedDecision, ...] = (),
        deciders: frozenset[int] = frozenset(),
    ) -> None:
        """`version` counts the decisions that are in it; `date` is the charter's.

        `deciders` are all who ever were organizers: their old decisions still count.
        """
        self.version, self.date = version, date
        self._members = {one.number: one for one in sorted(members, key=lambda one: one.number)}
        self.policies = policies or Policies()
        self.revocations = revocations or {}
        self.suspensions, self.warnings = suspensions, warnings
        self.epochs, self.pending, self.refused = epochs, pending, refused
        self._active = tuple(one for one in self._members.values() if not self.is_out(one.number))
        if len({one.key for one in self._members.values()}) != len(self._members):
            raise ValueRangeError("two members have the same key")
        self.deciders = deciders | {m.number for m in self._active if Role.ORGANIZER in m.roles}

    def __iter__(self) -> Iterator[Member]:
        """Members who are in, without those who were revoked."""
        return iter(self._active)

    def __len__(self) -> int:
        return len(self._active)

    def __getitem__(self, number: int) -> Member:
        return self._members[number]

    def get(self, number: int) -> Member | None:
        """The member with this number, also one who was revoked: old words keep their name."""
        return self._members.get(number)

    def everybody(self) -> Iterator[Member]:
        """Members who are or were in."""
        return iter(self._members.values())

    def is_out(self, number: int) -> bool:
        """Whether a number was revoked."""
        return number in self.revocations

    def with_key(self, key: bytes) -> Member | None:
        """Who has or had this key."""
        return next((one for one in self._members.values() if one.key == key), None)

    def find(self, text: str) -> Member | None:
        """A member by number or handle; those who are in come first."""
        if text.isascii() and text.isdecimal():
            # beyond 9 digits it is nobody's, and Python refuses thousands of them
            return self._members.get(int(text)) if len(text) < 10 else None
        wanted = text.casefold()
        found = [one for one in self._members.values() if one.name.casefold() == wanted]
        return next(
            (one for one in found if not self.is_out(one.number)), found[0] if found else None
        )

    @property
    def organizers(self) -> tuple[Member, ...]:
        """Who decides together, k of them."""
        return tuple(one for one in self._active if Role.ORGANIZER in one.roles)

    @property
    def epoch(self) -> int:
        """Number of the keys in force."""
        return 1 + len(self.epochs)

    @property
    def next_number(self) -> int:
        """The lowest number above all that were ever used."""
        return max([*self._members, *self.revocations], default=0) + 1

    # -- who counts --------------------------------------------------------------------------

    def suspension(self, number: int, now: float) -> Suspension | None:
        """The suspension of a member that is in force at `now`."""
        found = (s for s in self.suspensions if s.number == number and s.start <= now < s.end)
        return next(found, None)

    def _said_under_suspension(self, item: Item) -> bool:
        """Whether an item claims a time at which its author was suspended.

        A claim within the same 4 s as the suspension was said before it, as far as anybody can
        tell: a retraction is not lost because an organizer acted at once.
        """
        at, number = item.claimed_at(self.date), item.id.author
        return any(s.number == number and s.start < at < s.end for s in self.suspensions)

    def has_lapsed(self, number: int, at: float) -> bool:
        """Whether a member's certificate is over at `at`."""
        member = self._members.get(number)
        return (
            member is not None and member.expires > 0 and at >= self.date + member.expires * DAY_S
        )

    def beyond_mark(self, item_id: ItemId) -> bool:
        """Whether an item is one of a revoked member that must not count."""
        out = self.revocations.get(item_id.author)
        if out is None:
            return False
        if item_id.stream is Stream.POSITION:
            return True
        mark = out.roster_mark if item_id.stream is Stream.ROSTER else out.log_mark
        return mark_of(item_id) > mark

    def _of_a_past_life(self, item_id: ItemId) -> bool:
        """Whether a new log item of a revoked member is of an incarnation before the mark's.

        Its author had gone on to another life: whoever has the key could fill every number of
        the earlier one that was never used.
        """
        out = self.revocations.get(item_id.author)
        if out is None or item_id.stream is not Stream.LOG or out.log_mark >= MARK_MAX:
            return False
        return item_id.incarnation < out.log_mark >> 18

    def objection(self, item: Item, now: float) -> Rejection | None:
        """Why an item of a known author must not come in at `now`, if anything."""
        number, body = item.id.author, item.body
        if self.beyond_mark(item.id) or self._of_a_past_life(item.id):
            return Rejection.REVOKED
        if item.id.stream is Stream.ROSTER:
            return None if number in self.deciders else Rejection.ROLE
        member = self._members[number]
        claimed = item.claimed_at(self.date)
        if not isinstance(body, _SOS):
            if self.suspension(number, now) is not None or self._said_under_suspension(item):
                return Rejection.SUSPENDED
        if self.has_lapsed(number, claimed) and not isinstance(body, _SOS):
            return Rejection.LAPSED
        return None if may_say(number, member.roles, body) else Rejection.ROLE

    def counts(self, item: Item) -> bool:
        """Whether an accepted item still counts when an alert's state is told."""
        if item.id.author not in self._members or self.beyond_mark(item.id):
            return False
        if isinstance(item.body, _SOS):
            return True  # also of somebody who is suspended
        return not self._said_under_suspension(item)


def check_speaker(roster: Roster, number: int, body: KnownBody, now: float) -> Member:
    """The member who is about to say `body`. Raises ForbiddenError with a text for people."""
    member = roster.get(number)
    if member is None:
        raise ForbiddenError("this node is not in the roster of its network")
    if roster.is_out(number):
        raise ForbiddenError("the organizers revoked this membership; nothing is sent any more")
    if not may(member.roles, body.KIND):
        names = " or ".join(role_names(roles_that_may(body.KIND)))
        raise ForbiddenError(
            f"your roles ({', '.join(role_names(member.roles))}) do not allow this; "
            f"it takes {names}"
        )
    if not may_say(number, member.roles, body):
        raise ForbiddenError(_WHY_NOT.get(body.KIND, "that is for others to say"))
    if roster.has_lapsed(number, now) and not isinstance(body, _SOS):
        raise ForbiddenError("your membership has expired; ask the organizers to renew it")
    paused = None if isinstance(body, _SOS) else roster.suspension(number, now)
    if paused is not None and not FIRST_ROSTER_KIND <= body.KIND < FIRST_POSITION_KIND:
        hours = max(1, round((paused.end - now) / 3600))
        raise ForbiddenError(
            f"an organizer has suspended you for {hours} h more; an SOS still goes out"
        )
    return member
