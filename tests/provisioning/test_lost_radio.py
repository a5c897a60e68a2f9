"""A lost radio: new keys for what it held, and a list that only proofs tick off."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from meshdefense.provisioning.bindings import number_of_key
from meshdefense.provisioning.fleet import Fleet
from meshdefense.provisioning.fleet_errors import (
    FleetDamagedError,
    FleetMissingError,
    FleetNewerError,
    FleetRefusedError,
    FleetUnavailableError,
)
from meshdefense.provisioning.fleet_folder import manifest_name
from meshdefense.provisioning.goal import FleetDesk
from meshdefense.provisioning.lost import assess, declare, found_again, statuses
from meshdefense.provisioning.overview import overview
from meshdefense.provisioning.own_keys import key_trouble
from support.fleets import made_fleet, node_of, opened, prove
from support.radio_states import factory_state

ALL = ("Base 1", "Patrol 1", "Patrol 2", "Roof 1", "House 1")


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    """Everybody is proven."""
    with made_fleet(tmp_path / "fleet") as fleet:
        for name in ALL:
            prove(fleet, name)
        yield fleet


def lose(fleet: Fleet, name: str) -> None:
    declare(fleet, assess(fleet, name))


def left(fleet: Fleet) -> list[set[str]]:
    """The radios still to be touched for each loss."""
    return [{row.radio for row in one.touch if not row.done} for one in statuses(fleet)]


def states(fleet: Fleet) -> dict[str, str]:
    return {row.name: row.state.value for row in overview(fleet)}


def test_a_drill_says_what_it_held_and_changes_nothing(fleet: Fleet) -> None:
    before = {path: path.read_bytes() for path in fleet.folder.rglob("*") if path.is_file()}
    loss = assess(fleet, "Patrol 1")
    assert dict(loss.held) == {"South": (fleet.fingerprints()["South"],)}
    assert (loss.rotate, loss.renewed, loss.unwritten) == (("South",), (), ())
    assert [row.radio for row in loss.touch] == ["Base 1", "Patrol 2", "Roof 1"]
    assert not loss.commands
    assert before == {path: path.read_bytes() for path in before}


def test_each_channel_that_it_held_gets_a_new_key_and_no_other(fleet: Fleet) -> None:
    before = fleet.channel_keys()
    lose(fleet, "Patrol 1")
    after = fleet.channel_keys()
    assert after["South"] != before["South"]
    assert after["Neighbours"] == before["Neighbours"]
    assert [(one.channel, one.key, one.because) for one in fleet.ring.old] == [
        ("South", before["South"], "Patrol 1")
    ]
    with opened(fleet.folder, changing=False) as again:
        assert again.channel_keys() == after


def test_radios_are_ticked_off_as_each_is_proven_and_then_the_old_key_goes(fleet: Fleet) -> None:
    lose(fleet, "Patrol 1")
    assert left(fleet) == [{"Base 1", "Patrol 2", "Roof 1"}]
    assert states(fleet) == {
        "Base 1": "key-old", "Patrol 1": "lost", "Patrol 2": "key-old", "Roof 1": "key-old",
        "House 1": "proven",
    }  # fmt: skip
    for name in ("Base 1", "Patrol 2"):
        prove(fleet, name)
    assert left(fleet) == [{"Roof 1"}]
    assert [row.done for row in statuses(fleet)[0].touch] == [True, True, False]
    assert fleet.ring.old, "Roof 1 still has the old key"
    prove(fleet, "Roof 1")
    assert left(fleet) == [set()]
    assert fleet.ring.old == ()


def test_the_old_key_goes_with_the_last_proof_although_its_run_is_not_closed_yet(
    fleet: Fleet,
) -> None:
    lose(fleet, "Patrol 1")
    prove(fleet, "Base 1")
    fleet.journal("Patrol 2").begin("digest", node_of("Patrol 2"))
    prove(fleet, "Roof 1")
    assert fleet.ring.old, "Patrol 2 is being written"
    prove(fleet, "Patrol 2")
    fleet.journal("Patrol 2").done()
    assert fleet.ring.old == ()


def test_a_second_loss_meanwhile_counts_for_itself(fleet: Fleet) -> None:
    lose(fleet, "Patrol 1")
    prove(fleet, "Base 1")
    held_by_base = fleet.fingerprints()["South"]
    lose(fleet, "Base 1")  # it has the newest key of South, and Neighbours
    assert fleet.fingerprints()["South"] != held_by_base
    assert left(fleet) == [{"Patrol 2", "Roof 1"}, {"Roof 1", "House 1"}]
    prove(fleet, "Roof 1")
    assert left(fleet) == [{"Patrol 2"}, {"House 1"}]


def test_a_key_that_is_out_of_force_already_is_not_drawn_again(fleet: Fleet) -> None:
    lose(fleet, "Patrol 1")
    prove(fleet, "Base 1")
    in_force = fleet.fingerprints()
    loss = assess(fleet, "Patrol 2")  # it was never touched: its finder has the same old key
    assert (loss.rotate, loss.renewed) == ((), ("South",))
    assert {row.radio for row in loss.touch} == {"Roof 1"}
    declare(fleet, loss)
    assert fleet.fingerprints() == in_force
    assert left(fleet) == [{"Roof 1"}, {"Roof 1"}]


def test_cut_short_after_the_keys_it_is_said_again_without_second_keys(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    loss, real, calls = assess(fleet, "Patrol 1"), fleet.save, 0

    def cut(**options: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        real(**options)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(fleet, "save", cut)
        with pytest.raises(KeyboardInterrupt):
            declare(fleet, loss)
    fleet.close()
    with opened(fleet.folder) as again:
        in_force = again.fingerprints()
        assert in_force["South"] not in loss.held["South"]
        lose(again, "Patrol 1")
        assert again.fingerprints() == in_force
        assert left(again) == [{"Base 1", "Patrol 2", "Roof 1"}]


def test_a_radio_lost_while_it_was_written_may_hold_the_newest_keys(fleet: Fleet) -> None:
    lose(fleet, "Patrol 1")
    newest = fleet.fingerprints()["South"]
    fleet.journal("Patrol 2").begin("digest", node_of("Patrol 2"))
    loss = assess(fleet, "Patrol 2")
    assert loss.unfinished
    assert newest in loss.held["South"]
    assert loss.rotate == ("South",)
    declare(fleet, loss)
    assert not fleet.journal("Patrol 2").unfinished


def test_a_radio_that_was_not_finished_stays_on_the_list(fleet: Fleet) -> None:
    lose(fleet, "Patrol 1")
    prove(fleet, "Roof 1")
    fleet.journal("Roof 1").begin("digest", node_of("Roof 1"))
    assert "Roof 1" in left(fleet)[0]
    fleet.journal("Roof 1").done()
    assert "Roof 1" not in left(fleet)[0]


def test_a_radio_without_a_proof_is_taken_to_hold_all_channels_of_its_job(tmp_path: Path) -> None:
    with made_fleet(tmp_path / "fleet") as fleet:
        with pytest.raises(FleetRefusedError, match="never written") as caught:
            assess(fleet, "Base 1")
        assert "--anyway" in caught.value.hint
        assert assess(fleet, "Base 1", anyway=True).rotate == ("South", "Neighbours")
        fleet.bind("Base 1", 1)
        assert assess(fleet, "Base 1").rotate == ("South", "Neighbours")


def test_lost_hardware_is_refused_by_number_and_by_key_until_it_is_found(fleet: Fleet) -> None:
    manifest = fleet.manifest("Patrol 1")
    assert manifest is not None
    lose(fleet, "Patrol 1")
    assert fleet.lost_nodes() == (manifest.node_number, number_of_key(manifest.public_key))
    for node, key in ((manifest.node_number, b""), (99, manifest.public_key)):
        lost = fleet.lost_radio(node, key)
        assert lost is not None
        assert lost.radio == "Patrol 1"
        for name in ("Patrol 1", "Patrol 2"):
            with pytest.raises(FleetRefusedError, match="the lost Patrol 1"):
                fleet.bind(name, node, key, anew=True)
    found_again(fleet, "Patrol 1")
    assert fleet.lost_nodes() == ()
    fleet.bind("Patrol 1", manifest.node_number, manifest.public_key)
    with pytest.raises(FleetMissingError):
        found_again(fleet, "Patrol 1")


def test_other_hardware_may_take_the_place_of_a_lost_radio(fleet: Fleet) -> None:
    lose(fleet, "Patrol 1")
    with pytest.raises(FleetRefusedError, match="lost already"):
        assess(fleet, "Patrol 1")
    fleet.bind("Patrol 1", 4242, b"n" * 32)
    assert states(fleet)["Patrol 1"] == "not-yet"
    assert fleet.lost_nodes()[0] == node_of("Patrol 1")


def test_a_radio_that_was_taken_out_of_the_file_can_still_be_lost(fleet: Fleet) -> None:
    fleet.close()
    path = fleet.folder / "network.yaml"
    kept = [line for line in path.read_text().splitlines(True) if "Patrol 1" not in line]
    path.write_text("".join(kept))
    with opened(fleet.folder) as again:
        assert states(again)["Patrol 1"] == "former"
        before = again.fingerprints()["South"]
        lose(again, "Patrol 1")
        assert again.fingerprints()["South"] != before
        assert left(again) == [{"Base 1", "Patrol 2", "Roof 1"}]
        assert again.lost_nodes()[0] == node_of("Patrol 1")


def test_a_radio_whose_key_commands_the_others_is_said_to(tmp_path: Path) -> None:
    key = hashlib.sha256(b"Base 1").digest()
    with made_fleet(tmp_path / "fleet") as fleet:
        prove(fleet, "Base 1")
    text = (tmp_path / "fleet" / "network.yaml").read_text()
    listed = f"admin_keys: [base64:{base64.b64encode(key).decode()}]\nchannels:"
    (tmp_path / "fleet" / "network.yaml").write_text(text.replace("channels:", listed))
    with opened(tmp_path / "fleet") as fleet:
        assert assess(fleet, "Base 1").commands


def damage(fleet: Fleet, name: str) -> None:
    """One bit of its manifests is another one."""
    path = fleet.folder / manifest_name(name)
    content = bytearray(path.read_bytes())
    content[60] ^= 1
    path.write_bytes(content)


def test_a_damaged_proof_stops_nothing_that_is_asked_of_other_radios(fleet: Fleet) -> None:
    damage(fleet, "Patrol 2")
    assert states(fleet) == dict.fromkeys(ALL, "proven") | {"Patrol 2": "damaged"}
    loss = assess(fleet, "Patrol 1")
    assert "Patrol 2" in {one.radio for one in loss.touch}
    assert FleetDesk(fleet).goal("Patrol 1").plan(factory_state()).changes
    declare(fleet, loss)
    for name in ("Base 1", "Roof 1"):
        prove(fleet, name)
    assert left(fleet) == [{"Patrol 2"}]
    assert fleet.ring.old, "Patrol 2 may have the old key"
    with pytest.raises(FleetDamagedError) as caught:
        fleet.manifest("Patrol 2")
    assert "radio fleet forget 'Patrol 2'" in caught.value.hint
    prove(fleet, "Patrol 2")  # the way on that the words name
    assert (left(fleet), fleet.ring.old) == ([set()], ())
    assert states(fleet)["Patrol 2"] == "proven"


def test_a_lost_radio_whose_proof_is_damaged_may_hold_any_key(fleet: Fleet) -> None:
    damage(fleet, "Patrol 1")
    loss = assess(fleet, "Patrol 1")
    assert loss.damaged
    assert set(loss.rotate) == {"South", "Neighbours"}


def test_the_own_key_of_a_radio_whose_proof_is_damaged_is_no_other_radios(fleet: Fleet) -> None:
    key = fleet.binding("Patrol 2").public_key
    damage(fleet, "Patrol 2")
    assert "Patrol 2" in str(key_trouble(key, "Patrol 1", fleet))


def test_manifests_of_a_newer_version_are_not_written_over(fleet: Fleet) -> None:
    path = fleet.folder / manifest_name("Patrol 2")
    content = bytearray(path.read_bytes())
    content[8] = 9  # the version, after the magic bytes
    path.write_bytes(content)
    assert states(fleet)["Patrol 2"] == "damaged"
    with pytest.raises(FleetNewerError):
        prove(fleet, "Patrol 2")
    assert path.read_bytes() == content


def test_a_fleet_that_was_copied_without_its_empty_folders_is_whole(tmp_path: Path) -> None:
    made_fleet(tmp_path / "fleet").close()
    for name in ("journal", "manifests"):
        (tmp_path / "fleet" / name).rmdir()
    with opened(tmp_path / "fleet") as fleet:
        FleetDesk(fleet).goal("Patrol 1").begin(factory_state())
        lose(fleet, "Patrol 1")
        assert fleet.notices[1:] == []
    for name in ("journal", "manifests"):
        assert (tmp_path / "fleet" / name).stat().st_mode & 0o777 == 0o700


def test_what_cannot_be_tidied_up_does_not_take_a_loss_back(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: str) -> None:
        raise FleetUnavailableError("journal cannot be removed")

    monkeypatch.setattr(fleet, "forget_journal", fails)
    lose(fleet, "Patrol 1")
    assert fleet.notices[-1] == "journal cannot be removed"
    assert states(fleet)["Patrol 1"] == "lost"


def test_a_loss_that_cannot_be_noted_says_that_the_keys_are_new_and_what_to_do(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    loss, save = assess(fleet, "Patrol 1"), fleet.save

    def full(**parts: Any) -> None:
        if "book" in parts:
            raise FleetUnavailableError("radios.sealed cannot be written: no space left")
        save(**parts)

    monkeypatch.setattr(fleet, "save", full)
    with pytest.raises(FleetUnavailableError, match="no space left") as caught:
        declare(fleet, loss)
    assert "new keys are in force already, but Patrol 1 is not noted as lost" in caught.value.hint
    assert "radio lost 'Patrol 1'" in caught.value.hint
