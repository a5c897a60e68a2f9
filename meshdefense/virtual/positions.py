"""Where a radio is: who told it so, and how exactly it tells the mesh.

Sources in the firmware: `PositionModule.cpp`, `NodeDB::setLocalPosition`, `Channels.cpp`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from meshtastic.protobuf import channel_pb2, config_pb2, mesh_pb2, portnums_pb2

from meshdefense.virtual.decode import parse
from meshdefense.virtual.messages import copied

if TYPE_CHECKING:
    from meshdefense.virtual.device import Device

__all__ = ["EXACT_BITS", "Positions", "coarsen"]

EXACT_BITS: Final = 32  # of a position's precision
LARGEST: Final = 0x7FFFFFFF
GPS_ENABLED: Final = config_pb2.Config.PositionConfig.GpsMode.ENABLED
LOST_AND_FOUND: Final = config_pb2.Config.DeviceConfig.Role.LOST_AND_FOUND
REPLIED_EVERY_S: Final = 180.0  # least time between two answers, whoever asks
PRIMARY: Final = channel_pb2.Channel.Role.PRIMARY


class Positions:
    """The position of one device, and the precision in which others may know it."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self.told: Any = None
        """`mesh.Position` that a client gave; the receiver's next one replaces it."""
        self._bits = 0
        """`PositionModule::precision`: that of the last position sent or heard, on any channel."""
        self._replied_at = float("-inf")

    def start(self) -> None:
        """Begin after power-on."""
        self.told = None
        self._bits = 0
        self._replied_at = float("-inf")

    def current(self) -> Any | None:
        """Return the `mesh.Position` that is believed; None when nobody told any."""
        device = self._device
        position = device.settings.fixed_position
        if position is None:
            position = self.told
        if position is None and device.settings.config.position.gps_mode == GPS_ENABLED:
            position = device.gps
        return position

    def heard(self, channel: int) -> None:
        """A position came by radio on `channel`."""
        self._bits = self._bits_of(channel)

    def take(self, packet: Any, now: float) -> None:
        """Take place and time from a client's `mesh.MeshPacket`, and make it coarse.

        With a fixed position the firmware looks at neither, nor at the channel: the position is
        made as coarse as the last one was.
        """
        if packet.decoded.portnum != portnums_pb2.POSITION_APP:
            return
        position = parse(mesh_pb2.Position, packet.decoded.payload)
        if position is None:
            return
        if not self._device.settings.config.position.fixed_position:
            self._believe(position, packet.channel, now)
            self._bits = self._bits_of(packet.channel)
        if 0 < self._bits < EXACT_BITS:  # with 0 it goes out as it is
            coarsen(position, self._bits)
            packet.decoded.payload = bytes(position.SerializeToString())

    def channel(self) -> int | None:
        """Return the channel on which the radio tells its position; None: on none."""
        for channel in self._device.settings.channels:
            if channel.settings.module_settings.position_precision:
                return int(channel.index)
        return None

    def broadcast(self, channel: int, now: float) -> bytes:
        """Return the own position as it goes out on `channel`, encoded; empty without one."""
        self._bits = self._bits_of(channel)
        return self.encoded(self._bits, now)

    def ignores(self, request: Any, now: float) -> bool:
        """Whether a `mesh.MeshPacket` asks for the position too soon: then nothing is said."""
        lost = self._device.settings.config.device.role == LOST_AND_FOUND
        asks = request.decoded.portnum == portnums_pb2.POSITION_APP
        return asks and not lost and now - self._replied_at < REPLIED_EVERY_S

    def reply(self, channel: int, now: float) -> bytes:
        """Return the own position for who asked on `channel`, encoded; empty without one."""
        payload = self.broadcast(channel, now)
        if payload:
            self._replied_at = now
        return payload

    def encoded(self, bits: int, now: float) -> bytes:
        """Return the own position with so many bits of each coordinate; empty without one."""
        device = self._device
        if not device.nodes.own.HasField("position") or not bits:
            return b""
        position = copied(device.nodes.own.position)
        position.precision_bits = min(bits, EXACT_BITS)
        position.time = device.unix_time(now)
        if device.settings.config.position.fixed_position:
            position.location_source = mesh_pb2.Position.LocSource.LOC_MANUAL
        if bits < EXACT_BITS:
            coarsen(position, bits)
        return bytes(position.SerializeToString())

    # -- inside ------------------------------------------------------------------------------

    def _believe(self, position: Any, channel: int, now: float) -> None:
        device = self._device
        primary = device.settings.channels[channel].role == PRIMARY
        if position.time and primary and not device.unix_time(now):
            device.set_clock(position.time, now)
        if position.latitude_i or position.longitude_i:
            self.told = copied(position)
            device.modules.refresh_own(now)

    def _bits_of(self, index: int) -> int:
        """How many bits of each coordinate may go out on a channel."""
        channel = self._device.settings.channels[index]
        if channel.settings.HasField("module_settings"):
            return min(int(channel.settings.module_settings.position_precision), EXACT_BITS)
        return EXACT_BITS if channel.role == PRIMARY else 0


def coarsen(position: Any, bits: int) -> None:
    """Move a `mesh.Position` to the middle of its cell of `bits` bits, fewer than 32."""
    lost = EXACT_BITS - bits
    for name in ("latitude_i", "longitude_i"):
        corner = getattr(position, name) >> lost << lost
        setattr(position, name, min(corner + (1 << (lost - 1)), LARGEST))
