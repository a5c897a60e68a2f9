"""A headless Chromium, driven by its DevTools protocol (version 1.3) over a websocket."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp

__all__ = ["Browser", "Page", "browser", "chromium"]

_PATIENCE_S = 60.0
_CONTROL = re.compile(r"\x1b\[[0-9;?<>=$]*[a-zA-Z]")
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """The program, where it is installed."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


class Page:
    """One tab."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, target: str) -> None:
        self.target = target
        self._socket, self._serial = socket, itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.requests: list[str] = []
        """Addresses that the page asked for."""
        self.frames = ""
        """What came over the page's websocket, without control sequences: the terminal draws
        on a canvas, in which no text can be read."""
        self.complaints: list[str] = []
        """What it logged as errors: blocked content among them."""
        self._reader = asyncio.get_running_loop().create_task(self._read())

    async def start(self) -> None:
        """Hear of requests and errors."""
        for domain in ("Page", "Network", "Log", "Runtime"):
            await self.call(f"{domain}.enable")

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of the protocol."""
        serial = next(self._serial)
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[serial] = future
        await self._socket.send_json({"id": serial, "method": method, "params": params})
        answer = await asyncio.wait_for(future, _PATIENCE_S)
        assert "error" not in answer, answer
        return dict(answer["result"])

    async def go(self, address: str) -> None:
        """Load an address."""
        await self.call("Page.navigate", url=address)

    async def value(self, script: str) -> Any:
        """What an expression is worth."""
        answer = await self.call("Runtime.evaluate", expression=script, returnByValue=True)
        return answer["result"].get("value")

    async def text(self) -> str:
        """All text of the page."""
        return str(await self.value("document.body ? document.body.innerText : ''"))

    async def shows(self, text: str) -> str:
        """Wait for a text; returns all of it."""
        return str(await self.until(self.text, lambda seen: text in seen))

    async def until(self, look: Callable[[], Any], wanted: Callable[[Any], bool]) -> Any:
        """Look again and again until it is as wanted."""
        seen = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                while not wanted(seen := await look()):  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
                return seen
        raise AssertionError(f"not within {_PATIENCE_S:g} s; seen last:\n{seen}")

    async def type(self, text: str) -> None:
        """Letters, as a keyboard gives them."""
        for letter in text:
            for kind in ("keyDown", "keyUp"):
                shown = {"text": letter} if kind == "keyDown" else {}
                await self.call("Input.dispatchKeyEvent", type=kind, key=letter, **shown)

    async def press(self, key: str, code: int) -> None:
        """A key without a letter, by its Windows key code."""
        for kind in ("rawKeyDown", "keyUp"):
            await self.call(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key,
                windowsVirtualKeyCode=code,
            )  # fmt: skip

    async def enter(self) -> None:
        """The Enter key, with its character."""
        for kind in ("keyDown", "keyUp"):
            shown = {"text": "\r"} if kind == "keyDown" else {}
            await self.call(
                "Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter",
                windowsVirtualKeyCode=13, **shown,
            )  # fmt: skip

    async def drawn(self, text: str) -> str:
        """Wait until the terminal was sent a text; returns all since the last one waited for."""

        async def look() -> str:
            return self.frames

        seen: str = await self.until(look, lambda frames: text in frames)
        self.frames = ""
        return seen

    async def picture(self) -> bytes:
        """A PNG of what is seen."""
        answer = await self.call("Page.captureScreenshot", format="png")
        return base64.b64decode(answer["data"])

    async def close(self) -> None:
        """Close the tab."""
        with contextlib.suppress(AssertionError, ConnectionError):
            await self.call("Page.close")
        await self.leave()

    async def leave(self) -> None:
        """Stop listening."""
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)
        await self._socket.close()

    async def _read(self) -> None:
        async for message in self._socket:
            said = json.loads(message.data)
            if (future := self._waiting.pop(said.get("id", 0), None)) is not None:
                future.set_result(said)
            elif said.get("method") == "Network.requestWillBeSent":
                self.requests.append(said["params"]["request"]["url"])
            elif said.get("method") == "Network.webSocketCreated":
                self.requests.append(said["params"]["url"])
            elif said.get("method") == "Network.webSocketFrameReceived":
                frame = said["params"]["response"]
                if frame["opcode"] == 2:
                    drawn = base64.b64decode(frame["payloadData"]).decode(errors="replace")
                    self.frames += _CONTROL.sub("", drawn)
            elif said.get("method") == "Log.entryAdded":
                entry = said["params"]["entry"]
                if entry["level"] == "error":
                    self.complaints.append(entry["text"])
            elif said.get("method") == "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(said["params"]["exceptionDetails"])[:500])


class Browser:
    """A running Chromium with one profile: its tabs share cookies."""

    def __init__(self, client: aiohttp.ClientSession, base: str) -> None:
        self._client, self._base = client, base

    async def page(self) -> Page:
        """A new tab."""
        async with self._client.put(f"{self._base}/json/new?about:blank") as answer:
            found = await answer.json(content_type=None)
        socket = await self._client.ws_connect(found["webSocketDebuggerUrl"], max_msg_size=0)
        page = Page(socket, found["id"])
        await page.start()
        await page.call("Page.bringToFront")
        return page


@contextlib.asynccontextmanager
async def browser(width: int = 1280, height: int = 800) -> AsyncIterator[Browser]:
    """Start one and end it; it has no network but this computer's."""
    program = chromium()
    assert program is not None, "there is no Chromium"
    profile = tempfile.mkdtemp(prefix="mdweb-")
    process = await asyncio.create_subprocess_exec(
        program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--disable-extensions", "--remote-debugging-port=0",
        f"--window-size={width},{height}", f"--user-data-dir={profile}", "about:blank",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "HOME": profile},
    )  # fmt: skip
    try:
        told = Path(profile) / "DevToolsActivePort"
        async with asyncio.timeout(_PATIENCE_S):
            while not (told.exists() and told.read_text().strip()):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        port = told.read_text().split()[0]
        async with aiohttp.ClientSession() as client:
            yield Browser(client, f"http://127.0.0.1:{port}")
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()
        shutil.rmtree(profile, ignore_errors=True)
