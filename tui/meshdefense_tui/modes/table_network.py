"""What is done about a radio of the network wherever it is: it is lost, or somebody holds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from textual.app import App

from meshdefense_tui.desk import Desk
from meshdefense_tui.screens.table_radio import HandScreen, LoseScreen
from meshdefense_tui.screens.table_windows import TextScreen
from meshdefense_tui.table.state import Target
from meshdefense_tui.table.work import TableWork
from meshdefense_tui.views.table_losses import loss_lines
from meshdefense_tui.widgets.table_lists import TableList

__all__ = ["NetworkOrders"]


class _Page(Protocol):
    fleet: TableList
    plugged: TableList

    @property
    def app(self) -> App[object]: ...

    @property
    def shown(self) -> bool: ...

    def begin(
        self, verb: str, targets: Sequence[Target] = (), then: Callable[[bool], None] | None = None
    ) -> None: ...


class NetworkOrders:
    """One for the page of the table."""

    def __init__(self, desk: Desk, work: TableWork, page: _Page, data: str) -> None:
        """`data` is the option that names the data folder, with a blank before it."""
        self._desk, self._work, self._page, self._data = desk, work, page, data

    def lost(self) -> None:
        """The lost radios, and which others still need new keys."""
        self._list_lost(("", ""))

    def _list_lost(self, said: tuple[str, str]) -> None:
        state, look = self._work.state, self._desk.look

        def read(well: bool) -> None:
            losses = state.losses
            if well and said[0]:
                state.said = said  # what the order before this one had to say
            if well and losses is not None and self._page.shown:
                self._page.app.push_screen(
                    TextScreen(self._desk, lambda width: loss_lines(losses, look, width))
                )

        self._page.begin("lost", then=read)

    def lose(self) -> None:
        """Say what the finder of the chosen radio has; then, where its name is typed, note it."""
        name = self._page.fleet.key if self._page.fleet.has_focus else None
        if name is None:
            self._desk.tell(self._desk.look.say("radio_t_select_network"), "warn")
            return
        targets = [Target("", name)]

        def rehearsed(well: bool) -> None:
            exposure = self._work.state.exposure
            if well and exposure is not None and self._page.shown:
                screen = LoseScreen(
                    self._desk, exposure, self._data, lambda: note(screen), self._noting
                )
                self._page.app.push_screen(screen)

        def note(screen: LoseScreen) -> None:
            def noted(well: bool) -> None:
                screen.answered(well, self._work.state.said[0])
                if well and self._page.shown:
                    self._list_lost(self._work.state.said)

            self._begin(screen, "lose", targets, noted)

        self._page.begin("drill", targets, rehearsed)

    def hand(self) -> None:
        """Ask who holds the chosen radio."""
        page, state = self._page, self._work.state
        name = page.fleet.key if page.fleet.has_focus else state.name_at(page.plugged.key or "")
        row = state.radio(name) if name else None
        if row is None:
            self._desk.tell(self._desk.look.say("radio_t_select_network"), "warn")
            return

        def note(holder: str) -> None:
            def noted(well: bool) -> None:
                screen.answered(well, self._work.state.said[0])

            self._begin(screen, "hand", [Target("", row.name, holder)], noted)

        screen = HandScreen(self._desk, row, note, self._noting)
        page.app.push_screen(screen)

    def _noting(self) -> bool:
        """Whether a radio is being noted as lost, or who holds one."""
        doing = self._work.state.doing
        return doing is not None and doing.verb in ("lose", "hand")

    def _begin(
        self,
        screen: LoseScreen | HandScreen,
        verb: str,
        targets: Sequence[Target],
        then: Callable[[bool], None],
    ) -> None:
        """Have it noted, or say in the window why it cannot be now; Enter tries again."""
        if self._work.busy():
            screen.answered(False, self._work.state.said[0])
        elif self._work.state.doing is None:  # else one that is over in a moment
            self._page.begin(verb, targets, then)
