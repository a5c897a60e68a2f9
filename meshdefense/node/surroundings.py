"""What the engine has to know of its surroundings: the radio's channel, and having moved.

Values in, calls of the engine out; nothing is stored. Lengths are metres, shares 0 to 1.
Duty cycles: the region table of the firmware, `RadioInterface.cpp`.
"""

from __future__ import annotations

import math
from typing import Final

from meshdefense.air.presets import PRESETS
from meshdefense.radio.base import RadioHealth
from meshdefense_protocol.airtime import Modem
from meshdefense_protocol.engine import Engine
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import Beacon, CheckIn
from meshdefense_protocol.place import Grid

__all__ = ["MOVED_M", "Surroundings", "duty_cycle", "modem"]

_DUTY_CYCLES: Final = {
    "EU_433": 0.1, "EU_868": 0.1, "EU_N_868": 0.1, "UA_433": 0.1, "TH": 0.1, "EU_866": 0.025,
}  # fmt: skip
MOVED_M: Final = 101.0
"""From here on others may be in reach. Positions lie 100 m apart by default: one cell aside,
which a step may bring, is not yet far."""
METRES_PER_DEGREE: Final = 111_319.490793


def modem(health: RadioHealth) -> Modem | None:
    """The radio's LoRa setting; None while it is unknown or none of the presets.

    On 2.4 GHz the presets have other bandwidths, so that nothing is told of it.
    """
    preset = PRESETS.get(health.preset or "")
    if preset is None or health.region == "LORA_24":
        return None
    return preset.modem


def duty_cycle(region: str | None) -> float | None:
    """The share of an hour that a region lets a radio transmit; None while it is unknown."""
    return None if region is None else _DUTY_CYCLES.get(region, 1.0)


class Surroundings:
    """Tells an engine what is around it."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._told: tuple[Modem | None, float | None] = (None, None)
        self._stood_at: tuple[float, float] | None = None

    def take_health(self, health: RadioHealth, engine: Engine, now: float) -> None:
        """What the radio says of itself, also when it says the same again: it grows stale."""
        told = (modem(health), duty_cycle(health.region))
        fresh = told != self._told
        self._told = told
        engine.channel(
            now,
            modem=told[0] if fresh else None,
            utilisation=health.channel_utilisation,
            duty_cycle=told[1] if fresh else None,
        )

    def take_own(self, item: Item, engine: Engine, now: float) -> None:
        """This member said something; a position far from the last one is told."""
        body = item.body
        if not isinstance(body, (Beacon, CheckIn)) or body.place is None:
            return
        here = self._grid.degrees(body.place)
        if self._stood_at is None:
            self._stood_at = here
        elif _metres(self._stood_at, here) > MOVED_M:
            self._stood_at = here
            engine.moved(now)


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    north = (other[0] - one[0]) * METRES_PER_DEGREE
    east = ((other[1] - one[1] + 540) % 360 - 180) * METRES_PER_DEGREE
    return math.hypot(north, east * math.cos(math.radians(one[0])))
