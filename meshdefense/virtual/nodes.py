"""A radio's node database: what it has learnt of itself and of the others by listening."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it ships no types
from meshtastic.protobuf import deviceonly_pb2, mesh_pb2, portnums_pb2, telemetry_pb2

from meshdefense.virtual.decode import parse
from meshdefense.virtual.settings import STATE_VERSION, node_id
from meshdefense.virtual.sizes import fits

__all__ = ["LIMIT", "NodeTable"]

LIMIT = 250  # of a native node; the one heard longest ago makes room

# Of NodeInfoLite.bitfield; is_favorite and is_ignored have fields of their own.
VERIFIED, MUTED = 1, 2
PLAIN = ("num", "snr", "last_heard", "channel", "via_mqtt", "is_favorite", "is_ignored")
OF_USERS = (
    "macaddr",
    "long_name",
    "short_name",
    "hw_model",
    "is_licensed",
    "role",
    "public_key",
)
OF_POSITIONS = ("latitude_i", "longitude_i", "altitude", "time", "location_source")


class NodeTable:
    """`mesh.NodeInfo` by node number; the radio's own is always there."""

    def __init__(self, number: int, owner: Any) -> None:
        self.number = number
        self.changed = False
        """Whether somebody's name or key is new since the table was saved."""
        self._nodes: dict[int, Any] = {}
        self.reset(owner)

    def reset(self, owner: Any, *, keep_favourites: bool = False) -> None:
        """Forget all others."""
        kept = [node for node in self._nodes.values() if keep_favourites and node.is_favorite]
        self._nodes = {self.number: mesh_pb2.NodeInfo(num=self.number, user=owner)}
        self._nodes |= {node.num: node for node in kept if node.num != self.number}

    @property
    def own(self) -> Any:
        """The radio's own `mesh.NodeInfo`; change it in place."""
        return self._nodes[self.number]

    @property
    def others(self) -> list[Any]:
        """Everybody else, the one learnt of first in front."""
        return [node for number, node in self._nodes.items() if number != self.number]

    @property
    def full(self) -> bool:
        """Whether a new node displaces another."""
        return len(self._nodes) >= LIMIT

    def get(self, number: int) -> Any | None:
        """Return what is known of a node, None when nothing is."""
        return self._nodes.get(number)

    def public_key(self, number: int) -> bytes:
        """Return a node's public key, empty when it is not known."""
        known = self._nodes.get(number)
        return b"" if known is None else bytes(known.user.public_key)

    def is_ignored(self, number: int) -> bool:
        """Whether nothing of a node is wanted."""
        known = self._nodes.get(number)
        return known is not None and bool(known.is_ignored)

    def of(self, number: int) -> Any:
        """Return a node's entry, made if it was missing."""
        known = self._nodes.get(number)
        if known is None:
            if self.full:
                # Favourites, the ignored and the verified go last; first who has no key.
                least = min(self.others, key=_worth)
                del self._nodes[least.num]
            known = self._nodes[number] = mesh_pb2.NodeInfo(num=number)
        return known

    def remove(self, number: int) -> None:
        """Forget one node; the own one stays."""
        if number != self.number:
            self._nodes.pop(number, None)

    def fill(self, first: int) -> None:
        """Let strangers with numbers from `first` take all places that are left."""
        number = first
        while not self.full:
            if number not in self._nodes:
                node = self.of(number)
                node.last_heard = 1
                node.user.CopyFrom(mesh_pb2.User(id=node_id(number)))
                node.user.long_name = f"Stranger {number & 0xFFFF:04x}"
                node.user.short_name = f"{number & 0xFFFF:04x}"
            number += 1

    def learn(self, packet: Any) -> None:
        """Take what a received `mesh.MeshPacket` tells of its sender."""
        node = self.of(getattr(packet, "from"))
        node.snr = packet.rx_snr
        if packet.hop_start >= packet.hop_limit:  # else somebody on the way changed the numbers
            node.hops_away = packet.hop_start - packet.hop_limit
        if packet.rx_time:
            node.last_heard = packet.rx_time
        self.learn_content(packet)

    def learn_content(self, packet: Any) -> bool:
        """Take what a packet tells of its sender in words; return whether it has another name."""
        node = self.of(getattr(packet, "from"))
        port, payload = packet.decoded.portnum, packet.decoded.payload
        if port == portnums_pb2.NODEINFO_APP:
            return self._learn_user(node, parse(mesh_pb2.User, payload), packet.channel)
        if port == portnums_pb2.POSITION_APP:
            position = parse(mesh_pb2.Position, payload)
            if position is not None and position.HasField("latitude_i"):
                node.position.CopyFrom(position)
        elif port == portnums_pb2.TELEMETRY_APP:
            telemetry = parse(telemetry_pb2.Telemetry, payload)
            if telemetry is not None and telemetry.HasField("device_metrics"):
                node.device_metrics.CopyFrom(telemetry.device_metrics)
        return False

    def _learn_user(self, node: Any, user: Any | None, channel: int) -> bool:
        if user is None or not fits(user):
            return False
        key = bytes(node.user.public_key)
        if key and user.public_key and bytes(user.public_key) != key:
            return False  # a known key is never replaced from the air (NodeDB::updateUser)
        user.public_key = user.public_key or key
        news = bool(user != node.user or node.channel != channel)
        self.changed = self.changed or news
        node.user.CopyFrom(user)
        node.channel = channel  # on which it can be reached
        return news

    # -- flash -------------------------------------------------------------------------------

    def database(self) -> Any:
        """Return all nodes as a `deviceonly.NodeDatabase`."""
        self.changed = False
        nodes = [_lite(node) for node in self._nodes.values()]
        return deviceonly_pb2.NodeDatabase(version=STATE_VERSION, nodes=nodes)

    def load(self, content: bytes) -> bool:
        """Take a `NodeDatabase` instead of what is known; False when it is none."""
        try:
            database = deviceonly_pb2.NodeDatabase.FromString(content)
        except DecodeError:
            return False
        if database.version != STATE_VERSION or len(database.nodes) > LIMIT:
            return False
        own = self.own
        self._nodes = {self.number: own}
        self._nodes |= {node.num: _full(node) for node in database.nodes}
        self.changed = False
        return True


def _worth(node: Any) -> tuple[bool, bool, int]:
    """Sorting key: who is given up first when the table is full comes first."""
    stays = node.is_favorite or node.is_ignored or node.is_key_manually_verified
    return (stays, bool(node.user.public_key), node.last_heard)


def _lite(node: Any) -> Any:
    """Return a `mesh.NodeInfo` as `deviceonly.NodeInfoLite`."""
    lite = deviceonly_pb2.NodeInfoLite(**{name: getattr(node, name) for name in PLAIN})
    lite.bitfield = VERIFIED * node.is_key_manually_verified | MUTED * node.is_muted
    if node.HasField("hops_away"):
        lite.hops_away = node.hops_away
    if node.HasField("user"):
        _copy(OF_USERS, node.user, lite.user)
        if node.user.HasField("is_unmessagable"):
            lite.user.is_unmessagable = node.user.is_unmessagable
    if node.HasField("position"):
        lite.position.SetInParent()
        _copy(OF_POSITIONS, node.position, lite.position)
    if node.HasField("device_metrics"):
        lite.device_metrics.CopyFrom(node.device_metrics)
    return lite


def _full(lite: Any) -> Any:
    """Return a `deviceonly.NodeInfoLite` as `mesh.NodeInfo`."""
    node = mesh_pb2.NodeInfo(**{name: getattr(lite, name) for name in PLAIN})
    node.is_key_manually_verified = bool(lite.bitfield & VERIFIED)
    node.is_muted = bool(lite.bitfield & MUTED)
    if lite.HasField("hops_away"):
        node.hops_away = lite.hops_away
    if lite.HasField("user"):
        node.user.id = node_id(lite.num)
        _copy(OF_USERS, lite.user, node.user)
        if lite.user.HasField("is_unmessagable"):
            node.user.is_unmessagable = lite.user.is_unmessagable
    if lite.HasField("position"):
        node.position.SetInParent()
        _copy(OF_POSITIONS, lite.position, node.position)
    if lite.HasField("device_metrics"):
        node.device_metrics.CopyFrom(lite.device_metrics)
    return node


def _copy(names: tuple[str, ...], source: Any, target: Any) -> None:
    """Copy fields; those at their default stay absent, since one kind has no others."""
    for name in names:
        if getattr(source, name):
            setattr(target, name, getattr(source, name))
