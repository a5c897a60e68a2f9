"""How a radio that was read stands: what it says now against its proof."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from meshdefense.cli.radio_desk import finding_lines
from meshdefense.provisioning.bindings import number_of_key
from meshdefense.provisioning.finding import Standing, examine, name_of
from meshdefense.provisioning.fleet import Fleet
from meshdefense.provisioning.fleet_errors import FleetError
from meshdefense.provisioning.goal import FleetDesk
from meshdefense_radio.radio_state import RadioState
from meshdefense_radio.unfinished import mark
from support.fleets import made_fleet, opened
from support.radio_states import factory_state, written


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    with made_fleet(tmp_path / "fleet") as fleet:
        yield fleet


@pytest.fixture
def state(fleet: Fleet) -> RadioState:
    """Patrol 1, as it was proven."""
    goal = FleetDesk(fleet).goal("Patrol 1")
    state = written(factory_state(), goal.desired)
    goal.begin(factory_state())
    assert goal.sign(state) is not None
    assert examine(state, fleet, "x").standing is Standing.RIGHT
    return state


@pytest.mark.parametrize(
    ("firmware", "standing", "words"),
    [
        ("2.5.0.abc", Standing.REFUSED, "firmware 2.5.0 is too old"),
        ("", Standing.REFUSED, "does not say which firmware"),
        ("2.7.99.abc", Standing.RIGHT, "proven with firmware 2.7.26.abc1234 and has 2.7.99.abc"),
    ],
)
def test_another_firmware_than_was_proven_is_told_and_an_old_one_refused(
    firmware: str, standing: Standing, words: str, state: RadioState, fleet: Fleet
) -> None:
    found = examine(replace(state, firmware=firmware), fleet, "x")
    assert (found.standing, found.radio) == (standing, "Patrol 1")
    assert words in found.words


def test_old_firmware_is_refused_in_an_unfinished_radio_too(
    state: RadioState, fleet: Fleet
) -> None:
    owner = {**state.owner, "long_name": mark("Patrol 1")}
    marked = replace(state, owner=owner)
    assert examine(marked, fleet, "x").standing is Standing.UNFINISHED
    assert examine(replace(marked, firmware="2.5.0"), fleet, "x").standing is Standing.REFUSED


def test_a_radio_whose_number_its_update_made_of_its_key_is_still_that_radio(
    state: RadioState, fleet: Fleet
) -> None:
    moved = replace(state, node_number=number_of_key(state.public_key))
    found = examine(moved, fleet, "x")
    assert (found.standing, found.radio, found.differing) == (Standing.DRIFTED, "Patrol 1", ())
    assert f"its number was !4d440001 and is !{moved.node_number:08x}" in found.words
    assert FleetDesk(fleet).goal("Patrol 1").sign(moved) is not None
    assert examine(moved, fleet, "x").standing is Standing.RIGHT


ROOFS = "  - {name: Roofs, key: sealed, jobs: [%s]}\nradios:"


@pytest.mark.parametrize("jobs", ["patrol", "patrol, verifier, base, relay, neighbour"])
def test_a_channel_without_a_key_yet_hides_no_radio_and_says_how_it_gets_one(
    jobs: str, state: RadioState, fleet: Fleet
) -> None:
    file = fleet.folder / "network.yaml"
    file.write_text(file.read_text().replace("radios:", ROOFS % jobs, 1))
    with opened(fleet.folder, changing=False) as reading:
        proven = examine(state, reading, "x")
        assert proven.standing is Standing.DRIFTED
        assert "no key for channel 'Roofs'" in proven.words
        assert "meshdefense radio fleet keys" in proven.words
        assert examine(factory_state(), reading, "x").radio == "Patrol 1"
        stranger = replace(factory_state(), node_number=9, public_key=b"o" * 32)
        assert examine(stranger, reading, "x").standing is Standing.NEW
        marked = replace(state, owner={**state.owner, "long_name": mark("Patrol 1")})
        assert examine(marked, reading, "x").standing is Standing.UNFINISHED
        with pytest.raises(FleetError) as lacking:
            reading.desired_for("Patrol 1")
        assert "meshdefense radio fleet keys" in lacking.value.hint


def test_a_radio_with_keys_or_a_name_of_this_network_is_prepared_elsewhere(
    state: RadioState, fleet: Fleet
) -> None:
    fleet.forget("Patrol 1")
    found = examine(state, fleet, "x")
    assert (found.standing, found.elsewhere) == (Standing.NEW, True)
    assert "calls itself Patrol 1 and has the keys of South" in found.words
    assert "prepared elsewhere" in finding_lines(found)[0]
    named = factory_state(owner={**factory_state().owner, "long_name": "Base 1"})
    assert "calls itself Base 1, as a radio of this network" in examine(named, fleet, "x").words
    assert not examine(factory_state(), fleet, "x").elsewhere


def test_a_copy_of_a_radio_in_another_board_is_not_that_radio(
    state: RadioState, fleet: Fleet
) -> None:
    assert name_of(replace(state, node_number=4242), fleet) is None


def test_a_mark_names_a_radio_only_where_it_is_the_mark_of_one_alone(fleet: Fleet) -> None:
    marked = factory_state(owner={**factory_state().owner, "long_name": mark("Patrol 2")})
    assert name_of(marked, fleet) == "Patrol 2"
    first, *rest = fleet.network.radios
    alike = tuple(replace(one, name=one.short + "x" * 13) for one in rest)
    fleet.network = replace(fleet.network, radios=(first, *alike))
    marked = replace(marked, owner={**marked.owner, "long_name": mark(alike[0].name)})
    assert name_of(marked, fleet) is None


def test_a_radio_that_bears_the_mark_of_a_name_that_is_anothers_is_not_told_to_go_on(
    state: RadioState, fleet: Fleet
) -> None:
    owner = {**state.owner, "long_name": mark("Patrol 1")}
    found = examine(replace(state, owner=owner, node_number=4242), fleet, "x")
    assert (found.standing, found.radio, found.manifest) == (Standing.UNFINISHED, None, None)
    assert "Patrol 1, which is another radio now, with the number !4d440001" in found.words
    assert "--as NAME" in found.words
    assert "to go on" not in found.words
