"""`meshdefense tui --web`: the screens in a browser of this computer, one process a tab.

textual-serve brings the terminal in the page and the pipe to the app. It lets everybody in and
loads a font from the internet, so the pages and the door are our own: the loopback address
only, a token that works once, a session cookie, the operator's PIN, at most four tabs.
"""

from __future__ import annotations

import asyncio
import json
import math
import secrets
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import textual_serve
from aiohttp import WSMsgType, web
from textual_serve.server import Server

from meshdefense_tui.phrases import phrase
from meshdefense_tui.web.gate import Gate
from meshdefense_tui.web.pages import SCRIPT, STYLE, pin_page, sentence_page, terminal_page
from meshdefense_tui.web.tab import Tab

__all__ = ["TABS_MAX", "BrowserServer", "serve"]

HOST: Final = "127.0.0.1"
TABS_MAX: Final = 4
_ROOM_S: Final = 3.0
"""A page that is loaded again finds its own old tab still ending; so long it waits for it."""
_BODY_MAX: Final = 4096
_MESSAGE_MAX: Final = 256 * 1024
"""Bytes of one message from a browser; a paste is one."""
_FONT: Final = (8, 16, 48)
"""Size of the terminal's letters in pixels: smallest, usual, largest."""
_OPEN: Final = frozenset({"/enter", "/page.css"})
"""The door, and how a refusal looks."""
_STATIC: Final = Path(textual_serve.__file__).parent / "static"
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",  # with "no-referrer" a form would come from "null"
    "X-Content-Type-Options": "nosniff",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class BrowserServer:
    """The door, the pages and the tabs. `words` start one tab's process."""

    gate: Gate
    words: Sequence[str]
    language: str = "en"
    port: int = 0
    _tabs: set[web.WebSocketResponse] = field(default_factory=set)
    _left: asyncio.Condition = field(default_factory=asyncio.Condition)
    _runner: web.AppRunner | None = None

    def __post_init__(self) -> None:
        """Take what textual-serve has for messages and downloads."""
        self._textual = Server("", host=HOST, port=self.port)
        self._cookie = ""

    @property
    def tabs(self) -> int:
        """How many are open."""
        return len(self._tabs)

    async def start(self) -> None:
        """Listen on the loopback address; port 0 becomes a free one. Raises OSError."""
        app = web.Application(middlewares=[self._guarded], client_max_size=_BODY_MAX)
        app.add_routes(
            [
                web.get("/enter", self._enter),
                web.get("/", self._index),
                web.post("/pin", self._pin),
                web.get("/ws", self._socket),
                web.get("/page.css", _text(STYLE, "text/css")),
                web.get("/page.js", _text(SCRIPT, "text/javascript")),
                web.get("/download/{key}", self._textual.handle_download),
                web.static("/static", _STATIC),
            ]
        )
        app.on_response_prepare.append(self._add_headers)
        # an access log would hold the token
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, self.port).start()
        except BaseException:
            await self._runner.cleanup()
            raise
        self.port = self._runner.addresses[0][1]
        # cookies are not kept apart by port
        self._cookie = f"meshdefense_{self.port}"

    async def stop(self) -> None:
        """End every tab and close."""
        for tab in list(self._tabs):
            await tab.close()
        async with self._left:
            await self._left.wait_for(lambda: not self._tabs)
        if self._runner is not None:
            await self._runner.cleanup()

    # The door

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Only our own address (a foreign name may lead here), only a browser that was let in."""
        hosts = (f"{HOST}:{self.port}", f"localhost:{self.port}")
        origin = request.headers.get("Origin")
        if request.host not in hosts or (
            origin is not None and origin not in {f"http://{host}" for host in hosts}
        ):
            return self._refused("web_wrong_host")
        if request.path not in _OPEN and not self.gate.knows(self._session(request)):
            return self._refused("web_no_session")
        behind = request.path == "/ws" or request.path.startswith("/download/")
        if behind and not self.gate.is_open(self._session(request)):
            return self._refused("web_no_session")
        return await handler(request)

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        session = secrets.token_urlsafe(32)
        if not self.gate.enter(request.query.get("token", ""), session):
            return self._refused("web_token_used")
        return self._to_index(session)

    async def _pin(self, request: web.Request) -> web.StreamResponse:
        given = (await request.post()).get("pin", "")
        if not self.gate.begin(time.monotonic()):
            return self._asked("web_pin_wait", 429)
        pin = given if isinstance(given, str) else ""
        session = self._session(request)
        if not await asyncio.to_thread(self.gate.fits, pin) or not self.gate.knows(session):
            return self._asked("web_pin_wrong", 403)
        new = secrets.token_urlsafe(32)
        self.gate.settle(session, new)
        return self._to_index(new)

    def _asked(self, key: str, status: int) -> web.Response:
        seconds = math.ceil(self.gate.wait_s(time.monotonic()))
        remark = phrase(key, self.language, seconds=seconds)
        return _html(pin_page(self.language, remark), status)

    def _to_index(self, session: str) -> web.Response:
        answer = web.Response(status=303, headers={"Location": "/"})
        answer.set_cookie(self._cookie, session, httponly=True, samesite="Strict", path="/")
        return answer

    def _session(self, request: web.Request) -> str:
        return request.cookies.get(self._cookie, "")

    def _refused(self, key: str, status: int = 403, **values: object) -> web.Response:
        return _html(sentence_page(self.language, key, **values), status)

    async def _add_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(_HEADERS)
        # the terminal writes its colours as styles; nothing may write a script
        response.headers["Content-Security-Policy"] = (
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
            f"connect-src 'self' ws://{HOST}:{self.port} ws://localhost:{self.port}; "
            "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        )

    # The tabs

    async def _index(self, request: web.Request) -> web.StreamResponse:
        if not self.gate.is_open(self._session(request)):
            return _html(pin_page(self.language))
        if not await self._room():
            return self._refused("web_too_many", 503, count=TABS_MAX)
        smallest, usual, largest = _FONT
        asked = request.query.get("fontsize", "")
        size = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else usual
        return _html(terminal_page(self.language, min(max(size, smallest), largest)))

    async def _room(self) -> bool:
        try:
            async with asyncio.timeout(_ROOM_S), self._left:
                await self._left.wait_for(lambda: self.tabs < TABS_MAX)
        except TimeoutError:
            return False
        return True

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if self.tabs >= TABS_MAX:
            return self._refused("web_too_many", 503, count=TABS_MAX)
        socket = web.WebSocketResponse(heartbeat=15, max_msg_size=_MESSAGE_MAX)
        self._tabs.add(socket)
        tab = Tab(
            self.words,
            self.language,
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=socket.close,
            downloads=self._textual.download_manager,
        )
        try:
            await socket.prepare(request)
            await tab.start(_cells(request, "width", 80), _cells(request, "height", 24))
            async for message in socket:
                if message.type != WSMsgType.TEXT or not await _carried(message.data, tab, socket):
                    break
        finally:
            try:
                await asyncio.shield(tab.stop())
            finally:
                await socket.close()
                async with self._left:
                    self._tabs.discard(socket)
                    self._left.notify_all()
        return socket


async def _carried(text: str, tab: Tab, socket: web.WebSocketResponse) -> bool:
    """Hand one message of the browser to the app; False for one that no page of ours sends."""
    try:
        envelope: Any = json.loads(text)
        match envelope:
            case ["stdin", str(typed)]:
                await tab.send_bytes(typed.encode("utf-8", "replace"))
            case ["resize", {"width": int(width), "height": int(height)}]:
                await tab.set_terminal_size(width, height)
            case ["ping", str(sent)]:
                await socket.send_json(["pong", sent])
            case ["blur", *_]:
                await tab.blur()
            case ["focus", *_]:
                await tab.focus()
            case _:
                return False
    except ValueError:
        return False
    return True


def _cells(request: web.Request, name: str, usual: int) -> int:
    given = request.query.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 5 else usual


def _html(page: str, status: int = 200) -> web.Response:
    return web.Response(text=page, content_type="text/html", status=status)


def _text(content: str, kind: str) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(text=content, content_type=kind)

    return answer


def serve(words: Sequence[str], pin: str, *, port: int, language: str) -> int:
    """Serve until Ctrl+C; returns the exit code."""
    return asyncio.run(_serve(words, pin, port, language))


async def _serve(words: Sequence[str], pin: str, port: int, language: str) -> int:
    token = secrets.token_urlsafe(24)
    gate = Gate(pin, token=token, salt=secrets.token_bytes(16))
    server = BrowserServer(gate, words, language, port)
    try:
        await server.start()
    except OSError as error:
        said = phrase("web_port_taken", language, port=port, detail=error.strerror or error)
        print(f"meshdefense: {said}", file=sys.stderr)  # noqa: T201 the command's own words
        return 1
    over, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, over.set)
    address = f"http://{HOST}:{server.port}/enter?token={token}"
    for line in (phrase("web_open_this", language), f"  {address}",
                 phrase("web_how_to_end", language)):  # fmt: skip
        print(line, flush=True)  # noqa: T201 the command's own words
    await over.wait()
    await server.stop()
    print(phrase("web_ended", language), flush=True)  # noqa: T201 the command's own words
    return 0
