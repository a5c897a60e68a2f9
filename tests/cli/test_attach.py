"""Complaints of the command line: a line each, cleaned, in the language in use."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshdefense import language
from meshdefense.cli.attach import complain_lines
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.main import main
from support.fleets import PASSPHRASE, made_fleet


def test_each_line_of_a_complaint_stands_on_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    complain_lines("two are wrong:\n  Patrol 1: this\n\tHouse\x1b[2J 1: that\n", "mend\nboth")
    assert capsys.readouterr().err.splitlines() == [
        "meshdefense: two are wrong:",
        "  Patrol 1: this",
        "  House[2J 1: that",
        "  mend",
        "  both",
    ]


def test_each_line_is_said_in_the_language_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    with language.speaking("es"):
        complain_lines("tcp:a: nothing listens there\ntcp:b: no answer")
    assert capsys.readouterr().err.splitlines() == [
        "meshdefense: tcp:a: nadie escucha ahí",
        "  tcp:b: sin respuesta",
    ]


def test_an_empty_complaint_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    complain_lines("")
    assert capsys.readouterr().err == "meshdefense: \n"


def test_two_slips_in_the_network_file_are_two_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made_fleet(tmp_path / "fleet").close()
    secret = tmp_path / "passphrase"
    secret.write_bytes(PASSPHRASE)
    secret.chmod(0o600)
    file = tmp_path / "fleet" / "network.yaml"
    file.write_text(file.read_text().replace("LONG_FAST", "LONGFAST").replace("US", "USA"))
    words = ["--fleet", str(tmp_path / "fleet"), "--passphrase-file", str(secret)]
    assert main(["radio", "fleet", "show", *words]) == ExitCode.REFUSED
    first, second, *_ = capsys.readouterr().err.splitlines()
    assert first.startswith("meshdefense: network.yaml: line 3: ")
    assert second.startswith("  network.yaml: line 4: ")
