"""Asking to be let in: a file, or its code, with a public key and a wished handle.

It lets nobody in by itself and holds no secret. Source: docs/protocol.md, "Files".
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from meshdefense import request_code
from meshdefense.storage.records import Batch
from meshdefense.storage.repository import Store
from meshdefense_protocol.canonical import canonical_json, read_json_object
from meshdefense_protocol.errors import DecodeError
from meshdefense_protocol.identity import PURPOSE_REQUEST, SEED_SIZE, Identity, verify
from meshdefense_protocol.roster import check_member_name

__all__ = ["own_identity", "read_request", "request"]

_FIELDS: Final = {"type", "handle", "key", "signature"}
_TYPE: Final = "meshdefense request 1"


def request(store: Store, handle: str, rng: Callable[[int], bytes]) -> str:
    """The text of a request; makes this node's key when there is none.

    `rng(n)` gives n secret bytes. Raises ValueRangeError for a handle that nobody can have.
    """
    check_member_name(handle)
    identity = own_identity(store, rng)
    content = {"type": _TYPE, "handle": handle, "key": identity.key.hex()}
    signature = identity.sign(PURPOSE_REQUEST, canonical_json(content))
    return json.dumps({**content, "signature": signature.hex()}, indent=1) + "\n"


def read_request(text: str) -> tuple[str, bytes]:
    """Handle and key of a request, given as a file's text or as its code.

    Raises DecodeError, ValueRangeError for a handle that nobody can have.
    """
    if text.lstrip()[: len(request_code.PREFIX)].upper() == request_code.PREFIX:
        text = request_code.from_code(text)
    fields = read_json_object(text.encode(errors="replace"), _FIELDS, "request")
    if fields["type"] != _TYPE:
        raise DecodeError(f"this is not a request but {fields['type']!a}")
    if not all(isinstance(value, str) for value in fields.values()):
        raise DecodeError("the request is damaged: a field of it is not text")
    content = {name: fields[name] for name in _FIELDS - {"signature"}}
    try:
        key, signature = bytes.fromhex(fields["key"]), bytes.fromhex(fields["signature"])
    except (TypeError, ValueError) as error:
        raise DecodeError("the request is damaged") from error
    if (key.hex(), signature.hex()) != (fields["key"], fields["signature"]):
        raise DecodeError("the request is damaged: its hex digits are not written in lower case")
    if not verify(key, PURPOSE_REQUEST, canonical_json(content), signature):
        raise DecodeError("the request is damaged: its signature does not fit")
    check_member_name(fields["handle"])
    return fields["handle"], key


def own_identity(store: Store, rng: Callable[[int], bytes]) -> Identity:
    """This node's signing key, drawn and stored when there is none."""
    seed = store.secret("identity")
    if seed is None:
        seed = rng(SEED_SIZE)
        store.commit(Batch(secrets={"identity": seed}))
    return Identity(seed)
