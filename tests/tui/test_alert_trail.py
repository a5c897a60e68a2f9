"""The trail and the lines of the queue: nothing wider than its room, no step or number lost."""

from __future__ import annotations

from datetime import UTC
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.api.history_schema import TimelineRow
from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.row_schema import AlertRow
from meshdefense.api.schema import ChangesResult
from meshdefense.safe_text import clean
from meshdefense_protocol.dispatching import ASSIGNMENT_STATES
from meshdefense_protocol.words import CLOSE_REASONS, RESPONSES, VERDICTS
from meshdefense_tui.alert_steps import steps
from meshdefense_tui.clock import Clock
from meshdefense_tui.lines import line_width, plain
from meshdefense_tui.look import ASCII, UNICODE, Look
from meshdefense_tui.model import Model
from meshdefense_tui.verify_people import Verifiers
from meshdefense_tui.verify_queue import twins
from meshdefense_tui.views.alert_detail import detail_lines
from meshdefense_tui.views.alert_orders import DETAIL_KEYS, QUEUE_KEYS, order_lines
from meshdefense_tui.views.alert_pair import pair_lines
from meshdefense_tui.views.alert_trail import trail_lines, work_lines
from meshdefense_tui.views.verify_detail import verify_detail_lines
from meshdefense_tui.views.verify_rows import QUEUE_LINES, candidate_lines, queue_lines
from support.alert_work import (
    FIRE,
    NO_ESCALATION,
    close,
    fire_log,
    response,
    said,
    sent,
    worked,
    working_evening,
)
from support.screen_rows import NOW, ORIGIN, alert, verdict

CLOCK = Clock(lambda: NOW, lambda: 1000.0, UTC)
LOOKS = [Look(language, glyphs, CLOCK) for language in ("en", "es") for glyphs in (UNICODE, ASCII)]
ENGLISH = LOOKS[0]
NAME = st.text(min_size=1, max_size=30).map(lambda text: clean(text) or "x")
PLACE = cast("PlaceRow", ORIGIN)


def evening() -> Model:
    found = Model()
    tables = {name: [{**row, "rev": 1} for row in rows] for name, rows in working_evening().items()}
    found.apply(cast("ChangesResult", {"epoch": "e", "revision": 1, "tables": tables}))
    return found


def text_of(lines: list[Any]) -> str:
    """One line, so that what was wrapped is found."""
    return " ".join(" ".join(plain(line) for line in lines).split())


def trail(row: dict[str, Any], *log: dict[str, Any], width: int = 100) -> str:
    told = cast("tuple[TimelineRow, ...]", log)
    one = cast("AlertRow", row)
    return text_of(trail_lines(one, ENGLISH, now=NOW, width=width, others={}, log=told))


def work(row: dict[str, Any], look: Look = ENGLISH) -> str:
    one = cast("AlertRow", row)
    return text_of(work_lines(one, look, now=NOW, width=100, others={}))


@st.composite
def busy_rows(draw: st.DrawFn) -> dict[str, Any]:
    """An alert with any mixture of what people did about it."""
    names = draw(st.lists(NAME, min_size=1, max_size=5))
    numbers = range(2, 2 + len(names))
    pick = st.sampled_from(names)
    verdicts = [
        verdict(name, draw(st.sampled_from([w.key for w in VERDICTS])), id=f"{n}.0.1", member=n,
                count=draw(st.none() | st.integers(0, 65_535)), note=draw(NAME))
        for n, name in zip(numbers, names, strict=True)
    ]  # fmt: skip
    dispatches = [
        sent(n, name, draw(st.sampled_from([*ASSIGNMENT_STATES, "newer"])), look=draw(NAME),
             by_name=draw(pick), due_at=draw(st.none() | st.just(NOW - 5) | st.just(NOW + 500)))
        for n, name in zip(numbers, names, strict=True)
    ]  # fmt: skip
    responses = [
        response(n, name, draw(st.sampled_from([w.key for w in RESPONSES])))
        for n, name in zip(numbers, names, strict=True)
    ]
    closes = [
        close(n, name, draw(st.sampled_from([w.key for w in CLOSE_REASONS])))
        for n, name in zip(numbers, names, strict=True)
    ]
    level = draw(st.integers(0, 3))
    raised = NO_ESCALATION | {
        "level": level,
        "since": NOW - 30,
        "by_name": draw(st.none() | pick),
        "reason": draw(st.integers(0, 4)),
        "next_at": draw(st.none() | st.just(NOW - 1) | st.just(NOW + 61)),
    }
    return worked(
        1,
        author_name=draw(pick),
        mine=draw(st.booleans()),
        severity=draw(st.integers(0, 3)),
        state=draw(st.sampled_from(["unconfirmed", "verified", "closed", "expired", "odd"])),
        verdicts=verdicts,
        dispatches=dispatches,
        responses=responses,
        closes=closes,
        escalation=raised,
        note=draw(NAME),
        confirmed=draw(st.integers(0, 9)),
        needed=draw(st.integers(0, 9)),
        closes_needed=2,
        reporters=[{"member": n, "name": name, "out": draw(st.booleans())}
                   for n, name in zip(numbers, names, strict=True)],
        counts=draw(st.booleans()),
        here=draw(st.booleans()),
        about=draw(st.none() | st.just("9.0.9")),
        additions=["9.0.1"],
    )  # fmt: skip


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.language}{look.glyphs.dot}")
@given(row=busy_rows(), width=st.integers(40, 250), asking=st.booleans())
def test_no_line_of_the_detail_is_wider_than_its_room(
    look: Look, row: dict[str, Any], width: int, asking: bool
) -> None:
    one = cast("AlertRow", row)
    log = cast("list[TimelineRow]", fire_log())
    lines = detail_lines(
        one, look, members={}, origin=PLACE, now=NOW, width=width, asking=asking, log=log,
        others={}, remark=look.say("trail_short"),
    )  # fmt: skip
    assert all(line_width(line) <= width for line in lines)
    model = evening()
    for keys in (DETAIL_KEYS, QUEUE_KEYS):
        lines = order_lines(keys, one, model, look, width)
        assert all(line_width(line) <= width for line in lines)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.language}{look.glyphs.dot}")
@given(row=busy_rows(), width=st.integers(40, 250), asking=st.booleans())
def test_no_line_of_the_queue_is_wider_than_its_room_and_each_alert_takes_its_lines(
    look: Look, row: dict[str, Any], width: int, asking: bool
) -> None:
    one, model = cast("AlertRow", row), evening()
    lines = queue_lines(one, look, me=2, origin=PLACE, now=NOW, width=width, asking=asking)
    assert len(lines) == QUEUE_LINES
    assert all(line_width(line) <= width for line in lines)
    people = Verifiers(lambda: model).of(one, NOW)
    for person in people:
        found = candidate_lines(person, look, where="1 km N", busy=["x"], now=NOW, width=width)
        assert len(found) == 2
        assert all(line_width(line) <= width for line in found)
    alike = twins(one, model.alerts.values())
    lines = verify_detail_lines(
        one, look, people=people, twins=alike, others=model.alerts, where=lambda place: "1 km N",
        origin=PLACE, now=NOW, width=width, refusal=look.say("yours"),
    )  # fmt: skip
    assert all(line_width(line) <= width for line in lines)
    other = model.alerts["3.0.12"]
    lines = pair_lines((one, "1 km N"), (other, "2 km N"), look, now=NOW, width=width)
    assert all(line_width(line) <= width for line in lines)


@given(row=busy_rows(), width=st.integers(40, 250))
def test_the_detail_loses_no_person_no_number_and_no_word_of_state(
    row: dict[str, Any], width: int
) -> None:
    one = cast("AlertRow", row)
    found = steps(one, ENGLISH, now=NOW, others={}, log=())
    ids = {step.id for step in found}
    for part in ("verdicts", "dispatches", "responses", "closes"):
        assert {each["id"] for each in row[part]} <= ids
    text = text_of(work_lines(one, ENGLISH, now=NOW, width=width, others={}))
    squeezed = text.replace(" ", "")
    if row["needed"]:
        assert f"{row['confirmed']}(takes{row['needed']})" in squeezed
    assert f"{len(row['closes'])}of2" in squeezed
    assert ("OVERDUE" in squeezed) is any(d["state"] == "overdue" for d in row["dispatches"]) or (
        any("OVERDUE" in d["name"] for d in row["dispatches"])
    )


@given(row=busy_rows())
def test_the_trail_is_in_order_of_time(row: dict[str, Any]) -> None:
    log = cast("list[TimelineRow]", fire_log())
    times = [s.at for s in steps(cast("AlertRow", row), ENGLISH, now=NOW, others={}, log=log)]
    assert times == sorted(times)


# what the words say


def fire() -> dict[str, Any]:
    return working_evening()["alerts"][0]


def test_the_log_tells_the_way_and_what_was_replaced() -> None:
    text = trail(fire(), *fire_log())
    assert "ana reported it signed, over 1 relay, here 11:01:50" in text
    assert "samuel read it signed, heard directly" in text
    assert "samuel: uncertain (does not count now) signed, over 1 relay" in text
    assert "samuel: confirmed signed, over 2 relays, here 11:05:20" in text


def test_without_the_log_no_way_is_claimed() -> None:
    text = trail(fire())
    assert "ana reported it signed" in text
    assert "relay" not in text
    assert "directly" not in text


def test_a_way_that_the_radio_did_not_tell_is_called_not_recorded() -> None:
    assert "signed, way not recorded" in trail(worked(1), said(FIRE, "report", FIRE, hops=None))


def test_an_own_word_tells_how_far_it_has_got() -> None:
    row = worked(1, mine=True, delivery={"state": "heard"})
    assert "ana reported it heard by another radio" in trail(row)


def test_an_uncertain_clock_is_marked_in_the_trail() -> None:
    assert "~11:05:35" in trail(worked(1, time_uncertain=True))


def test_the_moment_of_verifying_is_told_only_where_it_follows() -> None:
    yes = [verdict("kit", "confirmed", id="4.0.1", at=NOW - 50),
           verdict("rio", "confirmed", id="7.0.1", at=NOW - 20)]  # fmt: skip
    row = worked(1, state="verified", verdicts=yes, confirmed=2, needed=2)
    assert "11:06:20 VERIFIED: confirmed by 2 (takes 2)" in trail(row)
    assert "VERIFIED" not in trail(row | {"confirmed": 3})
    assert "VERIFIED" not in trail(row | {"state": "unconfirmed", "needed": 3})


def test_dispatches_say_who_by_when_and_what_came_of_it() -> None:
    text = trail(worked(1, dispatches=[sent(4, "kit", "accepted", look="doors")]))
    assert "BASE-1 sent kit, back by 11:17, to look for: doors" in text
    assert "kit accepted" in text
    own = sent(4, "kit", "overdue", by=4, by_name="kit", due_at=NOW - 30)
    text = trail(worked(1, dispatches=[own]))
    assert "kit took it on" in text
    assert "kit did not report back in time" in text
    off = sent(4, "kit", "called-off", due_at=None)
    assert "BASE-1 called kit off" in trail(worked(1, dispatches=[off]))


def test_escalation_says_whether_a_person_or_time_did_it() -> None:
    by_time = NO_ESCALATION | {"level": 1, "since": NOW - 9}
    assert "nobody had answered: it went to everybody in the field" in trail(
        worked(1, escalation=by_time)
    )
    assert "NOBODY HAS ANSWERED" in work(worked(1, escalation=by_time))
    by_rio = by_time | {"level": 2, "by_name": "rio", "reason": 1}
    text = trail(worked(1, escalation=by_rio))
    assert "rio escalated it to the coordinators: getting worse" in text


def test_closing_names_who_said_it_and_how_many_it_takes() -> None:
    row = worked(1, closes=[close(4, "kit")])
    assert "over, says kit: 1 of 2 (all clear)" in work(row)
    both = worked(1, state="closed", closes=[close(4, "kit"), close(8, "samuel")])
    assert "CLOSED: 2 of 2 say it is over" in trail(both)
    assert "CLOSED" not in trail(row)


def test_what_does_not_count_says_so_first() -> None:
    assert work(worked(1, counts=False)).startswith("now does not count")
    assert "(revoked since)" in work(worked(1, responses=[response(4, "kit", "done", out=True)]))


def test_a_retraction_stands_once_in_the_trail() -> None:
    row = worked(1, state="retracted", retracted_at=NOW - 10)
    log = said("2.0.44", "retract", FIRE, at=NOW - 10, words={"reason": 0}, hops=0)
    assert trail(row, log).count("ana retracted it") == 1


def test_a_row_of_an_earlier_version_has_a_trail_too() -> None:
    text = trail(alert(1, verdicts=[verdict("kit", "confirmed")]))
    assert "ana reported it" in text
    assert "kit: confirmed" in text
    assert work(alert(1)) == ""


@pytest.mark.parametrize("kind", ["sos", "newer", "decision", "odd"])
def test_a_word_of_a_kind_that_is_not_known_breaks_nothing(kind: str) -> None:
    assert "ana reported it" in trail(worked(1), said("5.0.5", kind, FIRE))
