"""The lines of the log, of times and of the library: no word or number that counts is lost."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.api.history_schema import EVENT_KINDS, TimelineRow
from meshdefense.api.library_schema import DocumentRow, ShownDocument
from meshdefense.exports.incidents import View, incidents
from meshdefense.exports.times import Steps, steps_of
from meshdefense.exports.wish import Exported
from meshdefense_protocol.words import KINDS, RESPONSES, SEVERITIES, VERDICTS
from meshdefense_tui.clock import Clock
from meshdefense_tui.lines import line_width, plain
from meshdefense_tui.log_filter import LogFilter
from meshdefense_tui.log_window import LogWindow
from meshdefense_tui.look import ASCII, UNICODE, Look
from meshdefense_tui.phrases_log import LOG_PHRASES
from meshdefense_tui.screens.library import document_line, text_lines
from meshdefense_tui.views.after_action import after_action_lines
from meshdefense_tui.views.export_preview import preview_lines
from meshdefense_tui.views.log_chips import chips_line
from meshdefense_tui.views.log_rows import (
    BUCKET_S,
    ONE_LINE_FROM,
    buckets,
    event_height,
    event_lines,
    replay_line,
    spark_lines,
)
from support.log_rows import DOCUMENTS, evening_log, event, progress
from support.screen_rows import NOW, ORIGIN, alert, member, place, status

LOOKS = [
    Look(language, glyphs, Clock(lambda: NOW))
    for language in ("en", "es")
    for glyphs in (UNICODE, ASCII)
]
HOSTILE = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=60)
looks = st.sampled_from(LOOKS)
widths = st.integers(40, 250)


def as_row(found: dict[str, Any]) -> TimelineRow:
    return cast("TimelineRow", found)


def drawn(row: dict[str, Any], of: Look, width: int, **more: Any) -> str:
    lines = event_lines(
        as_row(row),
        of,
        alerts=more.pop("alerts", {}),
        origin=cast("Any", ORIGIN),
        now=NOW,
        width=width,
        **more,
    )
    assert len(lines) == event_height(width)
    assert all(line_width(line) <= width for line in lines)
    return "\n".join(plain(line) for line in lines)


@pytest.mark.parametrize("kind", EVENT_KINDS)
@given(of=looks, width=widths, name=HOSTILE, text=HOSTILE)
def test_an_event_keeps_its_width_and_names_its_kind_and_age(
    kind: str, of: Look, width: int, name: str, text: str
) -> None:
    row = event(7, kind, author_name=name, text=text, about="2.0.1", place=place(900, 900))
    shown = drawn(row, of, width)
    assert of.say(f"event_{kind}") in shown
    assert "0:58" in shown
    assert of.clock.hms(NOW - 58) in shown


@given(of=looks, width=widths, severity=st.integers(0, 3), drill=st.booleans())
def test_how_grave_a_report_is_stands_there_in_a_word_at_every_width(
    of: Look, width: int, severity: int, drill: bool
) -> None:
    words = {"kind": KINDS.code("fire"), "severity": severity}
    shown = drawn(event(7, words=words, drill=drill, count=12), of, width)
    assert of.word(SEVERITIES, severity) in shown
    assert of.severity_mark(severity) in shown
    assert not drill or of.say("drill") in shown
    assert of.word(KINDS, words["kind"]) in shown
    assert f"{of.glyphs.times}12" in shown


@given(of=looks, width=widths)
def test_verdicts_and_responses_say_which(of: Look, width: int) -> None:
    for result in VERDICTS:
        said = drawn(event(7, "verdict", words={"result": result.code}), of, width)
        assert result.text(of.language) in said
    for state in RESPONSES:
        row = event(7, "respond", words={"state": state.code}, minutes=25)
        said = drawn(row, of, width)
        assert state.text(of.language) in said
        assert "25 min" in said


def test_codes_of_a_newer_version_are_drawn_too() -> None:
    for kind in EVENT_KINDS:
        words = dict.fromkeys(("kind", "severity", "result", "state", "reason", "how"), 250)
        drawn(event(7, kind, words=words), LOOKS[0], 80)
    drawn(event(7, words={"severity": [1, 2], "kind": []}), LOOKS[0], 80)


def test_a_called_off_dispatch_a_mark_and_a_late_word_are_told() -> None:
    of = LOOKS[0]
    shown = drawn(event(7, "dispatch", minutes=0, member=4, member_name="kit"), of, 80)
    assert "called off" in shown
    assert "to kit" in shown
    shown = drawn(event(7, at=NOW - 3600, received_at=NOW - 5), of, 80, marked=True)
    assert shown.startswith(f"{of.glyphs.times} ")
    assert "said 10:06:40" in shown
    assert "~11:05:42" in drawn(event(7, time_uncertain=True), of, 80)
    assert "ana revoked" in drawn(event(7, author_out=True), of, 80)
    assert "you" in drawn(event(7, mine=True), of, 80)
    old = drawn(event(7, received_at=NOW - 86_000, at=NOW - 86_000), of, 80)
    assert "11-17 " in old, "the day, since that was not today"


def test_what_an_event_is_about_is_named_where_it_is_here() -> None:
    alerts = {"2.0.1": cast("Any", alert(1))}
    row = event(7, "verdict", about="2.0.1", words={"result": 1})
    assert "about fire 2.0.1" in drawn(row, LOOKS[0], 80, alerts=alerts)
    assert "about 2.0.1" in drawn(row, LOOKS[0], 80)


@given(of=looks, width=widths, ages=st.lists(st.floats(0, 90_000), max_size=80))
def test_columns_keep_the_width_and_none_with_an_event_is_empty(
    of: Look, width: int, ages: list[float]
) -> None:
    columns = min(96, width - 2)
    counts = buckets([NOW - one for one in ages], NOW, columns)
    inside = [one for one in ages if (NOW // BUCKET_S) - ((NOW - one) // BUCKET_S) < columns]
    assert sum(counts) == len(inside)
    lines = spark_lines(counts, of, until=NOW, marked=NOW - 100, width=width)
    assert all(line_width(line) <= width for line in lines)
    signs = plain(lines[0])[1:]
    assert [sign != " " for sign in signs] == [count > 0 for count in counts]
    assert str(max(counts)) in plain(lines[1])


@given(of=looks, width=widths, back=st.floats(1, 90_000), asks=st.booleans())
def test_the_replay_banner_says_which_time_and_fits(
    of: Look, width: int, back: float, asks: bool
) -> None:
    wanted = NOW - back - 300 if asks else None
    line = replay_line(NOW - back, of, now=NOW, wanted=wanted, width=width)
    assert line_width(line) <= width
    assert plain(line).startswith(f" {of.say('replay_banner', time='')}")
    assert line[0][1] == "drill", "reverse video in every theme"


@given(
    of=looks,
    width=widths,
    chips=st.lists(HOSTILE.filter(bool), max_size=4),
    marked=st.integers(0, 99),
    told=st.booleans(),
)
def test_the_chips_keep_the_width_and_an_unanswered_question_is_said_to_be_one(
    of: Look, width: int, chips: list[str], marked: int, told: bool
) -> None:
    window = LogWindow()
    if told:
        window.take({"rows": [event(1)], "before": None, "kept_since": NOW - 9}, older=False)
    line = chips_line(chips, window, of, now=NOW, marked=marked, width=width)
    assert line_width(line) <= width
    if not chips:
        assert (of.say("log_asking") in plain(line)) is not told
        assert of.say("log_all") in plain(line)


@given(
    of=looks,
    width=widths,
    rows=st.lists(HOSTILE, max_size=10),
    more=st.integers(0, 9),
    left_out=st.integers(0, 9),
    redacted=st.booleans(),
    to=HOSTILE,
)
def test_a_preview_keeps_the_width_and_the_whole_digest(
    of: Look, width: int, rows: list[str], more: int, left_out: int, redacted: bool, to: str
) -> None:
    made = Exported(b"content", len(rows), tuple(rows), more, left_out)
    lines = preview_lines(made, of, to=to, redacted=redacted, width=width)
    assert all(line_width(line) <= width for line in lines)
    text = "".join(plain(line) for line in lines)
    assert made.sha256 in text.replace("\n", "")
    key = of.say("export_write" if redacted else "export_write_full")
    joined = " ".join(plain(line) for line in lines)
    assert key in joined
    assert not left_out or str(left_out) in joined


# -- filter


def test_a_filter_tells_kinds_periods_people_and_words_apart() -> None:
    members = [cast("Any", member(4, "sos"))]
    found = LogFilter.parse("verdict 6h gate KIT", members)
    assert found == LogFilter("verdict 6h gate KIT", ("verdict",), 21_600.0, ("gate", "KIT"))
    assert LogFilter.parse("veredicto").kinds == ("verdict",)
    assert LogFilter.parse("retir").kinds == ("retract", "stand-down")
    assert LogFilter.parse("sos", members).words == ("sos",), "a member's name is no kind"
    assert LogFilter.parse("sos").kinds == ("sos",)
    assert LogFilter.parse("90m 2d").period_s == 172_800
    assert LogFilter.parse("0h").period_s is None
    assert LogFilter.parse("  ") == LogFilter()
    assert LogFilter.parse("verdict 6h gate").chips(LOOKS[0]) == ["verdict", "last 6 h", "gate"]


@given(st.text(max_size=40))
def test_a_filter_takes_whatever_is_typed(text: str) -> None:
    found = LogFilter.parse(text)
    assert len(found.words) <= len(text.split())
    found.chips(LOOKS[0])
    found.fits(as_row(event(1)), LOOKS[0], lambda _: "1 km N")


def test_every_word_has_to_be_found_in_any_part() -> None:
    rows = [as_row(row) for row in evening_log()]

    def fits(text: str) -> list[int]:
        wish = LogFilter.parse(text)
        return [row["cursor"] for row in rows if wish.fits(row, LOOKS[0], lambda _: "Main St")]

    assert fits("kit") == [18, 17], "by her, and for her"
    assert fits("kit two") == [18]
    assert fits("GATE") == [16]
    assert fits("main") == [19, 16, 14]
    assert fits("confirmed") == [18]
    assert fits("nothing-of-that-kind") == []


# -- times and library


def steps(**changes: Any) -> list[Steps]:
    rows = [alert(n, **{**progress(), **changes}) for n in (1, 2)]
    events = [
        event(5, "dispatch", about="2.0.1", minutes=5, at=NOW - 5),
        event(6, "respond", about="2.0.1", words={"state": RESPONSES.code("on-scene")}, at=NOW),
        event(7, "verdict", about="2.0.2", at=NOW + 400),
    ]
    return steps_of(incidents(rows, View([member(2, "ana")], status(), redacted=False)), events)


@given(of=looks, width=widths, drill=st.booleans(), uncertain=st.booleans())
def test_times_keep_their_width_and_their_numbers(
    of: Look, width: int, drill: bool, uncertain: bool
) -> None:
    found = steps(drill=drill, time_uncertain=uncertain)
    lines = after_action_lines(
        found[0], found, of, since=NOW - 999, kept_since=NOW - 500, width=width
    )
    assert all(line_width(line) <= width for line in lines)
    text = "\n".join(plain(line) for line in lines)
    assert "1:00" in text
    assert "1:05" in text
    assert ("7:45" in text) is not uncertain
    if width > 60:
        assert "2.0.1" in text
        assert (of.say("drill") in text) is drill
    none = after_action_lines(None, [], of, since=None, kept_since=None, width=width)
    assert all(line_width(line) <= width for line in none)


@given(of=looks, width=widths, title=HOSTILE, warning=st.sampled_from(["", "placeholder", "x"]))
def test_a_document_says_its_version_language_and_what_is_wrong(
    of: Look, width: int, title: str, warning: str
) -> None:
    row = cast("DocumentRow", {**DOCUMENTS[0], "title": title, "warning": warning})
    lines = document_line(row, of, chosen=True, width=width)
    assert all(line_width(line) <= width for line in lines)
    text = plain(lines[0])
    assert "en" in text
    assert of.say("library_version", count=3) in text
    assert bool(warning) == (lines[1][1][1] == "warn")
    if warning == "placeholder":
        assert ("PLACEHOLDER" if of.language == "en" else "MUESTRA") in plain(lines[1])


@given(width=widths, texts=st.lists(HOSTILE, max_size=20))
def test_a_text_is_wrapped_and_loses_no_word(width: int, texts: list[str]) -> None:
    shown = cast("ShownDocument", {**DOCUMENTS[0], "lines": texts})
    found = text_lines(shown, width)
    assert len(found) >= len(texts)
    assert "".join("".join(texts).split()) == "".join("".join(found).split())


def test_every_kind_of_event_and_warning_has_a_phrase_in_both_languages() -> None:
    assert {f"event_{kind}" for kind in EVENT_KINDS} <= LOG_PHRASES.keys()
    assert ONE_LINE_FROM > 80
