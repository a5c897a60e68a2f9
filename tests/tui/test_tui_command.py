from __future__ import annotations

import argparse
import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import meshdefense_tui
from meshdefense import language as languages
from meshdefense.cli import tui
from meshdefense.paths import DataFolder
from meshdefense_tui.settings import THEME_NAMES


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
    assert f"{folder.root}, and no network is there yet" in tui.start_hint(folder, "en")
    assert "primer uso" in tui.start_hint(folder, "es")
    folder.make()
    folder.keyslot.touch()
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


def shown(monkeypatch: pytest.MonkeyPatch, folder: Path, *words: str) -> dict[str, Any]:
    """What the screens are given for these words."""
    given: dict[str, Any] = {}

    def show(socket_path: Path, **options: Any) -> int:
        given.update(options)
        return 0

    monkeypatch.setattr(meshdefense_tui, "run", show)
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(sys, "stdout", Terminal())
    for name in languages.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    with languages.speaking(""):
        assert tui.run(parsed("--data", str(folder), *words)) == 0
    return given


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_what_is_said_here_counts_before_the_settings_and_those_before_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert shown(monkeypatch, tmp_path)["language"] == "en"
    (tmp_path / "screens.toml").write_text('language = "es"\nglyphs = "ascii"\n')
    given = shown(monkeypatch, tmp_path)
    assert (given["language"], given["ascii_only"]) == ("es", True)
    assert "ningún servicio" in given["start_hint"]("es")
    assert shown(monkeypatch, tmp_path, "--language", "en")["language"] == "en"


def test_the_first_run_is_one_without_settings_unless_somebody_says_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert shown(monkeypatch, tmp_path)["setup"] is True
    assert shown(monkeypatch, tmp_path, "--no-setup")["setup"] is False
    (tmp_path / "screens.toml").write_text("")
    assert shown(monkeypatch, tmp_path)["setup"] is False
    assert shown(monkeypatch, tmp_path, "--setup")["setup"] is True
    given = shown(monkeypatch, tmp_path, "--theme", "night-red", "--big")
    assert (given["theme"], given["big"]) == ("night-red", True)


def test_a_theme_that_is_not_there_is_refused_with_those_that_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        parsed("--theme", "pink")
    assert "night-red" in capsys.readouterr().err
    assert tui.THEMES == THEME_NAMES


def test_only_a_persons_own_word_stops_the_flashing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("TEXTUAL_ANIMATIONS", raising=False)
    assert shown(monkeypatch, tmp_path)["calm"] is False
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    assert shown(monkeypatch, tmp_path)["calm"] is True


def test_naming_the_command_does_not_import_textual() -> None:
    code = "import sys, meshdefense.cli.tui; sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
