"""Dispatches, responses, escalation, calls for help and roll calls, in any order."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from random import Random
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.dispatching import (
    ASSIGNMENT_STATES,
    Assignment,
    assignments,
    responders,
)
from meshdefense_protocol.distress import distress
from meshdefense_protocol.escalation import Escalation, escalation, is_serious
from meshdefense_protocol.items import Item
from meshdefense_protocol.members import Role
from meshdefense_protocol.muster import answers_of, asked_in, last_slot_s, slot_at
from meshdefense_protocol.packets import (
    Acknowledge,
    Dispatch,
    Escalate,
    KnownBody,
    Response,
    RollAnswer,
    RollCall,
    SosEnd,
    Verdict,
)
from meshdefense_protocol.packets.decisions import MARK_MAX
from meshdefense_protocol.packets.escalate import COORDINATORS, NEXT_RING
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.policy import Policies
from meshdefense_protocol.roster import Revocation, Roster, Suspension
from meshdefense_protocol.words import CHECKIN_STATES, RESPONSES, SOS_ENDINGS
from support.network import DATE, NOW, Network

NETWORK = Network()
REPORT = ItemId(3, 0, 17)
VIC, BASE, LEA, PIA = (NETWORK.number(name) for name in ("vic", "base", "lea", "pia"))
MINUTE = 60.0
T = TypeVar("T")


def said(name: str, body: KnownBody, sequence: int = 0, at: float = 0.0) -> Item:
    return NETWORK.item(name, body, sequence=sequence, now=NOW + at)


def said_at(item: Item) -> float:
    return item.claimed_at(DATE)


def sent(minutes: int = 10, sequence: int = 0, at: float = 0.0, by: str = "base") -> Item:
    return said(by, Dispatch(REPORT, VIC, minutes, "two vans?"), sequence, at)


def response(name: str, state: str, sequence: int = 0, at: float = 0.0, eta: int = 0) -> Item:
    return said(name, Response(REPORT, RESPONSES.code(state), eta), sequence, at)


def roster_with(
    policies: Policies | None = None, out: int | None = None, paused: int | None = None
) -> Roster:
    revoked = {} if out is None else {out: Revocation(out, 1, 0, MARK_MAX, NOW)}
    suspended = () if paused is None else (
        Suspension(ItemId(1, 32, 0), paused, 1, 0, NOW - 60, NOW + 3600),
    )  # fmt: skip
    return Roster(
        1, NETWORK.roster, policies=policies, date=DATE, revocations=revoked, suspensions=suspended
    )


def same_in_any_order(fold: Callable[[list[Item]], T], items: list[Item]) -> T:
    """What `fold` gives, after trying every order."""
    found = fold(items)
    for order in itertools.permutations(items):
        assert fold(list(order)) == found
    return found


# -- dispatching -----------------------------------------------------------------------------------


def assigned(items: list[Item], after: float = 0.0, roster: Roster | None = None) -> Assignment:
    """The only assignment, the same in every order."""
    (assignment,) = same_in_any_order(
        lambda order: assignments(
            REPORT, order, roster=roster or NETWORK.roster, now=NOW + after, said_at=said_at
        ),
        items,
    )
    return assignment


VERDICT = said("vic", Verdict(REPORT, 1), 9, at=300)


@pytest.mark.parametrize(
    ("items", "after", "state"),
    [
        ([sent()], 0, "open"),
        ([sent()], 10 * MINUTE - 1, "open"),
        ([sent()], 10 * MINUTE, "overdue"),
        ([sent(), response("vic", "on-the-way", at=60)], 120, "accepted"),
        ([sent(), response("vic", "acknowledged", at=60)], 120, "accepted"),
        ([sent(), said("vic", Acknowledge((REPORT,)), at=60)], 120, "accepted"),
        ([sent(), said("vic", Acknowledge((ItemId(BASE, 0, 0),)), at=60)], 120, "accepted"),
        ([sent(), response("lea", "on-the-way", at=60)], 120, "open"),
        ([sent(), response("vic", "on-the-way", at=60)], 10 * MINUTE, "overdue"),
        ([sent(), response("vic", "cancelled", at=60)], 120, "declined"),
        ([sent(), VERDICT], 20 * MINUTE, "answered"),
        ([sent(at=400), VERDICT], 500, "open"),
        ([sent(), sent(0, 1, at=100)], 120, "called-off"),
        ([sent(), sent(0, 1, at=100), VERDICT], 20 * MINUTE, "called-off"),
        ([sent(0, 1, at=100), sent(5, 2, at=200)], 220, "open"),
        ([sent(), sent(0, 4)], 20, "called-off"),
        ([sent(10, 4), sent(0, 0)], 20, "open"),
        ([sent(by="vic"), sent(0, 0)], 20, "called-off"),
        ([sent(by="vic", at=60), sent(0, 0)], 80, "open"),
        ([sent(by="vic")], 0, "open"),
    ],
)
def test_what_becomes_of_a_dispatch(items: list[Item], after: float, state: str) -> None:
    found = assigned(items, after)
    assert found.state == state
    assert state in ASSIGNMENT_STATES


def test_an_assignment_tells_when_it_is_due_and_who_answered_what() -> None:
    items = [sent(), response("vic", "on-the-way", at=60), VERDICT]
    found = assigned(items, 400)
    assert (found.asked_at, found.due_at, found.accepted_at) == (NOW, NOW + 600, NOW + 60)
    assert found.answer == VERDICT


def test_a_dispatch_by_somebody_whose_words_do_not_count_is_none() -> None:
    items = [sent(sequence=5)]
    roster = roster_with(out=BASE)
    assert assignments(REPORT, items, roster=roster, now=NOW, said_at=said_at) == ()


def test_the_last_response_of_each_person_counts_with_its_time_of_arrival() -> None:
    items = [
        response("lea", "on-the-way", 0, at=0, eta=5),
        response("vic", "acknowledged", 3, at=8),
        response("lea", "on-scene", 1, at=480),
    ]
    for order in itertools.permutations(items[:2]):
        lea, vic = sorted(
            responders(REPORT, order, roster=NETWORK.roster, said_at=said_at),
            key=lambda one: -one.item.id.author,
        )
        assert (lea.state, lea.eta_at) == (RESPONSES.code("on-the-way"), NOW + 600)
        assert (vic.state, vic.eta_at) == (RESPONSES.code("acknowledged"), None)
    found = responders(REPORT, items, roster=NETWORK.roster, said_at=said_at)
    assert [(one.item.id.author, one.state, one.eta_at) for one in found] == [
        (VIC, RESPONSES.code("acknowledged"), None),
        (LEA, RESPONSES.code("on-scene"), None),
    ]


# -- escalation ------------------------------------------------------------------------------------


def level(
    items: list[Item], after: float = 0.0, *, serious: bool = True, roster: Roster | None = None
) -> Escalation:
    return same_in_any_order(
        lambda order: escalation(
            REPORT,
            order,
            roster=roster or NETWORK.roster,
            now=NOW + after,
            reported_at=NOW if serious else None,
            said_at=said_at,
        ),
        items,
    )


def test_a_serious_report_that_nobody_answers_rises_twice_and_says_when() -> None:
    assert level([]) == Escalation(0, None, None, NOW + 300)
    assert level([], 299) == Escalation(0, None, None, NOW + 300)
    assert level([], 300) == Escalation(NEXT_RING, NOW + 300, None, NOW + 600)
    assert level([], 600) == Escalation(COORDINATORS, NOW + 600, None, None)
    assert level([], 600, serious=False) == Escalation(0, None, None, None)


def test_the_policy_says_after_how_long_and_nought_is_never() -> None:
    quick, never = (roster_with(Policies(escalate_minutes=n)) for n in (1, 0))
    assert level([], 60, roster=quick).level == NEXT_RING
    assert level([], 86_400, roster=never) == Escalation(0, None, None, None)


@pytest.mark.parametrize(
    "answer",
    [
        sent(),
        response("lea", "on-the-way"),
        said("rob", Acknowledge((REPORT,))),
        said("vic", Verdict(REPORT, 0)),
    ],
)
def test_any_answer_ends_it(answer: Item) -> None:
    assert level([answer], 900) == Escalation(0, None, None, None)


@pytest.mark.parametrize(
    "no_answer",
    [
        said("pia", Acknowledge((REPORT,))),
        said("base", Dispatch(REPORT, PIA, 10)),
        sent(0),
        response("lea", "cancelled"),
        said("rob", Acknowledge((ItemId(3, 0, 1),))),
    ],
)
def test_what_answers_nothing_changes_nothing(no_answer: Item) -> None:
    assert level([no_answer], 900).level == COORDINATORS


def test_somebody_escalates_at_once_and_an_answer_after_it_ends_that_too() -> None:
    up = said("ned", Escalate(REPORT, COORDINATORS), at=40)
    before, after = (said("rob", Acknowledge((REPORT,)), n, at=at) for n, at in ((0, 20), (1, 60)))
    assert level([before, up], 50) == Escalation(COORDINATORS, NOW + 40, up, None)
    assert level([before, up, after], 70).level == 0
    own = said("ned", Acknowledge((REPORT,)), 5, at=60)
    assert level([before, up, own], 70).level == COORDINATORS
    at_once = said("rob", Acknowledge((REPORT,)), 2, at=40)
    assert level([up, at_once], 50).level == COORDINATORS, "they cannot have read it yet"
    again = said("lea", Escalate(REPORT, COORDINATORS), at=60)
    assert level([up, again], 70).by == up
    ring = said("ned", Escalate(REPORT, NEXT_RING), 7, at=40)
    assert level([ring], 50) == Escalation(NEXT_RING, NOW + 40, ring, NOW + 600)
    assert level([ring, up], 50).level == COORDINATORS


def test_only_high_and_critical_are_serious() -> None:
    assert [is_serious(code) for code in range(4)] == [False, False, True, True]


POOL = [
    *(sent(n % 3 * 5, n, at=n * 40, by=name) for n, name in enumerate(("base", "vic", "base"))),
    *(response(name, "on-the-way", 3, at=90, eta=2) for name in ("lea", "vic", "pia")),
    *(response(name, "cancelled", 4, at=200) for name in ("lea", "vic")),
    *(said(name, Verdict(REPORT, 1), 5, at=240) for name in ("vic", "base")),
    *(said(name, Acknowledge((REPORT,)), 6, at=60) for name in ("rob", "pia", "vic")),
    *(said("ned", Escalate(REPORT, n), n + 6, at=80 * n) for n in (1, 2)),
]


@given(
    st.lists(st.sampled_from(POOL), max_size=10),
    st.randoms(use_true_random=False),
    st.floats(0, 1500),
)
def test_order_and_repetition_change_neither_dispatches_nor_responses_nor_escalation(
    items: list[Item], chance: Random, after: float
) -> None:
    shuffled = [*items, *items[:3]]
    chance.shuffle(shuffled)
    now = NOW + after

    def told(order: list[Item]) -> tuple[object, ...]:
        roster = NETWORK.roster
        return (
            assignments(REPORT, order, roster=roster, now=now, said_at=said_at),
            responders(REPORT, order, roster=roster, said_at=said_at),
            escalation(
                REPORT, order, roster=roster, now=now, reported_at=NOW, said_at=said_at
            ),
        )  # fmt: skip

    assert told(shuffled) == told(items)


@given(st.lists(st.sampled_from(POOL), max_size=10))
def test_what_it_says_stays_so_until_the_time_that_it_names(items: list[Item]) -> None:
    found = escalation(
        REPORT, items, roster=NETWORK.roster, now=NOW, reported_at=NOW, said_at=said_at
    )
    if found.next_at is None:
        return

    def at(now: float) -> Escalation:
        return escalation(
            REPORT, items, roster=NETWORK.roster, now=now, reported_at=NOW, said_at=said_at
        )

    assert at(found.next_at - 0.1) == found
    assert at(found.next_at).level > found.level


# -- calls for help --------------------------------------------------------------------------------

SOS = ItemId(PIA, 0, 30)


def called(items: list[Item], *, over: bool = False, roster: Roster | None = None) -> str:
    return same_in_any_order(
        lambda order: (
            distress(
                SOS, order, roster=roster or NETWORK.roster, now=NOW, expires_at=NOW + (not over)
            ).state
        ),
        items,
    )


CANCEL = said("pia", SosEnd(SOS, SOS_ENDINGS.code("cancelled")), 31, at=40)
CLEAR = said("vic", SosEnd(SOS, SOS_ENDINGS.code("all-clear")), 2, at=80)


def test_a_call_stays_raised_until_another_person_answers_it() -> None:
    own = said("pia", Acknowledge((SOS,)), 32)
    assert called([]) == "raised"
    assert called([own]) == "raised"
    assert called([own, said("rob", Acknowledge((SOS,)))]) == "acknowledged"
    assert called([said("lea", Response(SOS, RESPONSES.code("on-the-way")))]) == "acknowledged"
    assert called([said("rob", Acknowledge((REPORT,)))]) == "raised"
    going = said("lea", Response(SOS, RESPONSES.code("on-the-way")), 1)
    back = said("lea", Response(SOS, RESPONSES.code("cancelled")), 2)
    assert called([going, back]) == "raised", "who turned round does not have it"


def test_a_call_ends_when_it_is_cancelled_cleared_or_over() -> None:
    answer = said("rob", Acknowledge((SOS,)))
    assert called([answer, CANCEL]) == called([answer, CLEAR]) == "ended"
    assert called([answer], over=True) == "ended"
    found = distress(SOS, [CLEAR, CANCEL], roster=NETWORK.roster, now=NOW, expires_at=NOW + 1)
    assert found.end == CANCEL


def test_who_is_suspended_can_still_cancel_their_own_call() -> None:
    assert called([CANCEL], roster=roster_with(paused=PIA)) == "ended"
    assert called([CLEAR], roster=roster_with(out=VIC)) == "raised"


# -- roll calls ------------------------------------------------------------------------------------


def slots(call: RollCall, caller: int) -> list[float]:
    asked = asked_in(NETWORK.roster, call.whom, caller)
    return [slot_at(call, caller, number, NETWORK.roster, NOW) - NOW for number in asked]


def test_everybody_who_is_asked_answers_in_a_slot_of_their_own() -> None:
    assert asked_in(NETWORK.roster, 0, BASE) == (1, 3, 4, 5, 6, 7)
    assert slots(RollCall(slot_s=6, window=5), BASE) == [2, 8, 14, 20, 26, 32]
    assert last_slot_s(6, 6) == 32
    roles = int(Role.PATROL | Role.VERIFIER)
    assert asked_in(NETWORK.roster, roles, BASE) == (3, 4)
    assert slots(RollCall(6, 5, roles), BASE) == [2, 8]
    assert slot_at(RollCall(6, 5, roles), BASE, LEA, NETWORK.roster, NOW) == NOW


@given(st.integers(1, 255), st.integers(0, 255), st.sampled_from([1, 2, 7]))
def test_no_two_people_share_a_slot(slot_s: int, whom: int, caller: int) -> None:
    times = slots(RollCall(slot_s, 5, whom), caller)
    assert all(later - earlier == slot_s for earlier, later in itertools.pairwise(times))
    assert not times or times[-1] == last_slot_s(len(times), slot_s)


def test_the_newest_answer_of_each_person_counts() -> None:
    call = ItemId(BASE, 0, 4)
    state: Callable[[str], int] = CHECKIN_STATES.code
    items = [
        said("vic", RollAnswer(call, state("ok")), 1),
        said("vic", RollAnswer(call, state("need-help")), 2),
        said("pia", RollAnswer(call, state("ok")), 3),
        said("lea", RollAnswer(ItemId(BASE, 0, 5), state("ok")), 4),
    ]
    for order in itertools.permutations(items):
        assert answers_of(call, order, roster=NETWORK.roster) == {VIC: items[1], PIA: items[2]}
    assert answers_of(call, items, roster=roster_with(out=VIC)) == {PIA: items[2]}
