"""Two windows of the organizers' table: a radio is lost, and who holds a radio."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Input

from meshdefense.safe_text import clean
from meshdefense_tui.desk import Desk
from meshdefense_tui.key_names import key_name
from meshdefense_tui.lines import Line, hint_lines
from meshdefense_tui.screens.modal import EntryWindow
from meshdefense_tui.table.losses import Exposure
from meshdefense_tui.table.shapes import FleetRadio
from meshdefense_tui.text_fit import fit, wrap
from meshdefense_tui.views.table_losses import exposure_lines
from meshdefense_tui.widgets.more_lines import MoreLines
from meshdefense_tui.widgets.row import Lines

__all__ = ["HandScreen", "LoseScreen"]


class _Asking(EntryWindow):
    """An entry that stays, with what was typed, until the command has done what it asks for."""

    text: Input
    ACKNOWLEDGES = False

    def __init__(self, desk: Desk, noting: Callable[[], bool]) -> None:
        """`noting` says whether the command runs that was asked for."""
        super().__init__(desk)
        self.text = Input(id="text", compact=True, classes="entry", select_on_focus=False)
        self._remark, self._noting = "", noting

    def on_mount(self) -> None:
        """Type at once."""
        super().on_mount()
        self.text.focus()

    def on_input_changed(self) -> None:
        """Another try."""
        self._remark = ""
        self.draw()

    def answered(self, well: bool, words: str) -> None:
        """The command has ended: close, or say why not."""
        self._remark = words
        if well and self.is_attached and self.is_current:
            self.dismiss()
        elif self.is_attached:
            self.draw()

    def draw(self) -> None:
        """The remark may be another one."""
        self.lines.repaint()

    def foot(self, hint: str, width: int) -> list[Line]:
        """What is wrong, and the keys."""
        remark: list[Line] = [((part, "bad"),) for part in wrap(self._remark, width) if part]
        words = self.desk.look.say("radio_t_noting") if self._noting() else hint
        return [*remark, *hint_lines(words, width)]


class LoseScreen(_Asking):
    """What the finder has and what is changed; the radio's name, typed, has it done."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll(-1)", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
    ]

    def __init__(
        self,
        desk: Desk,
        exposure: Exposure,
        data: str,
        note: Callable[[], None],
        noting: Callable[[], bool],
    ) -> None:
        """`note` has the loss noted; `answered` is called afterwards."""
        super().__init__(desk, noting)
        self._exposure, self._data, self._note = exposure, data, note
        self.lines = MoreLines(desk, self.window_lines, id="window-lines")
        self.question = Lines(desk, self._question, id="window-question")
        self.add_class("-detail")

    def compose(self) -> ComposeResult:
        """The box, with the entry below."""
        yield self.banner
        with Container(id="window"):
            yield self.lines
            yield self.question
            yield self.text

    def window_lines(self, width: int) -> list[Line]:
        """What is at stake."""
        look, lost = self.desk.look, self._exposure
        title = look.say("radio_t_lose_title", name=lost.radio)
        return [
            *(((part, "title_focus"),) for part in wrap(title, width)),
            *exposure_lines(lost, look, data=self._data, width=width),
        ]

    def _question(self, width: int) -> list[Line]:
        look = self.desk.look
        words = look.say("radio_t_lose_type", name=self._exposure.radio)
        return [
            ((fit(words, width, look.glyphs.ellipsis), "strong"),),
            *self.foot(look.say("radio_t_lose_hint", keys=key_name("↑↓", look)), width),
        ]

    def draw(self) -> None:
        """As above, in the rows over the entry."""
        super().draw()
        self.question.repaint()

    def action_scroll(self, by: int) -> None:
        """For what is longer than the screen."""
        self.lines.scroll_rows(by)

    def on_input_submitted(self) -> None:
        """Have it noted, where that is its name."""
        if self._noting():
            return
        if clean(self.text.value).strip() == self._exposure.radio.strip():
            self._remark = ""
            self._note()
        else:
            self._remark = self.desk.look.say("radio_t_lose_other")
        self.draw()


class HandScreen(_Asking):
    """Number or handle of who holds a radio; empty for nobody."""

    def __init__(
        self,
        desk: Desk,
        row: FleetRadio,
        note: Callable[[str], None],
        noting: Callable[[], bool],
    ) -> None:
        """`note` gets the holder; `answered` is called afterwards."""
        super().__init__(desk, noting)
        self._row, self._note = row, note
        self.text.value = row.member
        self.add_class("-message")

    def on_mount(self) -> None:
        """Type on behind who holds it now."""
        super().on_mount()
        self.text.cursor_position = len(self.text.value)

    def window_lines(self, width: int) -> list[Line]:
        """Which radio, who holds it now, and what may be typed."""
        look, row = self.desk.look, self._row
        held = look.say("radio_held_by", member=row.member) if row.member else None
        now = held or look.say("radio_held_by_nobody")
        words = look.say("radio_t_hand_words")
        return [
            ((look.say("radio_t_hand_title", name=row.name), "title_focus"), (f"  {now}", "plain")),
            *(((part, "quiet"),) for part in wrap(words, width)),
            *self.foot(look.say("radio_t_hand_hint"), width),
        ]

    def on_input_submitted(self) -> None:
        """Have it noted."""
        if not self._noting():
            self._remark = ""
            self._note(clean(self.text.value, 200).strip())
            self.draw()
