"""What comes back when somebody asks: one packet, as far as it must go, and all that is in it."""

from __future__ import annotations

from typing import Any

import pytest
from meshtastic.protobuf import admin_pb2, mesh_pb2, portnums_pb2

from support.radio_bench import RadioBench, admin_packet, outcome

ASK = 88
ROUTING = portnums_pb2.ROUTING_APP
PRIVATE = portnums_pb2.PRIVATE_APP
TELEMETRY = portnums_pb2.TELEMETRY_APP
TRACE = portnums_pb2.TRACEROUTE_APP
Error = mesh_pb2.Routing.Error
CHAIN = [(0, 1), (1, 2)]


def ask(bench: RadioBench, port: int, *, want_response: bool = True, **fields: Any) -> list[Any]:
    """Let the first radio's client ask the last radio; return what it is told of that."""
    packet = mesh_pb2.MeshPacket(to=bench.numbers[-1], id=ASK, hop_limit=3, want_ack=True, **fields)
    packet.decoded.portnum, packet.decoded.want_response = port, want_response
    return said(bench, packet)


def said(bench: RadioBench, packet: Any) -> list[Any]:
    bench.say(0, mesh_pb2.ToRadio(packet=packet))
    bench.advance(60.0)
    return [p for p in bench.packets(0) if p.decoded.request_id == ASK]


def far(answers: list[Any]) -> list[Any]:
    """Those that the last radio said; the own one tells that it heard a relay."""
    return [p for p in answers if getattr(p, "from") != p.to]


@pytest.mark.parametrize("port", [TELEMETRY, TRACE, portnums_pb2.NODEINFO_APP])
def test_answer_confirms_the_request_and_nothing_else_does(port: int) -> None:
    bench = RadioBench(2)
    (answer,) = ask(bench, port)
    assert answer.decoded.portnum == port
    assert (answer.hop_limit, answer.hop_start) == (2, 2)
    assert ASK not in bench.world._radio(bench.numbers[0]).router.pending


def test_answer_over_a_relay_has_the_hops_that_it_needs_and_a_margin() -> None:
    bench = RadioBench(3, links=CHAIN)
    (answer,) = far(ask(bench, TELEMETRY))
    assert (answer.hop_limit, answer.hop_start) == (2, 3)


def test_request_that_no_module_answers_is_confirmed_and_refused() -> None:
    bench = RadioBench(2)
    told = [outcome(p.decoded) for p in ask(bench, PRIVATE)]
    assert told == [Error.NONE, Error.NO_RESPONSE]


def test_question_to_the_administration_is_answered_by_one_packet() -> None:
    bench = RadioBench(2)
    bench.devices[1].settings.config.security.admin_key.append(
        bench.devices[0].settings.config.security.public_key
    )
    packet = admin_packet(bench.numbers[1], admin_pb2.AdminMessage(get_owner_request=True), ASK)
    (answer,) = said(bench, packet)
    assert answer.decoded.portnum == portnums_pb2.ADMIN_APP


def test_who_may_not_administrate_is_told_by_one_packet() -> None:
    bench = RadioBench(2)
    packet = admin_packet(bench.numbers[1], admin_pb2.AdminMessage(get_owner_request=True), ASK)
    (answer,) = said(bench, packet)
    assert outcome(answer.decoded) == Error.ADMIN_PUBLIC_KEY_UNAUTHORIZED


def test_confirmation_tells_its_channel_and_who_passed_it_on() -> None:
    bench = RadioBench(3, links=CHAIN)
    for device in bench.devices:
        device.settings.channels[1].role = 2
        device.settings.channels[1].settings.name = "patrol"
    # Without a key of its own it does not encrypt for one alone.
    bench.devices[0].settings.config.security.public_key = b""
    answers = ask(bench, PRIVATE, want_response=False, channel=1)
    (confirmed,) = far(answers)
    assert outcome(confirmed.decoded) == Error.NONE
    assert (confirmed.channel, confirmed.relay_node) == (1, bench.numbers[1] & 0xFF)
