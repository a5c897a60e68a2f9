"""What the daemon's log tells of one alert, asked once for each revision of its row.

Nothing blocks: what was asked before is shown until the answer is here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

from meshdefense.api.history_schema import TimelineRow
from meshdefense.safe_text import clean_row
from meshdefense_tui.desk import Desk
from meshdefense_tui.session import Answer

__all__ = ["WINDOW", "AlertLog", "Ask"]

Ask = Callable[[str, dict[str, Any]], Awaitable[Answer]]
"""Method and parameters; the daemon's answer."""
WINDOW: Final = 200
"""Words of an alert that are asked for at once; more than that nobody scrolls through."""


class AlertLog:
    """The log of the alert that is shown; of one at a time."""

    def __init__(self, desk: Desk, ask: Ask) -> None:
        self._desk, self._ask = desk, ask
        self.rows: tuple[TimelineRow, ...] = ()
        self._of: str | None = None
        """Id of the alert that `rows` tell of."""
        self._rev: int | None = None
        self._remark = ""
        self._asked = 0
        """Counts the questions: an answer to an older one is thrown away."""
        self._asking: tuple[str, int] | None = None
        self._failed = False

    def forget(self) -> None:
        """Drop everything: the screen is locked."""
        self.rows, self._of, self._rev, self._remark = (), None, None, ""
        self._asked += 1
        self._asking, self._failed = None, False

    def of(self, alert: str) -> tuple[TimelineRow, ...]:
        """The rows of this alert, newest first; none while they are being asked."""
        return self.rows if alert == self._of else ()

    def remark(self, alert: str) -> str:
        """What may be lacking in the trail, in a sentence; empty when nothing is."""
        return self._remark if alert == self._of else self._desk.look.say("trail_short")

    def wanted(self, alert: str | None) -> bool:
        """Whether the daemon has to be asked about this alert."""
        row = self._desk.model.alerts.get(alert) if alert is not None else None
        if row is None or (row["id"], row["rev"]) == self._asking:
            return False
        return self._failed or (row["id"], row["rev"]) != (self._of, self._rev)

    async def fetch(self, alert: str) -> bool:
        """Ask; True when there is an answer. After a refusal it is `wanted` again."""
        row = self._desk.model.alerts.get(alert)
        if row is None:
            return False
        self._asked += 1
        asked, rev, look = self._asked, row["rev"], self._desk.look
        self._asking = (alert, rev)
        answer = await self._ask("timeline", {"about": alert, "limit": WINDOW})
        if asked != self._asked or self._desk.model.locked:
            return False  # another one was asked for meanwhile, or nothing may be shown
        self._asking, self._failed = None, not answer.accepted
        self._of, self._rev, self._remark = alert, rev, ""
        if not answer.accepted:
            self.rows = ()
            reason = look.say(answer.phrase) if answer.phrase else answer.sentence
            self._remark = look.say("trail_failed", reason=reason)
            return False
        rows = answer.result.get("rows", [])
        self.rows = tuple(cast("TimelineRow", clean_row(one)) for one in rows)
        if answer.result.get("before") is not None:
            self._remark = look.say("trail_more", count=len(self.rows))
        return True
