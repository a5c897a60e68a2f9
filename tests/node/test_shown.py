"""Rows are made again when it became known that another member holds an own item."""

from __future__ import annotations

from meshdefense.node.shown import Shown
from meshdefense.radio.base import LinkState
from meshdefense_protocol.delivery import OutboxEntry, State
from meshdefense_protocol.events import HeldChanged
from meshdefense_protocol.packets import Report, Verdict
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.priority import Priority
from support.network import NOW, Network

NETWORK = Network()
OWN = NETWORK.item("vic", Report(None, 7))
ALERT = ItemId(3, 0, 0)
VERDICT = NETWORK.item("vic", Verdict(ALERT, 1))


def entry(item_id: ItemId) -> OutboxEntry:
    return OutboxEntry(item_id, Priority.ALERT, NOW, NOW + 600, State.HEARD, 1, None)


def shown(*held: HeldChanged) -> Shown:
    """With a report and a verdict of an earlier life, whose rows are true."""
    made = Shown()
    own = [(entry(OWN.id), OWN), (entry(VERDICT.id), VERDICT)]
    made.load_own(own, [], LinkState.READY, held)
    assert outdated(made) == []
    return made


def outdated(made: Shown) -> list[ItemId]:
    return sorted(made.outdated(NOW, [], LinkState.READY))


def test_a_new_holder_makes_the_row_again_once() -> None:
    made = shown()
    made.learn(HeldChanged(OWN.id, (2, 5)))
    made.learn(HeldChanged(OWN.id, (2, 5)))
    assert outdated(made) == [OWN.id]
    assert made.words()[OWN.id] == {"state": "heard", "attempts": 1, "holders": [2, 5]}
    made.learn(HeldChanged(OWN.id, (5, 2)))
    assert outdated(made) == []


def test_a_holder_of_an_own_verdict_makes_the_row_of_its_alert_again() -> None:
    made = shown()
    made.learn(HeldChanged(VERDICT.id, (3,)))
    assert outdated(made) == [ALERT]


def test_another_roster_makes_the_rows_of_all_own_items_again() -> None:
    made = shown()
    made.roster_changed()
    assert outdated(made) == sorted([OWN.id, ALERT])


def test_holders_of_an_earlier_life_are_still_said() -> None:
    made = shown(HeldChanged(OWN.id, (4,)))
    assert made.words()[OWN.id]["holders"] == [4]
    made.learn(HeldChanged(OWN.id, (4,)))
    assert outdated(made) == []


def test_of_what_is_gone_or_was_withdrawn_nothing_is_kept() -> None:
    made = shown(HeldChanged(OWN.id, (4,)), HeldChanged(VERDICT.id, (4,)))
    made.forget([OWN.id])
    made.not_said([], [VERDICT.id])
    assert made.words() == {}
    made.learn(HeldChanged(OWN.id, (2,)))
    assert outdated(made) == []


def test_a_row_is_made_again_when_its_time_has_come_and_not_before() -> None:
    made = shown()
    made.will_change({ALERT: NOW + 60, OWN.id: None})
    assert outdated(made) == []
    assert made.outdated(NOW + 60, [], LinkState.READY) == [ALERT]
    assert made.outdated(NOW + 61, [], LinkState.READY) == [], "the row says when again"
    made.will_change({ALERT: NOW + 90})
    made.will_change({ALERT: None})
    assert made.outdated(NOW + 99, [], LinkState.READY) == []


def test_a_clock_that_was_set_makes_every_row_with_a_time_again() -> None:
    made = shown()
    made.will_change({ALERT: NOW + 60})
    made.clock_stepped(-3600.0)
    assert outdated(made) == [ALERT]


def test_an_alert_whose_report_was_purged_is_looked_at_again_if_it_has_time_left() -> None:
    made = shown()
    made.will_change({ALERT: NOW + 60, OWN.id: None})
    made.forget([ALERT, OWN.id])
    assert outdated(made) == [ALERT]
