"""Find a street, a corner or a place by name, and show it on the map."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.widgets import Input

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.safe_text import clean
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, edges, hint_lines
from meshdefense_tui.place_words import place_words
from meshdefense_tui.screens.modal import EntryWindow
from meshdefense_tui.text_fit import fit

if TYPE_CHECKING:
    from meshdefense.streets.pack import Found

__all__ = ["PlaceSearch"]

_RESULTS: Final = 7
_PRECISION_M: Final = 10


class PlaceSearch(EntryWindow):
    """What is found changes with every stroke; Enter takes the marked one."""

    text: Input
    ACKNOWLEDGES = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "mark(1)", show=False, priority=True),
        Binding("up", "mark(-1)", show=False, priority=True),
    ]

    def __init__(self, desk: Desk, chosen: Callable[[str, float, float], None]) -> None:
        """`chosen` gets name, latitude and longitude."""
        super().__init__(desk)
        self.text = Input(id="text", compact=True, classes="entry")
        self.found: list[Found] = []
        self._chosen, self._marked = chosen, 0
        self.add_class("-choice")

    def on_mount(self) -> None:
        """Type at once."""
        self.text.focus()

    def window_lines(self, width: int) -> list[Line]:
        """Title and what was found: name, what it is, and how far."""
        look, desk = self.desk.look, self.desk
        lines: list[Line] = [((look.say("search_title"), "title_focus"),)]
        for number, one in enumerate(self.found):
            here = number == self._marked
            place = PlaceRow(lat=one.lat, lon=one.lon, precision_m=_PRECISION_M)
            far = f"{self._kind(one)}  {place_words(place, desk.model.origin, look)}"
            name = fit(clean(one.name), max(width - len(far) - 4, 8), look.glyphs.ellipsis)
            mark = look.glyphs.cursor if here else " "
            left = ((f"{mark} ", "key"), (name, "strong" if here else "plain"))
            lines.append(edges(left, [(far, "quiet")], width, look.glyphs.ellipsis))
        if not self.found:
            lines += [((part, "quiet"),) for part in self._nothing()]
        return [*lines, (), *hint_lines(look.say("search_hint"), width)]

    def action_mark(self, by: int) -> None:
        """The next one, or the one before."""
        if self.found:
            self._marked = (self._marked + by) % len(self.found)
            self.lines.repaint()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look again."""
        streets, text = self.desk.streets, clean(event.value).strip()
        self._marked = 0
        self.found = []
        if streets is not None and text:
            self.found = streets.search(text, self.desk.model.origin, _RESULTS)
        self.lines.repaint()

    def on_input_submitted(self) -> None:
        """Show it on the map."""
        if not self.found:
            return
        one = self.found[self._marked]
        self.dismiss()
        self._chosen(clean(one.name), one.lat, one.lon)

    def _nothing(self) -> list[str]:
        look, streets = self.desk.look, self.desk.streets
        if streets is None or streets.index(self.desk.model.origin) is None:
            return [look.say("search_no_pack")]
        return [look.say("search_none")] if self.text.value.strip() else []

    def _kind(self, one: Found) -> str:
        from meshdefense.streets.words import kind_words

        return kind_words(one.kind, self.desk.look.language)
