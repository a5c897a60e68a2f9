"""Asks before radios are left half written, and says what they are then."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, hint_lines
from meshdefense_tui.screens.modal import Window
from meshdefense_tui.table.work import TableWork
from meshdefense_tui.text_fit import wrap

__all__ = ["StopScreen"]


class StopScreen(Window):
    """Follows the work: what it says is true when the key is pressed."""

    ACKNOWLEDGES = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "stop", show=False),
        Binding("enter", "close", show=False),
    ]

    def __init__(self, desk: Desk, work: TableWork) -> None:
        super().__init__(desk)
        self._work = work
        self.add_class("-choice")

    def window_lines(self, width: int) -> list[Line]:
        """Which radios were begun, and how they would be left."""
        look, state = self.desk.look, self._work.state
        words, role = look.say("radio_t_stop_untouched"), "plain"
        if not state.writing:
            words = look.say("radio_t_stop_over")
        elif touched := state.touched:
            words, role = look.say("radio_t_stop_touched", names=", ".join(touched)), "warn"
        return [
            ((look.say("radio_t_stop_title"), "title_focus"),), (),
            *(((part, role),) for part in wrap(words, width)), (),
            *hint_lines(look.say("radio_t_stop_hint" if state.writing else "radio_t_esc"), width),
        ]  # fmt: skip

    def action_stop(self) -> None:
        """Stop it in order, if it still runs."""
        self.dismiss()
        if self._work.state.writing:
            self._work.stop()
