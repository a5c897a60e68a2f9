"""What the engine said, on its way to the disk, and those who wait until it is there.

One thread owns the store. Nothing is answered, shown or sent before the transaction that holds
it; what the disk does not take waits here, own items are withdrawn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from meshdefense.node.asked import Accepted, Call, Request, UnavailableError
from meshdefense.node.long_text import fragment_frames
from meshdefense.node.notices import Notices
from meshdefense.node.shown import Shown
from meshdefense.node.subjects import item_of, latest, shifted
from meshdefense.node.trouble import Trouble
from meshdefense.node.writer import Committed, Writer
from meshdefense.radio.base import LinkState
from meshdefense.storage.errors import StoreUnavailableError
from meshdefense.storage.records import RowRecord
from meshdefense_protocol.engine import Engine, Membership
from meshdefense_protocol.events import Event, ItemAccepted, RosterChanged
from meshdefense_protocol.items import Item
from meshdefense_protocol.limits import FRAME_OVERHEAD
from meshdefense_protocol.packets.reference import ItemId

__all__ = ["Accepting", "Storing"]

T = TypeVar("T")
Accepting = Mapping[ItemId, tuple[Request, Item]]
"""Own items that the engine took, with who asked for them."""


class Storing:
    """Stores for one node; called from its loop."""

    def __init__(
        self,
        writer: Writer,
        engine: Engine,
        shown: Shown,
        notices: Notices,
        *,
        adopt: Callable[[Membership], None],
        stored: Callable[[frozenset[str]], None],
    ) -> None:
        """`adopt` hears of each other membership, `stored` of the tables that a commit changed."""
        self.writer, self.trouble = writer, Trouble()
        self.revision = self.items = 0
        """Of the last commit, and how many items are kept."""
        self.pending: list[Event] = []
        """What is not on disk yet."""
        self._engine, self._shown, self._notices = engine, shown, notices
        self._adopt, self._stored = adopt, stored
        self._me = engine.membership
        self._calls: list[tuple[Call, Any]] = []
        """Done, and answered once what they caused is on disk."""
        self._thread = ThreadPoolExecutor(1, "store")

    # -- the thread of the store ---------------------------------------------------------------

    async def in_thread(self, call: Callable[..., T], *args: Any) -> T:
        """Run something on the store in the thread that owns it."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, call, *args)

    def end(self) -> None:
        """Wait for what is being written, and write nothing more."""
        self._thread.shutdown(wait=True)

    # -- what waits ----------------------------------------------------------------------------

    def drain(self) -> None:
        """Take what the engine said."""
        while (event := self._engine.next_event()) is not None:
            self.pending.append(event)

    def when_stored(self, given: Call, result: Any) -> None:
        """Answer with `result` once everything that waits is on disk."""
        self._calls.append((given, result))

    def withdraw(self, items: Collection[ItemId], now: float) -> None:
        """Own items that were not accepted after all: nothing of them is stored or sent."""
        for item_id in items:
            self._engine.withdraw(item_id, now)
        self.drain()
        self.pending = [event for event in self.pending if item_of(event) not in items]
        self._learn()  # a decision that was withdrawn is in force no more

    def _learn(self) -> None:
        """What the screens are told of without the store."""
        for event in self.pending:
            self._shown.learn(event)
            if isinstance(event, RosterChanged) and event.membership is not self._me:
                self._me = event.membership
                self._adopt(event.membership)

    # -- storing -------------------------------------------------------------------------------

    async def commit(self, requests: Accepting, link: LinkState, now: float) -> bool:
        """Store what the engine said; then answer. On a full disk keep it and try again.

        Returns False when the disk took nothing just now: it may need room.
        """
        self.drain()
        self._learn()
        if self.trouble.waits(now) and not (requests or self._calls):
            return True
        touched = self._shown.outdated(now, self._engine.waiting(), link)
        if not (self.pending or touched):
            # nothing else would show that the disk works again
            if self.trouble and await self.tried(now, self.writer.probe):
                self._works_again()
            self._answer_calls(None)
            return True
        words, rows = self._shown.words(), _rows_of(requests)
        try:
            done = await self.in_thread(
                self.writer.commit, list(self.pending), touched, words, now, rows
            )
        except StoreUnavailableError as error:
            self._shown.not_said(touched, requests)
            self._refuse(requests, now, str(error))
            return False
        self._works_again()
        self.items += sum(isinstance(event, ItemAccepted) for event in self.pending)
        self.pending.clear()
        self._shown.will_change(self.writer.projection.deadlines)
        self._note(done)
        self._answer_calls(None)
        for request, item in requests.values():
            if not request.answer.done():
                frames = (FRAME_OVERHEAD + len(item.raw), *fragment_frames(request.content))
                request.answer.set_result(Accepted(item, done.revision, frames))
        return True

    async def tried(self, now: float, call: Callable[..., Committed], *args: Any) -> bool:
        """Whether the disk took what `call` writes."""
        try:
            self._note(await self.in_thread(call, *args))
        except StoreUnavailableError as error:
            self._fail(now, str(error))
            return False
        return True

    async def keep_rows(self, rows: list[RowRecord]) -> None:
        """Store rows that follow from no item. Raises UnavailableError."""
        try:
            self._note(await self.in_thread(self.writer.keep_rows, rows))
        except StoreUnavailableError as error:
            raise UnavailableError(str(error)) from error

    async def clock_stepped(self, step: float, since: float, until: float) -> None:
        """The clock was set at `until`; what was timed from `since` on moves by `step`."""
        try:
            await self.in_thread(self.writer.shift_times, step, since, until)
        except StoreUnavailableError as error:
            self._fail(until, str(error))
        self.pending = shifted(self.pending, step)
        self._shown.clock_stepped(step)
        self.trouble.retry_at += step

    def _note(self, done: Committed) -> None:
        self.revision = max(self.revision, done.revision)
        self._shown.forget(done.gone)
        self.items -= len(done.gone)
        if done.tables:
            self.tell(done.tables)
        self._stored(done.tables)

    def tell(self, tables: frozenset[str]) -> None:
        """Tell the clients that rows of these tables are others now."""
        self._notices.tell(self.revision, tables)

    # -- a disk that takes nothing -------------------------------------------------------------

    def _fail(self, now: float, why: str) -> None:
        """The disk takes nothing; it is asked again in a while."""
        self.trouble.begin(now, why)
        self._notices.next_at = now
        self.pending = latest(self.pending)

    def _works_again(self) -> None:
        if self.trouble.end():
            self._notices.next_at = 0.0

    def _refuse(self, requests: Accepting, now: float, why: str) -> None:
        """The disk took nothing: own items are withdrawn, received ones wait in memory."""
        self._fail(now, why)
        self.withdraw(requests.keys(), now)
        self._answer_calls(UnavailableError(why))
        for request, _ in requests.values():
            if not request.answer.done():
                request.answer.set_exception(UnavailableError(why))
        self.tell(frozenset({"status"}))

    def _answer_calls(self, failure: Exception | None) -> None:
        for given, result in self._calls:
            given.finish(result, failure)
        self._calls.clear()


def _rows_of(requests: Accepting) -> list[RowRecord]:
    """What is to be stored together with these own items."""
    return [
        row
        for request, item in requests.values()
        if request.rows is not None
        for row in request.rows(item)
    ]
