"""What a radio's client wants sent: whether it may, how it is marked, what the air says to it.

Sources in the firmware: `PhoneAPI::handleToRadioPacket` (repeats, rates), `Router::send`,
`perhapsEncode`, `RadioInterface::beginSending` (hop limit).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from meshtastic.protobuf import mesh_pb2, portnums_pb2

from meshdefense.air.packets import BROADCAST, MAX_HOPS, Packet, Refusal
from meshdefense.virtual.faults import Misbehaviour
from meshdefense.virtual.limits import (
    MAX_PAYLOAD_BYTES,
    NEVER_PKI,
    PKI_OVERHEAD_BYTES,
    REFUSALS,
    TRANSMITTER_OFF,
    Recent,
)
from meshdefense.virtual.messages import default_priority
from meshdefense.virtual.settings import secret_mark

if TYPE_CHECKING:
    from meshdefense.virtual.device import Device
    from meshdefense.virtual.phone import PhoneQueue

__all__ = ["Outcome", "Sending"]

Error = mesh_pb2.Routing.Error
GIVEN_UP_AFTER_S: Final = 15.0  # three attempts that no transmitter makes
HOP_RELIABLE: Final = 3  # instead of a hop limit that has no room in the header
TRACED_TOO_OFTEN: Final = "TraceRoute can only be sent once every 30 seconds"
TRACED_EVERYBODY: Final = "Multi-hop traceroute to broadcast address is not allowed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the client is told at once."""

    result: int = 0
    """`QueueStatus.res`"""
    error: int | None = None
    """A routing error; None: there is nothing to say yet, or nothing is said."""
    warning: str = ""


class Sending:
    """The way from the clients to the air of one device."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._unsent: dict[int, float] = {}
        """When to give up, by identifier: packets that no transmitter sends."""

    def take(self, packet: Any, now: float, client: PhoneQueue) -> None:
        """Take a client's `mesh.MeshPacket`: send it, keep what is for this radio, or refuse."""
        device = self._device
        signed = getattr(packet, "from") != 0
        setattr(packet, "from", device.number)
        if not packet.HasField("decoded") or len(packet.decoded.payload) > MAX_PAYLOAD_BYTES:
            return
        if device.ignores_repeats and client.recent.repeats(packet.id):
            return
        packet.id = packet.id or device.new_identifier()
        outcome = self._refusal(packet, client.recent, now, signed=signed)
        if outcome is None and packet.to == device.number:
            device.tell_status(0, packet.id, client)
            device.receiving.take_own(packet, now)
            return
        outcome = outcome or self.send(packet, now)
        device.tell_status(outcome.result, packet.id, client)
        if outcome.error is not None:
            device.tell_result(packet.id, outcome.error)
        if outcome.warning:
            device.warn(outcome.warning, now, packet.id)

    def send(self, packet: Any, now: float) -> Outcome:
        """Give a client's decoded `mesh.MeshPacket` to the air."""
        known = self._device.channel_mark(packet.channel) is not None
        if packet.to == BROADCAST and known:
            self._device.modules.positions.take(packet, now)
        self._choose_channel(packet)
        if not self._device.transmits:
            if packet.want_ack:
                self._unsent[packet.id] = now + GIVEN_UP_AFTER_S
            return Outcome(TRANSMITTER_OFF)
        error = self._why_not(packet)
        if error is not None:
            return Outcome(error, error)
        if packet.want_ack and not packet.hop_limit:
            packet.hop_limit = self._device.settings.hop_limit
        return self.transmit(packet, now)

    def transmit(self, packet: Any, now: float) -> Outcome:
        """Give a decoded `mesh.MeshPacket` with an id to the air."""
        device = self._device
        if not device.transmits:
            return Outcome(TRANSMITTER_OFF)
        self._choose_channel(packet)
        # The field is always sent, even when 0; its first bit, ok to MQTT, is a setting.
        packet.decoded.bitfield |= packet.decoded.want_response << 1
        packet.decoded.bitfield |= int(device.settings.config.lora.config_ok_to_mqtt)
        payload = bytes(packet.decoded.SerializeToString())
        mark = device.channel_mark(packet.channel)
        key = device.nodes.public_key(packet.to)
        if key and self._wants_pki(packet):
            payload += bytes(PKI_OVERHEAD_BYTES)
            mark = secret_mark(bytes(device.settings.config.security.public_key), key)
        if mark is None:
            return Outcome(Error.NO_CHANNEL, Error.NO_CHANNEL)
        refusal = device.world.send(
            device.number,
            Packet(
                device.number,
                packet.id,
                payload,
                packet.to,
                hop_limit=packet.hop_limit if packet.hop_limit <= MAX_HOPS else HOP_RELIABLE,
                want_ack=packet.want_ack,
                priority=packet.priority or default_priority(packet),
                channel=mark,
            ),
            now,
        )
        if refusal is None:
            return Outcome()
        warning = ""
        if refusal is Refusal.DUTY_CYCLE:
            minutes = device.world.silent_minutes(device.number, now)
            warning = f"Duty cycle limit exceeded. You can send again in {minutes} mins"
        return Outcome(*REFUSALS[refusal], warning)

    def timer_at(self) -> float:
        """Return when the next packet is given up that no transmitter sends."""
        return min(self._unsent.values(), default=float("inf"))

    def expired(self, now: float) -> list[int]:
        """Return the identifiers of packets that are given up now."""
        due = [identifier for identifier, at in self._unsent.items() if at <= now]
        for identifier in due:
            del self._unsent[identifier]
        return due

    # -- inside ------------------------------------------------------------------------------

    def _refusal(self, packet: Any, recent: Recent, now: float, *, signed: bool) -> Outcome | None:
        """What the client is told of a packet that goes nowhere; None for one that does.

        It is accepted by the `QueueStatus` all the same. `signed`: the client said from whom it
        is; without that the firmware does not know whom to tell of an error.
        """
        port = packet.decoded.portnum
        if self._device.fault.how is Misbehaviour.RATE_LIMIT:
            return Outcome(error=Error.RATE_LIMIT_EXCEEDED)
        traces = port == portnums_pb2.TRACEROUTE_APP
        if recent.too_fast(port, now):
            told = signed and port == portnums_pb2.TEXT_MESSAGE_APP
            return Outcome(
                error=Error.RATE_LIMIT_EXCEEDED if told else None,
                warning=TRACED_TOO_OFTEN if traces else "",
            )
        if traces and packet.to == BROADCAST and packet.hop_limit:
            return Outcome(warning=TRACED_EVERYBODY)
        packet.want_ack |= traces and packet.to != BROADCAST
        recent.took(port, now)
        return None

    def _choose_channel(self, packet: Any) -> None:
        """Take the channel on which the destination is known, if none is named (`sendLocal`)."""
        node = self._device.nodes.get(packet.to)
        if node is not None and not packet.channel and not packet.pki_encrypted:
            packet.channel = node.channel

    def _why_not(self, packet: Any) -> int | None:
        if not self._wants_pki(packet):
            if packet.pki_encrypted and packet.to != BROADCAST:
                return int(Error.PKI_FAILED)
            known = self._device.channel_mark(packet.channel) is not None
            return None if known else int(Error.NO_CHANNEL)
        key = self._device.nodes.public_key(packet.to)
        if not key:
            return int(Error.PKI_SEND_FAIL_PUBLIC_KEY)
        asked = bytes(packet.public_key) if packet.pki_encrypted else b""
        return int(Error.PKI_FAILED) if any(asked) and asked != key else None

    def _wants_pki(self, packet: Any) -> bool:
        """Whether it goes encrypted for its destination alone."""
        settings = self._device.settings
        return bool(
            self._device.uses_pki
            and packet.to != BROADCAST
            and packet.decoded.portnum not in NEVER_PKI
            and settings.config.security.public_key
            and not settings.owner.is_licensed
        )
