"""The list of events of the log, and how one is drawn."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.log_window import LogWindow
from meshdefense_tui.views.log_rows import event_height, event_lines
from meshdefense_tui.widgets.row_list import RowList

__all__ = ["EventPainter", "LogList"]


class EventPainter:
    """Draws events by their place in the log."""

    title = "log"
    opens = ""
    empty: tuple[str, ...] = ("log_none", "log_none_hint")

    def __init__(self, desk: Desk, window: LogWindow, marked: AbstractSet[str]) -> None:
        self._desk, self._window, self._marked = desk, window, marked

    def height(self, key: str, width: int) -> int:
        """One line or two, the same for all."""
        return event_height(width)

    def lines(self, key: str, width: int) -> list[Line]:
        """See `event_lines`; ages are of now, in a replay as well."""
        desk, row = self._desk, self._window.rows.get(key)
        if row is None:
            return []
        return event_lines(
            row,
            desk.look,
            alerts=desk.model.alerts,
            said=self._window.said,
            origin=desk.model.origin,
            now=desk.look.clock.now(),
            width=width,
            marked=key in self._marked,
        )


class LogList(RowList):
    """A list whose space bar marks; pages go by their own keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pagedown,ctrl+d", "page(1)", show=False),
        Binding("space", "mark", show=False),
    ]

    class Marked(Message):
        """The row under the cursor is to be marked, or no more."""

    def action_mark(self) -> None:
        """Tell it to whoever keeps the marks."""
        self.post_message(self.Marked())
