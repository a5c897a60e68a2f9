"""Organizers' decisions in a file, and what would become of them here.

    type         "meshdefense roster 1"
    network_id   hex
    items        decisions as hex
    wraps        by epoch: the sealed seeds of new keys as hex

Nothing in it is secret to members, and nobody signs the file: each item bears its author's
signature, and wraps are what a decision names or nothing.
`trial` looks at items without taking them, so that a hostile file changes nothing.
Source: docs/protocol.md, "Files".
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from meshdefense.enrolment.errors import EnrolmentError
from meshdefense.enrolment.grants import hex_items
from meshdefense_protocol.canonical import read_json_object
from meshdefense_protocol.charter import Charter
from meshdefense_protocol.council import Council
from meshdefense_protocol.errors import DecodeError, Rejection
from meshdefense_protocol.items import Item, decode_item
from meshdefense_protocol.packets.reference import Stream
from meshdefense_protocol.rekey_parts import PART_SIZE, PARTS_MAX
from meshdefense_protocol.roster import Roster
from meshdefense_protocol.vault import EPOCHS_KEPT

__all__ = ["RosterFile", "Trial", "read_roster_file", "roster_text", "trial"]

ROSTER_TYPE: Final = "meshdefense roster 1"
_FIELDS: Final = {"type", "network_id", "items", "wraps"}
_EPOCH_MAX: Final = 0xFFFF


@dataclass(frozen=True, slots=True)
class Trial:
    """What would become of items here."""

    roster: Roster
    """With all that would be accepted."""
    accepted: tuple[bytes, ...]
    """New ones in an order in which each author is known when it comes."""
    known: int
    refused: Counter[Rejection]


@dataclass(frozen=True, slots=True)
class RosterFile:
    """What a roster file holds; nothing of it is believed yet."""

    items: tuple[bytes, ...]
    wraps: tuple[tuple[int, bytes], ...]
    """Epoch and content."""


def roster_text(
    network_id: bytes, items: Iterable[bytes], wraps: Iterable[tuple[int, bytes]] = ()
) -> str:
    """The file with these decisions, and the wraps of epochs."""
    content = {
        "type": ROSTER_TYPE,
        "network_id": network_id.hex(),
        "items": [raw.hex() for raw in items],
        "wraps": {str(epoch): content.hex() for epoch, content in wraps},
    }
    return json.dumps(content, indent=1) + "\n"


def read_roster_file(text: str, network_id: bytes) -> RosterFile:
    """The decisions in a file. Raises DecodeError, EnrolmentError for another network's."""
    fields = read_json_object(text.encode(errors="replace"), _FIELDS, "roster file")
    if fields["type"] != ROSTER_TYPE:
        raise DecodeError(f"this is not a roster file but {fields['type']!a}")
    if not isinstance(fields["network_id"], str):
        raise DecodeError("the roster file is damaged: its network_id is not text")
    if fields["network_id"] != network_id.hex():
        raise EnrolmentError("that roster file is of another network; nothing was taken from it")
    return RosterFile(hex_items(fields["items"], "roster file"), _wraps(fields["wraps"]))


def _wraps(value: object) -> tuple[tuple[int, bytes], ...]:
    if not isinstance(value, dict) or len(value) > EPOCHS_KEPT + 1:
        raise DecodeError("the roster file is damaged: its wraps are not an object by epoch")
    contents = hex_items(list(value.values()), "roster file")
    found = []
    for name, content in zip(value, contents, strict=True):
        numbered = name.isascii() and name.isdecimal() and name == name.lstrip("0")
        if not numbered or not 2 <= int(name[:6]) <= _EPOCH_MAX:
            raise DecodeError(f"the roster file is damaged: {name!a} is no epoch")
        if not 1 <= len(content) <= PART_SIZE * PARTS_MAX:
            raise DecodeError("the roster file is damaged: wraps that no frames could carry")
        found.append((int(name), content))
    return tuple(found)


def trial(charter: Charter, held: Sequence[Item], raws: Iterable[bytes], now: float) -> Trial:
    """Look at decisions by hand beside those that are `held`, at `now` in seconds.

    Items come in any order: what its author may say is judged when nothing more is known of
    the author. Raises DecodeError for bytes that are no decision, or that the author whose
    number they bear did not sign: whoever made such a file did not get it from a node.
    """
    seen = {item.raw for item in held}
    waiting, known = [], 0
    for raw in dict.fromkeys(raws):
        if raw in seen:
            known += 1
            continue
        item = decode_item(raw, grid_unit_m=charter.unit_m)
        if isinstance(item, Rejection) or item.id.stream is not Stream.ROSTER:
            raise DecodeError("the file is damaged: not all in it are decisions of organizers")
        waiting.append(item)
    council = Council(charter, held)
    accepted: list[bytes] = []
    while True:
        roster = council.roster
        taken = {item.raw for item in waiting if _objection(charter, roster, item, now) is None}
        if not taken:
            break
        for item in waiting:
            if item.raw in taken:
                council.add(item)
                accepted.append(item.raw)
        waiting = [item for item in waiting if item.raw not in taken]
    refused: Counter[Rejection] = Counter()
    for item in waiting:
        refused[_objection(charter, roster, item, now) or Rejection.UNKNOWN_AUTHOR] += 1
    return Trial(roster, tuple(accepted), known, refused)


def _objection(charter: Charter, roster: Roster, item: Item, now: float) -> Rejection | None:
    author = roster.get(item.id.author)
    if author is None:
        return Rejection.UNKNOWN_AUTHOR
    if not item.is_signed_by(author.key, charter.network_id):
        raise DecodeError("the file is damaged or forged: a decision in it is not signed")
    return roster.objection(item, now)
