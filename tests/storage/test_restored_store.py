"""No own number is used for two items, whatever is copied, put back or cut short."""

from __future__ import annotations

import errno
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from meshdefense.paths import DataFolder
from meshdefense.storage.errors import (
    IncarnationsSpentError,
    StoreFullError,
    StoreUnavailableError,
)
from meshdefense.storage.keyslots import INTERACTIVE
from meshdefense.storage.records import Batch, CounterRecord
from meshdefense.storage.repository import Store
from meshdefense.storage.reservations import Reservations
from meshdefense_protocol.limits import LIVES_MAX
from support.storage_lives import DATABASE, MARK, Lives, put_back, wait_for_the_file_clock
from support.storage_records import item


class PowerCut(BaseException):
    """The process ends here."""


def cut(*_: object) -> None:
    raise PowerCut


@pytest.fixture
def lives(tmp_path: Path) -> Iterator[Lives]:
    (tmp_path / "node").mkdir()
    lives = Lives(tmp_path / "node")
    yield lives
    lives.store.close()


class AnythingHappens(RuleBasedStateMachine):
    """A full copy is put back only when nothing was said in a later incarnation than its own:
    what was lost together with every trace of it can only be told by others.
    """

    def __init__(self) -> None:
        super().__init__()
        self.outside = tempfile.TemporaryDirectory()
        (Path(self.outside.name) / "node").mkdir()
        self.lives = Lives(Path(self.outside.name) / "node")
        self.copies: list[tuple[Path, int]] = []
        self.copy()

    @rule(count=st.integers(1, 3), stream=st.integers(0, 1))
    def say(self, count: int, stream: int) -> None:
        self.lives.say(count, stream)

    @rule()
    def restart(self) -> None:
        assert not self.lives.restart()

    @rule()
    def copy(self) -> None:
        to = Path(self.outside.name) / f"copy-{len(self.copies)}"
        self.copies.append((self.lives.copy(to), self.lives.incarnation))

    @rule(
        step=st.sampled_from(["before the mark", "after the mark", "after the commit"]),
        count=st.integers(1, 3),
        stream=st.integers(0, 1),
    )
    def crash(self, step: str, count: int, stream: int) -> None:
        batch = self.lives.batch(count, stream)
        target, name = {
            "before the mark": (os, "pwrite"),
            "after the mark": (Reservations, "note"),
            "after the commit": (Reservations, "noted"),
        }[step]
        with patch.object(target, name, cut), pytest.raises(PowerCut):
            self.lives.store.commit(batch)
        assert self.lives.restart() == (step == "after the mark")
        if step == "after the commit":
            self.lives.show(batch)  # it is in the outbox

    @rule(
        store=st.none() | st.integers(0, 9),
        mark=st.none() | st.integers(0, 9),
        in_place=st.booleans(),
    )
    def put_back(self, store: int | None, mark: int | None, in_place: bool) -> None:
        """None leaves the newest of the two where it is."""
        last = self.lives.incarnation
        chosen = [
            (copy, names, life)
            for number, names in ((store, DATABASE), (mark, (MARK,)))
            if number is not None
            for copy, life in [self.copies[number % len(self.copies)]]
        ]
        if not chosen or (len(chosen) == 2 and max(life for _, _, life in chosen) < last):
            return
        self.lives.store.close()
        for copy, names, _ in chosen:
            put_back(copy, self.lives.folder, names, in_place=in_place)
        restored = self.lives.restart()
        assert restored or mark is None  # nothing of our own was said since
        self.lives.say()

    @rule()
    def lose_the_mark(self) -> None:
        self.lives.store.close()
        (self.lives.folder / MARK).unlink()
        assert self.lives.restart()

    @rule(error=st.sampled_from([errno.ENOSPC, errno.EROFS, errno.EIO]))
    def the_disk_refuses_the_mark(self, error: int) -> None:
        counters = self.lives.store.counters()
        with (
            patch.object(os, "pwrite", side_effect=OSError(error, os.strerror(error))),
            pytest.raises(StoreUnavailableError),
        ):
            self.lives.store.commit(self.lives.batch(1))
        assert self.lives.store.counters() == counters
        self.lives.say(1)

    def teardown(self) -> None:
        self.lives.store.close()
        self.outside.cleanup()


AnythingHappens.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestNoNumberIsUsedTwice = AnythingHappens.TestCase


def test_a_node_that_is_only_restarted_stays_in_its_incarnation(lives: Lives) -> None:
    for _ in range(3):
        lives.say(3)
        assert not lives.restart()
    assert max(lives.said) == (1, 0, 8, 0)


def test_the_mark_is_written_for_each_commit_with_own_items_and_for_no_other(lives: Lives) -> None:
    def mark() -> bytes:
        return (lives.folder / MARK).read_bytes()

    for count in (1, 5):
        before = mark()
        lives.say(count)
        after = mark()
        assert after != before
        lives.store.commit(Batch(items=[item(count)], rows=[]))
        lives.store.purge(0.0)
        assert mark() == after


def test_the_mark_says_nothing_and_is_private(lives: Lives) -> None:
    lives.say()
    path = lives.folder / MARK
    first = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    lives.say(3)
    assert len(path.read_bytes()) == len(first) == 71
    assert sum(a == b for a, b in zip(path.read_bytes(), first, strict=True)) < 20


@pytest.mark.parametrize("way", ["beside", "over"])
@pytest.mark.parametrize("what", ["folder", "store.db", MARK])
def test_a_copy_made_with_cp_is_noticed(lives: Lives, tmp_path: Path, way: str, what: str) -> None:
    lives.say(3)
    lives.store.close()
    cp = ["cp", "-a"]
    copy = tmp_path / "copy"
    subprocess.run([*cp, lives.folder, copy], check=True)
    assert not lives.restart()
    lives.say(3)
    lives.store.close()
    if what == "folder" and way == "beside":
        lives.folder.rename(tmp_path / "old")
        subprocess.run([*cp, copy, lives.folder], check=True)
    elif what == "folder":
        wait_for_the_file_clock(lives.folder / MARK)
        subprocess.run([*cp, f"{copy}/.", lives.folder], check=True)
    else:
        if way == "beside":
            (lives.folder / what).unlink()
        subprocess.run([*cp, copy / what, lives.folder], check=True)
    assert lives.restart()
    lives.say(2)
    assert {key for key in lives.said if key[1] == 1} == {(1, 1, 0, 0), (1, 1, 1, 0)}
    assert not lives.restart()


def test_a_copy_put_back_over_the_same_inode_is_noticed_by_the_time_of_the_change(
    lives: Lives, tmp_path: Path
) -> None:
    lives.say()
    lives.store.close()
    copy = lives.copy(tmp_path / "copy")
    assert not lives.restart()
    lives.say(2)
    lives.store.close()
    inode = (lives.folder / MARK).stat().st_ino
    put_back(copy, lives.folder, (*DATABASE, MARK), in_place=True)
    assert (lives.folder / MARK).stat().st_ino == inode
    assert lives.restart()


def test_a_crash_between_mark_and_commit_costs_no_number_twice(lives: Lives) -> None:
    with patch.object(Reservations, "note", cut), pytest.raises(PowerCut):
        lives.store.commit(lives.batch(1))
    assert lives.restart()
    assert lives.store.item_count() == 0
    lives.say()
    assert list(lives.said) == [(1, 1, 0, 0)]


def test_a_transaction_that_failed_after_the_mark_is_no_restored_store(lives: Lives) -> None:
    with (
        patch("meshdefense.storage.repository.write_batch", side_effect=StoreFullError),
        pytest.raises(StoreFullError),
    ):
        lives.store.commit(lives.batch(1))
    lives.store.commit(Batch(items=[item(1)]))  # what came in later says what the mark says
    assert not lives.restart()
    lives.say()


def test_no_number_is_given_while_a_restored_store_has_no_new_incarnation(lives: Lives) -> None:
    lives.say()
    lives.store.close()
    (lives.folder / MARK).unlink()
    lives.restart()
    lives.store._reservations.restored = True
    with pytest.raises(RuntimeError, match="begin an incarnation"):
        lives.say()
    lives.store.commit(Batch(items=[item(1)]))  # what others said is taken all the same
    assert lives.store.item_count() == 2


def test_after_the_last_incarnation_the_node_says_what_to_do(lives: Lives) -> None:
    lives.store.commit(
        Batch(counters=[CounterRecord(stream=1, incarnation=LIVES_MAX - 1, next_sequence=7)])
    )
    (lives.folder / MARK).unlink()
    assert lives.restart()
    assert lives.incarnation == LIVES_MAX
    (lives.folder / MARK).unlink()
    for _ in range(2):
        with pytest.raises(IncarnationsSpentError, match="let an organizer enrol you again"):
            lives.restart()
        assert lives.store.restored
        assert lives.incarnation == LIVES_MAX


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (errno.ENOSPC, StoreFullError),
        (errno.EROFS, StoreUnavailableError),
        (errno.EACCES, StoreUnavailableError),
        (errno.EIO, StoreUnavailableError),
    ],
)
def test_a_disk_that_refuses_the_mark_loses_nothing(
    lives: Lives, error: int, kind: type[StoreUnavailableError]
) -> None:
    lives.say(3)
    batch = lives.batch(1)
    refused = OSError(error, os.strerror(error))
    with patch.object(os, "open", side_effect=refused):
        with pytest.raises(kind, match=os.strerror(error)) as caught:
            lives.store.commit(batch)
        assert type(caught.value) is kind
        assert MARK in str(caught.value)
        lives.store.commit(Batch(items=[item(1)]))
    assert lives.store.item_count() == 4
    lives.store.commit(batch)
    lives.show(batch)
    assert not lives.restart()


def test_a_write_of_half_a_mark_is_a_full_disk(lives: Lives) -> None:
    with patch.object(os, "pwrite", return_value=33), pytest.raises(StoreFullError):
        lives.say()
    assert lives.store.item_count() == 0
    lives.say()
    assert not lives.restart()


def test_a_folder_that_is_taken_away_while_it_is_used_is_noticed_before_a_number_is_given(
    lives: Lives,
) -> None:
    lives.say(3)
    path = lives.folder / MARK
    content = path.read_bytes()
    path.rename(path.with_name("kept, so that its inode is not free"))
    with pytest.raises(StoreUnavailableError, match=r"sequence\.mark is gone"):
        lives.say()
    path.write_bytes(content)
    with pytest.raises(StoreUnavailableError, match=r"Another .*sequence\.mark was put in place"):
        lives.say()
    assert lives.store.item_count() == 3
    assert lives.restart()
    lives.say()


def test_a_damaged_mark_is_a_restored_store(lives: Lives) -> None:
    lives.say()
    for change in (lambda old: old[:-1], lambda old: bytes(66), lambda old: old + b"x"):
        lives.store.close()
        path = lives.folder / MARK
        path.write_bytes(change(path.read_bytes()))
        assert lives.restart()
        assert not lives.restart()
    assert lives.incarnation == 3


def test_a_new_store_does_not_take_the_mark_of_one_that_is_gone(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "node")
    for _ in range(2):
        with Store.create(folder, b"pass", profile=INTERACTIVE) as store:
            assert not store.restored
        folder.store.unlink()
        folder.keyslot.unlink()
