"""The seed of a new epoch, sealed for all members but some, and the secrets that follow from it.

`seal_tree` wraps it for the subtrees that hold nobody excluded; `seal_boxes` wraps it for each
member, for when the master of the tree is lost itself. Nothing in here is signed: k organizers
signed the commitment to the seed and the hash of the content.
Source: docs/protocol.md, "Re-key"; docs/decisions/0020-rekey-without-signature.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import ECB
from nacl.bindings import (
    crypto_scalarmult,
    crypto_scalarmult_base,
    crypto_sign_ed25519_pk_to_curve25519,
    crypto_sign_ed25519_sk_to_curve25519,
    crypto_sign_seed_keypair,
)
from nacl.exceptions import CryptoError

from meshdefense_protocol.errors import ValueRangeError
from meshdefense_protocol.packets.decisions import COMMITMENT_SIZE
from meshdefense_protocol.rekey_content import (
    SEED_SIZE,
    BoxContent,
    TreeContent,
    decode_content,
    encode_content,
)
from meshdefense_protocol.rekey_parts import PARTS_MAX, frames_for
from meshdefense_protocol.sealing import SECRET_SIZE
from meshdefense_protocol.subtree import NUMBER_MAX, check_numbers, cover, node_key, path

__all__ = [
    "COMMITMENT_SIZE",
    "class_secret",
    "commitment_of",
    "open_boxes",
    "open_content",
    "open_tree",
    "seal_boxes",
    "seal_tree",
]

_KEY_SIZE: Final = 32


def commitment_of(network_id: bytes, epoch: int, seed: bytes) -> bytes:
    """16 bytes that only this seed has, and that do not tell it: it is drawn, not thought up."""
    return hashlib.blake2b(
        network_id + _two(epoch), key=seed, person=b"md1 commitment", digest_size=COMMITMENT_SIZE
    ).digest()


def class_secret(static: bytes, seed: bytes, key_class: int, epoch: int) -> bytes:
    """The 32-byte secret of a class in an epoch.

    Only whoever has the class's static secret (32 bytes, from enrolment) and the epoch's seed
    can compute it.
    """
    if len(static) != SECRET_SIZE:
        raise ValueError(f"a static secret has {SECRET_SIZE} bytes, not {len(static)}")
    return hashlib.blake2b(
        _checked(seed) + bytes((key_class,)) + _two(epoch),
        key=static,
        person=b"md1 class",
        digest_size=SECRET_SIZE,
    ).digest()


def seal_tree(
    master: bytes,
    network_id: bytes,
    epoch: int,
    generation: int,
    seed: bytes,
    excluded: Collection[int],
    highest: int,
) -> bytes:
    """A content for all but the excluded members.

    The same parameters give the same bytes, so that another organizer can check them. Raises
    ValueRangeError for numbers outside 1 to `highest`, for nobody left, for too many parts.
    """
    commitment = commitment_of(network_id, epoch, _checked(seed))
    wraps = []
    for node in cover(excluded, highest):
        key = node_key(master, network_id, generation, node)
        wraps.append(_seal(_wrap_key(key, network_id, generation, epoch, commitment), seed))
    numbers = tuple(sorted(set(excluded)))
    return _fitting(TreeContent(generation, highest, numbers, tuple(wraps)))


def open_tree(
    content: bytes,
    number: int,
    path_keys: Mapping[int, bytes],
    network_id: bytes,
    epoch: int,
    commitment: bytes,
) -> bytes | None:
    """The seed with the commitment; None for the excluded, for damage, for anything else."""
    found = decode_content(content)
    if not isinstance(found, TreeContent):
        return None
    nodes = set(path(number)) & path_keys.keys()
    for node, wrap in zip(cover(found.excluded, found.highest), found.wraps, strict=True):
        if node in nodes:
            key = _wrap_key(path_keys[node], network_id, found.generation, epoch, commitment)
            return _committed(_open(key, wrap), network_id, epoch, commitment)
    return None


def seal_boxes(
    network_id: bytes,
    epoch: int,
    generation: int,
    seed: bytes,
    members: Mapping[int, bytes],
    ephemeral: bytes,
) -> bytes:
    """A content for these members alone: Ed25519 keys by number.

    `ephemeral` is 32 bytes of entropy, used here and forgotten. Raises ValueRangeError for a
    key that is none, for numbers that are none, for nobody, for too many parts.
    """
    commitment = commitment_of(network_id, epoch, _checked(seed))
    check_numbers(members.keys(), NUMBER_MAX)
    if len(ephemeral) != _KEY_SIZE:  # the binding does not look
        raise ValueError(f"an ephemeral secret has {_KEY_SIZE} bytes, not {len(ephemeral)}")
    wraps = []
    for number in sorted(members):
        try:
            point = crypto_sign_ed25519_pk_to_curve25519(members[number])
            shared = crypto_scalarmult(ephemeral, point)
        except CryptoError as error:
            raise ValueRangeError(f"the key of member {number} is not a usable key") from error
        wraps.append(_seal(_box_key(shared, network_id, epoch, commitment, number), seed))
    public = crypto_scalarmult_base(ephemeral)
    return _fitting(BoxContent(generation, public, tuple(sorted(members)), tuple(wraps)))


def open_boxes(
    content: bytes,
    number: int,
    member_seed: bytes,
    network_id: bytes,
    epoch: int,
    commitment: bytes,
) -> bytes | None:
    """The seed with the commitment; `member_seed` is that of the member's signing key."""
    found = decode_content(content)
    if not isinstance(found, BoxContent) or number not in found.present:
        return None
    scalar = crypto_sign_ed25519_sk_to_curve25519(crypto_sign_seed_keypair(member_seed)[1])
    try:
        shared = crypto_scalarmult(scalar, found.ephemeral)
    except CryptoError:
        return None  # a point of low order: the shared secret would be zero for everybody
    key = _box_key(shared, network_id, epoch, commitment, number)
    wrap = found.wraps[found.present.index(number)]
    return _committed(_open(key, wrap), network_id, epoch, commitment)


def open_content(
    content: bytes,
    number: int,
    path_keys: Mapping[int, bytes],
    member_seed: bytes,
    network_id: bytes,
    epoch: int,
    commitment: bytes,
) -> bytes | None:
    """The seed with the commitment, whichever way it was wrapped; None when there is none."""
    return open_tree(content, number, path_keys, network_id, epoch, commitment) or open_boxes(
        content, number, member_seed, network_id, epoch, commitment
    )


def _two(number: int) -> bytes:
    return number.to_bytes(2, "big")


def _checked(seed: bytes) -> bytes:
    if len(seed) != SEED_SIZE:
        raise ValueError(f"an epoch seed has {SEED_SIZE} bytes, not {len(seed)}")
    return seed


def _wrap_key(
    key: bytes, network_id: bytes, generation: int, epoch: int, commitment: bytes
) -> bytes:
    return hashlib.blake2b(
        network_id + bytes((generation,)) + _two(epoch) + commitment,
        key=key,
        person=b"md1 wrap",
        digest_size=_KEY_SIZE,
    ).digest()


def _box_key(shared: bytes, network_id: bytes, epoch: int, commitment: bytes, number: int) -> bytes:
    return hashlib.blake2b(
        network_id + _two(epoch) + commitment + _two(number),
        key=shared,
        person=b"md1 box",
        digest_size=_KEY_SIZE,
    ).digest()


def _seal(key: bytes, seed: bytes) -> bytes:
    # a mode would need a nonce: the key is that of one commitment, so it meets one block ever
    return Cipher(AES256(key), ECB()).encryptor().update(seed)


def _open(key: bytes, wrap: bytes) -> bytes:
    return Cipher(AES256(key), ECB()).decryptor().update(wrap)


def _committed(seed: bytes, network_id: bytes, epoch: int, commitment: bytes) -> bytes | None:
    return seed if commitment_of(network_id, epoch, seed) == commitment else None


def _fitting(content: TreeContent | BoxContent) -> bytes:
    if not content.wraps:
        raise ValueRangeError("nobody would be left to get the new keys")
    raw = encode_content(content)
    if frames_for(raw) > PARTS_MAX:
        raise ValueRangeError(
            f"these new keys would need {frames_for(raw)} frames, the limit is {PARTS_MAX}"
        )
    return raw
