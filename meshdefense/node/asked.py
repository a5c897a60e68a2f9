"""What is asked of a node from outside the radio, and what it answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from meshdefense.storage.records import RowRecord
from meshdefense_protocol.engine import Engine
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import Body

__all__ = ["Accepted", "Call", "NotFoundError", "Request", "UnavailableError"]


class UnavailableError(Exception):
    """The disk took nothing; nothing was accepted."""


class NotFoundError(Exception):
    """What was asked for is not in the store."""

    hint = "meshdefense alerts lists ids"


@dataclass(frozen=True, slots=True)
class Accepted:
    """An own item that is signed and on disk."""

    item: Item
    revision: int
    frames: tuple[int, ...]
    """Bytes of each frame that says it: its own, then those of a long report's parts."""


@dataclass(slots=True)
class Call:
    """Something to do with the engine in its turn."""

    call: Callable[[Engine, float], Any]
    answer: asyncio.Future[Any]

    def finish(self, result: Any, failure: Exception | None) -> None:
        """Answer, unless whoever asked is gone."""
        if self.answer.done():
            return
        if failure is None:
            self.answer.set_result(result)
        else:
            self.answer.set_exception(failure)


@dataclass(slots=True)
class Request:
    """Something that this member wants to say."""

    body: Body
    drill: bool
    content: bytes | None
    answer: asyncio.Future[Accepted]
    not_before: float | None = None
    rows: Callable[[Item], list[RowRecord]] | None = None
    """Rows that stand or fall with the item: they are stored in its transaction."""
