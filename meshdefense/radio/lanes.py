"""A thread for calls that may never come back.

The radio library blocks where it likes: in `connect`, in a write to a device that stopped
reading, in `close`. A call on a lane has a time limit; when it passes, the caller goes on and
the thread stays behind as a daemon thread, which cannot keep the process from ending.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["Lane", "WorkExitedError", "run_abandonable"]

T = TypeVar("T")


class WorkExitedError(Exception):
    """The work tried to end the process, as the library's `our_exit` does."""


class Lane:
    """One thread that does blocking work in the order in which it was given."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    async def run(self, work: Callable[[], T], *, patience: float) -> T:
        """The result of `work()`, or its exception; WorkExitedError in place of SystemExit.

        Raises TimeoutError after `patience` seconds, counted from now: waiting for earlier work
        included. Work that had not begun by then is left out; work under way runs on unseen.
        """
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name=self._name, daemon=True)
            self._thread.start()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put(_Job(work, loop, future))
        async with asyncio.timeout(patience):
            return await future

    def stop(self) -> None:
        """Let the thread end after what it has to do; never waits."""
        self._jobs.put(None)

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            job.do()


async def run_abandonable(work: Callable[[], T], *, name: str, patience: float) -> T:
    """`Lane.run` on a thread of its own."""
    lane = Lane(name)
    try:
        return await lane.run(work, patience=patience)
    finally:
        lane.stop()


class _Job:
    def __init__(
        self,
        work: Callable[[], Any],
        loop: asyncio.AbstractEventLoop,
        future: asyncio.Future[Any],
    ) -> None:
        self._work, self._loop, self._future = work, loop, future

    def do(self) -> None:
        if self._future.done():
            return
        result: Any = None
        error: Exception | None = None
        try:
            result = self._work()
        except SystemExit as exit_:
            error = WorkExitedError(f"the radio library tried to exit ({exit_.code})")
        except Exception as raised:  # noqa: BLE001 - handed whole to the caller
            error = raised
        try:
            self._loop.call_soon_threadsafe(self._settle, result, error)
        except RuntimeError:
            return  # the loop ended while the work went on: nobody waits any more

    def _settle(self, result: Any, error: Exception | None) -> None:
        if self._future.done():
            return
        if error is not None:
            self._future.set_exception(error)
        else:
            self._future.set_result(result)
