"""The log of exports: statements, and the way from records to their parameters and back."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BindParameter, Row, bindparam, select
from sqlalchemy.dialects import sqlite

from meshdefense.storage import schema
from meshdefense.storage.records import ExportRecord

__all__ = ["EXPORTS", "EXPORTS_MAX", "INSERT_EXPORT", "TRIM_EXPORTS", "export_values", "to_export"]

EXPORTS_MAX: Final = 10_000
"""So many are kept, whatever their age: a purge does not touch them."""

_limit: Final[BindParameter[int]] = bindparam("limit")
_names: Final = tuple(column.name for column in schema.exports.columns if column.name != "rowid")

INSERT_EXPORT: Final = str(
    sqlite.insert(schema.exports)
    .values({name: bindparam(name) for name in _names})
    .compile(dialect=sqlite.dialect(paramstyle="qmark"))
)
TRIM_EXPORTS: Final = "DELETE FROM exports WHERE rowid <= (SELECT max(rowid) FROM exports) - ?"
EXPORTS: Final = select(schema.exports).order_by(schema.exports.c.rowid.desc()).limit(_limit)


def export_values(record: ExportRecord) -> tuple[Any, ...]:
    """Parameters of INSERT_EXPORT."""
    return tuple(getattr(record, name) for name in _names)


def to_export(found: Row[Any]) -> ExportRecord:
    """An export from a row with all columns."""
    values = found._asdict()
    return ExportRecord(
        **{**values, "redacted": bool(values["redacted"]), "sha256": bytes(values["sha256"])}
    )
