"""Rows for the modes about alerts: an evening on which people were sent, answered and closed."""

from __future__ import annotations

from typing import Any

from meshdefense_protocol.words import CHECKIN_STATES, CLOSE_REASONS, KINDS, RESPONSES
from support.fake_daemon import FakeDaemon
from support.screen_rows import NOW, alert, busy_evening, member, patrol, place, status, verdict
from support.screens import Desktop

DELIVERY_IN = {"state": "received"}
NO_ESCALATION = {"level": 0, "since": None, "by_name": None, "reason": None, "next_at": None}


def worked(number: int = 1, **changes: Any) -> dict[str, Any]:
    """An alert with everything that a daemon says of the work on it."""
    row = alert(number) | {
        "confirmed": 0,
        "needed": 1,
        "closes": [],
        "closes_needed": 2,
        "reopened_at": None,
        "reporters": [{"member": 2, "name": "ana", "out": False}],
        "about": None,
        "additions": [],
        "dispatches": [],
        "responses": [],
        "broadcasts": [],
        "escalation": NO_ESCALATION,
        "here": True,
        "counts": True,
        "author_out": False,
        "changes_at": None,
    }
    return row | changes


def sent(number: int, name: str, state: str = "open", **changes: Any) -> dict[str, Any]:
    """A dispatch of a member."""
    row = {
        "member": number,
        "name": name,
        "out": False,
        "id": f"1.0.{200 + number}",
        "state": state,
        "by": 1,
        "by_name": "BASE-1",
        "look": "",
        "asked_at": NOW - 240,
        "due_at": NOW + 660,
        "accepted_at": NOW - 200 if state in ("accepted", "answered") else None,
        "mine": False,
        "delivery": {"state": "on_air", "attempts": 1},
    }
    return row | changes


def response(number: int, name: str, state: str, **changes: Any) -> dict[str, Any]:
    """What somebody does about an alert."""
    row = {
        "member": number,
        "name": name,
        "out": False,
        "id": f"{number}.0.90",
        "state": RESPONSES.code(state),
        "at": NOW - 150,
        "eta_at": NOW + 180 if state == "on-the-way" else None,
        "delivery": DELIVERY_IN,
    }
    return row | changes


def close(number: int, name: str, reason: str = "all-clear") -> dict[str, Any]:
    return {
        "member": number, "name": name, "out": False, "id": f"{number}.0.95",
        "reason": CLOSE_REASONS.code(reason), "at": NOW - 20, "delivery": DELIVERY_IN,
    }  # fmt: skip


def said(item: str, kind: str, about: str, **changes: Any) -> dict[str, Any]:
    """A row of the timeline."""
    row = {
        "id": item, "cursor": 1, "kind": kind, "at": NOW - 60, "received_at": NOW - 58,
        "time_uncertain": False, "author": 2, "author_name": "ana", "author_out": False,
        "mine": False, "drill": False, "about": about, "also": [], "words": {}, "member": None,
        "member_name": None, "count": None, "minutes": None, "text": "", "place": None,
        "delivery": DELIVERY_IN, "hops": None,
    }  # fmt: skip
    return row | changes


FIRE = "2.0.1"


def working_evening(**own: Any) -> dict[str, list[dict[str, Any]]]:
    """A fire that people go to, with a likely duplicate; a checkpoint that is verified; an own one.

    `own` changes the row of the node itself, its roles for instance.
    """
    verified = [verdict("kit", "confirmed", id="4.0.7", member=4, at=NOW - 400),
                verdict("samuel", "confirmed", id="8.0.7", member=8, at=NOW - 300, count=4,
                        note="two at the door")]  # fmt: skip
    alerts = [
        worked(
            1, severity=3, reported_at=NOW - 300, received_at=NOW - 296, place=place(850, 900),
            count=3, count_label="3", note="smoke from the roof", needed=2, confirmed=1,
            verdicts=[verdict("samuel", "confirmed", id="8.0.3", member=8, at=NOW - 90)],
            readers=[{"member": 8, "name": "samuel", "at": NOW - 120}],
            dispatches=[sent(4, "kit", "accepted", look="how many are inside"),
                        sent(6, "birch", "overdue", asked_at=NOW - 290, due_at=NOW - 30)],
            responses=[response(4, "kit", "on-the-way")],
            escalation=NO_ESCALATION | {"level": 1, "since": NOW - 100, "by_name": "noor",
                                        "reason": 1},
        ),
        worked(2, severity=2, reported_at=NOW - 240, place=place(900, 1000), author=3,
               author_name="leo", id="3.0.12", note="burning",
               escalation=NO_ESCALATION | {"next_at": NOW + 60}),
        worked(3, severity=2, kind=KINDS.code("checkpoint"), state="verified", author=3,
               author_name="leo", id="3.0.9", place=place(-2300, 800, 200),
               reported_at=NOW - 560, verdicts=verified, confirmed=2, needed=1,
               closes=[close(4, "kit")],
               broadcasts=[{"member": 8, "name": "samuel", "out": False, "id": "8.0.9",
                            "at": NOW - 200, "delivery": DELIVERY_IN}]),
        worked(4, id="1.0.31", kind=KINDS.code("medical"), mine=True, author=1,
               author_name="BASE-1", place=place(200, -1400), reported_at=NOW - 840,
               severity=1, delivery={"state": "unheard", "retry_at": NOW + 12, "attempts": 2}),
        worked(6, severity=2, kind=KINDS.code("hazard"), reported_at=NOW - 460,
               place=place(-300, 500),
               escalation=NO_ESCALATION | {"level": 1, "since": NOW - 160, "next_at": NOW + 140}),
        worked(5, kind=KINDS.code("power-out"), severity=0, state="expired", place=None,
               reported_at=NOW - 9000, expires_at=NOW - 600),
    ]  # fmt: skip
    members = [
        member(1, "BASE-1", mine=True, roles=("verifier", "dispatch")),
        member(2, "ana", roles=("reporter", "verifier")),
        member(3, "leo"),
        member(4, "kit", roles=("verifier",)),
        member(6, "birch", roles=("dispatch", "verifier")),
        member(7, "rio", roles=("verifier",)),
        member(8, "samuel", roles=("verifier",)),
        member(9, "noor", roles=("verifier",)),
    ]
    patrols = [
        patrol(3, "leo", place=place(880, 990)),
        patrol(4, "kit", place=place(300, -200)),
        patrol(6, "birch", place=place(-400, 100), place_at=NOW - 1300),
        patrol(7, "rio", place=place(1100, 700), place_at=NOW - 40),
        patrol(8, "samuel", place=place(700, 850), place_at=NOW - 95),
        patrol(9, "noor", place=None, place_at=None, state=CHECKIN_STATES.code("off")),
    ]
    return busy_evening() | {
        "status": [status(roles=["verifier", "dispatch"], **own)],
        "alerts": alerts,
        "members": members,
        "patrols": patrols,
    }


def fire_log() -> list[dict[str, Any]]:
    """What the daemon's log tells of the fire, newest first."""
    return [
        said("8.0.3", "verdict", FIRE, author=8, author_name="samuel", at=NOW - 90,
             received_at=NOW - 80, words={"result": 1}, hops=2),
        said("8.0.2", "acknowledge", FIRE, author=8, author_name="samuel", at=NOW - 120,
             received_at=NOW - 119, words={"meaning": 0}, hops=0),
        said("8.0.1", "verdict", FIRE, author=8, author_name="samuel", at=NOW - 130,
             received_at=NOW - 129, words={"result": 0}, hops=1),
        said(FIRE, "report", FIRE, at=NOW - 300, received_at=NOW - 290, hops=1),
    ]  # fmt: skip


def tells_timeline(daemon: FakeDaemon, rows: list[dict[str, Any]], **more: Any) -> list[Any]:
    """Have the daemon answer `timeline`; gives the list in which the questions will be."""
    asked: list[Any] = []
    usual = daemon._answer

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        if request["method"] != "timeline" or daemon.refusal is not None:
            return usual(request)
        asked.append(request["params"])
        about = request["params"]["about"]
        found = [row for row in rows if row["about"] == about]
        result = {"rows": found, "before": None, "kept_since": None} | more
        return {"id": request["id"], "ok": True, "result": result}

    daemon._answer = answer  # type: ignore[method-assign]
    return asked


def orders(daemon: FakeDaemon) -> list[tuple[str, dict[str, Any]]]:
    """What was asked of the daemon beside its log."""
    return [call for call in daemon.calls if call[0] != "timeline"]


async def ordered(desk: Desktop) -> tuple[str, dict[str, Any]]:
    """The one order that was given, once it is there."""
    await desk.until(lambda: bool(orders(desk.daemon)))
    assert len(orders(desk.daemon)) == 1
    return orders(desk.daemon)[0]
