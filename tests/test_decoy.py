"""What a duress passphrase opens looks like a young node; only the slot keeps what that takes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense import enrolment
from meshdefense.decoy import HANDLES, NAMES, Decoy, area_of, create_decoy
from meshdefense.enrolment import Plan
from meshdefense.paths import DataFolder
from meshdefense.storage.keyslots import (
    INTERACTIVE,
    SlotKind,
    draw_key,
    open_slot,
    remove_slot,
    slots_in_use,
    write_slot,
)
from meshdefense.storage.repository import Store
from meshdefense.vault_store import secrets_of
from meshdefense_protocol.charter import NAME_MAX as NETWORK_NAME_MAX
from meshdefense_protocol.charter import Charter
from meshdefense_protocol.members import check_member_name

DAY = 20_778
FORCED, REAL = b"forced to it", b"the real one"


def founded(folder: DataFolder, plan: Plan) -> None:
    """A node as `network create` leaves it."""
    with Store.create(folder, REAL, profile=INTERACTIVE) as store:
        enrolment.create_network(store, plan, os.urandom)


def real_plan() -> Plan:
    return Plan("Elm", 40.71, -111.93, 1, DAY * 86_400, "base")


@given(
    st.floats(-90, 90), st.floats(-180, 180), st.integers(0, 65_535 * 86_400), st.binary(min_size=1)
)
def test_what_is_planned_comes_back_from_the_slots_bytes(
    lat: float, lon: float, now: int, noise: bytes
) -> None:
    planned = Decoy.planned(lat, lon, now)
    held = planned.held(lambda size: (noise * size)[:size])
    assert (len(held.key), len(held.salt)) == (32, 16)
    assert Decoy.read(held) == planned
    assert abs(planned.lat - lat) <= 0.0501
    assert abs(planned.lon - lon) <= 0.0501


def test_random_bytes_of_an_older_slot_plan_nothing() -> None:
    assert [Decoy.read(draw_key()) for _ in range(200)] == [None] * 200


def test_every_name_can_stand_in_a_charter_and_every_handle_in_a_roster() -> None:
    assert len(set(NAMES)) == len(NAMES)
    for name in NAMES:
        enrolment.check_area(name, 0, 0)
        assert len(name) <= NETWORK_NAME_MAX
    for handle in HANDLES:
        check_member_name(handle)


def test_the_decoy_is_a_network_of_its_own_with_one_founder_and_nothing_in_it(
    tmp_path: Path,
) -> None:
    real, folder = DataFolder(tmp_path / "real"), DataFolder(tmp_path / "decoy")
    founded(real, real_plan())
    key = open_slot(real.keyslot, REAL).key
    area = area_of(real, key)
    assert area == (40.71, -111.93)
    held = Decoy.planned(*area, DAY * 86_400 + 5000).held()
    create_decoy(folder, FORCED, held).close()
    with Store.open(folder, FORCED) as store, Store.open(real, REAL) as before:
        me = enrolment.load_membership(store)
        assert me.charter.name in NAMES
        assert [member.name in HANDLES for member in me.charter.founders] == [True]
        assert (me.charter.origin_lat_e5, me.charter.origin_lon_e5) == (4_070_000, -11_190_000)
        assert me.charter.date == DAY * 86_400
        assert (store.item_count(), store.restored) == (0, False)
        theirs = enrolment.load_membership(before)
        assert me.charter.network_id != theirs.charter.network_id
        assert store.secret("identity") != before.secret("identity")
        assert not set(secrets_of(store).values()) & set(secrets_of(before).values())
        assert secrets_of(store).keys() - _seeds(store) == secrets_of(before).keys() - _seeds(
            before
        )
        assert len(_seeds(store)) == len(_seeds(before)) == 1
        assert [m.incarnation for m in store.counters()] == [
            m.incarnation for m in before.counters()
        ]
    assert slots_in_use(folder.keyslot, open_slot(folder.keyslot, FORCED)) == {SlotKind.PASSPHRASE}


def _seeds(store: Store) -> set[str]:
    return {name for name in secrets_of(store) if name.startswith("seed/")}


def test_its_files_are_those_of_a_young_node_in_name_size_and_mode(tmp_path: Path) -> None:
    real, decoy = DataFolder(tmp_path / "real"), DataFolder(tmp_path / "decoy")
    founded(real, real_plan())
    create_decoy(decoy, FORCED, Decoy(DAY, 40.7, -111.9).held()).close()
    seen = []
    for folder, passphrase in ((real, REAL), (decoy, FORCED)):
        Store.open(folder, passphrase).close()
        stats = {path.name: path.stat() for path in folder.root.iterdir()}
        seen.append({name: (stat.st_size, stat.st_mode) for name, stat in stats.items()})
    assert seen[0] == seen[1]


def test_two_decoys_share_nothing(tmp_path: Path) -> None:
    held = Decoy(DAY, 40.7, -111.9).held()
    found = []
    for name in ("one", "two"):
        folder = DataFolder(tmp_path / name)
        with create_decoy(folder, FORCED, held) as store:
            raw = store.document("charter")
            assert raw is not None
            found.append({Charter.decode(raw).network_id, *secrets_of(store).values()})
    assert not found[0] & found[1]


@pytest.mark.parametrize(
    "held", [draw_key, lambda: Decoy(DAY, 40.7, -111.9).held()], ids=["older slot", "decoy"]
)
def test_a_folder_tells_nothing_of_a_duress_passphrase_that_is_set(
    tmp_path: Path, held: Callable[[], object]
) -> None:
    folder = DataFolder(tmp_path / "node")
    founded(folder, real_plan())
    before = {path.name: path.stat().st_size for path in folder.root.iterdir()}
    opened = open_slot(folder.keyslot, REAL)
    kept = held()
    write_slot(folder.keyslot, opened, SlotKind.DURESS, FORCED, held=kept)  # type: ignore[arg-type]
    assert {path.name: path.stat().st_size for path in folder.root.iterdir()} == before
    assert b"decoy" not in folder.keyslot.read_bytes()
    found = open_slot(folder.keyslot, FORCED)
    assert (found.kind, found.key) == (SlotKind.DURESS, kept)
    assert remove_slot(folder.keyslot, open_slot(folder.keyslot, REAL), SlotKind.DURESS)


def test_an_older_slot_leaves_a_node_of_no_network(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "node")
    with create_decoy(folder, FORCED, draw_key()) as store:
        assert store.document("charter") is None
