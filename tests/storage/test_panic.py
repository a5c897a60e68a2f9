"""A panic cut short anywhere: once the keyslots are gone nothing opens; in the end nothing is."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from meshdefense import panic
from meshdefense.paths import DataFolder, FolderLock
from meshdefense.storage.attempts import Attempts, attempts_path
from meshdefense.storage.errors import StorageError
from meshdefense.storage.keyslots import INTERACTIVE, SlotKind, open_slot, write_slot
from meshdefense.storage.records import Batch
from meshdefense.storage.repository import Store
from meshdefense.storage.secret_files import make_share
from support.storage_records import item

PASSPHRASE, CANARY = b"correct horse battery", b"canary-Jw5-in-an-export"


class CutError(BaseException):
    """The power went."""


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything that can be in one."""
    root = tmp_path_factory.mktemp("original") / "node"
    folder = DataFolder(root)
    with Store.create(folder, PASSPHRASE, profile=INTERACTIVE) as store:
        store.commit(Batch(items=[item(n) for n in range(20)], secrets={"identity": CANARY}))
        write_slot(
            folder.keyslot, open_slot(folder.keyslot, PASSPHRASE), SlotKind.RECOVERY, b"code"
        )
        for end in ("-wal", "-shm"):  # as they are while it is open
            path = folder.store.with_name(folder.store.name + end)
            shutil.copy(path, root / f"kept{end}")
    for end in ("-wal", "-shm"):
        (root / f"kept{end}").rename(folder.store.with_name(folder.store.name + end))
    shutil.copy(folder.keyslot, root / "keyslot.bin.new")  # a crash left it
    Attempts(attempts_path(root)).begin(0.0)
    (root / "exports" / "june").mkdir(parents=True)
    (root / "exports" / "june" / "alerts.csv").write_bytes(CANARY)
    (root / "logs").mkdir()
    (root / "logs" / "daemon.log").write_bytes(CANARY)
    (root / "daemon.sock").touch()
    with FolderLock(folder):
        pass
    return root


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> DataFolder:
    shutil.copytree(original, tmp_path / "node")
    return DataFolder(tmp_path / "node")


def opens(folder: DataFolder) -> bool:
    """Whether any copy of a keyslot file there still opens, by either secret."""
    for path in sorted(folder.root.glob("keyslot*")) if folder.root.exists() else []:
        for secret in (PASSPHRASE, b"code"):
            try:
                open_slot(path, secret)
            except StorageError:
                continue
            return True
    return False


def cut_at(monkeypatch: pytest.MonkeyPatch, number: int) -> Callable[[], int]:
    """Let the power go before the N-th change of the disk; returns how many there were."""
    seen = 0

    def watched(module: Any, name: str) -> None:
        real = getattr(module, name)

        def call(*args: Any, **options: Any) -> Any:
            nonlocal seen
            seen += 1
            if seen == number:
                raise CutError
            return real(*args, **options)

        monkeypatch.setattr(module, name, call)

    for module, name in (
        (os, "fsync"), (secrets, "token_bytes"), (Path, "unlink"), (Path, "rmdir"),
    ):  # fmt: skip
        watched(module, name)
    return lambda: seen


def changes(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    shutil.copytree(original, tmp_path / "counted")
    with monkeypatch.context() as patch:
        seen = cut_at(patch, 0)
        assert panic.destroy(DataFolder(tmp_path / "counted")) == []
        return seen()


def test_a_power_cut_at_any_step_leaves_nothing_that_opens_once_the_keys_are_gone(
    original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    total, opened_until = changes(original, tmp_path, monkeypatch), 0
    assert total > 25
    for number in range(1, total + 1):
        root = tmp_path / str(number)
        shutil.copytree(original, root)
        with monkeypatch.context() as patch:
            cut_at(patch, number)
            with pytest.raises(CutError):
                panic.destroy(DataFolder(root))
        others = {p.name for p in original.iterdir()} - {"keyslot.bin", "keyslot.bin.new"}
        if {p.name for p in root.iterdir()} != {p.name for p in original.iterdir()} and not (
            others <= {p.name for p in root.iterdir()}
        ):
            assert not opens(DataFolder(root)), f"cut {number}: data went before the keys"
        if opens(DataFolder(root)):
            opened_until = number
        assert panic.destroy(DataFolder(root)) == []  # and again, to the end
        assert not root.exists()
    assert 2 <= opened_until < 10, "the keys have to go first"


def test_in_the_end_nothing_is_left_and_the_plain_files_were_overwritten(
    folder: DataFolder, tmp_path: Path
) -> None:
    share = tmp_path / "stick" / "share"
    share.parent.mkdir()
    secret = make_share(share)
    links = {}
    for name in ("keyslot.bin", "exports/june/alerts.csv", "logs/daemon.log"):
        links[name] = tmp_path / name.replace("/", "_")
        os.link(folder.root / name, links[name])
    os.link(share, tmp_path / "same share")
    before = links["keyslot.bin"].read_bytes()
    assert panic.destroy(folder, share=share) == []
    assert not folder.root.exists()
    assert not share.exists()
    assert secret not in (tmp_path / "same share").read_bytes()
    assert before[17:513] not in links["keyslot.bin"].read_bytes()
    assert before[4096 + 17 :] not in links["keyslot.bin"].read_bytes()
    for name in ("exports/june/alerts.csv", "logs/daemon.log"):
        assert CANARY not in links[name].read_bytes()
    assert panic.destroy(folder, share=share) == []  # nothing there is no fault


def test_files_that_are_not_ours_stay_and_are_named(folder: DataFolder) -> None:
    letter = folder.root / "letter.txt"
    letter.write_text("somebody's")
    (folder.root / "pictures").mkdir()
    assert panic.rehearse(folder)["stays"] == ["letter.txt", "pictures"]
    assert panic.destroy(folder) == []
    assert sorted(path.name for path in folder.root.iterdir()) == ["letter.txt", "pictures"]
    assert letter.read_text() == "somebody's"


def test_a_rehearsal_writes_nothing_and_names_all_that_a_panic_removes(
    folder: DataFolder,
) -> None:
    def seen() -> dict[str, tuple[bytes, int, int]]:
        return {
            str(path.relative_to(folder.root)): (
                path.read_bytes() if path.is_file() else b"",
                path.stat().st_mtime_ns,
                path.stat().st_ctime_ns,
            )
            for path in [folder.root, *sorted(folder.root.rglob("*"))]
        }

    before = seen()
    told = panic.rehearse(folder)
    assert seen() == before
    files = {path.name: path.stat().st_size for path in folder.root.rglob("*") if path.is_file()}
    assert {file["name"]: file["bytes"] for file in told["files"]} == files
    assert told["stays"] == []
    assert told["bytes"] == sum(files.values())
    overwritten = [file["name"] for file in told["files"] if file["overwritten"]]
    assert overwritten[:2] == ["keyslot.bin.new", "keyslot.bin"]
    assert {"alerts.csv", "daemon.log"} <= set(overwritten)
    assert told["files"][-1]["name"] == ".lock"
    assert told["seconds"] > 0


def test_what_cannot_be_removed_is_said_and_the_rest_goes_all_the_same(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.unlink

    def unlink(path: Path, missing_ok: bool = False) -> None:
        if path.name == "store.db-wal":
            raise PermissionError(1, "Operation not permitted")
        real(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    assert panic.destroy(folder) == ["store.db-wal could not be removed: Operation not permitted"]
    assert [path.name for path in folder.root.iterdir()] == ["store.db-wal"]


def test_a_keyslot_that_cannot_be_overwritten_is_removed_all_the_same(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", broken)
        failed = panic.destroy(folder)
    assert failed[:2] == [
        f"{name} could not be overwritten: Input/output error"
        for name in ("keyslot.bin.new", "keyslot.bin")
    ]
    assert not opens(folder)


def test_a_store_that_is_open_cannot_bring_its_files_back(folder: DataFolder) -> None:
    for end in ("-wal", "-shm"):
        folder.store.with_name(folder.store.name + end).unlink()
    store = Store.open(folder, PASSPHRASE)
    store.commit(Batch(items=[item(100)]))
    assert panic.destroy(folder, keep_lock=True) == []
    store.commit(Batch(items=[item(101)]))  # into files without a name
    store.close()
    assert panic.destroy(folder) == []
    assert not folder.root.exists()
