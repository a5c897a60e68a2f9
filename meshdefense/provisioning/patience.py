"""How long a radio is waited for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["FIRST_S", "Patience"]

FIRST_S: Final = 12.0
"""`Patience.first_s` of commands whose radio may just restart: a restart takes some seconds."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Limits of every wait, in seconds."""

    first_s: float = 0.0
    """Until the port is there, or something listens at the address, before the first reading."""
    open_s: float = 10.0
    """Connecting and the first handshake; six times as long over Bluetooth, which scans first."""
    answer_s: float = 6.0
    """One answer of the radio."""
    text_s: float = 1.0
    """Canned messages and ringtone once more after an empty answer: some have neither."""
    gone_s: float = 12.0
    """Until a restart begins: the firmware waits 7 s by itself."""
    back_s: float = 90.0
    """Until it answers again after a restart; Wi-Fi takes longest."""
    retry_s: float = 0.5
    """Between two tries to open it again."""
