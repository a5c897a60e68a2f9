import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.virtual.stream import MAX_FRAME_BYTES, FrameReader, framed

payloads = st.lists(st.binary(max_size=MAX_FRAME_BYTES), max_size=5)
# Noise that cannot be mistaken for the beginning of a frame.
noise = st.binary(max_size=40).map(lambda data: data.replace(b"\x94", b"\x95"))


def test_frame_has_mark_and_length_before_its_payload() -> None:
    assert framed(b"abc") == b"\x94\xc3\x00\x03abc"


def test_too_long_payload_is_refused() -> None:
    with pytest.raises(ValueError, match="512 bytes, not 513"):
        framed(bytes(513))


@given(payloads)
def test_frames_come_out_whole_when_fed_byte_by_byte(sent: list[bytes]) -> None:
    reader = FrameReader()
    stream = b"".join(framed(payload) for payload in sent)
    got = [payload for at in range(len(stream)) for payload in reader.feed(stream[at : at + 1])]
    assert got == sent
    assert reader.skipped == 0


@given(payloads, st.data())
def test_cuts_between_reads_do_not_matter(sent: list[bytes], data: st.DataObject) -> None:
    reader, got = FrameReader(), []
    stream = b"".join(framed(payload) for payload in sent)
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        got += reader.feed(stream[:size])
        stream = stream[size:]
    assert got == sent


@given(st.lists(st.tuples(noise, st.binary(max_size=MAX_FRAME_BYTES)), max_size=5), noise)
def test_noise_between_frames_is_skipped(sent: list[tuple[bytes, bytes]], tail: bytes) -> None:
    reader = FrameReader()
    stream = b"".join(before + framed(payload) for before, payload in sent) + tail
    assert reader.feed(stream) == [payload for _, payload in sent]
    assert reader.skipped == sum(len(before) for before, _ in sent) + len(tail)


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_garbage_never_raises_and_never_piles_up(pieces: list[bytes]) -> None:
    reader = FrameReader()
    for piece in pieces:
        for payload in reader.feed(piece):
            assert len(payload) <= MAX_FRAME_BYTES
        assert len(reader._buffer) < MAX_FRAME_BYTES + 4


def test_wake_up_bytes_before_a_frame_are_skipped() -> None:
    assert FrameReader().feed(b"\xc3" * 32 + framed(b"x")) == [b"x"]


def test_frame_inside_a_false_header_is_found() -> None:
    assert FrameReader().feed(b"\x94\xc3\xff" + framed(b"x")) == [b"x"]
    assert FrameReader().feed(b"\x94" + framed(b"x")) == [b"x"]
