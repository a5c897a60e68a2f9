"""What stands on top of every screen, and the SOS that waits there for somebody's word."""

from __future__ import annotations

from typing import Final

from meshdefense_tui.alarms import SOS_AGAIN_S
from meshdefense_tui.desk import Desk
from meshdefense_tui.gestures import PanicGesture
from meshdefense_tui.lines import Line
from meshdefense_tui.session import Session
from meshdefense_tui.views.banners import panic_line, sos_lines, trust_lines
from meshdefense_tui.views.status_rows import silent_line, store_line

__all__ = ["Watch"]

_UNSEEN_S: Final = 1.0
"""An SOS that came in less than this ago was not seen yet: the key was meant for another thing."""


class Watch:
    """One for the app."""

    def __init__(self, desk: Desk, session: Session, panic: PanicGesture) -> None:
        self._desk, self._session, self._panic = desk, session, panic
        self._front: tuple[str, float] | None = None
        """Id of the SOS in the banner, and since when (monotonic) it has stood there."""
        self._rung_at = 0.0

    @property
    def _now(self) -> float:
        return self._desk.look.clock.monotonic()

    def lines(self, width: int, here: bool) -> list[Line]:
        """The rows, the most urgent first; `here` says whether `a` acknowledges there."""
        desk, session = self._desk, self._session
        model, look, now = desk.model, desk.look, desk.now
        lines: list[Line] = []
        if self._panic.active:
            lines.append(panic_line(self._panic, look, width))
        own = next((row for row in model.calls_for_help if row["mine"]), None)
        lines += sos_lines(
            model.unanswered_sos, own, look, origin=model.origin, now=now, width=width, here=here
        )
        if desk.stale:
            silent_s, heard_at = session.silent_for(), session.heard_at
            lines.append(silent_line(look, silent_s=silent_s, heard_at=heard_at, width=width))
        elif model.status is not None and model.status["store"] != "ok":
            lines.append(store_line(model.status, look, width))
        return [*lines, *trust_lines(model.status, look, now=now, width=width)]

    def rang(self) -> None:
        """The bell has just rung."""
        self._rung_at = self._now

    def rings_again(self) -> bool:
        """Whether an SOS has waited for a person's word for another minute."""
        return bool(self._desk.model.unanswered_sos) and self._now - self._rung_at >= SOS_AGAIN_S

    def look(self) -> None:
        """Note since when the SOS in the banner has stood there."""
        front = next(iter(self._desk.model.unanswered_sos), None)
        if front is None:
            self._front = None
        elif self._front is None or self._front[0] != front["id"]:
            self._front = (front["id"], self._now)

    def answer_sos(self) -> bool:
        """Acknowledge the SOS in the banner; False when there is none."""
        self.look()
        if self._front is None:
            return False
        item, since = self._front
        if self._now - since < _UNSEEN_S:
            self._desk.tell(self._desk.look.say("sos_came"), "warn")
        elif self._desk.model.sending(item) is None:
            self._desk.order("acknowledge", {"item": item}, item, None)
        return True
