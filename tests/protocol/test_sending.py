"""What goes to the radio next: urgent first, priced, and one of each kind at a time."""

from __future__ import annotations

import itertools

import pytest

from meshdefense_protocol.class_set import item_hash
from meshdefense_protocol.delivery import REFUSED_RETRY_S, State
from meshdefense_protocol.digest import Digest, encode_digest, stamp_of
from meshdefense_protocol.engine import Engine
from meshdefense_protocol.errors import QuotaError
from meshdefense_protocol.events import OutboxChanged
from meshdefense_protocol.frames import FrameType, seal_control
from meshdefense_protocol.packets import Beacon, CheckIn, KnownBody, Notice, Report
from meshdefense_protocol.place import GridPlace
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.sending import IN_FLIGHT_MAX, PATIENCE_S
from meshdefense_protocol.transport import Fate, OutgoingFrame, Reception
from support.network import NOW, Network, drain
from support.small_air import SmallAir

NETWORK = Network()
PLACE = GridPlace(1205, -345, 2)
FIRE = Report(PLACE, 7, 2)
QUIET = Notice("soup at seven")
DIRECT = Reception("radio", snr=5.0, hops=0, hops_left=0)
FLOOD = Reception("radio", snr=5.0, hops=0, hops_left=3)
HOUR = 3600.0


def empty_digest(name: str, at: float) -> bytes:
    """A neighbour that holds nothing."""
    digest = Digest(NETWORK.number(name), stamp_of(at), ())
    return seal_control(
        NETWORK.all_keys(), KeyClass.EVERYONE, FrameType.DIGEST, encode_digest(digest)
    )


def until(
    engine: Engine, now: float, end: float, *, on_air: bool = True
) -> list[tuple[float, OutgoingFrame]]:
    """What goes out when; the radio transmits at once, or says nothing."""
    found = []
    still = 0
    while now <= end:
        engine.handle_timer(now)
        for frame in engine.frames_to_send(now):
            found.append((now, frame))
            if on_air:
                engine.frame_fate(frame.token, Fate.ON_AIR, now)
                if frame.want_ack:
                    engine.frame_fate(frame.token, Fate.HEARD, now)
        at = engine.timer_at()
        still = still + 1 if at <= now else 0
        assert still < 20, "handling timers makes no progress"
        now = max(now, at)
    return found


def with_items(name: str, count: int) -> Engine:
    """An engine that heard these long enough ago for their floods to be over, and is at rest."""
    engine, network = NETWORK.engine(name, now=NOW - 100), Network()
    for _ in range(count):
        item = network.item("vic", FIRE, now=NOW - 100)
        engine.receive(network.frame([item]), NOW - 100, FLOOD)
    until(engine, NOW - 100, NOW - 0.001)
    drain(engine)
    return engine


def classes(frames: list[tuple[float, OutgoingFrame]]) -> list[Priority]:
    return [frame.priority for _, frame in frames]


def test_one_repair_and_one_digest_are_at_the_radio_at_a_time() -> None:
    base = with_items("base", 5)
    base.receive(empty_digest("pia", NOW), NOW, DIRECT)
    silent = until(base, NOW, NOW + 80, on_air=False)
    assert classes(silent).count(Priority.REPAIR) == 1
    assert classes(silent).count(Priority.DIGEST) <= 1
    for _, frame in silent:
        base.frame_fate(frame.token, Fate.ON_AIR, NOW + 80)
    following = until(base, NOW + 80, NOW + 120)
    assert classes(following).count(Priority.REPAIR) == 4


def test_a_radio_without_room_gets_one_repair_in_a_while_and_urgent_items_at_once() -> None:
    base = with_items("base", 20)
    base.receive(empty_digest("pia", NOW), NOW, DIRECT)
    offered: list[float] = []
    now, said = NOW, None
    while now < NOW + 60:
        base.handle_timer(now)
        while frames := base.frames_to_send(now):
            for frame in frames:
                base.frame_fate(frame.token, Fate.REFUSED, now, "queue full")
                if frame.priority is Priority.REPAIR:
                    offered.append(now)
        if offered and said is None:
            said = base.submit(FIRE, now)
            (frame,) = base.frames_to_send(now)
            assert frame.items == (said.id,)
            base.frame_fate(frame.token, Fate.ON_AIR, now)
        now = max(now + 0.01, base.timer_at())
    gaps = [later - earlier for earlier, later in itertools.pairwise(offered)]
    assert 8 <= len(offered) <= 12
    assert min(gaps) >= REFUSED_RETRY_S


@pytest.mark.parametrize("refused", [True, False])
def test_the_radio_refusing_a_repair_does_not_keep_others_from_getting_it(refused: bool) -> None:
    base = with_items("base", 1)
    base.receive(empty_digest("pia", NOW), NOW, DIRECT)
    (repair,) = (f for _, f in until(base, NOW, NOW + 10, on_air=False) if f.items)
    base.frame_fate(repair.token, Fate.REFUSED if refused else Fate.ON_AIR, NOW + 10)
    base.receive(empty_digest("vic", NOW + 30), NOW + 30, DIRECT)
    again = [f for _, f in until(base, NOW + 30, NOW + 60) if f.items]
    assert [f.items for f in again] == [repair.items]


def test_what_a_neighbour_sends_first_is_not_sent_again() -> None:
    base = with_items("base", 3)
    base.receive(empty_digest("pia", NOW), NOW, DIRECT)
    network = Network()
    for _ in range(3):
        frame = network.frame([network.item("vic", FIRE, now=NOW - 100)])
        base.receive(frame, NOW + 0.1, DIRECT)
    assert Priority.REPAIR not in classes(until(base, NOW + 0.1, NOW + 60))


@pytest.mark.parametrize(
    ("body", "order"),
    [
        (QUIET, [Priority.REPAIR, Priority.NOTICE]),
        (Beacon(PLACE), [Priority.REPAIR, Priority.POSITION]),
        (CheckIn(1), [Priority.CHECK_IN, Priority.REPAIR]),
        (FIRE, [Priority.ALERT, Priority.REPAIR]),
    ],
    ids=["notice", "position", "check-in", "alert"],
)
def test_a_repair_goes_before_routine_and_after_what_is_urgent(
    body: KnownBody, order: list[Priority]
) -> None:
    base = with_items("base", 1)
    base.receive(empty_digest("pia", NOW), NOW, DIRECT)
    base.bearer_ready(False, NOW)
    base.submit(body, NOW)
    base.bearer_ready(True, NOW + 20)
    frames = until(base, NOW + 20, NOW + 30)
    assert [p for p in classes(frames) if p is not Priority.DIGEST] == order


def test_control_frames_and_repairs_stay_with_direct_neighbours_and_ask_for_no_relay() -> None:
    base = with_items("base", 2)
    base.receive(empty_digest("pia", NOW), NOW, DIRECT)
    frames = until(base, NOW, NOW + 120)
    assert {Priority.REPAIR, Priority.DIGEST} == set(classes(frames))
    assert all(frame.hop_limit == 0 and not frame.want_ack for _, frame in frames)
    assert not any(frame.urgent for _, frame in frames)


@pytest.mark.parametrize(("fate", "hop_limit"), [(Fate.UNHEARD, None), (Fate.HEARD, 0)])
def test_an_item_that_nobody_was_heard_relaying_is_flooded_for_who_lacks_it(
    fate: Fate, hop_limit: int | None
) -> None:
    pia = NETWORK.engine("pia")
    said = pia.submit(FIRE, NOW)
    (frame,) = pia.frames_to_send(NOW)
    for news in (Fate.ON_AIR, fate):
        pia.frame_fate(frame.token, news, NOW + 5)
    for times in range(2):
        at = NOW + 60 + times * 60
        pia.receive(empty_digest("vic", at), at, DIRECT)
        repairs = [f for _, f in until(pia, at, at + 40) if f.priority is Priority.REPAIR]
        assert [f.items for f in repairs] == [(said.id,)]
        assert repairs[0].hop_limit == (hop_limit if not times else 0)


def test_an_item_that_somebody_holds_is_not_flooded_again() -> None:
    pia = NETWORK.engine("pia")
    said = pia.submit(FIRE, NOW)
    (frame,) = pia.frames_to_send(NOW)
    pia.frame_fate(frame.token, Fate.UNHEARD, NOW + 5)
    same = Digest(4, stamp_of(NOW), ((KeyClass.EVERYONE, item_hash(said.raw)),))
    content = encode_digest(same)
    keys = NETWORK.all_keys()
    pia.receive(seal_control(keys, KeyClass.EVERYONE, FrameType.DIGEST, content), NOW + 9, DIRECT)
    pia.receive(empty_digest("ned", NOW + 60), NOW + 60, DIRECT)
    repairs = [f for _, f in until(pia, NOW + 60, NOW + 90) if f.priority is Priority.REPAIR]
    assert [f.hop_limit for f in repairs] == [0]


def test_a_group_behind_the_first_neighbour_gets_what_nobody_heard_at_first() -> None:
    air = SmallAir(["pia", "base", "vic", "ned"], chain=True)
    air.link(("base", "vic"), ("vic", "ned"))
    said = air.say("pia", FIRE)
    air.run(300)
    assert air["pia"].store.outbox[said.id].state is State.UNHEARD
    air.link(("pia", "base"), ("base", "vic"), ("vic", "ned"))
    air.run(HOUR)
    assert all(said.id in station.log() for station in air.stations.values())
    assert [s.frame.hop_limit for s in air["pia"].frames(Priority.REPAIR)] == [None]


# -- airtime -------------------------------------------------------------------------------------


def test_a_busy_channel_holds_back_routine_with_words_and_a_finite_timer() -> None:
    base = NETWORK.engine("base")
    base.channel(NOW, utilisation=45.0)
    base.submit(QUIET, NOW)
    assert base.frames_to_send(NOW) == []
    (entry,) = base.waiting()
    assert entry.detail == "the channel is busy (45 %)"
    assert entry.state is State.QUEUED
    assert NOW < base.timer_at() <= NOW + 30
    told = [event.entry.detail for event in drain(base) if isinstance(event, OutboxChanged)]
    assert told == ["", entry.detail]
    assert base.airtime(NOW).held_back[Priority.NOTICE] == entry.detail
    assert Priority.NOTICE in classes(until(base, NOW, NOW + 130))


def test_a_class_that_is_held_back_bars_no_other() -> None:
    base = NETWORK.engine("base")
    base.channel(NOW, utilisation=45.0)
    for body in (Beacon(PLACE), QUIET, CheckIn(1), FIRE):
        base.submit(body, NOW)
    frames = until(base, NOW, NOW + 10)
    assert [p for p in classes(frames) if p is not Priority.DIGEST] == [
        Priority.ALERT,
        Priority.CHECK_IN,
    ]
    assert [entry.priority for entry in base.waiting()] == [Priority.NOTICE, Priority.POSITION]


def test_an_alert_is_not_held_back_by_a_full_channel() -> None:
    base = NETWORK.engine("base")
    base.channel(NOW, utilisation=100.0)
    base.submit(FIRE, NOW)
    assert [f.priority for f in base.frames_to_send(NOW)] == [Priority.ALERT]


def test_a_used_up_duty_cycle_says_so_and_ends_within_the_hour() -> None:
    base = NETWORK.engine("base")
    base.channel(NOW, duty_cycle=0.002)
    now = NOW
    held = None
    for number in range(20):
        try:
            base.submit(Notice(f"say {number}", urgent=True), now)
        except QuotaError:
            break
        until(base, now, now + 1)
        now += 1
        held = next((entry for entry in base.waiting()), None)
        if held is not None:
            break
    assert held is not None
    assert "duty cycle" in held.detail
    assert now < base.timer_at() <= now + HOUR
    sent = until(base, now, now + HOUR + 120)
    assert held.id in {item_id for _, frame in sent for item_id in frame.items}


def test_a_statement_that_waited_too_long_goes_as_a_part_of_repair() -> None:
    """On a channel that is always busy nobody would otherwise learn what is lacking."""
    base = with_items("base", 1)
    before = base.airtime(NOW).used_s
    sent, now = [], NOW
    while now < NOW + 10 * 60:
        base.channel(now, utilisation=30.0)
        sent += until(base, now, now + 10)
        now += 10
    assert Priority.DIGEST in classes(sent)
    (first, _), *_ = sent
    assert first - NOW > PATIENCE_S
    after = base.airtime(now).used_s
    assert after[Priority.DIGEST] == before[Priority.DIGEST]
    assert after[Priority.REPAIR] > before[Priority.REPAIR]


def test_everything_that_is_handed_over_is_booked_under_its_class() -> None:
    base = with_items("base", 2)
    base.receive(empty_digest("pia", NOW), NOW, DIRECT)
    base.submit(QUIET, NOW)
    frames = until(base, NOW, NOW + 120)
    used = base.airtime(NOW + 120).used_s
    booked = {priority for priority, seconds in used.items() if seconds > 0}
    assert booked == {Priority.NOTICE, Priority.REPAIR, Priority.DIGEST} == set(classes(frames))


def test_no_more_than_a_few_frames_are_ever_at_the_radio() -> None:
    base = with_items("base", 4)
    base.receive(empty_digest("pia", NOW), NOW, DIRECT)
    for number in range(6):
        base.submit(Notice(f"say {number}"), NOW)
    assert len(until(base, NOW, NOW + 80, on_air=False)) <= IN_FLIGHT_MAX
