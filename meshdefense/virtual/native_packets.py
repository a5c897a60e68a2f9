"""Transmissions as the native simulator hands them to a client, and as they come back.

A packet on the air is a `mesh.MeshPacket` on SIMULATOR_APP with its content as
`mesh.Compressed`: not encrypted, with the sender's index of the channel. What a node cannot read
it carries on as it came. Sources: `startSend` and `unpackAndReceive` in the firmware's
`SimRadio.cpp`; in simulation direct messages have no encryption of their own (`Router.cpp`).
"""

from __future__ import annotations

from typing import Any, Final

from meshtastic.protobuf import mesh_pb2, portnums_pb2

from meshdefense.air.packets import MAX_HOPS, Packet
from meshdefense.virtual.decode import parse
from meshdefense.virtual.settings import Settings

__all__ = ["is_transmission", "received", "transmitted"]

# Marks of channels end at 63 bits and are odd; these stand for what this node has no key for.
FOREIGN_INDEX: Final = 1 << 63 | 1
CIPHERTEXT: Final = 1 << 64
LOW_BYTE: Final = 0xFF
MOST_CARRIED_BYTES: Final = 227  # of 233, less what `Compressed` may add; more goes empty


def is_transmission(packet: Any) -> bool:
    """Whether a client's `mesh.MeshPacket` is one that another node has transmitted."""
    return bool(packet.HasField("decoded") and packet.decoded.portnum == portnums_pb2.SIMULATOR_APP)


def transmitted(packet: Packet, settings: Settings) -> Any:
    """Return what a client is handed when a node with `settings` transmits `packet`."""
    message = mesh_pb2.MeshPacket(
        to=packet.to,
        id=packet.identifier,
        hop_limit=packet.hop_limit,
        hop_start=packet.hop_start,
        want_ack=packet.want_ack,
        priority=packet.priority,
        relay_node=packet.relay & LOW_BYTE,
    )
    setattr(message, "from", packet.origin)
    data = _content(packet)
    if data is None:  # what came as ciphertext goes on as it
        message.channel = (packet.channel ^ CIPHERTEXT) >> 1
        port, content = portnums_pb2.UNKNOWN_APP, packet.payload
    else:
        message.channel = _index(packet.channel, settings)
        port, content = data.portnum, data.payload
        message.decoded.CopyFrom(data)
    inner = mesh_pb2.Compressed(portnum=port)
    if len(content) <= MOST_CARRIED_BYTES:
        inner.data = content
    message.decoded.portnum = portnums_pb2.SIMULATOR_APP
    message.decoded.payload = inner.SerializeToString()
    return message


def received(message: Any, settings: Settings) -> Packet | None:
    """Return the packet in a `mesh.MeshPacket` that `is_transmission`; None when it has none."""
    inner = parse(mesh_pb2.Compressed, message.decoded.payload)
    if inner is None:
        return None
    answers = None
    if inner.portnum == portnums_pb2.UNKNOWN_APP:
        payload, mark = bytes(inner.data), _ciphertext(message.channel)
    else:
        data = mesh_pb2.Data()
        data.CopyFrom(message.decoded)
        data.portnum, data.payload = inner.portnum, inner.data
        payload, mark = bytes(data.SerializeToString()), _mark(message.channel, settings)
        answers = _answered(data)
    return Packet(
        getattr(message, "from"),
        message.id,
        payload,
        message.to,
        hop_limit=min(message.hop_limit, MAX_HOPS),
        hop_start=min(message.hop_start, MAX_HOPS),
        want_ack=message.want_ack,
        priority=message.priority,
        channel=mark,
        answers=answers,
        relay=message.relay_node,
    )


def _content(packet: Packet) -> Any | None:
    """Return the `mesh.Data` of a packet; None for ciphertext."""
    if packet.channel & CIPHERTEXT:
        return None
    if packet.answers is not None:
        routing = mesh_pb2.Routing(error_reason=mesh_pb2.Routing.Error.NONE)
        return mesh_pb2.Data(
            portnum=portnums_pb2.ROUTING_APP,
            payload=routing.SerializeToString(),
            request_id=packet.answers,
        )
    return parse(mesh_pb2.Data, packet.payload)


def _answered(data: Any) -> int | None:
    """Return what an acknowledgement confirms; None for everything else, errors included."""
    if data.portnum != portnums_pb2.ROUTING_APP or not data.request_id:
        return None
    routing = parse(mesh_pb2.Routing, data.payload)
    if routing is None or routing.WhichOneof("variant") not in (None, "error_reason"):
        return None
    return int(data.request_id) if routing.error_reason == mesh_pb2.Routing.Error.NONE else None


def _mark(index: int, settings: Settings) -> int:
    """Return what names the channel that the sender calls `index`."""
    mark = settings.channel_mark(index)
    return FOREIGN_INDEX | index << 1 if mark is None else mark


def _ciphertext(channel_hash: int) -> int:
    """Return the mark of ciphertext; even for direct messages, whose hash is 0."""
    return CIPHERTEXT | channel_hash << 1 | bool(channel_hash)


def _index(mark: int, settings: Settings) -> int:
    """Return the index under which a channel's packets are handed over."""
    known = settings.channel_of(mark)
    return (mark ^ FOREIGN_INDEX) >> 1 if known is None else known
