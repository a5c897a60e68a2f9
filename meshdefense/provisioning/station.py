"""The flash station: plug a radio in, name it, have it written and proven, take the next one.

What stands here has no terminal: which radio comes next, which has just been plugged in, and
what was done so far. `meshdefense radio flash-station` asks and shows.
"""

from __future__ import annotations

import contextlib
import glob
import os
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from meshdefense.provisioning.listing import plugged_radios
from meshdefense.radio.addresses import Address, SerialAddress, TcpAddress

if TYPE_CHECKING:
    from meshdefense.provisioning.fleet import Fleet

__all__ = ["Batch", "Watch", "next_radio", "no_usb"]

_LOOK_S = 0.5
_CONNECT_S = 1.0


@dataclass(frozen=True, slots=True)
class Untaken:
    """A radio that could not be taken."""

    address: str
    why: str
    node_number: int | None = None
    """None for one that told nothing: the next radio at its address may be it or another one."""


@dataclass(slots=True)
class Batch:
    """What was done at this table since it began."""

    done: list[str] = field(default_factory=list)
    """Names of radios that are right, each once."""
    wrong: list[str] = field(default_factory=list)
    """Names of those that are not."""
    skipped: int = 0
    untaken: list[Untaken] = field(default_factory=list)
    """Radios that could not be taken; also counted as skipped."""

    def took(self, name: str, *, right: bool) -> None:
        """Count one; a radio that is done again counts as it is now."""
        self.done = [one for one in self.done if one != name]
        self.wrong = [one for one in self.wrong if one != name]
        (self.done if right else self.wrong).append(name)

    def left(self, address: str, why: str, node_number: int | None = None) -> None:
        """One could not be taken; the same one again counts as it is now."""
        one = Untaken(address, why, node_number)
        self.untaken = [old for old in self.untaken if not _same(old, one)] + [one]

    def taken_after_all(self, address: str, node_number: int | None) -> None:
        """A radio that was silent or refused before is being written."""
        one = Untaken(address, "", node_number)
        self.untaken = [old for old in self.untaken if not _same(old, one)]


def _same(old: Untaken, one: Untaken) -> bool:
    """A radio that was silent while it started is taken for the next one at its address."""
    if old.node_number is None:
        return old.address == one.address
    return old.node_number == one.node_number


def next_radio(fleet: Fleet) -> str | None:
    """The first radio of the network file that no hardware was given yet; None: all have."""
    for radio in fleet.network.radios:
        if fleet.binding(radio.name).node_number is None:
            return radio.name
    return None


class Watch:
    """Radios as they are plugged in: boards on USB, and the ones on the network that are named.

    A board comes once, and again when it was gone in between. One on the network comes once: to
    look whether it went would take it away from other clients.
    """

    def __init__(
        self,
        tcp: Iterable[TcpAddress] = (),
        *,
        usb: Callable[[], Iterable[Address]] | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        """`usb` lists the boards that are plugged in now; None means those of this computer."""
        self._pending = list(tcp)
        self._usb = _boards if usb is None else usb
        self._stop = stop or threading.Event()
        self._seen: set[Address] = set()

    def __iter__(self) -> Iterator[Address]:
        """The next one; waits for it. Ends when `stop` is set, or nothing more can come."""
        while not self._stop.is_set():
            fresh = self.look()
            if fresh is not None:
                yield fresh
            elif self._usb is no_usb and not self._pending:
                return
            else:
                self._stop.wait(_LOOK_S)

    @contextlib.contextmanager
    def busy_with(self, address: Address) -> Iterator[None]:
        """While one radio is worked on, notice that another board is taken away.

        The next one may get its port and its path. The one that is worked on goes and comes by
        itself when it restarts.
        """
        over = threading.Event()

        def notice() -> None:
            while not over.wait(_LOOK_S):
                self._seen &= {*self._usb(), address}

        noticing = threading.Thread(target=notice, name="ports", daemon=True)
        noticing.start()
        try:
            yield
        finally:
            over.set()
            noticing.join()

    def look(self) -> Address | None:
        """One that is here and was not there at the last look; None when there is none."""
        boards = list(self._usb())
        self._seen &= set(boards)
        for address in boards:
            if address not in self._seen:
                self._seen.add(address)
                return address
        fresh = next(filter(_answers, self._pending), None)
        if fresh is not None:
            self._pending.remove(fresh)
        return fresh


def no_usb() -> Iterable[Address]:
    """Boards on USB are not looked for."""
    return ()


def _boards() -> list[Address]:
    """By the names that stay when a board restarts, where the system keeps such."""
    lasting = {os.path.realpath(link): link for link in glob.glob("/dev/serial/by-id/*")}
    paths = [one.address.path for one in plugged_radios() if one.known]
    return [SerialAddress(lasting.get(os.path.realpath(path), path)) for path in paths]


def _answers(address: TcpAddress) -> bool:
    try:
        socket.create_connection((address.host, address.port), _CONNECT_S).close()
    except OSError:
        return False
    return True
