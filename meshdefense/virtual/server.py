"""The TCP door of one virtual radio: frames in, frames out, and trouble on demand.

A thin shell around `Device`. As on native firmware there is one client at a time and a new one
replaces the old. Everything runs in the event loop's thread.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from enum import Enum

from meshdefense.virtual.connection import Connection, Listener
from meshdefense.virtual.device import Device
from meshdefense.virtual.stream import FrameReader, framed

__all__ = ["Misbehaviour", "RadioServer"]

LONGEST_GARBAGE = 64
MOST_ENDING = 4  # connections that were hung up and that their client has not closed


class Misbehaviour(Enum):
    """What a radio can be told to do wrong."""

    NONE = "none"
    WEDGE = "wedge"
    """Keeps the connection but neither reads nor answers."""
    REBOOT = "reboot"
    """Is gone for a moment, loses its memory; once."""
    GARBAGE = "garbage"
    """Noise and undecodable frames between the good ones."""
    HALF_FRAME = "half_frame"
    """Sends half of the next frame and drops the client; once."""
    RATE_LIMIT = "rate_limit"
    """Refuses every packet with RATE_LIMIT_EXCEEDED."""


class RadioServer:
    """Listens for the clients of one device."""

    def __init__(self, device: Device, clock: Callable[[], float], seed: int) -> None:
        """`clock` brings the air up to date and returns the mesh's time."""
        self.device = device
        self.clock = clock
        self.misbehaviour = Misbehaviour.NONE
        self.port = 0
        self.clients = 0
        """Connections taken so far."""
        self._rng = random.Random(seed)
        self._listener: Listener | None = None
        self._client: Connection | None = None
        self._ending: list[Connection] = []
        """Hung up, and not yet closed by the other side."""

    @property
    def connected(self) -> bool:
        """Whether a client is there."""
        return self._client is not None

    def listen(self, port: int = 0) -> None:
        """Open the door; raises OSError when `port` is taken. 0 takes the one it had, or any."""
        if self._listener is None:
            self._listener = Listener(port or self.port, self._arrived)
            self.port = self._listener.port

    def close(self) -> None:
        """Close the door and drop the client."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self.drop()
        for ending in self._ending:
            ending.close()
        self._ending.clear()

    def drop(self) -> None:
        """End the client's connection, without a word."""
        client, self._client = self._client, None
        if client is not None:
            client.end()
            self._ending.append(client)
            self.device.phone.new_client()
            for old in self._ending[:-MOST_ENDING]:
                old.close()
            del self._ending[:-MOST_ENDING]

    def pump(self) -> None:
        """Hand over what waits for the client, as far as it reads."""
        client = self._client
        if client is None or self.misbehaviour is Misbehaviour.WEDGE:
            return
        while not client.full and self._client is client:
            payload = self.device.phone.take()
            if payload is None:
                return
            self._write(client, framed(payload))

    def _write(self, client: Connection, frame: bytes) -> None:
        if self.misbehaviour is Misbehaviour.HALF_FRAME:
            self.misbehaviour = Misbehaviour.NONE
            client.write(frame[: len(frame) // 2])
            self.drop()
            return
        if self.misbehaviour is Misbehaviour.GARBAGE:
            noise = self._rng.randbytes(self._rng.randrange(1, LONGEST_GARBAGE))
            # Noise with a start byte in it would swallow good frames, which is another fault.
            client.write(noise.replace(b"\x94", b"\x95") + framed(b"\xff" + noise))
        client.write(frame)

    def _arrived(self, client: Connection) -> None:
        """A client connected; the one before has to go, but its last words count."""
        if self._client is not None:
            self._client.read_rest()
        self.drop()
        self.clients += 1
        self._client = client
        self.device.phone.new_client()
        reader = FrameReader()

        def received(data: bytes) -> None:
            for payload in reader.feed(data):
                self._frame(client, payload)

        client.start(received, self.pump, lambda: self._left(client))

    def _left(self, client: Connection) -> None:
        """A connection ended; packets are kept from now on."""
        if self._client is client:
            self._client = None
            self.device.phone.new_client()

    def _frame(self, client: Connection, payload: bytes) -> None:
        if self.misbehaviour is Misbehaviour.WEDGE:
            return
        self.device.refuses_all = self.misbehaviour is Misbehaviour.RATE_LIMIT
        stays = self.device.from_client(payload, self.clock())
        self.pump()
        if not stays:
            client.close()
            self._left(client)
