"""Orders on their way: from a key to the daemon's answer, and to the row that shows it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from meshdefense_tui.desk import Then
from meshdefense_tui.model import Model, Pending
from meshdefense_tui.session import Answer, Session

__all__ = ["Orders"]


class Orders:
    """One for the app; `Desk.order` is its `give`."""

    def __init__(
        self,
        model: Model,
        session: Session,
        *,
        run: Callable[[Coroutine[Any, Any, None]], object],
        answered: Callable[[str, Answer], None],
        changed: Callable[[], None],
    ) -> None:
        """`answered` gets the method and its answer; after `changed` any row may look different."""
        self._model, self._session = model, session
        self._run, self._answered, self._changed = run, answered, changed

    def give(self, method: str, params: dict[str, Any], target: str, then: Then | None) -> None:
        """Send an order about `target`, the id of an item; the rows say so at once."""
        pending = self._model.start(method, target, method)
        self._run(self._ordered(pending, params, then))
        self._changed()

    async def _ordered(self, pending: Pending, params: dict[str, Any], then: Then | None) -> None:
        answer = await self._session.command(pending.method, params)
        if answer.accepted:
            self._model.accepted(pending.token, int(answer.result.get("rev", 0)))
        else:
            self._model.dropped(pending.token)
        self._answered(pending.method, answer)
        if then is not None:
            then(answer)
        self._changed()
