"""Health of the mesh, over the dashboard."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from meshdefense_tui.lines import Line
from meshdefense_tui.screens.modal import Window
from meshdefense_tui.views.mesh import mesh_lines

__all__ = ["MeshScreen"]


class MeshScreen(Window):
    """Follows the mesh while it changes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter,i,f7", "close", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("pagedown,space", "scroll(10)", show=False),
        Binding("question_mark", "app.help", show=False),
    ]

    def window_lines(self, width: int) -> list[Line]:
        """See `mesh_lines`."""
        desk, model = self.desk, self.desk.model
        return mesh_lines(
            model.mesh, model.neighbours, model.radio, desk.look, now=desk.now, width=width
        )

    def action_scroll(self, by: int) -> None:
        """For many neighbours on a small screen."""
        self.lines.scroll_rows(by)
