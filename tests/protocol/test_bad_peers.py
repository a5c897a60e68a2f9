"""Members with the key who lie, insist, replay or live in another year: bounded, and no harm."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from meshdefense_protocol.class_set import item_hash
from meshdefense_protocol.digest import (
    Digest,
    Entry,
    Vector,
    decode_digest,
    encode_digest,
    stamp_of,
)
from meshdefense_protocol.engine import Engine
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.events import (
    Equivocated,
    HeldChanged,
    ItemAccepted,
    NeighbourChanged,
)
from meshdefense_protocol.frames import FrameType, open_frame, seal_control
from meshdefense_protocol.limits import FRAME_OVERHEAD, SEQUENCE_MAX
from meshdefense_protocol.packets import Grant, Notice, Report
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.place import GridPlace
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.repair import AMPLIFICATION, FORGET_S
from meshdefense_protocol.roster import Role
from meshdefense_protocol.sealing import KeyClass
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
TEN_YEARS = 10 * 365.25 * 86_400
ENDLESS = Vector(0, 0xFFFF, tuple(Entry(n, 0, ((SEQUENCE_MAX, 0),)) for n in range(1, 8)))


def sealed(digest: Digest, key_class: KeyClass = KeyClass.EVERYONE) -> bytes:
    return seal_control(NETWORK.all_keys(), key_class, FrameType.DIGEST, encode_digest(digest))


def says(
    name: str, at: float, everyone: int = 0, vector: Vector | None = None, holders: int = 0
) -> bytes:
    """A digest of a member who claims this hash."""
    hashes = ((KeyClass.EVERYONE, everyone),) if everyone else ()
    return sealed(Digest(NETWORK.number(name), stamp_of(at), hashes, holders, vector))


def holding(name: str, bodies: Iterable[Report | Notice], now: float = NOW) -> Engine:
    """An engine that was told these by others, pia and vic in turn."""
    engine, network = NETWORK.engine(name, now=now), Network()
    for number, body in enumerate(bodies):
        item = network.item(("pia", "vic")[number % 2], body, now=now - 60)
        engine.receive(network.frame([item]), now, FLOOD)
    drain(engine)
    return engine


def let_pass(engine: Engine, now: float, seconds: float) -> list[OutgoingFrame]:
    """What goes out in the meantime; the radio transmits at once."""
    frames, end, still = [], now + seconds, 0
    while now <= end:
        engine.handle_timer(now)
        for frame in engine.frames_to_send(now):
            frames.append(frame)
            engine.frame_fate(frame.token, Fate.ON_AIR, now)
            if frame.want_ack:
                engine.frame_fate(frame.token, Fate.HEARD, now)
        at = engine.timer_at()
        still = still + 1 if at <= now else 0
        assert still < 20, "handling timers makes no progress"
        now = max(now, at)
    return frames


def of(frames: list[OutgoingFrame], priority: Priority) -> list[OutgoingFrame]:
    return [frame for frame in frames if frame.priority is priority]


def digest_in(frame: OutgoingFrame) -> Digest:
    opened = open_frame(NETWORK.all_keys(), frame.payload)
    assert not isinstance(opened, Rejection)
    digest = decode_digest(opened[2])
    assert isinstance(digest, Digest)
    return digest


REPORTS = [Report(PLACE, 7, 2, note=f"{n}") for n in range(8)]
IDS = [ItemId((3, 4)[number % 2], 0, number // 2) for number in range(len(REPORTS))]
BYTES_HELD = sum(FRAME_OVERHEAD + len(Network().item("pia", body).raw) for body in REPORTS)


# -- insisting -------------------------------------------------------------------------------


def insist(
    engine: Engine, now: float, seconds: float, frame: Callable[[float], bytes], every: float = 8
) -> tuple[list[OutgoingFrame], int]:
    """A neighbour that says something again and again; what goes out, and what that cost it."""
    sent, asked, end = [], 0, now + seconds
    while now < end:
        engine.receive(frame(now), now, DIRECT)
        asked += len(frame(now))
        sent += let_pass(engine, now, every)
        now += every
    return sent, asked


def test_who_asks_for_everything_for_ever_gets_a_bounded_share() -> None:
    base = holding("base", REPORTS)
    sent, asked = insist(base, NOW, HOUR - 10, lambda at: says("pia", at))
    repairs = of(sent, Priority.REPAIR)
    assert len(repairs) > len(REPORTS)
    assert sum(len(frame.payload) for frame in repairs) <= AMPLIFICATION * (BYTES_HELD + asked)


def test_while_one_insists_another_still_gets_its_repair_within_half_an_hour() -> None:
    base = holding("base", REPORTS)
    insist(base, NOW, HOUR / 2, lambda at: says("pia", at))

    def both(at: float) -> bytes:
        return says("pia" if at % 80 else "lea", at)

    later, _ = insist(base, NOW + HOUR / 2, FORGET_S + 100, both)
    assert {item_id for f in of(later, Priority.REPAIR) for item_id in f.items} == set(IDS)


LIES: dict[str, Callable[[float], bytes]] = {
    "endless lists": lambda at: says("pia", at, 1 + int(at), ENDLESS),
    "ever new hashes": lambda at: says("pia", at, 1 + int(at)),
    "one wrong hash": lambda at: says("pia", at, 5),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_liar_who_claims_to_hold_more_is_asked_ever_more_rarely(
    lie: Callable[[float], bytes],
) -> None:
    base = holding("base", REPORTS)
    questions = []
    for hour in range(2):
        sent, _ = insist(base, NOW + hour * HOUR, HOUR, lie)
        assert of(sent, Priority.REPAIR) == []
        asking = [f for f in of(sent, Priority.DIGEST) if digest_in(f).vector is not None]
        questions.append(len(asking))
    assert 1 <= questions[0] <= 60
    assert questions[1] <= 25


def test_a_digest_whose_list_contradicts_its_hash_raises_nothing_and_stays_bounded() -> None:
    base = holding("base", REPORTS)
    nothing = Vector(0, 0xFFFF, ())
    everything = Vector(0, 0xFFFF, (Entry(3, 0, ((3, 0),)), Entry(4, 0, ((3, 0),))))
    sent, now = [], NOW
    for number in range(200):
        vector = (nothing, everything)[number % 2]
        base.receive(says("pia", now, 77, vector, holders=(1 << 200) - 1), now, DIRECT)
        sent += let_pass(base, now, 8)
        now += 8
    spent = sum(len(frame.payload) for frame in of(sent, Priority.REPAIR))
    assert spent <= AMPLIFICATION * (BYTES_HELD + 200 * 165)
    assert len(of(sent, Priority.DIGEST)) <= 40


def test_a_digest_makes_nobody_a_holder_who_is_no_member() -> None:
    pia = NETWORK.engine("pia")
    said = pia.submit(FIRE, NOW)
    drain(pia)
    value = item_hash(said.raw)
    pia.receive(says("vic", NOW, value, holders=(1 << 100) - 1), NOW, DIRECT)
    (held,) = [event for event in drain(pia) if isinstance(event, HeldChanged)]
    assert held.holders == tuple(m.number for m in NETWORK.roster if m.number != 3)


def test_a_member_with_the_highest_number_in_step_stops_no_digest() -> None:
    engine, network = NETWORK.engine("pia"), Network()
    highest = Grant(0xFFFF, 0, int(Role.REPORTER), bytes((9,)) * 32, "zoe")
    decision = network.item("ada", highest)
    engine.receive(network.frame([decision]), NOW, FLOOD)
    assert engine.membership.roster.get(0xFFFF) is not None
    said = engine.submit(FIRE, NOW)
    total = sum(item_hash(raw) for raw in (said.raw, decision.raw)) % 2**64
    same = Digest(0xFFFF, stamp_of(NOW), ((KeyClass.EVERYONE, total),))
    engine.receive(sealed(same), NOW, DIRECT)
    assert [engine.in_step(one) for one in engine.neighbours()] == [True]
    drain(engine)
    assert of(let_pass(engine, NOW, 3600), Priority.DIGEST)


# -- digests that are not taken ----------------------------------------------------------------


def test_a_replayed_digest_is_dropped_by_its_stamp() -> None:
    base = holding("base", REPORTS[:1])
    empty, full = says("pia", NOW), says("pia", NOW + 8, 99)
    base.receive(empty, NOW, DIRECT)
    let_pass(base, NOW, 8)
    base.receive(full, NOW + 8, DIRECT)
    before = base.neighbours()
    drain(base)
    for second in range(9, 400, 10):
        base.receive(empty, NOW + second, DIRECT)
        base.receive(full, NOW + second, DIRECT)
    assert base.neighbours() == before
    assert base.next_event() is None


@pytest.mark.parametrize(
    ("frame", "reception", "why"),
    [
        (says("pia", NOW), Reception("radio", hops=1, hops_left=2), Rejection.FRAME_TYPE),
        (sealed(Digest(99, stamp_of(NOW), ())), DIRECT, Rejection.UNKNOWN_AUTHOR),
        (sealed(Digest(2, stamp_of(NOW), ())), DIRECT, None),
    ],
    ids=["relayed", "of no member", "of our own number"],
)
def test_a_digest_that_says_nothing_of_a_neighbour_causes_nothing(
    frame: bytes, reception: Reception, why: Rejection | None
) -> None:
    base = holding("base", REPORTS)
    base.receive(frame, NOW, reception)
    assert base.rejected == ({why: 1} if why else {})
    assert base.neighbours() == []
    assert of(let_pass(base, NOW, 300), Priority.REPAIR) == []


def test_a_list_sealed_for_another_class_says_nothing_of_everybodys() -> None:
    """Its hash of everybody's items is wrong, its list is of the field class: no repair."""
    base = holding("base", REPORTS)
    digest = Digest(3, stamp_of(NOW), ((KeyClass.EVERYONE, 5),), 0, Vector(0, 0xFFFF, ()))
    base.receive(sealed(digest, KeyClass.FIELD), NOW, DIRECT)
    assert of(let_pass(base, NOW, 120), Priority.REPAIR) == []


# -- items that do not fit -----------------------------------------------------------------------


def test_a_replay_of_an_expired_item_revives_nothing() -> None:
    base = NETWORK.engine("base")
    frame = NETWORK.frame([NETWORK.item("pia", Report(PLACE, 7, 2, lifetime_s=600), sequence=3)])
    base.receive(frame, NOW, FLOOD)
    drain(base)
    let_pass(base, NOW, 700)
    for later in (700, 5000, 100_000):
        base.receive(frame, NOW + later, DIRECT)
        base.receive(says("lea", NOW + later), NOW + later, DIRECT)
        sent = let_pass(base, NOW + later, 100)
        assert of(sent, Priority.REPAIR) == []
    assert not any(isinstance(event, ItemAccepted) for event in drain(base))


@pytest.mark.parametrize("seed", range(3))
def test_two_items_with_one_id_are_evidence_once_and_never_repaired_for_ever(seed: int) -> None:
    air = SmallAir(["base", "vic", "lea"], seed=seed)
    air.link()
    for name, kind in (("base", 7), ("vic", 1), ("lea", 1)):
        body = Report(PLACE, kind, 2, lifetime_s=86_400)
        frame = air.network.frame([air.network.item("pia", body, sequence=5)])
        air[name].engine.receive(frame, air.now, FLOOD)
        air[name].store.take(air[name].engine)
    air.link(("base", "vic"), ("base", "lea"), ("vic", "lea"))
    other = air.network.frame([air.network.item("pia", FIRE, sequence=5)])
    for most in (40, 25, 25):
        air["vic"].engine.receive(other, air.now, DIRECT)
        since = air.now
        air.run(HOUR)
        for station in air.stations.values():
            assert station.frames(Priority.REPAIR, since=since) == []
            assert len(station.frames(Priority.DIGEST, since=since)) <= most
    evidence = [event for event in air["vic"].events if isinstance(event, Equivocated)]
    assert len(evidence) == 1


def test_jumps_of_sixty_thousand_sequences_reach_others_within_the_replay_window() -> None:
    """An author with such jumps is no honest one: what falls out of the window is refused."""
    air = SmallAir(["base", "vic"])
    air.link()
    for sequence in (0, 60_000, 120_000, 180_000):
        frame = air.network.frame([air.network.item("pia", FIRE, sequence=sequence)])
        air["base"].engine.receive(frame, air.now, FLOOD)
    air["base"].store.take(air["base"].engine)
    air.link(("base", "vic"))
    air.run(HOUR)
    assert ItemId(3, 0, 180_000) in air["vic"].log()
    assert len(air["base"].frames(Priority.REPAIR)) <= 40
    over = air.now + 2 * HOUR + 600
    air.run(over - air.now)
    air.run(HOUR)
    assert air["base"].frames(Priority.REPAIR, since=over) == []


# -- jumps of the clock, and what is told --------------------------------------------------------


def test_a_clock_that_runs_back_and_forth_makes_no_busy_loop() -> None:
    engine = holding("base", REPORTS)
    for number in range(12):
        now = NOW + number * 100 + (number % 3 - 1) * TEN_YEARS
        if number % 2:
            engine.submit(Notice(f"say {number}"), now)
        engine.receive(says("pia", now), now, DIRECT)
        frames = let_pass(engine, now, 300)
        assert len(frames) <= 40
        drain(engine)


def test_neighbours_are_told_of_with_what_they_said() -> None:
    base = holding("base", REPORTS)
    base.receive(says("pia", NOW, 7), NOW, DIRECT)
    (event,) = drain(base)
    assert isinstance(event, NeighbourChanged)
    assert (event.neighbour.member, event.neighbour.hash_of(KeyClass.EVERYONE)) == (3, 7)
    assert not base.in_step(event.neighbour)
