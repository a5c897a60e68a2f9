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
from collections.abc import Iterator, Set
from pathlib import Path
from typing import Any

import pytest

from meshdefense.api.client import DaemonGoneError, NodeClient
from meshdefense.paths import DataFolder
from support.commands import PATIENCE_S, command, environment, until
from support.daemons import ASH, BASE, BIRCH, Daemon, Members, Radios, free_base, two_nodes

NIGHTLY = os.environ.get("MESHDEFENSE_NIGHTLY") == "1"
NETWORKS = 6 if NIGHTLY else 1
"""One has room for so many rounds: with dispatch a member may say 39 of these in ten minutes."""
ROUNDS = 4
REPORTS_EACH_ROUND = 8
DECISIONS = 2
"""Those that let the two others in are stored as items as well."""
PAUSE_S = 0.06
SPEED = 8
"""Of the air: it carries two reports a second otherwise, and these tests want a hundred."""

PROVEN = ("heard", "held")
"""By another radio, or by another member's node, which says so some ten seconds later."""

pytestmark = pytest.mark.slow


def tell(line: str) -> None:
    """For whoever reads a failure: pytest shows it with one."""
    sys.stdout.write(line + "\n")


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    seed = os.environ.get("MESHDEFENSE_SEED", "20260")
    tell(f"MESHDEFENSE_SEED={seed}")
    return random.Random(f"{seed} {request.node.name}")


async def report_until_dead(data: Path, round_: int) -> dict[str, str]:
    """Submit until the daemon is gone; ids and notes of what it acknowledged."""
    client = await NodeClient.connect(DataFolder(data).socket, client="test")
    acknowledged: dict[str, str] = {}

    async def reporter(name: str) -> None:
        for number in range(REPORTS_EACH_ROUND // 2):
            note = f"{round_}{name}{number}"
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


async def both_killed(daemons: tuple[Daemon, Daemon], round_: int, moments: list[float]) -> Any:
    """Two members write at the same time, and each is killed at a moment of its own."""
    return await asyncio.gather(
        *(report_while_killed(one, round_, at) for one, at in zip(daemons, moments, strict=True))
    )


@contextlib.contextmanager
def writers(members: Members, radios: Radios) -> Iterator[tuple[Daemon, Daemon]]:
    """ash and birch, on the radios behind that of base."""
    with (
        members.daemon(ASH, radios.addresses[1], wait=False) as ash,
        members.daemon(BIRCH, radios.addresses[2], wait=False) as birch,
    ):
        ash.wait_ready()
        birch.wait_ready()
        yield ash, birch


def notes(daemon: Daemon, *, mine: bool = False) -> dict[str, str]:
    """Ids and notes of the reports of a node; fails when one is there twice."""
    rows = daemon.rows("alerts")
    said = {(row["author_name"], row["note"]) for row in rows.values()}
    assert len(said) == len(rows), "the same report under two numbers"
    return {item: row["note"] for item, row in rows.items() if row["mine"] or not mine}


def notes_with(daemon: Daemon, wanted: Set[str]) -> dict[str, str]:
    """The same, as soon as these are among them."""
    return until(lambda: notes(daemon), lambda there: there.keys() >= wanted)


@pytest.mark.parametrize("network", range(NETWORKS))
def test_what_was_acknowledged_is_stored_once_and_reaches_every_other_node(
    network: int, dispatchers: Members, tmp_path: Path, chance: random.Random
) -> None:
    members = dispatchers.copied(tmp_path)
    acknowledged: tuple[dict[str, str], dict[str, str]] = ({}, {})
    with Radios(3, speed=SPEED) as radios, members.daemon(BASE, radios.addresses[0]) as base:
        for round_ in range(ROUNDS):
            moments = [chance.uniform(0.02, 0.35) for _ in acknowledged]
            with writers(members, radios) as both:
                news = asyncio.run(both_killed(both, round_, moments))
            for known, new, moment in zip(acknowledged, news, moments, strict=True):
                tell(f"round {round_}: killed after {moment:.3f} s, {len(new)} acknowledged")
                again = known.keys() & new.keys()
                assert not again, f"numbers given out twice: {sorted(again)}"
                known |= new
        stored: dict[str, str] = {}
        with writers(members, radios) as both:
            for daemon, known in zip(both, acknowledged, strict=True):
                mine = notes(daemon, mine=True)
                assert known.items() <= mine.items()
                # two reporters: at most two were stored in each round without being told
                assert len(mine) - len(known) <= 2 * ROUNDS
                sent = daemon.call("report", kind="fire", note="last")["id"]
                assert sent not in mine
                stored |= mine | {sent: "last"}
            for daemon in (base, *both):
                assert notes_with(daemon, stored.keys()) == stored
                assert daemon.status()["status"]["items"] == len(stored) + DECISIONS
    assert sum(map(len, acknowledged)) > 2 * ROUNDS


def test_a_receiver_killed_in_mid_stream_has_everything_once(
    dispatchers: Members, tmp_path: Path, chance: random.Random
) -> None:
    """What comes while it is dead waits in its radio; for this the sender is gone by then.

    A frame that was between radio and store at the moment of the kill is repaired: the sender's
    node runs again then, and hears by digests that it lacks.
    """
    count = 16
    members = dispatchers.copied(tmp_path)
    sent: list[str] = []
    with Radios(speed=SPEED) as radios:
        with two_nodes(members, radios) as (base, ash):
            dies_at = chance.randrange(4, 9)
            for number in range(count):
                sent.append(ash.call("report", kind="hazard", note=f"n {number}")["id"])
                if number == dies_at:
                    until(lambda: base.rows("alerts"))
                    before = base.rows("alerts")
                    base.kill()
                time.sleep(chance.uniform(0.0, 0.1))
            until(
                lambda: [row["delivery"]["state"] for row in ash.rows("alerts").values()],
                lambda states: all(state in PROVEN for state in states),
            )
        tell(f"{len(before)} stored when it was killed at {dies_at}")
        # both daemons are gone now; only base's radio has the rest
        with members.daemon(BASE, radios.addresses[0]) as base:
            waited = set(sent[dies_at + 1 :])
            first = until(lambda: base.rows("alerts"), lambda rows: rows.keys() >= waited)
            tell(f"{len(first)} after the radio gave what it kept")
            with members.daemon(ASH, radios.addresses[1]):
                after = until(lambda: base.rows("alerts"), lambda rows: rows.keys() >= {*sent})
            assert after.keys() == {*sent}
            assert base.status()["status"]["items"] == count + DECISIONS
    assert 0 < len(before) < count
    for item, row in {**first, **before}.items():
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
        until(lambda: ash.rows("alerts")[item]["delivery"]["state"], lambda s: s in PROVEN)


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
            command("tui", "--no-setup", "--data", daemon.data),
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
