"""The golden vectors as tests read them: JSON, hex and plain numbers.

`fields_of` and `body_from` go between a body and the JSON of its fields, so that a vector
says what it holds without our classes. Bytes are lower-case hex, ids "3.0.17".
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from meshdefense_protocol.packets import BODIES, Body, KnownBody, Report, UnknownBody
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.place import AbsolutePlace, GridPlace, Place

__all__ = ["FOLDER", "KNOWN_FILES", "PACKET_FILES", "body_from", "fields_of", "load", "names"]

FOLDER = Path(__file__).resolve().parents[1] / "vectors"
KNOWN_FILES = (
    "report",
    "verdict",
    "checkin",
    "notice",
    "retract",
    "acknowledge",
    "manifest",
    "dispatch",
    "response",
    "broadcast",
    "escalate",
    "close",
    "sos",
    "sosend",
    "rollcall",
    "rollanswer",
    "standdown",
    "grant",
    "revoke",
    "suspend",
    "lift",
    "policy",
    "newkeys",
    "warn",
    "endorse",
    "beacon",
)
"""Files with cases of one kind each."""
PACKET_FILES = (*KNOWN_FILES, "unknown")


def names() -> list[str]:
    """The names of all vector files, without ".json"."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def load(name: str) -> dict[str, Any]:
    """One vector file."""
    content = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def fields_of(body: Body) -> dict[str, Any]:
    """The fields of a body as JSON, every one of them."""
    return {
        field.name: _to_json(getattr(body, field.name))
        for field in dataclasses.fields(body)
        if not (isinstance(body, UnknownBody) and field.name == "extra")
    }


def _to_json(value: Any) -> Any:
    if isinstance(value, (GridPlace, AbsolutePlace)):
        return dataclasses.asdict(value)
    if isinstance(value, Report):
        return fields_of(value)
    if isinstance(value, ItemId):
        return str(value)
    if isinstance(value, (frozenset, tuple)):
        return [_to_json(entry) for entry in sorted(value)]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): _to_json(entry) for key, entry in value.items()}
    return value


def body_from(kind: int, fields: dict[str, Any]) -> KnownBody:
    """The body that these fields describe."""
    values = dict(fields)
    if "place" in values:
        values["place"] = _place_from(values["place"])
    if "report" in values:
        values["report"] = body_from(Report.KIND, values["report"])
    for name in ("ref", "about"):
        if values.get(name) is not None:
            values[name] = ItemId.parse(values[name])
    for name in ("key", "commitment", "content_hash"):
        if name in values:
            values[name] = bytes.fromhex(values[name])
    if "digests" in values:
        values["digests"] = tuple(bytes.fromhex(raw) for raw in values["digests"])
    if "refs" in values:
        values["refs"] = tuple(ItemId.parse(text) for text in values["refs"])
    if "equipment" in values:
        values["equipment"] = frozenset(values["equipment"])
    values["extra"] = {int(key): bytes.fromhex(raw) for key, raw in values["extra"].items()}
    return BODIES[kind](**values)


def _place_from(fields: dict[str, int] | None) -> Place | None:
    if fields is None:
        return None
    return AbsolutePlace(**fields) if "lat" in fields else GridPlace(**fields)
