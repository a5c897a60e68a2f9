"""People with stock radios: two daemons, and a neighbour with the real client library."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from support.commands import until
from support.daemons import ASH, BASE, Daemon, Members, Radios, make_members
from support.stock import CHANNEL, Neighbour, neighbour, set_up_channel

POLICIES = ("stock-hear=2", "stock-reports=1", "stock-place=5")
NEIGHBOUR = 2
"""Index of the stock radio."""


class Town:
    """base speaks to stock radios, ash does not; a neighbour listens."""

    def __init__(
        self, members: Members, radios: Radios, base: Daemon, ash: Daemon, stock: Neighbour
    ) -> None:
        self.members, self.radios = members, radios
        self.base, self.ash, self.stock = base, ash, stock

    @property
    def base_number(self) -> int:
        return int(self.base.status()["radio"]["node_number"])

    def verified(self, **fields: Any) -> str:
        """ash reports, base confirms."""
        item: str = self.ash.call(
            "report", **{"kind": "checkpoint", "severity": "high", "count": 3} | fields
        )["id"]
        until(lambda: item in self.base.rows("alerts"))
        self.base.call("verdict", alert=item, result="confirmed")
        return item

    def line(self, about: str, said: str) -> dict[str, Any]:
        """base's row of a line."""
        rows = until(
            lambda: [
                row
                for row in self.base.rows("stock_lines").values()
                if (row["about"], row["said"]) == (about, said)
            ]
        )
        return rows[0]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    members = make_members(tmp_path_factory.mktemp("town"), "dispatch", policies=POLICIES)
    with Radios(nodes=3) as radios:
        for address in (radios.addresses[0], radios.addresses[NEIGHBOUR]):
            set_up_channel(address)
        with (
            neighbour(radios.addresses[NEIGHBOUR]) as stock,
            members.daemon(BASE, radios.addresses[0], more=("--stock-channel", CHANNEL)) as base,
            members.daemon(ASH, radios.addresses[1]) as ash,
        ):
            yield Town(members, radios, base, ash, stock)
        assert "Traceback" not in base.log.read_text()


def test_a_verified_alert_rings_a_stock_phone_and_stands_on_its_map(town: Town) -> None:
    item = town.verified(lat=40.7631, lon=-111.8934)
    line = town.stock.got("ALERT_APP")
    assert line.startswith("HIGH ALERT, verified: checkpoint or roadblock (3), within 100 m of 40.")
    assert "ALERTA ALTA, verificada: retén o control (3)" in line
    pin = town.stock.pin()
    assert pin.name == "checkpoint or roadblock (3)"
    assert pin.latitude_i / 1e7 == pytest.approx(40.7631, abs=1e-3)
    assert pin.expire == pytest.approx(town.base.rows("alerts")[item]["expires_at"], abs=1)
    row = until(
        lambda: town.line(item, "verified"), lambda row: row["state"] in ("heard", "on_air")
    )
    assert row["text"] == line


def test_the_end_of_an_alert_is_told_and_takes_the_pin_away(town: Town) -> None:
    item = town.verified(kind="fire", lat=40.7701, lon=-111.8801)
    assert "fire (3)" in town.stock.got("ALERT_APP")
    pin = town.stock.pin()
    until(lambda: town.line(item, "verified")["pin"]["state"] in ("heard", "on_air"))
    for daemon in (town.ash, town.base):
        daemon.call("close", alert=item, reason="all-clear")
    over = town.stock.got("TEXT_MESSAGE_APP")
    assert over.startswith("OVER, say 2 people: fire (3)")
    assert over[-6:-2] == town.line(item, "verified")["tag"][:4], "people see what it is about"
    gone = town.stock.pin()
    assert (gone.id, gone.expire) == (pin.id, 1)


def test_a_text_becomes_an_unsigned_report_that_counts_once_a_member_adopts_it(town: Town) -> None:
    answer = town.stock.asks("R 3 vans 40.7640,-111.8920", town.base_number)
    (row,) = town.base.rows("stock_reports").values()
    assert (row["state"], row["intent"], row["count"]) == ("new", "report", 3)
    assert row["hint"] == f"{town.stock.number & 0xFFFF:04x}"
    assert answer.startswith("Received by a machine: enforcement activity (3)")
    assert f"Ref {row['id']}" in answer
    assert not any(one["count"] == 3 and one["kind"] == row["kind"]
                   for one in town.ash.rows("alerts").values())  # fmt: skip
    listed = town.members.say(BASE, "stock", "list").out
    assert "UNSIGNED" in listed
    assert row["id"] in listed
    adopted = town.members.say(BASE, "stock", "adopt", row["id"], "--json").json
    seen = until(lambda: town.ash.rows("alerts").get(adopted["id"]))
    assert seen is not None
    assert (seen["author_name"], seen["count"], seen["state"]) == (BASE, 3, "unconfirmed")
    assert seen["place"]["lat"] == pytest.approx(40.7640, abs=1e-3)
    done = town.base.rows("stock_reports")[row["id"]]
    assert (done["state"], done["done_by"], done["adopted_as"]) == ("adopted", BASE, seen["id"])
    assert town.members.say(BASE, "stock", "adopt", row["id"]).code == 5


def test_an_unsigned_sos_is_answered_with_the_truth_until_a_person_has_read_it(
    town: Town,
) -> None:
    answer = town.stock.asks("SOS", town.base_number)
    assert "a person has not read it yet" in answer
    assert "Say where" in answer
    answer = town.stock.asks("SOS 40.7655,-111.8900", town.base_number)
    assert "Say where" not in answer, "the place was taken at once, as it was asked for"
    (row,) = [one for one in town.base.rows("stock_reports").values() if one["intent"] == "sos"]
    assert row["place"]["lat"] == pytest.approx(40.7655)
    assert town.base.rows("sos") == {}, "it is no signed call for help"
    assert town.members.say(BASE, "stock", "read", row["id"]).code == 0
    told = until(
        lambda: town.base.rows("stock_reports")[row["id"]]["answer"],
        lambda answer: answer["state"] in ("on_air", "heard", "unheard"),
    )
    assert told["text"].startswith("A person has read your SOS")


def test_a_node_that_nobody_told_to_speak_says_and_takes_nothing(town: Town) -> None:
    number = int(town.ash.status()["radio"]["node_number"])
    town.stock.send("R 2 vans 40.7640,-111.8920", number)
    assert town.stock.silent(8, sender=number)
    assert town.ash.rows("stock_reports") == {}
    told = town.members.say(ASH, "stock", "list")
    assert told.code == 5
    assert "--stock-channel" in told.err
