"""The row that says what became of the last order, and what came in meanwhile."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len

from meshdefense_tui.delivery_words import delivery_role, fitting_words
from meshdefense_tui.lines import Line, Span, spread
from meshdefense_tui.look import Look
from meshdefense_tui.model import Model
from meshdefense_tui.session import Answer

__all__ = ["AnswerRow", "refusal"]


_TABLES: Final = {"report": "alerts", "stock_adopt": "alerts", "message": "messages"}
"""Where the item that a method makes has its row."""
_UNSIGNED: Final = frozenset({"stock_dismiss", "stock_read"})
"""Methods that sign nothing."""


def refusal(method: str, answer: Answer, look: Look) -> str:
    """Why an order did not succeed, or may not have, in a sentence."""
    key = "refused" if answer.certain else "unanswered"
    if answer.phrase and answer.certain:
        key = "not_sent"
    reason = look.say(answer.phrase) if answer.phrase else answer.sentence
    return look.say(key, label=look.say(f"cmd_{method}"), reason=reason)


class AnswerRow:
    """Keeps one sentence; behind an accepted report or message its delivery, as it proceeds."""

    def __init__(self, model: Model, look: Look) -> None:
        self._model, self._look = model, look
        self._span: Span = ("", "plain")
        self._until: float | None = None
        self._table, self._id = "", ""

    def tell(self, text: str, role: str, until: float | None = None) -> None:
        """Show a sentence, to `until` (seconds since the epoch) or the next one."""
        self._span, self._until = (text, role), until
        self._table = self._id = ""

    def clear(self) -> None:
        """Say nothing."""
        self.tell("", "plain")

    def answered(self, method: str, answer: Answer) -> None:
        """Show the daemon's answer, and follow the item that it made."""
        look = self._look
        label = look.say(f"cmd_{method}")
        if not answer.accepted:
            self.tell(refusal(method, answer, look), "bad")
            return
        words = look.say("accepted", label=label)
        if method in _UNSIGNED:
            key = "stock_dismissed" if method == "stock_dismiss" else "stock_marked_read"
            words = look.say(key, what=str(answer.result.get("stock", "")))
        size, air = answer.result.get("bytes"), answer.result.get("airtime_ms")
        if isinstance(size, int) and isinstance(air, int | float):
            words += look.say("cost", size=size, seconds=f"{air / 1000:.1f}")
        self.tell(words, "good")
        self._table = _TABLES.get(method, "")
        self._id = str(answer.result.get("id", ""))

    def line(self, width: int, now: float) -> Line:
        """The row."""
        if self._until is not None and now >= self._until:
            return ()
        spans = [self._span]
        row = self._model.tables.get(self._table, {}).get(self._id)
        if row is not None:
            room = width - cell_len(self._span[0]) - 3
            words = fitting_words(row["delivery"], now, self._look.language, room)
            spans.append((words, delivery_role(row["delivery"])))
        line = spread(spans, width - 1, ellipsis=self._look.glyphs.ellipsis)
        return ((" ", "plain"), *line)
