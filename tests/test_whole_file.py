"""Files for people: whole, private, and never over another one by accident."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from meshdefense.whole_file import sync_folder, write_whole

NEW = b"new" * 100_000
CHILD = """
import os, resource, signal, sys
from pathlib import Path
from meshdefense.whole_file import write_whole

path, replace, left = Path(sys.argv[1]), sys.argv[2] == "True", int(sys.argv[3])
new = b"new" * 100_000

def dying(call):
    def wrapped(*args, **more):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*args, **more)
    return wrapped

for name in ("open", "unlink", "fsync", "link", "replace", "close"):
    setattr(os, name, dying(getattr(os, name)))
if left == 0:  # the kernel ends it when half is written
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(new) // 2,) * 2)
write_whole(path, new, replace=replace)
"""
"""Writes a file and is killed before one of its calls of the system, or in the middle of one."""


def test_a_new_file_is_whole_and_private(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", b"all of it")
    assert (tmp_path / "a").read_bytes() == b"all of it"
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("kind", ["file", "link", "dangling link"])
def test_what_is_there_stays_unless_it_is_to_be_replaced(tmp_path: Path, kind: str) -> None:
    path, other = tmp_path / "a", tmp_path / "other"
    if kind != "dangling link":
        other.write_bytes(b"theirs")
    if kind == "file":
        path.write_bytes(b"theirs")
    else:
        path.symlink_to(other)
    with pytest.raises(FileExistsError):
        write_whole(path, b"ours")
    assert not other.exists() or other.read_bytes() == b"theirs"
    write_whole(path, b"ours", replace=True)
    assert path.read_bytes() == b"ours"
    assert not path.is_symlink()
    assert not other.exists() or other.read_bytes() == b"theirs"


@pytest.mark.parametrize("replace", [False, True])
def test_a_full_disk_leaves_what_was_there_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replace: bool
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "a"
    if replace:
        path.write_bytes(b"before")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"ours", replace=replace)
    names = [found.name for found in tmp_path.iterdir()]
    assert names == (["a"] if replace else [])
    assert not replace or path.read_bytes() == b"before"


def test_what_a_crash_left_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / ".a.new").write_bytes(b"half")
    write_whole(tmp_path / "a", b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("replace", [False, True])
def test_who_is_killed_at_any_moment_leaves_the_old_file_or_the_new_one(
    tmp_path: Path, replace: bool
) -> None:
    before = b"before" if replace else None
    ends, found = [], []
    for left in range(100):
        path = tmp_path / f"{left}" / "a"
        path.parent.mkdir()
        if before is not None:
            path.write_bytes(before)
        command = [sys.executable, "-c", CHILD, str(path), str(replace), str(left)]
        ends.append(subprocess.run(command, capture_output=True).returncode)
        found.append(path.read_bytes() if path.exists() else None)
        assert found[-1] in (before, NEW), f"killed at call {left}"
        write_whole(path, NEW, replace=path.exists())
        assert path.read_bytes() == NEW
        assert [one.name for one in path.parent.iterdir()] == ["a"]
        if ends[-1] == 0:
            break
    assert ends[0] == -signal.SIGXFSZ
    assert set(ends[1:-1]) == {-signal.SIGKILL}
    assert ends[-1] == 0, "it never came to its end"
    assert found[0] == before
    assert found[-1] == NEW
    assert found.count(before) > 2


@pytest.mark.parametrize("replace", [False, True])
def test_file_and_folder_are_synced_in_the_order_that_survives_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replace: bool
) -> None:
    done: list[str] = []
    sync, name, take = os.fsync, os.replace, os.link

    def synced(descriptor: int) -> None:
        done.append("folder" if os.path.isdir(f"/dev/fd/{descriptor}") else "file")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", synced)

    def named(call: Callable[[Path, Path], None]) -> Callable[[Path, Path], None]:
        def wrapped(fresh: Path, path: Path) -> None:
            done.append("name")
            call(fresh, path)

        return wrapped

    monkeypatch.setattr(os, "replace", named(name))
    monkeypatch.setattr(os, "link", named(take))
    write_whole(tmp_path / "a", b"whole", replace=replace)
    assert done == ["file", "name", "folder"]


def test_a_stick_without_second_names_takes_a_new_file_and_keeps_an_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*ways: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    write_whole(tmp_path / "a", b"first")
    with pytest.raises(FileExistsError):
        write_whole(tmp_path / "a", b"second")
    monkeypatch.setattr(os, "replace", refused)
    with pytest.raises(PermissionError):
        write_whole(tmp_path / "b", b"third")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"first"}


@pytest.mark.parametrize(("number", "told"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_a_folder_that_cannot_be_synced_is_no_error_but_a_failing_disk_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, told: bool
) -> None:
    def failing(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", failing)
    if told:
        with pytest.raises(OSError, match="Input/output"):
            sync_folder(tmp_path)
    else:
        sync_folder(tmp_path)


def test_a_file_that_others_may_read_is_made_so_and_the_first_place_can_be_named(
    tmp_path: Path,
) -> None:
    (tmp_path / "elsewhere").write_bytes(b"half")
    old = os.umask(0o022)
    try:
        write_whole(tmp_path / "a", b"whole", mode=0o644, fresh=tmp_path / "elsewhere")
    finally:
        os.umask(old)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
