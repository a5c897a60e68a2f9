"""Which channel stock radios are on, and what becomes of a line without a way to them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.radio.base import FrameFate
from meshdefense.radio.facts import FactQueue
from meshdefense.radio.ledger import FrameLedger
from meshdefense.radio.link import RadioLink
from meshdefense.radio.loopback import LoopbackHub
from meshdefense.radio.stock import (
    NO_RADIO,
    PRIMARY,
    ChannelSlot,
    StockPacket,
    StockPort,
    StockText,
    Waypoint,
    find_channel,
)
from meshdefense.radio.wall import Wall
from meshdefense_protocol.transport import Fate

TABLE = (ChannelSlot(0, "Net"), ChannelSlot(1, "Neighbours"), ChannelSlot(2, "Other"))
LINE = StockPacket(-1, StockPort.TEXT, "hello")


@pytest.mark.parametrize(
    ("wanted", "index"), [("Neighbours", 1), ("2", 2), (" Other ", 2), (PRIMARY, 0)]
)
def test_a_channel_is_found_by_name_index_or_the_word_primary(wanted: str, index: int) -> None:
    found = find_channel(wanted, TABLE)
    assert (found.index, found.problem) == (index, "")


@pytest.mark.parametrize("wanted", ["0", "Net"])
def test_the_primary_channel_is_not_taken_by_its_name_or_number(wanted: str) -> None:
    found = find_channel(wanted, TABLE)
    assert found.index is None
    assert "--stock-channel primary" in found.problem


def test_what_is_not_there_names_what_is() -> None:
    found = find_channel("Neighbors", TABLE)
    assert found.index is None
    assert "1 Neighbours, 2 Other" in found.problem


def test_two_channels_of_one_name_are_told_apart_by_number() -> None:
    twice = (*TABLE, ChannelSlot(3, "Other"))
    assert "by its index" in find_channel("Other", twice).problem
    assert find_channel("3", twice).index == 3


@given(st.text(max_size=20))
def test_no_word_but_primary_leads_to_the_primary_channel(wanted: str) -> None:
    assert find_channel(wanted, TABLE).index != 0 or wanted.strip() == PRIMARY


async def first_fate(link: RadioLink) -> FrameFate:
    async with asyncio.timeout(5):
        async for event in link.events():
            if isinstance(event, FrameFate):
                return event
    raise AssertionError("the events ended")


def test_without_a_radio_a_line_is_lost_at_once_and_says_so() -> None:
    async def play() -> None:
        link = RadioLink(None)
        await link.send_stock(LINE)
        assert await first_fate(link) == FrameFate(-1, Fate.LOST, NO_RADIO)

    asyncio.run(play())


def test_a_radio_that_cannot_speak_to_stock_radios_refuses() -> None:
    async def play() -> None:
        link = RadioLink(LoopbackHub(1).opener(1))
        task = asyncio.get_running_loop().create_task(link.run())
        try:
            async with asyncio.timeout(5):
                while link.status.state.value != "ready":  # noqa: ASYNC110  # a state, no event
                    await asyncio.sleep(0.01)
            await link.send_stock(LINE)
            assert (await first_fate(link)).fate is Fate.REFUSED
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(play())


def test_of_a_direct_text_its_recipient_says_that_it_came_and_nobody_else() -> None:
    ledger = FrameLedger()
    ledger.add(7, LINE, 0.0, to=42)
    assert (ledger.recipient(7), ledger.recipient(8)) == (42, None)


def heard(wall_stock: str, **packet: Any) -> list[StockText]:
    """What a wall makes of a text packet; our radio is number 1."""
    from types import SimpleNamespace

    from meshtastic.protobuf import channel_pb2, mesh_pb2

    async def play() -> list[StockText]:
        facts = FactQueue(asyncio.get_running_loop())
        wall = Wall(facts, wall_stock)
        channels = [channel_pb2.Channel(index=0, role=1), channel_pb2.Channel(index=1, role=2)]
        channels[1].settings.name = "Neighbours"
        config = SimpleNamespace(HasField=lambda name: False, lora=None)
        wall.interface = SimpleNamespace(
            myInfo=SimpleNamespace(my_node_num=1), nodesByNum={}, metadata=None,
            localNode=SimpleNamespace(channels=channels, localConfig=config),
        )  # fmt: skip
        wall.health()
        values = {"sender": 9, "to": 1, "channel": 0, "port": 1, "payload": b"SOS"} | packet
        raw = mesh_pb2.MeshPacket(to=values["to"], channel=values["channel"])
        setattr(raw, "from", values["sender"])
        raw.decoded.portnum, raw.decoded.payload = values["port"], values["payload"]
        raw.decoded.emoji = values.get("emoji", 0)
        wall.packet({"raw": raw, "decoded": {}})
        found = []
        while (fact := await facts.get(0)) is not None:
            if isinstance(fact, StockText):
                found.append(fact)
        return found

    return asyncio.run(play())


EVERYBODY = 0xFFFFFFFF


def test_texts_to_this_radio_and_on_the_neighbours_channel_come_in() -> None:
    assert heard("Neighbours") == [StockText(9, "SOS", direct=True)]
    assert heard("Neighbours", to=EVERYBODY, channel=1, port=11) == [
        StockText(9, "SOS", direct=False, alert=True)
    ]


@pytest.mark.parametrize(
    "packet",
    [{"to": EVERYBODY, "channel": 0}, {"to": 5}, {"sender": 1}, {"port": 3}, {"emoji": 1}],
    ids=["another channel", "to somebody else", "our own", "another port", "a tapback"],
)
def test_other_packets_do_not(packet: dict[str, Any]) -> None:
    assert heard("Neighbours", **packet) == []


def test_without_the_operators_word_no_text_comes_in() -> None:
    assert heard("") == []


@given(
    st.integers(1, 2**32 - 1),
    st.integers(0, 2**31),
    st.text(max_size=20).filter(lambda text: len(text.encode(errors="ignore")) < 100),
    st.text("aéñ", max_size=40),
)
def test_the_size_of_a_pin_is_that_of_its_encoding(
    number: int, expires_at: int, name: str, description: str
) -> None:
    from meshtastic.protobuf import mesh_pb2

    name = name.encode(errors="ignore").decode()
    pin = Waypoint(number, 41.85, -87.65, expires_at, name, description)
    encoded = mesh_pb2.Waypoint(
        id=pin.id, latitude_i=round(pin.lat * 1e7), longitude_i=round(pin.lon * 1e7),
        expire=pin.expires_at, locked_to=0xAABB_CCDD, name=pin.name,
        description=pin.description, icon=pin.icon,
    ).SerializeToString()  # fmt: skip
    assert 0 <= pin.size - len(encoded) <= 2 * (expires_at == 0)


@given(st.binary(max_size=240))
def test_any_bytes_as_a_text_do_no_harm(payload: bytes) -> None:
    assert len(heard("Neighbours", payload=payload)) == 1
