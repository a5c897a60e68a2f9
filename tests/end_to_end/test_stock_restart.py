"""Stock radios over a restart of the daemon, with two speakers, and with everything off."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.commands import until
from support.daemons import ASH, BASE, Daemon, Radios, make_members
from support.stock import CHANNEL, neighbour, set_up_channel

SPEAKS = ("--stock-channel", CHANNEL)


def verified(base: Daemon, ash: Daemon) -> str:
    """ash reports, base confirms."""
    item: str = ash.call("report", kind="fire", severity="high", lat=40.76, lon=-111.89)["id"]
    until(lambda: item in base.rows("alerts"))
    base.call("verdict", alert=item, result="confirmed")
    return item


@pytest.mark.slow
def test_nothing_is_said_twice_after_a_kill_and_a_report_is_still_there(tmp_path: Path) -> None:
    members = make_members(tmp_path, policies=("stock-hear=1", "stock-reports=1"))
    with Radios(nodes=3) as radios:
        for at in (0, 2):
            set_up_channel(radios.addresses[at])
        with (
            neighbour(radios.addresses[2]) as stock,
            members.daemon(ASH, radios.addresses[1]) as ash,
        ):
            with members.daemon(BASE, radios.addresses[0], more=SPEAKS) as base:
                verified(base, ash)
                assert "fire" in stock.got("ALERT_APP")
                stock.pin()
                number = int(base.status()["radio"]["node_number"])
                stock.asks("R fire 40.7640,-111.8920", number)
                (row,) = base.rows("stock_reports").values()
                base.kill()
            with members.daemon(BASE, radios.addresses[0], more=SPEAKS) as base:
                assert stock.silent(15)
                assert base.rows("stock_reports")[row["id"]]["state"] == "new"
                adopted = base.call("stock_adopt", stock=row["id"])["id"]
                until(lambda: adopted in ash.rows("alerts"))


@pytest.mark.slow
def test_with_the_policies_off_a_speaker_says_and_takes_nothing(tmp_path: Path) -> None:
    members = make_members(tmp_path)
    with Radios(nodes=3) as radios:
        for at in (0, 2):
            set_up_channel(radios.addresses[at])
        with (
            neighbour(radios.addresses[2]) as stock,
            members.daemon(ASH, radios.addresses[1]) as ash,
            members.daemon(BASE, radios.addresses[0], more=SPEAKS) as base,
        ):
            verified(base, ash)
            stock.send("SOS", int(base.status()["radio"]["node_number"]))
            assert stock.silent(15)
            assert base.rows("stock_reports") == {}
            assert base.rows("stock_lines") == {}
            said = members.say(BASE, "stock", "list").out
            assert "stock-hear lets nothing out" in said


@pytest.mark.slow
def test_the_primary_channel_is_never_taken_by_a_slip(tmp_path: Path) -> None:
    members = make_members(tmp_path, policies=("stock-hear=1",))
    with (
        Radios(nodes=2) as radios,
        members.daemon(BASE, radios.addresses[0], more=("--stock-channel", "0")) as base,
    ):
        until(
            lambda: base.status()["status"]["stock"]["problem"],
            lambda problem: "--stock-channel primary" in problem,
        )
        assert "NOT SPEAKING" in members.say(BASE, "stock", "list").out
