"""How the running screens look: theme, language, signs; changed at once and written down."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from textual.app import App
from textual.filter import LineFilter, NoColor

from meshdefense_tui.answer_row import AnswerRow
from meshdefense_tui.look import ASCII, UNICODE, Look
from meshdefense_tui.map.parts import DotStyle
from meshdefense_tui.palette import ColourDepth
from meshdefense_tui.settings import Problem, SettingsFile
from meshdefense_tui.themes import RedOnly, next_theme, offered, palette_of, textual_themes

if TYPE_CHECKING:
    from meshdefense_tui.app import MeshDefenseApp

__all__ = ["Appearance", "colour_depth", "first_dots"]

_DOTS: Final = {
    "braille": DotStyle.BRAILLE,
    "blocks": DotStyle.BLOCKS,
    "ascii": DotStyle.ASCII,
}


class Appearance:
    """One for the app."""

    def __init__(self, app: MeshDefenseApp, file: SettingsFile, depth: ColourDepth) -> None:
        self._app, self.file, self._depth = app, file, depth
        self._filters: dict[str, LineFilter] = {"night-red": RedOnly(), "mono": NoColor()}
        self.theme = offered(depth)[0]
        self.hint_of: Callable[[str], str] | None = None
        """How to start a daemon, in a language."""
        for theme in textual_themes():
            app.register_theme(theme)

    @property
    def filters(self) -> Sequence[LineFilter]:
        """What everything that is drawn goes through at last."""
        return [self._filters[self.theme]] if self.theme in self._filters else []

    def use_theme(self, name: str | None) -> bool:
        """Show a theme; False for one that this terminal cannot show, and then nothing changes."""
        if name is None or name not in offered(self._depth):
            return False
        app, palette = self._app, palette_of(name, self._depth)
        self.theme, app.desk.palette = name, palette
        own = palette.depth is not ColourDepth.TRUE
        app.set_class(own, "-own-colours")
        app.theme = "ansi-dark" if own else f"meshdefense-{name}"
        self.draw_all()
        return True

    def draw_all(self) -> None:
        """Everything again: each text or style may be another one."""
        for screen in self._app.screen_stack if self._app.is_running else ():
            for widget in screen.query("*"):
                widget.refresh()
            screen.refresh()

    def next_theme(self) -> None:
        """The next one, written down."""
        look = self._app.desk.look
        if len(offered(self._depth)) == 1:
            self._app.desk.tell(look.say("theme_only"), "warn")
            return
        self.use_theme(next_theme(self.theme, self._depth))
        problem = self.file.change(theme=self.theme)
        if problem is not None:
            self.tell_problem(problem)
            return
        self._app.desk.tell(look.say("theme_now", name=self.theme), "plain")

    def use_language(self, language: str) -> None:
        """Speak this language from now on."""
        if self.hint_of is not None:
            self._app.desk.start_hint = self.hint_of(language)
        self._relook(Look(language, self._app.desk.look.glyphs, self._app.desk.look.clock))

    def use_dots(self, dots: str) -> None:
        """Draw the map with these from now on, and with ASCII everything else, too."""
        look, ascii_only = self._app.desk.look, dots == "ascii"
        self._app.dashboard.map.dots = _DOTS[dots]
        self._app.set_class(ascii_only, "-ascii")
        self._relook(Look(look.language, ASCII if ascii_only else UNICODE, look.clock))

    def write_down(self, chosen: Mapping[str, str]) -> None:
        """What the first run has set; with nothing set, that it was there."""
        problem = self.file.change(**chosen)
        if problem is not None:
            self.tell_problem(problem)
        elif self.file.path is not None:
            self._app.desk.tell(self._app.desk.look.say("setup_written"), "good")

    def _relook(self, look: Look) -> None:
        app = self._app
        app.desk.look = look
        app.answer = AnswerRow(app.model, look)
        app.all_different()
        self.draw_all()

    def tell_problem(self, problem: Problem) -> None:
        """Say what is wrong with the settings."""
        words = self._app.desk.look.say(problem.words, **problem.values)
        self._app.desk.tell(words, "warn")

    def tell_problems(self) -> None:
        """Say what in the file does not count: the first of it, and how many more."""
        problems, look = self.file.problems, self._app.desk.look
        if not problems:
            return
        words = look.say(problems[0].words, **problems[0].values)
        if len(problems) > 1:
            words += f" {look.say('sos_more', count=len(problems) - 1)}"
        self._app.desk.tell(words, "bad")


def colour_depth(app: App[None]) -> ColourDepth:
    """How many colours the terminal says that it has."""
    if app.no_color:
        return ColourDepth.MONO
    few = app.console.color_system in {None, "standard", "windows"}
    return ColourDepth.ANSI if few else ColourDepth.TRUE


def first_dots(ascii_only: bool) -> DotStyle:
    """What the map is drawn with until a person has chosen."""
    if ascii_only:
        return DotStyle.ASCII
    # the console of the Linux kernel has half blocks in its font, but no braille
    return DotStyle.BLOCKS if os.environ.get("TERM") == "linux" else DotStyle.BRAILLE
