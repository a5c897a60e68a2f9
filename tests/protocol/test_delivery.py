"""The machine that brings an own item to the air: its table, its waits, its end."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from meshdefense_protocol.delivery import (
    ATTEMPTS_MAX,
    FINAL,
    IN_FLIGHT,
    REFUSED_RETRY_S,
    SILENT_RADIO_S,
    OutboxEntry,
    State,
    restored,
)
from meshdefense_protocol.packets import (
    Acknowledge,
    Beacon,
    Body,
    CheckIn,
    Manifest,
    Notice,
    Report,
    Retract,
    UnknownBody,
    Verdict,
)
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.priority import Priority, priority_of
from meshdefense_protocol.transport import Fate
from support.network import NOW

REF = ItemId(3, 0, 17)
LIFETIME = 3600.0

EXPECTED = {
    State.HANDED: {
        Fate.ACCEPTED: State.AT_RADIO,
        Fate.ON_AIR: State.ON_AIR,
        Fate.HEARD: State.HEARD,
        Fate.UNHEARD: State.UNHEARD,
        Fate.REFUSED: State.REFUSED,
        Fate.LOST: State.QUEUED,
    },
    State.AT_RADIO: {
        Fate.ACCEPTED: State.AT_RADIO,
        Fate.ON_AIR: State.ON_AIR,
        Fate.HEARD: State.HEARD,
        Fate.UNHEARD: State.UNHEARD,
        Fate.REFUSED: State.REFUSED,
        Fate.LOST: State.QUEUED,
    },
    State.ON_AIR: {
        Fate.ACCEPTED: State.ON_AIR,
        Fate.ON_AIR: State.ON_AIR,
        Fate.HEARD: State.HEARD,
        Fate.UNHEARD: State.UNHEARD,
        Fate.REFUSED: State.UNHEARD,
        Fate.LOST: State.UNHEARD,
    },
}
"""While a transmission is under way; in any other state no fate says anything."""
STATES = [*EXPECTED, State.HEARD, State.QUEUED]
SAYS_THE_END = {Fate.HEARD, Fate.UNHEARD, Fate.REFUSED, Fate.LOST}


def entry(state: State = State.QUEUED, *, priority: Priority = Priority.ALERT) -> OutboxEntry:
    made = OutboxEntry(REF, priority, NOW, NOW + LIFETIME, next_at=NOW)
    if state in IN_FLIGHT or state is State.HEARD:
        made = made.handed(NOW)
    if state is State.AT_RADIO:
        made = made.after(Fate.ACCEPTED, NOW)
    elif state is State.ON_AIR:
        made = made.after(Fate.ON_AIR, NOW)
    elif state is State.HEARD:
        made = made.after(Fate.HEARD, NOW)
    assert made.state is state
    return made


@pytest.mark.parametrize(
    ("state", "fate"), list(itertools.product(EXPECTED, Fate)), ids=lambda value: value.name
)
def test_each_fate_moves_each_state_as_the_table_says(state: State, fate: Fate) -> None:
    after = entry(state).after(fate, NOW + 30, "why")
    assert after.state is EXPECTED[state][fate]
    assert after.flying == (fate not in SAYS_THE_END)
    assert after.detail == "why"


@pytest.mark.parametrize("fate", Fate)
@pytest.mark.parametrize(
    "waiting",
    [
        entry(),
        entry(State.HANDED).after(Fate.UNHEARD, NOW),
        entry(State.HANDED).after(Fate.REFUSED, NOW),
        entry(State.HANDED).after(Fate.HEARD, NOW),
        entry().timed_out(NOW + LIFETIME),
        entry().cancelled(),
    ],
    ids=lambda made: made.state.name,
)
def test_news_of_nothing_under_way_changes_nothing(waiting: OutboxEntry, fate: Fate) -> None:
    assert waiting.after(fate, NOW + 1) == waiting


@pytest.mark.parametrize("fate", [Fate.HEARD, Fate.UNHEARD])
@pytest.mark.parametrize("priority", Priority)
def test_an_item_is_done_after_one_flood_whether_it_was_heard_or_not(
    fate: Fate, priority: Priority
) -> None:
    over = entry(priority=priority).handed(NOW).after(fate, NOW + 5)
    assert over.done
    assert over.state is State[fate.name]
    assert over.attempts == 1


def test_a_refused_item_is_tried_again_soon_and_a_lost_one_at_once() -> None:
    assert entry(State.HANDED).after(Fate.REFUSED, NOW).next_at == NOW + REFUSED_RETRY_S
    assert entry(State.HANDED).after(Fate.LOST, NOW).next_at == NOW
    assert entry(State.AT_RADIO).after(Fate.LOST, NOW).next_at == NOW
    assert entry(State.ON_AIR).after(Fate.LOST, NOW).next_at == NOW + REFUSED_RETRY_S


def test_what_was_on_air_when_the_radio_went_away_is_tried_a_few_times() -> None:
    made, now = entry(), NOW
    for attempt in range(1, ATTEMPTS_MAX + 1):
        made = made.handed(now).after(Fate.ON_AIR, now).after(Fate.LOST, now + 1)
        assert made.state is State.UNHEARD
        assert made.attempts == attempt
        assert made.done == (attempt == ATTEMPTS_MAX)
        now += 60


def test_a_position_is_done_once_it_was_on_air() -> None:
    made = entry(priority=Priority.POSITION).handed(NOW).after(Fate.ON_AIR, NOW + 1)
    assert made.done
    assert made.state is State.ON_AIR
    assert restored(made, NOW + 9) == made


def test_the_reason_to_wait_is_shown_until_it_is_handed_over() -> None:
    waits = entry().held_back("the channel is busy (41 %)")
    assert waits.detail == "the channel is busy (41 %)"
    assert waits.due(NOW)
    assert waits.handed(NOW).detail == ""


@pytest.mark.parametrize("by", [-86_400.0, 0.5, 3e8])
def test_a_step_of_the_clock_moves_every_moment_alike(by: float) -> None:
    for made in (entry(), entry(State.ON_AIR), entry(State.HANDED).after(Fate.REFUSED, NOW)):
        moved = made.shifted(by)
        assert moved.shifted(-by) == made
        assert moved.due(NOW + by) == made.due(NOW)
        assert moved.timer_at() == (made.timer_at() or 0) + by


def test_a_silent_radio_has_lost_the_frame() -> None:
    made = entry(State.AT_RADIO)
    assert made.timed_out(NOW + SILENT_RADIO_S - 1) == made
    lost = made.timed_out(NOW + SILENT_RADIO_S)
    assert lost.state is State.QUEUED
    assert lost.due(NOW + SILENT_RADIO_S)
    assert "radio" in lost.detail


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_nothing_is_sent_after_its_lifetime_and_what_was_heard_stays_heard(state: State) -> None:
    over = entry(state).timed_out(NOW + LIFETIME)
    assert over.done
    assert not over.due(NOW + LIFETIME)
    assert over.state is (State.HEARD if state is State.HEARD else State.EXPIRED)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_cancelling_ends_everything_but_the_truth(state: State) -> None:
    over = entry(state).cancelled()
    assert over.done
    assert over.state is (State.HEARD if state is State.HEARD else State.CANCELLED)
    assert over.timer_at() is None


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_after_a_restart_nothing_is_under_way(state: State) -> None:
    made = entry(state)
    back = restored(made, NOW + 10)
    assert not back.flying
    assert back.state is (EXPECTED[state][Fate.LOST] if state in IN_FLIGHT else state)
    assert restored(back, NOW + 10) == back
    assert back.done == (state is State.HEARD)


@pytest.mark.parametrize("state", sorted(FINAL, key=str), ids=str)
def test_what_is_over_stays_over_after_a_restart(state: State) -> None:
    over = entry().cancelled() if state is State.CANCELLED else entry().timed_out(NOW + LIFETIME)
    assert over.state is state
    assert restored(over, NOW).done


@pytest.mark.parametrize(
    ("body", "priority"),
    [
        (Verdict(REF, 1), Priority.ALERT),
        (Retract(REF), Priority.ALERT),
        (Report(None, 1, 0), Priority.ALERT),
        (Report(None, 0, 2), Priority.ALERT),
        (Report(None, 0, 0), Priority.ALERT),
        (CheckIn(1), Priority.CHECK_IN),
        (Acknowledge((REF,)), Priority.CHECK_IN),
        (Notice("x", urgent=True), Priority.ALERT),
        (Notice("x"), Priority.NOTICE),
        (Beacon(None), Priority.POSITION),
        (Manifest(3, bytes(8)), Priority.NOTICE),
        (UnknownBody(9, b""), Priority.ALERT),
    ],
    ids=str,
)
def test_the_class_of_a_body(body: Body, priority: Priority) -> None:
    assert priority_of(body) is priority


def test_classes_go_from_the_most_urgent_down() -> None:
    assert list(Priority) == sorted(Priority)
    assert Priority.SOS < Priority.CONFIRMED < Priority.ALERT < Priority.NOTICE < Priority.POSITION


class DeliveryMachine(RuleBasedStateMachine):
    """Any news at any time: nothing goes out after the end, and the number of tries is bounded."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.entry = entry()
        self.sent = 0
        self.ended = False

    def move(self, made: OutboxEntry) -> None:
        before = self.entry
        if before.state in FINAL:
            assert made.state is before.state
        if before.state is State.HEARD:
            assert made.state is State.HEARD
        self.entry = made

    @rule(seconds=st.floats(0.1, 400))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        self.move(self.entry.timed_out(self.now))

    @precondition(lambda self: self.entry.timer_at() is not None)
    @rule()
    def wait_for_the_timer(self) -> None:
        at = self.entry.timer_at()
        assert at is not None
        self.now = max(self.now, at)
        self.move(self.entry.timed_out(self.now))
        again = self.entry.timer_at()
        assert again is None or again > self.now or self.entry.due(self.now)

    @precondition(lambda self: self.entry.due(self.now))
    @rule()
    def hand_over(self) -> None:
        assert not self.ended
        self.sent += 1
        self.move(self.entry.handed(self.now))

    @rule(fate=st.sampled_from(Fate))
    def news(self, fate: Fate) -> None:
        before = self.entry
        self.move(before.after(fate, self.now))
        if before.flying:
            assert self.entry.state is EXPECTED[before.state][fate]
        else:
            assert self.entry == before

    @rule()
    def restart(self) -> None:
        self.move(restored(self.entry, self.now))

    @rule(really=st.integers(0, 9))
    def cancel(self, really: int) -> None:
        if really == 0:
            self.move(self.entry.cancelled())

    @invariant()
    def done_means_done(self) -> None:
        self.ended = self.ended or self.entry.done
        assert self.entry.done == self.ended
        if self.entry.done:
            assert self.entry.timer_at() is None
            assert not self.entry.due(self.now + 1e9)

    @invariant()
    def states_say_what_is_under_way(self) -> None:
        if self.entry.state in IN_FLIGHT:
            assert self.entry.flying
        if self.entry.flying:
            assert self.entry.state in IN_FLIGHT
        if self.entry.state in FINAL:
            assert self.entry.done

    @invariant()
    def every_try_is_counted_and_none_follows_the_lifetime(self) -> None:
        assert self.entry.attempts == self.sent
        assert self.entry.done or self.now < self.entry.expires_at


DeliveryMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestDeliveryMachine = DeliveryMachine.TestCase


@pytest.mark.parametrize(
    ("fates", "most"),
    [
        ((Fate.UNHEARD,), 1),
        ((Fate.HEARD,), 1),
        ((Fate.REFUSED,), 720),
        ((Fate.ON_AIR, Fate.LOST), ATTEMPTS_MAX),
        ((), 40),
    ],
    ids=str,
)
def test_the_tries_of_an_hour_are_bounded(fates: tuple[Fate, ...], most: int) -> None:
    made, now, tries = entry(), NOW, 0
    while not made.done:
        now = max(now, made.timer_at() or now)
        made = made.timed_out(now)
        if made.due(now):
            made = made.handed(now)
            for fate in fates:
                made = made.after(fate, now)
            tries += 1
    assert tries == most
