"""The two lists of the organizers' table."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.table.work import TableWork
from meshdefense_tui.views.table_rows import fleet_line, plugged_lines
from meshdefense_tui.widgets.row_list import RowList

__all__ = ["FleetPainter", "PluggedPainter", "TableList"]


class FleetPainter:
    """Draws the radios of the network by their names."""

    title = "radio_t_fleet"
    opens = ""
    empty: tuple[str, ...] = ("radio_t_no_fleet",)

    def __init__(self, desk: Desk, work: TableWork) -> None:
        self._desk, self._work = desk, work

    def height(self, key: str, width: int) -> int:
        """One line."""
        return 1

    def lines(self, key: str, width: int) -> list[Line]:
        """See `fleet_line`."""
        row = self._work.state.radio(key)
        return [fleet_line(row, self._desk.look, width)] if row is not None else []


class PluggedPainter:
    """Draws the radios on the table by their addresses."""

    title = "radio_t_plugged"
    opens = ""
    empty: tuple[str, ...] = ("radio_t_no_plugged",)

    def __init__(self, desk: Desk, work: TableWork, data: str) -> None:
        self._desk, self._work, self._data = desk, work, data

    def height(self, key: str, width: int) -> int:
        """Two lines."""
        return 2

    def lines(self, key: str, width: int) -> list[Line]:
        """See `plugged_lines`."""
        work, look = self._work, self._desk.look
        now = look.clock.monotonic()
        return plugged_lines(
            key, work.state, look, own=work.own, data=self._data, now=now, width=width
        )


class TableList(RowList):
    """A list that is there without a daemon, too; the space bar marks."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pagedown,ctrl+d", "page(1)", show=False),
        Binding("space", "mark", show=False),
    ]

    class Marked(Message):
        """The row under the cursor is to be marked, or no more."""

    def action_mark(self) -> None:
        """Tell it to whoever keeps the marks."""
        self.post_message(self.Marked())

    def action_open(self) -> None:
        """Tell it also where there is nothing to open: then the key is the empty text."""
        self.post_message(self.Opened(self, self.key or ""))

    def _empty_texts(self) -> list[str]:
        return [self.desk.look.say(key) for key in self.painter.empty]
