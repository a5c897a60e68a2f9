"""The roster at one moment: who is in, whose words count, and what one is told before speaking."""

from __future__ import annotations

import pytest

from meshdefense_protocol.council import Council
from meshdefense_protocol.errors import ForbiddenError, Rejection, ValueRangeError
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import (
    Beacon,
    CheckIn,
    Grant,
    KnownBody,
    Report,
    Retract,
    Revoke,
    RollAnswer,
    Sos,
    SosEnd,
    Suspend,
    Verdict,
    Warn,
)
from meshdefense_protocol.packets.decisions import MARK_MAX, mark_of
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.policy import Policies
from meshdefense_protocol.roster import Member, Role, Roster, check_speaker
from meshdefense_protocol.words import SOS_ENDINGS
from support.keyed_network import KeyedNetwork, identity_of
from support.network import DATE, NOW

HOUR, DAY = 3600.0, 86_400.0
REPORT = Report(None, 1)
OTHER = ItemId(9, 0, 1)
DAN = 4


def after(network: KeyedNetwork, *bodies: KnownBody, now: float = NOW) -> Roster:
    """The roster when ada and bea decided these."""
    items = [network.item(name, body, now=now) for body in bodies for name in ("ada", "bea")]
    return Council(network.charter, items).roster


def said(body: KnownBody, *, at: float = NOW, sequence: int = 5, name: str = "dan") -> Item:
    return KeyedNetwork().item(name, body, now=at, sequence=sequence)


# -- who is in -------------------------------------------------------------------------------


def test_a_member_is_found_by_number_or_handle() -> None:
    roster = KeyedNetwork().roster
    assert roster.find("3") is roster.get(3) is roster.find("CYD") is roster.find("cyd")
    assert roster.find("nobody") is roster.find("99") is roster.get(0) is None
    assert roster.find("9" * 5000) is None  # Python refuses to read such numbers
    assert roster.with_key(identity_of(1).key) is roster.get(1)
    assert roster.with_key(bytes(32)) is None


def test_two_members_never_share_a_key() -> None:
    first, second = list(KeyedNetwork().roster)[:2]
    twin = Member(second.number, second.name, first.key, Role.PATROL)
    with pytest.raises(ValueRangeError, match="same key"):
        Roster(1, [first, twin])


def test_who_was_revoked_keeps_name_and_key_and_is_not_in() -> None:
    network = KeyedNetwork()
    roster = after(network, Revoke(DAN, 1, 17))
    gone = roster.get(DAN)
    assert gone is not None
    assert roster.is_out(DAN)
    assert gone not in list(roster)
    assert gone in list(roster.everybody())
    assert roster.find("dan") is roster.with_key(gone.key) is gone
    assert len(roster) == len(network.handles) - 1


def test_a_number_is_never_given_out_again() -> None:
    network = KeyedNetwork()
    assert network.roster.next_number == 6
    assert after(network, Revoke(5, 1, 0)).next_number == 6
    assert after(network, Revoke(9, 1, 0)).next_number == 10  # also one that was never in


def test_a_revoked_organizer_decides_nothing_more_and_is_known_to_have_decided() -> None:
    roster = after(KeyedNetwork(), Revoke(3, 1, 0))
    assert [one.name for one in roster.organizers] == ["ada", "bea"]
    assert 3 in roster.deciders


# -- whose words count -----------------------------------------------------------------------


def test_of_a_revoked_member_items_up_to_the_mark_count_later_ones_and_positions_do_not() -> None:
    roster = after(KeyedNetwork(), Revoke(DAN, 1, 5))
    for body, sequence, objection in (
        (REPORT, 5, None),
        (REPORT, 6, Rejection.REVOKED),
        (Sos(None, 0, 0), 6, Rejection.REVOKED),
        (Beacon(None), 0, Rejection.REVOKED),
    ):
        item = said(body, sequence=sequence)
        assert roster.objection(item, NOW) is objection
        assert roster.counts(item) is (objection is None)
        assert roster.beyond_mark(item.id) is (objection is not None)


def test_a_mark_knows_lives_as_well_as_sequences() -> None:
    roster = after(KeyedNetwork(), Revoke(DAN, 1, 1 << 18 | 5))
    for life, sequence, counts in ((0, 99, True), (1, 5, True), (1, 6, False), (2, 0, False)):
        assert roster.beyond_mark(ItemId(DAN, life, sequence)) is not counts


def test_the_highest_mark_lets_everything_count_but_positions() -> None:
    roster = after(KeyedNetwork(), Revoke(DAN, 3, MARK_MAX))
    assert not roster.beyond_mark(ItemId(DAN, 31, (1 << 18) - 1))
    assert roster.beyond_mark(said(Beacon(None)).id)


def test_a_suspended_member_is_refused_by_either_clock_and_an_sos_is_not() -> None:
    network = KeyedNetwork()
    roster = Council(network.charter, [network.item("ada", Suspend(DAN, 1, 5))]).roster
    for claimed, now, refused in (
        (NOW + 60, NOW + 60, True),
        (NOW + 60, NOW + 2 * HOUR, True),  # carried for hours: said in that time
        (NOW - 60, NOW + 60, True),  # dated back to before it
        (NOW - 60, NOW - 30, False),
        (NOW, NOW + 2 * HOUR, False),  # within the 4 s of the suspension: as if before it
        (NOW + 4, NOW + 2 * HOUR, True),
        (NOW + HOUR, NOW + HOUR, False),
    ):
        objection = roster.objection(said(REPORT, at=claimed), now)
        assert objection is (Rejection.SUSPENDED if refused else None)
        for help_ in (Sos(None, 0, 0), SosEnd(ItemId(DAN, 0, 4), 0)):
            assert roster.objection(said(help_, at=claimed), now) is None


def test_what_was_said_while_suspended_never_counts_what_was_said_before_does() -> None:
    network = KeyedNetwork()
    roster = Council(network.charter, [network.item("ada", Suspend(DAN, 1, 5))]).roster
    assert not roster.counts(said(REPORT, at=NOW + 60))
    assert roster.counts(said(REPORT, at=NOW - 60))
    assert roster.counts(said(REPORT, at=NOW))  # the same 4 s: a retraction just before it holds
    assert not roster.counts(said(REPORT, at=NOW + 4))
    assert roster.counts(said(REPORT, at=NOW + HOUR))


def test_a_suspended_organizer_still_decides() -> None:
    network = KeyedNetwork()
    roster = Council(network.charter, [network.item("cyd", Suspend(1, 1, 5))]).roster
    assert roster.objection(said(Warn(7), name="ada", sequence=0), NOW) is None
    assert roster.objection(said(REPORT, name="ada"), NOW) is Rejection.SUSPENDED


def test_a_lapsed_certificate_is_judged_by_when_something_was_said() -> None:
    network = KeyedNetwork()
    roster = after(network, Grant(DAN, 1, 4, identity_of(DAN).key, "dan", 31))
    assert roster.objection(said(REPORT, at=NOW), NOW + 9 * DAY) is None
    late = said(REPORT, at=DATE + 31 * DAY)
    assert roster.objection(late, NOW) is Rejection.LAPSED
    assert roster.has_lapsed(DAN, DATE + 31 * DAY)
    assert not roster.has_lapsed(DAN, DATE + 31 * DAY - 1)
    assert not roster.has_lapsed(5, 1e12)


def test_an_sos_of_a_member_whose_certificate_is_over_is_heard() -> None:
    network = KeyedNetwork()
    items = network.decided(Grant(4, 1, 4, identity_of(4).key, "dan", 20))
    roster = Council(network.charter, items).roster
    sos = network.item("dan", Sos(None, 1, 0))
    assert roster.objection(network.item("dan", REPORT), NOW) is Rejection.LAPSED
    assert roster.objection(sos, NOW) is None
    end = network.item("dan", SosEnd(sos.id, SOS_ENDINGS.code("cancelled")))
    assert roster.objection(end, NOW) is None


def test_a_log_item_of_a_life_before_the_marks_is_refused_when_it_is_new() -> None:
    """In the life that was left, every number that was never used is open to who has the key."""
    network = KeyedNetwork()
    mark = mark_of(ItemId(DAN, 2, 7))
    roster = after(network, Revoke(DAN, 2, mark, MARK_MAX))
    for incarnation, sequence, why in ((2, 7, None), (2, 0, None), (2, 8, Rejection.REVOKED)):
        item = network.item("dan", REPORT, sequence=sequence, incarnation=incarnation)
        assert roster.objection(item, NOW) is why
    old = network.item("dan", REPORT, sequence=3, incarnation=1)
    assert roster.objection(old, NOW) is Rejection.REVOKED
    assert roster.counts(old)  # what came in before goes on counting


def test_another_role_counts_from_the_moment_it_is_decided() -> None:
    network = KeyedNetwork()
    verdict = said(Verdict(OTHER, 1))
    assert network.roster.objection(verdict, NOW) is Rejection.ROLE
    roster = after(network, network.certificate("dan", serial=1, roles=Role.VERIFIER))
    assert roster.objection(verdict, NOW) is None


def test_decisions_of_others_than_organizers_are_refused_those_of_former_ones_are_heard() -> None:
    network = KeyedNetwork()
    roster = after(network, network.certificate("cyd", serial=1, roles=Role.REPORTER))
    assert [one.name for one in roster.organizers] == ["ada", "bea"]
    assert roster.objection(said(Warn(7)), NOW) is Rejection.ROLE
    assert roster.objection(said(Warn(7), name="cyd"), NOW) is None


# -- before one speaks -----------------------------------------------------------------------


def test_who_was_revoked_is_told_and_says_nothing_more_not_even_an_sos() -> None:
    roster = after(KeyedNetwork(), Revoke(DAN, 1, 17))
    for body in (REPORT, Sos(None, 0, 0), RollAnswer(OTHER, 1)):
        with pytest.raises(ForbiddenError, match="revoked"):
            check_speaker(roster, DAN, body, NOW)


def test_who_is_suspended_is_told_for_how_long_and_may_call_for_help() -> None:
    network = KeyedNetwork()
    roster = Council(network.charter, [network.item("ada", Suspend(DAN, 24, 5))]).roster
    with pytest.raises(ForbiddenError, match=r"23 h more.*SOS"):
        check_speaker(roster, DAN, REPORT, NOW + HOUR)
    assert check_speaker(roster, DAN, Sos(None, 0, 0), NOW + HOUR).name == "dan"
    assert check_speaker(roster, DAN, REPORT, NOW + DAY).name == "dan"


def test_a_suspended_organizer_may_still_decide_and_not_report() -> None:
    network = KeyedNetwork()
    roster = Council(network.charter, [network.item("cyd", Suspend(1, 24, 5))]).roster
    assert check_speaker(roster, 1, Revoke(3, 2, 0), NOW).name == "ada"
    with pytest.raises(ForbiddenError, match="suspended"):
        check_speaker(roster, 1, CheckIn(1), NOW)


def test_who_is_not_in_the_roster_says_nothing() -> None:
    with pytest.raises(ForbiddenError, match="not in the roster"):
        check_speaker(KeyedNetwork().roster, 99, REPORT, NOW)


def test_whose_certificate_is_over_is_told_to_renew_it() -> None:
    network = KeyedNetwork()
    roster = after(network, Grant(DAN, 1, 4, identity_of(DAN).key, "dan", 30))
    with pytest.raises(ForbiddenError, match="expired"):
        check_speaker(roster, DAN, REPORT, NOW)


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("dan", Verdict(OTHER, 1), r"\(patrol\).*verifier"),
        ("dan", Warn(7), "organizer"),
        ("eve", Verdict(ItemId(5, 0, 1), 1), "your own report"),
        ("eve", Retract(OTHER), "only its author"),
        ("dan", SosEnd(OTHER, 1), "clear others'"),
    ],
    ids=["role", "decides", "own report", "another's report", "another's SOS"],
)
def test_who_may_not_say_it_is_told_why(name: str, body: KnownBody, words: str) -> None:
    network = KeyedNetwork()
    with pytest.raises(ForbiddenError, match=words):
        check_speaker(network.roster, network.number(name), body, NOW)


# -- at the edges ----------------------------------------------------------------------------


def test_a_roster_keeps_the_policies_that_it_was_given() -> None:
    members = list(KeyedNetwork().roster)
    chosen = Policies(threshold=3, all_clear=4)
    assert Roster(1, members, policies=chosen).policies == chosen
    assert Roster(1, members).policies == Policies()


def test_decisions_and_words_of_a_revoked_organizer_have_marks_of_their_own() -> None:
    roster = after(KeyedNetwork(), Revoke(3, 1, 17, mark_of(ItemId(3, 32, 2))))
    for item_id, counts in (
        (ItemId(3, 0, 17), True),
        (ItemId(3, 0, 18), False),
        (ItemId(3, 32, 2, Stream.ROSTER), True),
        (ItemId(3, 32, 3, Stream.ROSTER), False),
    ):
        assert roster.beyond_mark(item_id) is not counts


def test_new_words_of_every_life_are_taken_where_the_organizers_let_all_of_them_count() -> None:
    network = KeyedNetwork()
    roster = after(network, Revoke(DAN, 3, MARK_MAX))
    for incarnation in (0, 1, 31):
        item = network.item("dan", REPORT, incarnation=incarnation)
        assert roster.objection(item, NOW) is None


def test_an_sos_said_while_suspended_counts_and_one_beyond_the_mark_does_not() -> None:
    network = KeyedNetwork()
    suspended = Council(network.charter, [network.item("ada", Suspend(DAN, 1, 5))]).roster
    revoked = after(KeyedNetwork(), Revoke(DAN, 1, 5))
    for body in (Sos(None, 0, 0), SosEnd(ItemId(DAN, 0, 4), 0)):
        item = said(body, at=NOW + 60, sequence=6)
        assert suspended.counts(item)
        assert not revoked.counts(item)


def test_a_suspended_member_does_not_tell_a_position_either_and_an_organizer_decides() -> None:
    network = KeyedNetwork()
    paused = [network.item("ada", Suspend(number, 1, 5)) for number in (DAN, 3)]
    roster = Council(network.charter, paused).roster
    with pytest.raises(ForbiddenError, match="suspended"):
        check_speaker(roster, DAN, Beacon(None), NOW + 60)
    assert check_speaker(roster, 3, Warn(7), NOW + 60) is roster[3]
