"""What rows say of a long report's text, and what its parts cost on the air. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshdefense.api.row_schema import LongText
from meshdefense.safe_text import clean_lines
from meshdefense.storage.records import TransferRecord
from meshdefense_protocol.fragments import content_hash, cut, fragment_count
from meshdefense_protocol.limits import FRAME_OVERHEAD
from meshdefense_protocol.packets import Manifest
from meshdefense_protocol.packets.notice import LANGUAGES
from meshdefense_protocol.packets.reference import REF_SIZE

__all__ = ["fragment_frames", "long_text"]


def long_text(
    body: Manifest,
    transfer: TransferRecord | None,
    before: Mapping[str, Any] | None,
    network_id: bytes,
) -> LongText:
    """How far a text has come, and its lines once it is whole and the announced one.

    `before` is the data of its row so far: a text that has made room for others, or is past
    its lifetime, is still shown while its row is kept.
    """
    if transfer is None and before is not None and "long" in before:
        said: LongText = before["long"]
        return said
    parts = () if transfer is None else transfer.parts
    lines: list[str] = []
    if transfer is not None and transfer.whole:
        content = b"".join(data for _, data in parts)
        if content_hash(network_id, content) == body.content_hash:
            # a member may have signed anything: what is no UTF-8 is shown as such
            lines = clean_lines(content.decode("utf-8", "replace").split("\n"))
    return {
        "size": body.size,
        "have": len(parts),
        "of": fragment_count(body.size),
        "lines": lines,
        "about": None if body.ref is None else str(body.ref),
        "language": LANGUAGES.get(body.language, ""),
    }


def fragment_frames(content: bytes | None) -> tuple[int, ...]:
    """Bytes of each frame that carries a part of `content`; none without one."""
    return tuple(FRAME_OVERHEAD + REF_SIZE + 1 + len(part) for part in cut(content or b""))
