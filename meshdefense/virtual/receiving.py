"""What a radio makes of packets that came by air: for its clients, its tables, its modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from meshtastic.protobuf import mesh_pb2, portnums_pb2

from meshdefense.air.packets import BROADCAST, Packet
from meshdefense.virtual.faults import Misbehaviour
from meshdefense.virtual.messages import fill_routing, heard_packet
from meshdefense.virtual.relaying import enter_route

if TYPE_CHECKING:
    from meshdefense.virtual.device import Device

__all__ = ["Receiving"]

Error = mesh_pb2.Routing.Error


class Receiving:
    """The way from the air to the clients of one device."""

    def __init__(self, device: Device) -> None:
        self._device = device

    def receive(self, packet: Packet, snr: float, rssi: float, at: float) -> None:
        """Take a packet that is for this radio, or for all."""
        device = self._device
        data = device.relaying.readable(packet)
        if data is None or not device.relaying.handles(data):
            return  # somebody else's, relayed but not readable here, or of no use to this role
        if device.nodes.is_ignored(packet.origin):
            return
        received = heard_packet(
            packet.origin, packet.identifier, snr=snr, rssi=rssi, unix_time=device.unix_time(at)
        )
        received.to = packet.to
        received.hop_limit, received.hop_start = packet.hop_limit, packet.hop_start
        received.relay_node = packet.relay & 0xFF
        received.want_ack = packet.want_ack and packet.to != BROADCAST
        if device.relaying.is_secret(packet):
            received.pki_encrypted = True
            received.public_key = device.nodes.public_key(packet.origin)
        else:
            received.channel = device.settings.channel_of(packet.channel) or 0
        to_us = packet.to == device.number
        if to_us and data.portnum == portnums_pb2.TRACEROUTE_APP:
            enter_route(data, packet, snr, None)
        received.decoded.CopyFrom(data)
        device.nodes.learn(received)
        device.phone.packet(received)
        if to_us and data.portnum == portnums_pb2.ADMIN_APP:
            self._administer(received, at)
        else:
            device.modules.respond(received, at)

    def _administer(self, received: Any, now: float) -> None:
        answer = self._device.administration.take(received, now, local=False)
        if answer.reply is not None:
            payload = bytes(answer.reply.SerializeToString())
            self._device.modules.answer(received, portnums_pb2.ADMIN_APP, payload, now)
        elif answer.error:  # success was confirmed already, by the router
            self._device.modules.refuse(received, answer.error, now)

    def confirmed(self, answer: Packet, snr: float, rssi: float, at: float) -> None:
        """Tell the clients that the destination has acknowledged a packet of theirs."""
        device = self._device
        packet = heard_packet(
            answer.origin, answer.identifier, snr=snr, rssi=rssi, unix_time=device.unix_time(at)
        )
        packet.to = device.number
        packet.hop_limit, packet.hop_start = answer.hop_limit, answer.hop_start
        if not device.fault.strikes(Misbehaviour.LOSE_ACKS):
            device.phone.packet(fill_routing(packet, answer.answers or 0, Error.NONE))
