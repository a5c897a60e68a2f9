"""Which orders about an alert this node's member may give, and why not. Pure.

The daemon decides; this only spares a person an order that it is known to refuse. Source:
docs/protocol.md, "Roster", and docs/api.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from meshdefense.api.row_schema import AlertRow
from meshdefense_protocol.words import VERDICTS
from meshdefense_tui.alert_progress import progress
from meshdefense_tui.look import Look
from meshdefense_tui.model import ENDED_STATES, Model

__all__ = ["ORDERS", "why_not"]

_SENIOR: Final = {"verifier", "dispatch"}
_LISTENING: Final = {"recipient", "relay"}
_HIGHEST: Final = 2
_CONFIRMED: Final = VERDICTS.code("confirmed")


def why_not(order: str, row: AlertRow, model: Model, look: Look) -> str:
    """Why this member may not give `order` (one of ORDERS) about `row`; empty where they may."""
    return ORDERS[order](row, model, look)


def _me(model: Model) -> int:
    return model.status["member"] if model.status is not None else 0


def _over(row: AlertRow, look: Look) -> str:
    return look.say("why_over") if row["state"] in ENDED_STATES else ""


def _speaks(row: AlertRow, model: Model, look: Look) -> str:
    return "" if set(model.roles) - _LISTENING else look.say("why_speak")


def _senior(row: AlertRow, model: Model, look: Look) -> str:
    return "" if _SENIOR & set(model.roles) else look.say("why_senior")


def _verdict(row: AlertRow, model: Model, look: Look) -> str:
    if row["mine"]:
        return look.say("yours")
    return "" if "verifier" in model.roles else look.say("why_verifier")


def _retract(row: AlertRow, model: Model, look: Look) -> str:
    if not row["mine"]:
        return look.say("not_yours")
    return look.say("why_over") if row["state"] == "retracted" else ""


def _assign(row: AlertRow, model: Model, look: Look) -> str:
    return _over(row, look) or _senior(row, model, look)


def _broadcast(row: AlertRow, model: Model, look: Look) -> str:
    work = progress(row)
    if row["mine"]:
        return look.say("why_own_broadcast")
    if refusal := _senior(row, model, look):
        return refusal
    if not work["here"]:
        return look.say("work_not_here")
    if row["state"] in ("unconfirmed", "corroborated") and work["needed"]:
        return look.say("why_not_yet", count=work["confirmed"], of=work["needed"])
    if row["state"] != "verified":
        return look.say("why_not_verified")
    others = [v for v in row["verdicts"] if v["member"] != _me(model)]
    if not any(verdict["result"] == _CONFIRMED for verdict in others):
        return look.say("why_no_second")
    return ""


def _escalate(row: AlertRow, model: Model, look: Look) -> str:
    if refusal := _over(row, look) or _speaks(row, model, look):
        return refusal
    highest = progress(row)["escalation"]["level"] >= _HIGHEST
    return look.say("why_highest") if highest else ""


def _close(row: AlertRow, model: Model, look: Look) -> str:
    if refusal := _over(row, look) or _senior(row, model, look):
        return refusal
    said = any(close["member"] == _me(model) for close in progress(row)["closes"])
    return look.say("why_said_over") if said else ""


ORDERS: Final[dict[str, Callable[[AlertRow, Model, Look], str]]] = {
    "verdict": _verdict,
    "retract": _retract,
    "assign": _assign,
    "respond": _speaks,
    "broadcast": _broadcast,
    "escalate": _escalate,
    "close": _close,
    "add": _speaks,
    "message": _speaks,
}
