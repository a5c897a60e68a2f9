"""What a radio says by itself: its name, position and telemetry, and answers to requests.

Intervals and limits follow firmware 2.7 (`Default.h`, `NodeInfoModule`, `PositionModule`,
`DeviceTelemetry`): nothing routine goes out while the channel is busy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from meshtastic.protobuf import mesh_pb2, portnums_pb2, telemetry_pb2

from meshdefense.air.flooding import hops_back
from meshdefense.air.packets import BROADCAST, Priority
from meshdefense.virtual.decode import parse
from meshdefense.virtual.messages import copied, fill_routing
from meshdefense.virtual.positions import EXACT_BITS, Positions
from meshdefense.virtual.relaying import error_in

if TYPE_CHECKING:
    from meshdefense.virtual.device import Device

__all__ = ["Modules"]

POLITE_UTILISATION = 25.0  # per cent; above, no position and no telemetry
NODE_INFO_UTILISATION = 40.0
TELEMETRY_TO_CLIENT_S = 60.0
MINIMUM_INTERVAL_S = {"node info": 3_600.0, "position": 60.0, "telemetry": 1_800.0}
MAINS = 101  # battery level of a powered device
VOLTAGE = 4.2
INTRODUCED_EVERY_S = 300.0  # least time between two node infos to strangers
KEY_TOLD_EVERY_S = 60.0  # the same to who cannot open our messages without our key


class Modules:
    """Timers and answers of one device."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self.positions = Positions(device)
        self._born = 0.0
        self._due: dict[str, float] = {}
        self._last_position = self._last_introduced = float("-inf")
        self._asked = False

    def start(self, now: float) -> None:
        """Begin after power-on; the first broadcasts are spread, lest all radios talk at once."""
        self._born = now
        self.positions.start()
        self._due = {"client": now + 1.0}
        for what in MINIMUM_INTERVAL_S:
            self._due[what] = now + self._device.rng.random() * self._interval_s(what)
        if self._device.introduces_after_s is not None:
            self._due["node info"] = now + self._device.introduces_after_s

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
        self.positions.told = None
        self.refresh_own(now)
        least = self._device.settings.config.position.broadcast_smart_minimum_interval_secs
        self._to_client(portnums_pb2.POSITION_APP, self.positions.encoded(EXACT_BITS, now))
        if now - self._last_position >= (least or MINIMUM_INTERVAL_S["position"]):
            self._broadcast("position", now)

    def tell_position(self, now: float) -> None:
        """Tell the mesh the position at once, as after a person has set it."""
        self.refresh_own(now)
        self._broadcast("position", now)

    def refresh_own(self, now: float) -> None:
        """Bring the radio's own node entry up to date."""
        device = self._device
        own = device.nodes.own
        own.user.CopyFrom(device.settings.owner)
        own.device_metrics.CopyFrom(self._metrics(now))
        own.last_heard = device.unix_time(now)
        position = self.positions.current()
        if position is None:
            own.ClearField("position")
        else:
            own.position.CopyFrom(position)

    # -- answers -----------------------------------------------------------------------------

    def respond(self, packet: Any, now: float) -> None:
        """Answer what came by radio: requests to us, and strangers."""
        device, sender = self._device, getattr(packet, "from")
        if packet.decoded.portnum == portnums_pb2.WAYPOINT_APP:
            device.settings.waypoint = packet
        elif packet.decoded.portnum == portnums_pb2.POSITION_APP:
            self.positions.heard(packet.channel)
        if packet.to in (device.number, BROADCAST) and packet.decoded.want_response:
            if self.positions.ignores(packet, now):
                return
            reply = self.reply_to(packet, now)
            if reply is not None:
                self.answer(packet, reply.portnum, reply.payload, now)
            elif packet.to != BROADCAST and packet.decoded.portnum != portnums_pb2.ROUTING_APP:
                device.receiving.confirm(now)
                self.refuse(packet, mesh_pb2.Routing.Error.NO_RESPONSE, now)
        elif error_in(packet.decoded) == mesh_pb2.Routing.Error.PKI_UNKNOWN_PUBKEY:
            self._introduce_to(sender, packet, now, asks=False)
        elif not device.nodes.of(sender).HasField("user") and not device.nodes.full:
            self._introduce_to(sender, packet, now, asks=True)

    def answer(self, request: Any, port: int, payload: bytes, now: float) -> None:
        """Send an answer to whoever sent `request`; it goes as far as that came (`setReplyTo`)."""
        self._device.receiving.answered()
        data = mesh_pb2.Data(portnum=port, payload=payload, request_id=request.id)
        self._send_back(request, data, now, Priority.RESPONSE, want_ack=request.want_ack)

    def refuse(self, request: Any, error: int, now: float) -> None:
        """Tell whoever sent `request` that it could not be done, and why."""
        said = fill_routing(mesh_pb2.MeshPacket(), request.id, error)
        self._send_back(request, said.decoded, now, Priority.ACK)

    def forget_expired(self, now: float) -> None:
        """Forget the last waypoint when its time is over."""
        kept = self._device.settings.waypoint
        waypoint = None if kept is None else parse(mesh_pb2.Waypoint, kept.decoded.payload)
        if waypoint is None or 0 < waypoint.expire < self._device.unix_time(now):
            self._device.settings.waypoint = None

    def _introduce_to(self, stranger: int, packet: Any, now: float, *, asks: bool) -> None:
        """Tell a node our name and key; `asks` for its, when it has none here."""
        device = self._device
        busy = device.world.channel_utilisation(device.number, now) >= POLITE_UTILISATION
        least = INTRODUCED_EVERY_S if asks else KEY_TOLD_EVERY_S
        if busy or now - self._last_introduced < least:
            return
        self._last_introduced = now
        payload = self._name()
        data = mesh_pb2.Data(portnum=portnums_pb2.NODEINFO_APP, payload=payload)
        data.want_response = asks
        self._send(data, stranger, now, Priority.BACKGROUND, packet.channel)

    def reply_to(self, packet: Any, now: float) -> Any | None:
        """Return the `mesh.Data` that answers `packet`; None when there is no answer."""
        port = packet.decoded.portnum
        if port == portnums_pb2.NODEINFO_APP:
            payload = self._name()
        elif port == portnums_pb2.POSITION_APP:
            payload = self.positions.reply(packet.channel, now)
        elif port == portnums_pb2.TELEMETRY_APP:
            payload = self._telemetry_for(packet.decoded.payload, now)
        elif port == portnums_pb2.TRACEROUTE_APP:
            payload = packet.decoded.payload  # the way here was entered when it arrived
        else:
            return None
        if not payload and port != portnums_pb2.TRACEROUTE_APP:
            return None
        return mesh_pb2.Data(portnum=port, payload=payload, request_id=packet.id)

    def _telemetry_for(self, asked: bytes, now: float) -> bytes:
        """The metrics of the kind that was asked for; empty when the radio has none such."""
        request = parse(telemetry_pb2.Telemetry, asked)
        kind = None if request is None else request.WhichOneof("variant")
        if kind in (None, "device_metrics"):
            return self.telemetry(now)
        if kind != "local_stats":
            return b""
        device = self._device
        message = telemetry_pb2.Telemetry(time=device.unix_time(now))
        stats = message.local_stats
        stats.uptime_seconds = int(now - self._born)
        stats.channel_utilization = device.world.channel_utilisation(device.number, now)
        stats.air_util_tx = device.world.air_time(device.number, now)
        stats.num_total_nodes = len(device.nodes.others) + 1
        return bytes(message.SerializeToString())

    def telemetry(self, now: float) -> bytes:
        """Return the encoded `telemetry.Telemetry` with the device's metrics."""
        message = telemetry_pb2.Telemetry(
            time=self._device.unix_time(now), device_metrics=self._metrics(now)
        )
        return bytes(message.SerializeToString())

    # -- inside ------------------------------------------------------------------------------

    def _name(self) -> bytes:
        """The owner as others are told; a licensed amateur's key stays at home (`allocReply`)."""
        owner = copied(self._device.settings.owner)
        if owner.is_licensed:
            owner.ClearField("public_key")
        return bytes(owner.SerializeToString())

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
        channel = 0
        if what == "node info":
            port, payload = portnums_pb2.NODEINFO_APP, self._name()
        elif what == "position":
            self._last_position = now
            shared = self.positions.channel()
            if shared is None:
                return
            channel = shared
            port, payload = portnums_pb2.POSITION_APP, self.positions.broadcast(channel, now)
        else:
            port, payload = portnums_pb2.TELEMETRY_APP, self.telemetry(now)
        if payload:
            data = mesh_pb2.Data(portnum=port, payload=payload)
            data.want_response = what == "node info" and self._asks_for_names()
            self._send(data, BROADCAST, now, Priority.BACKGROUND, channel)

    def _asks_for_names(self) -> bool:
        """Whether everybody is to answer the own name with theirs: only the first time."""
        first = self._device.introduces_after_s is not None and not self._asked
        self._asked = True
        return first

    def _send_back(
        self, request: Any, data: Any, now: float, priority: int, *, want_ack: bool = False
    ) -> None:
        limit = self._device.settings.hop_limit
        hops = hops_back(request.hop_start, request.hop_limit, limit)
        to, channel = getattr(request, "from"), request.channel
        self._send(data, to, now, priority, channel, want_ack=want_ack, hop_limit=hops)

    def _send(
        self,
        data: Any,
        to: int,
        now: float,
        priority: int,
        channel: int,
        *,
        want_ack: bool = False,
        hop_limit: int | None = None,
    ) -> None:
        device = self._device
        if not device.world.is_on(device.number):
            return
        packet = mesh_pb2.MeshPacket(
            to=to,
            id=device.new_identifier(),
            decoded=data,
            hop_limit=device.settings.hop_limit if hop_limit is None else hop_limit,
            priority=priority,
            channel=channel,
            want_ack=want_ack,
        )
        # A full queue or a used-up duty cycle costs one routine packet; the next one comes.
        device.sending.transmit(packet, now)

    def _to_client(self, port: int, payload: bytes) -> None:
        if not payload:
            return
        device = self._device
        packet = mesh_pb2.MeshPacket(to=BROADCAST, id=device.new_identifier())
        setattr(packet, "from", device.number)
        packet.decoded.portnum = port
        packet.decoded.payload = payload
        device.phone.routine(packet)  # as while isToPhoneQueueEmpty: nobody's text gives way to it
