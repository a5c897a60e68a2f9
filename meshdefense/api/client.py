"""The client's side of the local socket: `NodeClient` for screens, programs and the CLI.

Importing this module is cheap and reaches neither the store nor the radio.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from meshdefense.api.schema import API_VERSION, MAX_LINE, WHOLE_TABLES, HelloResult

__all__ = ["ApiError", "DaemonGoneError", "NodeClient"]


class DaemonGoneError(Exception):
    """The daemon does not answer; start it with `meshdefense run`."""


class ApiError(Exception):
    """The daemon refused a request; nothing was changed."""

    def __init__(self, code: str, message: str, hint: str = "", wait_s: float = 0.0) -> None:
        """`wait_s` is the error's `retry_after_s`; 0 where it has none."""
        super().__init__(message)
        self.code, self.message, self.hint, self.wait_s = code, message, hint, wait_s


class NodeClient:
    """One connection to a daemon. Requests may overlap; notices come out of `notices()`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._notices: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._serial = 0
        self._gone = False
        self._pump: asyncio.Task[None] | None = None
        self.hello: HelloResult | None = None

    @classmethod
    async def connect(cls, socket_path: Path, *, client: str, timeout_s: float = 5.0) -> NodeClient:
        """Connect and say hello. Raises DaemonGoneError or ApiError (code "version")."""
        try:
            async with asyncio.timeout(timeout_s):
                reader, writer = await asyncio.open_unix_connection(
                    str(socket_path), limit=MAX_LINE
                )
        except (OSError, TimeoutError) as error:
            raise DaemonGoneError(f"no daemon answers at {socket_path}") from error
        self = cls(reader, writer)
        self._pump = asyncio.get_running_loop().create_task(self._read(), name="api-client-reader")
        try:
            async with asyncio.timeout(timeout_s):
                self.hello = await self.call("hello", api=API_VERSION, client=client)
        except BaseException as error:
            await self.close()
            if isinstance(error, TimeoutError):
                raise DaemonGoneError(
                    "the daemon accepted the connection but says nothing"
                ) from error
            raise
        return self

    async def call(self, method: str, /, **params: Any) -> Any:
        """One request; returns its result, of `changes` all pages as one.

        Raises ApiError, DaemonGoneError.
        """
        result = await self._ask(method, params)
        while method == "changes" and result.get("more"):
            asked = {**params, "since": result["revision"], "epoch": result["epoch"]}
            page = await self._ask(method, asked)
            same = page["epoch"] == result["epoch"]
            if same and page.get("more") and page["revision"] <= result["revision"]:
                # asking this daemon again would never end
                raise ApiError("internal", "the daemon's answer is not one of this API")
            result = _joined(result, page, gone=bool(params.get("since"))) if same else page
        return result

    async def _ask(self, method: str, params: dict[str, Any]) -> Any:
        if self._gone:
            raise DaemonGoneError("the daemon has closed the connection")
        self._serial += 1
        serial = self._serial
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[serial] = future
        line = json.dumps({"id": serial, "method": method, "params": params}, separators=(",", ":"))
        try:
            self._writer.write(line.encode() + b"\n")
            await self._writer.drain()
            return await future
        except OSError as error:
            raise DaemonGoneError("the daemon has closed the connection") from error
        finally:
            self._waiting.pop(serial, None)

    async def notices(self) -> AsyncIterator[dict[str, Any]]:
        """Notices in order; ends when the daemon is gone. For one consumer."""
        while (notice := await self._notices.get()) is not None:
            yield notice

    async def close(self) -> None:
        """End the connection; safe twice, never raises."""
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
            self._pump = None
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except OSError:
            self._gone = True  # the peer was faster; closed is what we wanted

    async def _read(self) -> None:
        try:
            while line := await self._reader.readline():
                self._take(json.loads(line))
        except (OSError, ValueError):
            pass  # a broken pipe or a line that is not JSON: both mean that this daemon is gone
        finally:
            self._gone = True
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(DaemonGoneError("the daemon has closed the connection"))
            self._notices.put_nowait(None)

    def _take(self, message: Any) -> None:
        if not isinstance(message, dict):
            raise ValueError("a message is a JSON object")
        if "event" in message:
            self._notices.put_nowait(message)
            return
        future = self._waiting.get(message.get("id", -1))
        if future is None or future.done():
            return  # its caller gave up waiting
        if message.get("ok"):
            future.set_result(message.get("result"))
        else:
            error = message.get("error", {})
            future.set_exception(
                ApiError(
                    error.get("code", "internal"),
                    error.get("message", ""),
                    error.get("hint", ""),
                    error.get("retry_after_s", 0.0),
                )
            )


def _joined(first: Any, second: Any, *, gone: bool) -> Any:
    """Two pages of `changes` as one, rows that are gone only where they are wanted.

    A row may have changed after the first page was read: then it stands in both.
    """
    tables = dict(first["tables"])
    for name, rows in second["tables"].items():
        later = {row["id"] for row in rows}
        kept = [] if name in WHOLE_TABLES else tables.get(name, [])
        tables[name] = [row for row in kept if row["id"] not in later]
        tables[name] += [row for row in rows if gone or not row.get("gone")]
    return {**second, "tables": tables}
