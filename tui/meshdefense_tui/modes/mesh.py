"""Health of the mesh: what it can carry, what is missing, who is near."""

from __future__ import annotations

from meshdefense_tui.lines import Line
from meshdefense_tui.modes.scrolled import ScrolledMode
from meshdefense_tui.views.mesh import mesh_lines
from meshdefense_tui.views.stock_rows import stock_status_lines

__all__ = ["MeshMode"]


class MeshMode(ScrolledMode):
    """Follows the mesh while it changes."""

    NAME = "mesh"

    def mode_lines(self, width: int) -> list[Line]:
        """Airtime, neighbours, what is missing, what waits."""
        desk, model = self.desk, self.desk.model
        now = desk.look.clock.now()  # in a replay as well: of a mesh no past is kept
        lines = mesh_lines(model.mesh, model.neighbours, desk.look, now=now, width=width)
        stock = None if model.status is None else model.status.get("stock")
        return (
            lines if stock is None else [*lines, (), *stock_status_lines(stock, desk.look, width)]
        )
