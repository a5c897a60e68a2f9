"""End a call for help: which one, and one question before everybody is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual import events

from meshdefense.api.response_schema import SosRow
from meshdefense_protocol.words import SOS_KINDS
from meshdefense_tui.clock import age
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.screens.modal import Window
from meshdefense_tui.text_fit import wrap

__all__ = ["SosEndScreen", "endable"]

_LISTED: Final = 9
_ENDERS: Final = frozenset({"verifier", "dispatch", "organizer"})
"""Who may say that somebody else is safe; every receiver enforces it, see `may_say`."""


def endable(desk: Desk) -> list[SosRow]:
    """The calls that this member may end, one's own first, then the newest."""
    may = not _ENDERS.isdisjoint(desk.model.roles)
    rows = [row for row in desk.model.calls_for_help if row["mine"] or may]
    return sorted(rows, key=lambda row: (not row["mine"], -row["raised_at"], row["id"]))


class SosEndScreen(Window):
    """A digit chooses where there are several; Enter ends, any other key goes back."""

    ACKNOWLEDGES: ClassVar[bool] = False

    def __init__(self, desk: Desk, rows: Sequence[SosRow]) -> None:
        """`rows` are not empty; a digit keeps its meaning whatever comes in meanwhile."""
        super().__init__(desk)
        self._ids = [row["id"] for row in rows[:_LISTED]]
        self._chosen = self._ids[0] if len(self._ids) == 1 else None
        self.add_class("-choice")

    def _row(self, ident: str | None) -> SosRow | None:
        return next((row for row in self.desk.model.calls_for_help if row["id"] == ident), None)

    def window_lines(self, width: int) -> list[Line]:
        """The calls, or the question."""
        look = self.desk.look
        lines: list[Line] = [((f" {look.say('sos_end_title')} ", "alarm"),), ()]
        if self._chosen is None:
            for place, ident in enumerate(self._ids, 1):
                if (row := self._row(ident)) is not None:
                    lines.append(((f"  {place} ", "key"), (self._words(row), "strong")))
            return [*lines, (), ((look.say("sos_end_choose"), "quiet"),)]
        row = self._row(self._chosen)
        if row is None:
            return [*lines, ((look.say("sos_end_none"), "warn"),)]
        key = "sos_end_ask_own" if row["mine"] else "sos_end_ask_other"
        question = look.say(key, name=row["author_name"])
        lines += [((self._words(row), "plain"),), ()]
        lines += [((part, "strong"),) for part in wrap(question, width)]
        return [*lines, (), ((look.say("sos_end_yes"), "key"),)]

    def _words(self, row: SosRow) -> str:
        look = self.desk.look
        old = age(self.desk.now - row["raised_at"])
        if row["mine"]:
            return look.say("sos_end_own", age=old)
        kind = look.word(SOS_KINDS, row["kind"])
        return look.say("sos_end_other", name=row["author_name"], kind=kind, age=old)

    def on_key(self, event: events.Key) -> None:
        """Choose, end or go back."""
        event.stop()
        if self._chosen is None:
            digit = int(event.key) if event.key in "123456789" else 0
            if 0 < digit <= len(self._ids):
                self._chosen = self._ids[digit - 1]
                self.lines.repaint()
                return
        elif event.key == "enter" and (row := self._row(self._chosen)) is not None:
            drill = {"drill": True} if row["drill"] else {}
            self.desk.order("sos_end", {"sos": row["id"], **drill}, row["id"], None)
        self.dismiss()
