"""A radio whose air is its clients: what it transmits they carry, what they carry it hears.

As the firmware with its simulated radio: `SimRadio.cpp`, `MeshService::handleToRadio`.
"""

from __future__ import annotations

from typing import Any

from meshtastic.protobuf import mesh_pb2

from meshdefense.air.packets import Event, Transmitted
from meshdefense.virtual.decode import parse
from meshdefense.virtual.device import Device
from meshdefense.virtual.native_packets import is_transmission, received, transmitted
from meshdefense.virtual.phone import PhoneQueue

__all__ = ["NativeDevice"]


class NativeDevice(Device):
    """The only radio of its world; the others live in other processes."""

    uses_pki = False
    retunes_live = True
    introduces_after_s = 30.0  # setStartDelay

    @property
    def transmits(self) -> bool:
        """The simulated radio sends without a region, too."""
        return True

    def from_client(self, payload: bytes, now: float, client: PhoneQueue) -> bool:
        """Take one `ToRadio` message; return False when the client says goodbye."""
        message = parse(mesh_pb2.ToRadio, payload)
        if message is None or not is_transmission(message.packet):
            return super().from_client(payload, now, client)
        self._hear(message.packet, now)
        return True

    def _hear(self, message: Any, now: float) -> None:
        packet = received(message, self.settings)
        if packet is not None:
            self.world.receive(self.number, packet, message.rx_snr, message.rx_rssi, now)

    def from_air(self, event: Event) -> None:
        """Take an event of the world."""
        if isinstance(event, Transmitted):
            self.phone.packet(transmitted(event.packet, self.settings))
        super().from_air(event)
