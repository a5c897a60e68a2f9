"""`meshdefense stock ...`: people with stock radios: what they are told, and what they report.

What comes from a stock radio is UNSIGNED: it counts for nothing until a member adopts it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any, Final

from meshdefense import clock, language
from meshdefense.catalogue import N_, tr, trn
from meshdefense.cli.attach import add_data_and_json, complain, request
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.output import age
from meshdefense.safe_text import clean
from meshdefense.sentences import translated
from meshdefense_protocol.stock_words import NEEDS, need_text
from meshdefense_protocol.words import KINDS, SEVERITIES

__all__ = ["configure", "run", "stock_status_lines"]

_VERBS: Final = {
    "list": N_("unsigned reports that wait, and what stock radios were told"),
    "adopt": N_("make a signed report of your own of an unsigned one"),
    "dismiss": N_("take an unsigned report off the list"),
    "read": N_("say that you have read it; who sent an SOS is told so"),
}
_STATES: Final = {
    "queued": N_("waits"),
    "handed": N_("at the radio"),
    "at_radio": N_("at the radio"),
    "on_air": N_("on air"),
    "heard": N_("heard by another radio"),
    "unheard": N_("on air, no radio was heard relaying it"),
    "refused": N_("the radio refused it"),
    "dropped": N_("not said: too late"),
    "elsewhere": N_("said by another node"),
    "uncertain": N_("perhaps said: nothing is known of it"),
    "cancelled": N_("not said: it was over before"),
}
_DONE: Final = {"adopted": N_("adopted by {name} as {id}"), "dismissed": N_("dismissed by {name}")}
_MISSING: Final = {"what": N_("what"), "where": N_("where")}


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, about in _VERBS.items():
        verb = verbs.add_parser(name, help=tr(about), description=tr(about), allow_abbrev=False)
        if name == "list":
            verb.add_argument(
                "--all", action="store_true", help=tr("also what was adopted, dismissed or said")
            )
        else:
            verb.add_argument("stock", metavar="ID", help=tr("of the report, from stock list"))
        if name == "adopt":
            _configure_adopt(verb)
    add_data_and_json(verbs)


def _configure_adopt(verb: argparse.ArgumentParser) -> None:
    """What the member knows better than the sender said."""
    verb.add_argument(
        "--kind", help=tr("what: fire, checkpoint, medical, ... (a word or its code)")
    )
    verb.add_argument(
        "--severity", help=tr("low, medium, high or critical (default: as it was understood)")
    )
    verb.add_argument(
        "--at", nargs=2, type=float, metavar=("LAT", "LON"), help=tr("where, in degrees")
    )
    verb.add_argument("--count", type=int, metavar="N", help=tr("how many"))
    verb.add_argument(
        "--ago",
        type=float,
        metavar="S",
        help=tr("seconds since it was seen (default: since its text came)"),
    )
    verb.add_argument("--scope", help=tr("everyone, field, dispatch or organizers"))
    verb.add_argument("--note", help=tr("up to 60 bytes; no names, plates or addresses"))
    verb.add_argument("--drill", action="store_true", help=tr("an exercise, marked as such"))


def run(args: argparse.Namespace) -> int:
    """One request, and its answer in a sentence or as JSON."""
    if args.verb == "list":
        return _list(args)
    params: dict[str, Any] = {"stock": args.stock}
    if args.verb == "adopt":
        lat, lon = args.at or (None, None)
        params |= {
            "kind": args.kind, "severity": args.severity, "lat": lat, "lon": lon,
            "count": args.count, "observed_ago_s": args.ago, "scope": args.scope,
            "note": args.note, "drill": args.drill or None,
        }  # fmt: skip
    code, result = request(args, f"stock_{args.verb}", **params)
    if code != ExitCode.OK:
        return code
    if args.json:
        print(json.dumps(result))
    elif args.verb == "adopt":
        print(tr("Report {id}: signed by you and stored here, from {stock}", **result))
    elif args.verb == "dismiss":
        print(tr("{stock} is off the list", stock=result["stock"]))
    else:
        print(tr("{stock} is marked as read", stock=result["stock"]))
    return ExitCode.OK


def _list(args: argparse.Namespace) -> int:
    code, result = request(args, "changes", since=0)
    if code != ExitCode.OK:
        return code
    tables, status = result["tables"], result["tables"]["status"][0].get("stock")
    found = {
        name: sorted(
            (row for row in tables.get(name, []) if not row.get("gone")),
            key=lambda row: row[when],
        )
        for name, when in (("stock_reports", "received_at"), ("stock_lines", "created_at"))
    }
    reports = [row for row in found["stock_reports"] if args.all or row["state"] == "new"]
    lines = [row for row in found["stock_lines"] if args.all or row["state"] == "queued"]
    if args.json:
        print(json.dumps({"status": status, "reports": reports, "lines": lines}))
        return ExitCode.OK
    if status is None and not (reports or lines):
        complain(
            tr("this node does not speak to stock radios"),
            tr("start it with: meshdefense run --stock-channel NAME_OR_INDEX"),
        )
        return ExitCode.NOT_FOUND
    now = clock.now()
    for part in (
        [] if status is None else list(stock_status_lines(status)),
        [line for row in reports for line in _report_lines(row, now)],
        [line for row in lines for line in _line_lines(row, now)],
    ):
        if part:
            print("\n".join(part))
    if not reports:
        print(tr("No unsigned report waits."))
    return ExitCode.OK


def stock_status_lines(status: dict[str, Any]) -> Iterator[str]:
    """What the node does for stock radios, from its own row."""
    if status["problem"]:
        yield tr("NOT SPEAKING: {problem}", problem=translated(clean(status["problem"])))
    else:
        yield tr("speaks on channel {channel!r}", channel=clean(status["channel"]))
    if not status["hears"]:
        yield tr("the network's policy stock-hear lets nothing out")
    if not status["reports"]:
        yield tr("the network's policy stock-reports takes no texts")
    if status["queued"]:
        why = f": {translated(clean(status['waits_for']))}" if status["waits_for"] else ""
        yield trn("{count} line waits", "{count} lines wait", status["queued"]) + why
    if status["dropped"]:
        why = f": {translated(clean(status['dropped_why']))}" if status["dropped_why"] else ""
        said = trn(
            "{count} line of the last day was NOT said in time",
            "{count} lines of the last day were NOT said in time",
            status["dropped"],
        )
        yield said + why
    if status["held_back"]:
        yield trn(
            "{count} text was not looked at: too many came",
            "{count} texts were not looked at: too many came",
            status["held_back"],
        )


def _report_lines(row: dict[str, Any], now: float) -> Iterator[str]:
    spoken = language.current()
    what = [tr("UNSIGNED SOS") if row["intent"] == "sos" else tr("UNSIGNED")]
    if row["need"] in NEEDS:
        what.append(tr("need {what}", what=need_text(row["need"], spoken)))
    elif row["kind"] is not None:
        what.append(KINDS.get(row["kind"]).text(spoken))
    if row["count"]:
        what.append(str(row["count"]))
    if row["intent"] != "sos":
        what.append(SEVERITIES.get(row["severity"]).text(spoken))
    place = clean(row["place_words"])
    if row["place"] is not None:
        place += f" {row['place']['lat']:.5f},{row['place']['lon']:.5f}"
    if place:
        what.append(place.strip())
    if row["missing"]:
        names = ", ".join(tr(_MISSING[one]) if one in _MISSING else one for one in row["missing"])
        what.append(tr("missing: {names}", names=names))
    yield f"{clean(row['id'])}  {'  '.join(what)}"
    facts = [tr("{age} ago", age=age(now - row["received_at"])), _sender(row)]
    if row["times"] > 1:
        facts.append(trn("sent {count} time", "sent {count} times", row["times"]))
    if row["ok_at"] is not None:
        facts.append(tr("the same radio has sent OK since"))
    if row["read_at"] is not None:
        facts.append(tr("read"))
    if row["state"] in _DONE:
        facts.append(tr(_DONE[row["state"]], name=clean(row["done_by"]), id=row["adopted_as"]))
    if (answer := row["answer"]) is not None:
        facts.append(tr("answer: {state}", state=_state(answer)))
    yield "      " + "; ".join(facts)


def _sender(row: dict[str, Any]) -> str:
    keyed = tr("with that radio's key") if row["keyed"] else tr("without a key")
    return tr("radio ...{hint} ({keyed}), no proof of who", hint=clean(row["hint"]), keyed=keyed)


def _line_lines(row: dict[str, Any], now: float) -> Iterator[str]:
    yield f"{age(now - row['created_at'])}  {clean(row['text'])}"
    said = [_state(row)]
    if row["pin"] is not None:
        said.append(tr("pin: {state}", state=_state(row["pin"])))
    yield "      " + "; ".join(said)


def _state(part: dict[str, Any]) -> str:
    words = tr(_STATES[part["state"]]) if part["state"] in _STATES else clean(part["state"])
    return f"{words}: {translated(clean(part['reason']))}" if part["reason"] else words
