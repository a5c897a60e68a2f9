"""Digests for the golden vectors: fields and bytes, sums of hashes, contents to be refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from meshdefense_protocol.class_set import item_hash
from meshdefense_protocol.digest import HASH_MASK, Digest, Entry, Vector, encode_digest
from meshdefense_protocol.frames import FrameType, seal_control
from meshdefense_protocol.receipts import members_of
from meshdefense_protocol.sealing import KeyClass
from support.network import Network

__all__ = ["digest_fields", "digests"]

EVERYONE, FIELD, DISPATCH = KeyClass.EVERYONE, KeyClass.FIELD, KeyClass.DISPATCH
ALL_AUTHORS = (0, 0xFFFF)
SUMMED = (("report", 0), ("verdict", 0), ("notice", 0))
"""File and case of the items whose hashes are added."""


def digests(packets: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The file digests.json; `packets` are the files of the items that are summed."""
    items = [
        {"file": file, "name": packets[file]["cases"][place]["name"],
         "item": packets[file]["cases"][place]["item"]}
        for file, place in SUMMED
    ]  # fmt: skip
    values = [item_hash(bytes.fromhex(item["item"])) for item in items]
    sums = [
        {"items": chosen, "sum": _hex(sum(values[n] for n in chosen) & HASH_MASK)}
        for chosen in ([0], [1], [0, 1], [0, 2], [0, 1, 2])
    ]
    total = sum(values) & HASH_MASK
    return {
        "items": [{**item, "hash": _hex(value)} for item, value in zip(items, values, strict=True)],
        "sums": sums,
        "cases": [_case(name, sealed, digest) for name, sealed, digest in _said(total)],
        "refused": [{"why": why, "content": content.hex()} for why, content in _refused()],
    }


def _said(total: int) -> Iterable[tuple[str, KeyClass, Digest]]:
    one = ((EVERYONE, total),)
    three = Entry(3, 0, ((17, 17),))
    holes = Entry(4, 1, ((40, 38), (30, 30), (21, 5)), cut=True)
    yield "the items above, nobody else known", EVERYONE, Digest(3, 0x9DE3, one)
    yield "nothing at all", EVERYONE, Digest(5, 0, ())
    two = ((EVERYONE, total), (DISPATCH, 0x0123456789ABCDEF))
    yield "two classes, held by 3 and 4", EVERYONE, Digest(2, 0x9DE4, two, 0b11000)
    yield "held by 9, 17 and 135", EVERYONE, Digest(
        2, 0xFFFF, one, 1 << 9 | 1 << 17 | 1 << 135
    )  # fmt: skip
    yield (
        "a question to 2: runs, holes, a cut",
        EVERYONE,
        Digest(3, 0x9DE5, one, 0, Vector(*ALL_AUTHORS, (three, holes)), 2),
    )
    yield (
        "a question to anybody, of nothing at all",
        EVERYONE,
        Digest(6, 1, (), 0, Vector(*ALL_AUTHORS, ())),
    )
    yield "two lives of one author, sealed for the field", FIELD, Digest(
        4, 0x0102, ((EVERYONE, total), (FIELD, 1)), 0b100,
        Vector(3, 3, (Entry(3, 0, ((262143, 262143),)), Entry(3, 63, ((0, 0),)))), 3,
    )  # fmt: skip
    many = tuple(Entry(author, 0, ((200, 180),)) for author in range(1, 31))
    yield "thirty authors", EVERYONE, Digest(1, 0x7777, one, 0, Vector(*ALL_AUTHORS, many))


def _refused() -> Iterable[tuple[str, bytes]]:
    head = bytes.fromhex("00039de3")
    yield "nothing", b""
    yield "without flags", head
    yield "a bit that must be zero", head + b"\x40"
    yield "a hash that ends too early", head + b"\x01" + bytes(7)
    yield "a byte after the hash", head + b"\x01" + bytes(9)
    yield "holders without a bitmap", head + b"\x10"
    yield "a bitmap of no bytes", head + b"\x10\x00\x00"
    yield "a bitmap with nobody in it", head + b"\x10\x00\x01\x00"
    yield "a bitmap that begins with an empty byte", head + b"\x10\x00\x02\x00\x01"
    yield "a bitmap that ends with an empty byte", head + b"\x10\x00\x02\x01\x00"
    yield "a bitmap of 17 bytes", head + b"\x10\x00\x11" + b"\x01" * 17
    yield "a bitmap beyond every member number", head + b"\x10\xff\x02\x00\x01"
    vector = head + b"\x20" + b"\x00\x00"
    every = vector + b"\x00\x00\xff\xff"
    yield "a vector without its last author", vector + b"\x00\x00\xff"
    yield "the first author after the last", vector + b"\x00\x05\x00\x04"
    yield "an author after the last", vector + b"\x00\x00\x00\x04" + b"\x05\x04\x00"
    yield "an entry without runs", every + b"\x03\x44"
    yield "a number in more bytes than it needs", every + b"\x83\x00\x44\x00"
    yield "a number of four bytes", every + b"\x83\x80\x80\x00\x44\x00"
    yield "an incarnation 0 that is written", every + b"\x03\x45\x00\x00"
    yield "incarnation 64", every + b"\x03\x45\x40\x00"
    yield "sequence 262144", every + b"\x03\x80\x80\x40\x00"
    yield "a run below sequence 0", every + b"\x03\x44\x24"
    yield "a hole below sequence 0", every + b"\x03\x44\x01\x10\x00"
    yield "the same author and incarnation twice", every + b"\x03\x44\x00\x00\x48\x00"
    yield "incarnations out of order", every + b"\x03\x45\x02\x00\x00\x45\x01\x00"
    yield "announced run missing", every + b"\x03\x44\x01"


def _case(name: str, sealed: KeyClass, digest: Digest) -> dict[str, Any]:
    content = encode_digest(digest)
    frame = seal_control(Network().all_keys(), sealed, FrameType.DIGEST, content)
    return {
        "name": name,
        "type": int(FrameType.DIGEST),
        "fields": digest_fields(digest),
        "content": content.hex(),
        "class": int(sealed),
        "frame": frame.hex(),
        "size": len(frame),
    }


def digest_fields(digest: Digest) -> dict[str, Any]:
    """A digest as JSON: hashes by class as hex, holders as member numbers."""
    vector = digest.vector
    return {
        "sender": digest.sender,
        "stamp": digest.stamp,
        "hashes": {str(int(key_class)): _hex(value) for key_class, value in digest.hashes},
        "holders": list(members_of(digest.holders)),
        "asks": digest.asks,
        "vector": vector and {
            "first": vector.first,
            "last": vector.last,
            "entries": [
                {
                    "author": entry.author,
                    "incarnation": entry.incarnation,
                    "runs": [list(run) for run in entry.runs],
                    "cut": entry.cut,
                }
                for entry in vector.entries
            ],
        },
    }  # fmt: skip


def _hex(value: int) -> str:
    return f"{value:016x}"
