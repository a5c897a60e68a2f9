"""Enrolment while the daemon runs: the same functions as on the command line, on its store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from meshdefense import enrolment
from meshdefense.node.node import Node
from meshdefense.node.requests import Params
from meshdefense_protocol.engine import Membership
from meshdefense_protocol.roster import parse_roles

__all__ = ["ENROLLING"]


async def _grant(node: Node, values: dict[str, Any]) -> dict[str, Any]:
    params = Params("grant", values)
    text = params.required("request", str)
    roles = parse_roles(params.required("roles", list))
    handle = params.take("handle", str)
    params.finish()
    granted = await node.in_thread(enrolment.grant, node.store, text, roles, handle)
    await _reload(node)
    return {
        "grant": granted.text,
        "number": granted.number,
        "handle": granted.handle,
        "fingerprint": granted.fingerprint,
    }


async def _join(node: Node, values: dict[str, Any]) -> dict[str, Any]:
    params = Params("join", values)
    text = params.required("grant", str)
    params.finish()
    await node.in_thread(enrolment.join, node.store, text)
    membership = await _reload(node)
    return {"members": len(membership.roster), "version": membership.roster.version}


async def _reload(node: Node) -> Membership:
    membership = await node.in_thread(enrolment.load_membership, node.store)
    node.set_membership(membership)
    return membership


ENROLLING: Final[dict[str, Callable[[Node, dict[str, Any]], Awaitable[dict[str, Any]]]]] = {
    "grant": _grant,
    "join": _join,
}
