"""Steer virtual radios from another process: one JSON object a line, over loopback TCP.

A request is `{"do": VERB, ...}`, its answer `{"ok": true, ...}` or `{"ok": false, "error":
TEXT}`, in the same order. Nodes are named by index from 0 or by name. Verbs and arguments:
docs/virtual-radio.md. There is no password: whoever may open a loopback port may steer.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from meshdefense.air.fields import nearest, number_in
from meshdefense.virtual.connection import LOOPBACK
from meshdefense.virtual.faults import COUNTED, Misbehaviour
from meshdefense.virtual.mesh import VirtualMesh

__all__ = ["ControlError", "ControlPort", "perform"]

MAX_LINE_BYTES = 4096

ARGUMENTS = {
    "move": ("node", "lat", "lon"),
    "place": ("node", "x", "y"),
    "cut": ("a", "b"),
    "restore": ("a", "b"),
    "drop_client": ("node",),
    "power": ("node", "on"),
    "misbehave": ("node", "how"),
    "radios": (),
    "counters": (),
}

OPTIONAL = {"misbehave": ("count",)}
MOST_COUNTED = 1_000_000

LIMITS = {"lat": 90.0, "lon": 180.0, "x": 1e6, "y": 1e6}
"""Degrees, and metres from the origin: further away the flat plane means nothing."""


class ControlError(ValueError):
    """A request that cannot be carried out; the text says why."""


def perform(mesh: VirtualMesh, request: Any) -> dict[str, Any]:
    """Carry out one request; return what the answer says besides `ok`. Raises ControlError."""
    if not isinstance(request, dict):
        raise ControlError("a request is an object")
    verb = request.get("do")
    if not isinstance(verb, str) or verb not in ARGUMENTS:
        raise ControlError(f"unknown verb {verb!r}{nearest(str(verb), list(ARGUMENTS))}")
    names = ARGUMENTS[verb]
    missing = [name for name in names if name not in request]
    if missing:
        raise ControlError(f"{verb} needs {', '.join(missing)}")
    names += OPTIONAL.get(verb, ())
    for name in request:
        if name != "do" and name not in names:
            raise ControlError(f"{verb} has no argument {name!r}{nearest(name, list(names))}")
    return _perform(mesh, verb, request)


def _perform(mesh: VirtualMesh, verb: str, request: dict[str, Any]) -> dict[str, Any]:
    match verb:
        case "radios":
            return {"radios": described(mesh)}
        case "counters":
            return {"counters": mesh.counters}
        case "cut" | "restore":
            a, b = _node(mesh, request["a"]), _node(mesh, request["b"])
            (mesh.cut if verb == "cut" else mesh.restore)(a, b)
        case "move":
            node = _node(mesh, request["node"])
            mesh.move(node, _number(request, "lat"), _number(request, "lon"))
        case "place":
            node = _node(mesh, request["node"])
            mesh.place(node, _number(request, "x"), _number(request, "y"))
        case "drop_client":
            mesh.drop_client(_node(mesh, request["node"]))
        case "power":
            if not isinstance(request["on"], bool):
                raise ControlError("on must be true or false")
            mesh.power(_node(mesh, request["node"]), request["on"])
        case "misbehave":
            fault = _fault(request["how"])
            mesh.misbehave(_node(mesh, request["node"]), fault, _count(request, fault))
    return {}


def described(mesh: VirtualMesh) -> list[dict[str, Any]]:
    """Return name, address and node number of every radio."""
    return [
        {"name": name, "address": address, "node_number": number}
        for name, address, number in zip(mesh.names, mesh.addresses, mesh.numbers, strict=True)
    ]


class ControlPort:
    """An async context manager: inside, requests are taken on `port`."""

    def __init__(self, mesh: VirtualMesh, port: int = 0) -> None:
        """Port 0 takes any free one. Entering raises OSError when the port is taken."""
        self._mesh = mesh
        self.port = port
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> ControlPort:
        self._server = await asyncio.start_server(
            self._serve, LOOPBACK, self.port, limit=MAX_LINE_BYTES
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
            for writer in self._writers:
                writer.transport.abort()
            await self._server.wait_closed()
            await asyncio.sleep(0)  # lets the aborted transports close their sockets

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while line := await reader.readline():
                answer = self._answer(line)
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):
            pass  # the peer is gone, or its line has no end: nobody to answer
        finally:
            self._writers.discard(writer)
            writer.close()

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            return {"ok": True, **perform(self._mesh, json.loads(line))}
        except RecursionError:
            return {"ok": False, "error": "that is nested too deeply for a request"}
        except (ControlError, ValueError, OSError) as error:
            return {"ok": False, "error": str(error)}


def _node(mesh: VirtualMesh, value: Any) -> int:
    """Return the index that a request means, by index or by name."""
    names = mesh.names
    if isinstance(value, str):
        if value not in names:
            raise ControlError(f"no radio is called {value!r}{nearest(value, names)}")
        return names.index(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < len(names):
        raise ControlError(f"no radio {value!r}; they are 0 to {len(names) - 1}")
    return value


def _number(request: dict[str, Any], name: str) -> float:
    number, limit = number_in(request[name], name), LIMITS[name]
    if not -limit <= number <= limit:
        raise ControlError(f"{name} is {number:g}; it must be from {-limit:g} to {limit:g}")
    return number


def _fault(value: Any) -> Misbehaviour:
    try:
        return Misbehaviour(value)
    except ValueError:
        known = [fault.value for fault in Misbehaviour]
        raise ControlError(f"unknown misbehaviour {value!r}{nearest(str(value), known)}") from None


def _count(request: dict[str, Any], fault: Misbehaviour) -> int | None:
    count = request.get("count")
    if count is None:
        return None
    if fault not in COUNTED:
        raise ControlError(f"{fault.value} takes no count")
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_COUNTED:
        raise ControlError(f"count must be a whole number, 1 to {MOST_COUNTED}, not {count!r}")
    return count
