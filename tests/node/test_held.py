"""Who holds an own alert: learnt from what others say, kept over restarts and new rosters."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from meshdefense.node.node import Node
from meshdefense.radio.base import LinkState, RadioStatus, ReceivedFrame
from meshdefense_protocol.identity import Identity
from meshdefense_protocol.packets import Grant
from meshdefense_protocol.roster import Role
from meshdefense_protocol.transport import Reception
from support.network import Network
from support.nodes import Nodes, eventually, rows

REPORT = {"kind": "fire", "lat": 34.051, "lon": -118.249}


async def delivery(node: Node, item: str) -> dict[str, Any]:
    words: dict[str, Any] = (await rows(node, "alerts"))[item]["delivery"]
    return words


async def held(node: Node, item: str, *holders: int) -> None:
    """Until exactly these members are known to hold it."""

    async def so() -> bool:
        return bool((await delivery(node, item)).get("holders", []) == list(holders))

    await eventually(so)


async def shown(node: Node, item: str) -> None:
    async def so() -> bool:
        return item in await rows(node, "alerts")

    await eventually(so)


def test_whoever_acknowledges_or_gives_a_verdict_has_it_also_after_a_restart(
    tmp_path: Path,
) -> None:
    nodes = Nodes(tmp_path)

    async def first() -> str:
        async with nodes.running("pia") as pia, nodes.running("vic") as vic:
            alert = str((await pia.submit("report", REPORT)).item.id)
            await shown(vic, alert)
            await vic.submit("verdict", {"alert": alert, "result": "confirmed"})
            await held(pia, alert, 4)
            async with nodes.running("base") as base:
                for payload in [frame.payload for _, frame in nodes.sent]:
                    feed(base, payload)
                await shown(base, alert)
                await base.submit("acknowledge", {"item": alert})
                await held(pia, alert, 2, 4)
            words = await delivery(pia, alert)
            assert words["state"] == "held"
            assert words["held"] == {"verifiers": [1, 1], "bases": [1, 1], "all": [2, 6]}
            assert (await delivery(vic, alert)) == {"state": "received"}
            return alert

    async def second(alert: str) -> None:
        async with nodes.running("pia") as pia:
            await held(pia, alert, 2, 4)
            await pia.submit("retract", {"alert": alert, "reason": "mistake"})
            await held(pia, alert, 2, 4)

    alert = asyncio.run(first())
    asyncio.run(second(alert))


def feed(node: Node, payload: bytes) -> None:
    node.feed(ReceivedFrame(payload, Reception("loopback", hops=0)))


def test_what_a_digest_tells_of_holders_is_still_known_after_a_restart(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)

    async def first() -> str:
        async with nodes.running("pia") as pia, nodes.running("vic") as vic:
            alert = str((await pia.submit("report", REPORT)).item.id)
            await shown(vic, alert)

            async def told() -> bool:
                nodes.time.pass_(2)
                for node in (pia, vic):
                    node.feed(RadioStatus(LinkState.READY))
                heard = (await rows(pia, "neighbours")).get("4", {})
                same = heard.get("name") == "vic" and heard.get("in_step") is True
                return bool((await delivery(pia, alert))["state"] == "held") and same

            await eventually(told)
            return alert

    async def second(alert: str) -> None:
        async with nodes.running("pia") as pia:
            words = await delivery(pia, alert)
            assert words["held"] == {"verifiers": [1, 1], "bases": [0, 1], "all": [1, 6]}
            await let_in_another_verifier(pia, nodes.network)

            async def counted() -> bool:
                return bool((await delivery(pia, alert))["held"]["verifiers"] == [1, 2])

            await eventually(counted)  # so the words are made of what was loaded, not only kept

    alert = asyncio.run(first())
    asyncio.run(second(alert))


def test_a_new_roster_is_counted_at_once(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)

    async def play() -> None:
        async with nodes.running("pia") as pia, nodes.running("vic") as vic:
            alert = str((await pia.submit("report", REPORT)).item.id)
            await shown(vic, alert)
            await vic.submit("verdict", {"alert": alert, "result": "confirmed"})
            await held(pia, alert, 4)
            await let_in_another_verifier(pia, nodes.network)

            async def counted() -> bool:
                return bool((await delivery(pia, alert))["held"]["verifiers"] == [1, 2])

            await eventually(counted)

    asyncio.run(play())


async def let_in_another_verifier(node: Node, network: Network) -> None:
    """The organizer's certificate of member 8 reaches this node."""
    grant = Grant(8, 0, int(Role.VERIFIER), Identity(b"\x08" * 32).key, "new")
    raw = network.item("ada", grant).raw
    assert await node.ask(lambda engine, now: engine.admit(raw, now)) is None
