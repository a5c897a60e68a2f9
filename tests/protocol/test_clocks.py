"""Clocks that were wrong for a while and states that were restored: nothing said is lost."""

from __future__ import annotations

import pytest

from meshdefense_protocol.delivery import State
from meshdefense_protocol.engine import Engine
from meshdefense_protocol.events import Counter, CounterAdvanced, ItemAccepted
from meshdefense_protocol.packets import CheckIn, Notice, Report
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.place import GridPlace
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.transport import Reception
from support.network import NOW, Network, Store, drain
from support.small_air import SmallAir

NETWORK = Network()
FIRE = Report(GridPlace(1205, -345, 2), 7, 2)
QUIET = Notice("soup at seven")
DIRECT = Reception("radio", snr=5.0, hops=0, hops_left=0)
HOUR = 3600.0
TEN_YEARS = 10 * 365.25 * 86_400


@pytest.mark.parametrize("told", [True, False], ids=["told", "not told"])
@pytest.mark.parametrize("years", [10, -10])
def test_a_clock_ten_years_off_for_a_while_loses_nothing(years: int, told: bool) -> None:
    air = SmallAir(["pia", "base", "vic"])
    items = [air.say("pia", Notice("before", lifetime_s=86_400))]
    air.run(120)
    air.link(("base", "vic"))
    step = years / 10 * TEN_YEARS
    air.clock("pia", step, told=told)
    air.run(600)
    items.append(air.say("base", Notice("meanwhile", lifetime_s=86_400)))
    air.run(300)
    air.clock("pia", -step, told=told)
    items.append(air.say("pia", Notice("after", lifetime_s=86_400)))
    air.run(60)
    air.link(("base", "vic"), ("pia", "base"), ("pia", "vic"))
    air.run(2 * HOUR)
    for station in air.stations.values():
        assert set(station.log()) == {item.id for item in items}, station.name


@pytest.mark.parametrize("step", [TEN_YEARS, -TEN_YEARS, 7200.0, -7200.0])
def test_two_clocks_that_were_wrong_together_for_a_while_lose_nothing(step: float) -> None:
    air = SmallAir(["pia", "base"])
    air.link()
    items = [air.say(name, Notice(name, lifetime_s=86_400)) for name in ("pia", "base")]
    for by in (step, -step):
        for name in ("pia", "base"):
            air.clock(name, by, told=True)
        air.run(300)
    air.link(("pia", "base"))
    air.run(HOUR)
    for station in air.stations.values():
        assert set(station.log()) == {item.id for item in items}


def after_a_restart(body: Report | CheckIn, said_at: float, up_at: float) -> tuple[Engine, Store]:
    """Said while the radio was away, the power gone, and on again; then the clock is set to NOW."""
    store = Store()
    store.take(pia := NETWORK.engine("pia", now=said_at, ready=False))
    pia.submit(body, said_at)
    store.take(pia)
    again = NETWORK.engine("pia", store.saved(), up_at, ready=False)
    again.handle_timer(up_at)
    again.clock_stepped(NOW - up_at)
    again.handle_timer(NOW)
    again.bearer_ready(True, NOW)
    return again, store


@pytest.mark.parametrize("behind", [TEN_YEARS, 600.0])
def test_what_waited_when_the_power_went_goes_out_once_a_slow_clock_is_set(behind: float) -> None:
    pia, store = after_a_restart(FIRE, NOW - 60, NOW - behind)
    (frame,) = (one for one in store.send(pia, NOW + 1) if one.priority is Priority.ALERT)
    (item,) = store.items
    assert frame.items == (item,)
    (entry,) = store.outbox.values()
    assert entry.expires_at == pytest.approx(NOW - 60 + store.items[item].lifetime_s, abs=4)


def test_what_an_earlier_run_said_ends_in_the_outbox_when_it_leaves_the_live_set() -> None:
    """Seed 8256 of the simulator: both runs had the same slow clock."""
    pia, store = after_a_restart(CheckIn(1), NOW - TEN_YEARS, NOW - TEN_YEARS + 60)
    assert not any(frame.items for frame in store.send(pia, NOW + 1))
    (entry,) = store.outbox.values()
    assert entry.state is State.EXPIRED


def test_an_own_item_that_this_state_does_not_know_raises_the_incarnation() -> None:
    pia, store = NETWORK.engine("pia"), Store()
    store.take(pia)
    said = NETWORK.item("pia", FIRE, sequence=5)
    pia.receive(NETWORK.frame([said]), NOW, DIRECT)
    events = store.take(pia)
    assert [event for event in events if isinstance(event, CounterAdvanced)] == [
        CounterAdvanced(Counter(stream, 1, 0)) for stream in Stream
    ]
    (accepted,) = [event for event in events if isinstance(event, ItemAccepted)]
    assert accepted.own
    assert accepted.item == said
    assert pia.submit(QUIET, NOW + 1).id == ItemId(3, 1, 0)
    store.take(pia)
    again = NETWORK.engine("pia", store.saved(), NOW + 60)
    again.receive(NETWORK.frame([said]), NOW + 60, DIRECT)
    assert again.submit(QUIET, NOW + 61).id == ItemId(3, 1, 1)


def test_an_own_item_of_a_used_sequence_leaves_the_counters_alone() -> None:
    pia, store = NETWORK.engine("pia"), Store()
    said = pia.submit(FIRE, NOW)
    store.take(pia)
    store.items.clear()
    store.windows.clear()
    store.outbox.clear()
    again = NETWORK.engine("pia", store.saved(), NOW + 60)
    again.receive(NETWORK.frame([said]), NOW + 60, DIRECT)
    assert not any(isinstance(event, CounterAdvanced) for event in drain(again))
    assert again.submit(QUIET, NOW + 61).id == ItemId(3, 0, 1)


def test_a_restored_image_gets_its_own_items_back_from_a_neighbour() -> None:
    air = SmallAir(["pia", "base"])
    said = [air.say("pia", FIRE), air.say("pia", QUIET)]
    air.run(120)
    air["pia"].store = Store()
    air.restart("pia")
    air.run(600)
    assert set(air["pia"].log()) == {item.id for item in said}
    assert air.say("pia", QUIET).id.incarnation > 0
