"""Rows of the local socket for the tests of the screens, at one fixed moment."""

from __future__ import annotations

from typing import Any

from meshdefense_protocol.words import (
    CHECKIN_STATES,
    KINDS,
    RESPONSES,
    SEVERITIES,
    SOS_KINDS,
    VERDICTS,
)

NOW = 1_795_000_000.0
"""2026-11-18 11:06:40 UTC."""
ORIGIN = {"lat": 40.0, "lon": -75.0, "precision_m": 1}
DELIVERY_IN = {"state": "received"}


def place(east_m: float, north_m: float, precision_m: int = 100) -> dict[str, Any]:
    """A place by metres from the origin."""
    return {
        "lat": 40.0 + north_m / 111_319.490793,
        "lon": -75.0 + east_m / (111_319.490793 * 0.766044443),
        "precision_m": precision_m,
    }


def status(**changes: Any) -> dict[str, Any]:
    row = {
        "id": "status",
        "network": "Riverside",
        "network_id": "ab" * 16,
        "member": 1,
        "name": "BASE-1",
        "roles": ["organizer", "verifier"],
        "origin": ORIGIN,
        "started_at": NOW - 7200,
        "items": 40,
        "outbox": 0,
        "rejected": {},
        "store": "ok",
    }
    return row | changes


def radio(**changes: Any) -> dict[str, Any]:
    row = {
        "id": "radio",
        "state": "ready",
        "detail": "",
        "since": NOW - 3600,
        "address": "serial:/dev/ttyUSB0",
        "node_number": 123,
        "name": "heltec-1",
        "firmware": "2.7.11",
        "hardware": "HELTEC_V3",
        "preset": "LONG_FAST",
        "region": "US",
        "channel_utilisation": 14.2,
        "air_time": 1.3,
        "battery": 101,
        "queue_free": 14,
        "queue_size": 16,
        "nodes_heard": 7,
        "last_frame_at": NOW - 21,
        "frames_in": 412,
        "frames_out": 30,
    }
    return row | changes


def alert(number: int = 1, **changes: Any) -> dict[str, Any]:
    row = {
        "id": f"2.0.{number}",
        "kind": KINDS.code("fire"),
        "severity": SEVERITIES.code("high"),
        "state": "unconfirmed",
        "scope": 0,
        "count": None,
        "count_label": "",
        "activity": 0,
        "unit": 0,
        "equipment": [],
        "place": place(900, 900),
        "note": "",
        "author": 2,
        "author_name": "ana",
        "mine": False,
        "drill": False,
        "reported_at": NOW - 65,
        "observed_at": None,
        "received_at": NOW - 60,
        "time_uncertain": False,
        "expires_at": NOW + 3600,
        "verdicts": [],
        "retracted_at": None,
        "readers": [],
        "delivery": DELIVERY_IN,
        "newer": False,
    }
    return row | changes


def verdict(name: str, result: str, **changes: Any) -> dict[str, Any]:
    row = {
        "id": f"9.0.{len(name)}",
        "member": 9,
        "name": name,
        "result": VERDICTS.code(result),
        "at": NOW - 30,
        "note": "",
        "count": None,
    }
    return row | changes


def patrol(number: int = 3, name: str = "leo", **changes: Any) -> dict[str, Any]:
    row = {
        "id": str(number),
        "member": number,
        "name": name,
        "roles": ["patrol"],
        "mine": False,
        "place": place(-700, 400),
        "place_at": NOW - 130,
        "heading": 90,
        "motion": 1,
        "battery": 81,
        "state": CHECKIN_STATES.code("ok"),
        "checked_in_at": NOW - 600,
        "due_at": NOW + 700,
        "last_seen": NOW - 100,
    }
    return row | changes


def message(number: int = 1, **changes: Any) -> dict[str, Any]:
    row = {
        "id": f"3.0.{number}",
        "author": 3,
        "author_name": "leo",
        "mine": False,
        "scope": 0,
        "recipient": None,
        "recipient_name": None,
        "text": "Water and batteries are at the north table.",
        "urgent": False,
        "drill": False,
        "sent_at": NOW - 400,
        "received_at": NOW - 395,
        "expires_at": NOW + 3600,
        "readers": [],
        "delivery": DELIVERY_IN,
    }
    return row | changes


def sos(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Another member's call for help; with `mine=True` one's own."""
    row = {
        "id": f"4.0.{number}",
        "kind": SOS_KINDS.code("medical"),
        "state": "raised",
        "scope": 1,
        "place": place(600, -800, 1),
        "author": 4,
        "author_name": "kit",
        "author_out": False,
        "mine": False,
        "drill": False,
        "raised_at": NOW - 35,
        "received_at": NOW - 33,
        "time_uncertain": False,
        "expires_at": NOW + 3600,
        "answers": [],
        "calls": None,
        "ending": None,
        "ended_by_name": None,
        "ended_at": None,
        "delivery": DELIVERY_IN,
        "newer": False,
        "changes_at": None,
    }
    return row | changes


def answer(name: str, state: str = "acknowledged", **changes: Any) -> dict[str, Any]:
    """What one person does about an SOS."""
    row = {
        "member": 2,
        "name": name,
        "out": False,
        "id": "2.0.9",
        "state": RESPONSES.code(state),
        "at": NOW - 5,
        "eta_at": None,
        "delivery": DELIVERY_IN,
    }
    return row | changes


def mesh(**changes: Any) -> dict[str, Any]:
    used = {
        "sos": (0.0, 144.0), "confirmed": (12.4, 216.0), "alert": (171.0, 180.0),
        "check_in": (8.2, 108.0), "repair": (40.0, 108.0), "notice": (0.0, 72.0),
        "position": (54.0, 54.0), "digest": (3.1, 18.0), "long": (0.0, 36.0),
    }  # fmt: skip
    row: dict[str, Any] = {
        "id": "mesh",
        "airtime": [
            {"name": name, "used_s": used_s, "allowed_s": allowed_s, "held_back": ""}
            for name, (used_s, allowed_s) in used.items()
        ],
        "ceiling_s": 432.0,
        "utilisation": 14.0,
        "gaps": [
            {"member": 6, "name": "birch", "missing": 3, "newest": 17},
            {"member": 2, "name": "ana", "missing": 1, "newest": 4},
        ],
        "missing": 4,
        "waiting": [
            {"id": "1.0.31", "airtime_class": "alert", "position": 1, "reason": ""},
            {
                "id": "1.0.40",
                "airtime_class": "notice",
                "position": 2,
                "reason": "the channel is busy (31 %)",
            },
        ],
        "waiting_count": 2,
    }
    row["airtime"][6]["held_back"] = "airtime of positions is used up"
    for at in (5, 7):
        row["airtime"][at]["held_back"] = "the channel is busy (31 %)"
    return row | changes


def neighbour(number: int, name: str, **changes: Any) -> dict[str, Any]:
    row = {
        "id": str(number),
        "member": number,
        "name": name,
        "heard_at": NOW - 130,
        "snr": -7.5,
        "in_step": True,
    }
    return row | changes


def member(
    number: int, name: str, *, mine: bool = False, roles: tuple[str, ...] = ("patrol",)
) -> dict[str, Any]:
    return {
        "id": str(number),
        "number": number,
        "name": name,
        "roles": list(roles),
        "fingerprint": "amber-ocean",
        "mine": mine,
    }


def busy_evening() -> dict[str, list[dict[str, Any]]]:
    """A full dashboard: every state, own items, an overdue patrol, messages both ways."""
    alerts = [
        alert(
            1,
            kind=KINDS.code("enforcement"),
            severity=3,
            count=3,
            count_label="3",
            place=place(850, 900),
            reported_at=NOW - 62,
        ),
        alert(
            2,
            kind=KINDS.code("checkpoint"),
            severity=2,
            state="verified",
            place=place(-2300, 800, 200),
            reported_at=NOW - 560,
            verdicts=[verdict("kit", "confirmed"), verdict("samuel", "confirmed", member=8)],
        ),
        alert(
            3,
            id="1.0.31",
            kind=KINDS.code("medical"),
            mine=True,
            author_name="BASE-1",
            place=place(200, -1400),
            reported_at=NOW - 840,
            readers=[{"member": 4, "name": "kit", "at": NOW - 500}],
            delivery={"state": "unheard", "retry_at": NOW + 12, "attempts": 2},
        ),
        alert(
            4,
            kind=KINDS.code("road-blocked"),
            severity=1,
            state="disputed",
            place=place(1500, -600, 1000),
            author_name="rio",
            reported_at=NOW - 1900,
            verdicts=[verdict("kit", "confirmed"), verdict("samuel", "nothing-there", member=8)],
        ),
        alert(
            5,
            kind=KINDS.code("power-out"),
            severity=0,
            state="expired",
            place=None,
            reported_at=NOW - 9000,
            expires_at=NOW - 600,
        ),
    ]
    patrols = [
        patrol(3, "leo"),
        patrol(
            4,
            "kit",
            place=place(300, -200),
            due_at=NOW - 70,
            place_at=NOW - 1000,
            battery=18,
            heading=None,
        ),
        patrol(5, "rio", place=None, place_at=None, due_at=None, state=0, battery=None, motion=0),
        patrol(1, "BASE-1", mine=True, place=place(0, 120), heading=None, motion=0, battery=None),
    ]
    messages = [
        message(1),
        message(
            2,
            urgent=True,
            author_name="kit",
            text="Bridge on 5th is closed, go round by the north side of the park please",
            sent_at=NOW - 90,
        ),
        message(
            3,
            id="1.0.40",
            mine=True,
            recipient=4,
            recipient_name="kit",
            text="Call base when you can.",
            sent_at=NOW - 30,
            delivery={"state": "queued", "position": 3, "reason": "no radio"},
        ),
    ]
    members = [member(1, "BASE-1", mine=True), member(3, "leo"), member(4, "kit")]
    return {
        "status": [status(outbox=2)],
        "radio": [radio()],
        "alerts": alerts,
        "patrols": patrols,
        "messages": messages,
        "members": members,
        "mesh": [mesh()],
        "neighbours": [
            neighbour(4, "kit"),
            neighbour(2, "ana", heard_at=NOW - 700, snr=-16.2, in_step=False),
            neighbour(5, "rio", heard_at=NOW - 3000, snr=None, in_step=None),
        ],
    }


def held(*holders: int, **counts: list[int]) -> dict[str, Any]:
    """Delivery words of an item that others hold; counts as in `HeldBy`."""
    return {"state": "held", "attempts": 1, "held": counts, "holders": sorted(holders)}


def held_evening() -> dict[str, list[dict[str, Any]]]:
    """Three own items that others hold, in a network of a base, verifiers and patrols."""
    members = [
        member(1, "BASE-1", mine=True, roles=("organizer", "verifier")),
        member(2, "ana", roles=("verifier", "reporter")),
        member(3, "leo"),
        member(4, "kit", roles=("verifier",)),
        member(5, "rio", roles=("dispatch",)),
        member(6, "birch", roles=("dispatch", "verifier")),
    ]
    most = held(2, 3, 4, 5, verifiers=[2, 3], bases=[1, 2], all=[4, 5])
    own = {"mine": True, "author": 1, "author_name": "BASE-1"}
    alerts = [
        alert(1, id="1.0.31", kind=KINDS.code("medical"), delivery=most, **own),
        alert(2, id="1.0.32", severity=1, delivery=held(3, verifiers=[0, 3], bases=[0, 2],
                                                        all=[1, 5]), **own),
    ]  # fmt: skip
    notice = message(3, id="1.0.40", mine=True, delivery=held(2, all=[1, 1]), sent_at=NOW - 30)
    return busy_evening() | {"alerts": alerts, "messages": [notice], "members": members}


LONG_LINES = [
    "Two vans by the north gate, engines running, since half past ten.",
    "",
    "People were asked for papers at the corner of 5th and Oak; three were let go after ten "
    "minutes. Nobody was taken while we watched. The side door of the school is open and "
    "somebody who can interpret stands there.",
    "- the bridge is closed to cars, not to people",
    "- the clinic has water and stays open until eight",
]


def long_message(number: int, have: int, **changes: Any) -> dict[str, Any]:
    """A long report of 11 parts, `have` of them here."""
    lines = LONG_LINES if have == 11 else []
    long = {"size": 1_480, "have": have, "of": 11, "lines": lines, "about": None, "language": "en"}
    row = message(number, text="", **changes)
    return row | {"long": long | {"about": changes.get("about")}}


def long_evening() -> dict[str, list[dict[str, Any]]]:
    """Two long reports about one alert, one of them still on its way, and an own one."""
    evening = busy_evening()
    about = evening["alerts"][0]["id"]
    messages = [
        long_message(11, 7, about=about, author_name="birch", sent_at=NOW - 40),
        long_message(12, 11, about=about, author_name="kit", sent_at=NOW - 300),
        long_message(13, 11, id="1.0.41", mine=True, author_name="BASE-1", sent_at=NOW - 900,
                     delivery=held(2, all=[1, 6])),
    ]  # fmt: skip
    return evening | {"messages": messages}
