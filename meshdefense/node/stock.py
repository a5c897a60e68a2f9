"""People with stock radios, for one node that its operator told to speak to them.

One task beside the node's loop: what changed in the alerts is queued by the voice, what comes in
is taken by the ear. Without that word of the operator there is no such task, and nothing is said
or taken whatever the policies are. Source: docs/stock-radios.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from meshdefense.api.stock_schema import StockStatus
from meshdefense.clock import STEP_S
from meshdefense.node.asked import UnavailableError
from meshdefense.node.stock_ear import StockEar
from meshdefense.node.stock_host import LINES, REPORTS, StockHost, bury, policies_of
from meshdefense.node.stock_inbox import StockInbox, Weight
from meshdefense.node.stock_places import StockPlaces
from meshdefense.node.stock_queue import KEPT_S
from meshdefense.node.stock_replies import Replies
from meshdefense.node.stock_voice import SendStock, StockVoice
from meshdefense.radio.base import FrameFate, RadioStatus
from meshdefense.radio.stock import StockPacket, StockText
from meshdefense.storage.repository import Store
from meshdefense_protocol.engine import Engine
from meshdefense_protocol.stock_lines import tag_in

__all__ = ["StockDesk", "StockRadios"]

LOOK_S: Final = 5.0
"""How often, at least, it is looked whether something is due."""
RETRY_S: Final = 15.0
"""After the disk took nothing."""
FORGET_S: Final = 60.0
HOUR_S: Final = 3600.0
_TOLD: Final = frozenset({"alerts", "orders"})
"""Tables of what is told."""

Rows = dict[str, dict[str, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class StockRadios:
    """The way to stock radios."""

    send: SendStock
    """Gives a packet to the radio; never raises, its fate comes back."""
    channel: str
    """As the operator named it."""


class StockDesk:
    """Voice and ear; `run` until cancelled. Without a way to stock radios it does nothing."""

    def __init__(
        self,
        host: StockHost,
        radios: StockRadios | None,
        *,
        entropy: Callable[[], float] | None = None,
    ) -> None:
        """`entropy` gives numbers from 0 up to 1."""
        self._host, self._radios = host, radios
        charter, draw = host.membership.charter, entropy or random.SystemRandom().random
        origin = (charter.origin_lat_e5 / 1e5, charter.origin_lon_e5 / 1e5)
        self._places = StockPlaces(host.store.folder, origin)
        replies, self._wake = Replies(), asyncio.Event()
        self.ear = StockEar(
            host,
            self._places,
            replies,
            entropy=draw,
            wake=self._wake.set,
            answers=radios is not None,
        )
        self.voice = StockVoice(
            host,
            radios.send if radios is not None else _nowhere,
            self._places,
            replies,
            entropy=draw,
            answered=self.ear.answered,
        )
        self._texts = StockInbox()
        self._fates: deque[FrameFate] = deque()
        self._cursor, self._loaded = 0, False
        self._rows_due = True
        self._since = self._looked_at = host.now()

    # -- what the node tells it ------------------------------------------------------------------

    def rows_changed(self, tables: frozenset[str]) -> None:
        """Rows of these tables changed."""
        if tables & _TOLD:
            self._rows_due = True
            self._wake.set()

    def roster_changed(self) -> None:
        """The policies may be others: what was not told before may have to be told now."""
        self._cursor = 0
        self.rows_changed(_TOLD)

    def link_is(self, status: RadioStatus) -> None:
        """News of the radio."""
        self.voice.link = status
        self._wake.set()

    def hear(self, text: StockText) -> None:
        """A text came."""
        if self._radios is None:
            return
        weight = self.ear.weight(text, called=self._texts.calls(text.sender))
        if weight is Weight.NOTHING and not text.direct and tag_in(text.text):
            weight = Weight.TALK  # perhaps a line of another node
        if weight is Weight.NOTHING:
            return
        if not self._texts.add(text, self._host.now(), weight):
            self.ear.held_back += 1
        self._wake.set()

    def fate(self, fate: FrameFate) -> None:
        """News of a packet of ours."""
        self._fates.append(fate)
        self._wake.set()

    def clock_stepped(self, by: float) -> None:
        """The clock was set by `by` seconds: what was timed in this life moves along."""
        since, until = self._since, self._host.now() - by
        self._since += by
        self._looked_at += by
        self._texts.shifted(by)
        self.voice.clock_stepped(by, since, until)
        self.ear.clock_stepped(by, since, until)
        self._wake.set()

    @property
    def active(self) -> bool:
        """Whether the operator told this node to speak and listen."""
        return self._radios is not None

    def status(self) -> StockStatus | None:
        """For the node's row; None while nobody told it to speak."""
        if self._radios is None:
            return None
        now, policies = self._host.now(), policies_of(self._host)
        found, lines = self.voice.link.health.stock, list(self.voice.lines.rows.values())
        told = [row["told_at"] for row in lines if row["told_at"] is not None]
        dropped = [row["reason"] for row in lines if row["state"] == "dropped"]
        return {
            "channel": self._radios.channel,
            "index": None if found is None else found.index,
            "problem": self.voice.no_way(),
            "hears": policies.stock_hear,
            "reports": policies.stock_reports,
            "queued": sum(1 for _ in self.voice.lines.waiting()),
            "waits_for": self.voice.waits_for,
            "said": sum(now - at < HOUR_S for at in told),
            "dropped": len(dropped),
            "dropped_why": dropped[-1] if dropped else "",
            "held_back": self.ear.held_back,
        }

    # -- the task --------------------------------------------------------------------------------

    async def run(self) -> None:
        """Until cancelled; ends where there is nothing to do."""
        if self._radios is None:
            await self._wind_down()
            return
        try:
            while True:
                try:
                    await self.turn()
                    pause = self.voice.pause(LOOK_S)
                except UnavailableError as error:
                    self.voice.waits_for, pause = str(error), RETRY_S
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(max(pause, 0.05), LOOK_S)):
                        await self._wake.wait()
                self._wake.clear()
        finally:
            self._places.close()

    async def _wind_down(self) -> None:
        """What an earlier life left waits for a person, also when nobody listens any more, and
        goes in its time.
        """
        host, lines = self._host, dict[str, float]()
        while True:
            try:
                if not self._loaded:
                    reports, said = await host.in_thread(_left_behind, host.store)
                    self._loaded, lines = True, said
                    await self.ear.load(reports)
                await self.ear.keep_late()
                await self.ear.forget_old()
                over = [key for key, at in lines.items() if host.now() >= at + KEPT_S]
                await bury(host, LINES, over)
                lines = {key: at for key, at in lines.items() if key not in over}
            except UnavailableError:
                pass  # the disk takes nothing: later
            if self._loaded and not lines and not self.ear.reports.rows:
                return
            await asyncio.sleep(FORGET_S)

    async def turn(self) -> None:
        """Work off what came in, then say what is due. Raises UnavailableError."""
        await self._settle()
        await self.voice.unkept.keep()
        await self.ear.keep_late()
        while self._fates:
            await self.voice.fate(self._fates.popleft())
        if self._rows_due:
            await self._look()
        while (came := self._texts.first) is not None:
            if not came.text.direct:
                await self.voice.hear(came.text.text)
            await self.ear.hear(came.text, came.at)
            self._texts.done(came)
        await self._settle()
        await self.voice.drop_late()
        await self.voice.forget_old()
        await self.ear.forget_old()
        await self.voice.speak()

    async def _settle(self) -> None:
        """Where the time jumped, the node looks at its clock before anything is taken for old."""
        if not 0 <= self._host.now() - self._looked_at < STEP_S:
            await self._host.ask(_look_at_clock)
        self._looked_at = self._host.now()

    async def _look(self) -> None:
        """What is newer than the last look; in the first one also what an earlier life left."""
        self._rows_due = False
        try:
            found, cursor = await self._host.in_thread(_rows_since, self._host.store, self._cursor)
            if not self._loaded:
                self._loaded = True
                self.voice.unkept.note(self.voice.lines.load(found[LINES].values()))
                await self.ear.load(found[REPORTS].values())
                await self.voice.unkept.keep()
            await self.voice.look(found["alerts"], found["orders"])
            self._cursor = cursor
        except UnavailableError:
            self._rows_due = True
            raise


def _look_at_clock(engine: Engine, now: float) -> None:
    """The node does so before it calls anything in the engine's turn."""


async def _nowhere(packet: StockPacket) -> None:
    """No way to stock radios."""


def _left_behind(store: Store) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """Reports, and when each line was made."""
    found = [store.row(REPORTS, key) for key, *_ in store.row_fields(REPORTS)]
    return [row.data for row in found if row is not None], dict(
        store.row_fields(LINES, "created_at")
    )


def _rows_since(store: Store, cursor: int) -> tuple[Rows, int]:
    """Rows of the four tables that are newer, by table and id, and the last revision."""
    found: Rows = {name: {} for name in ("alerts", "orders", LINES, REPORTS)}
    more = True
    while more:
        page = store.row_page(cursor)
        for row in page.rows:
            if row.tbl in found and not row.gone:
                found[row.tbl][row.id] = json.loads(row.text)
        cursor, more = page.revision, page.more
    return found, cursor
