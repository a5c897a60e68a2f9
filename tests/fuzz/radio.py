"""Targets for the bytes between a program and a radio: the stream, and what both ends make of it.

"device" is the virtual radio, "told" our driver's side; between them is the client library.
"""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any, Final, cast

from meshtastic.protobuf import admin_pb2, mesh_pb2, portnums_pb2, telemetry_pb2

from fuzz.target import Check, Target, demand, pieces
from meshdefense.radio.base import ReceivedFrame
from meshdefense.radio.facts import Fact, FactQueue, HealthFact, NoticeFact
from meshdefense.radio.translator import Translator
from meshdefense.radio.wall import Wall
from meshdefense.virtual.decode import parse
from meshdefense.virtual.mesh import FIRST_NUMBER, VirtualMesh
from meshdefense.virtual.stream import HEADER_BYTES, MAX_FRAME_BYTES, FrameReader, framed

__all__ = ["TARGETS"]

MESSAGES: Final = (mesh_pb2.ToRadio, mesh_pb2.FromRadio)
ANSWERS_MAX: Final = 400
"""A handshake with 2 nodes has some 40 messages."""


def _to_radio() -> list[Any]:
    """What a client says: handshake, packets to all and to its own radio, settings, goodbye."""
    data = mesh_pb2.MeshPacket(to=0xFFFFFFFF, id=77, hop_limit=3, want_ack=True)
    data.decoded.portnum = portnums_pb2.PRIVATE_APP
    data.decoded.payload = b"x" * 20
    found = [
        mesh_pb2.ToRadio(want_config_id=4711),
        mesh_pb2.ToRadio(heartbeat=mesh_pb2.Heartbeat()),
        mesh_pb2.ToRadio(packet=data),
    ]
    orders = [
        admin_pb2.AdminMessage(get_owner_request=True),
        admin_pb2.AdminMessage(get_channel_request=1),
        admin_pb2.AdminMessage(get_config_request=admin_pb2.AdminMessage.LORA_CONFIG),
        admin_pb2.AdminMessage(set_time_only=1_790_000_000),
        admin_pb2.AdminMessage(reboot_seconds=2),
        admin_pb2.AdminMessage(nodedb_reset=1),
        admin_pb2.AdminMessage(factory_reset_config=1),
    ]
    changed = admin_pb2.AdminMessage()
    changed.set_config.lora.hop_limit = 5
    changed.set_config.lora.use_preset = True
    owner = admin_pb2.AdminMessage()
    owner.set_owner.long_name = "other"
    for order in (*orders, changed, owner):
        packet = mesh_pb2.MeshPacket(to=FIRST_NUMBER, id=88, want_ack=True)
        packet.decoded.portnum = portnums_pb2.ADMIN_APP
        packet.decoded.payload = order.SerializeToString()
        packet.decoded.want_response = True
        found.append(mesh_pb2.ToRadio(packet=packet))
    return [*found, mesh_pb2.ToRadio(disconnect=True)]


def stream_seeds() -> list[bytes]:
    """The size of a read, then frames with noise between them."""
    raws = [message.SerializeToString() for message in _to_radio()]
    answer = mesh_pb2.FromRadio(id=7, config_complete_id=4711).SerializeToString()
    noise = b"\xc3" * 32
    return [
        b"\7" + noise + b"".join(map(framed, raws[:4])),
        b"\1" + framed(answer) + b"\x94" + framed(raws[0]) + b"\x94\xc3\xff\xff" + framed(raws[1]),
        b"\0" + framed(bytes(MAX_FRAME_BYTES)) + framed(b""),
        b"\3\x94\x94\xc3\0\1a\x94\xc3\0",
    ]


def _frames_in(stream: bytes) -> list[bytes]:
    """The frames of a whole stream, by a search that keeps no state."""
    found, at = [], stream.find(b"\x94\xc3")
    while 0 <= at <= len(stream) - HEADER_BYTES:
        begin = at + HEADER_BYTES
        size = int.from_bytes(stream[at + 2 : begin], "big")
        if size > MAX_FRAME_BYTES:
            begin, size = at + 1, 0
        elif begin + size > len(stream):
            break
        else:
            found.append(stream[begin : begin + size])
        at = stream.find(b"\x94\xc3", begin + size)
    return found


def make_stream() -> Check:
    """The same frames come out of a stream however it is cut, and none makes the reader grow."""

    def check(raw: bytes) -> None:
        step, stream = (raw or b"\0")[0] % 64 + 1, raw[1:]
        whole, cut = FrameReader(), FrameReader()
        found = whole.feed(stream)
        in_pieces = []
        for at in range(0, len(stream), step):
            in_pieces += cut.feed(stream[at : at + step])
            demand(len(cut._buffer) < MAX_FRAME_BYTES + HEADER_BYTES, "what is no frame piles up")
        demand(found == _frames_in(stream), "other frames than a plain search finds")
        demand(in_pieces == found, "other frames when the stream is cut")
        demand(cut.skipped == whole.skipped, "other bytes are skipped when the stream is cut")
        used = sum(HEADER_BYTES + len(one) for one in found) + whole.skipped + len(whole._buffer)
        demand(used == len(stream), "bytes are lost, or used twice")
        again = FrameReader().feed(b"".join(map(framed, found)))
        demand(again == found, "frames are written as others")
        for payload in found:
            for kind in MESSAGES:
                message = parse(kind, payload)
                if message is not None:
                    form = message.SerializeToString(deterministic=True)
                    same = parse(kind, form)
                    demand(same is not None, "what was parsed cannot be said")

    return check


def device_seeds() -> list[bytes]:
    """Seconds after the one before | length | a message to the radio, again and again."""
    raws = [message.SerializeToString() for message in _to_radio()]
    single = [bytes((at % 4, len(raw))) + raw for at, raw in enumerate(raws) if len(raw) < 256]
    return [single[0] + one + single[1] for one in single[2:]] + [b"".join(single)]


def make_device() -> Check:
    """A client's messages at a fresh device: every answer fits a frame, and they come to an end."""

    def check(raw: bytes) -> None:
        mesh, now = VirtualMesh(2, preset="SHORT_FAST", clock=lambda: 0.0), 0.0
        device, answers = mesh.devices[0], 0
        client = device.phone.connect()
        device.modules.start(0.0)
        for wait, payload in pieces(raw):
            now += wait % 16
            while (due := mesh.world.timer_at()) is not None and due <= now:
                for event in mesh.world.advance(due):
                    mesh.devices[event.node - FIRST_NUMBER].from_air(event)
            device.run(now)
            stays = device.from_client(payload, now, client)
            while (answer := client.take()) is not None:
                demand(FrameReader().feed(framed(answer)) == [answer], "an answer is no frame")
                demand(parse(mesh_pb2.FromRadio, answer) is not None, "an answer is no message")
                answers += 1
                demand(answers <= ANSWERS_MAX * (raw.count(payload[:2]) + 1), "no end of answers")
            if not stays:
                device.phone.leave(client)
                client = device.phone.connect()

    return check


class _Facts:
    """Keeps what a wall tells; stands in for the queue between threads."""

    def __init__(self) -> None:
        self.told: list[Fact] = []

    def put(self, fact: Fact) -> None:
        self.told.append(fact)

    def close(self, reason: str) -> None:
        demand(reason, "closed without a reason")


def _published(packet: Any) -> dict[str, Any]:
    """A packet as the library publishes it, as far as the driver looks."""
    decoded: dict[str, Any] = {}
    known = {portnums_pb2.ROUTING_APP: ("routing", mesh_pb2.Routing),
             portnums_pb2.TELEMETRY_APP: ("telemetry", telemetry_pb2.Telemetry)}  # fmt: skip
    name, kind = known.get(packet.decoded.portnum, ("", None))
    inside = None if kind is None else parse(kind, packet.decoded.payload)
    if inside is not None:
        decoded[name] = {"raw": inside}
    return {"raw": packet, "decoded": decoded}


def told_seeds() -> list[bytes]:
    """What a radio tells its client, one message after the other."""
    own = FIRST_NUMBER
    frame = mesh_pb2.MeshPacket(to=0xFFFFFFFF, id=7, rx_snr=-7.25, rx_rssi=-110, hop_limit=2)
    frame.hop_start = 3
    frame.decoded.portnum, frame.decoded.payload = 256, b"\x11" * 30
    setattr(frame, "from", own + 1)
    answer = mesh_pb2.MeshPacket(to=own, id=8)
    setattr(answer, "from", own)
    answer.decoded.portnum, answer.decoded.request_id = portnums_pb2.ROUTING_APP, 77
    answer.decoded.payload = mesh_pb2.Routing(error_reason=5).SerializeToString()
    health = mesh_pb2.MeshPacket(to=own, id=9)
    setattr(health, "from", own)
    health.decoded.portnum = portnums_pb2.TELEMETRY_APP
    metrics = telemetry_pb2.DeviceMetrics(battery_level=80, channel_utilization=1.5)
    health.decoded.payload = telemetry_pb2.Telemetry(device_metrics=metrics).SerializeToString()
    status = mesh_pb2.QueueStatus(res=0, free=15, maxlen=16, mesh_packet_id=77)
    notice = mesh_pb2.ClientNotification(message="duty cycle \x1b[2J")
    raws = [
        mesh_pb2.FromRadio(**fields).SerializeToString()
        for fields in (
            {"packet": frame}, {"packet": answer}, {"packet": health},
            {"queueStatus": status}, {"clientNotification": notice},
        )
    ]  # fmt: skip
    return [bytes((0, len(raw))) + raw for raw in raws] + [
        b"".join(bytes((0, len(raw))) + raw for raw in raws)
    ]


def make_told() -> Check:
    """What the driver takes from its radio: numbers that are numbers, and text that is shown."""

    def check(raw: bytes) -> None:
        facts, translator = _Facts(), Translator()
        wall = Wall(cast("FactQueue", facts))
        wall.interface = SimpleNamespace(myInfo=SimpleNamespace(my_node_num=FIRST_NUMBER))
        for _, content in pieces(raw):
            message = parse(mesh_pb2.FromRadio, content)
            if message is None:
                continue
            wall.queue_status(message.queueStatus)
            wall.notification(message.clientNotification)
            wall.packet(_published(message.packet))
        for fact in facts.told:
            match fact:
                case ReceivedFrame(frame, reception):
                    demand(isinstance(frame, bytes), "a frame that is no bytes")
                    _finite(reception.snr, reception.rssi, reception.hops)
                case HealthFact(fields):
                    _finite(*fields.values())
                case NoticeFact(text):
                    demand(text.isprintable(), "a notice that steers the terminal")
            translator.translate(fact, 3)

    return check


def _finite(*values: object) -> None:
    numbers = [value for value in values if isinstance(value, float)]
    demand(all(map(math.isfinite, numbers)), f"a measurement that is no number: {values}")


TARGETS: Final = (
    Target("told", make_told, told_seeds, 800),
    Target("stream", make_stream, stream_seeds, 1200),
    Target("device", make_device, device_seeds, 800),
)
