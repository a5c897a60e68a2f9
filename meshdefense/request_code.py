"""A request to be let in as one line of text, for a QR code or for typing.

    "MDREQ1:" + base45( handle length 1 | handle | key 32 | signature 64 | checksum 4 )

Base45 (RFC 9285) uses only the characters that a QR code packs densest: 160 to 183 of them
here. The signature is that of the request file, so the file comes back byte for byte. A code
is as public as its file: it lets nobody in by itself. Source: docs/protocol.md, "Request code".
"""

from __future__ import annotations

import hashlib
import json
from typing import Final

from meshdefense_protocol.canonical import canonical_json, read_json_object
from meshdefense_protocol.errors import DecodeError, ValueRangeError
from meshdefense_protocol.identity import KEY_SIZE, PURPOSE_REQUEST, verify
from meshdefense_protocol.limits import SIGNATURE_SIZE
from meshdefense_protocol.roster import check_member_name

__all__ = ["PREFIX", "from_code", "to_code"]

PREFIX: Final = "MDREQ1:"
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_BASE: Final = len(_ALPHABET)
_CHECK_SIZE: Final = 4
_FIXED_SIZE: Final = 1 + KEY_SIZE + SIGNATURE_SIZE + _CHECK_SIZE
_TEXT_MAX: Final = 1000
"""Characters looked at; a code has at most 183."""
_TYPE: Final = "meshdefense request 1"
_FIELDS: Final = {"type", "handle", "key", "signature"}
_AGAIN: Final = "scan it again, or take the file"


def to_code(request_text: str) -> str:
    """The code of a request file's text. Raises DecodeError when it is no sound request."""
    fields = read_json_object(request_text.encode(errors="replace"), _FIELDS, "request")
    if not all(isinstance(value, str) for value in fields.values()):
        raise DecodeError("the request is damaged: a field of it is not text")
    if fields["type"] != _TYPE:
        raise DecodeError("this is not a request, but a file of another kind")
    try:
        key, signature = bytes.fromhex(fields["key"]), bytes.fromhex(fields["signature"])
    except ValueError as error:
        raise DecodeError("the request is damaged: its key or signature is not hex") from error
    if (key.hex(), signature.hex()) != (fields["key"], fields["signature"]):
        raise DecodeError("the request is damaged: its hex digits are not written in lower case")
    _check(fields["handle"], key, signature)
    handle = fields["handle"].encode()
    raw = bytes((len(handle),)) + handle + key + signature
    return PREFIX + _encode(raw + _checksum(raw))


def from_code(code: str) -> str:
    """The request file's text that a code stands for.

    Small letters, line ends, and spaces before and after it are forgiven. Raises DecodeError
    that says what is wrong, for any other text.
    """
    raw = _decode(_body(code))
    content, check = raw[:-_CHECK_SIZE], raw[-_CHECK_SIZE:]
    if _checksum(content) != check:
        raise DecodeError(f"the code has a wrong character somewhere; {_AGAIN}")
    size = content[0]
    try:
        handle = content[1 : 1 + size].decode()
    except UnicodeDecodeError as error:
        raise DecodeError("the handle in the code is not UTF-8") from error
    key = content[1 + size : 1 + size + KEY_SIZE]
    signature = content[1 + size + KEY_SIZE :]
    _check(handle, key, signature)
    fields = _content(handle, key) | {"signature": signature.hex()}
    return json.dumps(fields, indent=1) + "\n"


def _content(handle: str, key: bytes) -> dict[str, str]:
    """What the signature of a request is made over."""
    return {"type": _TYPE, "handle": handle, "key": key.hex()}


def _check(handle: str, key: bytes, signature: bytes) -> None:
    try:
        check_member_name(handle)
    except ValueRangeError as error:
        raise DecodeError(f"the request cannot be taken: {error}") from error
    if (len(key), len(signature)) != (KEY_SIZE, SIGNATURE_SIZE):
        raise DecodeError("the request is damaged: its key or signature has the wrong size")
    if not verify(key, PURPOSE_REQUEST, canonical_json(_content(handle, key)), signature):
        raise DecodeError("the request is damaged: its signature does not fit")


def _body(code: str) -> str:
    """The base45 part, with the length that its first byte asks for."""
    text = "".join(code[:_TEXT_MAX].splitlines()).replace("\t", " ").strip()
    if text.isascii():
        text = text.upper()
    if not text.startswith(PREFIX):
        raise DecodeError(f"a request's code begins with {PREFIX} and this does not")
    body = text.removeprefix(PREFIX)
    wrong = next((char for char in body if char not in _ALPHABET), None)
    if wrong is not None:
        raise DecodeError(f"{wrong!a} cannot be in a code; {_AGAIN}")
    if len(body) < 3:
        raise DecodeError(f"the code is cut short; {_AGAIN}")
    size = _FIXED_SIZE + _decode(body[:3])[0]
    wanted = size // 2 * 3 + size % 2 * 2
    if len(body) > wanted:
        raise DecodeError(f"the code is too long by {len(body) - wanted} characters; {_AGAIN}")
    whole = body.ljust(wanted)  # a code may end in spaces, which many programs cut off
    if len(whole) - len(body) > 2:
        raise DecodeError(
            f"{wanted - len(body)} characters of the code are missing; where it was copied as "
            f"text, double spaces may have become single ones; {_AGAIN}"
        )
    return whole


def _checksum(raw: bytes) -> bytes:
    return hashlib.blake2b(raw, digest_size=_CHECK_SIZE, person=b"md1 request code").digest()


def _encode(raw: bytes) -> str:
    """Base45: 3 characters for 2 bytes, 2 for a last one, the least significant first."""
    found = []
    for at in range(0, len(raw), 2):
        pair = raw[at : at + 2]
        value = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            value, place = divmod(value, _BASE)
            found.append(_ALPHABET[place])
    return "".join(found)


def _decode(body: str) -> bytes:
    """The bytes of base45 characters. Raises DecodeError."""
    found = bytearray()
    for at in range(0, len(body), 3):
        group = body[at : at + 3]
        value = sum(_ALPHABET.index(char) * _BASE**place for place, char in enumerate(group))
        size = len(group) - 1
        if not size or value >= 256**size:
            raise DecodeError(f"the code has a wrong character somewhere; {_AGAIN}")
        found += value.to_bytes(size, "big")
    return bytes(found)
