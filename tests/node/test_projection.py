"""Rows about what is done: made from the store alone, in any order, and again when time comes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from meshdefense.node.projection import TIMED_TABLES, Projection, Sight
from meshdefense.node.saving import item_record
from meshdefense.paths import DataFolder
from meshdefense.storage.keyslots import INTERACTIVE
from meshdefense.storage.records import Batch
from meshdefense.storage.repository import Store
from meshdefense_protocol.engine import Membership
from meshdefense_protocol.events import ItemAccepted
from meshdefense_protocol.items import Item
from meshdefense_protocol.members import Member
from meshdefense_protocol.packets import (
    Acknowledge,
    Broadcast,
    Close,
    Dispatch,
    Escalate,
    KnownBody,
    Report,
    Response,
    Retract,
    RollAnswer,
    RollCall,
    Sos,
    SosEnd,
    StandDown,
    Verdict,
)
from meshdefense_protocol.packets.decisions import MARK_MAX
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.policy import Policies
from meshdefense_protocol.roster import Revocation, Roster, Suspension
from meshdefense_protocol.seen import ReplayWindow
from support.network import DATE, NOW, Network

PASSPHRASE = b"for tests only"
MINUTE, HOUR = 60.0, 3600.0
HIGH = 2


class Desk:
    """One member's store and projection, without engine or loop: items go in, rows come out."""

    def __init__(self, folder: Path, name: str = "ada") -> None:
        self.network = Network()
        self.store = Store.create(DataFolder(folder / "data"), PASSPHRASE, profile=INTERACTIVE)
        self.me = self.network.membership(name)
        self.projection = Projection(self.store, self.me)

    def item(self, name: str, body: KnownBody, at: float = 0.0, *, drill: bool = False) -> Item:
        return self.network.item(name, body, now=NOW + at, drill=drill)

    def take(self, *items: Item, at: float | None = None) -> None:
        """Accept items at once; by default each when it was said."""
        batch, new = Batch(), []
        for item in items:
            received = item.claimed_at(DATE) if at is None else NOW + at
            window = ReplayWindow(item.id.author, item.id.stream, 0, item.id.sequence, 1)
            claimed, ends = item.claimed_at(DATE), item.expires_at(DATE, received)
            batch.items.append(
                item_record(ItemAccepted(item, False, received, claimed, ends, window, None))
            )
            new.append(Sight(item, received, own=False))
        now = max(sight.received_at for sight in new)
        batch.rows = self.projection.rows(new, (), {}, now, {})
        self.store.commit(batch)

    def touch(self, *ids: ItemId, after: float) -> None:
        """Make rows again, because time has passed or other members count."""
        batch = Batch(rows=self.projection.rows((), ids, {}, NOW + after, {}))
        self.store.commit(batch)

    def row(self, table: str, item: ItemId) -> dict[str, Any]:
        found = self.store.row(table, str(item))
        assert found is not None
        assert not found.gone
        return found.data

    def roster(self, **changes: Any) -> Roster:
        """Take on the same roster with other policies, revocations, ..."""
        members = changes.pop("members", tuple(self.network.roster))
        before = self.me.roster
        roster = Roster(before.version + 1, members, date=DATE, **changes)
        me = self.me
        self.me = Membership(me.charter, roster, me.identity, me.number, me.keys)
        self.projection.set_membership(self.me)
        return roster


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    with made.store:
        yield made


def loop(desk: Desk) -> tuple[ItemId, list[Item]]:
    """A high report and everything that people said about it."""
    report = desk.item("pia", Report(None, 7, HIGH))
    ref = report.id
    sent = desk.item("base", Dispatch(ref, 4, 10, "two vans?"), 60)
    adding = desk.item("ned", Report(None, 7, HIGH, about=ref), 80)
    more = [
        desk.item("vic", Acknowledge((sent.id,)), 100),
        desk.item("vic", Verdict(ref, 1), 300),
        desk.item("base", Broadcast(ref, Report(None, 7, HIGH)), 340),
        desk.item("lea", Response(ref, 2, 4), 360),
        desk.item("ned", Retract(adding.id), 380),
        desk.item("vic", Close(ref), 900),
        desk.item("base", Close(ref), 960),
    ]
    return ref, [report, sent, adding, *more]


def test_the_row_of_an_alert_tells_the_whole_loop(desk: Desk) -> None:
    ref, items = loop(desk)
    for item in items[:-1]:
        desk.take(item)
    row = desk.row("alerts", ref)
    assert (row["state"], row["confirmed"], row["needed"]) == ("verified", 1, 1)
    assert [one["name"] for one in row["reporters"]] == ["pia"], "ned took it back"
    (sent,) = row["dispatches"]
    assert (sent["name"], sent["by_name"], sent["look"]) == ("vic", "base", "two vans?")
    assert (sent["state"], sent["accepted_at"]) == ("answered", NOW + 100)
    (answer,) = row["responses"]
    assert (answer["name"], answer["state"], answer["eta_at"]) == ("lea", 2, NOW + 360 + 480)
    assert [one["name"] for one in row["broadcasts"]] == ["base"]
    assert ([one["name"] for one in row["closes"]], row["closes_needed"]) == (["vic"], 2)
    assert row["here"]
    assert row["counts"]
    desk.take(items[-1])
    assert desk.row("alerts", ref)["state"] == "closed"


def test_the_rows_are_the_same_in_whatever_order_the_items_came(tmp_path: Path) -> None:
    chance, told = Random(5), []
    for number in range(4):
        desk = Desk(tmp_path / str(number))
        ref, items = loop(desk)
        if number:
            chance.shuffle(items)
        with desk.store:
            for item in items:
                desk.take(item, at=1000)
            told.append(desk.row("alerts", ref))
    assert told[1:] == [told[0]] * 3, "seed 5"


def test_what_time_changes_is_told_when_its_time_comes(desk: Desk) -> None:
    report = desk.item("pia", Report(None, 7, HIGH))
    desk.take(report)
    seen = []
    at = desk.projection.deadlines[report.id]
    while at is not None:
        seen.append((at - NOW, desk.row("alerts", report.id)["escalation"]["level"]))
        desk.touch(report.id, after=at - NOW)
        at = desk.projection.deadlines[report.id]
    assert seen == [(300, 0), (600, 1), (3 * HOUR, 2)]
    row = desk.row("alerts", report.id)
    assert (row["state"], row["escalation"]["level"]) == ("expired", 0)


def test_a_dispatch_is_overdue_on_time_and_no_more_once_it_is_answered(desk: Desk) -> None:
    report = desk.item("pia", Report(None, 7, HIGH))
    sent = desk.item("base", Dispatch(report.id, 4, 10), 60)
    desk.take(report, sent)
    assert desk.projection.deadlines[report.id] == NOW + 60 + 600
    desk.touch(report.id, after=659)
    assert desk.row("alerts", report.id)["dispatches"][0]["state"] == "open"
    desk.touch(report.id, after=660)
    assert desk.row("alerts", report.id)["dispatches"][0]["state"] == "overdue"
    assert desk.projection.deadlines[report.id] == NOW + 3 * HOUR
    desk.take(desk.item("vic", Verdict(report.id, 0), 700))
    assert desk.row("alerts", report.id)["dispatches"][0]["state"] == "answered"


def test_a_broadcast_stands_in_for_a_report_that_is_not_here_and_goes_with_it(desk: Desk) -> None:
    report = desk.item("pia", Report(None, 7, 3, note="by the gate", scope=1))
    told = desk.item("base", Broadcast(report.id, Report(None, 7, HIGH)), 40)
    desk.take(told)
    row = desk.row("alerts", report.id)
    assert (row["here"], row["state"], row["severity"]) == (False, "unconfirmed", HIGH)
    assert (row["author_name"], row["note"], row["counts"]) == ("pia", "", True)
    desk.take(desk.item("vic", Verdict(report.id, 1), 80))
    assert desk.row("alerts", report.id)["state"] == "verified"
    ends = 40 + 3 * HOUR
    assert desk.projection.deadlines[report.id] == NOW + ends
    desk.touch(report.id, after=ends)
    assert desk.row("alerts", report.id)["state"] == "expired"
    again = desk.projection.deadlines[report.id]
    assert again is not None
    assert desk.store.purge(again).items, "a day after it came it is deleted"
    desk.touch(report.id, after=again - NOW)
    held = desk.store.row("alerts", str(report.id))
    assert held is not None
    assert held.gone, "and with it the row that told of it"


def test_the_report_replaces_what_the_broadcast_told_of_it(desk: Desk) -> None:
    report = desk.item("pia", Report(None, 7, 3, note="by the gate", scope=1))
    desk.take(desk.item("base", Broadcast(report.id, Report(None, 7, HIGH)), 40))
    desk.take(report, at=50)
    row = desk.row("alerts", report.id)
    assert (row["here"], row["severity"], row["note"]) == (True, 3, "by the gate")
    assert row["needed"] == 2, "the policy goes by the report's severity"


def test_a_broadcast_prolongs_an_alert(desk: Desk) -> None:
    report = desk.item("pia", Report(None, 7, HIGH))
    desk.take(report, desk.item("base", Broadcast(report.id, Report(None, 7, HIGH)), HOUR))
    assert desk.row("alerts", report.id)["expires_at"] == NOW + 4 * HOUR


# -- calls for help, orders, roll calls ------------------------------------------------------------


def test_a_call_for_help_tells_who_has_it_and_how_it_ended(desk: Desk) -> None:
    call = desk.item("pia", Sos(None, 1, 1))
    desk.take(call)
    row = desk.row("sos", call.id)
    assert (row["state"], row["answers"], row["kind"]) == ("raised", [], 1)
    assert desk.projection.deadlines[call.id] == NOW + 6 * HOUR
    desk.take(desk.item("rob", Acknowledge((call.id,)), 20))
    desk.take(desk.item("lea", Response(call.id, 2, 3), 40))
    desk.take(desk.item("ned", Escalate(call.id, 2), 44))
    row = desk.row("sos", call.id)
    assert row["state"] == "acknowledged"
    told = [(one["name"], one["state"], one["eta_at"]) for one in row["answers"]]
    assert told == [("rob", 1, None), ("lea", 2, NOW + 400)]
    assert row["escalation"]["level"] == 2
    desk.take(desk.item("pia", SosEnd(call.id, 0), 60))
    row = desk.row("sos", call.id)
    assert (row["state"], row["ending"], row["ended_by_name"]) == ("ended", 0, "pia")
    assert desk.projection.deadlines[call.id] is None


def test_a_stand_down_lists_who_has_not_acknowledged_it_until_it_is_over(desk: Desk) -> None:
    order = desk.item("base", StandDown(None, 2, 0))
    desk.take(order, desk.item("pia", Acknowledge((order.id,)), 20))
    row = desk.row("orders", order.id)
    assert (row["state"], row["until"]) == ("in-force", NOW + HOUR)
    assert [one["name"] for one in row["acknowledged"]] == ["pia"]
    assert [one["name"] for one in row["waiting"]] == ["ada", "vic", "ned", "lea", "rob"]
    at = desk.projection.deadlines[order.id]
    assert at == NOW + HOUR
    desk.touch(order.id, after=HOUR)
    assert desk.row("orders", order.id)["state"] == "over"


def test_a_roll_call_lists_answers_and_who_was_not_heard_from(desk: Desk) -> None:
    call = desk.item("base", RollCall(6, 5, 4 | 8))
    desk.take(
        call,
        desk.item("vic", RollAnswer(call.id, 3), 20),
        desk.item("lea", RollAnswer(call.id, 1), 24),
    )
    row = desk.row("rollcalls", call.id)
    assert [(one["name"], one["state"]) for one in row["asked"]] == [("pia", 0), ("vic", 3)]
    assert [one["name"] for one in row["others"]] == ["lea"]
    assert (row["heard"], row["state"], row["slot_at"]) == (1, "open", None)
    assert desk.projection.deadlines[call.id] == NOW + 300
    desk.touch(call.id, after=300)
    assert desk.row("rollcalls", call.id)["state"] == "over"
    assert desk.projection.deadlines[call.id] is None


# -- another roster --------------------------------------------------------------------------------


def revoked(number: int, mark: int) -> dict[int, Revocation]:
    return {number: Revocation(number, 1, mark, MARK_MAX, NOW)}


def test_a_revocation_makes_every_row_again_that_the_member_had_a_hand_in(desk: Desk) -> None:
    ref, items = loop(desk)
    desk.take(*items[:-2])
    quiet = desk.item("lea", Report(None, 8))
    desk.take(quiet)
    before = desk.me.roster
    after = desk.roster(revocations=revoked(4, 0))
    touched = desk.projection.affected(before, after)
    assert ref in touched
    assert quiet.id not in touched
    desk.touch(*touched, after=1000)
    row = desk.row("alerts", ref)
    assert row["state"] == "unconfirmed"
    assert row["verdicts"] == []
    assert row["dispatches"][0]["out"], "what was asked of them stands, with a mark"


def test_an_earlier_word_of_somebody_who_is_out_still_counts_and_is_marked(desk: Desk) -> None:
    ref, items = loop(desk)
    desk.take(*items[:-2])
    before = desk.me.roster
    after = desk.roster(revocations=revoked(4, MARK_MAX) | revoked(3, MARK_MAX))
    desk.touch(*desk.projection.affected(before, after), after=1000)
    row = desk.row("alerts", ref)
    assert (row["state"], row["author_out"], row["verdicts"][0]["out"]) == ("verified", True, True)


def test_a_suspension_and_its_end_make_rows_again(desk: Desk) -> None:
    ref, items = loop(desk)
    desk.take(*items[:-2])
    before = desk.me.roster
    pause = Suspension(ItemId(1, 32, 0, Stream.ROSTER), 4, 1, 0, NOW, NOW + HOUR)
    after = desk.roster(suspensions=(pause,))
    desk.touch(*desk.projection.affected(before, after), after=1000)
    assert desk.row("alerts", ref)["verdicts"] == []
    lifted = desk.roster()
    assert ref in desk.projection.affected(after, lifted)


def test_other_policies_judge_every_alert_anew_and_a_newcomer_is_on_every_list(desk: Desk) -> None:
    ref, items = loop(desk)
    order = desk.item("base", StandDown(None, 2, 0))
    desk.take(*items[:-2], order)
    before = desk.me.roster
    stricter = desk.roster(policies=Policies(verdicts_high=2))
    assert desk.projection.affected(before, stricter) == sorted([ref, items[2].id])
    newcomer = Member(8, "zoe", bytes([9]) * 32, next(iter(before)).roles)
    grown = desk.roster(
        policies=Policies(verdicts_high=2), members=(*desk.network.roster, newcomer)
    )
    touched = desk.projection.affected(stricter, grown)
    assert order.id in touched
    desk.touch(*touched, ref, after=1000)
    assert desk.row("alerts", ref)["state"] == "unconfirmed"
    assert "zoe" in [one["name"] for one in desk.row("orders", order.id)["waiting"]]
    assert desk.projection.affected(grown, grown) == []


def test_a_report_that_does_not_count_is_told_as_such(desk: Desk) -> None:
    report = desk.item("pia", Report(None, 7, HIGH))
    desk.take(report)
    before = desk.me.roster
    pause = Suspension(ItemId(1, 32, 0, Stream.ROSTER), 3, 1, 0, NOW - HOUR, NOW + HOUR)
    after = desk.roster(suspensions=(pause,))
    desk.touch(*desk.projection.affected(before, after), after=400)
    row = desk.row("alerts", report.id)
    assert (row["state"], row["counts"], row["escalation"]["level"]) == ("retracted", False, 0)


def test_what_is_said_in_an_exercise_does_not_touch_a_real_alert(desk: Desk) -> None:
    report = desk.item("pia", Report(None, 7, HIGH))
    desk.take(
        report,
        desk.item("vic", Verdict(report.id, 2), 20, drill=True),
        desk.item("base", Dispatch(report.id, 4, 10), 20, drill=True),
        desk.item("lea", Response(report.id, 2), 20, drill=True),
        desk.item("lea", Acknowledge((report.id,)), 20, drill=True),
    )
    desk.touch(report.id, after=10 * MINUTE)
    row = desk.row("alerts", report.id)
    assert row["state"] == "unconfirmed"
    assert row["verdicts"] == row["dispatches"] == row["responses"] == row["readers"] == []
    assert row["escalation"]["level"] == 2


def test_every_row_that_time_changes_says_when(desk: Desk) -> None:
    desk.take(
        desk.item("pia", Report(None, 7)),
        desk.item("pia", Sos(None)),
        desk.item("base", StandDown(None, 2)),
        desk.item("base", RollCall(6, 5)),
    )
    for table in TIMED_TABLES:
        ((_, at),) = desk.store.row_fields(table, "changes_at")
        assert at > NOW
