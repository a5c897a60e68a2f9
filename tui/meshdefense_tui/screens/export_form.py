"""Export: choose, see what will be written, and write it; redacted unless somebody decides so.

What leaves a node cannot be called back: the file is made in memory and shown first, the daemon
notes the export before the file is there, and an export in full is a key of its own.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.widgets import Input

from meshdefense.exports.wish import FORMATS, Exported, Wish
from meshdefense.safe_text import clean
from meshdefense_tui.desk import Desk
from meshdefense_tui.export_work import ExportWork, file_name
from meshdefense_tui.lines import Line, Span, fill, hint_lines
from meshdefense_tui.model import Model
from meshdefense_tui.replay import Ask
from meshdefense_tui.screens.modal import EntryWindow
from meshdefense_tui.session import Answer
from meshdefense_tui.text_fit import pad, wrap
from meshdefense_tui.views.export_preview import preview_lines

__all__ = ["Choice", "ExportForm"]

_HOURS: Final = (0, 2, 6, 12, 24)
"""0 is all that is kept."""
_FIELDS: Final = ("format", "period", "which", "detail", "file")
_LABEL: Final = 20


@dataclass(slots=True)
class Choice:
    """What a person has chosen so far."""

    format: int = 0
    """Index into FORMATS."""
    hours: int = 0
    """Index into the periods."""
    marked: bool = False
    full: bool = False


class ExportForm(EntryWindow):
    """Two steps: the choice, then the preview; the second one writes."""

    text: Input
    ACKNOWLEDGES = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,tab", "field(1)", show=False, priority=True),
        Binding("up,shift+tab", "field(-1)", show=False, priority=True),
        Binding("pagedown", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("left,h", "change(-1)", show=False),
        Binding("right,l", "change(1)", show=False),
        Binding("k", "field(-1)", show=False),
        Binding("j", "field(1)", show=False),
        Binding("enter", "go", show=False),
        Binding("F", "write_full", show=False),
    ]

    def __init__(
        self,
        desk: Desk,
        ask: Ask,
        live: Model,
        *,
        folder: Path,
        marked: frozenset[str] = frozenset(),
    ) -> None:
        """`live` has the rows of now, `marked` are the ids of alerts that a person marked."""
        super().__init__(desk)
        self._live, self._folder, self._marked = live, folder, marked
        self._work = ExportWork(ask, live, folder, marked)
        self.choice = Choice(marked=bool(marked))
        self.made: Exported | None = None
        """The file, while it is shown."""
        self.target: Path | None = None
        self._wish: Wish | None = None
        self._field = 0
        self._busy = self._complaint = self._done = ""
        self.text = Input(id="text", compact=True, classes="entry")
        self.add_class("-export")

    def on_mount(self) -> None:
        """The entry comes with its field."""
        self.text.display = False

    @property
    def _format(self) -> str:
        return FORMATS[self.choice.format]

    @property
    def _redacted(self) -> bool:
        return not self.choice.full or self._format == "memo"

    # Drawing

    def window_lines(self, width: int) -> list[Line]:
        """The choice, or the preview."""
        look = self.desk.look
        lines: list[Line] = [((look.say("export_title"), "title_focus"),), ()]
        if self._done:
            return [*lines, *self._said(self._done, "good", width), *self._complaints(width)]
        lines += self._preview(self.made, width) if self.made is not None else self._form(width)
        if self._busy:
            lines.append(((self._busy, "warn"),))
        return [*lines, *self._complaints(width)]

    def _complaints(self, width: int) -> list[Line]:
        return self._said(self._complaint, "bad", width) if self._complaint else []

    def _said(self, text: str, role: str, width: int) -> list[Line]:
        return [((part, role),) for part in wrap(text, width)]

    def _form(self, width: int) -> list[Line]:
        look = self.desk.look
        lines: list[Line] = []
        for index, name in enumerate(_FIELDS):
            here = index == self._field
            mark = look.glyphs.cursor if here else " "
            value, role = self._value(name)
            left = f"{pad(look.say(f'export_{name}'), _LABEL)} "
            spans: list[Span] = [(f"{mark} ", "key"), (left, "quiet"), (value, role)]
            lines.append(fill(spans, width, look.glyphs.ellipsis))
        lines.append(())
        note = "export_redacted_note" if self._redacted else "export_gives_away"
        if self.choice.full and self._redacted:
            note = "export_memo_full"
        lines += self._said(look.say(note), "plain" if self._redacted else "bad", width)
        hint = "export_file_hint" if _FIELDS[self._field] == "file" else "export_hint"
        return [*lines, (), *hint_lines(look.say(hint), width)]

    def _value(self, name: str) -> tuple[str, str]:
        look, choice = self.desk.look, self.choice
        if name == "format":
            return look.say(f"export_{self._format}"), "strong"
        if name == "period":
            hours = _HOURS[choice.hours]
            words = look.say("export_hours", count=hours) if hours else look.say("export_always")
            return words, "strong"
        if name == "which":
            if choice.marked:
                return look.say("export_marked", count=len(self._marked)), "strong"
            return look.say("export_all"), "strong"
        if name == "detail":
            if self._redacted:
                return look.say("export_redacted"), "strong"
            return f" {look.say('export_whole')} ", "alarm"
        if self._to_browser:
            return look.say("export_to_browser"), "strong"
        return clean(self.text.value).strip() or clean(str(self._folder)), "strong"

    def _preview(self, made: Exported, width: int) -> list[Line]:
        look = self.desk.look
        to = look.say("export_to_browser")
        if self.target is not None:
            to = look.say("export_to", file=clean(str(self.target)))
        return preview_lines(made, look, to=to, redacted=self._redacted, width=width)

    # Choosing

    def action_field(self, by: int) -> None:
        """The next field; in the preview, scroll."""
        if self.made is not None or self._done:
            self.lines.scroll_rows(by)
            return
        self._field = (self._field + by) % len(_FIELDS)
        typing = _FIELDS[self._field] == "file" and not self._to_browser
        self.text.display = typing
        self.set_focus(self.text if typing else None)
        self.lines.repaint()

    def action_change(self, by: int) -> None:
        """Another value for the field."""
        choice, name = self.choice, _FIELDS[self._field]
        if self.made is not None or self._busy or self._done:
            return
        if name == "format":
            choice.format = (choice.format + by) % len(FORMATS)
        elif name == "period":
            choice.hours = (choice.hours + by) % len(_HOURS)
        elif name == "which":
            choice.marked = bool(self._marked) and not choice.marked
        elif name == "detail":
            choice.full = not choice.full
        self._complaint = ""
        self.lines.repaint()

    def action_scroll(self, by: int) -> None:
        """For a preview longer than the box."""
        self.lines.scroll_rows(by)

    def on_input_changed(self) -> None:
        """The form shows where it will be."""
        self._complaint = ""
        self.lines.repaint()

    def on_input_submitted(self) -> None:
        """As Enter elsewhere."""
        self.action_go()

    def action_go(self) -> None:
        """To the preview; from there, write what is redacted."""
        if self._busy:
            return
        if self._done:
            self.dismiss()
        elif self.made is None:
            self._start(self.desk.look.say("export_making"))
            self.run_worker(self._make(), group="export")
        elif self._redacted:
            self._begin_writing()

    def action_write_full(self) -> None:
        """Write what is not redacted: a key of its own, which nobody presses by habit."""
        if self.made is not None and not self._redacted and not self._busy and not self._done:
            self._begin_writing()

    def action_close(self) -> None:
        """Back to the choice, then away."""
        if self.made is not None and not self._done and not self._busy:
            self.made, self._complaint = None, ""
            self.lines.scroll_rows(-100_000)
            self.action_field(0)
            return
        self.dismiss()

    def _start(self, words: str) -> None:
        self._busy, self._complaint = words, ""
        self.lines.repaint()

    # Making and writing

    @property
    def _to_browser(self) -> bool:
        return self.app.is_web

    async def _make(self) -> None:
        live, choice, now = self._live, self.choice, self.desk.look.clock.now()
        name, hours = self._format, _HOURS[self.choice.hours]
        since = now - hours * 3600 if hours else None
        wish = Wish(name, since, redacted=self._redacted, language=self.desk.look.language)
        content = await self._work.make(wish, now, marked_only=choice.marked)
        if isinstance(content, Answer):
            self._refused(content)
            return
        if not self.is_attached or live.locked:
            return
        self._wish, self.made, self._busy = wish, content, ""
        typed = clean(self.text.value).strip()
        self.target = None if self._to_browser else self._work.path(typed, name, now)
        self.text.display = False
        self.set_focus(None)
        self.lines.scroll_rows(-100_000)

    def _begin_writing(self) -> None:
        look = self.desk.look
        if self.target is not None and self.target.exists():
            file = clean(str(self.target))
            self._complaint = look.say("export_exists", file=file)
            self.lines.repaint()
            return
        self._start(look.say("export_writing"))
        self.run_worker(self._write(), group="export")

    async def _write(self) -> None:
        content, wish = self.made, self._wish
        if content is None or wish is None:
            return
        answer = await self._work.note(wish, content)
        if not answer.accepted or self._live.locked:
            self._refused(answer)
            return
        look, target = self.desk.look, self.target
        if target is None:
            name = file_name(wish.format, look.clock.now())
            self.app.deliver_binary(io.BytesIO(content.content), save_filename=name)
            self._written(look.say("export_to_browser"))
            return
        file = clean(str(target))
        try:
            await self._work.write(target, content)
        except FileExistsError:
            self._failed(look.say("export_exists", file=file))
        except OSError as error:
            why = clean(error.strerror or type(error).__name__)
            self._failed(look.say("export_cannot", file=file, why=why))
        else:
            self._written(file)

    def _written(self, file: str) -> None:
        look = self.desk.look
        self.made, self._busy = None, ""
        self._done = f"{look.say('export_done', file=file)} {look.say('export_logged')}"
        self.desk.tell(look.say("export_done", file=file), "good")
        self.lines.repaint()

    def _refused(self, answer: Answer) -> None:
        look = self.desk.look
        why = look.say(answer.phrase) if answer.phrase else answer.sentence
        self._failed(look.say("export_refused", reason=why))

    def _failed(self, words: str) -> None:
        self._busy, self._complaint = "", words
        self.lines.repaint()
