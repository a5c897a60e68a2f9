"""Charter, roster and identities: signed, pinned, and read back only as they were written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.charter import Charter, canonical_json
from meshdefense_protocol.errors import DecodeError, ValueRangeError
from meshdefense_protocol.identity import (
    PURPOSE_GRANT,
    PURPOSE_ITEM,
    PURPOSE_REQUEST,
    PURPOSE_ROSTER,
    Identity,
    fingerprint,
    verify,
)
from meshdefense_protocol.roster import (
    Member,
    Role,
    Roster,
    RosterConflictError,
    classes_for,
    parse_roles,
    role_names,
)
from meshdefense_protocol.sealing import KeyClass
from support.network import DATE, ROLES, Network, seed_of

NETWORK = Network()
ADA = NETWORK.founder
RAW = NETWORK.roster.sign(NETWORK.network_id, ADA)
PURPOSES = (PURPOSE_ITEM, PURPOSE_REQUEST, PURPOSE_GRANT, PURPOSE_ROSTER)


def read(raw: bytes) -> Roster:
    return Roster.decode(raw, network_id=NETWORK.network_id, founder=ADA.key)


def signed(content: dict[str, Any]) -> bytes:
    """A roster file with any content, signed by the founder."""
    signature = ADA.sign(PURPOSE_ROSTER, canonical_json(content))
    return canonical_json({**content, "signature": signature.hex()})


def content() -> dict[str, Any]:
    value = json.loads(RAW)
    del value["signature"]
    assert isinstance(value, dict)
    return value


# -- identities ----------------------------------------------------------------------------


@given(st.binary(max_size=100), st.sampled_from(PURPOSES), st.sampled_from(PURPOSES))
def test_a_signature_counts_for_its_purpose_only(
    message: bytes, purpose: bytes, other: bytes
) -> None:
    signature = ADA.sign(purpose, message)
    assert len(signature) == 64
    assert verify(ADA.key, purpose, message, signature)
    assert verify(ADA.key, other, message, signature) == (other == purpose)
    assert not verify(ADA.key, purpose, message + b"\0", signature)
    assert not verify(Identity(seed_of("vic")).key, purpose, message, signature)


@given(st.binary(max_size=70), st.binary(max_size=40))
def test_any_bytes_as_a_signature_or_key_verify_nothing(signature: bytes, key: bytes) -> None:
    assert not verify(ADA.key, PURPOSE_ITEM, b"message", signature)
    assert not verify(key, PURPOSE_ITEM, b"message", ADA.sign(PURPOSE_ITEM, b"message"))


def test_a_fingerprint_is_five_groups_that_differ_between_keys() -> None:
    prints = {fingerprint(identity.key) for identity in NETWORK.identities.values()}
    assert len(prints) == len(ROLES)
    for text in prints:
        groups = text.split(" ")
        assert [len(group) for group in groups] == [4] * 5
        assert all(digit in "0123456789abcdef" for group in groups for digit in group)


def test_an_identity_shows_its_public_half_only() -> None:
    identity = Identity(bytes(range(32)))
    assert repr(identity) == f"Identity({fingerprint(identity.key)})"
    with pytest.raises(ValueError, match="32 bytes"):
        Identity(bytes(31))


# -- the charter ---------------------------------------------------------------------------


@given(
    st.text(min_size=1, max_size=20).filter(lambda t: t.isprintable() and len(t.encode()) <= 40),
    st.integers(-9_000_000, 9_000_000),
    st.integers(-18_000_000, 18_000_000),
    st.sampled_from((1, 10)),
    st.integers(0, (1 << 40) - 1),
)
def test_a_charter_reads_back_and_every_change_changes_its_id(
    name: str, lat: int, lon: int, unit: int, date: int
) -> None:
    charter = Charter(name, lat, lon, unit, date, ADA.key)
    assert Charter.decode(charter.encode()) == charter
    others = [
        Charter(name[:-1] + ("a" if name[-1] != "a" else "b"), lat, lon, unit, date, ADA.key),
        Charter(name, lat // 2 + 1, lon, unit, date, ADA.key) if lat // 2 + 1 != lat else None,
        Charter(name, lat, lon, 11 - unit, date, ADA.key),
        Charter(name, lat, lon, unit, date ^ 1, ADA.key),
        Charter(name, lat, lon, unit, date, Identity(seed_of("vic")).key),
    ]
    ids = {other.network_id for other in others if other is not None}
    assert len(charter.network_id) == 16
    assert charter.network_id not in ids
    assert len(ids) == sum(other is not None for other in others)


GOOD = json.loads(NETWORK.charter.encode())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        json.dumps(GOOD).encode(),
        NETWORK.charter.encode() + b" ",
        canonical_json({**GOOD, "extra": 1}),
        canonical_json({**GOOD, "name": ""}),
        canonical_json({**GOOD, "name": "n" * 41}),
        canonical_json({**GOOD, "name": "a\x07"}),
        canonical_json({**GOOD, "name": "\ud800"}),
        canonical_json({**GOOD, "name": 5}),
        canonical_json({**GOOD, "origin_lat_e5": 9_000_001}),
        canonical_json({**GOOD, "origin_lon_e5": -18_000_001}),
        canonical_json({**GOOD, "origin_lon_e5": 1.5}),
        canonical_json({**GOOD, "origin_lon_e5": "5"}),
        canonical_json({**GOOD, "unit_m": 2}),
        canonical_json({**GOOD, "unit_m": True}),
        canonical_json({**GOOD, "date": -1}),
        canonical_json({**GOOD, "date": 1 << 40}),
        canonical_json({**GOOD, "date": float("inf")}),
        canonical_json({**GOOD, "date": float("nan")}),
        canonical_json({**GOOD, "date": None}),
        canonical_json({**GOOD, "founder": "zz"}),
        canonical_json({**GOOD, "founder": "00" * 31}),
        canonical_json({**GOOD, "founder": GOOD["founder"].upper()}),
        canonical_json({**GOOD, "founder": 5}),
    ],
    ids=lambda raw: raw[:40].decode("ascii", "replace"),
)
def test_a_charter_that_is_not_canonical_is_refused(raw: bytes) -> None:
    with pytest.raises(DecodeError):
        Charter.decode(raw)


@given(st.binary(max_size=80) | st.text(max_size=80).map(str.encode))
def test_any_bytes_as_a_charter_or_roster_are_refused(raw: bytes) -> None:
    with pytest.raises(DecodeError):
        Charter.decode(raw)
    with pytest.raises(DecodeError):
        read(raw)


# -- the roster ----------------------------------------------------------------------------


def test_a_signed_roster_reads_back() -> None:
    roster = read(RAW)
    assert list(roster) == list(NETWORK.roster)
    assert roster.version == NETWORK.roster.version
    assert roster.sign(NETWORK.network_id, ADA) == RAW


def test_every_changed_byte_of_a_roster_is_noticed() -> None:
    for at in range(len(RAW)):
        changed = RAW[:at] + bytes((RAW[at] ^ 1,)) + RAW[at + 1 :]
        with pytest.raises(DecodeError):
            read(changed)


def test_a_roster_of_somebody_else_or_another_network_is_refused() -> None:
    vic = NETWORK.identities["vic"]
    with pytest.raises(DecodeError, match="not signed"):
        read(NETWORK.roster.sign(NETWORK.network_id, vic))
    with pytest.raises(DecodeError, match="another network"):
        read(NETWORK.roster.sign(bytes(16), ADA))


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "x"},
        {"version": None},
        {"version": float("inf")},
        {"version": -1},
        {"members": 5},
        {"members": {"a": 1}},
        {"members": ["x"]},
        {"members": [{}]},
        {"members": [{**content()["members"][0], "more": 1}]},
        {"members": [{**content()["members"][0], "number": 0}]},
        {"members": [{**content()["members"][0], "number": 65_536}]},
        {"members": [{**content()["members"][0], "number": float("inf")}]},
        {"members": [{**content()["members"][0], "name": "a b"}]},
        {"members": [{**content()["members"][0], "name": "\ud800"}]},
        {"members": [{**content()["members"][0], "name": "n" * 17}]},
        {"members": [{**content()["members"][0], "key": "00" * 32}]},
        {"members": [{**content()["members"][0], "key": "11" * 31}]},
        {"members": [{**content()["members"][0], "key": None}]},
        {"members": [{**content()["members"][0], "roles": "organizer"}]},
        {"members": [{**content()["members"][0], "roles": -1}]},
        {"members": [content()["members"][0]] * 2},
    ],
    ids=str,
)
def test_a_signed_roster_that_makes_no_sense_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(DecodeError):
        read(signed({**content(), **changes}))


def test_a_roster_has_one_encoding() -> None:
    with pytest.raises(DecodeError):
        read(json.dumps(json.loads(RAW)).encode())


@pytest.mark.parametrize("field", ["number", "name", "key"])
def test_two_members_never_share_a_number_handle_or_key(field: str) -> None:
    first, second = list(NETWORK.roster)[:2]
    values = {"number": second.number, "name": second.name, "key": second.key}
    values[field] = getattr(first, field)
    if field == "name":
        values[field] = first.name.upper()
    twin = Member(values["number"], values["name"], values["key"], Role.PATROL)  # type: ignore[arg-type] # one of three fields
    with pytest.raises(ValueRangeError, match="same"):
        Roster(1, [first, twin])


def test_a_successor_only_adds() -> None:
    old = NETWORK.roster
    newer = old.added("zoe", Identity(bytes(range(32))).key, Role.PATROL)
    assert (newer.version, len(newer)) == (2, len(old) + 1)
    added = newer.find("zoe")
    assert added is not None
    assert added.number == 8
    old.check_successor(newer)
    old.check_successor(old)
    with pytest.raises(RosterConflictError, match="older"):
        newer.check_successor(old)


def test_a_successor_may_change_roles_but_not_keys_and_drops_nobody() -> None:
    old = list(NETWORK.roster)
    first = old[0]
    promoted = Member(first.number, "ada-new", first.key, Role.ORGANIZER | Role.VERIFIER)
    NETWORK.roster.check_successor(Roster(2, [promoted, *old[1:]]))
    stolen = Member(first.number, first.name, Identity(bytes(range(32))).key, first.roles)
    for members in ([stolen, *old[1:]], old[1:]):
        with pytest.raises(RosterConflictError, match="member 1"):
            NETWORK.roster.check_successor(Roster(2, members))


def test_two_rosters_of_one_version_must_be_the_same() -> None:
    old = list(NETWORK.roster)
    other = Member(old[0].number, old[0].name, old[0].key, Role.RECIPIENT)
    with pytest.raises(RosterConflictError, match="version 1"):
        NETWORK.roster.check_successor(Roster(1, [other, *old[1:]]))


def test_a_member_is_found_by_number_or_handle() -> None:
    roster = NETWORK.roster
    assert roster.find("3") is roster.get(3) is roster.find("PIA") is roster.find("pia")
    assert roster.find("nobody") is roster.find("99") is roster.get(0) is None
    assert roster.with_key(ADA.key) is roster.get(1)
    assert roster.with_key(bytes(32)) is None


def test_roles_are_named_and_read_back() -> None:
    assert parse_roles(["Patrol ", "verifier"]) == Role.PATROL | Role.VERIFIER
    assert role_names(Role.PATROL | Role.VERIFIER) == ["patrol", "verifier"]
    for value in range(256):
        assert parse_roles(role_names(Role(value))) == Role(value)
    with pytest.raises(ValueRangeError, match="organizer"):
        parse_roles(["boss"])


def test_role_bits_never_change() -> None:
    """They are in signed rosters."""
    assert {role.name: int(role) for role in Role} == {
        "RECIPIENT": 1, "REPORTER": 2, "PATROL": 4, "VERIFIER": 8, "RESPONDER": 16,
        "DISPATCH": 32, "ORGANIZER": 64, "RELAY": 128,
    }  # fmt: skip


def test_keys_are_given_by_need() -> None:
    assert classes_for(Role.RECIPIENT) == classes_for(Role.RESPONDER) == {KeyClass.EVERYONE}
    assert classes_for(Role.PATROL) == {KeyClass.EVERYONE, KeyClass.FIELD}
    assert KeyClass.ORGANIZERS not in classes_for(Role(255) & ~Role.ORGANIZER)
    assert classes_for(Role.ORGANIZER) == set(KeyClass)


def test_the_date_of_the_test_network_is_fixed() -> None:
    assert NETWORK.charter.date == DATE
