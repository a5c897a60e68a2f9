"""Beyond a revocation's mark no voice counts, and a revocation that does not stand marks nobody."""

from __future__ import annotations

from random import Random

import pytest

from meshdefense_protocol.council import Council
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import Endorse, Grant, Lift, Policy, Revoke, Suspend
from meshdefense_protocol.packets.decisions import MARK_MAX, MARK_NONE, action_digest
from meshdefense_protocol.roster import Roster
from support.council_model import expected, found
from support.keyed_network import KeyedNetwork, identity_of
from support.network import NOW

HOUR = 3600.0
FIRST = 32 << 18
"""The mark of an organizer's first decision."""


def roster_of(network: KeyedNetwork, *items: Item) -> Roster:
    """What follows; the model and the other order agree."""
    roster = Council(network.charter, items).roster
    assert found(roster) == found(Council(network.charter, items[::-1]).roster)
    assert found(roster) == expected(network.charter, items)
    return roster


def test_a_voice_beyond_the_mark_counts_for_nobody_however_early_it_claims_to_be() -> None:
    """Who heard of the revocation first refused it: with it and without it is the same."""
    network = KeyedNetwork()
    want = Policy(3, 1, 4)
    items = [network.item("cyd", want)]
    items += network.decided(Revoke(1, 2, 0, FIRST - 1), by="bea cyd", now=NOW + HOUR)
    dated_back = network.item("ada", network.endorsed(want), now=NOW - HOUR)
    heard, refused = roster_of(network, *items, dated_back), roster_of(network, *items)
    assert found(heard) == found(refused)
    assert heard.policies == network.roster.policies
    assert [one.voices for one in heard.pending] == [(3,)]


def test_what_a_voice_beyond_the_mark_helped_to_decide_is_undone_with_all_that_followed() -> None:
    network = KeyedNetwork()
    items = network.decided(Grant(6, 0, 64, identity_of(6).key, "fay"), by="ada bea")
    items += network.decided(Policy(3, 1, 4), by="fay cyd", now=NOW + HOUR)
    assert roster_of(network, *items).policies.verdicts_high == 4
    items += network.decided(Revoke(1, 2, 0, MARK_NONE), by="bea cyd", now=NOW + 2 * HOUR)
    roster = roster_of(network, *items)
    assert roster.get(6) is None
    assert roster.policies == network.roster.policies


def test_the_mark_that_leaves_nothing_takes_away_all_that_was_ever_said() -> None:
    network = KeyedNetwork()
    items = network.decided(Policy(3, 1, 4), by="ada bea")
    items += network.decided(Revoke(1, 2, MARK_NONE, MARK_NONE), by="bea cyd", now=NOW + HOUR)
    roster = roster_of(network, *items)
    assert (roster.revocations[1].log_mark, roster.revocations[1].roster_mark) == (-1, -1)
    assert roster.policies == network.roster.policies
    everything = network.decided(Revoke(1, 2, MARK_MAX), by="bea cyd", now=NOW + HOUR)
    assert roster_of(network, *items[:2], *everything).policies.verdicts_high == 4


def test_an_organizer_whom_a_taken_key_put_out_is_back_with_all_that_they_said() -> None:
    network = KeyedNetwork(threshold=1)
    items = [network.item("cyd", Policy(3, 1, 3))]
    items.append(network.item("ada", Revoke(3, 2, 0, MARK_NONE), now=NOW + HOUR))
    assert roster_of(network, *items).is_out(3)
    items.append(network.item("bea", Revoke(1, 2, 0, FIRST - 1), now=NOW + 2 * HOUR))
    items.append(network.item("cyd", Policy(4, 1, 4), now=NOW + 3 * HOUR))
    roster = roster_of(network, *items)
    assert list(roster.revocations) == [1]
    assert (roster.policies.verdicts_high, roster.policies.verdicts_critical) == (3, 4)


@pytest.mark.parametrize("mark", [MARK_NONE, FIRST, FIRST + 1])
def test_the_word_of_somebody_for_their_own_revocation_does_not_count_beyond_its_mark(
    mark: int,
) -> None:
    """Nodes that followed it refused it and passed it on to nobody: rosters differed for good."""
    network = KeyedNetwork()
    items = [network.item("ada", Policy(3, 1, 3)), network.item("ada", Policy(4, 1, 3))]
    out = Revoke(1, 2, 0, mark)
    items.append(network.item("bea", out, now=NOW + 60))
    own_word = network.item("ada", network.endorsed(out), now=NOW + 120)
    with_it, without = roster_of(network, *items, own_word), roster_of(network, *items)
    assert found(with_it) == found(without)
    assert not with_it.is_out(1)
    waiting = [one for one in with_it.pending if one.body == out]
    assert [(one.voices, one.lacking) for one in waiting] == [((2,), 1)]
    items.append(network.item("cyd", network.endorsed(out), now=NOW + 180))
    with_it, without = roster_of(network, *items, own_word), roster_of(network, *items)
    assert found(with_it) == found(without)
    assert with_it.is_out(1)


@pytest.mark.parametrize("threshold", [1, 2])
def test_an_organizer_who_leaves_and_says_so_within_the_mark_is_out(threshold: int) -> None:
    """The mark is that of the revocation's own item: all may pass it on, and nothing later."""
    network = KeyedNetwork(threshold=threshold)
    items = network.decided(Policy(3, 1, 3), by="ada bea")
    leaves = Revoke(1, 3, 0, FIRST + 1)
    items += network.decided(leaves, by="ada bea"[: 4 * threshold - 1], now=NOW + 60)
    later = network.decided(Policy(4, 1, 3), by="ada bea"[: 4 * threshold - 1], now=NOW + HOUR)
    roster = roster_of(network, *items, *later)
    assert roster.is_out(1)
    assert not any(roster.beyond_mark(one.id) for one in items)
    assert roster.policies.verdicts_high == 3
    assert roster.policies.verdicts_critical == network.roster.policies.verdicts_critical


@pytest.mark.parametrize("threshold", [1, 2])
def test_who_alone_asks_to_be_out_is_shown_to_the_others_as_waiting(threshold: int) -> None:
    """Else the one who asked would be told that it counts, and nobody could agree to it."""
    network = KeyedNetwork(threshold=threshold)
    out = Revoke(1, 3, 0, MARK_NONE)
    asked = network.item("ada", out)
    roster = roster_of(network, asked)
    assert not roster.is_out(1)
    assert [(p.id, p.voices, p.lacking) for p in roster.pending] == [(asked.id, (), threshold)]
    agreed = [network.item(name, network.endorsed(out)) for name in ("bea", "cyd")[:threshold]]
    roster = roster_of(network, asked, *agreed)
    assert roster.is_out(1)
    assert not roster.pending


def test_organizers_who_put_each_other_out_come_to_the_same_everywhere() -> None:
    """Many small quarrels; the circle has a test of its own, below."""
    marks = [MARK_NONE, 0, FIRST, FIRST + 1, MARK_MAX]
    for seed in range(400):
        dice = Random(seed)
        network = KeyedNetwork(5, threshold=dice.choice([1, 1, 2]))
        items: list[Item] = []
        bodies: list[Revoke | Policy] = []
        for _ in range(dice.randint(2, 8)):
            name, at = dice.choice(["ada", "bea", "cyd"]), NOW + 4 * dice.randint(0, 5)
            if bodies and dice.random() < 0.3:
                digest = action_digest(network.network_id, dice.choice(bodies))
                items.append(network.item(name, Endorse((digest,)), now=at))
                continue
            bodies.append(
                Revoke(dice.randint(1, 3), 2, 0, dice.choice(marks))
                if dice.random() < 0.8
                else Policy(3, dice.randint(1, 3), dice.randint(1, 4))
            )
            items.append(network.item(name, bodies[-1], now=at))
        want = expected(network.charter, items)
        for _ in range(2):
            assert found(Council(network.charter, items).roster) == want, f"seed {seed}"
            dice.shuffle(items)


def test_a_revocation_that_takes_away_what_it_stands_on_holds_from_itself_on() -> None:
    """With bea's word one voice is enough, and cyd's puts bea out; without it cyd's is too few.

    So the marks come round in a circle; bea's earlier word stays, what she says later does not.
    """
    network = KeyedNetwork(threshold=2)
    items = network.decided(Policy(8, 1, 1), by="ada bea")
    items.append(network.item("cyd", Revoke(2, 2, 0, MARK_NONE), now=NOW + HOUR))
    roster = roster_of(network, *items)
    assert roster.policies.threshold == 1
    assert list(roster.revocations) == [2]
    later = network.item("bea", Policy(3, 1, 4), now=NOW + 2 * HOUR)
    assert found(roster_of(network, *items, later)) == found(roster)


# -- what is left over -------------------------------------------------------------------------


def test_a_lift_that_took_effect_is_no_longer_pending() -> None:
    network = KeyedNetwork()
    said = network.item("ada", Suspend(4, 24, 5))
    roster = roster_of(network, said, network.item("ada", Lift(said.id)))
    assert not roster.suspensions
    assert not roster.pending


def test_a_lift_that_its_author_only_endorsed_still_waits_for_the_third_voice() -> None:
    """The author's own word would end it; agreeing with somebody else's is one voice of k."""
    network = KeyedNetwork(threshold=3)
    said = network.item("ada", Suspend(4, 24, 5))
    lift = Lift(said.id)
    agreed = [network.item("bea", lift), network.item("ada", network.endorsed(lift))]
    roster = roster_of(network, said, *agreed)
    assert len(roster.suspensions) == 1
    assert [(one.voices, one.lacking) for one in roster.pending] == [((1, 2), 1)]


def test_the_key_of_a_certificate_that_could_not_stand_is_free() -> None:
    network = KeyedNetwork()
    key = identity_of(7).key
    items = [network.item(name, Grant(6, 0, 8, key, "a b")) for name in ("ada", "bea")]
    items += network.decided(Grant(8, 0, 8, key, "dan"))
    items += network.decided(Grant(7, 0, 8, key, "gus"), now=NOW + HOUR)
    roster = Council(network.charter, items).roster
    assert roster.with_key(key) == roster.get(7)
    assert [one.body.KIND for one in roster.refused] == [Grant.KIND] * 2
