"""Long reports on their way: whatever is lost, doubled, late, wrong or interrupted."""

from __future__ import annotations

import itertools
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.fragments import (
    CHUNK_SIZE,
    FRAGMENTS_MAX,
    FragmentRequest,
    content_hash,
    cut,
    decode_fragment,
    decode_request,
)
from meshdefense_protocol.frames import FrameType
from meshdefense_protocol.limits import FRAME_OVERHEAD, FRAME_TARGET, LONG_TEXT_MAX
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.transfer_parts import RESTARTS_MAX, SENDS_EACH, SENDS_OF_ONE, SENDS_S
from meshdefense_protocol.transfers import LONGEST_S, TRANSFERS_MAX, Control, Transfers

REF = ItemId(3, 0, 17)
TEXT = bytes(random.Random(4).choices(range(32, 127), k=LONG_TEXT_MAX))
ALL = (1 << FRAGMENTS_MAX) - 1
DAY_S = 86_400.0
UNIT_S = 1.665
BYTES_MAX = 32_768


def hash_of(content: bytes) -> bytes:
    return content_hash(bytes(16), content)


def node(member: int = 1) -> Transfers:
    return Transfers(member, entropy=random.Random(member).random, hash_of=hash_of, unit_s=UNIT_S)


def accept(
    transfers: Transfers,
    now: float = 0.0,
    *,
    ref: ItemId = REF,
    text: bytes = TEXT,
    own: bool = False,
    expires_at: float = DAY_S,
) -> bool:
    return transfers.manifest_accepted(
        ref, len(text), hash_of(text), KeyClass.FIELD, expires_at, now, text if own else None
    )


def author() -> Transfers:
    """Member 9, whose own fragments have all been sent, and long ago."""
    found = node(9)
    accept(found, -2 * SENDS_S, own=True)
    sent = run([found], -2 * SENDS_S, -SENDS_S)
    assert len(sent) == FRAGMENTS_MAX
    return found


def take(transfers: Transfers, now: float) -> Control | None:
    """What the node sends now, if anything."""
    due = transfers.due(now)
    if not due:
        return None
    transfers.sent(now)
    return due[0]


def hear(transfers: Transfers, control: Control, now: float) -> bytes | None:
    key_class, kind, content = control
    assert key_class is KeyClass.FIELD
    assert FRAME_OVERHEAD + len(content) <= FRAME_TARGET
    if kind is FrameType.FRAGMENT:
        fragment = decode_fragment(content)
        assert not isinstance(fragment, Rejection)
        return transfers.fragment_received(fragment.ref, fragment.index, fragment.data, now)
    request = decode_request(content)
    assert not isinstance(request, Rejection)
    transfers.request_received(request.ref, request.sender, request.held, now)
    return None


def run(
    nodes: list[Transfers], start: float, end: float, chance: random.Random | None = None
) -> list[tuple[float, int, Control]]:
    """Everybody hears everybody; with `chance` a third of all frames is lost."""
    sent: list[tuple[float, int, Control]] = []
    while True:
        timers = [(at, n) for n, each in enumerate(nodes) if (at := each.timer_at()) is not None]
        if not timers or min(timers)[0] > end:
            return sent
        at, speaker = min(timers)
        now = max(at, start, sent[-1][0] if sent else start)
        control = take(nodes[speaker], now)
        assert control is not None, "a timer without a reason"
        sent.append((now, speaker, control))
        for listener, each in enumerate(nodes):
            if listener != speaker and not (chance and chance.random() < 1 / 3):
                hear(each, control, now)


def requests(sent: list[tuple[float, int, Control]]) -> list[tuple[float, FragmentRequest]]:
    found = []
    for at, _, (_, kind, content) in sent:
        if kind is FrameType.REQUEST:
            request = decode_request(content)
            assert isinstance(request, FragmentRequest)
            found.append((at, request))
    return found


def fragments(sent: list[tuple[float, int, Control]]) -> list[int]:
    return [content[5] for _, _, (_, kind, content) in sent if kind is FrameType.FRAGMENT]


# -- from the author to all ----------------------------------------------------------------


def test_the_author_sends_every_fragment_once_without_being_asked() -> None:
    me = node()
    accept(me, own=True)
    sent = run([me], 0.0, DAY_S)
    assert fragments(sent) == list(range(FRAGMENTS_MAX))
    assert not requests(sent)
    assert all(after - before >= UNIT_S for (before, *_), (after, *_) in itertools.pairwise(sent))
    assert me.timer_at() is None


def test_where_nothing_is_lost_nobody_asks() -> None:
    nodes = [node(1), node(2), node(3)]
    for each in nodes:
        accept(each, own=each is nodes[0])
    sent = run(nodes, 0.0, DAY_S)
    assert not requests(sent)
    assert [each.content(REF) for each in nodes] == [TEXT] * 3


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1 << 32), st.integers(2, 5), st.integers(1, LONG_TEXT_MAX))
def test_a_third_of_all_frames_lost_and_everybody_has_it_in_the_end(
    seed: int, count: int, size: int
) -> None:
    text = TEXT[:size]
    nodes = [node(member) for member in range(1, count + 1)]
    for each in nodes:
        accept(each, text=text, own=each is nodes[0])
    run(nodes, 0.0, DAY_S, random.Random(seed))
    assert [each.content(REF) for each in nodes] == [text] * count
    assert all(each.timer_at() is None for each in nodes)


@settings(deadline=None)
@given(st.lists(st.integers(0, FRAGMENTS_MAX - 1), max_size=40))
def test_any_loss_doubling_or_order_ends_whole_or_still_asking(order: list[int]) -> None:
    me, pieces, now = node(), cut(TEXT), 0.0
    accept(me)
    whole = []
    for index in order:
        now += UNIT_S
        whole.append(me.fragment_received(REF, index, pieces[index], now))
    assert me.progress(REF) == (len(set(order)), FRAGMENTS_MAX)
    if len(set(order)) == FRAGMENTS_MAX:
        assert [content for content in whole if content] == [TEXT]
        assert me.timer_at() is None
    else:
        assert not any(whole)
        at = me.timer_at()
        assert at is not None
        assert at <= now + LONGEST_S
        run([me, author()], now, now + DAY_S)
        assert me.content(REF) == TEXT


def test_a_request_brings_what_is_missing_and_nothing_else() -> None:
    me, other, pieces = node(1), author(), cut(TEXT)
    accept(me)
    for index in (0, 3, 10):
        me.fragment_received(REF, index, pieces[index], 1.0)
    sent = run([me, other], 1.0, DAY_S)
    assert len(requests(sent)) == 1
    assert sorted(fragments(sent)) == [1, 2, 4, 5, 6, 7, 8, 9]
    assert me.content(REF) == TEXT


def test_who_has_a_part_answers_with_it() -> None:
    me, other, pieces = node(1), node(2), cut(TEXT)
    accept(me)
    accept(other)
    other.fragment_received(REF, 4, pieces[4], 0.0)
    sent = run([me, other], 0.0, 120.0)
    assert fragments(sent) == [4]
    assert me.progress(REF) == (1, FRAGMENTS_MAX)


def test_what_was_asked_for_in_vain_is_passed_on_when_it_comes() -> None:
    me = node()
    accept(me)
    me.request_received(REF, 5, 0, 1.0)
    assert take(me, 1.0) is None
    me.fragment_received(REF, 2, cut(TEXT)[2], 60.0)
    assert fragments(run([me], 60.0, 120.0)) == [2]


def test_what_was_just_answered_by_somebody_else_is_not_passed_on() -> None:
    me = node()
    accept(me)
    me.request_received(REF, 5, 0, 1.0)
    me.fragment_received(REF, 2, cut(TEXT)[2], 10.0)
    assert fragments(run([me], 10.0, 120.0)) == []


def test_of_many_who_could_answer_one_does() -> None:
    me, servers = node(1), [node(member) for member in range(10, 20)]
    for each in servers:
        accept(each, -2 * SENDS_S, own=True)
        run([each], -2 * SENDS_S, -SENDS_S)
    accept(me)
    sent = run([me, *servers], 0.0, DAY_S)
    assert sorted(fragments(sent)) == list(range(FRAGMENTS_MAX))


def test_one_request_serves_all_who_lack_the_same() -> None:
    nodes = [author(), *(node(member) for member in range(1, 8))]
    for each in nodes[1:]:
        accept(each)
    sent = run(nodes, 0.0, DAY_S)
    assert len(requests(sent)) == 1
    assert len(fragments(sent)) == FRAGMENTS_MAX


# -- how often -----------------------------------------------------------------------------


def test_without_an_answer_requests_become_rare() -> None:
    me = node()
    accept(me)
    times = [at for at, _ in requests(run([me], 0.0, DAY_S))]
    waits = [after - before for before, after in itertools.pairwise(times)]
    assert times[0] <= 20.0
    assert waits[0] <= 20.0
    for doubled, wait in enumerate(waits):
        assert min(20.0 * 2**doubled, LONGEST_S) / 2 <= wait <= min(20.0 * 2**doubled, LONGEST_S)
    assert len({at // 1 for at in times}) == len(times)


def test_a_fragment_that_comes_makes_requests_frequent_again() -> None:
    me = node()
    accept(me)
    run([me], 0.0, DAY_S / 2)
    me.fragment_received(REF, 0, cut(TEXT)[0], DAY_S / 2)
    times = [at - DAY_S / 2 for at, _ in requests(run([me], DAY_S / 2, DAY_S))]
    assert times[0] <= 40.0
    assert times[1] - times[0] <= 20.0


def test_somebody_who_has_more_is_asked_soon_but_only_once_for_saying_so() -> None:
    me = node()
    accept(me)
    run([me], 0.0, DAY_S / 2)
    me.request_received(REF, 5, 0b100, DAY_S / 2)
    at = me.timer_at()
    assert at is not None
    assert at <= DAY_S / 2 + 20.0
    run([me], DAY_S / 2, DAY_S * 0.75)
    before = me.timer_at()
    assert before is not None
    me.request_received(REF, 5, 0b100, DAY_S * 0.75)
    assert me.timer_at() == before


def test_a_new_neighbour_is_asked_soon() -> None:
    me = node()
    accept(me)
    run([me], 0.0, DAY_S / 2)
    me.ask_soon(DAY_S / 2)
    at = me.timer_at()
    assert at is not None
    assert at <= DAY_S / 2 + 20.0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, ALL), min_size=1, max_size=20), st.integers(2, 30))
def test_whoever_asks_for_ever_gets_the_text_three_times_in_ten_minutes_at_most(
    asked: list[int], every_s: int
) -> None:
    me = author()
    sent: list[tuple[float, int]] = []
    masks = itertools.cycle(asked)
    for now in range(0, 1500, every_s):
        for peer in (5, 6):
            me.request_received(REF, peer, next(masks), float(now))
        while (control := take(me, float(now))) is not None:
            sent.append((float(now), control[2][5]))
    for at, _ in sent:
        lately = [index for when, index in sent if at - SENDS_S < when <= at]
        assert len(lately) <= SENDS_EACH * FRAGMENTS_MAX
        assert max(Counter(lately).values()) <= SENDS_OF_ONE


def test_whoever_asks_for_everything_at_once_gets_the_text_three_times() -> None:
    me = author()
    sent = []
    for now in range(int(SENDS_S)):
        me.request_received(REF, 5, 0, float(now))
        if (control := take(me, float(now))) is not None:
            sent.append(control[2][5])
    assert len(sent) == SENDS_EACH * FRAGMENTS_MAX
    assert set(sent) == set(range(FRAGMENTS_MAX))


# -- wrong bytes ---------------------------------------------------------------------------


def test_the_first_of_two_contradicting_fragments_stays_and_is_counted() -> None:
    me, pieces = node(), cut(TEXT)
    accept(me)
    me.fragment_received(REF, 0, pieces[0], 1.0)
    me.fragment_received(REF, 0, bytes(CHUNK_SIZE), 2.0)
    assert me.refused == {"contradiction": 1}
    for index in range(1, FRAGMENTS_MAX):
        me.fragment_received(REF, index, pieces[index], 3.0)
    assert me.content(REF) == TEXT
    me.fragment_received(REF, 5, bytes(CHUNK_SIZE), 4.0)
    assert me.refused == {"contradiction": 2}
    assert me.content(REF) == TEXT


def test_a_wrong_fragment_does_not_silence_who_has_the_right_one() -> None:
    me = author()
    me.request_received(REF, 5, ALL & ~0b100, 0.0)
    me.fragment_received(REF, 2, bytes(CHUNK_SIZE), 0.1)
    assert fragments(run([me], 0.2, 60.0)) == [2]


def test_wrong_parts_are_all_dropped_and_asked_for_again_ever_later_three_times() -> None:
    me, pieces, now = node(), cut(TEXT), 0.0
    accept(me)
    waits = []
    for attempt in range(RESTARTS_MAX + 1):
        pieces[attempt] = bytes(CHUNK_SIZE)
        for index, data in enumerate(pieces):
            assert me.fragment_received(REF, index, data, now) is None
        assert me.progress(REF) == (0, FRAGMENTS_MAX)
        at = me.timer_at()
        if at is not None:
            waits.append(at - now)
            now = at
    assert me.refused["wrong hash"] == RESTARTS_MAX + 1
    assert len(waits) == RESTARTS_MAX
    assert all(shortest * 2 <= longest for shortest, longest in itertools.pairwise(waits))
    for index, data in enumerate(cut(TEXT)):
        assert me.fragment_received(REF, index, data, now) is None
    assert me.timer_at() is None


def test_after_wrong_parts_the_right_ones_are_the_text() -> None:
    me, other = node(1), author()
    accept(me)
    for index in range(FRAGMENTS_MAX):
        me.fragment_received(REF, index, bytes(len(cut(TEXT)[index])), 0.0)
    run([me, other], 0.0, DAY_S)
    assert me.content(REF) == TEXT


@pytest.mark.parametrize(
    ("index", "size"),
    [(FRAGMENTS_MAX, 5), (0, CHUNK_SIZE - 1), (FRAGMENTS_MAX - 1, CHUNK_SIZE), (255, 0)],
)
def test_a_fragment_of_a_size_that_the_manifest_excludes_changes_nothing(
    index: int, size: int
) -> None:
    me = node()
    accept(me)
    assert me.fragment_received(REF, index, bytes(size), 0.0) is None
    assert me.refused == {"wrong size": 1}
    assert me.progress(REF) == (0, FRAGMENTS_MAX)


def test_fragments_and_requests_without_a_manifest_leave_no_state() -> None:
    me = node()
    assert me.fragment_received(REF, 0, bytes(CHUNK_SIZE), 0.0) is None
    assert not me.request_received(REF, 5, 0, 0.0)
    assert me.refused == {"no manifest": 1}
    assert len(me) == 0
    assert me.timer_at() is None


def test_a_request_that_says_too_much_is_not_answered() -> None:
    me = node()
    accept(me, text=TEXT[:100], own=True)
    run([me], 0.0, 60.0)
    me.request_received(REF, 5, 0b10, SENDS_S)
    assert me.refused == {"wrong size": 1}
    assert me.timer_at() is None


def test_a_text_that_is_not_the_announced_one_is_the_callers_mistake() -> None:
    me = node()
    with pytest.raises(ValueError, match="not the text"):
        me.manifest_accepted(REF, 5, hash_of(b"other"), KeyClass.FIELD, DAY_S, 0.0, b"hello")
    assert len(me) == 0


# -- restarts, limits, the end -------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1 << 32), st.floats(0.0, 120.0), st.booleans())
def test_interrupted_at_any_moment_nothing_held_is_fetched_again(
    seed: int, after_s: float, through_events: bool
) -> None:
    me, other = node(1), author()
    accept(me)
    stored = {saved.ref: saved for saved in me.take_changed()}
    run([me, other], 0.0, after_s, random.Random(seed))
    stored.update({saved.ref: saved for saved in me.take_changed()})
    saved = tuple(stored.values()) if through_events else me.export_state()
    held = {index for entry in saved for index, _ in entry.parts}
    again = node(2)
    again.restore(saved, after_s)
    assert again.progress(REF) == me.progress(REF) == (len(held), FRAGMENTS_MAX)
    fresh = node(8)  # has not promised anything to the first one
    fresh.restore(other.export_state(), after_s)
    sent = run([again, fresh], after_s, after_s + DAY_S / 2)
    assert again.content(REF) == TEXT
    assert held.isdisjoint(fragments(sent))
    assert all(request.held & sum(1 << i for i in held) for _, request in requests(sent) if held)


def test_a_restored_text_is_whole_and_answers_but_is_not_announced_again() -> None:
    again = node(2)
    again.restore(author().export_state(), 0.0)
    assert again.content(REF) == TEXT
    assert again.timer_at() is None
    again.request_received(REF, 5, ALL - 1, 0.0)
    assert fragments(run([again], 0.0, 60.0)) == [0]


def test_damaged_parts_of_an_earlier_life_are_asked_for_again() -> None:
    (saved,) = author().export_state()
    again = node(2)
    parts = ((0, b"short"), (77, b"x"), *saved.parts[1:])
    again.restore([type(saved)(*(saved.ref, saved.key_class, saved.size), saved.digest,
                               saved.expires_at, 0, parts)], 0.0)  # fmt: skip
    assert again.progress(REF) == (FRAGMENTS_MAX - 1, FRAGMENTS_MAX)
    assert requests(run([again], 0.0, 60.0))[0][1].held == ALL - 1


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(1, LONG_TEXT_MAX), st.booleans(), st.booleans()),
        max_size=60,
    )
)
def test_sixteen_transfers_and_32_kb_are_never_exceeded(
    manifests: list[tuple[int, int, bool, bool]],
) -> None:
    me, now = node(), 0.0
    for sequence, size, own, whole in manifests:
        now += 1.0
        ref, text = ItemId(5, 0, sequence), TEXT[:size]
        growing = {entry.ref for entry in me.export_state() if me.content(entry.ref) is None}
        if accept(me, now, ref=ref, text=text, own=own) and whole:
            for index, data in enumerate(cut(text)):
                me.fragment_received(ref, index, data, now)
        assert len(me) <= TRANSFERS_MAX
        assert me.size_bytes <= BYTES_MAX
        assert all(me.progress(old) is not None for old in growing), "a growing one was dropped"


def test_without_room_a_manifest_waits_until_one_is_over() -> None:
    me = node()
    for sequence in range(TRANSFERS_MAX):
        assert accept(me, ref=ItemId(5, 0, sequence), expires_at=100.0 + sequence)
    assert not accept(me)
    assert me.expire(100.0) == [ItemId(5, 0, 0)]
    assert accept(me)


def test_the_class_of_a_text_is_that_of_its_manifest() -> None:
    me = node()
    assert me.class_of(REF) is None
    accept(me)
    assert me.class_of(REF) is KeyClass.FIELD


def test_what_is_over_or_withdrawn_is_forgotten() -> None:
    me = node()
    accept(me, expires_at=100.0)
    assert me.expire(99.0) == []
    assert me.expire(100.0) == [REF]
    assert me.progress(REF) is None
    accept(me)
    me.drop(REF)
    assert me.timer_at() is None
    assert me.take_changed() == []
    again = node()
    again.restore(author().export_state(), DAY_S)
    assert len(again) == 0


@pytest.mark.parametrize("by", [-3600.0, 3600.0])
def test_a_clock_that_is_set_changes_no_wait(by: float) -> None:
    one, other = node(), node()
    for each in (one, other):
        accept(each)
        each.fragment_received(REF, 0, cut(TEXT)[0], 5.0)
        each.request_received(REF, 5, 0, 5.0)
    other.shifted(by)
    plain = run([one], 5.0, 3600.0)
    moved = run([other], 5.0 + by, 3600.0 + by)
    assert [at + by for at, *_ in plain] == pytest.approx([at for at, *_ in moved])
    assert other.expire(DAY_S + by) == [REF]
