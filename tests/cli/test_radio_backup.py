"""`meshdefense radio backup`: what is in its place already stays, and that is said first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from meshdefense.cli import radio_backup
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.main import main
from meshdefense.provisioning import backup
from meshdefense.storage.keyslots import INTERACTIVE
from support.fleet_table import BACKUP_PASSPHRASE, Table, laid_table, proven_table
from support.fleets import made_fleet, prove


@pytest.fixture
def table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Table:
    """All radios are proven; the backup's passphrase is stretched as little as may be."""
    monkeypatch.setattr(backup, "write_backup", partial(backup.write_backup, kdf=INTERACTIVE))
    return proven_table(laid_table(tmp_path, capsys))


def prove_one(table: Table) -> None:
    with table.fleet() as fleet:
        prove(fleet, "Patrol 1", node=4242)


def add_channel(table: Table) -> None:
    file = table.root / "data" / "fleet" / "network.yaml"
    more = "  - {name: Roofs, key: sealed, jobs: [base, relay]}\nradios:"
    file.write_text(file.read_text().replace("radios:", more, 1))
    table.fleet().close()  # a command that changes the fleet draws its key


@pytest.mark.parametrize("change", [prove_one, add_channel])
def test_what_changes_while_its_passphrase_is_typed_is_in_the_backup(
    change: Callable[[Table], None], table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    with table.fleet() as fleet:
        fleet.forget("Patrol 1")

    def typed(*_: object, **__: object) -> bytes:
        change(table)
        return BACKUP_PASSPHRASE

    monkeypatch.setattr(radio_backup, "new_passphrase", typed)
    table.back_up()
    found = backup.read_backup(table.root / "kept", BACKUP_PASSPHRASE)
    with table.fleet(changing=False) as fleet:
        assert found.files == backup.files_of(fleet)
        assert (found.ring, found.book) == (fleet.ring, fleet.book)


def test_a_wrong_passphrase_of_the_fleet_is_told_before_the_other_one_is_asked_for(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(radio_backup, "new_passphrase", lambda *_, **__: pytest.fail("asked"))
    table.back_up(passphrase="wrong-pw", code=ExitCode.LOCKED)
    assert "Wrong passphrase" in table.err


def test_no_backup_is_made_while_another_program_changes_the_fleet(table: Table) -> None:
    with table.fleet():
        table.back_up(code=ExitCode.LOCKED)
    assert "another program changes the fleet" in table.err
    assert not (table.root / "kept").exists()


def test_a_file_in_its_place_stays_and_no_passphrase_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made_fleet(tmp_path / "fleet").close()
    kept = tmp_path / "kept"
    kept.write_text("mine")
    words = ["radio", "backup", "--fleet", str(tmp_path / "fleet")]
    assert main([*words, str(kept)]) == ExitCode.REFUSED
    assert "kept is there already; --replace writes over it" in capsys.readouterr().err
    assert kept.read_text() == "mine"
    assert main([*words, str(tmp_path), "--replace"]) == ExitCode.REFUSED
    assert "is a folder: name a file in it" in capsys.readouterr().err
