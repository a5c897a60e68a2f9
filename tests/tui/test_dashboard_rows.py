"""The status row and the patrols of the dashboard: no count, state or age is lost for room."""

from __future__ import annotations

from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.row_schema import AlertRow, PatrolRow
from meshdefense.api.schema import ChangesResult
from meshdefense.api.status_schema import NodeStatus, RadioRow
from meshdefense_protocol.words import CHECKIN_STATES
from meshdefense_tui.clock import Clock, age
from meshdefense_tui.lines import line_width, plain
from meshdefense_tui.look import ASCII, UNICODE, Glyphs, Look
from meshdefense_tui.model import Counts, Model
from meshdefense_tui.phrases import LANGUAGES
from meshdefense_tui.role_words import role_words
from meshdefense_tui.views.alert_row import kind_words
from meshdefense_tui.views.patrol_row import due_span, patrol_lines, state_words
from meshdefense_tui.views.status_rows import radio_line, status_line
from support.screen_rows import NOW, ORIGIN, alert, patrol, place, radio, status

SAYS, GLYPHS = st.sampled_from(LANGUAGES), st.sampled_from((UNICODE, ASCII))
NAMES = st.text("abcdefgh -", min_size=1, max_size=12).map(lambda text: text.strip() or "x")
HERE = cast("PlaceRow", ORIGIN)


class Corner:
    """Every place is at one corner."""

    def corner(self, place: PlaceRow, origin: PlaceRow | None, language: str) -> str:
        return "near N Hermitage Ave / W Ohio St"


def look(language: str = "en", glyphs: Glyphs = UNICODE) -> Look:
    return Look(language, glyphs, Clock(lambda: NOW, lambda: 0.0))


def drawn(row: dict[str, Any], of: Look, width: int, corners: Corner | None = None) -> list[str]:
    lines = patrol_lines(
        cast("PatrolRow", row), of, origin=HERE, now=NOW, width=width, corners=corners
    )
    assert all(line_width(line) <= width for line in lines)
    return [plain(line) for line in lines]


# The status row


@given(
    NAMES,
    st.tuples(*[st.integers(0, 9)] * 4),
    st.integers(0, 9),
    st.integers(0, 9),
    st.booleans(),
    st.integers(60, 250),
    SAYS,
    GLYPHS,
)
def test_the_status_row_loses_no_count(
    name: str,
    open_ones: tuple[int, int, int, int],
    to_verify: int,
    overdue: int,
    drill: bool,
    width: int,
    language: str,
    glyphs: Glyphs,
) -> None:
    of = look(language, glyphs)
    counts = Counts(severity=open_ones, to_verify=to_verify, overdue=overdue, drill=drill)
    row = cast("NodeStatus", status(name=name))
    line = status_line(row, counts, of, now=NOW, width=width)
    assert line_width(line) == width
    text = plain(line)
    for severity, count in enumerate(open_ones):
        sign = of.severity_mark(severity)
        assert not count or f"{sign} {count}" in text or f"{count} " in text.split(sign, 1)[1]
    said = (of.say("to_verify_n", count=to_verify), f"{glyphs.marks['unconfirmed']} {to_verify}")
    assert not to_verify or any(one in text for one in said)
    assert not overdue or of.say("overdue_n", count=overdue) in text
    assert not drill or of.say("drill") in text


def test_a_word_is_cut_to_its_sign_only_where_the_row_is_full() -> None:
    counts = Counts(severity=(0, 1, 2, 1), to_verify=2, overdue=3)
    of = look("es")
    line = status_line(cast("NodeStatus", status()), counts, of, now=NOW, width=80)
    assert "media 1" in plain(line)


def test_a_lost_radio_says_since_when_and_why_in_the_language_of_the_screen() -> None:
    row = radio(state="searching", detail="no radio found", since=NOW - 65)
    said = plain(radio_line(cast("RadioRow", row), None, None, look("es"), now=NOW, width=120))
    assert "desde hace 1:05" in said
    assert "no radio found" not in said


# Patrols


@given(
    NAMES,
    st.integers(0, 7),
    st.none() | st.floats(-9_000, 9_000),
    st.booleans(),
    st.booleans(),
    st.integers(21, 120),
    SAYS,
    GLYPHS,
)
def test_a_patrol_keeps_its_state_and_its_alarm_at_every_width(
    name: str,
    state: int,
    due_in: float | None,
    placed: bool,
    corner: bool,
    width: int,
    language: str,
    glyphs: Glyphs,
) -> None:
    of = look(language, glyphs)
    row = patrol(3, name, state=state, due_at=None if due_in is None else NOW + due_in)
    if not placed:
        row |= {"place": None, "place_at": None}
    text = " ".join(drawn(row, of, width, Corner() if corner else None))
    due, role = due_span(cast("PatrolRow", row), of, NOW)
    assert role != "alarm" or due in text
    assert width < 30 or state_words(state, of) in text


@given(st.integers(40, 120), SAYS)
def test_a_corner_never_takes_the_room_of_the_age(width: int, language: str) -> None:
    of = look(language)
    second = drawn(patrol(), of, width, Corner())[1]
    assert age(130) in second
    assert ("Hermitage" in second) == (width >= (46 if language == "es" else 45))


def test_who_only_sent_a_position_is_not_called_unheard() -> None:
    text = " ".join(drawn(patrol(state=CHECKIN_STATES.code("unknown")), look(), 60))
    assert "no state yet" in text
    assert "not heard from" not in text


def test_two_plain_words_never_read_as_one() -> None:
    row = patrol(5, "rio", state=0, due_at=None, place=None, place_at=None)
    assert drawn(row, look(), 35)[0].rstrip() == "→ rio  no state yet"


# Roles


def test_roles_are_said_in_the_language_of_the_screen_and_new_ones_as_they_came() -> None:
    assert role_words(["patrol", "verifier"], look("es")) == "patrulla, verificador"
    assert role_words(["reporter", "scout"], look("en")) == "reporter, scout"
    assert role_words([], look()) == ""


# Drills, what is over, counts of things


def counted(*rows: dict[str, Any]) -> str:
    model = Model()
    tables = {"alerts": list(rows)}
    model.apply(cast("ChangesResult", {"epoch": "a", "revision": 1, "tables": tables}))
    line = status_line(cast("NodeStatus", status()), model.counts(NOW), look(), now=NOW, width=100)
    return plain(line)


def test_an_exercise_is_counted_apart_from_what_is_real() -> None:
    text = counted(alert(1, severity=3), alert(2, drill=True), alert(3, drill=True))
    assert "to verify 1" in text
    assert "critical 1" in text
    assert "high" not in text
    assert "DRILL 2" in text


def test_where_nothing_real_is_open_the_row_says_drill_and_counts_them() -> None:
    text = counted(alert(1, state="closed"), alert(2, drill=True), alert(3, drill=True))
    assert text.startswith(" DRILL ")
    assert "to verify 2" in text
    assert "high 2" in text


def test_the_last_state_of_a_patrol_that_is_late_is_no_good_news() -> None:
    for language, words in (("en", "last ok"), ("es", "últ.: bien")):
        of = look(language)
        for due_in, role in ((-70, "quiet"), (700, "good")):
            row = cast("PatrolRow", patrol(due_at=NOW + due_in))
            lines = patrol_lines(row, of, origin=HERE, now=NOW, width=60)
            spans = {text: said for line in lines for text, said in line}
            said = words if due_in < 0 else state_words(row["state"], of)
            assert spans[said] == role


def test_a_count_is_said_with_the_sign_of_a_number_of_things() -> None:
    row = cast("AlertRow", alert(1, count=3, count_label="3"))
    assert kind_words(row, look()) == "fire \u00d73"
    assert kind_words(row, look(glyphs=ASCII)) == "fire x3"


def test_the_word_last_takes_no_room_from_the_age_of_a_place() -> None:
    row = patrol(due_at=NOW - 70, place=place(300, -200), place_at=NOW - 1000, heading=None)
    for width in range(28, 60):
        text = "\n".join(drawn(row, look(), width))
        assert "ok" in text
        assert "16 min" in text
