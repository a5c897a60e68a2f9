"""What a member does with the unsigned reports of people with stock radios: methods of the API.

Adopting makes an ordinary signed report of the member's own: their rights apply, and their word
counts, not the sender's. Source: docs/api.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from meshdefense.api.stock_schema import StockReportRow
from meshdefense.node.node import Node, NotFoundError
from meshdefense.node.params import Params
from meshdefense.node.stock import StockDesk
from meshdefense.node.stock_reports import adoption
from meshdefense_protocol.errors import ValueRangeError

__all__ = ["STOCKING"]


class NoStockError(NotFoundError):
    """Its operator did not tell it to."""

    hint = "start it with: meshdefense run --stock-channel NAME_OR_INDEX"


def _desk(node: Node) -> StockDesk:
    if not node.stock.active:
        raise NoStockError("this node does not listen to stock radios")
    return node.stock


def _waiting(node: Node, method: str, values: dict[str, Any]) -> tuple[StockDesk, StockReportRow]:
    """The desk and the row that a request names, where it has no other parameter."""
    params = Params(method, values)
    desk = _desk(node)
    row = desk.ear.waiting(params.required("stock", str))
    params.finish()
    return desk, row


async def _adopt(node: Node, values: dict[str, Any]) -> dict[str, Any]:
    """A signed report of what was understood; other parameters are those of `report`.

    With `exact` they are all of it, and nothing that the sender said is put in.
    """
    desk, params = _desk(node), Params("stock_adopt", values)
    row = desk.ear.waiting(params.required("stock", str))
    exact = params.take("exact", bool, False)
    whole = {} if exact else adoption(row, node.membership.roster.policies)
    whole |= {name: value for name, value in values.items() if name not in ("stock", "exact")}
    if whole.get("kind") is None:
        raise ValueRangeError("it does not say what was seen: name a kind, --kind on the line")
    accepted = await node.submit("report", whole)
    await desk.ear.done(row, "adopted", _me(node), str(accepted.item.id))
    return {
        "id": str(accepted.item.id),
        "rev": accepted.revision,
        "bytes": sum(accepted.frames),
        "stock": row["id"],
    }


async def _dismiss(node: Node, values: dict[str, Any]) -> dict[str, Any]:
    desk, row = _waiting(node, "stock_dismiss", values)
    await desk.ear.done(row, "dismissed", _me(node))
    return {"stock": row["id"], "rev": node.revision}


async def _read(node: Node, values: dict[str, Any]) -> dict[str, Any]:
    """A person has read it; the sender of an SOS is told."""
    desk, row = _waiting(node, "stock_read", values)
    await desk.ear.read(row)
    return {"stock": row["id"], "rev": node.revision}


def _me(node: Node) -> str:
    member = node.membership.roster.get(node.membership.number)
    return f"#{node.membership.number}" if member is None else member.name


STOCKING: Final[dict[str, Callable[[Node, dict[str, Any]], Awaitable[dict[str, Any]]]]] = {
    "stock_adopt": _adopt,
    "stock_dismiss": _dismiss,
    "stock_read": _read,
}
