"""The council equals a plain model of its rules, whatever is decided, in any order of arrival."""

from __future__ import annotations

import itertools
import os
from random import Random

import pytest
from hypothesis import HealthCheck, assume, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from meshdefense_protocol.council import Council
from meshdefense_protocol.errors import ValueRangeError
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import (
    Endorse,
    Grant,
    KnownBody,
    Lift,
    Policy,
    Rekey,
    Report,
    Revoke,
    Suspend,
    Warn,
)
from meshdefense_protocol.packets.decisions import MARK_MAX, MARK_NONE, Action, action_digest
from meshdefense_protocol.roster import Roster
from support.council_model import expected, found
from support.keyed_network import CAST, KeyedNetwork, identity_of
from support.network import NOW

NIGHTLY = os.environ.get("MESHDEFENSE_NIGHTLY") == "1"
RUNS, STEPS = (20_000, 100) if NIGHTLY else (100, 50)
NAMES = list(CAST)[:6]
ORGANIZERS = NAMES[:3]
HOUR, DAY = 3600.0, 86_400.0
FIRST_ROSTER = 32 << 18
KEYS = [identity_of(number).key for number in range(1, 9)]

who = st.sampled_from(NAMES) | st.sampled_from(ORGANIZERS)
numbers = st.integers(1, 8)
small = st.integers(0, 2)
marks = st.sampled_from([MARK_NONE, 0, FIRST_ROSTER, FIRST_ROSTER + 2, FIRST_ROSTER + 6, MARK_MAX])
times = st.sampled_from([0.0, 4.0, 8.0, HOUR, DAY, 6 * DAY, 7 * DAY, 8 * DAY])
grants = st.builds(
    Grant,
    numbers,
    small,
    st.sampled_from([4, 8, 64, 64, 68]),
    st.sampled_from(KEYS),
    st.sampled_from([*NAMES, "FAY", "gus"]),
)
actions: st.SearchStrategy[Action] = st.one_of(
    grants,
    st.builds(Grant, numbers, small, st.sampled_from([4, 64]), st.just(KEYS[0]), st.just("ada")),
    st.builds(Revoke, numbers, small, marks, marks),
    st.builds(Policy, st.sampled_from([3, 5, 8, 8, 200]), st.integers(1, 3), st.integers(0, 4)),
    st.builds(
        Rekey,
        st.integers(2, 4),
        st.sampled_from([bytes(16), bytes((1,)) * 16]),
        st.just(bytes(8)),
        st.just(40),
    ),
)


def honest(grant: Grant) -> Grant:
    """The same for the number's own key and handle, as organizers would write it."""
    at = grant.number - 1
    return Grant(grant.number, grant.serial, grant.roles, KEYS[at], list(CAST)[at])


class CouncilMachine(RuleBasedStateMachine):
    """Everybody says anything, at any claimed time, also twice under one id."""

    def __init__(self) -> None:
        super().__init__()
        self.items: list[Item] = []

    @initialize(threshold=st.integers(1, 3))
    def founded(self, threshold: int) -> None:
        self.network = KeyedNetwork(5, threshold=threshold)
        self.council = Council(self.network.charter)

    def say(self, name: str, body: KnownBody, at: float, again: bool = False) -> None:
        before = [item for item in self.items if item.id.author == self.network.number(name)]
        sequence = before[-1].id.sequence if again and before else None
        item = self.network.item(name, body, now=NOW + at, sequence=sequence)
        self.items.append(item)
        self.council.add(item)
        note(f"{name}: {body} at {at}, {item.id}")

    @rule(name=who, body=actions, at=times, again=st.booleans())
    def decide(self, name: str, body: Action, at: float, again: bool) -> None:
        self.say(name, body, at, again and at > HOUR)

    @rule(name=who, grant=grants, at=times)
    def certify(self, name: str, grant: Grant, at: float) -> None:
        self.say(name, honest(grant), at)

    @rule(name=who, at=times, data=st.data())
    def agree(self, name: str, at: float, data: st.DataObject) -> None:
        """Also with somebody who said it, word for word, or only by its digest."""
        bodies = [
            item.body
            for item in self.items
            if isinstance(item.body, (Grant, Revoke, Lift, Policy, Rekey))
        ]
        assume(bodies)
        chosen = data.draw(st.lists(st.sampled_from(bodies), min_size=1, max_size=4))
        if len(chosen) == 1 and data.draw(st.booleans()):
            self.say(name, chosen[0], at)
            return
        digests = {action_digest(self.network.network_id, body) for body in chosen}
        self.say(name, Endorse(tuple(sorted(digests))), at)

    @rule(name=who, number=numbers, hours=st.integers(1, 24), at=times, again=st.booleans())
    def suspend(self, name: str, number: int, hours: int, at: float, again: bool) -> None:
        self.say(name, Suspend(number, hours, 5), at, again)

    @rule(name=who, at=times, reason=small, again=st.booleans())
    def warn(self, name: str, at: float, reason: int, again: bool) -> None:
        self.say(name, Warn(reason), at, again)

    @rule(name=who, at=times, data=st.data())
    def lift(self, name: str, at: float, data: st.DataObject) -> None:
        ids = [item.id for item in self.items if isinstance(item.body, (Suspend, Warn))]
        assume(ids)
        self.say(name, Lift(data.draw(st.sampled_from(ids))), at)

    @rule(data=st.data())
    def hear_again(self, data: st.DataObject) -> None:
        if self.items:
            self.council.add(data.draw(st.sampled_from(self.items)))

    @invariant()
    def equals_the_model(self) -> None:
        if not hasattr(self, "council"):
            return
        assert found(self.council.roster) == expected(self.network.charter, self.items)

    def teardown(self) -> None:
        if not self.items:
            return
        seed = len(self.items)
        dice = Random(seed)
        shuffled = [*self.items, *dice.sample(self.items, len(self.items) // 2)]
        for _ in range(3):
            dice.shuffle(shuffled)
            other = Council(self.network.charter, shuffled)
            assert found(other.roster) == found(self.council.roster), f"seed {seed}"
            assert len(other) == len(self.council)
            assert other.roster.version == self.council.roster.version
            assert other.roster.epochs == self.council.roster.epochs
            assert other.roster.suspensions == self.council.roster.suspensions
            assert other.roster.warnings == self.council.roster.warnings
            assert other.roster.pending == self.council.roster.pending


CouncilMachine.TestCase.settings = settings(
    max_examples=RUNS,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestCouncil = CouncilMachine.TestCase


# -- the claims one by one -------------------------------------------------------------------


def roster_of(network: KeyedNetwork, *items: Item) -> Roster:
    """What follows, whatever the order: that is checked for some of them."""
    roster = Council(network.charter, items).roster
    assert found(Council(network.charter, items[::-1]).roster) == found(roster)
    twice = Council(network.charter, items + items)
    assert found(twice.roster) == found(roster)
    assert len(twice) == len({item.raw for item in items})
    return roster


DECISIONS: tuple[Action, ...] = (
    Grant(6, 0, 2, KEYS[5], "fay"),
    Grant(4, 1, 64, KEYS[3], "dan"),
    Grant(1, 1, 2, KEYS[0], "ada"),
    Revoke(4, 1, 17),
    Revoke(2, 2, MARK_MAX),
    Policy(3, 1, 2),
    Policy(8, 1, 1),
    KeyedNetwork().rekey(2, (4,))[0],
)


@pytest.mark.parametrize("body", DECISIONS, ids=lambda body: type(body).__name__)
def test_no_organizer_decides_alone_however_often(body: Action) -> None:
    network = KeyedNetwork()
    insisting = [network.item("ada", body, now=NOW + n * DAY) for n in range(5)]
    insisting += [network.item("ada", network.endorsed(body), now=NOW + n) for n in range(3)]
    roster = roster_of(network, *insisting)
    before = found(network.roster)
    before.pending = found(roster).pending
    assert found(roster) == before
    assert [(one.voices, one.lacking) for one in roster.pending] == [((1,), 1)]


@pytest.mark.parametrize("body", DECISIONS, ids=lambda body: type(body).__name__)
def test_nobody_but_organizers_helps_to_decide(body: Action) -> None:
    network = KeyedNetwork(8)
    items = [network.item("ada", body)]
    items += [network.item(name, network.endorsed(body)) for name in list(CAST)[3:]]
    items += [network.item(name, body) for name in list(CAST)[3:]]
    assert roster_of(network, *items).version == 0


@pytest.mark.parametrize("body", DECISIONS, ids=lambda body: type(body).__name__)
def test_two_organizers_decide_by_endorsing_or_by_saying_the_same(body: Action) -> None:
    network = KeyedNetwork()
    by_digest = roster_of(
        network, network.item("ada", body), network.item("cyd", network.endorsed(body))
    )
    in_full = roster_of(network, network.item("cyd", body), network.item("ada", body))
    assert by_digest.version == in_full.version == 1
    assert not by_digest.pending
    assert found(by_digest).members == found(in_full).members
    assert by_digest.policies == in_full.policies
    assert found(by_digest).epochs == found(in_full).epochs


def test_an_endorsement_of_a_decision_that_nobody_said_waits_for_it() -> None:
    network = KeyedNetwork()
    body = Revoke(4, 1, 17)
    early = [network.item(name, network.endorsed(body)) for name in ("ada", "bea")]
    assert found(Council(network.charter, early).roster) == found(network.roster)
    assert roster_of(network, *early, network.item("eve", body)).is_out(4)  # whoever says it


def test_a_threshold_of_three_needs_three_and_a_lower_one_applies_to_what_waits() -> None:
    network = KeyedNetwork(threshold=3)
    lost, fewer = Revoke(4, 1, 17), Policy(8, 1, 2)
    items = network.decided(lost, by="ada bea")
    assert roster_of(network, *items).pending[0].lacking == 1
    items += network.decided(fewer, by="ada bea", now=NOW + HOUR)
    assert not roster_of(network, *items).is_out(4)
    items.append(network.item("cyd", network.endorsed(fewer), now=NOW + DAY))
    roster = roster_of(network, *items)
    assert roster.policies.threshold == 2
    assert roster.is_out(4)


def test_a_threshold_is_never_more_than_there_are_organizers() -> None:
    network = KeyedNetwork()
    roster = roster_of(network, *network.decided(Policy(8, 1, 4)))
    assert roster.policies.threshold == 2
    assert "4 organizers cannot agree" in roster.refused[0].why


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (Grant(4, 1, 8, KEYS[7], "dan"), "another key"),
        (Grant(6, 0, 8, KEYS[3], "fay"), "already the one of member 4"),
        (Grant(6, 0, 8, KEYS[5], "DAN"), "taken by member 4"),
        (Grant(6, 0, 8, KEYS[5], "a b"), "a handle has"),
        (Policy(200, 1, 1), "later version"),
        (Policy(5, 1, 1), "outside 2 to 9"),
    ],
    ids=["changed key", "duplicate key", "duplicate handle", "bad handle", "policy", "all clear"],
)
def test_what_cannot_stand_is_kept_and_shown_with_its_reason(body: Action, why: str) -> None:
    network = KeyedNetwork()
    roster = roster_of(network, *network.decided(body, by="ada bea cyd"))
    assert [(one.body, why in one.why) for one in roster.refused] == [(body, True)]
    assert found(roster).members == found(network.roster).members
    assert roster.policies == network.roster.policies
    assert not roster.pending


def test_an_empty_key_is_refused_before_anybody_can_vote_on_it() -> None:
    network = KeyedNetwork()
    with pytest.raises(ValueRangeError):
        network.item("ada", Grant(6, 0, 8, bytes(32), "fay"))


def test_a_revoked_number_never_comes_back_nor_does_its_key() -> None:
    network = KeyedNetwork()
    out = network.decided(Revoke(4, 1, 17))
    again = network.decided(network.certificate("dan", serial=9), now=NOW + DAY, by="ada bea cyd")
    other = network.decided(Grant(6, 0, 8, KEYS[3], "fay"), now=NOW + DAY)
    roster = roster_of(network, *out, *again, *other)
    assert roster.is_out(4)
    assert sorted(one.why for one in roster.refused) == [
        "member 4 was revoked; a number is never used again",
        "that key is already the one of member 4",
    ]
    handle = Grant(6, 0, 8, KEYS[5], "dan")
    roster = roster_of(network, *out, *network.decided(handle, now=NOW + DAY))
    assert not roster.refused  # the handle is free again
    assert roster.find("dan") == roster.get(6)


def test_a_revoked_organizer_counts_up_to_the_mark_and_not_beyond() -> None:
    network = KeyedNetwork()
    early, late = Policy(3, 1, 2), Policy(4, 1, 3)
    items = [network.item("ada", early), network.item("ada", late)]
    items += network.decided(Revoke(1, 2, 0, FIRST_ROSTER), by="bea cyd", now=NOW + HOUR)
    items += [network.item("bea", network.endorsed(early, late), now=NOW + DAY)]
    roster = roster_of(network, *items)
    assert (roster.policies.verdicts_high, roster.policies.verdicts_critical) == (2, 2)
    assert [(one.body, one.voices) for one in roster.pending] == [(late, (2,))]


def test_two_organizers_left_of_three_can_still_decide_and_one_cannot() -> None:
    network = KeyedNetwork()
    items = network.decided(Revoke(1, 2, 0, 0), by="bea cyd")
    items += network.decided(Revoke(4, 1, 0), by="bea ada", now=NOW + HOUR)
    assert not roster_of(network, *items).is_out(4)
    items.append(network.item("cyd", Revoke(4, 1, 0), now=NOW + DAY))
    assert roster_of(network, *items).is_out(4)


def test_of_several_revocations_the_lowest_marks_count() -> None:
    network = KeyedNetwork()
    items = network.decided(Revoke(4, 1, 40, MARK_MAX))
    items += network.decided(Revoke(4, 2, 17, MARK_MAX), now=NOW + HOUR)
    items += network.decided(Revoke(4, 3, 99, FIRST_ROSTER), now=NOW + DAY)
    out = roster_of(network, *items).revocations[4]
    assert (out.reason, out.log_mark, out.roster_mark) == (1, 17, FIRST_ROSTER)
    assert out.at == NOW + 60


# -- what one may do alone -------------------------------------------------------------------


def test_one_organizer_suspends_a_member_once_in_seven_days() -> None:
    network = KeyedNetwork()
    items = [
        network.item("ada", Suspend(4, 24, 5), now=NOW + day * DAY) for day in (0, 1, 6, 7, 8, 14)
    ]
    starts = [one.start for one in roster_of(network, *items).suspensions]
    assert starts == [NOW, NOW + 7 * DAY, NOW + 14 * DAY]


def test_another_organizer_and_another_member_are_counted_for_themselves() -> None:
    network = KeyedNetwork()
    items = [
        network.item(name, Suspend(number, 24, 5)) for name in ("ada", "bea") for number in (4, 5)
    ]
    assert len(roster_of(network, *items).suspensions) == 4


def test_a_suspension_lasts_its_hours_and_a_day_at_most() -> None:
    network = KeyedNetwork()
    roster = roster_of(network, network.item("ada", Suspend(4, 24, 5)))
    assert roster.suspension(4, NOW) is not None
    assert roster.suspension(4, NOW + DAY - 1) is not None
    assert roster.suspension(4, NOW + DAY) is roster.suspension(4, NOW - 1) is None
    with pytest.raises(ValueRangeError):
        network.item("ada", Suspend(4, 25, 5))


def test_a_suspended_organizer_still_votes() -> None:
    network = KeyedNetwork()
    items = [network.item("cyd", Suspend(1, 24, 5)), *network.decided(Revoke(4, 1, 17))]
    assert roster_of(network, *items).is_out(4)


def test_a_patrol_suspends_and_warns_nobody() -> None:
    network = KeyedNetwork()
    items = [network.item("dan", Suspend(1, 24, 5)), network.item("dan", Warn(7))]
    assert found(roster_of(network, *items)) == found(network.roster)


def test_its_author_lifts_a_suspension_and_a_warning_another_one_alone_does_not() -> None:
    network = KeyedNetwork()
    said = [network.item("ada", Suspend(4, 24, 5)), network.item("ada", Warn(7))]
    for by, left in (("ada", 0), ("bea", 1), ("dan", 1)):
        lifts = [network.item(by, Lift(item.id)) for item in said]
        roster = roster_of(network, *said, *lifts)
        assert (len(roster.suspensions), len(roster.warnings)) == (left, left)


def test_two_organizers_lift_what_a_third_one_did() -> None:
    network = KeyedNetwork()
    said = network.item("ada", Suspend(4, 24, 5))
    assert not roster_of(network, said, *network.decided(Lift(said.id), by="bea cyd")).suspensions


def test_a_lifted_suspension_cannot_be_repeated_within_the_week() -> None:
    network = KeyedNetwork()
    first = network.item("ada", Suspend(4, 24, 5))
    items = [first, network.item("ada", Lift(first.id), now=NOW + 60)]
    items.append(network.item("ada", Suspend(4, 24, 5), now=NOW + HOUR))
    assert not roster_of(network, *items).suspensions


def test_a_revoked_organizer_lifts_nothing_beyond_the_mark() -> None:
    """Found by the model: a node that refused the lift and one that heard it earlier differed."""
    network = KeyedNetwork()
    said = network.item("ada", Suspend(4, 24, 5))
    lift = network.item("ada", Lift(said.id))
    out = network.decided(Revoke(1, 2, 0, FIRST_ROSTER), by="bea cyd", now=NOW + HOUR)
    heard = roster_of(network, said, lift, *out)
    refused = roster_of(network, said, *out)
    assert heard.suspensions == refused.suspensions
    assert len(heard.suspensions) == 1


# -- two under one id --------------------------------------------------------------------------


def test_of_two_decisions_under_one_id_both_are_heard() -> None:
    network = KeyedNetwork()
    first, second = Revoke(4, 1, 17), Revoke(5, 1, 17)
    items = [network.item("ada", first, sequence=0), network.item("ada", second, sequence=0)]
    items.append(network.item("bea", network.endorsed(first, second)))
    roster = roster_of(network, *items)
    assert roster.is_out(4)
    assert roster.is_out(5)


def test_an_endorsement_is_not_taken_back_by_signing_something_else_in_its_place() -> None:
    network = KeyedNetwork()
    body = Revoke(4, 1, 17)
    items = [network.item("ada", body), network.item("bea", network.endorsed(body), sequence=0)]
    items.append(network.item("bea", Warn(8), sequence=0))
    assert roster_of(network, *items).is_out(4)


def test_of_two_suspensions_under_one_id_all_nodes_take_the_same() -> None:
    """Found by shuffling: the one that came first used to count."""
    network = KeyedNetwork()
    items = [network.item("ada", Suspend(4, hours, 5), sequence=0) for hours in (1, 24)]
    assert len(roster_of(network, *items).suspensions) == 1


def test_of_two_rival_keys_for_one_epoch_every_node_takes_the_same() -> None:
    network = KeyedNetwork()
    first, second = network.rekey(2, (4,))[0], network.rekey(2, (5,), rival=1)[0]
    items = [
        network.item("ada", first, now=NOW),
        network.item("bea", second, now=NOW + 4),
        network.item("cyd", network.endorsed(first), now=NOW + 40),
        network.item("cyd", network.endorsed(second), now=NOW + 20),
    ]
    for order in itertools.permutations(items):
        roster = Council(network.charter, order).roster
        assert [one.commitment for one in roster.epochs] == [second.commitment]
        assert [one.body for one in roster.refused] == [first]
        assert not roster.pending


def test_keys_for_the_epoch_after_next_wait_for_the_next() -> None:
    network = KeyedNetwork()
    second, third = network.rekey(2, (4,))[0], network.rekey(3, (4, 5))[0]
    early = network.decided(third)
    roster = roster_of(network, *early)
    assert (roster.epoch, [one.lacking for one in roster.pending]) == (1, [0])
    roster = roster_of(network, *early, *network.decided(second, now=NOW + DAY))
    assert [one.number for one in roster.epochs] == [2, 3]


def test_a_decision_on_new_keys_names_whoever_made_it_count() -> None:
    """Those items are what a member who is behind has to be given."""
    network = KeyedNetwork()
    items = network.decided(network.rekey(2, (4,))[0], by="ada bea cyd")
    assert roster_of(network, *items).epochs[0].said == tuple(item.id for item in items)


def test_a_withdrawn_decision_was_never_said() -> None:
    network = KeyedNetwork()
    body = Revoke(4, 1, 17)
    items = network.decided(body)
    for gone in items:
        council = Council(network.charter, items)
        assert council.roster.is_out(4)
        council.withdraw(gone.id)
        assert not council.roster.is_out(4)
    said = network.item("ada", Warn(7))
    council = Council(network.charter, [said])
    council.withdraw(said.id)
    assert not council.roster.warnings


def test_a_council_takes_no_items_of_other_streams() -> None:
    network = KeyedNetwork()
    assert len(Council(network.charter, [network.item("dan", Report(None, 1))])) == 0


def test_a_thousand_members_join_and_everybody_is_in() -> None:
    network = KeyedNetwork()
    bodies = [Grant(n, 0, 4, identity_of(n).key, f"m{n}") for n in range(10, 1010)]
    council = Council(network.charter)
    for body in bodies:
        council.add(network.item("ada", body))
    for at in range(0, len(bodies), 4):
        council.add(network.item("bea", network.endorsed(*bodies[at : at + 4])))
    assert len(council.roster) == 1005
    assert council.roster.version == 1000
    assert not council.roster.refused


def test_one_organizers_decisions_of_the_same_4_s_stay_in_the_order_of_saying() -> None:
    for serial in range(8):  # their digests, which come last, lie either way
        network = KeyedNetwork(5, threshold=1)
        granted = network.item("ada", Grant(7, serial, 4, KEYS[6], "gus"))
        revoked = network.item("ada", Revoke(7, 1, MARK_MAX))
        assert granted.units == revoked.units
        for items in ((granted, revoked), (revoked, granted)):
            roster = Council(network.charter, items).roster
            assert roster.is_out(7)
            assert roster[7].name == "gus"
            assert not roster.refused
