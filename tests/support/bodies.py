"""Hypothesis strategies for everything that can be said: one for each kind of body.

`bodies()` draws any kind that this version knows, always valid on a grid of 1 m; most draws
fit the usual 165 bytes, and all fit the hard limit of 200.
"""

from __future__ import annotations

from hypothesis import strategies as st

from meshdefense_protocol.limits import (
    INCARNATION_MAX,
    LONG_TEXT_MAX,
    NOTE_MAX,
    NOTICE_TEXT_MAX,
    SEQUENCE_MAX,
)
from meshdefense_protocol.packets import (
    Acknowledge,
    Beacon,
    CheckIn,
    KnownBody,
    Manifest,
    Notice,
    Report,
    Retract,
    Verdict,
)
from meshdefense_protocol.packets.extension import Extensions
from meshdefense_protocol.packets.longreport import CONTENT_HASH_SIZE
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.packets.report import SIZE_RANGES
from meshdefense_protocol.place import Grid, Place

__all__ = [
    "BODY_STRATEGIES",
    "GRID",
    "bodies",
    "later_extensions",
    "places",
    "refs",
    "texts",
]

GRID = Grid(34.05, -118.25, 1)
FIRST_FREE_EXTENSION = 7
"""Types from here on mean nothing in version 1."""


def texts(limit: int, *, smallest: int = 0) -> st.SearchStrategy[str]:
    """Text of at most `limit` bytes of UTF-8."""
    letters = st.characters(codec="utf-8")
    drawn = st.text(letters, max_size=limit, min_size=smallest)
    return drawn.filter(lambda text: len(text.encode()) <= limit)


def refs() -> st.SearchStrategy[ItemId]:
    """Any item of the log."""
    return st.builds(
        ItemId,
        st.integers(1, 0xFFFF),
        st.integers(0, INCARNATION_MAX),
        st.integers(0, SEQUENCE_MAX),
    )


@st.composite
def places(draw: st.DrawFn, grid: Grid = GRID, finest: int = 2) -> Place:
    """A place near the origin, or anywhere on Earth (the absolute form)."""
    precision = draw(st.integers(finest, 11))
    if draw(st.booleans()):
        lat = grid.origin_lat + draw(st.floats(-1.1, 1.1))
        lon = grid.origin_lon + draw(st.floats(-1.1, 1.1))
    else:
        lat, lon = draw(st.floats(-90, 90)), draw(st.floats(-180, 180))
    return grid.place(lat, lon, precision)


def later_extensions() -> st.SearchStrategy[Extensions]:
    """Extensions of a later version: mostly none."""
    some = st.dictionaries(
        st.integers(FIRST_FREE_EXTENSION, 255), st.binary(max_size=6), min_size=1, max_size=2
    )
    return st.one_of(st.just({}), st.just({}), some)


def _lifetimes() -> st.SearchStrategy[int | None]:
    return st.one_of(st.none(), st.integers(1, 144).map(lambda units: units * 600))


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """Any report; a note is short where much else is said."""
    size = draw(st.integers(0, 31))
    low, high = SIZE_RANGES.get(size, (0, -1))
    count = draw(st.none() | st.integers(low, high)) if high > 0 else None
    return Report(
        draw(st.none() | places()),
        draw(st.integers(0, 31)),
        draw(st.integers(0, 3)),
        size,
        draw(st.integers(0, 15)),
        draw(st.integers(0, 7)),
        draw(st.integers(0, 7)),
        draw(st.integers(0, 3)),
        draw(texts(NOTE_MAX)),
        count,
        draw(st.frozensets(st.integers(0, 15), max_size=4)),
        draw(_lifetimes()),
        draw(later_extensions()),
    )


def verdicts() -> st.SearchStrategy[Verdict]:
    """Any verdict."""
    return st.builds(
        Verdict,
        refs(),
        st.integers(0, 7),
        st.none() | st.integers(1, 0xFFFF),
        texts(NOTE_MAX),
        later_extensions(),
    )


def beacons() -> st.SearchStrategy[Beacon]:
    """Any position beacon."""
    return st.builds(
        Beacon,
        st.none() | places(),
        st.none() | st.integers(0, 7),
        st.integers(0, 3),
        st.integers(0, 15),
        st.integers(0, 15),
        later_extensions(),
    )


def checkins() -> st.SearchStrategy[CheckIn]:
    """Any check-in."""
    return st.builds(
        CheckIn,
        st.integers(0, 15),
        st.integers(0, 63),
        st.none() | places(),
        later_extensions(),
    )


def notices() -> st.SearchStrategy[Notice]:
    """Any notice."""
    return st.builds(
        Notice,
        texts(NOTICE_TEXT_MAX, smallest=1),
        st.integers(0, 3),
        st.none() | st.integers(1, 0xFFFF),
        st.booleans(),
        st.integers(0, 7),
        _lifetimes(),
        later_extensions(),
    )


def retracts() -> st.SearchStrategy[Retract]:
    """Any retraction."""
    return st.builds(Retract, refs(), st.integers(0, 15), later_extensions())


def acknowledges() -> st.SearchStrategy[Acknowledge]:
    """Any acknowledgement, of up to 14 items."""
    several = st.sets(refs(), min_size=1, max_size=14).map(lambda found: tuple(sorted(found)))
    return st.builds(Acknowledge, several, st.integers(0, 7), later_extensions())


def manifests() -> st.SearchStrategy[Manifest]:
    """Any announcement of a long report."""
    return st.builds(
        Manifest,
        st.integers(1, LONG_TEXT_MAX),
        st.binary(min_size=CONTENT_HASH_SIZE, max_size=CONTENT_HASH_SIZE),
        st.integers(0, 3),
        st.integers(0, 7),
        st.none() | refs(),
        _lifetimes(),
        later_extensions(),
    )


BODY_STRATEGIES: dict[type[KnownBody], st.SearchStrategy[KnownBody]] = {
    Report: reports(),
    Verdict: verdicts(),
    Beacon: beacons(),
    CheckIn: checkins(),
    Notice: notices(),
    Retract: retracts(),
    Acknowledge: acknowledges(),
    Manifest: manifests(),
}


def bodies() -> st.SearchStrategy[KnownBody]:
    """Any body that this version can sign."""
    return st.one_of(*BODY_STRATEGIES.values())
