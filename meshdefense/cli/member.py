"""`meshdefense member request | grant | join`: letting people in, in person, by files."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from meshdefense.cli.attach import add_data, add_json, folder_of, request
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.unlock import (
    CliError,
    add_passphrase,
    guarded,
    opened_store,
    read_file,
    write_new_file,
)
from meshdefense.paths import FolderBusyError

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    ask = verbs.add_parser("request", help="newcomer: make a key and a request file")
    ask.add_argument("--handle", required=True, help="the handle you would like; not a real name")
    ask.add_argument("--out", type=Path, required=True, metavar="FILE", help="request to write")
    grant = verbs.add_parser("grant", help="founder: answer a request with a grant file")
    grant.add_argument("request", type=Path, metavar="REQUEST", help="file from the newcomer")
    grant.add_argument(
        "--role", action="append", required=True, metavar="ROLE",
        help="recipient, reporter, patrol, verifier, responder, dispatch, organizer or relay; "
        "may be given several times",
    )  # fmt: skip
    grant.add_argument("--handle", help="another handle than the one asked for")
    grant.add_argument("--out", type=Path, required=True, metavar="FILE", help="grant to write")
    join = verbs.add_parser("join", help="take a grant: your own, or a newer one for its roster")
    join.add_argument("grant", type=Path, metavar="GRANT", help="file from the founder")
    for verb in (ask, grant, join):
        add_data(verb)
        add_passphrase(verb)
        add_json(verb)


@guarded
def run(args: argparse.Namespace) -> int:
    """Do what the verb says; while the daemon runs, through the daemon."""
    return {"request": _request, "grant": _grant, "join": _join}[args.verb](args)


def _request(args: argparse.Namespace) -> int:
    import secrets

    from meshdefense import enrolment
    from meshdefense_protocol.identity import fingerprint

    with opened_store(args, make=True) as store:
        text = enrolment.request(store, args.handle, secrets.token_bytes)
    write_new_file(args.out, text)
    _, key = enrolment.read_request(text)
    return _say(
        args,
        {"handle": args.handle, "fingerprint": fingerprint(key)},
        f"Request written to {args.out}. Give it to the founder of the network, and read them "
        f"your fingerprint: {fingerprint(key)}",
    )


def _grant(args: argparse.Namespace) -> int:
    from meshdefense import enrolment
    from meshdefense_protocol.roster import parse_roles

    text, roles = read_file(args.request), parse_roles(args.role)
    try:
        with opened_store(args) as store:
            made = enrolment.grant(store, text, roles, args.handle)
            answer: dict[str, Any] = {
                "grant": made.text,
                "number": made.number,
                "handle": made.handle,
                "fingerprint": made.fingerprint,
            }
    except FolderBusyError:
        answer = _through_daemon(args, "grant", request=text, roles=args.role, handle=args.handle)
    write_new_file(args.out, answer.pop("grant"), private=True)
    return _say(
        args,
        answer,
        f"Member {answer['number']}, {answer['handle']}. Compare their fingerprint aloud: "
        f"{answer['fingerprint']}. Grant written to {args.out}; everybody who is in already "
        "takes the new roster from it with `meshdefense member join`.",
    )


def _join(args: argparse.Namespace) -> int:
    from meshdefense import enrolment

    text = read_file(args.grant)
    try:
        with opened_store(args) as store:
            me = enrolment.join(store, text)
    except FolderBusyError:
        answer = _through_daemon(args, "join", grant=text)
        return _say(args, answer, f"The roster now has {answer['members']} members.")
    from meshdefense_protocol.identity import fingerprint
    from meshdefense_protocol.roster import role_names

    member = me.roster.get(me.number)
    assert member is not None  # join() has found it
    roles = role_names(member.roles)
    key = fingerprint(me.charter.founder)
    return _say(
        args,
        {"network": me.charter.name, "number": me.number, "handle": member.name, "roles": roles,
         "members": len(me.roster), "founder": key},
        f"You are member {me.number}, {member.name} ({', '.join(roles)}), of {me.charter.name}. "
        f"The founder's fingerprint, compare it aloud: {key}",
    )  # fmt: skip


def _through_daemon(args: argparse.Namespace, method: str, **params: Any) -> dict[str, Any]:
    code, result = request(args, method, **params)
    if code == ExitCode.NO_DAEMON:
        raise CliError(
            f"another program uses {folder_of(args).root}; nothing was changed", ExitCode.LOCKED
        )
    if code != ExitCode.OK:
        raise SystemExit(code)  # request() has said why
    return dict(result)


def _say(args: argparse.Namespace, answer: dict[str, Any], text: str) -> int:
    print(json.dumps(answer) if args.json else text)
    return ExitCode.OK
