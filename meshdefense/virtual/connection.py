"""Loopback TCP that goes on reading when writing has failed.

A command-line client often writes its last message and vanishes. What it wrote must still be
acted on, although answers to it fail already; asyncio's transports give up reading then. Linux
hands over what came before a reset. Everything runs in the event loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
from collections.abc import Callable

from meshdefense.catalogue import tr

__all__ = ["LOOPBACK", "Connection", "Listener", "PortError"]

LOOPBACK = "127.0.0.1"
READ_BYTES = 2_048  # at once: hundreds of the smallest frames, then it is the others' turn
MOST_REST_BYTES = 65_536  # of the last words of a client that is replaced; it may never end
BACKLOG = 64
MOST_UNWRITTEN_BYTES = 65_536  # then the sender is asked to wait
NOT_THIS_TIME = (errno.ECONNABORTED, errno.EPROTO, errno.EINTR)  # the one that came is gone
TOO_MANY_FILES = (errno.EMFILE, errno.ENFILE)
PAUSE_S = 1.0  # until the next try when the system has no room for a connection


class PortError(OSError):
    """A radio's port cannot be opened; the text says why and what to do."""

    def __init__(self, port: int, error: OSError) -> None:
        why = os.strerror(error.errno or 0)
        if error.errno == errno.EADDRINUSE:
            text = tr("port {port} is in use by another program; choose another port", port=port)
        elif error.errno in TOO_MANY_FILES:
            text = tr(
                "there is no room for so many radios ({why}); run fewer, or allow more open files "
                "(ulimit -n)",
                why=why,
            )
        else:
            text = tr("cannot listen on port {port}: {why}; choose another", port=port, why=why)
        super().__init__(text)
        self.port = port


class Connection:
    """One client's socket."""

    def __init__(self, taken: socket.socket) -> None:
        self._socket = taken
        self._socket.setblocking(False)
        self._loop = asyncio.get_running_loop()
        self._unwritten = bytearray()
        self._can_write = True
        self._open = False
        self._received: Callable[[bytes], None] = lambda _: None
        self._drained: Callable[[], None] = lambda: None
        self._ended: Callable[[], None] = lambda: None

    def start(
        self,
        received: Callable[[bytes], None],
        drained: Callable[[], None],
        ended: Callable[[], None],
    ) -> None:
        """Begin to read; `ended` is called once, when the other side is gone."""
        self._received, self._drained, self._ended = received, drained, ended
        self._open = True
        self._loop.add_reader(self._socket, self._read)

    @property
    def is_open(self) -> bool:
        """Whether its socket is still to be closed."""
        return self._open

    @property
    def full(self) -> bool:
        """Whether the client reads too slowly to be given more now."""
        return len(self._unwritten) >= MOST_UNWRITTEN_BYTES

    def write(self, data: bytes) -> None:
        """Send, now or as soon as there is room; nothing happens after a failure."""
        if not self._open or not self._can_write:
            return
        self._unwritten += data
        if len(self._unwritten) == len(data):
            self._flush()

    def read_rest(self) -> None:
        """Take what has arrived but was not looked at yet."""
        rest = MOST_REST_BYTES
        while self._open and rest > 0 and self._read():
            rest -= READ_BYTES

    def close(self) -> None:
        """End the connection now; safe twice. `ended` is not called."""
        if self._open:
            self._open = False
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            self._socket.close()

    def end(self) -> None:
        """Hang up: the other side reads an end, not an error. `ended` is not called.

        Closing while bytes arrive would answer them by a reset, at which the radio library
        gives up for good instead of connecting again. Close it when it has ended.
        """
        if self._open:
            self._received, self._ended = lambda _: None, lambda: None
            self._can_write = False
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)

    def _read(self) -> bool:
        """Take one part, whatever comes behind it; whether there was something to take.

        One client that sends faster than it is understood must not keep the loop to itself.
        """
        try:
            data = self._socket.recv(READ_BYTES)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if not data:
            self.close()
            self._ended()
            return False
        self._received(data)
        return True

    def _flush(self) -> None:
        was_full = self.full
        try:
            while self._unwritten:
                sent = self._socket.send(self._unwritten)
                del self._unwritten[:sent]
        except BlockingIOError:
            self._loop.add_writer(self._socket, self._flush)
            return
        except OSError:
            self._can_write = False  # its last words may still be unread
            self._unwritten.clear()
        self._loop.remove_writer(self._socket)
        if was_full:
            self._drained()


class Listener:
    """Takes connections on one loopback port."""

    def __init__(
        self,
        port: int,
        arrived: Callable[[Connection], None],
        failed: Callable[[OSError], None] = lambda _: None,
    ) -> None:
        """Port 0 takes any free one. Raises OSError when `port` cannot be had.

        `failed` is told when connections cannot be taken; they wait, it tries again.
        """
        self._arrived = arrived
        self._failed = failed
        self._again: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            # A port of ours that was closed a moment ago may be taken again.
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind((LOOPBACK, port))
            self._socket.listen(BACKLOG)
        except OSError:
            self._socket.close()
            raise
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]
        self._loop.add_reader(self._socket, self._accept)

    def close(self) -> None:
        """Take no more connections."""
        if self._again is not None:
            self._again.cancel()
        self._loop.remove_reader(self._socket)
        self._socket.close()

    def _accept(self) -> None:
        try:
            taken, _ = self._socket.accept()
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno not in NOT_THIS_TIME:
                # What waits stays readable: without a pause this would be asked for ever.
                self._loop.remove_reader(self._socket)
                self._again = self._loop.call_later(PAUSE_S, self._resume)
                self._failed(error)
            return
        with contextlib.suppress(OSError):  # it may be gone already
            taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._arrived(Connection(taken))

    def _resume(self) -> None:
        self._again = None
        self._loop.add_reader(self._socket, self._accept)
