"""Transmissions of the native simulator, without a network."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meshtastic.protobuf import mesh_pb2, portnums_pb2

from meshdefense.air.packets import BROADCAST, Packet
from meshdefense.virtual.native_packets import (
    index_mark,
    index_of,
    is_transmission,
    received,
    transmitted,
)

WORD = st.integers(0, 0xFFFFFFFF)
HOPS = st.integers(0, 7)
PORTS = st.sampled_from([1, 3, 4, 6, 8, 11, 67, 70, 256, 511])


@st.composite
def contents(draw: st.DrawFn) -> Any:
    return mesh_pb2.Data(
        portnum=draw(PORTS),
        payload=draw(st.binary(max_size=227)),
        want_response=draw(st.booleans()),
        request_id=draw(WORD),
        reply_id=draw(WORD),
        bitfield=draw(st.integers(0, 3)),
    )


@st.composite
def packets(draw: st.DrawFn, *, marks: st.SearchStrategy[int]) -> Packet:
    return Packet(
        draw(WORD.filter(bool)),
        draw(WORD.filter(bool)),
        draw(contents()).SerializeToString(),
        draw(WORD),
        hop_limit=draw(HOPS),
        hop_start=draw(HOPS),
        want_ack=draw(st.booleans()),
        channel=draw(marks),
        relay=draw(st.integers(0, 255)),
    )


def over_the_wire(message: Any) -> Any:
    """What another process reads of a message."""
    return mesh_pb2.MeshPacket.FromString(message.SerializeToString())


def on_air(packet: Packet) -> Packet:
    """No broadcast asks for a confirmation there."""
    return replace(packet, want_ack=packet.want_ack and packet.to != BROADCAST)


MARKS = WORD.map(index_mark)


@given(packets(marks=MARKS))
def test_packet_comes_through_whole_whatever_its_sender_calls_the_channel(packet: Packet) -> None:
    message = over_the_wire(transmitted(packet))
    assert is_transmission(message)
    assert received(message) == on_air(packet)


@pytest.mark.parametrize(("to", "wants"), [(BROADCAST, False), (18, True)])
def test_transmission_to_all_asks_nobody_for_a_confirmation(to: int, wants: bool) -> None:
    packet = Packet(17, 5, b"", to, want_ack=True, channel=index_mark(0))
    assert transmitted(packet).want_ack is wants


@given(WORD)
def test_mark_is_the_senders_index(index: int) -> None:
    assert index_of(index_mark(index)) == index
    assert index_mark(index) & 1  # the air takes even marks for direct messages


@given(WORD, st.binary(min_size=1, max_size=227))
def test_ciphertext_of_another_firmware_is_carried_on_unchanged(mark: int, secret: bytes) -> None:
    inner = mesh_pb2.Compressed(portnum=portnums_pb2.UNKNOWN_APP, data=secret)
    message = mesh_pb2.MeshPacket(id=7, to=18, channel=mark, hop_limit=2, hop_start=3)
    setattr(message, "from", 19)
    message.decoded.portnum = portnums_pb2.SIMULATOR_APP
    message.decoded.payload = inner.SerializeToString()
    carried = received(message)
    assert carried is not None
    assert carried.payload == secret
    assert index_of(carried.channel) is None
    again = transmitted(carried)
    assert (again.channel, again.decoded.payload) == (mark, message.decoded.payload)


@given(WORD.filter(bool))
def test_acknowledgement_is_a_routing_message_without_an_error(confirmed: int) -> None:
    packet = Packet(17, 5, bytes(13), 18, channel=index_mark(0), answers=confirmed)
    message = over_the_wire(transmitted(packet))
    inner = mesh_pb2.Compressed.FromString(message.decoded.payload)
    assert inner.portnum == portnums_pb2.ROUTING_APP
    assert mesh_pb2.Routing.FromString(inner.data).error_reason == 0
    assert message.decoded.request_id == confirmed
    carried = received(message)
    assert carried is not None
    assert carried.answers == confirmed


def test_routing_error_confirms_nothing() -> None:
    routing = mesh_pb2.Routing(error_reason=mesh_pb2.Routing.Error.NO_RESPONSE)
    data = mesh_pb2.Data(portnum=5, payload=routing.SerializeToString(), request_id=9)
    packet = Packet(17, 5, data.SerializeToString(), 18, channel=index_mark(0))
    carried = received(transmitted(packet))
    assert carried is not None
    assert carried.answers is None


def test_content_too_large_for_the_wrapper_goes_empty_as_in_the_firmware() -> None:
    data = mesh_pb2.Data(portnum=256, payload=bytes(228))
    packet = Packet(17, 5, data.SerializeToString(), channel=index_mark(0))
    inner = mesh_pb2.Compressed.FromString(transmitted(packet).decoded.payload)
    assert (inner.portnum, inner.data) == (256, b"")


@given(st.binary(max_size=64))
def test_no_bytes_from_a_client_raise(payload: bytes) -> None:
    message = mesh_pb2.MeshPacket(id=7, to=18, hop_limit=200, hop_start=200, channel=0xFFFFFFFF)
    message.decoded.portnum = portnums_pb2.SIMULATOR_APP
    message.decoded.payload = payload
    packet = received(message)
    if packet is not None:
        transmitted(packet)
