"""The part of the timeline that is here: asked for window by window, newest first. Pure.

It says what to ask the daemon for and takes in what came; it does not ask itself.
"""

from __future__ import annotations

from typing import Any, Final, cast

from meshdefense.api.history_schema import EVENT_KINDS, TimelineRow
from meshdefense.safe_text import clean_row

__all__ = ["HELD", "LogWindow"]

WINDOW: Final = 200
"""Rows asked for at once: about 120 kB."""
HELD: Final = 10_000
"""Rows kept at most; a day of a busy network."""


class LogWindow:
    """Rows for one filter."""

    def __init__(self) -> None:
        self.rows: dict[str, TimelineRow] = {}
        """By place in the log, the newest first."""
        self._by_id: tuple[dict[str, TimelineRow], dict[str, TimelineRow]] = (self.rows, {})
        """The rows, and the same by id; made again when the rows are others."""
        self.before: int | None = None
        """Where older rows begin; None when there are none."""
        self.kept_since: float | None = None
        self.answered = False
        """Whether the daemon has told anything."""

    def clear(self) -> None:
        """Forget all: another filter, or the screen is locked."""
        self.rows, self.before, self.kept_since, self.answered = {}, None, None, False
        self._by_id = (self.rows, {})

    @property
    def full(self) -> bool:
        """Whether no more is asked for."""
        return len(self.rows) >= HELD

    def said(self, item: str) -> TimelineRow | None:
        """The event with this id, where it is here."""
        if len(self._by_id[1]) != len(self.rows) or self._by_id[0] is not self.rows:
            self._by_id = (self.rows, {row["id"]: row for row in self.rows.values()})
        return self._by_id[1].get(item)

    def params(self, kinds: tuple[str, ...], since: float | None, *, older: bool) -> dict[str, Any]:
        """Of the request for the next window, or for what is newest."""
        found: dict[str, Any] = {"limit": WINDOW}
        if kinds:
            found["kinds"] = list(kinds)
        if since is not None:
            found["since"] = since
        if older and self.before is not None:
            found["before"] = self.before
        return found

    def take(self, page: dict[str, Any], *, older: bool) -> list[str]:
        """Put a window where it belongs; returns what others have said since the one before."""
        found = [_read(row) for row in page.get("rows", []) if _understood(row)]
        got = {str(row["cursor"]): row for row in found}
        first, self.answered = not self.answered, True
        self.kept_since = page.get("kept_since")
        if older:
            self.rows |= got
            self.before = page.get("before")
            return []
        fresh = [key for key in got if key not in self.rows]
        joins = len(fresh) < len(got) or page.get("before") is None
        if self.rows and joins:
            self.rows = got | {key: row for key, row in self.rows.items() if key not in got}
        else:  # so much is new that older rows would not join: begin again from here
            self.rows, self.before = got, page.get("before")
        self._drop_old()
        return [] if first else [key for key in fresh if not got[key]["mine"]]

    def _drop_old(self) -> None:
        """What the daemon keeps no more is shown no more; nor what is beyond the last window."""
        kept = self.kept_since
        if kept is not None:
            self.rows = {
                key: row
                for key, row in self.rows.items()
                if row["received_at"] >= kept or row["kind"] == "decision"
            }
        cut = len(self.rows) - HELD - WINDOW
        for _ in range(cut):
            self.rows.popitem()
        if cut > 0:
            self.before = int(next(reversed(self.rows)))


def _understood(row: object) -> bool:
    """Whether the screens can draw it: the daemon may be of another version."""
    return (
        isinstance(row, dict)
        and TimelineRow.__required_keys__ <= row.keys()
        and all(type(row[name]) is int for name in ("cursor", "author"))
        and all(type(row[name]) in {int, float} for name in ("at", "received_at"))
        and all(isinstance(row[name], str) for name in ("id", "kind", "author_name", "text"))
        and isinstance(row["words"], dict)
    )


def _read(row: dict[str, Any]) -> TimelineRow:
    cleaned = cast("TimelineRow", clean_row(row))
    if cleaned["kind"] not in EVENT_KINDS:
        cleaned["kind"] = "newer"
    return cleaned
