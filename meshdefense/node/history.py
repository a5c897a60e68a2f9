"""What happened, newest first, and the log of exports: methods of the API.

The timeline is the node's log of items, a window at a time; each item is a row of its own, so
that an answer which a newer one replaced in the rows of `changes` still stands here. Items are
kept for a day, positions two hours, decisions of organizers always. Source: docs/api.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from meshdefense.api.history_schema import (
    EVENT_KINDS,
    EventKind,
    ExportRow,
    TimelinePage,
    TimelineRow,
)
from meshdefense.api.parts_schema import DeliveryWords
from meshdefense.clock import now
from meshdefense.node.decision_words import Contents, describe
from meshdefense.node.delivery_state import delivery_words
from meshdefense.node.node import Node
from meshdefense.node.params import BadRequestError, Params
from meshdefense.node.replay import as_of
from meshdefense.node.roster_view import contents_of
from meshdefense.node.row_parts import RowParts
from meshdefense.node.saving import key_of, outbox_entry
from meshdefense.node.sight import Sight, refs_of, said_at
from meshdefense.radio.base import LinkState
from meshdefense.safe_text import clean
from meshdefense.storage.records import Batch, ExportRecord
from meshdefense.storage.timeline import LoggedItem, Wanted
from meshdefense_protocol.engine import Membership
from meshdefense_protocol.errors import Rejection, ValueRangeError
from meshdefense_protocol.items import Item, decode_item
from meshdefense_protocol.limits import FIRST_POSITION_KIND, FIRST_ROSTER_KIND
from meshdefense_protocol.packets import (
    BODIES,
    Acknowledge,
    Beacon,
    Body,
    Broadcast,
    CheckIn,
    Close,
    Dispatch,
    Escalate,
    Manifest,
    Notice,
    Report,
    Response,
    Retract,
    RollAnswer,
    RollCall,
    Sos,
    SosEnd,
    StandDown,
    Verdict,
)
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.packets.response import ETA_UNIT_S
from meshdefense_protocol.sealing import KeyClass

__all__ = ["LOOKING_BACK", "WINDOW_MAX", "timeline_row"]

WINDOW_MAX: Final = 500
"""Rows of one answer: about 300 kB."""
_WINDOW: Final = 100
_KIND_END: Final = 64
_SEEN: Final = ("kind", "severity", "activity", "unit", "scope")
_EVENTS: Final[dict[type[Body], tuple[EventKind, tuple[str, ...]]]] = {
    Report: ("report", _SEEN),
    Verdict: ("verdict", ("result",)),
    Retract: ("retract", ("reason",)),
    CheckIn: ("check-in", ("state",)),
    Notice: ("notice", ("scope",)),
    Manifest: ("long-report", ("scope",)),
    Acknowledge: ("acknowledge", ("meaning",)),
    Dispatch: ("dispatch", ()),
    Response: ("respond", ("state",)),
    Broadcast: ("broadcast", _SEEN),
    Escalate: ("escalate", ("level", "reason")),
    Close: ("close", ("reason",)),
    Sos: ("sos", ("kind", "scope")),
    SosEnd: ("sos-end", ("how",)),
    RollCall: ("roll-call", ()),
    RollAnswer: ("roll-answer", ("state",)),
    StandDown: ("stand-down", ("reason",)),
    Beacon: ("position", ("motion", "state")),
}
"""Name of each kind of item, and those of its fields that are codes of a list."""
_CODES: Final = {name: body.KIND for body, (name, _) in _EVENTS.items() if hasattr(body, "KIND")}
_FORMATS: Final = ("csv", "geojson", "gpx", "cap", "cot", "memo", "times")


async def _timeline(node: Node, values: dict[str, Any]) -> TimelinePage:
    params = Params("timeline", values)
    before = params.whole("before", 1, 2**62)
    limit = params.whole("limit", 1, WINDOW_MAX) or _WINDOW
    since, until = _moment(params, "since"), _moment(params, "until")
    kinds = params.take("kinds", list, [])
    about = None if params.take("about", str) is None else params.item("about")
    params.finish()
    for name in kinds:
        if name not in EVENT_KINDS:
            raise ValueRangeError(f"{name!a} is no kind of event: {', '.join(EVENT_KINDS)}")
    wanted = Wanted(
        before=before,
        limit=limit + 1,  # one more tells whether there is more
        since=since,
        until=until,
        kinds=_codes(kinds),
        decisions=not kinds or "decision" in kinds,
        positions="position" in kinds,
        about=None if about is None else (str(about), key_of(about)),
    )
    found = await node.in_thread(node.store.timeline, wanted)
    kept_since = await node.in_thread(node.store.kept_since)
    shown, more = found[:limit], len(found) > limit
    contents = await contents_of(node) if wanted.decisions else {}
    link = node.radio.status.state
    rows = await node.in_thread(_rows, node.membership, shown, contents, link)
    return {
        "rows": rows,
        "before": shown[-1].item.rowid if more else None,
        "kept_since": kept_since,
    }


def _moment(params: Params, name: str) -> float | None:
    return params.number(name, 0, 2**40)


def _codes(kinds: Sequence[str]) -> tuple[int, ...]:
    """Kinds on the wire; -1, which is none, where only decisions are wanted."""
    codes = [_CODES[name] for name in kinds if name in _CODES]
    if "newer" in kinds:
        positions = range(FIRST_POSITION_KIND, _KIND_END)
        codes += [k for k in (*range(FIRST_ROSTER_KIND), *positions) if k not in BODIES]
    return tuple(codes) if codes or not kinds else (-1,)


def _rows(
    me: Membership, found: Sequence[LoggedItem], contents: Contents, link: LinkState
) -> list[TimelineRow]:
    parts = RowParts(me, {}, {}, 0.0)
    rows = []
    for logged in found:
        item = decode_item(logged.item.raw, grid_unit_m=me.charter.unit_m)
        if isinstance(item, Rejection):
            continue  # an older version took it; it has no row elsewhere either
        sight = Sight(item, logged.item.received_at, logged.item.own)
        rows.append(timeline_row(logged, sight, parts, contents, link))
    return rows


def timeline_row(
    logged: LoggedItem, sight: Sight, parts: RowParts, contents: Contents, link: LinkState
) -> TimelineRow:
    """The row of one item of the log."""
    item, body = sight.item, sight.item.body
    kind, _ = _EVENTS.get(type(body), ("newer", ()))
    if item.id.stream is Stream.ROSTER:
        kind = "decision"
    refs = refs_of(item)
    member = _other(body)
    return {
        "id": str(item.id),
        "cursor": logged.item.rowid,
        "kind": kind,
        "at": said_at(sight, parts.date),
        "received_at": sight.received_at,
        "time_uncertain": kind != "decision" and parts.time_uncertain(sight),
        "author": item.id.author,
        "author_name": parts.name(item.id.author),
        "author_out": parts.roster.is_out(item.id.author),
        "mine": item.id.author == parts.me.number,
        "drill": item.drill,
        "about": str(refs[0]) if refs else None,
        "also": [str(ref) for ref in refs[1:]],
        "words": _words(body),
        "member": member,
        "member_name": None if member is None else parts.name(member),
        "count": _count(body),
        "minutes": _minutes(body),
        "text": describe(body, parts.roster, contents) if kind == "decision" else _text(body),
        "place": _place(item, parts),
        "delivery": _delivery(logged, item, parts, link),
        "hops": logged.item.hops,
    }


def _words(body: Body) -> dict[str, int | list[int]]:
    _, names = _EVENTS.get(type(body), ("newer", ()))
    content = body.report if isinstance(body, Broadcast) else body
    words: dict[str, int | list[int]] = {name: getattr(content, name) for name in names}
    if isinstance(content, Report):
        words["equipment"] = sorted(content.equipment)
    return words


def _other(body: Body) -> int | None:
    if isinstance(body, Dispatch):
        return body.member
    return body.recipient if isinstance(body, Notice) else None


def _count(body: Body) -> int | None:
    if isinstance(body, Broadcast):
        body = body.report
    if isinstance(body, Report):
        return body.exact_count
    return body.count if isinstance(body, Verdict) else None


def _minutes(body: Body) -> int | None:
    if isinstance(body, Dispatch):
        return body.minutes
    if isinstance(body, Response) and body.eta:
        return body.eta * ETA_UNIT_S // 60
    return None


def _text(body: Body) -> str:
    if isinstance(body, (Report, Verdict, Dispatch)):
        return clean(body.note)
    return clean(body.text) if isinstance(body, Notice) else ""


def _place(item: Item, parts: RowParts) -> Any:
    return parts.place(getattr(item.body, "place", None))


def _delivery(logged: LoggedItem, item: Item, parts: RowParts, link: LinkState) -> DeliveryWords:
    """As in the rows of `changes`, but without a place in the queue, which the log lacks."""
    if logged.outbox is None:
        return {"state": "received"}
    words = delivery_words(outbox_entry(logged.outbox), 0, link)
    words.pop("position", None)
    if logged.held is not None:
        words["holders"] = sorted(logged.held.holders)
    item_id: ItemId = item.id
    scope = getattr(item.body, "scope", 0)
    known = KeyClass(scope) if scope in tuple(KeyClass) else KeyClass.EVERYONE
    told = RowParts(parts.me, {item_id: words}, {}, 0.0)
    return told.delivery(item_id, known)


# -- exports -----------------------------------------------------------------------------------


async def _exported(node: Node, values: dict[str, Any]) -> dict[str, Any]:
    """Note an export before its file is written."""
    params = Params("exported", values)
    name = params.required("format", str)
    since, until = _moment(params, "since"), _moment(params, "until")
    redacted, digest = params.required("redacted", bool), params.required("sha256", str)
    rows, size = params.whole("rows", 0, 2**40), params.whole("bytes", 0, 2**40)
    params.finish()
    if name not in _FORMATS:
        raise ValueRangeError(f"{name!a} is no format: {', '.join(_FORMATS)}")
    if rows is None or size is None:
        raise BadRequestError("exported needs rows and bytes")
    record = ExportRecord(
        at=now(),
        member=node.membership.number,
        format=name,
        since=since,
        until=until,
        redacted=redacted,
        size=size,
        count=rows,
        sha256=_digest(digest),
    )
    await node.in_thread(node.store.commit, Batch(exports=[record]))
    return {}


def _digest(text: str) -> bytes:
    try:
        digest = bytes.fromhex(text)
    except ValueError:
        digest = b""
    if len(digest) != 32:
        raise ValueRangeError("sha256 has 64 hex digits")
    return digest


async def _exports(node: Node, values: dict[str, Any]) -> dict[str, list[ExportRow]]:
    """The last exports, newest first."""
    params = Params("exports", values)
    limit = params.whole("limit", 1, WINDOW_MAX) or _WINDOW
    params.finish()
    parts = RowParts(node.membership, {}, {}, 0.0)
    found = await node.in_thread(node.store.exports, limit)
    return {"exports": [_export_row(record, parts) for record in found]}


def _export_row(record: ExportRecord, parts: RowParts) -> ExportRow:
    return {
        "id": record.rowid,
        "at": record.at,
        "member": record.member,
        "name": parts.name(record.member),
        "format": record.format,
        "since": record.since,
        "until": record.until,
        "redacted": record.redacted,
        "rows": record.count,
        "bytes": record.size,
        "sha256": record.sha256.hex(),
    }


LOOKING_BACK: Final[dict[str, Callable[[Node, dict[str, Any]], Awaitable[Any]]]] = {
    "timeline": _timeline,
    "as_of": as_of,
    "exported": _exported,
    "exports": _exports,
}
"""Methods of the API; none of them is a sign of a person at the screen, as screens repeat them."""
