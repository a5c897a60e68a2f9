"""Digests: every value has one encoding, every encoding one value, anything else is refused."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from meshdefense_protocol.digest import (
    HOLDERS_BYTES,
    Digest,
    Entry,
    Vector,
    decode_digest,
    encode_digest,
    stamp_of,
)
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.limits import INCARNATION_MAX, SEQUENCE_MAX
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.sealing import KeyClass

hashes = st.dictionaries(st.sampled_from(KeyClass), st.integers(0, 2**64 - 1)).map(
    lambda found: tuple(sorted(found.items()))
)
holders = st.builds(
    lambda bits, first: bits << 8 * first,
    st.integers(0, 2 ** (8 * HOLDERS_BYTES) - 1),
    st.integers(0, 200),
)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    marks = sorted(draw(st.sets(st.integers(0, SEQUENCE_MAX // 3), min_size=1, max_size=8)))
    runs = []
    for mark, follower in zip(marks, [*marks[1:], SEQUENCE_MAX // 3 + 1], strict=True):
        highest = min(3 * follower - 2, SEQUENCE_MAX)  # one sequence between two runs at least
        runs.append((draw(st.integers(3 * mark, max(3 * mark, highest))), 3 * mark))
    return Entry(
        draw(st.integers(0, 0xFFFF)),
        draw(st.integers(0, INCARNATION_MAX)),
        tuple(reversed(runs)),
        draw(st.booleans()),
    )


@st.composite
def digests(draw: st.DrawFn) -> Digest:
    vector = None
    if draw(st.booleans()):
        found = draw(
            st.lists(entries(), max_size=6, unique_by=lambda one: (one.author, one.incarnation))
        )
        found.sort(key=lambda one: (one.author, one.incarnation))
        first = draw(st.integers(0, found[0].author if found else 0xFFFF))
        last = draw(st.integers(found[-1].author if found else first, 0xFFFF))
        vector = Vector(first, last, tuple(found))
    number = st.integers(0, 0xFFFF)
    asks = draw(number) if vector else 0
    return Digest(draw(number), draw(number), draw(hashes), draw(holders), vector, asks)


@given(digests())
def test_every_digest_comes_back_from_its_bytes(digest: Digest) -> None:
    assume(digest.holders.bit_length() <= 8 * 256)
    assert decode_digest(encode_digest(digest)) == digest


@given(st.binary(max_size=183))
def test_any_bytes_give_a_digest_with_exactly_these_bytes_or_a_rejection(content: bytes) -> None:
    found = decode_digest(content)
    if isinstance(found, Rejection):
        assert found is Rejection.MALFORMED
    else:
        assert encode_digest(found) == content


@given(digests(), st.data())
def test_a_changed_byte_gives_another_digest_or_a_rejection(
    digest: Digest, data: st.DataObject
) -> None:
    content = bytearray(encode_digest(digest))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    assert decode_digest(bytes(content)) != digest


@given(entries(), st.integers(0, SEQUENCE_MAX))
def test_an_entry_says_yes_inside_its_runs_and_nothing_below_a_cut(
    entry: Entry, sequence: int
) -> None:
    inside = any(low <= sequence <= high for high, low in entry.runs)
    below = sequence < entry.runs[-1][1]
    expected = True if inside else None if entry.cut and below else False
    assert entry.says(sequence) is expected


def test_a_vector_says_nothing_of_authors_outside_its_range() -> None:
    vector = Vector(3, 9, (Entry(5, 0, ((7, 7),)),))
    assert vector.says(ItemId(2, 0, 1)) is None
    assert vector.says(ItemId(10, 0, 1)) is None
    assert vector.says(ItemId(5, 0, 7)) is True
    assert vector.says(ItemId(5, 1, 7)) is False
    assert vector.says(ItemId(8, 0, 0)) is False


def test_thirty_authors_with_one_run_each_fit_one_frame() -> None:
    found = tuple(Entry(author, 0, ((200, 180),)) for author in range(1, 31))
    digest = Digest(1, 0, ((KeyClass.EVERYONE, 1),), 0, Vector(0, 0xFFFF, found))
    assert len(encode_digest(digest)) + 17 <= 165


def test_a_digest_without_a_vector_takes_thirty_bytes_on_the_air() -> None:
    digest = Digest(7, stamp_of(1_000_000.0), ((KeyClass.EVERYONE, 5),))
    assert len(encode_digest(digest)) + 17 == 30
