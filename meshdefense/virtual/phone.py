"""What waits in a radio for its clients, and in which order it is handed over.

Each connection has a queue and a handshake of its own; packets go to all. Limits are those of
the firmware (`mesh-pb-constants.h`, native). What a full queue loses is, too
(`MeshService::sendToPhone`): a text takes the place of the oldest packet, anything else is lost
itself, so a client that was away gets the oldest. Of many queue statuses only the last two stay.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, Final

from meshtastic.protobuf import mesh_pb2, portnums_pb2

from meshdefense.virtual.limits import Recent
from meshdefense.virtual.messages import copied
from meshdefense.virtual.stream import MAX_FRAME_BYTES

__all__ = ["KEPT_PACKETS", "Phone", "PhoneQueue"]

KEPT_PACKETS = 100
KEPT_STATUSES = 2
KEPT_NOTIFICATIONS = 2
DISPLACING: Final = (portnums_pb2.TEXT_MESSAGE_APP, portnums_pb2.RANGE_TEST_APP)


class PhoneQueue:
    """Messages for one client, as `mesh.FromRadio`."""

    def __init__(self) -> None:
        self.introduced = False
        """Whether it shook hands: before, nothing else goes out."""
        self.packets: deque[Any] = deque(maxlen=KEPT_PACKETS)
        """`mesh.MeshPacket` that it has not taken yet."""
        self.recent = Recent()
        """What it sent lately."""
        self._answers: Iterator[Any] = iter(())
        self._statuses: deque[Any] = deque(maxlen=KEPT_STATUSES)
        self._notifications: deque[Any] = deque(maxlen=KEPT_NOTIFICATIONS)
        self._sent = 0

    def introduce(self, answers: Iterable[Any]) -> None:
        """Begin the answer to a handshake; everything else goes after it.

        What is left of an earlier one is never sent (`PhoneAPI::handleStartConfig`). Each message
        is made when it is sent: who asks often and reads nothing costs no memory.
        """
        self.introduced = True
        self._answers = iter(answers)

    def packet(self, packet: Any) -> None:
        """Queue a `mesh.MeshPacket`, if there is room or it may make some."""
        _keep(self.packets, packet)

    def status(self, status: Any) -> None:
        """Queue a `mesh.QueueStatus`."""
        self._statuses.append(mesh_pb2.FromRadio(queueStatus=status))

    def notify(self, notification: Any) -> None:
        """Queue a `mesh.ClientNotification`."""
        self._notifications.append(mesh_pb2.FromRadio(clientNotification=notification))

    def take(self) -> bytes | None:
        """Return the next message, encoded and numbered; None when nothing is to be sent."""
        while self.introduced and (message := self._next()) is not None:
            self._sent += 1
            message.id = self._sent
            payload = bytes(message.SerializeToString())
            if len(payload) <= MAX_FRAME_BYTES:  # the firmware's encoder has no more room, either
                return payload
        return None

    def _next(self) -> Any | None:
        answer = next(self._answers, None)
        if answer is not None:
            return answer
        for queue in (self._statuses, self._notifications):
            if queue:
                return queue.popleft()
        return mesh_pb2.FromRadio(packet=self.packets.popleft()) if self.packets else None


class Phone:
    """The queues of all clients, and what is kept while none is there."""

    def __init__(self) -> None:
        self._clients: list[PhoneQueue] = []
        self._kept: deque[Any] = deque(maxlen=KEPT_PACKETS)
        self._notifications: deque[Any] = deque(maxlen=KEPT_NOTIFICATIONS)

    @property
    def kept(self) -> int:
        """How many packets wait, for whomever."""
        return len(self._kept) + sum(len(client.packets) for client in self._clients)

    @property
    def unclaimed(self) -> list[Any]:
        """The `mesh.MeshPacket` that wait for the next client."""
        return list(self._kept)

    def connect(self) -> PhoneQueue:
        """Return the queue of a new client."""
        client = PhoneQueue()
        self._clients.append(client)
        return client

    def leave(self, client: PhoneQueue) -> None:
        """Forget a client; what only it would have got waits for the next one. Safe twice."""
        if client not in self._clients:
            return
        self._clients.remove(client)
        if not self._introduced():
            for packet in client.packets:
                _keep(self._kept, packet)

    def introduce(self, client: PhoneQueue, answers: Iterable[Any]) -> None:
        """Answer a client's handshake; it gets what was kept."""
        client.introduce(answers)
        for packet in self._kept:
            client.packet(packet)
        self._kept.clear()
        for notification in self._notifications:
            client.notify(notification)
        self._notifications.clear()

    def packet(self, packet: Any) -> None:
        """Queue a `mesh.MeshPacket` for everybody who is there, or for the next."""
        present = self._introduced()
        for client in present:
            client.packet(packet)
        if not present:
            _keep(self._kept, packet)

    def routine(self, packet: Any) -> None:
        """Queue what is worth less than anything that waits for the next client."""
        if self._introduced() or not self._kept:
            self.packet(packet)

    def status(self, status: Any) -> None:
        """Queue a `mesh.QueueStatus` for everybody."""
        for client in self._introduced():
            client.status(status)

    def notify(self, notification: Any) -> None:
        """Queue a `mesh.ClientNotification` for everybody who is there, or for the next."""
        present = self._introduced()
        for client in present:
            client.notify(notification)
        if not present:
            self._notifications.append(notification)

    def restore(self, packets: Iterable[Any]) -> None:
        """Keep what waited before the process ended."""
        self._kept.extend(copied(packet) for packet in packets)

    def clear(self) -> None:
        """Lose everything, as a reboot does."""
        self._clients.clear()
        self._kept.clear()
        self._notifications.clear()

    def _introduced(self) -> list[PhoneQueue]:
        return [client for client in self._clients if client.introduced]


def _keep(queue: deque[Any], packet: Any) -> None:
    """Append `packet`; to a full queue only what displaces its oldest one."""
    if len(queue) < KEPT_PACKETS or packet.decoded.portnum in DISPLACING:
        queue.append(packet)
