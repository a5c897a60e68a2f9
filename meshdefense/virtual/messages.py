"""Packets that a radio makes for its own client, and small facts about messages."""

from __future__ import annotations

from typing import Any

from meshtastic.protobuf import mesh_pb2, portnums_pb2

from meshdefense.air.packets import Priority

__all__ = ["copied", "default_priority", "fill_routing", "heard_packet", "local_packet"]

SNR_CEILING_DB = 10.0  # where real receivers saturate
SNR_STEPS_PER_DB = 4  # the chip's register counts quarters


def heard_packet(origin: int, identifier: int, *, snr: float, rssi: float, unix_time: int) -> Any:
    """Return a `mesh.MeshPacket` that came by radio, without its content."""
    packet = mesh_pb2.MeshPacket(id=identifier)
    setattr(packet, "from", origin)
    packet.rx_snr = round(min(snr, SNR_CEILING_DB) * SNR_STEPS_PER_DB) / SNR_STEPS_PER_DB
    packet.rx_rssi = round(rssi)
    packet.rx_time = unix_time
    packet.transport_mechanism = mesh_pb2.MeshPacket.TransportMechanism.TRANSPORT_LORA
    return packet


def local_packet(number: int, identifier: int, port: int, payload: bytes, request: int) -> Any:
    """Return a packet from node `number` to itself that answers `request`."""
    packet = mesh_pb2.MeshPacket(to=number, id=identifier)
    setattr(packet, "from", number)
    packet.decoded.portnum = port
    packet.decoded.payload = payload
    packet.decoded.request_id = request
    return packet


def fill_routing(packet: Any, request: int, error: int) -> Any:
    """Make `packet` say what became of `request`; returns it."""
    packet.priority = mesh_pb2.MeshPacket.Priority.ACK
    packet.decoded.portnum = portnums_pb2.ROUTING_APP
    packet.decoded.payload = mesh_pb2.Routing(error_reason=error).SerializeToString()
    packet.decoded.request_id = request
    return packet


def default_priority(packet: Any) -> int:
    """The priority of a packet whose client named none (`fixPriority`)."""
    if packet.decoded.portnum in (portnums_pb2.TEXT_MESSAGE_APP, portnums_pb2.ADMIN_APP):
        return Priority.HIGH
    if packet.decoded.request_id:
        return Priority.RESPONSE
    return Priority.RELIABLE if packet.want_ack else Priority.DEFAULT


def copied(message: Any) -> Any:
    """Return a copy of a protobuf message."""
    twin = type(message)()
    twin.CopyFrom(message)
    return twin
