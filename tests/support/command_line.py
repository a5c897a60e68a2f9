"""The unmodified `meshtastic` command line, and what a radio holds after it.

Each command is a process of its own, as a person would start it. What the radio holds is read
over a fresh connection, from the handshake.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from meshtastic.protobuf import localonly_pb2

from support.virtual_radio import MeshThread, client

__all__ = ["Held", "Radio", "run_cli", "until"]

PATIENCE_S = 20.0
NOWHERE = "http://127.0.0.1:9"  # the discard port, where nothing listens
# `--info` asks the package registry for a newer version: refused at once, nothing leaves.
OFFLINE = {"HTTPS_PROXY": NOWHERE, "HTTP_PROXY": NOWHERE}


def run_cli(port: int, *arguments: str, code: int = 0, timeout: float = 60.0) -> str:
    """Run one command on the radio at `port`; return what it printed. Checks the exit code."""
    done = subprocess.run(
        [sys.executable, "-m", "meshtastic", "--host", f"127.0.0.1:{port}", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        check=False,
        env={**os.environ, **OFFLINE},
    )
    assert done.returncode == code, done.stdout
    return done.stdout


class Held:
    """What one radio told a fresh client in its handshake."""

    def __init__(self, port: int) -> None:
        with client(port) as connected:
            interface = connected.interface
            # Its thread sends a heartbeat now, and would connect again if that met a closed door.
            until(lambda: interface.queueStatus is not None, "a heartbeat's answer")
            self.number: int = interface.myInfo.my_node_num
            own = interface.getMyNodeInfo()
            self.owner: dict[str, Any] = dict(own["user"])
            self.position: dict[str, Any] = dict(own.get("position", {}))
            self.channels = list(interface.localNode.channels)
            self.config = localonly_pb2.LocalConfig()
            self.config.CopyFrom(interface.localNode.localConfig)
            self.modules = localonly_pb2.LocalModuleConfig()
            self.modules.CopyFrom(interface.localNode.moduleConfig)
            self.nodes: dict[str, Any] = dict(interface.nodes)
            self.url: str = interface.localNode.getURL()


class Radio:
    """One radio of a mesh, as the command line sees it."""

    def __init__(self, running: MeshThread, index: int) -> None:
        self.running = running
        self.port: int = running.mesh.ports[index]
        self.number: int = running.mesh.numbers[index]
        self.identity = f"!{self.number:08x}"

    def cli(self, *arguments: str, code: int = 0) -> str:
        """Run one command on it; return what it printed."""
        return run_cli(self.port, *arguments, code=code)

    def held(self) -> Held:
        """Return what it holds now."""
        return Held(self.port)


def until(fact: Callable[[], bool], what: str) -> None:
    """Return as soon as `fact` holds; fails with `what` when it does not within a while."""
    end = time.monotonic() + PATIENCE_S
    while not fact():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.02)
