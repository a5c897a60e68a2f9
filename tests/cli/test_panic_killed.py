"""A panic that is killed at any moment: all of it opens, or nothing ever does, and it is not said.

MESHDEFENSE_NIGHTLY=1 kills more often; MESHDEFENSE_SEED repeats the moments of a failed run.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import random
import sys
import time
from pathlib import Path

import pytest

from meshdefense import panic
from meshdefense.api.client import ApiError, DaemonGoneError
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.main import main
from meshdefense.paths import DataFolder, FolderLock
from meshdefense.storage.ballast import ballast_path
from meshdefense.storage.errors import StorageError, StoreExistsError
from meshdefense.storage.keyslots import INTERACTIVE, SlotKind, open_slot, write_slot
from meshdefense.storage.records import Batch
from meshdefense.storage.repository import Store
from support.commands import PATIENCE_S, until
from support.daemons import BASE, Members, ask
from support.storage_panics import killed_panics
from support.storage_records import item

NIGHTLY = os.environ.get("MESHDEFENSE_NIGHTLY") == "1"
KILLS, DAEMONS = (2_000, 50) if NIGHTLY else (40, 3)
PASSPHRASE, CODE, CANARY = b"correct horse battery", b"code", b"canary-Zb4"
ITEMS = 20


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything that can be in one but a socket; its ballast is small."""
    root = tmp_path_factory.mktemp("original") / "node"
    folder = DataFolder(root)
    with Store.create(folder, PASSPHRASE, profile=INTERACTIVE) as store:
        store.commit(Batch(items=[item(n) for n in range(ITEMS)], secrets={"identity": CANARY}))
    write_slot(folder.keyslot, open_slot(folder.keyslot, PASSPHRASE), SlotKind.RECOVERY, CODE)
    (root / "keyslot.bin.new").write_bytes(folder.keyslot.read_bytes())  # a crash left it
    ballast_path(folder.store).write_bytes(bytes(4096))
    for name in ("exports/june/alerts.csv", "logs/daemon.log"):
        (root / name).parent.mkdir(parents=True)
        (root / name).write_bytes(CANARY)
    with FolderLock(folder):
        pass
    return root


def contents(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def kept(files: dict[str, bytes]) -> dict[str, bytes]:
    """Without those that a panic changes before the keys are gone: lock and keyslots."""
    first = (".lock", "keyslot.bin", "keyslot.bin.new")
    return {name: held for name, held in files.items() if name not in first}


def opens(folder: DataFolder) -> bool:
    """Whether a keyslot file there, or what a crash left of one, opens by either secret."""
    for path in folder.root.glob("keyslot*"):
        for secret in (PASSPHRASE, CODE):
            with contextlib.suppress(StorageError):
                open_slot(path, secret)
                return True
    return False


def command(folder: DataFolder, *words: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command, in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([*words, "--data", str(folder.root)])
    return code, out.getvalue(), err.getvalue()


@pytest.mark.slow
def test_all_opens_or_nothing_ever_and_the_next_panic_brings_it_to_an_end(
    original: Path, tmp_path: Path
) -> None:
    before, seen = contents(original), {"whole": 0, "half": 0, "gone": 0}
    for root, moment, printed in killed_panics(original, tmp_path, KILLS):
        folder = DataFolder(root)
        left = contents(root) if root.exists() else {}
        if opens(folder):
            seen["whole"] += 1
            assert printed == "", moment
            assert kept(left) == kept(before), moment
            with Store.open(folder, PASSPHRASE) as store:
                assert (store.item_count(), store.secret("identity")) == (ITEMS, CANARY), moment
        elif left:
            seen["half"] += 1
            assert printed == "", f"{moment}: it said {printed!r}, and there is {sorted(left)}"
            if folder.store.exists():
                with pytest.raises(StorageError, match="meshdefense panic"):
                    Store.open(folder, PASSPHRASE)
                with pytest.raises(StoreExistsError):
                    Store.create(folder, PASSPHRASE)
        else:
            seen["gone"] += 1
            assert printed in ("", "Done."), moment
        assert command(folder, "panic", "--yes") == (0, "Done.\n", ""), moment
        assert not root.exists(), moment
    sys.stdout.write(f"{seen}\n")
    assert max(seen.values()) < KILLS, f"all were killed at the same moment: {seen}"


@pytest.mark.slow
@pytest.mark.parametrize("number", range(DAEMONS))
def test_a_daemon_that_is_killed_while_it_destroys_leaves_nothing_that_opens(
    number: int, members: Members
) -> None:
    chance = random.Random(f"{os.environ.get('MESHDEFENSE_SEED', '20263')} {number}")
    after_s = chance.uniform(0.0, 0.02)
    sys.stdout.write(f"killed {after_s:.4f} s after its keyslots went\n")
    folder = DataFolder(members.data(BASE))
    with members.daemon(BASE) as base:

        async def told() -> None:
            await asyncio.to_thread(ask, base.data, "panic")

        async def killed() -> None:
            async with asyncio.timeout(PATIENCE_S):
                while folder.keyslot.exists():  # noqa: ASYNC110  # another process removes it
                    await asyncio.sleep(0.0005)
            time.sleep(after_s)  # noqa: ASYNC251  # nothing else may delay the kill
            base.process.kill()

        async def both() -> None:
            with contextlib.suppress(DaemonGoneError, ApiError):
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(killed())
                    await told()

        try:
            asyncio.run(both())
        except* (DaemonGoneError, ApiError):
            pass
        until(lambda: base.process.poll() is not None)
    assert not folder.keyslot.exists()
    code, out, err = command(folder, "panic", "--yes")
    assert (code, out, err) == (0, "Done.\n", "")
    assert not folder.root.exists()


def test_what_is_there_again_or_could_not_be_seen_is_never_called_gone(
    original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "node"
    folder = DataFolder(root)
    for name, held in contents(original).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(held)
    real = panic._remove_folders

    def meanwhile(tree: Path) -> None:
        """A process that still runs writes while the last folders go."""
        folder.store.write_bytes(b"new")
        (root / "logs").mkdir(exist_ok=True)
        (root / "logs" / "daemon.log").write_bytes(CANARY)
        real(tree)

    with monkeypatch.context() as patch:
        patch.setattr(panic, "_remove_folders", meanwhile)
        code, out, err = command(folder, "panic", "--yes")
    assert (code, out) == (ExitCode.FAILED, "")
    for name in ("store.db", "daemon.log"):
        assert f"{name} is still there" in err
    assert command(folder, "panic", "--yes") == (0, "Done.\n", "")
    assert not root.exists()
