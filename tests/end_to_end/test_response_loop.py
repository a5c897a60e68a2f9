"""From a report to the all-clear: three daemons on three virtual radios, commands at each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.commands import until
from support.daemons import ASH, BASE, BIRCH, Members, Radios


def test_a_report_is_looked_into_broadcast_answered_and_closed_by_two(members: Members) -> None:
    def say(handle: str, *words: object) -> Any:
        return members.say(handle, *words, "--json").json

    with (
        Radios(3) as radios,
        members.daemon(BASE, radios.addresses[0], wait=False) as base,
        members.daemon(ASH, radios.addresses[1], wait=False) as ash,
        members.daemon(BIRCH, radios.addresses[2], wait=False) as birch,
    ):
        for daemon in (base, ash, birch):
            daemon.wait_ready()
        alert = say(ASH, "report", "fire", "--severity", "high", "--at", 40.761, -111.891)["id"]

        def at(daemon: Any, wanted: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
            row: dict[str, Any] = until(
                lambda: daemon.rows("alerts").get(alert, {}), lambda row: bool(row and wanted(row))
            )
            return row

        at(base, lambda row: row["state"] == "unconfirmed")
        at(birch, lambda row: row["state"] == "unconfirmed")
        say(BASE, "dispatch", alert, BIRCH, "--back", 10, "--look", "smoke or steam?")
        (order,) = at(birch, lambda row: row["dispatches"])["dispatches"]
        assert (order["mine"], order["state"], order["look"]) == (True, "open", "smoke or steam?")
        say(BIRCH, "verify", alert, "confirmed")
        row = at(base, lambda row: row["state"] == "verified")
        assert row["dispatches"][0]["state"] == "answered"
        say(BASE, "broadcast", alert)
        at(ash, lambda row: row["broadcasts"])
        say(ASH, "respond", alert, "on-the-way", "--eta", 6)
        (answer,) = at(base, lambda row: row["responses"])["responses"]
        assert (answer["name"], answer["eta_at"] - answer["at"]) == (ASH, 360)
        say(BIRCH, "close", alert)
        assert at(ash, lambda row: row["closes"])["state"] == "verified"
        say(BASE, "close", alert)
        for daemon in (base, ash, birch):
            at(daemon, lambda row: row["state"] == "closed")
        text = members.say(ASH, "alerts", alert).out
        assert "all clear: 2 of 2" in text
        assert f"broadcast by {BASE}" in text
