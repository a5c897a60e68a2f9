"""`meshdefense network create`: a new network, with this node as its first founder."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, add_json, folder_of
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.organizing import aloud, request_text
from meshdefense.cli.unlock import CliError, guarded, opened_store, write_new_file

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    create = verbs.add_parser("create", help=tr("make a new network, with you as a founder"))
    create.add_argument("--name", required=True, help=tr("name of the network, for screens"))
    create.add_argument("--handle", required=True, help=tr("your own handle; not your real name"))
    create.add_argument(
        "--origin", required=True, nargs=2, type=float, metavar=("LAT", "LON"),
        help=tr("middle of your area in degrees; places are sent relative to it"),
    )  # fmt: skip
    create.add_argument(
        "--unit", type=int, choices=(1, 10), default=1, metavar="M",
        help=tr("1: areas up to 260 km wide, 10: up to 2,600 km (default 1)"),
    )  # fmt: skip
    create.add_argument(
        "--founder", action="append", default=[], metavar="REQUEST",
        help=tr("request of somebody who founds it with you, a file or its code; several times"),
    )  # fmt: skip
    create.add_argument(
        "--threshold", type=int, metavar="K",
        help=tr("founders who must agree on each decision (default: the majority, 2 of 3)"),
    )  # fmt: skip
    create.add_argument(
        "--policy", action="append", default=[], metavar="NAME=VALUE",
        help=tr("another value of a policy, for example verdicts-high=2; several times"),
    )  # fmt: skip
    create.add_argument(
        "--grants", type=Path, default=Path(), metavar="DIR",
        help=tr("where the grants of the other founders go (default: here)"),
    )  # fmt: skip
    add_data(create)
    add_json(create)


@guarded
def run(args: argparse.Namespace) -> int:
    """Make the network in the data folder."""
    import secrets

    from meshdefense import clock
    from meshdefense.cli.promises import first_run
    from meshdefense.enrolment.founding import Plan, check_plan, create_network
    from meshdefense_protocol.identity import fingerprint

    lat, lon = args.origin
    plan = Plan(
        args.name,
        lat,
        lon,
        args.unit,
        int(clock.now()) // 86_400 * 86_400,
        args.handle,
        tuple(request_text(given) for given in args.founder),
        args.threshold,
        dict(_policy(text) for text in args.policy),
    )
    check_plan(plan)  # before a passphrase is asked for
    with opened_store(args, make=True) as store:
        founded = create_network(store, plan, secrets.token_bytes)
    files = []
    for handle, text in founded.grants.items():
        path = args.grants / f"{handle}.grant"
        write_new_file(path, text, private=True)
        files.append(str(path))
    charter = founded.charter
    key = charter.founders[0].key
    answer = {
        "network_id": charter.network_id.hex(),
        "network_fingerprint": fingerprint(charter.network_id),
        "network_words": aloud(charter.network_id),
        "member": 1,
        "fingerprint": fingerprint(key),
        "words": aloud(key),
        "threshold": charter.policies.threshold,
        "founders": [one.name for one in charter.founders],
        "grants": files,
    }
    if args.json:
        print(json.dumps(answer))
        return ExitCode.OK
    organizers, threshold = len(charter.founders), charter.policies.threshold
    print(
        tr(
            "Network {name} made in {root}. You are member 1, {handle}.",
            name=charter.name,
            root=folder_of(args).root,
            handle=args.handle,
        )
    )
    print(tr("The network, to compare aloud: {words}", words=answer["network_words"]))
    print(
        "                           "
        + tr("or: {fingerprint}", fingerprint=answer["network_fingerprint"])
    )
    print(tr("You: {words}", words=answer["words"]))
    print(" " + tr("or: {fingerprint}", fingerprint=answer["fingerprint"]))
    if organizers == 1:
        print(
            tr("One key rules this network: whoever has it lets anybody in. Found it with three.")
        )
    elif threshold == 1:
        print(
            tr(
                "Each of {organizers} organizers decides alone: one key lets anybody in.",
                organizers=organizers,
            )
        )
    else:
        print(
            tr(
                "{threshold} of {organizers} organizers must agree on each decision.",
                threshold=threshold,
                organizers=organizers,
            )
        )
    for path in files:
        print(
            tr(
                "Grant of another founder: {path}; they take it with `meshdefense member join`.",
                path=path,
            )
        )
    print(tr("Next: others run `meshdefense member request`, you answer with `member grant`."))
    print(first_run())
    return ExitCode.OK


def _policy(text: str) -> tuple[str, int]:
    name, separator, value = text.partition("=")
    if not separator or not value.isascii() or not value.isdecimal():
        raise CliError(
            tr("{text!r} is no policy; write for example verdicts-high=2", text=text),
            ExitCode.USAGE,
        )
    return name, int(value[:6])
