"""The organizers' decisions, and the roster that follows from them.

A fold over a set: whatever order the decisions arrive in, the same set gives the same roster.
Those that k organizers agree on are taken in the order in which they became complete, by the
claims of those who completed them, then by the items that did, then by digest; judging.py judges
each by what stands before it. So one organizer's decisions of the same 4 s stay in the order in
which they were said, and one that comes late is put in its place, and everything after it is
judged anew. Source: docs/protocol.md, "Decisions".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from meshdefense_protocol.charter import Charter
from meshdefense_protocol.items import Item
from meshdefense_protocol.judging import FoldState, Voice, is_undone_by
from meshdefense_protocol.packets import Endorse, Grant, Lift, Policy, Rekey, Revoke, Suspend, Warn
from meshdefense_protocol.packets.decisions import Action, action_digest
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.policy import PolicyName
from meshdefense_protocol.roster import (
    Epoch,
    NetworkWarning,
    Pending,
    RefusedDecision,
    Roster,
    Suspension,
)

__all__ = ["Council"]

AGAIN_S: Final = 7 * 86_400.0
"""One organizer can suspend one member once in so long: longer takes k of them."""
HOUR_S: Final = 3600.0
_ACTIONS: Final = (Grant, Revoke, Lift, Policy, Rekey)


@dataclass(slots=True)
class _Motion:
    """A decision with everybody who ever agreed to it."""

    digest: bytes
    body: Action | None = None
    sayers: set[ItemId] = field(default_factory=set)
    """Items that say all of it; endorsements only name it."""
    voices: list[Voice] = field(default_factory=list)

    @property
    def said(self) -> ItemId:
        """The least of those who said all of it."""
        return min(self.sayers)


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
        body, voice = item.body, Voice(item.units, item.id)
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
        state = FoldState(founders, self._charter.policies, marks)
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
            if not state.is_moot(motion.body)
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

    def _ready(self, waiting: dict[bytes, _Motion], state: FoldState) -> list[tuple[Voice, bytes]]:
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
    def _voices(motion: _Motion, state: FoldState) -> dict[int, Voice]:
        """The earliest word that counts of each organizer."""
        found: dict[int, Voice] = {}
        for voice in motion.voices:
            if state.may_decide(voice) and not is_undone_by(motion.body, voice):
                held = found.get(voice.id.author)
                if held is None or voice < held:
                    found[voice.id.author] = voice
        return found

    def _take(self, motion: _Motion, state: FoldState, units: int) -> bool:
        """Let a decision stand, or note why it cannot; True when others have to be judged anew."""
        body = motion.body
        assert body is not None  # only those are waiting
        why = ""
        anew = False
        if isinstance(body, Grant):
            why, anew = state.grant(body)
        elif isinstance(body, Revoke):
            at = self._charter.date + units * 4.0
            state.revoke(body, at)
            anew = True
        elif isinstance(body, Policy):
            why = state.set_policy(body)
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

    def _pending(self, motion: _Motion, state: FoldState) -> Pending:
        assert motion.body is not None  # only those are waiting
        voices = tuple(sorted(self._voices(motion, state)))
        lacking = max(0, state.policies.threshold - len(voices))
        return Pending(motion.digest, motion.body, motion.said, voices, lacking)

    def _by_one(
        self, state: FoldState
    ) -> tuple[tuple[Suspension, ...], tuple[NetworkWarning, ...]]:
        """What one organizer may do alone, and what of it was taken back."""
        lifted = state.lifted
        for item in self._alone.values():
            if isinstance(item.body, Lift) and item.body.ref.author == item.id.author:
                if state.may_decide(Voice(item.units, item.id)):
                    lifted.add(item.body.ref)
        suspensions, warnings = [], []
        last: dict[tuple[int, int], float] = {}
        for item in sorted(self._alone.values(), key=lambda one: (one.units, one.id, one.raw)):
            if not state.may_decide(Voice(item.units, item.id)):
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
