"""Write the golden vectors, or with --check say which of them no longer hold.

    python tests/vectors/make.py [--check]

One file for each kind of packet, and for frames, charter, rosters, re-key, identities, places
and refused inputs. Every key is made from a fixed seed; nothing depends on the clock or on chance,
since sealing and signing are deterministic. docs/protocol.md, "Vectors", describes the fields.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a script, from anywhere

from meshdefense_protocol.fragments import (
    Fragment,
    FragmentRequest,
    content_hash,
    content_of,
    cut,
    encode_fragment,
    encode_request,
)
from meshdefense_protocol.frames import FrameType, seal_control
from meshdefense_protocol.identity import PURPOSE_ITEM, fingerprint
from meshdefense_protocol.items import Item, time_units
from meshdefense_protocol.limits import SIGNATURE_SIZE
from meshdefense_protocol.packets import (
    Acknowledge,
    Beacon,
    CheckIn,
    KnownBody,
    Manifest,
    Notice,
    Report,
    Retract,
    Sos,
    Verdict,
)
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.place import Grid, GridPlace, place_bits
from meshdefense_protocol.place import absolute_bytes as absolute_form
from meshdefense_protocol.roster import classes_for, role_names
from meshdefense_protocol.sealing import KeyClass, KeyRing
from support.network import DATE, NOW, ROLES, Network, epoch_secret, seed_of
from support.vectors import FOLDER, fields_of
from vectors.answers import ANSWERS
from vectors.decisions import DECISIONS, rosters
from vectors.digests import digests
from vectors.make_rekey import rekey
from vectors.refused import invalid, signed_bytes
from vectors.spoken import spoken

__all__ = ["build"]

Vector = dict[str, Any]
NETWORK = Network()
GRID = NETWORK.charter.grid
CORNER = GRID.place(34.05223, -118.24368, 2)
BLOCK = GRID.place(34.05223, -118.24368, 5)
ABROAD = GRID.place(60.16985, 24.93837, 4)
REPORT_ID = ItemId(3, 0, 17)
LONG_TEXT = (
    "Situación a las 18:00. The gym is open as a shelter: 120 beds, 45 taken. Water until "
    "tomorrow noon, insulin for two days. Main Street is closed between 3rd and 5th; buses stop "
    "at the library. Se necesitan mantas y dos personas que hablen mixteco. Next report at 21:00."
)


def build() -> dict[str, Vector]:
    """Every vector file by name."""
    packets = {
        "report": _packets(1, _REPORTS),
        "verdict": _packets(2, _VERDICTS),
        "checkin": _packets(4, _CHECKINS),
        "notice": _packets(5, _NOTICES),
        "retract": _packets(6, _RETRACTS),
        "acknowledge": _packets(7, _ACKNOWLEDGES),
        "manifest": _packets(8, _manifests()),
        **{name: _packets(said[0][2].KIND, said) for name, said in ANSWERS.items()},
        **{name: _packets(said[0][2].KIND, said) for name, said in DECISIONS.items()},
        "beacon": _packets(48, _BEACONS),
    }
    return {
        **packets,
        "network": _network(),
        "places": _places(),
        "unknown": _unknown(),
        "frames": _frames(),
        "digests": digests(packets),
        "fragments": _fragments(),
        "invalid": invalid(),
        "rosters": rosters(),
        "rekey": rekey(),
        "spoken": spoken(),
    }


# -- who is there --------------------------------------------------------------------------


def _network() -> Vector:
    members = [
        {
            "number": NETWORK.number(name),
            "name": name,
            "seed": seed_of(name).hex(),
            "key": NETWORK.identities[name].key.hex(),
            "fingerprint": fingerprint(NETWORK.identities[name].key),
            "roles": int(ROLES[name]),
            "role_names": role_names(ROLES[name]),
            "classes": [int(held) for held in sorted(classes_for(ROLES[name]))],
        }
        for name in ROLES
    ]
    secrets = [epoch_secret(key_class, epoch) for key_class in KeyClass for epoch in (1, 2)]
    return {
        "charter": NETWORK.charter.encode().decode(),
        "network_id": NETWORK.network_id.hex(),
        "members": members,
        "secrets": [
            {
                "class": int(secret.key_class),
                "epoch": secret.epoch,
                "secret": secret.secret.hex(),
                "frame_key": secret.frame_key().hex(),
            }
            for secret in secrets
        ],
    }


def _places() -> Vector:
    near = Grid(34.05, -118.25, 1)
    coarse = Grid(34.05, -118.25, 10)
    date_line = Grid(-17.7, 179.99, 1)
    asked = [
        *((near, 34.05223, -118.24368, code) for code in range(1, 12)),
        *((coarse, 34.05223, -118.24368, code) for code in (2, 3, 4, 5, 11)),
        (near, 34.05, -118.25, 2),
        (near, 34.0499, -118.2501, 2),
        (near, 60.16985, 24.93837, 4),
        (coarse, 36.0, -120.0, 8),
        (date_line, -17.7, -179.99, 2),
        (near, 90.0, 180.0, 11),
        (near, -90.0, -180.0, 2),
    ]
    cases = []
    for grid, lat, lon, code in asked:
        place = grid.place(lat, lon, code)
        case = {
            "origin_lat": grid.origin_lat,
            "origin_lon": grid.origin_lon,
            "unit_m": grid.unit_m,
            "lat": lat,
            "lon": lon,
            "precision": code,
            "place": fields_of(CheckIn(0, place=place))["place"],
            "bits": place_bits(place).to_bytes(5, "big").hex(),
            "extension": None if isinstance(place, GridPlace) else absolute_form(place).hex(),
            "shown": list(grid.degrees(place)),
        }
        cases.append(case)
    return {"cases": cases}


# -- what they say -------------------------------------------------------------------------

_REPORTS: list[tuple[str, str, KnownBody]] = [
    (
        "three unmarked vehicles, high, seen two minutes ago",
        "pia",
        Report(CORNER, 1, 2, 3, 2, 1, 1, equipment=frozenset({1})),
    ),
    ("nothing but the kind", "ned", Report(None, 19, 0)),
    (
        "everything that fits",
        "pia",
        Report(
            BLOCK, 4, 1, 19, 10, 6, 7, 1, "by the río gate", 64, frozenset({0, 11}), 7200
        ),
    ),
    ("outside the area", "pia", Report(ABROAD, 7, 3, 0, 11, 3, 2)),
    ("codes of a later version", "pia", Report(CORNER, 31, 3, 31, 15, 7, 6, 3)),
    ("an extension of a later version", "pia", Report(CORNER, 10, extra={200: b"\x01\x02"})),
    ("the longest note", "pia", Report(CORNER, 12, 1, note="n" * 60)),
    ("adds to another report", "ned", Report(BLOCK, 1, 2, 4, about=REPORT_ID)),
]  # fmt: skip
_VERDICTS: list[tuple[str, str, KnownBody]] = [
    ("confirmed", "vic", Verdict(REPORT_ID, 1)),
    ("counted, with a note", "vic", Verdict(REPORT_ID, 3, 120, "a parade")),
]
_CHECKINS: list[tuple[str, str, KnownBody]] = [
    ("ok, due in 30 minutes", "pia", CheckIn(1, 6)),
    ("need help, here", "pia", CheckIn(2, 0, CORNER)),
    ("abroad", "pia", CheckIn(4, 63, ABROAD)),
]
_NOTICES: list[tuple[str, str, KnownBody]] = [
    ("to everyone", "base", Notice("Water and blankets at the school gym.", language=1)),
    ("urgent, to one member", "base", Notice("Salga ya", 0, 3, True, 2, 1800)),
    ("to dispatch", "base", Notice("Shift change at 18:00", 2)),
    ("the longest text", "base", Notice("t" * 70)),
]
_RETRACTS: list[tuple[str, str, KnownBody]] = [("a mistake", "pia", Retract(REPORT_ID, 0))]
_ACKNOWLEDGES: list[tuple[str, str, KnownBody]] = [
    ("read", "rob", Acknowledge((REPORT_ID,))),
    (
        "acting on three",
        "lea",
        Acknowledge((ItemId(2, 0, 4), ItemId(2, 1, 0), REPORT_ID), 1),
    ),
    (
        "fourteen at once",
        "rob",
        Acknowledge(tuple(ItemId(3, 0, number) for number in range(14))),
    ),
]


def _manifests() -> list[tuple[str, str, KnownBody]]:
    content = content_of(LONG_TEXT)
    found = content_hash(NETWORK.network_id, content)
    return [
        ("the text of fragments.json", "pia", Manifest(len(content), found, language=1)),
        (
            "for dispatch, about a report, for two hours",
            "base",
            Manifest(1500, bytes(range(16)), 2, 2, REPORT_ID, 7200),
        ),
        ("the shortest text", "ned", Manifest(1, bytes(16))),
    ]


_BEACONS: list[tuple[str, str, KnownBody]] = [
    ("walking east", "pia", Beacon(BLOCK, 2, 1, 11, 4)),
    ("knows nothing", "pia", Beacon(None)),
    ("abroad", "pia", Beacon(ABROAD, None, 0, 14, 1)),
]


def _packets(kind: int, said: list[tuple[str, str, KnownBody]]) -> Vector:
    network = Network()
    cases = []
    for index, (name, author, body) in enumerate(said):
        drill = index == 1
        item = network.item(
            author, body, sequence=17 + index, incarnation=index % 2, now=NOW + index, drill=drill
        )
        cases.append({"name": name, **_item_case(item, fields_of(body), _class_of(body))})
    return {"kind": kind, "cases": cases}


def _class_of(body: KnownBody) -> KeyClass:
    return (
        KeyClass(body.scope)
        if isinstance(body, (Report, Notice, Manifest, Sos))
        else KeyClass.EVERYONE
    )


def _item_case(item: Item, fields: Vector, key_class: KeyClass) -> Vector:
    frame = NETWORK.frame([item], key_class)
    lifetime = None if item.id.stream is Stream.ROSTER else item.lifetime_s
    return {
        "author": item.id.author,
        "incarnation": item.id.incarnation,
        "sequence": item.id.sequence,
        "stream": item.id.stream.name.lower(),
        "units": item.units,
        "claimed_at": item.claimed_at(DATE),
        "lifetime_s": lifetime,
        "drill": item.drill,
        "fields": fields,
        "signed": (PURPOSE_ITEM + NETWORK.network_id + item.raw[:-SIGNATURE_SIZE]).hex(),
        "item": item.raw.hex(),
        "class": int(key_class),
        "frame": frame.hex(),
        "frame_size": len(frame),
    }


def _unknown() -> Vector:
    network = Network()
    cases = []
    for name, kind, extended, content in (
        ("a kind of the log", 25, False, b"\x03\x00\x00\x11\x40"),
        ("a kind of the log, announced as extended", 26, True, b"\x00\x07\x01\xff"),
        ("a position of a later version", 63, False, bytes(7)),
        ("no body at all", 31, False, b""),
    ):
        head = bytes((kind << 2 | extended,)) + b"\x00\x03" + b"\x00\x00\x20"
        raw = signed_bytes("pia", head + time_units(NOW, DATE).to_bytes(3, "big") + content)
        frame = network.frame([raw])
        cases.append(
            {
                "name": name,
                "kind": kind,
                "extended": extended,
                "author": 3,
                "incarnation": 0,
                "sequence": 32,
                "stream": "position" if kind >= 48 else "log",
                "content": content.hex(),
                "item": raw.hex(),
                "frame": frame.hex(),
                "frame_size": len(frame),
            }
        )
    return {"cases": cases}


def _frames() -> Vector:
    network = Network()
    report = network.item("pia", Report(CORNER, 1, 2, 3), sequence=0)
    verdict = network.item("vic", Verdict(report.id, 1), sequence=0)
    ack = network.item("rob", Acknowledge((report.id,)), sequence=0)
    cases = []
    for key_class in KeyClass:
        for epoch in (1, 2):
            notice = network.item("base", Notice(f"{key_class.name} {epoch}", int(key_class)))
            ring = KeyRing(network.network_id, [epoch_secret(key_class, epoch)])
            frame = ring.seal(key_class, 0x11, notice.raw)
            cases.append(_frame_case(f"{key_class.name.lower()}, epoch {epoch}", [notice], frame,
                                     key_class, epoch))  # fmt: skip
    for name, items in (
        ("two items, above the usual 165 bytes", [verdict, ack]),
        ("a report and its verdict in one frame", [report, verdict]),
    ):
        cases.append(_frame_case(name, items, network.frame(items), KeyClass.EVERYONE, 1))
    return {"cases": cases}


def _fragments() -> Vector:
    content = content_of(LONG_TEXT)
    everyone, dispatch = KeyClass.EVERYONE, KeyClass.DISPATCH
    cases = [
        _control_case(
            f"fragment {index} of the text",
            FrameType.FRAGMENT,
            everyone,
            encode_fragment(Fragment(REPORT_ID, index, data)),
            {"ref": str(REPORT_ID), "index": index, "data": data.hex()},
        )
        for index, data in enumerate(cut(content))
    ]
    for name, key_class, held in (
        ("nothing is held", everyone, 0),
        ("the first and the last of eleven are held", dispatch, 0b100_0000_0001),
    ):
        asked = FragmentRequest(7, 0x1234, REPORT_ID, held)
        fields = {"sender": 7, "stamp": 0x1234, "ref": str(REPORT_ID), "held": held}
        cases.append(
            _control_case(name, FrameType.REQUEST, key_class, encode_request(asked), fields)
        )
    found = content_hash(NETWORK.network_id, content)
    return {"text": LONG_TEXT, "content_hash": found.hex(), "cases": cases}


def _control_case(
    name: str, kind: FrameType, key_class: KeyClass, content: bytes, fields: Vector
) -> Vector:
    frame = seal_control(NETWORK.all_keys(), key_class, kind, content)
    return {
        "name": name,
        "type": int(kind),
        "fields": fields,
        "content": content.hex(),
        "class": int(key_class),
        "frame": frame.hex(),
        "size": len(frame),
    }


def _frame_case(
    name: str, items: list[Item], frame: bytes, key_class: KeyClass, epoch: int
) -> Vector:
    return {
        "name": name,
        "class": int(key_class),
        "epoch": epoch,
        "type": frame[0] & 15,
        "items": [item.raw.hex() for item in items],
        "frame": frame.hex(),
        "size": len(frame),
    }


def text_of(vector: Vector) -> str:
    """A vector file's text."""
    return json.dumps(vector, indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    """Write or check all files; 1 when --check finds one that differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, compare only")
    check = parser.parse_args().check
    wrong = 0
    for name, vector in build().items():
        path = FOLDER / f"{name}.json"
        text = text_of(vector)
        if check and (not path.exists() or path.read_text(encoding="utf-8") != text):
            print(f"{path.name} differs from what the code says", file=sys.stderr)  # noqa: T201
            wrong = 1
        elif not check:
            path.write_text(text, encoding="utf-8")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
