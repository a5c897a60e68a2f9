"""The screens in a real browser: nobody gets in who should not, and what is shown is the app."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

pytest.importorskip("textual_serve", reason="needs the extra meshdefense[web]")

from meshdefense.paths import DataFolder
from support.chromium import Browser, Page, browser, chromium
from support.commands import command, environment
from support.fake_daemon import FakeDaemon
from support.screen_rows import busy_evening

if chromium() is None and "CI" not in os.environ:
    pytest.skip("there is no Chromium (Debian: apt-get install chromium)", allow_module_level=True)

PIN = "246810-canary"


def descendants(pid: int) -> set[int]:
    """Processes below one that are not zombies."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                parents[int(entry.name)] = int(parent)
    found: set[int] = set()
    while more := {one for one, above in parents.items() if above in {pid, *found}} - found:
        found |= more
    return found


class Served:
    """`meshdefense tui --web` as a process, before a daemon with rows."""

    def __init__(self, daemon: FakeDaemon, process: asyncio.subprocess.Process, said: str) -> None:
        self.daemon, self.process, self.said = daemon, process, said
        match = re.search(r"http://127\.0\.0\.1:\d+/enter\?token=\S+", said)
        assert match is not None, said
        self.address = match.group()
        self.root = self.address.partition("/enter")[0]

    def tabs(self) -> int:
        return len(descendants(self.process.pid))

    async def until_tabs(self, wanted: int) -> None:
        async with asyncio.timeout(30):
            while self.tabs() != wanted:  # noqa: ASYNC110 the kernel tells nobody
                await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def served(language: str = "en") -> AsyncIterator[Served]:
    with tempfile.TemporaryDirectory(prefix="mdw-") as folder:
        path = DataFolder(Path(folder)).socket
        path.parent.mkdir(parents=True, exist_ok=True)
        daemon = FakeDaemon(path, beat_s=1.0)
        for table, rows in busy_evening().items():
            daemon.set(table, *rows)
        await daemon.start()
        process = await asyncio.create_subprocess_exec(
            *command("tui", "--web", "--port", "0", "--data", folder, "--language", language),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=environment(),
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{PIN}\n".encode())
        process.stdin.close()
        try:
            said = b"".join([await process.stdout.readline() for _ in range(3)]).decode()
            yield Served(daemon, process, said)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
            await daemon.stop()


async def focused(page: Page, name: str) -> None:
    """Letters that come before an entry has the focus are typed nowhere."""

    async def look() -> str:
        return str(await page.value("document.activeElement.id"))

    await page.until(look, lambda found: found == name)


async def in_a_browser(browsing: Browser, desk: Served) -> None:
    page = await browsing.page()
    # nobody gets in without the address
    await page.go(f"{desk.root}/")
    assert "was not let in" in await page.shows("Not allowed")
    await page.go(f"{desk.root}/enter?token=guess")
    assert "wrong or was used" in await page.shows("wrong or was used")
    # with it, nothing is shown before the PIN; a wrong one makes the next wait
    await page.go(desk.address)
    assert "ALERTS" not in await page.shows("Operator PIN")
    await focused(page, "pin")
    empty = await page.picture()
    assert desk.tabs() == 0
    await page.type("0000000")
    await page.enter()
    await page.shows("Wrong PIN. The next try counts in 1 s.")
    await asyncio.sleep(1.2)
    await page.type(PIN)
    await page.enter()
    screen = await page.drawn("go (F5: g p)")  # the browser keeps F5
    assert "ALERTS" in screen
    assert "PATROLS" in screen
    assert "MESSAGES" in screen
    assert str(await page.value("location.href")) == f"{desk.root}/"  # no token stays in view
    # a key works
    await page.type("?")
    await page.drawn("Esc")
    await page.press("Escape", 27)
    await page.drawn("go (F5: g p)")
    # what the daemon says later is seen, too
    row = {**busy_evening()["alerts"][0], "id": "7.0.99", "note": "canary in the coal mine"}
    row |= {"severity": 3, "state": "unconfirmed", "mine": False, "verdicts": []}
    desk.daemon.set("alerts", row)
    await page.drawn("1 new, press .")
    picture = await page.picture()
    assert len(picture) > 3 * len(empty)  # text, not an empty terminal
    if target := os.environ.get("MESHDEFENSE_SCREENSHOT"):
        Path(target).write_bytes(picture)  # noqa: ASYNC240
    # nothing was asked of anybody else, and nothing was blocked
    assert {address.partition("//")[2].partition("/")[0] for address in page.requests} <= {
        desk.root.partition("//")[2], "blank", "",
    }, page.requests  # fmt: skip
    blocked = [said for said in page.complaints if "Content Security Policy" in said]
    assert not blocked
    # the used address lets no second browser in; tabs of this one need no PIN again
    others = [await browsing.page() for _ in range(4)]
    await others[3].go(desk.address)
    await others[3].shows("wrong or was used")
    for other in others[:3]:
        await other.go(f"{desk.root}/")
        await other.drawn("ALERTS")
    await desk.until_tabs(4)
    # the fifth is told why
    await others[3].go(f"{desk.root}/")
    await others[3].shows("4 tabs are open, and that is the most")
    assert desk.tabs() == 4
    # a tab that closes ends its process, and makes room
    await others[0].close()
    await desk.until_tabs(3)
    await others[3].go(f"{desk.root}/")
    await others[3].drawn("ALERTS")
    # Ctrl+C ends everything cleanly
    desk.process.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(desk.process.wait(), 30) == 0
    await page.shows("This tab has ended")
    for one in (page, *others[1:]):
        await one.leave()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="counts processes in /proc")
def test_a_browser_is_let_in_once_by_address_and_pin_and_four_tabs_show_the_app() -> None:
    async def run() -> None:
        async with served() as desk, browser() as browsing:
            await in_a_browser(browsing, desk)

    asyncio.run(run())


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
def test_a_killed_server_leaves_no_process_and_the_pages_speak_spanish() -> None:
    async def run() -> None:
        async with served("es") as desk, browser() as browsing:
            page = await browsing.page()
            await page.go(f"{desk.root}/")
            assert "no tiene permiso" in await page.shows("No permitido")
            await page.go(desk.address)
            await page.shows("PIN del operador")
            await focused(page, "pin")
            await page.type(PIN)
            await page.enter()
            await page.drawn("ALERTAS")
            tabs = descendants(desk.process.pid)
            assert len(tabs) == 1
            # neither PIN nor token stands where another user of the computer could read it
            for pid in (desk.process.pid, *tabs):
                for name in ("cmdline", "environ"):
                    told = Path(f"/proc/{pid}/{name}").read_bytes()  # noqa: ASYNC240
                    assert PIN.encode() not in told
                    assert desk.address.partition("token=")[2].encode() not in told
            desk.process.kill()
            await desk.process.wait()
            async with asyncio.timeout(30):
                while any(Path(f"/proc/{pid}").exists() for pid in tabs):  # noqa: ASYNC110, ASYNC240
                    await asyncio.sleep(0.1)
            await page.leave()

    asyncio.run(run())
