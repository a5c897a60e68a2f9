"""The lock screen: counts, whether the radio works, and a passphrase. Over everything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen

from meshdefense_tui.desk import Desk, Then
from meshdefense_tui.lines import Line
from meshdefense_tui.model import Changes
from meshdefense_tui.session import Answer
from meshdefense_tui.views.lock_rows import entry_line, lock_lines
from meshdefense_tui.widgets.banner import Banner
from meshdefense_tui.widgets.row import Lines

__all__ = ["LockScreen"]

_PASSPHRASE_MAX: Final = 1024
_REMARKS: Final = {"wrong_passphrase": "lock_wrong", "wait": "lock_early"}
"""Phrases for the daemon's words about a passphrase."""


class LockScreen(Screen[None]):
    """Takes the keys itself: an entry widget would keep, copy and complete what is typed."""

    AUTO_FOCUS = ""

    def __init__(self, desk: Desk, unlock: Callable[[str, Then], None]) -> None:
        """`unlock` gives a passphrase to the daemon."""
        super().__init__()
        self.desk = desk
        self._unlock = unlock
        self._typed = ""
        self._sent = ""
        """What the daemon is looking at now."""
        self._checking = False
        self._remark = ""
        self._wait_until = 0.0
        self.banner = Banner(desk, here=False)
        self.lines = Lines(desk, self._draw, id="lock-lines")
        self._take_wait()

    def compose(self) -> ComposeResult:
        """One block of lines."""
        yield self.banner
        yield self.lines

    def _draw(self, width: int) -> list[Line]:
        desk, model = self.desk, self.desk.model
        entry = entry_line(len(self._typed), desk.look, width, checking=self._checking)
        return lock_lines(
            model.locked_counts,
            model.radio,
            desk.look,
            now=desk.now,
            width=width,
            entry=entry,
            remark=self._remark,
            wait_s=self._wait_s(),
        )

    def model_changed(self, changes: Changes | None) -> None:
        """Counts may be others."""
        if changes is not None and "status" in changes.tables:
            self._take_wait()
        self.tick()

    def tick(self) -> None:
        """Time has passed."""
        self.banner.repaint()
        self.lines.repaint()

    def on_key(self, event: events.Key) -> None:
        """Letters of the passphrase, and what mends it."""
        event.stop()
        if self._checking:
            return
        if event.key == "enter":
            self._submit()
        elif event.key == "backspace":
            self._typed = self._typed[:-1]
        elif event.key in {"escape", "ctrl+u", "delete"}:
            self._typed = ""
        elif event.is_printable and event.character is not None:
            self._type(event.character)
        self.lines.repaint()

    def on_paste(self, event: events.Paste) -> None:
        """A passphrase from elsewhere."""
        event.stop()
        if not self._checking:
            self._type(event.text.partition("\n")[0].rstrip("\r"))
            self.lines.repaint()

    def _type(self, text: str) -> None:
        self._remark = ""
        self._typed = (self._typed + text)[:_PASSPHRASE_MAX]

    def _submit(self) -> None:
        if not self._typed or self._wait_s() > 0:
            return
        self._sent, self._typed = self._typed, ""
        self._checking, self._remark = True, ""
        self._unlock(self._sent, self._answered)

    def _answered(self, answer: Answer) -> None:
        self._checking = False
        look, sent = self.desk.look, self._sent
        self._sent = ""
        if answer.code in _REMARKS:
            self._wait_for(answer.wait_s)
            self._remark = look.say(_REMARKS[answer.code])
            if answer.code == "wait":  # nobody looked at it: Enter is enough when the time comes
                self._typed = sent
        elif not answer.accepted:
            self._remark = look.say(answer.phrase) if answer.phrase else answer.sentence
        if self.is_attached:
            self.lines.repaint()

    # Waiting after wrong ones

    def _take_wait(self) -> None:
        status = self.desk.model.status
        self._wait_for(status.get("unlock_wait_s", 0.0) if status is not None else 0.0)

    def _wait_for(self, seconds: float) -> None:
        self._wait_until = self.desk.look.clock.monotonic() + seconds

    def _wait_s(self) -> float:
        return max(0.0, self._wait_until - self.desk.look.clock.monotonic())
