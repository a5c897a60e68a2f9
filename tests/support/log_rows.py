"""Rows of the timeline, and a daemon that answers with them, for the tests of the log's screens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from meshdefense_protocol.words import KINDS, SEVERITIES, VERDICTS
from support.fake_daemon import FakeDaemon
from support.screen_rows import NOW, member, place

__all__ = ["DOCUMENTS", "Answers", "answers", "evening_log", "event", "progress"]

Answers = dict[str, Callable[[dict[str, Any]], dict[str, Any]]]


def event(cursor: int, kind: str = "report", **changes: Any) -> dict[str, Any]:
    """One row of the timeline; the higher the cursor, the newer."""
    words: dict[str, Any] = {}
    if kind in ("report", "broadcast"):
        words = {"kind": KINDS.code("fire"), "severity": SEVERITIES.code("high"), "activity": 0,
                 "unit": 0, "scope": 0, "equipment": []}  # fmt: skip
    row = {
        "id": f"2.0.{cursor}", "cursor": cursor, "kind": kind, "at": NOW - 60,
        "received_at": NOW - 58, "time_uncertain": False, "author": 2, "author_name": "ana",
        "author_out": False, "mine": False, "drill": False, "about": None, "also": [],
        "words": words, "member": None, "member_name": None, "count": None, "minutes": None,
        "text": "", "place": None, "delivery": {"state": "received"}, "hops": 1,
    }  # fmt: skip
    return row | changes


def evening_log() -> list[dict[str, Any]]:
    """About the alerts of `busy_evening`, newest first."""

    def at(ago: float) -> dict[str, Any]:
        return {"at": NOW - ago, "received_at": NOW - ago + 2}

    return [
        event(19, "check-in", id="3.0.8", author=3, author_name="leo", words={"state": 1},
              place=place(300, -200), **at(40)),
        event(18, "verdict", id="4.0.2", author=4, author_name="kit", about="2.0.1",
              words={"result": VERDICTS.code("confirmed")}, count=2, text="two, not three",
              **at(300)),
        event(17, "dispatch", id="1.0.9", author=1, author_name="BASE-1", mine=True,
              about="2.0.1", member=4, member_name="kit", minutes=10, **at(900)),
        event(16, "report", id="2.0.1", count=3, place=place(900, 900), text="by the gate",
              **at(1300)),
        event(15, "notice", id="2.0.4", words={"scope": 0}, text="hola a todas", drill=True,
              **at(4000)),
        event(14, "position", id="3.1.2", author=3, author_name="leo",
              words={"motion": 1, "state": 1}, place=place(-400, 100), **at(7000)),
        event(13, "sos", id="6.0.1", author=6, author_name="rio", author_out=True,
              words={"kind": 1, "scope": 1}, time_uncertain=True, at=NOW - 9000,
              received_at=NOW - 7200),
        event(2, "decision", id="1.32.1", author=1, author_name="BASE-1", text="rekey",
              **at(80_000)),
        event(1, "newer", id="5.0.1", author=5, author_name="old-node", **at(81_000)),
    ]  # fmt: skip


def progress(**changes: Any) -> dict[str, Any]:
    """What a row of an alert has beside `screen_rows.alert`, as exports read it."""
    found = {
        "needed": 1, "confirmed": 0, "broadcasts": [], "closes": [], "reopened_at": None,
        "author_out": False,
    }  # fmt: skip
    return found | changes


DOCUMENTS: list[dict[str, Any]] = [
    {"id": "know-your-rights", "language": "en", "title": "Know your rights", "version": 3,
     "date": "2026-05-01", "format": "markdown", "author": 1, "author_name": "BASE-1",
     "size": 900, "warning": ""},
    {"id": "know-your-rights", "language": "es", "title": "Conozca sus derechos", "version": 0,
     "date": None, "format": "markdown", "author": None, "author_name": None, "size": 800,
     "warning": "placeholder"},
    {"id": "radio-care", "language": "en", "title": "Care of a radio", "version": 1,
     "date": "2026-04-01", "format": "text", "author": 9, "author_name": "#9", "size": 300,
     "warning": "revoked"},
]  # fmt: skip


def page_of(rows: list[dict[str, Any]], params: dict[str, Any]) -> dict[str, Any]:
    """What the daemon answers to `timeline`."""
    found = [
        row
        for row in rows
        if row["cursor"] < params.get("before", 2**62)
        and (not params.get("kinds") or row["kind"] in params["kinds"])
        and (row["kind"] != "position" or "position" in params.get("kinds", ()))
        and row["received_at"] >= params.get("since", 0)
    ]
    shown = found[: params.get("limit", 100)]
    more = len(found) > len(shown)
    kept = min((row["received_at"] for row in rows if row["kind"] != "decision"), default=None)
    return {"rows": shown, "before": shown[-1]["cursor"] if more else None, "kept_since": kept}


def answers(daemon: FakeDaemon, rows: list[dict[str, Any]] | None = None, **more: Any) -> None:
    """Have the daemon answer `timeline`, `as_of`, the library and `exported` as well."""
    log = evening_log() if rows is None else rows
    texts = [f"line {n} of the text" for n in range(60)]
    known: Answers = {
        "timeline": lambda params: page_of(log, params),
        "exported": lambda params: {},
        "library_list": lambda params: {"documents": DOCUMENTS},
        "library_show": lambda params: {
            **next(row for row in DOCUMENTS if row["id"] == params["id"]),
            "lines": ["# Title", "", *texts],
        },
        "as_of": lambda params: {
            "at": params["at"], "kept_since": NOW - 40_000,
            "tables": {"members": [member(4, "kit")]},
        },
        **more,
    }  # fmt: skip
    before = daemon._answer

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        method = request["method"]
        usual = daemon.locked or method in daemon.refusals or daemon.refusal is not None
        if method not in known or usual:
            return before(request)
        daemon.calls.append((method, request["params"]))
        return {"id": request["id"], "ok": True, "result": known[method](request["params"])}

    daemon._answer = answer  # type: ignore[method-assign]
