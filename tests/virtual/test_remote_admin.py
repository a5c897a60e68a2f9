"""Admin messages from another radio of the mesh: who may, and with which session key."""

from __future__ import annotations

from typing import Any

import pytest
from meshtastic.protobuf import admin_pb2, channel_pb2, mesh_pb2

from support.radio_bench import RadioBench, admin_reply, outcome

Error = mesh_pb2.Routing.Error
Admin = admin_pb2.AdminMessage
SESSION = Admin(get_config_request=Admin.SESSIONKEY_CONFIG)


def governed(**arguments: Any) -> RadioBench:
    """Two radios; the owner of the first may administer the second."""
    bench = RadioBench(2, **arguments)
    key = bench.devices[0].settings.config.security.public_key
    bench.devices[1].settings.config.security.admin_key.append(key)
    return bench


def renaming(passkey: bytes = b"") -> Any:
    return Admin(set_owner=mesh_pb2.User(long_name="Renamed"), session_passkey=passkey)


def session_key(bench: RadioBench) -> bytes:
    (data,) = bench.ask_afar(SESSION)
    return bytes(admin_reply(data).session_passkey)


def outcomes(answers: list[Any]) -> list[int | None]:
    return [outcome(data) for data in answers]


def test_owner_of_an_admin_key_reads_and_writes_with_the_session_key() -> None:
    bench = governed()
    (data,) = bench.ask_afar(Admin(get_owner_request=True))
    assert admin_reply(data).get_owner_response.long_name == "Radio 2"
    assert bench.ask_afar(renaming(session_key(bench))) == []
    assert bench.devices[1].settings.owner.long_name == "Renamed"


def test_owner_of_an_admin_key_becomes_a_favourite() -> None:
    bench = governed()
    session_key(bench)
    assert bench.devices[1].nodes.of(bench.numbers[0]).is_favorite


@pytest.mark.parametrize("wrong", [b"", b"12345678", b"short"])
def test_write_without_the_session_key_is_refused(wrong: bytes) -> None:
    bench = governed()
    session_key(bench)
    assert outcomes(bench.ask_afar(renaming(wrong))) == [Error.ADMIN_BAD_SESSION_KEY]
    assert bench.devices[1].settings.owner.long_name == "Radio 2"


def test_session_key_ends_after_300_seconds() -> None:
    bench = governed()
    key = session_key(bench)
    bench.advance(240)
    assert bench.ask_afar(renaming(key)) == []
    bench.advance(60)
    assert outcomes(bench.ask_afar(renaming(key))) == [Error.ADMIN_BAD_SESSION_KEY]


def test_session_key_is_another_one_after_150_seconds() -> None:
    bench = governed()
    key = session_key(bench)
    bench.advance(100)
    assert session_key(bench) == key
    bench.advance(50)
    assert session_key(bench) != key


def test_stranger_is_refused_whatever_it_asks() -> None:
    bench = RadioBench(2)
    for message in (SESSION, renaming(), Admin(reboot_seconds=1)):
        assert outcomes(bench.ask_afar(message)) == [Error.ADMIN_PUBLIC_KEY_UNAUTHORIZED]
    assert bench.devices[1].reboot_at is None


def test_radio_whose_key_is_known_wrongly_is_not_understood() -> None:
    bench = governed()
    bench.devices[1].nodes.of(bench.numbers[0]).user.public_key = bytes(32)
    assert outcomes(bench.ask_afar(SESSION)) == [Error.MAX_RETRANSMIT]


def with_admin_channel(bench: RadioBench, *, enabled: bool) -> None:
    """Give both a channel called admin; the first does not know the second's key."""
    for device in bench.devices:
        channel = channel_pb2.Channel(index=1, role=channel_pb2.Channel.Role.SECONDARY)
        channel.settings.name, channel.settings.psk = "admin", bytes(range(32))
        device.settings.channels[1].CopyFrom(channel)
        device.settings.config.security.admin_channel_enabled = enabled
    for device in bench.devices:
        device.settings.owner.is_licensed = True  # amateurs may not encrypt for one alone
        for number in bench.numbers:
            device.nodes.of(number).user.is_licensed = True


def on_channel(bench: RadioBench, index: int, message: Any) -> list[Any]:
    packet = mesh_pb2.MeshPacket(to=bench.numbers[1], id=5, want_ack=True, channel=index)
    packet.hop_limit = 3
    packet.decoded.portnum = 6
    packet.decoded.payload = message.SerializeToString()
    packet.decoded.want_response = True
    bench.say(0, mesh_pb2.ToRadio(packet=packet))
    bench.advance(20)
    found = [p.decoded for p in bench.packets(0) if p.decoded.request_id == 5]
    return [data for data in found if outcome(data) != 0]


def test_admin_channel_works_where_it_is_allowed() -> None:
    bench = RadioBench(2)
    with_admin_channel(bench, enabled=True)
    (data,) = on_channel(bench, 1, Admin(get_owner_request=True))
    assert admin_reply(data).get_owner_response.long_name == "Radio 2"


@pytest.mark.parametrize(("index", "enabled"), [(1, False), (0, True)])
def test_any_other_channel_is_not_authorised(index: int, enabled: bool) -> None:
    bench = RadioBench(2)
    with_admin_channel(bench, enabled=enabled)
    answers = on_channel(bench, index, Admin(get_owner_request=True))
    assert outcomes(answers) == [Error.NOT_AUTHORIZED]


def test_managed_radio_refuses_its_own_client_but_not_its_manager() -> None:
    bench = governed()
    bench.devices[1].settings.config.security.is_managed = True
    assert outcome(bench.ask(renaming(), 1)) == Error.NO_RESPONSE
    assert bench.devices[1].settings.owner.long_name == "Radio 2"
    assert bench.ask_afar(renaming(session_key(bench))) == []
    assert bench.devices[1].settings.owner.long_name == "Renamed"


def test_own_client_needs_no_session_key() -> None:
    bench = RadioBench(1)
    assert outcome(bench.ask(renaming())) == Error.NONE
    assert bench.devices[0].settings.owner.long_name == "Renamed"
