"""`meshdefense radio virtual` and what its radios are like, as processes."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
from meshtastic.protobuf import admin_pb2, mesh_pb2

from meshdefense.virtual.stream import FrameReader, framed
from support.radio_bench import admin_packet
from support.virtual_radio import virtual_command, virtual_process

PATIENCE_S = 20.0


def conversation(address: str, *messages: Any) -> list[Any]:
    """Shake hands with a radio, say something, shake hands again; return all it told."""
    port = int(address.rpartition(":")[2])
    end = mesh_pb2.ToRadio(want_config_id=99)
    said = [mesh_pb2.ToRadio(want_config_id=98), *messages, end]
    found: list[Any] = []
    reader = FrameReader()
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as radio:
        radio.sendall(b"".join(framed(message.SerializeToString()) for message in said))
        while 99 not in [message.config_complete_id for message in found]:
            data = radio.recv(65_536)
            assert data
            found += [mesh_pb2.FromRadio.FromString(payload) for payload in reader.feed(data)]
    return found


def told(messages: list[Any], variant: str) -> Any:
    """The last message of a kind."""
    return [getattr(m, variant) for m in messages if m.WhichOneof("payload_variant") == variant][-1]


def test_state_outlives_the_process_and_its_radios_restart(tmp_path: Path) -> None:
    arguments = ("--nodes", "2", "--state", str(tmp_path), "--reboot-seconds", "0.1")
    with virtual_process(*arguments) as started:
        number = started["radios"][0]["node_number"]
        name = admin_pb2.AdminMessage(set_owner=mesh_pb2.User(long_name="Corner"))
        packet = mesh_pb2.ToRadio(packet=admin_packet(number, name))
        conversation(started["radios"][0]["address"], packet)
    with virtual_process(*arguments) as started:
        assert [radio["name"] for radio in started["radios"]] == ["Corner", "Virtual 2"]
        own = started["radios"][0]["node_number"]
        again = conversation(started["radios"][0]["address"])
        assert again[0].my_info.my_node_num == own


def test_second_process_may_not_use_the_same_state(tmp_path: Path) -> None:
    with virtual_process("--nodes", "1", "--state", str(tmp_path)):
        done = radio("--nodes", "1", "--state", str(tmp_path))
        assert (done.returncode, done.stdout) == (1, "")
        assert "in use by another program" in done.stderr


def test_radio_from_the_box_has_nothing_but_a_number(tmp_path: Path) -> None:
    with virtual_process("--nodes", "2", "--from-the-box", "--firmware", "2.7.9") as started:
        assert [one["name"] for one in started["radios"]] == ["Meshtastic 0001", "Meshtastic 0002"]
        messages = conversation(started["radios"][0]["address"])
        assert told(messages, "metadata").firmware_version == "2.7.9"
        nodes = [m.node_info for m in messages if m.HasField("node_info")]
        assert {node.num for node in nodes} == {started["radios"][0]["node_number"]}
        assert nodes[0].user.public_key == b""
        lora = next(m.config.lora for m in messages if m.config.HasField("lora"))
        assert lora.region == 0


def test_unreadable_state_is_told_and_kept(tmp_path: Path) -> None:
    with virtual_process("--nodes", "1", "--state", str(tmp_path)):
        pass
    (config,) = tmp_path.glob("*/prefs/config.proto")
    config.write_bytes(b"\xff\xff")
    done = subprocess.Popen(
        virtual_command("--nodes", "1", "--state", str(tmp_path), "--json"),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert done.stdout is not None
    assert done.stdout.readline().startswith('{"radios"')
    done.terminate()
    _, errors = done.communicate(timeout=PATIENCE_S)
    assert "it was kept as config.proto.unreadable-1" in errors
    assert config.with_name("config.proto.unreadable-1").read_bytes() == b"\xff\xff"


def radio(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        virtual_command(*arguments), capture_output=True, text=True, timeout=30, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--firmware", "newest"), "--firmware must be a version as 2.7.9, not newest"),
        (("--reboot-seconds", "0"), "--reboot-seconds must be above 0"),
        (("--reboot-seconds", "nan"), "--reboot-seconds must be above 0"),
    ],
)
def test_mistake_in_an_option_is_explained(arguments: tuple[str, ...], text: str) -> None:
    done = radio("--nodes", "1", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert text in done.stderr
