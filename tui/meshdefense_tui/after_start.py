"""What can wait until the first screen stands: streets, and the modules of the other modes.

Both are loaded in threads, one thing after the other, so that keys are answered meanwhile. What
is wanted before it is there is loaded then, as at any first use.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import pkgutil
import sys
import threading
from collections.abc import Callable
from functools import partial

from meshdefense_tui import map as map_package
from meshdefense_tui import modes, screens
from meshdefense_tui.desk import Desk
from meshdefense_tui.street_source import StreetSource

__all__ = ["AfterStart"]


class AfterStart:
    """One for the app."""

    def __init__(self, desk: Desk, changed: Callable[[], None]) -> None:
        """`changed` is called when places may have other words."""
        self._desk, self._changed = desk, changed
        self.streets: StreetSource | None = None
        """Given to the desk once its pack is open: to check every byte of a pack takes time."""
        self.settled: Callable[[], None] = lambda: None
        """Called when all modules are there."""
        self._modules_wanted = True

    @property
    def due(self) -> bool:
        """Whether there is anything to load now: which pack fits only the origin tells."""
        return self._modules_wanted or self._streets_wanted

    @property
    def _streets_wanted(self) -> bool:
        return self.streets is not None and self._desk.model.origin is not None

    async def run(self) -> None:
        """Load what is due, each thing once."""
        if self._streets_wanted and (streets := self.streets) is not None:
            self.streets = None
            await _in_a_thread(partial(streets.index, self._desk.model.origin))
            self._desk.streets = streets
            self._changed()
        if self._modules_wanted:
            self._modules_wanted = False
            for name in _names():
                if name not in sys.modules:
                    with contextlib.suppress(ImportError):  # told to whoever opens that window
                        await _in_a_thread(partial(importlib.import_module, name))
            self.settled()


def _names() -> list[str]:
    """The modules of every mode and window, and of the map."""
    found = []
    for package in (modes, screens, map_package):
        prefix = f"{package.__name__}."
        found += [module.name for module in pkgutil.iter_modules(package.__path__, prefix)]
    return found


async def _in_a_thread(work: Callable[[], object]) -> None:
    # not asyncio.to_thread: the end of the program would wait for it, and so would a panic
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def end(error: Exception | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(None)

    def run() -> None:
        failed: Exception | None = None
        try:
            work()
        except Exception as error:  # noqa: BLE001 it is raised where it is awaited
            failed = error
        with contextlib.suppress(RuntimeError):  # the screens have ended meanwhile
            loop.call_soon_threadsafe(end, failed)

    threading.Thread(target=run, daemon=True).start()
    await done
