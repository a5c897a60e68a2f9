"""Who decided what, counted again: what a trial holds against the engines' rosters.

Knows nothing of the council's fold. A voice is a decision or an endorsement of a founding
organizer that a machine accepted, or got as a second item under one id; k of them make a
change possible, and nothing else does. Times are seconds from the start of the trial.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from meshdefense.simulator.machine import Machine
from meshdefense.simulator.rules import Violation
from meshdefense_protocol.charter import Charter
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.frames import FrameType
from meshdefense_protocol.items import Item, decode_item
from meshdefense_protocol.packets import Endorse, Grant, Lift, Policy, Rekey, Revoke
from meshdefense_protocol.packets.decisions import Action, action_digest, mark_of
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.policy import PolicyName
from meshdefense_protocol.roster import Roster
from meshdefense_protocol.transport import OutgoingFrame

__all__ = ["Ballots"]


@dataclass(slots=True)
class _Count:
    """What one machine was told."""

    actions: dict[bytes, Action] = field(default_factory=dict)
    voices: dict[bytes, set[ItemId]] = field(default_factory=dict)
    marks: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By member who is out: last log item and last decision that count."""


class Ballots:
    """The counts of all machines of one trial."""

    def __init__(self, charter: Charter, honest: frozenset[int]) -> None:
        """`honest` are the member numbers whose nodes follow the protocol."""
        self._charter, self._honest = charter, honest
        self._founders = {one.number: one for one in charter.founders}
        self._organizers = {one.number for one in charter.organizers}
        self._counts: dict[int, _Count] = {}
        self._checked: dict[int, Roster] = {}

    def _count(self, machine: Machine) -> _Count:
        return self._counts.setdefault(machine.index, _Count())

    # -- what machines are told ----------------------------------------------------------------

    def accepted(self, machine: Machine, item: Item, at: float) -> None:
        """An item came in, or was said here."""
        count, item_id = self._count(machine), item.id
        marks = count.marks.get(item_id.author)
        if marks is not None:
            decides = item_id.stream is Stream.ROSTER
            if item_id.stream is Stream.POSITION or mark_of(item_id) > marks[decides]:
                detail = f"{item_id} came in at node {machine.index}, which knows better"
                raise Violation("the revoked stay out", detail, at)
        if item_id.stream is Stream.ROSTER:
            if item_id.author not in self._organizers:
                detail = f"{item_id}, a decision, on node {machine.index}"
                raise Violation("allowed by its role", detail, at)
            self._note(count, item)

    def evidence(self, machine: Machine, raw: bytes) -> None:
        """A second item under an id."""
        item = decode_item(raw, grid_unit_m=self._charter.unit_m)
        if not isinstance(item, Rejection) and item.id.stream is Stream.ROSTER:
            self._note(self._count(machine), item)

    def withdrawn(self, machine: Machine, item_id: ItemId) -> None:
        """An own item was never said: what only it made stand does not stand any more."""
        count = self._count(machine)
        for voices in count.voices.values():
            voices.discard(item_id)
        count.marks.clear()
        for digest in count.actions:
            self._mark(count, digest)

    def restored(self, machine: Machine) -> None:
        """It knows what its disk knows."""
        self._counts[machine.index] = count = _Count()
        self._checked.pop(machine.index, None)
        for item_id, stored in machine.disk.items.items():
            if item_id.stream is Stream.ROSTER:
                self._note(count, stored.item)
        for raw in machine.disk.second_decisions:
            self.evidence(machine, raw)

    def _note(self, count: _Count, item: Item) -> None:
        body = item.body
        if isinstance(body, Endorse):
            digests: tuple[bytes, ...] = body.digests
        elif isinstance(body, (Grant, Revoke, Lift, Policy, Rekey)):
            digests = (action_digest(self._charter.network_id, body),)
            count.actions[digests[0]] = body
        else:
            return
        for digest in digests:
            count.voices.setdefault(digest, set()).add(item.id)
            self._mark(count, digest)

    def _mark(self, count: _Count, digest: bytes) -> None:
        """Whoever is out by k honest voices is out by every count."""
        action = count.actions.get(digest)
        if isinstance(action, Revoke) and self._by_k(count, digest, self._honest):
            log, decided = count.marks.get(action.number, (action.log_mark, action.roster_mark))
            count.marks[action.number] = (
                min(log, action.log_mark), min(decided, action.roster_mark)
            )  # fmt: skip

    def _by_k(self, count: _Count, digest: bytes, among: frozenset[int] | None = None) -> bool:
        voices = {one.author for one in count.voices.get(digest, ())} & self._organizers
        if among is not None:
            voices &= among
        return len(voices) >= self._charter.policies.threshold

    def rivals(self) -> bool:
        """Whether k organizers agreed on two sets of keys for one epoch, by any machine's count."""
        found = {
            (body.epoch, digest)
            for count in self._counts.values()
            for digest, body in count.actions.items()
            if isinstance(body, Rekey) and self._by_k(count, digest)
        }
        return len({epoch for epoch, _ in found}) < len(found)

    # -- what engines make of it ---------------------------------------------------------------

    def stepped(self, machine: Machine, at: float, *, deep: bool) -> None:
        """Check a machine that has settled; `deep` looks at all that it holds."""
        engine = machine.engine
        if engine is None:
            return
        roster, count = machine.membership.roster, self._count(machine)
        if roster is not self._checked.get(machine.index):
            self._checked[machine.index] = roster
            for what in self._unbacked(roster, count):
                detail = f"{what} on node {machine.index}"
                raise Violation("no change by fewer than k", detail, at)
        if engine.left_out and machine.number in self._honest and machine.number not in count.marks:
            raise Violation("nobody else left out", f"node {machine.index}", at)
        for item_id in engine._sync.holdings if deep and count.marks else ():
            marks = count.marks.get(item_id.author)
            if marks is not None and mark_of(item_id) > marks[item_id.stream is Stream.ROSTER]:
                detail = f"{item_id} is offered by node {machine.index}"
                raise Violation("the revoked stay out", detail, at)

    def _unbacked(self, roster: Roster, count: _Count) -> Iterator[str]:
        """Changes without k voices, in words."""
        actions = [a for digest, a in count.actions.items() if self._by_k(count, digest)]
        granted = {(a.number, a.serial, a.key) for a in actions if isinstance(a, Grant)}
        for member in roster.everybody():
            said = (member.number, member.serial, member.key)
            if member != self._founders.get(member.number) and said not in granted:
                yield f"member {member.number} with serial {member.serial}"
        revoked = {a.number for a in actions if isinstance(a, Revoke)}
        yield from (f"revocation of {one}" for one in roster.revocations.keys() - revoked)
        chosen = {(a.name, a.value) for a in actions if isinstance(a, Policy)}
        for name in PolicyName:
            value = roster.policies.value(name)
            if value != self._charter.policies.value(name) and (name, value) not in chosen:
                yield f"policy {name.name} {value}"
        committed = {a.commitment for a in actions if isinstance(a, Rekey)}
        yield from (f"epoch {e.number}" for e in roster.epochs if e.commitment not in committed)

    def sending(self, machine: Machine, frames: list[OutgoingFrame], at: float) -> None:
        """Frames went to a radio: with the newest keys, but for what leads to them."""
        keys, count = machine.membership.keys, self._count(machine)
        if keys.epoch <= 1:
            return
        rekeys = [digest for digest, body in count.actions.items() if isinstance(body, Rekey)]
        leading = {item_id for digest in rekeys for item_id in count.voices[digest]}
        for frame in frames:
            opened = keys.open(frame.payload)
            if opened is not None and opened[0].epoch == keys.epoch:
                continue
            if opened is not None and (
                frame.payload[0] & 15 == FrameType.REKEY
                or (frame.items and leading.issuperset(frame.items))
            ):
                continue
            detail = f"node {machine.index} sent {frame.items or 'a control frame'} with old keys"
            raise Violation("newest keys only", detail, at)
