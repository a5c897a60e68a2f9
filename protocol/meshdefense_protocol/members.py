"""Members of a network: numbers, keys, handles, roles, and what each role may say.

Every receiver enforces roles by itself. Source: docs/protocol.md, "Roster".
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import IntFlag
from typing import Final

from meshdefense_protocol.errors import ValueRangeError
from meshdefense_protocol.identity import KEY_SIZE
from meshdefense_protocol.limits import FIRST_POSITION_KIND, FIRST_ROSTER_KIND
from meshdefense_protocol.packets import (
    Acknowledge,
    Beacon,
    Body,
    Broadcast,
    CheckIn,
    Close,
    Dispatch,
    Escalate,
    Manifest,
    Notice,
    Report,
    Response,
    Retract,
    RollAnswer,
    RollCall,
    Sos,
    SosEnd,
    StandDown,
    Verdict,
)
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.words import SOS_ENDINGS

__all__ = [
    "MEMBER_NAME_MAX",
    "Member",
    "Role",
    "check_member_name",
    "classes_for",
    "may",
    "may_say",
    "parse_roles",
    "role_names",
    "roles_that_may",
]

MEMBER_NAME_MAX: Final = 16


class Role(IntFlag):
    """What a member does. A bit each, never used again for something else."""

    RECIPIENT = 1
    REPORTER = 2
    PATROL = 4
    VERIFIER = 8
    RESPONDER = 16
    DISPATCH = 32
    ORGANIZER = 64
    RELAY = 128


_FIELD_ROLES: Final = Role.PATROL | Role.VERIFIER | Role.DISPATCH | Role.ORGANIZER
_SPEAKING: Final = Role.REPORTER | _FIELD_ROLES | Role.RESPONDER
_ANYBODY: Final = Role(255)
_SENIOR: Final = Role.DISPATCH | Role.ORGANIZER
_MAY: Final = {
    Report.KIND: _SPEAKING,
    Verdict.KIND: Role.VERIFIER,
    Beacon.KIND: _SPEAKING | Role.RELAY,
    CheckIn.KIND: _SPEAKING | Role.RELAY,
    Notice.KIND: _SPEAKING,
    Retract.KIND: _SPEAKING,
    Manifest.KIND: _SPEAKING,
    Acknowledge.KIND: _SPEAKING | Role.RECIPIENT | Role.RELAY,
    Dispatch.KIND: Role.DISPATCH | Role.VERIFIER,
    Response.KIND: _SPEAKING,
    Broadcast.KIND: Role.DISPATCH | Role.VERIFIER,
    Escalate.KIND: _SPEAKING,
    Close.KIND: Role.DISPATCH | Role.VERIFIER,
    Sos.KIND: _ANYBODY,
    SosEnd.KIND: _ANYBODY,
    RollCall.KIND: _SENIOR,
    RollAnswer.KIND: _ANYBODY,
    StandDown.KIND: _SENIOR,
}
_CANCELLED: Final = SOS_ENDINGS.code("cancelled")


def _allowed(kind: int) -> Role | None:
    if FIRST_ROSTER_KIND <= kind < FIRST_POSITION_KIND:
        return Role.ORGANIZER  # also those of later versions: they last for ever
    return _MAY.get(kind)


def may(roles: Role, kind: int) -> bool:
    """Whether these roles allow a kind of item; kinds that nobody knows are let through."""
    allowed = _allowed(kind)
    return allowed is None or bool(roles & allowed)


def roles_that_may(kind: int) -> Role:
    """The roles that allow a kind."""
    return _allowed(kind) or Role(0)


def may_say(author: int, roles: Role, body: Body) -> bool:
    """Whether a member with these roles may say exactly this.

    Beyond `may`: nobody verifies, closes or broadcasts their own report; only its author
    retracts a report or cancels an SOS; a verifier without dispatch sends nobody but
    themselves; an SOS of somebody else is ended by verifiers and dispatch.
    """
    if not may(roles, body.kind if not hasattr(body, "KIND") else body.KIND):
        return False
    if isinstance(body, (Verdict, Broadcast)):
        return body.ref.author != author
    if isinstance(body, Retract):
        return body.ref.author == author
    if isinstance(body, Dispatch):
        return bool(roles & Role.DISPATCH) or body.member == author
    if isinstance(body, SosEnd):
        if body.how == _CANCELLED:
            return body.ref.author == author
        return body.ref.author != author and bool(roles & (_SENIOR | Role.VERIFIER))
    return True


def classes_for(roles: Role) -> frozenset[KeyClass]:
    """The key classes that a member with these roles receives."""
    classes = {KeyClass.EVERYONE}
    if roles & _FIELD_ROLES:
        classes.add(KeyClass.FIELD)
    if roles & _SENIOR:
        classes.add(KeyClass.DISPATCH)
    if roles & Role.ORGANIZER:
        classes.add(KeyClass.ORGANIZERS)
    return frozenset(classes)


def role_names(roles: Role) -> list[str]:
    """Names in lower case, in a fixed order."""
    return [str(role.name).lower() for role in Role if role in roles]


def parse_roles(names: list[str]) -> Role:
    """Names to roles. ValueRangeError lists the right names."""
    roles = Role(0)
    for name in names:
        try:
            roles |= Role[name.strip().upper()]
        except KeyError:
            known = ", ".join(role_names(Role(255)))
            raise ValueRangeError(f"{name!r} is not a role; roles are {known}") from None
    return roles


@dataclass(frozen=True, slots=True)
class Member:
    """One member's certificate."""

    number: int
    """1 to 65,535, never used again."""
    name: str
    """A handle for screens, chosen with the organizers; not a person's name."""
    key: bytes
    roles: Role
    expires: int = 0
    """Days after the charter's date from which on nothing new of theirs counts; 0 is never."""
    serial: int = 0
    """Which of the member's certificates this is; a higher one replaces a lower one."""

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 0xFFFF:
            raise ValueRangeError(f"member number {self.number} is outside 1 to 65535")
        check_member_name(self.name)
        if len(self.key) != KEY_SIZE or not any(self.key):
            raise ValueRangeError("a member's key is missing or has the wrong size")
        if not 0 <= self.expires <= 0xFFFF:
            raise ValueRangeError(f"an expiry of {self.expires} days is outside 0 to 65535")
        if not 0 <= self.roles <= 0xFF:
            raise ValueRangeError(f"roles {int(self.roles)} are outside 0 to 255")
        if not 0 <= self.serial <= 0xFF:
            raise ValueRangeError(f"certificate {self.serial} is outside 0 to 255")


def check_member_name(name: str) -> None:
    """ValueRangeError unless `name` is a handle of letters, digits and -_.', up to 16 bytes.

    So nothing invisible, no mark without a letter that takes it up, and nothing that steers a
    terminal can stand in a roster, whoever wrote it.
    """
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        size = 0
    plain = all(c.isalnum() or c in "-_.'" for c in unicodedata.normalize("NFC", name))
    if not 1 <= size <= MEMBER_NAME_MAX or not plain or "\u3164" in name or "\uffa0" in name:
        raise ValueRangeError(
            f"a handle has 1 to {MEMBER_NAME_MAX} bytes of letters, digits and -_.', not {name!a}"
        )
