"""A disk that fails at any write of a short scenario: the node goes on, says so, and recovers.

MESHDEFENSE_NIGHTLY=1 lets each write fail with each error.
"""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from meshdefense.enrolment import load_membership
from meshdefense.node.deciding import DECIDING
from meshdefense.node.losing import LOSING
from meshdefense.radio.base import LinkState, RadioStatus, ReceivedFrame
from meshdefense.storage.database import Database
from meshdefense.storage.repository import Store
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.events import ItemAccepted
from meshdefense_protocol.items import Item, decode_item
from meshdefense_protocol.packets import Endorse
from meshdefense_protocol.roster import Roster
from meshdefense_protocol.transport import Fate, Reception
from support.network import drain
from support.nodes import eventually, rows
from support.storage_disk_play import HERE, WHY, Play, Step, submitting
from support.storage_faults import ERRORS, FailingDisk
from support.storage_store_life import KEY

NIGHTLY = os.environ.get("MESHDEFENSE_NIGHTLY") == "1"
PATIENCE_S, STEP_S = 300, 3
"""Of the time that a test moves: what vic lacks is found out by digests."""
EACH, ONCE_EACH = 2, 3


async def acknowledge(play: Play) -> list[Item]:
    return [(await play.node.submit("acknowledge", {"item": str(play.alert.id)})).item]


async def verdict(play: Play) -> list[Item]:
    given = {"alert": str(play.alert.id), "result": "confirmed"}
    return [(await play.node.submit("verdict", given)).item]


def deciding(method: Any, **params: Any) -> Step:
    async def step(play: Play) -> list[Item]:
        before = {item.id for item in decided(play.store)}
        await method(play.node, params)
        return [item for item in decided(play.store) if item.id not in before]

    return step


def decided(store: Store) -> list[Item]:
    """base's decisions that are stored."""
    found = [decode_item(raw, grid_unit_m=1) for key, raw, _ in store.decisions() if key[0] == 2]
    return [item for item in found if not isinstance(item, Rejection)]


REKEY = deciding(LOSING["rekey"])
STEPS: list[Step] = [
    submitting("report", kind="fire", **HERE),
    acknowledge,
    verdict,
    submitting("checkin", state="ok"),
    deciding(DECIDING["suspend"], member="ned", reason="lost"),
    deciding(DECIDING["policy"], name="verdicts-medium", value=2),
    REKEY,
]


async def ada_agrees(play: Play) -> None:
    """Her voice changes what makes an alert verified, and brings new keys into force."""
    pending = tuple(sorted(one.digest for one in play.node.membership.roster.pending))
    if pending:
        await play.hear(play.network.item("ada", Endorse(pending), now=play.time.wall))


async def play_all(play: Play) -> None:
    await play.hear(play.alert, play.quiet)
    for step in STEPS:
        await play.say(step)
    await ada_agrees(play)


async def passed_on(play: Play) -> bool:
    """Whether vic, who hears base only from now on, gets from it what came in just now."""
    ear, heard = play.network.engine("vic"), len(play.frames)
    await play.hear(play.other)
    for _ in range(PATIENCE_S // STEP_S):
        play.time.pass_(STEP_S)
        now = play.time.wall
        ear.handle_timer(now)
        for frame in ear.frames_to_send(now):
            ear.frame_fate(frame.token, Fate.ON_AIR, now)
            play.node.feed(ReceivedFrame(frame.payload, Reception("loopback", hops=0)))
        await play.turn()
        for payload in play.frames[heard:]:
            ear.receive(payload, now, Reception("loopback", hops=0))
        heard = len(play.frames)
        got = [one.item.id for one in drain(ear) if isinstance(one, ItemAccepted)]
        if play.other.id in got:
            return True
    return False


async def works_again(play: Play) -> None:
    """The disk works, and nobody does anything: the node finds out by itself."""
    play.disk.mend()

    async def well() -> bool:
        play.time.pass_(1)
        play.node.feed(RadioStatus(LinkState.READY))
        await asyncio.sleep(0)
        return play.status() == "ok"

    await eventually(well)


async def check_broken(play: Play) -> None:
    """What must hold while the disk takes nothing, and afterwards until all is said again."""
    why = WHY[play.disk.error]
    await play.turn()
    assert any(words in play.status() for words in why), play.status()
    shown = (await rows(play.node, "status"))["status"]
    assert shown["store"] == play.status(), "screens are told something else"
    for _, text in play.refused:
        assert any(words in text for words in why), text
    before = len(play.refused)
    await play.say(submitting("report", kind="fire", note="in vain", **HERE))
    assert len(play.refused) == before + 1
    play.refused.pop()
    mine = {row_id for row_id, row in (await rows(play.node, "alerts")).items() if row["mine"]}
    assert mine <= play.accepted.keys(), "what was refused is shown"
    assert await passed_on(play), "nothing is passed on"
    assert play.on_air.keys() <= play.accepted.keys(), "what was refused was sent"
    await works_again(play)
    refused = [step for step, _ in play.refused]
    play.refused.clear()
    for step in refused:
        await play.say(step)
    assert not play.refused
    await ada_agrees(play)


async def one_run(folder: Path, disk: FailingDisk) -> Any:
    """The scenario on this disk; what is known in the end, here and in the next life."""
    play = Play(folder, disk)
    async with play.running():
        await play_all(play)
        if disk.broken and not disk.once:
            await check_broken(play)
        else:
            disk.mend()
            for step, _ in play.refused:
                await play.say(step)
            await ada_agrees(play)
            await play.hear(play.other)
        await play.turn()
        assert play.status() == "ok"
        shown = await outcome(play)
    with Store(Database.open(folder / "store.db", KEY)) as store:
        assert store.check() == []
        assert not store.restored
        stored = {".".join(map(str, one.key[:3])): one.raw for one in store.items() if one.own}
        assert stored.items() >= play.accepted.items()
        assert stored.items() >= play.on_air.items()
        assert len(stored) == len(STEPS), "what was refused is stored"
        me = load_membership(store)
        assert me.vault is not None
        assert facts_of(me.roster) == facts_of(play.node.membership.roster)
        return shown, len(me.vault.seeds), sorted(store.documents("wraps/"))


def facts_of(roster: Roster) -> tuple[object, ...]:
    """What organizers decided."""
    return (
        roster.epoch,
        [one.number for one in roster.suspensions],
        roster.policies,
        [one.digest for one in roster.pending],
        [(one.number, one.name, one.roles) for one in roster],
    )


async def outcome(play: Play) -> Any:
    """What a screen shows in the end, without times, and without the numbers of own items."""
    roster, alerts = play.node.membership.roster, await rows(play.node, "alerts")
    return (
        facts_of(roster),
        len(await rows(play.node, "members")),
        [row["state"] for row in (await rows(play.node, "patrols")).values()],
        sorted(
            (
                row["author_name"],
                row["state"],
                row["needed"],
                [reader["name"] for reader in row["readers"]],
                [one["result"] for one in row["verdicts"]],
            )
            for row in alerts.values()
        ),
        play.node.status(0)["items"] - play.store.item_count(),
        len(play.store.outbox()),
    )


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Any]:
    """Writes of the scenario, and what is known in the end when nothing fails."""
    disk = FailingDisk(0, errno.EIO)
    known = asyncio.run(one_run(tmp_path_factory.mktemp("right"), disk))
    assert known[0][0][:2] == (2, [5]), "the scenario does not do what it is to do"
    return disk.writes, known


@pytest.mark.slow
@pytest.mark.parametrize("once", [False, True], ids=["until it is mended", "once"])
@pytest.mark.parametrize("error", ERRORS, ids=[errno.errorcode[error] for error in ERRORS])
def test_whichever_write_fails_the_node_goes_on_says_so_and_recovers(
    error: int, once: bool, right: tuple[int, Any], tmp_path: Path
) -> None:
    writes, known = right
    assert writes > 60
    first, each = 1, 1
    if not NIGHTLY:  # every second write with one of the errors, fewer where it is only once
        step = ONCE_EACH if once else EACH
        first, each = 1 + step * list(ERRORS).index(error), step * len(ERRORS)
    for at in range(first, writes + 1, each):
        folder = tmp_path / str(at)
        folder.mkdir()
        disk = FailingDisk(at, error, once=once)
        try:
            assert asyncio.run(one_run(folder, disk)) == known
        except BaseException as failure:
            failure.add_note(f"write {at} of {writes} failed with {os.strerror(error)}")
            raise
        assert disk.refused > 0
        shutil.rmtree(folder)
