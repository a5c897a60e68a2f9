"""Virtual radios without sockets or clocks: frames and times in, messages out."""

from __future__ import annotations

import random
from typing import Any

from meshtastic.protobuf import admin_pb2, mesh_pb2, portnums_pb2

from meshdefense.air.medium import Link
from meshdefense.air.presets import preset_named
from meshdefense.air.world import World
from meshdefense.virtual.defaults import default_settings, from_the_box
from meshdefense.virtual.device import Device
from meshdefense.virtual.flash import Flash

FIRST = 0x4D440001
LOSS_DB = 100.0


class RadioBench:
    """Some radios that know each other, each with one client; time goes on when it is told to."""

    def __init__(
        self,
        count: int = 2,
        *,
        links: list[tuple[int, int]] | None = None,
        flash: Flash | None = None,
        box: bool = False,
        device: type[Device] = Device,
        **traits: Any,
    ) -> None:
        """`flash` is that of the first radio; without `links` all hear each other."""
        self.now = 0.0
        self.world = World(1, preset_named("SHORT_FAST"), links_only=links is not None)
        self.numbers = [FIRST + index for index in range(count)]
        for number in self.numbers:
            self.world.add_node(number)
        for a, b in links or ():
            for pair in ((a, b), (b, a)):
                self.world.set_link(self.numbers[pair[0]], self.numbers[pair[1]], Link(LOSS_DB))
        self.devices = [
            device(
                number,
                from_the_box(number) if box else _settings(number),
                self.world,
                random.Random(f"bench/{number}"),
                flash=flash if index == 0 else None,
                **traits,
            )
            for index, number in enumerate(self.numbers)
        ]
        for one in self.devices:
            for other in self.devices:
                if other is not one and not box:
                    one.nodes.of(other.number).user.CopyFrom(other.settings.owner)
            one.save_all()
            one.modules.start(0.0)
        self.clients = [one.phone.connect() for one in self.devices]
        for index in range(count):
            self.handshake(index)

    def handshake(self, node: int = 0) -> list[Any]:
        """What a radio tells of itself."""
        self.say(node, mesh_pb2.ToRadio(want_config_id=7))
        return self.told(node)

    def say(self, node: int, message: Any) -> None:
        """Let a client send one `ToRadio`."""
        device = self.devices[node]
        device.from_client(message.SerializeToString(), self.now, self.clients[node])

    def told(self, node: int = 0) -> list[Any]:
        """The `FromRadio` messages that came since the last look."""
        found = []
        while (payload := self.clients[node].take()) is not None:
            found.append(mesh_pb2.FromRadio.FromString(payload))
        return found

    def packets(self, node: int = 0) -> list[Any]:
        """The packets among them."""
        return [message.packet for message in self.told(node) if message.HasField("packet")]

    def advance(self, seconds: float) -> None:
        """Let time go on."""
        end = self.now + seconds
        while True:
            timer = self.world.timer_at()
            timers = [end if timer is None else timer, *(d.timer_at() for d in self.devices)]
            due = min(*timers, end)
            self.now = max(due, self.now)
            for event in self.world.advance(self.now):
                self.devices[event.node - FIRST].from_air(event)
            for index, device in enumerate(self.devices):
                device.run(self.now)
                if (returns := device.due_end(self.now)) is not None:
                    self._switch(index, on=returns)
            if self.now >= end:
                return

    def power_cut(self, node: int = 0) -> None:
        """Take a radio's power and give it back; its client shakes hands again."""
        self._switch(node, on=True)

    def _switch(self, node: int, *, on: bool) -> None:
        """Switch a radio off and, unless `on` is false, on again at once."""
        for state in (False, True)[: 1 + on]:
            self.world.power(self.numbers[node], state, self.now)
            for event in self.world.advance(self.now):
                self.devices[event.node - FIRST].from_air(event)
        self.clients[node] = self.devices[node].phone.connect()
        self.handshake(node)

    def ask(self, message: Any, node: int = 0, *, want_response: bool = True) -> Any:
        """Send an `AdminMessage` to the client's own radio; return the `Data` that answers."""
        identifier = self.devices[node].new_identifier()
        packet = admin_packet(self.numbers[node], message, identifier)
        packet.decoded.want_response = want_response
        self.say(node, mesh_pb2.ToRadio(packet=packet))
        answers = [p for p in self.packets(node) if p.decoded.request_id == identifier]
        assert len(answers) == 1, f"{len(answers)} answers to {message}"
        return answers[0].decoded

    def ask_afar(self, message: Any, *, wait: float = 20.0) -> list[Any]:
        """Send an `AdminMessage` from the first radio to the second; return what came back.

        Each is a `Data`; that the packet arrived is not among them.
        """
        identifier = self.devices[0].new_identifier()
        packet = admin_packet(self.numbers[1], message, identifier)
        packet.hop_limit = 3
        self.say(0, mesh_pb2.ToRadio(packet=packet))
        self.advance(wait)
        answers = [p.decoded for p in self.packets(0) if p.decoded.request_id == identifier]
        return [data for data in answers if outcome(data) != 0]


def admin_packet(number: int, message: Any, identifier: int = 88) -> Any:
    """A `MeshPacket` with an admin message for node `number`."""
    packet = mesh_pb2.MeshPacket(to=number, id=identifier, want_ack=True)
    packet.decoded.portnum = portnums_pb2.ADMIN_APP
    packet.decoded.payload = message.SerializeToString()
    packet.decoded.want_response = True
    return packet


def outcome(data: Any) -> int | None:
    """The error code in a routing message; None in anything else."""
    if data.portnum != portnums_pb2.ROUTING_APP:
        return None
    return int(mesh_pb2.Routing.FromString(data.payload).error_reason)


def admin_reply(data: Any) -> Any:
    """The admin message that answered."""
    assert data.portnum == portnums_pb2.ADMIN_APP, data
    return admin_pb2.AdminMessage.FromString(data.payload)


def _settings(number: int) -> Any:
    return default_settings(
        number, f"Radio {number & 0xFF}", preset="SHORT_FAST", region="US", hop_limit=3, seed=1
    )
