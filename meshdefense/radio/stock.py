"""What passes between the daemon and people with stock radios: plain texts and waypoints.

Beside our own frames, on a channel that the radio shares with its neighbours. Nothing here is
signed or sealed by us: who holds that channel's key reads and writes it. Limits of the
firmware's phone API, measured on 2.7.26 and 2.8.0: a text every 2 s, an alert and a waypoint
every 10 s each; what comes sooner is dropped without a word.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Protocol, runtime_checkable

__all__ = [
    "LEAST_APART_S",
    "NO_KEY",
    "NO_RADIO",
    "PRIMARY",
    "TEXT_MAX",
    "ChannelSlot",
    "StockChannel",
    "StockDriver",
    "StockPacket",
    "StockPort",
    "StockText",
    "Waypoint",
    "find_channel",
]

NO_RADIO: Final = "no radio"
"""Detail of a fate: it was never given to a radio."""
NO_KEY: Final = "the radio does not know the key of the other radio"
"""Detail of a fate: a direct text was refused, and will be as long as that is so."""
TEXT_MAX: Final = 200
"""Bytes of UTF-8 in one line: as much as one of our own frames."""
PRIMARY: Final = "primary"
"""The only name by which the primary channel is chosen: nobody types it by mistake."""


class StockPort(Enum):
    """Ports of stock apps, by their numbers in portnums.proto."""

    TEXT = 1
    WAYPOINT = 8
    ALERT = 11
    """A text for which phones ring in spite of "do not disturb"."""


LEAST_APART_S: Final = {StockPort.TEXT: 2.5, StockPort.ALERT: 11.0, StockPort.WAYPOINT: 11.0}
"""What the firmware asks for, and some more for its clock and ours."""


_FIXED_BYTES: Final = 5
_NUMBER_BYTES: Final = 6
"""Of a field with its tag: 32 bits, and a node number, which is mostly as long as it can be."""


@dataclass(frozen=True, slots=True)
class Waypoint:
    """A pin on the maps of phone apps. Source: mesh.proto, Waypoint."""

    id: int
    """The same for all that is said of one alert: a later one takes the earlier one's place."""
    lat: float = field(repr=False)
    lon: float = field(repr=False)
    expires_at: int
    """Seconds since the epoch; in the past: apps take the pin away."""
    name: str
    """At most 29 bytes."""
    description: str = ""
    """At most 99 bytes."""
    icon: int = 0x26A0
    """A character; the warning sign."""

    @property
    def size(self) -> int:
        """Bytes of its encoding, with the number of the radio that says it."""
        texts = [len(text.encode()) for text in (self.name, self.description)]
        fixed = 3 * _FIXED_BYTES + _NUMBER_BYTES  # lat, lon, icon; the radio's number
        numbers = 2 + _varint_bytes(self.id) + _varint_bytes(self.expires_at)
        return fixed + numbers + sum(2 + size for size in texts if size)


@dataclass(frozen=True, slots=True)
class StockPacket:
    """One line or pin for stock radios."""

    token: int
    """Names it in the fates that follow; below 0, so that no frame of the engine has the same."""
    port: StockPort
    text: str = field(default="", repr=False)
    """With TEXT and ALERT; at most TEXT_MAX bytes."""
    waypoint: Waypoint | None = None
    """With WAYPOINT."""
    to: int | None = None
    """Number of the node that alone reads it; None: everybody on the neighbours' channel."""
    want_ack: bool = True


@dataclass(frozen=True, slots=True)
class StockText:
    """A text that the radio handed over. Whom it is from is what the radio layer claims."""

    sender: int
    """Node number."""
    text: str = field(repr=False)
    direct: bool
    """To this radio alone; else on the neighbours' channel."""
    alert: bool = False
    """It came on ALERT_APP."""
    keyed: bool = False
    """Encrypted with a key that the radio knows of that node: a hint, no proof."""


@dataclass(frozen=True, slots=True)
class StockChannel:
    """Which channel of the radio the neighbours are on, as the operator's word was found."""

    wanted: str
    """As given to --stock-channel; empty: this node does not speak to stock radios."""
    index: int | None = None
    name: str = ""
    problem: str = ""
    """Why nothing can be said; empty when it can, and while there is no radio."""


@dataclass(frozen=True, slots=True)
class ChannelSlot:
    """One channel of the radio's table that is in use."""

    index: int
    name: str
    """Empty where it has none of its own."""


@runtime_checkable
class StockDriver(Protocol):
    """A driver whose radio can speak to stock radios."""

    @property
    def stock_channel(self) -> StockChannel:
        """The neighbours' channel; without an index nothing can be sent."""

    async def send_stock(self, packet: StockPacket) -> None:
        """Hand one packet to the radio. Raises RadioError when the link is gone."""


def _varint_bytes(number: int) -> int:
    return max(1, -(-number.bit_length() // 7))


def find_channel(wanted: str, table: Iterable[ChannelSlot]) -> StockChannel:
    """The channel that an operator named, by its name or its index from 1 to 7.

    The primary one, on which the network's own frames travel, is taken only by the word
    "primary".
    """
    slots, word = list(table), wanted.strip()
    if word == PRIMARY:
        return StockChannel(wanted, 0, slots[0].name if slots else "")
    found = [one for one in slots if one.name and one.name == word]
    if not found and word.isdecimal():
        found = [one for one in slots if str(one.index) == word]
    if not found:
        names = ", ".join(f"{one.index} {one.name}".strip() for one in slots if one.index) or "none"
        return StockChannel(
            wanted,
            problem=f"the radio has no channel {wanted!r} for stock radios; it has: {names}",
        )
    if found[0].index == 0:
        return StockChannel(
            wanted,
            problem=(
                f"{wanted!r} is the radio's primary channel, on which the network's own frames "
                f"are; to speak there all the same, say --stock-channel {PRIMARY}"
            ),
        )
    if len(found) > 1:
        return StockChannel(
            wanted, problem=f"the radio has two channels {wanted!r}: name one by its index"
        )
    return StockChannel(wanted, found[0].index, found[0].name)
