"""What the table knows and how it says it: states, widths, both languages, hostile texts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.provisioning.drift_words import NODE_NUMBER, OWN_KEY, UNFINISHED
from meshdefense.provisioning.drift_words import drift_words as real_words
from meshdefense.provisioning.finding import Standing
from meshdefense.provisioning.outcome import End as RealEnd
from meshdefense.provisioning.overview import State
from meshdefense.provisioning.patience import Patience
from meshdefense.provisioning.progress import Step as RealStep
from meshdefense_radio.jobs import Job
from meshdefense_tui.lines import Line, line_width, plain
from meshdefense_tui.look import ASCII, UNICODE, Glyphs, Look
from meshdefense_tui.phrases import PHRASES
from meshdefense_tui.table import state as states
from meshdefense_tui.table.fields import ShapeError
from meshdefense_tui.table.losses import exposure_of, holder_of, losses_of
from meshdefense_tui.table.shapes import (
    End,
    FleetRadio,
    Step,
    fleet_of,
    plans_of,
    plugged_of,
    progress_of,
)
from meshdefense_tui.table.state import Access, Doing, TableState, Target, same_radio
from meshdefense_tui.views import table_rows
from meshdefense_tui.views.table_losses import loss_lines
from meshdefense_tui.views.table_rows import (
    RESTART_MAX_S,
    drift_words,
    fleet_line,
    fleet_words,
    found_words,
    head_lines,
    plugged_lines,
    progress_line,
)
from meshdefense_tui.views.table_texts import (
    fleet_radio_lines,
    plan_lines,
    plugged_radio_lines,
)
from support.fake_radio_command import recorded
from support.screens import StillTime

LOOKS = [(language, glyphs) for language in ("en", "es") for glyphs in (UNICODE, ASCII)]
SAID = recorded()
HOSTILE = "\x1b[2J\u202ex" + "界" * 30
READERS = [plugged_of, fleet_of, plans_of, losses_of, exposure_of, holder_of, progress_of]


def look(language: str = "en", glyphs: Glyphs = UNICODE) -> Look:
    return Look(language, glyphs, StillTime().clock())


def evening() -> TableState:
    state = TableState(Access.OPEN, fleet_of(SAID["fleet show"]["lines"][0]))
    state.found(plugged_of(SAID["list"]["lines"][0]))
    state.plans = plans_of(SAID["plan"]["lines"][0])
    state.losses = losses_of(SAID["lost"]["lines"][0])
    return state


def all_lines(state: TableState, of: Look, width: int, own: str = "") -> list[Line]:
    assert state.fleet is not None
    lines = head_lines(state, of, data=" --data /x", now=1007.0, width=width)
    for row in state.fleet.radios:
        lines += [fleet_line(row, of, width), *fleet_radio_lines(row, of, width)]
    for address in state.addresses(own):
        lines += plugged_lines(address, state, of, own=own, data="", now=1007.0, width=width)
        lines += plugged_radio_lines(address, state, "new", of, width)
    lines += plan_lines(state.plans, of, width)
    return [*lines, *loss_lines(state.losses or (), of, width)]


@given(st.integers(40, 250), st.sampled_from(LOOKS))
def test_no_line_is_too_wide_and_no_state_is_lost(width: int, how: tuple[str, Glyphs]) -> None:
    of, state = look(*how), evening()
    lines = all_lines(state, of, width, own="serial:/dev/ttyACM0")
    assert all(line_width(line) <= width for line in lines)
    text = "\n".join(plain(line) for line in lines)
    assert state.fleet is not None
    for row in state.fleet.radios:
        assert fleet_words(row.state, of)[0] in text
        assert row.name in text
        assert "…" not in plain(fleet_line(row, of, width))  # columns are left out whole
    for found in state.plugged.values():
        assert found_words(found.state, of)[0] in text
        assert found.address in text
    counts = of.say("radio_t_network", network="South Side", proven=0, count=6)
    assert counts in text or "0/6" in text
    for fact in ("4d440003", "2.7.26", "South", "heron"):
        assert fact in text
    if of.glyphs is ASCII and of.language == "en":
        assert text.isascii()


@given(st.integers(40, 250), st.sampled_from(LOOKS), st.integers(1, 13), st.integers(0, 9))
def test_progress_names_its_step_and_its_bar_never_shrinks_with_it(
    width: int, how: tuple[str, Glyphs], number: int, part: int
) -> None:
    of = look(*how)
    full = of.glyphs.bar[0]

    def drawn(at: int, done: int) -> str:
        return plain(progress_line(Step("P1", "a", "s", at, 13, "writing", done, 9), of, width))

    line = drawn(number, part)
    assert f"{number}/13 ({part}/9)" in line
    assert line_width(((line, "plain"),)) <= width
    assert drawn(number, part).count(full) >= drawn(number, 0).count(full)
    assert drawn(13, 0).count(full) >= line.count(full)


def test_a_step_says_how_long_it_lasts_and_a_restart_how_long_it_is_waited_for() -> None:
    def drawn(step: str, waited: float) -> str:
        one = Step("P1", "a", step, 7, 13, "restarting", 0, 0)
        return plain(progress_line(one, look(), 78, waited=waited))

    assert "restarting, 0:00 (up to 1:42)" in drawn("restart", 0)
    assert "restarting, 1:07 (up to 1:42)" in drawn("restart-named", 67)
    assert drawn("write", 4).endswith(" restarting")
    assert drawn("write", 67).endswith(" restarting, 1:07")
    patience = Patience()
    assert patience.gone_s + patience.back_s == RESTART_MAX_S
    assert {RealStep.RESTART.value, RealStep.RESTART_NAMED.value} == table_rows._RESTARTS


def test_the_clock_of_a_step_begins_with_it_and_not_with_its_parts() -> None:
    state = TableState()
    for number, at in ((6, 1.0), (7, 5.0), (7, 9.0)):
        state.went_on(Step("P1", "tcp:a", f"step {number}", number, 13, "", 0, 0), at)
    assert state.since == {"tcp:a": 5.0}
    state.went_on(End("P1", "tcp:a", "failed", ""), 10.0)
    assert not state.since


def test_what_was_left_unfinished_names_the_key_that_goes_on() -> None:
    state = evening()
    house = "tcp:127.0.0.1:45205"
    of = look()

    def below() -> str:
        return plain(plugged_lines(house, state, of, own="", data="", now=0.0, width=100)[1])

    assert "A writes it again and goes on" in below()
    for number in (3, 4, 5):
        state.went_on(step(house, number))
    state.went_on(End("House 1", house, "lost", "the cable was pulled"))
    assert state.unfinished == ["House 1"]
    assert "A writes it again. the cable was pulled" in below()
    state.went_on(End("House 1", house, "failed", "nothing listens there"))
    assert state.unfinished == []
    assert "A writes" not in below()


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("key", ["radio_t_leaving", "radio_t_leaving_untouched"])
def test_the_word_before_leaving_has_room_in_its_row(key: str, language: str) -> None:
    assert len(look(language).say(key)) <= 78


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_state_of_the_commands_has_its_word(language: str) -> None:
    of = look(language)
    for one in State:
        assert f"radio_fleet_{one.value}" in PHRASES
        assert f"radio_fleet_why_{one.value}" in PHRASES
    for found in Standing:
        assert f"radio_found_{found.value}" in PHRASES
    for job in Job:
        assert f"radio_job_{job.value}" in PHRASES
    marks = [fleet_words(one.value, of)[0].split()[0] for one in State]
    assert len(set(marks)) == len(marks)


@pytest.mark.parametrize("path", [OWN_KEY, NODE_NUMBER, UNFINISHED])
def test_what_differs_and_is_no_setting_is_said_in_words(path: str) -> None:
    assert drift_words([path, "lora.hop_limit"], look()) == [real_words(path), "lora.hop_limit"]


def test_ends_and_the_step_that_marks_are_those_of_the_commands() -> None:
    assert set(states._STANDING) <= {one.value for one in RealEnd}
    assert RealStep.MARK.number == states._MARK_STEP
    assert RealStep.DONE.number == len(RealStep)


# The work on radios


def step(address: str, number: int) -> Step:
    return Step("Patrol 1", address, "s", number, 13, "w", 0, 0)


@pytest.mark.parametrize(
    ("numbers", "end"),
    [
        ([1, 2], "cut-before"),
        ([1, 2, 3], "cut-marking"),
        ([1, 2, 3, 4, 5], "cut-written"),
        ([1, 2, 3, 4, 5, 1], "cut-written"),  # the cable was pulled, and it began again
        ([*range(1, 14)], "done"),
    ],
)
def test_what_broke_off_is_said_as_far_as_its_steps_prove_it(numbers: list[int], end: str) -> None:
    state = TableState()
    for number in numbers:
        state.went_on(step("tcp:a", number))
    assert state.touched == (["Patrol 1"] if end in ("cut-marking", "cut-written") else [])
    state.broke_off()
    assert state.ends["tcp:a"].end == end
    assert not state.steps
    assert f"radio_end_{end}" in PHRASES
    left = {"done": "right", "cut-written": "unfinished"}.get(end, "unknown")
    assert state.standing("tcp:a") == left
    state.went_on(step("tcp:a", 1))
    assert state.farthest["tcp:a"] == 1


def test_a_radio_that_was_read_again_is_as_it_was_read() -> None:
    state = evening()
    address = "tcp:127.0.0.1:45204"
    state.went_on(End("Roof 1", address, "done", "words"))
    assert state.standing(address) == "right"
    assert state.name_at(address) == "Roof 1"
    state.found(plugged_of(SAID["list"]["lines"][0]))
    assert state.standing(address) == "new"
    assert state.name_at(address) == ""


def test_what_was_read_before_the_network_changed_proves_nothing_any_more() -> None:
    state = evening()
    base, roof = "tcp:127.0.0.1:45200", "tcp:127.0.0.1:45204"
    state.went_on(End("Roof 1", roof, "done", ""))
    state.doubt(["Base 1", "Roof 1"])
    assert [state.standing(one) for one in (base, roof)] == ["unknown", "unknown"]
    assert state.name_at(roof) == "Roof 1"
    assert state.standing("tcp:127.0.0.1:45202") == "drifted"


def test_names_are_proposed_once_each_beginning_where_the_person_looks() -> None:
    state = evening()
    free = state.free_names()
    assert free == ["Roof 1"]  # Patrol 1 is lost and lies on the table: it is refused, not free
    state.plugged.clear()
    assert state.free_names() == ["Patrol 1", "Roof 1"]
    given = state.proposed(["a", "b", "c"], "Roof 1")
    assert [one.radio for one in given] == ["Roof 1", "Patrol 1", ""]
    assert str(given[0]) == "a=Roof 1"
    assert str(given[2]) == "c"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("tcp:127.0.0.1", "tcp:127.0.0.1:4403", True),
        ("tcp:LOCALHOST:4404", "tcp:127.0.0.1:4404", True),
        ("tcp:127.0.0.1:4403", "tcp:127.0.0.1:4404", False),
        ("serial:/dev/serial/by-id/usb-RAK", "serial:/dev/ttyACM0", True),
        ("serial:/dev/ttyACM1", "serial:/dev/ttyACM0", False),
        ("ble:AA:BB", "ble:AA:BB", True),
        ("nonsense", "", False),
    ],
)
def test_two_spellings_of_an_address_are_one_radio(one: str, other: str, same: bool) -> None:
    links = {"/dev/serial/by-id/usb-RAK": "/dev/ttyACM0"}
    assert same_radio(one, other, lambda path: links.get(path, path)) is same


def test_forgetting_leaves_only_the_work_that_goes_on() -> None:
    state = evening()
    state.typed = ["tcp:a", "tcp:b"]
    state.marked = {"tcp:a"}
    state.said = ("something of it", "plain")
    state.doing = Doing("apply", (Target("tcp:a", "Patrol 1"),), 0.0)
    state.went_on(step("tcp:a", 4))
    state.forget()
    assert state == TableState(
        typed=["tcp:a"], steps={"tcp:a": step("tcp:a", 4)}, farthest={"tcp:a": 4},
        since={"tcp:a": 0.0}, doing=state.doing,
    )  # fmt: skip


# What the commands say


def test_the_recording_is_read_whole() -> None:
    state = evening()
    assert state.fleet is not None
    assert [one.state for one in state.fleet.radios] == [
        "key-old", "lost", "key-old", "key-old", "not-yet", "unfinished",
    ]  # fmt: skip
    assert state.losses is not None
    assert state.losses[0].left == 2
    assert [one.done for one in state.losses[0].touch] == [True, False, False]
    events = [progress_of(one) for one in SAID["apply"]["lines"]]
    assert all(isinstance(one, Step | End) for one in events)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["address", "state", "radio", "radios", "network", "changes", "path", "lost", "touch",
             "event", "n", "of", "name", "job", "problems", "words", "differs", "step"]
        ) | st.text(max_size=3),
        inner, max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


@given(json_values, st.sampled_from(READERS))
def test_whatever_is_said_is_read_or_refused_and_nothing_else(value: Any, read: Any) -> None:
    try:
        read(value)
    except ShapeError:
        return


def test_an_event_of_another_kind_is_passed_over() -> None:
    assert progress_of({"event": "hello"}) is None
    with pytest.raises(ShapeError):
        progress_of({"event": "step", "radio": "a", "address": "b", "step": "s", "n": 5, "of": 3})


def test_hostile_texts_are_cleaned_and_stay_in_their_line() -> None:
    row = json.loads(json.dumps(SAID["list"]["lines"][0][0]))
    row |= dict.fromkeys(("name", "words", "radio", "firmware"), HOSTILE)
    shown = json.loads(json.dumps(SAID["fleet show"]["lines"][0]))
    shown["radios"][0] |= {"name": HOSTILE, "member": HOSTILE, "state": "of the future"}
    shown["network"] = HOSTILE
    state = TableState(Access.OPEN, fleet_of(shown))
    state.found(plugged_of([row]))
    for width in (1, 2, 3, 10, 39, 80):
        lines = all_lines(state, look(), width)
        text = "\n".join(plain(line) for line in lines)
        assert not set("\x1b\u202e") & set(text)
        if width >= 39:
            assert all(line_width(line) <= width for line in lines)


def test_thousands_of_radios_are_refused_not_drawn() -> None:
    row = SAID["list"]["lines"][0][0]
    with pytest.raises(ShapeError):
        plugged_of([row] * 2_001)
    assert len(plugged_of([row] * 2_000)) == 2_000


# Above the lists


@pytest.mark.parametrize("how", LOOKS)
def test_each_way_to_stand_says_what_to_do_next(how: tuple[str, Glyphs]) -> None:
    of = look(*how)

    def said(state: TableState) -> str:
        lines = head_lines(state, of, data=" --data /x", now=1067.0, width=300)
        return " ".join(plain(line) for line in lines)

    assert "meshdefense radio fleet new --data /x" in said(TableState(Access.MISSING))
    assert of.say("radio_t_shut") in said(TableState(Access.SHUT))
    assert of.say("radio_t_next_read") in said(TableState(Access.OPEN))
    assert of.say("radio_t_next_write") in said(evening())
    busy = evening()
    busy.doing = Doing("apply", (Target("a"), Target("b")), 1000.0)
    assert of.say("radio_doing_apply", count=2) in said(busy)
    assert "1:07" in said(busy)
    busy.doing.stopping = True
    assert of.say("radio_t_stopping") in said(busy)


def test_a_long_complaint_takes_four_lines_and_says_that_there_is_more() -> None:
    state = evening()
    state.said = ("word " * 200, "bad")
    lines = head_lines(state, look(), data="", now=0, width=80)
    assert len(lines) == 5
    assert plain(lines[-1]).endswith("…")
    assert line_width(lines[-1]) <= 80


def test_the_radio_of_the_daemon_says_how_to_release_it() -> None:
    state = evening()
    first, second = plugged_lines(
        "serial:/dev/x", state, look(), own="serial:/dev/x", data=" --data /x", now=0.0, width=100
    )
    assert "IN USE" in plain(first)
    assert "meshdefense stop --data /x" in plain(second)


def test_a_long_address_keeps_its_end_and_a_proven_radio_its_date() -> None:
    state = TableState()
    long = "serial:/dev/serial/by-id/usb-RAKwireless_WisCore_RAK4631_0123456789-if00"
    first, _ = plugged_lines(long, state, look(), own="", data="", now=0.0, width=50)
    assert "if00" in plain(first)
    row = FleetRadio("P1", "P1", "patrol", "proven", "", "", 1_770_000_000, "", "", (), (), ())
    assert "02-02 02:40" in plain(fleet_line(row, look(), 78))
