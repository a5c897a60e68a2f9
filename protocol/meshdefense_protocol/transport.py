"""What passes between the engine and whatever carries its frames.

A bearer (LoRa radio, later a LAN, a file, a QR code) takes `OutgoingFrame`s, says what
became of each by `Fate`, and hands over received payloads with a `Reception`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.priority import Priority

__all__ = ["Fate", "OutgoingFrame", "Reception"]


class Fate(Enum):
    """What a bearer knows of a frame that it was given. Each is a fact, never a hope."""

    ACCEPTED = "accepted"
    """The radio's own transmit queue took it."""
    REFUSED = "refused"
    """The radio said no (queue full, too large, duty cycle); nothing was sent."""
    ON_AIR = "on air"
    """The radio has transmitted it at least once."""
    HEARD = "heard"
    """Another radio was heard relaying it (the firmware's implicit acknowledgement)."""
    UNHEARD = "unheard"
    """All of the radio's own attempts went out and no relay was heard (MAX_RETRANSMIT)."""
    LOST = "lost"
    """The link to the radio broke before anything was known."""


@dataclass(frozen=True, slots=True)
class OutgoingFrame:
    """One frame that the engine wants on the air."""

    token: int
    """Names this transmission in the `Fate`s that follow; unique within one engine."""
    payload: bytes
    """The sealed frame, at most 200 bytes."""
    hop_limit: int | None = None
    """How often it may be relayed, 0 to 7; None leaves the radio's own setting."""
    want_ack: bool = True
    """Ask the firmware to repeat it until a relay is heard."""
    urgent: bool = False
    """Goes before routine traffic in the radio's transmit queue."""
    priority: Priority = Priority.ALERT
    """The class that its airtime is booked under."""
    items: tuple[ItemId, ...] = ()
    """What is in it; for traces and simulations, a bearer needs only the payload."""


@dataclass(frozen=True, slots=True)
class Reception:
    """How a frame came in: hints from the radio, never truth about people."""

    bearer: str
    """Kind of bearer, "radio" or "loopback"."""
    sender: int | None = None
    """Node number that the radio layer claims; not authenticated."""
    snr: float | None = None
    """Signal to noise ratio in dB."""
    rssi: int | None = None
    """Received power in dBm."""
    hops: int | None = None
    """Relays that it passed (hop_start - hop_limit)."""
    hops_left: int | None = None
    """How often it might still have been relayed (hop_limit on arrival)."""
