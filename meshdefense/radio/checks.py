"""Whether a radio may be used as it is, and what to tell people when not."""

from __future__ import annotations

import errno
import re
import socket

from meshdefense.radio.base import RadioError, RadioHealth, RadioRefusedError

__all__ = ["FIRMWARE_FLOOR", "explain", "require_usable"]

FIRMWARE_FLOOR = (2, 7, 15)  # earlier ones made keys with too little randomness


def require_usable(health: RadioHealth) -> None:
    """Raises RadioRefusedError for old firmware and an unset region.

    RadioError when the radio did not tell its LoRa settings.
    """
    floor = ".".join(map(str, FIRMWARE_FLOOR))
    version = re.match(r"(\d+)\.(\d+)\.(\d+)", health.firmware or "")
    if version is None:
        said = f"calls its firmware {health.firmware!r}" if health.firmware else "names no firmware"
        raise RadioRefusedError(
            f"the radio {said}; this program needs {floor} or newer: update the radio's firmware"
        )
    if tuple(map(int, version.groups())) < FIRMWARE_FLOOR:
        raise RadioRefusedError(
            f"the radio runs firmware {health.firmware}, which made weak keys; update it to "
            f"{floor} or newer, then make new keys"
        )
    if health.region is None:
        raise RadioError("the radio did not tell its LoRa settings")
    if health.region == "UNSET":
        raise RadioRefusedError(
            "the radio's region is not set, so it may not transmit; set it, for example with "
            "`meshtastic --set lora.region US`"
        )


def explain(error: Exception) -> str:
    """What a person can do with an exception of the library or of a transport."""
    match error:
        case FileNotFoundError():
            return "there is no such device"
        case PermissionError():
            return "no permission to use the device; add yourself to its group (often dialout)"
        case ConnectionRefusedError():
            return "nothing listens there"
        case socket.gaierror():
            return "there is no host of that name"
        case TimeoutError():
            return "no answer"
    if "exclusively lock" in str(error):  # pyserial's words, it has no kind for it
        return "another program uses the device"
    if error.args[:1] in ((errno.ENOTTY,), (errno.EISDIR,)):  # termios has an error of its own
        return "that is no serial device"
    return str(error) or type(error).__name__
