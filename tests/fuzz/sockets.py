"""Targets for lines of text from other programs: the node's API, and the virtual radios' control.

The node and the radios live as long as the target: what one input says is there for the next.
So a finding here may need those before it; the runner saves the last one, and the corpus has
the others.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, cast, get_args

from fuzz.target import JSON_WORDS, Check, Target, demand
from meshdefense.api.schema import API_VERSION, ErrorCode
from meshdefense.api.server import ApiServer
from meshdefense.virtual.control import MAX_LINE_BYTES, ControlPort
from meshdefense.virtual.mesh import VirtualMesh
from support.nodes import Nodes

__all__ = ["TARGETS"]

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
LINE_MAX: Final = 1 << 20
CODES: Final = frozenset(get_args(ErrorCode)) - {"internal"}


class _Written:
    """A client that reads everything at once; stands in for a StreamWriter and its transport."""

    def __init__(self) -> None:
        self.transport, self.text = self, bytearray()

    def write(self, data: bytes) -> None:
        self.text += data

    async def drain(self) -> None:
        pass

    def close(self) -> None:
        pass

    def abort(self) -> None:
        pass

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0


class Lines:
    """A check that says its bytes to a server that goes on running between inputs."""

    def __init__(self, limit: int, first: bytes, look: Callable[[Any, Any], None]) -> None:
        self._limit, self._first, self._look = limit, first, look
        self._stack, self._loop = contextlib.AsyncExitStack(), asyncio.new_event_loop()
        self._serve: Serve

    def open(self, entering: Callable[[contextlib.AsyncExitStack], Awaitable[Serve]]) -> Lines:
        """Start what answers."""
        self._serve = self._loop.run_until_complete(_awaited(entering(self._stack)))
        return self

    def __call__(self, raw: bytes) -> None:
        lines = [self._first, *(line for line in raw.split(b"\n"))]
        lines = [line for line in lines if len(line) < self._limit - 1]
        written = self._loop.run_until_complete(self._said(b"\n".join(lines) + b"\n"))
        answers = [json.loads(line) for line in written.splitlines()]
        answers = [one for one in answers if "event" not in one]
        demand(len(answers) == len(lines), f"{len(answers)} answers to {len(lines)} lines")
        asked = [_parsed(line) for line in lines]
        for answer in answers:
            self._look(answer, asked)

    async def _said(self, stream: bytes) -> bytes:
        reader, writer = asyncio.StreamReader(limit=self._limit), _Written()
        reader.feed_data(stream)
        reader.feed_eof()
        async with asyncio.timeout(30):
            await self._serve(reader, cast("asyncio.StreamWriter", writer))
        return bytes(writer.text)

    def close(self) -> None:
        """End what answers."""
        self._loop.run_until_complete(self._stack.aclose())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()


async def _awaited(coming: Awaitable[Serve]) -> Serve:
    return await coming


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _request(method: str, **params: Any) -> bytes:
    return json.dumps({"id": 7, "method": method, "params": params}).encode()


def api_seeds() -> list[bytes]:
    """Requests of every sort, alone and several at once."""
    lines = [
        _request("report", kind="fire", severity="high", lat=34.05, lon=-118.25, note="x", count=3),
        _request("report", kind="medical", equipment=["bicycle"], about="2.0.0", observed_ago_s=60),
        _request("verdict", alert="3.0.0", result="confirmed", count=2, note="two left"),
        _request("retract", alert="2.0.0", reason="mistake"),
        _request("beacon", lat=34.05, lon=-118.25, precision_m=1000, heading=90, battery=50),
        _request("checkin", state="ok", due_in_s=600),
        _request("message", text="hello", scope="field", recipient="pia", urgent=True),
        _request("long_report", text="one\ntwo", language="es", lifetime_s=600),
        _request("acknowledge", item="2.0.0", meaning="seen"),
        _request("dispatch", alert="2.0.0", member="pia", back_min=15, look=True),
        _request("respond", alert="2.0.0", state="on-the-way", eta_min=5),
        _request("broadcast", alert="2.0.0", precision_m=100),
        _request("escalate", alert="2.0.0", level="coordinators"),
        _request("close", alert="2.0.0", reason="over"),
        _request("sos", kind="medical", lat=34.05, lon=-118.25, scope="everyone"),
        _request("sos_end", sos="2.0.1", how="cancelled"),
        _request("rollcall", whom=["patrol"], slot_s=6, window_min=5),
        _request("rollanswer", rollcall="2.0.2", state="ok"),
        _request("stand_down", lat=34.05, lon=-118.25, precision_m=1000, until_s=600),
        _request("changes", since=0, epoch="x"),
        _request("unlock", passphrase="x", share="00"),
        _request("panic", rehearse=True),
        _request("grant", request="{}", roles=["patrol"], handle="eva", team=3),
        _request("revoke", member="pia", lost_since="90m"),
        _request("roster_import", file="{}"),
        *(_request(name) for name in ("status", "roster", "history", "pending", "roster_export")),
        b"[" * 900,
        b'{"id":' + b"[" * 400 + b"]" * 400 + b',"method":"x"}',
    ]
    return [*lines, b"\n".join(lines[:6]), b"\n".join(lines[6:20])]


def _fits_api(answer: Any, asked: Any) -> None:
    serials = [one.get("id") for one in asked if isinstance(one, dict)] + [None]
    same = json.dumps(answer["id"])
    demand(any(json.dumps(one) == same for one in serials), "an answer to nobody's request")
    if answer["ok"] is not True:
        error = answer["error"]
        demand(error["code"] in CODES, f"refused as {error}")
        demand(error["message"], "refused without a word")


def make_api() -> Check:
    """Every line gets one answer: a result, or an error that is not `internal`."""

    async def entering(stack: contextlib.AsyncExitStack) -> Serve:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        nodes = Nodes(folder)
        node = await stack.enter_async_context(nodes.running("base"))
        return ApiServer(node, folder / "socket", lambda: None)._serve

    hello = _request("hello", api=API_VERSION, client="fuzz")
    return Lines(LINE_MAX, hello, _fits_api).open(entering)


def control_seeds() -> list[bytes]:
    """Every verb, with arguments that fit and some that do not."""
    lines: tuple[dict[str, Any], ...] = (
        {"do": "move", "node": 0, "lat": 34.05, "lon": -118.25},
        {"do": "place", "node": "radio-1", "x": 1.5, "y": 2},
        {"do": "cut", "a": 0, "b": 1},
        {"do": "restore", "a": 0, "b": 1},
        {"do": "drop_client", "node": 2},
        {"do": "power", "node": 1, "on": True},
        {"do": "misbehave", "node": 0, "how": "garbage"},
        {"do": "misbehave", "node": 0, "how": "none"},
        {"do": "radios"},
        {"do": "counters"},
        {"do": "fly", "node": -1},
    )
    single = [json.dumps(line).encode() for line in lines]
    return [*single, b"\n".join(single)]


def _fits_control(answer: Any, asked: Any) -> None:
    demand(answer["ok"] is True or answer["error"], f"refused without a word: {asked}")


def make_control() -> Check:
    """Every line gets one answer, and the radios go on."""

    async def entering(stack: contextlib.AsyncExitStack) -> Serve:
        mesh = await stack.enter_async_context(VirtualMesh(3))
        return ControlPort(mesh)._serve

    return Lines(MAX_LINE_BYTES, b'{"do":"counters"}', _fits_control).open(entering)


TARGETS: Final = (
    Target("api", make_api, api_seeds, 2000, JSON_WORDS),
    Target("control", make_control, control_seeds, 2000, JSON_WORDS),
)
