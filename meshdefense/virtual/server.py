"""The TCP door of one virtual radio: frames in, frames out, and trouble on demand.

A thin shell around `Device`. Everything runs in the event loop's thread.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable

from meshdefense.catalogue import tr
from meshdefense.virtual.connection import Connection, Listener
from meshdefense.virtual.device import Device
from meshdefense.virtual.faults import Misbehaviour
from meshdefense.virtual.phone import PhoneQueue
from meshdefense.virtual.settings import node_id
from meshdefense.virtual.stream import FrameReader, framed

__all__ = ["Misbehaviour", "RadioServer"]

LONGEST_GARBAGE = 64
MOST_CLIENTS = 64  # more are a client that forgets to close; real radios have fewer
MOST_ENDING = 64  # connections that were hung up and that their client has not closed
RETRY_S = 1.0  # real seconds, while another program has the port of a radio that comes back


class RadioServer:
    """Listens for the clients of one device."""

    def __init__(
        self,
        device: Device,
        clock: Callable[[], float],
        seed: int,
        *,
        one_client: bool = False,
        told: Callable[[str], None],
        mishap: Callable[[Exception], None],
    ) -> None:
        """`clock` brings the air up to date and returns the mesh's time.

        With `one_client` a new client replaces the one before, as on native firmware. `told`
        takes sentences about its port, `mishap` what a client's frame raised that it should not.
        """
        self.device = device
        self.clock = clock
        self.one_client = one_client
        self._told, self._mishap = told, mishap
        self.port = 0
        self.clients = 0
        """Connections taken so far."""
        self._rng = random.Random(seed)
        self._listener: Listener | None = None
        self._retry: asyncio.TimerHandle | None = None
        self._locked_out = False
        """Another program has its port, and that was told."""
        self._connected: dict[Connection, PhoneQueue] = {}
        self._ending: list[Connection] = []
        """Hung up, and not yet closed by the other side."""

    @property
    def connected(self) -> int:
        """How many clients are there."""
        return len(self._connected)

    @property
    def misbehaviour(self) -> Misbehaviour:
        """What it does wrong now."""
        return self.device.fault.how

    def misbehave(self, how: Misbehaviour, count: int | None = None) -> None:
        """Do something wrong from now on, or end that; see `Misbehaviour`, `faults.COUNTED`."""
        plugged_in = self.device.fault.unplugged
        self.device.fault.begin(how, count)
        if plugged_in and self.device.world.is_on(self.device.number):
            self.reopen()

    def listen(self, port: int = 0) -> None:
        """Open the door; raises OSError when `port` is taken. 0 takes the one it had, or any."""
        if self._listener is None:
            self._listener = Listener(port or self.port, self._arrived, self._crowded)
            self.port = self._listener.port

    def reopen(self) -> None:
        """Open the door on the port it had; while that cannot be had, try again each second."""
        self._retry = None
        try:
            self.listen()
        except OSError as error:
            self._retry = asyncio.get_running_loop().call_later(RETRY_S, self.reopen)
            if not self._locked_out:
                self._locked_out = True
                text = tr(
                    "radio {radio} cannot listen on port {port} ({why}); the others go on, and it "
                    "tries again each second",
                    radio=node_id(self.device.number),
                    port=self.port,
                    why=os.strerror(error.errno or 0),
                )
                self._told(text)
        else:
            if self._locked_out:
                self._locked_out = False
                radio = node_id(self.device.number)
                self._told(tr("radio {radio} listens on port {port}", radio=radio, port=self.port))

    def _crowded(self, error: OSError) -> None:
        """Connections wait that cannot be taken."""
        text = tr(
            "a radio cannot take more connections ({why}); those that it has go on, and it tries "
            "again each second: close some, or allow more open files (ulimit -n)",
            why=os.strerror(error.errno or 0),
        )
        self._told(text)

    def close(self) -> None:
        """Close the door and drop the clients."""
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        self._locked_out = False
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self.drop()
        for ending in self._ending:
            ending.close()
        self._ending.clear()

    def drop(self) -> None:
        """End the clients' connections, without a word."""
        for client in tuple(self._connected):
            self._hang_up(client)

    def pump(self) -> None:
        """Hand over what waits for the clients, as far as they read."""
        if self.misbehaviour is Misbehaviour.WEDGE:
            return
        for client, queue in tuple(self._connected.items()):
            while client in self._connected and not client.full:
                payload = queue.take()
                if payload is None:
                    break
                self._write(client, framed(payload))

    def _write(self, client: Connection, frame: bytes) -> None:
        if self.misbehaviour is Misbehaviour.HALF_FRAME:
            self.misbehave(Misbehaviour.NONE)
            client.write(frame[: len(frame) // 2])
            self.drop()
            return
        if self.misbehaviour is Misbehaviour.GARBAGE:
            noise = self._rng.randbytes(self._rng.randrange(1, LONGEST_GARBAGE))
            # Noise with a start byte in it would swallow good frames, which is another fault.
            client.write(noise.replace(b"\x94", b"\x95") + framed(b"\xff" + noise))
        client.write(frame)

    def _arrived(self, client: Connection) -> None:
        """A client connected."""
        self.clients += 1
        if self.one_client or self.misbehaviour is Misbehaviour.ONE_CLIENT:
            for old in tuple(self._connected):
                old.read_rest()  # it has to go, but its last words count
            self.drop()
        elif len(self._connected) >= MOST_CLIENTS:
            self._hang_up(next(iter(self._connected)))
        self._connected[client] = self.device.phone.connect()
        reader = FrameReader()

        def received(data: bytes) -> None:
            for payload in reader.feed(data):
                self._frame(client, payload)

        client.start(received, self.pump, lambda: self._left(client))

    def _hang_up(self, client: Connection) -> None:
        queue = self._connected.pop(client, None)
        if queue is None:
            return
        self.device.phone.leave(queue)
        client.end()
        self._ending = [ending for ending in self._ending if ending.is_open]
        self._ending.append(client)
        for old in self._ending[:-MOST_ENDING]:
            old.close()
        del self._ending[:-MOST_ENDING]

    def _left(self, client: Connection) -> None:
        """A connection ended; what only it would have got is kept."""
        queue = self._connected.pop(client, None)
        if queue is not None:
            self.device.phone.leave(queue)

    def _frame(self, client: Connection, payload: bytes) -> None:
        queue = self._connected.get(client)
        if queue is None or self.misbehaviour is Misbehaviour.WEDGE:
            return
        unplugs = self.device.fault.reached(Misbehaviour.UNPLUG_AFTER)
        stays = True
        try:
            stays = self.device.from_client(payload, self.clock(), queue)
        except Exception as error:  # noqa: BLE001  # one frame, not those behind it as well
            self._mishap(error)
        self.pump()
        if unplugs:
            self.close()
        elif not stays:
            client.close()
            self._left(client)
