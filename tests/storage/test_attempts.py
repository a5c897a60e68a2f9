"""Wrong passphrases slow the next try down, across restarts, and never for good."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshdefense.storage.attempts import LONGEST_S, Attempts, attempts_path

NOW = 1_800_000_000.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return attempts_path(tmp_path)


def test_the_pause_doubles_up_to_half_a_minute_and_a_new_start_remembers_it(path: Path) -> None:
    pauses = []
    for _ in range(9):
        attempts = Attempts(path)  # as after a restart
        attempts.begin(NOW)
        pauses.append(Attempts(path).wait_s(NOW))
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30, 30]
    assert Attempts(path).failures == 9
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_try_counts_as_failed_until_it_was_right(path: Path) -> None:
    Attempts(path).begin(NOW)  # and the program is killed
    again = Attempts(path)
    assert again.wait_s(NOW) == 1
    again.begin(NOW + 1)
    again.succeeded()
    assert not path.exists()
    assert (again.wait_s(NOW), again.failures) == (0, 0)
    assert Attempts(path).wait_s(NOW) == 0


def test_the_pause_passes_and_a_clock_that_was_set_makes_nobody_wait_longer(path: Path) -> None:
    attempts = Attempts(path)
    for _ in range(3):
        attempts.begin(NOW)
    assert attempts.wait_s(NOW + 1.5) == 2.5
    assert attempts.wait_s(NOW + 4) == 0
    assert attempts.wait_s(NOW + 10**9) == 0
    assert attempts.wait_s(NOW - 10**9) == 4


def test_a_disk_that_takes_nothing_is_remembered_in_memory(tmp_path: Path) -> None:
    attempts = Attempts(tmp_path / "none" / "attempts.bin")
    attempts.begin(NOW)
    attempts.begin(NOW)
    assert attempts.wait_s(NOW) == 2
    attempts.succeeded()
    assert attempts.wait_s(NOW) == 0


@pytest.mark.parametrize("content", [b"", b"\xff" * 12, b"\xff" * 11, b"\x00" * 40, b"x" * 12])
def test_a_damaged_count_locks_nobody_out(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    attempts = Attempts(path)
    assert 0 <= attempts.wait_s(NOW) <= LONGEST_S
    attempts.begin(NOW)
    assert 0 < attempts.wait_s(NOW) <= LONGEST_S
    attempts.succeeded()
    assert attempts.wait_s(NOW) == 0
