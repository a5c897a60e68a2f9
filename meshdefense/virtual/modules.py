"""What a radio says by itself: its name, position and telemetry, and answers to requests.

Intervals and limits follow firmware 2.7 (`Default.h`, `NodeInfoModule`, `PositionModule`,
`DeviceTelemetry`): nothing routine goes out while the channel is busy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from meshtastic.protobuf import mesh_pb2, portnums_pb2, telemetry_pb2

from meshdefense.air.packets import BROADCAST, Priority

if TYPE_CHECKING:
    from meshdefense.virtual.device import Device

__all__ = ["Modules"]

POLITE_UTILISATION = 25.0  # per cent; above, no position and no telemetry
NODE_INFO_UTILISATION = 40.0
TELEMETRY_TO_CLIENT_S = 60.0
MINIMUM_INTERVAL_S = {"node info": 3_600.0, "position": 60.0, "telemetry": 1_800.0}
MAINS = 101  # battery level of a powered device
VOLTAGE = 4.2
UNKNOWN_NODE, UNKNOWN_SNR = 0xFFFFFFFF, -128  # hops that did not enter themselves in a route


class Modules:
    """Timers and answers of one device."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._born = 0.0
        self._due: dict[str, float] = {}
        self._last_position = float("-inf")

    def start(self, now: float) -> None:
        """Begin after power-on; the first broadcasts are spread, lest all radios talk at once."""
        self._born = now
        self._due = {"client": now + 1.0}
        for what in MINIMUM_INTERVAL_S:
            self._due[what] = now + self._device.rng.random() * self._interval_s(what)

    def timer_at(self) -> float:
        """Return when `run` has something to do."""
        return min(self._due.values(), default=float("inf"))

    def run(self, now: float) -> None:
        """Do what is due."""
        if self._due.get("client", now + 1.0) <= now:
            self._due["client"] = now + TELEMETRY_TO_CLIENT_S
            self._to_client(portnums_pb2.TELEMETRY_APP, self.telemetry(now))
        for what in MINIMUM_INTERVAL_S:
            if self._due[what] <= now:
                self._due[what] = now + self._interval_s(what)
                self._broadcast(what, now)

    def announce(self, now: float) -> None:
        """Tell the mesh the radio's name at once, as after a change of the owner."""
        self._broadcast("node info", now)

    def moved(self, now: float) -> None:
        """The receiver has a new position: tell the client, and the mesh if not just done."""
        self.refresh_own(now)
        least = self._device.settings.config.position.broadcast_smart_minimum_interval_secs
        self._to_client(portnums_pb2.POSITION_APP, self._position())
        if now - self._last_position >= (least or MINIMUM_INTERVAL_S["position"]):
            self._broadcast("position", now)

    def refresh_own(self, now: float) -> None:
        """Bring the radio's own node entry up to date."""
        device = self._device
        own = device.nodes.own
        own.user.CopyFrom(device.settings.owner)
        own.device_metrics.CopyFrom(self._metrics(now))
        own.last_heard = device.unix_time(now)
        position = device.settings.fixed_position or device.gps
        if position is None:
            own.ClearField("position")
        else:
            own.position.CopyFrom(position)

    # -- answers -----------------------------------------------------------------------------

    def respond(self, packet: Any, now: float) -> None:
        """Answer a request that came by radio, if it is for us and we can."""
        if packet.to == self._device.number and packet.decoded.want_response:
            reply = self.reply_to(packet, now)
            if reply is not None:
                sender = getattr(packet, "from")
                self._send(reply, sender, now, Priority.RESPONSE, packet.channel)

    def reply_to(self, packet: Any, now: float) -> Any | None:
        """Return the `mesh.Data` that answers `packet`; None when there is no answer."""
        port = packet.decoded.portnum
        if port == portnums_pb2.NODEINFO_APP:
            payload = self._device.settings.owner.SerializeToString()
        elif port == portnums_pb2.POSITION_APP:
            payload = self._position()
        elif port == portnums_pb2.TELEMETRY_APP:
            payload = self.telemetry(now)
        elif port == portnums_pb2.TRACEROUTE_APP:
            payload = _route(packet)
        else:
            return None
        if not payload:
            return None
        return mesh_pb2.Data(portnum=port, payload=payload, request_id=packet.id)

    def telemetry(self, now: float) -> bytes:
        """Return the encoded `telemetry.Telemetry` with the device's metrics."""
        message = telemetry_pb2.Telemetry(
            time=self._device.unix_time(now), device_metrics=self._metrics(now)
        )
        return bytes(message.SerializeToString())

    # -- inside ------------------------------------------------------------------------------

    def _metrics(self, now: float) -> Any:
        world, number = self._device.world, self._device.number
        return telemetry_pb2.DeviceMetrics(
            battery_level=MAINS,
            voltage=VOLTAGE,
            channel_utilization=world.channel_utilisation(number, now),
            air_util_tx=world.air_time(number, now),
            uptime_seconds=int(now - self._born),
        )

    def _interval_s(self, what: str) -> float:
        settings = self._device.settings
        configured = {
            "node info": settings.config.device.node_info_broadcast_secs,
            "position": settings.config.position.position_broadcast_secs,
            "telemetry": settings.modules.telemetry.device_update_interval,
        }[what]
        return max(float(configured), MINIMUM_INTERVAL_S[what])

    def _broadcast(self, what: str, now: float) -> None:
        device = self._device
        busy = device.world.channel_utilisation(device.number, now)
        if busy >= (NODE_INFO_UTILISATION if what == "node info" else POLITE_UTILISATION):
            return
        if what == "node info":
            port, payload = portnums_pb2.NODEINFO_APP, device.settings.owner.SerializeToString()
        elif what == "position":
            port, payload = portnums_pb2.POSITION_APP, self._position()
            self._last_position = now
        else:
            port, payload = portnums_pb2.TELEMETRY_APP, self.telemetry(now)
        if payload:
            data = mesh_pb2.Data(portnum=port, payload=payload)
            self._send(data, BROADCAST, now, Priority.BACKGROUND, 0)

    def _position(self) -> bytes:
        own = self._device.nodes.own
        return bytes(own.position.SerializeToString()) if own.HasField("position") else b""

    def _send(self, data: Any, to: int, now: float, priority: int, channel: int) -> None:
        device = self._device
        if not device.world.is_on(device.number):
            return
        packet = mesh_pb2.MeshPacket(
            to=to,
            id=device.new_identifier(),
            decoded=data,
            hop_limit=device.settings.hop_limit,
            priority=priority,
            channel=channel,
        )
        # A full queue or a used-up duty cycle costs one routine packet; the next one comes.
        device.transmit(packet, now)

    def _to_client(self, port: int, payload: bytes) -> None:
        if not payload:
            return
        device = self._device
        packet = mesh_pb2.MeshPacket(to=BROADCAST, id=device.new_identifier())
        setattr(packet, "from", device.number)
        packet.decoded.portnum = port
        packet.decoded.payload = payload
        device.phone.packet(packet)


def _route(packet: Any) -> bytes:
    """The answer to a traceroute. Relays of this air do not enter themselves in the packet."""
    hops = max(packet.hop_start - packet.hop_limit, 0)
    route = mesh_pb2.RouteDiscovery(
        route=[UNKNOWN_NODE] * hops,
        snr_towards=[UNKNOWN_SNR] * hops + [round(packet.rx_snr * 4)],
    )
    return bytes(route.SerializeToString())
