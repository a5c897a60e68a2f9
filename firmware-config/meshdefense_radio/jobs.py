"""What a radio is for."""

from __future__ import annotations

from enum import Enum

from meshdefense_radio.wording import Words

__all__ = ["Job"]


class Job(Enum):
    """The job of a radio in a network; `profiles/` holds a file for each."""

    PATROL = "patrol"
    VERIFIER = "verifier"
    BASE = "base"
    RELAY = "relay"
    TRACKER = "tracker"
    NEIGHBOUR = "neighbour"

    @property
    def words(self) -> Words:
        """The job's name for people."""
        return _NAMES[self]


_NAMES = {
    Job.PATROL: Words("patrol", "patrulla"),
    Job.VERIFIER: Words("verifier", "verificador"),
    Job.BASE: Words("base", "base"),
    Job.RELAY: Words("relay", "repetidor"),
    Job.TRACKER: Words("tracker", "rastreador"),
    Job.NEIGHBOUR: Words("neighbour", "vecino"),
}
