"""Printing one table of the daemon, or one row of it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any

from meshdefense import clock
from meshdefense.catalogue import tr
from meshdefense.cli.attach import complain, request
from meshdefense.cli.exit_codes import ExitCode

__all__ = ["Lines", "Prepare", "show_table", "table_rows"]

Lines = Callable[[dict[str, Any], dict[str, Any] | None, float], list[str]]
"""A row, the area's origin and the time as lines for people."""

Prepare = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]
"""A row and all tables, for what people read of the row; JSON is left as it came."""


def table_rows(args: argparse.Namespace, table: str) -> tuple[int, list[dict[str, Any]], Any]:
    """Exit code, rows that are not gone, the oldest first, and the area's origin."""
    code, rows, tables = _rows_of(args, table)
    return code, rows, tables["status"][0]["origin"] if code == ExitCode.OK else None


def _rows_of(
    args: argparse.Namespace, table: str
) -> tuple[int, list[dict[str, Any]], dict[str, Any]]:
    code, result = request(args, "changes", since=0)
    if code != ExitCode.OK:
        return code, [], {}
    rows = [row for row in result["tables"].get(table, []) if not row.get("gone")]
    rows.sort(key=lambda row: row["received_at"])
    return code, rows, result["tables"]


def show_table(
    args: argparse.Namespace,
    table: str,
    lines: Lines,
    *,
    item: str | None,
    none: str,
    prepare: Prepare | None = None,
) -> int:
    """Print the rows of a table, or the one of `item`; `none` is said when there are none."""
    code, rows, tables = _rows_of(args, table)
    if code != ExitCode.OK:
        return code
    if item is not None:
        rows = [row for row in rows if row["id"] == item]
        if not rows:
            complain(tr("{item} is not here", item=item))
            return ExitCode.NOT_FOUND
    if args.json:
        print(json.dumps(rows))
        return ExitCode.OK
    now = clock.now()
    origin = tables["status"][0]["origin"]
    for row in rows:
        told = row if prepare is None else prepare(row, tables)
        print("\n".join(lines(told, origin, now)))
    if not rows:
        print(none)
    return ExitCode.OK
