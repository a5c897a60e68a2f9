"""`meshdefense radio backup | restore`: nothing newer is lost, and it helps where it is needed."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from meshdefense.cli.exit_codes import ExitCode
from meshdefense.provisioning import backup, restoring
from meshdefense.provisioning.fleet import Fleet
from meshdefense.storage.attempts import Attempts, attempts_path
from meshdefense.storage.keyslots import INTERACTIVE
from support.fleet_table import BACKUP_PASSPHRASE, Table, laid_table, proven_table
from support.fleets import PASSPHRASE, prove

NEW = "another horse battery"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases are stretched as little as may be."""
    for module, name in ((backup, "write_backup"), (restoring, "restore")):
        monkeypatch.setattr(module, name, partial(getattr(module, name), kdf=INTERACTIVE))


@pytest.fixture
def provisioned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Table:
    """All radios are proven."""
    return proven_table(laid_table(tmp_path, capsys))


def test_a_backup_comes_back_on_another_computer(provisioned: Table) -> None:
    assert "read back" in provisioned.back_up()
    provisioned.back_up(code=ExitCode.REFUSED)
    assert "already" in provisioned.err
    other = provisioned.root / "other"
    assert "manifests of 5 radios" in provisioned.restore("--fleet", other)
    assert "proven" in provisioned.say("fleet", "show", "--fleet", other)
    provisioned.say("restore", provisioned.root / "kept", "--fleet", provisioned.root / "c",
                    "--backup-passphrase-file", provisioned.root / "wrong-pw",
                    code=ExitCode.LOCKED)  # fmt: skip
    assert not (provisioned.root / "c").exists()


def test_a_backup_is_not_put_over_something_newer_unless_that_is_said(provisioned: Table) -> None:
    provisioned.back_up()
    assert "the same" in provisioned.restore("--yes")
    with provisioned.fleet() as fleet:
        newest = prove(fleet, "Patrol 1")
    shown = provisioned.restore("--compare")
    assert "Patrol 1: proven" in shown
    assert "NEWER HERE" in shown
    provisioned.restore("--yes", code=ExitCode.REFUSED)
    assert "knows newer things" in provisioned.err
    with provisioned.fleet() as fleet:
        assert fleet.manifest("Patrol 1") == newest
    provisioned.restore("--older", code=ExitCode.USAGE)  # it still has to be confirmed
    found = provisioned.json("restore", provisioned.root / "kept", "--backup-passphrase-file",
                             provisioned.root / "backup-pw", "--older", "--yes")  # fmt: skip
    with provisioned.fleet() as fleet:
        assert fleet.manifest("Patrol 1") != newest
    with Fleet.open(Path(found["aside"]), PASSPHRASE) as fleet:
        assert fleet.manifest("Patrol 1") == newest


def test_a_radio_begun_after_the_backup_is_not_forgotten_by_a_restore(provisioned: Table) -> None:
    with provisioned.fleet() as fleet:
        fleet.forget("Patrol 2")
    provisioned.back_up()
    with provisioned.fleet() as fleet:
        fleet.bind("Patrol 2", 0x77)
        fleet.journal("Patrol 2").begin("digest", 0x77)
    shown = provisioned.restore("--compare")
    assert "the same" not in shown
    assert "Patrol 2: its hardware, !00000077, is not in the backup; NEWER HERE" in shown
    assert "Patrol 2: UNFINISHED, begun" in shown
    provisioned.restore("--yes", code=ExitCode.REFUSED)
    assert "Patrol 2: UNFINISHED" in provisioned.err
    with provisioned.fleet() as fleet:
        assert fleet.journal("Patrol 2").unfinished


def test_a_restore_says_that_sheets_of_before_are_void_and_which_keys_it_lacks(
    provisioned: Table,
) -> None:
    provisioned.back_up()
    told = provisioned.restore("--fleet", provisioned.root / "b")
    assert "A recovery sheet printed before does not open this fleet; print a new one" in told
    assert "no key of these channels" not in told
    file = provisioned.root / "data" / "fleet" / "network.yaml"
    more = "  - {name: Roofs, key: sealed, jobs: [base, relay]}\nradios:"
    file.write_text(file.read_text().replace("radios:", more, 1))
    with provisioned.fleet(changing=False) as fleet:  # as an older version made it
        made = backup.Backup(0, backup.files_of(fleet), fleet.ring, fleet.book, {})
    sealed = backup.sealed_backup(made, BACKUP_PASSPHRASE, kdf=INTERACTIVE)
    (provisioned.root / "kept").write_bytes(sealed)
    told = provisioned.restore("--fleet", provisioned.root / "c")
    assert "The backup has no key of these channels: Roofs." in told


def test_a_damaged_fleet_is_replaced_only_when_that_is_said(provisioned: Table) -> None:
    provisioned.back_up()
    (provisioned.root / "data" / "fleet" / "radios.sealed").write_bytes(b"")
    provisioned.restore("--yes", code=ExitCode.DAMAGED)
    assert "--older" in provisioned.err
    provisioned.restore("--yes", "--older")
    provisioned.say("fleet", "show")


def forgotten(_: Path) -> None:
    """The file is right, what is given is not."""


def broken_network(fleet: Path) -> None:
    (fleet / "network.yaml").write_text("x: [")


def no_network(fleet: Path) -> None:
    (fleet / "network.yaml").unlink()


def another_encoding(fleet: Path) -> None:
    (fleet / "network.yaml").write_bytes("network: Región".encode("utf-16"))


def torn_keyslot(fleet: Path) -> None:
    (fleet / "keyslot.bin").write_bytes((fleet / "keyslot.bin").read_bytes()[:40])


@pytest.mark.parametrize(
    ("harm", "passphrase", "code", "reason"),
    [
        (forgotten, "wrong-pw", ExitCode.LOCKED, "Wrong passphrase"),
        (broken_network, "pw", ExitCode.REFUSED, "network.yaml: line 1"),
        (no_network, "pw", ExitCode.NOT_FOUND, "network.yaml is missing"),
        (another_encoding, "pw", ExitCode.DAMAGED, "is not a text file"),
        (torn_keyslot, "pw", ExitCode.DAMAGED, "keyslot.bin is damaged"),
    ],
)
def test_a_fleet_that_does_not_open_is_replaced_when_that_is_said_and_only_then(
    harm: Callable[[Path], None], passphrase: str, code: ExitCode, reason: str, provisioned: Table
) -> None:
    provisioned.back_up()
    fleet = provisioned.root / "data" / "fleet"
    harm(fleet)
    provisioned.restore("--yes", passphrase=passphrase, code=code)
    assert reason in provisioned.err
    assert "nothing can be compared" in provisioned.err
    assert "--older" in provisioned.err
    assert Attempts(attempts_path(fleet)).failures == (harm is forgotten)
    attempts_path(fleet).unlink(missing_ok=True)  # or the next try waits
    provisioned.restore("--yes", "--older", passphrase=passphrase)
    assert "is kept in" in provisioned.out
    assert reason in provisioned.err, "why nothing was compared"


def test_what_cannot_be_compared_is_not_said_to_be_the_same(provisioned: Table) -> None:
    provisioned.back_up()
    no_network(provisioned.root / "data" / "fleet")
    provisioned.restore("--compare", "--older", code=ExitCode.NOT_FOUND)
    assert provisioned.out == ""
    assert "nothing can be compared" in provisioned.err


def test_without_its_network_file_a_fleet_says_where_to_get_it(provisioned: Table) -> None:
    no_network(provisioned.root / "data" / "fleet")
    provisioned.say("fleet", "show", code=ExitCode.NOT_FOUND)
    assert "radio restore FILE" in provisioned.err
    another_encoding(provisioned.root / "data" / "fleet")
    provisioned.say("fleet", "show", code=ExitCode.DAMAGED)
    assert "save it as UTF-8" in provisioned.err


def at_a_terminal(
    provisioned: Table, monkeypatch: pytest.MonkeyPatch, answers: list[str], **options: ExitCode
) -> list[str]:
    """Restore over a torn keyslot, asked for everything; returns what was asked in secret."""
    provisioned.back_up()
    torn_keyslot(provisioned.root / "data" / "fleet")
    given, asked = iter(answers), []

    def secret(question: str) -> str:
        asked.append(question)
        return next(given)

    monkeypatch.setattr(getpass, "getpass", secret)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    provisioned.restore("--older", "--yes", passphrase="", **options)
    return asked


def test_a_passphrase_that_opened_nothing_does_not_become_the_new_one(
    provisioned: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = at_a_terminal(provisioned, monkeypatch, ["what was typed", NEW, NEW])
    assert [one.split(":")[0] for one in asked] == [
        "Passphrase of the fleet", "Passphrase of the fleet", "Again",
    ]  # fmt: skip
    Fleet.open(provisioned.root / "data" / "fleet", NEW.encode()).close()


def test_two_different_new_passphrases_change_nothing(
    provisioned: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_a_terminal(provisioned, monkeypatch, ["typed", NEW, NEW + "x"], code=ExitCode.USAGE)
    assert sorted(os.listdir(provisioned.root / "data")) == ["fleet"]


def test_a_passphrase_by_descriptor_is_read_once(provisioned: Table) -> None:
    provisioned.back_up()
    torn_keyslot(provisioned.root / "data" / "fleet")
    reading, writing = os.pipe()
    os.write(writing, PASSPHRASE + b"\n")
    os.close(writing)
    try:
        provisioned.restore("--older", "--yes", "--passphrase-fd", reading, passphrase="")
    finally:
        os.close(reading)
    provisioned.say("fleet", "show")


def test_a_restore_names_the_radios_that_were_being_written_and_no_others(
    provisioned: Table,
) -> None:
    provisioned.back_up()
    assert "begun" not in provisioned.restore("--fleet", provisioned.root / "whole")
    with provisioned.fleet() as fleet:
        fleet.journal("Patrol 1").begin("digest", 5)
    provisioned.back_up("--replace")
    told = provisioned.restore("--fleet", provisioned.root / "begun")
    assert "begun and not ended when the backup was made: Patrol 1. Apply to them" in told
    provisioned.back_up("--replace")
    again = provisioned.json("restore", provisioned.root / "kept", "--backup-passphrase-file",
                             provisioned.root / "backup-pw", "--fleet",
                             provisioned.root / "third")  # fmt: skip
    assert again["unfinished"] == ["Patrol 1"]


def test_the_state_of_one_loss_is_told_alone_and_of_no_loss_refused(provisioned: Table) -> None:
    for name in ("Patrol 1", "Base 1"):
        provisioned.say("lost", name, "--yes")
    assert "Base 1, lost" not in provisioned.say("lost", "Patrol 1", "--status")
    provisioned.say("lost", "Patrol 2", "--status", code=ExitCode.NOT_FOUND)
    assert "Patrol 2 is not noted as lost" in provisioned.err


def test_a_backup_whose_network_file_is_not_taken_any_more_comes_back_to_be_mended(
    provisioned: Table,
) -> None:
    file = provisioned.root / "data" / "fleet" / "network.yaml"
    with provisioned.fleet() as fleet:
        file.write_text(file.read_text().replace("Patrol 1", "Patrol 1 river side and bridge"))
        backup.write_backup(fleet, provisioned.root / "kept", BACKUP_PASSPHRASE)
    other = provisioned.root / "other"
    provisioned.restore("--fleet", other, code=ExitCode.REFUSED)
    assert "with all its keys" in provisioned.err
    assert "has 30 bytes; at most 24 fit" in provisioned.err
    mended = other / "network.yaml"
    mended.write_text(mended.read_text().replace("Patrol 1 river side and bridge", "Patrol 1"))
    assert "Patrol 1" in provisioned.say("fleet", "show", "--fleet", other)
