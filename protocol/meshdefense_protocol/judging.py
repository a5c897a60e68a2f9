"""What stands while decisions are folded, and what each one changes or why it cannot stand.

Each is judged by what the ones before it left; in which order they come, and when one has voices
enough, is the council's matter. Source: docs/protocol.md, "Decisions", from "Judging" on.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from meshdefense_protocol.errors import ValueRangeError
from meshdefense_protocol.members import Member, Role
from meshdefense_protocol.packets import Grant, Lift, Policy, Rekey, Revoke
from meshdefense_protocol.packets.decisions import MARK_MAX, MARK_NONE, Action, mark_of
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.policy import Policies, PolicyName
from meshdefense_protocol.roster import Epoch, RefusedDecision, Revocation

__all__ = ["FoldState", "Voice", "is_undone_by"]


@dataclass(frozen=True, slots=True, order=True)
class Voice:
    """One item that says or endorses a decision; the earlier claim is the lesser."""

    units: int
    """The claimed time, in units of 4 s since the charter's date."""
    id: ItemId


@dataclass(slots=True)
class FoldState:
    """What stands so far while the decisions are taken one by one."""

    members: dict[int, Member]
    """By number, with those who were revoked."""
    policies: Policies
    marks: dict[int, int]
    """By number, of those revoked in the end: beyond it no voice counts, whenever it was said."""
    revocations: dict[int, Revocation] = field(default_factory=dict)
    deciders: set[int] = field(default_factory=set)
    """Everybody who was ever made an organizer."""
    out_deciders: set[int] = field(default_factory=set)
    """Organizers until they were revoked."""
    serials: dict[int, int] = field(default_factory=dict)
    """By policy, of its last change."""
    keys: dict[bytes, int] = field(default_factory=dict)
    """Whose each key is, for ever."""
    handles: dict[str, int] = field(default_factory=dict)
    """Who had each handle last."""
    epochs: list[Epoch] = field(default_factory=list)
    """In order, from the second on."""
    lifted: set[ItemId] = field(default_factory=set)
    """Suspensions and warnings that were taken back."""
    refused: list[RefusedDecision] = field(default_factory=list)
    taken: int = 0
    """How many decisions stand."""

    def may_decide(self, voice: Voice) -> bool:
        """Whether an organizer's word counts as things stand."""
        number = voice.id.author
        if mark_of(voice.id) > self.marks.get(number, MARK_MAX):
            return False
        out = self.revocations.get(number)
        if out is not None:
            return number in self.out_deciders and mark_of(voice.id) <= out.roster_mark
        member = self.members.get(number)
        return member is not None and Role.ORGANIZER in member.roles

    def is_moot(self, body: Action | None) -> bool:
        """Whether a decision would change nothing even if all agreed."""
        if isinstance(body, Rekey):
            return body.epoch <= len(self.epochs) + 1
        if isinstance(body, Grant):
            held = self.members.get(body.number)
            superseded = held is not None and held.serial >= body.serial
            return superseded or body.number in self.revocations
        if isinstance(body, Policy):
            return body.serial <= self.serials.get(body.name, 0)
        return isinstance(body, Lift) and body.ref in self.lifted

    def grant(self, body: Grant) -> tuple[str, bool]:
        """Put a certificate in force: why it cannot stand, and whether who may decide is changed.

        The reason is empty for one that stands, also when a later one supersedes it.
        """
        held = self.members.get(body.number)
        if body.number in self.revocations:
            return f"member {body.number} was revoked; a number is never used again", False
        if held is not None and held.key != body.key:
            return f"member {body.number} has another key already", False
        if held is not None and body.serial <= held.serial:
            return "", False  # an older certificate than the one in force: superseded, not wrong
        other = self.keys.get(body.key, body.number)
        if other != body.number:
            return f"that key is already the one of member {other}", False
        handle = body.handle.casefold()
        other = self.handles.get(handle, body.number)
        if other != body.number and other not in self.revocations:
            return f"the handle {body.handle} is taken by member {other}", False
        try:
            member = Member(
                body.number, body.handle, body.key, Role(body.roles), body.expires, body.serial
            )
        except ValueRangeError as error:
            return str(error), False
        if held is not None:
            self.handles.pop(held.name.casefold(), None)
        self.keys[body.key] = self.handles[handle] = body.number
        self.members[body.number] = member
        before = held is not None and Role.ORGANIZER in held.roles
        after = Role.ORGANIZER in member.roles
        if after:
            self.deciders.add(body.number)
        return "", before is not after

    def revoke(self, body: Revoke, at: float) -> None:
        """Put a member out, who need not be known; `at` is in seconds since the epoch."""
        log_mark, roster_mark = _mark(body.log_mark), _mark(body.roster_mark)
        reason = body.reason
        held = self.revocations.get(body.number)
        if held is not None:  # the stricter marks stand
            at, reason = min(held.at, at), held.reason
            log_mark = min(held.log_mark, log_mark)
            roster_mark = min(held.roster_mark, roster_mark)
        else:
            member = self.members.get(body.number)
            if member is not None and Role.ORGANIZER in member.roles:
                self.out_deciders.add(body.number)
        self.revocations[body.number] = Revocation(body.number, reason, log_mark, roster_mark, at)

    def set_policy(self, body: Policy) -> str:
        """Change a policy; returns why that cannot stand, or nothing, also when superseded."""
        try:
            name = PolicyName(body.name)
            changed = self.policies.with_value(name, body.value)
        except ValueError:
            return f"policy {body.name} is of a later version"
        except ValueRangeError as error:
            return str(error)
        if body.serial <= self.serials.get(name, 0):
            return ""
        organizers = sum(
            Role.ORGANIZER in one.roles and one.number not in self.revocations
            for one in self.members.values()
        )
        if name is PolicyName.THRESHOLD and body.value > organizers:
            return f"{body.value} organizers cannot agree where there are {organizers}"
        self.policies, self.serials[name] = changed, body.serial
        return ""


def is_undone_by(body: Action | None, voice: Voice) -> bool:
    """Whether a revocation takes away a voice for itself: that of whom it puts out, after its mark.

    A node that followed it would not pass that voice on, and one without the voice would never
    follow: rosters would differ for good.
    """
    return (
        isinstance(body, Revoke)
        and voice.id.author == body.number
        and mark_of(voice.id) > _mark(body.roster_mark)
    )


def _mark(said: int) -> int:
    return -1 if said == MARK_NONE else said
