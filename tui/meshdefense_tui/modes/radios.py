"""Radios: what this node's one says of itself, who is heard directly, and how well."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.widget import Widget

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, beside
from meshdefense_tui.modes.mode import Hint, Mode
from meshdefense_tui.views.radios import (
    radio_facts,
    radio_members,
    radio_neighbours,
    span_line,
)
from meshdefense_tui.widgets.more_lines import ScrolledMoreLines

__all__ = ["COLUMNS_FROM", "RadiosMode"]

COLUMNS_FROM: Final = 150
"""From this width on there are two columns."""


class RadiosMode(Mode):
    """Shows the newest values and, as lines, what was measured since these screens began."""

    NAME = "radios"
    HINTS: ClassVar[tuple[Hint, ...]] = (
        ("↑↓", "key_scroll", "scroll(1)"),
        ("r", "key_report", "app.report"),
        ("Esc", "key_back", "screen.back"),
        ("?", "key_help", "app.help"),
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.lines = ScrolledMoreLines(desk, self._lines, id="radio-lines")

    def compose(self) -> ComposeResult:
        """One widget that scrolls."""
        yield self.lines

    @property
    def main(self) -> Widget:
        """Scrolls."""
        return self.lines

    def action_scroll(self, by: int) -> None:
        """For the mouse."""
        self.lines.scroll_rows(by)

    def _lines(self, width: int) -> list[Line]:
        desk, model = self.desk, self.desk.model
        if model.locked:  # its rows lack what a locked daemon does not tell
            return []
        look, series = desk.look, desk.series
        now = look.clock.now()  # in a replay as well: of a radio no past is kept
        half = width if width < COLUMNS_FROM else width // 2 - 2
        radio, neighbours = model.radio, model.neighbours
        preset = radio["preset"] if radio is not None else None
        left = [
            *radio_facts(radio, model.status, series, look, now=now, width=half),
            *span_line(series, look, half),
        ]
        right = [
            *radio_neighbours(neighbours, preset, series, look, now=now, width=half),
            (),
            *radio_members(
                model.members,
                model.patrols,
                neighbours,
                model.status,
                look,
                now=desk.now,  # rows of patrols are of the moment that a replay shows
                width=half,
            ),
        ]
        if half < width:
            return beside(left, right, width // 2)
        return [*left, (), *right]
