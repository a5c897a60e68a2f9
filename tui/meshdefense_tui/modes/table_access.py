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

    def when_open(self, then: Callable[[], None]) -> None:
        """Do `then` once the fleet is open; not at all where a person does not open it."""
        work, state = self._work, self._work.state
        if work.secret.held:
            then()
        elif state.access in (Access.UNKNOWN, Access.MISSING):
            work.begin("probe", then=lambda well: self._probed(then))
        else:
            self._ask(then)

    def _probed(self, then: Callable[[], None]) -> None:
        if self._work.state.access is Access.SHUT and self._page.shown:
            self._ask(then)

    def _ask(self, then: Callable[[], None]) -> None:
        work, page = self._work, self._page

        def unlock(typed: Secret) -> None:
            work.secret.move_from(typed)
            if not work.begin("show", then=answered):
                work.forget_secret()
                screen.refused(work.state.said[0])

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
