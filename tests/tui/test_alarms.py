"""Alarms without a screen: levels, what waits for a word, bells, flashing, snoozing."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.api.schema import ChangesResult
from meshdefense_protocol.words import CHECKIN_STATES
from meshdefense_tui.alarms import (
    AGAIN_S,
    CRITICAL_BELLS,
    FLASH_S,
    SNOOZE_S,
    Alarm,
    Level,
    Siren,
    alarms,
    overdue_alarms,
    overdue_key,
    waiting,
)
from meshdefense_tui.clock import Clock
from meshdefense_tui.look import UNICODE, Look
from meshdefense_tui.model import Changes, Model
from meshdefense_tui.phrases import LANGUAGES, phrase
from support.screen_rows import NOW, alert, answer, patrol, sos, status

LOOK = Look("en", UNICODE, Clock(lambda: NOW))
SOS = Alarm("", "bad", Level.CRITICAL, "sos 4.0.1", "notice_sos")
DRILL = Alarm("", "bad", Level.CRITICAL, "alert 2.0.1", drill=True)
READ = [{"member": 2, "name": "ana", "at": NOW}]


def model(**tables: list[dict[str, Any]]) -> Model:
    made = Model()
    rows = {name: [{**row, "rev": 1} for row in given] for name, given in tables.items()}
    rows.setdefault("status", [{**status(), "rev": 1}])
    made.apply(cast("ChangesResult", {"epoch": "e", "revision": 1, "tables": rows}))
    return made


def changes(**found: Any) -> Changes:
    return Changes(frozenset({"alerts"}), **found)


@pytest.mark.parametrize(
    ("severity", "level"),
    [(0, Level.QUIET), (1, Level.QUIET), (2, Level.HIGH), (3, Level.CRITICAL)],
)
def test_a_new_alert_is_as_loud_as_it_is_grave(severity: int, level: Level) -> None:
    made = model(alerts=[alert(1, severity=severity)])
    (alarm,) = alarms(changes(new_alerts=("2.0.1",)), made, LOOK, NOW)
    assert alarm.level is level
    assert bool(alarm.key) is (level is Level.CRITICAL)


def test_the_gravest_is_said_last_and_an_sos_after_everything() -> None:
    made = model(alerts=[alert(1, severity=3), alert(2, severity=1)], sos=[sos(1)])
    found = alarms(changes(new_alerts=("2.0.1", "2.0.2"), new_sos=("4.0.1",)), made, LOOK, NOW)
    assert [alarm.level for alarm in found] == [Level.QUIET, Level.CRITICAL, Level.CRITICAL]
    assert found[-1].key == "sos 4.0.1"


def test_an_exercise_says_so_and_rings_once_only() -> None:
    made = model(alerts=[alert(1, severity=3, drill=True)])
    (alarm,) = alarms(changes(new_alerts=("2.0.1",)), made, LOOK, NOW)
    assert alarm.text.startswith("DRILL")
    assert Siren().begin(alarm, 0.0) == 1
    assert Siren().begin(SOS, 0.0) == CRITICAL_BELLS == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_outside_the_screens_names_nobody_and_no_place(language: str) -> None:
    for key in ("notice_critical", "notice_sos", "notice_overdue"):
        assert "{" not in phrase(key, language)


def test_a_late_patrol_alarms_once_for_each_check_in_it_owes() -> None:
    made = model(patrols=[patrol(3, "leo", due_at=NOW - 5), patrol(4, "kit", due_at=NOW + 5)])
    ((key, alarm),) = overdue_alarms(made, LOOK, NOW, set())
    assert (alarm.level, alarm.text) == (Level.CRITICAL, "OVERDUE leo 0:05")
    assert overdue_alarms(made, LOOK, NOW, {key}) == []
    assert key == overdue_key(made.patrols["3"])


def test_nobody_who_owes_no_check_in_is_late() -> None:
    off = CHECKIN_STATES.code("off")
    made = model(patrols=[patrol(3, due_at=None), patrol(4, due_at=NOW - 5, state=off)])
    assert overdue_alarms(made, LOOK, NOW, set()) == []
    assert overdue_key(made.patrols["3"]) == ""


def test_an_alarm_waits_until_a_person_at_any_screen_has_said_a_word() -> None:
    late = patrol(3, "leo", due_at=NOW - 5, checkin="3.0.9")
    key = overdue_key(cast("Any", late))
    before = model(alerts=[alert(1, severity=3)], sos=[sos(1)], patrols=[late | {"readers": []}])
    after = model(
        alerts=[alert(1, severity=3, readers=READ)],
        sos=[sos(1, state="acknowledged", answers=[answer("ana")])],
        patrols=[late | {"readers": READ}],
    )
    assert waiting("alert 2.0.1", before, NOW) == (True, "")
    assert waiting("alert 2.0.1", after, NOW) == (False, "ana")
    assert waiting("sos 4.0.1", before, NOW)[0]
    assert not waiting("sos 4.0.1", after, NOW)[0]
    assert waiting(key, before, NOW) == (True, "")
    assert waiting(key, after, NOW) == (False, "ana")


def test_a_word_from_before_it_was_late_is_no_word_about_its_lateness() -> None:
    early = [{"member": 2, "name": "ana", "at": NOW - 60}]
    late = patrol(3, "leo", due_at=NOW - 5, readers=early)
    assert waiting(overdue_key(cast("Any", late)), model(patrols=[late]), NOW) == (True, "")


@pytest.mark.parametrize("key", ["alert 9.9.9", "sos 9.9.9", "overdue 9 1", "locked", "", "x"])
def test_what_is_gone_waits_for_nothing(key: str) -> None:
    assert waiting(key, model(), NOW) == (False, "")


def test_it_rings_again_every_minute_until_it_ends() -> None:
    siren = Siren()
    siren.begin(SOS, 100.0)
    assert siren.again(100.0 + AGAIN_S - 1) == 0
    assert siren.again(100.0 + AGAIN_S) == CRITICAL_BELLS
    assert siren.again(100.0 + AGAIN_S + 1) == 0
    siren.end(SOS.key)
    assert siren.again(1000.0) == 0


def test_a_key_that_silences_does_not_end_the_alarm() -> None:
    siren = Siren()
    siren.begin(SOS, 0.0)
    assert siren.hush()
    assert not siren.hush()
    assert siren.again(AGAIN_S) == CRITICAL_BELLS
    siren.begin(DRILL, 70.0)
    assert siren.hush()


def test_snoozing_lasts_five_minutes_at_most_and_never_over_a_new_alarm() -> None:
    siren = Siren()
    assert not siren.snooze(0.0)
    siren.begin(SOS, 0.0)
    assert siren.snooze(10.0)
    assert siren.again(10.0 + SNOOZE_S - 1) == 0
    assert siren.again(10.0 + SNOOZE_S) == CRITICAL_BELLS
    assert SNOOZE_S <= 300
    siren.snooze(400.0)
    assert siren.begin(DRILL, 401.0) == 1
    assert siren.again(401.0 + AGAIN_S) == CRITICAL_BELLS


def test_an_exercise_never_stands_before_what_is_real() -> None:
    siren = Siren()
    siren.begin(SOS, 0.0)
    siren.begin(DRILL, 1.0)
    assert siren.front is not None
    assert siren.front.key == SOS.key


@given(st.floats(0, 10_000), st.lists(st.floats(0, 20), min_size=2, max_size=200))
def test_the_row_flashes_at_one_hertz_for_ten_seconds_and_stands_still_after(
    start: float, steps: list[float]
) -> None:
    siren = Siren()
    siren.begin(SOS, start)
    phases = [siren.reversed(start + at / 100) for at in range(2000)]
    turns = sum(one != other for one, other in pairwise(phases))
    assert turns <= 2 * FLASH_S  # two turns a second are 1 Hz
    assert all(phases[int(FLASH_S * 100) + 1 :])
    assert all(siren.flashes(start + step) == (step < FLASH_S) for step in steps if start == 0)


@given(st.lists(st.tuples(st.sampled_from(["begin", "hush", "snooze", "end", "again"]),
                          st.floats(0, 200)), max_size=40))  # fmt: skip
def test_bells_never_come_more_often_than_each_minute_while_nothing_new_comes(
    steps: list[tuple[str, float]],
) -> None:
    siren, now, last = Siren(), 0.0, -1e9
    for what, passed in steps:
        now += passed
        if what == "begin":
            assert siren.begin(SOS, now) == CRITICAL_BELLS
            last = now
        elif what == "again" and siren.again(now):
            assert now - last >= AGAIN_S
            assert siren.keys
            last = now
        elif what == "hush":
            siren.hush()
        elif what == "snooze":
            siren.snooze(now)
        elif what == "end":
            siren.end(SOS.key)
            assert siren.front is None
