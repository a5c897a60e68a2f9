"""The table of patrols, the detail, roll calls and stand-downs as lines."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.response_schema import OrderRow, RollCallRow
from meshdefense.api.row_schema import PatrolRow
from meshdefense_protocol.words import CHECKIN_STATES, STAND_DOWN_REASONS
from meshdefense_tui.clock import Clock, age, countdown
from meshdefense_tui.lines import Line, line_width, plain
from meshdefense_tui.look import ASCII, UNICODE, Glyphs, Look
from meshdefense_tui.nearest import Neighbourhood
from meshdefense_tui.patrol_log import PatrolLog
from meshdefense_tui.phrases import LANGUAGES, phrase
from meshdefense_tui.phrases_patrols import PATROL_PHRASES
from meshdefense_tui.place_words import place_words
from meshdefense_tui.views.muster import (
    answerable,
    muster_lines,
    orders_in_force,
    roll_call_shown,
    unacknowledged,
)
from meshdefense_tui.views.patrol_detail import lateness_waits, patrol_detail_lines
from meshdefense_tui.views.patrol_row import state_words
from meshdefense_tui.views.patrol_table import head_line, patrol_height, table_lines
from support.muster_rows import asked, entry, late, late_evening, order, reader, roll_call
from support.screen_rows import NOW, ORIGIN, answer, patrol, place

HERE = cast("PlaceRow", ORIGIN)
WIDTHS = st.integers(40, 250)
GLYPHS = st.sampled_from([UNICODE, ASCII])
SAYS = st.sampled_from(LANGUAGES)
NAMES = st.text("abcXYZñ-0123456789 \u4e2d", min_size=1, max_size=16)


def look(language: str = "en", glyphs: Glyphs = UNICODE) -> Look:
    return Look(language, glyphs, Clock(lambda: NOW))


def words(lines: list[Line]) -> str:
    return "\n".join(plain(line) for line in lines)


def joined(lines: list[Line]) -> str:
    """One text, as a reader follows it over the line ends."""
    return " ".join(plain(line).strip() for line in lines)


def drawn(row: Any, of: Look, width: int, *others: Any, asking: bool = False) -> list[Line]:
    given_row = cast("PatrolRow", row)
    spots = Neighbourhood([given_row, *others], HERE, NOW)
    return table_lines(
        given_row, of, origin=HERE, corners=None, near=spots.nearest(given_row), asking=asking,
        now=NOW, width=width,
    )  # fmt: skip


def panel(
    calls: list[Any], orders: list[Any], of: Look, width: int, *, asking: bool = False
) -> list[Line]:
    return muster_lines(
        cast("list[RollCallRow]", calls),
        cast("list[OrderRow]", orders),
        of,
        own=1,
        where=lambda one: place_words(one, HERE, of),
        asking=lambda _: asking,
        now=NOW,
        width=width,
    )


def patrols() -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda name, state, due_in, battery, placed_ago, reads: patrol(
            3,
            name,
            state=state,
            due_at=None if due_in is None else NOW + due_in,
            battery=battery,
            place=None if placed_ago is None else place(1234, -777),
            place_at=None if placed_ago is None else NOW - placed_ago,
            checkin="3.0.9",
            readers=[reader("ana", 1)] if reads else [],
        ),
        NAMES,
        st.integers(0, 7),
        st.none() | st.floats(-200_000, 18_000),
        st.none() | st.integers(0, 101),
        st.none() | st.floats(0, 7_000),
        st.booleans(),
    )


# The table


@given(patrols(), WIDTHS, SAYS, GLYPHS)
def test_no_width_cuts_a_state_a_rung_or_minutes(
    row: dict[str, Any], width: int, language: str, glyphs: Glyphs
) -> None:
    of = look(language, glyphs)
    lines = drawn(row, of, width)
    assert len(lines) == patrol_height(cast("PatrolRow", row), width, NOW)
    assert all(line_width(line) <= width for line in lines)
    text = words(lines)
    assert state_words(row["state"], of) in text
    due_at = row["due_at"]
    if due_at is None or row["state"] == CHECKIN_STATES.code("off"):
        assert of.say("no_due") in text
    elif due_at >= NOW:
        assert age(due_at - NOW) in text
    else:
        rung = 3 if NOW - due_at >= 600 else 2 if NOW - due_at >= 180 else 1
        said = of.say("pt_late", rung=rung, of=3, age=countdown(due_at - NOW))
        assert said in text
    if width >= 74 and row["battery"] is not None:
        assert f"{min(row['battery'], 100)} %" in text
    if width >= 74 and row["place_at"] is not None:
        assert age(NOW - row["place_at"]) in text
        assert (of.say("pt_old") in text) == (NOW - row["place_at"] > 900)


@given(patrols(), WIDTHS, GLYPHS)
def test_ascii_needs_no_other_character_of_its_own(
    row: dict[str, Any], width: int, glyphs: Glyphs
) -> None:
    row["name"] = "leo"
    assert words(drawn(row, look("en", ASCII), width)).isascii()


@given(WIDTHS, SAYS, st.integers(0, 100_000), st.booleans())
def test_the_title_keeps_the_count_at_every_width(
    width: int, language: str, count: int, focused: bool
) -> None:
    line = head_line(look(language), width, count=count, focused=focused)
    assert line_width(line) <= width
    assert not count or str(count) in plain(line)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [40, 77, 105, 180])
def test_a_late_patrol_says_who_looks_after_it_or_that_nobody_does(
    width: int, language: str
) -> None:
    of = look(language)
    assert of.say("pt_nobody_has_it")[:24] in words(drawn(late(4, "kit", 250), of, width))
    has_it = words(drawn(late(4, "kit", 250, reader("ana", 100)), of, width))
    assert of.say("pt_has_it", names=of.say("pt_who_since", name="ana", age="1:40")) in has_it
    assert of.say("asking") in words(drawn(late(4, "kit", 250), of, width, asking=True))
    first_minutes = words(drawn(late(4, "kit", 30), of, width))
    assert of.say("pt_nobody_has_it")[:12] not in first_minutes


def test_the_distance_to_the_nearest_stands_in_the_table_from_a_hundred_columns_on() -> None:
    me = patrol(3, "leo", place=place(0, 0))
    other = cast("PatrolRow", patrol(4, "a-very-long-name", place=place(0, 1500)))
    text = words(drawn(me, look(), 105, other))
    assert "1.5 km" in text.replace("1.5 km NE", "")
    assert "nobody" in words(drawn(me, look(), 105))
    assert "nobody" not in words(drawn(me, look(), 99))


def test_a_corner_is_named_where_it_fits_and_never_instead_of_the_age() -> None:
    class Corners:
        def corner(self, at: PlaceRow, origin: PlaceRow | None, language: str) -> str:
            return "5th & Main"

    row = cast("PatrolRow", patrol(3, "leo", place=place(1200, 0)))
    for width in range(90, 251):
        text = plain(
            table_lines(
                row, look(), origin=HERE, corners=Corners(), near=None, asking=False, now=NOW,
                width=width,
            )[0]
        )  # fmt: skip
        assert "2 min" in text
        if width >= 150:
            assert "5th & Main, 1.2 km E 2 min" in text


# The detail


@settings(max_examples=50)
@given(patrols(), WIDTHS, SAYS, GLYPHS)
def test_the_detail_keeps_its_width_and_tells_state_times_and_trail(
    row: dict[str, Any], width: int, language: str, glyphs: Glyphs
) -> None:
    of, given_row, log = look(language, glyphs), cast("PatrolRow", row), PatrolLog()
    log.note([given_row], NOW)
    lines = patrol_detail_lines(
        given_row,
        of,
        where=lambda one: place_words(one, HERE, of),
        near=None,
        trail=[(NOW - 3000, 40.01, -75.0), (NOW - 300, 40.02, -75.0)],
        said=log.of("3"),
        now=NOW,
        width=width,
    )
    assert all(line_width(line) <= width for line in lines)
    text = joined(lines)
    assert state_words(row["state"], of) in text
    assert text.index("2.2 km N") < text.index("1.1 km N"), "the newest comes first"
    assert of.say("pt_trail").split()[-1] in text


# Roll calls


@given(WIDTHS, SAYS, GLYPHS, st.booleans(), st.lists(NAMES, max_size=40))
def test_every_person_of_a_roll_call_is_named_and_every_count_is_there(
    width: int, language: str, glyphs: Glyphs, mine: bool, names: list[str]
) -> None:
    of = look(language, glyphs)
    people = [entry(20 + at, " ".join(name.split()) or "x", ("unknown", "ok", "injured")[at % 3])
              for at, name in enumerate(names)]  # fmt: skip
    heard = sum(one["state"] != 0 for one in people)
    row = roll_call(asked=people, heard=heard, mine=mine, closes_at=NOW + 120, called_at=NOW - 400)
    lines = panel([row], [], of, width)
    assert all(line_width(line) <= width for line in lines)
    text = joined(lines)
    assert of.say("mu_heard", count=heard, of=len(people)) in text
    assert of.say("drill") in text
    assert of.say("mu_open", age="2 min") in text
    for word, code in ((of.say("mu_missing"), 0), (of.word(CHECKIN_STATES, 3), 3)):
        count = sum(one["state"] == code for one in people)
        assert not count or f"{word} {count}:" in text
    tight = text.replace(" ", "")
    assert all(one["name"].replace(" ", "") in tight for one in people)


def test_the_missing_come_first_then_who_needs_something_and_turns_to_come_last() -> None:
    text = joined(panel([roll_call()], [], look(), 100))
    order_of = ["NOT HEARD FROM 3: you, kit, sam", "need help 1: leo", "moving 1: birch",
                "ok 1: ana", "turn to come 2: eva 0:00, tom 0:04"]  # fmt: skip
    places = [text.index(one) for one in order_of]
    assert places == sorted(places)


def test_once_it_is_over_no_turn_is_to_come_and_nobody_is_asked_to_answer() -> None:
    text = joined(panel([roll_call(state="over", closes_at=NOW - 70)], [], look(), 100))
    assert "over, 1:10 ago" in text
    assert "NOT HEARD FROM 5: you, kit, sam, eva, tom" in text
    assert "turn to come" not in text
    assert "YOU HAVE NOT ANSWERED" not in text


def test_an_answer_of_ones_own_is_told_and_one_that_is_awaited_asks_for_the_key() -> None:
    assert "YOU HAVE NOT ANSWERED: y answers" in joined(panel([roll_call()], [], look(), 100))
    soon = roll_call(slot_at=NOW + 12)
    assert "your turn in 0:12" in joined(panel([soon], [], look(), 100))
    done = roll_call(asked=[entry(1, "BASE-1", "moving"), *asked()[1:]])
    assert "you answered: moving" in joined(panel([done], [], look(), 100))
    assert "YOU HAVE NOT" not in joined(panel([roll_call(mine=True)], [], look(), 100))


def test_when_all_have_answered_it_says_so() -> None:
    row = roll_call(asked=[entry(2, "ana", "ok")], heard=1)
    assert "everybody has answered" in joined(panel([row], [], look(), 100))


def test_revoked_people_and_calls_that_do_not_count_are_marked() -> None:
    row = roll_call(state="void", asked=[entry(2, "ana", "ok", out=True)], heard=1)
    text = joined(panel([row], [], look(), 100))
    assert "DOES NOT COUNT" in text
    assert "ana (revoked since)" in text


def test_states_of_a_newer_daemon_are_shown_as_they_came() -> None:
    rows = [roll_call(state="paused", asked=[entry(2, "ana") | {"state": 14}])]
    text = joined(panel(rows, [order(state="in-force", reason=15)], look(), 100))
    assert "paused" in text
    assert "ana" in text


def test_an_open_roll_call_is_shown_before_newer_ones_that_are_over() -> None:
    rows = [
        roll_call(id="5.0.8", state="over", called_at=NOW - 5),
        roll_call(id="5.0.7"),
        roll_call(id="5.0.6", called_at=NOW - 300),
    ]
    shown = roll_call_shown(cast("list[RollCallRow]", rows))
    assert shown is not None
    assert shown["id"] == "5.0.7"
    mine = cast("list[RollCallRow]", [roll_call(mine=True)])
    assert answerable(mine) is None, "one's own roll call is answered by the others"
    assert answerable(cast("list[RollCallRow]", rows[:1])) is None


# Stand-downs


@given(WIDTHS, SAYS, GLYPHS, st.integers(0, 40), st.integers(0, 40))
def test_every_person_of_a_stand_down_is_named_with_counts(
    width: int, language: str, glyphs: Glyphs, done: int, left: int
) -> None:
    of = look(language, glyphs)
    row = order(
        acknowledged=[answer(f"did{n}", member=100 + n) for n in range(done)],
        waiting=[{"member": 200 + n, "name": f"not{n}", "out": False} for n in range(left)],
        drill=True,
    )
    lines = panel([], [row], of, width)
    assert all(line_width(line) <= width for line in lines)
    text = joined(lines)
    assert of.say("sd_call") in text
    assert of.say("drill") in text
    assert of.say("sd_in-force", age="1h56") in text
    assert of.say("sd_done", count=done, of=done + left) in text
    assert of.word(STAND_DOWN_REASONS, 0) in text
    assert not left or f"{of.say('sd_waiting')} {left}:" in text
    for name in [f"did{n}" for n in range(done)] + [f"not{n}" for n in range(left)]:
        assert name in text


def test_only_stand_downs_in_force_stand_in_the_panel() -> None:
    rows = [order(id=f"5.0.{n}", state=state) for n, state in
            enumerate(["in-force", "over", "retracted", "void"])]  # fmt: skip
    in_force = orders_in_force(cast("list[OrderRow]", rows))
    assert [row["id"] for row in in_force] == ["5.0.0"]
    assert "STAND DOWN" not in joined(panel([], rows[1:], look(), 100))


def test_a_stand_down_waits_for_those_who_have_neither_given_nor_acknowledged_it() -> None:
    def waits(**changes: Any) -> bool:
        return unacknowledged(cast("list[OrderRow]", [order(**changes)]), 1) is not None

    assert waits()
    assert not waits(mine=True)
    assert not waits(state="over")
    assert not waits(acknowledged=[answer("BASE-1", member=1)])


def test_what_is_on_its_way_to_the_daemon_says_so() -> None:
    assert joined(panel([roll_call()], [order()], look(), 100, asking=True)).count("asking") == 2


def test_an_empty_panel_names_the_keys() -> None:
    for language in LANGUAGES:
        text = joined(panel([], [], look(language), 78))
        assert " m " in text
        assert " S " in text


# Phrases


def test_every_phrase_has_both_languages_and_the_same_gaps() -> None:
    import string

    for key in PATROL_PHRASES:
        gaps = []
        for language in LANGUAGES:
            text = phrase(key, language)
            assert text.strip()
            gaps.append(sorted(name for _, name, _, _ in string.Formatter().parse(text) if name))
        assert gaps[0] == gaps[1], key


def test_the_evening_of_the_goldens_has_every_rung() -> None:
    rungs = {row["name"]: row for row in late_evening()["patrols"]}
    assert {"kit", "birch", "sam", "eva"} <= set(rungs)


# Relays without a person, and what was acknowledged


def test_nobody_waits_for_a_relay_without_a_person() -> None:
    calls = [roll_call(asked=[entry(4, "kit"), entry(8, "roof")], others=[], heard=0, slot_s=1,
                       called_at=NOW - 200)]  # fmt: skip
    downs = [order(acknowledged=[], waiting=[entry(8, "roof"), entry(4, "kit")])]
    for relays, told in (((8,), False), ((), True)):
        text = joined(
            muster_lines(
                cast("list[RollCallRow]", calls), cast("list[OrderRow]", downs), look(), own=1,
                where=lambda _: "", asking=lambda _: False, now=NOW, width=100, relays=relays,
            )
        )  # fmt: skip
        assert ("roof" in text) == told
        assert "kit" in text
        assert f"0 of {2 if told else 1} answered" in text


def test_an_acknowledged_lateness_no_longer_waits_for_a_word() -> None:
    row = late(4, "kit", 300)
    assert lateness_waits(cast("PatrolRow", row), NOW)
    row["readers"] = [reader("ana", 10)]
    assert not lateness_waits(cast("PatrolRow", row), NOW)
