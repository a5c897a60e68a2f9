"""The street pack that comes with the program, for its demo."""

from __future__ import annotations

from pathlib import Path
from typing import Final

__all__ = ["DEMO_BOUNDS", "DEMO_ORIGIN", "demo_pack"]

DEMO_ORIGIN: Final = (41.8908, -87.6769)
"""Latitude and longitude in degrees: N Damen Ave at W Grand Ave, Chicago."""
DEMO_BOUNDS: Final = (41.840, -87.745, 41.940, -87.605)
"""South, west, north and east of the pack: about 5 km each way."""


def demo_pack() -> Path:
    """The pack of the demo; data of OpenStreetMap under ODbL 1.0, see README.md beside it."""
    return Path(__file__).with_name("data") / "chicago.streets"
