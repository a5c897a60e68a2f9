"""`meshdefense export` at a real node: shown, asked, noted, written whole, never over a file."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshdefense import language
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.storage.errors import StoreUnavailableError
from support.served import Served, served

NOTE = "canary note"


class Terminal(io.StringIO):
    """What a person types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A base with a fire that a verifier confirmed, and a drill that nobody looked at."""
    with served(tmp_path_factory.mktemp("served"), "base", "vic") as running:
        report = {"kind": "fire", "severity": "high", "lat": 34.051234, "lon": -118.248765,
                  "precision_m": 10, "note": NOTE}  # fmt: skip
        fire = running.submit("base", "report", **report)
        running.row("vic", "alerts", fire)
        running.submit("vic", "verdict", alert=fire, result="confirmed")
        running.submit("base", "report", kind="flood", drill=True)
        running.row("base", "alerts", fire, lambda row: row["state"] == "verified")
        yield running


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    language.use("en")
    yield
    language.use("")


def export(world: Served, line: str) -> int:
    try:
        return world.type("base", f"export {line}")
    except SystemExit as ended:
        return int(ended.code or 0)


def log(world: Served, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    capsys.readouterr()
    assert export(world, "log --json") == ExitCode.OK
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize(
    ("name", "begins"),
    [("csv", b"id,kind"), ("geojson", b'{"type": "FeatureCollection"'), ("gpx", b"<?xml"),
     ("cap", b"PK"), ("cot", b"<event"), ("memo", b"# Daily memo"), ("times", b"# After-action")],
)  # fmt: skip
def test_each_format_is_written_redacted_and_noted(
    world: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, begins: bytes
) -> None:
    out = tmp_path / f"out.{name}"
    before = len(log(world, capsys))
    assert export(world, f"{name} --out {out} --yes --json") == ExitCode.OK
    answer = json.loads(capsys.readouterr().out)
    content = out.read_bytes()
    assert content.startswith(begins)
    assert NOTE.encode() not in content
    assert out.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [out.name]
    rows = log(world, capsys)
    assert len(rows) == before + 1
    noted = {key: rows[0][key] for key in ("format", "rows", "bytes", "sha256", "redacted")}
    assert noted == {key: answer[key] for key in noted}
    assert rows[0]["name"] == "base"
    assert answer["bytes"] == len(content)


def test_a_script_without_yes_writes_and_notes_nothing(
    world: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = log(world, capsys)
    assert export(world, f"csv --out {tmp_path / 'a.csv'}") == ExitCode.USAGE
    assert "--yes" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    assert log(world, capsys) == before


@pytest.mark.parametrize(("typed", "written"), [("yes\n", True), ("no\n", False), ("", False)])
def test_a_person_sees_the_rows_and_is_asked(
    world: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch, typed: str, written: bool,
) -> None:  # fmt: skip
    before = len(log(world, capsys))
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    out = tmp_path / "a.csv"
    assert export(world, f"csv --out {out}") == (ExitCode.OK if written else ExitCode.REFUSED)
    err = capsys.readouterr().err
    assert "What will be written:" in err
    assert "verified" in err
    assert "sha256" in err
    assert "Redacted" in err
    assert out.exists() is written
    assert len(log(world, capsys)) == before + written


def test_a_full_export_says_what_it_gives_away_before_it_asks(
    world: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    out = tmp_path / "full.csv"
    monkeypatch.setattr(sys, "stdin", Terminal("sí\n"))
    assert export(world, f"csv --full --language es --out {out}") == ExitCode.OK
    err = capsys.readouterr().err
    assert err.index("SIN REDUCIR") < err.index("Escriba sí")
    (titles, *rows) = csv.reader(io.StringIO(out.read_text(), newline=""))
    assert "informado por" in titles
    assert any(NOTE in row and "base" in row for row in rows)
    newest = log(world, capsys)[0]
    assert (newest["redacted"], newest["format"]) == (False, "csv")


def test_a_file_that_is_there_stays_unless_it_is_forced(
    world: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "mine"
    out.write_text("mine")
    before = log(world, capsys)
    assert export(world, f"csv --out {out} --yes") == ExitCode.REFUSED
    assert "is there already" in capsys.readouterr().err
    assert out.read_text() == "mine"
    assert log(world, capsys) == before
    assert export(world, f"csv --out {out} --yes --force") == ExitCode.OK
    assert out.read_text().startswith("id,kind")


def test_without_a_name_it_lies_where_a_panic_finds_it(
    world: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(world, "memo --pdf --yes --json") == ExitCode.OK
    file = Path(json.loads(capsys.readouterr().out)["file"])
    assert file.parent == world.data("base") / "exports"
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert file.read_bytes().startswith(b"%PDF")


def test_stdout_holds_the_file_and_nothing_else(
    world: Served, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert export(world, "geojson --kind fire --out - --yes") == ExitCode.OK
    found = capfdbinary.readouterr()
    assert len(json.loads(found.out)["features"]) == 1
    assert b"sha256" in found.err


def test_what_cannot_be_noted_is_not_written(
    world: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def full(batch: object) -> int:
        raise StoreUnavailableError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(world.running["base"].store, "commit", full)
        out = tmp_path / "a.csv"
        assert export(world, f"csv --out {out} --yes") == ExitCode.UNAVAILABLE
    assert "The disk is full" in capsys.readouterr().err
    assert not out.exists()


def test_a_folder_that_takes_no_file_is_said_and_leaves_nothing(
    world: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "no" / "such" / "folder" / "a.csv"
    assert export(world, f"csv --out {out} --yes") == ExitCode.UNAVAILABLE
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        ("memo --full --yes", ExitCode.USAGE, "always redacted"),
        ("csv --kind gossip --yes", ExitCode.USAGE, "did you mean"),
        ("csv --from yesterday --yes", ExitCode.USAGE, "no time"),
        ("csv --from 1h --to 2h --yes", ExitCode.USAGE, "not before"),
        ("cap --alert 9.9.9 --yes", ExitCode.NOT_FOUND, "no alert 9.9.9"),
        ("xlsx --yes", ExitCode.USAGE, "xlsx"),
    ],
)
def test_wrong_words_end_in_a_text_and_a_code(
    world: Served, capsys: pytest.CaptureFixture[str], line: str, code: ExitCode, says: str
) -> None:
    assert export(world, line) == code
    assert says in capsys.readouterr().err


def test_the_memo_has_the_confirmed_fire_and_not_the_drill(
    world: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "memo.md"
    assert export(world, f"memo --out {out} --yes --language es") == ExitCode.OK
    text = out.read_text()
    assert "1 incidente confirmado." in text
    assert "incendio (alta)" in text
    assert "inundación" not in text
    assert "base" not in text
    assert "Queda anotado" in capsys.readouterr().err
