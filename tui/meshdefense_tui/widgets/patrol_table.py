"""The table of patrols as a list whose title row names the columns."""

from __future__ import annotations

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.nearest import Neighbourhood
from meshdefense_tui.views.patrol_table import head_line, patrol_height, table_lines
from meshdefense_tui.widgets.row_list import RowList

__all__ = ["PatrolTable", "PatrolTablePainter"]


class PatrolTablePainter:
    """Patrols; heights change with time alone, so the mode shows the list again at each tick."""

    title = "patrols"
    opens = "patrol"
    empty: tuple[str, ...] = ("no_patrols",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._spots: tuple[object, Neighbourhood] | None = None

    def forget(self) -> None:
        """Drop the positions: the screen is locked."""
        self._spots = None

    def height(self, key: str, width: int) -> int:
        """One line or two, and one more while it is late."""
        row = self._desk.model.patrols.get(key)
        return 0 if row is None else patrol_height(row, width, self._desk.now)

    def lines(self, key: str, width: int) -> list[Line]:
        """See `table_lines`."""
        desk = self._desk
        row = desk.model.patrols.get(key)
        if row is None:
            return []
        checkin = row.get("checkin")
        return table_lines(
            row,
            desk.look,
            origin=desk.model.origin,
            corners=desk.streets,
            near=self.spots().nearest(row),
            asking=checkin is not None and desk.model.sending(checkin) is not None,
            now=desk.now,
            width=width,
        )

    def spots(self) -> Neighbourhood:
        """Positions of all, made anew once a second at most."""
        desk, model = self._desk, self._desk.model
        key = (model.epoch, model.revision, int(desk.now), model.origin is None)
        if self._spots is None or self._spots[0] != key:
            made = Neighbourhood(model.patrols.values(), model.origin, desk.now)
            self._spots = (key, made)
        return self._spots[1]


class PatrolTable(RowList):
    """A list whose title row names the columns."""

    def _title(self, width: int) -> Line:
        look = self.desk.look
        mark = look.glyphs.cursor if self.has_focus else " "
        head = head_line(look, width - 2, count=len(self.keys), focused=self.has_focus)
        return ((f"{mark} ", "key"), *head)
