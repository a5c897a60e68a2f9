"""Seals: a frame opens with its own key and associated data, and with nothing else."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.sealing import EpochSecret, KeyClass, KeyRing
from support.network import Network, epoch_secret

NETWORK = Network()
contents = st.binary(min_size=1, max_size=183)


@given(contents, st.sampled_from(KeyClass), st.integers(0, 255))
def test_a_sealed_content_opens_and_names_its_class(
    content: bytes, key_class: KeyClass, type_byte: int
) -> None:
    keys = NETWORK.all_keys()
    frame = keys.seal(key_class, type_byte, content)
    assert len(frame) == 17 + len(content)
    assert keys.open(frame) == (epoch_secret(key_class), content)
    assert keys.seal(key_class, type_byte, content) == frame


@given(contents, st.sampled_from(KeyClass), st.integers(0, 7))
def test_another_class_epoch_or_network_opens_nothing(
    content: bytes, key_class: KeyClass, epoch: int
) -> None:
    frame = KeyRing(NETWORK.network_id, [epoch_secret(key_class, epoch)]).seal(
        key_class, 0x11, content
    )
    others = [epoch_secret(other, epoch) for other in KeyClass if other is not key_class]
    assert KeyRing(NETWORK.network_id, others).open(frame) is None
    assert KeyRing(NETWORK.network_id, [epoch_secret(key_class, epoch + 1)]).open(frame) is None
    right = epoch_secret(key_class, epoch)
    assert KeyRing(bytes(16), [right]).open(frame) is None
    # the same secret handed out for another class or epoch makes another key
    swapped = EpochSecret(KeyClass((key_class + 1) % 4), epoch, right.secret)
    assert KeyRing(NETWORK.network_id, [swapped]).open(frame) is None
    assert (
        KeyRing(NETWORK.network_id, [EpochSecret(key_class, 99, right.secret)]).open(frame) is None
    )


@given(contents, st.integers(0, 255))
def test_the_type_byte_is_authenticated(content: bytes, other: int) -> None:
    keys = NETWORK.all_keys()
    frame = keys.seal(KeyClass.EVERYONE, 0x11, content)
    assert (keys.open(bytes((other,)) + frame[1:]) is None) == (other != 0x11)


def test_the_frame_key_is_the_published_derivation() -> None:
    secret = epoch_secret(KeyClass.DISPATCH, 5)
    expected = hashlib.blake2b(
        b"\x02\x00\x05", key=secret.secret, person=b"md1 frame key", digest_size=64
    ).digest()
    assert secret.frame_key() == expected


def test_the_newest_epoch_seals_and_the_older_ones_still_open() -> None:
    both = KeyRing(NETWORK.network_id, [epoch_secret(KeyClass.FIELD, e) for e in (1, 3, 2)])
    opened = both.open(both.seal(KeyClass.FIELD, 0x11, b"content"))
    assert opened is not None
    assert opened[0].epoch == 3
    for epoch in (1, 2):
        old = KeyRing(NETWORK.network_id, [epoch_secret(KeyClass.FIELD, epoch)])
        assert both.open(old.seal(KeyClass.FIELD, 0x11, b"content")) == (
            epoch_secret(KeyClass.FIELD, epoch),
            b"content",
        )
    assert both.classes == {KeyClass.FIELD}


def test_nothing_is_sealed_for_a_class_without_its_key() -> None:
    with pytest.raises(KeyError):
        NETWORK.keys("rob").seal(KeyClass.ORGANIZERS, 0x11, b"content")


def test_a_secret_does_not_show_itself() -> None:
    secret = EpochSecret(KeyClass.FIELD, 2, bytes(range(32)))
    shown = f"{secret!r} {secret}"
    assert bytes(range(32)).hex() not in shown
    assert "\\x01" not in shown
    assert "FIELD" in shown


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_secret_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        EpochSecret(KeyClass.FIELD, 0, bytes(size))


@pytest.mark.parametrize("epoch", [-1, 65_536])
def test_an_epoch_that_its_two_bytes_cannot_hold_is_refused(epoch: int) -> None:
    with pytest.raises(ValueError, match="epoch"):
        EpochSecret(KeyClass.FIELD, epoch, bytes(32))


@given(st.binary(max_size=40))
def test_short_frames_open_to_nothing(frame: bytes) -> None:
    assert NETWORK.all_keys().open(frame) is None
