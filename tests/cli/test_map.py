"""`meshdefense map`: in English and Spanish, for people and for programs."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshdefense import language
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.main import main
from support.maps import CREDIT, geojson, small_grid

Said = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with language.speaking("en"):
        yield


@pytest.fixture
def town(tmp_path: Path) -> Path:
    return geojson(tmp_path / "town.v2.geojson", small_grid(), attribution=CREDIT)


def run(*words: object) -> int:
    try:
        return main([*map(str, words)])
    except SystemExit as ended:
        return int(ended.code or 0)


def test_a_map_is_made_listed_shown_searched_and_removed(
    town: Path, tmp_path: Path, capsys: Said
) -> None:
    data = ("--data", tmp_path / "node")
    assert run("map", "import", town, "--title", "Grid", *data) == ExitCode.OK
    said = capsys.readouterr()
    assert "Map town made: 12 segments, 12 names" in said.out
    assert said.err == ""
    pack = tmp_path / "node" / "maps" / "town.streets"
    assert stat.S_IMODE(pack.stat().st_mode) == 0o600
    assert stat.S_IMODE(pack.parent.stat().st_mode) == 0o700
    assert run("map", "list", *data) == ExitCode.OK
    assert capsys.readouterr().out.split() == ["town", "12", "segments", "Grid"]
    for given in ("town", pack):
        assert run("map", "info", given, *data) == ExitCode.OK
        out = capsys.readouterr().out
        assert CREDIT in out
        assert "town.v2.geojson (GeoJSON)" in out
    assert run("map", "search", "3th", "y", "calle", "b", *data) == ExitCode.OK
    assert capsys.readouterr().out.split("  ")[0] == "3th Street / Calle B"
    assert run("map", "remove", "town", *data) == ExitCode.OK
    assert capsys.readouterr().out == "Map town removed.\n"
    assert not pack.exists()


def test_for_programs_everything_is_json(town: Path, tmp_path: Path, capsys: Said) -> None:
    data = ("--data", tmp_path / "node", "--json")
    assert run("map", "import", town, *data) == ExitCode.OK
    made = json.loads(capsys.readouterr().out)
    assert (made["segments"], made["names"]) == (12, 12)
    assert made["bytes"] == Path(made["path"]).stat().st_size
    assert run("map", "list", *data) == ExitCode.OK
    (row,) = json.loads(capsys.readouterr().out)
    assert run("map", "info", "town", *data) == ExitCode.OK
    facts = json.loads(capsys.readouterr().out)
    assert row == {"name": "town", **facts}
    assert facts["attribution"] == CREDIT
    assert run("map", "search", "calle a", *data) == ExitCode.OK
    first = json.loads(capsys.readouterr().out)[0]
    assert (first["name"], first["kind"], first["map"]) == ("Calle A", "street", "town")
    assert run("map", "remove", "town", *data) == ExitCode.OK
    assert json.loads(capsys.readouterr().out) == {"removed": "town"}
    assert run("map", "list", *data) == ExitCode.OK
    assert json.loads(capsys.readouterr().out) == []


def test_spanish_is_spoken_throughout(town: Path, tmp_path: Path, capsys: Said) -> None:
    data = ("--data", tmp_path / "node", "--language", "es")
    assert run("map", "search", "x", *data) == ExitCode.NOT_FOUND
    assert "aquí no hay ningún mapa" in capsys.readouterr().err
    assert run("map", "import", town, *data) == ExitCode.OK
    assert "Mapa town creado: 12 tramos" in capsys.readouterr().out
    assert run("map", "search", "3ta y calle b", *data) == ExitCode.OK
    assert "esquina" in capsys.readouterr().out
    assert run("map", "import", tmp_path / "none", *data) == ExitCode.NOT_FOUND
    assert "No existe el archivo none." in capsys.readouterr().err
    assert run("map", "remove", "other", *data) == ExitCode.NOT_FOUND
    assert "no hay ningún mapa other" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "arguments", "code", "why"),
    [
        (b"", (), ExitCode.DAMAGED, "is no map that can be imported"),
        (b'{"features": []}', (), ExitCode.USAGE, "whom to credit"),
        (b'{"features": []}', ("--attribution", "me"), ExitCode.REFUSED, "has no streets"),
        (b"<osm>", (), ExitCode.DAMAGED, "osmium cat"),
        (b"{}", ("--bounds=1,2,3",), ExitCode.USAGE, "are no bounds"),
        (b"{}", ("--bounds=1,2,0,3",), ExitCode.USAGE, "--bounds=S,W,N,E"),
        (b"{}", ("--bounds", "a,b,c,d"), ExitCode.USAGE, "are no bounds"),
    ],
)
def test_bad_input_is_a_sentence_a_code_and_no_map(
    content: bytes, arguments: tuple[str, ...], code: ExitCode, why: str, tmp_path: Path,
    capsys: Said,
) -> None:  # fmt: skip
    (tmp_path / "bad.file").write_bytes(content)
    data = ("--data", tmp_path / "node")
    assert run("map", "import", tmp_path / "bad.file", *arguments, *data) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert why in said.err
    assert "Traceback" not in said.err
    assert [*(tmp_path / "node").rglob("*.streets")] == []


def test_one_damaged_map_hides_no_other(town: Path, tmp_path: Path, capsys: Said) -> None:
    data = ("--data", tmp_path / "node")
    assert run("map", "import", town, *data) == ExitCode.OK
    bad = tmp_path / "node" / "maps" / "bad.streets"
    bad.write_bytes((tmp_path / "node" / "maps" / "town.streets").read_bytes()[:-1])
    capsys.readouterr()
    assert run("map", "list", *data) == ExitCode.DAMAGED
    said = capsys.readouterr()
    assert "town" in said.out
    assert "bad.streets is damaged" in said.err
    assert run("map", "info", "bad", *data) == ExitCode.DAMAGED
    assert run("map", "remove", "bad", *data) == ExitCode.OK


def test_a_map_can_go_to_any_file_but_not_to_two_places(
    town: Path, tmp_path: Path, capsys: Said
) -> None:
    out = tmp_path / "stick.streets"
    assert run("map", "import", town, "--out", out) == ExitCode.OK
    assert run("map", "info", out) == ExitCode.OK
    assert run("map", "import", town, "--out", out, "--data", tmp_path) == ExitCode.USAGE
    assert run("map", "import", town, "--out", tmp_path / "no" / "x.streets") != ExitCode.OK
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["../town", "/etc/passwd", "", "town.v2", "..", "*"])
def test_only_a_map_of_this_node_can_be_removed(name: str, town: Path, tmp_path: Path) -> None:
    data = ("--data", tmp_path / "node")
    assert run("map", "import", town, *data) == ExitCode.OK
    assert run("map", "remove", name, *data) == ExitCode.NOT_FOUND
    assert [path.stem for path in (tmp_path / "node" / "maps").iterdir()] == ["town"]


def test_what_a_foreign_map_says_cannot_move_the_cursor(tmp_path: Path, capsys: Said) -> None:
    source = geojson(
        tmp_path / "x.geojson", small_grid(2), attribution="a\x1b[2Jb", name="t\x1b]0;x\x07"
    )
    data = ("--data", tmp_path / "node")
    assert run("map", "import", source, *data) == ExitCode.OK
    assert run("map", "list", *data) == ExitCode.OK
    assert run("map", "info", "x", *data) == ExitCode.OK
    assert "\x1b" not in capsys.readouterr().out


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_the_share_is_shown_and_ends_its_line(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    assert run("map", "import", town, "--out", tmp_path / "x.streets") == ExitCode.OK
    shown = terminal.getvalue()
    percents = [int(part.split("%")[0]) for part in shown.split("\r")[1:]]
    assert percents == sorted(percents)
    assert percents[-1] == 100
    assert shown.endswith("12 segments\n")
    (tmp_path / "bad.geojson").write_text('{"features": []}')
    assert run("map", "import", tmp_path / "bad.geojson", "--out", tmp_path / "y.streets") != 0
    assert "\nmeshdefense: bad.geojson" in terminal.getvalue()
