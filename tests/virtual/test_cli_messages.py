"""What the unmodified `meshtastic` command line sends through virtual radios."""

import re
from collections.abc import Iterator

import pytest
from meshtastic.protobuf import mesh_pb2

from meshdefense.virtual.defaults import POSITION_BITS
from meshdefense.virtual.positions import coarsen
from support.command_line import Radio
from support.virtual_radio import Client, MeshThread, client, on_port


@pytest.fixture(scope="module")
def radios() -> Iterator[list[Radio]]:
    """Three radios in a row; the first and the last do not hear each other."""
    with MeshThread(nodes=3, links=[(0, 1), (1, 2)], preset="SHORT_FAST", speed=8.0) as running:
        yield [Radio(running, index) for index in range(3)]


@pytest.fixture(scope="module")
def far_client(radios: list[Radio]) -> Iterator[Client]:
    with client(radios[2].port) as connected:
        yield connected


def test_sendtext_reaches_everybody(radios: list[Radio], far_client: Client) -> None:
    radios[0].cli("--sendtext", "to all of you")
    packet = far_client.wait_for(on_port("TEXT_MESSAGE_APP"))
    assert packet["decoded"]["text"] == "to all of you"
    assert packet["from"] == radios[0].number
    assert packet["toId"] == "^all"


def test_ack_of_a_broadcast_says_that_somebody_relayed_it(
    radios: list[Radio], far_client: Client
) -> None:
    shown = radios[0].cli("--sendtext", "who relays this?", "--ack")
    assert "Received an implicit ACK" in shown
    packet = far_client.wait_for(on_port("TEXT_MESSAGE_APP"))
    assert packet["decoded"]["text"] == "who relays this?"
    assert packet["relayNode"] == radios[1].number & 0xFF


def test_ack_of_a_direct_message_comes_from_its_destination(radios: list[Radio]) -> None:
    with client(radios[1].port) as near:  # a neighbour: further away a relay is heard first
        shown = radios[0].cli("--dest", radios[1].identity, "--sendtext", "only you", "--ack")
        assert "Waiting for an acknowledgment from remote node" in shown
        assert "Received an ACK." in shown
        packet = near.wait_for(
            lambda packet: on_port("TEXT_MESSAGE_APP")(packet) and packet["to"] == radios[1].number
        )
    assert packet["decoded"]["text"] == "only you"


def test_ack_of_a_message_to_nobody_says_that_it_failed(radios: list[Radio]) -> None:
    shown = radios[0].cli("--dest", "!0badcafe", "--sendtext", "anybody?", "--ack")
    assert "Received a NAK" in shown


def test_message_on_a_channel_that_is_off_is_not_sent(radios: list[Radio]) -> None:
    sent = radios[0].running.mesh.counters["transmitted"]
    shown = radios[0].cli("--ch-index", "5", "--sendtext", "nowhere", code=1)
    assert "not a valid channel" in shown
    assert radios[0].running.mesh.counters["transmitted"] == sent


def test_request_position_prints_about_where_the_other_radio_is(
    radios: list[Radio], far_client: Client
) -> None:
    held = far_client.interface.getMyNodeInfo()["position"]
    place = mesh_pb2.Position(latitude_i=held["latitudeI"], longitude_i=held["longitudeI"])
    coarsen(place, POSITION_BITS)
    shown = radios[0].cli("--dest", radios[2].identity, "--request-position")
    received = re.search(r"Position received: \(([-.\d]+), ([-.\d]+)\)", shown)
    assert received is not None, shown
    told = [float(degrees) for degrees in received.groups()]
    assert told == pytest.approx([place.latitude_i * 1e-7, place.longitude_i * 1e-7], abs=1e-6)


def test_traceroute_names_the_relay_in_both_directions(radios: list[Radio]) -> None:
    shown = radios[0].cli("--traceroute", radios[2].identity)
    first, relay, last = (radio.identity for radio in radios)
    towards, back = shown.partition("Route traced back to us:")[::2]
    outward = re.findall(r"!\w{8}", towards.partition("towards destination:")[2])
    assert outward == [first, relay, last]
    assert re.findall(r"!\w{8}", back) == [last, relay, first]
