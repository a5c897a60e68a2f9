"""Manifests have one form, and nobody but the fleet signs them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from meshdefense.provisioning.manifests import (
    HISTORY_MAX,
    Manifest,
    ManifestError,
    fingerprint,
    read_history,
    sign,
    write_history,
)

KEY, OTHER = SigningKey(bytes(range(32))), SigningKey(bytes(32))
WORDS = st.text(max_size=40)
MANIFESTS = st.builds(
    Manifest,
    radio=WORDS,
    job=WORDS,
    node_number=st.integers(0, 2**32 - 1),
    public_key=st.binary(max_size=32),
    firmware=WORDS,
    hardware=WORDS,
    config_digest=WORDS,
    channel_fingerprints=st.dictionaries(WORDS, WORDS, max_size=8),
    member=st.none() | WORDS,
    proven_at=st.integers(0, 2**40),
    by=WORDS,
)
ONE = Manifest("P1", "patrol", 7, b"\1" * 32, "2.7.26", "RAK4631", "ab", {"South": "cd"}, "17",
               1_770_000_000, "heron")  # fmt: skip


@given(MANIFESTS)
def test_a_manifest_reads_back_from_its_one_form(manifest: Manifest) -> None:
    assert Manifest.parse(manifest.canonical()) == manifest
    assert manifest.canonical().isascii()


@given(MANIFESTS, st.randoms(use_true_random=False))
def test_the_order_in_which_channels_were_given_makes_no_difference(
    manifest: Manifest, chance: object
) -> None:
    names = list(manifest.channel_fingerprints.items())
    chance.shuffle(names)  # type: ignore[attr-defined]
    assert replace(manifest, channel_fingerprints=dict(names)).canonical() == manifest.canonical()


@pytest.mark.parametrize(
    "other",
    [
        lambda text: text.replace(b",", b", ", 1),
        lambda text: text + b"\n",
        lambda text: text.replace(b'"version":1', b'"version":1.0'),
        lambda text: text.replace(b'"version":1', b'"version":2'),
        lambda text: text.replace(b'"version":1', b'"version":true'),
        lambda text: text.replace(b'"node_number":7', b'"node_number":"7"'),
        lambda text: text.replace(b'"node_number":7', b'"node_number":7,"extra":1'),
        lambda text: text.replace(b'"by":"heron",', b""),
        lambda text: text.replace(b'"by"', b'"by":"x","by"'),
        lambda text: text.replace(b"P1", b"\\u0050\\u0031"),
        lambda text: b"[" * 100_000,
        lambda text: b"null",
        lambda text: b"\xff",
    ],
)
def test_any_other_form_is_refused(other: object) -> None:
    text = other(ONE.canonical())  # type: ignore[operator]
    assert text != ONE.canonical()
    with pytest.raises(ManifestError):
        Manifest.parse(text)


@given(MANIFESTS, MANIFESTS)
def test_a_signature_fits_one_manifest_and_one_fleet(one: Manifest, two: Manifest) -> None:
    signed = sign(one, KEY)
    signed.verify(KEY.verify_key)
    with pytest.raises(ManifestError, match="did not sign"):
        signed.verify(OTHER.verify_key)
    if one != two:
        with pytest.raises(ManifestError, match="did not sign"):
            replace(signed, manifest=two).verify(KEY.verify_key)


def test_every_flipped_bit_of_a_signature_is_refused() -> None:
    signed = sign(ONE, KEY)
    for bit in range(len(signed.signature) * 8):
        damaged = bytearray(signed.signature)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ManifestError):
            replace(signed, signature=bytes(damaged)).verify(KEY.verify_key)


def test_the_last_manifests_are_kept_and_older_ones_go() -> None:
    history = tuple(sign(replace(ONE, proven_at=at), KEY) for at in range(HISTORY_MAX + 5))
    found = read_history(write_history(history), KEY.verify_key)
    assert [one.manifest.proven_at for one in found] == list(range(5, HISTORY_MAX + 5))


def test_a_history_with_one_forged_manifest_is_refused() -> None:
    rows = json.loads(write_history((sign(ONE, KEY), sign(replace(ONE, by="x"), OTHER))))
    with pytest.raises(ManifestError, match="did not sign"):
        read_history(json.dumps(rows).encode(), KEY.verify_key)
    for content in (b"", b"{}", b"null", b'{"history":[{}]}', b'{"history":[[1]]}'):
        with pytest.raises(ManifestError):
            read_history(content, KEY.verify_key)


def test_a_fingerprint_tells_keys_apart_and_shows_none() -> None:
    keys = [bytes([number]) * 32 for number in range(100)]
    assert len({fingerprint(key) for key in keys}) == 100
    assert all(key.hex()[:16] != fingerprint(key) for key in keys)
    assert {len(fingerprint(key)) for key in keys} == {16}
