"""Calls for help are repeated at set times, until a person answers or they are over."""

from __future__ import annotations

import pytest

from meshdefense_protocol.calling import CALLS_MAX, Calling
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import (
    Acknowledge,
    Close,
    KnownBody,
    Report,
    Response,
    Sos,
    SosEnd,
)
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.transport import Fate
from support.network import NOW, Network, Store

END = NOW + 6 * 3600.0
PIA = 3
CALL = Sos(None, 1, 0)


def said(name: str, body: KnownBody, sequence: int = 5) -> Item:
    return Network().item(name, body, sequence=sequence)


def calling(*others: Item) -> Calling:
    """Pia's, after an SOS of hers and these."""
    found = Calling(PIA)
    for item in (said("pia", CALL), *others):
        found.accepted(item, END, NOW)
    return found


def test_an_sos_goes_out_again_after_one_minute_three_times_then_two_then_every_four() -> None:
    found = calling()
    times: list[float] = []
    while (at := found.timer_at()) is not None and len(times) < 8:
        assert found.due(at - 1) == []
        assert [item.body for item, _ in found.due(at)] == [CALL]
        times.append(at - NOW)
    assert times == [60, 120, 180, 300, 540, 780, 1020, 1260]


def test_it_ends_with_its_lifetime() -> None:
    found = calling()
    assert found.due(END) == []
    assert found.timer_at() is None


@pytest.mark.parametrize(
    ("name", "body", "goes_on"),
    [
        ("lea", Acknowledge((ItemId(PIA, 0, 5),)), False),
        ("lea", Acknowledge((ItemId(PIA, 0, 4), ItemId(PIA, 0, 5))), False),
        ("lea", Response(ItemId(PIA, 0, 5), 2, 4), False),
        ("vic", SosEnd(ItemId(PIA, 0, 5), 1), False),
        ("pia", SosEnd(ItemId(PIA, 0, 5), 0), False),
        ("pia", Acknowledge((ItemId(PIA, 0, 5),)), True),
        ("pia", Response(ItemId(PIA, 0, 5), 1), True),
        ("lea", Acknowledge((ItemId(PIA, 0, 6),)), True),
        ("lea", Close(ItemId(PIA, 0, 5)), True),
        ("lea", Report(None, 1, about=ItemId(PIA, 0, 5)), True),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, (str, bool)) else str(value),
)
def test_an_answer_of_somebody_else_or_its_end_ends_it(
    name: str, body: KnownBody, goes_on: bool
) -> None:
    found = calling(said(name, body, sequence=9))
    assert (found.timer_at() is not None) is goes_on


def test_calls_of_others_are_not_repeated() -> None:
    found = Calling(PIA)
    found.accepted(said("lea", CALL), END, NOW)
    assert found.timer_at() is None


def test_only_the_latest_calls_are_repeated() -> None:
    found = Calling(PIA)
    for sequence in range(CALLS_MAX + 3):
        found.accepted(said("pia", CALL, sequence), END, NOW)
    assert [item.id.sequence for item, _ in found.due(NOW + 60)] == list(range(3, CALLS_MAX + 3))


def test_a_withdrawn_call_was_never_made() -> None:
    found = calling()
    found.withdraw(ItemId(PIA, 0, 5))
    assert found.timer_at() is None


def test_a_clock_that_is_set_moves_the_next_call_with_it() -> None:
    found = calling()
    found.shifted(10_000.0)
    assert found.timer_at() == NOW + 10_060
    assert [end for _, end in found.due(NOW + 10_060)] == [END + 10_000]


def test_a_clock_that_is_set_does_not_move_the_end_of_a_call_of_an_earlier_run() -> None:
    found = Calling(PIA)
    found.accepted(said("pia", CALL), END, NOW, earlier=True)
    found.shifted(600.0)
    assert [end for _, end in found.due(NOW + 660)] == [END]
    found.shifted(6 * 3600.0)
    assert found.due(END + 1200) == []
    assert found.timer_at() is None


def test_an_unanswered_call_goes_on_after_a_restart_and_an_answered_one_does_not() -> None:
    network = Network()
    for answered in (False, True):
        store = Store()
        pia = network.engine("pia")
        call = pia.submit(CALL, NOW)
        if answered:
            answer = network.item("lea", Acknowledge((call.id,)), sequence=9)
            pia.receive(network.frame([answer]), NOW + 5)
        for frame in store.send(pia, NOW + 5):
            for fate in (Fate.ON_AIR, Fate.HEARD):
                pia.frame_fate(frame.token, fate, NOW + 8)
        store.take(pia)
        again = network.engine("pia", store.saved(), NOW + 30)
        calls = 0
        for at in range(60, 300, 10):
            again.handle_timer(NOW + at)
            for frame in store.send(again, NOW + at):
                calls += call.id in frame.items
                again.frame_fate(frame.token, Fate.ON_AIR, NOW + at)
        assert (calls > 1) is not answered
        assert (calls == 0) is answered
