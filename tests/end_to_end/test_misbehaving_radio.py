"""Radios that do wrong: the daemon lives, says what is proven and no more, and goes on.

The long silence of a wedged radio is in tests/radio, where its times are parameters.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from support.commands import until
from support.daemons import Daemon, Members, Radios, two_nodes

pytestmark = pytest.mark.slow


class World:
    """base and ash; ash's radio (number 1) is the one that does wrong."""

    def __init__(self, radios: Radios, base: Daemon, ash: Daemon) -> None:
        self.radios, self.base, self.ash = radios, base, ash

    def misbehave(self, how: str) -> None:
        self.radios.do("misbehave", node=1, how=how)

    def report(self, note: str) -> str:
        item: str = self.ash.call("report", kind="other", severity="low", note=note)["id"]
        return item

    def delivery(self, item: str) -> dict[str, Any]:
        words: dict[str, Any] = self.ash.rows("alerts")[item]["delivery"]
        return words

    def arrives(self, item: str) -> None:
        until(lambda: item in self.base.rows("alerts"))

    def comes_in(self, note: str) -> None:
        """What base says is heard by ash."""
        item = self.base.call("report", kind="other", severity="low", note=note)["id"]
        until(lambda: item in self.ash.rows("alerts"))

    def works(self, after: str) -> None:
        """Both ways, with the radio ready."""
        self.ash.wait_radio("ready")
        self.arrives(self.report(f"out after {after}"))
        self.comes_in(f"in after {after}")


@pytest.fixture(scope="module")
def world(dispatchers: Members, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    members = dispatchers.copied(tmp_path_factory.mktemp("world"))
    with Radios(speed=2) as radios, two_nodes(members, radios) as (base, ash):
        yield World(radios, base, ash)
        for daemon in (base, ash):  # whatever happened: no fault of the program itself
            log = daemon.log.read_text()
            assert "Traceback" not in log, log


def test_a_radio_without_power_is_searched_and_what_waits_goes_out_later(world: World) -> None:
    world.radios.do("power", node=1, on=False)
    row = world.ash.wait_radio("searching")
    assert row["detail"]
    item = world.report("no power")
    assert world.delivery(item)["state"] == "queued"
    world.radios.do("power", node=1, on=True)
    world.arrives(item)
    world.works("power")


def test_what_was_said_while_a_radio_had_no_power_is_repaired_by_digests(world: World) -> None:
    world.radios.do("power", node=0, on=False)
    world.base.wait_radio("searching")
    missed = world.report("nobody hears this")
    until(lambda: world.delivery(missed), lambda words: words["state"] == "unheard")
    assert missed not in world.base.rows("alerts")
    world.radios.do("power", node=0, on=True)
    world.arrives(missed)
    words = until(lambda: world.delivery(missed), lambda words: words["state"] == "held")
    assert words["attempts"] == 1, "nothing is flooded twice"
    assert words["held"]["all"] == [1, 2]
    world.works("the power of the other")


def test_a_radio_that_reboots_is_found_again(world: World) -> None:
    clients = world.radios.do("counters")["counters"]["clients"]
    world.misbehave("reboot")
    world.ash.wait_radio("searching", "connecting")
    world.works("reboot")
    assert world.radios.do("counters")["counters"]["clients"] > clients


def test_garbage_between_the_frames_stops_nothing(world: World) -> None:
    since = world.ash.wait_radio("ready")["since"]
    world.misbehave("garbage")
    for number in range(3):
        world.comes_in(f"through garbage {number}")
        world.arrives(world.report(f"out of garbage {number}"))
    assert world.ash.status()["radio"]["since"] == since
    world.misbehave("none")
    world.works("garbage")


def test_half_a_frame_and_a_hang_up_cost_a_connection_and_no_report(world: World) -> None:
    since = world.ash.wait_radio("ready")["since"]
    world.misbehave("half_frame")
    item = world.report("into half a frame")
    until(lambda: world.ash.status()["radio"], lambda radio: radio["since"] > since)
    world.arrives(item)
    world.works("half a frame")


def test_a_radio_that_refuses_packets_is_named_as_the_reason(world: World) -> None:
    world.misbehave("rate_limit")
    item = world.report("too many")
    words = until(lambda: world.delivery(item), lambda words: words["state"] == "refused")
    assert "RATE_LIMIT" in words["reason"] or "rate" in words["reason"].lower()
    assert words["retry_at"] > 0
    assert item not in world.base.rows("alerts")
    world.misbehave("none")
    world.arrives(item)
    world.works("refusal")


def test_a_wedged_radio_proves_nothing_and_the_daemon_answers_meanwhile(world: World) -> None:
    world.misbehave("wedge")
    item = world.report("into a wedge")
    out = world.ash.status()["radio"]["frames_out"]
    for _ in range(5):  # it is busy with nothing: requests are answered, and nothing is claimed
        assert world.delivery(item)["state"] == "queued"
    assert world.ash.status()["radio"]["frames_out"] == out
    assert item not in world.base.rows("alerts")
    world.misbehave("none")
    world.radios.do("drop_client", node=1)
    world.arrives(item)
    world.works("wedge")
