"""The admission alone: each of its checks is missed when it is gone."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from meshdefense_protocol.admission import (
    ITEMS_REMEMBERED,
    REFUSED_REMEMBERED,
    Admission,
    key_class_of,
)
from meshdefense_protocol.council import Council
from meshdefense_protocol.errors import ForbiddenError, QuotaError, Rejection
from meshdefense_protocol.items import Item
from meshdefense_protocol.limits import CLOCK_TOLERANCE_S
from meshdefense_protocol.packets import (
    Beacon,
    Broadcast,
    CheckIn,
    Grant,
    KnownBody,
    Manifest,
    Notice,
    Report,
    Revoke,
    Sos,
    Verdict,
)
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.place import GridPlace
from meshdefense_protocol.policy import Policies
from meshdefense_protocol.quotas import MINUTE_S
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.state import Gap, SavedItem, SavedState
from support.keyed_network import KeyedNetwork
from support.network import DATE, NOW, Network

NETWORK = Network()
REF = ItemId(3, 0, 17)
PLACE = GridPlace(1205, -345, 2)
LAST = 250
"""Items, more than any quota of ten minutes lets through."""


def admission(name: str = "lea", saved: SavedState | None = None) -> Admission:
    return Admission(NETWORK.membership(name), saved or SavedState())


def kept(item: Item, at: float = NOW) -> SavedItem:
    return SavedItem(item.id, item.raw, at)


def taken_in(admission: Admission, *items: Item, now: float = NOW) -> None:
    """Check and note; nothing of it may be refused."""
    for item in items:
        assert admission.check(item, now) == (None, False)
        admission.note(item, now)


def fill(admission: Admission, name: str, body: KnownBody, *, at: float = NOW) -> Item:
    """Note what an author says until it is too much; returns the item that is refused."""
    for sequence in range(LAST):
        item = NETWORK.item(name, body, sequence=sequence, now=at)
        if admission.check(item, at) == (Rejection.QUOTA, False):
            return item
        admission.note(item, at)
    pytest.fail("no quota was ever reached")


@pytest.mark.parametrize("scope", KeyClass)
def test_a_body_with_a_scope_is_sealed_for_it_and_any_other_for_everybody(scope: KeyClass) -> None:
    for body in (
        Report(PLACE, 1, scope=scope),
        Notice("soup", scope=scope),
        Manifest(1, bytes(16), scope=scope),
        Sos(None, 0, scope),
    ):
        assert key_class_of(body) is scope
    assert key_class_of(Broadcast(REF, Report(PLACE, 1))) is KeyClass.EVERYONE
    assert key_class_of(Verdict(REF, 1)) is KeyClass.EVERYONE


def test_a_live_item_of_an_earlier_life_comes_back_with_its_end_and_its_bytes_are_known() -> None:
    item = NETWORK.item("pia", Report(PLACE, 1), sequence=5)
    second = NETWORK.item("pia", Report(PLACE, 2), sequence=5)
    window, end = admission().note(item, NOW), item.expires_at(DATE, NOW)
    again = admission(saved=SavedState(windows=(window,)))
    assert again.load(kept(item), end - 1) == (item, end)
    assert again.check(item, NOW) == (Rejection.DUPLICATE, False)
    assert again.check(second, NOW) == (Rejection.EQUIVOCATION, True)


def test_an_item_that_is_over_at_the_start_is_known_and_not_taken_up() -> None:
    item = NETWORK.item("pia", Report(PLACE, 1))
    end = item.expires_at(DATE, NOW)
    for now in (end, end + 1):
        assert admission().load(kept(item), now) is None


def test_a_stored_item_that_is_damaged_is_left_out_and_stops_nothing() -> None:
    item = NETWORK.item("pia", Report(PLACE, 1))
    for raw in (b"", item.raw[:-1], bytes(len(item.raw)), item.raw[:20] + bytes(200)):
        assert admission().load(SavedItem(item.id, raw, NOW), NOW) is None


def test_a_position_of_an_earlier_life_is_not_taken_up() -> None:
    """Where somebody was is no news after a restart."""
    assert admission().load(kept(NETWORK.item("pia", Beacon(PLACE))), NOW) is None


def test_after_a_restart_only_what_a_revoked_member_said_up_to_the_mark_is_taken_up() -> None:
    network = KeyedNetwork()
    items = network.decided(Revoke(4, 1, 5))
    roster = Council(network.charter, items).roster
    admission_ = Admission(network.membership("eve", roster=roster), SavedState())
    for sequence, counts in ((5, True), (6, False)):
        item = network.item("dan", Report(None, 1), sequence=sequence)
        assert (admission_.load(kept(item), NOW) is not None) is counts


def test_what_was_said_before_a_restart_still_counts_for_the_quota() -> None:
    before, again = admission(), admission()
    refused = fill(before, "pia", Report(PLACE, 1, note="n" * 60))
    for sequence in range(refused.id.sequence):
        item = NETWORK.item("pia", Report(PLACE, 1, note="n" * 60), sequence=sequence)
        assert again.load(kept(item), NOW) is not None
    assert again.check(refused, NOW) == (Rejection.QUOTA, False)


def test_what_lies_beyond_a_mark_still_counts_for_the_quota_after_a_restart() -> None:
    """Seed 3047 of the simulator: each restart gave a revoked member a part of it again."""
    network, body = KeyedNetwork(), Report(None, 1, note="n" * 60)
    roster = Council(network.charter, network.decided(Revoke(4, 1, 5))).roster
    before = Admission(network.membership("eve"), SavedState())
    again = Admission(network.membership("eve", roster=roster), SavedState())
    late = network.item("dan", body, sequence=5)  # the last one that counts
    for sequence in range(6, LAST):
        item = network.item("dan", body, sequence=sequence)
        if before.check(item, NOW)[0] is Rejection.QUOTA:
            break
        before.note(item, NOW)
        assert again.check(late, NOW) == (None, False)
        assert again.load(kept(item), NOW) is None
    before.membership_changed(network.membership("eve", roster=roster))
    assert before.check(late, NOW) == again.check(late, NOW) == (Rejection.QUOTA, False)


def test_the_own_items_and_what_comes_by_hand_are_beside_the_quota() -> None:
    body = Report(PLACE, 1, note="n" * 60)
    own, other = admission("pia"), admission("lea")
    refused = fill(other, "pia", body)
    assert other.check(refused, NOW, by_hand=True) == (None, False)
    for sequence in range(LAST):
        item = NETWORK.item("pia", body, sequence=sequence)
        assert own.check(item, NOW) == (None, False)
        own.note(item, NOW)


def test_what_comes_by_hand_uses_up_no_quota() -> None:
    body = Report(PLACE, 1, note="n" * 60)
    admission_ = admission()
    for sequence in range(LAST):
        item = NETWORK.item("pia", body, sequence=sequence)
        assert admission_.check(item, NOW, by_hand=True) == (None, False)
        admission_.note(item, NOW, by_hand=True)
    taken_in(admission_, NETWORK.item("pia", body, sequence=LAST))


def test_decisions_and_words_have_accounts_of_their_own() -> None:
    admission_ = admission()
    grants = (Grant(8, serial, 4, bytes(range(32)), "z" * 16) for serial in itertools.count())
    for sequence in range(LAST):
        decision = NETWORK.item("ada", next(grants), sequence=sequence)
        if admission_.check(decision, NOW) != (None, False):
            break
        admission_.note(decision, NOW)
    else:
        pytest.fail("no quota was ever reached")
    assert sequence >= 50
    taken_in(admission_, NETWORK.item("ada", Report(PLACE, 1)))
    own = admission("ada")
    for number in range(sequence):
        own.note(NETWORK.item("ada", next(grants), sequence=number), NOW)
    own.check_own(NETWORK.item("ada", Report(PLACE, 1)), NOW)


def test_who_has_said_too_much_is_told_how_long_to_wait_and_may_speak_again_then() -> None:
    body = Report(PLACE, 1, note="n" * 60)
    own = admission("pia")
    items = (NETWORK.item("pia", body, sequence=sequence) for sequence in range(LAST))

    def speak(item: Item) -> None:
        own.check_own(item, NOW)
        own.note(item, NOW)

    with pytest.raises(QuotaError) as caught:
        list(map(speak, items))
    assert 0 < caught.value.wait_s <= 11 * MINUTE_S
    own.check_own(NETWORK.item("pia", body), NOW + caught.value.wait_s)


def test_the_quota_counts_by_the_authors_clock_where_that_can_be_right() -> None:
    """All receivers count alike, whenever they heard it."""
    body = Report(PLACE, 1, note="n" * 60)
    early, wrong = admission(), admission()
    said = fill(early, "pia", body, at=NOW - 7200)
    assert early.check(said, NOW + 60) == (Rejection.QUOTA, False)  # carried for two hours
    later = NETWORK.item("pia", body, sequence=LAST, now=NOW)
    assert early.check(later, NOW) == (None, False)
    ahead = NOW + CLOCK_TOLERANCE_S + 600
    for sequence in range(LAST):  # a clock that cannot be right: by the time of the reception
        item = NETWORK.item("pia", body, sequence=sequence, now=ahead)
        if wrong.check(item, NOW)[0] is not None:
            break
        wrong.note(item, NOW)
    assert wrong.check(NETWORK.item("pia", body, sequence=LAST), NOW)[0] is Rejection.QUOTA


def test_a_report_too_wide_for_the_policy_is_refused_verifiers_and_dispatch_excepted() -> None:
    network = KeyedNetwork(8, policies=Policies(threshold=2, unverified_scope=1))
    hears = Admission(network.membership("hal"), SavedState())
    for name, scope, why in (
        ("fay", 0, Rejection.SCOPE), ("fay", 1, None), ("fay", 2, None),
        ("dan", 0, Rejection.SCOPE), ("eve", 0, None), ("gus", 0, None),
    ):  # fmt: skip
        item = network.item(name, Report(None, 1, scope=scope))
        assert hears.check(item, NOW) == (why, False)
        own = Admission(network.membership(name), SavedState())
        if why is None:
            own.check_own(item, NOW)
        else:
            with pytest.raises(ForbiddenError, match="scope: field"):
                own.check_own(item, NOW)
    assert hears.check(network.item("fay", Notice("soup")), NOW) == (None, False)


def test_only_refusals_that_speak_against_the_author_are_counted_as_offences() -> None:
    admission_ = Admission(Network(3).membership("base"), SavedState())
    stranger = NETWORK.item("vic", CheckIn(1))
    assert admission_.check(stranger, NOW) == (Rejection.UNKNOWN_AUTHOR, False)
    assert admission_.is_known(stranger.id)
    assert admission_.offences == {}
    wrong = Network(3).item("pia", Verdict(REF, 1))
    assert admission_.check(wrong, NOW) == (Rejection.ROLE, False)
    assert admission_.offences == {3: {Rejection.ROLE: 1}}


def test_the_last_refused_ids_are_remembered_until_the_roster_changes() -> None:
    admission_, item = admission(), NETWORK.item("pia", CheckIn(1))
    ids = [ItemId(99, 0, sequence) for sequence in range(REFUSED_REMEMBERED + 1)]
    for number, one in enumerate(ids, start=1):
        assert admission_.check(replace(item, id=one), NOW)[0] is Rejection.UNKNOWN_AUTHOR
        if number == REFUSED_REMEMBERED:
            assert admission_.is_known(ids[0])
    assert not admission_.is_known(ids[0])
    assert all(map(admission_.is_known, ids[1:]))
    admission_.membership_changed(NETWORK.membership("lea"))
    assert not any(map(admission_.is_known, ids))


def test_of_so_many_items_the_bytes_are_remembered_to_tell_a_duplicate_from_a_lie() -> None:
    admission_ = admission()
    first, second, third = (
        NETWORK.item("pia", Report(PLACE, kind), sequence=5) for kind in (1, 2, 3)
    )
    taken_in(admission_, first)
    for sequence in range(ITEMS_REMEMBERED - 1):
        admission_.remember(SavedItem(ItemId(9, 0, sequence), b"", NOW))
    assert admission_.check(second, NOW) == (Rejection.EQUIVOCATION, True)
    admission_.remember(SavedItem(ItemId(9, 1, 0), b"", NOW))
    assert admission_.check(third, NOW) == (Rejection.DUPLICATE, False)


def test_holes_are_those_of_the_log_in_every_life_and_the_newest_is_of_the_last_life() -> None:
    admission_ = admission()
    for incarnation, sequence in ((1, 0), (1, 3), (0, 9), (0, 11)):
        said = NETWORK.item("ned", CheckIn(1), sequence=sequence, incarnation=incarnation)
        taken_in(admission_, said)
    taken_in(admission_, *(NETWORK.item("ned", Beacon(PLACE), sequence=n) for n in (0, 9)))
    assert admission_.gaps() == [Gap(NETWORK.number("ned"), 3, 3)]


def test_holes_that_nobody_can_fill_are_settled_and_later_ones_are_not() -> None:
    admission_ = admission()
    taken_in(admission_, *(NETWORK.item("ned", CheckIn(1), sequence=n) for n in (0, 3)))
    taken_in(admission_, NETWORK.item("ned", Beacon(PLACE), sequence=99))
    admission_.nothing_is_missing()
    assert admission_.gaps() == []
    taken_in(admission_, NETWORK.item("ned", CheckIn(1), sequence=6))
    assert admission_.gaps() == [Gap(NETWORK.number("ned"), 2, 6)]
    admission_.nothing_is_missing()
    assert admission_.gaps() == []
