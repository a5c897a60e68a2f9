"""The shell: what is accepted is durable, what is shown was proven."""

from __future__ import annotations

import asyncio
import errno
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from meshdefense.api.schema import WHOLE_TABLES
from meshdefense.node.node import Node, NotFoundError, UnavailableError
from meshdefense.radio.base import LinkState, RadioStatus, ReceivedFrame
from meshdefense.storage.errors import StoreUnavailableError
from meshdefense.storage.records import Batch
from meshdefense.storage.repository import Store
from meshdefense_protocol.errors import ForbiddenError
from meshdefense_protocol.packets import Report
from meshdefense_protocol.transport import Fate, Reception
from support.network import NOW
from support.nodes import Nodes, eventually, rows

HERE = {"lat": 34.051, "lon": -118.249}


def report(**more: Any) -> dict[str, Any]:
    return {"kind": "fire", "severity": "high", **HERE, **more}


def test_a_report_of_one_is_shown_on_another_and_its_sender_knows_it_was_heard(
    tmp_path: Path,
) -> None:
    nodes = Nodes(tmp_path)

    async def play() -> None:
        async with nodes.running("pia") as pia, nodes.running("base") as base:
            accepted = await pia.submit("report", report(count=3, note="smoke"))
            alert = str(accepted.item.id)

            async def shown() -> bool:
                return alert in await rows(base, "alerts")

            await eventually(shown)
            there = (await rows(base, "alerts"))[alert]
            assert there["state"] == "unconfirmed"
            assert there["author_name"] == "pia"
            assert there["count_label"] == "3"
            assert there["note"] == "smoke"
            assert there["delivery"] == {"state": "received"}
            assert not there["mine"]

            async def heard() -> bool:
                return bool((await rows(pia, "alerts"))[alert]["delivery"]["state"] == "heard")

            await eventually(heard)

    asyncio.run(play())


def test_a_report_that_was_accepted_survives_a_restart_and_is_sent_when_a_radio_comes(
    tmp_path: Path,
) -> None:
    nodes = Nodes(tmp_path)

    async def play() -> None:
        async with nodes.running("pia", radio=False) as pia:
            accepted = await pia.submit("report", report())
        assert nodes.sent == []
        async with nodes.running("pia", radio=False) as pia:
            row = (await rows(pia, "alerts"))[str(accepted.item.id)]
            assert row["delivery"]["state"] == "local"
        async with nodes.running("pia") as pia, nodes.running("base") as base:

            async def shown() -> bool:
                return str(accepted.item.id) in await rows(base, "alerts")

            await eventually(shown)

    asyncio.run(play())


def test_a_sequence_is_not_used_twice_after_a_restart(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)

    async def one() -> str:
        async with nodes.running("pia") as pia:
            return str((await pia.submit("report", report())).item.id)

    assert [asyncio.run(one()) for _ in range(3)] == ["3.0.0", "3.0.1", "3.0.2"]


def test_the_same_frame_again_changes_nothing_also_after_a_restart(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)
    item = nodes.network.item("pia", Report(None, 7))
    frame = ReceivedFrame(nodes.network.frame([item]), Reception("loopback"))

    async def life() -> tuple[int, dict[str, int]]:
        async with nodes.running("base") as base:
            for _ in range(3):
                base.feed(frame)

            async def done() -> bool:
                return base.radio.frames_in == 3

            await eventually(done)
            changes = json.loads(await base.changes(0))
            status = changes["tables"]["status"][0]
            return len(changes["tables"]["alerts"]), status["rejected"]

    assert asyncio.run(life()) == (1, {"duplicate": 2})
    assert asyncio.run(life()) == (1, {"duplicate": 3})


def test_a_verdict_of_another_verifier_changes_the_state_everywhere(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)

    async def play() -> None:
        async with nodes.running("pia") as pia, nodes.running("vic") as vic:
            alert = str((await pia.submit("report", report())).item.id)

            async def shown() -> bool:
                return alert in await rows(vic, "alerts")

            await eventually(shown)
            await vic.submit("verdict", {"alert": alert, "result": "confirmed", "note": "two"})

            async def verified() -> bool:
                return bool((await rows(pia, "alerts"))[alert]["state"] == "verified")

            await eventually(verified)
            (verdict,) = (await rows(pia, "alerts"))[alert]["verdicts"]
            assert (verdict["name"], verdict["note"]) == ("vic", "two")

    asyncio.run(play())


def test_a_verdict_that_comes_before_its_report_counts_when_the_report_comes(
    tmp_path: Path,
) -> None:
    nodes = Nodes(tmp_path)

    async def play() -> None:
        frames = []
        async with nodes.running("pia") as pia, nodes.running("vic") as vic:
            alert = str((await pia.submit("report", report())).item.id)

            async def shown() -> bool:
                return alert in await rows(vic, "alerts")

            await eventually(shown)
            await vic.submit("verdict", {"alert": alert, "result": "confirmed"})

            async def sent() -> bool:
                return len(nodes.sent) == 2

            await eventually(sent)
            frames = [frame.payload for _, frame in nodes.sent]
        async with nodes.running("base") as base:
            for payload in reversed(frames):
                base.feed(ReceivedFrame(payload, Reception("loopback")))

            async def verified() -> bool:
                row = (await rows(base, "alerts")).get(alert)
                return row is not None and row["state"] == "verified"

            await eventually(verified)

    asyncio.run(play())


@pytest.mark.parametrize(
    ("method", "params", "error"),
    [
        ("verdict", {"alert": "3.0.0", "result": "confirmed"}, ForbiddenError),
        ("verdict", {"alert": "9.0.9", "result": "confirmed"}, NotFoundError),
        ("acknowledge", {"item": "9.0.9"}, NotFoundError),
        ("retract", {"alert": "5.0.0"}, ForbiddenError),
    ],
)
def test_what_cannot_be_said_is_refused_and_leaves_nothing(
    tmp_path: Path, method: str, params: dict[str, Any], error: type[Exception]
) -> None:
    nodes = Nodes(tmp_path)

    async def play() -> None:
        async with nodes.running("pia") as pia, nodes.running("ned") as ned:
            await pia.submit("report", report())
            await ned.submit("report", report())

            async def both() -> bool:
                return len(await rows(pia, "alerts")) == 2

            await eventually(both)
            before = (json.loads(await pia.changes(0)))["tables"]["status"][0]["items"]
            with pytest.raises(error):
                await pia.submit(method, params)
            assert (json.loads(await pia.changes(0)))["tables"]["status"][0]["items"] == before

    asyncio.run(play())


class FullDisk:
    """A store that takes nothing while `full`."""

    def __init__(self, store: Store) -> None:
        self._store, self.full = store, False

    def commit(self, batch: Batch) -> int:
        if self.full:
            raise StoreUnavailableError(f"errno {errno.ENOSPC}")
        return self._store.commit(batch)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def test_a_full_disk_accepts_nothing_sends_nothing_and_keeps_what_came_in(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)
    item = nodes.network.item("pia", Report(None, 7))

    async def play() -> None:
        disk = FullDisk(nodes.store("base"))
        store: Any = disk
        async with nodes.running("base", store=store) as base:
            await base.submit("checkin", {"state": "ok"})

            async def sent() -> bool:
                return len(nodes.sent) == 1

            await eventually(sent)
            disk.full = True
            with pytest.raises(UnavailableError):
                await base.submit("report", report())
            base.feed(ReceivedFrame(nodes.network.frame([item]), Reception("loopback")))

            async def trouble() -> bool:
                return base.status(0)["store"] != "ok" and base.radio.frames_in == 1

            await eventually(trouble)
            assert str(item.id) not in await rows(base, "alerts")
            disk.full = False
            nodes.time.pass_(5)

            async def kept() -> bool:
                return str(item.id) in await rows(base, "alerts")

            await eventually(kept)
            assert base.status(0)["store"] == "ok"
            await base.submit("report", report())
            ids = set(await rows(base, "alerts"))
            assert ids == {str(item.id), "2.0.2"}  # 2.0.1 was used up by what was refused
            assert len(nodes.sent) >= 1
            assert all(frame.payload != b"" for _, frame in nodes.sent)

    asyncio.run(play())


def test_delivery_words_follow_the_radio(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)
    nodes.fates = (Fate.ACCEPTED,)

    async def play() -> None:
        async with nodes.running("pia") as pia:
            alert = str((await pia.submit("report", report())).item.id)

            async def words(state: str) -> None:
                async def so() -> bool:
                    return bool((await rows(pia, "alerts"))[alert]["delivery"]["state"] == state)

                await eventually(so)

            await words("at_radio")
            pia.feed(RadioStatus(LinkState.SEARCHING, "unplugged"))
            await words("queued")
            delivery = (await rows(pia, "alerts"))[alert]["delivery"]
            assert delivery["reason"] == "no radio found"
            assert delivery["attempts"] == 1

    asyncio.run(play())


def test_an_alert_expires_by_itself_and_a_day_later_it_is_gone(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)

    async def play() -> None:
        async with nodes.running("pia") as pia:
            alert = str((await pia.submit("report", report())).item.id)
            nodes.time.pass_(4 * 3600)
            pia.feed(RadioStatus(LinkState.READY))

            async def expired() -> bool:
                return bool((await rows(pia, "alerts"))[alert]["state"] == "expired")

            await eventually(expired)
            seen = pia.revision
            nodes.time.pass_(21 * 3600)
            pia.feed(RadioStatus(LinkState.READY))

            async def gone() -> bool:
                return alert not in await rows(pia, "alerts")

            await eventually(gone)
            tombs = (json.loads(await pia.changes(seen)))["tables"]["alerts"]
            assert [row.get("gone") for row in tombs] == [True]

    asyncio.run(play())


def test_a_position_fades_after_two_hours_and_the_check_in_stays(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)

    async def play() -> None:
        async with nodes.running("pia") as pia:
            await pia.submit("beacon", {**HERE, "motion": "walking"})
            await pia.submit("checkin", {"state": "ok", "due_in_s": 1800})
            row = (await rows(pia, "patrols"))["3"]
            assert row["place"]["precision_m"] == 100
            assert row["due_at"] == pytest.approx(nodes.time.wall + 1800, abs=4)
            nodes.time.pass_(2 * 3600 + 60)
            pia.feed(RadioStatus(LinkState.READY))

            async def faded() -> bool:
                return (await rows(pia, "patrols"))["3"]["place"] is None

            await eventually(faded)
            assert (await rows(pia, "patrols"))["3"]["due_at"] is not None

    asyncio.run(play())


def test_a_clock_set_by_ten_years_loses_nothing_that_waits(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)

    async def play() -> None:
        async with nodes.running("pia", radio=False) as pia:
            alert = str((await pia.submit("report", report())).item.id)
            nodes.time.set_wall(10 * 365 * 86_400)
            pia.feed(RadioStatus(LinkState.READY))

            async def sent() -> bool:
                return len(nodes.sent) == 1

            await eventually(sent)
            assert alert in await rows(pia, "alerts")

    asyncio.run(play())


def test_a_client_that_asks_from_its_revision_gets_only_what_is_newer(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)

    async def play() -> None:
        async with nodes.running("pia") as pia:
            await pia.submit("report", report())
            await _quiet(pia)
            first = json.loads(await pia.changes(0))
            await pia.submit("message", {"text": "hola"})
            await _quiet(pia)
            second = json.loads(await pia.changes(first["revision"]))
            assert "alerts" not in second["tables"]
            assert [row["text"] for row in second["tables"]["messages"]] == ["hola"]
            assert second["revision"] > first["revision"]
            third = json.loads(await pia.changes(second["revision"]))
            assert set(third["tables"]) == WHOLE_TABLES

    asyncio.run(play())


def test_rows_are_told_under_the_epoch_in_which_they_were_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nodes = Nodes(tmp_path)

    async def play() -> None:
        async with nodes.running("pia") as pia:
            epoch, in_thread = pia.store.epoch, pia.in_thread

            async def epoch_ends_after(call: Callable[..., Any], *args: Any) -> Any:
                found = await in_thread(call, *args)
                await in_thread(pia.store.replace_rows, [])
                return found

            monkeypatch.setattr(pia, "in_thread", epoch_ends_after)
            assert json.loads(await pia.changes(0))["epoch"] == epoch != pia.store.epoch

    asyncio.run(play())


async def _quiet(node: Node) -> None:
    """Until nothing of the node's own is on its way."""
    revision = -1
    while revision != node.revision:
        revision = node.revision
        await asyncio.sleep(0.1)


def test_everything_is_in_the_rows_again_when_they_are_read_in_another_life(
    tmp_path: Path,
) -> None:
    nodes = Nodes(tmp_path)

    async def first() -> dict[str, Any]:
        async with nodes.running("pia") as pia, nodes.running("vic") as vic:
            alert = str((await pia.submit("report", report())).item.id)

            async def shown() -> bool:
                return alert in await rows(vic, "alerts")

            await eventually(shown)
            await vic.submit("verdict", {"alert": alert, "result": "nothing-there"})
            await vic.submit("acknowledge", {"item": alert})

            async def told() -> bool:
                row = (await rows(pia, "alerts"))[alert]
                return row["state"] == "disputed" and len(row["readers"]) == 1

            await eventually(told)
            await _quiet(pia)
            return {name: await rows(pia, name) for name in ("alerts", "members")}

    async def second() -> dict[str, Any]:
        async with nodes.running("pia") as pia:
            await _quiet(pia)
            return {name: await rows(pia, name) for name in ("alerts", "members")}

    before, after = asyncio.run(first()), asyncio.run(second())
    assert before == after


def test_what_comes_hours_late_is_shown_for_half_an_hour_and_marked(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)
    late = nodes.network.item("pia", Report(None, 2), now=NOW - 3 * 3600)  # lives two hours

    async def play() -> None:
        async with nodes.running("base") as base:
            base.feed(ReceivedFrame(nodes.network.frame([late]), Reception("loopback")))

            async def shown() -> bool:
                return str(late.id) in await rows(base, "alerts")

            await eventually(shown)
            row = (await rows(base, "alerts"))[str(late.id)]
            assert row["state"] == "unconfirmed"
            assert row["time_uncertain"]
            assert row["expires_at"] == NOW + 1800
            assert row["reported_at"] == pytest.approx(NOW - 3 * 3600, abs=4)

    asyncio.run(play())


def test_a_patrol_that_said_nothing_for_a_day_leaves_the_board(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)

    async def play() -> None:
        async with nodes.running("pia") as pia:
            await pia.submit("checkin", {"state": "ok", **HERE})
            assert "3" in await rows(pia, "patrols")
            nodes.time.pass_(24 * 3600 + 120)
            pia.feed(RadioStatus(LinkState.READY))

            async def gone() -> bool:
                return "3" not in await rows(pia, "patrols")

            await eventually(gone)

    asyncio.run(play())
