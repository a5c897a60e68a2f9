"""What is told of an alert in each of its states: how it ends, how old it is, what stays unsaid."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from meshdefense.radio.base import FrameFate
from meshdefense.radio.stock import NO_RADIO, StockPort
from meshdefense_protocol.governor import Leave
from meshdefense_protocol.packets import Broadcast, Report
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.policy import Policies
from meshdefense_protocol.transport import Fate
from support.network import NOW
from support.stock_town import ALERT, ON, ORDER, Town, play

BUSY = Leave(False, NOW + 5, "the channel is busy (42 %)")
FREE = Leave(True, NOW)
RETRACTED = {"state": "retracted", "retracted_at": NOW + 60}


def closed(*reasons: int) -> dict[str, Any]:
    return ALERT | {"state": "closed", "closes": [{"reason": one} for one in reasons]}


def pins(town: Town) -> list[int]:
    """When the pins that went out end."""
    return [packet.waypoint.expires_at for packet in town.sent if packet.waypoint is not None]


async def told(town: Town, **changes: Any) -> None:
    """A verified alert is on air, with its pin."""
    town.put("alerts", **ALERT | changes)
    await town.turns(12)
    await town.fates(Fate.ACCEPTED, Fate.ON_AIR)


# -- how it ends -------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["unconfirmed", "corroborated"])
def test_what_is_no_longer_verified_is_said_to_be_so_and_its_pin_goes(state: str) -> None:
    async def claim(town: Town) -> None:
        await told(town)
        town.put("alerts", **ALERT | {"state": state})
        await town.turns(30)
        line = town.texts()[1]
        assert line.startswith("NO LONGER VERIFIED: checkpoint or roadblock (3), within 500 m")
        assert " / YA NO ESTÁ VERIFICADO: retén o control (3)" in line
        assert town.ports()[2] is StockPort.TEXT, "it rings no phone"
        assert pins(town) == [NOW + 7200, 1]

    play(claim)


def test_what_is_verified_again_after_it_was_not_is_told_again_with_a_pin() -> None:
    async def claim(town: Town) -> None:
        await told(town)
        for state in ("unconfirmed", "verified"):
            town.put("alerts", **ALERT | {"state": state})
            await town.turns(30)
        assert [line[:9] for line in town.texts()] == ["HIGH ALER", "NO LONGER", "HIGH ALER"]
        assert pins(town) == [NOW + 7200, 1, NOW + 7200]

    play(claim)


def test_an_exercise_that_is_no_longer_verified_says_first_that_it_is_one() -> None:
    async def claim(town: Town) -> None:
        await told(town, drill=True)
        town.put("alerts", **ALERT | {"drill": True, "state": "unconfirmed"})
        await town.turns(30)
        assert town.texts()[1].startswith("DRILL, not real: NO LONGER VERIFIED: ")
        assert "EJERCICIO, no es real: YA NO ESTÁ VERIFICADO: " in town.texts()[1]
        assert pins(town) == []

    play(claim, Policies(stock_hear=1, stock_drills=1))


def test_what_was_never_told_is_not_said_to_be_unverified() -> None:
    async def claim(town: Town) -> None:
        town.leave = BUSY
        for state in ("unconfirmed", "verified", "unconfirmed"):
            town.put("alerts", **ALERT | {"state": state})
            await town.turns(5)
        town.leave = FREE
        await town.turns(30)
        assert town.sent == []
        assert town.lines()[0]["reason"] == "it is not verified any more"

    play(claim)


@pytest.mark.parametrize(
    ("change", "begins"),
    [({"state": "unconfirmed"}, "NO LONGER VERIFIED"), (RETRACTED, "TAKEN BACK"),
     ({"state": "closed", "closes": [{"reason": 0}, {"reason": 1}]}, "OVER, say 2 people")],
)  # fmt: skip
@pytest.mark.parametrize("after", [Policies(stock_hear=4), Policies(stock_hear=3)])
def test_an_end_of_what_was_told_is_told_whatever_severity_the_policy_asks_for(
    change: dict[str, Any], begins: str, after: Policies
) -> None:
    async def claim(town: Town) -> None:
        await told(town, severity=1)
        town.membership.roster.policies = after
        town.desk.roster_changed()
        await town.turns(5)
        town.put("alerts", **ALERT | {"severity": 1} | change)
        await town.turns(30)
        assert town.texts()[1].startswith(begins)

    play(claim)


def test_no_end_is_told_once_the_policy_lets_nothing_out() -> None:
    async def claim(town: Town) -> None:
        await told(town)
        town.membership.roster.policies = Policies()
        town.desk.roster_changed()
        town.put("alerts", **ALERT | {"state": "unconfirmed"})
        await town.turns(30)
        assert len(town.texts()) == 1

    play(claim)


def test_of_what_a_broadcast_told_that_does_not_count_any_more_only_the_number_is_said() -> None:
    """Its verifier broadcast it and was revoked: what patrols alone may know stays unsaid."""

    async def claim(town: Town) -> None:
        ref, wide = ItemId.parse("2.0.5"), Report(None, 7, 2)
        town.items[ItemId.parse("3.0.1")] = SimpleNamespace(body=Broadcast(ref, wide))
        await told(town, scope=1, broadcasts=[{"id": "3.0.1"}])
        town.put("alerts", **ALERT | {"scope": 1, "state": "unconfirmed"})
        await town.turns(30)
        line = town.texts()[1]
        about = line[-6:-2]
        assert line.startswith(f"NO LONGER VERIFIED: the alert #{about}. Stay careful. / YA NO")
        assert "checkpoint" not in line
        assert about in town.texts()[0]

    play(claim)


def test_a_report_whose_author_no_longer_counts_is_not_said_to_be_taken_back_by_them() -> None:
    async def claim(town: Town) -> None:
        await told(town)
        town.put("alerts", **ALERT | {"state": "retracted"})
        await town.turns(30)
        assert town.texts()[1].startswith("NO LONGER VERIFIED")

    play(claim)


# -- why it was closed ---------------------------------------------------------------------------


def test_a_duplicate_goes_on_under_another_number_and_its_pin_stays() -> None:
    async def claim(town: Town) -> None:
        await told(town)
        town.put("alerts", **closed(3, 3))
        await town.turns(60)
        assert len(town.texts()) == 1
        assert pins(town) == [NOW + 7200]

    play(claim)


def test_a_line_that_waits_is_not_said_where_another_report_tells_the_same() -> None:
    async def claim(town: Town) -> None:
        town.leave = BUSY
        town.put("alerts", **ALERT)
        await town.turns(2)
        town.put("alerts", **closed(3, 3))
        await town.turns(2)
        assert town.lines()[0]["reason"] == "another report tells it"

    play(claim)


@pytest.mark.parametrize(
    ("reasons", "begins", "spanish"),
    [
        ((0, 2), "OVER, say 2 people: ", "TERMINÓ, dicen 2 personas: "),
        ((0, 1, 2, 3, 4), "OVER, say 3 people: ", "TERMINÓ, dicen 3 personas: "),
        ((1, 3), "OVER, says 1 person: ", "TERMINÓ, dice 1 persona: "),
    ],
)
def test_over_counts_only_those_who_say_that_it_is_over(
    reasons: tuple[int, ...], begins: str, spanish: str
) -> None:
    async def claim(town: Town) -> None:
        await told(town)
        town.put("alerts", **closed(*reasons))
        await town.turns(30)
        assert town.texts()[1].startswith(begins)
        assert spanish in town.texts()[1]
        assert pins(town) == [NOW + 7200, 1]

    play(claim)


@pytest.mark.parametrize("reasons", [(4, 4), (3, 4), (4, 31)])
def test_what_was_closed_for_another_reason_is_not_said_to_be_over(
    reasons: tuple[int, ...],
) -> None:
    async def claim(town: Town) -> None:
        await told(town)
        town.put("alerts", **closed(*reasons))
        await town.turns(30)
        assert town.texts()[1].startswith("NO LONGER FOLLOWED, may not be over: checkpoint")
        assert "YA NO SE SIGUE, puede no haber terminado: retén" in town.texts()[1]
        assert pins(town) == [NOW + 7200]

    play(claim)


# -- how old it is -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ago_s", "begins", "port"),
    [
        (600, "HIGH ALERT, verified: ", StockPort.ALERT),
        (1500, "HIGH ALERT, verified 25 min ago: ", StockPort.ALERT),
        (6 * 3600, "HIGH ALERT, verified 6 h ago: ", StockPort.TEXT),
        (-7200, "HIGH ALERT, verified: ", StockPort.ALERT),
    ],
    ids=["new", "some minutes", "hours: no phone rings", "a clock ahead"],
)
def test_an_alert_that_was_confirmed_long_ago_says_so(
    ago_s: int, begins: str, port: StockPort
) -> None:
    async def claim(town: Town) -> None:
        verdicts = [{"result": 1, "at": NOW - ago_s}, {"result": 0, "at": NOW}]
        town.put("alerts", **ALERT | {"reported_at": NOW - 9 * 3600, "verdicts": verdicts})
        await town.turns()
        assert town.texts()[0].startswith(begins)
        assert town.ports()[0] is port

    play(claim)


def test_an_alert_that_the_policy_lets_out_late_says_how_old_it_is_in_both_languages() -> None:
    async def claim(town: Town) -> None:
        town.put("alerts", **ALERT | {"expires_at": NOW + 9000})
        await town.turns(7300, step=50)
        town.membership.roster.policies = ON
        town.desk.roster_changed()
        await town.turns()
        assert "HIGH ALERT, verified 2 h ago: " in town.texts()[0]
        assert "ALERTA ALTA, verificada hace 2 h: " in town.texts()[0]

    play(claim, Policies())


def test_a_stand_down_of_hours_ago_says_so_and_rings_no_phone() -> None:
    async def claim(town: Town) -> None:
        town.put("orders", **ORDER | {"ordered_at": NOW - 3 * 3600})
        await town.turns()
        line = town.texts()[0]
        assert "Reason: weather. Said 3 h ago. / " in line
        assert "Motivo: mal tiempo. Dicho hace 3 h. #" in line
        assert town.ports() == [StockPort.TEXT]

    play(claim)


# -- what the radio gives back -------------------------------------------------------------------


@pytest.mark.parametrize(("fate", "why"), [(Fate.REFUSED, "queue full"), (Fate.LOST, NO_RADIO)])
def test_an_alert_that_the_radio_gave_back_is_not_said_after_its_end(fate: Fate, why: str) -> None:
    async def claim(town: Town) -> None:
        town.put("alerts", **ALERT | {"place": None})
        await town.turns()
        town.put("alerts", **closed(0, 1) | {"place": None})
        await town.turns(1)
        sent = list(town.sent)
        town.desk.fate(FrameFate(sent[0].token, fate, why))
        await town.turns(60)
        assert [line[:4] for line in town.texts()] == ["HIGH", "OVER"]
        assert town.lines()[0]["state"] == "cancelled"

    play(claim)


def test_where_the_alert_was_never_on_air_its_end_is_not_said_either() -> None:
    async def claim(town: Town) -> None:
        town.put("alerts", **ALERT | {"place": None})
        await town.turns()
        town.leave = BUSY
        town.put("alerts", **ALERT | RETRACTED | {"place": None})
        await town.turns(2)
        town.desk.fate(FrameFate(town.sent[0].token, Fate.REFUSED, "queue full"))
        await town.turns(2)
        town.leave = FREE
        await town.turns(60)
        assert len(town.sent) == 1
        assert [row["state"] for row in town.lines()] == ["cancelled", "cancelled"]
        town.put("alerts", **ALERT | {"place": None})
        await town.turns(30)
        assert [line[:4] for line in town.texts()] == ["HIGH", "HIGH"], "it may begin again"

    play(claim)


def test_a_pin_that_the_radio_gave_back_is_not_set_after_the_end() -> None:
    async def claim(town: Town) -> None:
        town.put("alerts", **ALERT)
        await town.turns()
        line, pin = town.sent
        town.desk.fate(FrameFate(line.token, Fate.ON_AIR))
        town.put("alerts", **closed(0, 1))
        await town.turns(1)
        town.desk.fate(FrameFate(pin.token, Fate.REFUSED, "queue full"))
        await town.turns(60)
        assert NOW + 7200 not in pins(town)[1:]

    play(claim)


def test_a_duplicate_that_the_radio_gave_back_is_not_said_again() -> None:
    async def claim(town: Town) -> None:
        town.put("alerts", **ALERT)
        await town.turns()
        town.put("alerts", **closed(3, 3))
        await town.turns(1)
        town.desk.fate(FrameFate(town.sent[0].token, Fate.REFUSED, "queue full"))
        await town.turns(60)
        assert len(town.texts()) == 1

    play(claim)


def test_a_doubt_that_was_never_said_makes_nothing_ring_twice() -> None:
    async def claim(town: Town) -> None:
        await told(town)
        town.leave = BUSY
        for state in ("disputed", "verified"):
            town.put("alerts", **ALERT | {"state": state})
            await town.turns(2)
        town.leave = FREE
        await town.turns(30)
        assert len(town.texts()) == 1

    play(claim)
