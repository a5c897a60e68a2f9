"""`meshdefense patrols`: who is out, where, and who is overdue."""

from __future__ import annotations

import argparse
import json

from meshdefense import clock
from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, add_json, request
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.output import fitted, patrol_line

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """List them, the overdue first."""
    code, result = request(args, "changes", since=0)
    if code != ExitCode.OK:
        return code
    now = clock.now()
    rows = [row for row in result["tables"].get("patrols", []) if not row.get("gone")]
    rows.sort(key=lambda row: (row["due_at"] or now + 1e9, row["name"]))
    if args.json:
        print(json.dumps(rows))
        return ExitCode.OK
    origin = result["tables"]["status"][0]["origin"]
    for row in rows:
        print(fitted([patrol_line(row, origin, now)]))
    if not rows:
        print(tr("No patrol has said anything yet."))
    return ExitCode.OK
