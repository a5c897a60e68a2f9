"""Is it the same? An alert beside a likely duplicate; a person decides, nothing is merged."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from meshdefense.api.row_schema import AlertRow
from meshdefense_protocol.words import CLOSE_REASONS, REASONS
from meshdefense_tui.alert_rights import why_not
from meshdefense_tui.clock import age
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, Span
from meshdefense_tui.screens.modal import Window
from meshdefense_tui.text_fit import wrap
from meshdefense_tui.verify_queue import Twin, Twins
from meshdefense_tui.views.alert_pair import pair_lines
from meshdefense_tui.views.verify_rows import distance_words

__all__ = ["CompareScreen"]

_RETRACT_DUPLICATE: Final = REASONS.code("duplicate")
_CLOSE_DUPLICATE: Final = CLOSE_REASONS.code("duplicate")


class CompareScreen(Window):
    """Follows both alerts; `[` `]` go to the other candidates."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket,left", "other(-1)", show=False),
        Binding("right_square_bracket,right", "other(1)", show=False),
        Binding("t", "duplicate(True)", show=False),
        Binding("o", "duplicate(False)", show=False),
        Binding("enter", "go", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("down,j", "scroll(1)", show=False),
    ]

    def __init__(self, desk: Desk, row: AlertRow, twins: Twins, go: Callable[[str], None]) -> None:
        """`go` puts the cursor on another alert."""
        super().__init__(desk)
        self._key, self._twins, self._go = row["id"], twins, go
        found = self._found()
        self._other = found[0].row["id"] if found else ""
        self.add_class("-detail")

    def _found(self) -> list[Twin]:
        row = self.desk.model.alerts.get(self._key)
        return [] if row is None else self._twins.of(row)

    def window_lines(self, width: int) -> list[Line]:
        """Both, how far apart they are, and what can be said about it."""
        look, alerts = self.desk.look, self.desk.model.alerts
        row, found = alerts.get(self._key), self._found()
        at = next((n for n, one in enumerate(found) if one.row["id"] == self._other), None)
        if row is None or at is None:
            text = look.say("same_gone" if self._other else "why_no_twin")
            return [((look.say("same_title"), "title_focus"),), (), ((text, "warn"),)]
        twin = found[at]
        far = distance_words(twin.distance_m, max(twin.precision_m, 10), look)
        apart = look.say("same_apart", distance=far, age=age(twin.apart_s))
        title: list[Span] = [(look.say("same_title"), "title_focus"), (f"   {apart}", "strong")]
        if len(found) > 1:
            title.append((f"   {look.say('same_at', at=at + 1, of=len(found))}", "quiet"))
        lines: list[Line] = [tuple(title), ()]
        left = (row, self.desk.where(row["place"]))
        right = (twin.row, self.desk.where(twin.row["place"]))
        lines += pair_lines(left, right, look, now=self.desk.now, width=width)
        lines.append(())
        lines += [((part, "quiet"),) for part in wrap(look.say("same_note"), width)]
        for key, words, one in (("t", "same_this", row), ("o", "same_other", twin.row)):
            lines += self._key_lines(key, look.say(words), one, width)
        lines.append((("Enter", "key"), (f" {look.say('same_go')}", "plain")))
        last: list[Span] = []
        if len(found) > 1:
            last += [("[ ]", "key"), (f" {look.say('same_next')}   ", "plain")]
        return [*lines, (*last, ("Esc", "key"), (f" {look.say('key_back')}", "plain"))]

    def _key_lines(self, key: str, words: str, row: AlertRow, width: int) -> list[Line]:
        reason = self._why_not(row)
        if reason:
            return [((part, "quiet"),) for part in wrap(f"({key} {words}: {reason})", width)]
        return [((key, "key"), (f" {words}", "plain"))]

    def _why_not(self, row: AlertRow) -> str:
        order = "retract" if row["mine"] else "close"
        return why_not(order, row, self.desk.model, self.desk.look)

    def action_other(self, by: int) -> None:
        """The next candidate."""
        found = [one.row["id"] for one in self._found()]
        if found:
            at = found.index(self._other) if self._other in found else 0
            self._other = found[(at + by) % len(found)]
            self.lines.repaint()

    def action_duplicate(self, this: bool) -> None:
        """Say of one of them that it is a duplicate: retract an own one, close another's."""
        shown = any(one.row["id"] == self._other for one in self._found())
        row = self.desk.model.alerts.get(self._key if this else self._other)
        if row is None or not shown or self._why_not(row):
            return
        self.dismiss()
        if row["mine"]:
            params = {"alert": row["id"], "reason": _RETRACT_DUPLICATE}
            self.desk.order("retract", params, row["id"], None)
        else:
            params = {"alert": row["id"], "reason": _CLOSE_DUPLICATE}
            self.desk.order("close", params, row["id"], None)

    def action_go(self) -> None:
        """To the other one."""
        if self._other in self.desk.model.alerts:
            self.dismiss()
            self._go(self._other)

    def action_scroll(self, by: int) -> None:
        """For small screens."""
        self.lines.scroll_rows(by)
