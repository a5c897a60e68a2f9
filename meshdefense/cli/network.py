"""`meshdefense network create`: a new network, with this node as its founder."""

from __future__ import annotations

import argparse
import json

from meshdefense.cli.attach import add_data, add_json, folder_of
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.unlock import add_passphrase, guarded, opened_store

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    create = verbs.add_parser("create", help="make a new network, with you as its founder")
    create.add_argument("--name", required=True, help="name of the network, for screens")
    create.add_argument("--handle", required=True, help="your own handle; not your real name")
    create.add_argument(
        "--origin", required=True, nargs=2, type=float, metavar=("LAT", "LON"),
        help="middle of your area in degrees; places are sent relative to it",
    )  # fmt: skip
    create.add_argument(
        "--unit", type=int, choices=(1, 10), default=1, metavar="M",
        help="1: areas up to 260 km wide, 10: up to 2,600 km (default 1)",
    )  # fmt: skip
    add_data(create)
    add_passphrase(create)
    add_json(create)


@guarded
def run(args: argparse.Namespace) -> int:
    """Make the network in the data folder."""
    import secrets

    from meshdefense import clock, enrolment
    from meshdefense_protocol.identity import fingerprint
    from meshdefense_protocol.roster import check_member_name

    check_member_name(args.handle)  # before a passphrase is asked for
    lat, lon = args.origin
    enrolment.check_area(args.name, lat, lon)
    fields = {
        "name": args.name,
        "origin_lat_e5": round(lat * 1e5),
        "origin_lon_e5": round(lon * 1e5),
        "unit_m": args.unit,
        "date": int(clock.now()) // 86_400 * 86_400,
    }
    with opened_store(args, make=True) as store:
        charter = enrolment.create_network(store, fields, args.handle, secrets.token_bytes)
    key = fingerprint(charter.founder)
    if args.json:
        answer = {"network_id": charter.network_id.hex(), "member": 1, "fingerprint": key}
        print(json.dumps(answer))
        return ExitCode.OK
    print(
        f"Network {charter.name} made in {folder_of(args).root}. You are member 1, {args.handle}."
    )
    print(f"Your fingerprint, to read aloud when people join: {key}")
    print("Next: others run `meshdefense member request`, you answer with `member grant`.")
    return ExitCode.OK
