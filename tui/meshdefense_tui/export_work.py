"""Making an export and writing it down: in memory, then noted by the daemon, then in a file.

What a person sees and chooses is in `screens.export_form`.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Final

from meshdefense.exports.incidents import stamp
from meshdefense.exports.wish import Exported, Rows, Wish
from meshdefense.whole_file import write_whole
from meshdefense_tui.model import Model
from meshdefense_tui.replay import Ask
from meshdefense_tui.screens.after_action import timed_events
from meshdefense_tui.session import Answer

__all__ = ["ExportWork", "file_name"]

_ENDS: Final = {"cap": ".zip", "memo": ".md", "times": ".md"}
_WITH_EVENTS: Final = ("memo", "times")


class ExportWork:
    """Works on the rows of now, whatever moment the screens show."""

    def __init__(self, ask: Ask, live: Model, folder: Path, marked: frozenset[str]) -> None:
        """`folder` is made where it is missing; `marked` are ids of alerts."""
        self._ask, self._live, self._folder, self._marked = ask, live, folder, marked

    async def make(self, wish: Wish, now: float, *, marked_only: bool) -> Exported | Answer:
        """The file in memory, or why there is none."""
        live = self._live
        events: list[dict[str, Any]] = []
        kept_since: float | None = None
        sentence = key = ""
        if wish.format in _WITH_EVENTS:
            events, kept_since, sentence, key = await timed_events(self._ask)
        status = live.status
        if sentence or key or status is None or live.locked:
            return Answer(False, sentence, phrase=key or ("" if sentence else "no_daemon"))
        alerts = [
            row for row in live.alerts.values() if not marked_only or row["id"] in self._marked
        ]
        rows = Rows(alerts, list(live.members.values()), status, events, kept_since)
        try:
            return await asyncio.to_thread(_made, wish, rows, now)
        except (KeyError, TypeError):  # rows of an older daemon, which the screens can draw
            return Answer(False, phrase="export_version")

    async def note(self, wish: Wish, content: Exported) -> Answer:
        """Have the daemon write down that there will be this file."""
        return await self._ask(
            "exported",
            {
                "format": wish.format,
                **({} if wish.since is None else {"since": wish.since}),
                "redacted": wish.redacted,
                "rows": content.count,
                "bytes": len(content.content),
                "sha256": content.sha256,
            },
        )

    async def write(self, target: Path, content: Exported) -> None:
        """Write the file. Raises FileExistsError, and OSError for whatever the disk says."""
        await asyncio.to_thread(_put, target, content.content, self._folder)

    def path(self, typed: str, format_name: str, now: float) -> Path:
        """Where it will be; in our own folder unless a person has typed otherwise."""
        if not typed:
            return self._folder / file_name(format_name, now)
        path = Path(typed).expanduser()
        path = path if path.is_absolute() else self._folder / path
        return path / file_name(format_name, now) if path.is_dir() else path


def file_name(format_name: str, now: float) -> str:
    """Format and moment, in UTC."""
    ending = _ENDS.get(format_name, f".{format_name}")
    return f"{format_name}-{stamp(now, compact=True)}{ending}"


def _made(wish: Wish, rows: Rows, now: float) -> Exported:
    from meshdefense.exports.making import made  # the formats are 2 MB that few evenings need

    return made(wish, rows, now)


def _put(target: Path, content: bytes, folder: Path) -> None:
    """Write the file; only the folder that is ours is made where it is missing."""
    if target.parent == folder:
        folder.mkdir(mode=0o700, exist_ok=True)
    write_whole(target, content)
