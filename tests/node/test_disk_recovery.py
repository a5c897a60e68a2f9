"""What a node does while its disk takes nothing, and how it finds out that it does again."""

from __future__ import annotations

import asyncio
import errno
from pathlib import Path

import pytest

from meshdefense.node.node import PURGE_S, UnavailableError
from meshdefense.node.subjects import latest
from meshdefense.node.trouble import STORE_RETRY_S
from meshdefense.node.writer import Committed, Writer
from meshdefense.radio.base import LinkState, RadioStatus, ReceivedFrame
from meshdefense.storage.errors import StoreUnavailableError
from meshdefense_protocol.delivery import OutboxEntry, State
from meshdefense_protocol.events import (
    Counter,
    CounterAdvanced,
    Event,
    HeldChanged,
    NeighbourChanged,
    OutboxChanged,
    TextCompleted,
)
from meshdefense_protocol.neighbours import Neighbour
from meshdefense_protocol.packets import Suspend
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.transport import Reception
from support.network import NOW, drain
from support.nodes import eventually
from support.storage_disk_play import WHY, Play
from support.storage_faults import FailingDisk

DAY_S = 86_400.0


def played(tmp_path: Path) -> Play:
    return Play(tmp_path, FailingDisk(0, errno.ENOSPC))


async def later(play: Play, seconds: float) -> None:
    """So much time went by, and the node looks at the clock."""
    play.time.pass_(seconds)
    play.node.feed(RadioStatus(LinkState.READY))
    await asyncio.sleep(0.02)


@pytest.mark.parametrize("said", [False, True])
def test_a_node_that_has_nothing_to_store_finds_out_by_itself_that_the_disk_works_again(
    said: bool, tmp_path: Path
) -> None:
    play = played(tmp_path)

    async def run() -> None:
        async with play.running():
            await play.turn()
            play.disk.fail()
            if said:
                with pytest.raises(UnavailableError):
                    await play.node.submit("checkin", {"state": "ok"})

            async def trouble() -> bool:
                await later(play, PURGE_S + 1)
                return play.status().startswith("The disk is full")

            await eventually(trouble)
            play.disk.mend()

            async def well() -> bool:
                await later(play, STORE_RETRY_S + 1)
                return play.status() == "ok"

            await eventually(well)

    asyncio.run(run())


def test_what_time_alone_changes_is_made_up_for_when_the_disk_works_again(tmp_path: Path) -> None:
    play = played(tmp_path)

    async def run() -> None:
        async with play.running():
            await play.hear(play.alert)
            await play.hear(play.quiet)
            play.disk.fail()

            async def said() -> bool:
                await later(play, DAY_S / 4)
                return any(words in play.status() for words in WHY[errno.ENOSPC])

            await eventually(said)
            play.disk.mend()

            async def purged() -> bool:
                await later(play, DAY_S / 4)
                return play.status() == "ok" and play.node.status(0)["items"] == 0

            await eventually(purged)
            assert play.store.item_count() == 0

    asyncio.run(run())


def test_what_was_purged_is_not_counted_any_more_though_the_rest_of_the_sweep_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = played(tmp_path)

    def unable(*_: object) -> Committed:
        raise StoreUnavailableError

    async def run() -> None:
        async with play.running():
            await play.hear(play.alert)
            assert play.node.status(0)["items"] == 1
            monkeypatch.setattr(Writer, "fade", unable)

            async def purged() -> bool:
                await later(play, DAY_S / 2)
                return play.store.item_count() == 0

            await eventually(purged)
            await play.turn()
            assert play.node.status(0)["items"] == 0

    asyncio.run(run())


@pytest.mark.parametrize("years", [-10, 10])
def test_a_clock_that_is_set_while_the_disk_takes_nothing_loses_nothing(
    years: int, tmp_path: Path
) -> None:
    play = played(tmp_path)

    async def run() -> None:
        async with play.running():
            await play.hear(play.alert)
            play.disk.fail()
            await play.hear(play.quiet)
            play.time.set_wall(years * 365 * DAY_S)
            await later(play, 1)
            assert play.status().startswith("The disk is full")
            play.disk.mend()

            async def well() -> bool:
                await later(play, PURGE_S + 1)
                return play.status() == "ok"

            await eventually(well)
            await later(play, PURGE_S + 1)
            await play.turn()
            came = sorted(one.received_at - play.time.wall for one in play.store.items())
            assert len(came) == play.node.status(0)["items"] == 2
            assert -DAY_S < came[0] <= came[1] <= 0

    asyncio.run(run())


def test_a_decision_that_was_refused_is_not_in_force_for_a_moment(tmp_path: Path) -> None:
    play = played(tmp_path)

    async def run() -> None:
        async with play.running():
            await play.turn()
            play.disk.fail()
            with pytest.raises(UnavailableError):
                await play.node.say(Suspend(5, 24, 1))
            assert play.node.membership.roster.suspensions == ()
            assert play.node.status(0)["outbox"] == 0

    asyncio.run(run())


def test_what_came_in_and_waits_for_the_disk_is_not_called_unknown(tmp_path: Path) -> None:
    play = played(tmp_path)

    async def run() -> None:
        async with play.running():
            await play.turn()
            play.disk.fail()
            await play.hear(play.alert)
            with pytest.raises(UnavailableError, match="The disk is full"):
                await play.node.submit("acknowledge", {"item": str(play.alert.id)})

    asyncio.run(run())


def test_what_waits_for_the_disk_does_not_grow_with_time(tmp_path: Path) -> None:
    """Neighbours speak again and again: full of their news, it would hear nobody any more."""
    play, heard = played(tmp_path), 0

    async def run() -> None:
        nonlocal heard
        vic = play.network.engine("vic")
        async with play.running():
            await play.turn()
            play.disk.fail()
            await play.hear(play.alert)
            for _ in range(100):
                play.time.pass_(300)
                now = play.time.wall
                vic.handle_timer(now)
                for frame in vic.frames_to_send(now):
                    heard += 1
                    play.node.feed(ReceivedFrame(frame.payload, Reception("loopback", hops=0)))
                drain(vic)
                await play.turn()
            assert heard > 10
            assert len(play.node._storing.pending) < heard / 2

    asyncio.run(run())


def test_only_the_last_word_on_each_thing_waits_for_the_disk() -> None:
    item, other = ItemId(3, 0, 1), ItemId(3, 0, 2)
    queued = OutboxEntry(item, Priority(2), NOW, NOW + 9, State.QUEUED, 1, NOW)
    sent = OutboxEntry(item, Priority(2), NOW, NOW + 9, State.ON_AIR, 1, NOW)
    text = TextCompleted(item, b"text", NOW)
    events: list[Event] = [
        NeighbourChanged(Neighbour(2, NOW, ())),
        text,
        OutboxChanged(queued),
        HeldChanged(item, (2,)),
        HeldChanged(other, (2,)),
        CounterAdvanced(Counter(Stream.LOG, 0, 1)),
        CounterAdvanced(Counter(Stream.ROSTER, 0, 1)),
        NeighbourChanged(Neighbour(5, NOW, ())),
        text,
        OutboxChanged(sent),
        HeldChanged(item, (2, 5)),
        CounterAdvanced(Counter(Stream.LOG, 0, 2)),
        NeighbourChanged(Neighbour(2, NOW + 1, ())),
    ]
    assert latest(events) == [events[n] for n in (1, 4, 6, 7, 8, 9, 10, 11, 12)]
    assert latest(latest(events)) == latest(events)
    assert latest([]) == []
