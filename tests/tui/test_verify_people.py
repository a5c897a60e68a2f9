"""Who is offered to be sent, what waits, and what is called a likely duplicate."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.api.row_schema import AlertRow
from meshdefense.api.schema import ChangesResult
from meshdefense_protocol.words import CHECKIN_STATES, KINDS
from meshdefense_tui.model import Model
from meshdefense_tui.verify_people import Candidate, Verifiers, engagements
from meshdefense_tui.verify_queue import NEAR_M, RECENT_S, Twins, queue, twins
from support.alert_work import FIRE, response, sent, worked, working_evening
from support.screen_rows import NOW, alert, patrol, place, status


def model(**tables: list[dict[str, Any]]) -> Model:
    found = Model()
    rows = {**working_evening(), **tables}
    told = {name: [{**row, "rev": 1} for row in table] for name, table in rows.items()}
    found.apply(cast("ChangesResult", {"epoch": "e", "revision": 1, "tables": told}))
    return found


def people(of: Model, key: str = FIRE) -> dict[str, Candidate]:
    return {one.name: one for one in Verifiers(lambda: of).of(of.alerts[key], NOW)}


def test_free_and_near_people_come_first_and_those_who_cannot_be_sent_last() -> None:
    names = list(people(model()))
    assert names[:2] == ["samuel", "rio"]
    assert names[-1] == "ana"


def test_only_verifiers_are_offered() -> None:
    assert "leo" not in people(model())


def test_the_author_cannot_be_sent_to_the_own_report() -> None:
    assert people(model())["ana"].refusal == "who_reported"


def test_a_verifier_without_dispatch_can_send_nobody_but_themselves() -> None:
    found = people(model(status=[status(roles=["verifier"])]))
    assert {name for name, one in found.items() if not one.refusal} == {"BASE-1"}


def test_who_is_on_another_alert_is_busy_with_that_one_and_not_with_this() -> None:
    of = model()
    assert people(of)["kit"].busy == ()
    assert people(of)["kit"].asked == "accepted"
    assert people(of, "3.0.12")["kit"].busy == (FIRE,)
    assert not people(of, "3.0.12")["kit"].free


@pytest.mark.parametrize("state", ["off", "need-help", "injured", "relief"])
def test_nobody_who_is_off_shift_or_unwell_is_called_free(state: str) -> None:
    patrols = [patrol(8, "samuel", state=CHECKIN_STATES.code(state))]
    assert not people(model(patrols=patrols))["samuel"].free


def test_a_distance_is_unknown_without_a_place_on_either_side() -> None:
    found = people(model())
    assert found["noor"].distance_m is None
    assert found["BASE-1"].distance_m is None
    nowhere = worked(1, place=None)
    of = model(alerts=[nowhere])
    assert all(one.distance_m is None for one in people(of).values())


def test_over_alerts_keep_nobody_busy_and_answers_end_the_work() -> None:
    rows = [
        worked(1, state="closed", dispatches=[sent(4, "kit")]),
        worked(2, dispatches=[sent(4, "kit", "answered"), sent(6, "birch", "declined")]),
        worked(3, responses=[response(7, "rio", "done"), response(8, "samuel", "on-scene")]),
    ]
    assert engagements(cast("list[AlertRow]", rows)) == {8: ("2.0.3",)}


def test_the_work_of_everybody_is_counted_once_for_a_revision() -> None:
    of = model()
    verifiers = Verifiers(lambda: of)
    first = verifiers.of(of.alerts[FIRE], NOW)
    of.tables["alerts"].clear()
    row = cast("AlertRow", worked(1))
    assert {one.member for one in verifiers.of(row, NOW) if one.busy} == {
        one.member for one in first if one.busy
    }
    of.revision += 1
    assert not any(one.busy for one in verifiers.of(row, NOW))


def test_a_replay_shows_the_people_and_likenesses_of_its_own_moment() -> None:
    shown = [model()]
    verifiers, alike = Verifiers(lambda: shown[0]), Twins(lambda: shown[0])
    row = shown[0].alerts[FIRE]
    assert any(one.busy or one.asked for one in verifiers.of(row, NOW))
    assert alike.of(row)
    past = model(alerts=[worked(1)])
    past.epoch = "as of then"
    shown[0] = past
    row = past.alerts[FIRE]
    assert not any(one.busy or one.asked for one in verifiers.of(row, NOW))
    assert not alike.of(row)


# the queue

STATES = ("unconfirmed", "corroborated", "verified", "disputed", "retracted", "expired", "closed")


@given(st.lists(st.tuples(st.sampled_from(STATES), st.integers(0, 3), st.integers(0, 900))))
def test_the_queue_holds_what_waits_gravest_and_oldest_first(
    given_rows: list[tuple[str, int, int]],
) -> None:
    rows = [
        cast("AlertRow", alert(n, state=state, severity=severity, reported_at=NOW - age))
        for n, (state, severity, age) in enumerate(given_rows)
    ]
    found = queue(rows)
    assert {row["state"] for row in found} <= {"unconfirmed", "corroborated", "disputed"}
    assert len(found) == sum(
        s in ("unconfirmed", "corroborated", "disputed") for s, _, _ in given_rows
    )
    ranks = [(-row["severity"], row["reported_at"]) for row in found]
    assert ranks == sorted(ranks)


# likely duplicates


def pair(**other: Any) -> list[AlertRow]:
    return cast("list[AlertRow]", [worked(1, reported_at=NOW), worked(2, reported_at=NOW) | other])


@pytest.mark.parametrize(
    ("other", "likely"),
    [
        ({}, True),
        ({"place": place(900 + NEAR_M, 900)}, True),
        ({"place": place(900 + 2 * NEAR_M, 900)}, False),
        ({"place": place(900 + 2 * NEAR_M, 900, 500)}, True),
        ({"place": None}, False),
        ({"reported_at": NOW - RECENT_S - 1}, False),
        ({"kind": KINDS.code("flood")}, False),
        ({"state": "closed"}, False),
        ({"drill": True}, False),
        ({"about": "2.0.1"}, False),
    ],
)
def test_alike_is_what_is_near_recent_open_and_of_its_kind(
    other: dict[str, Any], likely: bool
) -> None:
    rows = pair(**other)
    assert bool(twins(rows[0], rows)) is likely
    assert bool(twins(rows[1], rows)) is likely


def test_an_alert_without_a_place_is_near_nothing() -> None:
    rows = pair()
    rows[0]["place"] = None
    assert twins(rows[0], rows) == []
