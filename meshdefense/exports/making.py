"""One export from the daemon's rows: bytes to write, what to show before, what to note after."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from meshdefense.exports.cap import cap_document, cap_name
from meshdefense.exports.cot import cot_rows
from meshdefense.exports.csv_table import csv_rows
from meshdefense.exports.geojson import geojson_rows
from meshdefense.exports.gpx import gpx_document, gpx_rows
from meshdefense.exports.incidents import Incident, View, incidents, within
from meshdefense.exports.memo import memo_lines, memo_of
from meshdefense.exports.times import steps_of, times_lines

__all__ = ["FORMATS", "PREVIEW_ROWS", "Exported", "Rows", "Wish", "made"]

FORMATS: Final = ("csv", "geojson", "gpx", "cap", "cot", "memo", "times")
PREVIEW_ROWS: Final = 10
DAY_S: Final = 86_400.0
_ZIP_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The same alerts make the same archive."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What the daemon answered."""

    alerts: Sequence[Mapping[str, Any]]
    members: Sequence[Mapping[str, Any]]
    status: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]] = ()
    """Of the timeline; for `times` and `memo`."""
    kept_since: float | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What to export. Times in seconds since the epoch; None is without a bound."""

    format: str
    since: float | None = None
    until: float | None = None
    kind: int | None = None
    alert: str | None = None
    """Only the alert with this id; CAP of one alert is no archive but the message itself."""
    redacted: bool = True
    language: str = "en"
    pdf: bool = False
    """The memo as PDF and not as Markdown."""


@dataclass(frozen=True, slots=True)
class Exported:
    """The file, and what there is to say of it."""

    content: bytes = field(repr=False)
    count: int
    """Alerts in it."""
    preview: tuple[str, ...] = field(repr=False)
    """The first rows as they stand in the file; of PDF and archives as their text."""
    more: int
    """Rows that the preview leaves out."""
    left_out: int = 0
    """Alerts without a place, where the format is only for places."""

    @property
    def sha256(self) -> str:
        """Of the file, in hex."""
        return hashlib.sha256(self.content).hexdigest()


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
