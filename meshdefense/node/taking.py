"""What waits for a node, given to its engine one by one: frames, fates, status, requests.

Nothing here waits for the disk: what the engine answers goes to `Storing`.
"""

from __future__ import annotations

from collections.abc import Iterable

from meshdefense import logs
from meshdefense.node.asked import Call, Request, UnavailableError
from meshdefense.node.inbox import Input
from meshdefense.node.status import RadioView
from meshdefense.node.stock import StockDesk
from meshdefense.node.storing import Storing
from meshdefense.node.surroundings import Surroundings
from meshdefense.radio.base import FrameFate, LinkState, RadioStatus, ReceivedFrame
from meshdefense.radio.stock import StockText
from meshdefense_protocol.engine import Engine
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import Manifest
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.transport import Fate

__all__ = ["Taking"]

_log = logs.get("node")


class Taking:
    """Gives inputs to one engine; called from the node's loop."""

    def __init__(
        self, engine: Engine, storing: Storing, surroundings: Surroundings, radio: RadioView
    ) -> None:
        self._engine, self._storing = engine, storing
        self._surroundings, self._radio = surroundings, radio

    def batch(
        self, inputs: Iterable[Input], stock: StockDesk, now: float
    ) -> dict[ItemId, tuple[Request, Item]]:
        """Give some inputs to the engine; returns the requests that it accepted."""
        accepted: dict[ItemId, tuple[Request, Item]] = {}
        for given in inputs:
            if isinstance(given, ReceivedFrame):
                self._radio.frames_in += 1
                self._radio.last_frame_at = now
                self._engine.receive(given.payload, now, given.reception)
            elif isinstance(given, StockText):
                stock.hear(given)
            elif isinstance(given, FrameFate) and given.token < 0:
                stock.fate(given)
            elif isinstance(given, FrameFate):
                self._radio.frames_out += given.fate is Fate.ACCEPTED
                self._engine.frame_fate(given.token, given.fate, now, given.detail)
            elif isinstance(given, RadioStatus):
                self._status(given, now)
                stock.link_is(given)
            elif isinstance(given, Call):
                self._call(given, now)
            elif not given.answer.done():
                try:
                    item = self._submit(given, now)
                except Exception as error:  # noqa: BLE001  # belongs to the one who asked
                    given.answer.set_exception(error)
                    continue
                accepted[item.id] = (given, item)
                self._surroundings.take_own(item, self._engine, now)
        return accepted

    def _call(self, given: Call, now: float) -> None:
        try:
            self._storing.when_stored(given, given.call(self._engine, now))
        except Exception as error:  # noqa: BLE001  # belongs to the one who asked
            given.finish(None, error)

    def _submit(self, given: Request, now: float) -> Item:
        item = self._engine.submit(
            given.body, now, drill=given.drill, content=given.content, not_before=given.not_before
        )
        if isinstance(given.body, Manifest) and self._engine.text(item.id) is None:
            self._storing.withdraw({item.id}, now)
            raise UnavailableError("too many long reports are still coming in")
        return item

    def _status(self, status: RadioStatus, now: float) -> None:
        if self._radio.take(status, now):
            _log.info("radio: %s %s", status.state.value, status.detail)
            self._engine.bearer_ready(status.state is LinkState.READY, now)
        self._surroundings.take_health(status.health, self._engine, now)
        self._storing.tell(frozenset({"radio"}))
