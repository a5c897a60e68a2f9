"""All about one patrol, with the keys that act on it."""

from __future__ import annotations

from collections.abc import Callable

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, Span
from meshdefense_tui.nearest import Neighbourhood
from meshdefense_tui.patrol_log import PatrolLog
from meshdefense_tui.screens.modal import DetailWindow
from meshdefense_tui.views.patrol_detail import lateness_waits, patrol_detail_lines

__all__ = ["PatrolDetailScreen"]


class PatrolDetailScreen(DetailWindow):
    """Follows the patrol while it changes."""

    def __init__(
        self, desk: Desk, key: str, seen: PatrolLog, acknowledge: Callable[[str], None]
    ) -> None:
        """`acknowledge` says that its lateness was seen."""
        super().__init__(desk, key)
        self._seen, self._acknowledge = seen, acknowledge

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
        waits = lateness_waits(row, desk.now)
        for key, words in ((("a", "key_ack"),) if waits else ()) + (("Esc", "key_back"),):
            hints += [(key, "key"), (f" {look.say(words)}   ", "quiet")]
        checkin = row.get("checkin")
        if checkin is not None and desk.model.sending(checkin) is not None:
            lines.append(((look.say("asking"), "warn"),))
        return [*lines, (), tuple(hints)]

    def acknowledge(self) -> None:
        """That this patrol is late."""
        self._acknowledge(self.key)
