"""Sending something of one's own, and saying at once what is proven of it."""

from __future__ import annotations

import argparse
import json
from typing import Any

from meshdefense.api.client import NodeClient
from meshdefense.catalogue import tr, trn
from meshdefense.cli.attach import with_daemon
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.output import delivery

__all__ = ["add_drill", "sent_with_delivery"]


def add_drill(parser: argparse.ArgumentParser) -> None:
    """The option that marks an exercise; what is said about one is marked by itself."""
    parser.add_argument("--drill", action="store_true", help=tr("an exercise, marked as such"))


def sent_with_delivery(
    args: argparse.Namespace, what: str, method: str, table: str, **params: Any
) -> int:
    """Submit an item that has a row in `table`; tell its id, its size and how far it came."""

    async def talk(client: NodeClient) -> int:
        given = {name: value for name, value in params.items() if value is not None}
        result = await client.call(method, **given)
        if args.json:
            print(json.dumps(result))
            return ExitCode.OK
        changes = await client.call("changes", since=result["rev"] - 1)
        rows = changes["tables"].get(table, [])
        words = [delivery(row["delivery"]) for row in rows if row["id"] == result["id"]]
        after = f"; {words[0]}" if words and words[0] else ""
        size = tr("{bytes} bytes on the air", bytes=result["bytes"])
        if "frames" in result:
            size += trn(" in {count} frame", " in {count} frames", result["frames"])
        print(
            tr(
                "{what} {id}: signed and stored here ({size}){after}",
                what=what,
                id=result["id"],
                size=size,
                after=after,
            )
        )
        return ExitCode.OK

    return with_daemon(args, talk)
