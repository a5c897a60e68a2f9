"""Check in: one key for how it is, plus and minus for when the next one is due."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from textual.binding import Binding, BindingType

from meshdefense_protocol.words import CHECKIN_STATES
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.screens.modal import ChoiceScreen

__all__ = ["CheckinScreen"]

_MINUTES: Final = (0, 10, 15, 20, 30, 45, 60, 90, 120)
_UNKNOWN: Final = CHECKIN_STATES.code("unknown")
_OFF: Final = CHECKIN_STATES.code("off")


class CheckinScreen(ChoiceScreen):
    """Keys are the codes of the list, so that they never change their meaning."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus,equals_sign,right", "later(1)", show=False),
        Binding("minus,left", "later(-1)", show=False),
    ]

    def __init__(self, desk: Desk) -> None:
        options = [
            (str(word.code), word.text(desk.look.language), word.code)
            for word in CHECKIN_STATES
            if word.code != _UNKNOWN
        ]
        super().__init__(desk, desk.look.say("choose_checkin"), options, self._send)
        self._index = _MINUTES.index(30)

    def extra_lines(self) -> list[Line]:
        """When the next one is due."""
        look, minutes = self.desk.look, _MINUTES[self._index]
        words = look.say("checkin_due", count=minutes) if minutes else look.say("checkin_never")
        return [((f"  {words}", "plain"), (f"   {look.say('checkin_hint')}", "quiet"))]

    def action_later(self, steps: int) -> None:
        """A longer or shorter time."""
        self._index = min(max(self._index + steps, 0), len(_MINUTES) - 1)
        self.lines.repaint()

    def _send(self, state: int) -> None:
        params: dict[str, Any] = {"state": state}
        if state != _OFF and _MINUTES[self._index]:
            params["due_in_s"] = _MINUTES[self._index] * 60
        self.desk.order("checkin", params, "", None)
