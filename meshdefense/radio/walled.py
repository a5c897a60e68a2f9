"""What the library's interface classes do differently behind our wall.

Mixed in before SerialInterface, TCPInterface and BLEInterface (meshtastic 2.7), whose own
methods of these names would reconnect in secret, wait without limit, or talk to the screen.
Nothing of the library is imported here: the driver joins the classes when it first needs them.
"""

from __future__ import annotations

import socket
import threading
from typing import Any

from meshdefense.radio.wall import Wall

__all__ = ["Walled", "WalledBle", "WalledTcp", "on_lost", "on_notification", "on_packet"]

CONNECT_TIMEOUT_S = 3.0


class Walled:
    """Goes before a class of the library; the methods with its names replace the library's."""

    frame_type: Any
    """The protobuf class FromRadio, set where the library is imported."""
    isConnected: threading.Event

    def __init__(self, wall: Wall, *args: Any, **options: Any) -> None:
        self.wall = wall
        wall.interface = self
        library: Any = super()
        library.__init__(*args, **options)

    def _handleFromRadio(self, data: bytes) -> None:
        """Every frame from the radio, on the library's reader thread."""
        library: Any = super()
        message = self.frame_type()
        try:
            message.ParseFromString(data)
            self.wall.frame_heard()
            if message.rebooted:
                self.wall.rebooted()
            elif not message.HasField("packet") or getattr(message.packet, "from"):
                library._handleFromRadio(data)
        except (Exception, SystemExit):  # noqa: BLE001 - whatever a frame does, the next counts
            self.wall.garbage += 1

    def _handleQueueStatusFromRadio(self, status: Any) -> None:
        self.wall.queue_status(status)

    def _handleLogByte(self, byte: bytes) -> None:
        pass

    def _startHeartbeat(self) -> None:
        pass

    def waitForConfig(self) -> None:
        """What the driver needs is there when the handshake is whole."""

    def _waitConnected(self, timeout: float = 0.0) -> None:
        while not self.isConnected.wait(0.05):
            if self.wall.lost.is_set():
                raise ConnectionError("the radio ended the connection during the handshake")
            if self.wall.abandoned.is_set():
                raise ConnectionError("abandoned")

    def _disconnected(self) -> None:
        self.wall.lost.set()
        library: Any = super()
        library._disconnected()


class WalledTcp(Walled):
    """Before TCPInterface: a lost connection stays lost."""

    hostname: str
    portNumber: int
    socket: socket.socket | None

    def myConnect(self) -> None:
        """With a time limit, which the library has not."""
        connected = socket.create_connection((self.hostname, self.portNumber), CONNECT_TIMEOUT_S)
        connected.settimeout(None)
        self.socket = connected
        if self.wall.abandoned.is_set():
            connected.close()
            raise ConnectionError("abandoned")

    def _reconnect(self) -> None:
        raise ConnectionResetError("the radio ended the connection")


class WalledBle(Walled):
    """Before BLEInterface: its reading thread ends quietly, and says so."""

    client = None  # these three: what close() looks at when connecting failed early
    _exit_handler = None
    _receiveThread = None

    def _receiveFromRadioImpl(self) -> None:
        library: Any = super()
        try:
            library._receiveFromRadioImpl()
        except Exception:  # noqa: BLE001 - the thread would die with a traceback on the screen
            self.wall.garbage += 1
        finally:
            self._disconnected()


def on_packet(packet: Any, interface: Any) -> None:
    """Listener of `meshtastic.receive`: every packet of every interface in the process."""
    if isinstance(interface, Walled):
        interface.wall.packet(packet)


def on_lost(interface: Any) -> None:
    """Listener of `meshtastic.connection.lost`."""
    if isinstance(interface, Walled):
        interface.wall.connection_lost()


def on_notification(notification: Any, interface: Any) -> None:
    """Listener of `meshtastic.clientNotification`."""
    if isinstance(interface, Walled):
        interface.wall.notification(notification)
