"""What can be wrong with a fleet folder; the texts are for people, in their language.

No error carries a key, a passphrase or what a sealed file holds.
"""

from __future__ import annotations

__all__ = [
    "FleetBusyError",
    "FleetDamagedError",
    "FleetError",
    "FleetLockedError",
    "FleetMissingError",
    "FleetNewerError",
    "FleetRefusedError",
    "FleetUnavailableError",
]


class FleetError(Exception):
    """A fleet cannot be used as it was asked."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        """What can be done about it; empty where the text says it."""


class FleetMissingError(FleetError):
    """There is no fleet, radio, channel or file of that name."""


class FleetLockedError(FleetError):
    """Wrong passphrase."""


class FleetBusyError(FleetError):
    """Another process changes this fleet."""


class FleetDamagedError(FleetError):
    """A file is torn, changed, foreign, or of a newer version."""


class FleetNewerError(FleetDamagedError):
    """A file of a newer version: it is whole, and has to stay."""


class FleetUnavailableError(FleetError):
    """The disk takes or gives nothing now, or memory is short."""


class FleetRefusedError(FleetError):
    """It would lose something, or contradict what is known; nothing was changed."""
