"""What a radio becomes: never a lost one, and known again by its key after an update."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from meshdefense.provisioning.bindings import number_of_key
from meshdefense.provisioning.fleet import Fleet
from meshdefense.provisioning.fleet_errors import FleetRefusedError
from meshdefense.provisioning.goal import FleetDesk
from meshdefense.provisioning.lost import assess, declare, found_again
from meshdefense_radio.radio_state import RadioState
from support.fleets import made_fleet
from support.radio_states import factory_state, written


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    with made_fleet(tmp_path / "fleet") as fleet:
        yield fleet


def proven(fleet: Fleet, name: str) -> RadioState:
    """A radio that was written and signed, as it is read then."""
    goal = FleetDesk(fleet).goal(name)
    state = written(factory_state(), goal.desired)
    goal.begin(factory_state())
    assert goal.sign(state) is not None
    return state


def updated(state: RadioState) -> RadioState:
    """The same radio with firmware that takes its number from its key."""
    return replace(state, node_number=number_of_key(state.public_key), firmware="2.8.0.47db0e3")


@pytest.mark.parametrize("becoming", ["Patrol 1", "Patrol 2"])
@pytest.mark.parametrize("number", ["its own", "of its key", "another"])
def test_a_lost_radio_gets_nothing_under_any_name_or_number(
    becoming: str, number: str, fleet: Fleet
) -> None:
    state = proven(fleet, "Patrol 1")
    declare(fleet, assess(fleet, "Patrol 1"))
    if number != "its own":
        state = updated(state) if number == "of its key" else replace(state, node_number=4242)
    goal, book = FleetDesk(fleet).goal(becoming), fleet.book
    plan = goal.plan(state)
    assert plan.blocked
    assert "the lost Patrol 1" in str(plan.problems[0])
    assert "radio lost 'Patrol 1' --found" in str(plan.problems[0])
    for asked in (goal.refuse_lost, goal.begin):
        with pytest.raises(FleetRefusedError, match="the lost Patrol 1"):
            asked(state)
    assert fleet.book == book
    assert fleet.journal(becoming).entry is None
    found_again(fleet, "Patrol 1")
    assert not goal.plan(state).blocked
    goal.refuse_lost(state)


def test_a_radio_lost_before_its_first_proof_is_known_by_its_key_as_well(fleet: Fleet) -> None:
    FleetDesk(fleet).goal("Patrol 1").begin(factory_state())
    declare(fleet, assess(fleet, "Patrol 1"))
    assert FleetDesk(fleet).goal("Patrol 2").plan(updated(factory_state())).blocked


def test_a_key_that_another_radio_has_is_not_kept_as_that_of_this_one(fleet: Fleet) -> None:
    proven(fleet, "Patrol 1")
    FleetDesk(fleet).goal("Patrol 2").begin(factory_state(node_number=4242))
    assert fleet.binding("Patrol 2").public_key == b""


def test_a_radio_whose_update_changed_its_number_keeps_its_name_and_its_proof(
    fleet: Fleet,
) -> None:
    state = updated(proven(fleet, "Patrol 1"))
    before = fleet.manifest("Patrol 1")
    with pytest.raises(FleetRefusedError, match="Patrol 1 already"):
        FleetDesk(fleet).goal("Patrol 2").begin(state)
    goal = FleetDesk(fleet).goal("Patrol 1")
    goal.begin(state)
    assert fleet.binding("Patrol 1").node_number == state.node_number
    assert fleet.manifest("Patrol 1") == before
    signed = goal.sign(state)
    assert signed is not None
    assert (signed.node_number, signed.firmware) == (state.node_number, "2.8.0.47db0e3")


def test_a_copy_of_a_proven_radio_is_not_taken_for_it(fleet: Fleet) -> None:
    copy = replace(proven(fleet, "Patrol 1"), node_number=4242)
    with pytest.raises(FleetRefusedError, match="Patrol 1 is another radio"):
        FleetDesk(fleet).goal("Patrol 1").begin(copy)
