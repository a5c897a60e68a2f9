"""Who belongs to a network: numbers, keys, names and roles. Every receiver enforces it.

Keys are pinned: a number keeps its key, a key has one number. This is the minimal roster of
the first path, a snapshot signed by the founder; later ones grow out of endorsed items.
Source: docs/protocol.md, "Roster".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntFlag
from typing import Any, Final

from meshdefense_protocol.charter import canonical_json, read_json_object
from meshdefense_protocol.errors import DecodeError, ValueRangeError
from meshdefense_protocol.identity import KEY_SIZE, PURPOSE_ROSTER, Identity, verify
from meshdefense_protocol.packets import (
    Acknowledge,
    Beacon,
    CheckIn,
    Manifest,
    Notice,
    Report,
    Retract,
    Verdict,
)
from meshdefense_protocol.sealing import KeyClass

__all__ = [
    "Member",
    "Role",
    "Roster",
    "RosterConflictError",
    "classes_for",
    "may",
    "parse_roles",
    "role_names",
    "roles_that_may",
]

MEMBER_NAME_MAX: Final = 16
_FIELDS = {"network_id", "version", "members", "signature"}
_MEMBER_FIELDS = {"number", "name", "key", "roles"}


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


_FIELD_ROLES = Role.PATROL | Role.VERIFIER | Role.DISPATCH | Role.ORGANIZER
_SPEAKING = Role.REPORTER | _FIELD_ROLES | Role.RESPONDER
_MAY: Final = {
    Report.KIND: _SPEAKING,
    Verdict.KIND: Role.VERIFIER,
    Beacon.KIND: _SPEAKING | Role.RELAY,
    CheckIn.KIND: _SPEAKING | Role.RELAY,
    Notice.KIND: _SPEAKING,
    Retract.KIND: _SPEAKING,
    Manifest.KIND: _SPEAKING,
    Acknowledge.KIND: _SPEAKING | Role.RECIPIENT | Role.RELAY,
}


def may(roles: Role, kind: int) -> bool:
    """Whether these roles allow a kind of item; kinds that nobody knows are let through."""
    allowed = _MAY.get(kind)
    return allowed is None or bool(roles & allowed)


def roles_that_may(kind: int) -> Role:
    """The roles that allow a kind."""
    return _MAY.get(kind, Role(0))


def classes_for(roles: Role) -> frozenset[KeyClass]:
    """The key classes that a member with these roles receives."""
    classes = {KeyClass.EVERYONE}
    if roles & _FIELD_ROLES:
        classes.add(KeyClass.FIELD)
    if roles & (Role.DISPATCH | Role.ORGANIZER):
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


class RosterConflictError(DecodeError):
    """The roster says something else than the one that is here; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Member:
    """One entry."""

    number: int
    """1 to 65,535, never used again."""
    name: str
    """A handle for screens, chosen with the organizers; not a person's name."""
    key: bytes
    roles: Role

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 0xFFFF:
            raise ValueRangeError(f"member number {self.number} is outside 1 to 65535")
        check_member_name(self.name)
        if len(self.key) != KEY_SIZE or not any(self.key):
            raise ValueRangeError("a member's key is missing or has the wrong size")


def check_member_name(name: str) -> None:
    """ValueRangeError unless `name` is a printable handle without spaces, up to 16 bytes."""
    if not 1 <= len(name.encode()) <= MEMBER_NAME_MAX or not name.isprintable() or " " in name:
        raise ValueRangeError(
            f"a handle has 1 to {MEMBER_NAME_MAX} printable bytes and no spaces, not {name!r}"
        )


class Roster:
    """All members of a network at one version. Immutable."""

    def __init__(self, version: int, members: list[Member]) -> None:
        if version < 0:
            raise ValueRangeError(f"a roster has no version {version}")
        self.version = version
        self._members = {member.number: member for member in members}
        if len(self._members) != len(members):
            raise ValueRangeError("two members have the same number")
        if len({member.key for member in members}) != len(members):
            raise ValueRangeError("two members have the same key")
        if len({member.name.casefold() for member in members}) != len(members):
            raise ValueRangeError("two members have the same handle")

    def __iter__(self) -> Iterator[Member]:
        return iter(self._members.values())

    def __len__(self) -> int:
        return len(self._members)

    def __getitem__(self, number: int) -> Member:
        return self._members[number]

    def get(self, number: int) -> Member | None:
        """The member with this number."""
        return self._members.get(number)

    def with_key(self, key: bytes) -> Member | None:
        """The member with this key."""
        return next((member for member in self if member.key == key), None)

    def find(self, text: str) -> Member | None:
        """A member by number or handle."""
        if text.isascii() and text.isdecimal():
            return self._members.get(int(text))
        return next((m for m in self if m.name.casefold() == text.casefold()), None)

    def added(self, name: str, key: bytes, roles: Role) -> Roster:
        """The next version, with one more member under the next free number."""
        number = max(self._members, default=0) + 1
        return Roster(self.version + 1, [*self, Member(number, name, key, roles)])

    def check_successor(self, newer: Roster) -> None:
        """Raises RosterConflictError unless `newer` only adds to what is pinned here.

        Names and roles may change, numbers and keys may not; one version has one content.
        """
        if newer.version < self.version:
            raise RosterConflictError(
                f"that roster is older (version {newer.version}) than the one here "
                f"(version {self.version}); ask for the newest"
            )
        if newer.version == self.version and newer._members != self._members:
            raise RosterConflictError(
                f"that roster differs from the one here although both are version {self.version}; "
                f"ask the organizers which of them is right"
            )
        for member in self:
            other = newer.get(member.number)
            if other is None or other.key != member.key:
                raise RosterConflictError(
                    f"that roster drops or changes the key of member {member.number} "
                    f"({member.name}); compare fingerprints in person"
                )

    def sign(self, network_id: bytes, organizer: Identity) -> bytes:
        """The snapshot as a file: canonical JSON with a signature."""
        content = self._content(network_id)
        signature = organizer.sign(PURPOSE_ROSTER, canonical_json(content))
        return canonical_json({**content, "signature": signature.hex()})

    def _content(self, network_id: bytes) -> dict[str, Any]:
        members = [
            {"number": m.number, "name": m.name, "key": m.key.hex(), "roles": int(m.roles)}
            for m in self
        ]
        return {"network_id": network_id.hex(), "version": self.version, "members": members}

    @classmethod
    def decode(cls, raw: bytes, *, network_id: bytes, founder: bytes) -> Roster:
        """Read a signed snapshot. Raises DecodeError, with what is wrong for people."""
        fields = read_json_object(raw, _FIELDS, "roster")
        if fields["network_id"] != network_id.hex():
            raise DecodeError("the roster belongs to another network")
        content = {name: fields[name] for name in _FIELDS - {"signature"}}
        try:
            signature = bytes.fromhex(fields["signature"])
        except (TypeError, ValueError) as error:
            raise DecodeError("the roster's signature is damaged") from error
        if not verify(founder, PURPOSE_ROSTER, canonical_json(content), signature):
            raise DecodeError("the roster is not signed by this network's organizers")
        try:
            members = [_read_member(entry) for entry in fields["members"]]
            roster = cls(int(fields["version"]), members)
        except (TypeError, ValueError, OverflowError, ValueRangeError) as error:  # int(Infinity)
            raise DecodeError(f"the roster is damaged: {error}") from error
        if canonical_json({**roster._content(network_id), "signature": signature.hex()}) != raw:
            raise DecodeError("the roster is not in its canonical form")
        return roster


def _read_member(entry: Any) -> Member:
    if not isinstance(entry, dict) or entry.keys() != _MEMBER_FIELDS:
        raise DecodeError("a member of the roster has fields missing or too many")
    return Member(
        int(entry["number"]), str(entry["name"]), bytes.fromhex(entry["key"]), Role(entry["roles"])
    )
