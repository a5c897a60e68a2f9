"""LoRa modem presets of Meshtastic and what they cost in air time.

Pure arithmetic. Times are seconds, sizes bytes, bandwidth hertz. Presets: `MeshRadio.h` of the
firmware; slot: `RadioInterface.cpp`; the formula of air time is the protocol's.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field

from meshdefense_protocol import airtime
from meshdefense_protocol.airtime import HEADER_BYTES, PREAMBLE_SYMBOLS, Modem

__all__ = [
    "HEADER_BYTES",
    "MAX_ENCODED_BYTES",
    "PREAMBLE_SYMBOLS",
    "PRESETS",
    "Preset",
    "UnknownPresetError",
    "airtime_s",
    "preset_named",
]

MAX_ENCODED_BYTES = 255 - HEADER_BYTES
"""Largest encoded packet; AES-CTR, the channel encryption, adds nothing to it."""

# SNR in dB that the demodulator needs, by spreading factor (SX1276 data sheet, table 13).
SNR_LIMIT_DB = {7: -7.5, 8: -10.0, 9: -12.5, 10: -15.0, 11: -17.5, 12: -20.0}

# Turn-around, radio and host processing that the firmware adds to 2.5 symbols of detection.
SLOT_OVERHEAD_S = 0.0076


class UnknownPresetError(ValueError):
    """There is no modem preset of this name."""

    def __init__(self, name: str) -> None:
        near = difflib.get_close_matches(name.upper().replace("-", "_"), PRESETS, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(PRESETS)}"
        super().__init__(f"unknown modem preset {name!r}; {hint}")
        self.name = name


@dataclass(frozen=True, slots=True)
class Preset:
    """One modem setting; every radio that shall hear the others must have the same."""

    name: str
    bandwidth_hz: int
    spreading_factor: int
    coding_rate: int
    """Denominator: 5 for 4/5 up to 8 for 4/8."""
    modem: Modem = field(init=False, repr=False, compare=False)
    """The same as the protocol prices it."""

    def __post_init__(self) -> None:
        modem = Modem(self.spreading_factor, self.bandwidth_hz, self.coding_rate)
        object.__setattr__(self, "modem", modem)

    @property
    def symbol_s(self) -> float:
        """Length of one chirp."""
        return self.modem.symbol_s

    @property
    def slot_s(self) -> float:
        """Unit of the contention window; the time to notice that somebody else transmits."""
        return 2.5 * self.symbol_s + SLOT_OVERHEAD_S

    @property
    def snr_limit_db(self) -> float:
        """Weakest SNR that can be received."""
        return SNR_LIMIT_DB[self.spreading_factor]


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("SHORT_TURBO", 500_000, 7, 5),
        Preset("SHORT_FAST", 250_000, 7, 5),
        Preset("SHORT_SLOW", 250_000, 8, 5),
        Preset("MEDIUM_FAST", 250_000, 9, 5),
        Preset("MEDIUM_SLOW", 250_000, 10, 5),
        Preset("LONG_TURBO", 500_000, 11, 8),
        Preset("LONG_FAST", 250_000, 11, 5),
        Preset("LONG_MODERATE", 125_000, 11, 8),
        Preset("LONG_SLOW", 125_000, 12, 8),
        Preset("VERY_LONG_SLOW", 62_500, 12, 8),
        Preset("LITE_FAST", 125_000, 9, 5),
        Preset("LITE_SLOW", 125_000, 10, 5),
        Preset("NARROW_FAST", 62_500, 7, 6),
        Preset("NARROW_SLOW", 62_500, 8, 6),
    )
}


def preset_named(name: str) -> Preset:
    """Return the preset `name`, in any case, with `-` or `_`. Raises UnknownPresetError."""
    try:
        return PRESETS[name.upper().replace("-", "_")]
    except KeyError:
        raise UnknownPresetError(name) from None


def airtime_s(preset: Preset, payload_bytes: int) -> float:
    """Return the time on air of one packet of `payload_bytes` encoded bytes.

    The radio header is added here; encryption adds nothing.
    """
    return airtime.airtime_s(preset.modem, payload_bytes)
