"""Identities: a signature counts for one purpose, and nothing else verifies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.identity import (
    PURPOSE_GRANT,
    PURPOSE_ITEM,
    PURPOSE_REQUEST,
    Identity,
    fingerprint,
    verify,
)
from support.network import ROLES, Network, seed_of

NETWORK = Network()
ADA = NETWORK.founder
PURPOSES = (PURPOSE_ITEM, PURPOSE_REQUEST, PURPOSE_GRANT)


@given(st.binary(max_size=100), st.sampled_from(PURPOSES), st.sampled_from(PURPOSES))
def test_a_signature_counts_for_its_purpose_only(
    message: bytes, purpose: bytes, other: bytes
) -> None:
    signature = ADA.sign(purpose, message)
    assert len(signature) == 64
    assert verify(ADA.key, purpose, message, signature)
    assert verify(ADA.key, other, message, signature) == (other == purpose)
    assert not verify(ADA.key, purpose, message + b"\0", signature)
    assert not verify(Identity(seed_of("vic")).key, purpose, message, signature)


@given(st.binary(max_size=70), st.binary(max_size=40))
def test_any_bytes_as_a_signature_or_key_verify_nothing(signature: bytes, key: bytes) -> None:
    assert not verify(ADA.key, PURPOSE_ITEM, b"message", signature)
    assert not verify(key, PURPOSE_ITEM, b"message", ADA.sign(PURPOSE_ITEM, b"message"))


def test_a_fingerprint_is_five_groups_that_differ_between_keys() -> None:
    prints = {fingerprint(identity.key) for identity in NETWORK.identities.values()}
    assert len(prints) == len(ROLES)
    for text in prints:
        groups = text.split(" ")
        assert [len(group) for group in groups] == [4] * 5
        assert all(digit in "0123456789abcdef" for group in groups for digit in group)


def test_an_identity_shows_its_public_half_only() -> None:
    identity = Identity(bytes(range(32)))
    assert repr(identity) == f"Identity({fingerprint(identity.key)})"
    with pytest.raises(ValueError, match="32 bytes"):
        Identity(bytes(31))


@given(st.binary(max_size=40), st.sampled_from(PURPOSES), st.sampled_from(PURPOSES))
def test_a_longer_signature_does_not_bring_the_beginning_of_a_message_along(
    message: bytes, purpose: bytes, other: bytes
) -> None:
    """Signature and message are one string to libsodium: only the lengths tell them apart."""
    signature = ADA.sign(other, purpose + message)
    assert verify(ADA.key, other, purpose + message, signature)
    assert not verify(ADA.key, purpose, message, signature + other)
