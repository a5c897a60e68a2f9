"""Explain the bytes of a frame or of a bare item, field by field.

Pure: bytes and keys in, rows out; nothing is raised for bytes of any kind. What a receiver
would do with them is decided by the protocol's own code, the rows only show why.
Source: docs/protocol.md.
"""

from __future__ import annotations

from typing import Final

from meshdefense.cli.body_fields import BODY_FIELDS
from meshdefense.cli.explain_control import explain_control
from meshdefense.cli.explanation import Explanation, Keys, Row, add_fields, whole
from meshdefense.cli.packet_fields import (
    HEADER_FIELDS,
    REKEY_PART_FIELDS,
    Context,
    extension_meaning,
    kind_name,
)
from meshdefense_protocol import PROTOCOL_VERSION
from meshdefense_protocol.errors import DecodeError, Rejection
from meshdefense_protocol.frames import FrameType, check_frame, split_items
from meshdefense_protocol.items import Item, decode_item, read_item
from meshdefense_protocol.limits import FRAME_OVERHEAD, HEADER_SIZE, SIGNATURE_SIZE
from meshdefense_protocol.members import may, may_say, role_names
from meshdefense_protocol.packets import BODIES, UnknownBody
from meshdefense_protocol.packets.extension import Extension
from meshdefense_protocol.rekey_parts import decode_part

__all__ = ["explain"]

_TYPES: Final = {
    FrameType.ITEM: "one item",
    FrameType.ITEMS: "several items, each after a byte with its length",
    FrameType.DIGEST: "a digest: what its sender holds",
    FrameType.REQUEST: "a request for fragments",
    FrameType.FRAGMENT: "a fragment of a long report",
    FrameType.REKEY: "a part of the wraps of new keys",
}

REKEY_PART_HEAD: Final = sum(each.bits for each in REKEY_PART_FIELDS) // 8


def explain(raw: bytes, keys: Keys, *, bare_item: bool = False) -> Explanation:
    """Explain a frame, or an item when `bare_item` says so or the bytes can be nothing else.

    A frame of version 1 and an extended check-in may begin alike; the keys decide, then the
    item's own structure.
    """
    if not bare_item:
        opened = None if keys.ring is None else keys.ring.open(raw)
        item = decode_item(raw, grid_unit_m=_unit(keys))
        known = isinstance(item, Item) and not isinstance(item.body, UnknownBody)
        if opened is not None or not known:
            return _explain_frame(raw, keys)
    explanation = Explanation("item", len(raw))
    _explain_item(explanation, raw, 0, keys)
    return explanation


def _unit(keys: Keys) -> int:
    return 1 if keys.charter is None else keys.charter.unit_m


def _explain_frame(raw: bytes, keys: Keys) -> Explanation:
    found = Explanation("frame", len(raw))
    kind = check_frame(raw)
    if raw:
        low = raw[0] & 15
        name = _TYPES[kind] if isinstance(kind, FrameType) else "not known"
        right = raw[0] >> 4 == PROTOCOL_VERSION
        found.rows += [
            Row(0, 4, f"{raw[0] >> 4:04b}", "version", raw[0] >> 4, "" if right else "another one"),
            Row(4, 4, f"{low:04b}", "type", low, name if right else ""),
        ]
    if isinstance(kind, Rejection):
        found.refuse(kind)
        found.notes.append("if these are the bytes of a bare item, say so with --item")
        return found
    found.rows.append(Row(8, 128, raw[1:17].hex(), "synthetic IV", None, "authenticates the rest"))
    opened = None if keys.ring is None else keys.ring.open(raw)
    if opened is None:
        size = len(raw) - FRAME_OVERHEAD
        found.rows.append(
            Row(8 * FRAME_OVERHEAD, 8 * size, raw[FRAME_OVERHEAD:].hex(), "ciphertext", None,
                f"{size} bytes, sealed")
        )  # fmt: skip
        if keys.ring is None:
            found.notes.append("sealed: without the network's keys nothing more can be said")
        else:
            found.refuse(Rejection.STRANGER)
        return found
    secret, content = opened
    found.notes.append(
        f"opened with the key of {secret.key_class.name.lower()}, epoch {secret.epoch}"
    )
    if kind is FrameType.REKEY:
        _explain_part(found, content, keys)
        return found
    if kind not in (FrameType.ITEM, FrameType.ITEMS):
        explain_control(found, kind, content, keys)
        return found
    items = split_items(kind, content)
    if isinstance(items, Rejection):
        found.rows.append(
            Row(8 * FRAME_OVERHEAD, 8 * len(content), content.hex(), "content", None, "opened")
        )
        found.refuse(items, "the items do not fill the frame exactly")
        return found
    at = FRAME_OVERHEAD
    for item in items:
        if kind is FrameType.ITEMS:
            found.rows.append(
                Row(8 * at, 8, f"{len(item):02x}", "length", len(item), "of the item that follows")
            )
            at += 1
        _explain_item(found, item, at, keys)
        at += len(item)
    return found


def _explain_part(found: Explanation, content: bytes, keys: Keys) -> None:
    """Rows of one part of a re-key content."""
    head, data = content[:REKEY_PART_HEAD], content[REKEY_PART_HEAD:]
    add_fields(found, head, FRAME_OVERHEAD, REKEY_PART_FIELDS, keys.context)
    if data:
        text = f"{len(data)} bytes of the wraps"
        found.rows.append(whole(FRAME_OVERHEAD + len(head), data, "data", text))
    found.notes.append("what organizers signed decides whether these wraps count")
    decoded = decode_part(content)
    if isinstance(decoded, Rejection):
        found.refuse(decoded)


def _explain_item(found: Explanation, raw: bytes, start: int, keys: Keys) -> None:
    """Rows of one item that begins at byte `start`, and what a receiver would say of it."""
    context = keys.context
    message, signature = raw[:-SIGNATURE_SIZE], raw[-SIGNATURE_SIZE:]
    if len(raw) < HEADER_SIZE + SIGNATURE_SIZE:
        message, signature = raw, b""
    add_fields(found, message[:HEADER_SIZE], start, HEADER_FIELDS, context)
    kind, extended = (message[0] >> 2, message[0] & 1) if message else (0, 0)
    size = BODIES[kind].SIZE if kind in BODIES else len(message) - HEADER_SIZE
    body = message[HEADER_SIZE : HEADER_SIZE + size]
    if kind in BODIES:
        add_fields(found, body, start + HEADER_SIZE, BODY_FIELDS[kind], context)
        rest = message[HEADER_SIZE + size :]
        _extensions(found, rest, start + HEADER_SIZE + size, bool(extended), context)
    elif body:
        text = "kept and relayed as it is"
        found.rows.append(whole(start + HEADER_SIZE, body, "body", text))
    checked = _judge(found, raw, keys)
    if signature:
        found.rows.append(whole(start + len(message), signature, "signature", checked))


def _judge(found: Explanation, raw: bytes, keys: Keys) -> str:
    """What the receiver's checks say, in their order; returns the meaning of the signature."""
    try:
        item = read_item(raw, grid_unit_m=_unit(keys) if keys.charter else None)
    except DecodeError as error:
        found.refuse(Rejection.MALFORMED, str(error))
        return "not checked"
    if keys.charter is None or keys.roster is None:
        found.notes.append(f"item {item.id}: without charter and roster no signature is checked")
        return "not checked"
    author = keys.roster.get(item.id.author)
    if author is None:
        found.refuse(Rejection.UNKNOWN_AUTHOR)
        return "not checked"
    if not item.is_signed_by(author.key, keys.charter.network_id):
        found.refuse(Rejection.SIGNATURE)
        return f"not that of {author.name}"
    name = kind_name(item.kind)
    if not may(author.roles, item.kind):
        roles = ", ".join(role_names(author.roles))
        found.refuse(Rejection.ROLE, f"{author.name} is {roles}, this is a {name}")
    elif not may_say(author.number, author.roles, item.body):
        found.refuse(Rejection.ROLE, f"not this {name}, of this item or member, by {author.name}")
    return f"valid, by {author.name}"


def _extensions(
    found: Explanation, raw: bytes, start: int, announced: bool, context: Context
) -> None:
    """Rows of type, length and content, as far as they go."""
    at = 0
    while announced and at + 2 <= len(raw) and at + 2 + raw[at + 1] <= len(raw):
        kind, size = raw[at], raw[at + 1]
        content = raw[at + 2 : at + 2 + size]
        known = kind in set(Extension)
        name = Extension(kind).name.lower().replace("_", " ") if known else "not known"
        found.rows += [
            Row(8 * (start + at), 8, raw[at : at + 1].hex(), "extension", kind, name),
            Row(8 * (start + at + 1), 8, raw[at + 1 : at + 2].hex(), "length", size, ""),
        ]
        if content:
            meaning = extension_meaning(kind, content, context)
            found.rows.append(whole(start + at + 2, content, "content", meaning))
        at += 2 + size
    if at < len(raw):
        found.rows.append(whole(start + at, raw[at:], "left over", "belongs to no field"))
