"""The pure parts of the screens."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.row_schema import AlertRow, PatrolRow
from meshdefense.api.schema import ChangesResult
from meshdefense.safe_text import MAX_TEXT, clean, clean_lines, clean_row
from meshdefense_protocol.packets.report import OBSERVED_AGO_S
from meshdefense_protocol.words import KINDS
from meshdefense_tui.clock import Clock, age, countdown
from meshdefense_tui.draft import Draft, PlaceChoice, Stage
from meshdefense_tui.lines import edges, fill, line_width, plain, spread
from meshdefense_tui.look import ASCII, UNICODE, Look
from meshdefense_tui.model import Model, is_overdue
from meshdefense_tui.note_checks import note_warning
from meshdefense_tui.palette import (
    CURSOR_GROUND,
    GROUND,
    TRUE_COLOURS,
    ColourDepth,
    Palette,
)
from meshdefense_tui.palette_map import MAP_LINES
from meshdefense_tui.place_words import metres, place_words
from meshdefense_tui.text_fit import fit, wrap
from meshdefense_tui.views.alert_row import alert_height, alert_lines
from support.screen_rows import NOW, ORIGIN, alert, patrol, place

TEXT = st.text(max_size=80)
SPANS = st.lists(st.tuples(TEXT, st.just("plain")), max_size=5)


def look(language: str = "en") -> Look:
    return Look(language, UNICODE, Clock(lambda: NOW))


# safe_text


@given(st.text())
def test_clean_text_holds_no_control_no_format_and_no_line_end(text: str) -> None:
    for char in clean(text):
        assert char == " " or unicodedata.category(char) not in {
            "Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp",
        }  # fmt: skip


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert len(clean(text)) <= MAX_TEXT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x9b2Jhidden", "2Jhidden"),
        ("a\u202eevil\u202c", "aevil"),
        ("a\r\nb\tc", "a b c"),
        ("[bold]x[/bold]", "[bold]x[/bold]"),
        ("Ñandú café", "Ñandú café"),
        ("🇪🇸", "ES"),
        ("👍🏽", "👍"),
    ],
)
def test_what_could_harm_is_taken_out_and_honest_text_stays(text: str, expected: str) -> None:
    assert clean(text) == expected


@given(st.lists(st.text(max_size=5)))
def test_clean_lines_have_no_empty_ones_at_the_ends_nor_two_in_a_row(lines: list[str]) -> None:
    kept = clean_lines(lines)
    assert clean_lines(kept) == kept == [clean(line) for line in kept]
    assert kept[:1] != [""] != kept[-1:]
    assert all(one or other for one, other in pairwise(kept))
    assert [line for line in kept if line] == [line for line in map(clean, lines) if line]


def test_every_text_of_a_row_is_cleaned_however_deep() -> None:
    assert clean_row({"a\x07": [{"b": "x\x1by"}, 3, None]}) == {"a": [{"b": "xy"}, 3, None]}


# lines


@given(SPANS, st.integers(0, 100))
def test_a_filled_line_has_exactly_its_width(spans: list[tuple[str, str]], width: int) -> None:
    clean_spans = [(clean(text), role) for text, role in spans]
    assert line_width(fill(clean_spans, width)) == width


@given(SPANS, TEXT, st.integers(1, 100))
def test_edges_keep_the_right_side_whole(
    spans: list[tuple[str, str]], right: str, width: int
) -> None:
    left = [(clean(text), role) for text, role in spans]
    text = clean(right)
    line = edges(left, [(text, "plain")], width)
    assert line_width(line) == width
    if cell_len(text) < width:
        assert plain(line).endswith(text)


@given(SPANS, st.integers(1, 100))
def test_spread_never_passes_the_width(spans: list[tuple[str, str]], width: int) -> None:
    assert line_width(spread([(clean(t), r) for t, r in spans], width)) <= width


@given(TEXT, st.integers(2, 60))
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    text = clean(text)
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert cell_len(fit(text, width)) <= width


# clock, places


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0:00"), (7, "0:07"), (119, "1:59"), (120, "2 min"), (3599, "59 min"), (3660, "1h01"),
     (200_000, "2d")],
)  # fmt: skip
def test_ages_are_short(seconds: float, words: str) -> None:
    assert age(seconds) == words


def test_time_that_ran_out_has_a_plus_sign() -> None:
    assert (countdown(60), countdown(-70)) == ("1:00", "+1:10")


@pytest.mark.parametrize(
    ("east", "north", "precision", "words"),
    [
        (900, 900, 10, "1.3 km NE"),
        (900, 900, 1000, "1 km NE"),
        (-500, 0, 100, "500 m W"),
        (0, -14_000, 100, "14 km S"),
        (30, 30, 100, "at the origin"),
    ],
)
def test_a_place_is_told_no_finer_than_it_was_signed(
    east: float, north: float, precision: int, words: str
) -> None:
    there = cast("PlaceRow", place(east, north, precision))
    assert place_words(there, cast("PlaceRow", ORIGIN), look()) == words


def test_west_is_oeste_in_spanish() -> None:
    there = cast("PlaceRow", place(-500, 0))
    assert place_words(there, cast("PlaceRow", ORIGIN), look("es")) == "500 m O"
    assert metres(1) == "0 m"


# palette


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("role", [r for r in TRUE_COLOURS if r not in {"grid", "ring", *MAP_LINES}])
def test_every_text_has_a_contrast_of_at_least_4_5(role: str) -> None:
    words = TRUE_COLOURS[role].split(" on ")
    ink = re.findall("#[0-9a-f]{6}", words[0])[0]
    grounds = words[1:] or [GROUND, CURSOR_GROUND]
    for ground in grounds:
        light, dark = sorted((_luminance(ink), _luminance(ground)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_without_colours_nothing_is_coloured_and_alarms_still_stand_out() -> None:
    palette = Palette(ColourDepth.MONO)
    for role in TRUE_COLOURS:
        style = palette.style(role)
        assert style.color is None
        assert style.bgcolor is None
    assert palette.style("alarm").reverse
    assert palette.style("plain", stale=True).dim


def test_severities_and_states_differ_by_shape_and_word_alone() -> None:
    for glyphs in (UNICODE, ASCII):
        assert len(set(glyphs.severity)) == 4
        assert len(set(glyphs.marks.values())) == len(glyphs.marks)
        assert all(cell_len(sign) == 1 for sign in (*glyphs.severity, *glyphs.marks.values()))


# notes


@pytest.mark.parametrize(
    ("note", "warning"),
    [
        ("call 555-123-4567", "looks_phone"),
        ("ana@example.org knows", "looks_email"),
        ("van ABC-1234 north", "looks_plate"),
        ("near 120 Main Street", "looks_address"),
        ("en la calle Juárez 45", "looks_address"),
        ("with Maria Lopez", "looks_name"),
        ("3 white vans, engine on", None),
        ("humo en el techo", None),
        ("Smoke from roof, 2 trucks", None),
    ],
)
def test_a_note_that_could_name_somebody_is_warned_of(note: str, warning: str | None) -> None:
    assert note_warning(note) == warning


# the report's draft


@given(st.text(alphabet="abcdefgh0123456789", max_size=20))
def test_whatever_is_typed_the_draft_is_one_that_the_daemon_can_read(keys: str) -> None:
    draft = Draft()
    for key in keys:
        if draft.stage is Stage.KIND:
            draft.choose_kind(key)
        elif key.isdecimal():
            draft.digit(key)
        elif key == "b":
            draft.back()
        elif key == "h":
            draft.enter()
        else:
            names = {"c": "activity", "d": "unit", "e": "observed", "f": "scope", "g": "precision"}
            draft.cycle(names.get(key, "drill"), 3)
    params = draft.params(PlaceChoice("x", 1.0, 2.0))
    assert params["severity"] in range(4)
    assert params.get("count", 1) in range(1, 65_536)
    if draft.stage is not Stage.KIND:
        assert params["kind"] in KINDS


def test_who_does_not_know_when_it_was_seen_does_not_say_that_it_was_now() -> None:
    draft, said = Draft(), []
    for _ in range(len(OBSERVED_AGO_S) + 1):
        said.append(draft.params(PlaceChoice("x"))["observed_ago_s"])
        draft.cycle("observed", 1)
    assert said == [*OBSERVED_AGO_S, "unknown"]
    assert draft.observed == 0


def test_every_kind_has_a_letter_of_its_own() -> None:
    letters = [word.letter for word in KINDS]
    assert all(letters)
    assert len(set(letters)) == len(letters)


# model


def changes(revision: int, *, epoch: str = "e", **tables: list[dict[str, Any]]) -> ChangesResult:
    return ChangesResult(epoch=epoch, revision=revision, tables=tables)


def test_the_first_snapshot_alarms_nobody_and_a_later_alert_once() -> None:
    model = Model()
    first = model.apply(changes(1, alerts=[alert(1, rev=1)]))
    assert first.new_alerts == ()
    second = model.apply(changes(2, alerts=[alert(2, rev=2), alert(3, rev=2, mine=True)]))
    assert second.new_alerts == ("2.0.2",)
    assert model.apply(changes(3, alerts=[alert(2, rev=3)])).new_alerts == ()


def test_becoming_verified_is_told_once() -> None:
    model = Model()
    model.apply(changes(1, alerts=[alert(1, rev=1)]))
    assert model.apply(changes(2, alerts=[alert(1, rev=2, state="verified")])).verified
    assert not model.apply(changes(3, alerts=[alert(1, rev=3, state="verified")])).verified


def test_an_order_is_pending_until_its_revision_is_here() -> None:
    model = Model()
    pending = model.start("verdict", "2.0.1", "verdict")
    assert model.sending("2.0.1") is pending
    model.accepted(pending.token, 5)
    assert model.sending("2.0.1") is pending
    model.apply(changes(5))
    assert model.sending("2.0.1") is None


def test_nobody_off_shift_is_overdue() -> None:
    late = cast("PatrolRow", patrol(due_at=NOW - 1))
    off = cast("PatrolRow", patrol(due_at=NOW - 1, state=7))
    assert (is_overdue(late, NOW), is_overdue(off, NOW)) == (True, False)


@given(st.integers(20, 200), st.booleans(), st.booleans(), TEXT)
def test_an_alert_takes_the_lines_that_it_said_and_no_more_width(
    width: int, mine: bool, asking: bool, name: str
) -> None:
    delivery = {"state": "unheard", "retry_at": NOW + 9} if mine else {"state": "received"}
    raw = alert(1, mine=mine, author_name=clean(name), delivery=delivery, count_label="20-29")
    row = cast("AlertRow", raw)
    lines = alert_lines(
        row, look(), origin=cast("PlaceRow", ORIGIN), now=NOW, width=width, asking=asking
    )
    assert len(lines) == alert_height(row, asking=asking)
    assert all(line_width(line) <= width for line in lines)


# the ladder


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, ""),
        ({"confirmed": 1, "verdicts_needed": 2}, "verified 1 of 2"),
        ({"confirmed": 1, "needed": 2}, "verified 1 of 2"),
        ({"confirmed": 0, "needed": 2}, ""),
        ({"confirmed": 2, "needed": 2, "state": "verified"}, ""),
        ({"closes": [{}], "closes_needed": 2, "state": "verified"}, "closed by 1 of 2"),
        ({"closes": [{}, {}], "closes_needed": 2, "state": "closed"}, ""),
    ],
)
def test_an_alert_says_how_far_it_is_on_the_ladder(fields: dict[str, Any], words: str) -> None:
    row = cast("AlertRow", alert(1, **fields))
    origin = cast("PlaceRow", ORIGIN)
    lines = alert_lines(row, look(), origin=origin, now=NOW, width=60, asking=False)
    text = plain(lines[1])
    assert ("1 of 2" in text) == bool(words)
    assert words in text


@pytest.mark.parametrize("state", ["corroborated", "closed", "state-of-a-newer-version"])
def test_every_state_of_the_ladder_has_a_mark_and_a_word(state: str) -> None:
    row = cast("AlertRow", alert(1, state=state))
    lines = alert_lines(row, look(), origin=None, now=NOW, width=60, asking=False)
    assert state in plain(lines[1])
