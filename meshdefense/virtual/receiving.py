"""What a radio makes of packets that are for it: for its clients, its tables, its modules.

Most came by air; some its own clients send to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from meshtastic.protobuf import mesh_pb2, portnums_pb2

from meshdefense.air.packets import BROADCAST, Packet
from meshdefense.virtual.faults import Misbehaviour
from meshdefense.virtual.messages import fill_routing, heard_packet
from meshdefense.virtual.relaying import enter_route
from meshdefense.virtual.settings import CHANNELS

if TYPE_CHECKING:
    from meshdefense.virtual.device import Device

__all__ = ["Receiving"]

Error = mesh_pb2.Routing.Error


class Receiving:
    """The way to the clients and modules of one device."""

    def __init__(self, device: Device) -> None:
        self._device = device

    def receive(self, packet: Packet, snr: float, rssi: float, at: float) -> None:
        """Take a packet that is for this radio, or for all."""
        device = self._device
        data = device.relaying.readable(packet)
        if data is None:
            self._refuse_sealed(packet, at)
            return
        if not device.relaying.handles(data):
            return  # of no use to this role
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
            received.channel = device.channel_of(packet.channel) or 0
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

    def _refuse_sealed(self, packet: Packet, now: float) -> None:
        """Say so when a direct message cannot be opened because its sender's key is not known."""
        device, nodes = self._device, self._device.nodes
        sealed = packet.to == device.number and packet.channel and not packet.channel & 1
        unknown = not nodes.public_key(packet.origin) and not nodes.is_ignored(packet.origin)
        if sealed and packet.want_ack and unknown:
            request = mesh_pb2.MeshPacket(id=packet.identifier)
            setattr(request, "from", packet.origin)
            device.modules.refuse(request, Error.PKI_UNKNOWN_PUBKEY, now)

    def take_own(self, packet: Any, now: float) -> None:
        """Take a `mesh.MeshPacket` that a client of this radio sends to it."""
        device, data = self._device, packet.decoded
        if packet.channel >= CHANNELS:
            device.tell_result(packet.id, Error.NO_CHANNEL)
            return
        if data.portnum == portnums_pb2.ADMIN_APP:
            answer = device.administration.take(packet, now, local=True)
            if answer.reply is not None:
                payload = bytes(answer.reply.SerializeToString())
                device.answer_client(portnums_pb2.ADMIN_APP, payload, packet.id)
            elif answer.error is not None:
                device.tell_result(packet.id, answer.error)
            return
        reply = device.modules.reply_to(packet, now)
        if reply is not None and data.want_response:
            device.answer_client(reply.portnum, reply.payload, packet.id)
        else:
            device.tell_result(packet.id, Error.NO_RESPONSE if data.want_response else Error.NONE)

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
