"""The row of a message: a notice, or a long report with as much of its text as is here. Pure."""

from __future__ import annotations

from typing import Any

from meshdefense.api.row_schema import LongText
from meshdefense.node.row_parts import RowParts
from meshdefense.node.sight import Sight
from meshdefense.safe_text import clean
from meshdefense_protocol.packets import Manifest, Notice
from meshdefense_protocol.sealing import KeyClass

__all__ = ["message_row"]


def message_row(
    sight: Sight,
    body: Notice | Manifest,
    others: list[Sight],
    long: LongText | None,
    parts: RowParts,
) -> dict[str, Any]:
    """The row; `long` is what is here of a long report, None for a notice."""
    item = sight.item
    notice = body if isinstance(body, Notice) else None
    to = None if notice is None else notice.recipient
    referring = (other.item.id.author for other in others)
    row = {
        **parts.head(sight),
        "scope": body.scope,
        "recipient": to,
        "recipient_name": None if to is None else parts.name(to),
        "text": "" if notice is None else clean(notice.text),
        "urgent": notice is not None and notice.urgent,
        "sent_at": item.claimed_at(parts.date),
        "expires_at": item.expires_at(parts.date, sight.received_at),
        "readers": parts.readers(item.id, [item, *(other.item for other in others)]),
        "delivery": parts.delivery(item.id, KeyClass(body.scope), referring),
    }
    if long is not None:
        row["long"] = long
    return row
