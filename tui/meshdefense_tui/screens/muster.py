"""Start a roll call, and answer one."""

from __future__ import annotations

from math import ceil
from typing import Any, ClassVar, Final

from textual import events

from meshdefense_protocol.packets.rollcall import last_slot_s
from meshdefense_protocol.words import CHECKIN_STATES
from meshdefense_tui.clock import age
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, Span
from meshdefense_tui.role_words import role_words
from meshdefense_tui.screens.modal import ChoiceScreen, Window
from meshdefense_tui.text_fit import wrap
from meshdefense_tui.views.muster import key_hints

__all__ = ["MusterAnswer", "MusterScreen"]

_SLOTS_S: Final = (6, 10, 15, 30, 60)
"""From what one answer and its relays need on LongFast, see docs/protocol.md."""
_WINDOW_MIN: Final = 5
_UNKNOWN: Final = CHECKIN_STATES.code("unknown")


class MusterScreen(Window):
    """Whom, how far apart, drill or real; Enter asks."""

    ACKNOWLEDGES: ClassVar[bool] = False

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._whom = self._slot = 0
        self._drill = False
        self.add_class("-muster")

    def window_lines(self, width: int) -> list[Line]:
        """What will be asked, and how long it takes."""
        look, people = self.desk.look, self._people()
        mark: Span = (
            (f" {look.say('drill')} ", "drill")
            if self._drill
            else (f" {look.say('mu_ask_real')} ", "alarm")
        )
        role = self._roles()[self._whom]
        whom = role_words([role], look) if role else look.say("mu_everybody")
        lines: list[Line] = [((look.say("mu_ask_title"), "title_focus"),), (), (mark,)]
        lines.append(((f"{look.say('mu_ask_whom')}  ", "quiet"), (f"{whom} ", "strong"),
                      (f"({people})", "plain")))  # fmt: skip
        if people:
            slot = _SLOTS_S[self._slot]
            said = look.say(
                "mu_ask_slots",
                slot=slot,
                count=people,
                last=age(last_slot_s(people, slot)),
                window=self._window_min(),
            )
        else:
            said = look.say("mu_ask_nobody")
        lines += [((part, "plain" if people else "warn"),) for part in wrap(said, width)]
        return [*lines, (), *key_hints(look.say("mu_ask_hint"), look, width)]

    def on_key(self, event: events.Key) -> None:
        """Change what is asked, or ask."""
        if event.key in {"left", "h", "right", "l", "tab"}:
            step = -1 if event.key in {"left", "h"} else 1
            self._whom = (self._whom + step) % len(self._roles())
        elif event.key in {"plus", "equals_sign", "minus"}:
            step = -1 if event.key == "minus" else 1
            self._slot = min(max(self._slot + step, 0), len(_SLOTS_S) - 1)
        elif event.key == "d":
            self._drill = not self._drill
        elif event.key == "enter":
            event.stop()
            self._ask()
            return
        else:
            return
        event.stop()
        self.lines.repaint()

    def model_changed(self, changes: object) -> None:
        """A role may have gone with its last member."""
        self._whom %= len(self._roles())
        self.tick()

    def _ask(self) -> None:
        if not self._people():
            return
        params: dict[str, Any] = {"slot_s": _SLOTS_S[self._slot], "window_min": self._window_min()}
        if role := self._roles()[self._whom]:
            params["whom"] = [role]
        if self._drill:
            params["drill"] = True
        self.dismiss()
        self.desk.order("rollcall", params, "", None)

    def _roles(self) -> list[str]:
        """Everybody, then each role that somebody else has; words that a person also types."""
        others = [row for row in self.desk.model.members.values() if not row["mine"]]
        return ["", *sorted({role for row in others for role in row["roles"]})]

    def _people(self) -> int:
        role = self._roles()[self._whom]
        return sum(
            not row["mine"] and (not role or role in row["roles"])
            for row in self.desk.model.members.values()
        )

    def _window_min(self) -> int:
        slot = _SLOTS_S[self._slot]
        return max(_WINDOW_MIN, ceil((last_slot_s(self._people(), slot) + slot) / 60))


class MusterAnswer(ChoiceScreen):
    """Keys are the codes of the list, as when one checks in."""

    def __init__(self, desk: Desk, rollcall: str) -> None:
        options = [
            (str(word.code), word.text(desk.look.language), word.code)
            for word in CHECKIN_STATES
            if word.code != _UNKNOWN
        ]
        super().__init__(desk, desk.look.say("mu_choose"), options, self._send)
        self._rollcall = rollcall

    def _send(self, state: int) -> None:
        params = {"rollcall": self._rollcall, "state": state}
        self.desk.order("rollanswer", params, self._rollcall, None)
