"""Items and frames: one encoding for each value, and nothing else is read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from meshdefense_protocol.airtime import LONG_FAST
from meshdefense_protocol.errors import Rejection, TooLongError, ValueRangeError
from meshdefense_protocol.frames import FrameType, check_frame, open_frame, seal_items, split_items
from meshdefense_protocol.items import Item, decode_item, encode_item, stream_of, time_units
from meshdefense_protocol.limits import (
    FRAME_MAX,
    FRAME_TARGET,
    ITEM_MAX,
    ITEM_MIN,
    LIVES_MAX,
    NOTE_MAX,
    NOTICE_TEXT_MAX,
    ROSTER_INCARNATION,
    SEQUENCE_MAX,
    SIGNATURE_SIZE,
)
from meshdefense_protocol.packets import (
    Acknowledge,
    Beacon,
    Broadcast,
    CheckIn,
    Close,
    Dispatch,
    Endorse,
    Escalate,
    Grant,
    KnownBody,
    Lift,
    Notice,
    Policy,
    Rekey,
    Report,
    Response,
    Retract,
    Revoke,
    RollAnswer,
    RollCall,
    Sos,
    SosEnd,
    StandDown,
    Suspend,
    UnknownBody,
    Verdict,
    Warn,
)
from meshdefense_protocol.packets.extension import Extension, write_extensions
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.place import AbsolutePlace, GridPlace
from meshdefense_protocol.sealing import KeyClass
from support.bodies import BODY_STRATEGIES, GRID, bodies
from support.network import DATE, Network

NETWORK = Network()
PIA = NETWORK.identities["pia"]
PLACE = GridPlace(1205, -345, 2)
BLOCK = GridPlace(1250, -350, 5)
EXACT = GridPlace(1205, -345, 1)
REF = ItemId(3, 0, 17)
SEEN = Report(PLACE, 1)


def item_id_of(body: KnownBody, author: int, life: int, sequence: int) -> ItemId:
    stream = stream_of(body.KIND)
    first = ROSTER_INCARNATION if stream is Stream.ROSTER else 0
    return ItemId(author, first + life, sequence, stream)


def encode(body: KnownBody, item_id: ItemId | None = None, units: int = 0) -> Item:
    return encode_item(
        body,
        item_id=item_id or item_id_of(body, 3, 0, 1),
        units=units,
        identity=PIA,
        network_id=NETWORK.network_id,
        frame_limit=FRAME_MAX,
        grid_unit_m=1,
    )


def frame_size(body: KnownBody) -> int:
    return len(seal_items(NETWORK.all_keys(), KeyClass.EVERYONE, [encode(body).raw]))


@settings(max_examples=400)
@given(
    bodies(),
    st.integers(0, 0xFFFF),
    st.integers(0, LIVES_MAX),
    st.integers(0, SEQUENCE_MAX),
    st.integers(0, (1 << 24) - 1),
    st.booleans(),
)
def test_every_item_reads_back_as_it_was_said(
    body: KnownBody, author: int, life: int, sequence: int, units: int, drill: bool
) -> None:
    item_id = item_id_of(body, author, life, sequence)
    try:
        item = encode_item(
            body,
            item_id=item_id,
            units=units,
            identity=PIA,
            network_id=NETWORK.network_id,
            drill=drill,
            frame_limit=FRAME_MAX,
            grid_unit_m=1,
        )
    except TooLongError:
        assume(False)
        raise
    assert decode_item(item.raw) == item
    assert item.body == body
    assert item.is_signed_by(PIA.key, NETWORK.network_id)


@settings(max_examples=600)
@given(st.data())
def test_whatever_is_read_has_no_second_encoding(data: st.DataObject) -> None:
    """Bytes that are near a real item either are refused or are what their reading encodes to."""
    body = data.draw(bodies())
    try:
        raw = bytearray(encode(body).raw)
    except TooLongError:
        assume(False)
        raise
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - SIGNATURE_SIZE - 1))
        raw[at] = data.draw(st.integers(0, 255))
    item = decode_item(bytes(raw))
    if isinstance(item, Rejection) or isinstance(item.body, UnknownBody):
        return
    again = encode_item(
        item.body,
        item_id=item.id,
        units=item.units,
        identity=PIA,
        network_id=NETWORK.network_id,
        drill=item.drill,
        frame_limit=FRAME_MAX,
        grid_unit_m=1,
    )
    assert again.raw[:-SIGNATURE_SIZE] == bytes(raw[:-SIGNATURE_SIZE])


@given(st.binary(max_size=220))
def test_any_bytes_give_an_item_or_a_rejection(raw: bytes) -> None:
    found = decode_item(raw)
    assert found is Rejection.MALFORMED or isinstance(found, Item)


@given(st.integers(0, 63), st.binary(min_size=8 + SIGNATURE_SIZE, max_size=ITEM_MAX + 8))
def test_any_bytes_behind_any_kind_give_an_item_or_a_rejection(kind: int, rest: bytes) -> None:
    found = decode_item(bytes((kind << 2,)) + rest)
    assert found is Rejection.MALFORMED or isinstance(found, Item)


@given(st.binary(max_size=220))
def test_any_bytes_as_a_frame_are_refused(frame: bytes) -> None:
    assert isinstance(open_frame(NETWORK.all_keys(), frame), Rejection)


@given(st.sampled_from(FrameType), st.binary(min_size=1, max_size=183))
def test_any_sealed_content_splits_or_is_malformed(kind: FrameType, content: bytes) -> None:
    items = split_items(kind, content)
    if items is Rejection.MALFORMED:
        assert kind is not FrameType.ITEM
        return
    assert isinstance(items, list)
    whole = items[0] if kind is FrameType.ITEM else b"".join(bytes((len(i),)) + i for i in items)
    assert whole == content


@pytest.mark.parametrize("kind", BODY_STRATEGIES, ids=lambda kind: kind.__name__)
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_shorter_or_longer_item_is_refused(kind: type[KnownBody], data: st.DataObject) -> None:
    """A cut moves the signature, so what still parses is not what the author signed."""
    try:
        raw = encode(data.draw(BODY_STRATEGIES[kind])).raw
    except TooLongError:
        assume(False)
        raise
    key, network = PIA.key, NETWORK.network_id
    changed = [raw[:cut] for cut in range(len(raw))]
    changed += [raw + bytes((byte,)) for byte in (0, 1, 255)] + [b"\0" + raw, raw + raw]
    for other in changed:
        found = decode_item(other)
        assert isinstance(found, Rejection) or not found.is_signed_by(key, network)


def test_usual_packets_stay_below_an_airtime_step() -> None:
    """Frames of at most 98 bytes take 1,133 ms on LongFast, the next step 1,174 ms."""
    full = Report(PLACE, 19, 3, 23, 13, 6, 6, 3)
    assert frame_size(full) == 98
    assert frame_size(Verdict(REF, 1)) == 96
    assert frame_size(Beacon(PLACE, 7, 3, 14, 7)) == 97
    assert frame_size(CheckIn(1, 63, PLACE)) == 97
    assert frame_size(Retract(REF, 5)) == 96
    assert frame_size(Acknowledge((REF,), 1)) == 96
    assert frame_size(Dispatch(REF, 4, 10)) == 98
    for short in (Response(REF, 2, 4), Escalate(REF, 1), Close(REF, 1), Sos(EXACT, 1, 1),
                  SosEnd(REF, 1), RollAnswer(REF, 1)):  # fmt: skip
        assert frame_size(short) == 96
    assert frame_size(StandDown(BLOCK, 4)) == 97
    assert frame_size(RollCall(10, 15)) == 93


def test_decisions_stay_within_what_the_radio_signs() -> None:
    """With the longest handle, with four digests; docs/protocol.md gives these sizes."""
    assert frame_size(Grant(8, 0, 4, bytes((8,)) * 32, "z" * 16, 400)) == 146
    assert frame_size(Revoke(3, 1, 17)) == 99
    assert frame_size(Suspend(3, 24, 5)) == 94
    assert frame_size(Lift(ItemId(1, 32, 0, Stream.ROSTER))) == 95
    assert frame_size(Policy(3, 1, 2)) == 93
    assert frame_size(Rekey(2, bytes(16), bytes(8), 54)) == 118
    assert frame_size(Warn(7)) == 91
    digests = tuple(bytes((n,)) * 16 for n in range(4))
    assert [frame_size(Endorse(digests[:n])) for n in (1, 2, 4)] == [106, 124, 156]


@given(st.integers(0, LIVES_MAX))
def test_a_decision_lives_in_incarnations_of_its_own(life: int) -> None:
    """So a reference of five bytes never means two items."""
    decision, report = encode(Warn(7)).raw, encode(Report(None, 1)).raw
    for raw, first, wrong in ((decision, ROSTER_INCARNATION, 0), (report, 0, ROSTER_INCARNATION)):
        right = decode_item(raw[:3] + bytes((first + life << 2,)) + raw[4:])
        assert isinstance(right, Item)
        assert right.id.incarnation == first + life
        assert ItemId.parse(str(right.id)) == right.id
        assert decode_item(raw[:3] + bytes((wrong + life << 2,)) + raw[4:]) is Rejection.MALFORMED


def test_a_broadcast_costs_one_step_of_airtime_more_than_a_report() -> None:
    assert frame_size(Broadcast(REF, SEEN)) == 103
    assert frame_size(Broadcast(REF, Report(PLACE, 4, 3, 23, count=1000))) == 107
    steps = [LONG_FAST.frame_s(size) for size in (98, 103)]
    assert steps == pytest.approx([1.1326, 1.1736], abs=0.0005)


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_a_roll_call_lives_as_long_as_its_window_and_ten_minutes_at_least(
    slot_s: int, window: int, whom: int
) -> None:
    body = RollCall(slot_s, window, whom)
    if not slot_s or not window:
        with pytest.raises(ValueRangeError):
            encode(body)
        return
    assert encode(body).lifetime_s == max(600, 60 * window)


def test_lifetimes_follow_from_what_is_said() -> None:
    assert encode(StandDown(None, 1)).lifetime_s == 1800
    assert encode(StandDown(None, 48)).lifetime_s == 86_400
    assert encode(Broadcast(REF, Report(None, 2))).lifetime_s == 7200
    assert encode(Sos(None)).lifetime_s == 6 * 3600
    for lasting in (Dispatch(REF, 4, 10), Response(REF, 1), Escalate(REF, 1), Close(REF),
                    SosEnd(REF), RollAnswer(REF, 1)):  # fmt: skip
        assert encode(lasting).lifetime_s == 86_400


@given(st.integers(0, 3), st.integers(1, 11))
def test_an_sos_for_everybody_says_no_more_than_a_block(scope: int, precision: int) -> None:
    """A place to the metre goes to patrols and verifiers, dispatch or organizers only."""
    place = GRID.place(34.06, -118.24, precision)
    if scope or precision >= 5:
        item = encode(Sos(place, 1, scope))
        assert isinstance(item.body, Sos)
        assert (item.body.place, item.body.scope) == (place, scope)
    else:
        with pytest.raises(ValueRangeError, match="finer"):
            encode(Sos(place, 1, scope))


def test_extensions_of_other_kinds_are_kept_and_not_understood() -> None:
    """A broadcast knows place and count; a note in it stays bytes, also one that is no text."""
    odd = Broadcast(REF, SEEN, {int(Extension.TEXT): b"\xff", int(Extension.LIFETIME): b"\0"})
    assert decode_item(encode(odd).raw) == encode(odd)
    assert encode(odd).lifetime_s == 3600


def test_the_longest_texts_fit_the_target() -> None:
    note = Report(PLACE, 1, note="n" * NOTE_MAX)
    assert frame_size(note) == 98 + 2 + NOTE_MAX <= FRAME_TARGET
    assert frame_size(Notice("n" * NOTICE_TEXT_MAX)) == FRAME_TARGET
    refs = tuple(ItemId(3, 0, n) for n in range(14))
    assert frame_size(Acknowledge(refs)) == 163
    with pytest.raises(TooLongError):
        seal_items(NETWORK.all_keys(), KeyClass.EVERYONE, [encode(Acknowledge((*refs, REF))).raw])


@given(bodies())
def test_no_item_is_signed_that_needs_a_larger_frame_than_the_target(body: KnownBody) -> None:
    raw = encode(body).raw
    frame = NETWORK.frame([raw])
    if len(frame) <= FRAME_TARGET:
        assert NETWORK.item("pia", body, sequence=1, now=DATE).raw == raw
    else:
        with pytest.raises(TooLongError):
            NETWORK.item("pia", body, sequence=1, now=DATE)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (Report(GridPlace(1, 2, 1), 1), "finer than a report may say"),
        (Report(GridPlace(1204, -345, 2), 1), "not the centre of its cell"),
        (Report(GridPlace(1 << 17, 5, 2), 1), "outside the grid"),
        (Report(GridPlace(5, (1 << 17) + 5, 2), 1), "outside the grid, northwards"),
        (Report(AbsolutePlace(9_000_001, 5, 2), 1), "not on Earth"),
        (Report(PLACE, 32), "a kind of 6 bits"),
        (Report(PLACE, 1, 4), "a severity of 3 bits"),
        (Report(PLACE, 1, size=3, count=3), "an exact count beside an exact size"),
        (Report(PLACE, 1, size=17, count=30), "a count outside its range"),
        (Report(PLACE, 1, size=23, count=65_536), "a count of 17 bits"),
        (Report(PLACE, 1, note="n" * 61), "a note too long"),
        (Report(PLACE, 1, note="\ud800"), "half a surrogate"),
        (Report(PLACE, 1, lifetime_s=0), "no lifetime"),
        (Report(PLACE, 1, lifetime_s=700), "a lifetime between units"),
        (Report(PLACE, 1, lifetime_s=90_000), "a lifetime beyond a day"),
        (Report(PLACE, 1, equipment=frozenset({16})), "an equipment code of 5 bits"),
        (Report(PLACE, 1, extra={int(Extension.TEXT): b"hi"}), "a known extension as unknown"),
        (Report(PLACE, 1, extra={0: b"hi"}), "an extension of type 0"),
        (Report(PLACE, 1, extra={200: bytes(256)}), "an extension too long for its length byte"),
        (Report(PLACE, 1, about=ItemId(3, 0, 1, Stream.POSITION)), "adds to a position"),
        (Verdict(REF, 8), "a result of 4 bits"),
        (Verdict(REF, 1, count=0), "a count of zero"),
        (Verdict(ItemId(3, 0, 1, Stream.POSITION), 1), "a verdict on a position"),
        (Verdict(ItemId(3, 64, 1), 1), "an incarnation of 7 bits"),
        (Beacon(PLACE, 8), "a heading of 4 bits"),
        (CheckIn(1, 64), "a due time of 7 bits"),
        (Notice(""), "no text"),
        (Notice("n" * 71), "a text too long"),
        (Notice("x", recipient=0), "recipient 0, which means everyone"),
        (Retract(REF, 16), "a reason of 5 bits"),
        (Acknowledge((REF, REF)), "the same item twice"),
        (Acknowledge((ItemId(3, 0, 2), ItemId(3, 0, 1))), "items out of order"),
        (Dispatch(REF, 0, 10), "nobody is asked"),
        (Dispatch(REF, 65_536, 10), "a member number of 17 bits"),
        (Dispatch(REF, 4, 256), "minutes of 9 bits"),
        (Dispatch(REF, 4, 10, "n" * 61), "a text too long for a dispatch"),
        (Response(REF, 8), "a response of 4 bits"),
        (Response(REF, 2, 32), "an arrival of 6 bits"),
        (Response(REF, 3, 1), "an arrival of somebody who is there"),
        (Broadcast(REF, replace(SEEN, scope=1)), "a broadcast for some"),
        (Broadcast(REF, replace(SEEN, note="n")), "a broadcast with a note"),
        (Broadcast(REF, replace(SEEN, lifetime_s=600)), "a broadcast with a lifetime"),
        (Broadcast(REF, replace(SEEN, equipment=frozenset({1}))), "a broadcast with equipment"),
        (Broadcast(REF, replace(SEEN, about=REF)), "a broadcast that adds to a report"),
        (Broadcast(REF, replace(SEEN, extra={200: b""})), "extensions inside a broadcast"),
        (Broadcast(REF, replace(SEEN, place=EXACT)), "a broadcast to the metre"),
        (Broadcast(REF, replace(SEEN, place=GridPlace(0, 0, 2))), "not a centre, in a broadcast"),
        (Escalate(REF, 0), "an escalation to nobody"),
        (Escalate(REF, 3), "a level that does not exist"),
        (Escalate(REF, 1, 16), "a reason of an escalation of 5 bits"),
        (Close(REF, 16), "a closing reason of 5 bits"),
        (Sos(PLACE, 16), "an SOS kind of 5 bits"),
        (Sos(BLOCK, 0, 4), "a scope of 3 bits"),
        (SosEnd(REF, 16), "an ending of 5 bits"),
        (RollCall(256, 1), "slots of 9 bits"),
        (RollCall(1, 256), "a window of 9 bits"),
        (RollCall(1, 1, 256), "a role that does not exist"),
        (RollAnswer(REF, 0), "an answer that says nothing"),
        (RollAnswer(REF, 16), "a state of 5 bits"),
        (StandDown(BLOCK, 0), "a stand-down that is over at once"),
        (StandDown(BLOCK, 49), "a stand-down for more than a day"),
        (StandDown(BLOCK, 1, 16), "a stand-down reason of 5 bits"),
        (StandDown(PLACE, 1), "an area of 10 m"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_others_would_refuse_is_not_signed(body: KnownBody, why: str) -> None:
    with pytest.raises(ValueRangeError):
        encode(body)


@pytest.mark.parametrize(
    "extra", [b"", b"\x07", b"\x07\x05ab", b"\0\0", b"\x08\0\x07\0", b"\x07\0\x07\0"]
)
def test_damaged_extensions_are_malformed(extra: bytes) -> None:
    raw = encode(Retract(REF)).raw
    head, body = bytes((raw[0] | 1,)) + raw[1:9], raw[9:-SIGNATURE_SIZE]
    assert decode_item(head + body + extra + bytes(SIGNATURE_SIZE)) is Rejection.MALFORMED
    right = write_extensions({7: b"", 8: b"x"})
    assert isinstance(decode_item(head + body + right + bytes(SIGNATURE_SIZE)), Item)


@pytest.mark.parametrize("size", [0, 1, ITEM_MIN - 1, ITEM_MAX + 1, 255])
@pytest.mark.parametrize("kind", [1, 25])
def test_items_of_an_impossible_size_are_malformed(kind: int, size: int) -> None:
    assert decode_item((bytes((kind << 2,)) + bytes(300))[:size]) is Rejection.MALFORMED


@pytest.mark.parametrize("size", [ITEM_MIN, ITEM_MAX])
def test_items_of_the_extreme_sizes_are_read(size: int) -> None:
    assert isinstance(decode_item(bytes((25 << 2,)) + bytes(size - 1)), Item)


def test_kind_zero_is_malformed() -> None:
    assert decode_item(bytes(ITEM_MIN)) is Rejection.MALFORMED


def test_kinds_of_later_versions_are_kept_as_they_are() -> None:
    for kind, stream in ((25, Stream.LOG), (31, Stream.LOG), (63, Stream.POSITION)):
        raw = bytes((kind << 2 | 1,)) + bytes((0, 3, 0, 0, 9, 0, 0, 1)) + b"body" + bytes(64)
        item = decode_item(raw)
        assert isinstance(item, Item)
        assert item.body == UnknownBody(kind, b"body", extended=True)
        assert item.id == ItemId(3, 0, 9, stream)
        with pytest.raises(ValueError, match="does not know"):
            encode_item(
                item.body,
                item_id=item.id,
                units=0,
                identity=PIA,
                network_id=NETWORK.network_id,
            )


def test_a_place_must_be_the_centre_of_a_cell_of_the_charters_unit() -> None:
    item = encode_item(
        Report(GridPlace(120, 35, 2), 1),  # any cell of 10 m is one unit of 10 m
        item_id=REF,
        units=0,
        identity=PIA,
        network_id=NETWORK.network_id,
        grid_unit_m=10,
    )
    assert isinstance(decode_item(item.raw, grid_unit_m=10), Item)
    assert decode_item(item.raw, grid_unit_m=1) is Rejection.MALFORMED


def test_a_signature_of_another_network_or_member_does_not_count() -> None:
    item = encode(Retract(REF))
    assert item.is_signed_by(PIA.key, NETWORK.network_id)
    assert not item.is_signed_by(PIA.key, Network(name="Oak Street").network_id)
    assert not item.is_signed_by(NETWORK.identities["vic"].key, NETWORK.network_id)


@given(st.floats(-1e12, 1e12))
def test_a_wrong_clock_ends_at_a_limit_of_the_header(now: float) -> None:
    units = time_units(now, DATE)
    assert 0 <= units < 1 << 24
    if DATE <= now < DATE + 4 * ((1 << 24) - 1):
        assert now - 4 <= DATE + units * 4 <= now


def test_a_frame_tells_its_version_and_type_before_any_key() -> None:
    frame = NETWORK.frame([encode(Retract(REF))])
    for frame_type in FrameType:
        assert check_frame(bytes((0x10 | frame_type,)) + frame[1:]) is frame_type
    assert check_frame(frame) is FrameType.ITEM
    assert check_frame(frame[:17]) is Rejection.SIZE
    assert check_frame(frame + bytes(200)) is Rejection.SIZE
    assert check_frame(b"\x21" + frame[1:]) is Rejection.VERSION
    assert check_frame(b"\x01" + frame[1:]) is Rejection.VERSION
    for low in (0, *range(7, 16)):
        assert check_frame(bytes((0x10 | low,)) + frame[1:]) is Rejection.FRAME_TYPE


def test_a_frame_of_one_item_has_one_encoding() -> None:
    raw = encode(Retract(REF)).raw
    assert split_items(FrameType.ITEM, raw) == [raw]
    assert split_items(FrameType.ITEMS, bytes((len(raw),)) + raw) is Rejection.MALFORMED
    two = (bytes((len(raw),)) + raw) * 2
    assert split_items(FrameType.ITEMS, two) == [raw, raw]
    for bad in (two[:-1], two + b"\0", two + b"\x49", b"\x01\x01" + two):
        assert split_items(FrameType.ITEMS, bad) is Rejection.MALFORMED


def test_a_frame_needs_an_item_and_keeps_the_limit() -> None:
    with pytest.raises(ValueError, match="needs an item"):
        NETWORK.frame([])
    raw = encode(Retract(REF)).raw
    with pytest.raises(TooLongError) as caught:
        seal_items(NETWORK.all_keys(), KeyClass.EVERYONE, [raw, raw])
    assert (caught.value.size, caught.value.limit) == (17 + 2 * 80, FRAME_TARGET)
