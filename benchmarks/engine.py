"""What the engine alone costs: CPU time of one call, with a thousand items held.

Reports of 30 authors from the last 20 hours, real signatures and real AES-SIV. Each call is
timed by itself on one core; what its cryptography takes is timed apart on the same bytes. The
baseline is one signature verified by the library, which no member can do without.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a script, from anywhere

from benchmarks import harness
from benchmarks.small_network import Network
from meshdefense_protocol.digest import Digest, decode_digest, encode_digest
from meshdefense_protocol.engine import Engine
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.frames import FrameType, open_frame, seal_control
from meshdefense_protocol.identity import PURPOSE_ITEM, verify
from meshdefense_protocol.intake import FRAMES_REMEMBERED
from meshdefense_protocol.items import Item
from meshdefense_protocol.limits import SIGNATURE_SIZE
from meshdefense_protocol.packets import Report
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.transport import Fate, OutgoingFrame, Reception

NAME: Final = "engine"
STEPS_MAX: Final = 1000
NEIGHBOURS: Final = range(33, 65)
AUTHORS: Final = range(3, 33)
"""Thirty; member 1 is measured, member 2 is the neighbour."""
HELD: Final = 1000
SPREAD_S, LIFETIME_S = 20 * 3600.0, 86_400
LACKING, NEWS = 5, 2
"""Of a neighbour out of step: items that it lacks, and items that only it has."""
SUBMITS: Final = 8
"""Of one member at a time: what the quota of ten minutes lets through."""
NEW_US, DUPLICATE_US = 150.0, 40.0
HEARD: Final = Reception("radio", sender=0x1234, snr=6.5, rssi=-92, hops=1)
DIRECT: Final = replace(HEARD, hops=0)

Timed = list[float]
"""Microseconds of each call."""


def main() -> int:
    """Measure and print."""
    args = harness.arguments(NAME, __doc__ or "")
    samples = 100 if args.quick else 1000
    found = measure(samples, members=2 if args.quick else 30)
    figures = {name: _summary(timed) for name, timed in found.items()}
    base = figures["verify one signature"]["median"]
    crypto = base + figures["open one frame (AES-SIV)"]["median"]
    figures["new frame, without cryptography"] = {"median": figures["new frame"]["median"] - crypto}
    outcome = harness.Outcome(
        NAME,
        f"CPU time of one call of the engine, {HELD:,} items of {len(AUTHORS)} authors held",
        ["what", "median us", "p99 us", "calls", "ratio to one signature"],
        [_row(name, one, base) for name, one in figures.items()],
        [
            harness.Bar("new frame, median", figures["new frame"]["median"], NEW_US, "us"),
            harness.Bar(
                "duplicate, median", figures["duplicate, same frame"]["median"], DUPLICATE_US, "us"
            ),
            harness.Bar(
                "duplicate, its frame forgotten, median",
                figures["duplicate, frame forgotten"]["median"],
                DUPLICATE_US,
                "us",
            ),
        ],
        figures,
    )
    return harness.finish(outcome, args)


def measure(samples: int, members: int) -> dict[str, Timed]:
    """Microseconds of each call; `members` submit in turn."""
    network = Network(members=64)
    now = network.now
    held = list(_reports(network, HELD))
    news = list(_reports(network, samples))
    frames, new = [[network.frame(item) for item in each] for each in (held, news)]
    me = _engine(network, 1, frames)
    found = {
        "verify one signature": _timed(news, lambda item: _verified(network, item)),
        "open one frame (AES-SIV)": _timed(new, network.keys.open),
    }
    arriving = _engine(network, 1, frames)
    found["new frame"] = _timed(new, lambda f: arriving.receive(f, now, HEARD), arriving)
    assert not arriving.rejected
    remembered = new[-min(samples, 500) :]
    found["duplicate, same frame"] = _timed(remembered, lambda f: arriving.receive(f, now, HEARD))
    forgotten = frames[: HELD + samples - FRAMES_REMEMBERED]
    found["duplicate, frame forgotten"] = _timed(
        forgotten, lambda f: arriving.receive(f, now, HEARD), arriving
    )
    again = {Rejection.DUPLICATE: len(remembered) + len(forgotten)}
    assert arriving.rejected == again, arriving.rejected
    same = _copies(network, _statement(network, 2, frames), samples)
    found["digest in step"] = _timed(same, lambda f: me.receive(f, now, DIRECT), me)
    asked = _question(network, frames, new[:NEWS])
    spoken_of = len(asked.vector.entries if asked.vector is not None else ())
    found[f"digest out of step, vector of {spoken_of} authors"] = _timed(
        _copies(network, asked, samples), lambda f: me.receive(f, now, DIRECT), me
    )
    assert not me.rejected, me.rejected
    found["wake-up with nothing to do"] = _timed(range(samples), lambda _: _wake(me, now), me)
    found["submit, signed and sealed"] = list(_submits(network, frames, members))
    return found


# -- items and engines ---------------------------------------------------------------------


def _reports(network: Network, count: int) -> Iterable[Item]:
    """Reports of the authors in turn, evenly over a time; within everybody's quota."""
    place = network.charter.grid.place(40.7608, -111.8910, 3)
    for n in range(count):
        body = Report(place, 1 + n % 6, 2, lifetime_s=LIFETIME_S)
        author = AUTHORS[n % len(AUTHORS)]
        yield network.item(author, body, ago_s=SPREAD_S * (1 - n / count))


def _engine(network: Network, number: int, frames: Sequence[bytes]) -> Engine:
    """A member's engine that holds what is in the frames, with nothing left to tell."""
    engine = network.engine(number)
    engine.bearer_ready(True, network.now)
    for frame in frames:
        engine.receive(frame, network.now, HEARD)
    assert not engine.rejected
    _drain(engine)
    return engine


def _drain(engine: Engine) -> None:
    while engine.next_event() is not None:
        pass


def _verified(network: Network, item: Item) -> None:
    key = network.identities[item.id.author - 1].key
    message, signature = item.raw[:-SIGNATURE_SIZE], item.raw[-SIGNATURE_SIZE:]
    assert verify(key, PURPOSE_ITEM, network.charter.network_id + message, signature)


# -- digests -------------------------------------------------------------------------------


def _statement(network: Network, number: int, frames: Sequence[bytes]) -> Digest:
    """What a member who holds these says after a while."""
    return _said(_engine(network, number, frames), network, vector=False)


def _question(network: Network, frames: Sequence[bytes], news: Sequence[bytes]) -> Digest:
    """What a neighbour says that lacks some of ours and has news, after hearing our digest."""
    lacking = set(random.Random(1).sample(range(len(frames)), LACKING))
    kept = [frame for n, frame in enumerate(frames) if n not in lacking]
    neighbour = _engine(network, 2, [*kept, *news])
    digest = _statement(network, 1, frames)
    neighbour.receive(_sealed(network, digest), network.now, DIRECT)
    asked = _said(neighbour, network, vector=True)
    assert asked.vector is not None
    return asked


def _said(engine: Engine, network: Network, *, vector: bool) -> Digest:
    """The engine's next digest of a kind, as time passes."""
    now = network.now
    for _ in range(STEPS_MAX):
        engine.handle_timer(now)
        for frame in engine.frames_to_send(now):
            digest = _read(network, frame)
            if digest is not None and (digest.vector is not None) is vector:
                return digest
            engine.frame_fate(frame.token, Fate.ON_AIR, now)
        _drain(engine)
        now = max(engine.timer_at(), now + 0.01)
    raise AssertionError("it had nothing to say")


def _read(network: Network, frame: OutgoingFrame) -> Digest | None:
    opened = open_frame(network.keys, frame.payload)
    assert not isinstance(opened, Rejection)
    _, kind, content = opened
    if kind is not FrameType.DIGEST:
        return None
    digest = decode_digest(content)
    assert not isinstance(digest, Rejection)
    return digest


def _sealed(network: Network, digest: Digest) -> bytes:
    return seal_control(network.keys, KeyClass.EVERYONE, FrameType.DIGEST, encode_digest(digest))


def _copies(network: Network, digest: Digest, count: int) -> list[bytes]:
    """The same from other neighbours in turn, each a little later than its last one."""
    neighbours = len(NEIGHBOURS)
    return [
        _sealed(
            network,
            replace(
                digest,
                sender=NEIGHBOURS[n % neighbours],
                stamp=digest.stamp + n // neighbours & 0xFFFF,
            ),
        )
        for n in range(count)
    ]


# -- what is timed -------------------------------------------------------------------------


def _timed(
    given: Iterable[Any], call: Callable[[Any], object], engine: Engine | None = None
) -> Timed:
    """Microseconds of each call; an engine's events are taken in between."""
    clock = time.perf_counter_ns
    found = []
    for one in given:
        begun = clock()
        call(one)
        found.append((clock() - begun) / 1e3)
        if engine is not None:
            _drain(engine)
    return found


def _wake(engine: Engine, now: float) -> None:
    engine.handle_timer(now)
    engine.frames_to_send(now)
    engine.timer_at()


def _submits(network: Network, frames: Sequence[bytes], members: int) -> Iterable[float]:
    place = network.charter.grid.place(40.7608, -111.8910, 3)
    for number in NEIGHBOURS[:members]:
        engine = _engine(network, number, frames)

        def submit(kind: int, engine: Engine = engine) -> None:
            engine.submit(Report(place, 1 + kind % 6, 2), network.now)
            engine.frames_to_send(network.now)

        yield from _timed(range(SUBMITS), submit, engine)


def _summary(timed: Timed) -> dict[str, float]:
    ordered = sorted(timed)
    return {**harness.summary_of(timed), "p99": ordered[int(0.99 * (len(ordered) - 1))]}


def _row(name: str, one: dict[str, float], base: float) -> Sequence[str]:
    return [
        name,
        f"{one['median']:.1f}",
        f"{one['p99']:.1f}" if "p99" in one else "",
        f"{one['samples']}" if "samples" in one else "",
        f"{one['median'] / base:.2f}",
    ]


if __name__ == "__main__":
    sys.exit(main())
