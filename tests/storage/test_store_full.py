"""On a full disk nothing is half stored, the store stays usable, and old things can go."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from meshdefense.storage.ballast import BALLAST_BYTES, ballast_path, drop_ballast, keep_ballast
from meshdefense.storage.database import Database
from meshdefense.storage.errors import StoreFullError, StoreUnavailableError
from meshdefense.storage.records import Batch
from meshdefense.storage.repository import Store
from support.storage_records import T0, item, new_store, row_of

ROOT = Path(__file__).parents[2]


def run(wrapped: list[str], program: str, *arguments: str | Path) -> str:
    """What a program in a process of its own says on stdout; nothing may be on stderr."""
    done = subprocess.run(
        [*wrapped, sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        env={"PATH": os.defpath, "PYTHONPATH": ":".join([*sys.path, str(ROOT / "tests")])},
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def limit_pages(store: Store, more: int | None) -> None:
    """Let the file grow by so many pages only, as a full disk would; None lifts it."""
    with store._database.transaction() as connection:
        pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
        limit = 0xFFFFFFFE if more is None else pages + more
        connection.exec_driver_sql(f"PRAGMA max_page_count = {limit}").all()


def test_a_full_store_takes_nothing_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    store, key = new_store(tmp_path)
    store.commit(Batch(items=[item(0)], rows=[row_of(item(0))]))
    limit_pages(store, 6)
    taken, refused = 1, None
    while refused is None:
        new = item(taken, raw=b"x" * 2000)
        pending = Batch(items=[new], rows=[row_of(new, "y" * 500)], secrets={"last": b"%d" % taken})
        try:
            store.commit(pending)
        except StoreUnavailableError as error:
            refused = error
        else:
            taken += 1
    assert isinstance(refused, StoreFullError)
    assert 1 < taken < 20
    for _ in range(3):  # the same object answers and refuses, again and again
        with pytest.raises(StoreUnavailableError):
            store.commit(pending)
        assert (store.item_count(), store.revision) == (taken, taken)
        assert store.item(new.key) is None
        assert store.secret("last") == b"%d" % (taken - 1)
    limit_pages(store, None)
    assert store.commit(pending) == taken + 1
    assert store.item_count() == taken + 1
    store.close()
    with Store(Database.open(tmp_path / "store.db", key)) as again:
        assert again.check() == []
        assert (again.item_count(), again.revision) == (taken + 1, taken + 1)


def test_a_full_store_can_still_purge(tmp_path: Path) -> None:
    store, _ = new_store(tmp_path)
    with store:
        store.commit(Batch(items=[item(n, expires_at=T0, raw=b"x" * 1000) for n in range(50)]))
        limit_pages(store, 0)
        more = Batch(items=[item(n, raw=b"x" * 1000) for n in range(50, 70)])
        with pytest.raises(StoreUnavailableError):
            store.commit(more)
        assert len(store.purge(T0).items) == 50
        store.commit(more)
        assert store.item_count() == 20


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from meshdefense.storage.database import Database
from meshdefense.storage.errors import StoreUnavailableError
from meshdefense.storage.keyslots import StoreKey
from meshdefense.storage.records import Batch
from meshdefense.storage.repository import Store
from support.storage_records import item

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = Store(Database.open(Path(sys.argv[1]), StoreKey(*map(bytes.fromhex, sys.argv[2:4]))))
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
taken = 0
try:
    while taken < 1000:
        store.commit(Batch(items=[item(taken, raw=b"x" * 500)]))
        taken += 1
except StoreUnavailableError as error:
    print(taken, store.item_count(), error)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
store.commit(Batch(items=[item(taken, raw=b"x" * 500)]))
print(store.item_count(), store.check())
"""


SMALL_DISK = """
import sys
from pathlib import Path
from meshdefense.storage import ballast
from meshdefense.storage.errors import StoreFullError
from meshdefense.storage.records import Batch
from support.storage_records import T0, item, new_store, row_of

folder, keeps = Path(sys.argv[1]), sys.argv[2] == "ballast"
ballast._SPARE = 1 if keeps else 1000
store, _ = new_store(folder)
store.commit(Batch(items=[item(0, expires_at=T0)]))
assert ballast.keep_ballast(folder / "store.db") == keeps
filler = folder / "of somebody else"
with filler.open("wb", buffering=0) as file:
    try:
        while file.write(bytes(65536)):
            pass
    except OSError:
        pass
taken = 1
try:
    while taken < 1000:
        new = item(taken, raw=b"x" * 500, expires_at=T0)
        store.commit(Batch(items=[new], rows=[row_of(new)]))
        taken += 1
except StoreFullError:
    held = store.item_count()
try:
    purged = len(store.purge(T0, 1000).items)
    store.commit(Batch(items=[item(5000)]))
except StoreFullError:
    purged = 0
filler.unlink()
store.purge(T0)
store.commit(Batch(items=[item(5001)]))
print(taken == held, purged == taken, store.check())
"""


@pytest.mark.parametrize("mode", ["ballast", "none"])
def test_on_a_full_disk_a_purge_works_as_long_as_there_is_ballast(
    tmp_path: Path, mode: str
) -> None:
    command = f'mount -t tmpfs -o size=6m none {tmp_path} && exec "$@"'
    wrapped = ["unshare", "-rm", "sh", "-c", command, "sh"]
    if (
        not shutil.which("unshare")
        or subprocess.run([*wrapped, "true"], capture_output=True).returncode
    ):
        pytest.skip("needs a Linux that lets us mount a small file system")
    done = run(wrapped, SMALL_DISK, tmp_path, mode)
    assert done == f"True {mode == 'ballast'} []\n"


def test_the_ballast_is_made_where_there_is_room_and_only_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store.db"
    assert not drop_ballast(store)
    assert keep_ballast(store)
    path = ballast_path(store)
    assert path.stat().st_size == BALLAST_BYTES
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.stat().st_mtime_ns
    assert keep_ballast(store)
    assert path.stat().st_mtime_ns == before
    path.write_bytes(b"cut short")
    assert keep_ballast(store)
    assert path.stat().st_size == BALLAST_BYTES
    assert drop_ballast(store)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr("meshdefense.storage.ballast._SPARE", 1 << 40)
    assert not keep_ballast(store)
    assert list(tmp_path.iterdir()) == []
    assert not keep_ballast(tmp_path / "none" / "store.db")


def test_a_write_that_the_system_refuses_is_a_full_disk_until_it_works_again(
    tmp_path: Path,
) -> None:
    store, key = new_store(tmp_path)
    store.close()
    done = run([], FULL_DISK, tmp_path / "store.db", key.key.hex(), key.salt.hex())
    first, second = done.splitlines()
    taken, held, words = first.split(maxsplit=2)
    assert 0 < int(taken) == int(held) < 1000
    assert "Nothing was changed" in words
    assert second == f"{int(taken) + 1} []"
    with Store(Database.open(tmp_path / "store.db", key)) as again:
        assert again.item_count() == int(taken) + 1
