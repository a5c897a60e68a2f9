"""What radios may hold when the network file was changed, or a run or a loss cut short."""

from __future__ import annotations

import dataclasses
import secrets
from pathlib import Path

import pytest

from meshdefense.provisioning.fleet import Fleet
from meshdefense.provisioning.goal import FleetDesk
from meshdefense.provisioning.lost import assess, declare, statuses
from meshdefense.provisioning.overview import RadioRow, overview
from meshdefense_radio.jobs import Job
from support.fleets import made_fleet, opened, prove
from support.radio_states import factory_state

NEIGHBOURS = """  - name: Neighbours   # stock radios
    key: sealed
    jobs: [base, relay, neighbour]
"""
PATROL_2 = "  - {name: Patrol 2, short: P2, job: patrol}\n"
HOUSE = "  - {name: House 1, short: H1, job: neighbour}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made_fleet(tmp_path / "fleet").close()
    return tmp_path / "fleet"


def edited(folder: Path, *changes: tuple[str, str]) -> None:
    """Change network.yaml as a person does."""
    path = folder / "network.yaml"
    text = path.read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    path.write_text(text)


def row(fleet: Fleet, name: str) -> RadioRow:
    return next(one for one in overview(fleet) if one.name == name)


def cut_off(fleet: Fleet, name: str) -> None:
    """A first run that writes and does not end."""
    FleetDesk(fleet).goal(name).begin(factory_state())


def test_a_radio_that_was_renamed_after_a_cut_run_is_listed_and_can_be_forgotten(
    folder: Path,
) -> None:
    with opened(folder) as fleet:
        cut_off(fleet, "Patrol 1")
    edited(folder, ("name: Patrol 1", "name: Patrulla 1"))
    with opened(folder) as fleet:
        former = row(fleet, "Patrol 1")
        assert (former.state.value, former.job, former.held) == ("former", "patrol", ("South",))
        assert fleet.known("Patrol 1").job is Job.PATROL
        fleet.forget("Patrol 1")
        fleet.bind("Patrulla 1", factory_state().node_number)
        assert fleet.former() == ()


def test_a_renamed_radio_of_a_cut_run_can_be_lost_with_all_that_it_may_hold(folder: Path) -> None:
    with opened(folder) as fleet:
        cut_off(fleet, "Base 1")
        before = fleet.channel_keys()
    edited(folder, ("name: Base 1", "name: Center 1"), (NEIGHBOURS, ""), (HOUSE, ""))
    with opened(folder) as fleet:
        loss = assess(fleet, "Base 1")
        assert set(loss.rotate) == {"South", "Neighbours"}  # the journal knows the second one
        declare(fleet, loss)
        assert fleet.lost_radio(factory_state().node_number) is not None
        assert not {one.key for one in fleet.ring.channels.values()} & set(before.values())


def test_a_former_radio_of_which_nothing_is_known_is_taken_for_the_one_with_the_most_channels(
    folder: Path,
) -> None:
    with opened(folder) as fleet:
        fleet.bind("Patrol 1", 7)
        (folder / "journal" / "Patrol%201.json").write_bytes(b"torn")
    edited(folder, ("name: Patrol 1", "name: Patrulla 1"))
    with opened(folder) as fleet:
        assert row(fleet, "Patrol 1").held == ("South", "Neighbours")


def test_the_key_of_a_channel_that_comes_back_is_not_the_one_that_a_lost_radio_has(
    folder: Path,
) -> None:
    with opened(folder) as fleet:
        for name in ("Base 1", "Roof 1", "House 1"):
            prove(fleet, name)
        before = fleet.channel_keys()["Neighbours"]
    whole = (folder / "network.yaml").read_text()
    edited(folder, (NEIGHBOURS, ""), (HOUSE, ""))
    with opened(folder) as fleet:
        loss = assess(fleet, "Base 1")
        assert "Neighbours" in loss.rotate
        declare(fleet, loss)
    (folder / "network.yaml").write_text(whole)
    with opened(folder) as fleet:
        assert fleet.channel_keys()["Neighbours"] != before
        assert {one.radio for one in statuses(fleet)[0].touch} == {"Roof 1", "House 1"}


def test_an_old_key_stays_while_a_former_radio_has_it(folder: Path) -> None:
    with opened(folder) as fleet:
        for name in ("Patrol 1", "Patrol 2", "Base 1"):
            prove(fleet, name)
    edited(folder, (PATROL_2, ""))
    with opened(folder) as fleet:
        declare(fleet, assess(fleet, "Base 1"))
        prove(fleet, "Patrol 1")
        assert [one.channel for one in fleet.ring.old] == ["South"]
        fleet.forget("Patrol 2")
        assert fleet.ring.old == ()


def test_an_old_key_stays_while_a_former_radio_is_unfinished(folder: Path) -> None:
    with opened(folder) as fleet:
        prove(fleet, "Base 1")
        cut_off(fleet, "Patrol 2")
    edited(folder, (PATROL_2, ""))
    with opened(folder) as fleet:
        declare(fleet, assess(fleet, "Base 1"))
        assert {one.channel for one in fleet.ring.old} == {"South", "Neighbours"}


def test_the_loss_of_an_unfinished_radio_cut_short_after_the_keys_draws_no_second_ones(
    folder: Path,
) -> None:
    with opened(folder) as fleet:
        prove(fleet, "Base 1")
        cut_off(fleet, "Patrol 1")
        loss = assess(fleet, "Patrol 1")
        assert loss.rotate == ("South",)
        drawn = fleet.ring.drawn(["South"], secrets.token_bytes, fleet.now(), because="Patrol 1")
        fleet.save(ring=drawn)  # and then the power went
        assert assess(fleet, "Patrol 1").rotate == ()
        assert assess(fleet, "Patrol 1").held == loss.held
        cut_off(fleet, "Patrol 1")  # it was not lost after all, and was begun again
        assert assess(fleet, "Patrol 1").rotate == ("South",)


def test_a_journal_of_before_says_nothing_of_job_and_channels_and_is_read(folder: Path) -> None:
    with opened(folder) as fleet:
        cut_off(fleet, "Patrol 1")
        entry = fleet.journal("Patrol 1").entry
        assert entry is not None
        assert (entry.job, entry.channels) == ("patrol", ("South",))
        path = folder / "journal" / "Patrol%201.json"
        path.write_text(
            path.read_text().replace('"channels":["South"],', "").replace('"job":"patrol",', "")
        )
        older = fleet.journal("Patrol 1").entry
        assert older == dataclasses.replace(entry, job="", channels=())


def test_a_second_cut_run_with_another_job_does_not_hide_what_the_first_one_wrote(
    folder: Path,
) -> None:
    with opened(folder) as fleet:
        cut_off(fleet, "Roof 1")
        assert assess(fleet, "Roof 1").rotate == ("South", "Neighbours")
    edited(folder, ("short: R1, job: relay", "short: R1, job: patrol"))
    with opened(folder) as fleet:
        cut_off(fleet, "Roof 1")
        assert set(assess(fleet, "Roof 1").rotate) == {"South", "Neighbours"}


def test_a_cut_run_with_another_job_does_not_hide_what_the_radio_was_proven_to_hold(
    folder: Path,
) -> None:
    with opened(folder) as fleet:
        prove(fleet, "Roof 1", node=factory_state().node_number)
    edited(folder, ("short: R1, job: relay", "short: R1, job: patrol"))
    with opened(folder) as fleet:
        cut_off(fleet, "Roof 1")
        fleet.bind("Roof 1", 4242, b"n" * 32, anew=True)  # a new key, and its new number
        assert set(assess(fleet, "Roof 1").rotate) == {"South", "Neighbours"}
