"""The airtime governor: what may go on air now, and what has to wait, and why.

Source: docs/protocol.md, "Airtime".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from meshdefense_protocol.priority import Priority

__all__ = ["AirtimeUse"]


@dataclass(frozen=True, slots=True)
class AirtimeUse:
    """Where this node's airtime of the last hour went. Seconds."""

    used_s: Mapping[Priority, float]
    """By class; only what was handed to the radio in this life."""
    allowed_s: Mapping[Priority, float]
    """The most that each class may use in an hour."""
    ceiling_s: float
    """All classes but SOS together."""
    utilisation: float | None
    """Per cent of the last minute that the radio found the channel busy."""
    held_back: Mapping[Priority, str]
    """Classes that wait at this moment, with the reason in words."""
