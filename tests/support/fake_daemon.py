"""A daemon for the tests of the screens: the local socket, with rows that the test sets.

It answers `hello`, `changes` and every order, sends notices and beats, and can fall silent,
die, come back with another epoch, refuse, be locked and be destroyed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from meshdefense.api.schema import API_VERSION, MAX_LINE, WHOLE_TABLES

Rows = dict[str, dict[str, dict[str, Any]]]


class FakeDaemon:
    """One node's socket. Use `async with FakeDaemon(path) as daemon`."""

    def __init__(self, path: Path, *, beat_s: float = 0.05) -> None:
        self.path, self.beat_s = path, beat_s
        self.epoch, self.revision = "epoch-1", 0
        self.rows: Rows = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        """Orders that came, without `hello`, `changes`, `activity`, `here` and `unlock`."""
        self.activities = 0
        self.locked, self.can_lock = False, True
        self.counts = {"unread": 0, "unconfirmed": 0, "verified": 0, "sos": 0}
        """What it tells while locked."""
        self.passphrase, self.wait_s = "open sesame", 0.0
        self.too_soon = False
        """True: it does not look at a passphrase, since wrong ones came before."""
        self.tried: list[str] = []
        """Passphrases that came."""
        self.here: dict[str, Any] = {"source": "none", "precision_m": None, "age_s": None}
        """What it says of the place of whoever calls for help."""
        self.destroyed = False
        self.pulls: list[int] = []
        """`since` of each `changes`."""
        self.refusal: dict[str, Any] | None = None
        self.refusals: dict[str, dict[str, Any]] = {}
        """Errors by method; "sos with here" for that one only."""
        self.mute = False
        """True: takes requests, answers nothing, beats no more."""
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._beats: asyncio.Task[None] | None = None

    async def __aenter__(self) -> FakeDaemon:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        self._server = await asyncio.start_unix_server(
            self._serve, path=str(self.path), limit=MAX_LINE
        )
        self._beats = asyncio.get_running_loop().create_task(self._beat())

    async def stop(self) -> None:
        """Die: every connection is cut."""
        if self._beats is not None:
            self._beats.cancel()
            await asyncio.gather(self._beats, return_exceptions=True)
        if self._server is not None:
            self._server.close()
            for writer in list(self._writers):
                writer.close()
            await self._server.wait_closed()
            while self._writers:  # noqa: ASYNC110 until every connection's task has ended
                await asyncio.sleep(0.001)
            self._server = None
        self.path.unlink(missing_ok=True)

    def set(self, table: str, *rows: dict[str, Any]) -> None:
        """Add or change rows and tell everybody."""
        self.revision += 1
        for row in rows:
            self.rows.setdefault(table, {})[row["id"]] = {**row, "rev": self.revision}
        self._notify({"event": "changed", "revision": self.revision, "tables": [table]})

    def remove(self, table: str, row_id: str) -> None:
        """Take a row away and tell everybody."""
        self.set(table, {"id": row_id, "gone": True})

    def lock(self, **counts: int) -> None:
        """Lock, or tell other counts while locked."""
        self.counts |= counts
        event: dict[str, Any] = {"event": "locked"}
        if self.locked:
            event = {"event": "changed", "revision": self.revision, "tables": ["status"]}
        self.locked = True
        self._notify(event)

    def unlock(self) -> None:
        """Unlock and tell everybody."""
        self.locked = False
        self._notify({"event": "unlocked"})

    def new_life(self, epoch: str) -> None:
        """Forget everything and count anew, as a restored store would."""
        self.epoch, self.revision, self.rows = epoch, 0, {}

    def _notify(self, notice: dict[str, Any]) -> None:
        if not self.mute:
            for writer in self._writers:
                writer.write(json.dumps(notice).encode() + b"\n")

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self.beat_s)
            self._notify({"event": "beat", "revision": self.revision})

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            async for request in _lines(reader):
                if self.mute:
                    continue
                writer.write(json.dumps(self._answer(request)).encode() + b"\n")
                await writer.drain()
        finally:
            self._writers.discard(writer)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        method, params = request["method"], request["params"]
        if method == "hello" and method in self.refusals:
            return {"id": request["id"], "ok": False, "error": self.refusals[method]}
        if method == "hello":
            result: dict[str, Any] = {
                "api": API_VERSION,
                "version": "0.1.0",
                "epoch": self.epoch,
                "revision": self.revision,
                "pid": 1,
                "locked": self.locked,
            }
        elif method == "changes" and self.locked:
            result = self._locked_changes(params["since"])
        elif method == "changes":
            since = params["since"]
            self.pulls.append(since)
            tables = {
                name: [row for row in rows.values() if name in WHOLE_TABLES or row["rev"] > since]
                for name, rows in self.rows.items()
            }
            result = {"epoch": self.epoch, "revision": self.revision, "tables": tables}
        elif method == "unlock":
            return {"id": request["id"], **self._unlocked(params["passphrase"])}
        elif method == "activity":
            self.activities += 1
            result = {}
        elif method == "here" and method in self.refusals:
            return {"id": request["id"], "ok": False, "error": self.refusals[method]}
        elif method == "here":
            result = self.here
        else:
            self.calls.append((method, params))
            if method == "lock" and self.can_lock:
                self.lock()
                return {"id": request["id"], "ok": True, "result": {}}
            if method == "panic":
                return {"id": request["id"], "ok": True, "result": self._panic(params)}
            if self.locked and method != "sos":
                error = {"code": "locked", "message": "this node is locked"}
                return {"id": request["id"], "ok": False, "error": error}
            named = f"{method} with here" if params.get("here") else method
            if named in self.refusals:
                return {"id": request["id"], "ok": False, "error": self.refusals[named]}
            if self.refusal is not None:
                return {"id": request["id"], "ok": False, "error": self.refusal}
            result = {
                "id": f"1.0.{len(self.calls)}",
                "rev": self.revision,
                "bytes": 81,
                "airtime_ms": 900,
            }
            if params.get("here"):
                result["here"] = self.here
        return {"id": request["id"], "ok": True, "result": result}

    def _locked_changes(self, since: int) -> dict[str, Any]:
        self.pulls.append(since)
        status = {
            "id": "status", "rev": 1, "network": "", "network_id": "", "member": 0, "name": "",
            "roles": [], "origin": {"lat": 0.0, "lon": 0.0, "precision_m": 0}, "outbox": 0,
            "store": "ok", "restored": False, "locked": True, "counts": dict(self.counts),
            "unlock_wait_s": self.wait_s,
        }  # fmt: skip
        radios = [
            {**row, "name": None, "node_number": None, "address": ""}
            for row in self.rows.get("radio", {}).values()
        ]
        tables = {"status": [status], "radio": radios}
        return {"epoch": self.epoch, "revision": since, "locked": True, "tables": tables}

    def _unlocked(self, passphrase: str) -> dict[str, Any]:
        self.tried.append(passphrase)
        if self.too_soon or passphrase != self.passphrase:
            code = "wait" if self.too_soon else "wrong_passphrase"
            error = {"code": code, "message": "Wrong passphrase.", "retry_after_s": self.wait_s}
            return {"ok": False, "error": error}
        self.unlock()
        return {"ok": True, "result": {}}

    def _panic(self, params: dict[str, Any]) -> dict[str, Any]:
        if params.get("rehearse"):
            files = [
                {"name": "keyslot", "bytes": 312, "overwritten": True},
                {"name": "store.db", "bytes": 4_198_400, "overwritten": False},
            ]
            return {
                "files": files, "stays": ["notes.txt"], "bytes": 4_198_712, "seconds": 0.1,
                "radio": "ready",
            }  # fmt: skip
        self.destroyed = True
        return {"failed": [], "radio_reset": True, "seconds": 0.2}


async def _lines(reader: asyncio.StreamReader) -> AsyncIterator[dict[str, Any]]:
    with contextlib.suppress(ConnectionError):
        while line := await reader.readline():
            yield json.loads(line)
