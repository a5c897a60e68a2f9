"""`meshdefense radio plan`: what was shown and confirmed is what is written, into that radio."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from meshdefense.cli import radio_apply
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.provisioning import patience
from meshdefense_radio.unfinished import mark
from support.fleet_table import Table, laid_table
from support.fleets import made_fleet
from support.table_radios import table
from support.virtual_radio import MeshThread


@pytest.fixture
def mesh() -> Iterator[MeshThread]:
    with table(2) as running:
        yield running


@pytest.fixture
def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Table:
    monkeypatch.setattr(patience, "FIRST_S", 0.0)
    (tmp_path / "data").mkdir(mode=0o700)
    made_fleet(tmp_path / "data" / "fleet").close()
    return laid_table(tmp_path, capsys)


def names(mesh: MeshThread) -> list[str]:
    return [one.settings.owner.long_name for one in mesh.mesh.devices]


def test_a_radio_that_was_plugged_in_after_the_plan_was_shown_is_not_written(
    desk: Table, mesh: MeshThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = mesh.mesh.servers

    def swap_and_confirm(*_: object) -> None:
        mesh.do(lambda _: swap())

    def swap() -> None:
        first.device, second.device = second.device, first.device
        first.drop()

    monkeypatch.setattr(radio_apply, "confirmed", swap_and_confirm)
    where = mesh.mesh.addresses[0]
    desk.say("apply", where, "--as", "Patrol 1", "--wait", 0, code=ExitCode.REFUSED)
    assert "another radio answers there than the one whose plan was shown" in desk.err
    assert "Nothing was written." in desk.err
    assert names(mesh) == ["Virtual 1", "Virtual 2"]


def test_hardware_that_has_a_name_is_refused_another_before_anybody_confirms(
    desk: Table, mesh: MeshThread
) -> None:
    where = mesh.mesh.addresses[0]
    desk.say("apply", where, "--as", "Patrol 1", "--yes")
    for words in (("plan",), ("apply", "--dry-run")):
        verb, *rest = words
        said = desk.say(verb, where, "--as", "Patrol 2", *rest, code=ExitCode.REFUSED)
        assert "this radio is Patrol 1 already" in said
        assert "no key of its own" not in said


def test_a_radio_that_another_copy_of_the_fleet_prepared_is_not_told_to_be_applied_again(
    desk: Table, mesh: MeshThread
) -> None:
    one, two = mesh.mesh.addresses
    desk.say("apply", one, "--as", "Patrol 1", "--yes")
    desk.say("fleet", "forget", "Patrol 1", "--yes")
    desk.say("apply", two, "--as", "Patrol 1", "--yes")
    desk.say("apply", one, "--as", "Patrol 1", "--yes", code=ExitCode.REFUSED)
    numbers = [f"!{number:08x}" for number in mesh.mesh.numbers]
    assert f"another radio, with the number {numbers[1]}; this one has {numbers[0]}" in desk.err
    assert "pply again" not in desk.err
    assert desk.err.rstrip().endswith("Nothing was written.")


def test_a_radio_given_up_while_it_was_written_does_not_take_its_name_back(
    desk: Table, mesh: MeshThread
) -> None:
    one, two = mesh.mesh.addresses
    mesh.do(lambda m: setattr(m.devices[0].settings.owner, "long_name", mark("Patrol 1")))
    desk.say("apply", two, "--as", "Patrol 1", "--yes")
    said = desk.say("list", one)
    assert "Patrol 1, which is another radio now" in said
    desk.say("apply", one, "--yes", code=ExitCode.REFUSED)
    assert "apply again" not in desk.err
    assert desk.err.endswith("Nothing was written; the radio is marked as unfinished, as it was.\n")
    [row] = [row for row in desk.json("fleet", "show")["radios"] if row["name"] == "Patrol 1"]
    assert (row["state"], row["node_number"]) == ("proven", mesh.mesh.numbers[1])
    desk.say("apply", one, "--as", "Patrol 2", "--yes")
