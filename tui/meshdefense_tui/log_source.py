"""Fills a `LogWindow` from the daemon: one question at a time, and never more than is wanted."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

from meshdefense_tui.log_filter import LogFilter
from meshdefense_tui.log_window import LogWindow
from meshdefense_tui.replay import Ask
from meshdefense_tui.session import Answer

__all__ = ["Around", "LogSource"]

_AGAIN_S: Final = 1.0
"""The daemon is asked for new rows so often at most."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a source needs of the mode that shows its rows."""

    now: Callable[[], float]
    """Seconds since the epoch, whatever a replay shows."""
    monotonic: Callable[[], float]
    run: Callable[[Coroutine[Any, Any, None]], object]
    """Start a task."""
    later: Callable[[float, Callable[[], None]], object]
    """Call after so many seconds."""
    wanted: Callable[[], bool]
    """Whether anybody looks at the rows, and may."""
    took: Callable[[list[str]], None]
    """Called with the keys of what is new."""
    refused: Callable[[Answer], None]


class LogSource:
    """One for the log."""

    def __init__(self, window: LogWindow, ask: Ask, around: Around) -> None:
        self.window, self._ask, self._around = window, ask, around
        self.wish = LogFilter()
        self.life = 0
        """How often it was begun anew: an answer to what was asked before that is void."""
        self._asking = self._stale = False
        self._asked_at = 0.0

    def begin(self, wish: LogFilter) -> None:
        """Forget all rows; from now on those that fit."""
        self.life += 1
        self.wish = wish
        self.window.clear()
        self._asking = self._stale = False
        self._asked_at = 0.0

    @property
    def since(self) -> float | None:
        """Where the wanted period begins."""
        period = self.wish.period_s
        return None if period is None else self._around.now() - period

    def newest(self) -> None:
        """Ask for what is newer; once a second at most, and never twice at once."""
        if self._asking:
            self._stale = True
            return
        wait = self._asked_at + _AGAIN_S - self._around.monotonic()
        if self._asked_at and wait > 0:
            if not self._stale:
                self._stale = True
                self._around.later(wait, self._late)
            return
        self._begin(older=False)

    def older(self) -> None:
        """Ask for the next window, where there is one and room for it."""
        if self.window.before is not None and not self._asking and not self.window.full:
            self._begin(older=True)

    def _late(self) -> None:
        if self._stale and not self._asking and self._around.wanted():
            self._begin(older=False)

    def _begin(self, *, older: bool) -> None:
        self._asking, self._stale = True, False
        if not older:
            self._asked_at = self._around.monotonic()
        self._around.run(self.fetch(self.life, older=older))

    async def fetch(self, life: int, *, older: bool) -> None:
        """Ask once; `life` is the one that it is asked for."""
        params = self.window.params(self.wish.kinds, self.since, older=older)
        answer = await self._ask("timeline", params)
        if life != self.life:
            return
        self._asking = False
        if not answer.accepted:
            self._around.refused(answer)
            return
        self._around.took(self.window.take(answer.result, older=older))
        if self._stale:
            self.newest()
