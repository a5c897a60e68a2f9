"""What a radio passes on and confirms: rebroadcast modes, ignored nodes, routes being traced.

The air's router asks before it relays or acknowledges a packet (`air.flooding.Guard`). Sources in
the firmware: `Router::handleReceived`, `RoutingModule`, `TraceRouteModule`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from meshtastic.protobuf import config_pb2, mesh_pb2, portnums_pb2

from meshdefense.air.packets import BROADCAST, Packet
from meshdefense.virtual.decode import parse
from meshdefense.virtual.limits import PKI_OVERHEAD_BYTES
from meshdefense.virtual.messages import SNR_CEILING_DB, SNR_STEPS_PER_DB
from meshdefense.virtual.settings import secret_mark

if TYPE_CHECKING:
    from meshdefense.virtual.device import Device

__all__ = ["Relaying", "enter_route", "error_in"]

Mode = config_pb2.Config.DeviceConfig.RebroadcastMode
CORE_PORTS: Final = {
    portnums_pb2.TEXT_MESSAGE_APP,
    portnums_pb2.TEXT_MESSAGE_COMPRESSED_APP,
    portnums_pb2.POSITION_APP,
    portnums_pb2.NODEINFO_APP,
    portnums_pb2.ROUTING_APP,
    portnums_pb2.TELEMETRY_APP,
    portnums_pb2.ADMIN_APP,
    portnums_pb2.ALERT_APP,
    portnums_pb2.KEY_VERIFICATION_APP,
    portnums_pb2.WAYPOINT_APP,
    portnums_pb2.STORE_FORWARD_APP,
    portnums_pb2.TRACEROUTE_APP,
}
ROUTE_PLACES: Final = 8
UNKNOWN_SNR: Final = -128  # of hops that did not enter themselves in a route


class Relaying:
    """Answers the router's questions for one device."""

    def __init__(self, device: Device) -> None:
        self._device = device

    def passes_on(self, packet: Packet, snr: float) -> Packet | None:
        """Return what to relay of a packet that was heard; None for nothing."""
        device = self._device
        mode = device.settings.config.device.rebroadcast_mode
        if mode == Mode.NONE or not device.transmits or self.ignores(packet):
            return None
        if packet.answers is not None:
            return None if self._off_limits(packet) else packet
        data = self.readable(packet)
        if not self.minds(packet, data) or not (data is None or self.handles(data)):
            return None
        if data is not None and data.portnum == portnums_pb2.TRACEROUTE_APP:
            enter_route(data, packet, snr, device.number)
            return replace(packet, payload=bytes(data.SerializeToString()))
        return packet

    def acknowledges(self, packet: Packet) -> bool:
        """Whether the radio confirms a packet that is meant for it."""
        if not self._device.transmits or self.ignores(packet):
            return False
        data = self.readable(packet)
        return data is not None and self.handles(data) and self.minds(packet, data)

    def confirms_later(self, packet: Packet) -> bool:
        """Whether a packet asks for something: what answers it confirms it (`RoutingModule`)."""
        data = self.readable(packet)
        return data is not None and bool(data.want_response)

    def settles(self, packet: Packet) -> int | None:
        """Return the identifier of the own packet that needs no repeats any more.

        Any answer says so, and any error (`ReliableRouter::sniffReceived`).
        """
        data = self.readable(packet)
        return None if data is None else data.request_id or None

    def handles(self, data: Any) -> bool:
        """Whether the radio does anything at all with readable `mesh.Data`."""
        core_only = self._device.settings.config.device.rebroadcast_mode == Mode.CORE_PORTNUMS_ONLY
        return not core_only or data.portnum in CORE_PORTS

    def readable(self, packet: Packet) -> Any | None:
        """Return a packet's `mesh.Data`; None when the radio has no key for it."""
        if self.is_secret(packet):
            return parse(mesh_pb2.Data, packet.payload[:-PKI_OVERHEAD_BYTES])
        if self._device.channel_of(packet.channel) is None:
            return None
        return parse(mesh_pb2.Data, packet.payload)

    def is_secret(self, packet: Packet) -> bool:
        """Whether a packet is a direct message that this radio's own key opens."""
        device = self._device
        if packet.to != device.number or packet.channel & 1 or not packet.channel:
            return False
        key = device.nodes.public_key(packet.origin)
        own = bytes(device.settings.config.security.public_key)
        fits = len(packet.payload) >= PKI_OVERHEAD_BYTES
        return bool(fits and key and own) and packet.channel == secret_mark(key, own)

    def minds(self, packet: Packet, data: Any | None) -> bool:
        """Whether a packet is relayed, confirmed and handed to the clients (`RoutingModule`).

        `data` is what it holds; None when it cannot be read. Names of the licensed and of the
        unlicensed go no further than the other kind (`NodeInfoModule`).
        """
        settings = self._device.settings
        mode = settings.config.device.rebroadcast_mode
        if data is None and mode in (Mode.LOCAL_ONLY, Mode.KNOWN_ONLY):
            return self._between_known(packet)
        if data is not None and data.portnum == portnums_pb2.NODEINFO_APP:
            user = parse(mesh_pb2.User, data.payload)
            return user is None or bool(user.is_licensed == settings.owner.is_licensed)
        return not self._off_limits(packet)

    def ignores(self, packet: Packet) -> bool:
        """Whether nothing of the packet's origin is wanted."""
        incoming = self._device.settings.config.lora.ignore_incoming
        return packet.origin in incoming or self._device.nodes.is_ignored(packet.origin)

    def _off_limits(self, packet: Packet) -> bool:
        """Whether a licensed amateur's radio may not serve who sends: known as unlicensed."""
        sender = self._device.nodes.get(packet.origin)
        if sender is None or not sender.HasField("user"):
            return False
        return bool(self._device.settings.owner.is_licensed and not sender.user.is_licensed)

    def _between_known(self, packet: Packet) -> bool:
        """Whether it is a direct message, and one of the two has a name here."""
        if packet.to == BROADCAST or packet.channel & 1:
            return False
        nodes = (self._device.nodes.get(packet.origin), self._device.nodes.get(packet.to))
        return any(node is not None and node.HasField("user") for node in nodes)


def error_in(data: Any) -> int:
    """Return the error that `mesh.Data` tells of another packet; 0 for none."""
    if data.portnum != portnums_pb2.ROUTING_APP:
        return 0
    routing = parse(mesh_pb2.Routing, data.payload)
    return 0 if routing is None else int(routing.error_reason)


def enter_route(data: Any, packet: Packet, snr: float, number: int | None) -> None:
    """Enter in a traceroute how it was heard, and by whom; at its end, `number` None, only how.

    A hop that did not enter itself becomes `BROADCAST`.
    """
    route = parse(mesh_pb2.RouteDiscovery, data.payload)
    if route is None:
        return
    back = bool(data.request_id)
    nodes = route.route_back if back else route.route
    ratios = route.snr_back if back else route.snr_towards
    hops = max(packet.hop_start - packet.hop_limit, 0)
    while len(nodes) < min(hops, ROUTE_PLACES):
        nodes.append(BROADCAST)
    while len(ratios) < len(nodes):
        ratios.append(UNKNOWN_SNR)
    if len(ratios) < ROUTE_PLACES:
        heard = min(snr, SNR_CEILING_DB) * SNR_STEPS_PER_DB
        ratios.append(max(int(heard), UNKNOWN_SNR + 1))
    if number is not None and len(nodes) < ROUTE_PLACES:
        nodes.append(number)
    data.payload = bytes(route.SerializeToString())
