from __future__ import annotations

import argparse
import io
import subprocess
import sys
from pathlib import Path

import pytest

from meshdefense.cli import tui
from meshdefense.paths import DataFolder


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    tui.configure(parser)
    return parser.parse_args(words)


def test_without_a_terminal_it_refuses_and_names_the_line_mode(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert tui.run(parsed("--data", str(tmp_path))) == 2
    assert "meshdefense alerts" in capsys.readouterr().err


def test_the_hint_names_the_folder_and_the_command(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "my net")
    hint = tui.start_hint(folder, "en")
    assert f"no daemon is running for {folder.root}" in hint
    assert f"meshdefense run --data '{folder.root}' --radio ..." in hint
    assert "ningún servicio" in tui.start_hint(folder, "es")


@pytest.mark.parametrize(
    ("said", "language"), [("es_MX.UTF-8", "es"), ("C.UTF-8", "en"), ("de_DE", "en")]
)
def test_the_language_is_that_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, said: str, language: str
) -> None:
    monkeypatch.setenv("LC_ALL", said)
    assert parsed().language == language
    assert parsed("--language", "es").language == "es"


def test_naming_the_command_does_not_import_textual() -> None:
    code = "import sys, meshdefense.cli.tui; sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
