"""Transmissions as the native simulator hands them to a client, and as they come back.

A packet on the air is a `mesh.MeshPacket` on SIMULATOR_APP with its content as
`mesh.Compressed`: not encrypted, with the sender's index of the channel. That index is also its
mark, so that nothing that happens to the channel while it waits makes another of it. What a node
cannot read it carries on as it came. Sources: `startSend` and `unpackAndReceive` in the firmware's
`SimRadio.cpp`; in simulation direct messages have no encryption of their own (`Router.cpp`).
"""

from __future__ import annotations

from typing import Any, Final

from meshtastic.protobuf import mesh_pb2, portnums_pb2

from meshdefense.air.packets import BROADCAST, MAX_HOPS, Packet
from meshdefense.virtual.decode import parse

__all__ = [
    "ciphertext_of",
    "index_mark",
    "index_of",
    "is_transmission",
    "received",
    "transmitted",
]

# Odd as all marks of channels; and what this node has no key for.
INDEX: Final = 1 << 63 | 1
CIPHERTEXT: Final = 1 << 64
LOW_BYTE: Final = 0xFF
MOST_CARRIED_BYTES: Final = 227  # of 233, less what `Compressed` may add; more goes empty


def is_transmission(packet: Any) -> bool:
    """Whether a client's `mesh.MeshPacket` is one that another node has transmitted."""
    return bool(packet.HasField("decoded") and packet.decoded.portnum == portnums_pb2.SIMULATOR_APP)


def index_mark(index: int) -> int:
    """Return what marks a packet whose sender calls its channel `index`."""
    return INDEX | index << 1


def index_of(mark: int) -> int | None:
    """Return the index that `mark` stands for; None for ciphertext."""
    return None if mark & CIPHERTEXT else (mark ^ INDEX) >> 1


def ciphertext_of(packet: Packet) -> tuple[int, bytes] | None:
    """Return channel hash and ciphertext of what came so; None for what is readable as it is."""
    if index_of(packet.channel) is not None:
        return None
    return (packet.channel ^ CIPHERTEXT) >> 1, packet.payload


def transmitted(packet: Packet) -> Any:
    """Return what a client is handed when a node transmits `packet`, marked as here."""
    message = mesh_pb2.MeshPacket(
        to=packet.to,
        id=packet.identifier,
        hop_limit=packet.hop_limit,
        hop_start=packet.hop_start,
        want_ack=packet.want_ack and packet.to != BROADCAST,  # `Router::send` takes it away
        priority=packet.priority,
        relay_node=packet.relay & LOW_BYTE,
    )
    setattr(message, "from", packet.origin)
    if (sealed := ciphertext_of(packet)) is not None:  # goes on as it came
        message.channel, content = sealed
        port = portnums_pb2.UNKNOWN_APP
    else:
        message.channel, data = index_of(packet.channel) or 0, _content(packet)
        port, content = data.portnum, data.payload
        message.decoded.CopyFrom(data)
    inner = mesh_pb2.Compressed(portnum=port)
    if len(content) <= MOST_CARRIED_BYTES:
        inner.data = content
    message.decoded.portnum = portnums_pb2.SIMULATOR_APP
    message.decoded.payload = inner.SerializeToString()
    return message


def received(message: Any) -> Packet | None:
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
        payload, mark = bytes(data.SerializeToString()), index_mark(message.channel)
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


def _content(packet: Packet) -> Any:
    """Return the `mesh.Data` of a packet that is no ciphertext."""
    if packet.answers is not None:
        routing = mesh_pb2.Routing(error_reason=mesh_pb2.Routing.Error.NONE)
        return mesh_pb2.Data(
            portnum=portnums_pb2.ROUTING_APP,
            payload=routing.SerializeToString(),
            request_id=packet.answers,
        )
    return parse(mesh_pb2.Data, packet.payload) or mesh_pb2.Data()


def _answered(data: Any) -> int | None:
    """Return what an acknowledgement confirms; None for everything else, errors included."""
    if data.portnum != portnums_pb2.ROUTING_APP or not data.request_id:
        return None
    routing = parse(mesh_pb2.Routing, data.payload)
    if routing is None or routing.WhichOneof("variant") not in (None, "error_reason"):
        return None
    return int(data.request_id) if routing.error_reason == mesh_pb2.Routing.Error.NONE else None


def _ciphertext(channel_hash: int) -> int:
    """Return the mark of ciphertext; even for direct messages, whose hash is 0."""
    return CIPHERTEXT | channel_hash << 1 | bool(channel_hash)
