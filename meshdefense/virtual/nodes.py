"""A radio's node database: what it has learnt of itself and of the others by listening."""

from __future__ import annotations

from typing import Any

from meshtastic.protobuf import mesh_pb2, portnums_pb2, telemetry_pb2

from meshdefense.virtual.decode import parse

__all__ = ["NodeTable"]

LIMIT = 250  # of a native node; the one heard longest ago makes room


class NodeTable:
    """`mesh.NodeInfo` by node number; the radio's own is always there."""

    def __init__(self, number: int, owner: Any) -> None:
        self.number = number
        self._nodes: dict[int, Any] = {}
        self.reset(owner)

    def reset(self, owner: Any) -> None:
        """Forget all others."""
        self._nodes = {self.number: mesh_pb2.NodeInfo(num=self.number, user=owner)}

    @property
    def own(self) -> Any:
        """The radio's own `mesh.NodeInfo`; change it in place."""
        return self._nodes[self.number]

    @property
    def others(self) -> list[Any]:
        """Everybody else, the one learnt of first in front."""
        return [node for number, node in self._nodes.items() if number != self.number]

    def get(self, number: int) -> Any | None:
        """Return what is known of a node, None when nothing is."""
        return self._nodes.get(number)

    def of(self, number: int) -> Any:
        """Return a node's entry, made if it was missing."""
        known = self._nodes.get(number)
        if known is None:
            if len(self._nodes) >= LIMIT:
                del self._nodes[min(self.others, key=lambda node: node.last_heard).num]
            known = self._nodes[number] = mesh_pb2.NodeInfo(num=number)
        return known

    def remove(self, number: int) -> None:
        """Forget one node; the own one stays."""
        if number != self.number:
            self._nodes.pop(number, None)

    def learn(self, packet: Any) -> None:
        """Take what a received `mesh.MeshPacket` tells of its sender."""
        node = self.of(getattr(packet, "from"))
        node.snr = packet.rx_snr
        node.channel = packet.channel
        node.hops_away = max(packet.hop_start - packet.hop_limit, 0)
        if packet.rx_time:
            node.last_heard = packet.rx_time
        port, payload = packet.decoded.portnum, packet.decoded.payload
        if port == portnums_pb2.NODEINFO_APP:
            user = parse(mesh_pb2.User, payload)
            if user is not None:
                node.user.CopyFrom(user)
        elif port == portnums_pb2.POSITION_APP:
            position = parse(mesh_pb2.Position, payload)
            if position is not None:
                node.position.CopyFrom(position)
        elif port == portnums_pb2.TELEMETRY_APP:
            telemetry = parse(telemetry_pb2.Telemetry, payload)
            if telemetry is not None and telemetry.HasField("device_metrics"):
                node.device_metrics.CopyFrom(telemetry.device_metrics)
