"""Rows of the daemon for tests of exports, with words in them that no redacted file may hold."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from meshdefense.exports.wish import Rows
from meshdefense_protocol.place import PRECISIONS_M, Grid
from meshdefense_protocol.words import LADDER, RESPONSES, VERDICTS

__all__ = ["CANARIES", "NOW", "ORIGIN", "STATUS", "alert", "alerts", "event", "members", "place",
           "rows", "verdict"]  # fmt: skip

NOW = 1_795_000_000.0
"""2026-11-18 11:06:40 UTC."""
ORIGIN = {"lat": 34.05, "lon": -118.25, "precision_m": 1}
GRID = Grid(ORIGIN["lat"], ORIGIN["lon"], 1)
NETWORK_ID = "feedc0de" + "ab" * 12
STATUS = {"network": "Canary Street", "network_id": NETWORK_ID, "origin": ORIGIN, "member": 1}
HANDLES = {2: "canary-ana", 3: "canary-leo", 4: "canary-sol"}
NOTE = "canary note"
ITEM = "2.0.777123"
CANARIES = (*HANDLES.values(), NOTE, ITEM, "777123", "34.0512", "118.2487", "Canary Street")
"""What a redacted file may not hold."""


def place(lat: float = 34.051234, lon: float = -118.248765, precision_m: int = 1) -> dict[str, Any]:
    """A place as the daemon says it."""
    code = next(code for code, size in PRECISIONS_M.items() if size == precision_m)
    lat, lon = GRID.degrees(GRID.place(lat, lon, code))
    return {"lat": lat, "lon": lon, "precision_m": precision_m}


def members() -> list[dict[str, Any]]:
    """ana a patrol, leo and sol verifiers; leo also dispatches."""
    roles = {2: ["patrol", "reporter"], 3: ["verifier", "dispatch"], 4: ["verifier"]}
    return [
        {"id": str(n), "number": n, "name": name, "roles": roles[n]} for n, name in HANDLES.items()
    ]


def verdict(member: int, after_s: float, result: str = "confirmed") -> dict[str, Any]:
    """A verdict so long after the report."""
    return {
        "id": f"{member}.0.1", "member": member, "name": HANDLES[member], "note": NOTE,
        "result": VERDICTS.code(result), "at": NOW + after_s, "count": None, "out": False,
    }  # fmt: skip


def alert(item: str = ITEM, **changes: Any) -> dict[str, Any]:
    """A report by ana at NOW, and nothing that came of it."""
    row: dict[str, Any] = {
        "id": item, "rev": 1, "kind": 7, "severity": 2, "state": "unconfirmed", "scope": 0,
        "count": 3, "count_label": "3", "activity": 11, "unit": 3, "equipment": [0, 3],
        "place": place(), "note": NOTE, "author": 2, "author_name": HANDLES[2], "mine": False,
        "author_out": False, "drill": False, "reported_at": NOW, "observed_at": NOW - 120,
        "received_at": NOW, "time_uncertain": False, "expires_at": NOW + 3600, "verdicts": [],
        "needed": 1, "confirmed": 0, "closes": [], "closes_needed": 2, "broadcasts": [],
        "retracted_at": None, "dispatches": [], "responses": [], "additions": [],
    }  # fmt: skip
    return row | changes


def event(kind: str, after_s: float, item: str = ITEM, **changes: Any) -> dict[str, Any]:
    """A row of the timeline about an alert; an answer says "on scene"."""
    words = {"respond": {"state": RESPONSES.code("on-scene")}}.get(kind, {})
    row: dict[str, Any] = {
        "kind": kind, "at": NOW + after_s, "about": item, "words": words, "minutes": 15,
        "time_uncertain": False, "author_name": HANDLES[4],
    }  # fmt: skip
    return row | changes


def rows(*some: dict[str, Any], events: tuple[dict[str, Any], ...] = ()) -> Rows:
    """What the daemon answers."""
    return Rows(some, members(), STATUS, events, NOW - 7200)


@st.composite
def alerts(draw: st.DrawFn) -> dict[str, Any]:
    """Any alert that a daemon could tell of, with hostile words in it."""
    words = st.text(max_size=40)
    code = draw(st.sampled_from(sorted(PRECISIONS_M)))
    where = draw(
        st.none()
        | st.builds(
            lambda lat, lon: GRID.place(lat, lon, code),
            st.floats(-90, 90), st.floats(-180, 180),
        )
    )  # fmt: skip
    at = None
    if where is not None:
        lat, lon = GRID.degrees(where)
        at = {"lat": lat, "lon": lon, "precision_m": PRECISIONS_M[code]}
    state = draw(st.sampled_from([word.key for word in LADDER]))
    confirming = draw(st.sampled_from([[], [verdict(3, 60)], [verdict(4, 90), verdict(3, 60)]]))
    closes = [{"member": 3, "at": NOW + 900.0}, {"member": 4, "at": NOW + 950.0}]
    return alert(
        draw(st.builds("{}.0.{}".format, st.integers(1, 65_535), st.integers(0, 9999))),
        kind=draw(st.integers(0, 31)),
        severity=draw(st.integers(0, 3)),
        state=state,
        scope=draw(st.integers(0, 3)),
        count_label=draw(st.sampled_from(["", "3", "20-29", "1000+"])),
        activity=draw(st.integers(0, 15)),
        unit=draw(st.integers(0, 7)),
        equipment=draw(st.lists(st.integers(0, 15), max_size=4, unique=True)),
        place=at,
        note=draw(words),
        author=draw(st.sampled_from([2, 3, 99])),
        author_name=draw(words),
        drill=draw(st.booleans()),
        reported_at=NOW + draw(st.integers(-100_000, 100_000)),
        observed_at=draw(st.none() | st.just(NOW)),
        time_uncertain=draw(st.booleans()),
        verdicts=confirming,
        needed=draw(st.integers(1, 2)),
        broadcasts=draw(st.sampled_from([[], [{"member": 3, "at": NOW + 100.0}]])),
        closes=closes if state == "closed" else [],
        retracted_at=NOW + 50 if state == "retracted" else None,
    )
