"""The client's side of the local socket, before a daemon that a test has in its hands."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from meshdefense.api.client import ApiError, NodeClient

HELLO = {"api": 1, "version": "0", "epoch": "a", "revision": 9, "pid": 1, "locked": False}
Answer = Callable[[dict[str, Any]], dict[str, Any]]


def changes(answer: Answer, **params: Any) -> Any:
    """What `call` makes of the pages that `answer` gives for the parameters of each request."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            asked = json.loads(line)
            result = HELLO if asked["method"] == "hello" else answer(asked["params"])
            writer.write(json.dumps({"id": asked["id"], "ok": True, "result": result}).encode())
            writer.write(b"\n")
        writer.close()

    async def play() -> Any:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "s"
            async with await asyncio.start_unix_server(serve, str(path)), asyncio.timeout(10):
                client = await NodeClient.connect(path, client="test")
                try:
                    return await client.call("changes", **params)
                finally:
                    await client.close()

    return asyncio.run(play())


def page(revision: int, *alerts: dict[str, Any], more: bool = False, epoch: str = "a") -> Any:
    status = [{"id": "status", "rev": revision}]
    tables = {"alerts": list(alerts), "status": status}
    return {"epoch": epoch, "revision": revision, "more": more, "tables": tables}


def row(name: str, rev: int, **fields: Any) -> dict[str, Any]:
    return {"id": name, "rev": rev, **fields}


def test_pages_are_asked_for_from_the_revision_of_the_page_even_where_it_has_no_rows() -> None:
    pages = {0: page(4, more=True), 4: page(7, row("1.0.1", 7), more=True), 7: page(9)}
    found = changes(lambda params: pages[params["since"]], since=0)
    assert (found["revision"], found["more"]) == (9, False)
    assert found["tables"] == {
        "alerts": [row("1.0.1", 7)], "status": [row("status", 9)],
    }  # fmt: skip


def test_a_row_that_changes_between_two_pages_is_told_once_as_it_is_now() -> None:
    first = page(4, row("1.0.1", 2, state="unconfirmed"), row("1.0.2", 4), more=True)
    second = page(9, row("1.0.3", 5), row("1.0.1", 9, state="verified"))
    found = changes(lambda params: second if params["since"] == 4 else first, since=0)
    told = [(one["id"], one["rev"]) for one in found["tables"]["alerts"]]
    assert told == [("1.0.2", 4), ("1.0.3", 5), ("1.0.1", 9)]


def test_a_row_that_goes_away_between_two_pages_is_told_to_those_alone_who_had_rows() -> None:
    first = page(4, row("1.0.1", 2), row("1.0.2", 4), more=True)
    second = page(9, row("1.0.1", 8, gone=True), row("1.0.7", 9, gone=True))
    answer: Answer = lambda params: second if params["since"] == 4 else first  # noqa: E731
    assert changes(answer, since=0)["tables"]["alerts"] == [row("1.0.2", 4)]
    gone = changes(answer, since=1)["tables"]["alerts"]
    assert [(one["id"], one.get("gone", False)) for one in gone] == [
        ("1.0.2", False), ("1.0.1", True), ("1.0.7", True),
    ]  # fmt: skip


def test_pages_of_two_epochs_are_never_joined() -> None:
    first, second = page(4, row("1.0.1", 2), more=True), page(3, row("1.0.2", 3), epoch="b")
    found = changes(lambda params: second if params["since"] == 4 else first, since=0)
    assert found == second


@pytest.mark.parametrize("back_by", [0, 1])
def test_a_daemon_that_gives_the_same_page_again_and_again_is_not_asked_for_ever(
    back_by: int,
) -> None:
    asked: list[int] = []

    def answer(params: dict[str, Any]) -> Any:
        asked.append(params["since"])
        return page(max(0, params["since"] - back_by), more=True)

    with pytest.raises(ApiError, match="not one of this API"):
        changes(answer, since=0)
    assert asked == [0, 0]
