"""A panic destroys the fleet in the data folder too: its keys first, and older ones kept aside."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from meshdefense import panic
from meshdefense.paths import DataFolder
from meshdefense.provisioning.backup import backup_of
from meshdefense.provisioning.fleet_errors import FleetError
from meshdefense.provisioning.restoring import restore
from meshdefense.storage.keyslots import INTERACTIVE
from support.commands import PATIENCE_S, environment, meshdefense
from support.fleets import PASSPHRASE, START, made_fleet, opened, prove


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a fleet, one kept aside, and what a crash left of a third."""
    root = tmp_path_factory.mktemp("original") / "node"
    DataFolder(root).make()
    with made_fleet(root / "fleet") as fleet:
        prove(fleet, "Patrol 1")
        fleet.journal("Patrol 1").begin("digest", 5)
        backup = backup_of(fleet)
    restore(backup, root / "fleet", PASSPHRASE, over=True, now=START, kdf=INTERACTIVE)
    shutil.copytree(root / "fleet", root / "fleet.new")
    (root / "fleet" / "network.yaml~").write_text("an editor's backup, with a key")
    return root


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> DataFolder:
    shutil.copytree(original, tmp_path / "node")
    return DataFolder(tmp_path / "node")


def opens(folder: Path) -> bool:
    try:
        opened(folder, changing=False).close()
    except (FleetError, OSError):
        return False
    return True


def test_nothing_is_left_of_any_fleet_and_every_file_was_overwritten(
    folder: DataFolder, tmp_path: Path
) -> None:
    links = {}
    for number, path in enumerate(sorted(folder.root.rglob("*"))):
        if path.is_file() and path.stat().st_size:
            links[tmp_path / str(number)] = path.read_bytes()
            os.link(path, tmp_path / str(number))
    assert len(links) > 12
    assert panic.destroy(folder) == []
    assert not folder.root.exists()
    for path, before in links.items():
        assert before[:64] not in path.read_bytes()


def test_maps_beyond_what_is_overwritten_take_nothing_from_a_fleet(folder: DataFolder) -> None:
    maps = folder.root / "maps"
    maps.mkdir()
    with (maps / "city.map").open("wb") as file:
        file.truncate(64 << 20)
    steps = panic.plan(folder)
    assert {step.path.name for step in steps if not step.overwrite} == {"city.map"}


def test_a_rehearsal_names_every_file_of_a_fleet_keys_first_and_changes_nothing(
    folder: DataFolder,
) -> None:
    def seen() -> dict[Path, tuple[int, int, int]]:
        found = {path: path.stat() for path in folder.root.rglob("*")}
        return {path: (one.st_mtime_ns, one.st_ctime_ns, one.st_size)
                for path, one in found.items()}  # fmt: skip

    before = seen()
    told = panic.rehearse(folder)
    assert seen() == before
    names = [file["name"] for file in told["files"]]
    files = [path for path in folder.root.rglob("*") if path.is_file()]
    assert sorted(names) == sorted(str(path.relative_to(folder.root)) for path in files)
    assert [name.split("/")[-1] for name in names[:3]] == ["keyslot.bin"] * 3
    assert names[0] == "fleet/keyslot.bin"
    assert told["stays"] == []
    assert all(file["overwritten"] for file in told["files"])


def test_a_panic_cut_short_anywhere_leaves_no_fleet_that_opens_and_ends_when_said_again(
    folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class CutError(BaseException):
        pass

    real = Path.unlink
    for number in range(1, 60):
        root, seen = tmp_path / "cut", 0
        shutil.copytree(folder.root, root)

        def unlink(path: Path, missing_ok: bool = False, number: int = number) -> None:
            nonlocal seen
            seen += 1
            if seen == number:
                raise CutError
            real(path, missing_ok=missing_ok)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "unlink", unlink)
            try:
                panic.destroy(DataFolder(root))
            except CutError:
                pass
            else:
                assert not root.exists()
                return
        if number > 2 * 3:  # overwriting removes as well: two for each of three keyslots
            assert not any(opens(path) for path in root.iterdir() if path.is_dir())
        assert panic.destroy(DataFolder(root)) == []
        assert not root.exists()
    pytest.fail("it never came to an end")


HOLDER = """
import sys, time
from pathlib import Path
from support.fleets import opened
with opened(Path(sys.argv[1])) as fleet:
    print("open", flush=True)
    while True:
        fleet.journal("Patrol 1").begin("digest", 5)
        time.sleep(0.01)
"""


def test_who_writes_radios_meanwhile_is_ended_and_brings_nothing_back(folder: DataFolder) -> None:
    path = os.pathsep.join(filter(None, sys.path))
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, folder.root / "fleet"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(PYTHONPATH=path),
    ) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "open\n"
            done = meshdefense("panic", "--yes", data=folder.root)
            assert (done.code, done.out, done.err) == (0, "Done.\n", "")
            assert holder.wait(PATIENCE_S) == -signal.SIGKILL
        finally:
            holder.kill()
    assert not folder.root.exists()
