"""The council's edges: what is withdrawn, taken back, superseded or over, and what is left then."""

from __future__ import annotations

import pytest

from meshdefense_protocol.council import Council
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import (
    Grant,
    Lift,
    Policy,
    Revoke,
    Suspend,
    Warn,
)
from meshdefense_protocol.packets.decisions import MARK_MAX, MARK_NONE
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.roster import Role, Roster
from support.council_model import expected, found
from support.keyed_network import KeyedNetwork, identity_of
from support.network import NOW

HOUR = 3600.0
FIRST = 32 << 18
"""The mark of an organizer's first decision."""
OUT = Revoke(4, 1, 17)


def roster_of(network: KeyedNetwork, *items: Item) -> Roster:
    """What follows; the model and the other order agree."""
    roster = Council(network.charter, items).roster
    assert found(roster) == found(Council(network.charter, items[::-1]).roster)
    assert found(roster) == expected(network.charter, items)
    return roster


# -- withdrawn -----------------------------------------------------------------------------------


def test_a_roster_is_another_one_only_after_something_new() -> None:
    network = KeyedNetwork()
    said = network.item("ada", Warn(7))
    council = Council(network.charter, [said])
    first = council.roster
    council.add(said)
    assert council.roster is first
    council.add(network.item("bea", Warn(7)))
    assert len(council.roster.warnings) == 2


def test_what_one_withdraws_takes_no_word_from_the_others() -> None:
    network = KeyedNetwork()
    other = network.decided(Policy(3, 1, 2))
    said = [network.item(name, OUT) for name in ("ada", "bea", "cyd")]
    council = Council(network.charter, [*said, *other])
    council.withdraw(said[0].id)
    assert council.roster.is_out(4)
    assert council.roster.policies.verdicts_high == 2
    council.withdraw(said[1].id)
    assert not council.roster.is_out(4)
    assert [(one.voices, one.id) for one in council.roster.pending] == [((3,), said[2].id)]


def test_an_endorsement_of_what_was_withdrawn_waits_for_somebody_to_say_it_again() -> None:
    network = KeyedNetwork()
    said, endorsed = network.decided(OUT)
    council = Council(network.charter, [said, endorsed])
    council.withdraw(said.id)
    assert not council.roster.pending
    council.add(network.item("cyd", OUT))
    assert council.roster.is_out(4)


def test_of_what_one_said_alone_only_what_was_withdrawn_is_gone() -> None:
    network = KeyedNetwork()
    said = [network.item("ada", Warn(7)), network.item("ada", Suspend(4, 1, 5))]
    council = Council(network.charter, said)
    council.withdraw(said[0].id)
    assert not council.roster.warnings
    assert [one.id for one in council.roster.suspensions] == [said[1].id]


# -- what stands, and what only waits --------------------------------------------------------------


def certificate(network: KeyedNetwork, serial: int, roles: Role, name: str = "dan") -> Grant:
    return network.certificate(name, serial=serial, roles=roles)


def test_a_later_certificate_replaces_an_earlier_one_and_never_the_other_way_round() -> None:
    network = KeyedNetwork()
    second = network.decided(certificate(network, 2, Role.VERIFIER))
    for serial, roles, stands in (
        (1, Role.REPORTER, Role.VERIFIER),
        (2, Role.REPORTER, Role.VERIFIER),  # which of two came first
        (3, Role.REPORTER, Role.REPORTER),
    ):
        other = network.decided(certificate(network, serial, roles), now=NOW + HOUR)
        roster = roster_of(network, *second, *other)
        assert roster[4].roles == stands
        assert not roster.refused
        assert not roster.pending


@pytest.mark.parametrize(("serial", "waits"), [(1, False), (2, False), (3, True)])
def test_a_certificate_that_would_change_nothing_is_not_waited_for(
    serial: int, waits: bool
) -> None:
    network = KeyedNetwork()
    items = network.decided(certificate(network, 2, Role.VERIFIER))
    body = certificate(network, serial, Role.REPORTER)
    roster = roster_of(network, *items, network.item("cyd", body, now=NOW + HOUR))
    assert [one.body for one in roster.pending] == [body] * waits


def test_a_certificate_for_a_revoked_number_is_not_waited_for_and_a_new_one_is() -> None:
    network = KeyedNetwork()
    out = network.decided(Revoke(9, 1, 0))
    for number, waits in ((9, False), (10, True)):
        body = Grant(number, 0, 4, identity_of(number).key, "zoe")
        roster = roster_of(network, *out, network.item("cyd", body, now=NOW + HOUR))
        assert [one.body for one in roster.pending] == [body] * waits


def test_a_policy_that_is_older_than_the_one_in_force_neither_stands_nor_waits() -> None:
    network = KeyedNetwork()
    items = network.decided(Policy(3, 2, 4))
    for serial, in_force in ((1, 4), (2, 4), (3, 5)):
        body = Policy(3, serial, 5)
        alone = network.item("cyd", body, now=NOW + HOUR)
        roster = roster_of(network, *items, alone)
        assert [one.body for one in roster.pending] == [body] * (in_force == 5)
        roster = roster_of(network, *items, *network.decided(body, now=NOW + HOUR))
        assert roster.policies.verdicts_high == in_force
        assert not roster.refused


def test_a_handle_is_free_when_its_holder_has_another_one() -> None:
    network = KeyedNetwork()
    renamed = Grant(4, 1, 4, identity_of(4).key, "daniel")
    items = network.decided(renamed)
    items += network.decided(Grant(7, 0, 4, identity_of(7).key, "Dan"), now=NOW + HOUR)
    items += network.decided(Grant(8, 0, 4, identity_of(8).key, "DANIEL"), now=NOW + HOUR)
    roster = roster_of(network, *items)
    assert (roster[4].name, roster[7].name, roster.get(8)) == ("daniel", "Dan", None)
    assert [one.why for one in roster.refused] == ["the handle DANIEL is taken by member 4"]


def test_the_word_of_a_new_organizer_counts_for_what_waited() -> None:
    network = KeyedNetwork()
    wanted = certificate(network, 1, Role.ORGANIZER, "eve")
    for name, promoted in (
        ("dan", certificate(network, 1, Role.ORGANIZER, "dan")),  # a member since the beginning
        ("fay", Grant(6, 0, 64, identity_of(6).key, "fay")),
    ):
        items = [network.item("cyd", wanted), network.item(name, network.endorsed(wanted))]
        assert [one.voices for one in roster_of(network, *items).pending] == [(3,)]
        roster = roster_of(network, *items, *network.decided(promoted, now=NOW + HOUR))
        assert Role.ORGANIZER in roster[5].roles
        assert roster.deciders == {1, 2, 3, promoted.number, 5}


def test_the_word_of_a_former_organizer_counts_for_nothing_that_comes_later() -> None:
    network = KeyedNetwork()
    items = network.decided(certificate(network, 1, Role.REPORTER, "bea"), by="ada cyd")
    items += network.decided(OUT, by="ada bea", now=NOW + HOUR)
    roster = roster_of(network, *items)
    assert not roster.is_out(4)
    assert [one.voices for one in roster.pending] == [(1,)]
    assert roster.deciders == {1, 2, 3}  # what they decided before is still heard


def test_who_became_an_organizer_later_is_known_to_have_decided_and_others_are_not() -> None:
    network = KeyedNetwork()
    items = network.decided(Grant(6, 0, 64, identity_of(6).key, "fay"))
    items += network.decided(Grant(7, 0, 4, identity_of(7).key, "gus"))
    items += network.decided(Grant(6, 1, 4, identity_of(6).key, "fay"), now=NOW + HOUR)
    assert roster_of(network, *items).deciders == {1, 2, 3, 6}
    items += network.decided(Revoke(7, 1, 0), now=NOW + HOUR)
    assert roster_of(network, *items).deciders == {1, 2, 3, 6}


# -- new keys ------------------------------------------------------------------------------------


def test_new_keys_for_a_later_epoch_wait_and_are_not_refused() -> None:
    network = KeyedNetwork()
    roster = roster_of(network, *network.decided(network.rekey(3, (4,))[0]))
    assert not roster.refused
    assert [one.lacking for one in roster.pending] == [0]


def test_rival_keys_that_too_few_agreed_to_are_neither_refused_nor_waited_for() -> None:
    network = KeyedNetwork()
    items = network.decided(network.rekey(2, (4,))[0])
    rival = network.rekey(2, (5,), rival=1)[0]
    roster = roster_of(network, *items, network.item("cyd", rival, now=NOW + HOUR))
    assert (roster.refused, roster.pending, roster.epoch) == ((), (), 2)
    roster = roster_of(network, *items, *network.decided(rival, now=NOW + HOUR))
    assert [one.why for one in roster.refused] == ["another decision took that epoch"]
    assert roster.pending == ()


# -- revoked -------------------------------------------------------------------------------------


def test_a_patrol_who_is_revoked_never_decided_and_an_organizer_did() -> None:
    network = KeyedNetwork()
    items = network.decided(Revoke(4, 1, 0)) + network.decided(Revoke(3, 1, 0, FIRST))
    items += network.decided(Revoke(9, 1, 0))
    assert roster_of(network, *items).deciders == {1, 2, 3}


def test_a_former_organizer_who_is_revoked_decides_nothing_more_below_the_mark_either() -> None:
    network = KeyedNetwork()
    items = network.decided(certificate(network, 1, Role.REPORTER, "cyd"))
    items += network.decided(Revoke(3, 1, 0), now=NOW + HOUR)
    items += network.decided(OUT, by="ada cyd", now=NOW + 2 * HOUR)
    roster = roster_of(network, *items)
    assert not roster.is_out(4)
    assert [one.voices for one in roster.pending] == [(1,)]


def test_an_organizer_who_is_revoked_counts_with_what_was_said_up_to_the_mark() -> None:
    network = KeyedNetwork()
    voice = network.item("cyd", OUT, now=NOW + 2 * HOUR, sequence=3)
    for mark, counts in ((FIRST + 2, False), (FIRST + 3, True), (MARK_MAX, True)):
        items = network.decided(Revoke(3, 1, 0, mark), now=NOW)
        items += [network.item("ada", OUT, now=NOW + HOUR), voice]
        assert roster_of(network, *items).is_out(4) is counts


def test_the_marks_of_a_second_revocation_only_ever_take_away() -> None:
    network = KeyedNetwork()
    for marks in ((17, 40), (40, 17), (MARK_NONE, 17), (17, MARK_NONE)):
        items = [
            item
            for n, mark in enumerate(marks)
            for item in network.decided(Revoke(4, n, mark, mark), now=NOW + n * HOUR)
        ]
        out = roster_of(network, *items).revocations[4]
        lowest = -1 if MARK_NONE in marks else 17
        assert (out.log_mark, out.roster_mark, out.reason) == (lowest, lowest, 0)


# -- one alone -----------------------------------------------------------------------------------


def test_a_warning_is_lifted_by_its_author_or_by_enough_and_by_nobody_elses_word_alone() -> None:
    network = KeyedNetwork()
    said = network.item("ada", Warn(7))
    for lifts, left in (
        ([network.item("ada", Lift(said.id))], 0),
        ([network.item("bea", Lift(said.id))], 1),
        ([network.item("dan", Lift(said.id))], 1),
        (network.decided(Lift(said.id), by="bea cyd"), 0),
    ):
        roster = roster_of(network, said, *lifts)
        assert len(roster.warnings) == left
    other = network.item("ada", Lift(ItemId(1, 32, 999, Stream.ROSTER)))
    assert len(roster_of(network, said, other).warnings) == 1


def test_a_lift_that_took_effect_with_enough_voices_waits_for_nobody_else() -> None:
    network = KeyedNetwork(threshold=2)
    said = network.item("ada", Warn(7))
    roster = roster_of(network, said, *network.decided(Lift(said.id), by="bea cyd"))
    assert not roster.pending
    alone = roster_of(network, said, network.item("bea", Lift(said.id)))
    assert [one.voices for one in alone.pending] == [(2,)]


def test_a_suspension_counts_again_exactly_seven_days_after_the_one_before() -> None:
    network = KeyedNetwork()
    first = network.item("ada", Suspend(4, 1, 5))
    for later, count in ((7 * 86_400 - 4, 1), (7 * 86_400, 2)):
        second = network.item("ada", Suspend(4, 1, 5), now=NOW + later)
        assert len(roster_of(network, first, second).suspensions) == count


# -- policies ------------------------------------------------------------------------------------


def test_a_threshold_up_to_the_number_of_organizers_who_are_in_stands() -> None:
    network = KeyedNetwork()
    out = network.decided(Revoke(3, 1, 0, FIRST - 1))
    for value, stands in ((2, True), (3, False)):
        raised = network.decided(Policy(8, 1, value), now=NOW + HOUR)
        roster = roster_of(network, *out, *raised)
        assert roster.policies.threshold == 2
        assert (not roster.refused) is stands
    assert roster_of(network, *network.decided(Policy(8, 1, 3))).policies.threshold == 3
    high = network.decided(Policy(3, 1, 9))  # another policy is not about organizers
    assert roster_of(network, *out, *high).policies.verdicts_high == 9


def test_a_higher_threshold_counts_for_what_is_decided_after_it() -> None:
    network = KeyedNetwork()
    raised = network.decided(Policy(8, 1, 3), by="ada bea")
    later = network.decided(OUT, by="ada bea", now=NOW + HOUR)
    roster = roster_of(network, *raised, *later)
    assert not roster.is_out(4)
    assert [one.lacking for one in roster.pending] == [1]
    earlier = network.decided(OUT, by="ada bea", now=NOW - HOUR)
    assert roster_of(network, *raised, *earlier).is_out(4)


def test_of_several_words_of_one_organizer_the_earliest_counts() -> None:
    network = KeyedNetwork()
    said = [network.item("ada", OUT, now=NOW + at * HOUR) for at in (2, 0, 3)]
    roster = roster_of(network, *said, network.item("bea", OUT, now=NOW + HOUR))
    assert roster.revocations[4].at == NOW + HOUR
