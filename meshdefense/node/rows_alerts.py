"""The row of an alert: what was reported, where it stands, and who does what about it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from meshdefense.api.response_schema import AlertProgress, DispatchRow
from meshdefense.node.row_parts import RowParts, Times
from meshdefense.node.sight import Sight, refs_of, said_at
from meshdefense.safe_text import clean
from meshdefense_protocol.dispatching import assignments
from meshdefense_protocol.escalation import escalation, is_serious
from meshdefense_protocol.items import Item
from meshdefense_protocol.ladder import OPEN_STATES, Standing, stand
from meshdefense_protocol.limits import LIFETIME_MAX_S
from meshdefense_protocol.packets import Broadcast, Close, Dispatch, Report, Verdict
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.packets.report import OBSERVED_AGO_S, size_label
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.words import ACTIVITIES, KINDS, UNITS

__all__ = ["alert_row"]

PURGED_S: Final = 300.0
"""So long after a broadcast may be purged, its row is looked at again."""
_UNANSWERED: Final = ("unconfirmed", "corroborated")
"""States in which time escalates a report; in the others somebody has looked."""


def alert_row(
    ref: ItemId, report: Sight | None, others: list[Sight], parts: RowParts
) -> dict[str, Any] | None:
    """The row of the report `ref`; None when neither it nor a broadcast of it is here.

    `others` are the items that speak of it, of a report that adds to it, or of a dispatch to
    it. Where the report is not here, the last broadcast that counts tells what it is.
    """
    sights = others if report is None else [report, *others]
    items, times = [sight.item for sight in sights], Times(sights, parts.date)
    told = [sight for sight in others if _broadcasts(sight.item, ref, parts)]
    if report is None and not told:
        return None
    sources = told if report is None else [report, *told]
    expires_at = max(s.item.expires_at(parts.date, s.received_at) for s in sources)
    standing = stand(ref, items, roster=parts.roster, now=parts.now, expires_at=expires_at)
    last = standing.broadcasts[-1].id if standing.broadcasts else None
    shown = report or next(sight for sight in told if sight.item.id == last)
    body = shown.item.body
    content = body.report if isinstance(body, Broadcast) else body
    assert isinstance(content, Report)  # the caller chose it so
    retraction = standing.retraction
    row = _content(ref, shown, content, parts)
    row |= {
        "state": standing.state,
        "expires_at": expires_at,
        "verdicts": _verdicts(standing, parts),
        "retracted_at": None if retraction is None else retraction.claimed_at(parts.date),
        "readers": parts.readers(ref, items),
        "delivery": parts.delivery(ref, KeyClass(content.scope), _holders(ref, items, standing)),
    }
    row |= _progress(ref, report, items, times, standing, content, expires_at, parts)
    if report is None and parts.now >= expires_at:
        kept = max(sight.received_at + LIFETIME_MAX_S for sight in told)
        row["changes_at"] = max(kept, expires_at, parts.now) + PURGED_S
    return row


def _broadcasts(item: Item, ref: ItemId, parts: RowParts) -> bool:
    """Whether an item is a broadcast of `ref` that counts."""
    body = item.body
    return (
        isinstance(body, Broadcast)
        and body.ref == ref
        and item.id.author != ref.author
        and parts.roster.counts(item)
    )


def _holders(ref: ItemId, items: list[Item], standing: Standing) -> Iterator[int]:
    """Who spoke of the report, and not only of a broadcast of it, so that they must hold it."""
    broadcasters = {item.id.author for item in standing.broadcasts}
    first = min((item.units for item in standing.broadcasts), default=None)
    for item in items:
        if ref in refs_of(item):
            if first is None or item.units < first or item.id.author in broadcasters:
                yield item.id.author


def _content(ref: ItemId, shown: Sight, body: Report, parts: RowParts) -> dict[str, Any]:
    """What was seen. `shown` is the report, or a broadcast of it."""
    claimed = shown.item.claimed_at(parts.date)
    ago = OBSERVED_AGO_S[body.observed] if body.observed < len(OBSERVED_AGO_S) else None
    known = body.kind in KINDS and body.activity in ACTIVITIES and body.unit in UNITS
    extra = shown.item.body.extra if isinstance(shown.item.body, (Report, Broadcast)) else {}
    return {
        **parts.head(shown),
        "id": str(ref),
        "author": ref.author,
        "author_name": parts.name(ref.author),
        "author_out": parts.roster.is_out(ref.author),
        "mine": ref.author == parts.me.number,
        "kind": body.kind,
        "severity": body.severity,
        "scope": body.scope,
        "count": body.exact_count,
        "count_label": str(body.count) if body.count is not None else size_label(body.size),
        "activity": body.activity,
        "unit": body.unit,
        "equipment": sorted(body.equipment),
        "place": parts.place(body.place),
        "note": clean(body.note),
        "reported_at": claimed,
        "observed_at": None if ago is None else claimed - ago,
        "time_uncertain": parts.time_uncertain(shown),
        "newer": bool(extra) or not known,
    }


def _verdicts(standing: Standing, parts: RowParts) -> list[dict[str, Any]]:
    return [
        {
            **parts.person(item.id.author),
            "id": str(item.id),
            "result": item.body.result,
            "at": item.claimed_at(parts.date),
            "note": clean(item.body.note),
            "count": item.body.count,
            "delivery": parts.delivery(item.id),
        }
        for item in standing.verdicts
        if isinstance(item.body, Verdict)
    ]


def _progress(
    ref: ItemId,
    report: Sight | None,
    items: list[Item],
    times: Times,
    standing: Standing,
    content: Report,
    expires_at: float,
    parts: RowParts,
) -> AlertProgress:
    """The work on it, and when time will next change what the row says."""
    open_ = standing.state in OPEN_STATES
    serious = is_serious(content.severity) and standing.state in _UNANSWERED
    waits = report is not None and standing.counts and serious
    raised = escalation(
        ref,
        items if open_ else (),
        roster=parts.roster,
        now=parts.now,
        reported_at=said_at(report, parts.date) if report is not None and waits else None,
        said_at=times,
    )
    dispatches = _dispatches(ref, items, times, parts)
    due = [row["due_at"] for row in dispatches if row["state"] in ("open", "accepted")]
    changes = [expires_at, raised.next_at, *due]
    reopened = standing.reopened
    return {
        "confirmed": standing.confirmed,
        "needed": standing.needed,
        "closes": [
            {
                **parts.person(item.id.author),
                "id": str(item.id),
                "reason": item.body.reason,
                "at": times(item),
                "delivery": parts.delivery(item.id),
            }
            for item in standing.closes
            if isinstance(item.body, Close)
        ],
        "closes_needed": standing.closes_needed,
        "reopened_at": None if reopened is None else times(reopened),
        "reporters": [parts.person(number) for number in standing.reporters],
        "about": None if content.about is None else str(content.about),
        "additions": [str(item.id) for item in standing.additions],
        "dispatches": dispatches,
        "responses": parts.responses(ref, items, times),
        "broadcasts": [
            {
                **parts.person(item.id.author),
                "id": str(item.id),
                "at": times(item),
                "delivery": parts.delivery(item.id),
            }
            for item in standing.broadcasts
        ],
        "escalation": parts.escalation(raised),
        "here": report is not None,
        "counts": standing.counts or report is None,
        "author_out": parts.roster.is_out(ref.author),
        "changes_at": min(
            (at for at in changes if at is not None and at > parts.now), default=None
        ),
    }


def _dispatches(ref: ItemId, items: list[Item], times: Times, parts: RowParts) -> list[DispatchRow]:
    found = assignments(ref, items, roster=parts.roster, now=parts.now, said_at=times)
    return [
        {
            **parts.person(one.member),
            "id": str(one.order.id),
            "state": one.state,
            "by": one.order.id.author,
            "by_name": parts.name(one.order.id.author),
            "look": clean(one.order.body.note),
            "asked_at": one.asked_at,
            "due_at": one.due_at,
            "accepted_at": one.accepted_at,
            "mine": one.member == parts.me.number,
            "delivery": parts.delivery(one.order.id),
        }
        for one in found
        if isinstance(one.order.body, Dispatch)
    ]
