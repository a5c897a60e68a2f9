"""`meshdefense radio lost`: what it says of a loss is true, whatever else is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshdefense.provisioning.fleet import Fleet
from meshdefense.provisioning.fleet_errors import FleetUnavailableError
from meshdefense.provisioning.fleet_folder import manifest_name
from support.fleet_table import Table, laid_table, proven_table
from support.fleets import made_fleet


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Table:
    return laid_table(tmp_path, capsys)


def test_a_lost_radio_of_unknown_hardware_is_not_promised_to_be_refused(desk: Table) -> None:
    (desk.root / "data").mkdir(mode=0o700)
    made_fleet(desk.root / "data" / "fleet").close()
    said = desk.say("lost", "Patrol 1", "--anyway", "--yes")
    assert "if it turns up, it will NOT\nbe recognized" in said
    assert "it is refused" not in said
    assert not desk.json("lost", "Patrol 2", "--anyway", "--yes")["recognizable"]


def test_a_lost_radio_of_known_hardware_is_promised_to_be_refused(desk: Table) -> None:
    proven_table(desk)
    assert "if it turns up, it is refused" in desk.say("lost", "Patrol 1", "--yes")
    assert desk.json("lost", "Patrol 2", "--yes")["recognizable"]


def test_trouble_after_a_loss_was_noted_is_told_behind_the_list(
    desk: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    proven_table(desk)

    def fails(*_: object) -> None:
        raise FleetUnavailableError("journal cannot be removed")

    monkeypatch.setattr(Fleet, "forget_journal", fails)
    said = desk.say("lost", "Patrol 1", "--yes")
    assert "Patrol 1 is noted as lost" in said
    assert "Radios still to be touched" in said
    assert "the loss is noted; besides: journal cannot be removed" in desk.err


def test_a_damaged_proof_is_shown_and_said_of_the_radio_that_is_lost(desk: Table) -> None:
    proven_table(desk)
    path = desk.root / "data" / "fleet" / manifest_name("Patrol 1")
    path.write_bytes(path.read_bytes()[:-1])
    assert "PROOF DAMAGED" in desk.say("fleet", "show")
    said = desk.say("lost", "Patrol 1", "--yes")
    assert "Its proof here is damaged: it is taken to hold the keys of all channels" in said
    assert "New keys are in force for: South, Neighbours" in said
