"""Engines whose organizers decide: certificates, suspensions and revocations by radio."""

from __future__ import annotations

import pytest

from meshdefense_protocol.digest import Digest, encode_digest, stamp_of
from meshdefense_protocol.engine import Engine, SavedState
from meshdefense_protocol.errors import ForbiddenError, Rejection
from meshdefense_protocol.events import Equivocated, Event, ItemAccepted, RosterChanged
from meshdefense_protocol.frames import FrameType, seal_control, seal_items
from meshdefense_protocol.items import Item, encode_item, time_units
from meshdefense_protocol.packets import (
    Acknowledge,
    CheckIn,
    Grant,
    KnownBody,
    Lift,
    Notice,
    Policy,
    Report,
    Revoke,
    RollAnswer,
    Sos,
    Suspend,
    UnknownBody,
    Warn,
)
from meshdefense_protocol.packets.decisions import MARK_NONE, Action, mark_of
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.policy import Policies
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.sealing import KeyClass
from support.keyed_network import KeyedAir, KeyedNetwork, identity_of
from support.network import DATE, NOW, Store, drain

REPORT = Report(None, 1)
HOUR, DAY = 3600.0, 86_400.0
STRANGERS = range(100, 120)


def sealed(network: KeyedNetwork, *items: Item) -> list[bytes]:
    """A frame for each item, for everybody."""
    keys = network.membership("ada").keys
    return [seal_items(keys, KeyClass.EVERYONE, [item.raw], limit=200) for item in items]


def hears(engine: Engine, network: KeyedNetwork, *items: Item, now: float = NOW) -> list[Event]:
    for frame in sealed(network, *items):
        engine.receive(frame, now)
    return drain(engine)


def accepted(events: list[Event]) -> list[Item]:
    return [event.item for event in events if isinstance(event, ItemAccepted)]


def of_a_stranger(
    network: KeyedNetwork, number: int, sequence: int, body: KnownBody = REPORT
) -> Item:
    return encode_item(
        body,
        item_id=ItemId(number, 0, sequence),
        units=time_units(NOW, DATE),
        identity=identity_of(number),
        network_id=network.network_id,
    )


# -- newcomers -------------------------------------------------------------------------------


def test_what_a_new_member_said_appears_as_soon_as_their_certificate_comes() -> None:
    network = KeyedNetwork()
    dan = network.engine("dan")
    first = network.item("fay", REPORT)
    assert hears(dan, network, first) == []
    assert dan.rejected == {Rejection.UNKNOWN_AUTHOR: 1}
    grant, endorsement = network.decided(network.certificate("fay"))
    assert accepted(hears(dan, network, grant)) == [grant]  # one organizer alone adds nobody
    assert accepted(hears(dan, network, endorsement)) == [endorsement, first]
    assert dan.membership.roster.find("fay") is not None


def test_what_waits_is_still_checked_when_its_author_is_known() -> None:
    network = KeyedNetwork()
    dan = network.engine("dan")
    forged = network.item("fay", REPORT, signer="dan")
    recipient = Grant(6, 0, 1, identity_of(6).key, "fay")
    hears(dan, network, forged, network.item("fay", REPORT, sequence=7))
    decided = network.decided(recipient)
    assert accepted(hears(dan, network, *decided)) == decided
    assert dan.rejected[Rejection.SIGNATURE] == 1
    assert dan.offences == {6: {Rejection.ROLE: 1}}


def test_a_flood_of_unknown_authors_stays_within_its_bounds() -> None:
    network = KeyedNetwork()
    dan = network.engine("dan")
    flood = [of_a_stranger(network, n, sequence) for n in STRANGERS for sequence in range(6)]
    assert hears(dan, network, *flood) == []
    came = []
    for number in STRANGERS:
        grant = Grant(number, 0, 2, identity_of(number).key, f"s{number}")
        events = hears(dan, network, network.item("ada", grant), network.item("bea", grant))
        came += [item for item in accepted(events) if item.id.stream is Stream.LOG]
    assert len(dan.membership.roster) == 5 + len(STRANGERS)
    assert len(came) == 32
    assert len({item.id.author for item in came}) == 8


def test_of_each_unknown_author_four_items_wait_and_none_for_longer_than_ten_minutes() -> None:
    for wait, kept in ((0.0, 4), (599.0, 4), (600.0, 0)):
        network = KeyedNetwork()
        dan = network.engine("dan")
        hears(dan, network, *(of_a_stranger(network, 100, n) for n in range(6)))
        grant = Grant(100, 0, 2, identity_of(100).key, "late")
        events = hears(dan, network, *network.decided(grant), now=NOW + wait)
        assert sum(item.id.author == 100 for item in accepted(events)) == kept


# -- suspended -------------------------------------------------------------------------------


def test_a_suspended_member_is_refused_and_heard_when_they_call_for_help() -> None:
    network = KeyedNetwork()
    eve = network.engine("eve")
    hears(eve, network, network.item("ada", Suspend(4, 1, 5)))
    report, sos = network.item("dan", REPORT), network.item("dan", Sos(None, 1, 0))
    assert accepted(hears(eve, network, report, sos, now=NOW + 60)) == [sos]
    assert eve.rejected == {Rejection.SUSPENDED: 1}
    assert eve.offences == {4: {Rejection.SUSPENDED: 1}}
    later = network.item("dan", REPORT, now=NOW + HOUR)
    assert accepted(hears(eve, network, later, now=NOW + HOUR)) == [later]


def test_a_suspended_member_is_told_at_home_and_is_still_answered_a_revoked_one_is_not() -> None:
    network = KeyedNetwork()
    dan = network.engine("dan")
    hears(dan, network, network.item("ada", Suspend(4, 24, 5)))
    with pytest.raises(ForbiddenError, match="suspended"):
        dan.submit(REPORT, NOW + 60)
    assert dan.submit(Sos(None, 1, 0), NOW + 60).id.sequence == 0
    keys, empty = network.membership("dan").keys, encode_digest(Digest(4, stamp_of(NOW), ()))
    digest = seal_control(keys, KeyClass.EVERYONE, FrameType.DIGEST, empty)
    for decided, refused in (
        ([network.item("cyd", Suspend(4, 24, 5))], {}),
        (network.decided(Revoke(4, 1, 0)), {Rejection.REVOKED: 1}),
    ):
        ada = network.engine("ada")
        hears(ada, network, *decided)
        ada.receive(digest, NOW)
        assert ada.rejected == refused
        assert len(ada.neighbours()) == (not refused)


def test_what_was_refused_comes_in_when_its_author_lifts_the_suspension() -> None:
    network = KeyedNetwork()
    eve = network.engine("eve")
    suspension = network.item("ada", Suspend(4, 24, 5))
    report = network.item("dan", REPORT)
    assert accepted(hears(eve, network, suspension, report)) == [suspension]
    lift = network.item("ada", Lift(suspension.id))
    assert accepted(hears(eve, network, lift, report)) == [lift, report]


# -- revoked ---------------------------------------------------------------------------------


def test_a_revoked_member_is_refused_also_after_a_restart() -> None:
    network, store = KeyedNetwork(), Store()
    eve = network.engine("eve")
    before, after = network.item("dan", REPORT), network.item("dan", CheckIn(1))
    sos = network.item("dan", Sos(None, 1, 0))
    for frame in sealed(network, *network.decided(Revoke(4, 1, 0)), before, after, sos):
        eve.receive(frame, NOW)
    assert [item.id for item in accepted(store.take(eve)) if item.id.author == 4] == [before.id]
    assert eve.rejected == {Rejection.REVOKED: 2}
    again = network.engine("eve", store.saved(), NOW + 60)
    assert again.membership.roster.is_out(4)
    assert hears(again, network, after, sos, now=NOW + 60) == []
    assert again.rejected == {Rejection.REVOKED: 2}
    assert again.offences == {4: {Rejection.REVOKED: 2}}


def test_a_revoked_members_earlier_life_takes_nothing_new() -> None:
    """Whoever took the key could fill every number there that was never used."""
    network = KeyedNetwork()
    eve = network.engine("eve")
    lives = [network.item("dan", REPORT, sequence=0, incarnation=n) for n in (0, 1)]
    assert accepted(hears(eve, network, *lives)) == lives
    hears(eve, network, *network.decided(Revoke(4, 1, mark_of(lives[1].id))))
    assert eve.membership.roster.is_out(4)
    for incarnation, sequence in ((1, 1), (0, 1), (0, 999)):
        forged = network.item("dan", REPORT, sequence=sequence, incarnation=incarnation)
        assert accepted(hears(eve, network, forged)) == []
    assert eve.rejected == {Rejection.REVOKED: 3}


def test_what_lay_beyond_a_mark_is_offered_again_when_the_revocation_is_withdrawn() -> None:
    air = KeyedAir(["bea", "dan"])
    air.link()
    network, bea = air.keyed, air["bea"].engine
    policy = network.item("ada", Policy(3, 1, 4))
    out = Revoke(1, 2, MARK_NONE, MARK_NONE)
    assert bea.admit_all([policy.raw, network.item("cyd", out).raw], air.now) == [None, None]
    own = bea.submit(network.endorsed(out), air.now + 4)
    assert bea.membership.roster.is_out(1)
    bea.withdraw(own.id, air.now + 4)
    assert not bea.membership.roster.is_out(1)
    air.link(("bea", "dan"))
    air.run(2 * HOUR)
    assert [one.body for one in air["dan"].engine.membership.roster.pending] == [policy.body, out]


@pytest.mark.parametrize("later", [0, 3, 9])
def test_two_decisions_under_one_id_reach_everybody_though_each_half_heard_another(
    later: int,
) -> None:
    """Also when honest organizers said more in the meantime."""
    air = KeyedAir(["dan", "eve", "gus"])
    air.link()
    network = air.keyed
    lower, higher = Policy(3, 1, 2), Policy(4, 1, 3)
    honest = [network.item("ada", lower), network.item("bea", higher)]
    honest += [network.item("ada", Warn(1), now=NOW + 60 * n) for n in range(later)]
    doubled = [
        network.item("cyd", network.endorsed(body), sequence=7, now=NOW) for body in (lower, higher)
    ]
    for name, theirs in (("dan", doubled[0]), ("eve", doubled[1]), ("gus", doubled[0])):
        admitted = air[name].engine.admit_all([one.raw for one in (theirs, *honest)], air.now)
        assert set(admitted) == {None}
    before = {name: air[name].engine.membership.roster.policies for name in air.stations}
    assert before["dan"] != before["eve"]
    air.link(("dan", "eve"), ("eve", "gus"))
    air.run(6 * HOUR)
    for station in air.stations.values():
        policies = station.engine.membership.roster.policies
        assert (policies.verdicts_high, policies.verdicts_critical) == (2, 3)
    quiet_since = air.now
    air.run(HOUR)
    for station in air.stations.values():
        assert not station.frames(Priority.REPAIR, since=quiet_since)


def test_a_vote_that_is_dated_back_beyond_the_mark_counts_for_nobody() -> None:
    """Who heard it before the revocation took it in, who heard the revocation first did not."""
    network = KeyedNetwork()
    want = Policy(3, 1, 4)
    said = network.item("bea", want)
    out = network.decided(Revoke(1, 2, 0, (32 << 18) + 5), by="bea cyd", now=NOW + HOUR)
    voice = network.item("ada", network.endorsed(want), now=NOW - HOUR, sequence=9)
    dan, eve = network.engine("dan"), network.engine("eve")
    assert voice in accepted(hears(dan, network, said, voice, *out))
    assert voice not in accepted(hears(eve, network, said, *out, voice))
    for engine in (dan, eve):
        assert engine.membership.roster.is_out(1)
        assert engine.membership.roster.policies == network.roster.policies


def test_what_came_after_the_mark_is_passed_on_to_nobody() -> None:
    air = KeyedAir(("ada", "bea", "dan", "eve"))
    air.off("eve")
    kept = air.say("dan", REPORT)
    dropped = air.say("dan", Notice("soup at seven"))
    air.run(60)
    assert {kept.id, dropped.id} <= air["ada"].log().keys()
    air.off("dan")
    revoke = Revoke(4, 1, kept.id.sequence)
    air.say("ada", revoke)
    air.say("bea", air.keyed.endorsed(revoke))
    air.run(60)
    air.restart("eve")
    air.run(1200)
    assert air["eve"].engine.membership.roster.is_out(4)
    assert kept.id in air["eve"].log()
    assert dropped.id not in air["eve"].log()
    assert air["eve"].engine.rejected[Rejection.REVOKED] == 0  # nobody even offers it


def test_a_revoked_member_is_told_and_can_say_nothing() -> None:
    network = KeyedNetwork()
    dan = network.engine("dan")
    hears(dan, network, *network.decided(Revoke(4, 1, 0)))
    for body in (REPORT, Sos(None, 1, 0)):
        with pytest.raises(ForbiddenError, match="revoked"):
            dan.submit(body, NOW)


# -- decisions on their way --------------------------------------------------------------------


def test_decisions_come_back_after_a_restart_and_their_evidence_too() -> None:
    network, store = KeyedNetwork(), Store()
    eve = network.engine("eve")
    said = [
        *network.decided(network.certificate("fay")),
        *network.decided(Policy(3, 1, 2)),
        network.item("cyd", Warn(7), sequence=0),
        network.item("cyd", Suspend(4, 24, 5), sequence=0),
    ]
    for frame in sealed(network, *said):
        eve.receive(frame, NOW)
    events = store.take(eve)
    assert sum(isinstance(event, Equivocated) for event in events) == 1
    before = eve.membership.roster
    again = network.engine("eve", store.saved(), NOW + 60)
    after = again.membership.roster
    assert list(after) == list(before)
    assert (after.policies, after.warnings, after.suspensions) == (
        before.policies,
        before.warnings,
        before.suspensions,
    )
    assert len(after.warnings) == len(after.suspensions) == 1


def test_a_decision_is_told_with_the_roster_that_follows_before_what_it_lets_in() -> None:
    network = KeyedNetwork()
    dan = network.engine("dan")
    first = network.item("fay", REPORT)
    hears(dan, network, first)
    events = hears(dan, network, *network.decided(network.certificate("fay")))
    changed = [n for n, event in enumerate(events) if isinstance(event, RosterChanged)]
    came = next(
        n
        for n, event in enumerate(events)
        if isinstance(event, ItemAccepted) and event.item == first
    )
    assert changed[-1] < came


def test_who_was_away_gets_the_missing_decisions_from_a_neighbour() -> None:
    air = KeyedAir(("ada", "bea", "eve"))
    air.off("eve")
    bodies: tuple[Action, ...] = (air.keyed.certificate("fay"), Policy(3, 1, 2), Revoke(4, 1, 17))
    for body in bodies:
        air.say("ada", body)
        air.say("bea", air.keyed.endorsed(body))
        air.run(30)
    air.off("bea")
    air.run(2 * DAY)  # far longer than anything else lives
    air.restart("eve")
    air.run(1800)
    roster = air["eve"].engine.membership.roster
    assert roster.version == 3
    assert roster.find("fay") is not None
    assert roster.is_out(4)
    assert roster.policies.verdicts_high == 2


def test_decisions_in_any_order_and_with_losses_give_everybody_the_same_roster() -> None:
    for seed in range(3):
        air = KeyedAir(("ada", "bea", "cyd", "eve"), seed=seed, loss=0.3)
        bodies: tuple[Action, ...] = (air.keyed.certificate("fay"), Policy(3, 1, 2))
        for at, body in enumerate(bodies):
            air.say(("ada", "bea")[at], body)
            air.say(("bea", "cyd")[at], air.keyed.endorsed(body))
            air.run(5)
        air.run(1800)
        for station in air.stations.values():
            roster = station.engine.membership.roster
            assert (roster.version, roster.policies.verdicts_high) == (2, 2), f"seed {seed}"


def test_a_decision_of_a_later_version_is_kept_from_organizers_and_from_nobody_else() -> None:
    network = KeyedNetwork()
    eve = network.engine("eve")
    for number, rejection in ((1, None), (4, Rejection.ROLE)):
        head = bytes((45 << 2,)) + number.to_bytes(2, "big") + (32 << 18).to_bytes(3, "big")
        message = head + bytes(3) + b"later"
        signed = b"meshdefense/1 item" + network.network_id + message
        raw = message + identity_of(number).sign(b"", signed)
        assert eve.admit(raw, NOW) is rejection
    (item,) = accepted(drain(eve))
    assert isinstance(item.body, UnknownBody)
    assert item.id.stream is Stream.ROSTER


def test_items_by_hand_come_through_the_same_door() -> None:
    network = KeyedNetwork()
    eve = network.engine("eve")
    grant, endorsement = network.decided(network.certificate("fay"))
    assert eve.admit(grant.raw, NOW) is None
    assert eve.admit(endorsement.raw, NOW) is None
    assert eve.admit(grant.raw, NOW) is Rejection.DUPLICATE
    assert eve.admit(b"\xff" * 90, NOW) is Rejection.MALFORMED
    assert eve.admit(network.item("ada", REPORT, signer="dan").raw, NOW) is Rejection.SIGNATURE
    assert eve.admit(network.item("gus", REPORT).raw, NOW) is Rejection.UNKNOWN_AUTHOR
    assert eve.membership.roster.find("fay") is not None


def test_an_own_decision_that_could_not_be_stored_changes_nothing() -> None:
    network = KeyedNetwork()
    ada = network.engine("ada")
    other = network.item("bea", network.endorsed(Revoke(4, 1, 17)))
    hears(ada, network, other)
    said = ada.submit(Revoke(4, 1, 17), NOW)
    assert ada.membership.roster.is_out(4)
    ada.withdraw(said.id, NOW)
    assert not ada.membership.roster.is_out(4)
    drain(ada)
    assert ada.frames_to_send(NOW) == []


def test_thirty_people_enrolled_in_one_evening_stay_within_the_organizers_quota() -> None:
    network = KeyedNetwork()
    ada, eve = network.engine("ada"), network.engine("eve")
    for number in range(10, 40):
        grant = Grant(number, 0, 4, identity_of(number).key, f"m{number}")
        item = ada.submit(grant, NOW + number)
        assert accepted(hears(eve, network, item, now=NOW + number)) == [item]
    assert ada.submit(REPORT, NOW + 60).kind == Report.KIND  # decisions are an account of their own


# -- policy ----------------------------------------------------------------------------------


def test_a_report_that_policy_keeps_from_everybody_is_refused_at_home_and_elsewhere() -> None:
    network = KeyedNetwork(6, policies=Policies(threshold=2, unverified_scope=1))
    fay, eve = network.engine("fay"), network.engine("eve")
    with pytest.raises(ForbiddenError, match="field"):
        fay.submit(REPORT, NOW)
    assert hears(eve, network, network.item("fay", REPORT)) == []
    assert eve.offences == {6: {Rejection.SCOPE: 1}}
    own = network.item("eve", REPORT)
    assert accepted(hears(network.engine("fay"), network, own)) == [own]  # by a verifier
    decided = network.decided(Policy(6, 1, 0))
    hears(eve, network, *decided)
    later = network.item("fay", REPORT)
    assert accepted(hears(eve, network, later)) == [later]


# -- calls that are repeated, answers that wait ------------------------------------------------


def test_an_sos_is_said_again_until_a_person_acknowledges_it() -> None:
    air = KeyedAir(("dan", "eve"))
    air.off("eve")
    air.say("dan", Sos(None, 1, 0))
    air.run(400)
    alone = len(air["dan"].frames(Priority.SOS))
    assert alone >= 4
    air.restart("eve")
    air.run(240)
    sos = next(item for item in air["eve"].store.items.values() if item.id.author == 4)
    air.say("eve", Acknowledge((sos.id,)))
    air.run(30)
    heard_at = air.now
    air.run(2 * HOUR)
    assert air["dan"].frames(Priority.SOS, since=heard_at) == []


def test_an_answer_to_a_roll_call_waits_for_its_turn() -> None:
    network, store = KeyedNetwork(), Store()
    eve = network.engine("eve")
    answer = eve.submit(RollAnswer(ItemId(1, 0, 0), 1), NOW, not_before=NOW + 50)
    early = [frame for at in (0, 20, 49) for frame in store.send(eve, NOW + at)]
    assert not any(frame.items for frame in early)
    assert NOW < eve.timer_at() <= NOW + 50
    again = network.engine("eve", store.saved(), NOW + 30)
    for engine in (eve, again):
        sent = [frame for at in (49, 50) for frame in store.send(engine, NOW + at) if frame.items]
        assert [frame.items for frame in sent] == [(answer.id,)]


def test_who_has_decided_nothing_starts_with_the_charter() -> None:
    network = KeyedNetwork()
    assert list(network.engine("eve", SavedState()).membership.roster) == list(network.roster)
