"""What is on the screen while everything is destroyed, and what a rehearsal tells."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen

from meshdefense.safe_text import clean_row
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.screens.modal import Window
from meshdefense_tui.views.rehearsal import rehearsal_lines
from meshdefense_tui.widgets.row import Row

__all__ = ["PlainScreen", "RehearsalScreen"]


class PlainScreen(Screen[None]):
    """A sentence that says nothing, as many programs leave it."""

    AUTO_FOCUS = ""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.line = Row(desk, lambda width: ((desk.look.say("panic_after"), "plain"),), id="plain")

    def compose(self) -> ComposeResult:
        """One row."""
        yield self.line


class RehearsalScreen(Window):
    """What a panic would have destroyed."""

    ACKNOWLEDGES = False

    def __init__(self, desk: Desk, found: dict[str, Any], took_s: float) -> None:
        """`found` is the daemon's answer to a rehearsal, `took_s` how long the gesture took."""
        super().__init__(desk)
        self._found: dict[str, Any] = clean_row(found)
        self._took_s = took_s
        self.add_class("-detail")

    def window_lines(self, width: int) -> list[Line]:
        """See `rehearsal_lines`."""
        return rehearsal_lines(self._found, self.desk.look, took_s=self._took_s, width=width)

    def on_key(self, event: events.Key) -> None:
        """Scroll, or close."""
        step = {"down": 1, "up": -1, "pagedown": 10, "pageup": -10}
        event.stop()
        if event.key in step:
            self.lines.scroll_rows(step[event.key])
        else:
            self.dismiss()
