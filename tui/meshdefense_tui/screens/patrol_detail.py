"""All about one patrol, with the keys that act on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, Span
from meshdefense_tui.nearest import Neighbourhood
from meshdefense_tui.patrol_log import PatrolLog
from meshdefense_tui.screens.modal import Window
from meshdefense_tui.views.patrol_detail import patrol_detail_lines

__all__ = ["PatrolDetailScreen"]


class PatrolDetailScreen(Window):
    """Follows the patrol while it changes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter", "close", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("pagedown,space", "scroll(10)", show=False),
        Binding("question_mark", "app.help", show=False),
    ]

    def __init__(
        self, desk: Desk, key: str, seen: PatrolLog, acknowledge: Callable[[str], None]
    ) -> None:
        super().__init__(desk)
        self.key, self._seen, self._acknowledge = key, seen, acknowledge
        self.add_class("-detail")

    def window_lines(self, width: int) -> list[Line]:
        """Rung, facts, places, what it said, keys."""
        desk, look = self.desk, self.desk.look
        row = desk.model.patrols.get(self.key)
        if row is None:
            return [((look.say("pt_gone"), "strong"),)]
        spots = Neighbourhood(desk.model.patrols.values(), desk.model.origin, desk.now)
        lines = patrol_detail_lines(
            row,
            look,
            where=desk.where,
            near=spots.nearest(row),
            trail=desk.trails.of(self.key),
            said=self._seen.of(self.key),
            now=desk.now,
            width=width,
        )
        hints: list[Span] = []
        for key, words in (("a", "key_ack"), ("Esc", "key_back")):
            hints += [(key, "key"), (f" {look.say(words)}   ", "quiet")]
        checkin = row.get("checkin")
        if checkin is not None and desk.model.sending(checkin) is not None:
            lines.append(((look.say("asking"), "warn"),))
        return [*lines, (), tuple(hints)]

    def action_scroll(self, by: int) -> None:
        """For long trails on a small screen."""
        self.lines.scroll_rows(by)

    def action_acknowledge(self) -> None:
        """Acknowledge the SOS in the banner, else that this patrol is late."""
        if not self.desk.answer_sos():
            self._acknowledge(self.key)
