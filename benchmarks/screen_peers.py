"""What our screens are measured beside: `python -m benchmarks.screen_peers NAME` in a terminal.

`blanks` is the floor: one widget fills the screen and is drawn again at each key. Less no app of
Textual can need that draws the whole screen. `table` is Textual's own `DataTable` with the alerts
of the evening, three columns, and nothing around it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import ClassVar, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import DataTable

__all__ = ["DOWN", "READY", "UPDATE", "Blanks", "Table"]

READY: Final = "ready."
DOWN: Final = b"\x1b[B"
UPDATE: Final = b"u"


class _Blank(Widget):
    """Fills the screen; its first row says that it is there, and how often it was drawn."""

    turn = 0

    def render_line(self, y: int) -> Strip:
        """One row."""
        width, style = self.size.width, self.rich_style
        if y:
            return Strip.blank(width, style)
        return Strip([Segment(f"{READY} {self.turn}".ljust(width), style)], width)


class Blanks(App[None]):
    """The floor."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("down", "again", show=False)]

    def compose(self) -> ComposeResult:
        """One widget."""
        yield _Blank()

    def action_again(self) -> None:
        """Draw all of it."""
        blank = self.query_one(_Blank)
        blank.turn += 1
        blank.refresh()


class Table(App[None]):
    """Textual's table."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("u", "update", show=False, priority=True)]
    turn = 0

    def compose(self) -> ComposeResult:
        """One widget."""
        yield DataTable()

    def on_mount(self) -> None:
        """10,000 rows."""
        from benchmarks.evening import rows

        table = self.query_one(DataTable)
        table.add_columns("kind", "state", READY)
        for row in rows()["alerts"]:
            table.add_row(str(row["kind"]), row["state"], "1.2 km NE", key=row["id"])
        table.focus()

    def action_update(self) -> None:
        """Another text in one cell of the first row."""
        self.turn += 1
        table = self.query_one(DataTable)
        table.update_cell("2.0.1", next(iter(table.columns)), str(self.turn % 10))


if __name__ == "__main__":
    {"blanks": Blanks, "table": Table}[sys.argv[1]]().run()
