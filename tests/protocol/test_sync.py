"""Whole engines against each other: who missed something gets it, and then they are quiet."""

from __future__ import annotations

import contextlib
import itertools
import random

import pytest

from meshdefense_protocol.airtime import LONG_FAST
from meshdefense_protocol.digest import Digest, stamp_of
from meshdefense_protocol.errors import QuotaError
from meshdefense_protocol.events import HeldChanged, ItemAccepted
from meshdefense_protocol.packets import CheckIn, Notice, Report, Retract
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.place import GridPlace
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.sync import Sync
from support.network import NOW, ROLES, Network
from support.small_air import SmallAir

PLACE = GridPlace(1205, -345, 2)
FIRE = Report(PLACE, 7, 2)
QUIET = Notice("soup at seven")
HOUR = 3600.0
SYNC = (Priority.DIGEST, Priority.REPAIR)


def equal(air: SmallAir, *names: str) -> bool:
    """Whether these ever accepted the same."""
    first, *others = (air[name].log() for name in names or tuple(air.stations))
    return all(first == other for other in others)


def sync_frames(air: SmallAir, since: float) -> int:
    """Digests and repairs of everybody since a moment."""
    return sum(len(station.frames(*SYNC, since=since)) for station in air.stations.values())


def test_two_nodes_that_missed_each_others_items_end_equal() -> None:
    air = SmallAir(["pia", "vic"])
    air.link()
    for _ in range(3):
        air.say("pia", FIRE)
        air.say("vic", QUIET)
        air.run(200)
    assert not equal(air)
    air.link(("pia", "vic"))
    air.run(2 * HOUR)
    assert equal(air)
    assert len(air["pia"].log()) == 6
    quiet_since = air.now
    air.run(HOUR)
    assert sync_frames(air, quiet_since) <= 2 * 6
    assert not any(air[name].frames(Priority.REPAIR, since=quiet_since) for name in air.stations)


def test_a_node_that_was_off_catches_up_soon_after_it_is_back() -> None:
    air = SmallAir(["base", "pia", "vic", "lea"])
    air.run(60)
    air.off("lea")
    for _ in range(4):
        air.say("pia", FIRE)
        air.say("base", QUIET)
        air.run(240)
    air.restart("lea")
    assert not equal(air)
    air.run(120)
    assert equal(air)


@pytest.mark.parametrize("seed", range(1, 4))
def test_a_chain_of_five_beyond_the_reach_of_floods_ends_equal(seed: int) -> None:
    air = SmallAir(["ada", "base", "pia", "vic", "ned"], chain=True, relays=0, seed=seed)
    for name in air.stations:
        air.say(name, FIRE)
    air.run(HOUR)
    assert equal(air)
    assert len(air["ada"].log()) == 5


def test_a_walker_carries_items_between_two_groups() -> None:
    air = SmallAir(["ada", "base", "pia", "vic", "ned"])
    left, right = [("ada", "base")], [("vic", "ned")]
    air.link(*left, *right)
    air.say("ada", FIRE)
    air.say("ned", QUIET)
    air.run(300)
    for here in (left, right, left):
        air.link(*left, *right, *((name, "pia") for name in here[0]))
        air["pia"].engine.moved(air.now)
        air.run(400)
    assert equal(air)
    assert len(air["pia"].log()) == 2


def test_who_lacks_the_field_key_neither_gets_field_items_nor_keeps_others_asking() -> None:
    air = SmallAir(["pia", "vic", "lea"])
    secret = air.say("pia", Report(PLACE, 3, 2, scope=KeyClass.FIELD))
    public = air.say("vic", FIRE)
    air.run(600)
    assert secret.id in air["vic"].log()
    assert list(air["lea"].log()) == [public.id]
    air.run(HOUR)
    later = air.now
    air.run(HOUR)
    assert sync_frames(air, later) <= 3 * 5
    assert not any(air[name].frames(Priority.REPAIR, since=later) for name in air.stations)
    lea = air.network.number("lea")
    assert lea not in air["pia"].holders(secret)
    assert all(
        one.frame.hop_limit is None for one in air["pia"].sent if secret.id in one.frame.items
    )


def test_the_author_learns_over_two_hops_who_holds_an_item() -> None:
    air = SmallAir(["pia", "ned", "vic"], chain=True)
    item = air.say("pia", FIRE)
    air.run(HOUR)
    assert air["pia"].holders(item) == (air.network.number("vic"), air.network.number("ned"))
    told = [e.holders for e in air["pia"].events if isinstance(e, HeldChanged)]
    assert told == sorted(told, key=len)


def test_a_retracted_alert_is_no_longer_offered() -> None:
    air = SmallAir(["pia", "base"])
    alert = air.say("pia", FIRE)
    air.run(60)
    retraction = air.say("pia", Retract(alert.id))
    air.run(300)
    air.stations["vic"] = SmallAir(["vic"]).stations["vic"]
    air.link(("pia", "base"), ("pia", "vic"), ("base", "vic"))
    air.restart("vic")
    air.run(600)
    assert list(air["vic"].log()) == [retraction.id]


def test_an_expired_item_is_never_sent_again() -> None:
    air = SmallAir(["pia", "base"])
    air.link()
    short = air.say("pia", Report(PLACE, 7, 2, lifetime_s=600))
    air.run(30)
    air.say("pia", QUIET)
    air.run(569)
    air.link(("pia", "base"))
    air.run(HOUR)
    assert len(air["base"].log()) == 1
    over = NOW + 600
    assert all(short.id not in one.frame.items for one in air["pia"].sent if one.at >= over)


def test_a_restart_goes_on_where_it_was() -> None:
    air = SmallAir(["pia", "base", "vic"])
    items = [air.say("pia", FIRE), air.say("base", QUIET)]
    air.run(HOUR / 2)
    known = air["pia"].holders(items[0])
    assert known == (2, 4)
    for name in air.stations:
        air.off(name)
        air.restart(name)
    began = air.now
    assert [n.member for n in air["pia"].engine.neighbours()]
    assert all(air["pia"].engine.in_step(n) for n in air["pia"].engine.neighbours())
    air.run(HOUR / 2)
    assert equal(air)
    assert air["pia"].holders(items[0]) == known
    assert not any(air[name].frames(Priority.REPAIR, since=began) for name in air.stations)


@pytest.mark.parametrize("seed", range(1, 7))
def test_loss_copies_and_disorder_only_cost_time(seed: int) -> None:
    air = SmallAir(ROLES, seed=seed, loss=0.4, copies=0.3, late_s=6.0)
    for round_ in range(3):
        for name in ("ada", "base", "pia", "ned"):
            air.say(name, Report(PLACE, 7, 2, note=f"{name} {round_}"))
        air.run(180)
    air.run(HOUR)
    assert equal(air)
    assert len(air["rob"].log()) == 12
    for station in air.stations.values():
        accepted = [e.item.id for e in station.events if isinstance(e, ItemAccepted)]
        assert len(accepted) == len(set(accepted))


@pytest.mark.parametrize("seed", range(1, 7))
def test_after_an_evening_of_trouble_everybody_has_everything(seed: int) -> None:
    """Restarts, walks, clocks that jump and a bad air; then four hours together."""
    dice, names = random.Random(seed), ["ada", "base", "pia", "vic", "ned"]
    air = SmallAir(names, seed=seed, loss=0.3, copies=0.2, late_s=4.0)
    pairs = list(itertools.combinations(names, 2))
    said: set[ItemId] = set()
    for number in range(40):
        name = dice.choice(names)
        what = dice.choice(["say", "say", "say", "off", "walk", "clock"])
        if what == "say" and air[name].on:
            body = Notice(f"{number}", lifetime_s=86_400)
            with contextlib.suppress(QuotaError):
                said.add(air.say(name, body).id)
        elif what == "off":
            air.off(name)
        elif what == "walk":
            air.link(*dice.sample(pairs, dice.randint(0, 6)))
            air[name].engine.moved(air.now + air[name].ahead)
        elif what == "clock" and air[name].on:
            air.clock(name, dice.choice([-3e8, -4000.0, -30.0, 30.0, 4000.0]), told=True)
        air.run(dice.uniform(1, 120))
        back = dice.choice(names)
        if not air[back].on:
            air.restart(back)
    air.restart(*(name for name in names if not air[name].on))
    air.link(*pairs)
    air.run(4 * HOUR)
    for station in air.stations.values():
        assert set(station.log()) == said, station.name


def test_nodes_in_step_say_little() -> None:
    """What a quiet hour of four neighbours costs: about a digest each in a longest interval."""
    air = SmallAir(["base", "pia", "vic", "lea"])
    air.say("pia", FIRE)
    air.run(HOUR / 2)
    quiet_since = air.now
    air.run(HOUR)
    assert 1 <= sync_frames(air, quiet_since) <= 4 * 5


def test_a_node_that_one_full_minute_kept_from_asking_asks_when_the_channel_is_calm() -> None:
    network = Network()
    me = network.membership("base")
    sync = Sync(
        me.number, me.roster, me.keys.classes, NOW,
        entropy=random.Random(1).random, modem=LONG_FAST, known=lambda _: False,
    )  # fmt: skip
    sync.channel_busy(112.0)
    told = Digest(network.number("pia"), stamp_of(NOW), ((KeyClass.EVERYONE, 5),))
    sync.digest(told, KeyClass.EVERYONE, 40, NOW, 5.0)
    question = sync.next_question(NOW + 10)
    assert question is not None
    sync.said(*question, NOW + 10)
    assert sync.next_question(NOW + 15 * 60) is None
    sync.channel_busy(5.0)
    assert sync.next_question(NOW + 60) is not None


def test_a_newer_check_in_is_what_others_get() -> None:
    air = SmallAir(["pia", "base"])
    air.link()
    air.say("pia", CheckIn(1))
    air.run(60)
    newest = air.say("pia", CheckIn(2))
    air.run(60)
    air.link(("pia", "base"))
    air.run(HOUR)
    assert list(air["base"].log()) == [newest.id]
