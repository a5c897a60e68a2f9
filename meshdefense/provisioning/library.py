"""The `meshtastic` library for the table: its connections behind the wall, its protobufs.

The one module here that imports it.
"""

from __future__ import annotations

import functools
import logging
from dataclasses import dataclass
from typing import Any, Final

# protobuf ships no types
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from meshdefense.catalogue import tr
from meshdefense.provisioning.device_errors import DeviceError
from meshdefense.provisioning.exchange import Exchange, Listening
from meshdefense.radio.addresses import Address, BleAddress, SerialAddress, TcpAddress
from meshdefense.radio.walled import Walled, WalledBle, WalledTcp

__all__ = ["Library", "Order", "loaded"]

_MAX_HOPS: Final = 7
_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Order:
    """An AdminMessage and whom it is for."""

    message: Any
    to: int
    sealed: bool = False
    """For that radio's key; over its own cable a radio wants it open."""


class Library:
    """The protobufs, and the library's interfaces behind the wall."""

    def __init__(self) -> None:
        from meshtastic.ble_interface import BLEInterface
        from meshtastic.protobuf import admin_pb2, mesh_pb2
        from meshtastic.protobuf.portnums_pb2 import PortNum
        from meshtastic.serial_interface import SerialInterface
        from meshtastic.tcp_interface import TCPInterface

        # It logs whole messages, keys included, and as errors what we say in our own words.
        logging.getLogger("meshtastic").setLevel(logging.CRITICAL + 1)
        self._mesh, self._admin = mesh_pb2, admin_pb2
        self._admin_port, self._routing_port = PortNum.ADMIN_APP, PortNum.ROUTING_APP
        walled = {"frame_type": mesh_pb2.FromRadio}
        self._serial: Any = type("TableSerial", (Listening, Walled, SerialInterface), walled)
        self._tcp: Any = type("TableTcp", (Listening, WalledTcp, TCPInterface), walled)
        self._ble: Any = type("TableBle", (Listening, WalledBle, BLEInterface), walled)

    def connect(self, address: Address, exchange: Exchange, patience: float) -> None:
        """Block until the library's own handshake is whole."""
        match address:
            case SerialAddress():
                self._serial(exchange, address.path, connectNow=False).connect()
            case TcpAddress():
                port = address.port
                self._tcp(exchange, address.host, portNumber=port, connectNow=False).connect()
            case BleAddress():
                self._ble(exchange, address.device, timeout=int(patience))  # connects by itself
            case _:
                raise DeviceError(tr("{address} names no radio", address=address))

    def want_config(self, nonce: int) -> Any:
        """A question for everything; its answer ends with the nonce."""
        return self._mesh.ToRadio(want_config_id=nonce)

    def heartbeat(self) -> Any:
        """A sign of life that a radio answers with its queue."""
        return self._mesh.ToRadio(heartbeat=self._mesh.Heartbeat())

    def disconnect(self) -> Any:
        """A goodbye."""
        return self._mesh.ToRadio(disconnect=True)

    def admin(self, **fields: Any) -> Any:
        """An AdminMessage."""
        return self._admin.AdminMessage(**fields)

    def packet(self, order: Order, identifier: int) -> Any:
        """The order as the radio takes it from its cable."""
        message = self._mesh.ToRadio()
        packet = message.packet
        packet.to, packet.id, packet.want_ack = order.to, identifier, True
        packet.pki_encrypted = order.sealed
        if order.sealed:
            packet.hop_limit = _MAX_HOPS
        packet.decoded.portnum, packet.decoded.want_response = self._admin_port, True
        packet.decoded.payload = order.message.SerializeToString()
        return message

    def reply(self, answers: list[Any]) -> Any | None:
        """The AdminMessage among the packets, if there is one. Raises DeviceError."""
        for packet in answers:
            if packet.decoded.portnum == self._admin_port:
                return _parsed(self._admin.AdminMessage, packet)
        return None

    def error(self, answers: list[Any]) -> str | None:
        """The name of a routing error among the packets; None when all went well.

        Raises DeviceError.
        """
        for packet in answers:
            if packet.decoded.portnum == self._routing_port:
                routing = _parsed(self._mesh.Routing, packet)
                if routing.error_reason:
                    names = self._mesh.Routing.Error.DESCRIPTOR.values_by_number
                    known = names.get(routing.error_reason)
                    return known.name if known is not None else str(routing.error_reason)
        return None

    def from_asked(self, packet: Any, asked: int, own: int) -> bool:
        """Whether what answers a sealed question is of the node `asked`: anybody sees its id.

        An answer is sealed, and then the radio knows by which key. A routing error never is
        (Router.cpp, perhapsEncode), and may be our own radio's.
        """
        sender = getattr(packet, "from")
        if packet.decoded.portnum == self._routing_port:
            return sender in (asked, own)
        return sender == asked and packet.pki_encrypted and len(packet.public_key) == _KEY_BYTES


def _parsed(kind: Any, packet: Any) -> Any:
    try:
        return kind.FromString(packet.decoded.payload)
    except DecodeError:
        raise DeviceError(tr("its answer cannot be read; try again")) from None


@functools.cache
def loaded() -> Library:
    """The library, imported when the first radio is opened (half a second)."""
    return Library()
