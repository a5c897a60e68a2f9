"""One node's view of decisions, alone: what makes a membership another one, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from meshdefense_protocol.errors import LocalError, Rejection
from meshdefense_protocol.events import Event, RosterChanged, SeedOpened, WrapsKept
from meshdefense_protocol.governance import Governance, folded
from meshdefense_protocol.items import Item
from meshdefense_protocol.membership import Membership, SavedWraps
from meshdefense_protocol.packets import Policy, Report, Revoke, Warn
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.rekey_parts import parts
from meshdefense_protocol.roster import Roster
from meshdefense_protocol.state import SavedItem, SavedState
from meshdefense_protocol.vault import Vault
from support.keyed_network import KeyedNetwork, epoch_seed
from support.network import NOW, Network

DAN = 4
STRICTER = Policy(3, 1, 2)


def saved(*items: Item, wraps: tuple[SavedWraps, ...] = ()) -> SavedState:
    return SavedState(
        decisions=tuple(SavedItem(one.id, one.raw, NOW) for one in items), wraps=wraps
    )


@dataclass
class Node:
    """A node's governance with everything that it told."""

    governance: Governance
    events: list[Event] = field(default_factory=list)
    memberships: list[Membership] = field(default_factory=list)

    def told(self) -> list[Event]:
        """What was told since one asked last."""
        events, self.events[:] = list(self.events), []
        return events


def node(
    network: KeyedNetwork,
    name: str,
    state: SavedState | None = None,
    *,
    vault: Vault | None = None,
    change: Callable[[Membership], Membership] = lambda me: me,
) -> Node:
    """The governance of a member as an engine makes it."""
    state = state or SavedState()
    council, me = folded(change(network.membership(name, vault)), state)
    events: list[Event] = []
    memberships: list[Membership] = []
    governance = Governance(
        me, council, state, NOW, entropy=lambda: 0.5, unit_s=1.0,
        tell=events.append, changed=lambda new, _: memberships.append(new),
    )  # fmt: skip
    return Node(governance, events, memberships)


def rekeyed(network: KeyedNetwork) -> tuple[list[Item], list[bytes], SavedWraps]:
    """New keys for all but Dan: the decisions, and their wraps in parts and whole."""
    body, content = network.rekey(2, (DAN,))
    pieces = list(parts(network.network_id, 2, content))
    return network.decided(body), pieces, SavedWraps(2, content)


# -- an earlier life ---------------------------------------------------------------------------


def test_a_stored_decision_that_is_damaged_stops_none_of_the_others() -> None:
    network = KeyedNetwork()
    first, second = network.decided(STRICTER)
    state = SavedState(
        decisions=tuple(
            SavedItem(one.id, raw, NOW)
            for one, raw in ((first, b"damaged"), (first, first.raw), (second, second.raw))
        ),
        second_decisions=(b"damaged", b""),
    )
    council, me = folded(network.membership("eve"), state)
    assert len(council) == 2
    assert me.roster.policies.verdicts_high == 2


def test_a_roster_that_came_with_the_membership_stands_until_a_decision_is_known() -> None:
    network = KeyedNetwork()
    given = Roster(7, list(network.roster)[:3])
    me = replace(network.membership("ada"), roster=given)
    assert folded(me, SavedState())[1] is me
    empty = replace(me, roster=Roster(0, []))
    assert len(folded(empty, SavedState())[1].roster) == 5  # without any: the charter's
    assert len(folded(me, saved(network.item("ada", Warn(7))))[1].roster) == 5


def test_keys_that_came_without_a_vault_stay_as_they_are_when_the_roster_changes() -> None:
    network = Network()
    me = network.membership("lea")
    state = saved(network.item("ada", Policy(3, 1, 2)))
    _, after = folded(me, state)
    assert after.roster.policies.verdicts_high == 2
    assert after.keys is me.keys


def test_keys_come_from_the_vault_when_the_roster_changes() -> None:
    network = KeyedNetwork()
    decisions, _, _ = rekeyed(network)
    vault = network.vault("eve", {1: epoch_seed(1), 2: epoch_seed(2)})
    me = network.membership("eve", vault)
    assert me.keys.epoch == 1  # nobody decided on the second yet
    assert folded(me, saved(*decisions))[1].keys.epoch == 2


# -- what changes ------------------------------------------------------------------------------


def test_a_decision_that_counts_is_told_with_the_roster_it_makes() -> None:
    network = KeyedNetwork()
    eve = node(network, "eve")
    first, second = network.decided(STRICTER)
    eve.governance.decided(first, NOW)
    assert [one.roster.pending[0].lacking for one in eve.memberships] == [1]
    eve.governance.decided(second, NOW)
    assert [one.roster.version for one in eve.memberships] == [0, 1]
    assert [type(one) for one in eve.told()] == [RosterChanged, RosterChanged]


def test_decisions_taken_together_are_told_once_and_those_after_them_again() -> None:
    network = KeyedNetwork()
    eve = node(network, "eve")
    with eve.governance.together(NOW):
        for item in network.decided(STRICTER):
            eve.governance.decided(item, NOW)
        assert eve.told() == []
    assert [one.roster.version for one in eve.memberships] == [1]
    assert [type(one) for one in eve.told()] == [RosterChanged]
    eve.governance.decided(network.item("ada", Warn(7)), NOW)
    assert len(eve.memberships[-1].roster.warnings) == 1


def test_decisions_taken_together_count_also_when_the_block_fails() -> None:
    network = KeyedNetwork()
    eve = node(network, "eve")

    def failing() -> None:
        with eve.governance.together(NOW):
            for item in network.decided(STRICTER):
                eve.governance.decided(item, NOW)
            raise LocalError("full")

    with pytest.raises(LocalError):
        failing()
    assert [one.roster.version for one in eve.memberships] == [1]


def test_nothing_new_is_not_told() -> None:
    network = KeyedNetwork()
    said = network.item("ada", Warn(7))
    eve = node(network, "eve", saved(said))
    with eve.governance.together(NOW):
        pass
    eve.governance.decided(said, NOW)
    assert eve.told() == []
    assert eve.memberships == []


def test_without_any_decision_a_roster_that_came_with_the_membership_stays() -> None:
    network = KeyedNetwork()
    given = Roster(7, list(network.roster)[:3])
    ada = node(network, "ada", change=lambda me: replace(me, roster=given))
    with ada.governance.together(NOW):
        pass
    assert ada.told() == []
    ada.governance.decided(network.item("ada", Warn(7)), NOW)
    assert len(ada.memberships[-1].roster) == 5


def test_only_a_decision_can_be_withdrawn() -> None:
    network = KeyedNetwork()
    ada = node(network, "ada")
    said = network.item("ada", Warn(7))
    ada.governance.decided(said, NOW)
    ada.governance.withdraw(ItemId(1, 0, said.id.sequence), NOW)
    ada.governance.withdraw(network.item("ada", Report(None, 1)).id, NOW)
    assert [len(one.roster.warnings) for one in ada.memberships] == [1]
    ada.governance.withdraw(said.id, NOW)
    assert [len(one.roster.warnings) for one in ada.memberships] == [1, 0]


# -- new keys ------------------------------------------------------------------------------------


def test_new_keys_need_exactly_the_wraps_that_the_decision_commits_to() -> None:
    network = KeyedNetwork()
    ada = node(network, "ada")
    body, content = network.rekey(2, (DAN,))
    ada.governance.check_wraps(body, content)
    flipped = bytes((content[0] ^ 1,)) + content[1:]
    for wrong, wraps in (
        (body, None),
        (body, b""),
        (body, content[:-1]),
        (body, flipped),
        (replace(body, size=body.size + 1), content),
        (replace(body, content_hash=bytes(8)), content),
        (replace(body, epoch=3), content),
    ):
        with pytest.raises(LocalError, match="wraps"):
            ada.governance.check_wraps(wrong, wraps)


def test_wraps_that_come_after_the_decision_lead_to_the_new_keys() -> None:
    network = KeyedNetwork()
    decisions, pieces, wraps = rekeyed(network)
    eve = node(network, "eve")
    for item in decisions:
        eve.governance.decided(item, NOW)
    eve.told()
    for piece in pieces:
        assert eve.governance.part(piece, NOW) is None
    kept, opened, changed = eve.told()
    assert kept == WrapsKept(wraps)
    assert opened == SeedOpened(2, epoch_seed(2))
    assert isinstance(changed, RosterChanged)
    assert eve.memberships[-1].keys.epoch == 2
    assert not eve.governance.left_out
    assert eve.governance.part(pieces[0], NOW) is None  # once more: nothing new
    assert eve.told() == []
    eve.governance.rekeying.digest_heard(1, 1, NOW)  # so the keys before are known to be old
    assert [one.member for one in eve.governance.rekeying.behind()] == [1]


def test_a_frame_that_is_no_part_of_any_wraps_is_malformed_and_changes_nothing() -> None:
    eve = node(KeyedNetwork(), "eve")
    assert eve.governance.part(b"", NOW) is Rejection.MALFORMED
    assert eve.told() == []


def test_who_is_left_out_knows_it_at_once_and_after_a_restart_and_others_are_not() -> None:
    network = KeyedNetwork()
    decisions, pieces, wraps = rekeyed(network)
    dan = node(network, "dan")
    assert not dan.governance.left_out
    for item in decisions:
        dan.governance.decided(item, NOW)
    assert not dan.governance.left_out  # nobody knows before the wraps are here
    for piece in pieces:
        dan.governance.part(piece, NOW)
    assert dan.governance.left_out
    assert dan.told()[-1] == WrapsKept(wraps)
    again = node(network, "dan", saved(*decisions, wraps=(wraps,)))
    assert again.governance.left_out
    for name, state in (("dan", saved(*decisions)), ("eve", saved(*decisions, wraps=(wraps,)))):
        assert not node(network, name, state).governance.left_out


def test_secrets_from_an_organizer_in_person_are_told_and_what_was_left_out_is_so_no_more() -> None:
    network = KeyedNetwork()
    decisions, _, wraps = rekeyed(network)
    dan = node(network, "dan", saved(*decisions, wraps=(wraps,)))
    vault = network.vault("dan", {1: epoch_seed(1), 2: epoch_seed(2)})
    dan.governance.take_vault(vault, NOW)
    assert [type(one) for one in dan.told()] == [RosterChanged]
    assert dan.memberships[-1].keys.epoch == 2


def test_wraps_are_not_looked_at_without_a_vault_and_not_when_the_keys_are_the_newest() -> None:
    network = KeyedNetwork()
    decisions, _, wraps = rekeyed(network)
    state = saved(*decisions, wraps=(wraps,))
    bare = node(network, "eve", state, change=lambda me: replace(me, vault=Vault()))
    bare.governance.decided(network.item("cyd", Warn(7)), NOW)
    newest = network.vault("eve", {1: epoch_seed(1), 2: epoch_seed(2)})
    done = node(network, "eve", state, vault=newest)
    done.governance.decided(network.item("cyd", Warn(8)), NOW)
    for one in (bare, done):
        assert [type(event) for event in one.told()] == [RosterChanged]
        assert not one.governance.left_out


def test_a_node_that_was_two_epochs_behind_goes_straight_to_the_newest_that_it_has() -> None:
    network = KeyedNetwork()
    decided, saves = [], []
    for epoch in (2, 3):
        body, content = network.rekey(epoch, (DAN,))
        decided += network.decided(body, now=NOW + epoch * 100)
        saves.append(SavedWraps(epoch, content))
    for wraps, opened in (((saves[1],), [3]), ((saves[0],), [2]), (tuple(saves), [3])):
        eve = node(network, "eve", saved(*decided, wraps=wraps))
        eve.governance.decided(network.item("cyd", Revoke(9, 1, 0)), NOW)
        assert [e.epoch for e in eve.told() if isinstance(e, SeedOpened)] == opened
        assert eve.memberships[-1].keys.epoch == opened[-1]


def test_who_holds_no_key_of_the_network_at_all_is_brought_to_none_by_radio() -> None:
    """Seeds of decisions that were undone are worth nothing; it takes an organizer in person."""
    network = KeyedNetwork()
    decisions, _, wraps = rekeyed(network)
    undone = network.vault("eve", {7: epoch_seed(7)})
    eve = node(network, "eve", saved(*decisions, wraps=(wraps,)), vault=undone)
    eve.governance.decided(network.item("cyd", Warn(7)), NOW)
    assert eve.memberships[-1].keys.epoch == 0
    assert [type(one) for one in eve.told()] == [RosterChanged]
