"""One radio in software: what its client says to it, and what the air brings it.

Sans-IO: frames and times in; answers wait in `phone`. Times are seconds of the mesh's clock.
Limits and error codes are those measured on native firmware 2.7.26 (docs/virtual-radio.md).
"""

from __future__ import annotations

import random
from typing import Any

from meshtastic.protobuf import admin_pb2, config_pb2, mesh_pb2, portnums_pb2

from meshdefense.air.packets import (
    BROADCAST,
    Acknowledged,
    Event,
    Failed,
    Heard,
    Packet,
    PowerChanged,
    QueueFreed,
    Received,
    Refusal,
)
from meshdefense.air.txqueue import QUEUE_PLACES
from meshdefense.air.world import World
from meshdefense.virtual.admin import Effect, answer
from meshdefense.virtual.decode import parse
from meshdefense.virtual.handshake import handshake
from meshdefense.virtual.limits import (
    MAX_PAYLOAD_BYTES,
    NEVER_PKI,
    PKI_OVERHEAD_BYTES,
    RATE_LIMIT_S,
    REFUSALS,
)
from meshdefense.virtual.messages import (
    copied,
    default_priority,
    fill_routing,
    heard_packet,
    local_packet,
)
from meshdefense.virtual.modules import Modules
from meshdefense.virtual.nodes import NodeTable
from meshdefense.virtual.phone import PhoneQueue
from meshdefense.virtual.settings import Settings

__all__ = ["Device"]

Error = mesh_pb2.Routing.Error

PKI_MARK = 0  # instead of a channel's: encrypted for the destination alone
RESTART_AFTER_S = 7.0  # DEFAULT_REBOOT_SECONDS: after a change of settings


class Device:
    """A radio's memory and behaviour; it is given the air it is on, and its settings."""

    def __init__(
        self,
        number: int,
        settings: Settings,
        world: World,
        rng: random.Random,
        *,
        restart_after_changes: bool = False,
    ) -> None:
        self.number = number
        self.settings = settings
        self.world = world
        self.rng = rng
        self.restart_after_changes = restart_after_changes
        """Reboot 7 s after a change of settings, as the firmware does."""
        self.factory = Settings(
            copied(settings.owner),
            copied(settings.config),
            copied(settings.modules),
            [copied(channel) for channel in settings.channels],
        )
        self.nodes = NodeTable(number, settings.owner)
        self.phone = PhoneQueue()
        self.gps: Any = None
        """`mesh.Position` that its receiver gives; None without one."""
        self.modules = Modules(self)
        self.reboots = 0
        self.refuses_all = False
        """Answer every packet with RATE_LIMIT_EXCEEDED; for tests of clients."""
        self.reboot_at: float | None = None
        """When the device wants to be restarted, or shut down."""
        self.shuts_down = False
        self._passkey = rng.randbytes(8)
        self._editing = False
        self._clock: tuple[int, float] | None = None
        self._last_sent: dict[int, float] = {}
        self.apply_settings()

    def apply_settings(self) -> None:
        """Let the air know of role, preset, hop limit and duty cycle."""
        settings = self.settings
        self.world.configure(
            self.number,
            preset=settings.preset,
            role=settings.role,
            hop_limit=settings.hop_limit,
            duty_cycle=settings.duty_cycle,
        )

    def forget(self, now: float) -> None:
        """Lose what a reboot loses; settings and node database stay."""
        self.phone.clear()
        self.reboots += 1
        self.reboot_at = None
        self.shuts_down = False
        self._editing = False
        self._clock = None
        self._last_sent.clear()
        self.apply_settings()
        self.modules.start(now)

    # -- the client --------------------------------------------------------------------------

    def from_client(self, payload: bytes, now: float) -> bool:
        """Take one `ToRadio` message; return False when the client says goodbye."""
        message = parse(mesh_pb2.ToRadio, payload)
        if message is None:
            return True
        variant = message.WhichOneof("payload_variant")
        if variant == "want_config_id":
            self._introduce(message.want_config_id, now)
        elif variant == "heartbeat":
            self._status(0, 0)
        elif variant == "packet":
            self._from_client(message.packet, now)
        return bool(variant != "disconnect")

    def _introduce(self, nonce: int, now: float) -> None:
        self.modules.refresh_own(now)
        self.phone.introduce(
            handshake(nonce, self.settings, self.nodes.own, self.nodes.others, self.reboots)
        )

    def _from_client(self, packet: Any, now: float) -> None:
        signed = getattr(packet, "from") != 0
        setattr(packet, "from", self.number)
        packet.id = packet.id or self.new_identifier()
        if not packet.HasField("decoded") or len(packet.decoded.payload) > MAX_PAYLOAD_BYTES:
            return
        if self.refuses_all:
            self._status(0, packet.id)
            self._routing(packet.id, Error.RATE_LIMIT_EXCEEDED)
        elif packet.to == self.number:
            self._status(0, packet.id)
            self._to_self(packet, now)
        elif self._too_fast(packet.decoded.portnum, now):
            self._status(0, packet.id)
            if signed:  # else the firmware does not know whom to tell
                self._routing(packet.id, Error.RATE_LIMIT_EXCEEDED)
        else:
            self._to_mesh(packet, now)

    def _too_fast(self, port: int, now: float) -> bool:
        least = RATE_LIMIT_S.get(port)
        if least is None:
            return False
        last = self._last_sent.get(port)
        if last is not None and now - last < least:
            return True
        self._last_sent[port] = now
        return False

    def _to_mesh(self, packet: Any, now: float) -> None:
        error = self._why_not(packet)
        if error is not None:
            self._status(error, packet.id)
            self._routing(packet.id, error)
            return
        refusal = self.transmit(packet, now)
        if refusal is None:
            self._status(0, packet.id)
            return
        result, error = REFUSALS[refusal]
        self._status(result, packet.id)
        if error is not None:
            self._routing(packet.id, error)
        if refusal is Refusal.DUTY_CYCLE:
            self.phone.notify(
                mesh_pb2.ClientNotification(
                    level=mesh_pb2.LogRecord.Level.WARNING,
                    message=(
                        "Duty cycle limit exceeded. You can send again in"
                        f" {self.world.silent_minutes(self.number, now)} mins"
                    ),
                )
            )

    def _why_not(self, packet: Any) -> int | None:
        lora = self.settings.config.lora
        if lora.region == config_pb2.Config.LoRaConfig.RegionCode.UNSET:
            return int(Error.NO_INTERFACE)
        if self._wants_pki(packet):
            known = self.nodes.get(packet.to)
            if known is None or not known.user.public_key:
                return int(Error.PKI_SEND_FAIL_PUBLIC_KEY)
        elif self.settings.channel_mark(packet.channel) is None:
            return int(Error.NO_CHANNEL)
        return None

    def _wants_pki(self, packet: Any) -> bool:
        return packet.to != BROADCAST and packet.decoded.portnum not in NEVER_PKI

    def transmit(self, packet: Any, now: float) -> Refusal | None:
        """Give a decoded `mesh.MeshPacket` with an id to the air; None when it was taken."""
        # The field is always sent, even when 0; its first bit, ok to MQTT, stays off.
        packet.decoded.bitfield |= packet.decoded.want_response << 1
        payload = bytes(packet.decoded.SerializeToString())
        mark = self.settings.channel_mark(packet.channel)
        if self._wants_pki(packet):
            payload, mark = payload + bytes(PKI_OVERHEAD_BYTES), PKI_MARK
        return self.world.send(
            self.number,
            Packet(
                self.number,
                packet.id,
                payload,
                packet.to,
                hop_limit=packet.hop_limit & 7,
                want_ack=packet.want_ack,
                priority=packet.priority or default_priority(packet),
                channel=mark or 0,
            ),
            now,
        )

    # -- the client to its own radio ---------------------------------------------------------

    def _to_self(self, packet: Any, now: float) -> None:
        if packet.decoded.portnum == portnums_pb2.ADMIN_APP:
            message = parse(admin_pb2.AdminMessage, packet.decoded.payload)
            if message is None:
                self._routing(packet.id, Error.BAD_REQUEST)
            else:
                self._administer(message, packet.id, now)
            return
        reply = self.modules.reply_to(packet, now)
        if reply is None:
            self._routing(packet.id, Error.NONE)
        else:
            self._local(reply.portnum, reply.payload, packet.id)

    def _administer(self, message: Any, identifier: int, now: float) -> None:
        result = answer(message, self.settings, self.nodes)
        if result.reply is not None:
            result.reply.session_passkey = self._passkey
            self._local(portnums_pb2.ADMIN_APP, bytes(result.reply.SerializeToString()), identifier)
        else:
            self._routing(identifier, Error.NONE if result.valid else Error.BAD_REQUEST)
        self._follow(result.effect, result.value, now)

    def _follow(self, effect: Effect, value: int, now: float) -> None:
        if effect is Effect.BEGIN:
            self._editing = True
        elif effect is Effect.COMMIT:
            self._editing = False
            self._restart_soon(now)
        elif effect is Effect.SET_TIME:
            self._clock = (value, now)
        elif effect in (Effect.REBOOT, Effect.SHUTDOWN):
            self.shuts_down = effect is Effect.SHUTDOWN
            self.reboot_at = None if value < 0 else now + value
        elif effect is Effect.FACTORY_RESET:
            self._reset(now)
        elif effect is Effect.POSITION:
            self.modules.refresh_own(now)
        elif effect in (Effect.SAVED, Effect.OWNER):
            self.apply_settings()
            if effect is Effect.OWNER:
                self.modules.announce(now)
            self._restart_soon(now)

    def _restart_soon(self, now: float) -> None:
        if self.restart_after_changes and not self._editing:
            self.reboot_at = now + RESTART_AFTER_S

    def _reset(self, now: float) -> None:
        factory = self.factory
        self.settings.owner = copied(factory.owner)
        self.settings.config = copied(factory.config)
        self.settings.modules = copied(factory.modules)
        self.settings.channels = [copied(channel) for channel in factory.channels]
        self.settings.canned_messages = self.settings.ringtone = ""
        self.settings.fixed_position = None
        self.nodes.reset(self.settings.owner)
        self.apply_settings()
        self.reboot_at = now + RESTART_AFTER_S

    # -- the air -----------------------------------------------------------------------------

    def from_air(self, event: Event) -> None:
        """Take an event of the world that concerns this node."""
        match event:
            case Received(at, _, packet, snr, rssi):
                self._receive(packet, snr, rssi, at)
            case Heard(_, _, packet) if packet.want_ack:
                self._routing(packet.identifier, Error.NONE)
            case Failed(_, _, packet):
                self._routing(packet.identifier, Error.MAX_RETRANSMIT)
            case Acknowledged(at, _, packet, snr, rssi):
                self._confirmed(packet, snr, rssi, at)
            case QueueFreed(_, _, packet, free) if packet.origin == self.number or free == 1:
                self._status(0, 0)
            case PowerChanged(at, _, True):
                self.forget(at)
            case _:
                pass

    def _receive(self, packet: Packet, snr: float, rssi: float, at: float) -> None:
        payload, index = packet.payload, self.settings.channel_of(packet.channel)
        secret = packet.channel == PKI_MARK
        if secret:
            payload, index = payload[:-PKI_OVERHEAD_BYTES], 0
        data = parse(mesh_pb2.Data, payload)
        if index is None or data is None:
            return  # somebody else's channel: relayed, but not readable here
        received = heard_packet(
            packet.origin, packet.identifier, snr=snr, rssi=rssi, unix_time=self.unix_time(at)
        )
        received.to = packet.to
        received.channel = index
        received.hop_limit, received.hop_start = packet.hop_limit, packet.hop_start
        received.relay_node = packet.relay & 0xFF
        received.want_ack = packet.want_ack and packet.to != BROADCAST
        received.decoded.CopyFrom(data)
        if secret:
            known = self.nodes.get(packet.origin)
            received.pki_encrypted = True
            received.public_key = known.user.public_key if known is not None else b""
        self.nodes.learn(received)
        if not self.nodes.of(packet.origin).is_ignored:
            self.phone.packet(received)
            self.modules.respond(received, at)

    def _confirmed(self, answer: Packet, snr: float, rssi: float, at: float) -> None:
        packet = heard_packet(
            answer.origin, answer.identifier, snr=snr, rssi=rssi, unix_time=self.unix_time(at)
        )
        packet.to = self.number
        packet.hop_limit, packet.hop_start = answer.hop_limit, answer.hop_start
        self.phone.packet(fill_routing(packet, answer.answers or 0, Error.NONE))

    # -- small things ------------------------------------------------------------------------

    def unix_time(self, now: float) -> int:
        """Return the radio's clock; 0 until a client has set it."""
        return 0 if self._clock is None else self._clock[0] + int(now - self._clock[1])

    def new_identifier(self) -> int:
        """Draw a packet id."""
        return self.rng.randrange(1, 1 << 32)

    def _status(self, result: int, identifier: int) -> None:
        free = self.world.queue_free(self.number)
        self.phone.status(
            mesh_pb2.QueueStatus(
                res=result, free=free, maxlen=QUEUE_PLACES, mesh_packet_id=identifier
            )
        )

    def _local(self, port: int, payload: bytes, request: int) -> None:
        self.phone.packet(local_packet(self.number, self.new_identifier(), port, payload, request))

    def _routing(self, request: int, error: int) -> None:
        """Tell the client what became of its packet `request`."""
        packet = local_packet(
            self.number, self.new_identifier(), portnums_pb2.ROUTING_APP, b"", request
        )
        self.phone.packet(fill_routing(packet, request, error))
