"""`meshdefense message [TEXT]`: send a short message; without one, or with `list`, list them."""

from __future__ import annotations

import argparse
import json
from typing import Final

from meshdefense import clock
from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, add_json, request
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.output import fitted, message_lines
from meshdefense.cli.sending import sent_with_delivery

__all__ = ["configure", "run"]

_LIST: Final = "list"
"""As other nouns list: whoever types it by habit must not send the word to everybody."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument(
        "text", nargs="?", help=tr("up to 70 bytes; without it, or with list, messages are listed")
    )
    parser.add_argument(
        "--to", metavar="MEMBER", help=tr("handle or number; others can read it too")
    )
    parser.add_argument("--scope", help=tr("everyone (default), field, dispatch or organizers"))
    parser.add_argument("--urgent", action="store_true", help=tr("goes before other messages"))
    parser.add_argument("--drill", action="store_true", help=tr("an exercise, marked as such"))
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Send or list."""
    if args.text is not None and args.text.strip() != _LIST:
        return sent_with_delivery(
            args, tr("Message"), "message", "messages",
            text=args.text, recipient=args.to, scope=args.scope, urgent=args.urgent or None,
            drill=args.drill or None,
        )  # fmt: skip
    code, result = request(args, "changes", since=0)
    if code != ExitCode.OK:
        return code
    rows = [row for row in result["tables"].get("messages", []) if not row.get("gone")]
    rows.sort(key=lambda row: row["received_at"])
    if args.json:
        print(json.dumps(rows))
    else:
        now = clock.now()
        for row in rows:
            print(fitted(message_lines(row, now)))
        if not rows:
            print(tr("No messages."))
    return ExitCode.OK
