"""New keys for everybody but those who lost a radio: frames and bytes.

Beside it one sealed box (X25519, as PyNaCl's SealedBox makes them) with the same seed for each
remaining member. The same draws on every machine; only the milliseconds are this one's.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from nacl.public import PrivateKey, SealedBox

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a script, from anywhere

from benchmarks.harness import Bar, Outcome, arguments, finish, summary_of
from meshdefense_protocol.airtime import LONG_FAST
from meshdefense_protocol.identity import Identity
from meshdefense_protocol.limits import FRAME_OVERHEAD
from meshdefense_protocol.rekey import commitment_of, open_tree, seal_boxes, seal_tree
from meshdefense_protocol.rekey_content import SEED_SIZE
from meshdefense_protocol.rekey_parts import PART_SIZE, frames_for, parts
from meshdefense_protocol.subtree import DEPTH, path_keys

NAME: Final = "rekey"
SIZES: Final = (50, 200, 1000)
LOST: Final = (1, 2, 5, 10)
TEAM: Final = 20
"""Numbers of a team: 1 to 20, 21 to 40, ..."""
MASTER: Final = bytes(range(32))
NETWORK_ID: Final = bytes(16)
SEED: Final = bytes(range(SEED_SIZE))
EPOCH: Final = 2
UNREACHED: Final = -(1 << 30)


def content_for(lost: Iterable[int], size: int) -> bytes:
    """The content that goes out."""
    return seal_tree(MASTER, NETWORK_ID, EPOCH, 0, SEED, tuple(lost), size)


def worst_cover(lost: int, size: int) -> int:
    """The most wraps that losing `lost` of the numbers 1 to `size` can take: over all choices.

    By what each half of the tree can take at most: nothing is drawn.
    """
    return _worst(DEPTH, 1, size + 1, lost)


@cache
def _worst(height: int, low: int, high: int, lost: int) -> int:
    """In a subtree whose leaves from `low` to before `high` are members, counted from its own."""
    if not 0 <= lost <= high - low:
        return UNREACHED
    if lost == 0:
        return int(high > low)
    if height == 0:
        return 0
    half = 1 << height - 1
    left = (height - 1, min(low, half), min(high, half))
    right = (height - 1, max(low - half, 0), max(high - half, 0))
    return max(_worst(*left, n) + _worst(*right, lost - n) for n in range(lost + 1))


def worst_frames(lost: int, size: int) -> int:
    """An upper bound of the frames for any choice; single numbers take two bytes at most."""
    assert lost < 128
    assert size <= 1 << 13
    return -(-(4 + 1 + 2 * lost + SEED_SIZE * worst_cover(lost, size)) // PART_SIZE)


def main() -> int:
    """Measure and print."""
    args = arguments(NAME, (__doc__ or "").splitlines()[0])
    draws = 50 if args.quick else 1000
    box = len(SealedBox(PrivateKey.generate().public_key).encrypt(SEED))
    rows: list[Sequence[str]] = []
    figures: dict[str, Any] = {"draws": draws, "sealed_box_bytes": box}
    for size in SIZES:
        for lost in LOST:
            for way in ("anybody", "one team"):
                chance = random.Random(f"{size} {lost} {way}")
                found = [content_for(_draw(way, lost, size, chance), size) for _ in range(draws)]
                figures[f"{lost} of {size}, {way}"] = figure = _figure(found, lost, size, box)
                rows.append(_row(f"{lost} of {size}, {way}", figure))
    figures["boxes"] = {str(size): _boxes(size) for size in SIZES}
    figures["milliseconds"] = _milliseconds(20 if args.quick else 200)
    outcome = Outcome(
        NAME,
        f"New keys for all but the lost, {draws} draws; one sealed box for each member beside it",
        ["lost", "bytes mean", "p95", "max", "frames mean", "p95", "max", "any choice",
         "LONG_FAST s", "boxes B", "boxes/ours"],
        rows,
        _bars(),
        figures,
        [
            f"one team: numbers of a block of {TEAM}. any choice: an upper bound by computation.",
            "LONG_FAST s: mean airtime of all frames, once over one hop.",
            "master lost, one box for each who remains: "
            + ", ".join(f"{each['bytes']:,} B in {each['frames']} frames of {size}"
                        for size, each in figures["boxes"].items()),
            "milliseconds, 10 of 1,000: "
            + ", ".join(f"{what} {each['median']:.2f}"
                        for what, each in figures["milliseconds"].items()),
        ],
    )  # fmt: skip
    return finish(outcome, args)


def _draw(way: str, lost: int, size: int, chance: random.Random) -> list[int]:
    if way == "anybody":
        return chance.sample(range(1, size + 1), lost)
    first = chance.randrange(0, size - TEAM + 1, TEAM)
    return chance.sample(range(first + 1, first + TEAM + 1), lost)


def _figure(found: list[bytes], lost: int, size: int, box: int) -> dict[str, Any]:
    sizes = [len(content) for content in found]
    frames = [frames_for(content) for content in found]
    mean = statistics.mean(sizes)
    return {
        "bytes": _spread(sizes),
        "frames": _spread(frames),
        "frames_any_choice": worst_frames(lost, size),
        "wraps_any_choice": worst_cover(lost, size),
        "air_s": statistics.mean(_air_s(content) for content in found),
        "sealed_boxes_bytes": box * (size - lost),
        "sealed_boxes_to_ours": box * (size - lost) / mean,
    }


def _spread(values: list[int]) -> dict[str, float]:
    ordered = sorted(values)
    p95 = ordered[int(0.95 * (len(ordered) - 1))]
    return {"mean": statistics.mean(values), "p95": p95, "max": ordered[-1]}


def _air_s(content: bytes) -> float:
    return sum(
        LONG_FAST.frame_s(FRAME_OVERHEAD + len(part)) for part in parts(NETWORK_ID, EPOCH, content)
    )


def _row(name: str, figure: dict[str, Any]) -> list[str]:
    sizes, frames = figure["bytes"], figure["frames"]
    return [
        name,
        f"{sizes['mean']:.0f}", str(sizes["p95"]), str(sizes["max"]),
        f"{frames['mean']:.2f}", str(frames["p95"]), str(frames["max"]),
        str(figure["frames_any_choice"]), f"{figure['air_s']:.1f}",
        str(figure["sealed_boxes_bytes"]), f"{figure['sealed_boxes_to_ours']:.0f}",
    ]  # fmt: skip


def _boxes(size: int) -> dict[str, int]:
    """Mode 1, for when the master is lost: everybody but number 1 remains."""
    members = {n: Identity(n.to_bytes(32, "big")).key for n in range(2, size + 1)}
    content = seal_boxes(NETWORK_ID, EPOCH, 1, SEED, members, bytes(range(32)))
    return {"bytes": len(content), "frames": frames_for(content)}


def _milliseconds(times: int) -> dict[str, dict[str, float]]:
    lost = random.Random(1).sample(range(1, 1000), 10)
    keys = path_keys(MASTER, NETWORK_ID, 0, 1000)
    commitment = commitment_of(NETWORK_ID, EPOCH, SEED)
    sealing, opening = [], []
    for _ in range(times):
        began = time.perf_counter()
        content = content_for(lost, 1000)
        sealed = time.perf_counter()
        found = open_tree(content, 1000, keys, NETWORK_ID, EPOCH, commitment)
        opening.append(1000 * (time.perf_counter() - sealed))
        sealing.append(1000 * (sealed - began))
        assert found == SEED
    return {"seal": summary_of(sealing), "open": summary_of(opening)}


def _bars() -> list[Bar]:
    def most(size: int) -> int:
        return max(frames_for(content_for((number,), size)) for number in range(1, size + 1))

    return [
        Bar("1 of 50, each of the 50", most(50), 1, "frames"),
        Bar("1 of 200, each of the 200", most(200), 1, "frames"),
        Bar("1 of 1,000, each of the 1,000", most(1000), 2, "frames"),
        Bar("10 of 1,000, any ten", worst_frames(10, 1000), 9, "frames"),
    ]


if __name__ == "__main__":
    sys.exit(main())
