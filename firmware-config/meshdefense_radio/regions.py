"""The regions of the firmware: what the law and the firmware allow there.

Data: `regions.yaml`, whose numbers are those that the firmware enforces. A region decides the
presets, the transmit power and the share of an hour in which a radio may transmit.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from meshdefense_radio.errors import ConfigError
from meshdefense_radio.package_data import read_yaml
from meshdefense_radio.wording import NO_WORDS, Problem, Words, did_you_mean, shown

__all__ = ["BANDWIDTH_KHZ", "Region", "refused_regions", "region_named", "regions", "slot_of"]

BANDWIDTH_KHZ: Final = {
    "SHORT_TURBO": 500.0,
    "SHORT_FAST": 250.0,
    "SHORT_SLOW": 250.0,
    "MEDIUM_FAST": 250.0,
    "MEDIUM_SLOW": 250.0,
    "LONG_TURBO": 500.0,
    "LONG_FAST": 250.0,
    "LONG_MODERATE": 125.0,
    "LONG_SLOW": 125.0,
    "LITE_FAST": 125.0,
    "LITE_SLOW": 125.0,
    "NARROW_FAST": 62.5,
    "NARROW_SLOW": 62.5,
}
"""Width of a transmission by preset (`MeshRadio.h`)."""

_NO_REGION = Words(
    "there is no region {name}{hint}; regions: {known}",
    "no existe la región {name}{hint}; regiones: {known}",
)
_REFUSED = Words("region {name}: {why}", "región {name}: {why}")


@dataclass(frozen=True, slots=True)
class Region:
    """One region code of the firmware."""

    name: str
    words: Words
    """Where it holds."""
    from_mhz: float
    to_mhz: float
    duty_cycle: float
    """Largest share of an hour that a radio may transmit, 0 to 1."""
    power_dbm: int
    """Largest transmit power that the firmware sets."""
    presets: tuple[str, ...]
    """Modem presets that the firmware accepts there, the usual one first."""
    law: Words | None
    """The regulation, where it is known for sure."""
    source: str
    """Where the numbers come from."""
    fit: bool
    """The protocol may be used: encryption is allowed, and common radios can do it."""
    remark: Words | None
    firmware: str
    """Oldest firmware that knows the region; empty for all that we support."""
    spacing_mhz: float
    """Gap between frequency slots."""
    padding_mhz: float
    """Gap on both sides of a slot."""
    slot: int
    """The slot that the firmware takes there by itself; 0: by the primary channel's name."""

    def slots(self, preset: str) -> int:
        """How many frequency slots the band has for a preset, at least 1."""
        width = self.spacing_mhz + 2 * self.padding_mhz + BANDWIDTH_KHZ[preset] / 1000
        # rounded down, as firmware before 2.8 does; newer firmware rounds, which is one more
        # slot in some bands
        return max(1, int((self.to_mhz - self.from_mhz + self.spacing_mhz) / width + 1e-6))


@cache
def regions() -> dict[str, Region]:
    """All regions by name, in the firmware's order."""
    data = read_yaml("regions.yaml")
    lists: dict[str, list[str]] = data["presets"]
    return {name: _region(name, entry, lists) for name, entry in data["regions"].items()}


@cache
def refused_regions() -> dict[str, Words]:
    """Region codes that no network can have, with the reason."""
    return {name: Words(**why) for name, why in read_yaml("regions.yaml")["refused"].items()}


def region_named(name: str) -> Region:
    """The region of this name. Raises ConfigError with the nearest one."""
    known = regions()
    if name in known:
        return known[name]
    if name in refused_regions():
        why = refused_regions()[name]
        raise ConfigError(Problem(_REFUSED, {"name": name, "why": why}))
    near = difflib.get_close_matches(name.upper()[:40], known, n=1, cutoff=0.5)
    hint = did_you_mean(near[0]) if near else NO_WORDS
    values = {"name": shown(name), "hint": hint, "known": ", ".join(known)}
    raise ConfigError(Problem(_NO_REGION, values))


def slot_of(region: Region, preset: str, name: str) -> int:
    """The frequency slot, from 1, that the firmware takes for a primary channel's name.

    Every radio is told the number, since radios with another primary channel, and firmware
    that counts the slots of a band otherwise, would end up elsewhere.
    """
    if region.slot:
        return region.slot
    number = 5381
    for byte in name.encode():  # djb2, as in RadioInterface.cpp
        number = (number * 33 + byte) & 0xFFFFFFFF
    return number % region.slots(preset) + 1


def _region(name: str, entry: dict[str, Any], lists: dict[str, list[str]]) -> Region:
    def words(key: str) -> Words | None:
        return Words(**entry[key]) if key in entry else None

    return Region(
        name=name,
        words=Words(**entry["where"]),
        from_mhz=float(entry["mhz"][0]),
        to_mhz=float(entry["mhz"][1]),
        duty_cycle=float(entry["duty_percent"]) / 100,
        power_dbm=int(entry["dbm"]),
        presets=tuple(lists[entry["presets"]]),
        law=words("law"),
        source=str(entry.get("source", "firmware src/mesh/RadioInterface.cpp")),
        fit=bool(entry.get("fit", True)),
        remark=words("remark"),
        firmware=str(entry.get("firmware", "")),
        spacing_mhz=float(entry.get("spacing_mhz", 0)),
        padding_mhz=float(entry.get("padding_mhz", 0)),
        slot=int(entry.get("slot", 0)),
    )
