"""Which channels are the same on the air, and what clients see of the others."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from meshtastic.protobuf import channel_pb2, mesh_pb2, portnums_pb2

from meshdefense.radio import meshtastic_driver
from meshdefense.radio.addresses import TcpAddress
from meshdefense.radio.base import ReceivedFrame
from meshdefense.radio.meshtastic_driver import MeshtasticDriver
from meshdefense.virtual.defaults import default_settings
from meshdefense.virtual.marks import DEFAULT_PSK, full_key, hash_in
from support.radio_bench import RadioBench
from support.virtual_radio import MeshThread, client, on_port

PRIVATE = portnums_pb2.PRIVATE_APP
BROADCAST = 0xFFFFFFFF
Role = channel_pb2.Channel.Role
KEY = b"q" * 32
PATIENCE_S = 20.0


def channel(bench: RadioBench, node: int, index: int, name: str, psk: bytes) -> None:
    """Give a radio a channel; channel 0 is the primary one."""
    entry = bench.devices[node].settings.channels[index]
    entry.role = Role.SECONDARY if index else Role.PRIMARY
    entry.settings.name, entry.settings.psk = name, psk


def send(bench: RadioBench, index: int = 0, **fields: Any) -> None:
    packet = mesh_pb2.MeshPacket(**{"to": BROADCAST, "id": 88, "hop_limit": 3, **fields})
    packet.channel = index
    packet.decoded.portnum, packet.decoded.payload = PRIVATE, b"patrol"
    bench.say(0, mesh_pb2.ToRadio(packet=packet))
    bench.advance(20.0)


def heard(bench: RadioBench) -> list[Any]:
    """What the second radio's client was told of that packet."""
    return [packet for packet in bench.packets(1) if packet.id == 88]


def sealed(bench: RadioBench) -> list[Any]:
    return [packet for packet in heard(bench) if packet.HasField("encrypted")]


# -- equal channels ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("", b"\1"), ("", DEFAULT_PSK)),
        (("", b"\1"), ("ShortFast", b"\1")),
        (("", b"\1"), ("Default", b"\1")),
        (("", b"\0"), ("", b"")),
        (("", b"\5"), ("", DEFAULT_PSK[:-1] + b"\5")),
        (("North", b"abc"), ("North", b"abc" + bytes(13))),
        (("North", b"q" * 20), ("North", b"q" * 20 + bytes(12))),
    ],
)
def test_channels_that_are_equal_on_the_air_hear_each_other(
    one: tuple[str, bytes], other: tuple[str, bytes]
) -> None:
    bench = RadioBench(2)
    channel(bench, 0, 0, *one)
    channel(bench, 1, 0, *other)
    send(bench)
    assert [packet.decoded.payload for packet in heard(bench)] == [b"patrol"]


def test_secondary_channel_without_a_key_has_that_of_the_primary() -> None:
    bench = RadioBench(2)
    channel(bench, 0, 0, "P", KEY)
    channel(bench, 0, 1, "S", b"")
    channel(bench, 1, 1, "S", KEY)
    send(bench, 1)
    assert [(packet.decoded.payload, packet.channel) for packet in heard(bench)] == [(b"patrol", 1)]


@pytest.mark.parametrize(
    ("one", "other"),
    [(("", b"\1"), ("", b"\2")), (("North", KEY), ("South", KEY)), (("", b"\1"), ("", b""))],
)
def test_other_names_and_keys_are_other_channels(
    one: tuple[str, bytes], other: tuple[str, bytes]
) -> None:
    bench = RadioBench(2)
    channel(bench, 0, 0, *one)
    channel(bench, 1, 0, *other)
    send(bench)
    assert [packet.HasField("decoded") for packet in heard(bench)] == [False]


@pytest.mark.parametrize(
    ("preset", "short"), [("LONG_FAST", 0x08), ("SHORT_FAST", 0x70), ("LONG_MODERATE", 0x6E)]
)
def test_default_channels_have_the_hashes_of_the_firmware(preset: str, short: int) -> None:
    settings = default_settings(1, "A", preset=preset, region="US", hop_limit=3, seed=1)
    mark = settings.channel_mark(0)
    assert mark is not None
    assert hash_in(mark) == short


def test_channel_of_modem_numbers_is_called_custom() -> None:
    settings = default_settings(1, "A", preset="LONG_FAST", region="US", hop_limit=3, seed=1)
    settings.config.lora.use_preset = False
    custom = settings.channel_mark(0)
    settings.config.lora.use_preset, settings.channels[0].settings.name = True, "Custom"
    assert settings.channel_mark(0) == custom


def test_key_of_a_whole_size_stays_as_it_is() -> None:
    for size in (0, 16, 32):
        assert full_key(b"q" * size) == b"q" * size


# -- what cannot be opened ---------------------------------------------------------------------


def test_client_is_shown_what_its_radio_cannot_open() -> None:
    bench = RadioBench(2)
    channel(bench, 0, 0, "P", KEY)
    send(bench)
    (packet,) = sealed(bench)
    mark = bench.devices[0].settings.channel_mark(0)
    assert mark is not None
    assert packet.channel == hash_in(mark)
    assert (packet.to, packet.id, packet.hop_start) == (BROADCAST, 88, 3)
    assert packet.rx_rssi < 0
    assert b"patrol" not in packet.encrypted


def test_client_is_shown_a_direct_message_without_a_channel() -> None:
    bench = RadioBench(2)
    bench.devices[1].nodes.remove(bench.numbers[0])
    send(bench, to=bench.numbers[1])
    (packet,) = sealed(bench)
    assert (packet.channel, packet.to) == (0, bench.numbers[1])


def test_client_is_not_shown_what_is_for_another_radio() -> None:
    bench = RadioBench(3)
    send(bench, to=bench.numbers[2])
    assert sealed(bench) == []


@pytest.mark.parametrize("mode", ["LOCAL_ONLY", "KNOWN_ONLY"])
def test_client_is_not_shown_other_channels_by_a_radio_that_minds_only_its_own(mode: str) -> None:
    bench = RadioBench(2)
    channel(bench, 0, 0, "P", KEY)
    device = bench.devices[1].settings.config.device
    device.rebroadcast_mode = device.RebroadcastMode.Value(mode)
    send(bench)
    assert sealed(bench) == []


def test_client_is_not_shown_what_an_ignored_radio_sends() -> None:
    bench = RadioBench(2)
    channel(bench, 0, 0, "P", KEY)
    bench.devices[1].nodes.of(bench.numbers[0]).is_ignored = True
    send(bench)
    assert sealed(bench) == []


def test_library_publishes_what_cannot_be_opened_and_goes_on() -> None:
    with MeshThread(nodes=2, preset="SHORT_FAST", speed=20.0) as running:
        ports = running.mesh.ports
        settings = running.mesh.devices[0].settings.channels[0].settings
        with client(ports[0]) as sender, client(ports[1]) as listener:
            settings.name = "Elsewhere"
            sender.interface.sendData(b"secret", portNum=256)
            packet = listener.wait_for(lambda packet: "encrypted" in packet)
            assert "decoded" not in packet
            assert packet["from"] == sender.interface.myInfo.my_node_num
            settings.name = ""
            sender.interface.sendData(b"ours", portNum=256)
            assert listener.wait_for(on_port("PRIVATE_APP"))["decoded"]["payload"] == b"ours"


def test_our_driver_counts_what_its_radio_cannot_open_and_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(meshtastic_driver, "DISCONNECT_GRACE_S", 0.05)

    async def first_frame(driver: MeshtasticDriver) -> bytes:
        async for event in driver.events():
            if isinstance(event, ReceivedFrame):
                return bytes(event.payload)
        raise AssertionError("the driver gave up")

    async def listen(port: int, running: MeshThread) -> tuple[bytes, int]:
        driver = MeshtasticDriver(TcpAddress("127.0.0.1", port), open_timeout=PATIENCE_S)
        await driver.open()
        try:
            async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
                frame = group.create_task(first_frame(driver))
                await asyncio.to_thread(speak, running)
            return frame.result(), driver.sealed
        finally:
            await driver.close()

    def speak(running: MeshThread) -> None:
        settings = running.mesh.devices[0].settings.channels[0].settings
        with client(running.mesh.ports[0]) as sender:
            for name, payload in (("Elsewhere", b"secret"), ("", b"ours")):
                settings.name = name
                sender.interface.sendData(payload, portNum=256, wantAck=True)
                sender.wait_for(on_port("ROUTING_APP"))

    with MeshThread(nodes=2, preset="SHORT_FAST", speed=20.0) as running:
        payload, count = asyncio.run(listen(running.mesh.ports[1], running))
    assert (payload, count) == (b"ours", 1)
