"""The words of the local socket, version 1: newline-delimited JSON, one object a line.

    client: {"id": 1, "method": "hello", "params": {"api": 1, "client": "tui"}}
    server: {"id": 1, "ok": true, "result": {...}}
    server: {"id": 2, "ok": false, "error": {"code": "bad_value", "message": "...", "hint": "..."}}
    server: {"event": "changed", "revision": 17, "tables": ["alerts"]}        after each commit
    server: {"event": "beat", "revision": 17}                                 every 2 seconds
    server: {"event": "locked"}, {"event": "unlocked"}                        see docs/api.md

Every row carries `rev`, the revision of its last change; a row that went away comes once
more as `{"id": ..., "rev": ..., "gone": true}`. A client keeps the highest revision that it
has seen and asks `changes` for what is newer, so a client that reconnects misses nothing.
`epoch` names one life of the store's counter: when it differs, throw everything away and
start from revision 0.

Times are seconds since the Unix epoch (floats), places are degrees (WGS 84), lengths metres.
The rows that tell of the mesh itself are in `meshdefense.api.mesh_schema`.
"""

from __future__ import annotations

from typing import Any, Final, Literal, NotRequired, TypedDict, get_args

from meshdefense.api.response_schema import AlertProgress
from meshdefense.api.stock_schema import StockStatus
from meshdefense.api.trust_schema import TrustStatus

__all__ = [
    "API_VERSION",
    "BEAT_S",
    "MAX_LINE",
    "SILENT_AFTER_S",
    "TABLES",
    "WHOLE_TABLES",
    "AlertRow",
    "ChangesResult",
    "DeliveryWords",
    "ErrorBody",
    "ErrorCode",
    "HeldBy",
    "HelloResult",
    "LockedCounts",
    "LongText",
    "MemberRow",
    "MessageRow",
    "NodeStatus",
    "PatrolRow",
    "PlaceRow",
    "RadioRow",
    "ReaderRow",
    "TableName",
    "VerdictRow",
]

API_VERSION: Final = 1
BEAT_S: Final = 2.0
SILENT_AFTER_S: Final = 5.0
"""A client that heard nothing for so long says so and dims what it shows."""
MAX_LINE: Final = 8 * 1024 * 1024
"""Longest line in bytes either side accepts; a snapshot of 10,000 alerts stays below it."""

TableName = Literal[
    "alerts",
    "sos",
    "orders",
    "rollcalls",
    "patrols",
    "messages",
    "members",
    "radio",
    "status",
    "mesh",
    "neighbours",
    "stock_lines",
    "stock_reports",
]
TABLES: Final[tuple[TableName, ...]] = get_args(TableName)
WHOLE_TABLES: Final = frozenset({"radio", "status", "mesh", "neighbours"})
"""Not stored: an answer of `changes` that names one of these holds all of its rows."""

ErrorCode = Literal[
    "bad_request",  # not JSON, no such method, a parameter is missing or unknown
    "bad_value",  # a parameter is out of range; the message names the range or the nearest value
    "forbidden",  # this member's roles do not allow it, the message says which would
    "not_found",  # no such alert, member, ...
    "unavailable",  # disk full, store locked: nothing was accepted; try again
    "locked",  # a person has to unlock first; `hint` says how
    "wrong_passphrase",  # `retry_after_s` says when the next one is looked at
    "wait",  # wrong ones came before: this one was not looked at, see `retry_after_s`
    "version",  # the client speaks another version of this API
    "internal",  # a fault of ours; it is in the log
]


class ErrorBody(TypedDict):
    """Why a request was refused."""

    code: ErrorCode
    message: str
    """What happened, in a sentence."""
    hint: NotRequired[str]
    """What to do next."""
    retry_after_s: NotRequired[float]
    """Seconds until the next passphrase is looked at; with "wrong_passphrase" and "wait"."""


class HelloResult(TypedDict):
    """First answer on a connection."""

    api: int
    version: str
    epoch: str
    revision: int
    pid: int
    locked: bool


class PlaceRow(TypedDict):
    """A place as it was signed: the centre of a cell, and how large the cell is."""

    lat: float
    lon: float
    precision_m: int


DeliveryState = Literal[
    "received",  # not ours: it came in
    "queued",  # stored here, waits for the radio; `position` 1 is the next to go
    "at_radio",  # the radio's own queue has it
    "on_air",  # transmitted at least once
    "heard",  # another radio was heard relaying it
    "held",  # at least one other member is known to hold it; `held` says how many
    "unheard",  # transmitted, no relay heard; tried again at `retry_at`
    "refused",  # the radio refused it; tried again at `retry_at`
    "expired",  # its lifetime ended before it was heard
    "cancelled",  # replaced or retracted before it was sent
    "local",  # no radio: stored here only
]


class HeldBy(TypedDict):
    """Who is known to hold an own item: members that do, and members that there are.

    Counted are the members whose roles let them read it, without its author. A role that
    nobody has is left out.
    """

    verifiers: NotRequired[list[int]]
    bases: NotRequired[list[int]]
    """Members with the role dispatch."""
    all: list[int]


class DeliveryWords(TypedDict):
    """What was proven about an own item on its way out. Nothing here is a guess."""

    state: DeliveryState
    position: NotRequired[int]
    """Place in our own queue, 1 is next; with "queued"."""
    retry_at: NotRequired[float]
    attempts: NotRequired[int]
    """How often it was handed to the radio."""
    reason: NotRequired[str]
    """Why it waits: "no radio", "radio queue full", ..."""
    held: NotRequired[HeldBy]
    """With "held"."""
    holders: NotRequired[list[int]]
    """Their member numbers, ascending; with "held"."""


class ReaderRow(TypedDict):
    """A person who acknowledged."""

    member: int
    name: str
    at: float


class VerdictRow(TypedDict):
    """One verdict on an alert."""

    id: str
    member: int
    name: str
    result: int
    """Code of `meshdefense_protocol.words.VERDICTS`."""
    at: float
    note: str
    count: int | None
    delivery: DeliveryWords
    out: bool
    """Whether its author was revoked since."""


class AlertRow(AlertProgress):
    """A report with what became of it."""

    id: str
    """"author.incarnation.sequence", as typed on the command line."""
    rev: int
    gone: NotRequired[bool]
    kind: int
    """Codes: see meshdefense_protocol.words (KINDS, SEVERITIES, ACTIVITIES, UNITS, EQUIPMENT)."""
    severity: int
    state: str
    """Ladder: unconfirmed, corroborated, verified, disputed, retracted, expired, closed."""
    scope: int
    count: int | None
    """How many were seen, as exactly as the report says."""
    count_label: str
    """The same in words, "3" or "20-29"; empty when unknown."""
    activity: int
    unit: int
    equipment: list[int]
    place: PlaceRow | None
    note: str
    author: int
    author_name: str
    mine: bool
    drill: bool
    reported_at: float
    """When the author says it was reported; only for ordering and age."""
    observed_at: float | None
    received_at: float
    time_uncertain: bool
    expires_at: float
    verdicts: list[VerdictRow]
    retracted_at: float | None
    readers: list[ReaderRow]
    delivery: DeliveryWords
    newer: bool
    """True when it holds codes that this version does not know."""


class PatrolRow(TypedDict):
    """The newest that is known of one member in the field."""

    id: str
    """Member number as text."""
    rev: int
    gone: NotRequired[bool]
    member: int
    name: str
    roles: list[str]
    mine: bool
    place: PlaceRow | None
    place_at: float | None
    heading: int | None
    """Degrees, in steps of 45."""
    motion: int
    """Code of words.MOTIONS."""
    battery: int | None
    """Per cent."""
    state: int
    """Code of words.CHECKIN_STATES."""
    checked_in_at: float | None
    due_at: float | None
    """When the next check-in is due; past it the patrol is overdue."""
    checkin: NotRequired[str]
    """Id of the newest check-in, for an acknowledgement; missing where there was none."""
    readers: NotRequired[list[ReaderRow]]
    """Who acknowledged that check-in: after `due_at`, that somebody sees that it is late."""
    last_seen: float


class LongText(TypedDict):
    """The text of a long report, which comes in parts."""

    size: int
    """Bytes of UTF-8 in all."""
    have: int
    """Parts that are here."""
    of: int
    """Parts that there are."""
    lines: list[str]
    """The whole text, cut at its line ends; empty while parts are missing."""
    about: str | None
    """Id of the alert that it belongs to."""
    language: str
    """"en" or "es"; empty when its author does not say."""


class MessageRow(TypedDict):
    """A notice, or a long report."""

    id: str
    rev: int
    gone: NotRequired[bool]
    author: int
    author_name: str
    mine: bool
    scope: int
    recipient: int | None
    recipient_name: str | None
    text: str
    """Of a notice; empty for a long report."""
    long: NotRequired[LongText]
    """With a long report only."""
    urgent: bool
    drill: bool
    sent_at: float
    received_at: float
    expires_at: float
    readers: list[ReaderRow]
    delivery: DeliveryWords


class MemberRow(TypedDict):
    """One entry of the roster."""

    id: str
    rev: int
    gone: NotRequired[bool]
    number: int
    name: str
    roles: list[str]
    fingerprint: str
    mine: bool


class RadioRow(TypedDict):
    """The radio of this node; exactly one row, id "radio"."""

    id: str
    rev: int
    state: str
    """Value of meshdefense.radio.base.LinkState."""
    detail: str
    since: float
    address: str
    """As given to --radio."""
    node_number: int | None
    name: str | None
    firmware: str | None
    hardware: str | None
    preset: str | None
    region: str | None
    channel_utilisation: float | None
    air_time: float | None
    battery: int | None
    queue_free: int | None
    queue_size: int | None
    nodes_heard: int
    last_frame_at: float | None
    frames_in: int
    frames_out: int


class LockedCounts(TypedDict):
    """What a locked node says of what it holds."""

    unread: int
    """Alerts that are open, not one's own, and not acknowledged by this member."""
    unconfirmed: int
    """Also corroborated and disputed ones."""
    verified: int
    sos: int
    """Calls for help that are not ended."""
    late: NotRequired[int]
    """Members whose check-in is late, and who are not off shift; an older daemon lacks it."""


class NodeStatus(TrustStatus):
    """The node itself; exactly one row, id "status"."""

    id: str
    rev: int
    network: str
    network_id: str
    member: int
    name: str
    roles: list[str]
    origin: PlaceRow
    """Area origin of the network; precision_m is the unit of the grid."""
    started_at: float
    items: int
    """Items in the log."""
    outbox: int
    """Own items not yet heard."""
    rejected: dict[str, int]
    """Frames and items rejected since the start, by reason."""
    store: str
    """"ok", or what is wrong with the disk in a sentence."""
    restored: bool
    """True in the run that found older state put back: own numbers go on in a new series."""
    locked: NotRequired[bool]
    """True while locked; then network, name, roles, member and origin are empty."""
    counts: NotRequired[LockedCounts]
    """While locked."""
    unlock_wait_s: NotRequired[float]
    """Seconds until the next passphrase is looked at; while locked."""
    stock: NotRequired[StockStatus]
    """Where this node speaks to people with stock radios."""


class ChangesResult(TypedDict):
    """Answer to `changes`: all rows with `rev` above the one asked for."""

    epoch: str
    revision: int
    more: NotRequired[bool]
    """There is more: ask again from this revision (`NodeClient.call` does)."""
    locked: NotRequired[bool]
    """True while locked: only the rows of `status` and `radio`, and the revision asked for."""
    tables: dict[str, list[dict[str, Any]]]
