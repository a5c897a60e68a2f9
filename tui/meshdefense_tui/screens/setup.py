"""The first run: language, signs, bell, network, promises. Every step may be skipped.

It never stands before an alarm: when one comes it goes, and comes again at the next start.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen

from meshdefense.language import LANGUAGES
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.model import Changes
from meshdefense_tui.settings import DOTS
from meshdefense_tui.views.setup_steps import STEPS, step_lines
from meshdefense_tui.widgets.banner import Banner
from meshdefense_tui.widgets.more_lines import MoreLines

__all__ = ["SetupScreen"]

_SCROLLS: Final = {"down": 1, "j": 1, "up": -1, "k": -1, "pagedown": 10, "pageup": -10, "space": 10}
_NETWORKS: Final = {"c": "create", "j": "join", "d": "demo"}


class SetupScreen(Screen[None]):
    """Enter goes on, Backspace back, Esc leaves: what was not chosen stays as it is."""

    AUTO_FOCUS = ""

    def __init__(
        self,
        desk: Desk,
        *,
        language: Callable[[str], None],
        dots: Callable[[str], None],
        bell: Callable[[], None],
        done: Callable[[dict[str, str]], None],
    ) -> None:
        """`language` and `dots` are shown at once; `done` gets what is to be written down."""
        super().__init__()
        self.desk = desk
        self._language, self._dots, self._bell, self._done = language, dots, bell, done
        self._step = 0
        self._ways: dict[str, str] = {}
        self._chosen: dict[str, str] = {}
        self.lines = MoreLines(desk, self._draw, id="setup-lines")
        self.banner = Banner(desk, here=False)

    def compose(self) -> ComposeResult:
        """One block of lines."""
        yield self.banner
        yield self.lines

    @property
    def step(self) -> str:
        """Name of the step that is shown."""
        return STEPS[self._step]

    def _draw(self, width: int) -> list[Line]:
        return step_lines(
            self.step,
            self.desk.look,
            status=self.desk.model.status,
            way=self._ways.get(self.step, ""),
            data_option=self.desk.data_option,
            width=width,
        )

    def model_changed(self, changes: Changes | None) -> None:
        """The network may have come."""
        self.tick()

    def tick(self) -> None:
        """Time has passed."""
        self.banner.repaint()
        self.lines.repaint()

    def on_key(self, event: events.Key) -> None:
        """What the step offers, else on, back, leave, scroll."""
        event.stop()
        key = event.key
        if key == "escape":
            self._leave()
        elif key == "enter":
            self._go(1)
        elif key in {"backspace", "left"}:
            self._go(-1)
        elif not self._take(key) and key in _SCROLLS:
            self.lines.scroll_rows(_SCROLLS[key])
        if self.is_attached:
            self.tick()

    def _take(self, key: str) -> bool:
        """A key that means something in this step."""
        step = self.step
        if step == "language" and key in {"1", "2"}:
            code = list(LANGUAGES)[int(key) - 1]
            self._chosen["language"] = code
            self._language(code)
            self._go(1)
        elif step == "signs" and key in {"1", "2", "3"}:
            dots = DOTS[int(key) - 1]
            self._chosen |= {"dots": dots, "glyphs": "ascii" if dots == "ascii" else "unicode"}
            self._dots(dots)
            self._go(1)
        elif step == "bell" and key in {"t", "y", "n"}:
            self._ways[step] = key
            if key == "t":
                self._bell()
        elif step == "network" and key in _NETWORKS:
            self._ways[step] = _NETWORKS[key]
        else:
            return False
        return True

    def _go(self, by: int) -> None:
        if self._step + by >= len(STEPS):
            self._leave()
            return
        self._step = max(self._step + by, 0)
        self.lines.scroll_rows(-100_000)
        if self.step == "bell" and by > 0:
            self._bell()

    def _leave(self) -> None:
        self.dismiss()
        self._done(self._chosen)

    def step_aside(self) -> None:
        """An alarm has come: nothing is written down, so that this comes again."""
        self.dismiss()
        self.desk.tell(self.desk.look.say("setup_later"), "warn")
