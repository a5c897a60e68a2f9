"""The data folder: private, one daemon, and a socket that others cannot prepare."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshdefense.paths import MAX_SOCKET_PATH, DataFolder, FolderBusyError, FolderLock, PathError

ROOT = Path(__file__).parents[1]


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_the_layout_is_below_the_folder(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    assert folder.keyslot == tmp_path / "keyslot.bin"
    assert folder.store == tmp_path / "store.db"
    assert folder.lock == tmp_path / ".lock"
    assert repr(folder) == f"DataFolder({str(tmp_path)!r})"
    assert list(tmp_path.iterdir()) == []


def test_two_spellings_of_a_folder_are_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    spellings = {
        DataFolder(tmp_path), DataFolder("."), DataFolder(tmp_path / "link"), DataFolder("~"),
    }  # fmt: skip
    assert len(spellings) == 1


def test_the_default_folder_is_absolute_and_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    assert DataFolder.default().root.is_absolute()
    assert DataFolder.default().root.name == "meshdefense"


@pytest.mark.parametrize("path", ["~nobody-of-this-name/x", "a\0b"])
def test_a_path_that_cannot_be_is_refused(path: str) -> None:
    with pytest.raises(PathError, match="not a usable path"):
        DataFolder(path)


def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(PathError):
        DataFolder(tmp_path / "a").make()


def test_paths_need_neither_store_nor_libsodium() -> None:
    program = (
        "import sys, meshdefense.paths\n"
        "heavy = {'nacl', 'sqlalchemy', 'sqlcipher3', 'platformdirs'} & set(sys.modules)\n"
        "print(heavy or 'none')"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    assert done.stdout == b"none\n"


# -- making the folder --------------------------------------------------------------------------


def test_a_new_folder_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        DataFolder(tmp_path / "a" / "b").make()
    finally:
        os.umask(before)
    assert mode(tmp_path / "a" / "b") == 0o700
    DataFolder(tmp_path / "a" / "b").make()


@pytest.mark.parametrize("content", [None, "keyslot.bin"])
def test_an_empty_folder_or_our_own_is_closed_to_others(
    tmp_path: Path, content: str | None
) -> None:
    if content:
        (tmp_path / content).touch()
    tmp_path.chmod(0o755)
    DataFolder(tmp_path).make()
    assert mode(tmp_path) == 0o700


def test_a_folder_with_other_files_is_refused_and_not_changed(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    tmp_path.chmod(0o755)
    with pytest.raises(PathError, match=f"chmod 700 {tmp_path}"):
        DataFolder(tmp_path).make()
    assert mode(tmp_path) == 0o755
    tmp_path.chmod(0o700)
    DataFolder(tmp_path).make()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PathError, match="cannot be used: Not a directory"):
        DataFolder(tmp_path / "file" / "below").make()
    with pytest.raises(PathError, match="cannot be used: File exists"):
        DataFolder(tmp_path / "file").make()


# -- the lock -----------------------------------------------------------------------------------


def test_a_second_lock_is_refused_with_the_holders_process(tmp_path: Path) -> None:
    first, second = FolderLock(DataFolder(tmp_path)), FolderLock(DataFolder(tmp_path))
    with first:
        assert first.held
        first.acquire()
        with pytest.raises(FolderBusyError, match=f"in use by process {os.getpid()}") as caught:
            second.acquire()
        assert (caught.value.pid, caught.value.root) == (os.getpid(), tmp_path)
        assert not second.held
    assert not first.held
    first.release()
    with second:
        assert mode(tmp_path / ".lock") == 0o600


def test_two_folders_have_two_locks(tmp_path: Path) -> None:
    folders = [DataFolder(tmp_path / name) for name in "ab"]
    for folder in folders:
        folder.make()
    with FolderLock(folders[0]), FolderLock(folders[1]):
        pass


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    program = (
        "import sys, time\n"
        "from meshdefense.paths import DataFolder, FolderLock\n"
        "FolderLock(DataFolder(sys.argv[1])).acquire()\n"
        "print('held', flush=True)\n"
        "time.sleep(60)\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", program, tmp_path], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    with holder.stdout as output:
        assert output.readline() == b"held\n"
        lock = FolderLock(DataFolder(tmp_path))
        with pytest.raises(FolderBusyError) as caught:
            lock.acquire()
        assert caught.value.pid == holder.pid
        holder.kill()
        assert holder.wait() == -signal.SIGKILL
    with lock:
        assert (tmp_path / ".lock").read_text() == f"{os.getpid()}\n"


def test_a_lock_file_without_a_number_still_keeps_others_out(tmp_path: Path) -> None:
    with FolderLock(DataFolder(tmp_path)):
        (tmp_path / ".lock").write_text("no number")
        with pytest.raises(FolderBusyError, match="another process") as caught:
            FolderLock(DataFolder(tmp_path)).acquire()
        assert caught.value.pid is None


def test_a_lock_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / ".lock").mkdir()
    with pytest.raises(PathError, match="Is a directory"):
        FolderLock(DataFolder(tmp_path)).acquire()
    with pytest.raises(PathError, match="No such file"):
        FolderLock(DataFolder(tmp_path / "none")).acquire()


# -- the socket ---------------------------------------------------------------------------------


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary folder of the test's own; in /tmp, since pytest's have long paths."""
    with tempfile.TemporaryDirectory(prefix="md-", dir="/tmp") as name:
        monkeypatch.setattr("tempfile.tempdir", name)
        yield Path(name)


@pytest.fixture
def deep(temporary: Path) -> DataFolder:
    """A folder whose path is too long for a socket."""
    return DataFolder(temporary / ("x" * MAX_SOCKET_PATH))


def test_a_path_up_to_the_limit_has_its_socket_in_the_folder(temporary: Path) -> None:
    room = MAX_SOCKET_PATH - len(os.fsencode(temporary.resolve() / "daemon.sock")) - 1
    fits, longer = (DataFolder(temporary / ("y" * length)) for length in (room, room + 1))
    assert fits.socket == fits.root / "daemon.sock"
    assert len(os.fsencode(fits.socket)) == MAX_SOCKET_PATH
    assert longer.socket.parent != longer.root


def test_a_long_path_has_its_socket_in_a_private_folder_always_the_same(
    deep: DataFolder, temporary: Path
) -> None:
    path = deep.socket
    assert len(os.fsencode(path)) <= MAX_SOCKET_PATH
    assert path.parent.parent == temporary
    assert mode(path.parent) == 0o700
    assert deep.socket == path
    assert DataFolder(deep.root / "other").socket != path


def test_a_socket_folder_that_others_may_enter_is_refused(deep: DataFolder) -> None:
    path = deep.socket
    path.parent.chmod(0o755)
    with pytest.raises(PathError, match="not ours alone"):
        _ = deep.socket


def test_a_link_in_place_of_the_socket_folder_is_refused(deep: DataFolder, tmp_path: Path) -> None:
    path = deep.socket
    path.parent.rmdir()
    (tmp_path / "ours").mkdir(mode=0o700)
    path.parent.symlink_to(tmp_path / "ours")
    with pytest.raises(PathError, match="not ours alone"):
        _ = deep.socket


def test_a_socket_folder_of_somebody_else_is_refused(
    deep: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ = deep.socket
    real = Path.lstat

    class Foreign:
        def __init__(self, found: os.stat_result) -> None:
            self.st_mode, self.st_uid = found.st_mode, found.st_uid + 1

    monkeypatch.setattr(Path, "lstat", lambda path: Foreign(real(path)))
    with pytest.raises(PathError, match="not ours alone"):
        _ = deep.socket


def test_too_long_a_temporary_folder_is_said(
    deep: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / ("t" * 90)))
    with pytest.raises(PathError, match="set TMPDIR"):
        _ = deep.socket
