"""A radio that restarts, or whose cable was pulled: wait for it, and know that it is the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from meshdefense.catalogue import tr
from meshdefense.provisioning.bindings import number_of_key
from meshdefense.provisioning.device import Device
from meshdefense.provisioning.device_errors import (
    DeviceAbsentError,
    DeviceError,
    DeviceLostError,
)
from meshdefense.provisioning.patience import Patience
from meshdefense.radio.addresses import Address, SerialAddress
from meshdefense.radio.usb import SerialFinder
from meshdefense_radio.radio_state import RadioState
from meshdefense_radio.unfinished import mark

__all__ = ["Finder", "StoppedError", "come_back", "first_time", "require_same"]


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
    bears: type[DeviceLostError] = DeviceLostError,
    waits: Callable[[], None] = lambda: None,
) -> Device:
    """The radio, open. What it `bears` is tried again; `waits` is called once, before that.

    Raises DeviceLostError after `within_s` seconds, StoppedError.
    """
    end, told = time.monotonic() + within_s, False
    while True:
        device = Device(address, patience=patience, locate=finder)
        try:
            device.open()
        except bears:
            left = end - time.monotonic()
            if left <= 0:
                raise
            if not told:
                waits()
                told = True
            if stop.wait(min(patience.retry_s, left)):
                raise StoppedError from None
        else:
            return device


def first_time(
    address: Address,
    *,
    patience: Patience,
    finder: Callable[[], Address] | None = None,
    stop: threading.Event | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Device:
    """A radio, open; one that is not there yet is waited for, and `tell` hears that.

    Raises DeviceError, StoppedError.
    """
    words = tr(
        "nothing answers at {address} yet; a radio that restarts takes some seconds",
        address=address,
    )
    return come_back(
        finder or (lambda: address),
        address,
        patience=patience,
        within_s=patience.first_s,
        stop=stop or threading.Event(),
        bears=DeviceAbsentError,
        waits=lambda: tell(words),
    )


def require_same(before: RadioState, now: RadioState, name: str) -> None:
    """Raise DeviceError when another radio answers at the address now.

    Firmware 2.8 takes its node number from its key, so a new key means a new number: then the
    mark that was written into it tells. A name alone tells nothing, several radios may bear it.
    """
    same_key = bool(before.public_key) and before.public_key == now.public_key
    marked = now.owner.get("long_name") == mark(name)
    made = (same_key or marked) and now.node_number == number_of_key(now.public_key)
    if before.node_number != now.node_number and not made:
        raise DeviceError(
            tr("another radio answers there now; plug the first one in again and repeat the step")
        )
