"""A locked daemon: counts and nothing else, until the passphrase comes; the node goes on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from meshdefense import clock
from meshdefense.api.client import ApiError, NodeClient
from meshdefense.api.locked_view import count_alerts
from meshdefense.api.server import ApiServer
from meshdefense.decoy import Decoy
from meshdefense.locking import Forced
from meshdefense.storage.errors import WrongPassphraseError
from meshdefense.storage.keyslots import INTERACTIVE, SlotKind, draw_key, open_slot, write_keyslots
from meshdefense.storage.keyslots import write_slot as write
from support.guarded import Burnt, guarded
from support.nodes import PASSPHRASE, Nodes

WORDS = PASSPHRASE.decode()
PRIVATE = ("alerts", "patrols", "messages", "members", "mesh", "neighbours")


async def refused(client: NodeClient, method: str, **params: Any) -> ApiError:
    with pytest.raises(ApiError) as caught:
        await client.call(method, **params)
    return caught.value


async def event(client: NodeClient, name: str) -> dict[str, Any]:
    async with asyncio.timeout(10):
        async for notice in client.notices():
            if notice["event"] == name:
                return notice
    raise AssertionError("the connection ended")


def test_a_locked_daemon_tells_counts_and_no_word_of_anybody(tmp_path: Path) -> None:
    nodes, path = Nodes(tmp_path), tmp_path / "s"

    async def play() -> None:
        async with guarded(nodes, path) as (node, _):
            client, other = [await NodeClient.connect(path, client="test") for _ in range(2)]
            assert client.hello is not None
            assert client.hello["locked"] is False
            await client.call("report", kind="fire", note="canary-note")
            before = await client.call("changes", since=0)
            assert "locked" not in before
            await client.call("lock")
            for one in (client, other):
                await event(one, "locked")
            for since in (0, before["revision"]):
                changes = await client.call("changes", since=since)
                assert changes["locked"] is True
                assert changes["revision"] == since, "the cursor moved past what was not told"
                assert set(changes["tables"]) == {"status", "radio"}
            status = await client.call("status")
            assert status["locked"] is True
            assert status["status"]["counts"] == {
                "unread": 0, "unconfirmed": 1, "verified": 0, "sos": 0, "late": 0,
            }  # fmt: skip
            said = repr([changes, status])
            member = node.membership.roster.get(node.membership.number)
            assert member is not None
            for word in ("canary-note", node.membership.charter.name, member.name,
                         node.membership.charter.network_id.hex()):  # fmt: skip
                assert word not in said
            for method in ("report", "message", "acknowledge", "activity", "grant", "join", "x"):
                error = await refused(client, method)
                assert error.code == "locked"
                assert "meshdefense unlock" in error.hint
            late = await NodeClient.connect(path, client="test")
            assert late.hello is not None
            assert late.hello["locked"] is True
            await client.call("unlock", passphrase=WORDS)
            await event(other, "unlocked")
            after = await client.call("changes", since=0)
            assert after["tables"]["alerts"] == before["tables"]["alerts"]
            for one in (client, other, late):
                await one.close()

    asyncio.run(play())


def test_a_check_in_that_becomes_late_behind_the_lock_is_counted_and_told_without_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meshdefense.api.server.BEAT_S", 0.05)
    nodes, path = Nodes(tmp_path), tmp_path / "s"

    async def late_count(client: NodeClient, wanted: int) -> None:
        while (status := await client.call("status"))["status"]["counts"]["late"] != wanted:
            notice = await event(client, "changed")
            assert not set(notice["tables"]) & set(PRIVATE)
        assert "pia" not in repr(status)

    async def play() -> None:
        async with guarded(nodes, path) as (_, guard), asyncio.timeout(20):
            client = await NodeClient.connect(path, client="test")
            await client.call("checkin", state="ok", due_in_s=1200)
            guard.lock()
            await event(client, "locked")
            await late_count(client, 0)
            nodes.time.pass_(19 * 60)
            await asyncio.sleep(0.2)
            await late_count(client, 0)
            nodes.time.pass_(2 * 60)
            await late_count(client, 1)
            await client.call("unlock", passphrase=WORDS)
            await client.call("checkin", state="off", due_in_s=0)
            await client.call("lock")
            await late_count(client, 0)
            await client.close()

    asyncio.run(play())


def test_the_node_behind_the_lock_goes_on_and_says_only_that_counts_changed(
    tmp_path: Path,
) -> None:
    nodes, path = Nodes(tmp_path), tmp_path / "s"

    async def play() -> None:
        async with guarded(nodes, path) as (_, guard), nodes.running("ned") as other:
            client = await NodeClient.connect(path, client="test")
            guard.lock()
            await event(client, "locked")
            await other.submit("report", {"kind": "fire"})
            async with asyncio.timeout(10):
                while True:
                    notice = await event(client, "changed")
                    assert not set(notice["tables"]) & set(PRIVATE)
                    counts = (await client.call("status"))["status"]["counts"]
                    if counts["unconfirmed"] == 1:
                        break
            assert counts["unread"] == 1
            await client.close()

    asyncio.run(play())


def test_a_wrong_passphrase_says_so_and_the_next_one_has_to_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nodes, path = Nodes(tmp_path), tmp_path / "s"
    now = [1_900_000_000.0]
    monkeypatch.setattr(clock, "now", lambda: now[0])

    async def play() -> None:
        async with guarded(nodes, path) as (_, guard):
            client = await NodeClient.connect(path, client="test")
            await client.call("lock")
            for wait in (1, 2, 4):
                error = await refused(client, "unlock", passphrase="not-it-canary")
                assert (error.code, error.message, error.wait_s) == (
                    "wrong_passphrase", "Wrong passphrase.", wait,
                )  # fmt: skip
                error = await refused(client, "unlock", passphrase=WORDS)
                assert (error.code, error.wait_s) == ("wait", wait)
                assert "Wait" in error.message
                assert "canary" not in error.message
                assert guard.locked
                assert (await client.call("status"))["status"]["unlock_wait_s"] == wait
                now[0] += wait
            await client.call("unlock", passphrase=WORDS)
            assert not guard.locked
            await client.call("lock")
            await client.call("unlock", passphrase=WORDS)  # nothing is remembered
            wrong: list[dict[str, Any]] = [
                {}, {"passphrase": 7}, {"passphrase": "x", "share": "zz"},
                {"passphrase": "x", "share": "00"}, {"passphrase": "x", "y": 1},
            ]  # fmt: skip
            for params in wrong:
                assert (await refused(client, "unlock", **params)).code == "bad_request"
            await client.close()

    asyncio.run(play())


def test_a_keyslot_file_that_somebody_put_in_place_unlocks_nothing(tmp_path: Path) -> None:
    nodes, path = Nodes(tmp_path), tmp_path / "s"

    async def play() -> None:
        async with guarded(nodes, path) as (_, guard):
            guard.lock()
            write_keyslots(guard.folder.keyslot, draw_key(), b"mine", kdf=INTERACTIVE)
            with pytest.raises(WrongPassphraseError):
                await guard.unlock(b"mine")
            assert guard.locked

    asyncio.run(play())


def test_it_locks_when_nobody_does_anything_and_not_while_somebody_does(tmp_path: Path) -> None:
    nodes, path, passed = Nodes(tmp_path), tmp_path / "s", [0.0]

    async def play() -> None:
        async with guarded(nodes, path) as (_, guard):
            client = await NodeClient.connect(path, client="test")
            guard._idle_s, guard._monotonic, guard._active_at = 0.2, lambda: passed[0], 0.0
            task = asyncio.get_running_loop().create_task(guard.watch())
            for call in ("activity", "report", "activity"):
                passed[0] += 0.15
                await client.call(call, **({"kind": "fire"} if call == "report" else {}))
                await asyncio.sleep(0.3)
                assert not guard.locked
            await client.call("changes", since=0)  # a screen does that by itself
            passed[0] += 0.25
            await event(client, "locked")
            assert guard.locked
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await client.close()

    asyncio.run(play())


def test_a_duress_passphrase_destroys_and_then_answers_as_if_it_were_right(
    tmp_path: Path,
) -> None:
    nodes, path, burnt = Nodes(tmp_path), tmp_path / "s", Burnt()

    async def play() -> None:
        async with guarded(nodes, path, burn=burnt) as (_, guard):
            keyslot = guard.folder.keyslot
            held = Decoy(20_000, 34.1, -118.2).held()
            words = b"forced to it"
            write(keyslot, open_slot(keyslot, PASSPHRASE), SlotKind.DURESS, words, held=held)
            guard.lock()
            client = await NodeClient.connect(path, client="test")
            assert await client.call("unlock", passphrase="forced to it") == {}
            assert burnt.calls == [Forced(words, held)]
            assert "forced to it" not in repr(burnt.calls)
            assert guard.locked, "what is left in memory is not shown either"
            await client.close()

    asyncio.run(play())


def test_panic_works_locked_or_not_and_its_rehearsal_destroys_nothing(tmp_path: Path) -> None:
    nodes, path, burnt = Nodes(tmp_path), tmp_path / "s", Burnt()

    async def play() -> None:
        async with guarded(nodes, path, burn=burnt) as (_, guard):
            client = await NodeClient.connect(path, client="test")
            for _ in range(2):
                told = await client.call("panic", rehearse=True)
                assert told["files"][0]["name"] == "keyslot.bin"
                assert told["radio"] == "none"
                assert burnt.calls == []
                guard.lock()
            assert (await refused(client, "panic", rehearse="yes")).code == "bad_request"
            assert (await refused(client, "panic", now=True)).code == "bad_request"
            await client.call("panic")
            assert burnt.calls == [None]
            await client.close()

    asyncio.run(play())


def test_a_daemon_without_a_lock_says_so(tmp_path: Path) -> None:
    nodes, path = Nodes(tmp_path), tmp_path / "s"

    async def play() -> None:
        async with guarded(nodes, path) as (node, _):
            second = tmp_path / "second"
            server = ApiServer(node, second, lambda: None)
            task = asyncio.get_running_loop().create_task(server.run())
            async with asyncio.timeout(5):
                while not second.exists():  # noqa: ASYNC110  # the server says it by the file
                    await asyncio.sleep(0.01)
            client = await NodeClient.connect(second, client="test")
            assert (await refused(client, "lock")).code == "unavailable"
            await client.close()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(play())


@pytest.mark.parametrize(
    ("alert", "unread", "unconfirmed", "verified"),
    [
        (("unconfirmed", 0, "[]"), 1, 1, 0),
        (("corroborated", 0, "[]"), 1, 1, 0),
        (("verified", 0, '[{"member": 2}]'), 1, 0, 1),
        (("verified", 0, '[{"member": 2}, {"member": 7}]'), 0, 0, 1),
        (("verified", 1, "[]"), 0, 0, 1),
        (("expired", 0, "[]"), 0, 0, 0),
        (("retracted", 0, None), 0, 0, 0),
    ],
)
def test_an_alert_counts_until_it_was_read_or_is_over(
    alert: tuple[Any, ...], unread: int, unconfirmed: int, verified: int
) -> None:
    assert count_alerts([alert], 7) == {
        "unread": unread, "unconfirmed": unconfirmed, "verified": verified, "sos": 0,
    }  # fmt: skip
