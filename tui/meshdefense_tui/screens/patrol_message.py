"""A message to one patrol: the text alone, since whom it is for was chosen in the table."""

from __future__ import annotations

from typing import Any

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.screens.text_form import TextForm

__all__ = ["Drafts", "PatrolMessage"]

Drafts = dict[int, str]
"""What was typed and not sent, by member number."""


class PatrolMessage(TextForm):
    """One entry; each patrol has a draft of its own."""

    HINT = "pt_to_hint"

    def __init__(self, desk: Desk, member: int, name: str, drafts: Drafts, text: str = "") -> None:
        """`text` is what stands there when nothing was typed before."""
        self._member, self._to, self._drafts = member, name, drafts
        self._drafts[member] = drafts.get(member) or text
        super().__init__(desk)

    @property
    def typed(self) -> str:
        """The patrol's draft."""
        return self._drafts.get(self._member, "")

    def keep(self, text: str) -> None:
        """Every patrol has its own."""
        self._drafts[self._member] = text

    def drop(self) -> None:
        """It was accepted."""
        self._drafts.pop(self._member, None)

    def params(self) -> dict[str, Any]:
        """To this patrol alone."""
        return {"text": self.typed, "recipient": self._member}

    def head_lines(self, width: int) -> list[Line]:
        """To whom, how much room."""
        title = self.desk.look.say("pt_to", name=self._to)
        return [((title, "title_focus"),), (self.room_span(),)]
