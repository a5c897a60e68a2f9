"""The `meshtastic` library as the driver calls it; nothing else here imports it or `pubsub`.

That takes half a second, so `meshtastic_library` does it when the first radio is opened. What
it gives joins the library's interface classes with those of `walled`, and writes the messages
to a radio: `ToRadio` of the device protocol. All of it blocks, perhaps for ever; see `lanes`.
"""

from __future__ import annotations

import functools
import logging
import secrets
import time
from typing import Any

from meshdefense.radio.addresses import Address, BleAddress, SerialAddress, TcpAddress
from meshdefense.radio.base import RadioError, RadioHealth
from meshdefense.radio.stock import StockPacket
from meshdefense.radio.wall import PRIVATE_APP, Wall
from meshdefense.radio.walled import (
    Walled,
    WalledBle,
    WalledTcp,
    on_lost,
    on_notification,
    on_packet,
)
from meshdefense_protocol.transport import OutgoingFrame

__all__ = ["MeshtasticLibrary", "meshtastic_library"]

BROADCAST = 0xFFFFFFFF
PACKET_SPACING_S = 0.05  # the firmware drops queue answers when packets come in a burst


class MeshtasticLibrary:
    """The library's three interfaces behind walls, and what is said to a radio through one.

    Writing raises ConnectionError when the radio is gone, and what library and transports raise.
    """

    def __init__(self) -> None:
        from meshtastic.ble_interface import BLEInterface
        from meshtastic.protobuf import admin_pb2, mesh_pb2, portnums_pb2
        from meshtastic.serial_interface import SerialInterface
        from meshtastic.tcp_interface import TCPInterface
        from pubsub import pub

        # It logs whole packets, and as errors what the driver says in its own words.
        logging.getLogger("meshtastic").setLevel(logging.CRITICAL)
        self._mesh, self._admin = mesh_pb2, admin_pb2
        self._admin_port = portnums_pb2.PortNum.ADMIN_APP
        walled = {"frame_type": mesh_pb2.FromRadio}
        self._serial: Any = type("WalledSerial", (Walled, SerialInterface), walled)
        self._tcp: Any = type("WalledTcp", (WalledTcp, TCPInterface), walled)
        self._ble: Any = type("WalledBle", (WalledBle, BLEInterface), walled)
        # Once in a process, never taken back: pypubsub is not safe against changes from one
        # thread while another publishes. Subscribing the same function again does nothing.
        pub.subscribe(on_packet, "meshtastic.receive")
        pub.subscribe(on_lost, "meshtastic.connection.lost")
        pub.subscribe(on_notification, "meshtastic.clientNotification")

    def connect(self, address: Address, wall: Wall, timeout: float) -> None:
        """Block until the handshake is whole; the interface is then `wall.interface`.

        `timeout` in seconds is for Bluetooth alone; the others are left by their lane. Raises
        RadioError for an address of another kind, and what library and transports raise.
        """
        match address:
            case SerialAddress():
                self._serial(wall, address.path, connectNow=False).connect()
            case TcpAddress():
                self._tcp(wall, address.host, portNumber=address.port, connectNow=False).connect()
            case BleAddress():
                self._ble(wall, address.device, timeout=int(timeout))  # connects by itself
            case _:
                raise RadioError(f"{address} names no radio")

    def write_frame(self, wall: Wall, frame: OutgoingFrame, packet_id: int, hops: int) -> None:
        """Broadcast on the primary channel, over at most `hops` relays."""
        priorities = self._mesh.MeshPacket.Priority
        routine = priorities.RELIABLE if frame.want_ack else priorities.DEFAULT
        message = self._mesh.ToRadio()
        packet = message.packet
        packet.to, packet.id, packet.hop_limit = BROADCAST, packet_id, hops
        packet.want_ack = frame.want_ack
        packet.priority = priorities.ALERT if frame.urgent else routine
        packet.decoded.portnum, packet.decoded.payload = PRIVATE_APP, frame.payload
        self._write(wall, message)
        time.sleep(PACKET_SPACING_S)

    def write_stock(
        self, wall: Wall, stock: StockPacket, packet_id: int, channel: int, health: RadioHealth
    ) -> None:
        """Text or pin on the `channel` of that index; after our own traffic in the radio's queue.

        `health` tells whom it is from and over how many relays it may go.
        """
        message = self._mesh.ToRadio()
        packet = message.packet
        # The firmware tells of its rate limit only to a packet that says whom it is from.
        setattr(packet, "from", health.node_number or 0)
        packet.to = BROADCAST if stock.to is None else stock.to
        packet.id, packet.channel, packet.want_ack = packet_id, channel, stock.want_ack
        packet.hop_limit = health.hop_limit or 0
        packet.priority = self._mesh.MeshPacket.Priority.BACKGROUND
        packet.decoded.portnum = stock.port.value
        payload = stock.text.encode()
        if (pin := stock.waypoint) is not None:
            payload = self._mesh.Waypoint(
                id=pin.id, latitude_i=round(pin.lat * 1e7), longitude_i=round(pin.lon * 1e7),
                expire=pin.expires_at, locked_to=health.node_number or 0, name=pin.name,
                description=pin.description, icon=pin.icon,
            ).SerializeToString()  # fmt: skip
        packet.decoded.payload = payload
        self._write(wall, message)
        time.sleep(PACKET_SPACING_S)

    def write_heartbeat(self, wall: Wall) -> None:
        """The firmware answers it with a QueueStatus."""
        message = self._mesh.ToRadio()
        message.heartbeat.SetInParent()
        self._write(wall, message)

    def write_factory_reset(self, wall: Wall, node_number: int) -> None:
        """To the radio itself: an order that comes over its own cable needs no session key."""
        message = self._mesh.ToRadio()
        packet = message.packet
        packet.to, packet.id = node_number, secrets.randbits(32) or 1
        packet.decoded.portnum = self._admin_port
        order = self._admin.AdminMessage(factory_reset_device=1)
        packet.decoded.payload = order.SerializeToString()
        self._write(wall, message)

    def write_disconnect(self, wall: Wall) -> None:
        """Lets the radio keep for us what comes after."""
        self._write(wall, self._mesh.ToRadio(disconnect=True))

    def _write(self, wall: Wall, message: Any) -> None:
        if wall.lost.is_set():  # the library ignores writes without a socket
            raise ConnectionError("the radio is gone")
        wall.interface._sendToRadioImpl(message)


@functools.cache
def meshtastic_library() -> MeshtasticLibrary:
    """The library, imported at the first call: from then on the same in the whole process."""
    return MeshtasticLibrary()
