"""The local socket: versioned, for many clients, and none of them can harm the daemon."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import stat
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from meshdefense.api import server as server_module
from meshdefense.api.client import ApiError, DaemonGoneError, NodeClient
from meshdefense.api.mesh_schema import MeshRow
from meshdefense.api.schema import MAX_LINE
from meshdefense.api.server import ApiServer
from meshdefense.node.node import Node
from meshdefense.storage.records import Batch, RowRecord
from support.network import NOW
from support.nodes import Nodes


@contextlib.asynccontextmanager
async def serving(nodes: Nodes, path: Path, name: str = "pia") -> AsyncIterator[Node]:
    """A node with its socket."""
    stopped = asyncio.Event()
    async with nodes.running(name, radio=False) as node:
        task = asyncio.get_running_loop().create_task(ApiServer(node, path, stopped.set).run())
        async with asyncio.timeout(5):
            while not path.exists():  # noqa: ASYNC110, ASYNC240  # the server says it by the file
                await asyncio.sleep(0.01)
        try:
            yield node
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def raw(path: Path, *lines: bytes) -> list[dict[str, Any]]:
    """Send lines, read as many answers."""
    reader, writer = await asyncio.open_unix_connection(str(path), limit=MAX_LINE)
    try:
        writer.write(b"".join(line + b"\n" for line in lines))
        answers: list[dict[str, Any]] = []
        while len(answers) < len(lines):
            async with asyncio.timeout(5):
                message = json.loads(await reader.readline())
            if "event" not in message:
                answers.append(message)
        return answers
    finally:
        writer.close()
        await writer.wait_closed()


HELLO = b'{"id": 0, "method": "hello", "params": {"api": 1, "client": "test"}}'


def test_only_the_owner_may_use_the_socket_and_it_goes_with_the_daemon(tmp_path: Path) -> None:
    nodes, path = Nodes(tmp_path), tmp_path / "s"

    async def play() -> None:
        async with serving(nodes, path):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert not path.exists()

    asyncio.run(play())


def test_daemons_that_start_together_leave_the_mask_of_the_process(tmp_path: Path) -> None:
    nodes, before = Nodes(tmp_path), os.umask(0o022)

    async def play() -> int:
        async with nodes.running("pia", radio=False) as node:
            paths = [tmp_path / name for name in "ab"]
            servers = [ApiServer(node, path, lambda: None).run() for path in paths]
            tasks = [asyncio.get_running_loop().create_task(server) for server in servers]
            async with asyncio.timeout(5):
                while not all(path.exists() for path in paths):  # noqa: ASYNC110  # as above
                    await asyncio.sleep(0.01)
            mask = os.umask(0o022)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            return mask

    try:
        assert asyncio.run(play()) == 0o022
    finally:
        os.umask(before)


def test_two_clients_see_what_a_third_one_submits(tmp_path: Path) -> None:
    nodes, path = Nodes(tmp_path), tmp_path / "s"

    async def play() -> None:
        async with serving(nodes, path):
            clients = [await NodeClient.connect(path, client="test") for _ in range(3)]
            result = await clients[2].call("report", kind="fire")
            for client in clients[:2]:
                async for notice in client.notices():
                    if notice["event"] == "changed" and "alerts" in notice["tables"]:
                        break
                changes = await client.call("changes", since=0)
                assert [row["id"] for row in changes["tables"]["alerts"]] == [result["id"]]
            for client in clients:
                await client.close()

    asyncio.run(play())


def test_a_client_of_another_version_is_told_so(tmp_path: Path) -> None:
    nodes, path = Nodes(tmp_path), tmp_path / "s"

    async def play() -> None:
        async with serving(nodes, path):
            hello = b'{"id": 1, "method": "hello", "params": {"api": 99}}'
            (answer,) = await raw(path, hello)
            assert answer["error"]["code"] == "version"

    asyncio.run(play())


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"not json", "bad_request"),
        (b"[]", "bad_request"),
        (b"[" * 5000, "bad_request"),
        (b"\xff\xfe", "bad_request"),
        (b'{"id": 1}', "bad_request"),
        (b'{"id": 1, "method": "report", "params": []}', "bad_request"),
        (b'{"id": 1, "method": "reprt"}', "bad_request"),
        (b'{"id": 1, "method": "report", "params": {"kind": "fyre"}}', "bad_value"),
        (b'{"id": 1, "method": "verdict", "params": {"alert": "9.0.1", "result": 1}}', "not_found"),
        (b'{"id": 1, "method": "changes", "params": {"since": "x"}}', "bad_request"),
        (b'{"id": 1, "method": "changes", "params": {"since": true}}', "bad_request"),
        (b'{"id": 1, "method": "changes", "params": {"since": 9223372036854775808}}',
         "bad_request"),
        (b'{"id": 1, "method": "grant", "params": {"request": "{}", "roles": ["patrol"]}}',
         "forbidden"),
        (b'{"id": 1, "method": "join", "params": {"grant": "{}"}}', "bad_value"),
    ],
)  # fmt: skip
def test_a_bad_request_gets_its_error_and_the_next_one_its_answer(
    tmp_path: Path, line: bytes, code: str
) -> None:
    nodes, path = Nodes(tmp_path), tmp_path / "s"

    async def play() -> None:
        async with serving(nodes, path):
            answers = await raw(path, HELLO, line, b'{"id": 2, "method": "status"}')
            assert answers[0]["ok"]
            bad, good = sorted(answers[1:], key=lambda answer: answer["ok"])
            assert bad["error"]["code"] == code
            assert bad["error"]["message"]
            assert good["result"]["status"]["name"] == "pia"

    asyncio.run(play())


def test_nothing_is_answered_before_hello(tmp_path: Path) -> None:
    nodes, path = Nodes(tmp_path), tmp_path / "s"

    async def play() -> None:
        async with serving(nodes, path):
            (answer,) = await raw(path, b'{"id": 1, "method": "changes"}')
            assert answer["error"]["message"] == "the first request must be hello"

    asyncio.run(play())


def test_a_request_beyond_the_limit_ends_only_its_own_connection(tmp_path: Path) -> None:
    nodes, path = Nodes(tmp_path), tmp_path / "s"

    async def play() -> None:
        async with serving(nodes, path):
            other = await NodeClient.connect(path, client="test")
            (answer,) = await raw(path, b"x" * (server_module.REQUEST_MAX + 10))
            assert answer["error"]["code"] == "bad_request"
            assert (await other.call("status"))["status"]["member"] == 3
            await other.close()

    asyncio.run(play())


def test_a_client_that_does_not_read_is_dropped_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "BACKLOG_MAX", 64 * 1024)
    nodes, path = Nodes(tmp_path), tmp_path / "s"

    async def play() -> None:
        async with serving(nodes, path):
            good = await NodeClient.connect(path, client="test")
            await good.call("report", kind="fire", note="x" * 60)
            _, writer = await asyncio.open_unix_connection(str(path), limit=1024)
            ask = b'{"id": 9, "method": "changes", "params": {"since": 0}}\n'
            writer.write(HELLO + b"\n" + ask * 2000)  # and never reads an answer

            async def until_dropped() -> None:
                while True:
                    writer.write(ask)
                    await writer.drain()
                    await asyncio.sleep(0.001)

            with pytest.raises(OSError, match=r"pipe|reset|lost"):
                await asyncio.wait_for(until_dropped(), 20)
            assert (await good.call("status"))["status"]["member"] == 3
            writer.transport.abort()
            await good.close()

    asyncio.run(play())


def test_a_large_board_comes_in_pages_that_the_client_joins(tmp_path: Path) -> None:
    nodes, path = Nodes(tmp_path), tmp_path / "s"
    with nodes.store("pia") as store:
        for first in range(0, 2600, 650):
            numbers = range(first, first + 650)
            made = [RowRecord("alerts", f"7.0.{n}", {"id": f"7.0.{n}", **ALERT}) for n in numbers]
            store.commit(Batch(rows=made))

    async def play() -> None:
        async with serving(nodes, path):
            _, answer = await raw(path, HELLO, b'{"id": 1, "method": "changes"}')
            page = answer["result"]
            assert page["more"]
            assert len(page["tables"]["alerts"]) == 1300  # whole transactions
            client = await NodeClient.connect(path, client="test")
            whole = await client.call("changes", since=0)
            rows = whole["tables"]["alerts"]
            assert [row["id"] for row in rows] == sorted(
                (f"7.0.{n}" for n in range(2600)), key=lambda text: (_batch(text), text)
            )
            assert [len(whole["tables"][name]) for name in ("radio", "status")] == [1, 1]
            assert whole["revision"] == max(row["rev"] for row in whole["tables"]["members"])
            await client.close()

    asyncio.run(play())


ALERT = {"state": "unconfirmed", "expires_at": NOW + 3600, "received_at": NOW}


def _batch(row_id: str) -> int:
    return int(row_id.rpartition(".")[2]) // 650


def test_a_client_notices_that_the_daemon_is_gone(tmp_path: Path) -> None:
    nodes, path = Nodes(tmp_path), tmp_path / "s"

    async def play() -> None:
        async with serving(nodes, path):
            client = await NodeClient.connect(path, client="test")
        notices = [notice async for notice in client.notices()]
        assert all(notice["event"] in ("changed", "beat") for notice in notices)
        with pytest.raises(DaemonGoneError):
            await client.call("status")
        await client.close()
        with pytest.raises(DaemonGoneError):
            await NodeClient.connect(path, client="test")

    asyncio.run(play())


def test_an_error_of_the_daemon_reaches_the_caller_with_its_code(tmp_path: Path) -> None:
    nodes, path = Nodes(tmp_path), tmp_path / "s"

    async def play() -> None:
        async with serving(nodes, path):
            client = await NodeClient.connect(path, client="test")
            with pytest.raises(ApiError) as caught:
                await client.call("report", kind="fire", lat=91, lon=0)
            assert caught.value.code == "bad_value"
            assert "91" in caught.value.message
            await client.close()

    asyncio.run(play())


def test_a_socket_left_by_a_killed_daemon_is_replaced(tmp_path: Path) -> None:
    nodes, path = Nodes(tmp_path), tmp_path / "s"

    async def play() -> None:
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(str(path))
        assert path.exists()
        async with serving(nodes, path):
            async with asyncio.timeout(5):
                client = None
                while client is None:
                    await asyncio.sleep(0.01)
                    with contextlib.suppress(DaemonGoneError):
                        client = await NodeClient.connect(path, client="test")
            await client.close()

    asyncio.run(play())


def test_a_client_gets_the_rows_that_were_written_after_thousands_that_are_gone(
    tmp_path: Path,
) -> None:
    nodes, path = Nodes(tmp_path), tmp_path / "s"
    with nodes.store("pia") as store:
        ids = [f"7.0.{n}" for n in range(2600)]
        store.commit(Batch(rows=[RowRecord("alerts", one, {"id": one, **ALERT}) for one in ids]))
        for first in range(0, 2600, 650):
            some = ids[first : first + 650]
            store.commit(Batch(rows=[RowRecord("alerts", one, gone=True) for one in some]))

    async def play() -> None:
        async with serving(nodes, path):
            _, answer = await raw(path, HELLO, b'{"id": 1, "method": "changes"}')
            page = answer["result"]
            assert (page["more"], "alerts" in page["tables"]) == (False, False)
            assert len(page["tables"]["members"]) > 2
            client = await NodeClient.connect(path, client="test")
            async with asyncio.timeout(20):
                whole = await client.call("changes", since=0)
                later = await client.call("changes", since=1)
            assert whole["tables"]["members"] == page["tables"]["members"]
            assert [row["gone"] for row in later["tables"]["alerts"]] == [True] * 2600
            await client.close()

    asyncio.run(play())


def test_a_revision_of_an_epoch_that_ends_before_the_rows_are_read_counts_as_0(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nodes, path, asked = Nodes(tmp_path), tmp_path / "s", threading.Event()

    def end_epoch(node: Node) -> None:
        assert asked.wait(5)
        row = RowRecord("messages", "7.0.1", {"id": "7.0.1", "text": "x"})
        node.store.replace_rows([row])

    async def play() -> None:
        async with serving(nodes, path) as node:
            changes = node.changes

            async def seen(since: int, epoch: str | None = None) -> str:
                asked.set()
                return await changes(since, epoch)

            client = await NodeClient.connect(path, client="test")
            assert client.hello is not None
            before = client.hello["epoch"]
            monkeypatch.setattr(node, "changes", seen)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(node.in_thread(end_epoch, node))
                await asyncio.sleep(0)  # the store's thread has it before the request comes
                page = await client.call("changes", since=10**6, epoch=before)
            assert page["epoch"] == node.store.epoch != before
            assert [row["id"] for row in page["tables"]["messages"]] == ["7.0.1"]
            await client.close()

    asyncio.run(play())


def test_many_pages_name_each_neighbour_and_the_mesh_once(tmp_path: Path) -> None:
    nodes, path = Nodes(tmp_path), tmp_path / "s"

    async def play() -> None:
        async with serving(nodes, path) as node:
            rows = [RowRecord("messages", str(n), {"id": str(n), "text": "x"}) for n in range(3000)]
            await node.in_thread(node.store.commit, Batch(rows=rows))
            client = await NodeClient.connect(path, client="test")
            changes = await client.call("changes", since=0)
            assert len(changes["tables"]["messages"]) == 3000
            (mesh,) = changes["tables"]["mesh"]
            assert mesh.keys() == MeshRow.__annotations__.keys()
            assert changes["tables"]["neighbours"] == []
            await client.close()

    asyncio.run(play())
