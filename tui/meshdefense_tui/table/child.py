"""One command as a child process: JSON lines out of it, a sentence when it fails, and its end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from meshdefense.safe_text import clean
from meshdefense_tui.table.secret import Secret

__all__ = ["Child", "Ended", "Limits", "Why"]

_CHUNK: Final = 65_536
_SAID_MAX: Final = 16_384
"""Bytes kept of what it complains about; the last ones."""
_SAID_LINES: Final = 12
_LAST_WORDS_S: Final = 1.0
_COMPLAINT: Final = "meshdefense: "
"""How each complaint of a command begins."""


class Why(Enum):
    """How a child came to its end."""

    ENDED = "ended"
    """By itself; its exit code tells."""
    STOPPED = "stopped"
    """A person stopped it."""
    HUNG = "hung"
    """It said nothing for too long and was killed."""
    FLOODED = "flooded"
    """It said too much and was killed."""
    NOT_STARTED = "not-started"
    """The system did not start it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is borne of a child."""

    silence_s: float = 240.0
    """Without a line. Longer than any wait of the commands: 90 s for a radio that restarts, and
    six times 10 s to connect over Bluetooth."""
    line_max: int = 4 * 1024 * 1024
    """Bytes of one line; the plan for fifty new radios is 1 MB."""
    bytes_max: int = 64 * 1024 * 1024
    """Of all lines."""
    lines_max: int = 20_000
    """Five radios with all that can go wrong say some hundreds."""
    stop_s: float = 20.0
    """To stop in order, before it is killed."""
    leave_s: float = 3.0
    """The same when the screen itself ends."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of it."""

    why: Why
    code: int | None = None
    """Exit code; negative for a signal, None where there was none."""
    words: str = ""
    """What it complained about, in its own words, cleaned; else the last line on its stderr."""
    notices: str = ""
    """Its complaints alone: what a command that ended well has to say besides."""
    garbage: int = 0
    """Lines that were no JSON."""


class Child:
    """Run once. Nothing that the process does is an error here."""

    def __init__(self, words: Sequence[str], limits: Limits | None = None) -> None:
        """`words` start it, without a shell; `{fd}` in one of them is the passphrase's pipe."""
        self._words, self._limits = list(words), limits or Limits()
        self._process: Process | None = None
        self._why = Why.ENDED
        self._garbage = self._lines = self._bytes = 0
        self._said = b""

    @property
    def pid(self) -> int | None:
        """Number of the process while there is one."""
        return self._process.pid if self._process is not None else None

    async def run(self, secret: Secret | None, take: Callable[[list[Any]], None]) -> Ended:
        """Start it, hand each batch of JSON values to `take`, wait for its end."""
        descriptor: int | None = None
        try:
            if secret is not None:
                descriptor = secret.pipe()
            self._process = await self._start(descriptor)
        except OSError as error:
            return Ended(Why.NOT_STARTED, words=clean(error.strerror or type(error).__name__))
        finally:
            if descriptor is not None:
                os.close(descriptor)
        try:
            async with asyncio.TaskGroup() as group:
                listening = group.create_task(self._listen())
                await self._read(take)
                code = await self._waited(self._process)
                await asyncio.wait([listening], timeout=_LAST_WORDS_S)
                listening.cancel()  # somebody else holds that pipe
        except asyncio.CancelledError:
            await self.leave()
            await self._read(take)  # its last words
            raise
        finally:
            self.kill()  # only where something else ended this
        notices, last = _complaints(self._said)
        return Ended(self._why, code, notices or last, notices, self._garbage)

    async def _start(self, descriptor: int | None) -> Process:
        return await asyncio.create_subprocess_exec(
            *(word.replace("{fd}", str(descriptor)) for word in self._words),
            stdin=DEVNULL, stdout=PIPE, stderr=PIPE,
            pass_fds=() if descriptor is None else (descriptor,),
            start_new_session=True,  # no terminal to ask at, and our Ctrl+C is not for it
        )  # fmt: skip

    # Reading

    async def _read(self, take: Callable[[list[Any]], None]) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        rest = b""
        while True:
            try:
                async with asyncio.timeout(self._limits.silence_s):
                    chunk = await self._process.stdout.read(_CHUNK)
            except TimeoutError:
                return self._give_up(Why.HUNG)
            *lines, rest = (rest + chunk).split(b"\n")
            if not chunk and rest:
                lines.append(rest)
            values = [value for line in lines if (value := self._value(line)) is not None]
            if values:
                take(values)
            if not chunk:
                return None
            self._lines += len(lines)
            self._bytes += len(chunk)
            if len(rest) > self._limits.line_max or self._flooded:
                return self._give_up(Why.FLOODED)

    @property
    def _flooded(self) -> bool:
        return self._lines > self._limits.lines_max or self._bytes > self._limits.bytes_max

    def _value(self, line: bytes) -> Any:
        if not line.strip():
            return None
        try:
            return json.loads(line)
        except (ValueError, RecursionError):
            self._garbage += 1
            return None

    async def _listen(self) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        while chunk := await self._process.stderr.read(_CHUNK):
            self._said = (self._said + chunk)[-_SAID_MAX:]

    async def _waited(self, process: Process) -> int:
        """It has closed its output: the end is near, or is made."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._limits.stop_s):
                return await process.wait()
        self._give_up(Why.HUNG)
        return await process.wait()

    # Ending

    def stop(self) -> None:
        """Ask it to stop in order, and kill it when it does not."""
        self._why = Why.STOPPED
        self._signal(signal.SIGINT)
        asyncio.get_running_loop().call_later(self._limits.stop_s, self.kill)

    async def leave(self) -> None:
        """The screen ends: nothing may be left behind."""
        if self._process is None or self._process.returncode is not None:
            return
        if self._why is not Why.STOPPED:  # a second signal would break off the stopping itself
            self._why = Why.STOPPED
            self._signal(signal.SIGINT)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._limits.leave_s):
                await self._process.wait()
        self.kill()

    def kill(self) -> None:
        """At once, with whatever it started."""
        self._signal(signal.SIGKILL)

    def _give_up(self, why: Why) -> None:
        if self._why is Why.ENDED:
            self._why = why
        self.kill()

    def _signal(self, number: signal.Signals) -> None:
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)


def _complaints(said: bytes) -> tuple[str, str]:
    """All from the first complaint on; and the last line, such as a traceback's."""
    lines = [line for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    begins = [index for index, line in enumerate(lines) if line.startswith(_COMPLAINT)]
    kept = lines[begins[0] :][:_SAID_LINES] if begins else []
    notices = " ".join(line.removeprefix(_COMPLAINT) for line in kept)
    return clean(notices), clean(lines[-1]) if lines else ""
