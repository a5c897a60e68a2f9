"""`meshdefense mesh`: airtime by class, neighbours, gaps, and what waits and why."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any, Final

from meshdefense import clock
from meshdefense.api.client import NodeClient
from meshdefense.catalogue import N_, tr, trn
from meshdefense.cli.attach import add_data, add_json, complain, with_daemon
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.output import age, ordinal, table
from meshdefense.safe_text import clean
from meshdefense.sentences import translated

__all__ = ["ask_health", "configure", "gap_words", "neighbour_words", "run", "waiting_words"]

_CLASSES: Final = {
    "sos": "SOS",
    "confirmed": N_("confirmed alert"),
    "alert": N_("alert"),
    "check_in": N_("check-in"),
    "repair": N_("repair"),
    "notice": N_("message"),
    "position": N_("position"),
    "digest": N_("digest"),
    "long": N_("long report"),
    "stock": N_("stock radios"),
}
_GAPS_NAMED: Final = 3


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Ask the daemon, print tables."""
    code, tables = ask_health(args)
    if code != ExitCode.OK:
        return code
    if args.json:
        shown = {name: tables[name][0] for name in ("radio", "mesh")}
        print(json.dumps({**shown, "neighbours": tables["neighbours"]}))
        return ExitCode.OK
    now = clock.now()
    radio, mesh, neighbours = tables["radio"][0], tables["mesh"][0], tables["neighbours"]
    print(table([(tr("radio"), _radio(radio)), (tr("airtime"), _airtime(mesh))]))
    print("\n".join(f"  {line}" for line in _class_lines(mesh)))
    print(table([(tr("neighbours"), neighbour_words(neighbours))]))
    for line in _neighbour_lines(neighbours, now):
        print(f"  {line}")
    print(table([(tr("missing"), gap_words(mesh, every=True))]))
    print(table([(tr("waiting"), waiting_words(mesh))]))
    for row in mesh["waiting"]:
        why = f": {translated(clean(row['reason']))}" if row["reason"] else ""
        name = _class(row["airtime_class"])
        print(f"  {ordinal(row['position']):<4} {clean(row['id']):<9} {name}{why}")
    if (left := mesh["waiting_count"] - len(mesh["waiting"])) > 0:
        print(trn("  and {count} more", "  and {count} more", left))
    return ExitCode.OK


def ask_health(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Exit code, and the rows of `radio`, `status`, `mesh` and `neighbours` by table."""
    tables: dict[str, Any] = {}

    async def talk(client: NodeClient) -> int:
        at = client.hello["revision"] if client.hello is not None else 0
        tables.update((await client.call("changes", since=at))["tables"])
        if "mesh" not in tables:
            complain(
                tr("the daemon that runs is of an older version"),
                tr("end it with `meshdefense stop`, then start it again"),
            )
            return ExitCode.FAILED
        return ExitCode.OK

    return with_daemon(args, talk), tables


def gap_words(mesh: dict[str, Any], *, every: bool = False) -> str:
    """What exists and is not here: "3 missing from birch, 1 from ash"."""
    gaps = mesh["gaps"]
    if not gaps:
        return tr("nothing known to be missing")
    named = gaps if every else gaps[:_GAPS_NAMED]
    words = ", ".join(
        tr("{missing} from {name}", missing=gap["missing"], name=clean(gap["name"]))
        if at
        else trn(
            "{count} missing from {name}",
            "{count} missing from {name}",
            gap["missing"],
            name=clean(gap["name"]),
        )
        for at, gap in enumerate(named)
    )
    others = len(gaps) - len(named)
    return (
        tr("{names} and others: {missing} in all", names=words, missing=mesh["missing"])
        if others
        else words
    )


def neighbour_words(neighbours: list[dict[str, Any]]) -> str:
    """How many were heard, and how many of them held the same when that was compared."""
    if not neighbours:
        return tr("nobody was heard directly")
    same = sum(row["in_step"] is True for row in neighbours)
    heard = len(neighbours)
    return trn(
        "{count} heard directly, {same} held the same",
        "{count} heard directly, {same} held the same",
        heard,
        same=same,
    )


def waiting_words(mesh: dict[str, Any]) -> str:
    """How many own items wait, and why the next one does."""
    if not mesh["waiting"]:
        return tr("nothing")
    reason, count = translated(clean(mesh["waiting"][0]["reason"])), mesh["waiting_count"]
    if not reason:
        return trn("{count} own item", "{count} own items", count)
    return trn(
        "{count} own item: {reason}",
        "{count} own items, the next one: {reason}",
        count,
        reason=reason,
    )


def _radio(radio: dict[str, Any]) -> str:
    parts = [tr(radio["state"])]
    parts += [clean(radio[name]) for name in ("preset", "region") if radio[name]]
    if (busy := radio["channel_utilisation"]) is not None:
        parts.append(tr("channel {busy:.0f} % busy", busy=busy))
    if (air := radio["air_time"]) is not None:
        parts.append(tr("on air {air:.1f} %", air=air))
    return ", ".join(parts)


def _airtime(mesh: dict[str, Any]) -> str:
    used = sum(row["used_s"] for row in mesh["airtime"] if row["name"] != "sos")
    return tr(
        "last hour {used:.1f} s of {ceiling:.1f} s, without SOS",
        used=used,
        ceiling=mesh["ceiling_s"],
    )


def _class(name: str) -> str:
    return tr(_CLASSES[name]) if name in _CLASSES else clean(name)


def _class_lines(mesh: dict[str, Any]) -> Iterator[str]:
    name, spent, limit, part = tr("class"), tr("used"), tr("allowed"), tr("share")
    names = [name, *(_class(row["name"]) for row in mesh["airtime"])]
    wide = max(max(map(len, names)), 15) + 1
    yield f"{name:<{wide}}{spent:>9}{limit:>11}{part:>8}"
    for row in mesh["airtime"]:
        used, allowed = row["used_s"], row["allowed_s"]
        share = f"{100 * used / allowed:.0f} %" if allowed else "-"
        why = (
            tr("  held back: {reason}", reason=translated(clean(row["held_back"])))
            if row["held_back"]
            else ""
        )
        yield f"{_class(row['name']):<{wide}}{used:>7.1f} s{allowed:>9.1f} s{share:>8}{why}"


def _neighbour_lines(neighbours: list[dict[str, Any]], now: float) -> Iterator[str]:
    said = {True: tr("held the same then"), False: tr("differed then"), None: tr("not known")}
    for row in neighbours:
        snr = "" if row["snr"] is None else f"{row['snr']:.1f} dB"
        compared = tr("compared {age} ago", age=age(now - row["heard_at"]))
        yield f"{clean(row['name']):<16} {compared:<20} {snr:>8}  {said[row['in_step']]}"
