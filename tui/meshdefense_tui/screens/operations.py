"""The operations screen: one frame around the nine modes.

Status, banner, radio, answer and keys stay where they are while modes change; a mode keeps its
state while another one is shown. Modes are made when they are first shown: a screen over SSH
should not wait for what nobody looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import Screen

from meshdefense_tui.commands import MODES
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.model import Changes
from meshdefense_tui.modes.dashboard import DashboardMode
from meshdefense_tui.modes.mode import Mode
from meshdefense_tui.views.status_rows import radio_line, status_line
from meshdefense_tui.widgets.banner import Banner
from meshdefense_tui.widgets.key_bar import KeyBar
from meshdefense_tui.widgets.painted import Painted
from meshdefense_tui.widgets.row import Row

__all__ = ["OperationsScreen"]

_MODE_KEYS: Final[list[BindingType]] = [
    Binding(f"f{one.number}", f"app.mode('{one.name}')", show=False) for one in MODES
]


class OperationsScreen(Screen[None]):
    """What is going on, what waits for a decision, who is out, what the mesh can carry."""

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 Textual declares it without ClassVar
        (0, "-tiny"),
        (72, "-narrow"),
        (100, "-normal"),
        (120, "-wide"),
        (160, "-full"),
        (200, "-huge"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 Textual declares it without ClassVar
        (0, "-flat"),
        (24, "-short"),
        (30, "-tall"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        *_MODE_KEYS,
        Binding("g", "app.go", show=False),
        Binding("colon,ctrl+p", "app.palette", show=False),
        Binding("r,n", "app.report", show=False),
        Binding("v", "app.verdict", show=False),
        Binding("a", "acknowledge", show=False),
        Binding("x", "app.retract", show=False),
        Binding("c", "app.checkin", show=False),
        Binding("w", "app.write", show=False),
        Binding("i", "app.mode('mesh')", show=False),
        Binding("full_stop", "newest", show=False),
        Binding("question_mark", "app.help", show=False),
        Binding("left_square_bracket", "scrub(-1)", show=False),
        Binding("right_square_bracket", "scrub(1)", show=False),
        Binding("B", "app.library", show=False),
        Binding("q", "leave", show=False),
        Binding("escape", "back", show=False),
    ]

    def __init__(
        self,
        desk: Desk,
        *,
        answer: Callable[[int], Line],
        dashboard: DashboardMode,
        modes: Mapping[str, Callable[[], Mode]],
    ) -> None:
        """`modes` make the other modes, by name."""
        super().__init__()
        self.desk, self.dashboard, self._makers = desk, dashboard, modes
        self.mode: Mode = dashboard
        self._made: dict[str, Mode] = {dashboard.NAME: dashboard}
        self.banner = Banner(desk, here=True)
        self.answer = Row(desk, answer, id="answer")
        self.key_bar = KeyBar(desk, id="keys")
        self._body = Container(dashboard, id="body")

    def compose(self) -> ComposeResult:
        """See app.tcss for the places."""
        yield Row(self.desk, self._status_line, id="status")
        yield self.banner
        yield self._body
        yield Row(self.desk, self._radio_line, id="radio")
        yield self.answer
        yield self.key_bar

    def on_mount(self) -> None:
        """Keys go to the dashboard first."""
        self.key_bar.show(self.mode.hints())
        self.mode.main.focus()
        self.model_changed(None)

    def has_mode(self, name: str) -> bool:
        """Whether `name` can be shown."""
        return name in self._made or name in self._makers

    async def show_mode(self, name: str) -> None:
        """Show a mode with everything up to date."""
        mode = self._made.get(name)
        if mode is None:
            mode = self._made[name] = self._makers[name]()
            await self._body.mount(mode)
        if mode is not self.mode:
            self.mode.display = False
            self.mode.left()
            self.mode = mode
            mode.display = True
            self.key_bar.show(mode.hints())
        mode.main.focus()
        self.model_changed(None)

    def model_changed(self, changes: Changes | None) -> None:
        """Show what the model holds; `changes` None means anything may be different."""
        self.mode.model_changed(changes)
        self._frame_tick()

    def tick(self) -> None:
        """Time has passed: ages, due times and the map's old positions."""
        self.mode.tick()
        self._frame_tick()

    def _frame_tick(self) -> None:
        self.banner.repaint()  # which may have to appear
        for widget in self.children:
            if isinstance(widget, Painted) and widget.display:
                widget.repaint()

    def forget(self) -> None:
        """Show nothing of what was: the screen is locked. Every mode drops what it held."""
        for mode in self._made.values():
            mode.forget()
        self._frame_tick()

    def _status_line(self, width: int) -> Line:
        model, now = self.desk.model, self.desk.now
        return status_line(model.status, model.counts(now), self.desk.look, now=now, width=width)

    def _radio_line(self, width: int) -> Line:
        model, look = self.desk.model, self.desk.look
        now = look.clock.now()  # in a replay as well: of a radio no past is kept
        return radio_line(model.radio, model.status, model.mesh, look, now=now, width=width)

    # Keys

    async def on_key_bar_pressed(self, event: KeyBar.Pressed) -> None:
        """A click in the key row does what the key does."""
        await self.mode.run_action(event.action)

    def action_acknowledge(self) -> None:
        """Acknowledge the SOS in the banner, else what the mode has under its cursor."""
        if self.desk.answer_sos():
            return
        item = self.mode.acknowledged()
        if item is None:
            words = self.desk.look.say(self.mode.nothing_to_acknowledge)
            self.desk.tell(words, "warn")
            return
        self.desk.order("acknowledge", {"item": item}, item, None)

    def action_newest(self) -> None:
        """The newest of what is listed."""
        self.mode.newest()

    def action_scrub(self, steps: int) -> None:
        """Replay: everything as it was, so many steps later or earlier."""
        self.desk.scrub(steps)

    async def action_back(self) -> None:
        """One step back, out of a replay first; at the last one to the dashboard."""
        if self.desk.to_now():
            return
        if not self.mode.back() and self.mode is not self.dashboard:
            await self.show_mode(self.dashboard.NAME)

    async def action_leave(self) -> None:
        """Back to the dashboard; from there, leave at the second press."""
        if self.mode is not self.dashboard:
            await self.show_mode(self.dashboard.NAME)
            return
        await self.app.run_action("leave")
