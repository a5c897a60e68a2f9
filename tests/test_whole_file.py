"""Files for people: whole, private, and never over another one by accident."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from meshdefense.whole_file import write_whole


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
