"""A radio that is not there yet: waited for, told, and given up."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from meshdefense.provisioning.bindings import number_of_key
from meshdefense.provisioning.device_errors import DeviceAbsentError, DeviceError
from meshdefense.provisioning.listing import read_radio
from meshdefense.provisioning.returning import StoppedError, first_time, require_same
from meshdefense.radio.addresses import SerialAddress, TcpAddress
from meshdefense_radio.unfinished import mark
from support.radio_states import factory_state, key_of
from support.table_radios import QUICK, address, table
from support.virtual_radio import MeshThread

WAITING = replace(QUICK, first_s=5.0)
NOWHERE = TcpAddress("127.0.0.1", 1)  # no program may listen there


@pytest.fixture(scope="module")
def mesh() -> Iterator[MeshThread]:
    with table() as running:
        yield running


def test_a_radio_that_restarts_is_waited_for_and_that_is_said_once(mesh: MeshThread) -> None:
    said: list[str] = []

    def tell(words: str) -> None:
        said.append(words)
        mesh.do(lambda m: m.power(0, True))

    where = address(mesh)
    mesh.do(lambda m: m.power(0, False))
    assert read_radio(where, WAITING, tell).node_number == mesh.mesh.numbers[0]
    assert len(said) == 1
    assert f"nothing answers at {where} yet" in said[0]


@pytest.mark.parametrize("where", [NOWHERE, SerialAddress("/dev/does-not-exist")], ids=str)
def test_without_patience_it_is_given_up_at_once(where: TcpAddress | SerialAddress) -> None:
    with pytest.raises(DeviceAbsentError):
        first_time(where, patience=QUICK, tell=pytest.fail)


def test_a_person_who_stops_it_does_not_wait() -> None:
    stop = threading.Event()
    patience = replace(WAITING, first_s=60.0, retry_s=60.0)
    began = time.monotonic()
    with pytest.raises(StoppedError):
        first_time(NOWHERE, patience=patience, stop=stop, tell=lambda _: stop.set())
    assert time.monotonic() - began < 10


def test_a_radio_that_never_comes_is_told_after_the_limit() -> None:
    said: list[str] = []
    with pytest.raises(DeviceAbsentError, match="nothing listens there"):
        read_radio(NOWHERE, replace(WAITING, first_s=0.1), said.append)
    assert len(said) == 1


def test_a_name_or_a_mark_makes_no_radio_the_same_without_the_number_of_its_key() -> None:
    before, key = factory_state(), key_of("a new one")
    for name, number, same in (
        ("Patrol 1", 4242, False),
        (mark("Patrol 1"), 4242, False),
        ("Patrol 1", number_of_key(key), False),
        (mark("Patrol 1"), number_of_key(key), True),
    ):
        owner = {**before.owner, "long_name": name}
        now = replace(before, node_number=number, public_key=key, owner=owner)
        if same:
            require_same(before, now, "Patrol 1")
        else:
            with pytest.raises(DeviceError, match="another radio answers there now"):
                require_same(before, now, "Patrol 1")
    with pytest.raises(DeviceError):
        require_same(before, replace(before, node_number=4242), "Patrol 1")  # a copy of its key
