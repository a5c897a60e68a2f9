"""Health of the mesh: what it can carry, what is missing, who is near."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.widget import Widget

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.modes.mode import Hint, Mode
from meshdefense_tui.views.mesh import mesh_lines
from meshdefense_tui.widgets.more_lines import ScrolledMoreLines

__all__ = ["MeshMode"]


class MeshMode(Mode):
    """Follows the mesh while it changes."""

    NAME = "mesh"
    HINTS: ClassVar[tuple[Hint, ...]] = (
        ("↑↓", "key_scroll", "scroll(1)"),
        ("r", "key_report", "app.report"),
        ("Esc", "key_back", "screen.back"),
        ("?", "key_help", "app.help"),
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.lines = ScrolledMoreLines(desk, self._lines, id="mesh-lines")

    def compose(self) -> ComposeResult:
        """One column."""
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
        if model.locked:
            return []
        now = desk.look.clock.now()  # in a replay as well: of a mesh no past is kept
        return mesh_lines(model.mesh, model.neighbours, desk.look, now=now, width=width)
