"""The rows of a large evening, and the daemon of rows that screens are measured against.

10,000 alerts are stored, 200 of them open, and 200 patrols are out. Of the real daemon only the
socket is here: what a commit costs in the store is in docs/benchmarks.md.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from pathlib import Path
from typing import Any, Final

from meshdefense.api.schema import WHOLE_TABLES
from support.fake_daemon import FakeDaemon
from support.screen_rows import alert, patrol, place, radio, status

__all__ = ["ALERTS", "OPEN", "PATROLS", "Evening", "changed", "evening", "rows"]

ALERTS, OPEN, PATROLS = 10_000, 200, 200
_BEAT_S: Final = 2.0


class Evening(FakeDaemon):
    """Finds what is newer than a revision as the store does, by an index, not among all rows."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, beat_s=_BEAT_S)
        self.cpu_s = 0.0
        """CPU time that its answers took, without their JSON."""
        self._log: list[tuple[int, str, str]] = []
        """Revision, table and id of each change."""

    async def __aenter__(self) -> Evening:
        await self.start()
        return self

    def set(self, table: str, *rows: dict[str, Any]) -> None:
        """Add or change rows and tell everybody."""
        self._log += [(self.revision + 1, table, row["id"]) for row in rows]
        super().set(table, *rows)

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        begun = time.process_time()
        since = request["params"].get("since")
        if request["method"] == "changes" and since:
            answer = {"id": request["id"], "ok": True, "result": self._newer(since)}
        else:
            answer = super()._answer(request)
        self.cpu_s += time.process_time() - begun
        return answer

    def _newer(self, since: int) -> dict[str, Any]:
        self.pulls.append(since)
        tables = {name: list(self.rows.get(name, {}).values()) for name in WHOLE_TABLES}
        seen = set()
        for _, table, row in self._log[bisect_right(self._log, (since, "\uffff")) :]:
            if table not in WHOLE_TABLES and (table, row) not in seen:
                seen.add((table, row))
                tables.setdefault(table, []).append(self.rows[table][row])
        return {"epoch": self.epoch, "revision": self.revision, "tables": tables}


def evening(path: Path, alerts: int = ALERTS, opened: int = OPEN) -> Evening:
    """The daemon, not started yet; use it with `async with`."""
    daemon = Evening(path)
    for table, given in rows(alerts, opened).items():
        daemon.set(table, *given)
    return daemon


def rows(alerts: int = ALERTS, opened: int = OPEN) -> dict[str, list[dict[str, Any]]]:
    """The tables; most alerts are over, as they are after some hours."""
    now = time.time()  # noqa: TID251 the screens show ages from now
    found = []
    for number in range(alerts):
        over = {} if number < opened else {"state": "expired"}
        at = now - 120 - number * 36  # the open ones came in within two hours
        found.append(
            alert(
                number + 1,
                severity=number % 4,
                place=place(number % 97 * 31, number % 89 * 29),
                reported_at=at,
                received_at=at,
                expires_at=now + 7200,
                **over,
            )
        )
    out = [
        patrol(
            number + 2,
            f"p{number}",
            place=place(number * 13 % 2000, number * 7 % 1500),
            place_at=now - number * 4,
            due_at=now + 3600 + number,
        )
        for number in range(PATROLS)
    ]
    return {"status": [status()], "radio": [radio()], "alerts": found, "patrols": out}


def changed(number: int, severity: int | None = None, **fields: Any) -> dict[str, Any]:
    """One more alert, or the newest state of one."""
    now = time.time()  # noqa: TID251 as above
    severity = number % 4 if severity is None else severity
    return alert(number, severity=severity, place=place(number % 97 * 31, number % 89 * 29),
                 reported_at=now, received_at=now, expires_at=now + 7200, **fields)  # fmt: skip
