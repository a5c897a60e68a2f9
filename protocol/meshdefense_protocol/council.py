"""The organizers' decisions, and the roster that follows from them.

A fold over a set: whatever order the decisions arrive in, the same set gives the same roster.
Those that k organizers agree on are taken in the order in which they became complete, by the
claims of those who completed them, then by the items that did, then by digest; each is judged by
what stands before it. So one organizer's decisions of the same 4 s stay in the order in which
they were said.
So a decision that comes late is put in its place, and everything after it is judged anew.
Source: docs/protocol.md, "Decisions".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from meshdefense_protocol.charter import Charter
from meshdefense_protocol.errors import ValueRangeError
from meshdefense_protocol.items import Item
from meshdefense_protocol.members import Member, Role
from meshdefense_protocol.packets import Endorse, Grant, Lift, Policy, Rekey, Revoke, Suspend, Warn
from meshdefense_protocol.packets.decisions import (
    MARK_MAX,
    MARK_NONE,
    Action,
    action_digest,
    mark_of,
)
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.policy import Policies, PolicyName
from meshdefense_protocol.roster import (
    Epoch,
    NetworkWarning,
    Pending,
    RefusedDecision,
    Revocation,
    Roster,
    Suspension,
)

__all__ = ["Council"]

AGAIN_S: Final = 7 * 86_400.0
"""One organizer can suspend one member once in so long: longer takes k of them."""
HOUR_S: Final = 3600.0
_ACTIONS: Final = (Grant, Revoke, Lift, Policy, Rekey)


@dataclass(frozen=True, slots=True, order=True)
class _Voice:
    units: int
    """The claimed time."""
    id: ItemId


@dataclass(slots=True)
class _Motion:
    """A decision with everybody who ever agreed to it."""

    digest: bytes
    body: Action | None = None
    sayers: set[ItemId] = field(default_factory=set)
    """Items that say all of it; endorsements only name it."""
    voices: list[_Voice] = field(default_factory=list)

    @property
    def said(self) -> ItemId:
        """The least of those who said all of it."""
        return min(self.sayers)


@dataclass(slots=True)
class _State:
    """What stands so far while the decisions are taken one by one."""

    members: dict[int, Member]
    policies: Policies
    marks: dict[int, int]
    """By number, of those revoked in the end: beyond it no voice counts, whenever it was said."""
    revocations: dict[int, Revocation] = field(default_factory=dict)
    deciders: set[int] = field(default_factory=set)
    out_deciders: set[int] = field(default_factory=set)
    """Organizers until they were revoked."""
    serials: dict[int, int] = field(default_factory=dict)
    keys: dict[bytes, int] = field(default_factory=dict)
    """Whose each key is, for ever."""
    handles: dict[str, int] = field(default_factory=dict)
    """Who had each handle last."""
    epochs: list[Epoch] = field(default_factory=list)
    lifted: set[ItemId] = field(default_factory=set)
    refused: list[RefusedDecision] = field(default_factory=list)
    taken: int = 0

    def may_decide(self, voice: _Voice) -> bool:
        """Whether an organizer's word counts as things stand."""
        number = voice.id.author
        if mark_of(voice.id) > self.marks.get(number, MARK_MAX):
            return False
        out = self.revocations.get(number)
        if out is not None:
            return number in self.out_deciders and mark_of(voice.id) <= out.roster_mark
        member = self.members.get(number)
        return member is not None and Role.ORGANIZER in member.roles


class Council:
    """All accepted decisions of a network's organizers."""

    def __init__(self, charter: Charter, items: Iterable[Item] = ()) -> None:
        self._charter = charter
        self._motions: dict[bytes, _Motion] = {}
        self._alone: dict[bytes, Item] = {}
        self._raws: set[bytes] = set()
        self._roster: Roster | None = None
        for item in items:
            self.add(item)

    def __len__(self) -> int:
        return len(self._raws)

    def add(self, item: Item) -> None:
        """Take in an item of the roster stream whose signature was verified.

        Of two under one id both are heard: so all nodes come to the same, and nobody can
        take back an endorsement by signing something else in its place.
        """
        if item.raw in self._raws or item.id.stream is not Stream.ROSTER:
            return
        self._raws.add(item.raw)
        body, voice = item.body, _Voice(item.units, item.id)
        if isinstance(body, Endorse):
            for digest in body.digests:
                self._motion(digest).voices.append(voice)
        elif isinstance(body, _ACTIONS):
            motion = self._motion(action_digest(self._charter.network_id, body))
            motion.body = body
            motion.voices.append(voice)
            motion.sayers.add(item.id)
        if isinstance(body, (Suspend, Warn, Lift)):
            self._alone[item.raw] = item
        self._roster = None

    def withdraw(self, item_id: ItemId) -> None:
        """An own decision that could not be stored; its id is never used again."""
        self._alone = {raw: one for raw, one in self._alone.items() if one.id != item_id}
        for motion in self._motions.values():
            motion.voices = [voice for voice in motion.voices if voice.id != item_id]
            motion.sayers.discard(item_id)
            if not motion.sayers:
                motion.body = None
        self._roster = None

    def _motion(self, digest: bytes) -> _Motion:
        return self._motions.setdefault(digest, _Motion(digest))

    @property
    def roster(self) -> Roster:
        """What follows from everything that was said."""
        if self._roster is None:
            self._roster = self._fold()
        return self._roster

    # -- the fold ----------------------------------------------------------------------------

    def _fold(self) -> Roster:
        """Fold until the marks of just those revocations that stand hold from the beginning.

        A voice beyond a mark can be dated before the revocation: who heard of the revocation
        first refused it, so it must count for nobody. Revocations that undo each other by that
        (two organizers who each help to put the other out, beyond the mark) come round in a
        circle; their marks hold only from the revocation on.
        """
        marks: dict[int, int] = {}
        seen = [marks]
        released: set[int] = set()
        while True:
            roster = self._folded(marks)
            standing = roster.revocations.values()
            found = {one.number: one.roster_mark for one in standing if one.number not in released}
            if found == marks:
                return roster
            if found in seen:
                differing = {number for number, _ in found.items() ^ marks.items()}
                released |= differing
                found = {number: mark for number, mark in found.items() if number not in differing}
                seen = []
            seen.append(found)
            marks = found

    def _folded(self, marks: dict[int, int]) -> Roster:
        founders = {one.number: one for one in self._charter.founders}
        state = _State(founders, self._charter.policies, marks)
        state.keys = {one.key: one.number for one in self._charter.founders}
        state.handles = {one.name.casefold(): one.number for one in self._charter.founders}
        state.deciders = {one.number for one in self._charter.organizers}
        waiting = {m.digest: m for m in self._motions.values() if m.body is not None}
        ready = self._ready(waiting, state)
        while ready:
            completed, digest = ready.pop()
            motion = waiting.pop(digest)
            if self._take(motion, state, completed.units):
                ready = self._ready(waiting, state)
        for _, motion in sorted(waiting.items()):
            body = motion.body
            if isinstance(body, Rekey) and body.epoch <= len(state.epochs) + 1:
                if len(self._voices(motion, state)) >= state.policies.threshold:
                    why = "another decision took that epoch"
                    state.refused.append(RefusedDecision(motion.digest, body, why))
        suspensions, warnings = self._by_one(state)
        pending = [
            self._pending(motion, state)
            for motion in waiting.values()
            if not _is_moot(motion.body, state)
            and any(state.may_decide(voice) for voice in motion.voices)
        ]
        return Roster(
            state.taken,
            state.members.values(),
            policies=state.policies,
            date=self._charter.date,
            revocations=state.revocations,
            suspensions=suspensions,
            warnings=warnings,
            epochs=tuple(state.epochs),
            pending=tuple(sorted(pending, key=lambda p: (p.id, p.digest))),
            refused=tuple(state.refused),
            deciders=frozenset(state.deciders | state.out_deciders),
        )

    def _ready(self, waiting: dict[bytes, _Motion], state: _State) -> list[tuple[_Voice, bytes]]:
        """Complete decisions with the voice that completed each, the next one last."""
        found = []
        for digest, motion in waiting.items():
            if isinstance(motion.body, Rekey) and motion.body.epoch != len(state.epochs) + 2:
                continue
            voices = self._voices(motion, state)
            if len(voices) >= state.policies.threshold:
                found.append((sorted(voices.values())[state.policies.threshold - 1], digest))
        return sorted(found, reverse=True)

    @staticmethod
    def _voices(motion: _Motion, state: _State) -> dict[int, _Voice]:
        """The earliest word that counts of each organizer."""
        found: dict[int, _Voice] = {}
        for voice in motion.voices:
            if state.may_decide(voice) and not _is_undone_by(motion.body, voice):
                held = found.get(voice.id.author)
                if held is None or voice < held:
                    found[voice.id.author] = voice
        return found

    def _take(self, motion: _Motion, state: _State, units: int) -> bool:
        """Let a decision stand, or note why it cannot; True when others have to be judged anew."""
        body = motion.body
        assert body is not None  # only those are waiting
        why = ""
        anew = False
        if isinstance(body, Grant):
            why, anew = _grant(body, state)
        elif isinstance(body, Revoke):
            at = self._charter.date + units * 4.0
            _revoke(body, state, at)
            anew = True
        elif isinstance(body, Policy):
            why = _policy(body, state)
            anew = body.name == PolicyName.THRESHOLD
        elif isinstance(body, Rekey):
            voices = self._voices(motion, state)
            others = sorted(voice.id for voice in voices.values() if voice.id != motion.said)
            said = (motion.said, *others)
            state.epochs.append(
                Epoch(body.epoch, body.commitment, body.content_hash, body.size, said)
            )
            anew = True
        else:
            state.lifted.add(body.ref)
        if why:
            state.refused.append(RefusedDecision(motion.digest, body, why))
        else:
            state.taken += 1
        return anew

    def _pending(self, motion: _Motion, state: _State) -> Pending:
        assert motion.body is not None  # only those are waiting
        voices = tuple(sorted(self._voices(motion, state)))
        lacking = max(0, state.policies.threshold - len(voices))
        return Pending(motion.digest, motion.body, motion.said, voices, lacking)

    def _by_one(self, state: _State) -> tuple[tuple[Suspension, ...], tuple[NetworkWarning, ...]]:
        """What one organizer may do alone, and what of it was taken back."""
        lifted = state.lifted
        for item in self._alone.values():
            if isinstance(item.body, Lift) and item.body.ref.author == item.id.author:
                if state.may_decide(_Voice(item.units, item.id)):
                    lifted.add(item.body.ref)
        suspensions, warnings = [], []
        last: dict[tuple[int, int], float] = {}
        for item in sorted(self._alone.values(), key=lambda one: (one.units, one.id, one.raw)):
            if not state.may_decide(_Voice(item.units, item.id)):
                continue
            at = item.claimed_at(self._charter.date)
            by, body = item.id.author, item.body
            if isinstance(body, Warn) and item.id not in lifted:
                warnings.append(NetworkWarning(item.id, by, body.reason, at))
            elif isinstance(body, Suspend):
                before = last.get((by, body.number))
                if before is not None and at < before + AGAIN_S:
                    continue
                last[by, body.number] = at  # also when it was lifted: one is one
                if item.id not in lifted:
                    end = at + body.hours * HOUR_S
                    suspensions.append(Suspension(item.id, body.number, by, body.reason, at, end))
        return tuple(suspensions), tuple(warnings)


def _is_moot(body: Action | None, state: _State) -> bool:
    """Whether a decision would change nothing even if all agreed."""
    if isinstance(body, Rekey):
        return body.epoch <= len(state.epochs) + 1
    if isinstance(body, Grant):
        held = state.members.get(body.number)
        superseded = held is not None and held.serial >= body.serial
        return superseded or body.number in state.revocations
    if isinstance(body, Policy):
        return body.serial <= state.serials.get(body.name, 0)
    return isinstance(body, Lift) and body.ref in state.lifted


def _is_undone_by(body: Action | None, voice: _Voice) -> bool:
    """Whether a revocation takes away a voice for itself: that of whom it puts out, after its mark.

    A node that followed it would not pass that voice on, and one without the voice would never
    follow: rosters would differ for good.
    """
    return (
        isinstance(body, Revoke)
        and voice.id.author == body.number
        and mark_of(voice.id) > _mark(body.roster_mark)
    )


def _grant(body: Grant, state: _State) -> tuple[str, bool]:
    held = state.members.get(body.number)
    if body.number in state.revocations:
        return f"member {body.number} was revoked; a number is never used again", False
    if held is not None and held.key != body.key:
        return f"member {body.number} has another key already", False
    if held is not None and body.serial <= held.serial:
        return "", False  # an older certificate than the one in force: superseded, not wrong
    other = state.keys.get(body.key, body.number)
    if other != body.number:
        return f"that key is already the one of member {other}", False
    handle = body.handle.casefold()
    other = state.handles.get(handle, body.number)
    if other != body.number and other not in state.revocations:
        return f"the handle {body.handle} is taken by member {other}", False
    try:
        member = Member(
            body.number, body.handle, body.key, Role(body.roles), body.expires, body.serial
        )
    except ValueRangeError as error:
        return str(error), False
    if held is not None:
        state.handles.pop(held.name.casefold(), None)
    state.keys[body.key] = state.handles[handle] = body.number
    state.members[body.number] = member
    before = held is not None and Role.ORGANIZER in held.roles
    after = Role.ORGANIZER in member.roles
    if after:
        state.deciders.add(body.number)
    return "", before is not after


def _revoke(body: Revoke, state: _State, at: float) -> None:
    log_mark, roster_mark = _mark(body.log_mark), _mark(body.roster_mark)
    reason = body.reason
    held = state.revocations.get(body.number)
    if held is not None:  # the stricter marks stand
        at, reason = min(held.at, at), held.reason
        log_mark = min(held.log_mark, log_mark)
        roster_mark = min(held.roster_mark, roster_mark)
    else:
        member = state.members.get(body.number)
        if member is not None and Role.ORGANIZER in member.roles:
            state.out_deciders.add(body.number)
    state.revocations[body.number] = Revocation(body.number, reason, log_mark, roster_mark, at)


def _mark(said: int) -> int:
    return -1 if said == MARK_NONE else said


def _policy(body: Policy, state: _State) -> str:
    try:
        name = PolicyName(body.name)
        changed = state.policies.with_value(name, body.value)
    except ValueError:
        return f"policy {body.name} is of a later version"
    except ValueRangeError as error:
        return str(error)
    if body.serial <= state.serials.get(name, 0):
        return ""
    organizers = sum(
        Role.ORGANIZER in one.roles and one.number not in state.revocations
        for one in state.members.values()
    )
    if name is PolicyName.THRESHOLD and body.value > organizers:
        return f"{body.value} organizers cannot agree where there are {organizers}"
    state.policies, state.serials[name] = changed, body.serial
    return ""
