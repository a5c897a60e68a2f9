"""Calls of the radio library with a limit on the wait: it may block for ever, or try to exit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["ExitedError", "limited"]

T = TypeVar("T")


class ExitedError(Exception):
    """The work tried to end the process, as the library's `our_exit` does."""


def limited(work: Callable[[], T], *, name: str, patience: float) -> T:
    """The result of `work()`, or its exception; ExitedError in place of SystemExit.

    Raises TimeoutError after `patience` seconds: the thread is left behind as a daemon thread,
    which cannot keep the process from ending.
    """
    call = _Call(work)
    thread = threading.Thread(target=call.do, name=name, daemon=True)
    thread.start()
    if not call.done.wait(patience):
        raise TimeoutError
    thread.join()
    if call.error is not None:
        raise call.error
    return call.result


class _Call(Generic[T]):
    result: T

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self.error: Exception | None = None
        self.done = threading.Event()

    def do(self) -> None:
        try:
            self.result = self._work()
        except SystemExit as exit_:
            self.error = ExitedError(f"the radio library tried to exit ({exit_.code})")
        except Exception as error:  # noqa: BLE001 - handed whole to the caller
            self.error = error
        finally:
            self.done.set()
