"""A radio in the field: only its own sealed answers, under its key, prove anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from meshtastic.protobuf import admin_pb2, mesh_pb2, portnums_pb2

from meshdefense.provisioning.device import Device
from meshdefense.provisioning.device_errors import DeviceError, DeviceRefusedError
from meshdefense.provisioning.patience import Patience
from meshdefense.provisioning.reading import Handshake
from meshdefense.provisioning.remote import read_remote
from meshdefense.radio.addresses import TcpAddress
from support.small_goal import small_desired

OURS, ASKED, STRANGER = 0x11, 0x22, 0x33
KEY, OTHER_KEY = b"k" * 32, b"o" * 32
WITHIN_S = 0.05

Answers = Callable[[Any], list[Any]]
"""From the AdminMessage that asks to the packets that come back."""


def packet(sender: int, port: int, payload: bytes, key: bytes = b"") -> Any:
    """A packet as the plugged radio hands it on; with a key it came sealed."""
    found = mesh_pb2.MeshPacket(to=OURS, pki_encrypted=bool(key), public_key=key)
    setattr(found, "from", sender)
    found.decoded.portnum, found.decoded.payload = port, payload
    return found


def answer(sender: int = ASKED, key: bytes = KEY) -> Any:
    """One that says that MQTT is off."""
    message = admin_pb2.AdminMessage()
    message.get_module_config_response.mqtt.SetInParent()
    return packet(sender, portnums_pb2.ADMIN_APP, message.SerializeToString(), key)


def error(sender: int, reason: Any) -> Any:
    """A routing error; never sealed."""
    routing = mesh_pb2.Routing(error_reason=reason)
    return packet(sender, portnums_pb2.ROUTING_APP, routing.SerializeToString())


class Cable:
    """Stands where the library's interface does."""

    def __init__(self, device: Device, answers: Answers) -> None:
        self._device, self._answers = device, answers

    def _sendToRadioImpl(self, message: Any) -> None:
        asked = admin_pb2.AdminMessage.FromString(message.packet.decoded.payload)
        for one in self._answers(asked):
            one.decoded.request_id = message.packet.id
            self._device._exchange.message(mesh_pb2.FromRadio(packet=one))


def plugged(answers: Answers) -> Device:
    """A radio on the table to which these packets come."""
    device = Device(TcpAddress("127.0.0.1", 1), patience=Patience(answer_s=1.0))
    device._exchange.interface = Cable(device, answers)
    device._told = Handshake(node_number=OURS)
    return device


def ask(*answers: Any) -> Any:
    device = plugged(lambda _: list(answers))
    return device.ask_remote(ASKED, "get_module_config_request", 0, WITHIN_S, key=KEY)


def test_the_sealed_answer_of_the_one_that_was_asked_is_taken() -> None:
    assert ask(answer()).WhichOneof("payload_variant") == "get_module_config_response"


@pytest.mark.parametrize(
    "forged",
    [answer(STRANGER), answer(STRANGER, b""), answer(key=b""), answer(key=b"short")],
    ids=["sealed-by-another", "of-another", "unsealed", "no-key"],
)
def test_no_other_answer_counts(forged: Any) -> None:
    with pytest.raises(DeviceRefusedError, match="did not answer in time"):
        ask(forged)
    assert ask(forged, answer()).HasField("get_module_config_response")


def test_an_answer_under_another_key_is_told() -> None:
    with pytest.raises(DeviceError, match="under another key"):
        ask(answer(key=OTHER_KEY))


def test_what_cannot_be_read_is_an_error_in_words() -> None:
    for port in (portnums_pb2.ADMIN_APP, portnums_pb2.ROUTING_APP):
        with pytest.raises(DeviceError, match="cannot be read"):
            ask(packet(ASKED, port, b"\xff\xff\xff", KEY))


def test_a_routing_error_comes_unsealed_from_our_own_radio_or_the_other() -> None:
    reason = mesh_pb2.Routing.Error.MAX_RETRANSMIT
    for sender in (OURS, ASKED):
        with pytest.raises(DeviceRefusedError, match="does not answer by radio"):
            ask(error(sender, reason))
    assert ask(error(STRANGER, reason), answer()).HasField("get_module_config_response")


def whole(asked: Any) -> list[Any]:
    """What a well radio answers, everything at its default."""
    reply = admin_pb2.AdminMessage()
    kind = asked.WhichOneof("payload_variant")
    part = getattr(reply, kind.replace("_request", "_response"))
    part.SetInParent()
    if kind in ("get_config_request", "get_module_config_request"):
        getattr(part, part.DESCRIPTOR.oneofs[0].fields[getattr(asked, kind)].name).SetInParent()
    elif kind == "get_channel_request":
        part.index = asked.get_channel_request - 1
    return [packet(ASKED, portnums_pb2.ADMIN_APP, reply.SerializeToString(), KEY)]


def test_what_was_read_is_the_state_of_the_radio_whose_key_it_was() -> None:
    state = read_remote(plugged(whole), ASKED, small_desired(), key=KEY, within_s=WITHIN_S)
    assert (state.node_number, state.public_key) == (ASKED, KEY)
    assert (set(state.config), set(state.modules)) == (
        {"lora", "device", "bluetooth"}, {"telemetry", "mqtt"},
    )  # fmt: skip
    assert [channel["index"] for channel in state.channels] == list(range(8))


@pytest.mark.parametrize("question", ["get_config_request", "get_channel_request"])
def test_another_part_than_was_asked_for_does_not_read_as_its_defaults(question: str) -> None:
    def other(asked: Any) -> list[Any]:
        if asked.WhichOneof("payload_variant") == question:
            setattr(asked, question, 1 + getattr(asked, question) % 7)
        return whole(asked)

    desired = replace(small_desired(), modules={})
    with pytest.raises(DeviceError, match="something else than it was asked"):
        read_remote(plugged(other), ASKED, desired, key=KEY, within_s=WITHIN_S)
