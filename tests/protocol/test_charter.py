"""The charter: read back only as it was written, and its id covers every part of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.canonical import canonical_json
from meshdefense_protocol.charter import Charter
from meshdefense_protocol.errors import DecodeError, ValueRangeError
from meshdefense_protocol.members import Member, Role
from meshdefense_protocol.policy import Policies
from support.keyed_network import KeyedNetwork, identity_of
from support.network import DATE, Network

CHARTER = KeyedNetwork().charter
GOOD: dict[str, Any] = json.loads(CHARTER.encode())
FOUNDER: dict[str, Any] = GOOD["founders"][0]
OTHERS: list[dict[str, Any]] = GOOD["founders"][1:]


def founded(**changes: Any) -> dict[str, Any]:
    """The charter's fields with a first founder who is like this."""
    return {**GOOD, "founders": [{**FOUNDER, **changes}, *OTHERS]}


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
    charter = Charter(name, lat, lon, unit, date, CHARTER.founders, CHARTER.policies)
    again = Charter.decode(charter.encode())
    assert (again, again.network_id) == (charter, charter.network_id)
    first = charter.founders[0]
    others = [
        replace(charter, name=name[:-1] + ("a" if name[-1] != "a" else "b")),
        replace(charter, origin_lat_e5=lat - 1 if lat > 0 else lat + 1),
        replace(charter, origin_lon_e5=lon - 1 if lon > 0 else lon + 1),
        replace(charter, unit_m=11 - unit),
        replace(charter, date=date ^ 1),
        replace(charter, founders=charter.founders[:-1]),
        replace(charter, founders=(replace(first, key=identity_of(9).key), *charter.founders[1:])),
        replace(charter, founders=(replace(first, name="ada2"), *charter.founders[1:])),
        replace(
            charter,
            founders=(replace(first, roles=first.roles | Role.PATROL), *charter.founders[1:]),
        ),
        replace(charter, policies=replace(charter.policies, threshold=1)),
        replace(charter, policies=replace(charter.policies, all_clear=3)),
    ]
    ids = {other.network_id for other in others}
    assert len(charter.network_id) == 16
    assert charter.network_id not in ids
    assert len(ids) == len(others)


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
        CHARTER.encode() + b" ",
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
        canonical_json({**GOOD, "founders": []}),
        canonical_json({**GOOD, "founders": 5}),
        canonical_json({**GOOD, "founders": {"1": FOUNDER}}),
        canonical_json({**GOOD, "founders": ["ada"]}),
        canonical_json({**GOOD, "founders": GOOD["founders"][::-1]}),
        canonical_json({**GOOD, "founders": [FOUNDER, *GOOD["founders"]]}),
        canonical_json({**GOOD, "founders": GOOD["founders"][3:]}),
        canonical_json(founded(number=0)),
        canonical_json(founded(number=65_536)),
        canonical_json(founded(number="1")),
        canonical_json(founded(number=float("inf"))),
        canonical_json(founded(name="a b")),
        canonical_json(founded(name="BEA")),
        canonical_json(founded(name="\ud800")),
        canonical_json(founded(name="n" * 17)),
        canonical_json(founded(key="00" * 32)),
        canonical_json(founded(key="11" * 31)),
        canonical_json(founded(key="zz")),
        canonical_json(founded(key=FOUNDER["key"].upper())),
        canonical_json(founded(key=OTHERS[0]["key"])),
        canonical_json(founded(key=None)),
        canonical_json(founded(roles="organizer")),
        canonical_json(founded(roles=-1)),
        canonical_json(founded(roles=4096)),
        canonical_json(founded(more=1)),
        canonical_json({**GOOD, "policies": {**GOOD["policies"], "threshold": 4}}),
        canonical_json({**GOOD, "policies": {**GOOD["policies"], "threshold": 0}}),
        canonical_json({**GOOD, "policies": {**GOOD["policies"], "all_clear": 1}}),
        canonical_json({**GOOD, "policies": {**GOOD["policies"], "all_clear": 2.0}}),
        canonical_json({**GOOD, "policies": {**GOOD["policies"], "all_clear": True}}),
        canonical_json({**GOOD, "policies": {**GOOD["policies"], "later": 1}}),
        canonical_json({**GOOD, "policies": {}}),
        canonical_json({**GOOD, "policies": [1]}),
    ],
    ids=lambda raw: raw[:40].decode("ascii", "replace"),
)
def test_a_charter_that_is_not_canonical_is_refused(raw: bytes) -> None:
    with pytest.raises(DecodeError):
        Charter.decode(raw)


def test_every_changed_byte_of_a_charter_is_refused_or_names_another_network() -> None:
    raw = CHARTER.encode()
    for at in range(len(raw)):
        changed = raw[:at] + bytes((raw[at] ^ 1,)) + raw[at + 1 :]
        try:
            assert Charter.decode(changed).network_id != CHARTER.network_id
        except DecodeError:
            continue


@given(st.binary(max_size=80) | st.text(max_size=80).map(str.encode))
def test_any_bytes_as_a_charter_are_refused(raw: bytes) -> None:
    with pytest.raises(DecodeError):
        Charter.decode(raw)


def test_a_founder_has_no_expiry_and_no_later_certificate() -> None:
    for change in ({"expires": 5}, {"serial": 1}):
        first = replace(CHARTER.founders[0], **change)  # type: ignore[arg-type] # one of two ints
        with pytest.raises(ValueRangeError, match="certificate"):
            replace(CHARTER, founders=(first, *CHARTER.founders[1:]))


def test_a_charter_needs_as_many_organizers_as_have_to_agree() -> None:
    for organizers, threshold, fits in ((1, 1, True), (1, 2, False), (3, 3, True), (3, 4, False)):
        members = tuple(
            Member(n, f"m{n}", identity_of(n).key, Role.ORGANIZER) for n in range(1, organizers + 1)
        )
        policies = Policies(threshold=threshold)
        if fits:
            charter = Charter("n", 0, 0, 1, DATE, members, policies)
            assert charter.organizers == members
        else:
            with pytest.raises(ValueRangeError, match="cannot agree"):
                Charter("n", 0, 0, 1, DATE, members, policies)


def test_organizers_are_the_founders_with_that_role() -> None:
    assert [one.name for one in CHARTER.organizers] == ["ada", "bea", "cyd"]
    assert [one.name for one in Network().charter.organizers] == ["ada"]


def test_the_date_of_the_test_network_is_fixed() -> None:
    assert Network().charter.date == DATE
