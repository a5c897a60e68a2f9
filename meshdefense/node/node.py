"""The shell around the engine: one consumer, one writer thread, one order of things.

Whatever happens (a frame, a fate, a request, the clock) waits in one queue. The consumer takes
a handful, lets the engine speak, commits everything it said in one transaction, and only then
answers requests, tells the clients and hands frames to the radio. So nothing is shown or sent
that a power cut could take back.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

from meshdefense import logs
from meshdefense.clock import Clock
from meshdefense.node.asked import Accepted, Call, NotFoundError, Request, UnavailableError
from meshdefense.node.inbox import Inbox
from meshdefense.node.mesh_health import MeshHealth
from meshdefense.node.notices import Notice, Notices
from meshdefense.node.params import Known
from meshdefense.node.requests import body_of
from meshdefense.node.saving import load_state
from meshdefense.node.shown import Shown
from meshdefense.node.status import RadioView, status_row
from meshdefense.node.stock import StockDesk, StockRadios
from meshdefense.node.storing import Storing
from meshdefense.node.subjects import check_subject
from meshdefense.node.surroundings import Surroundings
from meshdefense.node.taking import Taking
from meshdefense.node.trust_view import trust_status
from meshdefense.node.writer import Writer
from meshdefense.radio.base import (
    LinkState,
    RadioEvent,
)
from meshdefense.storage.records import RowRecord
from meshdefense.storage.repository import Store
from meshdefense_protocol.engine import Engine, Membership
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import Body
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.transport import OutgoingFrame

__all__ = ["Accepted", "Node", "NotFoundError", "Notice", "UnavailableError"]

SWEEP_S: Final = 10.0
PURGE_S: Final = 60.0

T = TypeVar("T")
Send = Callable[[OutgoingFrame], Awaitable[None]]
"""Gives a frame to the radio; never raises, its fate comes back by `feed`."""

_log = logs.get("node")


class Node:
    """One member's node. Everything but `feed` is called from the event loop that runs it."""

    def __init__(
        self,
        store: Store,
        membership: Membership,
        send: Send,
        *,
        address: str = "none",
        clock: Clock | None = None,
        stock: StockRadios | None = None,
    ) -> None:
        """`stock` is how people with stock radios are reached; None: they are not."""
        self._store, self._send = store, send
        self._clock = clock or Clock()
        self._inputs = Inbox()
        self._outgoing: asyncio.Queue[OutgoingFrame] = asyncio.Queue()
        now = self._clock.now()
        self._notices = Notices(now)
        self._started_at = now
        self._next_sweep, self._next_purge = now, now
        self._members_due = True
        self.radio = RadioView(address, now)
        self._shown, self._mesh = Shown(), MeshHealth()
        self._surroundings = Surroundings(membership.charter.grid)
        self._load(membership, now)
        self.stock = StockDesk(self, stock)

    # -- for the API -----------------------------------------------------------------------

    @property
    def store(self) -> Store:
        """The store; touch it only by `in_thread`."""
        return self._store

    @property
    def membership(self) -> Membership:
        """Who this node is."""
        return self._me

    @property
    def revision(self) -> int:
        """Revision of the last commit."""
        return self._storing.revision

    def now(self) -> float:
        """The time by this node's clock, seconds since the epoch."""
        return self._clock.now()

    def listen(self, notice: Notice) -> None:
        """Call `notice` after each change until `unlisten`."""
        self._notices.listen(notice)

    def unlisten(self, notice: Notice) -> None:
        """Stop calling `notice`."""
        self._notices.unlisten(notice)

    async def submit(
        self,
        method: str,
        params: Mapping[str, Any],
        *,
        rows: Callable[[Item], list[RowRecord]] | None = None,
    ) -> Accepted:
        """Sign, store and queue what a request says; returns when it is on disk.

        `rows` gives what is stored in the same transaction as the item, or not at all.
        Raises BadRequestError, LocalError, UnavailableError (nothing was accepted then).
        """
        me, now, log = self._me, self._clock.now(), self._storing.writer.projection
        in_field = KeyClass.FIELD in me.keys.classes
        known = Known(me.number, in_field, now, log.find, log.row)
        said = await self.in_thread(body_of, method, params, me.charter, me.roster, known)
        try:
            await self.in_thread(check_subject, said.body, me.number, log.row)
        except NotFoundError:
            if self._storing.trouble:  # it may be among what waits for the disk
                raise UnavailableError(self._storing.trouble.why) from None
            raise
        answer: asyncio.Future[Accepted] = asyncio.get_running_loop().create_future()
        request = Request(said.body, said.drill, said.content, answer, said.not_before, rows)
        self._inputs.put(request)
        return await answer

    async def changes(self, since: int, epoch: str | None = None) -> str:
        """Rows newer than revision `since`, by table, with the rows of this run, as JSON text.

        All rows where the epoch in which the client saw that revision is over. A page at a time,
        and rows as they are stored, so that a screen that attaches does not make the daemon hold
        thousands of decoded rows. Those of the mesh stand on the last page.
        """
        before = self._storing.revision
        page = await self.in_thread(self._storing.writer.page, since, epoch)
        # what was committed meanwhile may be in the page or not: its notice will follow
        revision = page.revision if page.more else max(before, page.revision)
        whole = {"radio": [self.radio.row(revision)], "status": [self.status(revision)]}
        if not page.more:
            whole |= self._mesh.tables(revision)
        return page.as_json(revision, whole)

    def status(self, revision: int) -> dict[str, Any]:
        """The status row."""
        return status_row(
            self._me,
            revision=revision,
            started_at=self._started_at,
            items=self._storing.items,
            outbox=len(self._engine.waiting()),
            rejected=self._engine.rejected,
            store=self._storing.trouble.why or self._store.warning or "ok",
            restored=self._restored,
            trust=trust_status(self._engine, self._clock.now()),
            stock=self.stock.status(),
        )

    async def in_thread(self, call: Callable[..., T], *args: Any) -> T:
        """Run something on the store in the thread that owns it."""
        return await self._storing.in_thread(call, *args)

    async def say(
        self, body: Body, content: bytes | None = None, *, drill: bool = False
    ) -> Accepted:
        """Sign, store and queue a body. Raises LocalError, UnavailableError."""
        answer: asyncio.Future[Accepted] = asyncio.get_running_loop().create_future()
        self._inputs.put(Request(body, drill, content, answer))
        return await answer

    async def ask(self, call: Callable[[Engine, float], T]) -> T:
        """Run `call(engine, now)` in the engine's turn; returns what it does when all that
        follows is on disk. Not for own items: `say` is. Raises what `call` raises,
        UnavailableError (what came in waits in memory for the disk then).
        """
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._inputs.put(Call(call, answer))
        return await answer

    async def keep_rows(self, rows: list[RowRecord]) -> None:
        """Store rows that follow from no item. Raises UnavailableError."""
        await self._storing.keep_rows(rows)

    def found(self, item_id: ItemId) -> Item | None:
        """A stored item; for the thread of the store."""
        sight = self._storing.writer.projection.find(item_id)
        return None if sight is None else sight.item

    def _adopt(self, membership: Membership) -> None:
        """Organizers decided something, or keys changed."""
        self._me = membership
        self.stock.roster_changed()
        self._shown.roster_changed()
        self._notices.again()
        self._mesh.next_at = 0.0

    # -- for the radio ---------------------------------------------------------------------

    def feed(self, event: RadioEvent) -> None:
        """Take news from the radio."""
        self._inputs.feed(event, len(self._storing.pending))

    # -- the loop --------------------------------------------------------------------------

    async def run(self) -> None:
        """Run until cancelled. Raises StorageError when the store itself is damaged."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._transmit(), name="transmit")
                tasks.create_task(self._consume(), name="consume")
                tasks.create_task(self.stock.run(), name="stock")
        finally:
            self._inputs.fail("the daemon is ending")
            self._storing.end()

    async def _consume(self) -> None:
        storing = self._storing
        while True:
            now = self._clock.now()
            if self._members_due and not storing.trouble.waits(now):
                self._members_due = not await storing.tried(now, storing.writer.set_members)
            await self._wait()
            now = self._clock.now()
            if step := self._clock.stepped():
                await self._clock_was_set(step)
            requests = self._taking.batch(self._inputs.batch(), self.stock, now)
            self._engine.handle_timer(now)
            if not await storing.commit(requests, self.radio.status.state, now):
                self._next_sweep = self._next_purge = now  # on a full disk, purging makes room
            for frame in self._engine.frames_to_send(now):
                self._outgoing.put_nowait(frame)
            await self._sweep(now)
            self._tell_status(now)
            self._tell_mesh(now)
            await asyncio.sleep(0)  # a flood must not keep clients and the radio waiting

    async def _wait(self) -> None:
        """Until there is an input or something is due."""
        now = self._clock.now()
        due = [self._next_sweep, self._notices.next_at, self._engine.timer_at()]
        if trouble := self._storing.trouble:
            due.append(trouble.retry_at)
        elif (growth_at := self._shown.growth_at()) is not None:
            due.append(growth_at)
        self._storing.drain()
        busy = bool(self._storing.pending) and not trouble
        await self._inputs.wait(max(0.01, min(due) - now), busy=busy)

    # -- keeping order ---------------------------------------------------------------------

    async def _sweep(self, now: float) -> None:
        if now < self._next_sweep:
            return
        self._next_sweep = now + SWEEP_S
        if self.radio.status.state is LinkState.READY:
            self._surroundings.take_health(self.radio.status.health, self._engine, now)
        if now >= self._next_purge:
            self._next_purge = now + PURGE_S
            storing = self._storing
            if await storing.tried(now, storing.writer.purge, now):
                await storing.tried(now, storing.writer.fade, now)

    async def _clock_was_set(self, step: float) -> None:
        """Everything of this run that was timed by the wrong clock moves along with it."""
        _log.warning("the clock was set by %.0f s", step)
        self._engine.clock_stepped(step)
        await self._storing.clock_stepped(step, self._started_at, self._clock.now() - step)
        self._started_at += step
        self._next_sweep += step
        self._next_purge += step
        self._notices.next_at += step
        self._mesh.shifted(step)
        self.stock.clock_stepped(step)

    # -- telling ---------------------------------------------------------------------------

    def _tell_status(self, now: float) -> None:
        """Announce counters that moved, at most every few seconds."""
        if now < self._notices.next_at:
            return
        radio, storing = self.radio, self._storing
        counts = (storing.items, radio.frames_in, radio.frames_out, storing.trouble.why,
                  sum(self._engine.rejected.values()))  # fmt: skip
        if self._notices.moved(counts, now):
            self._storing.tell(frozenset({"status", "radio"}))

    def _tell_mesh(self, now: float) -> None:
        """Look at the mesh again, at most every few seconds, and announce what is different."""
        link = self.radio.status.state
        if self._mesh.due(link, now) and (changed := self._mesh.look(self._engine, link, now)):
            self._storing.tell(changed)

    async def _transmit(self) -> None:
        """Hand frames to the radio one by one, apart from the loop: a serial line can be slow."""
        while True:
            frame = await self._outgoing.get()
            await self._send(frame)

    # -- starting --------------------------------------------------------------------------

    def _load(self, membership: Membership, now: float) -> None:
        charter = membership.charter
        self._restored = self._store.restored
        if self._restored:
            _log.warning("older state was put back: own numbers go on in a new series")
        saved, own = load_state(self._store, unit_m=charter.unit_m)
        self._engine = Engine(membership, saved, now, entropy=random.SystemRandom().random)
        self._me = self._engine.membership
        writer = Writer(self._store, self._me)
        self._storing = Storing(
            writer,
            self._engine,
            self._shown,
            self._notices,
            adopt=self._adopt,
            stored=lambda tables: self.stock.rows_changed(tables),
        )
        self._taking = Taking(self._engine, self._storing, self._surroundings, self.radio)
        self._storing.revision = self._store.revision
        self._storing.items = self._store.item_count()
        self._shown.load_own(own, self._engine.waiting(), self.radio.status.state, saved.held)
        self._shown.load_growth(
            saved.transfers, dict(self._store.row_fields("messages", "long.have"))
        )
        self._shown.will_change(writer.projection.kept_deadlines())
        writer.projection.note_earlier(kept.raw for kept in saved.items)
        self._tell_mesh(now)
