"""Radios: what this node's one says of itself, who is heard directly, and how well."""

from __future__ import annotations

from typing import Final

from meshdefense_tui.lines import Line, beside
from meshdefense_tui.modes.scrolled import ScrolledMode
from meshdefense_tui.views.radios import (
    radio_facts,
    radio_members,
    radio_neighbours,
    span_line,
)

__all__ = ["COLUMNS_FROM", "RadiosMode"]

COLUMNS_FROM: Final = 150
"""From this width on there are two columns."""


class RadiosMode(ScrolledMode):
    """Shows the newest values and, as lines, what was measured since these screens began."""

    NAME = "radios"

    def mode_lines(self, width: int) -> list[Line]:
        """This node's radio; beside or below it who is heard, and everybody's."""
        desk, model = self.desk, self.desk.model
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
