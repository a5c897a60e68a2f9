"""What the modes share: each fills the body of the operations screen while it is shown."""

from __future__ import annotations

from typing import ClassVar

from textual.containers import Container
from textual.widget import Widget

from meshdefense_tui.commands import Command
from meshdefense_tui.desk import Desk
from meshdefense_tui.model import Changes
from meshdefense_tui.widgets.painted import Painted

__all__ = ["Hint", "Mode"]

Hint = tuple[str, str, str]
"""Key as it is shown, key of the phrase, action; the action's namespace is the mode."""


class Mode(Container):
    """One situation that a person works in. Its keys work while it is shown.

    A mode that is not shown is told nothing; `model_changed(None)` comes when it is shown again.
    """

    NAME: ClassVar[str]
    """As in `commands.MODES`."""
    HINTS: ClassVar[tuple[Hint, ...]] = ()
    """For the last row, the most used first; at most eight."""

    COMMANDS: ClassVar[tuple[Command, ...]] = ()
    """What can be done here and not everywhere, for the palette and the help."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(id=f"mode-{self.NAME}", classes="mode")
        self.desk = desk

    @property
    def main(self) -> Widget:
        """The widget that gets the keys when the mode is shown."""
        raise NotImplementedError

    @property
    def nothing_to_acknowledge(self) -> str:
        """Phrase for when `a` has nothing here."""
        return "select_first"

    def hints(self) -> tuple[Hint, ...]:
        """The keys for the last row; a mode with several pages has some for each."""
        return self.HINTS

    def commands(self) -> tuple[Command, ...]:
        """What the palette offers beside what works everywhere."""
        return self.COMMANDS

    def model_changed(self, changes: Changes | None) -> None:
        """Show what the model holds; `changes` None means anything may be different."""
        self.tick()

    def tick(self) -> None:
        """Time has passed."""
        for widget in self.query(Painted):
            if widget.display:
                widget.repaint()

    def left(self) -> None:
        """Another mode is chosen, in whatever size the terminal is."""

    def forget(self) -> None:
        """Show nothing of what was: the screen is locked."""
        self.model_changed(None)

    def acknowledged(self) -> str | None:
        """Id of the item that `a` acknowledges here."""
        return self.desk.selected

    def newest(self) -> None:
        """Jump to the newest of whatever is listed here."""

    def back(self) -> bool:
        """Escape: go back one step within the mode; False when it stands at its first one."""
        return False
