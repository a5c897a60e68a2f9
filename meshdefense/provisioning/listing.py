"""Which radios are plugged in, and how each stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from meshdefense.catalogue import tr
from meshdefense.provisioning.device_errors import DeviceError
from meshdefense.provisioning.patience import Patience
from meshdefense.provisioning.returning import first_time
from meshdefense.radio.addresses import Address, SerialAddress
from meshdefense.radio.usb import SerialPort
from meshdefense_radio.radio_state import RadioState

__all__ = ["Plugged", "plugged_radios", "read_radio"]

_BOARDS: Final = {
    0x10C4: "Silicon Labs CP210x",
    0x1A86: "WCH CH340, CH9102",
    0x239A: "Adafruit nRF52, RAK, LilyGO",
    0x2886: "Seeed",
    0x303A: "Espressif ESP32",
    0x0403: "FTDI",
    0x2E8A: "Raspberry Pi RP2040",
}
"""USB vendors of boards that Meshtastic runs on, and of their serial chips, by their number.

Source: the first five from meshtastic/supported_device.py, the others from usb.ids. Anything
else, a modem or a printer, is not touched unless somebody names it.
"""


@dataclass(frozen=True, slots=True)
class Plugged:
    """A serial port."""

    address: SerialAddress
    known: bool
    """It is a board that Meshtastic runs on, or a chip that such boards have."""
    about: str


def plugged_radios(ports: Callable[[], Iterable[SerialPort]] | None = None) -> list[Plugged]:
    """The serial ports of this computer that are on USB, by path; none is opened."""
    if ports is None:
        from serial.tools import list_ports

        ports = list_ports.comports
    found = [
        Plugged(
            SerialAddress(port.device),
            port.vid in _BOARDS,
            _BOARDS.get(port.vid, tr("USB device {vendor}", vendor=f"{port.vid:04x}")),
        )
        for port in ports()
        if port.vid is not None
    ]
    return sorted(found, key=lambda one: one.address.path)


def read_radio(
    address: Address,
    patience: Patience | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> RadioState:
    """Open, read everything, close; changes nothing. Raises DeviceError.

    `tell` hears it when a radio that is not there yet is waited for.
    """
    try:
        device = first_time(address, patience=patience or Patience(), tell=tell)
        try:
            return device.read()
        finally:
            device.close()
    except DeviceError as error:
        known = str(error).removeprefix(f"{address}: ")
        raise type(error)(known) from None
