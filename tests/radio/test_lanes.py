import asyncio
import sys
import threading
from functools import partial

import pytest

from meshdefense.radio.base import FrameFate
from meshdefense.radio.facts import FactQueue
from meshdefense.radio.lanes import Lane, WorkExitedError, run_abandonable
from meshdefense_protocol.transport import Fate


def fact(token: int) -> FrameFate:
    return FrameFate(token, Fate.ACCEPTED)


def test_work_is_done_in_order_on_one_other_thread() -> None:
    async def main() -> None:
        lane = Lane("t")
        seen: list[int] = []

        def work(number: int) -> int:
            seen.append(number)
            return threading.get_ident()

        names = await asyncio.gather(
            *(lane.run(partial(work, number), patience=5) for number in range(20))
        )
        lane.stop()
        assert seen == list(range(20))
        assert len(set(names)) == 1
        assert names[0] != threading.get_ident()

    asyncio.run(main())


def test_wedged_work_is_abandoned_and_never_waited_for() -> None:
    async def main() -> None:
        release, later = threading.Event(), list[int]()
        lane = Lane("wedged")
        with pytest.raises(TimeoutError):
            await lane.run(release.wait, patience=0.05)
        with pytest.raises(TimeoutError):  # the lane stays wedged
            await lane.run(lambda: later.append(1), patience=0.05)
        release.set()
        await lane.run(lambda: None, patience=5)
        assert later == []  # what had not begun in time was left out
        lane.stop()

    asyncio.run(main())


def test_an_exit_of_the_library_becomes_an_error() -> None:
    async def main() -> None:
        with pytest.raises(WorkExitedError, match="tried to exit"):
            await run_abandonable(lambda: sys.exit(1), name="exits", patience=5)

    asyncio.run(main())


def test_errors_arrive_as_they_are() -> None:
    async def main() -> None:
        with pytest.raises(ZeroDivisionError):
            await run_abandonable(lambda: 1 // 0, name="divides", patience=5)

    asyncio.run(main())


def test_work_that_outlives_the_loop_ends_quietly() -> None:
    release = threading.Event()

    async def main() -> None:
        with pytest.raises(TimeoutError):
            await run_abandonable(release.wait, name="outlives", patience=0.01)

    asyncio.run(main())
    release.set()
    for thread in threading.enumerate():
        if thread.name == "outlives":
            thread.join(5)
            assert not thread.is_alive()


def test_facts_from_threads_arrive_in_order() -> None:
    async def main() -> None:
        facts = FactQueue(asyncio.get_running_loop())

        def tell() -> None:
            for token in range(100):
                facts.put(fact(token))
            facts.close("told")

        await run_abandonable(tell, name="tells", patience=5)
        told = []
        while not facts.ended:
            told.append(await facts.get(5))
        assert told == [fact(token) for token in range(100)]
        assert facts.closed == "told"

    asyncio.run(main())


def test_a_full_queue_drops_and_counts_but_never_blocks() -> None:
    async def main() -> None:
        facts = FactQueue(asyncio.get_running_loop(), size=3)
        for token in range(5):
            facts.put(fact(token))
        assert facts.dropped == 2
        assert [await facts.get(1) for _ in range(3)] == [fact(0), fact(1), fact(2)]
        facts.put(fact(9))
        assert await facts.get(1) == fact(9)

    asyncio.run(main())


def test_reading_ends_when_closed_while_waiting() -> None:
    async def main() -> None:
        facts = FactQueue(asyncio.get_running_loop())
        asyncio.get_running_loop().call_later(0.02, facts.close, "gone")
        assert await facts.get(30) is None
        assert facts.ended
        facts.put(fact(1))
        assert await facts.get(0.01) is None

    asyncio.run(main())


def test_reading_gives_up_after_its_patience() -> None:
    async def main() -> None:
        facts = FactQueue(asyncio.get_running_loop())
        assert await facts.get(0.01) is None
        assert not facts.ended

    asyncio.run(main())
