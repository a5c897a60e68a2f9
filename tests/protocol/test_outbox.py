"""The outbox of an engine: what goes first, what is tried again, what is never sent."""

from __future__ import annotations

import pytest

from meshdefense_protocol.delivery import ATTEMPTS_MAX, SILENT_RADIO_S, OutboxEntry, State
from meshdefense_protocol.engine import Engine
from meshdefense_protocol.events import Event, ItemAccepted, OutboxChanged
from meshdefense_protocol.items import Item
from meshdefense_protocol.outbox import Flight, Outbox
from meshdefense_protocol.packets import (
    Acknowledge,
    Beacon,
    CheckIn,
    KnownBody,
    Notice,
    Report,
    Retract,
)
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.place import GridPlace
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.sending import IN_FLIGHT_MAX
from meshdefense_protocol.transport import Fate, OutgoingFrame
from support.network import NOW, Network, drain

NETWORK = Network()
PLACE = GridPlace(1205, -345, 2)
FIRE = Report(PLACE, 7, 2)
QUIET = Notice("soup at seven")


def items_in(events: list[Event]) -> list[Item]:
    return [event.item for event in events if isinstance(event, ItemAccepted)]


def states_in(events: list[Event]) -> list[State]:
    return [event.entry.state for event in events if isinstance(event, OutboxChanged)]


def is_digest(frame: OutgoingFrame) -> bool:
    return frame.priority is Priority.DIGEST


def later_frames(engine: Engine, now: float, seconds: float) -> list[OutgoingFrame]:
    """What goes out while time passes and the radio transmits all that it is given."""
    frames, end = [], now + seconds
    while now < end:
        engine.handle_timer(now)
        for frame in engine.frames_to_send(now):
            frames.append(frame)
            engine.frame_fate(frame.token, Fate.ON_AIR, now)
        now = max(now + 0.001, engine.timer_at())
    return frames


def bodies_sent(frames: list[OutgoingFrame]) -> list[type[object]]:
    """What the frames hold, read by somebody with every key."""
    reader = NETWORK.engine("ada")
    for frame in frames:
        reader.receive(frame.payload, NOW)
    return [type(item.body) for item in items_in(drain(reader))]


def test_the_most_urgent_goes_first_and_few_are_under_way() -> None:
    base = NETWORK.engine("base", ready=False)
    said: list[KnownBody] = [
        Beacon(PLACE),
        QUIET,
        CheckIn(1),
        FIRE,
        Notice("now", urgent=True),
        Acknowledge((ItemId(3, 0, 1),)),
    ]
    for second, body in enumerate(said):
        base.submit(body, NOW + second)
    drain(base)
    expected = [Report, Notice, CheckIn, Acknowledge, Notice, Beacon]
    waiting = [entry.priority for entry in base.waiting()]
    assert waiting == sorted(waiting)
    base.bearer_ready(True, NOW + 10)
    first = base.frames_to_send(NOW + 10)
    assert len(first) == IN_FLIGHT_MAX
    assert base.frames_to_send(NOW + 10) == []
    for frame in first:
        base.frame_fate(frame.token, Fate.UNHEARD, NOW + 11)
    rest = base.frames_to_send(NOW + 11)
    assert bodies_sent([*first, *rest]) == expected
    assert [f.urgent for f in [*first, *rest]] == [True, True, False, False, False, False]
    assert [f.want_ack for f in [*first, *rest]] == [True] * 5 + [False]
    assert len({f.token for f in [*first, *rest]}) == 6


def test_an_urgent_alert_overtakes_what_waits() -> None:
    base = NETWORK.engine("base")
    for number in range(8):
        base.submit(Notice(f"routine {number}"), NOW)
    first = base.frames_to_send(NOW)
    base.submit(FIRE, NOW + 1)
    base.frame_fate(first[0].token, Fate.HEARD, NOW + 2)
    assert bodies_sent(base.frames_to_send(NOW + 2)) == [Report]


def test_a_newer_position_replaces_one_that_waits() -> None:
    pia = NETWORK.engine("pia", ready=False)
    old = pia.submit(Beacon(PLACE, 1), NOW)
    drain(pia)
    new = pia.submit(Beacon(PLACE, 2), NOW + 120)
    changes = {e.entry.id: e.entry.state for e in drain(pia) if isinstance(e, OutboxChanged)}
    assert changes == {old.id: State.CANCELLED, new.id: State.QUEUED}
    pia.bearer_ready(True, NOW + 121)
    (frame,) = pia.frames_to_send(NOW + 121)
    assert frame.payload == NETWORK.frame([new])


def test_a_retraction_cancels_the_alert_that_waits() -> None:
    pia = NETWORK.engine("pia", ready=False)
    alert = pia.submit(FIRE, NOW)
    other = pia.submit(Report(PLACE, 1, 2), NOW)
    drain(pia)
    pia.submit(Retract(alert.id), NOW + 5)
    changes = {e.entry.id: e.entry.state for e in drain(pia) if isinstance(e, OutboxChanged)}
    assert changes[alert.id] is State.CANCELLED
    assert other.id not in changes
    pia.bearer_ready(True, NOW + 6)
    assert bodies_sent(pia.frames_to_send(NOW + 6)) == [Report, Retract]


def test_the_path_of_an_alert_is_told_step_by_step() -> None:
    pia = NETWORK.engine("pia")
    pia.submit(FIRE, NOW)
    (frame,) = pia.frames_to_send(NOW)
    for fate in (Fate.ACCEPTED, Fate.ON_AIR, Fate.HEARD):
        pia.frame_fate(frame.token, fate, NOW + 1)
    expected = [State.QUEUED, State.HANDED, State.AT_RADIO, State.ON_AIR, State.HEARD]
    assert states_in(drain(pia)) == expected
    assert [frame for frame in later_frames(pia, NOW + 1, 3600) if not is_digest(frame)] == []


def test_a_flood_that_nobody_was_heard_relaying_is_over_and_said_so() -> None:
    pia = NETWORK.engine("pia")
    pia.submit(FIRE, NOW)
    (frame,) = pia.frames_to_send(NOW)
    pia.frame_fate(frame.token, Fate.ON_AIR, NOW + 1)
    pia.frame_fate(frame.token, Fate.UNHEARD, NOW + 9)
    assert states_in(drain(pia))[-1] is State.UNHEARD
    assert pia.waiting() == []
    assert all(is_digest(frame) for frame in later_frames(pia, NOW + 9, 3600))


@pytest.mark.parametrize(("fate", "wait"), [(Fate.REFUSED, 5.0), (Fate.LOST, 0.0)])
def test_a_failed_attempt_is_repeated_after_its_wait(fate: Fate, wait: float) -> None:
    pia = NETWORK.engine("pia")
    pia.submit(QUIET, NOW)
    (frame,) = pia.frames_to_send(NOW)
    pia.frame_fate(frame.token, fate, NOW + 1)
    if wait:
        assert all(is_digest(frame) for frame in pia.frames_to_send(NOW + wait))
        assert pia.timer_at() == NOW + 1 + wait
    (again,) = [f for f in pia.frames_to_send(NOW + 1 + wait) if not is_digest(f)]
    assert again.payload == frame.payload
    assert again.token != frame.token


def test_a_radio_that_goes_away_in_the_middle_gets_an_item_a_few_times_only() -> None:
    pia = NETWORK.engine("pia")
    pia.submit(QUIET, NOW)
    attempts = 0
    for minute in range(10):
        now = NOW + 60 * minute
        pia.bearer_ready(True, now)
        for frame in pia.frames_to_send(now):
            attempts += not is_digest(frame)
            pia.frame_fate(frame.token, Fate.ON_AIR, now + 1)
        pia.bearer_ready(False, now + 2)
    assert attempts == ATTEMPTS_MAX
    assert states_in(drain(pia))[-1] is State.UNHEARD


def test_a_newer_check_in_replaces_one_that_waits_and_says_so() -> None:
    pia = NETWORK.engine("pia", ready=False)
    old = pia.submit(CheckIn(1), NOW)
    drain(pia)
    new = pia.submit(CheckIn(2), NOW + 60)
    changes = {e.entry.id: e.entry.state for e in drain(pia) if isinstance(e, OutboxChanged)}
    assert changes == {old.id: State.CANCELLED, new.id: State.QUEUED}
    assert [entry.id for entry in pia.waiting()] == [new.id]


def test_without_a_bearer_nothing_is_sent_and_afterwards_everything() -> None:
    pia = NETWORK.engine("pia", ready=False)
    pia.submit(QUIET, NOW)
    assert pia.frames_to_send(NOW) == []
    pia.bearer_ready(True, NOW + 5)
    (frame,) = pia.frames_to_send(NOW + 5)
    pia.bearer_ready(False, NOW + 6)
    assert pia.frames_to_send(NOW + 6) == []
    assert [entry.state for entry in pia.waiting()] == [State.QUEUED]
    pia.frame_fate(frame.token, Fate.HEARD, NOW + 7)  # of the radio that is gone
    pia.bearer_ready(True, NOW + 8)
    (again,) = [f for f in pia.frames_to_send(NOW + 8) if not is_digest(f)]
    assert again.payload == frame.payload
    assert again.token != frame.token


def test_a_radio_that_says_nothing_keeps_no_place_for_ever() -> None:
    base = NETWORK.engine("base")
    for number in range(IN_FLIGHT_MAX):
        base.submit(Notice(f"routine {number}"), NOW)
    assert len(base.frames_to_send(NOW)) == IN_FLIGHT_MAX
    for at in (NOW + SILENT_RADIO_S - 1, NOW + SILENT_RADIO_S):
        base.handle_timer(at)
        assert len(base.frames_to_send(at)) == (IN_FLIGHT_MAX if at > NOW + 89 else 0)


def test_positions_replaced_while_under_way_keep_no_place_for_ever() -> None:
    """The radio may never report the end of a frame whose item was cancelled meanwhile."""
    pia = NETWORK.engine("pia")
    for minute in range(IN_FLIGHT_MAX + 1):
        pia.handle_timer(NOW + minute * 60)
        pia.submit(Beacon(PLACE, minute), NOW + minute * 60)
        pia.frames_to_send(NOW + minute * 60)
    later = NOW + 3600
    pia.handle_timer(later)
    pia.submit(FIRE, later)
    assert Report in bodies_sent(pia.frames_to_send(later))


def test_an_expired_item_leaves_the_outbox() -> None:
    pia = NETWORK.engine("pia", ready=False)
    pia.submit(Report(PLACE, 19, 1), NOW)
    drain(pia)
    pia.handle_timer(NOW + 1799)
    assert drain(pia) == []
    pia.handle_timer(NOW + 1800)
    assert states_in(drain(pia)) == [State.EXPIRED]
    pia.bearer_ready(True, NOW + 1801)
    assert all(is_digest(frame) for frame in later_frames(pia, NOW + 1801, 600))


def test_an_expired_item_is_not_sent_even_when_the_timer_comes_late() -> None:
    pia = NETWORK.engine("pia", ready=False)
    pia.submit(Report(PLACE, 19, 1), NOW)
    pia.bearer_ready(True, NOW + 1800)
    assert pia.frames_to_send(NOW + 1800) == []


def test_news_of_an_unknown_frame_is_ignored() -> None:
    pia = NETWORK.engine("pia")
    pia.submit(FIRE, NOW)
    drain(pia)
    for fate in Fate:
        pia.frame_fate(77, fate, NOW)
    assert drain(pia) == []
    assert pia.waiting()[0].priority is Priority.ALERT


def test_without_a_radio_the_outbox_wakes_nobody_before_an_item_expires() -> None:
    told: list[OutboxChanged] = []
    outbox = Outbox((), NOW, told.append)
    item = NETWORK.item("pia", FIRE)
    outbox.add(OutboxEntry(item.id, Priority.ALERT, NOW, NOW + 3600, next_at=NOW), item)
    assert outbox.timer_at(False, lambda _: 0.0) == NOW + 3600
    assert outbox.timer_at(True, lambda _: 0.0) == NOW
    assert outbox.timer_at(True, lambda _: NOW + 20) == NOW + 20
    assert [change.entry.state for change in told] == [State.QUEUED]


def test_a_repair_is_forgotten_when_the_radio_never_speaks_of_it_again() -> None:
    outbox = Outbox((), NOW, lambda _: None)
    outbox.hand(NOW, Priority.REPAIR)
    assert outbox.flying(Priority.REPAIR)
    assert outbox.timer_at(True, lambda _: 0.0) == NOW + SILENT_RADIO_S
    outbox.pass_time(NOW + SILENT_RADIO_S)
    assert outbox.in_flight == 0


@pytest.mark.parametrize("fate", [fate for fate in Fate if fate is not Fate.ACCEPTED])
def test_a_control_frame_is_over_once_it_is_on_air(fate: Fate) -> None:
    outbox = Outbox((), NOW, lambda _: None)
    token = outbox.hand(NOW, Priority.DIGEST)
    flight = Flight(Priority.DIGEST, NOW, None)
    assert outbox.fate(token, Fate.ACCEPTED, NOW, "") == flight
    assert outbox.flying(Priority.DIGEST)
    assert outbox.fate(token, fate, NOW + 1, "") == flight
    assert not outbox.flying(Priority.DIGEST)
    assert outbox.fate(token, fate, NOW + 2, "") is None
