"""Whether a row of the daemon is one that the screens can draw.

The daemon may be older, newer or wrong. The schema's own types say what a row is; a field that
is not in the schema is let through and never read. Fields that came with later versions may be
missing, since the screens ask for them with a default; of the others each must be there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, NotRequired, Union, get_args, get_origin, get_type_hints

from meshdefense.api.mesh_schema import MeshRow, NeighbourRow
from meshdefense.api.response_schema import AlertProgress, OrderRow, RollCallRow, SosRow
from meshdefense.api.row_schema import AlertRow, MemberRow, MessageRow, PatrolRow, VerdictRow
from meshdefense.api.status_schema import NodeStatus, RadioRow
from meshdefense.api.stock_schema import StockLineRow, StockReportRow
from meshdefense.api.trust_schema import TrustStatus

__all__ = ["understood", "understood_locked"]

_ROWS: Final[dict[str, Any]] = {
    "alerts": AlertRow,
    "patrols": PatrolRow,
    "messages": MessageRow,
    "members": MemberRow,
    "radio": RadioRow,
    "status": NodeStatus,
    "mesh": MeshRow,
    "neighbours": NeighbourRow,
    "sos": SosRow,
    "orders": OrderRow,
    "rollcalls": RollCallRow,
    "stock_lines": StockLineRow,
    "stock_reports": StockReportRow,
}
_LATER: Final = frozenset(
    {"author_out", "checkin", "counts", "gone", "here", "left_out", "locked", "readers"}
    | {"restored", "rev", "unlock_wait_s"}
    | AlertProgress.__required_keys__
    | TrustStatus.__required_keys__
)
"""Fields that an older daemon does not have; `rev` is for the session alone."""
_LATER_OF: Final = {VerdictRow: frozenset({"delivery", "out"})}
"""The same, where another row with a field of that name must have it."""
_LARGEST: Final = 2.0**53
"""Beyond it JSON numbers are not exact, and no number of ours is so large."""
Check = Callable[[object], bool]


def understood(table: str, row: object) -> bool:
    """Whether the screens can draw this row of this table, or take it away."""
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        return False
    return row.get("gone") is True or table not in _ROWS or _check(_ROWS[table])(row)


def understood_locked(table: str, row: object) -> bool:
    """The same for a locked daemon, which leaves out or blanks what it does not tell."""
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        return False
    hints = get_type_hints(_ROWS[table], include_extras=True)
    return all(
        name not in hints or value is None or _check(hints[name])(value)
        for name, value in row.items()
    )


@cache
def _check(wanted: Any) -> Check:
    """What a value of this type has to fulfil."""
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin is NotRequired:
        return _check(inner[0])
    if origin in {Union, UnionType}:
        checks = [_check(one) for one in inner]
        return lambda value: any(check(value) for check in checks)
    if origin is Literal:
        return lambda value: isinstance(value, str)  # a newer daemon has more words
    if origin is list:
        item = _check(inner[0])
        return lambda value: isinstance(value, list) and all(map(item, value))
    if origin is dict:
        of = _check(inner[1])
        return lambda value: isinstance(value, dict) and all(map(of, value.values()))
    if wanted in {int, float}:
        kinds = {int} if wanted is int else {int, float}  # bool is neither
        # the type was looked at before the value is compared, which mypy does not see
        return lambda value: type(value) in kinds and -_LARGEST <= value <= _LARGEST  # type: ignore[operator]
    if wanted in {str, bool, NoneType}:
        return lambda value: type(value) is wanted
    if hasattr(wanted, "__required_keys__"):
        return _check_fields(wanted)
    return lambda value: True


def _check_fields(wanted: Any) -> Check:
    hints = get_type_hints(wanted, include_extras=True)
    fields = {name: _check(kind) for name, kind in hints.items()}
    # annotations that are strings hide from __required_keys__ what is not required
    optional = {name for name, kind in hints.items() if get_origin(kind) is NotRequired}
    needed = wanted.__required_keys__ - optional - _LATER - _LATER_OF.get(wanted, frozenset())

    def check(value: object) -> bool:
        return (
            isinstance(value, dict)
            and needed <= value.keys()
            and all(name not in fields or fields[name](item) for name, item in value.items())
        )

    return check
