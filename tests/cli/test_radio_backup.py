"""`meshdefense radio backup`: what is in its place already stays, and that is said first."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.main import main
from support.fleets import made_fleet


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
