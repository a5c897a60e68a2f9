"""Members: what a certificate can hold, what roles allow, and which keys they bring."""

from __future__ import annotations

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.errors import ValueRangeError
from meshdefense_protocol.identity import Identity
from meshdefense_protocol.members import (
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
    BODIES,
    Beacon,
    Broadcast,
    Dispatch,
    KnownBody,
    Report,
    Retract,
    Sos,
    SosEnd,
    UnknownBody,
    Verdict,
)
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.sealing import KeyClass
from support.bodies import bodies

KEY = Identity(bytes(range(32))).key
EVERY_ROLE = Role(255)
OWN, OTHER = ItemId(3, 0, 1), ItemId(4, 0, 1)
CANCELLED, CLEAR = 0, 1


@pytest.mark.parametrize(
    "name",
    ["ada", "Zoë", "o'neil", "d.a-n_1", "n" * 16, "ñ" * 8, "山田", "1"],
)
def test_a_handle_of_letters_and_digits_is_taken(name: str) -> None:
    check_member_name(name)
    assert Member(1, name, KEY, Role.PATROL).name == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "n" * 17,
        "ñ" * 9,
        "a b",
        "a\n",
        "a\x1b[2J",
        "a\u200bda",
        "\u202eada",
        "\u0301a" * 2,
        "\u3164",
        "\uffa0",
        "\ud800",
        "a/b",
        "\U0001f525",
    ],
    ids=ascii,
)
def test_a_handle_that_hides_or_steers_something_is_refused(name: str) -> None:
    with pytest.raises(ValueRangeError, match="handle"):
        check_member_name(name)


@pytest.mark.parametrize(
    "values",
    [
        (0, KEY, 0, 0),
        (65_536, KEY, 0, 0),
        (1, bytes(32), 0, 0),
        (1, KEY[:-1], 0, 0),
        (1, KEY, -1, 0),
        (1, KEY, 65_536, 0),
        (1, KEY, 0, 256),
        (1, KEY, 0, -1),
    ],
)
def test_a_certificate_outside_its_ranges_is_refused(values: tuple[int, bytes, int, int]) -> None:
    number, key, expires, serial = values
    with pytest.raises(ValueRangeError):
        Member(number, "ada", key, Role.PATROL, expires, serial)


def test_roles_are_named_and_read_back() -> None:
    assert parse_roles(["Patrol ", "verifier"]) == Role.PATROL | Role.VERIFIER
    assert role_names(Role.PATROL | Role.VERIFIER) == ["patrol", "verifier"]
    for value in range(256):
        assert parse_roles(role_names(Role(value))) == Role(value)
    with pytest.raises(ValueRangeError, match="organizer"):
        parse_roles(["boss"])


def test_role_bits_never_change() -> None:
    """They are in signed certificates."""
    assert {role.name: int(role) for role in Role} == {
        "RECIPIENT": 1, "REPORTER": 2, "PATROL": 4, "VERIFIER": 8, "RESPONDER": 16,
        "DISPATCH": 32, "ORGANIZER": 64, "RELAY": 128,
    }  # fmt: skip


def test_keys_are_given_by_need() -> None:
    assert classes_for(Role.RECIPIENT) == classes_for(Role.RESPONDER) == {KeyClass.EVERYONE}
    assert classes_for(Role.PATROL) == {KeyClass.EVERYONE, KeyClass.FIELD}
    assert KeyClass.ORGANIZERS not in classes_for(EVERY_ROLE & ~Role.ORGANIZER)
    assert classes_for(Role.ORGANIZER) == set(KeyClass)


@given(st.integers(32, 47))
def test_only_organizers_decide_also_by_kinds_of_later_versions(kind: int) -> None:
    assert roles_that_may(kind) == Role.ORGANIZER
    assert may(Role.ORGANIZER, kind)
    assert not may(EVERY_ROLE & ~Role.ORGANIZER, kind)


def test_other_kinds_of_later_versions_are_let_through() -> None:
    for kind in set(range(1, 64)) - set(range(32, 48)) - set(BODIES):
        assert may(Role.RECIPIENT, kind)
        assert may_say(3, Role.RECIPIENT, UnknownBody(kind, b"", False))


def test_everybody_may_call_for_help() -> None:
    for role in Role:
        assert may_say(3, role, Sos(None, 0, 0))
        assert may_say(3, role, SosEnd(OWN, CANCELLED))


@given(bodies())
def test_no_roles_at_all_allow_nothing(body: KnownBody) -> None:
    assert not may_say(3, Role(0), body)


@given(bodies(), st.integers(0, 255), st.integers(0, 255))
def test_a_further_role_never_takes_a_right_away(body: KnownBody, held: int, more: int) -> None:
    if may_say(3, Role(held), body):
        assert may_say(3, Role(held | more), body)


def test_every_role_together_still_does_not_judge_its_own_report() -> None:
    seen = Report(None, 1)
    for ref, allowed in ((OWN, False), (OTHER, True)):
        assert may_say(3, EVERY_ROLE, Verdict(ref, 1)) is allowed
        assert may_say(3, EVERY_ROLE, Broadcast(ref, seen)) is allowed
        assert may_say(3, EVERY_ROLE, SosEnd(ref, CLEAR)) is allowed
        assert may_say(3, EVERY_ROLE, Retract(ref)) is not allowed
        assert may_say(3, EVERY_ROLE, SosEnd(ref, CANCELLED)) is not allowed


def test_a_verifier_sends_only_themselves_and_dispatch_sends_anybody() -> None:
    for member, verifier in ((3, True), (4, False)):
        assert may_say(3, Role.VERIFIER, Dispatch(OTHER, member, 10)) is verifier
        assert may_say(3, Role.DISPATCH, Dispatch(OTHER, member, 10))
        assert not may_say(3, Role.PATROL, Dispatch(OTHER, member, 10))


def test_an_ending_of_an_sos_that_nobody_knows_yet_is_not_a_cancellation() -> None:
    """What only its author may say is decided by the code for cancelled, no other."""
    assert not may_say(3, Role.PATROL, SosEnd(OWN, 15))
    assert may_say(3, Role.VERIFIER, SosEnd(OTHER, 15))


def test_who_may_say_a_kind_is_named() -> None:
    assert roles_that_may(Verdict.KIND) == Role.VERIFIER
    assert roles_that_may(Beacon.KIND) & Role.RELAY
    assert roles_that_may(30) == Role(0)


@pytest.mark.parametrize("roles", [-1, 256, 1 << 16])
def test_roles_that_no_byte_holds_are_refused(roles: int) -> None:
    with pytest.raises(ValueRangeError, match=f"roles {roles} are outside 0 to 255"):
        Member(1, "ada", KEY, cast("Role", roles))


def test_a_certificate_with_every_value_at_its_limit_is_taken() -> None:
    for values in ((1, Role(0), 0, 0), (65_535, EVERY_ROLE, 65_535, 255)):
        number, roles, expires, serial = values
        one = Member(number, "ada", KEY, roles, expires, serial)
        assert (one.number, one.roles, one.expires, one.serial) == values
