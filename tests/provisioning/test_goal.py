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
from meshdefense_radio.unfinished import mark
from support.fleets import made_fleet
from support.radio_states import factory_state, key_of, written


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
    for asked in (goal.follow, goal.begin):
        with pytest.raises(FleetRefusedError, match="the lost Patrol 1"):
            asked(state)
    assert fleet.book == book
    assert fleet.journal(becoming).entry is None
    found_again(fleet, "Patrol 1")
    assert not goal.plan(state).blocked
    goal.follow(state)


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


Y, X = factory_state(), factory_state(node_number=0x4D440002, public_key=key_of("X"))


def marked(state: RadioState, name: str = "Patrol 1") -> RadioState:
    """As it is read between the mark and the final name."""
    return replace(state, owner={**state.owner, "long_name": mark(name)})


def with_new_key(state: RadioState) -> RadioState:
    """Firmware 2.8 after it drew another key."""
    key = key_of("a new one")
    return replace(state, public_key=key, node_number=number_of_key(key), firmware="2.8.0.47db0e3")


def test_the_mark_alone_takes_no_name_from_a_radio_that_has_it(fleet: Fleet) -> None:
    FleetDesk(fleet).goal("Patrol 1").begin(Y)  # cut off, and given up for another radio
    fleet.forget("Patrol 1")
    first = FleetDesk(fleet).goal("Patrol 1")
    first.begin(X)
    assert first.sign(written(X, first.desired)) is not None
    book, proof = fleet.book, fleet.manifest("Patrol 1")
    again = FleetDesk(fleet).goal("Patrol 1")
    plan = again.plan(marked(Y))
    assert plan.blocked
    words = str(plan.problems[0])
    assert "with the number !4d440002; this one has !4d440001" in words
    assert "--as NAME" in words
    for asked in (again.begin, again.follow, again.sign):
        with pytest.raises(FleetRefusedError, match="Patrol 1 is another radio"):
            asked(marked(Y))
    assert (fleet.book, fleet.manifest("Patrol 1")) == (book, proof)
    assert not fleet.journal("Patrol 1").unfinished
    FleetDesk(fleet).goal("Patrol 2").begin(marked(Y))  # the way on that the words name


def test_a_run_that_did_not_end_gives_its_name_to_no_other_radio(fleet: Fleet) -> None:
    FleetDesk(fleet).goal("Base 1").begin(Y)
    goal = FleetDesk(fleet).goal("Base 1")
    book, journal = fleet.book, fleet.journal("Base 1").entry
    for other in (written(X, goal.desired), marked(X, "Base 1")):
        assert goal.plan(other).blocked
        with pytest.raises(FleetRefusedError, match="Base 1 is another radio"):
            goal.sign(other)
    assert (fleet.book, fleet.journal("Base 1").entry) == (book, journal)


def test_a_number_that_came_with_a_new_key_is_kept_as_soon_as_it_was_read(fleet: Fleet) -> None:
    goal = FleetDesk(fleet).goal("Patrol 1")
    goal.begin(Y)
    goal.follow(with_new_key(marked(Y)))
    new = with_new_key(written(Y, goal.desired))
    entry = fleet.journal("Patrol 1").entry
    assert fleet.binding("Patrol 1").node_number == new.node_number
    assert entry is not None
    assert (entry.node_number, entry.done) == (new.node_number, False)
    later = FleetDesk(fleet).goal("Patrol 1")  # cut off after the final name
    assert not later.plan(new).blocked
    assert later.sign(new) is not None
    assert not fleet.journal("Patrol 1").unfinished


def test_a_radio_cut_off_while_it_drew_a_new_key_is_known_by_journal_and_mark(
    fleet: Fleet,
) -> None:
    FleetDesk(fleet).goal("Patrol 1").begin(Y)
    new, goal = with_new_key(marked(Y)), FleetDesk(fleet).goal("Patrol 1")
    assert goal.plan(replace(new, owner=Y.owner)).blocked
    assert not goal.plan(new).blocked
    goal.begin(new)
    assert fleet.binding("Patrol 1").node_number == new.node_number


def test_the_plan_of_hardware_that_has_a_name_says_that_and_nothing_of_a_missing_key(
    fleet: Fleet,
) -> None:
    plan = FleetDesk(fleet).goal("Patrol 2").plan(proven(fleet, "Patrol 1"))
    assert plan.blocked
    words = [str(one) for one in plan.problems]
    assert "this radio is Patrol 1 already" in words[0]
    assert not any("no key of its own" in one for one in words)


def test_a_key_that_is_to_be_replaced_is_not_told_as_missing(fleet: Fleet) -> None:
    proven(fleet, "Patrol 1")
    plan = FleetDesk(fleet).goal("Patrol 2").plan(factory_state(node_number=4242))
    words = [str(one) for one in plan.problems]
    assert not plan.blocked
    assert "it gets a new one" in words[0]
    assert not any("no key of its own" in one for one in words)


def test_a_radio_with_a_key_of_a_lost_one_of_unknown_hardware_is_warned_of(fleet: Fleet) -> None:
    before = FleetDesk(fleet).goal("Patrol 1").desired
    proven(fleet, "Patrol 2")
    declare(fleet, assess(fleet, "Patrol 1", anyway=True))
    goal = FleetDesk(fleet).goal("Patrol 1")
    warned = "this may be the lost Patrol 1, whose hardware is unknown"
    plan = goal.plan(written(X, before))
    assert warned in str(plan.problems[0])
    assert not plan.blocked
    assert not any(warned in str(one) for one in goal.plan(X).problems)
    known = FleetDesk(fleet).goal("Patrol 2").plan(written(Y, before))
    assert not any(warned in str(one) for one in known.problems)
