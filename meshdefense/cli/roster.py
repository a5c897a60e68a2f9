"""`meshdefense roster ...`: who belongs to the network, and what its organizers decide."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from meshdefense.catalogue import tr, trn
from meshdefense.cli.attach import add_data_and_json
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.moments import moment
from meshdefense.cli.organizing import done, say, taken_text, waiting_lines
from meshdefense.cli.roster_lines import history_lines, pending_lines, roster_lines
from meshdefense.cli.unlock import CliError, guarded, read_file, write_new_file
from meshdefense.safe_text import clean

__all__ = ["configure", "confirmed", "run"]

REASONS = "other, lost, captured, left, false-alarm, spam, agreements, key-leaked or drill"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("show", help=tr("members, organizers, policies, keys, and what waits"))
    verbs.add_parser("pending", help=tr("decisions that wait for more organizers"))
    verbs.add_parser("history", help=tr("everything that was decided, in its order"))
    endorse = verbs.add_parser("endorse", help=tr("agree with decisions of other organizers"))
    endorse.add_argument(
        "ids",
        nargs="*",
        metavar="ID",
        help=tr("as `roster pending` shows them (default: all of them)"),
    )
    suspend = verbs.add_parser(
        "suspend", help=tr("alone: a member's words do not count for a while")
    )
    suspend.add_argument("member", metavar="MEMBER", help=tr("number or handle"))
    suspend.add_argument(
        "--hours", type=int, default=24, metavar="N", help=tr("1 to 24 (default 24)")
    )
    lift = verbs.add_parser("lift", help=tr("take a suspension or warning back"))
    lift.add_argument("id", metavar="ID", help=tr("as `roster show` shows it"))
    revoke = verbs.add_parser("revoke", help=tr("a member is out for ever"))
    revoke.add_argument("member", metavar="MEMBER", help=tr("number or handle"))
    revoke.add_argument(
        "--since", metavar="TIME",
        help=tr(
            "what came in from them later does not count: 2026-05-01T14:30, or 90m, 6h, 2d ago"
        ),
    )  # fmt: skip
    policy = verbs.add_parser("policy", help=tr("another value of a policy"))
    policy.add_argument("name", metavar="NAME", help=tr("for example verdicts-high or threshold"))
    policy.add_argument("value", type=int, metavar="VALUE", help=tr("the new value"))
    warn = verbs.add_parser(
        "warn", help=tr("alone: warn everybody that the network may be compromised")
    )
    for verb in (suspend, revoke, warn):
        verb.add_argument("--reason", required=True, metavar="REASON", help=REASONS)
    export = verbs.add_parser("export", help=tr("write every decision into a file for others"))
    export.add_argument(
        "file", type=Path, metavar="FILE", help=tr("file to write; holds no secret")
    )
    taken = verbs.add_parser("import", help=tr("take the decisions of a roster file or grant"))
    taken.add_argument("file", type=Path, metavar="FILE", help=tr("file from another member"))
    for verb in (endorse, revoke):
        verb.add_argument("--yes", action="store_true", help=tr("do not ask"))
    add_data_and_json(verbs)


@guarded
def run(args: argparse.Namespace) -> int:
    """Do what the verb says; while the daemon runs, through the daemon."""
    verbs = {
        "show": _show,
        "pending": _pending,
        "history": _history,
        "endorse": _endorse,
        "suspend": _suspend,
        "lift": _lift,
        "revoke": _revoke,
        "policy": _policy,
        "warn": _warn,
        "export": _export,
        "import": _import,
    }
    return verbs[args.verb](args)


def confirmed(args: argparse.Namespace, question: str) -> None:
    """Ask a person, unless told not to. Raises CliError for a no, and where nobody can answer."""
    if args.yes:
        return
    if not sys.stdin.isatty():
        raise CliError(
            tr("this has to be confirmed"), ExitCode.USAGE, tr("say --yes, or use a terminal")
        )
    print(question, file=sys.stderr)
    if input(tr("Type yes to go on: ")).strip().lower() not in ("yes", "sí", "si"):
        raise CliError(tr("nothing was changed"), ExitCode.REFUSED)


def _show(args: argparse.Namespace) -> int:
    answer = done(args, "roster")
    return say(args, answer, "" if args.json else "\n".join(roster_lines(answer)))


def _pending(args: argparse.Namespace) -> int:
    answer = done(args, "pending")
    return say(args, answer, "\n".join(pending_lines(answer["pending"])) or tr("Nothing waits."))


def _history(args: argparse.Namespace) -> int:
    answer = done(args, "history")
    lines = history_lines(answer["decisions"])
    return say(args, answer, "\n".join(lines) or tr("Nothing was decided since the founding."))


def _endorse(args: argparse.Namespace) -> int:
    ids = args.ids
    if not ids or not args.yes:
        pending = done(args, "pending")["pending"]
        wanted = tuple(text.strip().lower() for text in ids)
        chosen = [one for one in pending if one["digest"].startswith(wanted or "")]
        if not ids:
            chosen = [one for one in chosen if not one["mine"]]
            ids = [one["digest"] for one in chosen]
            if not ids:
                return say(args, {"endorsed": []}, tr("Nothing waits for you."))
        if chosen:
            confirmed(args, "\n".join([tr("You are asked to agree with:"), *pending_lines(chosen)]))
    answer = done(args, "endorse", ids=ids)
    lines = []
    for one in answer["endorsed"]:
        if one["refused"]:
            state = tr("cannot stand: {reason}", reason=one["refused"])
        elif one["counts"]:
            state = tr("counts now")
        else:
            state = trn("{count} more must agree", "{count} more must agree", one["lacking"])
        lines.append(f"{one['id']}: {state}: {clean(one['text'])}")
    return say(args, answer, "\n".join(lines))


def _suspend(args: argparse.Namespace) -> int:
    answer = done(args, "suspend", member=args.member, hours=args.hours, reason=args.reason)
    name = clean(answer["name"])
    text = tr(
        "{name} is suspended for {hours} h; take it back: roster lift {id}",
        name=name,
        hours=answer["hours"],
        id=answer["id"],
    )
    if not answer["counts"]:
        text = tr(
            "It does not count: one organizer suspends {name} once in seven days. For "
            "longer, revoke them.",
            name=name,
        )
    say(args, answer, text)
    return ExitCode.OK if answer["counts"] else ExitCode.REFUSED


def _lift(args: argparse.Namespace) -> int:
    answer = done(args, "lift", id=args.id)
    waits = not answer["decision"]["counts"]
    text = tr("{id} is taken back.", id=answer["id"])
    return say(args, answer, waiting_lines(answer["decision"]) if waits else text)


def _revoke(args: argparse.Namespace) -> int:
    since = None if args.since is None else moment(args.since)
    confirmed(
        args,
        tr(
            "A revocation is for ever: {member} never comes back under that number or key. "
            "They keep the keys in force until new ones are made: for a lost radio or "
            "computer use `meshdefense lost` instead.",
            member=clean(args.member),
        ),
    )
    answer = done(args, "revoke", member=args.member, reason=args.reason, since=since)
    return _decided(args, answer)


def _policy(args: argparse.Namespace) -> int:
    return _decided(args, done(args, "policy", name=args.name, value=args.value))


def _decided(args: argparse.Namespace, answer: dict[str, Any]) -> int:
    decision, text = answer["decision"], clean(answer["text"])
    if decision["refused"]:
        raise CliError(tr("that cannot be: {reason}", reason=decision["refused"]), ExitCode.REFUSED)
    state = tr("It counts now.") if decision["counts"] else waiting_lines(decision)
    return say(args, answer, tr("Decided: {text}.\n{state}", text=text, state=state))


def _warn(args: argparse.Namespace) -> int:
    answer = done(args, "warn", reason=args.reason)
    return say(
        args,
        answer,
        tr(
            "Everybody is warned; every screen says so. Take it back: roster lift {id}",
            id=answer["id"],
        ),
    )


def _export(args: argparse.Namespace) -> int:
    answer = done(args, "roster_export")
    write_new_file(args.file, answer.pop("file"))
    text = trn(
        "{count} decision written to {file}. Others: roster import.",
        "{count} decisions written to {file}. Others: roster import.",
        answer["items"],
        file=args.file,
    )
    return say(args, answer, text)


def _import(args: argparse.Namespace) -> int:
    answer = done(args, "roster_import", file=read_file(args.file))
    return say(args, answer, taken_text(answer))
