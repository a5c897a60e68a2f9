"""`meshdefense stop` returns when the data folder is free, so that it can be copied."""

from __future__ import annotations

import argparse
import threading
from pathlib import Path
from typing import Any

import pytest

from meshdefense.cli import stop
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.paths import DataFolder, FolderLock


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FolderLock:
    """The lock of a daemon that has answered and still closes its store."""

    def answered(args: argparse.Namespace, method: str) -> tuple[int, Any]:
        assert method == "stop"
        return ExitCode.OK, {}

    monkeypatch.setattr(stop, "request", answered)
    lock = FolderLock(DataFolder(tmp_path))
    lock.acquire()
    return lock


def test_stop_waits_until_the_daemon_has_let_go_of_the_folder(
    held: FolderLock, tmp_path: Path
) -> None:
    timer = threading.Timer(0.3, held.release)
    timer.start()
    assert stop.run(argparse.Namespace(data=tmp_path)) == ExitCode.OK
    assert not held.held
    timer.join()


def test_stop_says_so_when_the_daemon_does_not_end(
    held: FolderLock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(stop, "END_S", 0.1)
    assert stop.run(argparse.Namespace(data=tmp_path)) == ExitCode.FAILED
    assert "has not yet" in capsys.readouterr().err
    held.release()


def test_the_folder_is_free_after_a_stop(held: FolderLock, tmp_path: Path) -> None:
    held.release()
    assert stop.run(argparse.Namespace(data=tmp_path)) == ExitCode.OK
    with FolderLock(DataFolder(tmp_path)) as again:
        assert again.held
