"""A vault: seeds count only where they are what was decided, and no secret is ever shown."""

from __future__ import annotations

from meshdefense_protocol.council import Council
from meshdefense_protocol.roster import Roster
from meshdefense_protocol.sealing import KeyClass, KeyRing
from meshdefense_protocol.vault import EPOCHS_KEPT, Master, Vault
from support.keyed_network import KeyedNetwork, epoch_seed

NETWORK = KeyedNetwork()


def roster_of(epochs: int) -> Roster:
    """After re-keys up to this epoch."""
    items = [
        item
        for epoch in range(2, epochs + 1)
        for item in NETWORK.decided(NETWORK.rekey(epoch, (4,))[0])
    ]
    return Council(NETWORK.charter, items).roster


def test_a_seed_counts_only_in_an_epoch_that_was_decided_and_if_it_is_that_one() -> None:
    vault = NETWORK.vault("ada", {1: epoch_seed(1), 2: epoch_seed(2), 3: epoch_seed(9)})
    for epochs, newest in ((1, 1), (2, 2), (3, 2)):
        roster = roster_of(epochs)
        assert vault.newest(roster, NETWORK.network_id) == newest
        found = [vault.seed(epoch, roster, NETWORK.network_id) for epoch in (1, 2, 3)]
        assert found == [epoch_seed(1), epoch_seed(2) if epochs > 1 else None, None]


def test_of_two_rival_seeds_the_one_that_was_decided_counts() -> None:
    vault = NETWORK.vault("ada").with_seed(2, epoch_seed(2, 1)).with_seed(2, epoch_seed(2))
    assert len(vault.seeds) == 3
    assert vault.seed(2, roster_of(2), NETWORK.network_id) == epoch_seed(2)


def test_keys_are_those_of_the_last_epochs_and_of_the_own_classes() -> None:
    seeds = {epoch: epoch_seed(epoch) for epoch in range(1, 6)}
    for name, classes in (("ada", 4), ("dan", 2)):
        secrets = NETWORK.vault(name, seeds).secrets(roster_of(5), NETWORK.network_id)
        assert {one.epoch for one in secrets} == set(range(6 - EPOCHS_KEPT, 6))
        assert len(secrets) == EPOCHS_KEPT * classes


def test_old_seeds_are_dropped_when_a_new_one_comes() -> None:
    vault = NETWORK.vault("ada")
    for epoch in range(2, 8):
        vault = vault.with_seed(epoch, epoch_seed(epoch))
    assert [epoch for epoch, _ in vault.seeds] == list(range(8 - EPOCHS_KEPT, 8))


def test_the_newest_three_that_are_here_are_kept_whatever_lies_between() -> None:
    """Who was away for long still opens frames of those who are as far behind as they were."""
    vault = NETWORK.vault("ada")
    for epoch in (2, 9, 5):
        vault = vault.with_seed(epoch, epoch_seed(epoch))
    assert [epoch for epoch, _ in vault.seeds] == [2, 5, 9]


def test_members_of_a_class_have_the_same_key_and_epochs_and_classes_have_others() -> None:
    seeds = {1: epoch_seed(1), 2: epoch_seed(2)}
    roster = roster_of(2)
    rings = {
        name: NETWORK.vault(name, seeds).secrets(roster, NETWORK.network_id)
        for name in ("ada", "dan")
    }
    shared = [one for one in rings["ada"] if one.key_class <= KeyClass.FIELD]
    assert shared == rings["dan"]
    assert len({one.secret for one in rings["ada"]}) == len(rings["ada"]) == 8
    assert KeyRing(NETWORK.network_id, rings["dan"]).epoch == 2


def test_a_vault_without_secrets_is_empty() -> None:
    assert not Vault()
    assert not Vault({KeyClass.EVERYONE: bytes(32)})
    assert NETWORK.vault("dan")
    assert Vault().newest(roster_of(2), NETWORK.network_id) == 0


def test_nothing_secret_is_shown() -> None:
    vault = NETWORK.vault("ada")
    shown = repr(vault) + repr(vault.master) + repr(Master(3, bytes(range(32))))
    secrets = [*vault.statics.values(), *vault.path.values(), epoch_seed(1), bytes(range(32))]
    assert all(secret.hex() not in shown and repr(secret) not in shown for secret in secrets)
    assert "generation=1" in shown
