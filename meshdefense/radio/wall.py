"""The library's side of the driver: what its threads may touch, and nothing else.

One wall for one interface object. Its methods run on the library's threads, never raise, and
only turn what they see into facts on the queue. This module imports nothing of the library:
its objects come in as arguments.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import replace
from typing import Any

from meshdefense.radio.base import RadioHealth, ReceivedFrame
from meshdefense.radio.facts import FactQueue, HealthFact, NoticeFact, QueueFact, RoutingFact
from meshdefense.radio.fix import read_fix
from meshdefense.radio.stock import ChannelSlot, StockChannel, StockPort, StockText, find_channel
from meshdefense_protocol.transport import Reception

__all__ = ["PRIVATE_APP", "Wall"]

TEXT_PORTS = (StockPort.TEXT.value, StockPort.ALERT.value)
PRIVATE_APP = 256  # portnums.proto: the first port for applications that register none
POSITION_APP = 3
ROUTING_APP = 5
TELEMETRY_APP = 67

NOTICE_LIMIT = 200  # characters; the firmware's own lines are shorter


class Wall:
    """What one interface of the library has said, and whether anybody still listens."""

    def __init__(self, facts: FactQueue, stock: str = "") -> None:
        """`stock` names the neighbours' channel; without it texts of stock radios are nothing."""
        self._facts, self._stock = facts, stock
        self.stock: StockChannel | None = None
        self.interface: Any = None
        """The library's object; set by itself before it connects, so that it can be closed."""
        self.abandoned = threading.Event()
        """Nobody waits for this interface any more: stop as soon as possible."""
        self.lost = threading.Event()
        """The library's reader has ended."""
        self.last_heard = time.monotonic()
        self.garbage = 0
        """Frames that were no protobuf, or that the library choked on."""
        self.sealed = 0
        """Packets of channels and people whose key our radio has not."""

    def frame_heard(self) -> None:
        """A whole valid frame came from the radio: it lives."""
        self.last_heard = time.monotonic()

    def rebooted(self) -> None:
        """The radio says that it has just started: what it knew of our frames is gone."""
        self._facts.close("the radio restarted")

    def queue_status(self, status: Any) -> None:
        """Take a QueueStatus protobuf."""
        self._facts.put(QueueFact(status.mesh_packet_id, status.res, status.free, status.maxlen))

    def notification(self, notification: Any) -> None:
        """Take a ClientNotification protobuf."""
        text = "".join(c for c in str(notification.message) if c.isprintable())
        if text:
            self._facts.put(NoticeFact(text[:NOTICE_LIMIT]))

    def connection_lost(self) -> None:
        """The library's reader ended, whatever the reason."""
        self._facts.close("the radio is gone")

    def packet(self, packet: dict[str, Any]) -> None:
        """Take a packet as the library publishes it: a dict with the protobufs under `raw`."""
        raw = packet.get("raw")
        if raw is None or not raw.HasField("decoded"):
            self.sealed += raw is not None
            return
        sender = getattr(raw, "from")
        port = raw.decoded.portnum
        if port == PRIVATE_APP:
            self._facts.put(ReceivedFrame(raw.decoded.payload, _reception(raw, sender)))
        elif port in TEXT_PORTS and self.stock is not None:
            self._text(raw, sender)
        elif port == ROUTING_APP and raw.decoded.request_id:
            routing = packet["decoded"].get("routing", {}).get("raw")
            if routing is not None and routing.WhichOneof("variant") in ("error_reason", None):
                error = _error_name(routing)
                self._facts.put(RoutingFact(raw.decoded.request_id, sender, error))
        elif port == TELEMETRY_APP and sender == self.node_number():
            telemetry = packet["decoded"].get("telemetry", {}).get("raw")
            fields = {} if telemetry is None else _metrics(telemetry)
            if fields:
                self._facts.put(HealthFact(fields))
        elif port == POSITION_APP and sender == self.node_number():
            fix = read_fix(packet["decoded"].get("position", {}))
            if fix is not None:
                self._facts.put(HealthFact({"fix": fix}))

    def _text(self, raw: Any, sender: int) -> None:
        own = self.node_number()
        direct = raw.to == own
        index = None if self.stock is None else self.stock.index
        if sender == own or not (direct or (index is not None and raw.channel == index)):
            return  # somebody else's, or another channel: not for us
        if raw.decoded.emoji:
            return  # a tapback: a sign set to somebody's text
        text = bytes(raw.decoded.payload).decode("utf-8", "replace")
        alert = raw.decoded.portnum == StockPort.ALERT.value
        self._facts.put(StockText(sender, text, direct, alert, direct and bool(raw.pki_encrypted)))

    def node_number(self) -> int | None:
        """Our radio's own number, once it was told."""
        info = getattr(self.interface, "myInfo", None)
        return None if info is None else int(info.my_node_num)

    def nodes_heard(self) -> int:
        """Other nodes in the radio's database, and those heard since."""
        known = getattr(self.interface, "nodesByNum", None) or {}
        return max(0, len(known) - 1)

    def health(self) -> RadioHealth:
        """What the handshake told."""
        if self._stock:
            self.stock = find_channel(self._stock, _channels(self.interface))
        health = _health(self.interface, self.node_number(), self.nodes_heard())
        return replace(health, stock=self.stock)


def _health(interface: Any, number: int | None, nodes_heard: int) -> RadioHealth:
    own = (interface.nodesByNum or {}).get(number, {})
    user, metrics = own.get("user", {}), own.get("deviceMetrics", {})
    metadata, config = interface.metadata, interface.localNode.localConfig
    lora = config.lora if config.HasField("lora") else None
    preset = None
    if lora is not None:
        preset = _name(lora.ModemPreset, lora.modem_preset) if lora.use_preset else "CUSTOM"
    return RadioHealth(
        node_number=number,
        name=user.get("longName"),
        firmware=metadata.firmware_version if metadata is not None else None,
        hardware=user.get("hwModel"),
        preset=preset,
        region=_name(lora.RegionCode, lora.region) if lora is not None else None,
        hop_limit=lora.hop_limit if lora is not None else None,
        channel_utilisation=metrics.get("channelUtilization"),
        air_time=metrics.get("airUtilTx"),
        battery=metrics.get("batteryLevel"),
        nodes_heard=nodes_heard,
        fix=read_fix(own.get("position", {})),
    )


def _channels(interface: Any) -> list[ChannelSlot]:
    found = []
    for channel in interface.localNode.channels or ():
        if channel.role:  # 0 is DISABLED
            found.append(ChannelSlot(channel.index, channel.settings.name))
    return found


def _name(enum: Any, number: int) -> str:
    try:
        return str(enum.Name(number))
    except ValueError:
        return f"number {number}"  # newer than the library


def _reception(raw: Any, sender: int) -> Reception:
    # A radio that never measured leaves both at 0, which no LoRa reception has.
    measured = raw.rx_rssi != 0 or raw.rx_snr != 0
    # hop_start 0 is either "sent with no relays" or "older than 2.3"; newer firmware sets bitfield.
    has_start = raw.hop_start > 0 or raw.decoded.HasField("bitfield")
    travelled = raw.hop_start - raw.hop_limit
    return Reception(
        bearer="radio",
        sender=sender,
        snr=round(raw.rx_snr, 2) if measured and math.isfinite(raw.rx_snr) else None,
        rssi=raw.rx_rssi if measured else None,
        hops=travelled if has_start and travelled >= 0 else None,
        hops_left=raw.hop_limit if has_start else None,
    )


def _error_name(routing: Any) -> str:
    try:
        return str(routing.Error.Name(routing.error_reason))
    except ValueError:
        return f"error {routing.error_reason}"  # newer than the library


def _metrics(telemetry: Any) -> dict[str, float | int | str | None]:
    """Health fields of device_metrics and local_stats, the ones with our radio's own numbers."""
    fields: dict[str, float | int | str | None] = {}
    variant = telemetry.WhichOneof("variant")
    if variant not in ("device_metrics", "local_stats"):
        return fields
    metrics = getattr(telemetry, variant)
    # Only what was sent: local_stats' fields have no presence, a plain 0 there may be "not told".
    told = {field.name: value for field, value in metrics.ListFields()}
    for ours, theirs in (
        ("channel_utilisation", "channel_utilization"),
        ("air_time", "air_util_tx"),
        ("battery", "battery_level"),
    ):
        value = told.get(theirs)
        if value is not None and math.isfinite(value):  # damage on the cable can make any bits
            fields[ours] = round(value, 2) if isinstance(value, float) else value
    return fields
