"""Re-key for the golden vectors: keys of a tree, covers, contents, parts, what is refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from meshdefense_protocol.identity import Identity
from meshdefense_protocol.rekey import class_secret, commitment_of, seal_boxes, seal_tree
from meshdefense_protocol.rekey_parts import content_hash, parts
from meshdefense_protocol.sealing import EpochSecret, KeyClass, KeyRing
from meshdefense_protocol.subtree import cover, path_keys

__all__ = ["NETWORK_ID", "rekey"]

NETWORK_ID = bytes(range(16))
MASTER = bytes(range(0x40, 0x60))
SEED = bytes(range(0xA0, 0xB0))
EPHEMERAL = bytes(range(0xC0, 0xE0))
RE_KEY_FRAME = 0x16
"""Version 1, type 6."""
COVERS = (
    ((), 1), ((), 1000), ((1,), 1), ((3,), 7), ((1,), 50), ((50,), 50), ((32,), 50),
    ((1, 2, 3), 7), ((2, 4, 6), 7), ((500,), 1000), ((16, 17, 18, 19), 200),
    ((1, 128, 255, 383, 512, 640, 767, 895, 950, 1000), 1000), ((65535,), 65535), ((1,), 65535),
)  # fmt: skip
"""Excluded numbers and the highest number."""
TREES = (
    ("one of seven", 2, 0, (3,), 7),
    ("one of fifty, in one frame", 2, 0, (17,), 50),
    ("one of a thousand, in two frames", 3, 1, (500,), 1000),
    ("nobody", 2, 0, (), 7),
    ("a bitmap is shorter", 2, 0, (1, 3, 5, 7, 9, 11), 12),
    ("a run", 65535, 255, tuple(range(16, 36)), 200),
)
BOXES = (
    ("three remain", 3, 1, (2, 3, 5)),
    ("one remains", 3, 1, (400,)),
    ("a run, in two frames", 4, 2, tuple(range(2, 9))),
)


def rekey() -> dict[str, Any]:
    """The file rekey.json."""
    trees = [_tree(*each) for each in TREES]
    boxes = [_boxes(*each) for each in BOXES]
    return {
        "network_id": NETWORK_ID.hex(),
        "master": MASTER.hex(),
        "path": {
            "generation": 1,
            "number": 500,
            "keys": {
                str(node): key.hex() for node, key in path_keys(MASTER, NETWORK_ID, 1, 500).items()
            },
        },
        "covers": [
            {"excluded": list(lost), "highest": highest, "nodes": list(cover(lost, highest))}
            for lost, highest in COVERS
        ],
        "seed": SEED.hex(),
        "commitments": {
            str(epoch): commitment_of(NETWORK_ID, epoch, SEED).hex() for epoch in (2, 3, 65535)
        },
        "class_secrets": [
            {
                "class": int(key_class),
                "epoch": epoch,
                "static": _static(key_class).hex(),
                "secret": class_secret(_static(key_class), SEED, key_class, epoch).hex(),
            }
            for key_class in KeyClass
            for epoch in (2, 65535)
        ],
        "trees": trees,
        "boxes": boxes,
        "frames": _frames(),
        "refused": [
            {"why": why, "content": content.hex()}
            for why, content in _refused(trees[0], boxes[0])
        ],
        "refused_parts": [
            {"why": why, "content": content.hex()} for why, content in _refused_parts()
        ],
    }  # fmt: skip


def _static(key_class: KeyClass) -> bytes:
    return bytes((key_class + 1,)) * 32


def _signing_seed(number: int) -> bytes:
    return number.to_bytes(2, "big") * 16


def _tree(
    name: str, epoch: int, generation: int, excluded: tuple[int, ...], highest: int
) -> dict[str, Any]:
    content = seal_tree(MASTER, NETWORK_ID, epoch, generation, SEED, excluded, highest)
    return {
        "name": name,
        "epoch": epoch,
        "generation": generation,
        "excluded": list(excluded),
        "highest": highest,
        "content": content.hex(),
        **_sent(epoch, content),
    }


def _boxes(name: str, epoch: int, generation: int, present: tuple[int, ...]) -> dict[str, Any]:
    members = {number: Identity(_signing_seed(number)).key for number in present}
    content = seal_boxes(NETWORK_ID, epoch, generation, SEED, members, EPHEMERAL)
    return {
        "name": name,
        "epoch": epoch,
        "generation": generation,
        "ephemeral": EPHEMERAL.hex(),
        "members": [
            {"number": number, "seed": _signing_seed(number).hex(), "key": key.hex()}
            for number, key in members.items()
        ],
        "content": content.hex(),
        **_sent(epoch, content),
    }


def _sent(epoch: int, content: bytes) -> dict[str, Any]:
    return {
        "content_hash": content_hash(NETWORK_ID, epoch, content).hex(),
        "parts": [part.hex() for part in parts(NETWORK_ID, epoch, content)],
    }


def _frames() -> list[dict[str, Any]]:
    secret = EpochSecret(KeyClass.EVERYONE, 1, bytes((0x11,)) * 32)
    keys = KeyRing(NETWORK_ID, [secret])
    content = seal_tree(MASTER, NETWORK_ID, 2, 0, SEED, (3,), 7)
    return [
        {
            "secret": secret.secret.hex(),
            "class": int(secret.key_class),
            "epoch": secret.epoch,
            "content": part.hex(),
            "frame": keys.seal(secret.key_class, RE_KEY_FRAME, part).hex(),
        }
        for part in parts(NETWORK_ID, 2, content)
    ]


def _refused(tree: dict[str, Any], boxes: dict[str, Any]) -> Iterable[tuple[str, bytes]]:
    sound, boxed = bytes.fromhex(tree["content"]), bytes.fromhex(boxes["content"])
    hundred = b"\0\0\0\x64"
    three = bytes(16 * len(cover((3,), 100)))
    yield "nothing", b""
    yield "cut off before the highest number", sound[:3]
    yield "cut off in the set", hundred + b"\x02\x04"
    yield "cut off in a bitmap", b"\x01\0\0\x64" + bytes(12)
    yield "a wrap too few", sound[:-16]
    yield "a wrap that ends too early", sound[:-1]
    yield "a byte too many", sound + b"\0"
    yield "a wrap too many", sound + bytes(16)
    yield "a mode of a later version", bytes((sound[0] | 0x20,)) + sound[1:]
    yield "a bit that must be zero", bytes((sound[0] | 2,)) + sound[1:]
    yield "the highest number is 0", b"\0\0\0\0\0" + bytes(16)
    yield "a number above the highest", hundred + b"\x01\xc8\x01" + three
    yield "a number above the highest, in a bitmap", b"\x01\0\0\x07\x80" + bytes(16)
    yield "a bitmap where runs are shorter", b"\x01\0\0\x64" + b"\x04" + bytes(12) + three
    yield (
        "a bitmap that is as long as the runs",
        b"\x01\0\0\x09\x08\0" + bytes(16 * len(cover((4,), 9))),
    )
    yield (
        "runs where a bitmap is shorter",
        b"\0\0\0\x07\x03\0\0\0" + bytes(16 * len(cover((1, 3, 5), 7))),
    )
    yield "a number in more bytes than it needs", hundred + b"\x01\x84\0" + three
    yield "a number of four bytes", hundred + b"\x01\x84\x80\x80\0" + three
    yield "everybody excluded", b"\x01\0\0\x01\x01"
    yield "boxes for nobody", b"\x10\x01" + boxed[2:34] + b"\0\0\0"
    yield "a box too few", boxed[:-16]
    yield "a highest number that is not there", boxed[:34] + b"\0\x06" + boxed[36:]
    yield "a key that is cut off", boxed[:20]


def _refused_parts() -> Iterable[tuple[str, bytes]]:
    prefix, full = b"\x01\x02\x03\x04", bytes(140)
    yield "nothing", b""
    yield "cut off in the hash", b"\0\x02\0\x01\x01\x02\x03"
    yield "no data", b"\0\x02\0\x01" + prefix
    yield "count 0", b"\0\x02\0\0" + prefix + full
    yield "index beyond the last", b"\0\x02\x01\x01" + prefix + full
    yield "129 parts", b"\0\x02\0\x81" + prefix + full
    yield "141 bytes", b"\0\x02\0\x01" + prefix + full + b"\0"
    yield "139 bytes in a part that is not the last", b"\0\x02\0\x02" + prefix + full[1:]
