"""`kill -9` of any process at any moment: nothing acknowledged is lost, nothing shows twice.

MESHDEFENSE_NIGHTLY=1 kills more often; MESHDEFENSE_SEED repeats the moments of a failed run.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from meshdefense.api.client import DaemonGoneError, NodeClient
from meshdefense.paths import DataFolder
from support.commands import PATIENCE_S, command, environment, until
from support.daemons import ASH, BASE, Daemon, Members, Radios, free_base, two_nodes

NIGHTLY = os.environ.get("MESHDEFENSE_NIGHTLY") == "1"
ROUNDS = 25 if NIGHTLY else 4
REPORTS_EACH_ROUND = 60
PAUSE_S = 0.04
SPEED = 8
"""Of the air: it carries two reports a second otherwise, and these tests want a hundred."""

pytestmark = pytest.mark.slow


def tell(line: str) -> None:
    """For whoever reads a failure: pytest shows it with one."""
    sys.stdout.write(line + "\n")


@pytest.fixture
def chance() -> random.Random:
    seed = int(os.environ.get("MESHDEFENSE_SEED", "20260"))
    tell(f"MESHDEFENSE_SEED={seed}")
    return random.Random(seed)


async def report_until_dead(data: Path, round_: int) -> dict[str, str]:
    """Submit until the daemon is gone; ids and notes of what it acknowledged."""
    client = await NodeClient.connect(DataFolder(data).socket, client="test")
    acknowledged: dict[str, str] = {}

    async def reporter(name: str) -> None:
        for number in range(REPORTS_EACH_ROUND // 2):
            note = f"{round_} {name} {number}"
            given = await client.call("report", kind="other", severity="low", note=note)
            assert given["id"] not in acknowledged
            acknowledged[given["id"]] = note
            await asyncio.sleep(PAUSE_S)

    try:
        with contextlib.suppress(DaemonGoneError):
            await asyncio.gather(reporter("a"), reporter("b"))
            async for _ in client.notices():
                pass  # until it is dead
    finally:
        await client.close()
    return acknowledged


async def report_while_killed(daemon: Daemon, round_: int, after_s: float) -> dict[str, str]:
    """Let two reporters write, kill the daemon some time after they began."""
    writing = asyncio.get_running_loop().create_task(report_until_dead(daemon.data, round_))
    await asyncio.sleep(after_s)
    daemon.process.kill()
    acknowledged = await writing
    daemon.process.wait(PATIENCE_S)
    return acknowledged


def notes(daemon: Daemon) -> dict[str, str]:
    """Ids and notes of all reports of a node; fails when one is there twice."""
    rows = daemon.rows("alerts")
    said = {item: row["note"] for item, row in rows.items()}
    assert len(set(said.values())) == len(said), "the same report under two numbers"
    return said


def test_what_was_acknowledged_is_stored_once_and_reaches_the_other_node(
    members: Members, chance: random.Random
) -> None:
    acknowledged: dict[str, str] = {}
    with Radios(speed=SPEED) as radios, members.daemon(BASE, radios.addresses[0]) as base:
        for round_ in range(ROUNDS):
            with members.daemon(ASH, radios.addresses[1]) as ash:
                moment = chance.uniform(0.02, 0.7)
                new = asyncio.run(report_while_killed(ash, round_, moment))
            tell(f"round {round_}: killed after {moment:.3f} s, {len(new)} acknowledged")
            again = acknowledged.keys() & new.keys()
            assert not again, f"numbers given out twice: {sorted(again)}"
            acknowledged |= new
        with members.daemon(ASH, radios.addresses[1]) as ash:
            mine = notes(ash)
            assert acknowledged.items() <= mine.items()
            # two reporters: at most two were stored in each round without being told
            assert len(mine) - len(acknowledged) <= 2 * ROUNDS
            assert ash.status()["status"]["items"] == len(mine)
            sent = ash.call("report", kind="fire", note="after everything")["id"]
            assert sent not in mine
            mine[sent] = "after everything"
            there = until(lambda: notes(base), lambda there: there.keys() >= mine.keys())
    assert there == mine
    assert len(acknowledged) > ROUNDS


def test_a_receiver_killed_in_mid_stream_has_everything_once(
    members: Members, chance: random.Random
) -> None:
    """What comes while it is dead waits in its radio: the sender is gone by then.

    The one frame that was between radio and store at the moment of the kill comes by the
    repeat that every alert gets.
    """
    count = 16
    with Radios(speed=SPEED) as radios:
        with two_nodes(members, radios) as (base, ash):
            sent = []
            dies_at = chance.randrange(4, 9)
            for number in range(count):
                sent.append(ash.call("report", kind="hazard", note=f"n {number}"))
                if number == dies_at:
                    until(lambda: base.rows("alerts"))
                    before = base.rows("alerts")
                    base.kill()
                time.sleep(chance.uniform(0.0, 0.1))
            until(
                lambda: [row["delivery"] for row in ash.rows("alerts").values()],
                lambda all_: all(w["state"] == "heard" and w["attempts"] >= 2 for w in all_),
            )
        # both daemons are gone now; only base's radio has the rest
        with members.daemon(BASE, radios.addresses[0]) as base:
            wanted = {given["id"] for given in sent}
            after = until(lambda: base.rows("alerts"), lambda rows: rows.keys() >= wanted)
            assert after.keys() == wanted
            assert base.status()["status"]["items"] == count
    assert 0 < len(before) < count
    for item, row in before.items():
        assert after[item]["received_at"] == row["received_at"], "received a second time"


def test_killed_radios_are_searched_found_again_and_get_what_waited(members: Members) -> None:
    port = free_base(2)
    with contextlib.ExitStack() as held:
        radios = held.enter_context(Radios(port=port))
        base, ash = held.enter_context(two_nodes(members, radios))
        radios.kill()
        for daemon in (base, ash):
            daemon.wait_radio("searching", "connecting")
        item = ash.call("report", kind="medical", note="said without a radio")["id"]
        words = ash.rows("alerts")[item]["delivery"]
        assert words["state"] == "queued"
        assert words["reason"] in ("no radio found", "the radio is connecting")
        assert not base.rows("alerts")
        held.enter_context(Radios(port=port))
        for daemon in (base, ash):
            daemon.wait_ready()
        row = until(lambda: base.rows("alerts").get(item))
        assert row is not None
        assert row["note"] == "said without a radio"
        until(lambda: ash.rows("alerts")[item]["delivery"]["state"], lambda s: s == "heard")


def test_a_killed_follower_and_a_killed_screen_do_not_harm_the_daemon(members: Members) -> None:
    with members.daemon(BASE) as daemon:
        first = daemon.call("report", kind="hazard", note="before")["id"]
        follower = subprocess.Popen(
            command("alerts", "--follow", "--json", "--data", daemon.data),
            stdout=subprocess.PIPE,
            env=environment(),
        )
        controller, terminal = pty.openpty()
        screen = subprocess.Popen(
            command("tui", "--data", daemon.data),
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env=environment(TERM="xterm-256color"),
        )
        try:
            assert follower.stdout is not None
            with follower.stdout as output:
                assert first.encode() in output.readline()
                shown = bytearray()
                while b"hazard" not in shown:  # read() fails when the screen ends without it
                    shown += os.read(controller, 65_536)
                follower.kill()
                screen.kill()
        finally:
            for process in (follower, screen):
                process.kill()
                process.wait(PATIENCE_S)
            os.close(terminal)
            os.close(controller)
        assert daemon.process.poll() is None
        second = daemon.call("report", kind="hazard", note="after")["id"]
        assert daemon.rows("alerts").keys() == {first, second}
        until(daemon.status)
        text = daemon.log.read_text()
        assert "Traceback" not in text
        assert "ERROR" not in text
