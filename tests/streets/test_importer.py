"""An import leaves a whole map or what was there before: cancelled, killed, or out of room."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from meshdefense.streets.importing.errors import ImportFailedError
from meshdefense.streets.importing.importer import import_file
from meshdefense.streets.pack import PackError, open_pack
from meshdefense.streets.pack_file import remove_leftovers
from support.maps import CHICAGO, CREDIT, HELSINKI, SALT_LAKE, problem_of, small_pack


@pytest.mark.parametrize("source", [HELSINKI, CHICAGO, SALT_LAKE], ids=lambda path: path.stem)
def test_it_can_be_cancelled_whenever_it_says_how_far_it_is(source: Path, folder: Path) -> None:
    said: list[float] = []
    import_file(
        source,
        folder / "x.streets",
        attribution=CREDIT,
        progress=lambda share, n: said.append(share),
    )
    before = (folder / "x.streets").read_bytes()
    assert said == sorted(said)
    assert said[-1] == 1.0
    assert len(said) >= 4
    reasons = (KeyboardInterrupt, RuntimeError, OSError, ValueError)
    for stop, reason in zip((0, 1, len(said) // 2, len(said) - 2), reasons, strict=True):
        calls = 0

        def give_up(
            share: float, segments: int, stop: int = stop, reason: type[BaseException] = reason
        ) -> None:
            nonlocal calls
            calls += 1
            if calls > stop:
                raise reason("enough")

        with pytest.raises(reason, match="enough"):
            import_file(source, folder / "x.streets", attribution=CREDIT, progress=give_up)
        assert [path.name for path in folder.iterdir()] == ["x.streets"]
        assert (folder / "x.streets").read_bytes() == before


KILLED = """
import os, signal, sys
from pathlib import Path
from meshdefense.streets import pack_file
from meshdefense.streets.importing.importer import import_file
source, target, point = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
def progress(share, segments):
    if point == "reading" and share > 0.3 or point == "building" and share > 0.8:
        die()
if point == "writing":
    pack_file.os.fsync = die
if point == "renaming":
    Path.replace = die
import_file(source, target, progress=progress)
"""


@pytest.mark.parametrize(
    ("point", "leaves"), [("reading", 0), ("building", 0), ("writing", 1), ("renaming", 1)]
)
def test_killed_it_leaves_the_old_map_and_the_next_one_cleans_up(
    point: str, leaves: int, folder: Path
) -> None:
    target = folder / "x.streets"
    small_pack(folder)
    (folder / "grid.streets").rename(target)
    (folder / "grid.geojson").unlink()
    before = target.read_bytes()
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(HELSINKI), str(target), point],
        timeout=120, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    left = [path.name for path in folder.iterdir() if path != target]
    assert len(left) == leaves
    assert target.read_bytes() == before
    assert import_file(HELSINKI, target).segments > 8_000
    assert [path.name for path in folder.iterdir()] == ["x.streets"]


def test_a_live_import_is_no_leftover(folder: Path) -> None:
    import fcntl

    alive = folder / ".x.streets.1.importing"
    with alive.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert remove_leftovers(folder) == 0
        assert alive.exists()
    assert remove_leftovers(folder) == 1
    assert not alive.exists()


def test_a_map_is_for_its_owner_alone(folder: Path) -> None:
    old = os.umask(0)
    try:
        made = small_pack(folder)
    finally:
        os.umask(old)
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("x.osm.pbf", HELSINKI.read_bytes()[:80]),
        ("x.pmtiles", CHICAGO.read_bytes()[:600]),
        ("x.geojson", b'{"type": "FeatureCollection", "features": ['),
        ("x.npz", SALT_LAKE.read_bytes()[:600]),
        ("x.mbtiles", b"SQLite format 3\0"),
        ("x.bin", b""),
    ],
)
def test_a_file_of_2_gb_without_content_is_refused_at_once(
    name: str, head: bytes, tmp_path: Path, folder: Path
) -> None:
    source = tmp_path / name
    with source.open("wb") as file:
        file.write(head)
        file.truncate(2 << 30)  # sparse: it takes no room
    assert problem_of(source, folder, attribution=CREDIT) in {"large", "damaged", "foreign"}


def test_what_is_no_file_is_told(tmp_path: Path, folder: Path) -> None:
    for source, problem in ((tmp_path, "foreign"), (tmp_path / "none", "missing")):
        assert problem_of(source, folder) == problem
    # a pack is no source either: its names came from one
    made = small_pack(tmp_path)
    assert problem_of(made.path, folder) == "foreign"


def test_a_disk_that_takes_no_more_is_a_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("meshdefense.streets.pack_file.os.fsync", full)
    with pytest.raises(PackError, match=r"cannot be written: no space left on device") as failed:
        import_file(HELSINKI, folder / "x.streets")
    assert "no se puede escribir" in failed.value.spanish.lower()
    assert [*folder.iterdir()] == []


def test_every_error_has_its_sentence_in_both_languages() -> None:
    from meshdefense.streets.importing.errors import _TEXTS

    for problem in _TEXTS:
        error = ImportFailedError(problem, "town.osm.pbf", "WHY")
        assert "town.osm.pbf" in str(error)
        assert "town.osm.pbf" in error.spanish
        assert str(error) != error.spanish
        assert ("WHY" in str(error)) == ("WHY" in error.spanish)


def test_importing_twice_makes_the_same_map(folder: Path) -> None:
    first = import_file(HELSINKI, folder / "a.streets")
    second = import_file(HELSINKI, folder / "b.streets")
    with open_pack(first.path) as one, open_pack(second.path) as other:
        assert one.meta.sha256 == other.meta.sha256
