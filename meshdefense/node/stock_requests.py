"""What a member does with the unsigned reports of people with stock radios: methods of the API.

Adopting makes an ordinary signed report of the member's own: their rights apply, and their word
counts, not the sender's. Source: docs/api.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

from meshdefense.api.stock_schema import StockReportRow
from meshdefense.node.node import Accepted, Node, NotFoundError
from meshdefense.node.params import Params
from meshdefense.node.stock_ear import NoSuchReportError, Rows
from meshdefense.node.stock_reports import adoption, seen_ago_s
from meshdefense_protocol.errors import ValueRangeError

__all__ = ["STOCKING"]

T = TypeVar("T")


class NoStockError(NotFoundError):
    """Its operator did not tell it to."""

    hint = "start it with: meshdefense run --stock-channel NAME_OR_INDEX"


def _waiting(node: Node, params: Params) -> StockReportRow:
    """The row that a request names; what an earlier life left waits also where nobody listens."""
    try:
        return node.stock.ear.waiting(params.required("stock", str))
    except NoSuchReportError:
        if not node.stock.active:
            raise NoStockError("this node does not listen to stock radios") from None
        raise


def _named(node: Node, method: str, values: dict[str, Any]) -> str:
    """The id of the row that a request names, where it has no other parameter."""
    params = Params(method, values)
    row = _waiting(node, params)
    params.finish()
    return row["id"]


async def _whole(work: Coroutine[Any, Any, T]) -> T:
    """To its end, also where whoever asked is gone: memory and disk have to say the same."""
    return await asyncio.shield(asyncio.ensure_future(work))


async def _adopt(node: Node, values: dict[str, Any]) -> dict[str, Any]:
    """A signed report of what was understood; other parameters are those of `report`.

    With `exact` they are all of it, and nothing that the sender said is put in. When it was seen
    is not what the sender said, but when their text came.
    """
    params = Params("stock_adopt", values)
    row = _waiting(node, params)
    exact = params.take("exact", bool, False)
    whole = {} if exact else adoption(row, node.membership.roster.policies)
    whole |= {name: value for name, value in values.items() if name not in ("stock", "exact")}
    if whole.get("observed_ago_s") is None:  # it is as old as the text, whoever signs it when
        whole["observed_ago_s"] = seen_ago_s(row, node.now())
    if whole.get("kind") is None:
        raise ValueRangeError("it does not say what was seen: name a kind, --kind on the line")

    async def sign(rows: Rows) -> Accepted:
        return await node.submit("report", whole, rows=rows)

    accepted = await _whole(node.stock.ear.adopt(row["id"], _me(node), sign))
    return {
        "id": str(accepted.item.id),
        "rev": accepted.revision,
        "bytes": sum(accepted.frames),
        "stock": row["id"],
    }


async def _dismiss(node: Node, values: dict[str, Any]) -> dict[str, Any]:
    stock = _named(node, "stock_dismiss", values)
    await _whole(node.stock.ear.dismiss(stock, _me(node)))
    return {"stock": stock, "rev": node.revision}


async def _read(node: Node, values: dict[str, Any]) -> dict[str, Any]:
    """A person has read it; the sender of an SOS is told."""
    stock = _named(node, "stock_read", values)
    await _whole(node.stock.ear.read(stock))
    return {"stock": stock, "rev": node.revision}


def _me(node: Node) -> str:
    member = node.membership.roster.get(node.membership.number)
    return f"#{node.membership.number}" if member is None else member.name


STOCKING: Final[dict[str, Callable[[Node, dict[str, Any]], Awaitable[dict[str, Any]]]]] = {
    "stock_adopt": _adopt,
    "stock_dismiss": _dismiss,
    "stock_read": _read,
}
