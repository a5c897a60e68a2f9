"""What the small windows share: a title, lines, and a key that closes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import ModalScreen
from textual.widget import Widget

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.model import Changes
from meshdefense_tui.widgets.banner import Banner
from meshdefense_tui.widgets.row import Lines

__all__ = ["ChoiceScreen", "DetailWindow", "EntryWindow", "Window"]


class Window(ModalScreen[None]):
    """A box over the dashboard. Subclasses draw `window_lines`."""

    AUTO_FOCUS = ""  # keys go to the window; one with an entry focuses that itself
    ACKNOWLEDGES: ClassVar[bool] = True
    """Whether `a` acknowledges the SOS in the banner; not where letters are typed."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", show=False),
        Binding("a", "acknowledge", show=False),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.lines = Lines(desk, self.window_lines, id="window-lines")
        self.banner = Banner(desk, here=self.ACKNOWLEDGES)

    def compose(self) -> ComposeResult:
        """The box."""
        yield self.banner
        with Container(id="window"):
            yield self.lines

    def on_mount(self) -> None:
        """Where a status row stands on top, the banner lies on the one of the screen behind."""
        behind = [one for one in self.app.screen_stack if not isinstance(one, Window)]
        self.set_class(bool(behind) and bool(behind[-1].query("#status")), "-framed")

    def window_lines(self, width: int) -> list[Line]:
        """What the box shows."""
        raise NotImplementedError

    def model_changed(self, changes: Changes | None) -> None:
        """Rows may be different."""
        self.tick()

    def tick(self) -> None:
        """Time has passed."""
        self.banner.repaint()
        self.lines.repaint()

    def action_acknowledge(self) -> None:
        """Acknowledge the SOS in the banner."""
        if self.ACKNOWLEDGES:
            self.desk.answer_sos()

    def action_close(self) -> None:
        """Back."""
        self.dismiss()


class EntryWindow(Window):
    """A box with an entry below its lines; subclasses make the entry before it is shown."""

    text: Widget

    def compose(self) -> ComposeResult:
        """The box, with the entry below."""
        yield self.banner
        with Container(id="window"):
            yield self.lines
            yield self.text


class DetailWindow(Window):
    """All about one row, as long as it takes: scrolls, and `a` acknowledges what it shows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter", "close", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("pagedown,space", "scroll(10)", show=False),
        Binding("question_mark", "app.help", show=False),
    ]

    def __init__(self, desk: Desk, key: str) -> None:
        """`key` is the id of the row."""
        super().__init__(desk)
        self.key = key
        self.add_class("-detail")

    def action_scroll(self, by: int) -> None:
        """For what is longer than the screen."""
        self.lines.scroll_rows(by)

    def action_acknowledge(self) -> None:
        """Acknowledge the SOS in the banner, else what this shows."""
        if not self.desk.answer_sos():
            self.acknowledge()

    def acknowledge(self) -> None:
        """Acknowledge the row itself."""
        self.desk.order("acknowledge", {"item": self.key}, self.key, None)


class ChoiceScreen(Window):
    """One key out of a few, taken at once."""

    def __init__(
        self,
        desk: Desk,
        title: str,
        options: Sequence[tuple[str, str, int]],
        chosen: Callable[[int], None],
    ) -> None:
        super().__init__(desk)
        self._title, self._options, self._chosen = title, list(options), chosen
        self.add_class("-choice")

    def window_lines(self, width: int) -> list[Line]:
        """Title, options, how to leave."""
        lines: list[Line] = [((self._title, "title_focus"),), ()]
        lines += [((f"  {key} ", "key"), (words, "strong")) for key, words, _ in self._options]
        lines += [(), *self.extra_lines(), ((self.desk.look.say("choose_hint"), "quiet"),)]
        return lines

    def extra_lines(self) -> list[Line]:
        """More to show above the hint."""
        return []

    def on_key(self, event: events.Key) -> None:
        """Take the option of this key."""
        for key, _, value in self._options:
            if event.character is not None and event.character.lower() == key:
                event.stop()
                self.choose(value)
                return

    def on_click(self, event: events.Click) -> None:
        """A click on an option takes it."""
        if event.widget is self.lines and 0 <= event.y - 2 < len(self._options):
            self.choose(self._options[event.y - 2][2])

    def choose(self, value: int) -> None:
        """Close, then act."""
        self.dismiss()
        self._chosen(value)
