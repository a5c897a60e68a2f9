"""The promises of docs/threat-model.md about who decides what, each shown on whole engines.

Deeper tests of the same things stand with the parts; tests/mutations/promises.toml names all.
"""

from __future__ import annotations

import dataclasses
import re

import pytest

from meshdefense_protocol.engine import Engine
from meshdefense_protocol.errors import DecodeError, ForbiddenError, Rejection
from meshdefense_protocol.events import ItemAccepted
from meshdefense_protocol.identity import Identity
from meshdefense_protocol.items import Item, read_item, time_units
from meshdefense_protocol.ladder import stand
from meshdefense_protocol.members import Role
from meshdefense_protocol.packets import (
    BODIES,
    Broadcast,
    Close,
    Grant,
    KnownBody,
    Lift,
    Notice,
    Policy,
    Rekey,
    Report,
    Revoke,
    Sos,
    Suspend,
    Verdict,
)
from meshdefense_protocol.packets.decisions import Action, mark_of
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.place import GridPlace
from meshdefense_protocol.policy import Policies, PolicyName
from meshdefense_protocol.rekey import commitment_of, open_content, seal_tree
from meshdefense_protocol.roster import Roster
from support.network import DATE, NOW, Network, Store, drain, seed_of
from support.three_organizers import MASTER, NEW_SEED, ORGANIZERS, ThreeOrganizers

HOUR = 3600.0
ALERT = Report(GridPlace(1205, -345, 2), 1, severity=3)


def shown(engine: Engine) -> list[Item]:
    """What an engine let in since it was asked last."""
    return [event.item for event in drain(engine) if isinstance(event, ItemAccepted)]


# -- 7, 10: organizers and keys ---------------------------------------------------------------


def newcomer(network: Network, name: str = "new", **more: int) -> Grant:
    key = Identity(name.encode().ljust(32, b"\1")).key
    return Grant(8, more.get("serial", 0), more.get("roles", 4), key, name)


def powers(roster: Roster) -> object:
    """Everything that two organizers must agree on."""
    return [*roster.everybody()], roster.policies, roster.revocations, roster.epochs


@pytest.mark.parametrize("alone", ORGANIZERS)
def test_no_single_organizer_changes_members_roles_policies_or_keys(alone: str) -> None:
    network = ThreeOrganizers()
    pia = network.roster[network.number("pia")]
    decisions: tuple[Action, ...] = (
        newcomer(network),
        Grant(pia.number, 1, int(pia.roles | Role.ORGANIZER), pia.key, pia.name),
        Revoke(pia.number, 1, 0),
        Policy(PolicyName.THRESHOLD, 1, 1),
        Policy(PolicyName.ALL_CLEAR, 1, 3),
        Rekey(2, b"c" * 16, b"h" * 8, 100),
    )
    said: list[Item] = []
    for body in decisions:  # said, said again, endorsed by the same one, and by who may not
        said += network.agreed(body, alone, alone, "vic", "pia")
        said.append(network.item(alone, body))
    roster = network.after(*said)
    assert powers(roster) == powers(network.roster)
    assert all(body in [one.body for one in roster.pending] for body in decisions)
    assert all(one.voices == (network.number(alone),) for one in roster.pending)
    other = next(name for name in ORGANIZERS if name != alone)
    roster = network.after(*network.agreed(newcomer(network), alone, other))
    assert roster.find("new") is not None, "two of them can"


@pytest.mark.parametrize("name", ["pia", "vic", "ned", "lea"])
def test_a_decision_of_somebody_who_is_no_organizer_is_not_even_taken_in(name: str) -> None:
    network = Network()
    engine = network.engine("rob")
    item = network.item(name, Suspend(1, 24, 1))
    engine.receive(network.frame([item]), NOW)
    assert engine.rejected == {Rejection.ROLE: 1}


def test_one_organizer_alone_takes_away_for_a_day_at_most_and_not_again_for_a_week() -> None:
    network, pia = ThreeOrganizers(), 3
    with pytest.raises(DecodeError, match="24 hours"):
        read_item(_raw(network, Suspend(pia, 25, 1)), grid_unit_m=1)
    first = network.item("ada", Suspend(pia, 24, 1))
    again = [
        network.item("ada", Suspend(pia, 24, 1), now=NOW + days * 86_400.0) for days in range(1, 7)
    ]
    roster = network.after(first, *again)
    assert roster.suspension(pia, NOW + 1) is not None
    assert roster.suspension(pia, NOW + 24 * HOUR) is None
    assert len(roster.suspensions) == 1
    lifted = network.after(first, network.item("ada", Lift(first.id)))
    assert lifted.suspension(pia, NOW + 1) is None
    by_another = network.after(first, network.item("base", Lift(first.id)))
    assert by_another.suspension(pia, NOW + 1) is not None, "not by one other alone"


def test_a_suspended_member_is_refused_but_a_call_for_help_is_not() -> None:
    network = ThreeOrganizers()
    engine = network.engine("rob")
    engine.receive(network.sealed(network.item("ada", Suspend(3, 2, 1))), NOW)
    drain(engine)
    engine.receive(network.sealed(network.item("pia", ALERT, now=NOW + 60)), NOW + 60)
    assert shown(engine) == []
    assert engine.rejected[Rejection.SUSPENDED] == 1
    help_ = network.item("pia", Sos(None, 0), now=NOW + 60)
    engine.receive(network.sealed(help_), NOW + 60)
    assert shown(engine) == [help_]


def _raw(network: Network, body: KnownBody) -> bytes:
    """An item that nobody could have made with `encode_item`."""
    head = bytes((body.KIND << 2,)) + (1).to_bytes(2, "big")
    head += (32 << 18).to_bytes(3, "big") + time_units(NOW, DATE).to_bytes(3, "big")
    return head + body.fixed() + bytes(64)


def test_a_pinned_key_a_taken_handle_and_a_known_key_are_refused_and_shown() -> None:
    network = ThreeOrganizers()
    pia, other = network.roster[3], Identity(b"o" * 32).key
    for body in (
        Grant(3, 1, int(pia.roles), other, pia.name),
        Grant(8, 0, 4, pia.key, "new"),
        Grant(8, 0, 4, other, "PIA"),
    ):
        roster = network.after(*network.agreed(body, "ada", "base"))
        assert [one.body for one in roster.refused] == [body]
        assert powers(roster) == powers(network.roster)
    out = network.agreed(Revoke(3, 1, 0), "ada", "base")
    for back in (Grant(3, 1, 4, pia.key, "pia"), Grant(8, 0, 4, pia.key, "pia2")):
        roster = network.after(*out, *network.agreed(back, "ada", "base", now=NOW + 60))
        assert roster.is_out(3)
        assert len(roster) == 6, "neither the number nor the key comes back"


def test_no_packet_but_a_certificate_carries_a_name() -> None:
    named = {
        body.__name__
        for body in BODIES.values()
        for field in dataclasses.fields(body)
        if re.search("name|handle|callsign|alias", field.name) and field.type != "int"
    }
    assert named == {"Grant"}


# -- 8: two people ----------------------------------------------------------------------------


def test_nobody_verifies_or_broadcasts_their_own_report() -> None:
    network = Network()
    engine = network.engine("rob")
    own = network.item("vic", ALERT)
    engine.receive(network.frame([own]), NOW)
    assert shown(engine) == [own]
    wide = dataclasses.replace(ALERT, scope=0)
    for body in (Verdict(own.id, 1, 2), Broadcast(own.id, wide)):
        engine.receive(network.frame([network.item("vic", body)]), NOW)
    assert shown(engine) == []
    assert engine.rejected == {Rejection.ROLE: 2}
    assert engine.offences[network.number("vic")] == {Rejection.ROLE: 2}
    speaker = network.engine("vic")
    speaker.receive(network.frame([own]), NOW)
    with pytest.raises(ForbiddenError, match="somebody else"):
        speaker.submit(Verdict(own.id, 1, 2), NOW)


@pytest.mark.parametrize(("name", "body"), [
    ("pia", Verdict(ItemId(5, 0, 0), 1, 2)),
    ("ned", Broadcast(ItemId(3, 0, 0), ALERT)),
    ("rob", Close(ItemId(3, 0, 0), 1)),
    ("rob", Notice("hello")),
])  # fmt: skip
def test_what_a_role_does_not_allow_is_refused_by_every_receiver(
    name: str, body: KnownBody
) -> None:
    network = Network()
    engine = network.engine("lea")
    engine.receive(network.frame([network.item(name, body)]), NOW)
    assert shown(engine) == []
    assert engine.rejected == {Rejection.ROLE: 1}


def test_an_all_clear_by_one_person_is_no_policy_that_can_be_chosen() -> None:
    assert Policies().all_clear == 2
    assert Policies().verdicts_critical == 2
    with pytest.raises(Exception, match="outside 2 to 9"):
        Policies(all_clear=1)
    network = ThreeOrganizers()
    decided = network.agreed(Policy(PolicyName.ALL_CLEAR, 1, 1), "ada", "base")
    assert network.after(*decided).policies.all_clear == 2


def state_of(network: ThreeOrganizers, ref: ItemId, items: list[Item]) -> str:
    """What an alert is on a node that heard these items."""
    engine = network.engine("rob")
    for item in items:
        engine.receive(network.sealed(item), NOW + 60)
    end = NOW + ALERT.default_lifetime_s
    return stand(ref, shown(engine), roster=network.roster, now=NOW + 60, expires_at=end).state


def test_a_critical_alert_needs_two_verifiers_and_an_all_clear_two_people() -> None:
    network = ThreeOrganizers()
    alert = network.item("pia", ALERT)
    own, vics, bases = (
        network.item(name, Verdict(alert.id, 1, 2)) for name in ("pia", "vic", "base")
    )
    first, again, second = (
        network.item(name, Close(alert.id, 1)) for name in ("vic", "vic", "base")
    )
    for said, state in (
        ([], "unconfirmed"),
        ([own], "unconfirmed"),
        ([vics], "unconfirmed"),
        ([vics, network.item("vic", Verdict(alert.id, 1, 2))], "unconfirmed"),
        ([vics, bases], "verified"),
        ([bases, vics], "verified"),
        ([vics, bases, first], "verified"),
        ([vics, bases, first, again], "verified"),
        ([vics, bases, first, second], "closed"),
    ):
        assert state_of(network, alert.id, [alert, *said]) == state, len(said)


# -- 9: after a loss --------------------------------------------------------------------------


def test_nothing_that_a_revoked_member_says_later_counts() -> None:
    network, pia = ThreeOrganizers(), 3
    engine, store = network.engine("rob"), Store()
    before = network.item("pia", ALERT)
    engine.receive(network.sealed(before), NOW)
    assert [e.item for e in store.take(engine) if isinstance(e, ItemAccepted)] == [before]
    out = network.agreed(Revoke(pia, 1, mark_of(before.id)), "ada", "base", now=NOW + 10)
    for item in out:
        engine.receive(network.sealed(item), NOW + 10)
    store.take(engine)
    assert engine.membership.roster.is_out(pia)
    later = network.item("pia", ALERT, now=NOW - 600)  # whatever time it claims
    restarted = network.engine("rob", store.saved(), NOW + 20)
    for node in (engine, restarted):
        drain(node)
        node.receive(network.sealed(later), NOW + 20)
        assert shown(node) == []
        assert node.rejected[Rejection.REVOKED] == 1
        assert not node.membership.roster.counts(later)
        assert node.membership.roster.counts(before), "what was said before still does"


def test_after_new_keys_the_finder_reads_nothing_new_and_forges_nothing() -> None:
    network = ThreeOrganizers()
    decided, wraps = network.renewed("pia")
    finder, honest, other = (network.engine(name) for name in ("pia", "rob", "vic"))
    for engine in (finder, honest, other):
        network.tell(engine, decided, wraps)
    assert honest.membership.keys.epoch == other.membership.keys.epoch == 2
    assert finder.membership.keys.epoch == 1
    assert finder.left_out
    said = other.submit(ALERT, NOW + 10)
    sent = [frame.payload for frame in Store().send(other, NOW + 10)]
    finder.rejected.clear()
    for payload in sent:
        finder.receive(payload, NOW + 11)
        honest.receive(payload, NOW + 11)
    assert said in shown(honest)
    assert said not in shown(finder), "sealed with keys that were never wrapped for them"
    assert finder.rejected[Rejection.STRANGER] == len(sent)
    forged_ = network.item("pia", ALERT, sequence=9, now=NOW + 12)
    honest.receive(network.sealed(forged_), NOW + 12)
    assert shown(honest) == []
    keys = network.membership("pia").vault.path
    assert open_content(wraps, 3, keys, seed_of("pia"), network.network_id, 2,
                        commitment_of(network.network_id, 2, NEW_SEED)) is None  # fmt: skip


def test_forged_wraps_bring_no_other_keys() -> None:
    network = ThreeOrganizers()
    decided, wraps = network.renewed("pia")
    forger = seal_tree(b"z" * 32, network.network_id, 2, 1, b"e" * 16, [3], 7)
    engine = network.engine("rob")
    network.tell(engine, decided, forger)
    assert engine.membership.keys.epoch == 1
    network.tell(engine, [], wraps)
    assert engine.membership.keys.epoch == 2
    # whoever has the master but not two organizers' word on the seed opens nothing either
    other_seed = seal_tree(MASTER, network.network_id, 2, 1, b"e" * 16, [3], 7)
    path = network.membership("rob").vault.path
    commitment = commitment_of(network.network_id, 2, NEW_SEED)
    assert open_content(other_seed, 7, path, seed_of("rob"), network.network_id, 2, commitment) is (
        None
    )
