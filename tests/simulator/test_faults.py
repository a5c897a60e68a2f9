"""What a machine goes through: power, disk and clock, one at a time, and what must be left."""

from __future__ import annotations

import random

import pytest

from meshdefense.simulator.cast import EPOCH
from meshdefense.simulator.faults import (
    ON_TRUST,
    TEN_YEARS_S,
    Attack,
    Fault,
    Incident,
    Split,
    draw,
)
from meshdefense.simulator.invariants import Invariants
from meshdefense.simulator.machine import Cut, Machine, PowerCutError
from meshdefense.simulator.membership import enrol
from meshdefense.simulator.trust import Trust
from meshdefense_protocol.packets import CheckIn, Report, Retract
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.roster import Role
from meshdefense_protocol.transport import Fate, Reception
from support.planted import DECIDING, ROGUE, plan_of, play

ELSEWHERE = (Attack.REPLAY, *ON_TRUST)
NEAR = Reception("radio", 1, 6.0, -80, 0, 3)


def machines(count: int = 2) -> list[Machine]:
    """Patrols with a radio that can be used, at second 0."""
    cast = enrol((Role.PATROL,) * count, real=True)
    roster = cast.members[0].roster
    watch = Invariants(cast.charter, roster, frozenset(range(1, count + 1)))
    found = []
    for index, member in enumerate(cast.members):
        rng = random.Random(index)
        machine = Machine(index, member, lambda _, rng=rng: rng.random, watch)  # type: ignore[misc]
        machine.start(0.0)
        machine.radio(True, 0.0)
        found.append(machine)
    return found


def said(machine: Machine, note: str, at: float) -> ItemId:
    item = machine.say(Report(None, 1, note=note, lifetime_s=86_400), at)
    assert item is not None
    return item.id


def live(machine: Machine) -> set[ItemId]:
    assert machine.engine is not None
    return set(machine.engine._sync.holdings._items)


def test_what_was_not_stored_is_gone_and_was_never_acknowledged() -> None:
    machine, _ = machines()
    machine.armed = Cut.UNSTORED
    said(machine, "one", 10.0)
    with pytest.raises(PowerCutError):
        machine.settle(10.0)
    machine.stop()
    assert machine.lost > 0
    assert not machine.acknowledged
    machine.start(20.0)
    machine.radio(True, 20.0)
    assert not live(machine)
    assert not machine.settle(21.0)


def test_what_was_handed_over_before_a_power_cut_goes_out_again_the_same() -> None:
    machine, _ = machines()
    machine.armed = Cut.HANDED
    item_id = said(machine, "one", 10.0)
    with pytest.raises(PowerCutError) as cut:
        machine.settle(10.0)
    machine.stop()
    machine.start(20.0)
    machine.radio(True, 20.0)
    again = machine.settle(20.0)
    assert [frame.items for frame in again] == [(item_id,)]
    assert again[0].payload == cut.value.handed[0].payload
    assert item_id in machine.acknowledged


def test_a_full_disk_refuses_own_items_and_keeps_those_of_others_for_later() -> None:
    machine, other = machines()
    said(other, "from elsewhere", 10.0)
    frame = other.settle(10.0)[0]
    machine.full = True
    own = said(machine, "one", 10.0)
    machine.hear(frame.payload, 10.0, NEAR)
    assert not any(own in sent.items for sent in machine.settle(10.0))
    assert own not in machine.acknowledged
    assert machine.refused == 1
    assert not machine.disk.items
    assert frame.items[0] in live(machine)
    machine.full = False
    machine.settle(20.0)
    assert list(machine.disk.items) == list(frame.items)


@pytest.mark.parametrize("first_gone", [False, True])
def test_what_a_withdrawn_item_made_superfluous_is_live_again(first_gone: bool) -> None:
    machine, _ = machines()
    checkin = machine.say(CheckIn(state=1, due=1), 10.0)
    report = said(machine, "one", 10.0)
    assert checkin is not None
    for frame in machine.settle(10.0) if first_gone else ():
        machine.fate(frame.token, Fate.HEARD, 15.0)
    if not first_gone:
        machine.radio(False, 10.0)
        machine.settle(10.0)
    before = live(machine)
    assert before == {checkin.id, report}
    machine.full = True
    machine.say(CheckIn(state=1, due=2), 20.0)
    machine.say(CheckIn(state=1, due=3), 20.0)
    machine.say(Retract(report), 20.0)
    machine.settle(20.0)
    assert machine.refused == 3
    assert live(machine) == before
    machine.full = False
    machine.radio(True, 30.0)
    sent = {item_id for frame in machine.settle(30.0) for item_id in frame.items}
    assert sent == (set() if first_gone else before)


@pytest.mark.parametrize("wrong_by", [-TEN_YEARS_S, TEN_YEARS_S])
def test_a_clock_that_is_set_right_leaves_ends_where_they_were(wrong_by: float) -> None:
    machine, _ = machines()
    item_id = said(machine, "one", 10.0)
    machine.settle(10.0)
    if wrong_by < 0:  # it starts again with a clock that is behind
        machine.stop()
        machine.clock = wrong_by
        machine.start(100.0)
    else:  # it is set wrong while it runs
        machine.clock = wrong_by
        machine.settle(100.0)
    machine.clock = 0.0
    machine.settle(200.0)
    assert machine.engine is not None
    held = machine.engine._sync.holdings.get(item_id)
    assert held is not None
    assert held.expires_at == pytest.approx(EPOCH + 8.0 + 86_400, abs=4.0)
    assert machine.disk.items[item_id].expires_at == pytest.approx(held.expires_at, abs=1.0)


def test_a_disk_image_that_is_noticed_brings_a_new_incarnation() -> None:
    machine, _ = machines()
    said(machine, "one", 10.0)
    machine.settle(10.0)
    image = machine.image()
    lost = said(machine, "two", 20.0)
    machine.settle(20.0)
    machine.stop()
    machine.put_back(image, 30.0, noticed=True)
    machine.start(30.0)
    fresh = said(machine, "three", 40.0)
    assert fresh.incarnation == lost.incarnation + 1


def test_a_disk_image_that_is_not_noticed_is_healed_by_the_first_own_item_heard() -> None:
    machine, other = machines()
    image = machine.image()
    lost = said(machine, "one", 10.0)
    frame = machine.settle(10.0)[0]
    other.hear(frame.payload, 11.0, NEAR)
    other.settle(11.0)
    machine.stop()
    machine.put_back(image, 30.0, noticed=False)
    assert isinstance(machine.witness, Invariants)
    machine.witness.put_back(machine, {lost}, noticed=False)
    machine.start(30.0)
    machine.hear(frame.payload, 40.0, NEAR)
    machine.settle(40.0)
    assert said(machine, "two", 50.0).incarnation == lost.incarnation + 1


@pytest.mark.parametrize(
    "attack", [one for one in Attack if one is not Attack.REPLAY and one not in ON_TRUST]
)
def test_one_attack_alone_breaks_no_invariant(attack: Attack) -> None:
    outcome = play(plan_of(attacks=[attack], pause_s=200.0))
    if attack is not Attack.FRAGMENTS:  # which needs a long report, and few are said
        assert outcome.happened[attack.value] > 0


@pytest.mark.parametrize("trust", [DECIDING, ROGUE], ids=["a member", "an organizer"])
@pytest.mark.parametrize("attack", ON_TRUST)
def test_one_attack_on_trust_alone_breaks_no_invariant(attack: Attack, trust: Trust) -> None:
    outcome = play(plan_of(attacks=[attack], trust=trust, pause_s=200.0))
    assert outcome.happened[attack.value] > 0
    assert outcome.happened["decided: revoke"] == 1
    assert outcome.happened["decided: rekey"] == 1
    assert outcome.happened["endorsed"] >= 2


def test_a_partition_delays_and_loses_nothing() -> None:
    split = Split(30.0, 600.0, (frozenset((0, 1)), frozenset((2, 3))))
    outcome = play(plan_of(faults=[Fault.PARTITION], splits=[split]))
    assert outcome.happened["splits"] == 1
    assert outcome.agreed_s > 0


def test_all_that_is_planned_for_a_node_lies_before_the_end_of_faults() -> None:
    for seed in range(200):
        plan = draw(seed)
        for one in plan.incidents:
            assert isinstance(one, Incident)
            assert 0 < one.at < plan.quiet_at, f"seed {seed}"
            assert one.node in plan.honest, f"seed {seed}"
        for split in plan.splits:
            assert split.until <= plan.quiet_at, f"seed {seed}"
