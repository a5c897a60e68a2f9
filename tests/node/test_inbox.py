"""The queue of the node's loop: order, bounds, waking, and an answer for everybody at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from meshdefense.node.asked import Accepted, Call, Request, UnavailableError
from meshdefense.node.inbox import BATCH, PENDING_MAX, Inbox
from meshdefense.node.notices import STATUS_S, Notices
from meshdefense.radio.base import FrameFate, ReceivedFrame
from meshdefense_protocol.packets import Notice
from meshdefense_protocol.transport import Fate, Reception


def frame(number: int) -> ReceivedFrame:
    return ReceivedFrame(number.to_bytes(4, "big"), Reception("test"))


def run(play: Callable[[], Awaitable[None]]) -> None:
    async def timed() -> None:
        async with asyncio.timeout(20):
            await play()

    asyncio.run(timed())


def test_a_batch_is_bounded_in_order_and_leaves_the_rest() -> None:
    async def play() -> None:
        inbox = Inbox()
        for number in range(BATCH + 3):
            inbox.put(frame(number))
        first, second = list(inbox.batch()), list(inbox.batch())
        assert [*first, *second] == [frame(number) for number in range(BATCH + 3)]
        assert (len(first), len(second), len(inbox)) == (BATCH, 3, 0)

    run(play)


def test_what_is_not_reached_stays_in_the_queue() -> None:
    async def play() -> None:
        inbox = Inbox()
        for number in range(3):
            inbox.put(frame(number))
        assert next(inbox.batch()) == frame(0)
        assert len(inbox) == 2

    run(play)


@pytest.mark.parametrize("stored", [0, PENDING_MAX])
def test_a_flood_is_dropped_at_the_bound_and_a_fate_never(stored: int) -> None:
    async def play() -> None:
        inbox = Inbox()
        for number in range(PENDING_MAX + 5):
            inbox.feed(frame(number), stored)
        assert len(inbox) == (0 if stored else PENDING_MAX)
        before = len(inbox)
        inbox.feed(FrameFate(1, Fate.ACCEPTED), stored)
        assert len(inbox) == before + 1

    run(play)


def test_it_wakes_who_waits_and_does_not_wait_when_there_is_work() -> None:
    async def play() -> None:
        inbox = Inbox()
        await inbox.wait(0.01, busy=False)  # nothing comes: the time is over
        await inbox.wait(3600, busy=True)
        waiting = asyncio.ensure_future(inbox.wait(3600, busy=False))
        await asyncio.sleep(0)
        inbox.put(frame(1))
        await waiting
        await inbox.wait(3600, busy=False)  # it is still there
        assert len(inbox) == 1

    run(play)


def test_in_the_end_everybody_who_waits_is_answered() -> None:
    async def play() -> None:
        loop, inbox = asyncio.get_running_loop(), Inbox()
        asked: asyncio.Future[Accepted] = loop.create_future()
        called: asyncio.Future[int] = loop.create_future()
        gone: asyncio.Future[Accepted] = loop.create_future()
        gone.cancel()
        for answer in (asked, gone):
            inbox.put(Request(Notice("hello", 0, None, False), False, None, answer))
        inbox.put(Call(lambda engine, now: 1, called))
        inbox.put(frame(1))
        inbox.fail("the daemon is ending")
        for answered in (asked, called):
            with pytest.raises(UnavailableError, match="ending"):
                await answered
        assert gone.cancelled()

    run(play)


def test_counters_are_told_when_they_moved_or_when_they_are_to_be_told_again() -> None:
    notices = Notices(100.0)
    assert notices.next_at == 100.0
    assert notices.moved((1, 2), 100.0)
    assert notices.next_at == 100.0 + STATUS_S
    assert not notices.moved((1, 2), 110.0)
    assert notices.moved((1, 3), 120.0)
    notices.again()
    assert notices.next_at == 0.0
    assert notices.moved((1, 3), 130.0)


def test_everybody_is_told_also_when_one_stops_listening_meanwhile() -> None:
    notices, heard = Notices(0.0), list[tuple[str, int]]()

    def leaving(revision: int, tables: frozenset[str]) -> None:
        heard.append(("leaving", revision))
        notices.unlisten(leaving)

    notices.listen(leaving)
    notices.listen(lambda revision, tables: heard.append(("staying", revision)))
    notices.tell(1, frozenset({"alerts"}))
    notices.tell(2, frozenset({"alerts"}))
    assert sorted(heard) == [("leaving", 1), ("staying", 1), ("staying", 2)]
