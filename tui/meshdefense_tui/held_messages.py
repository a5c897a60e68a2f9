"""Messages that wait ten seconds on this screen, so that a slip can be taken back. Pure.

Nothing of them is at the daemon before their time: who locks or leaves the screen, or whose
computer dies, has not sent them. A refused one stays until a person takes it back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

__all__ = ["HOLD_S", "HeldMessage", "HeldMessages", "HeldState"]

HOLD_S: Final = 10.0
"""Long enough to see a slip, short enough that nobody waits for it."""


class HeldState(Enum):
    """How far a message is on its way to the daemon."""

    WAITING = "waiting"
    """Here only; can be taken back."""
    ASKING = "asking"
    """The daemon has been asked; cannot be taken back any more."""
    FAILED = "failed"
    """The daemon refused it, or did not answer; can be taken back, to be changed."""


@dataclass(slots=True, eq=False)
class HeldMessage:
    """One message before the daemon has it."""

    text: str
    params: dict[str, Any]
    """Of the order: the text, to whom, urgent."""
    to: str
    """To whom, in words."""
    due: float
    """When it goes, on the monotonic clock, in seconds."""
    state: HeldState = HeldState.WAITING
    complaint: str = ""
    """Why it failed, in a sentence."""


@dataclass(slots=True)
class HeldMessages:
    """In the order in which they were written."""

    rows: list[HeldMessage] = field(default_factory=list)

    def hold(
        self, text: str, params: dict[str, Any], to: str, now: float, *, at_once: bool = False
    ) -> HeldMessage:
        """Keep a message for HOLD_S seconds from `now`, or `at_once` for an urgent one."""
        row = HeldMessage(text, params, to, now if at_once else now + HOLD_S)
        self.rows.append(row)
        return row

    def due(self, now: float) -> list[HeldMessage]:
        """Those whose time has come; from now on they count as handed over."""
        found = [row for row in self.rows if row.state is HeldState.WAITING and row.due <= now]
        for row in found:
            row.state = HeldState.ASKING
        return found

    def accepted(self, row: HeldMessage) -> None:
        """The daemon has it."""
        if row in self.rows:
            self.rows.remove(row)

    def failed(self, row: HeldMessage, complaint: str) -> None:
        """The daemon did not take it, or nobody knows."""
        row.state, row.complaint = HeldState.FAILED, complaint

    def take_back(self) -> HeldMessage | None:
        """The newest that can be taken back, and no longer held; None when there is none."""
        for row in reversed(self.rows):
            if row.state is not HeldState.ASKING:
                self.rows.remove(row)
                return row
        return None

    def forget(self) -> int:
        """Drop all; how many of them the daemon was never asked about."""
        lost = sum(row.state is not HeldState.ASKING for row in self.rows)
        self.rows.clear()
        return lost
