"""A pack opens whole or says why not, and hands out what was asked for."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from meshdefense.streets.importing.importer import Imported, import_file
from meshdefense.streets.pack import Pack, PackError, open_pack
from meshdefense.streets.pack_file import FORMAT, MAGIC, PackProblem
from meshdefense.streets.streets import Bounds, Plane
from support.maps import CREDIT, geojson, way

REGIONS = 96


def test_a_damaged_byte_anywhere_is_noticed_when_it_is_opened(
    helsinki_made: Imported, tmp_path: Path
) -> None:
    whole = helsinki_made.path.read_bytes()
    bad = tmp_path / "bad.streets"
    places = [0, 16, 18, 24, 60, 68, 99, len(whole) - 1, len(whole) - 33, len(whole) - 48]
    places += [(len(whole) - 50) * at // REGIONS for at in range(REGIONS)]
    for at in places:
        bad.write_bytes(whole[:at] + bytes([whole[at] ^ 0x40]) + whole[at + 1 :])
        with pytest.raises(PackError) as failed:
            open_pack(bad)
        assert failed.value.problem in {PackProblem.DAMAGED, PackProblem.FOREIGN}, f"byte {at}"


def test_a_pack_that_was_cut_short_or_grew_is_damaged(
    helsinki_made: Imported, tmp_path: Path
) -> None:
    whole = helsinki_made.path.read_bytes()
    bad = tmp_path / "bad.streets"
    for content in (whole[:-1], whole[:-48], whole[: len(whole) // 2], whole[:200], whole + b"x"):
        bad.write_bytes(content)
        with pytest.raises(PackError, match=r"bad\.streets is damaged") as failed:
            open_pack(bad)
        assert "dañado" in failed.value.spanish


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"SQLite format 3\0" + bytes(4080)])
def test_another_file_is_foreign(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.streets").write_bytes(content)
    with pytest.raises(PackError, match="not a street map of this program") as failed:
        open_pack(tmp_path / "x.streets")
    assert failed.value.problem is PackProblem.FOREIGN


def test_no_file_and_no_right_to_read_it_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"There is no map x\.streets") as failed:
        open_pack(tmp_path / "x.streets")
    assert failed.value.problem is PackProblem.MISSING
    with pytest.raises(PackError, match="cannot be read") as failed:
        open_pack(tmp_path)
    assert failed.value.problem is PackProblem.UNREADABLE


def changed(source: Path, target: Path, change: Callable[[sqlite3.Connection], object]) -> Path:
    """A pack with another content whose check is right: somebody wrote it on purpose."""
    shutil.copyfile(source, target)
    with target.open("r+b") as file:
        file.truncate(target.stat().st_size - 48)
    database = sqlite3.connect(target)
    change(database)
    database.commit()
    database.close()
    content = target.read_bytes() + MAGIC
    target.write_bytes(content + hashlib.sha256(content).digest())
    return target


def test_a_pack_of_a_newer_version_says_so(helsinki_made: Imported, tmp_path: Path) -> None:
    newer = changed(
        helsinki_made.path,
        tmp_path / "new.streets",
        lambda database: database.execute(f"PRAGMA user_version = {FORMAT + 1}"),
    )
    with pytest.raises(PackError, match="newer version") as failed:
        open_pack(newer)
    assert failed.value.problem is PackProblem.NEWER


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE meta",
        "DELETE FROM meta WHERE key = 'attribution'",
        "UPDATE meta SET value = '' WHERE key = 'attribution'",
        "UPDATE meta SET value = 'nan,0,1,1' WHERE key = 'bounds'",
        "UPDATE meta SET value = '0' WHERE key = 'chunk_lon'",
        "UPDATE chunk SET n = n + 1",
        "UPDATE chunk SET n = 1 << 40",
        "UPDATE chunk SET data = x'00'",
        "UPDATE chunk SET data = 'text'",
        "UPDATE area SET n = n + 1",
        "UPDATE area SET data = NULL WHERE 0; DROP TABLE area",
        "UPDATE crossing SET n = n - 1",
        "UPDATE point SET kind = 99",
        "UPDATE point SET name = 100000",
        "UPDATE point SET lat = 'north'",
        "DELETE FROM name WHERE id > 3",
        "UPDATE name SET id = -id - 1",
        "DROP TABLE words",
        "DROP TABLE numbers",
    ],
)
def test_a_pack_that_was_made_to_harm_raises_nothing_but_its_own_error(
    statement: str, helsinki_made: Imported, tmp_path: Path
) -> None:
    bad = changed(
        helsinki_made.path, tmp_path / "bad.streets", lambda found: found.executescript(statement)
    )
    with pytest.raises(PackError), open_pack(bad) as pack:  # noqa: PT012  # whichever notices it
        pack.streets(60.17, 24.94)
        pack.search("Kaivokatu / Mikonkatu")
        pack.search("Kaivokatu 8")
        pack.corner(60.17, 24.94)


def test_everything_is_in_metres_around_the_origin(helsinki: Pack) -> None:
    lat, lon = helsinki.meta.bounds.middle
    streets = helsinki.streets(lat, lon)
    assert streets.lines.dtype == np.float32
    assert streets.classes.dtype == np.uint8
    assert streets.names.dtype == np.int32
    assert (np.diff(streets.classes.astype(int)) >= 0).all()
    assert streets.names.max() < len(streets.texts)
    assert streets.attribution == CREDIT
    half = (helsinki.meta.bounds.north - lat) * 111_319.490793
    assert float(np.abs(streets.lines[:, 1::2]).max()) == pytest.approx(half, abs=1)
    moved = helsinki.streets(lat + 0.001, lon)
    assert (streets.lines[:, 1] - moved.lines[:, 1]).mean() == pytest.approx(111.3, abs=0.1)


def test_bounds_give_the_chunks_that_meet_them_and_nothing_that_is_missing(chicago: Pack) -> None:
    lat, lon = 41.89, -87.67
    plane = Plane(lat, lon)
    view = plane.around(800)
    part, whole = chicago.streets(lat, lon, view), chicago.streets(lat, lon)

    def inside(lines: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> set[tuple[float, ...]]:
        seen = (np.abs(lines[:, :2]) <= 790).all(axis=1) | (np.abs(lines[:, 2:]) <= 790).all(axis=1)
        return {tuple(row) for row in lines[seen].tolist()}

    assert inside(part.lines) == inside(whole.lines)
    assert len(inside(part.lines)) > 100
    assert len(part.lines) < len(whole.lines) / 4
    assert {a.name for a in part.areas} <= {a.name for a in whole.areas}
    assert 0 < len(part.points) < len(whole.points)
    assert len(chicago.streets(0, 0, Bounds(-1, -1, 1, 1)).lines) == 0


def test_streets_on_both_sides_of_the_date_line_are_one_town(tmp_path: Path) -> None:
    features = [
        way("West", (179.990, -17.0), (179.999, -17.0)),
        way("East", (-179.999, -17.0), (-179.990, -17.0)),
    ]
    source = geojson(tmp_path / "x.geojson", features)
    made = import_file(source, tmp_path / "x.streets", attribution=CREDIT)
    with open_pack(made.path) as pack:
        assert pack.meta.bounds.west == pytest.approx(179.99, abs=1e-4)
        assert pack.meta.bounds.east == pytest.approx(-179.99, abs=1e-4)
        streets = pack.streets(-17.0, 180.0, Plane(-17.0, 180.0).around(5_000))
        east = streets.lines[:, ::2]
        assert len(streets.lines) == 2
        assert float(np.abs(east).max()) == pytest.approx(1064.5, abs=2)
        corner = pack.corner(-17.0, -179.9995)
        assert corner is not None
        assert corner.street == "East"


def test_closing_twice_is_safe_and_reading_after_it_is_an_error(helsinki_made: Imported) -> None:
    pack = open_pack(helsinki_made.path)
    pack.close()
    pack.close()
    with pytest.raises(PackError):
        pack.streets(60.17, 24.94)


def test_opening_leaves_nothing_beside_the_file(helsinki_made: Imported) -> None:
    with open_pack(helsinki_made.path) as pack:
        pack.search("kaivo")
    assert [path.name for path in helsinki_made.path.parent.iterdir()] == ["helsinki.streets"]
