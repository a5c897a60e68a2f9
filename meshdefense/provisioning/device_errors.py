"""What can go wrong with a radio on the table, in words for the person who holds its cable."""

from __future__ import annotations

from typing import Final

from meshdefense.catalogue import N_, tr

__all__ = ["DeviceAbsentError", "DeviceError", "DeviceLostError", "DeviceRefusedError"]


class DeviceError(Exception):
    """The radio could not be read or written; the text says why."""


class DeviceLostError(DeviceError):
    """The radio is gone or says nothing any more: its cable, its power, or it restarts."""


class DeviceAbsentError(DeviceLostError):
    """There is no such port, or nothing listens at the address; a restart looks like that too."""


class DeviceRefusedError(DeviceError):
    """The radio answered that it does not do what was asked."""

    def __init__(self, error: str) -> None:
        """`error` is the name of a Routing.Error."""
        super().__init__(_words(error))
        self.error = error


_REFUSALS: Final = {
    "NO_RESPONSE": N_("it takes no orders over its cable (managed mode)"),
    "NOT_AUTHORIZED": N_("this radio may not give it orders"),
    "ADMIN_PUBLIC_KEY_UNAUTHORIZED": N_("this radio's key is not among its admin keys"),
    "ADMIN_BAD_SESSION_KEY": N_("the session with it has expired; try again"),
    "BAD_REQUEST": N_("it does not know that setting, or the value is not allowed"),
    "RATE_LIMIT_EXCEEDED": N_("it gets too many orders at once; wait a moment and try again"),
    "TOO_LARGE": N_("the order is too large for it"),
    "MAX_RETRANSMIT": N_("it does not answer by radio: out of range, off, or another channel"),
    "NO_ROUTE": N_("no way to it is known"),
    "TIMEOUT": N_("it did not answer in time"),
    "NO_CHANNEL": N_("the two radios have no channel in common"),
    "NO_INTERFACE": N_("the plugged radio has no region yet and may not transmit"),
    "PKI_FAILED": N_("the message to it could not be sealed"),
    "PKI_UNKNOWN_PUBKEY": N_("it does not know this radio's key"),
    "PKI_SEND_FAIL_PUBLIC_KEY": N_("the plugged radio does not know its key yet"),
    "DUTY_CYCLE_LIMIT": N_("the plugged radio has used up its air time of this hour"),
}
"""By the name of a Routing.Error (mesh.proto)."""


def _words(error: str) -> str:
    """A routing error for people; the firmware's own name for one that has no words here."""
    known = _REFUSALS.get(error)
    return tr(known) if known is not None else tr("the radio refused ({error})", error=error)
