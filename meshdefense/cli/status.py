"""`meshdefense status`: what this node is doing."""

from __future__ import annotations

import argparse
import json

from meshdefense import clock
from meshdefense.cli.attach import add_data, add_json
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.mesh import ask_health, gap_words, neighbour_words, waiting_words
from meshdefense.cli.output import age, table
from meshdefense.cli.trust_words import trust_rows
from meshdefense.safe_text import clean

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Ask the daemon."""
    code, tables = ask_health(args)
    if code != ExitCode.OK:
        return code
    node, radio, mesh = tables["status"][0], tables["radio"][0], tables["mesh"][0]
    if args.json:
        print(json.dumps({"status": node, "radio": radio}))
        return ExitCode.OK
    now = clock.now()
    link = f"{radio['state']} for {age(now - radio['since'])}, {radio['address']}"
    if radio["detail"]:
        link += f": {clean(radio['detail'])}"
    rows = [
        ("network", f"{clean(node['network'])} ({node['network_id'][:8]})"),
        ("you", f"member {node['member']}, {clean(node['name'])}: {', '.join(node['roles'])}"),
        ("radio", link),
    ]
    if radio["firmware"]:
        rows.append(
            ("", f"firmware {clean(radio['firmware'])}, {radio['region']}, {radio['preset']}, "
             f"{radio['nodes_heard']} nodes heard")
        )  # fmt: skip
    heard = radio["last_frame_at"]
    rows += [
        ("frames", f"{radio['frames_in']} in, {radio['frames_out']} out"
         + (f", last {age(now - heard)} ago" if heard else "")),
        ("items", f"{node['items']} stored"),
        ("waiting", waiting_words(mesh)),
        ("missing", gap_words(mesh)),
        ("neighbours", neighbour_words(tables["neighbours"])),
        ("store", clean(node["store"])),
    ]  # fmt: skip
    rows += trust_rows(node, now)
    if node.get("restored"):
        rows.append(("", "older state was put back: own numbers go on in a new series"))
    dropped = ", ".join(f"{count} {reason}" for reason, count in node["rejected"].items())
    rows.append(("rejected", dropped or "nothing"))
    print(table(rows))
    return ExitCode.OK
