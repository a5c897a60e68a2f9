"""What waits in a radio for its client, and in which order it is handed over.

Limits are those of the firmware (`mesh-pb-constants.h`, native): when a queue is full its oldest
entry is lost, so a client that was away gets the newest packets, and of many queue statuses
within one moment only the last.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

from meshtastic.protobuf import mesh_pb2

__all__ = ["KEPT_PACKETS", "PhoneQueue"]

KEPT_PACKETS = 100
KEPT_STATUSES = 2
KEPT_NOTIFICATIONS = 2


class PhoneQueue:
    """Messages for the client, as `mesh.FromRadio`."""

    def __init__(self) -> None:
        self._answers: deque[Any] = deque()
        self._statuses: deque[Any] = deque(maxlen=KEPT_STATUSES)
        self._notifications: deque[Any] = deque(maxlen=KEPT_NOTIFICATIONS)
        self._packets: deque[Any] = deque(maxlen=KEPT_PACKETS)
        self._introduced = False
        self._sent = 0

    @property
    def kept(self) -> int:
        """How many packets wait."""
        return len(self._packets)

    def new_client(self) -> None:
        """Somebody connected, or went: nothing goes out before the next handshake."""
        self._introduced = False
        self._answers.clear()
        self._statuses.clear()

    def clear(self) -> None:
        """Lose everything, as a reboot does."""
        self.new_client()
        self._notifications.clear()
        self._packets.clear()

    def introduce(self, answers: Iterable[Any]) -> None:
        """Queue the answer to a handshake; everything else goes after it."""
        self._introduced = True
        self._answers.extend(answers)

    def packet(self, packet: Any) -> None:
        """Queue a `mesh.MeshPacket`."""
        self._packets.append(mesh_pb2.FromRadio(packet=packet))

    def status(self, status: Any) -> None:
        """Queue a `mesh.QueueStatus`."""
        self._statuses.append(mesh_pb2.FromRadio(queueStatus=status))

    def notify(self, notification: Any) -> None:
        """Queue a `mesh.ClientNotification`."""
        self._notifications.append(mesh_pb2.FromRadio(clientNotification=notification))

    def take(self) -> bytes | None:
        """Return the next message, encoded and numbered; None when nothing is to be sent."""
        if not self._introduced:
            return None
        for queue in (self._answers, self._statuses, self._notifications, self._packets):
            if queue:
                message = queue.popleft()
                self._sent += 1
                message.id = self._sent
                return bytes(message.SerializeToString())
        return None
