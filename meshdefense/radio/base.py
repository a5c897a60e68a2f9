"""The contract between the daemon and anything that carries frames by radio.

A driver is one connection, used once: `open`, then `send` and `events` until the events
end or `close`. Supervision (finding the radio again, back-off, liveness) stands above it
in `meshdefense.radio.link`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from meshdefense.radio.fix import Fix
from meshdefense.radio.stock import StockChannel, StockText
from meshdefense_protocol.transport import Fate, OutgoingFrame, Reception

__all__ = [
    "FrameFate",
    "LinkState",
    "RadioDriver",
    "RadioError",
    "RadioEvent",
    "RadioHealth",
    "RadioRefusedError",
    "RadioStatus",
    "ReceivedFrame",
]


class RadioError(Exception):
    """The radio cannot be used now; trying again later is likely to help."""


class RadioRefusedError(RadioError):
    """The radio answers but must not be used as it is; a person has to change something."""


class LinkState(Enum):
    """What the daemon knows of its radio, in the words of the screen."""

    NONE = "none"
    """The daemon was started without a radio."""
    SEARCHING = "searching"
    """No device there; looking for it, waiting between tries."""
    CONNECTING = "connecting"
    READY = "ready"
    SILENT = "silent"
    """Connected, but no byte for too long; about to be replaced."""
    REFUSED = "refused"
    """The radio answers but cannot be used; `RadioStatus.detail` says why."""


@dataclass(frozen=True, slots=True)
class RadioHealth:
    """What the radio says of itself; each field is None until it was heard."""

    node_number: int | None = None
    name: str | None = None
    firmware: str | None = None
    hardware: str | None = None
    preset: str | None = None
    """Modem preset, LONG_FAST for example."""
    region: str | None = None
    hop_limit: int | None = None
    channel_utilisation: float | None = None
    """Per cent of the last minute that the channel was busy."""
    air_time: float | None = None
    """Per cent of the last hour that this radio transmitted."""
    battery: int | None = None
    """Per cent; above 100 means mains."""
    queue_free: int | None = None
    """Free places in the radio's transmit queue."""
    queue_size: int | None = None
    nodes_heard: int = 0
    fix: Fix | None = None
    """The last known; in no row."""
    stock: StockChannel | None = None
    """The neighbours' channel; None where nobody asked for one."""


@dataclass(frozen=True, slots=True)
class RadioStatus:
    """A change of the link's state, or of the radio's health."""

    state: LinkState
    detail: str = ""
    """For people: what is wrong and what will happen next; empty when ready."""
    health: RadioHealth = field(default_factory=RadioHealth)


@dataclass(frozen=True, slots=True)
class ReceivedFrame:
    """A payload on our port, as the radio handed it over; not yet authenticated."""

    payload: bytes
    reception: Reception


@dataclass(frozen=True, slots=True)
class FrameFate:
    """News about a frame given to `send`."""

    token: int
    fate: Fate
    detail: str = ""


RadioEvent = ReceivedFrame | FrameFate | RadioStatus | StockText


class RadioDriver(Protocol):
    """Carries whole frames, loses some. `open` and `send` raise RadioError only."""

    mtu: int
    """Largest payload in bytes."""

    async def open(self) -> None:
        """Connect and shake hands; returns when frames can be sent. Leaves nothing on failure."""

    async def send(self, frame: OutgoingFrame) -> None:
        """Hand one frame to the radio; returns when handed over, not when delivered."""

    def events(self) -> AsyncIterator[RadioEvent]:
        """Everything that comes from the radio; ends when the connection is gone."""

    async def close(self) -> None:
        """End the connection within two seconds. Safe twice, never raises."""
