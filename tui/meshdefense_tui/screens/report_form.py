"""The report form: letter, severity, count, Enter, Enter. Nothing typed is ever lost."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Input

from meshdefense.safe_text import clean
from meshdefense_protocol.packets.report import OBSERVED_AGO_S
from meshdefense_protocol.words import ACTIVITIES, EQUIPMENT, KINDS, SCOPES, SEVERITIES, UNITS
from meshdefense_tui.answer_row import refusal
from meshdefense_tui.desk import Desk
from meshdefense_tui.draft import Draft, PlaceChoice, Stage
from meshdefense_tui.lines import Line, Span, fill, hint_lines, line_width
from meshdefense_tui.note_checks import note_warning
from meshdefense_tui.place_words import metres
from meshdefense_tui.report_places import place_choices
from meshdefense_tui.screens.modal import Window
from meshdefense_tui.session import Answer
from meshdefense_tui.text_fit import pad, wrap
from meshdefense_tui.views.alert_row import SEVERITY_ROLES

__all__ = ["ReportForm"]

_CYCLES: Final = {
    "p": "place",
    "z": "precision",
    "a": "activity",
    "u": "unit",
    "o": "observed",
    "s": "scope",
    "d": "drill",
}
_LABEL: Final = 12


class ReportForm(Window):
    """Writes into `Desk.draft`, which outlives the form until the daemon has accepted it."""

    ACKNOWLEDGES = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back_out", show=False),
        Binding("enter", "enter", show=False),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._places = place_choices(desk)
        if desk.draft.place >= len(self._places):
            desk.draft.place = 0
        self._continued = not desk.draft.empty
        self._choosing_equipment = False
        self._sending = False
        self._complaint = ""
        self._keys_by_row: list[str] = []
        self.note = Input(value=desk.draft.note, id="note", compact=True, classes="entry")
        self.add_class("-form")

    def compose(self) -> ComposeResult:
        """Lines, and the note's entry while it is being written."""
        yield self.banner
        with Container(id="window"):
            yield self.lines
            yield self.note

    def on_mount(self) -> None:
        """Keys go to the form, not to the note."""
        self.note.display = False
        self.set_focus(None)

    # Drawing

    def window_lines(self, width: int) -> list[Line]:
        """What is asked now."""
        draft, look = self.desk.draft, self.desk.look
        title: list[Span] = [(look.say("form_report"), "title_focus")]
        if self._continued:
            title.append((f"   {look.say('form_continued')}", "warn"))
        if draft.drill:
            title += [("   ", "plain"), (f" {look.say('drill')} ", "drill")]
        lines: list[Line] = [tuple(title)]
        self._keys_by_row = [""]
        if draft.stage is Stage.KIND:
            lines += self._kind_lines(width)
        elif self._choosing_equipment:
            lines += self._equipment_lines(width)
        else:
            lines += self._field_lines(width)
        if self._complaint:
            lines += [((text, "bad"),) for text in wrap(self._complaint, width)]
        lines += hint_lines(self._hint(), width)
        return lines

    def _kind_lines(self, width: int) -> list[Line]:
        look = self.desk.look
        words = [word for word in KINDS if word.letter]
        half = (len(words) + 1) // 2
        cells: list[Line] = [
            ((f" {word.letter} ", "key"), (word.text(look.language), "strong")) for word in words
        ]
        # the first column gives the other one the room that its own words leave
        column = min(max(map(line_width, cells[:half])) + 2, width // 2)
        if max(map(line_width, cells[half:])) <= width - width // 2:
            column = width // 2
        lines: list[Line] = [((look.say("form_choose_kind"), "plain"),)]
        for at, left in enumerate(cells[:half]):
            right = cells[half + at] if half + at < len(cells) else ()
            whole = (*fill(left, column, look.glyphs.ellipsis), *right)
            lines.append(fill(whole, width, look.glyphs.ellipsis))
        lines.append(())
        lines.append(((look.say("safety"), "good"),))
        lines.append(((look.say("never"), "warn"),))
        return lines

    def _equipment_lines(self, width: int) -> list[Line]:
        look, draft = self.desk.look, self.desk.draft
        lines: list[Line] = [((look.say("form_equipment").upper(), "title"),)]
        for word in EQUIPMENT:
            chosen = word.code in draft.equipment
            mark = "[x] " if chosen else "[ ] "
            role = "strong" if chosen else "plain"
            key = chr(ord("a") + word.code)
            lines.append(((f"  {key} ", "key"), (f"{mark}{word.text(look.language)}", role)))
        return lines

    def _field_lines(self, width: int) -> list[Line]:
        draft, look = self.desk.draft, self.desk.look
        place = self._places[draft.place]
        equipment = ", ".join(look.word(EQUIPMENT, code) for code in draft.equipment)
        observed = look.say("form_unknown")
        if draft.observed < len(OBSERVED_AGO_S):
            minutes = OBSERVED_AGO_S[draft.observed] // 60
            observed = look.say("form_ago", count=minutes) if minutes else look.say("form_now")
        unknown = look.say("form_unknown")
        mark = look.severity_mark(draft.severity)
        severity = f"{mark} {look.word(SEVERITIES, draft.severity).upper()}"
        counting = draft.stage is Stage.COUNT
        count = draft.digits + ("_" if counting else "") or unknown
        kind = look.word(KINDS, draft.kind or 0)
        drill = look.say("form_yes" if draft.drill else "form_no")
        cell = metres(draft.cell_m, 1)
        rows: list[tuple[str, str, str, str]] = [
            ("", "form_kind", kind, "strong"),
            ("1-4", "form_severity", severity, SEVERITY_ROLES[draft.severity]),
            ("0-9", "form_count", count, "strong" if draft.digits or counting else "quiet"),
            ("p", "form_place", place.words, "strong" if place.lat is not None else "warn"),
            ("z", "form_precision", cell, "plain" if place.lat is not None else "quiet"),
            ("a", "form_activity", look.word(ACTIVITIES, draft.activity), "plain"),
            ("u", "form_unit", look.word(UNITS, draft.unit), "plain"),
            ("e", "form_equipment", equipment or unknown, "plain" if equipment else "quiet"),
            ("o", "form_observed", observed, "plain"),
            ("s", "form_scope", look.word(SCOPES, draft.scope), "plain"),
            ("n", "form_note", draft.note or unknown, "strong" if draft.note else "quiet"),
            ("d", "form_drill", drill, "drill" if draft.drill else "quiet"),
        ]
        active = {Stage.SEVERITY: "form_severity", Stage.COUNT: "form_count"}.get(draft.stage)
        lines: list[Line] = []
        for key, label, value, role in rows:
            sign = look.glyphs.cursor if label == active else " "
            text = pad(look.say(label), _LABEL)
            row: Line = (
                (sign, "key"),
                (pad(f" {key}", 5), "key"),
                (text, "title_focus" if label == active else "quiet"),
                (value, role),
            )
            lines.append(row)
            self._keys_by_row.append(key if len(key) == 1 else "")
        lines += self._note_remarks(draft)
        return [(), *lines, ()]

    def _note_remarks(self, draft: Draft) -> list[Line]:
        look = self.desk.look
        remarks: list[Line] = []
        indent = " " * (6 + _LABEL)
        if draft.note_room < 0:
            text = look.say("form_too_long", count=-draft.note_room)
            remarks.append(((indent, "plain"), (text, "bad")))
        elif self.note.display:
            text = look.say("form_bytes_left", count=draft.note_room)
            remarks.append(((indent, "plain"), (text, "quiet")))
        if warning := note_warning(draft.note):
            text = look.say("looks_leave_out", what=look.say(warning))
            remarks.append(((indent, "plain"), (text, "bad")))
        return remarks

    def _hint(self) -> str:
        if self._sending:
            return self.desk.look.say("hint_sending")
        if self.note.display or self._choosing_equipment:
            return self.desk.look.say("hint_note")
        return self.desk.look.say(f"hint_{self.desk.draft.stage.value}")

    # Keys

    def on_key(self, event: events.Key) -> None:
        """Letters, digits and the keys that step back."""
        if self.note.display or self._sending:
            return
        draft = self.desk.draft
        letter = (event.character or "").lower()
        taken = True
        if event.key == "backspace":
            draft.back()
        elif event.key == "delete":
            self._begin_anew()
        elif self._choosing_equipment and len(letter) == 1 and ord(letter) - ord("a") in EQUIPMENT:
            draft.toggle_equipment(ord(letter) - ord("a"))
        elif draft.stage is Stage.KIND:
            taken = bool(letter) and draft.choose_kind(letter)
        elif letter.isdecimal() and letter.isascii():
            draft.digit(letter)
        else:
            taken = self._field_key(letter)
        if taken:
            event.stop()
            self._complaint = ""
            self.lines.repaint()

    def _field_key(self, letter: str) -> bool:
        if letter == "n":
            self.note.display = True
            self.note.focus()
        elif letter == "e":
            self._choosing_equipment = True
        elif letter in _CYCLES:
            self.desk.draft.cycle(_CYCLES[letter], len(self._places))
        else:
            return False
        return True

    def on_click(self, event: events.Click) -> None:
        """A click on a field is its key."""
        if event.widget is not self.lines or self.desk.draft.stage is Stage.KIND:
            return
        row = event.y - 1
        if 0 <= row < len(self._keys_by_row) and self._keys_by_row[row]:
            self._field_key(self._keys_by_row[row])
            self.lines.repaint()

    def action_enter(self) -> None:
        """Go on, or send."""
        if self._choosing_equipment:
            self._choosing_equipment = False
        elif self.desk.draft.stage is not Stage.KIND and not self._sending:
            if self.desk.draft.enter():
                self._send()
        self.lines.repaint()

    def action_back_out(self) -> None:
        """Out of the note, out of the equipment, or out of the form with the draft kept."""
        if self.note.display:
            self._note_done()
        elif self._choosing_equipment:
            self._choosing_equipment = False
            self.lines.repaint()
        else:
            self.dismiss()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Every stroke goes into the draft."""
        self.desk.draft.note = clean(event.value)
        self.lines.repaint()

    def on_input_submitted(self) -> None:
        """The note is done."""
        self._note_done()

    def _note_done(self) -> None:
        self.note.display = False
        self.set_focus(None)
        self.lines.repaint()

    def _begin_anew(self) -> None:
        self.desk.draft = Draft()
        self.note.value = ""
        self._continued = False

    # Sending

    def _send(self) -> None:
        draft = self.desk.draft
        if draft.note_room < 0:
            self._complaint = self.desk.look.say("form_too_long", count=-draft.note_room)
            return
        self._sending, self._complaint = True, ""
        self.desk.order("report", draft.params(self._chosen_place()), "", self._answered)

    def _chosen_place(self) -> PlaceChoice:
        return self._places[self.desk.draft.place]

    def _answered(self, answer: Answer) -> None:
        self._sending = False
        if answer.accepted:
            self.desk.draft = Draft()
            if self.is_attached:
                self.dismiss()
            return
        self._complaint = refusal("report", answer, self.desk.look)
        if self.is_attached:
            self.lines.repaint()
