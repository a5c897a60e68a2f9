"""What one radio says, and who waits for it: the library's reader thread puts, ours take.

It is the wall (`meshdefense.radio.walled`) of one connection. Every wait has a limit, and ends
at once when the connection does.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from meshdefense.catalogue import tr
from meshdefense.provisioning.device_errors import DeviceLostError

__all__ = ["Exchange", "Listening"]

T = TypeVar("T")
_KEPT = 400
"""Messages of one handshake: 60 of configuration, the others are nodes; a radio knows 250."""


class Exchange:
    """The messages of one connection. Protobufs pass through as they are, nothing is copied."""

    def __init__(self) -> None:
        self.interface: Any = None
        """The library's object; set by itself before it connects, so that it can be closed."""
        self.abandoned = threading.Event()
        self.lost = threading.Event()
        self.garbage = 0
        self.statuses = 0
        """Queue statuses so far: signs of life, since each heartbeat is answered by one."""
        self.ready = False
        """The first handshake is whole; a restart from now on ends the connection."""
        self._changed = threading.Condition()
        self._answers: dict[int, list[Any]] = {}
        self._handshake: list[Any] = []
        self._whole: dict[int, list[Any]] = {}

    # -- the library's threads -----------------------------------------------------------------

    def message(self, message: Any) -> None:
        """Take a FromRadio."""
        kind = message.WhichOneof("payload_variant")
        with self._changed:
            if kind == "packet":
                answers = self._answers.get(message.packet.decoded.request_id)
                if answers is not None:
                    answers.append(message.packet)
            elif kind == "queueStatus":
                self.statuses += 1
            elif kind == "my_info":
                self._handshake = [message]
            elif kind == "config_complete_id":
                self._whole = {message.config_complete_id: self._handshake}
                self._handshake = []
            elif len(self._handshake) < _KEPT:
                self._handshake.append(message)
            self._changed.notify_all()

    def frame_heard(self) -> None:
        """A frame came; what is in it counts, not that it came."""

    def rebooted(self) -> None:
        """The radio says that it has just started: an edit that was open is gone."""
        if self.ready:
            self.ended()

    def ended(self) -> None:
        """The connection is over."""
        self.lost.set()
        with self._changed:
            self._changed.notify_all()

    def queue_status(self, status: Any) -> None:
        """Counted in `message`."""

    def packet(self, packet: Any) -> None:
        """Taken in `message`."""

    def notification(self, notification: Any) -> None:
        """Of no use here."""

    def connection_lost(self) -> None:
        """The library's reader ended."""
        self.ended()

    # -- ours ----------------------------------------------------------------------------------

    def expect(self, identifier: int) -> None:
        """Keep what answers the packet `identifier`, until `forget`."""
        with self._changed:
            self._answers[identifier] = []

    def forget(self, identifier: int) -> None:
        """Nobody waits for that answer any more."""
        with self._changed:
            self._answers.pop(identifier, None)

    def answers(self, identifier: int) -> list[Any]:
        """The MeshPackets that answered `identifier` so far."""
        return self._answers.get(identifier, [])

    def handshake(self, nonce: int) -> list[Any] | None:
        """The messages of that handshake once it is whole."""
        return self._whole.get(nonce)

    def wait(self, found: Callable[[], T | None], patience: float) -> T | None:
        """What `found` returns as soon as it is not None; None after `patience` seconds.

        Raises DeviceLostError when the connection ends.
        """
        end = time.monotonic() + patience
        with self._changed:
            while True:
                result = found()
                if result is not None:
                    return result
                if self.lost.is_set():
                    raise DeviceLostError(tr("the radio is gone: cable, power, or it restarts"))
                left = end - time.monotonic()
                if left <= 0:
                    return None
                self._changed.wait(left)


class Listening:
    """Goes before `Walled`: every frame is handed to the exchange first.

    Packets stop here: what the library would do with them (logs, topics) is not wanted, and they
    may hold keys.
    """

    frame_type: Any
    wall: Exchange

    def _handleFromRadio(self, data: bytes) -> None:
        library: Any = super()
        message = self.frame_type()
        try:
            message.ParseFromString(data)
        except Exception:  # noqa: BLE001 - noise on the cable; the next frame counts
            self.wall.garbage += 1
            return
        self.wall.message(message)
        if message.WhichOneof("payload_variant") != "packet":
            library._handleFromRadio(data)

    def _disconnected(self) -> None:
        self.wall.ended()
        library: Any = super()
        library._disconnected()
