"""Every store inside an engine, with its bound: what a trial measures after each step.

Sizes are read where they are kept, bounds from the constants that promise them, at the time
of asking: a trial may have made them smaller.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from meshdefense_protocol import (
    admission,
    comparing,
    holdings,
    intake,
    neighbours,
    outbox,
    questions,
    quotas,
    receipts,
    repair,
    seen,
    sending,
    transfer_parts,
    transfers,
)
from meshdefense_protocol.engine import Engine
from meshdefense_protocol.limits import LIVES_MAX
from meshdefense_protocol.packets.reference import Stream
from meshdefense_protocol.sealing import KeyClass

__all__ = ["STORES", "beyond", "small_stores"]

OUTBOX_MAX: Final = 256
"""Own items on their way: what a day's quota lets one member say."""
EXEMPT_MAX: Final = 54
"""SOS calls an hour apart that any claimed time can meet, before and after."""

Measure = Callable[[Engine], int]
Bound = Callable[[int], int]


def _longest(sizes: Iterable[int]) -> int:
    return max(sizes, default=0)


STORES: Final[dict[str, tuple[Measure, Bound]]] = {
    "holdings": (lambda e: len(e._sync.holdings), lambda _: holdings.HOLDINGS_MAX),
    "left lately": (
        lambda e: _longest(len(one.limbo) for one in e._sync.holdings._classes.values()),
        lambda _: holdings.LIMBO_MAX,
    ),
    "retracted": (lambda e: len(e._sync.holdings._retracted), lambda _: holdings.HOLDINGS_MAX),
    "replaced": (lambda e: len(e._sync.holdings._replaced), lambda _: holdings._REPLACED_MAX),
    "superseded": (lambda e: len(e._outbox._superseded), lambda _: outbox.SUPERSEDED_MAX),
    "wanted": (lambda e: len(e._sync._repair._wanted), lambda _: repair.WANTED_MAX),
    "askers": (
        lambda e: _longest(len(one.askers) for one in e._sync._repair._wanted.values()),
        lambda members: members,
    ),
    "sent": (lambda e: len(e._sync._repair._sent), lambda _: repair.SENT_MAX),
    "accounts": (lambda e: len(e._sync._repair._accounts), lambda _: repair.PEERS_MAX),
    "neighbours": (lambda e: len(e._sync.neighbours._known), lambda _: neighbours.NEIGHBOURS_MAX),
    "stamps": (lambda e: len(e._sync.neighbours._stamps), lambda _: neighbours.NEIGHBOURS_MAX),
    "receipts": (lambda e: len(e._sync.receipts._own), lambda _: receipts.OWN_MAX),
    "questions": (lambda e: len(e._sync._questions._waiting), lambda _: len(KeyClass)),
    "causes": (lambda e: len(e._sync._questions._causes), lambda _: questions.CAUSES_MAX),
    "second decisions": (
        lambda e: len(e._sync.holdings._seconds),
        lambda members: holdings.SECONDS_MAX * members,
    ),
    "laid aside": (lambda e: len(e._sync.holdings._aside), lambda _: holdings.ASIDE_MAX),
    "settled": (lambda e: len(e._sync._comparing._settled), lambda _: comparing.SETTLED_MAX),
    "frames": (lambda e: len(e._intake._frames), lambda _: intake.FRAMES_REMEMBERED),
    "hashes": (lambda e: len(e._admission._hashes), lambda _: admission.ITEMS_REMEMBERED),
    "refused": (lambda e: len(e._admission._refused), lambda _: admission.REFUSED_REMEMBERED),
    "evidence": (
        lambda e: _longest(len(one) for one in e._admission._evidence.values()),
        lambda _: admission.EVIDENCE_MAX,
    ),
    "accused": (lambda e: len(e._admission._evidence), lambda members: members),
    "quotas": (lambda e: len(e._admission._quotas._accounts), lambda _: quotas.AUTHORS_MAX),
    "exempt calls": (
        lambda e: _longest(len(one.exempt) for one in e._admission._quotas._accounts.values()),
        lambda _: EXEMPT_MAX,
    ),
    "authors seen": (
        lambda e: len(e._admission._seen._windows),
        lambda members: len(Stream) * members,
    ),
    "incarnations seen": (
        lambda e: _longest(len(one) for one in e._admission._seen._windows.values()),
        lambda _: LIVES_MAX + 1,
    ),
    "window": (
        lambda e: _longest(
            window.bitmap.bit_length()
            for lives in e._admission._seen._windows.values()
            for window in lives.values()
        ),
        lambda _: seen.WINDOW,
    ),
    "outbox": (lambda e: len(e._outbox._entries), lambda _: OUTBOX_MAX),
    "at the radio": (lambda e: e._outbox.in_flight, lambda _: sending.IN_FLIGHT_MAX),
    "alone": (lambda e: len(e._sending._alone), lambda _: sending.ALONE_MAX),
    "transfers": (lambda e: len(e._transfers), lambda _: transfers.TRANSFERS_MAX),
    "peers of a text": (
        lambda e: _longest(len(one.asked) for one in e._transfers._transfers.values()),
        lambda _: transfer_parts.PEERS_MAX,
    ),
    "sends of a text": (
        lambda e: _longest(
            len(one.sends) - max(transfer_parts.SENDS_EACH * one.count, transfer_parts.SENDS_OF_ONE)
            for one in e._transfers._transfers.values()
        ),
        lambda _: 0,
    ),
}
"""By name: how much is kept, and the most that may be, given the number of members."""

_MAY_FORGET: Final = (
    (intake, "FRAMES_REMEMBERED", 16),
    (admission, "REFUSED_REMEMBERED", 8),
    (admission, "EVIDENCE_MAX", 2),
    (questions, "CAUSES_MAX", 2),
    (comparing, "SETTLED_MAX", 2),
    (repair, "SENT_MAX", 256),
    (repair, "WANTED_MAX", 4),
    (sending, "ALONE_MAX", 1),
    (receipts, "OWN_MAX", 2),
    (holdings, "LIMBO_MAX", 2),
)
"""Stores whose loss costs airtime and nothing else.

Nodes remember what they sent for as many items as they hold, and no node of a trial holds so
many as here (111 in 250 seeds): where fewer are remembered than a neighbour refuses, these take
turns for ever, as if sent for the first time, and what it lacks waits (seeds 8606, 9171).
"""


_NESTED: Final = frozenset((
    "left lately", "askers", "evidence", "exempt calls", "incarnations seen", "window",
    "peers of a text", "sends of a text",
))  # fmt: skip
"""Stores within stores, which take long to measure."""
_FLAT: Final = {name: store for name, store in STORES.items() if name not in _NESTED}


def beyond(engine: Engine, members: int, *, deep: bool = True) -> str | None:
    """The first store that is larger than its bound, in words; None when all are within.

    Without `deep`, stores within stores are left out.
    """
    for name, (measure, bound) in (STORES if deep else _FLAT).items():
        size = measure(engine)
        if size and size > bound(members):
            return f"{name}: {size} of {bound(members)}"
    return None


@contextlib.contextmanager
def small_stores() -> Iterator[None]:
    """While it is open, what may be forgotten is forgotten soon; for this process."""
    before = [(module, name, getattr(module, name)) for module, name, _ in _MAY_FORGET]
    for module, name, size in _MAY_FORGET:
        setattr(module, name, size)
    try:
        yield
    finally:
        for module, name, size in before:
            setattr(module, name, size)
