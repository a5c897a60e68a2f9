"""What an alert has become: a fold over the items that speak of it, in any order.

unconfirmed -> corroborated (two people reported it) -> verified (enough verifiers who did not
report it confirm) -> closed (enough people say that it is over); disputed by a verifier,
retracted by its author, expired. A report whose author's word no longer counts, and of which
nobody else said anything, is as good as retracted. The same items give the same on every node.
Source: docs/protocol.md, "Ladder".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

from meshdefense_protocol.items import Item, time_units
from meshdefense_protocol.packets import Broadcast, Close, Report, Retract, Verdict
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.roster import Roster
from meshdefense_protocol.words import LADDER, VERDICTS

__all__ = ["OPEN_STATES", "Standing", "counting_items", "newest_of_each", "stand", "told_by"]

OPEN_STATES: Final = frozenset({"unconfirmed", "corroborated", "verified", "disputed"})
"""States in which somebody may still have to do something."""
_CONFIRMED: Final = VERDICTS.code("confirmed")
_AGAINST: Final = {VERDICTS.code("nothing-there"), VERDICTS.code("something-else")}
_DOUBTFUL: Final = 2
"""Severity that is taken for a report that nobody here has seen: a high one."""

B = TypeVar("B")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an alert stands, and who made it so. Only items that count are in it."""

    state: str
    """Key of words.LADDER."""
    counts: bool
    """Whether its report is here and counts; a revoked or suspended author's does not."""
    reporters: tuple[int, ...]
    """Members who reported it and did not take that back, ascending."""
    additions: tuple[Item, ...]
    """Reports that add to it, in order of id; also those by its own author."""
    verdicts: tuple[Item, ...]
    """The newest verdict of each verifier, in order of id."""
    confirmed: int
    """Verifiers whose newest verdict is that it is so."""
    needed: int
    """How many of those it takes."""
    closes: tuple[Item, ...]
    """Of each person who says that it is over, their newest word, in order of time, then id.
    A verifier who confirmed it again since then has taken it away."""
    closes_needed: int
    reopened: Item | None
    """The verdict that says it is so again, after enough people had said that it is over."""
    broadcasts: tuple[Item, ...]
    """In order of time, then id; the last one says what everybody was told."""
    retraction: Item | None


def stand(
    ref: ItemId, items: Collection[Item], *, roster: Roster, now: float, expires_at: float
) -> Standing:
    """Fold the items that speak of the report `ref`, that report among them if it is here.

    Of a report that adds to it, its retraction belongs to `items` as well. `expires_at` is the
    end of the alert. What does not count by the roster does not count here; nor does a verdict
    or broadcast by its author, or a retraction by anybody else.
    """
    counting = counting_items(ref, items, roster)
    report = next((item for item in counting if item.id == ref), None)
    retracted = {
        item.body.ref
        for item in counting
        if isinstance(item.body, Retract) and item.body.ref.author == item.id.author
    }
    additions = tuple(
        item for item, body in told_by(counting, Report) if body.about == ref and item.id != ref
    )
    standing = {item.id.author for item in additions if item.id not in retracted}
    reporters = standing | ({ref.author} if report is not None else set())

    verdicts = newest_of_each(
        item for item, body in told_by(counting, Verdict) if _judges(item, body, ref)
    )
    yes = {item.id.author for item, body in told_by(verdicts, Verdict) if body.result == _CONFIRMED}
    no = any(body.result in _AGAINST for _, body in told_by(verdicts, Verdict))
    broadcasts = tuple(
        sorted(
            {
                item.id: item
                for item, body in told_by(counting, Broadcast)
                if body.ref == ref and item.id.author != ref.author
            }.values(),
            key=_when,
        )
    )
    needed = roster.policies.verdicts_needed(_severity(report, broadcasts))
    people = yes | reporters | {item.id.author for item in broadcasts}
    verified = len(yes) >= needed and len(people) > 1  # two keys, whatever the policy

    closes, reopened = _over(
        ref, counting, verdicts, roster.policies.all_clear, time_units(expires_at, roster.date)
    )
    closed = len(closes) >= roster.policies.all_clear

    retraction = _retraction(ref, counting)
    without_ground = not (report or broadcasts or reporters or verdicts)
    if retraction is not None or without_ground:
        state = "retracted"
    elif closed:
        state = "closed"
    elif now >= expires_at:
        state = "expired"
    elif no:
        state = "disputed"
    elif verified:
        state = "verified"
    elif len(reporters) > 1:
        state = "corroborated"
    else:
        state = "unconfirmed"
    LADDER.code(state)  # a state that the list does not know is a mistake of ours
    return Standing(
        state,
        report is not None,
        tuple(sorted(reporters)),
        additions,
        verdicts,
        len(yes),
        needed,
        closes,
        roster.policies.all_clear,
        reopened,
        broadcasts,
        retraction,
    )


def counting_items(ref: ItemId, items: Collection[Item], roster: Roster) -> list[Item]:
    """Items of those that speak of `ref`, itself among them, that count by the roster.

    What is marked as a drill counts only where the report is one; while that is not here, where
    every broadcast of it is one.
    """
    found = [item for item in items if roster.counts(item)]
    about = [item for item in items if item.id == ref] or [
        item
        for item, body in told_by(found, Broadcast)
        if body.ref == ref and item.id.author != ref.author
    ]
    drill = all(item.drill for item in about)
    return [item for item in found if drill or not item.drill]


def told_by(items: Iterable[Item], kind: type[B]) -> Iterator[tuple[Item, B]]:
    """Those items that are of one kind, each once, with their bodies, in order of id."""
    found = {item.id: item for item in items if isinstance(item.body, kind)}
    for item_id in sorted(found):
        body = found[item_id].body
        assert isinstance(body, kind)  # chosen so
        yield found[item_id], body


def newest_of_each(items: Iterable[Item]) -> tuple[Item, ...]:
    """The last item of each author, in order of id."""
    newest: dict[int, Item] = {}
    for item in items:
        held = newest.get(item.id.author)
        if held is None or item.id > held.id:
            newest[item.id.author] = item
    return tuple(sorted(newest.values(), key=lambda item: item.id))


def _when(item: Item) -> tuple[int, ItemId]:
    return item.units, item.id


def _judges(item: Item, body: Verdict, ref: ItemId) -> bool:
    return body.ref == ref and item.id.author != ref.author


def _severity(report: Item | None, broadcasts: tuple[Item, ...]) -> int:
    """Of the report; where that is not here, the highest that anybody told everybody."""
    if report is not None and isinstance(report.body, Report):
        return report.body.severity
    told = [body.report.severity for _, body in told_by(broadcasts, Broadcast)]
    return max(told, default=_DOUBTFUL)


def _over(
    ref: ItemId, counting: list[Item], verdicts: tuple[Item, ...], enough: int, end: int
) -> tuple[tuple[Item, ...], Item | None]:
    """Who says that it is over, and the verdict but for which that would be enough people.

    A "confirmed" takes what was said before it: of the same person by id, of others by the
    claimed times. A claim beyond the alert's end is a wrong clock and takes nothing.
    """
    confirmed = [item for item, body in told_by(verdicts, Verdict) if body.result == _CONFIRMED]
    own = {item.id.author: item.id for item in confirmed}
    said = [
        item
        for item in newest_of_each(i for i, body in told_by(counting, Close) if body.ref == ref)
        if own.get(item.id.author, item.id) <= item.id
    ]
    standing = tuple(
        sorted(
            (
                item
                for item in said
                if not any(
                    item.units < other.units <= end and other.id.author != item.id.author
                    for other in confirmed
                )
            ),
            key=_when,
        )
    )
    if len(standing) < enough <= len(said):
        return standing, max((i for i in confirmed if i.units <= end), key=_when)
    return standing, None


def _retraction(ref: ItemId, counting: list[Item]) -> Item | None:
    """The first time that the author took it back."""
    return next(
        (
            item
            for item, body in told_by(counting, Retract)
            if body.ref == ref and item.id.author == ref.author
        ),
        None,
    )
