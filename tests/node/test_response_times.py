"""What time alone changes is shown when its time comes, also after a restart."""

from __future__ import annotations

import asyncio
from pathlib import Path

from meshdefense.node.node import Node
from support.nodes import FakeTime, Nodes, eventually, rows


async def until_level(node: Node, alert: str, level: int) -> None:
    async def reached() -> bool:
        return bool((await rows(node, "alerts"))[alert]["escalation"]["level"] == level)

    await eventually(reached)


def test_a_report_that_nobody_answers_escalates_while_the_node_runs_and_after_a_restart(
    tmp_path: Path,
) -> None:
    time = FakeTime()
    nodes = Nodes(tmp_path, time=time)

    async def play() -> None:
        async with nodes.running("pia") as pia:
            said = await pia.submit("report", {"kind": "fire", "severity": "high"})
            alert = str(said.item.id)
            await until_level(pia, alert, 0)
            time.pass_(301)
            await until_level(pia, alert, 1)
        time.pass_(300)
        async with nodes.running("pia") as pia:
            await until_level(pia, alert, 2)

    asyncio.run(play())


def test_a_dispatch_becomes_overdue_by_itself(tmp_path: Path) -> None:
    time = FakeTime()
    nodes = Nodes(tmp_path, time=time)

    async def play() -> None:
        async with nodes.running("vic") as vic, nodes.running("pia") as pia:
            alert = str((await pia.submit("report", {"kind": "fire"})).item.id)

            async def here() -> bool:
                return alert in await rows(vic, "alerts")

            await eventually(here)
            await vic.submit("dispatch", {"alert": alert, "member": "vic", "back_min": 5})
            time.pass_(301)

            async def overdue() -> bool:
                (order,) = (await rows(vic, "alerts"))[alert]["dispatches"]
                return bool(order["state"] == "overdue")

            await eventually(overdue)

    asyncio.run(play())
