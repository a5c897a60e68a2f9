"""The replay cache against a model that forgets nothing."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from meshdefense_protocol.items import ItemId, Stream
from meshdefense_protocol.limits import LIVES_MAX, ROSTER_INCARNATION
from meshdefense_protocol.seen import INCARNATIONS, WINDOW, Known, ReplayCache, ReplayWindow

LIVES = LIVES_MAX + 1
"""Of an organizer: decisions count for ever, so none of them is forgotten."""
sequences = st.one_of(
    st.integers(0, 40), st.integers(0, WINDOW * 3), st.integers((1 << 18) - 60, (1 << 18) - 1)
)
item_ids = st.builds(
    ItemId, st.integers(1, 2), st.integers(0, 6), sequences, st.sampled_from(Stream)
)


class SeenMachine(RuleBasedStateMachine):
    """A set of all accepted ids says what the windows must say."""

    def __init__(self) -> None:
        super().__init__()
        self.cache = ReplayCache()
        self.accepted: set[ItemId] = set()
        self.stored: dict[tuple[int, Stream, int], ReplayWindow] = {}

    def expected(self, item_id: ItemId) -> Known:
        mine = [
            i for i in self.accepted if (i.author, i.stream) == (item_id.author, item_id.stream)
        ]
        kept = LIVES if item_id.stream is Stream.ROSTER else INCARNATIONS
        lives = sorted({i.incarnation for i in mine}, reverse=True)[:kept]
        if item_id.stream is Stream.POSITION:
            if mine and item_id.incarnation not in lives and item_id.incarnation < lives[0]:
                return Known.TOO_OLD
        elif len(lives) == kept and item_id.incarnation < lives[-1]:
            return Known.TOO_OLD
        high = max((i.sequence for i in mine if i.incarnation == item_id.incarnation), default=None)
        if high is None or item_id.sequence > high:
            return Known.NEW
        if item_id.sequence == high:
            return Known.ACCEPTED
        if item_id.stream is Stream.POSITION or high - item_id.sequence >= WINDOW:
            return Known.TOO_OLD
        return Known.ACCEPTED if item_id in self.accepted else Known.NEW

    @rule(item_id=item_ids)
    def arrives(self, item_id: ItemId) -> None:
        found = self.cache.look(item_id)
        assert found is self.expected(item_id)
        if found is Known.NEW:
            window = self.cache.accept(item_id)
            self.stored[window.author, window.stream, window.incarnation] = window
            self.accepted.add(item_id)
            assert self.cache.look(item_id) is Known.ACCEPTED

    @rule()
    def restart(self) -> None:
        self.cache = ReplayCache(
            window for author in (1, 2) for window in self.cache.windows(author)
        )

    @invariant()
    def nothing_is_new_twice(self) -> None:
        assert all(self.cache.look(item_id) is not Known.NEW for item_id in self.accepted)

    @invariant()
    def memory_is_bounded(self) -> None:
        for author in (1, 2):
            windows = self.cache.windows(author)
            assert len(windows) <= 2 * INCARNATIONS + LIVES
            assert all(window.bitmap < 1 << WINDOW for window in windows)

    @invariant()
    def what_was_to_be_stored_is_what_is_held(self) -> None:
        for author in (1, 2):
            for window in self.cache.windows(author):
                assert self.stored[window.author, window.stream, window.incarnation] == window


SeenMachine.TestCase.settings = settings(max_examples=80, stateful_step_count=40)
TestSeenMachine = SeenMachine.TestCase


@given(st.permutations(range(12)))
def test_the_order_of_the_log_does_not_matter(order: list[int]) -> None:
    cache = ReplayCache()
    for sequence in order:
        window = cache.accept(ItemId(3, 0, sequence))
    assert window == ReplayWindow(3, Stream.LOG, 0, 11, (1 << 12) - 1)
    assert window.missing() == 0


def test_gaps_are_counted_within_the_window() -> None:
    cache = ReplayCache()
    for sequence in (0, 3):
        window = cache.accept(ItemId(3, 0, sequence))
    assert window.missing() == 2
    window = cache.accept(ItemId(3, 0, WINDOW * 2))
    assert window.missing() == WINDOW - 1


def test_too_many_stored_windows_revive_nothing() -> None:
    windows = [ReplayWindow(3, Stream.LOG, life, 9, 1) for life in range(8)]
    cache = ReplayCache(windows)
    for life in range(8):
        assert cache.look(ItemId(3, life, 9)) is Known.ACCEPTED
    cache.accept(ItemId(3, 8, 0))
    assert cache.look(ItemId(3, 0, 9)) is Known.TOO_OLD


def test_no_life_of_an_organizer_is_ever_forgotten() -> None:
    """A newcomer hears decisions in any order; four lives were not enough for all of them."""
    cache = ReplayCache()
    ids = [ItemId(1, ROSTER_INCARNATION + life, 5, Stream.ROSTER) for life in range(LIVES)]
    for item_id in reversed(ids):
        assert cache.look(item_id) is Known.NEW
        cache.accept(item_id)
    again = ReplayCache(cache)
    assert all(again.look(item_id) is Known.ACCEPTED for item_id in ids)
    older = ItemId(1, ROSTER_INCARNATION, 4, Stream.ROSTER)
    assert again.look(older) is Known.NEW
