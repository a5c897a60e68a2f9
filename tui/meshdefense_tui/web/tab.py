"""One tab's process: the same app, drawn into a pipe, which ends when its tab is gone."""

from __future__ import annotations

import asyncio
import contextlib
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from meshdefense_tui.phrases import phrase

__all__ = ["DRIVER", "Tab"]

DRIVER: Final = "meshdefense_tui.web.driver:TabDriver"
_END_S: Final = 3.0
"""After this a process that was asked to end is ended, and after this again it is killed."""
_SIZE_MAX: Final = 500
"""Cells: no screen has more, and memory goes with their product."""


class Tab(AppService):
    """Starts the process without a shell, and makes sure that it ends."""

    def __init__(
        self,
        words: Sequence[str],
        language: str,
        *,
        write_bytes: Callable[[bytes], Awaitable[None]],
        write_str: Callable[[str], Awaitable[None]],
        close: Callable[[], Awaitable[object]],
        downloads: DownloadManager,
    ) -> None:
        """`words` start the app; the three callables lead to the browser."""

        async def closed() -> None:
            await close()

        super().__init__(
            "", write_bytes=write_bytes, write_str=write_str, close=closed,
            download_manager=downloads,
        )  # fmt: skip
        self._words, self._language = words, language

    async def set_terminal_size(self, width: int, height: int) -> None:
        """Sizes come from the browser: keep them sane."""
        await super().set_terminal_size(*_sane(width, height))

    async def start(self, width: int, height: int) -> None:
        """Start at this size, in cells."""
        await super().start(*_sane(width, height))

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        environment = self._build_environment(width, height)
        environment["TEXTUAL_DRIVER"] = DRIVER
        environment["TEXTUAL_FPS"] = "30"
        self._process = process = await asyncio.create_subprocess_exec(
            *self._words, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment,
            start_new_session=True,  # Ctrl+C in the server's terminal is for the server
        )  # fmt: skip
        assert process.stdin is not None
        self._stdin = process.stdin
        return process

    async def run(self) -> None:
        """Carry what the process draws; say why when it has ended."""
        await super().run()
        assert self._process is not None
        code = await self._process.wait()
        key = "web_left" if code == 0 else "web_failed"
        said = phrase(key, self._language, **({} if code == 0 else {"code": code}))
        with contextlib.suppress(ConnectionError, RuntimeError):
            await self.remote_write_bytes(f"\x1b[0m\x1b[2J\x1b[H{said}\r\n".encode())
            await self.remote_close()

    async def stop(self) -> None:
        """End the process: ask, then insist."""
        task, self._task = self._task, None
        if task is None or self._process is None:
            return
        await self._download_manager.cancel_app_downloads(app_service_id=self.app_service_id)
        await self.send_meta({"type": "quit"})
        for insist in (self._process.terminate, self._process.kill, None):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._process.wait()), _END_S)
                break
            if insist is not None:
                with contextlib.suppress(ProcessLookupError):
                    insist()
        await asyncio.wait([task], timeout=_END_S)


def _sane(width: object, height: object) -> tuple[int, int]:
    cells = [size if isinstance(size, int) else 0 for size in (width, height)]
    return min(max(cells[0], 1), _SIZE_MAX), min(max(cells[1], 1), _SIZE_MAX)
