"""What an organizer hands on: the newest epochs that are held, whatever lies between them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.enrolment import EnrolmentError, handed
from meshdefense_protocol.council import Council
from meshdefense_protocol.roster import Roster
from meshdefense_protocol.vault import EPOCHS_KEPT, Vault
from support.keyed_network import KeyedNetwork, epoch_seed

NETWORK = KeyedNetwork()
EPOCHS = 8


def roster_of(epochs: int) -> Roster:
    """After re-keys up to this epoch."""
    items = [
        item
        for epoch in range(2, epochs + 1)
        for item in NETWORK.decided(NETWORK.rekey(epoch, (4,))[0])
    ]
    return Council(NETWORK.charter, items).roster


ROSTER = roster_of(EPOCHS)
NEWCOMER = ROSTER[5]


def organizer(*epochs: int) -> Vault:
    """Ada's, who holds the seeds of these epochs."""
    return NETWORK.vault("ada", {epoch: epoch_seed(epoch) for epoch in epochs})


def epochs_of(vault: Vault) -> list[int]:
    return [epoch for epoch, _ in vault.seeds]


def test_where_an_epoch_was_missed_an_older_one_is_handed_on_in_its_place() -> None:
    given_to = handed(organizer(2, 5, 8), NEWCOMER, ROSTER, NETWORK.network_id)
    assert epochs_of(given_to) == [2, 5, 8]


@given(st.sets(st.integers(1, EPOCHS - 1)))
def test_a_newcomer_opens_frames_of_the_same_epochs_as_the_organizer_and_no_older_ones(
    held: set[int],
) -> None:
    vault = organizer(*held, EPOCHS)
    given_to = handed(vault, NEWCOMER, ROSTER, NETWORK.network_id)
    assert epochs_of(given_to) == sorted({*held, EPOCHS})[-EPOCHS_KEPT:]
    mine, theirs = (
        {one.epoch for one in whose.secrets(ROSTER, NETWORK.network_id)}
        for whose in (vault, given_to)
    )
    assert mine == theirs == set(epochs_of(given_to))


def test_a_rival_seed_that_was_not_decided_is_not_handed_on() -> None:
    vault = organizer(6, 7, 8).with_seed(8, epoch_seed(8, 1)).with_seed(7, epoch_seed(7, 1))
    seeds = handed(vault, NEWCOMER, ROSTER, NETWORK.network_id).seeds
    assert seeds == tuple((epoch, epoch_seed(epoch)) for epoch in (6, 7, 8))


def test_without_the_seed_in_force_nothing_is_handed_on() -> None:
    with pytest.raises(EnrolmentError, match="does not hold the keys in force"):
        handed(organizer(5, 6, 7), NEWCOMER, ROSTER, NETWORK.network_id)
