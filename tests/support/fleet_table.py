"""An organizer's computer with a fleet on it, and the commands of `meshdefense radio`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.main import main
from meshdefense.provisioning.fleet import Fleet
from support.fleets import PASSPHRASE, made_fleet, prove

__all__ = ["BACKUP_PASSPHRASE", "Table", "laid_table", "proven_table"]

BACKUP_PASSPHRASE = b"backup horse battery"


@dataclass
class Table:
    """An organizer's computer."""

    root: Path
    capture: pytest.CaptureFixture[str]
    code: int = 0
    out: str = ""
    err: str = ""

    def say(self, *words: object, passphrase: str = "pw", code: int = ExitCode.OK) -> str:
        """One command, with the fleet's passphrase; returns what it printed."""
        given = ["radio", *map(str, words), "--data", str(self.root / "data")]
        if passphrase:
            given += ["--passphrase-file", str(self.root / passphrase)]
        self.code = main(given)
        self.out, self.err = self.capture.readouterr()
        assert self.code == code, self.err
        assert "Traceback" not in self.err
        return self.out

    def json(self, *words: object, **options: Any) -> Any:
        return json.loads(self.say(*words, "--json", **options))

    def fleet(self, **options: Any) -> Fleet:
        return Fleet.open(self.root / "data" / "fleet", PASSPHRASE, **options)

    def back_up(self, *words: object, **options: Any) -> str:
        return self.say("backup", self.root / "kept", "--backup-passphrase-file",
                        self.root / "backup-pw", *words, **options)  # fmt: skip

    def restore(self, *words: object, **options: Any) -> str:
        return self.say("restore", self.root / "kept", "--backup-passphrase-file",
                        self.root / "backup-pw", *words, **options)  # fmt: skip


def laid_table(root: Path, capture: pytest.CaptureFixture[str]) -> Table:
    """A computer with files of passphrases, and no fleet yet."""
    for name, secret in (
        ("pw", PASSPHRASE), ("wrong-pw", b"wrong"), ("backup-pw", BACKUP_PASSPHRASE),
    ):  # fmt: skip
        (root / name).write_bytes(secret + b"\n")
        (root / name).chmod(0o600)
    return Table(root, capture)


def proven_table(table: Table) -> Table:
    """The same with a fleet whose radios are all proven."""
    (table.root / "data").mkdir(mode=0o700)
    with made_fleet(table.root / "data" / "fleet") as fleet:
        for radio in fleet.network.radios:
            prove(fleet, radio.name)
    return table
