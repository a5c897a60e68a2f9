"""The same content in other encodings, signed and sealed as others would do it.

Baselines, not straw men: small integers as tags, the network's member number as author (their
usual key ids take 8 bytes and more), degrees in steps of 1e-5, nothing said that the other side
can derive. Every baseline carries a real Ed25519 signature; two are really sealed by AES-GCM,
which needs its nonce in the frame.
"""

from __future__ import annotations

import base64
import json
import secrets
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from meshdefense_protocol.identity import Identity

__all__ = ["Content", "cose", "json_signed", "protobuf"]

Content = dict[str, int | str | bytes | list[int]]
"""What an item says, by short name; every name has its place in TAGS."""

PURPOSE: Final = b"baseline"
NONCE_SIZE: Final = 12
KEY: Final = AESGCM(bytes(range(16)))
TAGS: Final = {
    name: number
    for number, name in enumerate(
        # 1 to 15 are those whose protobuf tag takes one byte: the frequent ones
        ("kind", "author", "seq", "time", "lat", "lon", "precision", "what", "severity", "count",
         "activity", "unit", "ago", "ref_author", "ref_seq", "result", "note", "heading", "motion",
         "battery", "state", "due", "to", "text", "reason", "meaning", "drill"),
        1,
    )
}  # fmt: skip


def protobuf(content: Content, identity: Identity) -> bytes:
    """Protobuf wire format, Ed25519, AES-GCM with its nonce."""
    body = b"".join(_field(TAGS[name], value) for name, value in content.items())
    return _sealed(body + identity.sign(PURPOSE, body))


def cose(content: Content, identity: Identity) -> bytes:
    """COSE_Sign1 (RFC 9052) over CBOR with integer keys, inside COSE_Encrypt0."""
    payload = _cbor({TAGS[name]: value for name, value in content.items() if name != "author"})
    protected = _cbor({1: -8})  # EdDSA
    author = content["author"]
    assert isinstance(author, int)  # a member's number
    signature = identity.sign(b"", _cbor(["Signature1", protected, b"", payload]))
    signed = _cbor([protected, {4: author.to_bytes(2, "big")}, payload, signature])
    nonce = secrets.token_bytes(NONCE_SIZE)
    head = _cbor({1: 1})  # A128GCM
    sealed = KEY.encrypt(nonce, signed, _cbor(["Encrypt0", head, b""]))
    return _cbor([head, {5: nonce}, sealed])


def json_signed(content: Content, identity: Identity) -> bytes:
    """JSON with names of one to three letters and a base64 signature, in clear."""
    short = {_short(name): value for name, value in content.items()}
    assert len(short) == len(content)  # no two names became one
    body = json.dumps(short, separators=(",", ":")).encode()
    signature = base64.b64encode(identity.sign(PURPOSE, body)).decode().rstrip("=")
    return json.dumps({**short, "s": signature}, separators=(",", ":")).encode()


def _short(name: str) -> str:
    """Three letters of one word, the initials of two."""
    return "".join(part[0] for part in name.split("_")) if "_" in name else name[:3]


def _sealed(plain: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_SIZE)
    return nonce + KEY.encrypt(nonce, plain, None)


# -- protobuf's wire format ----------------------------------------------------------------


def _field(tag: int, value: int | str | bytes | list[int]) -> bytes:
    if isinstance(value, int):
        signed = value << 1 if value >= 0 else (-value << 1) - 1  # zigzag, only where it can be
        return _varint(tag << 3) + _varint(signed if tag in (5, 6) else value)
    if isinstance(value, list):
        raw = b"".join(map(_varint, value))  # packed
    else:
        raw = value.encode() if isinstance(value, str) else value
    return _varint(tag << 3 | 2) + _varint(len(raw)) + raw


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    found.append(value)
    return bytes(found)


# -- CBOR ----------------------------------------------------------------------------------


def _cbor(value: object) -> bytes:
    """The few types of RFC 8949 that are needed here, in their shortest form."""
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(map(_cbor, value))
    if isinstance(value, dict):
        pairs = b"".join(_cbor(key) + _cbor(held) for key, held in value.items())
        return _head(5, len(value)) + pairs
    raise TypeError(f"no CBOR for {type(value).__name__}")


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes((major << 5 | number,))
    size = 1 if number < 1 << 8 else 2 if number < 1 << 16 else 4
    return bytes((major << 5 | {1: 24, 2: 25, 4: 26}[size],)) + number.to_bytes(size, "big")
