"""`meshdefense packet`: what the bytes of a frame or an item say.

    meshdefense packet decode HEX [--keys FILE] [--item] [--json]
    meshdefense packet keys --out FILE        what a node can open, for decode; a secret file

Exit codes: 0 explained, 1 a receiver would drop it, 2 the request itself is wrong.
The keys file is described in docs/protocol.md, "Keys file".
"""

from __future__ import annotations

import argparse
import json
import stat
import sys
from pathlib import Path
from typing import Any, Final

from meshdefense.cli.explain_packet import explain
from meshdefense.cli.explanation import Explanation, Keys, Row
from meshdefense_protocol.canonical import canonical_json, distinct_fields
from meshdefense_protocol.charter import Charter
from meshdefense_protocol.council import Council
from meshdefense_protocol.errors import DecodeError, Rejection
from meshdefense_protocol.items import Item, Stream, decode_item
from meshdefense_protocol.sealing import EpochSecret, KeyClass, KeyRing

__all__ = ["UsageError", "configure", "parse_hex", "read_keys", "run"]

KEYS_MAX: Final = 4 << 20
"""Bytes: 4,096 founders and as many decisions."""
_KEYS_FIELDS: Final = {"charter", "decisions", "secrets"}
FIRST_EPOCH: Final = 1
"""The epoch of a secret whose name does not say one."""
INPUT_MAX: Final = 4096
"""Bytes; far more than any frame, so that a wrong file is noticed before it is printed."""


class UsageError(Exception):
    """What was asked for makes no sense; the text says what does."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of the noun `packet`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    decode = verbs.add_parser("decode", help="explain a frame or an item byte by byte")
    decode.add_argument("hex", metavar="HEX", help="hex digits, spaces and colons; - reads stdin")
    decode.add_argument("--keys", metavar="FILE", type=Path, help="charter, decisions and secrets")
    decode.add_argument("--item", action="store_true", help="the bytes are an item, not a frame")
    decode.add_argument("--json", action="store_true", help="print JSON for programs")
    keys = verbs.add_parser("keys", help="write this node's keys into a file for decode")
    keys.add_argument(
        "--out", metavar="FILE", type=Path, required=True,
        help="file to write, mode 0600; whoever has it reads what your group says",
    )  # fmt: skip
    keys.add_argument("--data", metavar="DIR", type=Path, help="data folder of the node")
    keys.add_argument("--passphrase-file", metavar="FILE", type=Path, help="instead of asking")


def run(args: argparse.Namespace) -> int:
    """Do what was asked; returns the exit code."""
    if args.verb == "keys":
        from meshdefense.cli.packet_keys import export

        return export(args)
    try:
        text = sys.stdin.read() if args.hex == "-" else args.hex
        raw = parse_hex(text)
        keys = Keys() if args.keys is None else _load_keys(args.keys)
    except UnicodeDecodeError:
        print("meshdefense: standard input is not text; send hex digits", file=sys.stderr)
        return 2
    except UsageError as error:
        print(f"meshdefense: {error}", file=sys.stderr)
        return 2
    found = explain(raw, keys, bare_item=args.item)
    print(json.dumps(_as_json(found), indent=1) if args.json else _as_text(found))
    return 0 if found.rejection is None else 1


def parse_hex(text: str) -> bytes:
    """Hex digits with white space, colons and a leading 0x. Raises UsageError."""
    digits = "".join(text.split()).replace(":", "").removeprefix("0x").removeprefix("0X")
    wrong = next((c for c in digits if c not in "0123456789abcdefABCDEF"), None)
    if wrong is not None:
        raise UsageError(f"{wrong!a} is not a hex digit")
    if not digits:
        raise UsageError("there are no hex digits to explain")
    if len(digits) % 2:
        raise UsageError(f"{len(digits)} hex digits make no whole bytes; one is missing")
    if len(digits) > 2 * INPUT_MAX:
        raise UsageError(f"{len(digits) // 2} bytes are no frame; frames have at most 200")
    return bytes.fromhex(digits)


def _load_keys(path: Path) -> Keys:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UsageError("the keys file is no file but a folder, pipe or device")
        with path.open("rb") as file:
            raw = file.read(KEYS_MAX + 1)
    except OSError as error:
        raise UsageError(f"cannot read the keys file: {error.strerror or error}") from error
    if len(raw) > KEYS_MAX:
        raise UsageError("that is too large for a keys file")
    return read_keys(raw)


def read_keys(raw: bytes) -> Keys:
    """A keys file. Raises UsageError that names what is wrong in it."""
    try:
        fields = json.loads(raw, object_pairs_hook=distinct_fields)
    except (ValueError, RecursionError) as error:
        raise UsageError("the keys file is not JSON") from error
    if not isinstance(fields, dict) or "charter" not in fields or fields.keys() - _KEYS_FIELDS:
        raise UsageError('a keys file holds "charter" and may hold "decisions" and "secrets"')
    try:
        charter = Charter.decode(canonical_json(fields["charter"]))
        council = Council(charter, _read_decisions(fields.get("decisions", []), charter))
    except (DecodeError, RecursionError) as error:
        raise UsageError(f"in the keys file, {error}") from error
    ring = None
    if "secrets" in fields:
        ring = KeyRing(charter.network_id, _read_secrets(fields["secrets"]))
    return Keys(charter, council.roster, ring)


def _read_decisions(values: Any, charter: Charter) -> list[Item]:
    """Without looking at signatures: whoever has the file decides what is explained with it."""
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise UsageError('"decisions" in the keys file is not a list of items in hex')
    try:
        items = [decode_item(bytes.fromhex(v), grid_unit_m=charter.unit_m) for v in values]
    except ValueError as error:
        raise UsageError('"decisions" in the keys file is not a list of items in hex') from error
    if any(isinstance(item, Rejection) or item.id.stream is not Stream.ROSTER for item in items):
        raise UsageError('in "decisions" of the keys file is what is no decision')
    return [item for item in items if not isinstance(item, Rejection)]


def _read_secrets(fields: Any) -> list[EpochSecret]:
    if not isinstance(fields, dict):
        raise UsageError('"secrets" in the keys file is not an object of class names and hex')
    secrets = []
    for name, value in fields.items():
        class_name, _, epoch = name.partition("/")
        try:
            key_class = KeyClass[class_name.upper()]
            secrets.append(EpochSecret(key_class, int(epoch or FIRST_EPOCH), bytes.fromhex(value)))
        except KeyError:
            known = ", ".join(each.name.lower() for each in KeyClass)
            raise UsageError(f"{name!a} is no key class; they are {known}") from None
        except (TypeError, ValueError):  # says nothing of the value: it is a secret
            raise UsageError(
                f'the secret {name!a} is not "CLASS" or "CLASS/EPOCH" with 64 hex digits'
            ) from None
    return secrets


def _as_json(found: Explanation) -> dict[str, Any]:
    return {
        "what": found.what,
        "size": found.size,
        "fields": [
            {
                "offset": row.offset // 8,
                "bit": row.offset % 8,
                "bits": row.bits,
                "raw": row.raw,
                "field": row.field,
                "value": row.value,
                "meaning": row.meaning,
            }
            for row in found.rows
        ],
        "notes": found.notes,
        "rejection": None if found.rejection is None else found.rejection.value,
        "reason": found.reason,
    }


def _as_text(found: Explanation) -> str:
    lines = [f"{found.what} of {found.size} bytes"]
    lines += [f"  {note}" for note in found.notes]
    lines.append("")
    width = max((len(row.field) for row in found.rows), default=0)
    for row in found.rows:
        pieces = _pieces(row)
        number = "" if row.value is None else str(row.value)
        columns = (f"{_offset(row):>6}", f"{pieces[0]:<18}", f"{row.field:<{width}}")
        lines.append("  ".join((*columns, f"{number:>8}", row.meaning)).rstrip())
        lines += [f"{'':>6}  {piece}" for piece in pieces[1:]]
    lines.append("")
    if found.rejection is None:
        lines.append("nothing wrong was found")
    else:
        lines.append(f"dropped by receivers ({found.rejection.value}): {found.reason}")
    return "\n".join(lines)


def _offset(row: Row) -> str:
    return str(row.offset // 8) + (f".{row.offset % 8}" if row.offset % 8 else "")


def _pieces(row: Row) -> list[str]:
    """The raw digits, 16 in a line where there are more than fit the column."""
    if len(row.raw) <= 18:
        return [row.raw]
    return [row.raw[at : at + 16] for at in range(0, len(row.raw), 16)]
