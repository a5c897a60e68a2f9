"""A radio whose air is its clients: what it transmits they carry, what they carry it hears.

As the firmware with its simulated radio: `SimRadio.cpp`, `MeshService::handleToRadio`.
"""

from __future__ import annotations

import math
from typing import Any, Final

from meshtastic.protobuf import mesh_pb2

from meshdefense.air.packets import Event, Transmitted
from meshdefense.virtual.decode import parse
from meshdefense.virtual.device import Device
from meshdefense.virtual.native_packets import (
    ciphertext_of,
    index_mark,
    index_of,
    is_transmission,
    received,
    transmitted,
)
from meshdefense.virtual.phone import PhoneQueue

__all__ = ["NativeDevice"]

MOST_SNR_DB: Final = 32.0  # what the register of a real chip can say, above and below 0


class NativeDevice(Device):
    """The only radio of its world; the others live in other processes."""

    uses_pki = False
    ignores_repeats = False  # as with SimRadio
    retunes_live = True
    sealed = staticmethod(ciphertext_of)
    introduces_after_s = 30.0  # setStartDelay

    @property
    def transmits(self) -> bool:
        """The simulated radio sends without a region, too."""
        return True

    def channel_mark(self, index: int) -> int | None:
        """The index itself: content is not encrypted here."""
        return None if self.settings.channel_mark(index) is None else index_mark(index)

    def channel_of(self, mark: int) -> int | None:
        """The index that is the mark, if there is such a channel now."""
        index = index_of(mark)
        return index if index is not None and self.channel_mark(index) == mark else None

    def from_client(self, payload: bytes, now: float, client: PhoneQueue) -> bool:
        """Take one `ToRadio` message; return False when the client says goodbye."""
        message = parse(mesh_pb2.ToRadio, payload)
        if message is None or not is_transmission(message.packet):
            return super().from_client(payload, now, client)
        self._hear(message.packet, now)
        return True

    def _hear(self, message: Any, now: float) -> None:
        packet = received(message)
        if packet is not None:
            snr = message.rx_snr if math.isfinite(message.rx_snr) else 0.0
            snr = min(max(snr, -MOST_SNR_DB), MOST_SNR_DB)
            self.world.receive(self.number, packet, snr, message.rx_rssi, now)

    def from_air(self, event: Event) -> None:
        """Take an event of the world."""
        if isinstance(event, Transmitted):
            self.tell_status(0, event.packet.identifier)  # as `SimRadio::startSend` does
            self.phone.packet(transmitted(event.packet))
        super().from_air(event)
