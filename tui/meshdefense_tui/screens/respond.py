"""Say what you do about an alert: one key, plus and minus for when you are there."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from textual.binding import Binding, BindingType

from meshdefense.api.row_schema import AlertRow
from meshdefense_protocol.words import RESPONSES
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.screens.alert_choice import AlertChoice
from meshdefense_tui.views.alert_row import kind_words

__all__ = ["RespondScreen"]

_MINUTES: Final = (0, 2, 5, 10, 15, 20, 30, 45, 60)
_PENDING: Final = RESPONSES.code("pending")
_ON_THE_WAY: Final = RESPONSES.code("on-the-way")


class RespondScreen(AlertChoice):
    """Keys are the codes of the list, so that they never change their meaning."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus,equals_sign,right", "later(1)", show=False),
        Binding("minus,left", "later(-1)", show=False),
    ]

    def __init__(self, desk: Desk, row: AlertRow) -> None:
        options = [
            (str(word.code), word.text(desk.look.language), word.code)
            for word in RESPONSES
            if word.code != _PENDING
        ]
        what = f"{kind_words(row, desk.look)}, {desk.where(row['place'])}"
        title = desk.look.say("respond_title", what=what)
        super().__init__(desk, row["id"], title, options, self._send)
        self._index = _MINUTES.index(10)

    def extra_lines(self) -> list[Line]:
        """When you will be there."""
        look, minutes = self.desk.look, _MINUTES[self._index]
        words = look.say("respond_eta", count=minutes) if minutes else look.say("respond_no_eta")
        return [((words, "plain"),), ((look.say("respond_hint"), "quiet"),), ()]

    def action_later(self, steps: int) -> None:
        """A longer or shorter time."""
        self._index = min(max(self._index + steps, 0), len(_MINUTES) - 1)
        self.lines.repaint()

    def _send(self, state: int) -> None:
        params: dict[str, Any] = {"alert": self._key, "state": state}
        if state == _ON_THE_WAY and _MINUTES[self._index]:
            params["eta_min"] = _MINUTES[self._index]
        self.desk.order("respond", params, self._key, None)
