"""Opens the fleet for the table: finds out whether there is one, and asks for its passphrase."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from textual.app import App

from meshdefense_tui.desk import Desk
from meshdefense_tui.screens.table_windows import SecretScreen
from meshdefense_tui.table.secret import Secret
from meshdefense_tui.table.state import Access
from meshdefense_tui.table.work import TableWork

__all__ = ["FleetAccess"]


class _Page(Protocol):
    @property
    def app(self) -> App[object]: ...

    @property
    def shown(self) -> bool: ...


class FleetAccess:
    """One for the page of the table."""

    def __init__(self, desk: Desk, work: TableWork, page: _Page) -> None:
        self._desk, self._work, self._page = desk, work, page
        self._waiting: tuple[Callable[[], None], Callable[[], None]] = _nothing, _nothing
        """What to do once it is known whether there is a fleet."""

    def when_open(
        self, then: Callable[[], None], missing: Callable[[], None] = lambda: None
    ) -> None:
        """Do `then` once the fleet is open; not at all where a person does not open it.

        `missing` is done where there turns out to be no fleet. While that is being found out the
        last order counts, and none of them is begun before the answer.
        """
        work, state = self._work, self._work.state
        if work.secret.held:
            then()
        elif self.probing:
            self._waiting = then, missing
        elif state.access in (Access.UNKNOWN, Access.MISSING):
            if work.begin("probe", then=lambda well: self._probed()):
                self._waiting = then, missing
        elif not work.busy():
            self._ask(then)

    @property
    def probing(self) -> bool:
        """Whether it is being found out if there is a fleet, and if it needs its passphrase."""
        doing = self._work.state.doing
        return doing is not None and doing.verb == "probe"

    def _probed(self) -> None:
        access, page = self._work.state.access, self._page
        then, missing = self._waiting
        self._waiting = _nothing, _nothing
        if page.shown and access is Access.SHUT:
            self._ask(then)
        elif page.shown and access is Access.MISSING:
            missing()

    def _ask(self, then: Callable[[], None]) -> None:
        work, page = self._work, self._page

        def unlock(typed: Secret) -> None:
            if work.busy():  # what was typed stays
                screen.refused(work.state.said[0])
                return
            work.secret.move_from(typed)
            work.begin("show", then=answered)

        def answered(well: bool) -> None:
            if not well:
                screen.refused(work.state.said[0])
                return
            if screen.is_attached and screen.is_current:
                screen.dismiss()
            if page.shown:
                page.app.call_later(then)
            else:
                work.forget_secret()  # the page was left meanwhile

        screen = SecretScreen(self._desk, unlock)
        page.app.push_screen(screen)


def _nothing() -> None:
    return
