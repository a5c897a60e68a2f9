"""An SOS goes out again until a person answers it, cancels it, or it is over.

Source: docs/protocol.md, "SOS".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import Acknowledge, Response, Sos, SosEnd
from meshdefense_protocol.packets.reference import ItemId

__all__ = ["Calling"]

AGAIN_S: Final = (60.0, 60.0, 60.0, 120.0, 240.0)
"""After each transmission; then as the last. A minute lets a mesh carry it and an answer."""
CALLS_MAX: Final = 8


@dataclass(slots=True)
class _Call:
    item: Item
    expires_at: float
    next_at: float
    earlier: bool
    """Said in an earlier run: its end is not of the clock that runs now."""
    times: int = 0


class Calling:
    """Own calls for help that nobody has answered yet."""

    def __init__(self, me: int) -> None:
        self._me = me
        self._calls: dict[ItemId, _Call] = {}

    def accepted(self, item: Item, expires_at: float, now: float, *, earlier: bool = False) -> None:
        """Any accepted item: a new own call, or what ends one; `earlier` for one that is loaded."""
        body = item.body
        if isinstance(body, Sos) and item.id.author == self._me:
            self._calls[item.id] = _Call(item, expires_at, now + AGAIN_S[0], earlier)
            if len(self._calls) > CALLS_MAX:
                del self._calls[next(iter(self._calls))]
        elif isinstance(body, SosEnd):
            self._calls.pop(body.ref, None)
        elif item.id.author != self._me and isinstance(body, (Acknowledge, Response)):
            for ref in body.refs if isinstance(body, Acknowledge) else (body.ref,):
                self._calls.pop(ref, None)

    def withdraw(self, item_id: ItemId) -> None:
        """It was never said."""
        self._calls.pop(item_id, None)

    def due(self, now: float) -> list[tuple[Item, float]]:
        """Calls to send again now, each with its end."""
        found = []
        for item_id, call in list(self._calls.items()):
            if call.expires_at <= now:
                del self._calls[item_id]
            elif call.next_at <= now:
                call.times += 1
                call.next_at = now + AGAIN_S[min(call.times, len(AGAIN_S) - 1)]
                found.append((call.item, call.expires_at))
        return found

    def timer_at(self) -> float | None:
        """When `due` has something."""
        return min((min(c.next_at, c.expires_at) for c in self._calls.values()), default=None)

    def shifted(self, by: float) -> None:
        """The clock was set forward by `by` seconds."""
        for call in self._calls.values():
            call.next_at += by
            if not call.earlier:
                call.expires_at += by
