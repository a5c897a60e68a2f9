"""Targets for what the air brings: frames, items, and the contents of control frames."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from fuzz.target import Check, Target, demand, pieces
from meshdefense.cli.explain_packet import explain
from meshdefense.cli.explanation import Keys
from meshdefense_protocol.digest import decode_digest, encode_digest, stamp_of
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.events import ItemAccepted
from meshdefense_protocol.fragments import (
    decode_fragment,
    decode_request,
    encode_fragment,
    encode_request,
)
from meshdefense_protocol.frames import FrameType, check_frame, open_frame, split_items
from meshdefense_protocol.items import Item, decode_item, encode_item
from meshdefense_protocol.limits import FRAME_MAX, FRAME_OVERHEAD, ITEM_MIN
from meshdefense_protocol.packets import UnknownBody
from meshdefense_protocol.rekey_content import decode_content, encode_content
from meshdefense_protocol.rekey_parts import (
    PART_SIZE,
    PARTS_MAX,
    Assembly,
    content_hash,
    decode_part,
    encode_part,
    parts,
)
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.transport import Fate
from support.network import NOW, Network
from support.vectors import PACKET_FILES, load

__all__ = ["TARGETS"]

CONTENT_MAX: Final = FRAME_MAX - FRAME_OVERHEAD


def _cases(field: str, *files: str) -> list[bytes]:
    return [bytes.fromhex(case[field]) for name in files for case in load(name)["cases"]]


def item_seeds() -> list[bytes]:
    """One or more items of each kind, and bytes that are refused as items."""
    keys, found = Network().all_keys(), _cases("item", *PACKET_FILES)
    for frame in _cases("frame", "invalid"):
        opened = keys.open(frame) if isinstance(check_frame(frame), FrameType) else None
        found += [] if opened is None else [opened[1]]
    return found


def frame_seeds() -> list[bytes]:
    """Sealed frames, and contents after the byte that says what they are."""
    items = _cases("item", *PACKET_FILES)
    several = [
        bytes((FrameType.ITEMS, len(a))) + a + bytes((len(b),)) + b
        for a, b in itertools.pairwise(items)
    ]
    singles = [bytes((FrameType.ITEM,)) + raw for raw in items]
    return [*_cases("frame", *PACKET_FILES, "frames"), *singles, *several[::4]]


def digest_seeds() -> list[bytes]:
    """Good digests and refused ones."""
    refused = [bytes.fromhex(case["content"]) for case in load("digests")["refused"]]
    return [*_cases("content", "digests"), *refused]


def fragment_seeds() -> list[bytes]:
    """Fragments and requests for them."""
    return _cases("content", "fragments")


def rekey_seeds() -> list[bytes]:
    """Whole contents of both kinds, and their parts."""
    made = load("rekey")
    cases = made["trees"] + made["boxes"]
    contents = [bytes.fromhex(case["content"]) for case in cases]
    return contents + [bytes.fromhex(raw) for case in cases for raw in case["parts"]]


def conversation_seeds() -> list[bytes]:
    """Several contents of control frames, one after the other."""
    kinds = (
        (FrameType.DIGEST, digest_seeds()),
        (FrameType.REQUEST, fragment_seeds()),
        (FrameType.FRAGMENT, fragment_seeds()),
        (FrameType.REKEY, [raw for raw in rekey_seeds() if len(raw) <= CONTENT_MAX]),
        (FrameType.ITEM, _cases("item", "report", "manifest", "suspend")),
    )
    named = [[bytes((kind, len(raw))) + raw for raw in raws] for kind, raws in kinds]
    return [b"".join(raws[at % len(raws)] for raws in named) for at in range(12)]


def make_frames() -> Check:
    """Bytes as a frame, which nobody sealed; and as the content of one that we sealed."""
    network = Network()
    keys, ours = network.keys("pia"), network.all_keys()

    def check(raw: bytes) -> None:
        found = open_frame(keys, raw)
        if not isinstance(found, Rejection):
            secret, _, content = found
            again = keys.seal(secret.key_class, raw[0], content, secret.epoch)
            demand(again == raw, "a frame opened that sealing its content does not give")
        if len(raw) < 2:
            return
        frame = ours.seal(KeyClass.EVERYONE, 0x10 | raw[0] & 15, raw[1:])
        kind, opened = check_frame(frame), open_frame(ours, frame)
        if isinstance(kind, Rejection):
            demand(opened is kind, "what the first byte refuses was opened")
            return
        if isinstance(opened, Rejection):
            raise AssertionError(f"our own frame was refused: {opened}")
        demand(opened[1:] == (kind, raw[1:]), "a frame holds something else than was sealed")
        items = split_items(kind, raw[1:])
        if isinstance(items, Rejection):
            demand(items is Rejection.MALFORMED, f"refused as {items}")
            return
        if len(items) > 1:
            demand(min(map(len, items)) >= ITEM_MIN, "what is too short for an item was split off")
        framed = [bytes((len(one),)) + one for one in items] if len(items) > 1 else items
        demand(b"".join(framed) == raw[1:], "a content was split into something else")

    return check


def make_items() -> Check:
    """What is read as an item has that one encoding, and can be said."""
    network = Network()

    def check(raw: bytes) -> None:
        item = decode_item(raw)
        if not isinstance(item, Item):
            demand(item is Rejection.MALFORMED, f"refused as {item}")
            decode_item(raw, grid_unit_m=10)  # places lie elsewhere there; total all the same
            return
        demand(item.raw == raw, "other bytes are kept than were read")
        if isinstance(item.body, UnknownBody):
            return
        again = encode_item(
            item.body,
            item_id=item.id,
            units=item.units,
            identity=network.founder,
            network_id=network.network_id,
            drill=item.drill,
            frame_limit=FRAME_MAX,
        )
        demand(again.raw[:-64] == raw[:-64], "an item with a second encoding was read")
        demand(replace(again, raw=raw) == item, "it reads as something else when said again")

    return check


def make_explained() -> Check:
    """What `packet decode` says of any bytes: printable, and of the same mind as the decoder."""
    network = Network()
    all_keys = Keys(network.charter, network.roster, network.all_keys())

    def check(raw: bytes) -> None:
        found = explain(raw, all_keys, bare_item=True)
        refused = decode_item(raw, grid_unit_m=network.charter.unit_m) is Rejection.MALFORMED
        demand((found.rejection is Rejection.MALFORMED) is refused, "explained as another thing")
        sealed = network.all_keys().seal(KeyClass.EVERYONE, 0x10 | (raw or b"\1")[0] % 7, raw)
        for one in (found, explain(sealed, all_keys), explain(raw, Keys())):
            texts = [one.reason, *one.notes]
            texts += [text for row in one.rows for text in (row.raw, row.field, row.meaning)]
            demand(all(text.isprintable() for text in texts), "an explanation steers the terminal")

    return check


def _canonical(*codecs: tuple[Callable[[bytes], Any], Callable[[Any], bytes]]) -> Check:
    """What a decoder reads encodes to the same bytes; all else is MALFORMED."""

    def check(raw: bytes) -> None:
        for decode, encode in codecs:
            found = decode(raw)
            if isinstance(found, Rejection):
                demand(found is Rejection.MALFORMED, f"refused as {found}")
            else:
                demand(encode(found) == raw, f"a second encoding was read by {decode.__name__}")

    return check


def make_rekey() -> Check:
    """Parts and contents; and any content comes together again from its parts."""
    network_id = Network().network_id
    codecs = _canonical((decode_part, encode_part), (decode_content, encode_content))

    def check(raw: bytes) -> None:
        codecs(raw)
        part = decode_part(raw)
        if not isinstance(part, Rejection):
            demand(part.index < part.count <= PARTS_MAX, "a part of no content")
            demand(1 <= len(part.data) <= PART_SIZE, "a part of a size that none has")
        content = raw[: PART_SIZE * PARTS_MAX]
        if not content:
            return
        read = [decode_part(one) for one in reversed(parts(network_id, 2, content))]
        assembly = Assembly(network_id)
        assembly.expect(2, content_hash(network_id, 2, content), len(content))
        whole = [assembly.add(part) for part in read if not isinstance(part, Rejection)]
        demand(whole[-1] == content, "the parts of a content do not make it again")

    return check


def make_conversation() -> Check:
    """Control frames of a member's key at a fresh engine: answers, and only items that are signed.

    Each input is a conversation of its own, so that it says by itself what went wrong.
    """
    network = Network()
    keys, known = network.all_keys(), set(_cases("item", *PACKET_FILES))

    def check(raw: bytes) -> None:
        engine, now = network.engine("ada"), NOW
        for kind, content in pieces(raw):
            now += 4 + kind // 16
            if not 1 <= len(content) <= CONTENT_MAX:
                continue
            if kind & 15 == FrameType.DIGEST:  # else it would be an old one
                content = content[:2] + stamp_of(now).to_bytes(2, "big") + content[4:]
            engine.receive(keys.seal(KeyClass.EVERYONE, 0x10 | kind & 15, content), now)
            engine.handle_timer(now)
            for frame in engine.frames_to_send(now):
                demand(len(frame.payload) <= FRAME_MAX, "a frame that no radio takes")
                engine.frame_fate(frame.token, Fate.ON_AIR, now)
            while (event := engine.next_event()) is not None:
                if isinstance(event, ItemAccepted):
                    demand(event.item.raw in known, "an item was accepted that nobody signed")

    return check


TARGETS: Final = (
    Target("frames", make_frames, frame_seeds, 256),
    Target("items", make_items, item_seeds, FRAME_MAX + 8),
    Target("explained", make_explained, item_seeds, FRAME_MAX + 8),
    Target("digests", lambda: _canonical((decode_digest, encode_digest)), digest_seeds, 200),
    Target(
        "fragments",
        lambda: _canonical((decode_fragment, encode_fragment), (decode_request, encode_request)),
        fragment_seeds,
        200,
    ),
    Target("rekey", make_rekey, rekey_seeds, 1200),
    Target("conversation", make_conversation, conversation_seeds, 1200),
)
