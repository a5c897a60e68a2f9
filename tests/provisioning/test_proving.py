"""What the fleet notes of a radio that was read again: settings, its own key, its mark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from meshdefense.cli.fleet_lines import overview_lines
from meshdefense.provisioning.finding import Standing, examine
from meshdefense.provisioning.fleet import Fleet
from meshdefense.provisioning.overview import overview
from meshdefense.provisioning.proving import note_drift
from meshdefense.provisioning.remote import UNREAD
from meshdefense_radio.radio_state import RadioState
from support.fleets import made_fleet, node_of, prove
from support.radio_states import factory_state, key_of, written

NAME = "Patrol 1"


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    with made_fleet(tmp_path / "fleet") as fleet:
        prove(fleet, NAME)
        yield fleet


def as_proven(fleet: Fleet) -> RadioState:
    """The radio as its manifest has it."""
    manifest = fleet.manifest(NAME)
    assert manifest is not None
    state = written(factory_state(), fleet.desired_for(NAME))
    return replace(
        state,
        node_number=node_of(NAME),
        public_key=manifest.public_key,
        firmware=manifest.firmware,
    )


def seen(fleet: Fleet, state: RadioState, *unread: str) -> Standing:
    """Read it, note it; how it stands."""
    finding = examine(state, fleet, "x")
    note_drift(finding, state, fleet, unread=unread)
    return finding.standing


def shown(fleet: Fleet) -> str:
    """Its line in `fleet show`."""
    return next(one for one in overview_lines("South", overview(fleet)) if NAME in one)


def named(state: RadioState, name: str) -> RadioState:
    return replace(state, owner={**state.owner, "long_name": name})


def test_a_radio_that_is_as_proven_leaves_no_note(fleet: Fleet) -> None:
    assert seen(fleet, as_proven(fleet)) is Standing.RIGHT
    assert fleet.binding(NAME).drift == ()
    assert " proven " in shown(fleet)


def test_another_own_key_is_noted_shown_and_cleared_when_it_is_right_again(fleet: Fleet) -> None:
    other = replace(as_proven(fleet), public_key=key_of("another"))
    assert seen(fleet, other) is Standing.DRIFTED
    assert fleet.binding(NAME).drift == ("own_key",)
    assert "differs: its own key" in shown(fleet)
    seen(fleet, as_proven(fleet))
    assert " proven " in shown(fleet)


def test_a_radio_that_another_computer_began_with_is_shown_as_unfinished(fleet: Fleet) -> None:
    whole = as_proven(fleet)
    lora = {**whole.config["lora"], "hop_limit": 6}
    assert seen(fleet, replace(whole, config={**whole.config, "lora": lora})) is Standing.DRIFTED
    assert seen(fleet, named(whole, f"UNFINISHED {NAME}")) is Standing.UNFINISHED
    assert fleet.binding(NAME).drift == ("unfinished", "config.lora.hop_limit")
    assert "UNFINISHED: write it again" in shown(fleet)
    assert seen(fleet, whole) is Standing.RIGHT
    assert " proven " in shown(fleet)


def test_what_was_not_read_this_time_stays_noted(fleet: Fleet) -> None:
    whole = as_proven(fleet)
    fleet.note_drift(NAME, ("config.lora.hop_limit", "canned_messages"))
    remote = replace(whole, canned_messages=None)
    assert seen(fleet, remote, *UNREAD) is Standing.RIGHT
    assert fleet.binding(NAME).drift == ("canned_messages",)
    assert "differs: canned_messages" in shown(fleet)
    assert seen(fleet, whole) is Standing.RIGHT
    assert fleet.binding(NAME).drift == ()
