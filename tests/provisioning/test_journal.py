"""A journal says "unfinished" whatever happens to the disk or the program while it is written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from meshdefense.provisioning.fleet_errors import FleetUnavailableError
from meshdefense.provisioning.journal import Journal, JournalEntry

STEPS: list[Callable[[Journal], None]] = [
    lambda journal: journal.begin("digest", 7),
    lambda journal: journal.step("channels written"),
    lambda journal: journal.step("read back"),
    lambda journal: journal.done(),
    lambda journal: journal.begin("other", 8),
    lambda journal: journal.step("channels written"),
    lambda journal: journal.done(),
]


class CutError(BaseException):
    """The power went."""


def journal_at(path: Path) -> Journal:
    return Journal(path, lambda: 1_770_000_000.5)


def failing(
    patch: pytest.MonkeyPatch, owner: object, name: str, number: int, error: BaseException
) -> None:
    """The call of this number raises; the ones before and after it do not."""
    real, seen = getattr(owner, name), 0

    def call(*args: object, **options: object) -> object:
        nonlocal seen
        seen += 1
        if seen == number:
            raise error
        return real(*args, **options)

    patch.setattr(owner, name, call)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), CutError()])
@pytest.mark.parametrize(("owner", "name"), [(os, "open"), (os, "fsync"), (Path, "replace")])
def test_a_write_that_fails_at_any_moment_leaves_the_state_before_or_after_it(
    owner: object, name: str, error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, failed = tmp_path / "P1.json", 0
    for number in range(1, 40):
        path.unlink(missing_ok=True)
        states: list[JournalEntry | None] = [None]
        with monkeypatch.context() as patch:
            journal = journal_at(path)
            failing(patch, owner, name, number, error)
            for step in STEPS:
                try:
                    step(journal)
                except (FleetUnavailableError, CutError):
                    failed += 1
                    break
                states.append(journal.entry)
            else:
                assert failed >= len(STEPS), "every write was to fail once"
                return
        ahead = journal_at(tmp_path / "whole.json")
        for step in STEPS[: len(states)]:
            step(ahead)
        found = journal_at(path)
        assert found.entry in (states[-1], ahead.entry), f"failure {number}"
        assert not found.damaged
        (tmp_path / "whole.json").unlink()
    pytest.fail("it never came to an end")


def test_what_was_begun_is_unfinished_until_it_is_done(tmp_path: Path) -> None:
    journal = journal_at(tmp_path / "P1.json")
    assert not journal.unfinished
    with pytest.raises(RuntimeError, match="begin"):
        journal.step("too early")
    seen = []
    for step in STEPS:
        step(journal)
        again = journal_at(tmp_path / "P1.json")
        assert (again.entry, again.unfinished) == (journal.entry, journal.unfinished)
        seen.append(again.unfinished)
    assert seen == [True, True, True, False, True, True, False]
    assert journal.entry is not None
    assert (journal.entry.goal_digest, journal.entry.node_number) == ("other", 8)
    with pytest.raises(RuntimeError, match="begin"):
        journal.done()


_ENDLESS = b'{"version":1,"goal":"","node":1e999,"begun_at":0,"steps":[],"done":true}'


@settings(deadline=None)  # it waits for the disk
@given(st.binary(max_size=200))
@example(_ENDLESS)
def test_a_journal_that_cannot_be_read_counts_as_unfinished(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "P1.json"
        path.write_bytes(content)
        journal = journal_at(path)
        assert journal.damaged
        assert journal.unfinished
        journal.begin("digest", 7)
        assert not journal_at(path).damaged


def test_channels_of_a_run_that_did_not_end_stay_noted_until_one_does(tmp_path: Path) -> None:
    path = tmp_path / "P1.json"
    journal_at(path).begin("relay", 7, "relay", ("South", "Neighbours"))
    journal = journal_at(path)
    journal.begin("patrol", 7, "patrol", ("South", "Roofs"))
    entry = journal_at(path).entry
    assert entry is not None
    assert entry.channels == ("South", "Neighbours", "Roofs")
    journal.done()
    journal.begin("patrol", 7, "patrol", ("South",))
    assert journal.entry is not None
    assert journal.entry.channels == ("South",)
