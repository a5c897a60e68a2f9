"""What a scenario wants said, and when; and the bodies that members say it with.

Times are seconds from the start of the run, sizes bytes, x and y metres.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from meshdefense.air.scenario import Scenario, Traffic
from meshdefense_protocol.airtime import carrier_bytes
from meshdefense_protocol.errors import ValueRangeError
from meshdefense_protocol.limits import (
    FRAME_OVERHEAD,
    HEADER_SIZE,
    LIFETIME_MAX_S,
    LIFETIME_UNIT_S,
    NOTE_MAX,
    SIGNATURE_SIZE,
)
from meshdefense_protocol.packets import Beacon, Report
from meshdefense_protocol.packets.extension import write_extensions
from meshdefense_protocol.place import METRES_PER_DEGREE, Grid, Place
from meshdefense_protocol.words import KINDS

__all__ = [
    "POLITE_PERCENT",
    "Saying",
    "alert_body",
    "body_of",
    "packet_bytes",
    "place_of",
    "schedule",
]

POLITE_PERCENT: Final = 25.0
"""From this channel utilisation on, firmware sends no telemetry (airtime.h)."""
REPORT_PRECISION, BEACON_PRECISION = 3, 5
MARGIN_S: Final = 3600.0
"""An alert must not expire within the run: that would count as not delivered."""


@dataclass(frozen=True, slots=True)
class Saying:
    """One occurrence of the scenario's traffic."""

    at: float
    traffic: Traffic

    @property
    def key(self) -> str:
        """Names it within the run."""
        return self.traffic.name or f"{self.traffic.kind} {self.traffic.node} {self.at:.3f}"


def schedule(scenario: Scenario) -> list[Saying]:
    """Everything that is said before the end, in the order of time and then of the file."""
    found = [
        (at, index, Saying(at, traffic))
        for index, traffic in enumerate(scenario.traffic)
        for at in _times(traffic, scenario.duration_s)
    ]
    return [saying for _, _, saying in sorted(found, key=lambda one: one[:2])]


def _times(traffic: Traffic, end: float) -> Iterator[float]:
    if traffic.period_s is None:
        if traffic.at < end:
            yield traffic.at
        return
    count = 0
    while (at := traffic.at + count * traffic.period_s) < end:
        yield at
        count += 1


def packet_bytes(body: Report | Beacon) -> int:
    """Bytes of the finished packet, as handed to the radio, when it is the only one in it."""
    said = len(body.fixed()) + len(write_extensions(body.extensions()))
    frame = FRAME_OVERHEAD + HEADER_SIZE + said + SIGNATURE_SIZE
    return frame + carrier_bytes(frame)


def body_of(
    saying: Saying, grid: Grid, place: tuple[float, float], duration_s: float
) -> Report | Beacon:
    """What a member at `place` says; of an alert or position, never of telemetry."""
    if saying.traffic.kind == "alert":
        return alert_body(saying, place_of(grid, *place, REPORT_PRECISION), duration_s)
    return Beacon(place_of(grid, *place, BEACON_PRECISION), motion=1)


def alert_body(saying: Saying, place: Place | None, duration_s: float) -> Report:
    """A report whose finished packet is as near as can be to the size in the scenario."""
    lifetime = min(math.ceil((duration_s + MARGIN_S) / LIFETIME_UNIT_S), 255) * LIFETIME_UNIT_S
    lifetime = min(lifetime, LIFETIME_MAX_S)

    def with_note(length: int) -> Report:
        note = saying.key[:length].ljust(length, ".")
        kind = KINDS.code("road-blocked")
        return Report(place, kind, 1, note=note, lifetime_s=lifetime)

    wanted = saying.traffic.size
    length = min(max(0, wanted - packet_bytes(with_note(0))), NOTE_MAX)
    while length and packet_bytes(with_note(length)) > wanted:
        length -= 1
    return with_note(length)


def place_of(grid: Grid, x: float, y: float, precision: int) -> Place | None:
    """A point of the scenario's plane as a place; None where the plane leaves the Earth."""
    shrink = max(0.01, math.cos(math.radians(grid.origin_lat)))
    lat = grid.origin_lat + y / METRES_PER_DEGREE
    lon = grid.origin_lon + x / (METRES_PER_DEGREE * shrink)
    try:
        return grid.place(lat, lon, precision)
    except ValueRangeError:
        return None
