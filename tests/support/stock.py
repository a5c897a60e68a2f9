"""A neighbour with a stock radio, by the real client library, beside daemons that speak to it."""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Iterator
from typing import Any

from meshtastic.protobuf import channel_pb2, mesh_pb2, portnums_pb2

from meshdefense_protocol.stock_gate import APART_S
from support.commands import PATIENCE_S
from support.virtual_radio import Client

__all__ = ["CHANNEL", "KEY", "Neighbour", "neighbour", "set_up_channel"]

CHANNEL = "Neighbours"
KEY = bytes(range(32))


def set_up_channel(address: str) -> None:
    """Give a radio the neighbours' channel at index 1, by the library's own admin messages."""
    client = Client(_port(address))
    try:
        node = client.interface.localNode
        channel = node.channels[1]
        channel.role = channel_pb2.Channel.Role.SECONDARY
        channel.settings.name, channel.settings.psk = CHANNEL, KEY
        node.writeChannel(1)
    finally:
        time.sleep(0.5)  # the library closes before what it wrote is out
        client.close()


def _port(address: str) -> int:
    return int(address.rpartition(":")[2])


class Neighbour:
    """Somebody with a stock radio and the real client."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._seen: list[dict[str, Any]] = []

    @property
    def number(self) -> int:
        """Node number of the stock radio."""
        return int(self._client.interface.myInfo.my_node_num)

    def send(self, text: str, to: int | str = "^all", channel: int = 1) -> None:
        """Type a text."""
        self._client.interface.sendText(text, destinationId=to, channelIndex=channel, wantAck=True)

    def asks(self, text: str, to: int) -> str:
        """Type a text until it is answered; returns the answer.

        Direct texts get lost where two radios transmit at once: people send them again.
        """
        for _ in range(3):
            self.send(text, to)
            with contextlib.suppress(AssertionError):
                return self.got("TEXT_MESSAGE_APP", within_s=APART_S + 5)
        raise AssertionError(f"{text!r} was never answered")

    def got(self, port: str, *, within_s: float = PATIENCE_S) -> str:
        """The next text on a port, "ALERT_APP" or "TEXT_MESSAGE_APP"."""
        return bytes(self._packet(port, within_s).decoded.payload).decode()

    def pin(self, *, within_s: float = PATIENCE_S) -> Any:
        """The next waypoint."""
        raw = self._packet("WAYPOINT_APP", within_s)
        return mesh_pb2.Waypoint.FromString(raw.decoded.payload)

    def silent(self, seconds: float, *, sender: int | None = None) -> bool:
        """Whether nothing for people came by then, or nothing from that node."""
        end = time.monotonic() + seconds
        ports = ("ALERT_APP", "TEXT_MESSAGE_APP", "WAYPOINT_APP")
        while (left := end - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                self._seen.append(self._client.packets.get(timeout=left))
        told = [packet for packet in self._seen if _name(packet) in ports]
        return not any(sender in (None, packet["from"]) for packet in told)

    def _packet(self, port: str, within_s: float) -> Any:
        end = time.monotonic() + within_s
        while True:
            for at, packet in enumerate(self._seen):
                if _name(packet) == port:
                    return self._seen.pop(at)["raw"]
            try:
                left = max(end - time.monotonic(), 0.01)
                self._seen.append(self._client.packets.get(timeout=left))
            except queue.Empty:
                names = [_name(packet) for packet in self._seen]
                raise AssertionError(f"no {port} within {within_s:g} s; came: {names}") from None


def _name(packet: dict[str, Any]) -> str:
    port = packet.get("decoded", {}).get("portnum", "")
    return port if isinstance(port, str) else portnums_pb2.PortNum.Name(port)


@contextlib.contextmanager
def neighbour(address: str) -> Iterator[Neighbour]:
    """Connect to a radio for the length of the block."""
    client = Client(_port(address))
    try:
        yield Neighbour(client)
    finally:
        client.close()
