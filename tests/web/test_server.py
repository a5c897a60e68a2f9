"""The server of the browser by requests alone: who gets what, and what every answer forbids."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("textual_serve", reason="needs the extra meshdefense[web]")

import aiohttp

from meshdefense.cli import browsing
from meshdefense_tui.web import tab
from meshdefense_tui.web.gate import PIN_MAX, PIN_MIN, Gate
from meshdefense_tui.web.server import BrowserServer

PIN, TOKEN = "246810", "the-token"
IDLE = [sys.executable, "-c", "import sys; print('__GANGLION__', flush=True); sys.stdin.read()"]
DEAF = [sys.executable, "-c",
        "import signal, time; signal.signal(15, signal.SIG_IGN); "
        "print('__GANGLION__', flush=True); time.sleep(600)"]  # fmt: skip


@contextlib.asynccontextmanager
async def server(words: list[str] = IDLE) -> AsyncIterator[tuple[BrowserServer, Any]]:
    made = BrowserServer(Gate(PIN, token=TOKEN, salt=b"salt"), words)
    await made.start()
    jar = aiohttp.CookieJar(unsafe=True)  # takes cookies of an address without a name
    base = f"http://127.0.0.1:{made.port}"
    async with aiohttp.ClientSession(base, cookie_jar=jar) as client:
        yield made, client
    await made.stop()


async def let_in(client: aiohttp.ClientSession) -> None:
    async with client.get("/enter", params={"token": TOKEN}) as answer:
        assert "Operator PIN" in await answer.text()
    async with client.post("/pin", data={"pin": PIN}) as answer:
        assert answer.status == 200
        assert 'id="terminal"' in await answer.text()


def run(claim: Any) -> None:
    asyncio.run(claim())


@pytest.mark.parametrize("path", ["/", "/ws", "/page.js", "/static/js/textual.js", "/download/x"])
def test_without_a_session_everything_is_refused_with_a_sentence(path: str) -> None:
    async def claim() -> None:
        async with server() as (_, client), client.get(path) as answer:
            assert answer.status == 403
            assert "was not let in" in await answer.text()

    run(claim)


def test_a_refusal_has_its_looks_but_not_for_another_name() -> None:
    async def claim() -> None:
        async with server() as (_, client):
            async with client.get("/page.css") as answer:
                assert answer.status == 200
                assert "visibility: hidden" in await answer.text()  # of a tab that has ended
            async with client.get("/page.css", headers={"Host": "evil.example"}) as answer:
                assert answer.status == 403

    run(claim)


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Host": "127.0.0.1:1"}, {"Origin": "http://evil.example"},
     {"Origin": "null"}, {"Origin": "http://localhost:1"}],
)  # fmt: skip
def test_other_names_and_other_pages_are_refused_even_with_the_token(
    headers: dict[str, str],
) -> None:
    async def claim() -> None:
        async with server() as (made, client):
            asked = client.get("/enter", params={"token": TOKEN}, headers=headers)
            async with asked as answer:
                assert answer.status == 403
            assert made.gate.enter(TOKEN, "still unused")

    run(claim)


def test_the_socket_and_downloads_need_the_pin_not_only_the_session() -> None:
    async def claim() -> None:
        async with server() as (made, client):
            async with client.get("/enter", params={"token": TOKEN}) as answer:
                assert answer.status == 200
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await client.ws_connect("/ws")
            assert refused.value.status == 403
            async with client.get("/download/x") as answer:
                assert answer.status == 403
            assert made.tabs == 0

    run(claim)


def test_wrong_pins_slow_down_and_are_said() -> None:
    async def claim() -> None:
        async with server() as (_, client):
            async with client.get("/enter", params={"token": TOKEN}):
                pass
            async with client.post("/pin", data={"pin": "999999"}) as answer:
                assert answer.status == 403
                assert "Wrong PIN" in await answer.text()
            async with client.post("/pin", data={"pin": PIN}) as answer:  # right, but too soon
                assert answer.status == 429
                assert "Not looked at" in await answer.text()
            async with client.post("/pin", data=b"x" * 10_000) as answer:
                assert answer.status in {413, 429}

    run(claim)


def test_every_answer_forbids_what_does_not_come_from_here() -> None:
    async def claim() -> None:
        async with server() as (made, client):
            await let_in(client)
            seen = set()
            for path in ("/", "/page.js", "/page.css", "/static/css/xterm.css", "/nowhere"):
                async with client.get(path) as answer:
                    text = await answer.text()
                    policy = answer.headers["Content-Security-Policy"]
                    assert "default-src 'self'" in policy
                    assert "frame-ancestors 'none'" in policy
                    assert answer.headers["X-Content-Type-Options"] == "nosniff"
                    assert answer.headers["Cache-Control"] == "no-store"
                    addresses = re.findall(r"(?:src|href|url\()\s*=?\s*[\"'(]*(\w+://[^\"')]+)",
                                           text)  # fmt: skip
                    assert not addresses, path
                    seen.add(answer.status)
            assert seen == {200, 404}
            cookies = [one for one in client.cookie_jar if one.key.startswith("meshdefense_")]
            assert cookies
            assert all(one["httponly"] and one["samesite"] == "Strict" for one in cookies)
            assert str(made.port) in cookies[0].key

    run(claim)


def test_it_listens_on_the_loopback_address_only() -> None:
    async def claim() -> None:
        async with server() as (made, _):
            assert made._runner is not None
            assert {address[0] for address in made._runner.addresses} == {"127.0.0.1"}

    run(claim)


@pytest.mark.parametrize(
    "message",
    ["x", "[]", "7", "{}", '["stdin"]', '["stdin", 7]', '["resize", {"width": "x"}]', '["quit"]'],
)
def test_a_message_that_no_page_of_ours_sends_ends_the_tab(
    message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tab, "_END_S", 0.3)

    async def claim() -> None:
        async with server() as (made, client):
            await let_in(client)
            async with client.ws_connect("/ws?width=-1&height=99999999") as socket:
                await socket.send_str(message)
                async with asyncio.timeout(20):
                    while (await socket.receive()).type is not aiohttp.WSMsgType.CLOSED:
                        pass
            async with asyncio.timeout(20):
                while made.tabs:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)

    run(claim)


def test_sizes_from_a_browser_stay_sane() -> None:
    assert tab._sane(10**9, -3) == (500, 1)
    assert tab._sane("x", None) == (1, 1)


def test_a_process_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tab, "_END_S", 0.3)

    async def claim() -> None:
        async with server(DEAF) as (made, client):
            await let_in(client)
            async with client.ws_connect("/ws"):
                async with asyncio.timeout(20):
                    while made.tabs != 1:  # noqa: ASYNC110
                        await asyncio.sleep(0.01)
                await asyncio.sleep(0.5)
            async with asyncio.timeout(20):
                while made.tabs:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)

    run(claim)


# -- the command ------------------------------------------------------------------------------


class Pipe:
    def __init__(self, line: str) -> None:
        self.line = line

    def isatty(self) -> bool:
        return False

    def readline(self, limit: int) -> str:
        return self.line[:limit]


def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str, *words: str) -> Any:
    import argparse

    from meshdefense.cli import tui

    served: list[Any] = []

    def serve(command: Any, pin: str, port: int, language: str) -> int:
        served.append((list(command), pin, port, language))
        return 0

    monkeypatch.setattr(sys, "stdin", Pipe(line))
    parser = argparse.ArgumentParser()
    tui.configure(parser)
    args = parser.parse_args(["--web", "--data", str(tmp_path), *words])
    return browsing.browsing(args, tmp_path, serve), served


def test_the_pin_reaches_the_server_and_no_tabs_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code, served = asked(monkeypatch, tmp_path, f"{PIN}\n", "--ascii", "--language", "es")
    assert code == 0
    ((command, pin, port, language),) = served
    assert (pin, port, language) == (PIN, browsing.PORT, "es")
    assert PIN not in command
    assert command[-3:] == ["--language", "es", "--ascii"]


@pytest.mark.parametrize("line", ["", "12345\n", "x" * 400])
def test_a_pin_of_the_wrong_length_starts_nothing(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    line: str,
) -> None:
    code, served = asked(monkeypatch, tmp_path, line)
    assert (code, served) == (2, [])
    assert "a PIN has 6 to 128 characters" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_a_port_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, port: str
) -> None:
    assert asked(monkeypatch, tmp_path, f"{PIN}\n", "--port", port) == (2, [])


def test_command_and_gate_agree_on_the_length_of_a_pin() -> None:
    assert (browsing.PIN_MIN, browsing.PIN_MAX) == (PIN_MIN, PIN_MAX)
    from meshdefense_tui.web.tab import DRIVER

    assert browsing._DRIVER == DRIVER
