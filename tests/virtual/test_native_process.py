"""`meshdefense radio meshtasticd` started as a harness starts the firmware's simulator."""

import argparse
import asyncio
import contextlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshdefense.cli import radio_meshtasticd
from meshdefense.virtual.connection import PortError
from meshdefense.virtual.native import native_node
from support.command_line import Held, run_cli
from support.virtual_radio import client

PATIENCE_S = 20.0


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The two-line script of docs/native-simulator.md, with this interpreter's program."""
    script = tmp_path / "meshtasticd"
    command = Path(sys.executable).parent / "meshdefense"
    script.write_text(f'#!/bin/sh\nexec "{command}" radio meshtasticd "$@"\n')
    script.chmod(0o755)
    return script


def free_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


@contextlib.contextmanager
def running(program: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run the script until the block ends; yields the process and its port."""
    port = free_port()
    process = subprocess.Popen(
        [str(program), "-s", "-p", str(port), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        end = time.monotonic() + PATIENCE_S
        while True:
            with contextlib.suppress(OSError):
                # As the harness looks whether it listens: connects, says nothing, is gone.
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end, "it never listened"
            time.sleep(0.05)
        yield process, port
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_node_keeps_its_state_in_the_folder_until_it_is_told_to_erase(
    program: Path, tmp_path: Path
) -> None:
    folder = str(tmp_path / "vfs")
    with running(program, "-h", "16", "-d", folder, "-e") as (process, port):
        assert Held(port).number == 16
        # Beside a client that connected and stays silent, as the harness leaves one.
        with socket.create_connection(("127.0.0.1", port)), client(port) as other:
            run_cli(port, "--set", "lora.region", "US", "--set-owner", "Kept")
            assert other.interface.isConnected.is_set()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    with running(program, "-h", "16", "-d", folder) as (process, port):
        kept = Held(port)
        assert kept.owner["longName"] == "Kept"
        assert kept.config.lora.region == 1
        with client(port) as last:
            last.interface.localNode.exitSimulator()
        assert process.wait(PATIENCE_S) == 0
    with running(program, "-h", "16", "-d", folder, "-e") as (_, port):
        fresh = Held(port)
        assert fresh.owner["longName"] == "Meshtastic 0010"
        assert fresh.config.lora.region == 0


def test_state_is_not_erased_when_the_port_is_taken(tmp_path: Path) -> None:
    async def enter(port: int, name: str, *, erase: bool) -> None:
        node = native_node(16, port, folder=tmp_path, erase=erase, told=pytest.fail)
        async with node:
            assert node.names == [name]
            node.devices[0].settings.owner.long_name = "Kept"

    asyncio.run(enter(0, "Meshtastic 0010", erase=True))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with pytest.raises(PortError, match="choose another port"):
            asyncio.run(enter(taken.getsockname()[1], "Kept", erase=True))
    asyncio.run(enter(0, "Kept", erase=False))
    asyncio.run(enter(0, "Meshtastic 0010", erase=True))


def test_two_processes_cannot_share_one_state(program: Path, tmp_path: Path) -> None:
    folder = str(tmp_path / "vfs")
    with running(program, "-h", "17", "-d", folder):
        second = [str(program), "-s", "-h", "17", "-p", str(free_port()), "-d", folder]
        done = subprocess.run(second, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 1
        assert "in use by another program" in done.stderr


@pytest.mark.parametrize(
    ("given", "number"),
    [("16", 16), ("4294967294", 0xFFFFFFFE), ("80:00:4d:44:00:01", 0x4D440001),
     ("80004d440001", 0x4D440001)],
)  # fmt: skip
def test_node_number_follows_from_the_hardware_address(given: str, number: int) -> None:
    parser = argparse.ArgumentParser()
    radio_meshtasticd.configure(parser)
    assert parser.parse_args(["-h", given]).hwid == number


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["-h", "3"], "take 4 to 4294967294"),
        (["-h", "sixteen"], "neither a number nor twelve hexadecimal digits"),
        (["-p", "80"], "the port must be 1024 to 65535"),
        (["-p", "many"], "the port must be 1024 to 65535"),
        (["-d", ""], "the name of a folder is missing"),
    ],
)
def test_wrong_arguments_are_refused_in_words(
    arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    radio_meshtasticd.configure(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(arguments)
    assert why in capsys.readouterr().err


def test_harness_may_ask_for_a_log_that_is_not_there() -> None:
    parser = argparse.ArgumentParser()
    radio_meshtasticd.configure(parser)
    assert parser.parse_args(["-s", "-v", "-h", "17"]).hwid == 17


def test_help_is_still_there_under_its_long_name(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    radio_meshtasticd.configure(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["--help"])
    assert "--erase" in capsys.readouterr().out
