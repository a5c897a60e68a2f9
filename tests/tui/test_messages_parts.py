"""The parts of the messages mode without a screen: costs, what is held, channels, lines."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from meshdefense.air.presets import PRESETS, airtime_s
from meshdefense.api.row_schema import MemberRow, MessageRow
from meshdefense.api.server import DATA_OVERHEAD
from meshdefense.node.long_text import fragment_frames
from meshdefense_protocol.limits import FRAME_TARGET, LONG_TEXT_MAX, NOTICE_TEXT_MAX
from meshdefense_protocol.words import SCOPES
from meshdefense_tui.air_cost import long_cost, notice_cost
from meshdefense_tui.channels import (
    DRILLS,
    EVERYONE,
    LONG,
    Unread,
    address_of,
    channel_keys,
    in_channels,
    sorted_out,
)
from meshdefense_tui.clock import Clock
from meshdefense_tui.held_messages import HOLD_S, HeldMessage, HeldMessages, HeldState
from meshdefense_tui.lines import line_width, plain
from meshdefense_tui.look import ASCII, UNICODE, Glyphs, Look
from meshdefense_tui.phrases import phrase
from meshdefense_tui.screens.message_painters import found_in
from meshdefense_tui.views.message_channel import (
    CANNED,
    canned_lines,
    channel_line,
    channel_name,
    cost_words,
    divider_line,
    held_lines,
)
from meshdefense_tui.views.message_detail import message_detail_lines
from meshdefense_tui.views.message_row import message_height, message_lines
from support.screen_rows import NOW, held, long_message, member, message

LOOKS = [(language, glyphs) for language in ("en", "es") for glyphs in (UNICODE, ASCII)]
WIDTHS = st.integers(40, 250)
OWN = 1


def look(language: str = "en", glyphs: Glyphs = UNICODE) -> Look:
    return Look(language, glyphs, Clock(lambda: NOW))


def row(number: int = 1, **changes: Any) -> MessageRow:
    return cast("MessageRow", message(number, **changes) | {"rev": 1})


def roster(*names: str) -> dict[str, MemberRow]:
    rows = [member(1, "BASE-1", mine=True), *(member(n, name) for n, name in enumerate(names, 2))]
    return {one["id"]: cast("MemberRow", one | {"rev": 1}) for one in rows}


# What a text costs


@given(st.text("aé漢 ", min_size=1, max_size=23))
def test_a_message_costs_what_the_daemon_will_say(text: str) -> None:
    cost = notice_cost(text, "LONG_FAST")
    assert cost.frames == 1
    assert cost.size == 95 + len(text.encode())
    assert cost.seconds == airtime_s(PRESETS["LONG_FAST"], cost.size + DATA_OVERHEAD)


def test_the_longest_message_fills_one_frame() -> None:
    assert notice_cost("x" * NOTICE_TEXT_MAX, None).size == FRAME_TARGET


@given(st.integers(1, LONG_TEXT_MAX), st.booleans())
def test_a_long_report_costs_all_its_frames(size: int, about: bool) -> None:
    pieces = list(fragment_frames(bytes(size)))
    cost = long_cost(size, "SHORT_FAST", about=about)
    assert cost.frames == 1 + len(pieces)
    assert cost.size == sum(pieces) + (116 if about else 109)
    assert cost.seconds is not None


def test_without_a_known_preset_no_airtime_is_invented() -> None:
    for preset in (None, "", "CUSTOM"):
        cost = notice_cost("hello", preset)
        assert cost.seconds is None
        assert "not known" in cost_words(cost, look())


def test_the_cost_is_said_in_bytes_and_seconds() -> None:
    assert cost_words(notice_cost("hello", "LONG_FAST"), look()) == "100 B on the air, 1.17 s"
    assert cost_words(long_cost(1500, "LONG_FAST", about=False), look()).startswith("12 frames, ")


# What waits ten seconds


class Holding(RuleBasedStateMachine):
    """Whatever is written goes once, or is taken back, or is lost by a lock; never twice."""

    def __init__(self) -> None:
        super().__init__()
        self.held = HeldMessages()
        self.now = 0.0
        self.written = 0
        self.handed: list[HeldMessage] = []
        self.failed: list[HeldMessage] = []
        self.back: list[HeldMessage] = []
        self.done = 0
        self.lost = 0

    @rule(at_once=st.booleans())
    def write(self, at_once: bool) -> None:
        self.held.hold(f"text {self.written}", {}, "all", self.now, at_once=at_once)
        self.written += 1

    @rule(seconds=st.floats(0, 15))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        due = self.held.due(self.now)
        assert all(one.due <= self.now for one in due)
        self.handed += due

    @rule(accepted=st.booleans())
    def answer(self, accepted: bool) -> None:
        if self.handed:
            one = self.handed.pop(0)
            if accepted:
                self.held.accepted(one)
                self.done += 1
            else:
                self.held.failed(one, "no")
                self.failed.append(one)

    @rule()
    def undo(self) -> None:
        one = self.held.take_back()
        if one is not None:
            assert one not in self.handed
            self.back.append(one)

    @rule()
    def lock(self) -> None:
        asking = len(self.handed)
        self.lost += self.held.forget() + asking
        self.handed.clear()

    @invariant()
    def each_is_somewhere(self) -> None:
        assert self.written == self.done + len(self.back) + self.lost + len(self.held.rows)
        for one in self.held.rows:
            assert one.state is not HeldState.WAITING or one.due <= self.now + HOLD_S


TestHolding = Holding.TestCase


# Channels and what is unread in them


def test_a_message_stands_where_its_readers_look_for_it() -> None:
    assert in_channels(row(), OWN) == [EVERYONE]
    assert in_channels(row(scope=2), OWN) == ["scope:2"]
    assert in_channels(row(recipient=OWN, author=4), OWN) == ["member:4"]
    assert in_channels(row(recipient=4, mine=True), OWN) == ["member:4"]
    assert in_channels(row(recipient=4, author=3), OWN) == [EVERYONE]
    assert in_channels(row(drill=True), OWN) == [EVERYONE, DRILLS]
    long = cast("MessageRow", long_message(2, 11))
    assert in_channels(long, OWN) == [EVERYONE, LONG]


@given(st.sets(st.integers(2, 40)), st.lists(st.tuples(st.integers(0, 5), st.integers(2, 60))))
def test_every_message_has_a_channel_that_is_listed(
    numbers: set[int], sent: list[tuple[int, int]]
) -> None:
    members = {str(n): cast("MemberRow", member(n, f"m{n}")) for n in numbers}
    rows = [
        row(
            at, id=f"{author}.0.{at}", author=author, scope=scope, recipient=OWN if at % 2 else None
        )
        for at, (scope, author) in enumerate(sent)
    ]
    by_channel = sorted_out(rows, OWN)
    keys = channel_keys(members, by_channel)
    assert len(keys) == len(set(keys))
    assert set(by_channel) <= set(keys)
    assert {ident for found in by_channel.values() for ident in found} == {r["id"] for r in rows}


def test_an_address_says_to_whom_and_no_more() -> None:
    assert address_of(EVERYONE) == {"scope": 0}
    assert address_of("member:4") == {"recipient": 4}
    assert address_of(DRILLS) == {"scope": 0, "drill": True}
    assert address_of(LONG) is None


def test_seen_acknowledged_and_own_messages_are_not_unread() -> None:
    unread = Unread(seen={"3.0.2"})
    assert unread.is_unread(row(1), OWN)
    assert not unread.is_unread(row(2), OWN)
    assert not unread.is_unread(row(3, mine=True), OWN)
    read = [{"member": OWN, "name": "BASE-1", "at": NOW}]
    assert not unread.is_unread(row(4, readers=read), OWN)
    assert unread.is_unread(row(4, readers=[{"member": 9, "name": "x", "at": NOW}]), OWN)


def test_the_divider_stays_below_what_was_new_until_somebody_acts() -> None:
    unread = Unread()
    rows = {f"3.0.{n}": row(n) for n in range(1, 4)}
    keys = ["3.0.3", "3.0.2", "3.0.1"]
    unread.seen.add("3.0.1")
    assert unread.divide(EVERYONE, keys, rows, OWN) == "3.0.2"
    unread.seen.update(keys)
    assert unread.divide(EVERYONE, keys, rows, OWN) == "3.0.2"
    unread.acted(EVERYONE, keys)
    assert unread.divide(EVERYONE, keys, rows, OWN) is None
    rows["3.0.4"] = row(4)
    assert unread.divide(EVERYONE, ["3.0.4", *keys], rows, OWN) == "3.0.4"
    assert unread.divide(EVERYONE, keys, rows, OWN) is None  # it went away


def test_counts_are_by_channel_and_none_is_zero() -> None:
    rows = {r["id"]: r for r in (row(1), row(2, drill=True), row(3, scope=1), row(4, mine=True))}
    by_channel = sorted_out(rows.values(), OWN)
    counts = Unread().counts(by_channel, rows, OWN)
    assert counts == {EVERYONE: 2, DRILLS: 1, "scope:1": 1}


def test_finding_knows_neither_case_nor_accents() -> None:
    one = row(1, text="Señal débil en la ESQUINA", author_name="leo")
    assert found_in(one, "senal esquina")
    assert found_in(one, "LEO")
    assert not found_in(one, "senal norte")
    long = cast("MessageRow", long_message(2, 11))
    assert found_in(long, "clinic water")


# Lines


@given(WIDTHS, st.sampled_from(LOOKS), st.text(max_size=90), st.integers(0, 10_000))
def test_no_line_is_wider_than_its_place(
    width: int, how: tuple[str, Glyphs], name: str, unread: int
) -> None:
    of = look(*how)
    rows = [
        HeldMessage("x" * 70, {}, "everyone" * 5, 7.2),
        HeldMessage("y", {}, "kit", 0.0, HeldState.ASKING),
        HeldMessage("z", {}, "kit", 0.0, HeldState.FAILED, "refused, for a reason " * 4),
    ]
    lines = [
        channel_line(name.replace("\n", " "), unread, of, 15),
        divider_line(of, width),
        *canned_lines(of, width),
        *(line for one in rows for line in held_lines([one], of, now=0.0, width=width)),
    ]
    assert all(line_width(line) <= width for line in lines)
    assert line_width(lines[0]) <= 15
    if unread:
        assert plain(lines[0]).endswith(f"*{unread}")


@given(WIDTHS, st.sampled_from(LOOKS))
def test_every_ready_reply_is_shown_behind_its_digit(width: int, how: tuple[str, Glyphs]) -> None:
    text = " ".join(plain(line) for line in canned_lines(look(*how), width))
    for digit, key in enumerate(CANNED, start=1):
        assert f"{digit} {phrase(key, how[0])}" in text


@pytest.mark.parametrize("key", CANNED)
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_ready_reply_can_be_sent(key: str, language: str) -> None:
    assert 0 < len(phrase(key, language).encode()) <= NOTICE_TEXT_MAX


@given(WIDTHS, st.floats(0, HOLD_S))
def test_what_is_held_always_says_when_it_goes_and_how_it_is_lost(width: int, left: float) -> None:
    one = HeldMessage("go", {}, "everyone", left)
    text = " ".join(plain(line).strip() for line in held_lines([one], look(), now=0, width=width))
    assert "NOT SENT: goes in " in text
    assert "u takes it back" in text
    assert "locking or leaving loses it" in text


def test_a_scope_and_a_person_of_a_newer_version_have_a_name() -> None:
    assert channel_name("scope:9", {}, look()) == "scope 9"
    assert channel_name("member:7", {}, look()) == "#7"
    for word in SCOPES:
        assert channel_name(f"scope:{word.code}", {}, look("es"))


@given(WIDTHS, st.sampled_from(LOOKS), st.booleans(), st.text(max_size=70))
def test_a_message_takes_exactly_the_lines_that_it_says(
    width: int, how: tuple[str, Glyphs], mine: bool, text: str
) -> None:
    readers = [{"member": n, "name": f"reader{n}", "at": NOW} for n in range(1, 5)]
    delivery = held(2, verifiers=[6, 7], bases=[2, 3], all=[8, 14])
    one = row(1, text=" ".join(text.split()), mine=mine, delivery=delivery, readers=readers)
    lines = message_lines(one, look(*how), own=OWN, now=NOW, width=width)
    assert len(lines) == message_height(one, width)
    assert all(line_width(line) <= width for line in lines)


def test_readers_are_named_where_their_names_fit() -> None:
    readers = [{"member": 2, "name": "ana", "at": NOW}, {"member": 3, "name": "leo", "at": NOW}]
    one = row(1, mine=True, delivery={"state": "on_air"}, readers=readers)
    wide, narrow = (
        "\n".join(plain(line) for line in message_lines(one, look(), own=OWN, now=NOW, width=w))
        for w in (60, 24)
    )
    assert "read by ana, leo" in wide
    assert "read by 2" in narrow


@given(WIDTHS, st.sampled_from(LOOKS))
def test_the_whole_message_names_by_role_who_has_read_it(
    width: int, how: tuple[str, Glyphs]
) -> None:
    of = look(*how)
    members = roster("ana", "leo", "kit")
    members["2"]["roles"] = ["verifier"]
    members["3"]["roles"] = ["dispatch"]
    readers = [{"member": n, "name": name, "at": NOW} for n, name in ((2, "ana"), (3, "leo"))]
    one = row(1, id="1.0.7", author=1, mine=True, readers=readers, delivery=held(2, all=[1, 3]))
    lines = message_detail_lines(one, of, own=OWN, about="", members=members, now=NOW, width=width)
    assert all(line_width(line) <= width for line in lines)
    text = " ".join(plain(line) for line in lines)
    assert of.say("holders_verifiers", names="ana") in " ".join(text.split())
    assert of.say("holders_bases", names="leo") in " ".join(text.split())
    assert f"{of.say('detail_not_read')} kit" in " ".join(text.split())
    assert "1.0.7" in text
