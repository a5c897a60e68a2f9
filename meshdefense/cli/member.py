"""`meshdefense member request | grant | roles | join`: letting people in, in person."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, add_json
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.organizing import aloud, done, request_text, say, taken_text, waiting_lines
from meshdefense.cli.unlock import CliError, guarded, opened_store, read_file, write_new_file
from meshdefense.paths import FolderBusyError

__all__ = ["configure", "run"]

ROLES = "recipient, reporter, patrol, verifier, responder, dispatch, organizer or relay"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    ask = verbs.add_parser("request", help=tr("newcomer: make a key and a request to be let in"))
    ask.add_argument(
        "--handle", required=True, help=tr("the handle you would like; not a real name")
    )
    ask.add_argument("--out", type=Path, metavar="FILE", help=tr("request to write"))
    ask.add_argument("--code", action="store_true", help=tr("print it as one line of text"))
    ask.add_argument("--qr", action="store_true", help=tr("show that line as a QR code"))
    grant = verbs.add_parser("grant", help=tr("organizer: answer a request with a grant file"))
    grant.add_argument("request", metavar="REQUEST", help=tr("file from the newcomer, or its code"))
    grant.add_argument(
        "--role", action="append", required=True, metavar="ROLE",
        help=tr("{roles}; may be given several times", roles=ROLES),
    )  # fmt: skip
    grant.add_argument("--handle", help=tr("another handle than the one asked for"))
    which = grant.add_mutually_exclusive_group()
    which.add_argument(
        "--number", type=int, metavar="N", help=tr("their number (default: the next)")
    )
    which.add_argument(
        "--team", type=int, metavar="T",
        help=tr(
            "the next number of team T, 64 to a team: losing a whole team's radios costs little"
        ),
    )  # fmt: skip
    _add_expires(grant)
    grant.add_argument("--out", type=Path, required=True, metavar="FILE", help=tr("grant to write"))
    roles = verbs.add_parser(
        "roles", help=tr("organizer: other roles, handle or expiry of a member")
    )
    roles.add_argument("member", metavar="MEMBER", help=tr("number or handle"))
    roles.add_argument(
        "--role", action="append", metavar="ROLE", help=tr("all of them: {roles}", roles=ROLES)
    )
    roles.add_argument("--handle", help=tr("another handle"))
    _add_expires(roles)
    roles.add_argument(
        "--out", type=Path, metavar="FILE",
        help=tr("grant with the keys that new roles need, to be handed over in person"),
    )  # fmt: skip
    join = verbs.add_parser("join", help=tr("take a grant, or the newer decisions and keys in one"))
    join.add_argument("grant", type=Path, metavar="GRANT", help=tr("file from an organizer"))
    for verb in (ask, grant, roles, join):
        add_data(verb)
        add_json(verb)


def _add_expires(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--expires",
        type=int,
        metavar="DAYS",
        help=tr("membership ends so many days from now; 0 never"),
    )


@guarded
def run(args: argparse.Namespace) -> int:
    """Do what the verb says; while the daemon runs, through the daemon."""
    verbs = {"request": _request, "grant": _grant, "roles": _roles, "join": _join}
    return verbs[args.verb](args)


def _request(args: argparse.Namespace) -> int:
    import secrets

    from meshdefense.enrolment.requests import read_request, request
    from meshdefense.request_code import to_code
    from meshdefense_protocol.identity import fingerprint

    if not (args.out or args.code or args.qr):
        raise CliError(tr("say where the request goes: --out FILE, --code or --qr"), ExitCode.USAGE)
    with opened_store(args, make=True) as store:
        text = request(store, args.handle, secrets.token_bytes)
    if args.out is not None:
        write_new_file(args.out, text)
    _, key = read_request(text)
    code = to_code(text)
    answer = {"handle": args.handle, "fingerprint": fingerprint(key), "words": aloud(key)}
    if args.json:
        print(json.dumps({**answer, **({"code": code} if args.code else {})}))
        return ExitCode.OK
    if args.qr:
        _show(code)
    if args.code:
        print(code)
    if args.out is not None:
        print(tr("Request written to {out}.", out=args.out))
    print(tr("Give it to an organizer of the network, in person, and read them your words:"))
    print(f"  {answer['words']}")
    print(tr("or your fingerprint: {fingerprint}", fingerprint=answer["fingerprint"]))
    return ExitCode.OK


def _show(code: str) -> None:
    from meshdefense.cli.qr import QrError, print_qr

    try:
        print_qr(code, sys.stdout)
    except QrError as error:
        raise CliError(str(error), ExitCode.FAILED, error.hint) from error


def _grant(args: argparse.Namespace) -> int:
    answer = done(
        args,
        "grant",
        request=request_text(args.request),
        roles=args.role,
        handle=args.handle,
        number=args.number,
        team=args.team,
        expires=args.expires,
    )
    return _granted(
        args, answer, tr("again with the same words, once it is endorsed, for the grant")
    )


def _roles(args: argparse.Namespace) -> int:
    answer = done(
        args,
        "roles",
        member=args.member,
        roles=args.role,
        handle=args.handle,
        expires=args.expires,
    )
    return _granted(args, answer, tr("it counts then; again with --out for keys to hand over"))


def _granted(args: argparse.Namespace, answer: dict[str, Any], next_step: str) -> int:
    """Write the grant where there is one, and say what became of the decision."""
    grant = answer.pop("grant", None)
    words = aloud(bytes.fromhex(answer["key"]))
    answer["words"] = words
    lines = [tr("Member {number}, {handle}.", number=answer["number"], handle=answer["handle"])]
    lines += [
        tr("Compare their words aloud:"),
        f"  {words}",
        tr("or: {fingerprint}", fingerprint=answer["fingerprint"]),
    ]
    if grant is None:
        lines += [
            waiting_lines(answer["decision"]),
            tr("Run this {next_step}.", next_step=next_step),
        ]
    elif args.out is not None:
        write_new_file(args.out, grant, private=True)
        lines.append(
            tr(
                "Grant written to {out}; everybody who is in already takes the new roster from "
                "it with `meshdefense member join`.",
                out=args.out,
            )
        )
    return say(args, answer, "\n".join(lines))


def _join(args: argparse.Namespace) -> int:
    from meshdefense.enrolment import load_membership
    from meshdefense.enrolment.errors import NotAMemberError
    from meshdefense.node.offline import first_join

    text = read_file(args.grant)
    try:
        with opened_store(args) as store:
            try:
                load_membership(store)
            except NotAMemberError:
                return _welcome(args, first_join(store, text))
    except FolderBusyError:
        pass
    answer = done(args, "join", grant=text)
    return say(args, answer, taken_text(answer))


def _welcome(args: argparse.Namespace, me: Any) -> int:
    from meshdefense.cli.promises import first_run
    from meshdefense_protocol.identity import fingerprint
    from meshdefense_protocol.roster import role_names

    member, network_id = me.roster[me.number], me.charter.network_id
    roles = role_names(member.roles)
    organizers = [one.name for one in me.roster.organizers]
    answer = {
        "network": me.charter.name,
        "network_id": network_id.hex(),
        "network_fingerprint": fingerprint(network_id),
        "network_words": aloud(network_id),
        "number": me.number,
        "handle": member.name,
        "roles": roles,
        "members": len(me.roster),
        "organizers": organizers,
        "threshold": me.roster.policies.threshold,
    }
    return say(
        args,
        answer,
        tr(
            "You are member {number}, {name} ({roles}), of {network}.\nThe network, compare it "
            "aloud with whoever let you in:\n  {words}\nor: {fingerprint}\nIts "
            "organizers: {organizers}; {threshold} of them must agree.\n{first_run}",
            number=me.number,
            name=member.name,
            roles=", ".join(roles),
            network=me.charter.name,
            words=answer["network_words"],
            fingerprint=answer["network_fingerprint"],
            organizers=", ".join(organizers),
            threshold=answer["threshold"],
            first_run=first_run(),
        ),
    )
