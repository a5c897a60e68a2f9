"""Hypothesis strategies for everything that can be said: one for each kind of body.

`bodies()` draws any kind that this version knows, always valid on a grid of 1 m; most draws
fit the usual 165 bytes, and all fit the hard limit of 200.
"""

from __future__ import annotations

from dataclasses import replace

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
    Broadcast,
    CheckIn,
    Close,
    Dispatch,
    Escalate,
    KnownBody,
    Manifest,
    Notice,
    Report,
    Response,
    Retract,
    RollAnswer,
    RollCall,
    Sos,
    SosEnd,
    StandDown,
    Verdict,
)
from meshdefense_protocol.packets.extension import Extension, Extensions
from meshdefense_protocol.packets.longreport import CONTENT_HASH_SIZE
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.packets.report import SIZE_RANGES
from meshdefense_protocol.packets.response import ETA_MAX, ON_THE_WAY
from meshdefense_protocol.packets.standdown import UNTIL_MAX
from meshdefense_protocol.place import Grid, Place
from support.decision_bodies import decisions

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
FIRST_FREE_EXTENSION = max(Extension) + 1
"""Types from here on mean nothing in version 1."""


def texts(limit: int, *, smallest: int = 0) -> st.SearchStrategy[str]:
    """Text of at most `limit` bytes of UTF-8."""
    letters = st.characters(codec="utf-8")
    drawn = st.text(letters, max_size=limit, min_size=smallest)
    return drawn.filter(lambda text: len(text.encode()) <= limit)


def refs() -> st.SearchStrategy[ItemId]:
    """Any item that can be referred to."""
    return st.builds(
        ItemId.referred,
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
def _seen(draw: st.DrawFn, scopes: st.SearchStrategy[int]) -> Report:
    """What fits the fixed part of a report, with an exact count where the size allows it."""
    size = draw(st.integers(0, 31))
    low, high = SIZE_RANGES.get(size, (0, -1))
    return Report(
        draw(st.none() | places()),
        draw(st.integers(0, 31)),
        draw(st.integers(0, 3)),
        size,
        draw(st.integers(0, 15)),
        draw(st.integers(0, 7)),
        draw(st.integers(0, 7)),
        draw(scopes),
        count=draw(st.none() | st.integers(low, high)) if high > 0 else None,
    )


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """Any report."""
    return replace(
        draw(_seen(st.integers(0, 3))),
        note=draw(texts(NOTE_MAX)),
        equipment=draw(st.frozensets(st.integers(0, 15), max_size=4)),
        lifetime_s=draw(_lifetimes()),
        about=draw(st.none() | refs()),
        extra=draw(later_extensions()),
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


def dispatches() -> st.SearchStrategy[Dispatch]:
    """Any dispatch, called off or not."""
    return st.builds(
        Dispatch,
        refs(),
        st.integers(1, 0xFFFF),
        st.integers(0, 255),
        texts(NOTE_MAX),
        later_extensions(),
    )


def responses() -> st.SearchStrategy[Response]:
    """Any response; only who is on the way says when they arrive."""
    on_the_way = st.builds(
        Response, refs(), st.just(ON_THE_WAY), st.integers(1, ETA_MAX), later_extensions()
    )
    others = st.builds(Response, refs(), st.integers(0, 7), st.just(0), later_extensions())
    return st.one_of(on_the_way, others)


def broadcasts() -> st.SearchStrategy[Broadcast]:
    """Any confirmed report for everybody."""
    return st.builds(Broadcast, refs(), _seen(st.just(0)), later_extensions())


def escalations() -> st.SearchStrategy[Escalate]:
    """Any escalation."""
    return st.builds(Escalate, refs(), st.integers(1, 2), st.integers(0, 15), later_extensions())


def closings() -> st.SearchStrategy[Close]:
    """Any closing."""
    return st.builds(Close, refs(), st.integers(0, 15), later_extensions())


@st.composite
def sos(draw: st.DrawFn) -> Sos:
    """Any SOS, as exact as its scope allows."""
    scope = draw(st.integers(0, 3))
    place = draw(st.none() | places(finest=Sos.finest_for(scope)))
    return Sos(place, draw(st.integers(0, 15)), scope, draw(later_extensions()))


def sos_ends() -> st.SearchStrategy[SosEnd]:
    """Any end of an SOS."""
    return st.builds(SosEnd, refs(), st.integers(0, 15), later_extensions())


def roll_calls() -> st.SearchStrategy[RollCall]:
    """Any roll call."""
    return st.builds(
        RollCall,
        st.integers(1, 255),
        st.integers(1, 255),
        st.integers(0, 255),
        later_extensions(),
    )


def roll_answers() -> st.SearchStrategy[RollAnswer]:
    """Any answer to a roll call."""
    return st.builds(RollAnswer, refs(), st.integers(1, 15), later_extensions())


def stand_downs() -> st.SearchStrategy[StandDown]:
    """Any order to stand down."""
    return st.builds(
        StandDown,
        st.none() | places(finest=StandDown.FINEST),
        st.integers(1, UNTIL_MAX),
        st.integers(0, 15),
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
    Dispatch: dispatches(),
    Response: responses(),
    Broadcast: broadcasts(),
    Escalate: escalations(),
    Close: closings(),
    Sos: sos(),
    SosEnd: sos_ends(),
    RollCall: roll_calls(),
    RollAnswer: roll_answers(),
    StandDown: stand_downs(),
    **decisions(refs(), texts(16, smallest=1), later_extensions()),
}


def bodies() -> st.SearchStrategy[KnownBody]:
    """Any body that this version can sign."""
    return st.one_of(*BODY_STRATEGIES.values())
