"""Send a verifier to an alert: who, and within how many minutes they report back."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from meshdefense.api.row_schema import AlertRow
from meshdefense_tui.alert_progress import WORKING
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, Span, hint_lines
from meshdefense_tui.model import Changes
from meshdefense_tui.screens.modal import Window
from meshdefense_tui.text_fit import wrap
from meshdefense_tui.verify_people import Candidate, Verifiers
from meshdefense_tui.views.alert_row import kind_words
from meshdefense_tui.views.verify_rows import candidate_lines
from meshdefense_tui.widgets.row_list import RowList

__all__ = ["AssignScreen", "CandidatePainter"]

_BACK_MIN: Final = 15
"""What the daemon takes where nobody says otherwise."""
_BACK_MAX: Final = 255
_STEPS: Final = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240)


class CandidatePainter:
    """Verifiers, by their numbers as text."""

    title = "assign_title"
    opens = ""
    empty: tuple[str, ...] = ("assign_nobody",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.found: dict[str, Candidate] = {}

    def height(self, key: str, width: int) -> int:
        """Two lines."""
        return 2 if key in self.found else 0

    def lines(self, key: str, width: int) -> list[Line]:
        """See `candidate_lines`."""
        desk, one = self._desk, self.found.get(key)
        if one is None:
            return []
        place = one.patrol["place"] if one.patrol is not None else None
        return candidate_lines(
            one, desk.look, where=desk.where(place), busy=busy_words(one, desk),
            now=desk.now, width=width,
        )  # fmt: skip


def busy_words(one: Candidate, desk: Desk) -> list[str]:
    """What somebody is on already, by kind where the alert is here."""
    alerts = desk.model.alerts
    return [kind_words(alerts[a], desk.look) if a in alerts else a for a in one.busy]


class AssignScreen(Window):
    """The nearest free one is under the cursor; the order of the list stays as it opened."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus,equals_sign,right", "later(1)", show=False),
        Binding("minus,left", "later(-1)", show=False),
        Binding("o", "call_off", show=False),
    ]

    def __init__(self, desk: Desk, row: AlertRow, verifiers: Verifiers) -> None:
        super().__init__(desk)
        self._key, self._verifiers = row["id"], verifiers
        self._typed = ""
        self._minutes = _BACK_MIN
        self._complaint = ""
        self.painter = CandidatePainter(desk)
        self.people = RowList(desk, self.painter, id="assign-people", keeps_cursor=True)
        self.add_class("-assign")
        self._order: list[str] = []

    def compose(self) -> ComposeResult:
        """People above the time."""
        yield self.banner
        with Container(id="window"):
            yield self.people
            yield self.lines

    def on_mount(self) -> None:
        """Keys go to the people."""
        self._look()
        self.people.focus()

    def model_changed(self, changes: Changes | None) -> None:
        """People moved, answered or went."""
        self._look()
        super().model_changed(changes)

    def tick(self) -> None:
        """Time has passed."""
        super().tick()
        self.people.repaint()

    def _look(self) -> None:
        row = self.desk.model.alerts.get(self._key)
        found = [] if row is None else self._verifiers.of(row, self.desk.now)
        self.painter.found = {str(one.member): one for one in found}
        # who moves meanwhile must not slip under the finger that is about to press Enter
        self._order = [key for key in self._order if key in self.painter.found]
        self._order += [str(one.member) for one in found if str(one.member) not in self._order]
        self.people.show(self._order)

    def window_lines(self, width: int) -> list[Line]:
        """To what, within which time, what is wrong."""
        look, row = self.desk.look, self.desk.model.alerts.get(self._key)
        if row is None:
            return [((look.say("detail_gone"), "strong"),)]
        what = f"{kind_words(row, look)}, {self.desk.where(row['place'])}"
        lines: list[Line] = [
            ((p, "strong"),) for p in wrap(look.say("assign_to", what=what), width)
        ]
        back: list[Span] = [(look.say("assign_back", count=self._minutes), "plain")]
        if self._typed:
            back.append(("_", "key"))
        lines.append(tuple(back))
        lines += [((text, "bad"),) for text in wrap(self._complaint, width) if text]
        return [*lines, *hint_lines(look.say("assign_hint"), width)]

    # Keys

    def on_key(self, event: events.Key) -> None:
        """Digits are the minutes."""
        typed = event.character or ""
        if event.key == "backspace":
            self._take(self._typed[:-1])
        elif typed.isdecimal() and typed.isascii():
            self._take((self._typed + typed).lstrip("0"))
        else:
            return
        event.stop()

    def _take(self, typed: str) -> None:
        if typed and int(typed) > _BACK_MAX:
            return
        self._typed = typed
        self._minutes = int(typed) if typed else _BACK_MIN
        self.lines.repaint()

    def action_later(self, steps: int) -> None:
        """A longer or shorter time."""
        if steps > 0:
            self._minutes = next((s for s in _STEPS if s > self._minutes), _STEPS[-1])
        else:
            self._minutes = next((s for s in reversed(_STEPS) if s < self._minutes), _STEPS[0])
        self._typed = ""
        self.lines.repaint()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Enter sends."""
        event.stop()
        one = self.painter.found.get(event.key)
        if one is None or self._key not in self.desk.model.alerts:
            return
        if one.refusal:
            self._complain(f"{one.name}: {self.desk.look.say(one.refusal)}")
            return
        params = {"alert": self._key, "member": one.member, "back_min": self._minutes}
        self.dismiss()
        self.desk.order("dispatch", params, self._key, None)

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """What was wrong was about somebody else; and the alert stays the selected one."""
        event.stop()
        if self._complaint:
            self._complain("")

    def action_call_off(self) -> None:
        """They need not go."""
        one = self.painter.found.get(self.people.key or "")
        if one is None:
            return
        if one.asked not in WORKING:
            self._complain(self.desk.look.say("assign_not_asked", name=one.name))
            return
        params = {"alert": self._key, "member": one.member, "off": True}
        self.dismiss()
        self.desk.order("dispatch", params, self._key, None)

    def _complain(self, text: str) -> None:
        self._complaint = text
        self.lines.repaint()
