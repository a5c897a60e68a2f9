"""How to go about a radio, and how the work on it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from meshdefense.provisioning.manifests import Manifest
from meshdefense.provisioning.patience import Patience
from meshdefense_radio.plan import Change

__all__ = ["End", "Options", "Outcome"]


class End(Enum):
    """How the work on one radio ended."""

    DONE = "done"
    """Written, proven and signed."""
    ALREADY = "already"
    """It was right before; proven and signed."""
    REFUSED = "refused"
    """Something has to be put right first; nothing was written."""
    FAILED = "failed"
    """It did not take everything, or could not be proven; the words say how it is left."""
    LOST = "lost"
    """It is gone; apply again when it is back."""
    STOPPED = "stopped"
    """A person stopped the work."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to go about it."""

    patience: Patience = field(default_factory=Patience)
    lost_s: float = 30.0
    """How long to wait for a radio whose cable was pulled, each time, in seconds."""
    losses: int = 3
    """How often that is borne."""
    new_keys: bool = False
    """Let the radio draw a new key pair even if its own is good."""
    forget_nodes: bool = False
    """Let it forget all other nodes."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended, for people and programs; holds no secret."""

    radio: str
    address: str
    end: End
    words: str
    """One or more lines for people."""
    differing: tuple[Change, ...] = ()
    """What did not take."""
    manifest: Manifest | None = None
