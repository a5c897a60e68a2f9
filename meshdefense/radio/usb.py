"""Find a USB radio again after its device file got another name.

A radio that restarts comes back as /dev/ttyACM1 when something still holds /dev/ttyACM0. What
stays is the USB identity: vendor, product and serial number.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from meshdefense.radio.addresses import SerialAddress

__all__ = ["SerialFinder", "SerialPort", "UsbIdentity"]


class SerialPort(Protocol):
    """What we read of an entry of pyserial's `list_ports.comports()`."""

    device: str
    vid: int | None
    pid: int | None
    serial_number: str | None


@dataclass(frozen=True, slots=True)
class UsbIdentity:
    """What a USB device says of itself; cheap serial chips all say the same number, or none."""

    vid: int
    pid: int
    serial_number: str | None


class SerialFinder:
    """Remembers which device a path named, and where that device is now."""

    def __init__(
        self, address: SerialAddress, ports: Callable[[], Iterable[SerialPort]] | None = None
    ) -> None:
        self._address = address
        self._ports = ports or _pyserial_ports
        self._identity: UsbIdentity | None = None

    def locate(self) -> SerialAddress:
        """The address to open now; the first one given when nothing better is known.

        The remembered device wins over another one that took its name. When it is nowhere, a
        device under the given name is taken for its replacement.
        """
        ports = list(self._ports())
        if self._identity is not None:
            same = [port.device for port in ports if _identity(port) == self._identity]
            if len(same) == 1:
                return SerialAddress(same[0])
        wanted = os.path.realpath(self._address.path)
        for port in ports:
            if os.path.realpath(port.device) == wanted:
                self._identity = _identity(port) or self._identity
        return self._address


def _identity(port: SerialPort) -> UsbIdentity | None:
    if port.vid is None or port.pid is None:
        return None  # a UART or a pseudo terminal
    return UsbIdentity(port.vid, port.pid, port.serial_number)


def _pyserial_ports() -> Iterable[SerialPort]:
    from serial.tools import list_ports

    ports: Iterable[SerialPort] = list_ports.comports()
    return ports
