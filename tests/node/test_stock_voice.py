"""What is said to stock radios first, what it costs, and why something is not said."""

from __future__ import annotations

import pytest

from meshdefense.cli.stock import stock_status_lines
from meshdefense.radio.base import FrameFate, LinkState, RadioHealth, RadioStatus
from meshdefense.radio.stock import StockChannel, StockPort
from meshdefense_protocol.governor import Leave
from meshdefense_protocol.policy import Policies
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.transport import Fate
from support.network import NOW
from support.stock_town import ALERT, ON, READY, Town, play, text

BUSY = Leave(False, NOW + 5, "the channel is busy (42 %)")
CRITICAL = ALERT | {"severity": 3}


# -- airtime ------------------------------------------------------------------------------------


async def chatter(town: Town, words: str) -> None:
    """An hour of texts from many numbers, one every 20 s."""
    for number in range(180):
        town.desk.hear(text(words, 100 + number))
        await town.turns(20, step=10)


@pytest.mark.parametrize("words", ["hola", "?", "R fire 5th/Main", "OK"])
def test_small_talk_leaves_half_of_the_airtime_to_verified_alerts(words: str) -> None:
    async def claim(town: Town) -> None:
        await chatter(town, words)
        use = town.governor.use(town.time)
        used, allowed = use.used_s[Priority.STOCK], use.allowed_s[Priority.STOCK]
        assert 0.4 * allowed < used < 0.55 * allowed
        town.put("alerts", **CRITICAL)
        await town.turns(15)
        assert "CRITICAL" in town.texts()[0]

    play(claim)


def test_calls_for_help_leave_airtime_to_verified_alerts_as_well() -> None:
    async def claim(town: Town) -> None:
        for number in range(180):
            town.desk.hear(text("SOS 5th/Main", number % 25))
            await town.turns(20, step=10)
        use = town.governor.use(town.time)
        used, allowed = use.used_s[Priority.STOCK], use.allowed_s[Priority.STOCK]
        assert 0.65 * allowed < used < 0.8 * allowed
        town.put("alerts", **CRITICAL)
        await town.turns(15)
        assert "CRITICAL" in town.texts()[0]

    play(claim)


def test_a_call_is_answered_after_an_hour_of_small_talk() -> None:
    async def claim(town: Town) -> None:
        await chatter(town, "?")
        town.desk.hear(text("SOS", 7))
        await town.turns(5)
        assert "a person has not read it yet" in town.texts(7)[0]

    play(claim)


def test_an_answer_that_had_no_airtime_left_says_so() -> None:
    async def claim(town: Town) -> None:
        for number in range(30):
            town.desk.hear(text("?", 100 + number))
            await town.turns(6, step=3)
        town.desk.hear(text("R fire Oak/Elm", 7))
        await town.turns(320, step=10)
        (row,) = town.reports()
        assert row["answer"]["state"] == "dropped"
        assert row["answer"]["reason"] == "answers have had their part of the airtime"

    play(claim)


def test_a_pin_is_booked_with_all_its_bytes() -> None:
    from meshtastic.protobuf import mesh_pb2

    async def claim(town: Town) -> None:
        town.put("alerts", **ALERT)
        await town.turns()
        pin = town.sent[1].waypoint
        assert pin is not None
        encoded = mesh_pb2.Waypoint(
            id=pin.id, latitude_i=round(pin.lat * 1e7), longitude_i=round(pin.lon * 1e7),
            expire=pin.expires_at, locked_to=0xAABB_CCDD, name=pin.name,
            description=pin.description, icon=pin.icon,
        ).SerializeToString()  # fmt: skip
        assert town.booked[1] == len(encoded) + 8

    play(claim)


# -- what is told again ---------------------------------------------------------------------------


def test_what_is_verified_again_after_it_was_in_doubt_unsaid_is_told() -> None:
    async def claim(town: Town) -> None:
        town.leave = BUSY
        for _ in range(4):  # more often than an alert has lines
            for state in ("verified", "disputed"):
                town.put("alerts", **ALERT | {"state": state})
                await town.turns(2)
        town.put("alerts", **ALERT)
        town.leave = Leave(True, NOW)
        await town.turns(30)
        assert [line[:10] for line in town.texts()] == ["HIGH ALERT"]
        assert len({row["id"] for row in town.lines()}) == len(town.lines()) == 5

    play(claim)


def test_what_was_dropped_is_not_told_again_before_it_is_verified_again() -> None:
    async def claim(town: Town) -> None:
        town.leave = BUSY
        town.put("alerts", **ALERT)
        await town.turns(920, step=10)
        town.leave = Leave(True, NOW)
        town.desk.roster_changed()
        await town.turns(30)
        assert town.sent == []
        town.put("alerts", **ALERT | {"state": "disputed"})
        await town.turns(30)
        assert town.sent == []
        town.put("alerts", **ALERT)
        await town.turns(30)
        assert [line[:10] for line in town.texts()] == ["HIGH ALERT"]

    play(claim)


def test_a_policy_that_is_switched_off_and_on_tells_what_it_kept_back_and_nothing_twice() -> None:
    async def claim(town: Town) -> None:
        town.leave = BUSY
        town.put("alerts", **ALERT)
        await town.turns(5)
        for policies in (Policies(), ON):
            town.membership.roster.policies = policies
            town.desk.roster_changed()
            await town.turns(5)
        town.leave = Leave(True, NOW)
        await town.turns(30)
        assert len(town.texts()) == 1
        for policies in (Policies(), ON):
            town.membership.roster.policies = policies
            town.desk.roster_changed()
            await town.turns(30)
        assert len(town.texts()) == 1

    play(claim)


def test_a_line_of_another_speaker_is_forgotten_when_something_else_was_said_since() -> None:
    async def claim(town: Town) -> None:
        other = Town()
        other.put("alerts", **ALERT)
        await other.turns()
        town.desk.voice._entropy = lambda: 0.9
        town.put("alerts", **ALERT)
        await town.turns(1)
        town.desk.hear(text(other.texts()[0], direct=False))
        await town.turns(20)
        town.put("alerts", **ALERT | {"state": "disputed"})
        await town.turns(30)
        town.put("alerts", **ALERT)
        await town.turns(60)
        assert [line[:8] for line in town.texts()] == ["IN DOUBT", "HIGH ALE"]

    play(claim)


# -- pins -----------------------------------------------------------------------------------------


def test_no_pin_goes_out_once_the_policy_lets_nothing_out() -> None:
    async def claim(town: Town) -> None:
        town.desk.voice._last[StockPort.WAYPOINT] = town.time  # it has to wait for its port
        town.put("alerts", **ALERT)
        await town.turns(1)
        assert town.ports() == [StockPort.ALERT]
        town.membership.roster.policies = Policies()
        town.desk.roster_changed()
        await town.turns(60)
        assert town.ports() == [StockPort.ALERT]
        pin = town.lines()[0]["pin"]
        assert (pin["state"], pin["reason"]) == ("cancelled", "the policy lets nothing out")

    play(claim)


def test_no_line_goes_out_without_the_policy_where_its_alert_is_gone_already() -> None:
    async def claim(town: Town) -> None:
        town.leave = BUSY
        town.put("alerts", **ALERT)
        await town.turns(1)
        del town.rows["alerts", ALERT["id"]]
        town.membership.roster.policies = Policies()
        town.desk.roster_changed()
        town.leave = Leave(True, NOW)
        await town.turns(20)
        assert town.sent == []

    play(claim)


def test_a_refused_pin_is_tried_three_times_and_holds_no_line_back() -> None:
    async def claim(town: Town) -> None:
        town.put("alerts", **ALERT)
        await town.turns()
        for at in range(120):
            if at == 3:
                town.put("alerts", **ALERT | {"id": "2.0.6", "place": None})
            last = town.sent[-1]
            if last.port is StockPort.WAYPOINT:
                town.desk.fate(FrameFate(last.token, Fate.REFUSED, "rate limit"))
            await town.turns(1)
            if at == 12:
                assert town.ports().count(StockPort.ALERT) == 2
        assert town.ports().count(StockPort.WAYPOINT) == 3
        assert town.lines()[0]["pin"]["state"] == "refused"

    play(claim)


# -- why ------------------------------------------------------------------------------------------

LACKING = StockChannel("Neighbours", problem="the radio has no channel 'Neighbours'")


@pytest.mark.parametrize(
    ("link", "why"),
    [
        (RadioStatus(LinkState.NONE), "this node has no radio"),
        (RadioStatus(LinkState.SEARCHING), "no radio found"),
        (RadioStatus(LinkState.SILENT, "no word from the radio for 40 s"),
         "no word from the radio for 40 s"),
        (RadioStatus(LinkState.READY, health=RadioHealth(stock=LACKING)), LACKING.problem),
    ],
    ids=["no radio", "unplugged", "silent", "no channel"],
)  # fmt: skip
def test_what_kept_a_line_from_being_said_is_said_of_it(link: RadioStatus, why: str) -> None:
    async def claim(town: Town) -> None:
        town.desk.link_is(link)
        town.put("alerts", **ALERT)
        await town.turns(10)
        assert list(stock_status_lines(dict(town.status()))) == [
            f"NOT SPEAKING: {why}",
            f"1 line waits: {why}",
        ]
        await town.turns(900, step=5)
        (row,) = town.lines()
        assert (row["state"], row["reason"]) == ("dropped", why)
        assert town.status()["dropped_why"] == why
        town.desk.link_is(READY)
        await town.turns(5)
        assert list(stock_status_lines(dict(town.status()))) == [
            "speaks on channel 'Neighbours'",
            f"1 line of the last day was NOT said in time: {why}",
        ]

    play(claim)


def test_a_clock_that_is_set_drops_no_line_and_shows_none_as_old() -> None:
    async def claim(town: Town) -> None:
        town.leave = BUSY
        town.put("alerts", **ALERT)
        await town.turns(5)
        town.clock_set(2 * 86_400)
        await town.turns(5)
        town.leave = Leave(True, NOW)
        await town.turns(10)
        (row,) = town.lines()
        assert row["state"] == "handed"
        assert row["created_at"] == NOW + 2 * 86_400
        assert len(town.texts()) == 1

    play(claim)
