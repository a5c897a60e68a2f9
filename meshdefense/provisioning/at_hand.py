"""The radio that is worked on: its connection, what was read last, how it is left."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Final

from meshdefense.catalogue import tr
from meshdefense.provisioning import writing
from meshdefense.provisioning.device import Device
from meshdefense.provisioning.device_errors import DeviceError, DeviceLostError
from meshdefense.provisioning.endings import EndedError, Left
from meshdefense.provisioning.outcome import End
from meshdefense.provisioning.patience import Patience
from meshdefense.provisioning.returning import Finder, come_back, first_time, require_same
from meshdefense.radio.addresses import Address
from meshdefense_radio.radio_state import RadioState
from meshdefense_radio.unfinished import mark

__all__ = ["REBOOT_S", "TIMES", "AtHand"]

TIMES: Final = 3
"""How often anything is tried."""
REBOOT_S: Final = 1
"""Until a restart, in place of the firmware's 7: what was answered is in flash already."""


class AtHand:
    """One radio while it becomes `name`; every method raises DeviceError."""

    def __init__(
        self,
        name: str,
        address: Address,
        patience: Patience,
        stop: threading.Event,
        planned: int | None = None,
    ) -> None:
        """`planned`: the number of the radio of which somebody was shown what would be written."""
        self.name, self.address = name, address
        self._planned = planned
        self.device: Device | None = None
        self.first: RadioState | None = None
        """What it was before anything was done."""
        self.state: RadioState | None = None
        """What it was when it was read last."""
        self.left = Left.AS_IT_WAS
        self._patience, self._stop = patience, stop
        self._finder = Finder(address)

    @property
    def radio(self) -> Device:
        """The open connection."""
        assert self.device is not None
        return self.device

    @property
    def now(self) -> RadioState:
        """What was read last."""
        assert self.state is not None
        return self.state

    def connect(self, tell: Callable[[str], None]) -> None:
        """Open it unless it is; `tell` hears it when it has to be waited for."""
        if self.device is None:
            self.device = first_time(
                self.address,
                patience=self._patience,
                finder=self._finder,
                stop=self._stop,
                tell=tell,
            )

    def come_back(self, within_s: float) -> None:
        """Wait for it. Raises DeviceLostError, StoppedError."""
        self.device = come_back(
            self._finder,
            self.address,
            patience=self._patience,
            within_s=within_s,
            stop=self._stop,
        )

    def look(self) -> None:
        """Read everything; another radio than before is an error."""
        before = self.state or self.first
        now = self.radio.read()
        try:
            if before is not None:
                require_same(before, now, self.name)
            elif self._planned not in (None, now.node_number):
                raise EndedError(End.REFUSED, _exchanged())
        except (DeviceError, EndedError):
            self.drop()  # nothing more is said to that one, not even a restart
            raise
        self.first = self.first or now
        self.state = now
        if now.owner.get("long_name") == mark(self.name):
            self.left = Left.MARKED
        elif self.left is Left.MARKED:
            self.left = Left.UNSURE

    def put_mark(self) -> None:
        """Write the mark and read it back: an order that is not confirmed may be lost."""
        marked = mark(self.name)
        for _ in range(TIMES):
            if self.left is Left.AS_IT_WAS:
                self.left = Left.MARKING
            elif self.left not in (Left.MARKING, Left.MARKED):
                self.left = Left.UNSURE
            writing.write_owner(self.radio, {"long_name": marked})
            owner = self.radio.owner()
            if owner is not None and owner.long_name == marked:
                self.left = Left.MARKED
                return
        raise DeviceError(
            tr("the radio was told {count} times to call itself unfinished, and does not",
               count=TIMES)
        )  # fmt: skip

    def restart(self) -> None:
        """Wait until the restart that was ordered has begun, and until it is over; read all."""
        for _ in range(TIMES):
            if self.radio.wait_gone():
                break
            with contextlib.suppress(DeviceLostError):  # then it has just begun
                writing.reboot(self.radio, REBOOT_S)
        else:
            raise DeviceError(
                tr("the radio does not restart, so what it keeps over a restart cannot be read")
            )
        self.drop()
        self.come_back(self._patience.back_s)
        self.look()

    def drop(self) -> None:
        """Let go of the connection."""
        if self.device is not None:
            self.device.close()
            self.device = None


def _exchanged() -> str:
    return tr("another radio answers there than the one whose plan was shown; say it again, and "
              "look at its plan")  # fmt: skip
