"""Rows of late patrols, roll calls and stand-downs for the tests of the screens."""

from __future__ import annotations

from typing import Any

from meshdefense_protocol.words import CHECKIN_STATES
from support.screen_rows import DELIVERY_IN, NOW, answer, busy_evening, member, patrol, place

Rows = dict[str, list[dict[str, Any]]]


def reader(name: str, ago_s: float, number: int = 2) -> dict[str, Any]:
    return {"member": number, "name": name, "at": NOW - ago_s}


def late(number: int, name: str, late_s: float, *readers: dict[str, Any], **changes: Any) -> Any:
    """A patrol whose check-in was due `late_s` seconds ago."""
    facts = {"due_at": NOW - late_s, "checkin": f"{number}.0.5", "readers": list(readers)}
    return patrol(number, name, **(facts | changes))


def entry(number: int, name: str, state: str = "unknown", **changes: Any) -> dict[str, Any]:
    code = CHECKIN_STATES.code(state)
    row = {"member": number, "name": name, "out": False, "state": code}
    return row | {"at": NOW - 20 if code else None} | changes


def asked() -> list[dict[str, Any]]:
    """Eight people; at NOW the turn of two of them has still to come."""
    return [
        entry(1, "BASE-1"),
        entry(2, "ana", "ok"),
        entry(3, "leo", "need-help"),
        entry(4, "kit"),
        entry(6, "birch", "moving"),
        entry(7, "sam"),
        entry(8, "eva"),
        entry(9, "tom"),
    ]


def roll_call(**changes: Any) -> dict[str, Any]:
    row = {
        "id": "5.0.7",
        "state": "open",
        "author": 5,
        "author_name": "rio",
        "author_out": False,
        "mine": False,
        "drill": True,
        "called_at": NOW - 40,
        "received_at": NOW - 38,
        "closes_at": NOW + 260,
        "slot_s": 6,
        "whom": [],
        "asked": asked(),
        "others": [],
        "heard": 3,
        "slot_at": NOW - 38,
        "delivery": DELIVERY_IN,
        "changes_at": NOW + 260,
    }
    return row | changes


def order(**changes: Any) -> dict[str, Any]:
    """A stand-down of somebody else that this member has not acknowledged."""
    people = ((1, "BASE-1"), (3, "leo"), (4, "kit"))
    row = {
        "id": "5.0.9",
        "state": "in-force",
        "reason": 0,
        "place": place(500, 500, 1000),
        "author": 5,
        "author_name": "rio",
        "author_out": False,
        "mine": False,
        "drill": False,
        "ordered_at": NOW - 30,
        "received_at": NOW - 28,
        "until": NOW + 7000,
        "acknowledged": [answer("ana", member=2)],
        "waiting": [{"member": n, "name": name, "out": False} for n, name in people],
        "delivery": DELIVERY_IN,
        "newer": False,
        "changes_at": NOW + 7000,
    }
    return row | changes


def late_evening() -> Rows:
    """Every rung of being late, and patrols of which nothing is known."""
    rows = busy_evening()
    others = [row for row in rows["patrols"] if row["member"] != 4]
    rows["patrols"] = [
        *others,
        late(4, "kit", 250, place=place(300, -200), place_at=NOW - 1000, heading=None, battery=18),
        late(6, "birch", 700, reader("ana", 100), place=place(-500, 350)),
        late(7, "sam", 60),
        patrol(8, "eva", due_at=NOW + 90, place=place(-690, 420), battery=101),
    ]
    rows["members"] += [
        member(5, "rio", roles=("dispatch",)),
        member(2, "ana", roles=("verifier",)),
    ]
    return rows


def muster_evening() -> Rows:
    """The same with a roll call that runs and a stand-down in force."""
    return late_evening() | {"rollcalls": [roll_call()], "orders": [order()]}
