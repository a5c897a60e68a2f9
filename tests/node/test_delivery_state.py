"""Who is known to hold an own item: counted by role, of those who can hold it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from meshdefense.api.held import held_counts
from meshdefense.api.parts_schema import DeliveryWords
from meshdefense.node.delivery_state import Audience, delivery_words, held_words
from meshdefense.radio.base import LinkState
from meshdefense_protocol.delivery import OutboxEntry, State
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.roster import Member, Role, Roster, classes_for
from meshdefense_protocol.sealing import KeyClass
from support.network import NOW, Network

HEARD: DeliveryWords = {"state": "heard", "attempts": 1}
ADA, BASE, PIA, VIC, NED, LEA, ROB = range(1, 8)


def roster_of(roles: list[Role]) -> Roster:
    members = [
        Member(number, f"m{number}", number.to_bytes(32, "big"), role)
        for number, role in enumerate(roles, 1)
    ]
    return Roster(1, members)


def held(*holders: int, words: DeliveryWords = HEARD, author: int = PIA,
         key_class: KeyClass = KeyClass.EVERYONE) -> DeliveryWords:  # fmt: skip
    return held_words(words, holders, Audience(Network().roster, key_class), author)


def test_holders_are_counted_by_role_without_the_author() -> None:
    assert held(VIC, BASE, NED) == {
        "state": "held",
        "attempts": 1,
        "held": {"verifiers": [1, 1], "bases": [1, 1], "all": [3, 6]},
        "holders": [BASE, VIC, NED],
    }
    assert held(VIC, author=VIC) == HEARD


def test_while_nobody_is_known_to_hold_it_nothing_is_said_of_holders() -> None:
    assert held() == HEARD
    assert held(PIA) == HEARD


def test_strangers_to_the_roster_do_not_count() -> None:
    assert held(99, 65_535) == HEARD
    assert held(99, NED)["held"]["all"] == [1, 6]
    assert held(words={**HEARD, "holders": [99]}) == HEARD


def test_who_said_it_and_who_referred_to_it_are_counted_once() -> None:
    words: DeliveryWords = {**HEARD, "holders": [BASE, VIC]}
    assert held(VIC, words=words)["holders"] == [BASE, VIC]


def test_a_role_that_nobody_has_is_left_out() -> None:
    roster = roster_of([Role.PATROL, Role.PATROL, Role.REPORTER])
    words = held_words(HEARD, [2], Audience(roster, KeyClass.EVERYONE), 1)
    assert words["held"] == {"all": [1, 2]}


def test_only_who_can_read_a_scope_is_counted_for_it() -> None:
    words = held(BASE, VIC, key_class=KeyClass.DISPATCH)
    assert words["held"] == {"bases": [1, 1], "all": [1, 2]}
    assert words["holders"] == [BASE]


ROLES = st.lists(st.integers(1, 255).map(Role), min_size=1, max_size=400)


@given(ROLES, st.sets(st.integers(1, 500)), st.integers(1, 400), st.sampled_from(KeyClass))
def test_counts_agree_with_the_roster_whatever_its_size(
    roles: list[Role], holders: set[int], author: int, key_class: KeyClass
) -> None:
    words = held_words(HEARD, holders, Audience(roster_of(roles), key_class), author)
    readers = {
        number: role
        for number, role in enumerate(roles, 1)
        if number != author and key_class in classes_for(role)
    }
    assert set(words.get("holders", ())) == holders & readers.keys()
    if not holders & readers.keys():
        assert words == HEARD
        return
    for name, role in (("verifiers", Role.VERIFIER), ("bases", Role.DISPATCH), ("all", Role(255))):
        there = {number for number, has in readers.items() if has & role}
        assert words["held"].get(name, [0, 0]) == [len(there & holders), len(there)]


def test_what_is_said_of_counts_begins_with_somebody_who_holds_it() -> None:
    assert held_counts({"verifiers": [6, 7], "bases": [2, 3], "all": [12, 14]}) == [
        ("verifiers", 6, 7),
        ("bases", 2, 3),
    ]
    assert held_counts({"verifiers": [0, 7], "all": [1, 14]})[0] == ("all", 1, 14)
    assert held_counts({"all": [1, 2]}) == [("all", 1, 2)]


def test_a_waiting_entry_says_why_in_the_engines_words_or_that_there_is_no_radio() -> None:
    busy = "the channel is busy (31 %)"
    entry = OutboxEntry(ItemId(1, 0, 0), Priority.NOTICE, NOW, NOW + 60, State.QUEUED, detail=busy)
    assert delivery_words(entry, 3, LinkState.READY) == {
        "state": "queued",
        "position": 3,
        "reason": busy,
    }
    assert delivery_words(entry, 3, LinkState.SEARCHING)["reason"] == "no radio found"
