"""A call for help: five seconds to take it back, then what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, cast

from meshdefense.api.response_schema import HereResult, SosRow
from meshdefense_tui.answer_row import refusal
from meshdefense_tui.clock import age
from meshdefense_tui.delivery_words import delivery_role, delivery_words
from meshdefense_tui.desk import Desk
from meshdefense_tui.gestures import SosCountdown
from meshdefense_tui.lines import Line
from meshdefense_tui.look import Look
from meshdefense_tui.place_words import metres
from meshdefense_tui.screens.modal import Window
from meshdefense_tui.session import Answer
from meshdefense_tui.text_fit import wrap
from meshdefense_tui.views.banners import answer_names

__all__ = ["SosCall", "SosScreen", "place_line"]


@dataclass(slots=True)
class SosCall:
    """One call, from the key to its answer. Outlives the window, which a lock closes."""

    countdown: SosCountdown
    sending: bool = False
    answer: Answer | None = None
    here: Answer | None = None
    """What the daemon says of the place that goes with it."""
    here_at: float = 0.0
    """When it said so, monotonic."""

    @property
    def ident(self) -> str:
        """Id of the SOS once it was taken; else empty."""
        return str(self.answer.result.get("id", "")) if self.answer is not None else ""

    @property
    def counting(self) -> bool:
        """Whether it can still be taken back."""
        return not self.sending and self.answer is None

    @property
    def failed(self) -> bool:
        """Whether the daemon did not take it."""
        return self.answer is not None and not self.answer.accepted


def place_line(here: Answer | None, elapsed_s: float, look: Look) -> Line:
    """Whether the call carries a place, which one and how old, `elapsed_s` after that answer."""
    if here is None:
        return ((look.say("sos_place_asking"), "quiet"),)
    found = cast("HereResult", here.result)
    size, old_s = found.get("precision_m"), found.get("age_s")
    if not here.accepted:
        return ((look.say("sos_place_unknown"), "quiet"),)
    if size is None or old_s is None:
        return ((look.say("sos_place_none"), "warn"),)
    phrase = "sos_place_radio" if found.get("source") == "radio" else "sos_place_shared"
    words = look.say(phrase, metres=metres(size, 1), age=age(old_s + elapsed_s))
    return ((words, "strong"),)


class SosScreen(Window):
    """Shows the call. Its keys are the app's, since they come before all others."""

    ACKNOWLEDGES: ClassVar[bool] = False

    def __init__(self, desk: Desk, call: SosCall) -> None:
        super().__init__(desk)
        self.call = call

    def window_lines(self, width: int) -> list[Line]:
        """The countdown, or what was proven."""
        look, call = self.desk.look, self.call
        lines: list[Line] = [((f" {look.say('sos_title')} ", "alarm"),), ()]
        if call.counting:
            left = call.countdown.left(look.clock.monotonic())
            bars = look.glyphs.bar[0] * left * 2
            lines += [((look.say("sos_in", count=left), "critical"), (f"  {bars}", "critical"))]
            place = place_line(call.here, look.clock.monotonic() - call.here_at, look)
            return [*lines, place, (), ((look.say("sos_any_key"), "strong"),)]
        if call.sending:
            return [*lines, ((look.say("sos_sending"), "strong"),)]
        assert call.answer is not None  # neither counting nor sending
        if call.failed:
            why = refusal("sos", call.answer, look)
            lines += [((part, "bad"),) for part in wrap(why, width)]
            return [*lines, (), ((look.say("sos_again"), "key"),)]
        lines.append(((look.say("sos_stored"), "good"),))
        if (sent := call.answer.result.get("here")) is not None:
            lines.append(place_line(Answer(True, result=sent), 0.0, look))
        lines += self._proven(call.answer, width)
        close = "sos_close" if self.desk.model.locked else "sos_close_end"
        return [*lines, (), ((look.say(close), "quiet"),)]

    def _proven(self, answer: Answer, width: int) -> list[Line]:
        desk, look = self.desk, self.desk.look
        if desk.model.locked:
            return [((part, "plain"),) for part in wrap(look.say("sos_locked"), width)]
        row = next(
            (r for r in desk.model.calls_for_help if r["id"] == answer.result.get("id")), None
        )
        if row is None:
            return []
        delivery = row["delivery"]
        words = delivery_words(delivery, desk.now, look.language)
        return [((words, delivery_role(delivery)),), *self._answers(row, width)]

    def _answers(self, row: SosRow, width: int) -> list[Line]:
        look = self.desk.look
        names = answer_names(row, look)
        if not names:
            return [((look.say("sos_nobody"), "warn"),)]
        text = look.say("sos_answered", names=names)
        return [((part, "good"),) for part in wrap(text, width)]
