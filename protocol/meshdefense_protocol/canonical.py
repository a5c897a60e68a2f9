"""JSON with one encoding for each value, read strictly: for charters and files of people."""

from __future__ import annotations

import json
from typing import Any

from meshdefense_protocol.errors import DecodeError

__all__ = ["canonical_json", "distinct_fields", "read_json_object"]


def canonical_json(value: dict[str, Any]) -> bytes:
    """The one JSON encoding of `value`: sorted keys, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def distinct_fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """For json.loads: an object in which no field stands twice. Raises ValueError."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands there twice")
    return found


def read_json_object(raw: bytes, fields: set[str], what: str) -> dict[str, Any]:
    """A JSON object with exactly these fields. Raises DecodeError that names what is off."""
    try:
        value = json.loads(raw, object_pairs_hook=distinct_fields)
    except (ValueError, RecursionError) as error:
        raise DecodeError(f"the {what} is not JSON: it is damaged or of another kind") from error
    if not isinstance(value, dict):
        raise DecodeError(f"the {what} is not a JSON object")
    missing, unknown = fields - value.keys(), value.keys() - fields
    if missing or unknown:
        raise DecodeError(
            f"the {what} lacks {sorted(missing) or 'nothing'} "
            f"and has {sorted(unknown) or 'nothing'} that does not belong there"
        )
    return value
