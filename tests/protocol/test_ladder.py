"""What has become of an alert is the same in whatever order the items came."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.items import Item
from meshdefense_protocol.ladder import stand
from meshdefense_protocol.packets import Acknowledge, Retract, Verdict
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.words import LADDER, VERDICTS
from support.network import Network

NETWORK = Network()
PIA, VIC, BASE = 3, 4, 2
REPORT = ItemId(PIA, 0, 17)


def verdict(name: str, sequence: int, result: str) -> Item:
    return NETWORK.item(name, Verdict(REPORT, VERDICTS.code(result)), sequence=sequence)


def retraction(name: str, sequence: int) -> Item:
    return NETWORK.item(name, Retract(REPORT), sequence=sequence)


POOL = [
    *(verdict(name, n, word.key) for n, word in enumerate(VERDICTS) for name in ("vic", "base")),
    *(verdict("vic", 9 + n, word.key) for n, word in enumerate(VERDICTS)),
    verdict("pia", 30, "confirmed"),
    retraction("pia", 31),
    retraction("pia", 32),
    retraction("vic", 33),
    NETWORK.item("rob", Acknowledge((REPORT,)), sequence=34),
]


@given(
    st.lists(st.sampled_from(POOL), max_size=12), st.randoms(use_true_random=False), st.booleans()
)
def test_the_order_and_repetition_of_items_do_not_matter(
    items: list[Item], chance: Random, expired: bool
) -> None:
    expected = stand(PIA, items, expired=expired)
    shuffled = [*items, *items[:3]]
    chance.shuffle(shuffled)
    assert stand(PIA, shuffled, expired=expired) == expected


@pytest.mark.parametrize(
    ("items", "state"),
    [
        ([], "unconfirmed"),
        ([verdict("vic", 0, "uncertain")], "unconfirmed"),
        ([verdict("vic", 0, "confirmed")], "verified"),
        ([verdict("vic", 0, "nothing-there")], "disputed"),
        ([verdict("vic", 0, "something-else")], "disputed"),
        ([verdict("vic", 0, "confirmed"), verdict("base", 0, "nothing-there")], "disputed"),
        ([verdict("vic", 0, "confirmed"), verdict("base", 0, "uncertain")], "verified"),
        ([verdict("vic", 0, "nothing-there"), verdict("vic", 1, "confirmed")], "verified"),
        ([verdict("vic", 1, "nothing-there"), verdict("vic", 0, "confirmed")], "disputed"),
        ([verdict("pia", 0, "confirmed")], "unconfirmed"),
        ([retraction("vic", 0)], "unconfirmed"),
        ([retraction("pia", 0), verdict("vic", 0, "confirmed")], "retracted"),
        ([NETWORK.item("rob", Acknowledge((REPORT,)), sequence=0)], "unconfirmed"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} items",
)
def test_the_ladder(items: list[Item], state: str) -> None:
    assert stand(PIA, items, expired=False).state == state
    over = "retracted" if state == "retracted" else "expired"
    assert stand(PIA, items, expired=True).state == over


def test_only_the_newest_verdict_of_each_verifier_counts() -> None:
    first, second = verdict("vic", 0, "confirmed"), verdict("vic", 5, "uncertain")
    other = verdict("base", 3, "confirmed")
    found = stand(PIA, [second, other, first], expired=False)
    assert found.verdicts == (other, second)


def test_the_first_retraction_is_the_one_that_counts() -> None:
    first, second = retraction("pia", 3), retraction("pia", 8)
    assert stand(PIA, [second, first], expired=False).retraction == first


def test_every_state_is_a_word_of_the_ladder() -> None:
    for expired in (False, True):
        for item in POOL:
            assert LADDER.code(stand(PIA, [item], expired=expired).state) in LADDER
