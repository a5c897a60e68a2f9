"""One of several organizers turns: what they can do alone, and how the others end it."""

from __future__ import annotations

import pytest

from meshdefense_protocol.errors import ForbiddenError, Rejection
from meshdefense_protocol.identity import Identity
from meshdefense_protocol.items import Item, encode_item, time_units
from meshdefense_protocol.limits import ROSTER_INCARNATION
from meshdefense_protocol.packets import (
    Endorse,
    Grant,
    KnownBody,
    Lift,
    Policy,
    Report,
    Revoke,
    Sos,
    Suspend,
    Warn,
)
from meshdefense_protocol.packets.decisions import action_digest, mark_of
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.policy import PolicyName
from meshdefense_protocol.roster import Role, Roster
from support.room import DEFAULT_ROLES, Room

THREE = {**DEFAULT_ROLES, "rex": Role.ORGANIZER}
SHILL = Identity(bytes((77,)) * 32).key


def changes(roster: Roster) -> tuple[object, ...]:
    return (
        sorted((one.number, one.serial, one.roles) for one in roster.everybody()),
        sorted(roster.revocations),
        roster.policies,
        roster.epochs,
    )


@pytest.mark.parametrize(
    "body",
    [
        Grant(7, 0, int(Role.ORGANIZER), SHILL, "shill"),
        Grant(5, 1, int(Role.RECIPIENT), bytes(31) + b"\1", "pia"),
        Revoke(2, 1, 0, 0),
        Policy(PolicyName.THRESHOLD, 1, 1),
        Policy(PolicyName.VERDICTS_CRITICAL, 1, 1),
    ],
    ids=lambda body: type(body).__name__,
)
def test_alone_an_organizer_changes_nothing_however_often_they_agree_with_themselves(
    body: Grant | Revoke | Policy,
) -> None:
    room = Room(THREE)
    before = changes(room.roster("pia"))
    room.say("rex", body)
    for _ in range(3):
        room.say("rex", body)
        room.say("rex", Endorse((action_digest(room.network_id, body),)))
    room.run(60.0)
    for name in room.names:
        assert changes(room.roster(name)) == before
        assert [one.voices for one in room.roster(name).pending] == [(6,)]


def test_alone_an_organizer_puts_no_keys_in_force() -> None:
    room = Room(THREE)
    body, content = room.new_keys("rex", ("ada", "ben"), bytes(16))
    room.say("rex", body, content)
    room.run(300.0)
    assert room.epochs() == {1}
    assert all(room.roster(name).epoch == 1 for name in room.names)


def test_alone_an_organizer_silences_a_member_for_a_day_but_not_their_sos_nor_their_vote() -> None:
    room = Room(THREE)
    for name in ("pia", "ada"):
        room.say("rex", Suspend(room.number(name), 24, 1))
    room.run(30.0)
    with pytest.raises(ForbiddenError, match="suspended"):
        room.say("pia", Report(None, 1))
    sos = room.say("pia", Sos(None, 1))
    room.run(30.0)
    assert all(room.has(name, sos) for name in room.names)
    held = room.roster("vic").suspensions
    for one in held:
        room.agree(Lift(one.id), "ada", "ben")
    assert len(held) == 2
    assert not room.roster("vic").suspensions
    report = room.say("pia", Report(None, 1))
    room.run(30.0)
    assert all(room.has(name, report) for name in room.names)
    room.say("rex", Suspend(room.number("pia"), 24, 1))
    room.run(30.0)
    assert not room.roster("vic").suspensions, "once in seven days"


def test_a_suspended_member_between_two_groups_still_brings_decisions_across() -> None:
    room = Room(THREE)
    room.say("rex", Suspend(room.number("pia"), 24, 1))
    room.run(30.0)
    assert room.roster("ben").suspensions
    line = {("ada", "pia"), ("pia", "ada"), ("pia", "ben"), ("ben", "pia")}
    room.hears = lambda sender, receiver: (sender, receiver) in line
    lift = Lift(room.roster("ben").suspensions[0].id)
    room.say("ada", lift)
    room.run(900.0)
    room.say("ben", Endorse((action_digest(room.network_id, lift),)))
    room.run(900.0)
    assert not any(room.roster(name).suspensions for name in ("ada", "pia", "ben"))


def test_two_others_put_the_organizer_out_and_what_came_after_the_mark_is_void() -> None:
    room = Room(THREE)
    kept = room.say("rex", Warn(1))
    room.run(20.0)
    void = room.say("rex", Suspend(room.number("pia"), 24, 1))
    room.run(20.0)
    assert room.roster("vic").suspension(room.number("pia"), room.machines["vic"].wall(room.at))
    room.revoke("rex", roster_mark=mark_of(kept.id))
    for name in room.names:
        roster = room.roster(name)
        assert roster.is_out(room.number("rex"))
        assert not roster.suspensions
        assert [one.id for one in roster.warnings] == [kept.id]
    assert room.has("vic", void), "kept as evidence"
    with pytest.raises(ForbiddenError, match="revoked"):
        room.say("rex", Warn(1))


def test_an_endorsement_from_before_the_revocation_cannot_be_dated_back_beyond_the_mark() -> None:
    room = Room(THREE)
    room.revoke("rex", roster_mark=0)
    wanted = Policy(PolicyName.ESCALATE_MINUTES, 1, 9)
    room.say("ada", wanted)
    room.run(30.0)
    late = said(room, "rex", Endorse((action_digest(room.network_id, wanted),)), sequence=9)
    for name in ("ada", "ben", "vic", "wes", "pia"):
        engine = room.machines[name].engine
        assert engine is not None
        assert engine.admit(late.raw, room.machines[name].wall(room.at)) is Rejection.REVOKED
        assert room.roster(name).policies.escalate_minutes == 5


def test_what_two_nodes_heard_under_one_id_is_the_same_for_both_once_the_others_repeat_it() -> None:
    room = Room(THREE)
    wanted = Policy(PolicyName.ESCALATE_MINUTES, 1, 9)
    room.say("ada", wanted)
    room.run(30.0)
    yes = said(room, "rex", Endorse((action_digest(room.network_id, wanted),)), sequence=9)
    other = said(room, "rex", Warn(1), sequence=9)
    assert yes.id == other.id
    for name, item in (("vic", yes), ("wes", other), ("pia", yes), ("ben", other)):
        engine = room.machines[name].engine
        assert engine is not None
        assert engine.admit(item.raw, room.machines[name].wall(room.at)) is None
    room.run(10.0)
    assert room.roster("vic").policies.escalate_minutes == 9
    room.say("ben", Endorse((action_digest(room.network_id, wanted),)))
    room.run(60.0)
    assert {room.roster(name).policies.escalate_minutes for name in room.names} == {9}


def said(room: Room, name: str, body: KnownBody, *, sequence: int) -> Item:
    """Signed with somebody's key outside their node."""
    machine = room.machines[name]
    return encode_item(
        body,
        item_id=ItemId(room.number(name), ROSTER_INCARNATION, sequence, Stream.ROSTER),
        units=time_units(machine.wall(room.at), machine.membership.charter.date),
        identity=machine.membership.identity,
        network_id=room.network_id,
    )
