"""The local socket: one task for each client, rows out, requests in. See docs/api.md.

The socket lies in the data folder with mode 0600, so that the file system decides who may
speak. A client that does not read is dropped when its backlog is full; it comes back with its
cursor and misses nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import meshdefense
from meshdefense import clock, logs
from meshdefense.air.presets import PRESETS, airtime_s
from meshdefense.api.guarding import GUARDING, guarding
from meshdefense.api.locked_view import late_patrols, locked_rows
from meshdefense.api.refusal import RefusedError, error_line, locked_error
from meshdefense.api.schema import API_VERSION, BEAT_S
from meshdefense.api.whereabouts import here, with_place
from meshdefense.locking import Guard, UnableError
from meshdefense.node.enrolling import ENROLLING
from meshdefense.node.history import LOOKING_BACK
from meshdefense.node.node import Node, NotFoundError, UnavailableError
from meshdefense.node.requests import SUBMISSIONS, BadRequestError
from meshdefense.node.stock_requests import STOCKING
from meshdefense.storage.errors import StorageError
from meshdefense_protocol.errors import ForbiddenError, ProtocolError

__all__ = ["GUARDING", "ApiServer"]

REQUEST_MAX: Final = 1 << 20
"""Bytes of one request; the largest is a roster file of a thousand members."""
REQUESTS_AT_ONCE: Final = 32
"""Of one client; further ones are not read before an answer has gone."""
DATA_OVERHEAD: Final = 8
"""Bytes of the radio's own encoding around a payload on our port (mesh.proto, Data)."""
BACKLOG_MAX: Final = 16 * 1024 * 1024
"""Bytes that wait for a client that does not read."""

WHILE_LOCKED: Final = frozenset(
    {"changes", "here", "lock", "panic", "sos", "status", "stop", "unlock"}
)
"""What is answered while locked; `changes` and `status` with what `locked_view` leaves of them."""

_log = logs.get("api")


class _JsonText:
    """A result that is JSON already."""

    def __init__(self, text: str) -> None:
        self.text = text


class ApiServer:
    """Serves one node on one Unix socket."""

    def __init__(
        self, node: Node, path: Path, stop: Callable[[], None], guard: Guard | None = None
    ) -> None:
        """Without a guard it is never locked."""
        self._node, self._path, self._stop, self._guard = node, path, stop, guard
        self._clients: set[_Client] = set()
        self._late: int | None = None
        """Check-ins that were late when a locked daemon last looked."""

    async def run(self) -> None:
        """Listen until cancelled; the socket file is gone afterwards."""
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()  # left by a process that was killed; the folder's lock is ours
        # the mask is the whole process's: without serving yet, nothing else runs meanwhile
        mask = os.umask(0o177)
        try:
            server = await asyncio.start_unix_server(
                self._serve, path=str(self._path), limit=REQUEST_MAX, start_serving=False
            )
        finally:
            os.umask(mask)
        await server.start_serving()
        self._node.listen(self._changed)
        if self._guard is not None:
            self._guard.listen(self._lock_changed)
        try:
            while True:
                await asyncio.sleep(BEAT_S)
                for client in list(self._clients):
                    client.send({"event": "beat", "revision": self._node.revision})
                await self._look_for_late()
        finally:
            self._node.unlisten(self._changed)
            if self._guard is not None:
                self._guard.unlisten(self._lock_changed)
            server.close()
            for client in list(self._clients):
                client.drop()
            with contextlib.suppress(FileNotFoundError):
                self._path.unlink()

    @property
    def _locked(self) -> bool:
        return self._guard is not None and self._guard.locked

    def _lock_changed(self, locked: bool) -> None:
        for client in list(self._clients):
            client.send({"event": "locked" if locked else "unlocked"})

    async def _look_for_late(self) -> None:
        """A check-in becomes late by the clock alone: no commit tells a locked screen of it."""
        if not (self._locked and self._clients):
            self._late = None
            return
        before = self._late
        with contextlib.suppress(StorageError):
            self._late = await late_patrols(self._node)
        if before is not None and self._late != before:
            self._changed(self._node.revision, frozenset({"status"}))

    def _changed(self, revision: int, tables: frozenset[str]) -> None:
        if self._locked:  # counts may be others now; which table it was is nobody's business
            tables = tables & {"radio"} | {"status"}
        for client in list(self._clients):
            client.send({"event": "changed", "revision": revision, "tables": sorted(tables)})

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = _Client(writer)
        try:
            await self._converse(client, reader)
        except* (OSError, asyncio.IncompleteReadError):
            pass  # it went away; that is no fault
        except* ValueError:  # a line beyond the limit
            too_long = RefusedError("bad_request", "that request is too long")
            client.send(error_line(None, too_long))
        except* asyncio.CancelledError:
            pass  # the daemon is ending
        finally:
            self._clients.discard(client)
            client.drop()

    async def _converse(self, client: _Client, reader: asyncio.StreamReader) -> None:
        slots = asyncio.Semaphore(REQUESTS_AT_ONCE)
        async with asyncio.TaskGroup() as answers:
            while line := await reader.readline():
                await slots.acquire()
                answers.create_task(self._answer(client, line, slots))

    async def _answer(self, client: _Client, line: bytes, slots: asyncio.Semaphore) -> None:
        serial = None
        try:
            request = json.loads(line)
            if not isinstance(request, dict):
                raise RefusedError("bad_request", "a request is a JSON object")
            if isinstance(request.get("id"), list | dict):  # it goes into every answer
                raise RefusedError("bad_request", "the id of a request is a number or a text")
            serial = request.get("id")
            result = await self._call(client, request)
        except RefusedError as error:
            client.send(error_line(serial, error))
        except (ValueError, RecursionError) as error:
            why = RefusedError("bad_request", f"not a request: {error}")
            client.send(error_line(serial, why))
        except Exception:  # noqa: BLE001  # one client's request must not end the daemon
            _log.exception("a request failed")
            why = RefusedError("internal", "the daemon failed at this; see its log")
            client.send(error_line(serial, why))
        else:
            client.answer(serial, result)
        finally:
            slots.release()

    async def _call(self, client: _Client, request: dict[str, Any]) -> Any:
        method, params = request.get("method"), request.get("params") or {}
        if not isinstance(method, str) or not isinstance(params, dict):
            raise RefusedError("bad_request", "a request has a method and params")
        if method == "hello":
            return self._hello(client, params)
        if not client.greeted:
            raise RefusedError("bad_request", "the first request must be hello")
        try:
            if method in GUARDING:
                return await guarding(self._guard, self._node, method, params)
            if self._locked and method not in WHILE_LOCKED:
                raise locked_error()
            return await self._method(method, params)
        except BadRequestError as error:
            raise RefusedError("bad_request", str(error)) from error
        except ForbiddenError as error:
            raise RefusedError("forbidden", str(error)) from error
        except ProtocolError as error:
            raise RefusedError("bad_value", str(error)) from error
        except NotFoundError as error:
            raise RefusedError("not_found", str(error), error.hint) from error
        except (UnavailableError, UnableError, StorageError) as error:
            raise RefusedError(
                "unavailable", f"nothing was accepted: {error}", "try again when that is solved"
            ) from error

    def _hello(self, client: _Client, params: dict[str, Any]) -> dict[str, Any]:
        if params.get("api") != API_VERSION:
            raise RefusedError(
                "version",
                f"this daemon speaks version {API_VERSION} of the API",
                "use the same version of MeshDefense for daemon and screen",
            )
        client.greeted = True
        self._clients.add(client)
        return {
            "api": API_VERSION,
            "version": meshdefense.__version__,
            "epoch": self._node.store.epoch,
            "revision": self._node.revision,
            "pid": os.getpid(),
            "locked": self._locked,
        }

    async def _method(self, method: str, params: dict[str, Any]) -> Any:
        node = self._node
        if self._guard is not None and (
            method in SUBMISSIONS or method in ENROLLING or method in STOCKING
        ):
            self._guard.active()
        if method == "here":
            if params:
                raise BadRequestError("here takes no parameters")
            return await here(node, clock.now())
        if method in SUBMISSIONS:
            placed = None
            if method == "sos":
                params, placed = await with_place(node, params, clock.now())
            accepted = await node.submit(method, params)
            result: dict[str, Any] = {
                "id": str(accepted.item.id),
                "rev": accepted.revision,
                "bytes": sum(accepted.frames),
            }
            if placed is not None:
                result["here"] = placed
            if len(accepted.frames) > 1:
                result["frames"] = len(accepted.frames)
            preset = node.radio.status.health.preset
            if preset in PRESETS:
                sizes = (size + DATA_OVERHEAD for size in accepted.frames)
                on_air_s = sum(airtime_s(PRESETS[preset], size) for size in sizes)
                result["airtime_ms"] = round(on_air_s * 1000)
            return result
        if method == "changes":
            since = params.get("since", 0)
            if type(since) is not int or abs(since) >= 1 << 63:  # SQLite holds no larger ones
                raise BadRequestError("changes: since is a revision")
            return await self._changes(since, params.get("epoch"))
        if method == "status":
            revision = node.revision
            if self._guard is not None and self._guard.locked:
                rows = await locked_rows(node, revision, self._guard.wait_s())
                return {**rows, "locked": True}
            status, radio = node.status(revision), node.radio.row(revision)
            return {"status": status, "radio": radio, "locked": False}
        if method in ENROLLING:
            return await ENROLLING[method](node, params)
        if method in STOCKING:
            return await STOCKING[method](node, params)
        if method in LOOKING_BACK:
            return await LOOKING_BACK[method](node, params)
        if method == "stop":
            asyncio.get_running_loop().call_later(0.05, self._stop)
            return {}
        known = [*SUBMISSIONS, *ENROLLING, *STOCKING, *LOOKING_BACK, *GUARDING]
        known += ["hello", "changes", "status", "here", "stop"]
        raise BadRequestError(f"there is no method {method!r}; methods are {', '.join(known)}")

    async def _changes(self, since: int, epoch: Any) -> Any:
        node, guard = self._node, self._guard
        if guard is None or not guard.locked:
            text = await node.changes(since, epoch)
            if guard is None or not guard.locked:  # not if it was locked meanwhile
                return _JsonText(text)
        since = since if epoch in (None, node.store.epoch) else 0
        rows = await locked_rows(node, since, guard.wait_s())
        tables = {name: [row] for name, row in rows.items()}
        # the revision asked for: what came in meanwhile has not been told
        return {
            "epoch": node.store.epoch,
            "revision": since,
            "more": False,
            "locked": True,
            "tables": tables,
        }


class _Client:
    """One connection. Sending never waits; a client that does not read is dropped."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.greeted = False

    def answer(self, serial: Any, result: Any) -> None:
        text = result.text if isinstance(result, _JsonText) else _encoded(result)
        self._write(f'{{"id":{_encoded(serial)},"ok":true,"result":{text}}}')

    def send(self, message: dict[str, Any]) -> None:
        self._write(_encoded(message))

    def _write(self, line: str) -> None:
        transport = self._writer.transport
        if transport.is_closing():
            return
        if transport.get_write_buffer_size() > BACKLOG_MAX:
            transport.abort()
            return
        self._writer.write(line.encode() + b"\n")

    def drop(self) -> None:
        self._writer.close()


def _encoded(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
