"""Clocks that were wrong for a while and states that were restored: nothing said is lost."""

from __future__ import annotations

import pytest

from meshdefense_protocol.events import Counter, CounterAdvanced, ItemAccepted
from meshdefense_protocol.packets import Notice, Report
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.place import GridPlace
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
