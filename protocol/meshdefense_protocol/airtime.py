"""What a frame costs on the air, by the firmware's own formula.

Pure arithmetic; times are seconds, sizes bytes, bandwidth hertz. Sources: Semtech AN1200.13
section 4, `RadioInterface.cpp`, docs/protocol.md "Airtime".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

__all__ = ["HEADER_BYTES", "LONG_FAST", "PREAMBLE_SYMBOLS", "Modem", "airtime_s", "carrier_bytes"]

HEADER_BYTES: Final = 16
"""Meshtastic's header: to, from, id, flags, channel hash, next hop, relay node. In clear."""
PREAMBLE_SYMBOLS: Final = 16  # below 2.4 GHz
LOW_RATE_SYMBOL_S: Final = 0.01638  # longer symbols switch on low data rate optimisation


@dataclass(frozen=True, slots=True)
class Modem:
    """A LoRa setting, as far as airtime depends on it."""

    spreading_factor: int
    bandwidth_hz: int
    coding_rate: int
    """Denominator: 5 for 4/5 up to 8 for 4/8."""

    @property
    def symbol_s(self) -> float:
        """Length of one chirp."""
        return float(2**self.spreading_factor) / self.bandwidth_hz

    def frame_s(self, frame_bytes: int) -> float:
        """Seconds on air of one of our frames, carrier and radio header included."""
        return airtime_s(self, frame_bytes + carrier_bytes(frame_bytes))


LONG_FAST: Final = Modem(11, 250_000, 5)
"""The radios' default; what quotas are counted in, whatever the network uses."""


def carrier_bytes(frame_bytes: int) -> int:
    """What `Data` adds to our frame: port number 3, payload tag and length 2 or 3, bitfield 2."""
    return 7 if frame_bytes < 128 else 8  # the length is a varint


def airtime_s(modem: Modem, payload_bytes: int) -> float:
    """Seconds on air of one packet of `payload_bytes` encoded bytes; the header is added here.

    The explicit LoRa header and the CRC are counted, as the firmware sends both.
    """
    if payload_bytes < 0:
        raise ValueError(f"a packet cannot have {payload_bytes} bytes")
    low_rate = 1 if modem.symbol_s > LOW_RATE_SYMBOL_S else 0
    bits = 8 * (payload_bytes + HEADER_BYTES) - 4 * modem.spreading_factor + 44
    blocks = math.ceil(bits / (4 * (modem.spreading_factor - 2 * low_rate)))
    symbols = PREAMBLE_SYMBOLS + 4.25 + 8 + max(blocks * modem.coding_rate, 0)
    return symbols * modem.symbol_s
