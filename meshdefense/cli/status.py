"""`meshdefense status`: what this node is doing."""

from __future__ import annotations

import argparse
import json
from typing import Any, Final

from meshdefense import clock
from meshdefense.catalogue import N_, tr, trn
from meshdefense.cli.attach import add_data, add_json, request
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.locked_words import locked_rows
from meshdefense.cli.mesh import ask_health, gap_words, neighbour_words, waiting_words
from meshdefense.cli.output import age, table
from meshdefense.cli.stock import stock_status_lines
from meshdefense.cli.trust_words import trust_rows
from meshdefense.safe_text import clean

__all__ = ["configure", "run"]

_REJECTED: Final = {
    "size": N_("of a wrong size"),
    "version": N_("of another version"),
    "frame type": N_("of an unknown type"),
    "stranger": N_("of strangers or damaged"),
    "malformed": N_("malformed"),
    "duplicate": N_("here already"),
    "replayed": N_("too old"),
    "unknown author": N_("of an unknown author"),
    "signature": N_("with a FALSE SIGNATURE"),
    "role": N_("that their author may not say"),
    "quota": N_("above their author's quota"),
    "revoked": N_("of revoked members"),
    "suspended": N_("of suspended members"),
    "lapsed": N_("with a certificate that is over"),
    "scope": N_("for more people than allowed"),
    "equivocation": N_("TWO UNDER ONE NUMBER"),
}
"""Why frames and items were dropped, behind their number."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Ask the daemon; a locked one tells its counts, unless a passphrase file was given."""
    code, found = request(args, "status")
    if code != ExitCode.OK:
        return code
    if found["locked"] and args.passphrase_file is None:
        return _show_locked(args, found)
    code, tables = ask_health(args)
    if code != ExitCode.OK:
        return code
    node, radio, mesh = tables["status"][0], tables["radio"][0], tables["mesh"][0]
    if args.json:
        print(json.dumps({"status": node, "radio": radio}))
        return ExitCode.OK
    now = clock.now()
    rows = [
        (tr("network"), f"{clean(node['network'])} ({node['network_id'][:8]})"),
        (
            tr("you"),
            tr(
                "member {member}, {name}: {roles}",
                member=node["member"],
                name=clean(node["name"]),
                roles=", ".join(node["roles"]),
            ),
        ),
        *_radio_rows(radio, now),
        (tr("items"), trn("{count} stored", "{count} stored", node["items"])),
        (tr("waiting"), waiting_words(mesh)),
        (tr("missing"), gap_words(mesh)),
        (tr("neighbours"), neighbour_words(tables["neighbours"])),
        (tr("store"), clean(node["store"])),
    ]
    if (stock := node.get("stock")) is not None:
        rows += [(tr("stock radios"), line) for line in stock_status_lines(stock)]
    rows += trust_rows(node, now)
    if node.get("restored"):
        rows.append(("", tr("older state was put back: own numbers go on in a new series")))
    rows.append((tr("rejected"), _dropped(node["rejected"]) or tr("nothing")))
    print(table(rows))
    return ExitCode.OK


def _dropped(rejected: dict[str, int]) -> str:
    parts = []
    for reason, count in rejected.items():
        words = tr(_REJECTED[reason]) if reason in _REJECTED else clean(reason)
        parts.append(f"{count} {words}")
    return ", ".join(parts)


def _show_locked(args: argparse.Namespace, found: dict[str, Any]) -> int:
    node, radio = found["status"], found["radio"]
    if args.json:
        print(json.dumps({"status": node, "radio": radio}))
        return ExitCode.OK
    rows = [(label, clean(words)) for label, words in locked_rows(node)]
    print(table([*rows, *_radio_rows(radio, clock.now())]))
    return ExitCode.OK


def _radio_rows(radio: dict[str, Any], now: float) -> list[tuple[str, str]]:
    link = tr(
        "{state} for {age}, {address}",
        state=tr(radio["state"]),
        age=age(now - radio["since"]),
        address=radio["address"],
    )
    if not radio["address"]:  # a locked daemon does not say it
        link = link.removesuffix(", ")
    if radio["detail"]:
        link += f": {clean(radio['detail'])}"
    rows = [(tr("radio"), link)]
    if radio["firmware"]:
        rows.append(
            ("", trn(
                "firmware {firmware}, {region}, {preset}, {count} node heard",
                "firmware {firmware}, {region}, {preset}, {count} nodes heard",
                radio["nodes_heard"], firmware=clean(radio["firmware"]),
                region=radio["region"], preset=radio["preset"],
            ))
        )  # fmt: skip
    heard = radio["last_frame_at"]
    rows.append(
        (tr("frames"),
         tr("{received} in, {sent} out", received=radio["frames_in"], sent=radio["frames_out"])
         + (tr(", last {age} ago", age=age(now - heard)) if heard else "")),
    )  # fmt: skip
    return rows
