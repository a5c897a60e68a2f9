"""A radio that restarts, or whose cable was pulled: wait for it, and know that it is the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from meshdefense.catalogue import tr
from meshdefense.provisioning.device import Device
from meshdefense.provisioning.device_errors import DeviceError, DeviceLostError
from meshdefense.provisioning.marks import mark
from meshdefense.provisioning.patience import Patience
from meshdefense.radio.addresses import Address, SerialAddress
from meshdefense.radio.usb import SerialFinder
from meshdefense_radio.radio_state import RadioState

__all__ = ["Finder", "StoppedError", "come_back", "require_same"]


class StoppedError(Exception):
    """A person stopped the work."""


class Finder:
    """Where a radio is now: a USB radio may come back under another name."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._serial = SerialFinder(address) if isinstance(address, SerialAddress) else None

    def __call__(self) -> Address:
        """The address to open now."""
        return self.address if self._serial is None else self._serial.locate()


def come_back(
    finder: Callable[[], Address],
    address: Address,
    *,
    patience: Patience,
    within_s: float,
    stop: threading.Event,
) -> Device:
    """The radio, open again. Raises DeviceLostError after `within_s` seconds, StoppedError."""
    end = time.monotonic() + within_s
    while True:
        device = Device(address, patience=patience, locate=finder)
        try:
            device.open()
        except DeviceLostError:
            if time.monotonic() >= end:
                raise
            if stop.wait(patience.retry_s):
                raise StoppedError from None
        else:
            return device


def require_same(before: RadioState, now: RadioState, name: str) -> None:
    """Raise DeviceError when another radio answers at the address now.

    Firmware 2.8 takes its node number from its key, so a new key means a new number: then the
    mark that was written into it tells.
    """
    same_key = bool(before.public_key) and before.public_key == now.public_key
    marked = now.owner.get("long_name") in (mark(name), name)
    if before.node_number != now.node_number and not same_key and not marked:
        raise DeviceError(
            tr("another radio answers there now; plug the first one in again and repeat the step")
        )
