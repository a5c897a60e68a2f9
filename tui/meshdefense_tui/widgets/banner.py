"""The rows on top of every screen that have to be seen whatever is done there."""

from __future__ import annotations

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.widgets.painted import Painted

__all__ = ["Banner"]


class Banner(Painted):
    """As many rows as there is to say; hidden while there is nothing."""

    def __init__(self, desk: Desk, *, here: bool) -> None:
        """`here` says whether the key that acknowledges an SOS works on this screen."""
        super().__init__(desk)
        self._here = here
        self._rows = 0

    def on_mount(self) -> None:
        """What is true already stands there from the start."""
        self.repaint()

    def paint(self, width: int, height: int) -> list[Line]:
        """The rows."""
        return self.desk.banners(width, self._here)

    def repaint(self) -> None:
        """Take as many rows as it needs, and draw them again."""
        if not self.is_attached:
            return
        rows = len(self.desk.banners(self.app.size.width, self._here))
        if rows != self._rows:
            self._rows = rows
            self.styles.height = rows
            self.display = rows > 0
            self._painted_for = None  # of another height, or from before it was hidden
        super().repaint()
