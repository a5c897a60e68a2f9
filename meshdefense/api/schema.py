"""The lines of the local socket, version 1: newline-delimited JSON, one object a line.

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
The rows are in the modules beside this one whose names end in `_schema`.
"""

from __future__ import annotations

from typing import Any, Final, Literal, NotRequired, TypedDict, get_args

__all__ = [
    "API_VERSION",
    "BEAT_S",
    "MAX_LINE",
    "SILENT_AFTER_S",
    "TABLES",
    "WHOLE_TABLES",
    "ChangesResult",
    "ErrorBody",
    "ErrorCode",
    "HelloResult",
    "TableName",
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


class ChangesResult(TypedDict):
    """Answer to `changes`: all rows with `rev` above the one asked for."""

    epoch: str
    revision: int
    more: NotRequired[bool]
    """There is more: ask again from this revision (`NodeClient.call` does)."""
    locked: NotRequired[bool]
    """True while locked: only the rows of `status` and `radio`, and the revision asked for."""
    tables: dict[str, list[dict[str, Any]]]
