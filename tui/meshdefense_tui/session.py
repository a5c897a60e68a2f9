"""Keeps the model equal to the daemon's tables, for ever, whatever the daemon does.

One `Session` runs as one worker of the app. It connects, asks for everything newer than the
last revision, and pulls again when a notice says so, at most once a frame. When the daemon
goes, it tries again and says so meanwhile. When the daemon is locked every row is forgotten
at once, and asked for anew when it is unlocked. It imports no Textual; it reports by callbacks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from meshdefense.api.client import ApiError, DaemonGoneError, NodeClient
from meshdefense.api.schema import SILENT_AFTER_S, TABLES, WHOLE_TABLES, ChangesResult
from meshdefense.safe_text import clean
from meshdefense_tui.clock import Clock
from meshdefense_tui.model import Changes, Model

__all__ = ["Answer", "Session", "SessionTimes"]


@dataclass(frozen=True, slots=True)
class SessionTimes:
    """How long the session waits; seconds."""

    frame: float = 1 / 30
    """Shortest time between two pulls."""
    first_retry: float = 0.2
    last_retry: float = 2.0
    answer: float = 15.0
    """After this a command counts as unanswered."""
    panic: float = 3.0
    """After this a panic counts as unanswered; the daemon needs two seconds at most."""
    hung: float = 3 * SILENT_AFTER_S
    """A daemon that is connected but silent for so long is left, and looked for again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a command."""

    accepted: bool
    sentence: str = ""
    """Why not, in the daemon's words, and what to do next."""
    phrase: str = ""
    """Key of the phrase that says why not, where the daemon itself said nothing."""
    result: dict[str, Any] = field(default_factory=dict)
    certain: bool = True
    """False when the daemon went away between the request and its answer."""
    code: str = ""
    """The daemon's word for the error, for programs."""
    wait_s: float = 0.0
    """Seconds until the next passphrase is looked at."""


class Session:
    """One attachment to a daemon that may come and go."""

    def __init__(
        self,
        socket_path: Path,
        model: Model,
        clock: Clock,
        *,
        on_changes: Callable[[Changes], object],
        on_link: Callable[[bool, str], object],
        on_lock: Callable[[bool, str], object],
        times: SessionTimes | None = None,
    ) -> None:
        self._socket_path, self._model, self._clock = socket_path, model, clock
        self._on_changes, self._on_link, self._on_lock = on_changes, on_link, on_lock
        self._times = times or SessionTimes()
        self._client: NodeClient | None = None
        self._dirty = asyncio.Event()
        self._locks = 0
        """How often it was locked: an answer that was asked for before the last time is void."""
        self._lock_wanted = False
        """True from `lock` until the daemon has answered it."""
        self._refusal = ""
        """Why it did not lock, in the daemon's words."""
        self.started = clock.monotonic()
        self.heard: float | None = None
        """Monotonic time of the last thing the daemon said."""
        self.heard_at: float | None = None
        """The same as a clock time, for people."""
        self.foreign = False
        """True while the daemon that is there speaks another version of the API."""

    @property
    def connected(self) -> bool:
        """Whether a daemon has answered on the connection that is open now."""
        return self._client is not None

    def silent_for(self) -> float:
        """Seconds since the daemon said anything, or since the start when it never did."""
        since = self.heard if self.heard is not None else self.started
        return self._clock.monotonic() - since

    async def run(self) -> None:
        """Stay attached until cancelled."""
        wait = self._times.first_retry
        while True:
            detail = ""
            try:
                client = await NodeClient.connect(self._socket_path, client="tui")
            except (DaemonGoneError, ApiError) as error:
                detail = clean(str(error))
                self.foreign = isinstance(error, ApiError) and error.code == "version"
            else:
                self.foreign = False
                try:
                    if await self._attached(client):
                        wait = self._times.first_retry
                finally:
                    self._client = None
                    await client.close()
            self._on_link(False, detail)
            await asyncio.sleep(wait)
            wait = min(wait * 2, self._times.last_retry)

    async def command(self, method: str, params: dict[str, Any]) -> Answer:
        """Ask the daemon to do something; never raises for a daemon's fault.

        A daemon that has been silent for SILENT_AFTER_S is not asked: the order would lie in a
        pipe, and nobody could say later whether it counts.
        """
        client = self._client
        if client is None or self.silent_for() > SILENT_AFTER_S:
            return Answer(False, phrase="no_daemon")
        try:
            async with asyncio.timeout(self._times.answer):
                result = await client.call(method, **params)
        except ApiError as error:
            self._heard()
            if error.code == "locked" and method != "unlock":
                self._forget()
            sentence = f"{error.message}; {error.hint}" if error.hint else str(error.message)
            sentence = clean(sentence) or clean(str(error.code))
            wait_s = error.wait_s if isinstance(error.wait_s, int | float) else 0.0
            return Answer(False, sentence, code=str(error.code), wait_s=wait_s)
        except (DaemonGoneError, TimeoutError):
            return Answer(False, phrase="daemon_left", certain=False)
        self._heard()
        result = dict(result) if isinstance(result, dict) else {}
        if not isinstance(result.get("rev", 0), int):
            del result["rev"]  # an order is done when its row is here: this cannot be waited for
        return Answer(True, result=result)

    async def panic(self) -> bool:
        """Have everything destroyed; True when the daemon says that nothing is left.

        Asked also of a daemon that has been silent: there is nothing to lose by it.
        """
        try:
            async with asyncio.timeout(self._times.panic):
                client = self._client
                if client is None:
                    client = await NodeClient.connect(self._socket_path, client="tui")
                result = await client.call("panic")
        except (ApiError, DaemonGoneError, TimeoutError):
            return False
        return not result.get("failed")

    def lock(self) -> None:
        """Lock the daemon. The rows go at once, whether or not it answers.

        A daemon that does not answer is locked as soon as it comes back, before it is asked for
        a row.
        """
        self._lock_wanted = True
        self._forget()

    def _forget(self) -> None:
        self._locks += 1
        self._dirty.set()
        if not self._model.locked:
            self._model.lock()
            self._on_lock(True, "")

    async def _attached(self, client: NodeClient) -> bool:
        """Follow this daemon until it goes; True when it had answered a first pull."""
        epoch = str(client.hello.get("epoch", "")) if isinstance(client.hello, dict) else ""
        anew = epoch != self._model.epoch
        if anew:
            self._model.reset(epoch)
        attached = False
        try:
            await self._pull(client, all_different=anew)
            self._client = client
            attached = True
            self._on_link(True, "")
            async with asyncio.TaskGroup() as group:
                group.create_task(self._listen(client))
                group.create_task(self._pull_when_dirty(client))
                group.create_task(self._leave_when_hung())
        except* (DaemonGoneError, ApiError, TimeoutError):
            pass  # each means that this daemon is of no more use; `run` looks for the next one
        return attached

    async def _listen(self, client: NodeClient) -> None:
        async for notice in client.notices():
            self._heard()
            event = notice.get("event")
            if event == "locked":
                self._forget()
            elif event == "unlocked":
                self._dirty.set()
            # what is not stored changes without a revision of its own, and a locked daemon
            # tells none: its beats say nothing new
            named = notice.get("tables")
            whole = isinstance(named, list) and any(
                isinstance(one, str) and one in WHOLE_TABLES for one in named
            )
            newer = notice.get("revision") != self._model.revision and not self._model.locked
            if whole or newer:
                self._dirty.set()
        raise DaemonGoneError("the daemon has closed the connection")

    async def _pull_when_dirty(self, client: NodeClient) -> None:
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            await self._pull(client)
            await asyncio.sleep(self._times.frame)

    async def _leave_when_hung(self) -> None:
        # each word of the daemon moves the end, so this looks again when the old end has come
        while (left := self._times.hung - self.silent_for()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(max(left, self._times.frame))
        raise TimeoutError("the daemon is connected but says nothing")

    async def _pull(self, client: NodeClient, *, all_different: bool = False) -> None:
        locks = self._locks
        async with asyncio.timeout(self._times.answer):
            if self._lock_wanted:
                await self._lock_first(client)
            since = self._model.revision
            result = await self._changes(client, since)
            if result["epoch"] != self._model.epoch and since:
                self._model.reset(result["epoch"])
                all_different = True
                result = await self._changes(client, 0)
        self._heard()
        locked = bool(result.get("locked"))
        if locks != self._locks and not locked:
            self._dirty.set()
            return
        if locked and not self._model.locked:
            self._forget()
        elif not locked and self._model.locked:
            self._model.unlock()
            all_different = True
            self._on_lock(False, self._refusal)
            self._refusal = ""
        changes = self._model.apply(result)
        if all_different:  # tables that are empty now were not touched, and must be seen empty
            changes = replace(changes, tables=frozenset(TABLES))
        if changes.tables:
            self._on_changes(changes)

    async def _changes(self, client: NodeClient, since: int) -> ChangesResult:
        """Rows newer than `since`. Raises ApiError for an answer that is none."""
        try:
            result = await client.call("changes", since=since)
            well = isinstance(result["epoch"], str) and type(result["revision"]) is int
            well = well and all(isinstance(rows, list) for rows in result["tables"].values())
        except (AttributeError, KeyError, TypeError):
            well = False
        if not well:
            raise ApiError("internal", "the daemon's answer is not one of this API")
        return cast("ChangesResult", result)

    async def _lock_first(self, client: NodeClient) -> None:
        try:
            await client.call("lock")
        except ApiError as error:  # it has no lock: its rows are to be seen after all
            self._refusal = clean(error.message)
        self._lock_wanted = False

    def _heard(self) -> None:
        self.heard, self.heard_at = self._clock.monotonic(), self._clock.now()
