"""One radio on the table, through the real library over TCP: read, ordered, lost."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from meshdefense.provisioning import writing
from meshdefense.provisioning.device import Device
from meshdefense.provisioning.device_errors import (
    DeviceAbsentError,
    DeviceError,
    DeviceLostError,
    DeviceRefusedError,
)
from meshdefense.provisioning.exchange import Exchange
from meshdefense.radio.addresses import TcpAddress
from support.table_radios import QUICK, address, cut_power, read_by_others, table
from support.virtual_radio import MeshThread

OPENS = 40


@pytest.fixture(scope="module")
def mesh() -> Iterator[MeshThread]:
    with table(2) as running:
        yield running


@pytest.fixture(autouse=True)
def _well(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "mesh" in request.fixturenames:
        request.getfixturevalue("mesh").do(lambda m: m.misbehave(0, "none"))


def threads() -> int:
    """All but the library's one thread for topics, which is there for good."""
    return sum(1 for one in threading.enumerate() if one.name != "publishing")


def sockets() -> int:
    return sum(1 for one in Path("/proc/self/fd").iterdir() if _is_socket(one))


def _is_socket(link: Path) -> bool:
    try:
        return str(link.readlink()).startswith("socket:")
    except OSError:
        return False


def test_everything_that_a_radio_says_is_read(mesh: MeshThread) -> None:
    with Device(address(mesh), patience=QUICK) as device:
        state = device.read()
    settings = mesh.mesh.devices[0].settings
    assert state.node_number == mesh.mesh.numbers[0]
    assert state.firmware == settings.firmware
    assert state.public_key == settings.owner.public_key
    assert state.owner["long_name"] == settings.owner.long_name
    assert state.config["lora"]["hop_limit"] == settings.config.lora.hop_limit
    assert set(state.config) >= {"device", "lora", "security", "bluetooth"}
    assert set(state.modules) >= {"mqtt", "telemetry", "neighbor_info"}
    assert [channel["index"] for channel in state.channels] == list(range(8))
    assert state.channels[0]["role"] == "PRIMARY"
    assert state.canned_messages == settings.canned_messages
    assert state.nodes == 1


def test_reading_again_asks_the_radio_again(mesh: MeshThread) -> None:
    with Device(address(mesh, 1), patience=QUICK) as device:
        before = device.read().config["lora"]["hop_limit"]
        mesh.do(lambda m: setattr(m.devices[1].settings.config.lora, "hop_limit", 7))
        assert (before, device.read().config["lora"]["hop_limit"]) == (3, 7)


def test_fields_that_are_not_named_stay_as_they_were(mesh: MeshThread) -> None:
    with Device(address(mesh, 1), patience=QUICK) as device:
        before = device.read()
        writing.begin(device)
        writing.write_config(device, "lora", {"hop_limit": 6})
        after = device.read()
        writing.reboot(device, 1)
        assert device.wait_gone()
    assert after.config["lora"] == {**before.config["lora"], "hop_limit": 6}
    assert after.config["security"] == before.config["security"]


def test_a_channel_is_written_whole(mesh: MeshThread) -> None:
    read_by_others(address(mesh, 1))
    with Device(address(mesh, 1), patience=QUICK) as device:
        writing.begin(device)
        fields = {"role": "SECONDARY", "settings": {"name": "second", "psk": b"k" * 32}}
        writing.write_channel(device, 1, fields)
        writing.write_channel(device, 1, {"role": "DISABLED"})
        gone = device.read().channels[1]
        writing.reboot(device, 1)
    assert (gone["role"], gone["settings"]["psk"]) == ("DISABLED", b"")


def test_a_radio_that_refuses_says_so_in_words(mesh: MeshThread) -> None:
    with Device(address(mesh), patience=QUICK) as device:
        mesh.do(lambda m: m.misbehave(0, "rate_limit"))
        with pytest.raises(DeviceRefusedError, match="too many orders"):
            writing.begin(device)


def test_lost_confirmations_of_a_living_radio_do_not_stop_the_work(mesh: MeshThread) -> None:
    with Device(address(mesh), patience=QUICK) as device:
        mesh.do(lambda m: m.misbehave(0, "lose_acks", 1))
        writing.set_time(device, 1_800_000_000)
        assert device.alive()


def test_a_pulled_cable_ends_every_wait_at_once(mesh: MeshThread) -> None:
    with Device(address(mesh), patience=QUICK) as device:
        mesh.do(lambda m: m.drop_client(0))
        with pytest.raises(DeviceLostError, match="gone"):
            device.read()
        with pytest.raises(DeviceLostError):
            writing.begin(device)
        assert not device.alive()
        assert device.wait_gone()


def test_a_wedged_radio_counts_as_gone_after_a_limited_wait(mesh: MeshThread) -> None:
    with Device(address(mesh), patience=QUICK) as device:
        mesh.do(lambda m: m.misbehave(0, "wedge"))
        with pytest.raises(DeviceLostError):
            writing.begin(device)


def test_a_radio_that_never_ends_its_handshake_is_given_up(mesh: MeshThread) -> None:
    mesh.do(lambda m: m.misbehave(0, "wedge"))
    with pytest.raises(DeviceLostError, match="no answer"):
        Device(address(mesh), patience=QUICK).open()


def test_noise_on_the_cable_disturbs_nothing(mesh: MeshThread) -> None:
    mesh.do(lambda m: m.misbehave(0, "garbage"))
    with Device(address(mesh), patience=QUICK) as device:
        assert device.read().node_number == mesh.mesh.numbers[0]


def without_channel_3(message: Any) -> bool:
    """Whether a frame comes through a cable that loses this one."""
    kind = message.WhichOneof("payload_variant")
    return bool(kind != "channel" or message.channel.index != 3)


def lossy(monkeypatch: pytest.MonkeyPatch, passes: Callable[[Any], bool]) -> None:
    """From now on only these frames arrive."""
    message = Exchange.message

    def lose(self: Exchange, one: Any) -> None:
        if passes(one):
            message(self, one)

    monkeypatch.setattr(Exchange, "message", lose)


def test_a_frame_that_never_comes_is_an_error_and_no_unused_channel(
    mesh: MeshThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Device(address(mesh), patience=QUICK) as device:
        lossy(monkeypatch, without_channel_3)
        with pytest.raises(DeviceError, match=r"channels\[3\] did not come in 4 readings"):
            device.read()
    with pytest.raises(DeviceError, match=r"channels\[3\]"):
        Device(address(mesh), patience=QUICK).open()


def test_a_frame_that_is_lost_once_is_asked_for_again(
    mesh: MeshThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [2]  # one in the handshake that opens, one in the next

    def passes(message: Any) -> bool:
        if without_channel_3(message) or not left[0]:
            return True
        left[0] -= 1
        return False

    lossy(monkeypatch, passes)
    with Device(address(mesh), patience=QUICK) as device:
        assert [one["index"] for one in device.read().channels] == list(range(8))
    assert left == [0]


def test_readings_that_are_garbled_and_differ_prove_nothing(
    mesh: MeshThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    mesh.do(lambda m: m.misbehave(0, "garbage"))
    turns = [0]

    def passes(message: Any) -> bool:
        if message.WhichOneof("payload_variant") == "my_info":
            turns[0] += 1
        other = message.node_info.num not in (0, mesh.mesh.numbers[0])
        return not (other and turns[0] % 2)  # each second time another node is lost in the noise

    lossy(monkeypatch, passes)
    with Device(address(mesh), patience=QUICK) as device:
        with pytest.raises(DeviceError, match="garbled"):
            device.read()


def test_a_radio_says_which_names_it_has_now(mesh: MeshThread) -> None:
    with Device(address(mesh), patience=QUICK) as device:
        owner = device.owner()
        assert owner is not None
        assert owner.long_name == mesh.mesh.devices[0].settings.owner.long_name


def test_nothing_listens_and_no_such_host_are_told_in_words() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(DeviceAbsentError, match="nothing listens there"):
            Device(TcpAddress("127.0.0.1", port), patience=QUICK).open()


def test_what_was_written_without_an_edit_survives_a_power_cut(mesh: MeshThread) -> None:
    with Device(address(mesh), patience=QUICK) as device:
        writing.write_owner(device, {"long_name": "Kept"})
        writing.reboot(device, -1)
        writing.begin(device)
        writing.write_config(device, "lora", {"hop_limit": 7})
    mesh.do(lambda m: cut_power(m))
    state = read_by_others(address(mesh))
    assert (state.owner["long_name"], state.config["lora"]["hop_limit"]) == ("Kept", 3)


def test_opening_and_closing_leaves_neither_thread_nor_socket(mesh: MeshThread) -> None:
    def once(node: int) -> None:
        with Device(address(mesh, node), patience=QUICK) as device:
            device.read()

    once(0)
    _settled()
    before = threads(), sockets()
    for turn in range(OPENS):
        once(turn % 2)
    _settled()
    assert (threads(), sockets()) == before


def _settled() -> None:
    """The radios' side of a connection closes a moment later."""
    time.sleep(0.3)
