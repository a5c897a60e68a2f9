"""What organizers' work is done with: the running node, or an open store without a daemon.

Both say, admit and store in the same way, so that every command does the same with a daemon
and without one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from typing import Any, Final, Protocol, TypeVar

from meshdefense.enrolment.belonging import stored_decisions
from meshdefense.node.node import Accepted
from meshdefense.storage.repository import Store
from meshdefense_protocol.engine import Engine, Membership
from meshdefense_protocol.errors import ForbiddenError, Rejection, ValueRangeError
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import Body, Endorse
from meshdefense_protocol.packets.decisions import DIGESTS_MAX, Action, action_digest
from meshdefense_protocol.roster import Member, Pending, Role, Roster

__all__ = [
    "Desk",
    "Standing",
    "admit_all",
    "agree",
    "check_organizer",
    "decisions",
    "endorse",
    "member_named",
    "now_of",
    "pending_named",
    "short_id",
    "standing",
]

T = TypeVar("T")
ADMITTED_AT_ONCE: Final = 100
"""Decisions in one turn of the engine: alarms must not wait long for the roster after them."""
_TOO_EARLY: Final = (Rejection.UNKNOWN_AUTHOR, Rejection.ROLE)
ID_DIGITS: Final = 8
"""Hex digits of a decision's digest that name it; more where two begin alike."""


class Desk(Protocol):
    """A member's engine and store, whoever runs them."""

    @property
    def store(self) -> Store:
        """The store; touch it only by `in_thread`."""
        ...

    @property
    def membership(self) -> Membership:
        """Who this node is."""
        ...

    async def in_thread(self, call: Callable[..., T], *args: Any) -> T:
        """Run something on the store in the thread that owns it."""
        ...

    async def say(self, body: Body, content: bytes | None = None) -> Accepted:
        """Sign, store and queue a body. Raises LocalError."""
        ...

    async def ask(self, call: Callable[[Engine, float], T]) -> T:
        """What `call(engine, now)` gives, once all that follows from it is stored."""
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a decision stands."""

    id: str
    agreed: tuple[int, ...]
    """Organizers, as far as it is pending."""
    lacking: int
    """How many more it takes; 0 when it counts."""
    refused: str
    """Why it cannot stand, if it cannot."""

    def as_json(self) -> dict[str, Any]:
        """For answers."""
        return {
            "id": self.id,
            "counts": not self.lacking and not self.refused,
            "agreed": list(self.agreed),
            "lacking": self.lacking,
            "refused": self.refused,
        }


def check_organizer(me: Membership) -> None:
    """ForbiddenError unless this node is an organizer's."""
    member = me.roster.get(me.number)
    if member is None or Role.ORGANIZER not in member.roles or me.roster.is_out(me.number):
        raise ForbiddenError("this takes an organizer of the network")


async def now_of(desk: Desk) -> float:
    """Seconds since the epoch, by the clock that the engine goes by."""
    return await desk.ask(lambda _, now: now)


async def decisions(desk: Desk) -> list[Item]:
    """Every decision that is stored here."""
    unit_m = desk.membership.charter.unit_m
    return await desk.in_thread(stored_decisions, desk.store, unit_m)


async def agree(desk: Desk, body: Action, content: bytes | None = None) -> Standing:
    """Say a decision, or endorse it where somebody has said the same already."""
    digest = action_digest(desk.membership.charter.network_id, body)
    held = next((one for one in desk.membership.roster.pending if one.digest == digest), None)
    if held is None:
        await desk.say(body, content)
    elif desk.membership.number not in held.voices:
        await desk.say(Endorse((digest,)))
    return standing(desk.membership.roster, digest)


async def endorse(desk: Desk, digests: Iterable[bytes]) -> list[Standing]:
    """Endorse pending decisions, as many as fit in each item."""
    wanted = sorted(set(digests))
    for at in range(0, len(wanted), DIGESTS_MAX):
        await desk.say(Endorse(tuple(wanted[at : at + DIGESTS_MAX])))
    return [standing(desk.membership.roster, digest) for digest in wanted]


async def admit_all(desk: Desk, raws: tuple[bytes, ...]) -> list[Rejection | None]:
    """Take decisions that came by hand; what became of each.

    Those that nobody may say yet are judged again after the others: a certificate among them
    may make their author known.
    """
    found: dict[bytes, Rejection | None] = {}
    waiting = raws
    while waiting:
        for at in range(0, len(waiting), ADMITTED_AT_ONCE):
            some = waiting[at : at + ADMITTED_AT_ONCE]
            results = await desk.ask(partial(_admit, raws=some))
            found.update(zip(some, results, strict=True))
        again = tuple(raw for raw in waiting if found[raw] in _TOO_EARLY)
        waiting = again if len(again) < len(waiting) else ()
    return list(found.values())


def _admit(engine: Engine, now: float, *, raws: tuple[bytes, ...]) -> list[Rejection | None]:
    return engine.admit_all(raws, now)


# -- names -----------------------------------------------------------------------------------


def short_id(digest: bytes, others: Iterable[bytes]) -> str:
    """The first hex digits of a digest that none of the others begins with."""
    whole, rest = digest.hex(), [one.hex() for one in others if one != digest]
    size = ID_DIGITS
    while size < len(whole) and any(one.startswith(whole[:size]) for one in rest):
        size += 2
    return whole[:size]


def standing(roster: Roster, digest: bytes) -> Standing:
    """Where a decision stands; one that is neither pending nor refused counts."""
    name = short_id(digest, [one.digest for one in roster.pending])
    for pending in roster.pending:
        if pending.digest == digest:
            return Standing(name, pending.voices, max(1, pending.lacking), "")
    for refused in roster.refused:
        if refused.digest == digest:
            return Standing(name, (), 0, refused.why)
    return Standing(name, (), 0, "")


def pending_named(roster: Roster, text: str) -> Pending:
    """A pending decision by the beginning of its id. Raises ValueRangeError."""
    wanted = text.strip().lower()
    found = [one for one in roster.pending if one.digest.hex().startswith(wanted)]
    if len(wanted) >= ID_DIGITS and len(found) == 1:
        return found[0]
    ids = [short_id(one.digest, [two.digest for two in roster.pending]) for one in roster.pending]
    near = get_close_matches(wanted, ids, n=1, cutoff=0.4)
    raise ValueRangeError(
        f"no decision {text!r} waits"
        + (f"; the nearest is {near[0]}" if near else "; meshdefense roster pending lists them")
    )


def member_named(roster: Roster, text: str) -> Member:
    """A member by number or handle. Raises ValueRangeError that names the nearest."""
    member = roster.find(text)
    if member is None:
        names = [one.name for one in roster]
        near = get_close_matches(text, names, n=1, cutoff=0.0)
        raise ValueRangeError(
            f"{text!r} is not a member" + (f"; the nearest is {near[0]}" if near else "")
        )
    return member
