"""What a radio can be told to do wrong, and for how long. Server and device share one `Fault`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["COUNTED", "OUTLIVES_REBOOTS", "Fault", "Misbehaviour"]


class Misbehaviour(Enum):
    """What a radio can be told to do wrong."""

    NONE = "none"
    WEDGE = "wedge"
    """Keeps the connection but neither reads nor answers."""
    REBOOT = "reboot"
    """Is gone for a moment, loses its memory; once."""
    GARBAGE = "garbage"
    """Noise and undecodable frames between the good ones."""
    HALF_FRAME = "half_frame"
    """Sends half of the next frame and drops the clients; once."""
    RATE_LIMIT = "rate_limit"
    """Refuses every packet with RATE_LIMIT_EXCEEDED."""
    ONE_CLIENT = "one_client"
    """A new client replaces the one before, as on native firmware."""
    FORGET_WRITE = "forget_write"
    """Acknowledges changes of settings but does not keep them."""
    LOSE_ACKS = "lose_acks"
    """Tells its clients nothing of what became of packets and of changes."""
    REBOOT_MID_WRITE = "reboot_mid_write"
    """Loses power while a change of settings is written: it is neither kept nor answered; once."""
    UNPLUG_AFTER = "unplug_after"
    """Takes some more frames from its clients; then the cable is out, until `NONE`."""
    FULL_NODE_DB = "full_node_db"
    """Its node database fills with strangers; once."""


COUNTED = {
    Misbehaviour.FORGET_WRITE,
    Misbehaviour.LOSE_ACKS,
    Misbehaviour.REBOOT_MID_WRITE,
    Misbehaviour.UNPLUG_AFTER,
}
"""Those for which a count means something: how often, or after how many."""


OUTLIVES_REBOOTS = {Misbehaviour.ONE_CLIENT, *COUNTED}
"""A reboot makes the others well again."""


@dataclass(slots=True)
class Fault:
    """What one radio does wrong now."""

    how: Misbehaviour = Misbehaviour.NONE
    left: int | None = None
    """How often it still happens, or how many are still let through; None without an end."""

    def begin(self, how: Misbehaviour, count: int | None = None) -> None:
        """Do something wrong from now on."""
        self.how, self.left = how, count

    def reboot(self) -> None:
        """End what a reboot ends."""
        if self.how not in OUTLIVES_REBOOTS:
            self.begin(Misbehaviour.NONE)

    @property
    def unplugged(self) -> bool:
        """Whether the cable is out."""
        return self.how is Misbehaviour.UNPLUG_AFTER and self.left is not None and self.left <= 0

    def strikes(self, how: Misbehaviour) -> bool:
        """Whether `how` happens now; the last of a counted number ends it."""
        if self.how is not how:
            return False
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                self.begin(Misbehaviour.NONE)
        return True

    def reached(self, how: Misbehaviour) -> bool:
        """Count one that is let through; whether it is the one at which `how` happens."""
        if self.how is not how:
            return False
        self.left = (1 if self.left is None else self.left) - 1
        return self.left <= 0
