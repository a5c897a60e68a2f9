"""Fragments, requests for them, and the manifest that announces a long report."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.errors import DecodeError, Rejection, ValueRangeError
from meshdefense_protocol.fragments import (
    CHUNK_SIZE,
    FRAGMENTS_MAX,
    Fragment,
    FragmentRequest,
    chunk_size,
    content_hash,
    content_of,
    cut,
    decode_fragment,
    decode_request,
    encode_fragment,
    encode_request,
    fragment_count,
)
from meshdefense_protocol.frames import FrameType, open_frame, seal_control
from meshdefense_protocol.limits import FRAME_TARGET, LONG_TEXT_MAX
from meshdefense_protocol.packets import Manifest
from meshdefense_protocol.packets.extension import Extension
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.priority import Priority, priority_of
from meshdefense_protocol.roster import Role, may
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.wire import Reader
from support.bodies import refs
from support.network import Network
from support.vectors import load

REF = ItemId(3, 0, 17)
VECTORS = load("fragments")["cases"]


@given(refs(), st.integers(0, FRAGMENTS_MAX - 1), st.binary(min_size=1, max_size=CHUNK_SIZE))
def test_a_fragment_is_read_as_it_was_written(ref: ItemId, index: int, data: bytes) -> None:
    fragment = Fragment(ref, index, data)
    assert decode_fragment(encode_fragment(fragment)) == fragment


@given(
    st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), refs(), st.integers(0, (1 << FRAGMENTS_MAX) - 1)
)
def test_a_request_is_read_as_it_was_written(
    sender: int, stamp: int, ref: ItemId, held: int
) -> None:
    request = FragmentRequest(sender, stamp, ref, held)
    assert decode_request(encode_request(request)) == request


@given(st.binary(max_size=183))
def test_any_bytes_are_a_fragment_in_one_way_or_malformed(content: bytes) -> None:
    found = decode_fragment(content)
    assert found is Rejection.MALFORMED or (
        isinstance(found, Fragment) and encode_fragment(found) == content
    )


@given(st.binary(max_size=20) | st.binary(min_size=11, max_size=11).map(lambda b: b"\x01" + b))
def test_any_bytes_are_a_request_in_one_way_or_malformed(content: bytes) -> None:
    found = decode_request(content)
    assert found is Rejection.MALFORMED or (
        isinstance(found, FragmentRequest) and encode_request(found) == content
    )


@pytest.mark.parametrize(
    "content",
    [
        encode_fragment(Fragment(REF, 0, b"")),
        encode_fragment(Fragment(REF, FRAGMENTS_MAX, b"x")),
        encode_fragment(Fragment(REF, 0, bytes(CHUNK_SIZE + 1))),
        encode_fragment(Fragment(REF, 0, b"x"))[:5],
    ],
    ids=["no data", "an index beyond the last", "more data than fit", "cut off"],
)
def test_a_fragment_that_cannot_be_is_malformed(content: bytes) -> None:
    assert decode_fragment(content) is Rejection.MALFORMED


@pytest.mark.parametrize(
    "content",
    [
        b"\x02" + encode_request(FragmentRequest(3, 0, REF, 0))[1:],
        encode_request(FragmentRequest(3, 0, REF, 1 << FRAGMENTS_MAX)),
        encode_request(FragmentRequest(3, 0, REF, 0)) + b"\0",
        encode_request(FragmentRequest(3, 0, REF, 0))[:-1],
    ],
    ids=["asks for something else", "a fragment beyond the last", "too long", "cut off"],
)
def test_a_request_that_cannot_be_is_malformed(content: bytes) -> None:
    assert decode_request(content) is Rejection.MALFORMED


@given(st.binary(min_size=1, max_size=LONG_TEXT_MAX))
def test_pieces_joined_are_the_text_and_have_the_expected_sizes(content: bytes) -> None:
    pieces = cut(content)
    assert b"".join(pieces) == content
    assert len(pieces) == fragment_count(len(content)) <= FRAGMENTS_MAX
    sizes = [chunk_size(len(content), index) for index in range(len(pieces))]
    assert [len(piece) for piece in pieces] == sizes
    assert chunk_size(len(content), len(pieces)) <= 0


def test_the_largest_fragment_fills_a_frame_exactly() -> None:
    keys = Network().all_keys()
    content = encode_fragment(Fragment(REF, FRAGMENTS_MAX - 1, bytes(CHUNK_SIZE)))
    frame = seal_control(keys, KeyClass.EVERYONE, FrameType.FRAGMENT, content)
    assert len(frame) == FRAME_TARGET
    opened = open_frame(keys, frame)
    assert not isinstance(opened, Rejection)
    assert opened[1:] == (FrameType.FRAGMENT, content)


@pytest.mark.parametrize("text", ["", "x" * (LONG_TEXT_MAX + 1), "ñ" * 751, "\ud800"])
def test_a_text_that_cannot_be_sent_is_refused_with_words(text: str) -> None:
    with pytest.raises(ValueRangeError, match=r"1 to 1500|cannot be sent"):
        content_of(text)


def test_the_hash_belongs_to_one_network() -> None:
    content = content_of("ñ" * 750)
    assert len(content) == LONG_TEXT_MAX
    assert content_hash(bytes(16), content) != content_hash(b"\1" + bytes(15), content)
    assert content_hash(bytes(16), content) != content_hash(bytes(16), content[:-1])


@pytest.mark.parametrize(
    ("fixed", "extensions"),
    [
        (b"\x01\x00\x05" + bytes(16), {}),
        (b"\x00\x00\x00" + bytes(16), {}),
        (b"\x00\x05\xdd" + bytes(16), {}),
        (b"\x00\x00\x05" + bytes(15), {}),
        (b"\x00\x00\x05" + bytes(16), {int(Extension.MORE_REFS): REF.ref_bytes() * 2}),
        (b"\x00\x00\x05" + bytes(16), {int(Extension.MORE_REFS): b""}),
        (b"\x00\x00\x05" + bytes(16), {int(Extension.LIFETIME): b"\x00"}),
    ],
    ids=["zero bits", "no text", "1501 bytes", "short hash", "two refs", "no ref", "lifetime 0"],
)
def test_a_manifest_that_cannot_be_is_refused(fixed: bytes, extensions: dict[int, bytes]) -> None:
    with pytest.raises(DecodeError):
        Manifest.read(Reader(fixed), extensions)


def test_a_manifest_is_said_by_those_who_speak_and_waits_like_a_notice() -> None:
    assert may(Role.REPORTER, Manifest.KIND)
    assert not may(Role.RECIPIENT, Manifest.KIND)
    assert not may(Role.RELAY, Manifest.KIND)
    assert priority_of(Manifest(5, bytes(16))) is Priority.NOTICE


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_a_control_frame_is_what_is_published(case: dict[str, Any]) -> None:
    network = Network()
    content = bytes.fromhex(case["content"])
    frame = bytes.fromhex(case["frame"])
    kind = FrameType(case["type"])
    assert seal_control(network.all_keys(), KeyClass(case["class"]), kind, content) == frame
    opened = open_frame(network.all_keys(), frame)
    assert not isinstance(opened, Rejection)
    assert (opened[0].key_class, opened[1], opened[2]) == (case["class"], kind, content)
    fields = case["fields"]
    ref = ItemId.parse(fields["ref"])
    if kind is FrameType.FRAGMENT:
        assert decode_fragment(content) == Fragment(
            ref, fields["index"], bytes.fromhex(fields["data"])
        )
    else:
        assert decode_request(content) == FragmentRequest(
            fields["sender"], fields["stamp"], ref, fields["held"]
        )


def test_the_published_fragments_are_the_published_text() -> None:
    published = load("fragments")
    pieces = [
        bytes.fromhex(case["fields"]["data"])
        for case in VECTORS
        if case["type"] == FrameType.FRAGMENT
    ]
    content = published["text"].encode()
    assert b"".join(pieces) == content
    found = content_hash(Network().network_id, content)
    assert found.hex() == published["content_hash"]
    manifest = load("manifest")["cases"][0]["fields"]
    assert (manifest["size"], manifest["content_hash"]) == (len(content), found.hex())
