"""What the air carries, and what its model reports.

Times are seconds of the caller's clock, powers dBm, ratios dB. Nothing here computes anything
but copies of packets.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

__all__ = [
    "BROADCAST",
    "MAX_HOPS",
    "Acknowledged",
    "Dropped",
    "Event",
    "Failed",
    "Heard",
    "Packet",
    "PowerChanged",
    "Priority",
    "QueueFreed",
    "Received",
    "Refusal",
    "Role",
    "Transmitted",
]

BROADCAST = 0xFFFFFFFF
MAX_HOPS = 7  # three bits of the header


class Role(Enum):
    """The firmware's device roles that change how a node relays."""

    CLIENT = "CLIENT"
    CLIENT_MUTE = "CLIENT_MUTE"
    """Relays nothing."""
    ROUTER = "ROUTER"
    """Relays before clients do, and also when somebody else already has."""
    ROUTER_LATE = "ROUTER_LATE"
    """Relays always; after a duplicate it waits until the clients are through."""


class Priority(IntEnum):
    """Order in the transmit queue: `MeshPacket.Priority` of the device protocol."""

    UNSET = 0
    MIN = 1
    BACKGROUND = 10
    DEFAULT = 64
    RELIABLE = 70
    RESPONSE = 80
    HIGH = 100
    ALERT = 110
    ACK = 120
    MAX = 127


class Refusal(Enum):
    """Why a radio did not take a packet; nothing was sent."""

    TOO_LARGE = "too large"
    QUEUE_FULL = "queue full"
    DUTY_CYCLE = "duty cycle"
    SWITCHED_OFF = "switched off"


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet, as its origin made it or as a relay passes it on."""

    origin: int
    """Node number of the first sender."""
    identifier: int
    """32 bits; with `origin` the key of every seen-table."""
    payload: bytes
    """The encoded packet without the 16-byte radio header; never looked into."""
    to: int = BROADCAST
    hop_limit: int = 3
    hop_start: int = 3
    want_ack: bool = False
    priority: int = Priority.DEFAULT
    channel: int = 0
    """Names channel and key; the firmware has only eight bits of hash here."""
    answers: int | None = None
    """Of a routing acknowledgement: the identifier of the packet it confirms."""
    relay: int = 0
    """Node number of whoever transmits this copy; the header has its last byte."""

    @property
    def key(self) -> tuple[int, int]:
        """What makes two copies the same packet."""
        return (self.origin, self.identifier)

    @property
    def is_direct(self) -> bool:
        """Whether this copy comes straight from its origin."""
        return self.hop_limit == self.hop_start

    def passed_on(self, relay: int, *, keep_priority: bool = False) -> Packet:
        """Return the copy that `relay` transmits: one hop less.

        The priority does not travel: a relay takes it from what the header says, as fixPriority
        in MeshPacketQueue.cpp does, so that its own alert goes before other people's packets.
        `keep_priority` is for models in which it does.
        """
        priority = Priority.RELIABLE if self.want_ack else Priority.DEFAULT
        return Packet(  # dataclasses.replace takes four times as long, and this is done most
            self.origin,
            self.identifier,
            self.payload,
            self.to,
            self.hop_limit - 1,
            self.hop_start,
            self.want_ack,
            self.priority if keep_priority else priority,
            self.channel,
            self.answers,
            relay,
        )


@dataclass(frozen=True, slots=True)
class Transmitted:
    """A node began to transmit."""

    at: float
    node: int
    packet: Packet
    air_s: float


@dataclass(frozen=True, slots=True)
class Received:
    """A packet meant for this node, or for all, arrived there for the first time.

    A node with a guard is told of packets between others as well.
    """

    at: float
    node: int
    packet: Packet
    snr: float
    rssi: float


@dataclass(frozen=True, slots=True)
class Heard:
    """The origin heard somebody relay its packet: the implicit acknowledgement."""

    at: float
    node: int
    packet: Packet
    snr: float
    rssi: float


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The destination's routing acknowledgement came back to the origin."""

    at: float
    node: int
    packet: Packet
    """The acknowledgement; `answers` names the packet that arrived."""
    snr: float
    rssi: float


@dataclass(frozen=True, slots=True)
class Failed:
    """All attempts of a want_ack packet went out and nothing came back: MAX_RETRANSMIT."""

    at: float
    node: int
    packet: Packet


@dataclass(frozen=True, slots=True)
class Dropped:
    """A packet left the transmit queue without being sent: something more urgent came."""

    at: float
    node: int
    packet: Packet


@dataclass(frozen=True, slots=True)
class QueueFreed:
    """A packet left the transmit queue for the air; `free` places are left now."""

    at: float
    node: int
    packet: Packet
    free: int


@dataclass(frozen=True, slots=True)
class PowerChanged:
    """A node was switched on or off."""

    at: float
    node: int
    on: bool


Event = Transmitted | Received | Heard | Acknowledged | Failed | Dropped | QueueFreed | PowerChanged
