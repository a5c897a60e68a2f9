"""One export from the daemon's rows: bytes to write, what to show before, what to note after."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, Final

from meshdefense.exports.cap import cap_document, cap_name
from meshdefense.exports.cot import cot_rows
from meshdefense.exports.csv_table import csv_rows
from meshdefense.exports.geojson import geojson_rows
from meshdefense.exports.gpx import gpx_document, gpx_rows
from meshdefense.exports.incidents import Incident, View, incidents, within
from meshdefense.exports.memo import memo_lines, memo_of
from meshdefense.exports.times import steps_of, times_lines
from meshdefense.exports.wish import Exported, Rows, Wish

__all__ = ["PREVIEW_ROWS", "made"]

PREVIEW_ROWS: Final = 10
DAY_S: Final = 86_400.0
_ZIP_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The same alerts make the same archive."""


def made(wish: Wish, rows: Rows, now: float) -> Exported:
    """The export that is wished for. ValueError for a format that is not in FORMATS."""
    chosen = within(rows.alerts, wish.since, wish.until, wish.kind)
    chosen = [row for row in chosen if wish.alert in (None, row["id"])]
    redacted = wish.redacted or wish.format == "memo"
    found = incidents(chosen, View(rows.members, rows.status, redacted, wish.language))
    placed = [one for one in found if one.cell is not None]
    unplaced = len(found) - len(placed)
    match wish.format:
        case "csv":
            return _text(csv_rows(found, wish.language), len(found), end="", heads=1)
        case "geojson":
            return _text(geojson_rows(found, wish.language), len(found), heads=1)
        case "gpx":
            content = gpx_document(found, wish.language, now).encode()
            return _exported(content, len(placed), gpx_rows(found, wish.language), unplaced)
        case "cap":
            return _cap(found, wish, rows.status)
        case "cot":
            lines = cot_rows(found, wish.language, now, callsigns=not redacted)
            return _text(lines, len(placed), left_out=unplaced)
        case "times":
            steps = steps_of(found, rows.events)
            kept = rows.kept_since
            lines = times_lines(steps, wish.language, since=wish.since, kept_since=kept)
            return _whole("\n".join(lines).encode() + b"\n", len(found), lines)
        case "memo":
            return _memo(found, wish, rows, now)
    raise ValueError(f"{wish.format!a} is no format")


def _memo(found: Sequence[Incident], wish: Wish, rows: Rows, now: float) -> Exported:
    until = now if wish.until is None else wish.until
    since = until - DAY_S if wish.since is None else wish.since
    steps = [s for s in steps_of(found, rows.events) if since <= s.incident.reported_at < until]
    memo = memo_of(steps, rows.status, wish.language, since=since, until=until)
    lines = memo_lines(memo)
    content = "\n".join(lines).encode() + b"\n"
    if wish.pdf:
        from meshdefense.exports.memo_pdf import memo_pdf

        content = memo_pdf(memo, now)
    return _whole(content, memo.count, lines)


def _cap(found: Sequence[Incident], wish: Wish, status: Mapping[str, Any]) -> Exported:
    texts = [cap_document(one, status, named=not wish.redacted) for one in found]
    if wish.alert is not None and len(texts) == 1:
        return _exported(texts[0].encode(), 1, texts)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for one, text in zip(found, texts, strict=True):
            info = zipfile.ZipInfo(cap_name(one), _ZIP_EPOCH)
            file.writestr(info, text, zipfile.ZIP_DEFLATED)
    return _exported(archive.getvalue(), len(texts), texts)


def _text(
    lines: Sequence[str], count: int, *, end: str = "\n", heads: int = 0, left_out: int = 0
) -> Exported:
    """A file of lines, of which `heads` come before the rows."""
    content = "".join(f"{line}{end}" for line in lines).encode()
    shown = heads + PREVIEW_ROWS
    more = max(0, count - PREVIEW_ROWS)
    return Exported(content, count, tuple(lines[:shown]), more, left_out)


def _exported(content: bytes, count: int, rows: Sequence[str], left_out: int = 0) -> Exported:
    more = max(0, len(rows) - PREVIEW_ROWS)
    return Exported(content, count, tuple(rows[:PREVIEW_ROWS]), more, left_out)


def _whole(content: bytes, count: int, lines: Sequence[str]) -> Exported:
    """A page, which a preview shows whole."""
    return Exported(content, count, tuple(lines), 0)
