"""Voice and ear for stock radios: what is told to whom, what is taken, and what becomes of it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from meshdefense.node.asked import NotFoundError, UnavailableError
from meshdefense.node.stock import StockDesk, StockRadios
from meshdefense.node.stock_replies import ANSWERS_MAX, GRAVE_MAX
from meshdefense.node.stock_reports import NEW_MAX, SOS_MAX, adoption
from meshdefense.radio.base import FrameFate, LinkState, RadioHealth, RadioStatus
from meshdefense.radio.stock import StockChannel, StockPort, StockText
from meshdefense.storage.records import RowPage
from meshdefense_protocol.governor import Leave
from meshdefense_protocol.packets import Broadcast, Report
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.policy import Policies
from meshdefense_protocol.transport import Fate
from support.network import NOW
from support.stock_town import ALERT, ON, ORDER, READY, Town, play, text


def test_a_verified_alert_is_said_then_its_pin_and_both_are_followed() -> None:
    async def claim(town: Town) -> None:
        town.put("alerts", **ALERT)
        await town.turns()
        assert town.ports() == [StockPort.ALERT, StockPort.WAYPOINT]
        assert "within 500 m of" in town.sent[0].text
        assert "two lanes" not in town.sent[0].text, "notes stay here unless the policy lets them"
        pin = town.sent[1].waypoint
        assert pin is not None
        assert pin.expires_at == NOW + 7200
        await town.fates(Fate.ACCEPTED, Fate.ON_AIR, Fate.HEARD)
        (row,) = town.table("stock_lines").values()
        assert (row["state"], row["pin"]["state"]) == ("heard", "heard")

    play(claim)


@pytest.mark.parametrize(
    ("policies", "alert"),
    [
        (Policies(), {}),
        (Policies(stock_hear=4), {}),
        (ON, {"drill": True}),
        (ON, {"state": "unconfirmed"}),
        (ON, {"state": "corroborated"}),
        (ON, {"scope": 1}),
        (ON, {"kind": 19}),
    ],
    ids=[
        "off",
        "not grave enough",
        "drill",
        "unconfirmed",
        "corroborated",
        "for the field",
        "all quiet",
    ],
)
def test_what_is_not_to_be_told_is_not_told(policies: Policies, alert: dict[str, Any]) -> None:
    async def claim(town: Town) -> None:
        town.put("alerts", **ALERT | alert)
        await town.turns(30)
        assert town.sent == []
        assert town.table("stock_lines") == {}

    play(claim, policies)


def test_of_a_report_for_the_field_only_what_was_broadcast_is_told() -> None:
    async def claim(town: Town) -> None:
        grid = town.membership.charter.grid
        told = Report(grid.place(34.06, -118.24, 8), 7, 3)
        ref = ItemId.parse("2.0.5")
        town.items[ItemId.parse("3.0.1")] = SimpleNamespace(body=Broadcast(ref, told))
        town.put("alerts", **ALERT | {"scope": 1, "broadcasts": [{"id": "3.0.1"}]})
        await town.turns()
        assert "CRITICAL ALERT, verified: fire, within 1000 m" in town.sent[0].text

    play(claim)


def test_a_place_is_never_finer_than_the_report_or_the_policy() -> None:
    async def claim(town: Town) -> None:
        coarse = ALERT["place"] | {"precision_m": 1000}
        town.put("alerts", **ALERT | {"place": coarse})
        await town.turns()
        assert "within 1000 m of" in town.sent[0].text

    play(claim, Policies(stock_hear=1, stock_place=2))


def test_without_places_in_the_policy_there_is_no_place_and_no_pin() -> None:
    async def claim(town: Town) -> None:
        town.put("alerts", **ALERT)
        await town.turns(30)
        assert town.ports() == [StockPort.ALERT]
        assert "within" not in town.sent[0].text

    play(claim, Policies(stock_hear=1, stock_place=0))


def test_a_stand_down_rings_and_its_end_does_not() -> None:
    async def claim(town: Town) -> None:
        town.put("orders", **ORDER)
        await town.turns()
        await town.fates(Fate.HEARD)
        town.put("orders", **ORDER | {"state": "retracted"})
        await town.turns(5)
        assert town.ports() == [StockPort.ALERT, StockPort.TEXT]
        assert town.sent[0].text.startswith("STAND DOWN: our people leave. Reason: weather.")
        assert town.sent[1].text.startswith("STAND-DOWN OVER")

    play(claim)


def test_two_alerts_are_as_far_apart_as_the_firmware_wants_it() -> None:
    async def claim(town: Town) -> None:
        town.put("alerts", **ALERT)
        town.put("alerts", **ALERT | {"id": "2.0.6", "severity": 3})
        await town.turns(10)
        assert town.ports().count(StockPort.ALERT) == 1
        assert "CRITICAL" in town.sent[0].text
        await town.turns(2)
        assert town.ports().count(StockPort.ALERT) == 2

    play(claim)


def test_on_a_busy_channel_a_line_waits_says_why_and_is_given_up_in_the_end() -> None:
    async def claim(town: Town) -> None:
        town.leave = Leave(False, NOW + 10, "the channel is busy (42 %)")
        town.put("alerts", **ALERT)
        await town.turns()
        status = town.status()
        assert (status["queued"], status["waits_for"]) == (1, "the channel is busy (42 %)")
        await town.turns(900, step=30)
        (row,) = town.table("stock_lines").values()
        assert (row["state"], row["reason"]) == ("dropped", "the channel is busy (42 %)")
        assert town.status()["dropped"] == 1
        town.leave = Leave(True, NOW)
        await town.turns(60)
        assert town.sent == []

    play(claim)


def test_without_a_radio_a_line_waits_for_one() -> None:
    async def claim(town: Town) -> None:
        town.desk.link_is(RadioStatus(LinkState.SEARCHING))
        town.put("alerts", **ALERT)
        await town.turns(60)
        assert town.sent == []
        town.desk.link_is(READY)
        await town.turns()
        assert town.ports()[0] is StockPort.ALERT

    play(claim)


def test_a_radio_without_that_channel_is_told_of_and_nothing_is_said() -> None:
    async def claim(town: Town) -> None:
        channel = StockChannel("Neighbours", problem="the radio has no channel 'Neighbours'")
        town.desk.link_is(RadioStatus(LinkState.READY, health=RadioHealth(stock=channel)))
        town.put("alerts", **ALERT)
        await town.turns(60)
        assert town.sent == []
        assert "no channel" in town.status()["problem"]

    play(claim)


def test_nothing_is_said_that_the_disk_does_not_know_of() -> None:
    async def claim(town: Town) -> None:
        town.put("alerts", **ALERT)
        town.broken = True
        for _ in range(3):
            with pytest.raises(UnavailableError):
                await town.desk.turn()
        assert town.sent == []
        town.broken = False
        await town.turns(30)
        assert town.ports().count(StockPort.ALERT) == 1

    play(claim)


def test_after_a_restart_nothing_is_said_again() -> None:
    async def claim(town: Town) -> None:
        town.put("alerts", **ALERT)
        await town.turns()
        assert len(town.sent) == 2
        town.started()
        await town.turns(60)
        assert len(town.sent) == 2
        (row,) = town.table("stock_lines").values()
        assert row["state"] == "uncertain"

    play(claim)


def test_of_two_nodes_that_speak_the_second_hears_the_first_and_keeps_quiet() -> None:
    async def claim(first: Town) -> None:
        second = Town()
        second.desk = StockDesk(
            second, StockRadios(second._send, "Neighbours"), entropy=lambda: 0.99
        )
        second.desk.link_is(READY)
        for town in (first, second):
            town.put("alerts", **ALERT)
        for _ in range(60):
            await first.turns(0.5)
            while first.sent:
                packet = first.sent.pop(0)
                second.desk.hear(StockText(1, packet.text, direct=False))
            await second.turns(0.5)
        assert second.sent == []
        (row,) = second.table("stock_lines").values()
        assert (row["state"], row["reason"]) == ("elsewhere", "another node said it")

    play(claim)


def test_policies_that_change_are_followed_at_once() -> None:
    async def claim(town: Town) -> None:
        town.put("alerts", **ALERT)
        await town.turns(30)
        assert town.sent == []
        town.membership.roster.policies = ON
        town.desk.roster_changed()
        await town.turns()
        assert town.ports()[0] is StockPort.ALERT
        town.membership.roster.policies = Policies()
        town.put("alerts", **ALERT | {"id": "2.0.7"})
        await town.turns(30)
        assert len(town.sent) == 2

    play(claim, Policies())


def test_a_refused_line_is_tried_again_three_times_at_most() -> None:
    async def claim(town: Town) -> None:
        town.put("alerts", **ALERT | {"place": None})
        for _ in range(6):
            await town.turns(20)
            if town.sent:
                town.desk.fate(FrameFate(town.sent[-1].token, Fate.REFUSED, "queue full"))
            await town.turns(20)
        assert len(town.sent) == 3
        (row,) = town.table("stock_lines").values()
        assert row["state"] == "refused"

    play(claim)


# -- listening --------------------------------------------------------------------------------


def test_a_text_becomes_a_row_without_its_words_and_one_answer() -> None:
    async def claim(town: Town) -> None:
        town.desk.hear(text("R Maria Lopez 3 vans 5th/Main ABC1234", keyed=True))
        await town.turns(5)
        (row,) = town.table("stock_reports").values()
        assert (row["state"], row["count"], row["hint"]) == ("new", 3, "4f2a")
        assert row["place_words"] == "5th/Main"
        assert "Maria" not in json.dumps(row)
        assert "1234" not in json.dumps(row)
        (answer,) = town.sent
        assert (answer.port, answer.to) == (StockPort.TEXT, 0xAB_4F2A)
        assert row["answer"]["state"] == "handed"

    play(claim)


@pytest.mark.parametrize(
    ("policies", "direct"), [(Policies(), True), (Policies(stock_hear=1), True), (ON, False)]
)
def test_what_the_policy_does_not_take_leaves_nothing_behind(
    policies: Policies, direct: bool
) -> None:
    async def claim(town: Town) -> None:
        town.desk.hear(text("SOS", direct=direct))
        await town.turns(5)
        assert town.sent == []
        assert town.table("stock_reports") == {}

    play(claim, policies)


def test_on_the_channel_only_reports_are_taken_not_what_people_say_to_each_other() -> None:
    async def claim(town: Town) -> None:
        for words in ("hello everybody", "ok", "?", "my car is at Main Street", "fire 5th/Main"):
            town.desk.hear(text(words, direct=False))
            await town.turns(40)
        assert town.sent == []
        town.desk.hear(text("R fire 5th/Main", direct=False))
        await town.turns(5)
        assert len(town.table("stock_reports")) == 1
        assert town.sent[0].to == 0xAB_4F2A, "answered to the sender alone"

    play(claim, Policies(stock_reports=2))


def test_the_same_again_is_one_row_and_too_much_is_not_looked_at() -> None:
    async def claim(town: Town) -> None:
        for _ in range(4):
            town.desk.hear(text("fire 5th/Main"))
            await town.turns(15)
        (row,) = town.table("stock_reports").values()
        assert row["times"] == 2
        assert town.status()["held_back"] == 2

    play(claim)


def test_a_flood_is_bounded_in_rows_answers_and_memory_and_an_sos_comes_through() -> None:
    async def claim(town: Town) -> None:
        for sender in range(3000):
            town.desk.hear(text(f"fire {sender}th/Main", sender))
            await town.desk.turn()
        for sender in range(5000, 5100):
            town.desk.hear(text("SOS", sender))
            await town.desk.turn()
        rows = town.table("stock_reports").values()
        assert sum(row["intent"] == "report" for row in rows) == NEW_MAX
        assert sum(row["intent"] == "sos" for row in rows) == SOS_MAX
        assert len(town.desk.voice._replies) <= ANSWERS_MAX + GRAVE_MAX
        assert town.status()["held_back"] > 2900

    play(claim)


def test_an_sos_is_answered_with_the_truth_before_and_after_a_person_read_it() -> None:
    async def claim(town: Town) -> None:
        town.desk.hear(text("SOS at 5th/Main"))
        await town.turns(5)
        (row,) = town.table("stock_reports").values()
        assert town.sent[0].text.startswith("SOS received by a machine: at 5th/Main; a person has")
        await town.desk.ear.read(row["id"])
        await town.desk.ear.read(row["id"].lower())
        await town.turns(5)
        assert len(town.sent) == 2, "said once"
        assert town.sent[1].text.startswith("A person has read your SOS")

    play(claim)


def test_ok_after_an_sos_is_noted_and_ends_nothing() -> None:
    async def claim(town: Town) -> None:
        town.desk.hear(text("SOS"))
        await town.turns(5)
        town.desk.hear(text("OK"))
        await town.turns(5)
        (row,) = town.table("stock_reports").values()
        assert (row["state"], row["ok_at"] is not None) == ("new", True)
        assert "Your SOS stays open" in town.sent[1].text or "SOS sigue" in town.sent[1].text

    play(claim)


def test_answers_come_in_the_senders_language() -> None:
    async def claim(town: Town) -> None:
        town.desk.hear(text("R 3 camionetas 5ta y Main"))
        await town.turns(5)
        assert town.sent[0].text.startswith("Recibido por una máquina")

    play(claim)


def test_reports_survive_a_restart_and_go_when_their_time_is_over() -> None:
    async def claim(town: Town) -> None:
        town.desk.hear(text("fire 5th/Main"))
        await town.turns(5)
        (key,) = town.table("stock_reports")
        town.started()
        await town.turns(5)
        assert town.desk.ear.waiting(key)["kind"] == 7
        await town.turns(7300, step=100)
        assert town.table("stock_reports") == {}
        with pytest.raises(NotFoundError):
            town.desk.ear.waiting(key)

    play(claim)


def test_an_adoption_begins_with_what_was_understood_and_says_where_it_comes_from() -> None:
    async def claim(town: Town) -> None:
        town.desk.hear(text("R 2 unmarked vans parked 34.05,-118.24"))
        await town.turns(5)
        (key,) = town.table("stock_reports")
        begun = adoption(town.desk.ear.waiting(key), ON)
        assert begun["kind"] == "enforcement"
        assert (begun["count"], begun["activity"]) == (2, "parked")
        assert begun["equipment"] == ["unmarked-vehicle"]
        assert (begun["lat"], begun["precision_m"]) == (34.05, 20)
        assert begun["note"] == "from a neighbour / de un vecino"

    play(claim)


def test_a_page_of_rows_that_holds_nothing_to_tell_does_not_end_or_hold_up_the_look() -> None:
    async def claim(town: Town) -> None:
        asked: list[int] = []

        def page(cursor: int) -> RowPage:
            asked.append(cursor)
            assert len(asked) < 20, "the same page again and again"
            return RowPage([], cursor + 5, more=True) if cursor < 10 else rest(cursor)

        rest, town.store.row_page = town.store.row_page, page
        town.revision = 10
        town.put("alerts", **ALERT)
        await town.turns()
        assert asked == [0, 5, 10]
        assert "within 500 m of" in town.sent[0].text

    play(claim)


def test_done_is_done() -> None:
    async def claim(town: Town) -> None:
        town.desk.hear(text("fire 5th/Main"))
        await town.turns(5)
        (key,) = town.table("stock_reports")
        await town.desk.ear.dismiss(key, "ana")
        row = town.table("stock_reports")[key]
        assert (row["state"], row["done_by"]) == ("dismissed", "ana")
        with pytest.raises(NotFoundError):
            town.desk.ear.waiting(key)

    play(claim)
