"""Measurements of the last half hour, as far as this screen has seen them. Pure.

The daemon tells only the newest value of each. What is kept here is in memory, is thrown away
after half an hour, and at once when the screen is locked.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

from meshdefense.api.mesh_schema import NeighbourRow
from meshdefense.api.status_schema import RadioRow
from meshdefense_tui.model import Model

__all__ = ["AIR_TIME", "BUSY", "SERIES_LIFE_S", "Sample", "Series", "snr_of"]

SERIES_LIFE_S: Final = 1800.0
BUSY: Final = "busy"
"""Per cent of the last minute that the channel was busy."""
AIR_TIME: Final = "air_time"
"""Per cent of the last hour that this radio transmitted."""
_SAMPLES_MAX: Final = 360
"""Of one series: one each five seconds for half an hour."""
_NEIGHBOURS_MAX: Final = 1000
"""More members than a network is made for."""

Sample = tuple[float, float]
"""When, in seconds since the epoch, and the value."""


def snr_of(member: str) -> str:
    """Name of the series of a neighbour's signal-to-noise ratio, in dB."""
    return f"snr {member}"


class Series:
    """Samples by name, the oldest first."""

    def __init__(self) -> None:
        self._samples: dict[str, deque[Sample]] = {}
        self.since: float | None = None
        """When this screen began to look, seconds since the epoch."""

    def measure(self, model: Model, now: float) -> None:
        """Take in what the rows say at `now`; nothing before they are here, and while locked."""
        if model.ready and not model.locked:
            self.note(model.radio, model.neighbours, now)

    def note(self, radio: RadioRow | None, neighbours: Iterable[NeighbourRow], now: float) -> None:
        """Take in what the radio and its neighbours are now, and drop what is too old.

        Of a neighbour only a frame that was not counted before is a measurement.
        """
        if self.since is None:
            self.since = now
        if radio is not None and radio["state"] == "ready":
            for name, value in (
                (BUSY, radio["channel_utilisation"]),
                (AIR_TIME, radio["air_time"]),
            ):
                if value is not None:
                    self._take(name, now, value)
        for row in neighbours:
            if row["snr"] is not None and 0 <= now - row["heard_at"] <= SERIES_LIFE_S:
                self._take(snr_of(row["id"]), row["heard_at"], row["snr"])
        self._drop(now - SERIES_LIFE_S)

    def of(self, name: str) -> tuple[Sample, ...]:
        """The samples of one series, the oldest first."""
        return tuple(self._samples.get(name, ()))

    def forget(self) -> None:
        """Drop everything: the screen is locked."""
        self._samples.clear()
        self.since = None

    def _take(self, name: str, at: float, value: float) -> None:
        samples = self._samples.get(name)
        if samples is None:
            if len(self._samples) >= _NEIGHBOURS_MAX:
                return
            samples = self._samples[name] = deque(maxlen=_SAMPLES_MAX)
        if not samples or at > samples[-1][0]:
            samples.append((at, value))

    def _drop(self, before: float) -> None:
        for name in list(self._samples):
            samples = self._samples[name]
            while samples and samples[0][0] < before:
                samples.popleft()
            if not samples:
                del self._samples[name]
