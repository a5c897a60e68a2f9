"""The same work on several radios at once: order, errors, interrupts."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from meshdefense.provisioning.limited import ExitedError, limited
from meshdefense.provisioning.together import side_by_side


def test_results_come_in_the_order_of_the_items() -> None:
    gate = threading.Barrier(3)

    def work(item: int) -> int:
        gate.wait(10)  # all three are at work at once, or this breaks
        return item * 2

    assert side_by_side(work, [3, 1, 2]) == [6, 2, 4]


def test_the_first_error_is_raised_when_all_have_ended() -> None:
    ended = []

    def work(item: int) -> None:
        if item == 1:
            raise ValueError("this one")
        ended.append(item)

    with pytest.raises(ValueError, match="this one"):
        side_by_side(work, [0, 1, 2])
    assert sorted(ended) == [0, 2]


def test_an_interrupt_lets_the_work_end_in_its_own_way() -> None:
    stop = threading.Event()

    def work(item: str) -> str:
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.wait(10)
        return f"{item} stopped"

    assert side_by_side(work, ["P1"], stop=stop) == ["P1 stopped"]


def test_an_interrupt_is_told_at_once_and_a_second_one_waits_for_nothing() -> None:
    stop, forever = threading.Event(), threading.Event()
    told: list[bool] = []

    def work(_: str) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.wait(10)
        while not told:
            forever.wait(0.01)
        os.kill(os.getpid(), signal.SIGINT)
        forever.wait(10)

    with pytest.raises(KeyboardInterrupt):
        side_by_side(work, ["P1"], stop=stop, stopping=lambda: told.append(stop.is_set()))
    forever.set()
    assert told == [True]


def test_work_that_hangs_is_left_and_work_that_exits_does_not_end_the_program() -> None:
    forever = threading.Event()
    with pytest.raises(TimeoutError):
        limited(forever.wait, name="hangs", patience=0.05)
    forever.set()
    with pytest.raises(ExitedError):
        limited(lambda: exit(3), name="exits", patience=5.0)
    assert limited(lambda: 7, name="works", patience=5.0) == 7
