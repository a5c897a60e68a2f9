"""Throw mutated bytes at every decoder and at a whole engine, from one seed.

    python tests/protocol/fuzz.py --seed 7 [--scale 1.0]

Runs six stages and prints what came of them as one line of JSON. Stops at the first surprise
with the seed, the stage and the input: an exception, an item accepted that nobody signed, or
bytes that were read although they are not what their reading encodes to.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a script, from anywhere

from meshdefense_protocol.digest import decode_digest, encode_digest, stamp_of
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.events import ItemAccepted
from meshdefense_protocol.fragments import (
    decode_fragment,
    decode_request,
    encode_fragment,
    encode_request,
)
from meshdefense_protocol.frames import FrameType, open_frame, split_items
from meshdefense_protocol.items import decode_item
from meshdefense_protocol.limits import FIRST_POSITION_KIND, FIRST_ROSTER_KIND
from meshdefense_protocol.packets import UnknownBody
from meshdefense_protocol.packets.extension import write_extensions
from meshdefense_protocol.rekey_content import decode_content, encode_content
from meshdefense_protocol.rekey_parts import decode_part, encode_part
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.transport import Fate
from support.network import NOW, Network
from support.vectors import PACKET_FILES, load

NETWORK = Network()
ITEMS = [bytes.fromhex(case["item"]) for kind in PACKET_FILES for case in load(kind)["cases"]]
FRAMES = [bytes.fromhex(case["frame"]) for kind in PACKET_FILES for case in load(kind)["cases"]]
FRAMES += [bytes.fromhex(case["frame"]) for case in load("frames")["cases"]]
CONTENTS = [bytes((len(a),)) + a + bytes((len(b),)) + b for a, b in itertools.pairwise(ITEMS)]
DIGESTS = [bytes.fromhex(case["content"]) for case in load("digests")["cases"]]
DIGESTS += [bytes.fromhex(case["content"]) for case in load("digests")["refused"][1:]]
PIECES = [bytes.fromhex(case["content"]) for case in load("fragments")["cases"]]
REKEY = load("rekey")
WRAPS = [bytes.fromhex(raw) for case in REKEY["trees"] + REKEY["boxes"] for raw in case["parts"]]
WRAPS += [bytes.fromhex(case["content"]) for case in REKEY["trees"] + REKEY["boxes"]]
COUNTS = {
    "frames": 620_000,
    "items": 280_000,
    "contents": 60_000,
    "engine": 50_000,
    "control": 60_000,
    "neighbours": 20_000,
}
"""Inputs of each stage at scale 1, a little over a million in all."""
CODECS: tuple[tuple[Callable[[bytes], Any], Callable[[Any], bytes]], ...] = (
    (decode_digest, encode_digest),
    (decode_request, encode_request),
    (decode_fragment, encode_fragment),
    (decode_part, encode_part),
    (decode_content, encode_content),
)
INTERESTING = (0, 1, 2, 5, 6, 7, 15, 16, 63, 64, 127, 128, 144, 145, 200, 254, 255)


class Surprise(Exception):
    """Something that must never happen did."""


def mutate(chance: Random, corpus: list[bytes], tail: int = 0) -> bytes:
    """One of the corpus, changed; the last `tail` bytes are changed less often."""
    draw = chance.getrandbits(40)
    raw = bytearray(corpus[(draw >> 3 & 0xFFFF) % len(corpus)])
    end = max(1, len(raw) - (tail if draw >> 35 else 0))
    at = (draw >> 19 & 0x3FFF) % end
    how = draw & 7
    if how <= 1:
        raw[at] ^= 1 << (draw >> 33 & 7)
    elif how == 2:
        raw[at] = INTERESTING[(draw >> 33 & 0x7F) % len(INTERESTING)]
    elif how == 3:
        for _ in range(3):
            raw[chance.getrandbits(12) % end] = chance.getrandbits(8)
    elif how == 4:
        del raw[at : at + (draw >> 33 & 15) + 1]
    elif how == 5:
        raw[at:at] = bytes((INTERESTING[(draw >> 33 & 0x7F) % len(INTERESTING)],))
    elif how == 6:
        other = corpus[chance.getrandbits(16) % len(corpus)]
        raw[at:] = other[chance.getrandbits(8) % len(other) :]
    else:
        raw = raw[: at + 1] + raw[at // 2 :]
    return bytes(raw)


def frames(chance: Random) -> Iterator[tuple[bytes, Callable[[bytes], str]]]:
    """Sealed frames, mutated: none may open."""
    keys, known = NETWORK.keys("pia"), set(FRAMES)

    def check(frame: bytes) -> str:
        found = open_frame(keys, frame)
        if isinstance(found, Rejection):
            return found.value
        if frame in known:
            return "unchanged"
        raise Surprise("a frame opened that nobody sealed")

    while True:
        yield mutate(chance, FRAMES), check


def items(chance: Random) -> Iterator[tuple[bytes, Callable[[bytes], str]]]:
    """Items, mutated before their signature: what is read has that one encoding."""

    def check(raw: bytes) -> str:
        item = decode_item(raw)
        if isinstance(item, Rejection):
            return item.value
        body = item.body
        if isinstance(body, UnknownBody):
            return "unknown kind"
        again = body.fixed() + write_extensions(body.extensions())
        if raw[9:-64] != again or raw[0] & 1 != bool(body.extensions()):
            raise Surprise("an item with a second encoding was read")
        return "read"

    while True:
        yield mutate(chance, ITEMS, tail=64), check


def contents(chance: Random) -> Iterator[tuple[bytes, Callable[[bytes], str]]]:
    """Contents of several items, mutated and sealed with our own key."""
    keys = NETWORK.all_keys()

    def check(content: bytes) -> str:
        frame = keys.seal(KeyClass.EVERYONE, 0x12, content or b"\0")
        found = open_frame(keys, frame)
        if isinstance(found, Rejection):
            return found.value
        split = split_items(found[1], found[2])
        if isinstance(split, Rejection):
            return split.value
        if b"".join(bytes((len(raw),)) + raw for raw in split) != content:
            raise Surprise("a content was split into something else")
        for raw in split:
            decode_item(raw)
        return "split"

    while True:
        yield mutate(chance, CONTENTS), check


def engine(chance: Random) -> Iterator[tuple[bytes, Callable[[bytes], str]]]:
    """Items, mutated, sealed with our own key and received: only what was signed comes in."""
    keys, receiver, known = NETWORK.all_keys(), NETWORK.engine("ada"), set(ITEMS)

    def check(raw: bytes) -> str:
        frame = keys.seal(KeyClass.EVERYONE, 0x11, raw or b"\0")
        receiver.receive(frame, NOW)
        if receiver.next_event() is None:
            return "dropped"
        if raw not in known:
            raise Surprise("an item was accepted that nobody signed")
        while receiver.next_event() is not None:
            pass
        return "signed"

    while True:
        yield mutate(chance, ITEMS, tail=64), check


def control(chance: Random) -> Iterator[tuple[bytes, Callable[[bytes], str]]]:
    """Contents of control frames, mutated: what is read has that one encoding."""

    def check(content: bytes) -> str:
        read = 0
        for decode, encode in CODECS:
            found = decode(content)
            if found is Rejection.MALFORMED:
                continue
            read += 1
            if encode(found) != content:
                raise Surprise("a control frame with a second encoding was read")
        return "read" if read else "malformed"

    while True:
        for corpus in (DIGESTS, PIECES, WRAPS):
            yield mutate(chance, corpus), check


def neighbours(chance: Random) -> Iterator[tuple[bytes, Callable[[bytes], str]]]:
    """Control frames, mutated, sealed with our own key: they cause answers, never an item."""
    keys, receiver = NETWORK.all_keys(), NETWORK.engine("ada")
    for raw in ITEMS:
        if not FIRST_ROSTER_KIND <= raw[0] >> 2 < FIRST_POSITION_KIND:  # some revoke the others
            receiver.receive(keys.seal(KeyClass.EVERYONE, 0x11, raw), NOW)
    while receiver.next_event() is not None:
        pass
    clock = itertools.count(int(NOW), 4)

    def check(content: bytes) -> str:
        now = float(next(clock))
        newer = content[:2] + stamp_of(now).to_bytes(2, "big") + content[4:]  # else a replay
        for kind, raw in (
            (FrameType.DIGEST, newer),
            (FrameType.REQUEST, content or b"\0"),
            (FrameType.FRAGMENT, content or b"\0"),
            (FrameType.REKEY, content or b"\0"),
        ):
            receiver.receive(keys.seal(KeyClass.EVERYONE, 0x10 | kind, raw), now)
        receiver.handle_timer(now)
        sent = receiver.frames_to_send(now)
        for frame in sent:
            receiver.frame_fate(frame.token, Fate.ON_AIR, now)
        said = False
        while (event := receiver.next_event()) is not None:
            if isinstance(event, ItemAccepted):
                raise Surprise("a control frame brought an item")
            said = True
        return "answered" if sent else "heeded" if said else "dropped"

    while True:
        for corpus in (DIGESTS, PIECES, WRAPS):
            yield mutate(chance, corpus), check


STAGES = {
    "frames": frames,
    "items": items,
    "contents": contents,
    "engine": engine,
    "control": control,
    "neighbours": neighbours,
}


def run(seed: int, scale: float) -> dict[str, Counter[str]]:
    """All stages; raises Surprise with everything that is needed to see it again."""
    results = {}
    for name, stage in STAGES.items():
        tally: Counter[str] = Counter()
        chance = Random(f"{seed} {name}")
        inputs = stage(chance)
        for number in range(int(COUNTS[name] * scale)):
            raw, check = next(inputs)
            try:
                tally[check(raw)] += 1
            except Exception as error:  # whatever it is, the input that caused it must be told
                raise Surprise(f"seed {seed}, {name} {number}, {raw.hex()}: {error!r}") from error
        results[name] = tally
    return results


def main() -> int:
    """Run and print; 1 after a surprise."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--scale", type=float, default=1.0, help="1.0 is about a million inputs")
    given = parser.parse_args()
    try:
        results = run(given.seed, given.scale)
    except Surprise as surprise:
        print(surprise, file=sys.stderr)  # noqa: T201
        return 1
    print(json.dumps(results))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
