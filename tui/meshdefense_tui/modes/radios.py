"""Radios: what this node's one says of itself, who is heard directly, and how well."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.widget import Widget

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, beside
from meshdefense_tui.model import Changes
from meshdefense_tui.modes.mode import Hint, Mode
from meshdefense_tui.series import Series
from meshdefense_tui.views.radios import (
    radio_facts,
    radio_members,
    radio_neighbours,
    span_line,
)
from meshdefense_tui.widgets.row import ScrolledLines

__all__ = ["COLUMNS_FROM", "RadiosMode"]

COLUMNS_FROM: Final = 150
"""From this width on there are two columns."""
_LOOK_EVERY_S: Final = 10.0
"""Also while another mode is shown: a gap in a line should mean that nothing was heard."""


class RadiosMode(Mode):
    """Measures from when it is first shown until the screen is locked."""

    NAME = "radios"
    HINTS: ClassVar[tuple[Hint, ...]] = (
        ("↑↓", "key_scroll", "scroll(1)"),
        ("r", "key_report", "app.report"),
        ("Esc", "key_back", "screen.back"),
        ("?", "key_help", "app.help"),
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.series = Series()
        self.lines = ScrolledLines(desk, self._lines, id="radio-lines")

    def compose(self) -> ComposeResult:
        """One widget that scrolls."""
        yield self.lines

    def on_mount(self) -> None:
        """Measure now and then."""
        self.set_interval(_LOOK_EVERY_S, self.measure)

    @property
    def main(self) -> Widget:
        """Scrolls."""
        return self.lines

    def model_changed(self, changes: Changes | None) -> None:
        """A row may hold a new measurement."""
        self.measure()
        self.tick()

    def forget(self) -> None:
        """Drop what was measured."""
        self.series.forget()
        super().forget()

    def measure(self) -> None:
        """Take in what the rows say now; nothing while the daemon is silent or locked."""
        model = self.desk.model
        if not self.desk.stale and model.ready and not model.locked:
            self.series.note(model.radio, model.neighbours, self.desk.now)

    def action_scroll(self, by: int) -> None:
        """For the mouse."""
        self.lines.scroll_rows(by)

    def _lines(self, width: int) -> list[Line]:
        desk, model = self.desk, self.desk.model
        look, now = desk.look, desk.now
        half = width if width < COLUMNS_FROM else width // 2 - 2
        radio, neighbours = model.radio, model.neighbours
        preset = radio["preset"] if radio is not None else None
        left = [
            *radio_facts(radio, model.status, self.series, look, now=now, width=half),
            *span_line(self.series, look, half),
        ]
        right = [
            *radio_neighbours(neighbours, preset, self.series, look, now=now, width=half),
            (),
            *radio_members(
                model.members,
                model.patrols,
                neighbours,
                model.status,
                look,
                now=now,
                width=half,
            ),
        ]
        if half < width:
            return beside(left, right, width // 2)
        return [*left, (), *right]
