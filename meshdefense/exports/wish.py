"""What an export is asked with, and what it is; no format is loaded with it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["FORMATS", "Exported", "Rows", "Wish"]

FORMATS: Final = ("csv", "geojson", "gpx", "cap", "cot", "memo", "times")


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
