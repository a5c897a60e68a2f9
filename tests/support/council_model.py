"""A reference model of the organizers' decisions, written from docs/protocol.md alone.

Slow and plain: everything is counted anew before each decision is taken. It shares no code with
council.py or judging.py but the items' own fields and the digest of a decision.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from meshdefense_protocol.charter import Charter
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import Endorse, Grant, Lift, Policy, Rekey, Revoke, Suspend, Warn
from meshdefense_protocol.packets.decisions import Action, action_digest
from meshdefense_protocol.roster import Roster

__all__ = ["Outcome", "expected", "found"]

ORGANIZER = 64
NOTHING = 0xFFFFFE
"""The mark of a revocation after which nothing counts."""
RANGES = {1: (1, 9), 2: (1, 9), 3: (1, 9), 4: (1, 9), 5: (2, 9), 6: (0, 1), 7: (0, 240), 8: (1, 15)}
WEEK_S, UNIT_S = 604_800, 4
Certificate = tuple[str, bytes, int, int, int]
"""Handle, key, roles, expiry, serial."""


@dataclass
class Outcome:
    """What a set of decisions comes to, in plain values."""

    members: dict[int, Certificate]
    policies: dict[int, int]
    out: dict[int, tuple[int, int, float]] = field(default_factory=dict)
    """Log mark, roster mark, time of each revocation."""
    epochs: list[tuple[int, bytes]] = field(default_factory=list)
    suspended: set[tuple[int, int, float, float]] = field(default_factory=set)
    """By whom, whom, from when, until when."""
    warnings: set[tuple[int, int, float]] = field(default_factory=set)
    refused: set[bytes] = field(default_factory=set)
    pending: set[tuple[bytes, tuple[int, ...], int]] = field(default_factory=set)


def found(roster: Roster) -> Outcome:
    """The same values of a roster."""
    return Outcome(
        {m.number: (m.name, m.key, int(m.roles), m.expires, m.serial) for m in roster.everybody()},
        {n: value for n, value in enumerate(roster.policies.as_json().values(), start=1)},
        {r.number: (r.log_mark, r.roster_mark, r.at) for r in roster.revocations.values()},
        [(one.number, one.commitment) for one in roster.epochs],
        {(one.by, one.number, one.start, one.end) for one in roster.suspensions},
        {(one.by, one.reason, one.at) for one in roster.warnings},
        {one.digest for one in roster.refused},
        {(one.digest, one.voices, one.lacking) for one in roster.pending},
    )


class _Model:
    def __init__(self, charter: Charter, items: Iterable[Item], marks: dict[int, int]) -> None:
        self.marks = marks
        """Roster marks that hold from the beginning, by number."""
        self.date, self.network_id = charter.date, charter.network_id
        self.items = list({item.raw: item for item in items}.values())
        self.so_far = Outcome(
            {m.number: (m.name, m.key, int(m.roles), 0, 0) for m in charter.founders},
            {n: value for n, value in enumerate(charter.policies.as_json().values(), start=1)},
        )
        self.were_organizers: set[int] = set()
        """When they were revoked."""
        self.policy_serials: dict[int, int] = {}
        self.lifted: set[tuple[int, int, int]] = set()
        self.done: set[bytes] = set()
        self.bodies: dict[bytes, Action] = {}
        for item in self.items:
            if isinstance(item.body, (Grant, Revoke, Lift, Policy, Rekey)):
                self.bodies[action_digest(self.network_id, item.body)] = item.body
        self.wanting = {
            digest: [item for item in self.items if self.wants(item, digest)]
            for digest in self.bodies
        }
        """The items that say or endorse each decision, whether or not they count."""

    def wants(self, item: Item, digest: bytes) -> bool:
        """Whether it says a decision, word for word, or endorses it."""
        if isinstance(item.body, Endorse):
            return digest in item.body.digests
        said = self.bodies[digest]
        return said == item.body and type(said) is type(item.body)

    def counts(self, item: Item) -> bool:
        """Whether the author's word counts as things stand."""
        author = item.id.author
        mark = item.id.incarnation * 2**18 + item.id.sequence
        if author in self.marks and mark > self.marks[author]:
            return False
        if author in self.so_far.out:
            return author in self.were_organizers and mark <= self.so_far.out[author][1]
        return author in self.so_far.members and bool(self.so_far.members[author][2] & ORGANIZER)

    def ends_itself(self, digest: bytes, item: Item) -> bool:
        """Whether this is the word of somebody for their own revocation, beyond its mark."""
        body = self.bodies.get(digest)
        if not isinstance(body, Revoke) or body.number != item.id.author:
            return False
        none_counts = body.roster_mark == NOTHING
        return none_counts or item.id.incarnation * 2**18 + item.id.sequence > body.roster_mark

    def is_wanted(self, digest: bytes) -> bool:
        """Whether anybody wants it, also those whose voice for it does not count."""
        return any(self.counts(item) for item in self.wanting[digest])

    def voices(self, digest: bytes) -> dict[int, tuple[int, int, int, int]]:
        """The earliest claim of each organizer who agrees, with the item's numbers."""
        agreed: dict[int, tuple[int, int, int, int]] = {}
        for item in self.wanting[digest]:
            by = item.id.author
            if self.counts(item) and not self.ends_itself(digest, item):
                claim = (item.units, by, item.id.incarnation, item.id.sequence)
                agreed[by] = min(claim, agreed.get(by, claim))
        return agreed

    def run(self) -> Outcome:
        """Take one decision after the other."""
        while True:
            k, ready = self.so_far.policies[8], []
            for digest, body in self.bodies.items():
                claims = sorted(self.voices(digest).values())
                waits = isinstance(body, Rekey) and body.epoch != len(self.so_far.epochs) + 2
                if digest not in self.done and len(claims) >= k and not waits:
                    ready.append((claims[k - 1], digest))
            if not ready:
                break
            claim, digest = min(ready)
            self.done.add(digest)
            if not self.take(self.bodies[digest], self.date + claim[0] * UNIT_S):
                self.so_far.refused.add(digest)
        self.alone()
        for digest, body in self.bodies.items():
            if digest in self.done:
                continue
            agreed, k = self.voices(digest), self.so_far.policies[8]
            if isinstance(body, Rekey) and body.epoch < len(self.so_far.epochs) + 2:
                if len(agreed) >= k:
                    self.so_far.refused.add(digest)
            elif self.is_wanted(digest) and not self.changes_nothing(body):
                self.so_far.pending.add((digest, tuple(sorted(agreed)), max(0, k - len(agreed))))
        return self.so_far

    def changes_nothing(self, body: Action) -> bool:
        if isinstance(body, Grant):
            held = self.so_far.members.get(body.number)
            return body.number in self.so_far.out or (held is not None and held[4] >= body.serial)
        if isinstance(body, Lift):
            return (body.ref.author, body.ref.incarnation, body.ref.sequence) in self.lifted
        return isinstance(body, Policy) and body.serial <= self.policy_serials.get(body.name, 0)

    def take(self, body: Action, at: float) -> bool:
        """Whether the decision can stand."""
        if isinstance(body, Grant):
            return self.grant(body)
        if isinstance(body, Policy):
            return self.policy(body)
        if isinstance(body, Rekey):
            self.so_far.epochs.append((body.epoch, body.commitment))
        elif isinstance(body, Lift):
            self.lifted.add((body.ref.author, body.ref.incarnation, body.ref.sequence))
        else:
            said = (body.log_mark, body.roster_mark)
            log_mark, roster_mark = (-1 if one == NOTHING else one for one in said)
            marks = (log_mark, roster_mark, at)
            if body.number in self.so_far.out:
                held = self.so_far.out[body.number]
                marks = (min(held[0], marks[0]), min(held[1], marks[1]), min(held[2], at))
            elif body.number in self.so_far.members:
                if self.so_far.members[body.number][2] & ORGANIZER:
                    self.were_organizers.add(body.number)
            self.so_far.out[body.number] = marks
        return True

    def grant(self, body: Grant) -> bool:
        held = self.so_far.members.get(body.number)
        if body.number in self.so_far.out or (held is not None and held[1] != body.key):
            return False
        if held is not None and body.serial <= held[4]:
            return True
        for number, (handle, key, *_) in self.so_far.members.items():
            same = handle.casefold() == body.handle.casefold() and number not in self.so_far.out
            if number != body.number and (key == body.key or same):
                return False
        values = (body.handle, body.key, body.roles, body.expires, body.serial)
        self.so_far.members[body.number] = values
        return True

    def policy(self, body: Policy) -> bool:
        low, high = RANGES.get(body.name, (1, 0))
        if not low <= body.value <= high:
            return False
        if body.serial <= self.policy_serials.get(body.name, 0):
            return True
        there = [n for n, one in self.so_far.members.items() if one[2] & ORGANIZER]
        if body.name == 8 and body.value > len(set(there) - self.so_far.out.keys()):
            return False
        self.so_far.policies[body.name] = body.value
        self.policy_serials[body.name] = body.serial
        return True

    def alone(self) -> None:
        """Suspensions and warnings, in order of claimed time, then id."""
        lifted, last = self.lifted, dict[tuple[int, int], float]()
        for item in self.items:
            if isinstance(item.body, Lift) and item.body.ref.author == item.id.author:
                if self.counts(item):
                    ref = item.body.ref
                    lifted.add((ref.author, ref.incarnation, ref.sequence))
        for item in sorted(self.items, key=lambda one: (one.units, one.id, one.raw)):
            by, at = item.id.author, float(self.date + item.units * UNIT_S)
            off = (by, item.id.incarnation, item.id.sequence) in lifted
            if isinstance(item.body, Warn) and self.counts(item) and not off:
                self.so_far.warnings.add((by, item.body.reason, at))
            elif isinstance(item.body, Suspend) and self.counts(item):
                whom = item.body.number
                if (by, whom) in last and at < last[by, whom] + WEEK_S:
                    continue
                last[by, whom] = at
                if not off:
                    self.so_far.suspended.add((by, whom, at, at + item.body.hours * 3600))


def expected(charter: Charter, items: Iterable[Item]) -> Outcome:
    """What these decisions come to, in whatever order they are given."""
    said, free, tried = list(items), set[int](), list[dict[int, int]]()
    marks: dict[int, int] = {}
    while True:
        tried.append(marks)
        outcome = _Model(charter, said, marks).run()
        stand = {number: out[1] for number, out in outcome.out.items() if number not in free}
        if stand == marks:
            return outcome
        if stand in tried:
            differ = {n for n in stand | marks if stand.get(n) != marks.get(n)}
            free, tried = free | differ, []
            stand = {number: mark for number, mark in stand.items() if number not in differ}
        marks = stand
