"""A verifier's key in wrong hands: what it can make of an alert alone, and for how long."""

from __future__ import annotations

import pytest

from meshdefense_protocol.errors import ForbiddenError
from meshdefense_protocol.items import Item
from meshdefense_protocol.ladder import Standing, stand
from meshdefense_protocol.packets import Broadcast, Close, Report, Suspend, Verdict
from meshdefense_protocol.packets.decisions import mark_of
from meshdefense_protocol.words import SEVERITIES, VERDICTS
from support.room import Room

CRITICAL = SEVERITIES.code("critical")
CONFIRMED, NOTHING = VERDICTS.code("confirmed"), VERDICTS.code("nothing-there")


def alarm(room: Room, who: str = "pia") -> Item:
    report = room.say(who, Report(None, 1, severity=CRITICAL))
    room.run(20.0)
    return report


def standing(room: Room, report: Item, name: str = "ada") -> Standing:
    machine = room.machines[name]
    items = [one.item for one in machine.disk.items.values()]
    about = [item for item in items if item.id == report.id or _ref(item) == report.id]
    return stand(
        report.id, about, roster=machine.membership.roster, now=machine.wall(room.at),
        expires_at=machine.disk.items[report.id].expires_at,
    )  # fmt: skip


def _ref(item: Item) -> object:
    return getattr(item.body, "ref", None)


def test_alone_it_makes_no_critical_alert_verified_however_often_it_confirms() -> None:
    room = Room()
    report = alarm(room)
    for _ in range(3):
        room.say("vic", Verdict(report.id, CONFIRMED))
        room.run(20.0)
    assert standing(room, report).state == "unconfirmed"
    assert (standing(room, report).confirmed, standing(room, report).needed) == (1, 2)
    room.say("wes", Verdict(report.id, CONFIRMED))
    room.run(20.0)
    assert standing(room, report).state == "verified"


def test_it_cannot_judge_or_broadcast_what_it_reported_itself() -> None:
    room = Room()
    own = alarm(room, "vic")
    for body in (Verdict(own.id, CONFIRMED), Broadcast(own.id, Report(None, 1))):
        with pytest.raises(ForbiddenError, match="your own report"):
            room.say("vic", body)
    assert standing(room, own).state == "unconfirmed"


def test_alone_it_closes_nothing() -> None:
    room = Room()
    report = alarm(room)
    for _ in range(3):
        room.say("vic", Close(report.id))
        room.run(20.0)
    assert standing(room, report).state == "unconfirmed"
    room.say("wes", Close(report.id))
    room.run(20.0)
    assert standing(room, report).state == "closed"


def test_its_verdicts_after_the_mark_vanish_on_every_node_and_those_before_it_stay() -> None:
    room = Room()
    first, second = alarm(room), alarm(room)
    honest = room.say("vic", Verdict(first.id, CONFIRMED))
    room.run(20.0)
    stolen = room.say("vic", Verdict(second.id, NOTHING))
    room.run(20.0)
    assert standing(room, second).state == "disputed"
    room.revoke("vic", log_mark=mark_of(honest.id))
    for name in room.names:
        assert [one.id for one in standing(room, first, name).verdicts] == [honest.id]
        assert not standing(room, second, name).verdicts
        assert standing(room, second, name).state == "unconfirmed"
        assert room.has(name, stolen), "kept as evidence"


def test_one_organizer_stops_it_at_once_and_two_for_good() -> None:
    room = Room()
    report = alarm(room)
    room.say("ada", Suspend(room.number("vic"), 24, 1))
    room.run(10.0)
    with pytest.raises(ForbiddenError, match="suspended"):
        room.say("vic", Verdict(report.id, CONFIRMED))
    room.revoke("vic")
    with pytest.raises(ForbiddenError, match="revoked"):
        room.say("vic", Verdict(report.id, CONFIRMED))
