"""What a radio makes of packets that are for it: for its clients, its tables, its modules.

Most came by air; some its own clients send to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

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
LEARNT_FROM_OTHERS: Final = (portnums_pb2.NODEINFO_APP, portnums_pb2.POSITION_APP)


class Receiving:
    """The way to the clients and modules of one device."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._unconfirmed: Packet | None = None
        """A request that wants to be confirmed, until it is answered."""

    def receive(self, packet: Packet, snr: float, rssi: float, at: float) -> None:
        """Take a packet from the air."""
        device = self._device
        data = device.relaying.readable(packet)
        if packet.to not in (device.number, BROADCAST):
            self._overhear(packet, data, snr, rssi, at)
            return
        if data is None:
            self._refuse_sealed(packet, at)
            self._show_sealed(packet, snr, rssi, at)
            return
        if not device.relaying.handles(data):
            return  # of no use to this role
        if device.nodes.is_ignored(packet.origin):
            return
        received = self._header(packet, snr, rssi, at)
        if device.relaying.is_secret(packet):
            received.pki_encrypted = True
            received.public_key = device.nodes.public_key(packet.origin)
        else:
            received.channel = device.channel_of(packet.channel) or 0
        to_us = packet.to == device.number
        if to_us and data.portnum == portnums_pb2.TRACEROUTE_APP:
            enter_route(data, packet, snr, None)
        received.decoded.CopyFrom(data)
        if device.relaying.minds(packet, data):
            device.nodes.learn(received)
            device.phone.packet(received)
        asks = to_us and packet.want_ack and data.want_response
        self._unconfirmed = packet if asks else None
        if to_us and data.portnum == portnums_pb2.ADMIN_APP:
            self._administer(received, at)
        else:
            device.modules.respond(received, at)
        self.confirm(at)

    def answered(self) -> None:
        """What was asked is answered, which confirms it: one packet less on the air."""
        self._unconfirmed = None

    def confirm(self, now: float) -> None:
        """Confirm what was asked, if that is still to be done: nothing else will."""
        if self._unconfirmed is not None:
            self._device.world.acknowledge(self._device.number, self._unconfirmed, now)
        self._unconfirmed = None

    def _overhear(
        self, packet: Packet, data: Any | None, snr: float, rssi: float, at: float
    ) -> None:
        """Learn names and places that others tell each other (`isPromiscuous`)."""
        device = self._device
        if data is None or data.portnum not in LEARNT_FROM_OTHERS:
            return
        if device.relaying.ignores(packet) or not device.relaying.minds(packet, data):
            return
        received = self._header(packet, snr, rssi, at)
        received.channel = device.channel_of(packet.channel) or 0
        received.decoded.CopyFrom(data)
        if data.portnum == portnums_pb2.POSITION_APP:
            device.modules.positions.heard(received.channel)
        if device.nodes.learn_content(received):
            device.phone.packet(received)

    def _header(self, packet: Packet, snr: float, rssi: float, at: float) -> Any:
        received = heard_packet(
            packet.origin,
            packet.identifier,
            snr=snr,
            rssi=rssi,
            unix_time=self._device.unix_time(at),
        )
        received.to = packet.to
        received.hop_limit, received.hop_start = packet.hop_limit, packet.hop_start
        received.relay_node = packet.relay & 0xFF
        received.want_ack = packet.want_ack and packet.to != BROADCAST
        return received

    def _show_sealed(self, packet: Packet, snr: float, rssi: float, at: float) -> None:
        """Hand the clients what cannot be opened; they may have the key (`RoutingModule`)."""
        device = self._device
        sealed = device.sealed(packet)
        minded = device.relaying.minds(packet, None) and not device.relaying.ignores(packet)
        if sealed is not None and minded:
            received = self._header(packet, snr, rssi, at)
            received.channel, received.encrypted = sealed
            device.phone.packet(received)

    def _refuse_sealed(self, packet: Packet, now: float) -> None:
        """Say so when a direct message cannot be opened because its sender's key is not known."""
        device, nodes = self._device, self._device.nodes
        sealed = packet.to == device.number and packet.channel and not packet.channel & 1
        unknown = not nodes.public_key(packet.origin) and not nodes.is_ignored(packet.origin)
        if sealed and packet.want_ack and unknown:
            request = mesh_pb2.MeshPacket(id=packet.identifier)
            request.hop_limit, request.hop_start = packet.hop_limit, packet.hop_start
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
        device.modules.positions.take(packet, now)
        if data.want_response and device.modules.positions.ignores(packet, now):
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
        elif answer.error:  # of success the router tells
            if answer.error == Error.NO_RESPONSE:
                self.confirm(now)
            self.answered()
            self._device.modules.refuse(received, answer.error, now)

    def confirmed(self, answer: Packet, snr: float, rssi: float, at: float) -> None:
        """Tell the clients that the destination has acknowledged a packet of theirs."""
        device = self._device
        packet = heard_packet(
            answer.origin, answer.identifier, snr=snr, rssi=rssi, unix_time=device.unix_time(at)
        )
        packet.to = device.number
        packet.hop_limit, packet.hop_start = answer.hop_limit, answer.hop_start
        packet.relay_node = answer.relay & 0xFF
        packet.channel = device.channel_of(answer.channel) or 0  # none for direct messages
        if not device.fault.strikes(Misbehaviour.LOSE_ACKS):
            device.phone.packet(fill_routing(packet, answer.answers or 0, Error.NONE))
