"""Real clients for tests of the virtual radios.

The library runs threads of its own and prints into the log when a connection goes; the helpers
here close what they open and leave nothing behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, ClassVar

from meshtastic.protobuf import mesh_pb2
from meshtastic.tcp_interface import TCPInterface
from pubsub import pub

from meshdefense.virtual.mesh import VirtualMesh
from meshdefense.virtual.stream import FrameReader, framed

PATIENCE_S = 20.0
NONCE = 4711


class MeshThread:
    """A virtual mesh in an event loop of its own, so that blocking clients can use it."""

    def __init__(self, **arguments: Any) -> None:
        self._arguments = arguments
        self._ready = threading.Event()
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._main)
        self.mesh: VirtualMesh

    def __enter__(self) -> MeshThread:
        self._thread.start()
        self._ready.wait(PATIENCE_S)
        if self._error is not None:
            raise self._error
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        if self._error is not None:
            raise self._error

    def _main(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001  # handed to the thread that asked
            self._error = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with VirtualMesh(**self._arguments) as self.mesh:
            self._ready.set()
            await self._stop.wait()

    def do(self, action: Callable[[VirtualMesh], Any]) -> Any:
        """Run `action` on the mesh in its own thread; return its result."""

        async def act() -> Any:
            result = action(self.mesh)
            return await result if isinstance(result, Coroutine) else result

        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(act(), self._loop).result(PATIENCE_S)


class Client:
    """The unmodified library, connected to one radio; collects what it receives."""

    def __init__(self, port: int) -> None:
        self.packets: queue.Queue[dict[str, Any]] = queue.Queue()
        pub.subscribe(self._receive, "meshtastic.receive")
        self.interface = TCPInterface("127.0.0.1", portNumber=port, timeout=10)

    def _receive(self, packet: Any, interface: Any) -> None:
        if interface is getattr(self, "interface", interface):
            self.packets.put(packet)

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the first received packet that is `wanted`."""
        end = time.monotonic() + PATIENCE_S
        while True:
            packet = self.packets.get(timeout=max(end - time.monotonic(), 0.01))
            if wanted(packet):
                return packet

    def close(self) -> None:
        """End the connection and the library's threads for it."""
        pub.unsubscribe(self._receive, "meshtastic.receive")
        self.interface.close()


@contextlib.contextmanager
def client(port: int) -> Iterator[Client]:
    """Connect the library to a radio for the length of the block."""
    connected = Client(port)
    try:
        yield connected
    finally:
        connected.close()


def on_port(name: str) -> Callable[[dict[str, Any]], bool]:
    """A filter for `Client.wait_for`."""
    return lambda packet: packet.get("decoded", {}).get("portnum") == name


class RawClient:
    """A client without the library: sends and receives single messages."""

    opened: ClassVar[list[RawClient]] = []
    """All that were not closed by `close_all` yet."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer, self._frames = reader, writer, FrameReader()
        self._waiting: list[Any] = []

    @classmethod
    async def connect(cls, port: int, *, introduce: bool = True) -> RawClient:
        """Open a connection; shake hands, throwing the answer away, unless told not to."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        raw = cls(reader, writer)
        cls.opened.append(raw)
        if introduce:
            await raw.shake_hands()
        return raw

    async def shake_hands(self, nonce: int = NONCE) -> list[Any]:
        """Return the answer to `want_config_id`, its end included."""
        self.send(mesh_pb2.ToRadio(want_config_id=nonce))
        answer = []
        while True:
            answer.append(await self.next())
            if answer[-1].config_complete_id == nonce:
                return answer

    def send(self, message: Any) -> None:
        """Send one `ToRadio`."""
        self._writer.write(framed(message.SerializeToString()))

    def send_bytes(self, data: bytes) -> None:
        """Send what need not be a frame."""
        self._writer.write(data)

    async def next(self) -> Any:
        """Return the next `FromRadio`; EOFError when the radio closed the connection."""
        async with asyncio.timeout(PATIENCE_S):
            while not self._waiting:
                data = await self._reader.read(4096)
                if not data:
                    raise EOFError
                payloads = self._frames.feed(data)
                self._waiting += [mesh_pb2.FromRadio.FromString(payload) for payload in payloads]
        return self._waiting.pop(0)

    async def until(self, variant: str, wanted: Callable[[Any], bool] = lambda _: True) -> Any:
        """Return the next message of a kind, `packet` for example; skips others."""
        while True:
            message = await self.next()
            if message.WhichOneof("payload_variant") == variant:
                value = getattr(message, variant)
                if wanted(value):
                    return value

    @classmethod
    async def close_all(cls) -> None:
        """Close every client, that of a failed test as well."""
        while cls.opened:
            await cls.opened.pop().close()

    async def close(self) -> None:
        """End the connection; safe twice."""
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()


def meshtastic_cli(port: int, *arguments: str, timeout: float = 40.0) -> str:
    """Run the unmodified command line; return what it printed. Fails on its exit code."""
    command = Path(sys.executable).parent / "meshtastic"
    done = subprocess.run(
        [str(command), "--host", f"127.0.0.1:{port}", *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def virtual_command(*arguments: str) -> list[str]:
    """The command that runs `radio virtual`, without the program's other nouns."""
    code = (
        "import argparse, sys; from meshdefense.cli import radio;"
        "parser = argparse.ArgumentParser(); radio.configure(parser);"
        "sys.exit(radio.run(parser.parse_args()))"
    )
    return [sys.executable, "-c", code, "virtual", *arguments]


@contextlib.contextmanager
def virtual_process(*arguments: str) -> Iterator[dict[str, Any]]:
    """Run `radio virtual --json` as a process; yields what it printed, then interrupts it."""
    process = subprocess.Popen(
        virtual_command("--json", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        yield json.loads(line)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, errors
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
