"""What a label or card tells of one radio: no key but in `channel_url`, which `repr` hides."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from meshdefense_radio.jobs import Job

__all__ = ["CODE_DIGITS", "CardFacts", "check_code"]

CODE_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class CardFacts:
    """One radio, as it was proven."""

    network: str
    radio: str
    """Its name in the network file."""
    short: str
    """The name on its screen, at most 4 characters."""
    job: Job
    proven_at: float
    """Seconds since the epoch."""
    code: str
    """Check code of what it was proven to be, see `check_code`."""
    channel_url: str | None = field(default=None, repr=False)
    """The address that holds its channels and their keys; None unless somebody asked for it."""

    @property
    def date(self) -> str:
        """The day it was proven, in UTC."""
        return datetime.fromtimestamp(self.proven_at, UTC).date().isoformat()

    @property
    def reference(self) -> str:
        """What the label's QR code says: code and name, for whoever has the fleet."""
        return f"{self.code} {self.radio}"


def check_code(config_digest: str) -> str:
    """The first digits of a manifest's digest, to be read aloud: "7F3A-91C2".

    It tells an old label from a new one and says nothing of the settings. ValueError for what
    is no digest in hex.
    """
    digits = config_digest[:CODE_DIGITS].upper()
    if len(digits) < CODE_DIGITS or not all(one in "0123456789ABCDEF" for one in digits):
        raise ValueError("a digest is hex digits")
    return f"{digits[:4]}-{digits[4:]}"
