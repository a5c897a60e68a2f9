"""What a node says is missing: holes that later sequences show, until somebody explains them."""

from __future__ import annotations

from meshdefense_protocol.engine import Gap
from meshdefense_protocol.frames import seal_items
from meshdefense_protocol.packets import Report
from meshdefense_protocol.sealing import KeyClass
from support.network import NOW, Network
from support.small_air import SmallAir


def test_a_hole_between_two_items_is_a_gap_until_it_is_filled() -> None:
    network = Network()
    engine = network.engine("pia")
    items = [network.item("ned", Report(None, 1), sequence=n) for n in (5, 6, 8)]
    frames = [seal_items(network.all_keys(), KeyClass.EVERYONE, [item.raw]) for item in items]
    engine.receive(frames[0], NOW)
    assert engine.gaps() == []  # what came before the first one heard is history
    engine.receive(frames[2], NOW)
    assert engine.gaps() == [Gap(network.number("ned"), 2, 8)]
    engine.receive(frames[1], NOW)
    assert engine.gaps() == [Gap(network.number("ned"), 1, 8)]


def test_holes_are_explained_once_a_neighbour_with_the_same_keys_holds_the_same() -> None:
    """Seven was for others, or is over: nobody around has it."""
    network = Network()
    air = SmallAir(("pia", "vic"), seed=4, network=network)
    items = [network.item("ned", Report(None, 1), sequence=n) for n in (6, 8)]
    for name in ("pia", "vic"):
        for item in items:
            frame = seal_items(network.all_keys(), KeyClass.EVERYONE, [item.raw])
            air[name].engine.receive(frame, NOW)
        assert air[name].engine.gaps() == [Gap(network.number("ned"), 1, 8)]
    air.run(300)
    assert [air[name].engine.gaps() for name in ("pia", "vic")] == [[], []]
    later = network.item("ned", Report(None, 1), sequence=10)
    frame = seal_items(network.all_keys(), KeyClass.EVERYONE, [later.raw])
    air["pia"].engine.receive(frame, NOW + 301)
    assert air["pia"].engine.gaps() == [Gap(network.number("ned"), 1, 10)]


def test_a_neighbour_with_fewer_keys_explains_nothing() -> None:
    network = Network()
    air = SmallAir(("pia", "rob"), seed=4, network=network)  # rob receives, without field keys
    items = [network.item("ned", Report(None, 1), sequence=n) for n in (6, 8)]
    for name in ("pia", "rob"):
        for item in items:
            frame = seal_items(network.all_keys(), KeyClass.EVERYONE, [item.raw])
            air[name].engine.receive(frame, NOW)
    air.run(300)
    assert air["pia"].engine.gaps() == [Gap(network.number("ned"), 1, 8)]
    assert air["rob"].engine.gaps() == []
