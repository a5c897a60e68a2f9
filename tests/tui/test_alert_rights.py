"""Which orders are offered: never one that the daemon is known to refuse, and why not."""

from __future__ import annotations

from typing import Any, cast

import pytest

from meshdefense.api.row_schema import AlertRow
from meshdefense.api.schema import ChangesResult
from meshdefense_protocol.members import Role, may
from meshdefense_protocol.packets import Broadcast, Close, Dispatch, Escalate, Report, Verdict
from meshdefense_tui.alert_rights import ORDERS, why_not
from meshdefense_tui.clock import Clock
from meshdefense_tui.look import UNICODE, Look
from meshdefense_tui.model import Model
from support.alert_work import NO_ESCALATION, close, worked
from support.screen_rows import alert, status, verdict

LOOK = Look("en", UNICODE, Clock())
KINDS_OF = {
    "verdict": Verdict.KIND,
    "assign": Dispatch.KIND,
    "broadcast": Broadcast.KIND,
    "escalate": Escalate.KIND,
    "close": Close.KIND,
    "add": Report.KIND,
}


def model(*roles: str) -> Model:
    found = Model()
    rows = {"status": [status(roles=list(roles)) | {"rev": 1}]}
    found.apply(cast("ChangesResult", {"epoch": "e", "revision": 1, "tables": rows}))
    return found


def reason(order: str, *roles: str, **fields: Any) -> str:
    return why_not(order, cast("AlertRow", worked(1, **fields)), model(*roles), LOOK)


VERIFIED: dict[str, Any] = {"state": "verified", "verdicts": [verdict("kit", "confirmed")]}


@pytest.mark.parametrize("order", KINDS_OF)
@pytest.mark.parametrize("role", list(Role))
def test_roles_allow_here_what_every_receiver_lets_through(order: str, role: Role) -> None:
    fields = VERIFIED if order == "broadcast" else {}
    offered = not reason(order, str(role.name).lower(), **fields)
    assert offered is may(role, KINDS_OF[order])


@pytest.mark.parametrize(
    ("order", "fields", "words"),
    [
        ("verdict", {"mine": True}, "your own report"),
        ("retract", {}, "only its author"),
        ("retract", {"mine": True, "state": "retracted"}, "it is over"),
        ("assign", {"state": "closed"}, "it is over"),
        ("broadcast", {"mine": True}, "your own report"),
        ("broadcast", {"confirmed": 1, "needed": 2}, "confirmations 1, it takes 2"),
        ("broadcast", {"state": "disputed"}, "only a verified alert"),
        ("broadcast", VERIFIED | {"here": False}, "the report itself is not here"),
        ("broadcast", {"state": "verified", "verdicts": []}, "nobody but you"),
        (
            "broadcast",
            {"state": "verified", "verdicts": [verdict("BASE-1", "confirmed", member=1)]},
            "nobody but you",
        ),
        ("escalate", {"escalation": NO_ESCALATION | {"level": 2}}, "coordinators have it"),
        ("close", {"closes": [close(1, "BASE-1")]}, "you have said so already"),
        ("close", {"state": "closed"}, "it is over"),
    ],
)
def test_what_is_not_offered_says_why(order: str, fields: dict[str, Any], words: str) -> None:
    assert words in reason(order, "verifier", "dispatch", **fields)


def test_a_verified_alert_may_be_broadcast_by_somebody_else_than_its_only_verifier() -> None:
    assert reason("broadcast", "dispatch", **VERIFIED) == ""


@pytest.mark.parametrize("order", ORDERS)
def test_a_row_of_an_earlier_version_and_an_unknown_member_break_nothing(order: str) -> None:
    assert isinstance(why_not(order, cast("AlertRow", alert(1)), Model(), LOOK), str)
