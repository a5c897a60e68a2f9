"""The library: signed documents and placeholders for them, to be read with scroll and search."""

from __future__ import annotations

import unicodedata
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.widgets import Input

from meshdefense.api.library_schema import DocumentRow, ShownDocument
from meshdefense.safe_text import clean, clean_row
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, Span, edges, spread
from meshdefense_tui.look import Look
from meshdefense_tui.phrases import PHRASES
from meshdefense_tui.screens.modal import EntryWindow
from meshdefense_tui.session import Answer
from meshdefense_tui.text_fit import fit, wrap

__all__ = ["LibraryScreen", "document_line", "text_lines"]

Ask = Callable[[str, dict[str, Any]], Awaitable[Answer]]


def warning_words(row: DocumentRow, look: Look) -> str:
    """What is to be known before one trusts it; empty for a document that is in order."""
    if not row["warning"]:
        return ""
    key = f"library_warn_{row['warning']}"
    if key in PHRASES:
        return look.say(key)
    return look.say("library_warn_other", what=row["warning"])


def document_line(row: DocumentRow, look: Look, *, chosen: bool, width: int) -> list[Line]:
    """Title, language and version; below it who signed it, or what is wrong with it."""
    mark = look.glyphs.cursor if chosen else " "
    left: list[Span] = [(f"{mark} ", "key"), (row["title"] or row["id"], "strong")]
    right = [(f"{row['language']}", "plain")]
    if row["version"]:
        right.append((f"  {look.say('library_version', count=row['version'])}", "quiet"))
    first = edges(left, right, width, look.glyphs.ellipsis)
    warning = warning_words(row, look)
    if warning:
        return [first, (("    ", "plain"), (fit(warning, width - 4, look.glyphs.ellipsis), "warn"))]
    name = row["author_name"] or ""
    signed = [(look.say("library_by", name=name), "quiet"), (row["date"] or "", "quiet")]
    return [first, (("    ", "plain"), *spread(signed, width - 4))]


def text_lines(document: ShownDocument, width: int) -> list[str]:
    """The text in lines of at most `width` cells; empty lines stay."""
    found: list[str] = []
    for line in document["lines"]:
        indent = line[: len(line) - len(line.lstrip())][: max(width - 8, 0)]
        parts = wrap(line, max(width - len(indent), 1))
        found += [f"{indent}{part}".rstrip() for part in parts]
    return found


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(one for one in parts if not unicodedata.combining(one))


class LibraryScreen(EntryWindow):
    """Arrows choose, Enter reads; in a document they scroll and `/` searches."""

    text: Input
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup,ctrl+u", "move(-10)", show=False),
        Binding("pagedown,ctrl+d,space", "move(10)", show=False),
        Binding("home", "move(-100000)", show=False),
        Binding("end", "move(100000)", show=False),
        Binding("enter", "read", show=False),
        Binding("slash", "search", show=False),
        Binding("n", "next(1)", show=False),
        Binding("p", "next(-1)", show=False),
        Binding("q", "close", show=False),
    ]

    def __init__(self, desk: Desk, ask: Ask) -> None:
        super().__init__(desk)
        self._ask = ask
        self.documents: list[DocumentRow] | None = None
        """None until the daemon has answered."""
        self.open: ShownDocument | None = None
        self._complaint = ""
        self._at = self._first = 0
        self._hit = -1
        """Line that was found last."""
        self._needle = ""
        self._said = ""
        self.text = Input(id="text", compact=True, classes="entry")
        self.add_class("-library")

    def on_mount(self) -> None:
        """Ask for the list at once."""
        self.text.display = False
        self.run_worker(self._list(), group="library")

    async def _list(self) -> None:
        answer = await self._ask("library_list", {})
        if self._taken(answer):
            rows = [clean_row(row) for row in answer.result.get("documents", [])]
            documents = cast("list[DocumentRow]", rows)
            language = self.desk.look.language
            documents.sort(key=lambda row: (row["language"] != language, row["id"]))
            self.documents = documents
        self.lines.repaint()

    async def _show(self, row: DocumentRow) -> None:
        wanted = {"id": row["id"], "language": row["language"]}
        answer = await self._ask("library_show", wanted)
        if self._taken(answer):
            self.open = cast("ShownDocument", clean_row(answer.result))
            self._first, self._said = 0, ""
        self.lines.repaint()

    def _taken(self, answer: Answer) -> bool:
        look = self.desk.look
        self._complaint = ""
        if not answer.accepted:
            why = look.say(answer.phrase) if answer.phrase else answer.sentence
            self._complaint = look.say("library_refused", reason=why)
        return answer.accepted

    # Drawing

    def window_lines(self, width: int) -> list[Line]:
        """The list, or the document."""
        look = self.desk.look
        complaint: list[Line] = [((part, "bad"),) for part in wrap(self._complaint, width) if part]
        if self.open is not None:
            return [*complaint, *self._document(self.open, width)]
        lines: list[Line] = [((look.say("library_title"), "title_focus"),), *complaint]
        if self.documents is None:
            return [*lines, ((look.say("asking"), "quiet"),)] if not complaint else lines
        if not self.documents:
            lines.append(((look.say("library_none"), "quiet"),))
        room = max((self.lines.size.height - 3) // 2, 1)
        first = max(0, min(self._at - room // 2, len(self.documents) - room))
        for index, row in enumerate(self.documents[first : first + room], start=first):
            lines += document_line(row, look, chosen=index == self._at, width=width)
        return [*lines, ((look.say("library_hint"), "quiet"),)]

    def _document(self, document: ShownDocument, width: int) -> list[Line]:
        look = self.desk.look
        head = document_line(document, look, chosen=False, width=width)
        texts, needle = text_lines(document, width), _plain(self._needle)
        room = self._room()
        self._first = max(0, min(self._first, len(texts) - room))
        shown: list[Line] = []
        for text in texts[self._first : self._first + room]:
            found = bool(needle) and needle in _plain(text)
            shown.append(((text, "selected" if found else "plain"),))
        shown += [()] * (room - len(shown))
        last = min(self._first + room, len(texts))
        right: list[Span] = [(f"{last}/{len(texts)}", "quiet")]
        hint = self._said or look.say("library_read_hint")
        return [*head, *shown, edges([(hint, "quiet")], right, width, look.glyphs.ellipsis)]

    def _room(self) -> int:
        return max(self.lines.size.height - 3, 1)

    # Keys

    def action_move(self, by: int) -> None:
        """Choose in the list; scroll in a document."""
        if self.open is not None:
            self._first = max(0, self._first + by)
        elif self.documents:
            self._at = max(0, min(self._at + by, len(self.documents) - 1))
        self.lines.repaint()

    def action_read(self) -> None:
        """Open the chosen document."""
        if self.open is None and self.documents:
            self.run_worker(self._show(self.documents[self._at]), group="library", exclusive=True)

    def action_search(self) -> None:
        """Type what to look for."""
        if self.open is not None:
            self.text.display = True
            self.text.focus()

    def on_input_submitted(self) -> None:
        """Look for it from the top of the view."""
        self._needle = clean(self.text.value).strip()
        self._end_typing()
        self._hit = self._first - 1
        self.action_next(1)

    def action_next(self, by: int) -> None:
        """The next line, or the one before, with what was looked for."""
        if self.open is None or not self._needle:
            return
        needle, look = _plain(self._needle), self.desk.look
        texts = text_lines(self.open, self.lines.size.width)
        hits = [at for at, text in enumerate(texts) if needle in _plain(text)]
        if not hits:
            self._said = look.say("library_not_found")
        else:
            later = [at for at in hits if (at > self._hit if by > 0 else at < self._hit)]
            ends = (hits[0], later[0] if later else None)
            if by < 0:
                ends = (hits[-1], later[-1] if later else None)
            at = ends[0] if ends[1] is None else ends[1]
            self._first = self._hit = at
            self._said = look.say("library_found", at=hits.index(at) + 1, count=len(hits))
        self.lines.repaint()

    def action_close(self) -> None:
        """Out of the search, out of the document, then away."""
        if self.text.display:
            self._end_typing()
        elif self.open is not None:
            self.open, self._needle, self._said, self._complaint = None, "", "", ""
            self.lines.repaint()
        else:
            self.dismiss()

    def _end_typing(self) -> None:
        self.text.display = False
        self.set_focus(None)
        self.lines.repaint()
