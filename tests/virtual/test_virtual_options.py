"""`meshdefense radio virtual` and what its radios are like, as processes."""

from __future__ import annotations

import argparse
import errno
import os
import signal
import socket
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from meshtastic.protobuf import admin_pb2, mesh_pb2

from meshdefense.cli import radio_virtual
from meshdefense.virtual.connection import PortError
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


def run_here(*arguments: str) -> int:
    """Run what ends at once, in this process; what does not is told to end."""
    parser = argparse.ArgumentParser()
    radio_virtual.configure(parser)
    late = threading.Timer(PATIENCE_S, os.kill, (os.getpid(), signal.SIGTERM))
    late.start()
    try:
        return radio_virtual.run(parser.parse_args(arguments))
    finally:
        late.cancel()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--firmware", "newest"), "--firmware must be a version as 2.7.9, not newest"),
        (("--reboot-seconds", "0"), "--reboot-seconds must be above 0"),
        (("--reboot-seconds", "nan"), "--reboot-seconds must be above 0"),
        (("--speed", "nan"), "the speed must be 0.01 to 10000, not nan"),
        (("--speed", "inf"), "the speed must be 0.01 to 10000, not inf"),
        (("--speed", "1e300"), "the speed must be 0.01 to 10000, not 1e+300"),
        (("--state", ""), "--state needs the name of a folder"),
        (("--firmware", ""), "--firmware must be a version"),
    ],
)
def test_mistake_in_an_option_is_explained(
    arguments: tuple[str, ...], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_here("--nodes", "1", *arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert text in said.err


def test_radios_that_cannot_say_where_they_are_end_and_say_why() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            virtual_command("--nodes", "1"),
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=30, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "cannot write where the radios listen: No space left on device" in line


def test_control_port_in_use_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run_here("--nodes", "1", "--control", str(port)) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert f"cannot take commands on port {port}" in said.err
    assert "choose another --control" in said.err


def test_state_that_could_not_be_saved_makes_the_end_a_failure(tmp_path: Path) -> None:
    (tmp_path / "4d440001").mkdir()
    (tmp_path / "4d440001" / "prefs").write_text("in the way")
    process = subprocess.Popen(
        virtual_command("--nodes", "1", "--state", str(tmp_path)),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline()
    process.terminate()
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert "not saved, and now lost: " in errors.splitlines()[-1]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (errno.EADDRINUSE, "port 4403 is in use by another program; choose another port"),
        (errno.EMFILE, "no room for so many radios (Too many open files); run fewer"),
        (errno.EADDRNOTAVAIL, "cannot listen on port 4403: Cannot assign requested address"),
    ],
)
def test_port_that_cannot_be_opened_is_explained_as_what_it_is(error: int, text: str) -> None:
    assert text in str(PortError(4403, OSError(error, "x")))


def test_help_is_in_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(radio_virtual, "tr", lambda text, **_: f"<{text}>")
    parser = argparse.ArgumentParser()
    radio_virtual.configure(parser)
    untold = [action.dest for action in parser._actions[1:] if not str(action.help).startswith("<")]
    assert untold == []
    assert str(parser.description).startswith("<Run radios")
