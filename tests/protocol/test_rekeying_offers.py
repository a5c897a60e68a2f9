"""Helping those who are behind: soon, together, ever more rarely, and within bounds."""

from __future__ import annotations

from itertools import pairwise

import pytest

from meshdefense_protocol.council import Council
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.rekey_parts import Part, decode_part, parts
from meshdefense_protocol.rekeying import (
    BEHIND_MAX,
    GAP_UNITS,
    HELP_MAX,
    OFFER_UNITS,
    PAUSE_MAX_S,
    SEEK_MAX_S,
    SEEK_S,
    START_UNITS,
    YIELD_UNITS,
    Rekeying,
)
from meshdefense_protocol.roster import Roster
from support.keyed_network import KeyedNetwork
from support.network import NOW

NETWORK = KeyedNetwork()
UNIT_S = 1.5
HOUR = 3600.0
BODY, CONTENT = NETWORK.rekey(2, (4,))
DECIDED = NETWORK.decided(BODY)
ROSTER = Council(NETWORK.charter, DECIDED).roster
PENDING = Council(NETWORK.charter, DECIDED[:1]).roster
PARTS = parts(NETWORK.network_id, 2, CONTENT)


def node(roster: Roster = ROSTER, newest: int = 2, *, has_wraps: bool = True) -> Rekeying:
    """One that has the keys of `newest`, half-way in all waits."""
    found = Rekeying(NETWORK.network_id, entropy=lambda: 0.5, unit_s=UNIT_S)
    found.update(roster, (1,), NOW)
    if has_wraps:
        hear_all(found)
    found.update(roster, tuple(range(1, newest + 1)), NOW)
    return found


def hear_all(rekeying: Rekeying, now: float = NOW) -> bool:
    """All parts; whether the wraps came together."""
    kept = None
    for raw in PARTS:
        part = decode_part(raw)
        assert isinstance(part, Part)
        kept = rekeying.part_heard(part, now) or kept
    return kept is not None


def sent_until(rekeying: Rekeying, end: float) -> list[tuple[float, ItemId | bytes]]:
    """What goes out up to then, each when it is due."""
    found: list[tuple[float, ItemId | bytes]] = []
    while (at := rekeying.timer_at()) is not None and at <= end:
        frame = rekeying.next(at)
        assert frame is not None
        assert frame.under == 1
        found.append((at - NOW, frame.item or frame.part))
        rekeying.sent(frame, at)
    return found


def test_the_author_of_new_keys_floods_their_wraps_once_after_the_decision() -> None:
    rekeying = node(PENDING, 1, has_wraps=False)
    rekeying.decided(DECIDED[0].id, BODY, CONTENT, NOW)
    frame = rekeying.next(NOW + START_UNITS * UNIT_S)
    assert frame is not None
    assert (frame.flood, frame.item) == (True, None)
    assert sent_until(rekeying, NOW + HOUR) == [
        (START_UNITS * UNIT_S + n * GAP_UNITS * UNIT_S, part) for n, part in enumerate(PARTS)
    ]


def test_whoever_is_behind_gets_the_decision_its_endorsements_and_the_wraps() -> None:
    rekeying = node()
    rekeying.digest_heard(5, 1, NOW)
    sent = sent_until(rekeying, NOW + HOUR)
    assert [what for _, what in sent] == [*(item.id for item in DECIDED), *PARTS]
    assert sent[0][0] == OFFER_UNITS * UNIT_S * 0.5


def test_nobody_helps_without_the_wraps_or_to_keys_that_do_not_count() -> None:
    for rekeying in (node(newest=1, has_wraps=False), node(PENDING, 1), node()):
        rekeying.digest_heard(5, 2, NOW)  # has the keys in force
        assert rekeying.timer_at() is None
    lacking = node(newest=1, has_wraps=False)
    lacking.digest_heard(5, 1, NOW)
    assert lacking.timer_at() is None


def test_whoever_stays_behind_is_helped_ever_more_rarely() -> None:
    rekeying = node()
    starts = []
    for second in range(0, 4 * 3600, 15):
        rekeying.digest_heard(5, 1, NOW + second)
        starts += [at for at, what in sent_until(rekeying, NOW + second) if what == DECIDED[0].id]
    waits = [later - earlier for earlier, later in pairwise(starts)]
    assert waits == sorted(waits)
    assert 25 <= waits[0] <= 60
    assert PAUSE_MAX_S <= waits[-1] <= PAUSE_MAX_S + 60
    assert len(starts) <= 20


def test_whoever_asks_in_many_names_gets_the_same_eight_times_an_hour() -> None:
    """With an old key anybody can say a digest in any name."""
    rekeying = node()
    starts = []
    for minute in range(120):
        rekeying.digest_heard(5 + minute, 1, NOW + 60 * minute)
        sent = sent_until(rekeying, NOW + 60 * minute + 59)
        starts += [at for at, what in sent if what == DECIDED[0].id]
    assert sum(at < HOUR for at in starts) == HELP_MAX
    assert len(starts) == 2 * HELP_MAX  # and the next hour as many again


def test_somebody_else_who_helps_is_left_to_it() -> None:
    rekeying = node()
    rekeying.digest_heard(5, 1, NOW)
    assert not hear_all(rekeying, NOW + 1)  # they are here already
    sent = sent_until(rekeying, NOW + HOUR)
    assert sent[0][0] >= 1 + YIELD_UNITS * UNIT_S
    assert [what for _, what in sent] == [item.id for item in DECIDED]


def test_those_behind_are_known_the_latest_first_and_bounded() -> None:
    rekeying = node()
    for number in range(1, BEHIND_MAX + 11):
        rekeying.digest_heard(number, 1, NOW + number)
    behind = rekeying.behind()
    assert len(behind) == BEHIND_MAX
    assert [one.member for one in behind[:2]] == [BEHIND_MAX + 10, BEHIND_MAX + 9]
    rekeying.digest_heard(BEHIND_MAX + 10, 2, NOW + HOUR)
    assert rekeying.behind()[0].member == BEHIND_MAX + 9


def test_who_knows_of_new_keys_and_has_no_wraps_says_so_ever_more_rarely() -> None:
    rekeying = node(newest=1, has_wraps=False)
    times = []
    while (at := rekeying.seek_at()) is not None and at < NOW + 4 * HOUR:
        assert not rekeying.sought(at - 1)
        assert rekeying.sought(at)
        times.append(at)
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert times[0] == NOW + SEEK_S
    assert waits == sorted(waits)
    assert waits[-1] == SEEK_MAX_S
    assert hear_all(rekeying)
    rekeying.update(ROSTER, (1, 2), NOW + 4 * HOUR)
    assert rekeying.seek_at() is None


def test_nobody_seeks_wraps_of_a_decision_that_does_not_count_yet() -> None:
    rekeying = node(PENDING, 1, has_wraps=False)
    assert rekeying.seek_at() is None
    assert hear_all(rekeying)  # but they are kept when they come


@pytest.mark.parametrize("newest", [1, 2])
def test_only_what_leads_to_keys_that_are_here_is_sealed_with_older_ones(newest: int) -> None:
    rekeying = node(newest=newest)
    for item in DECIDED:
        assert rekeying.under(item.id) == (1 if newest == 2 else None)
    assert rekeying.under(ItemId(1, 0, 0)) is None


def test_waits_go_with_a_clock_that_is_set() -> None:
    rekeying = node()
    rekeying.digest_heard(5, 1, NOW)
    before = rekeying.timer_at()
    assert before is not None
    rekeying.shifted(10_000.0)
    assert rekeying.timer_at() == before + 10_000
    seeking = node(newest=1, has_wraps=False)
    seeking.shifted(10_000.0)
    assert seeking.seek_at() == NOW + SEEK_S + 10_000


def test_a_node_without_any_key_asks_for_nothing_and_raises_nothing() -> None:
    for roster in (NETWORK.roster, PENDING, ROSTER):
        rekeying = Rekeying(NETWORK.network_id, entropy=lambda: 0.5, unit_s=UNIT_S)
        assert rekeying.update(roster, (), NOW) is None
        assert rekeying.seek_at() is None
