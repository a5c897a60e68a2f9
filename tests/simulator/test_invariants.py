"""Each invariant can fail: a violation of each is planted, and the trial finds it.

Every plan passes without what is planted, so that it is the plant that is found.
"""

from __future__ import annotations

from typing import Any

import pytest

from meshdefense.simulator.campaign import run_seeds
from meshdefense.simulator.disk import Disk
from meshdefense.simulator.faults import Attack, Fault, Incident, Plan
from meshdefense.simulator.machine import Machine
from meshdefense.simulator.rules import RULES, Violation
from meshdefense_protocol import governance, repair, roster
from meshdefense_protocol.admission import Admission
from meshdefense_protocol.council import Council, _Motion
from meshdefense_protocol.engine import Engine
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.events import Event, ItemAccepted
from meshdefense_protocol.governance import Governance
from meshdefense_protocol.items import Item
from meshdefense_protocol.judging import FoldState, Voice
from meshdefense_protocol.numbering import Numbering
from meshdefense_protocol.packets import Grant
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.quotas import Quotas
from meshdefense_protocol.rekey import open_content
from meshdefense_protocol.roster import Role, Roster
from meshdefense_protocol.sealing import KeyClass, KeyRing
from meshdefense_protocol.seen import Known, ReplayCache
from meshdefense_protocol.sync import Sync
from support.planted import DECIDING, ROGUE, plan_of, play

CRASH = Incident(Fault.CRASH, 1, 300.0, 330.0)
IMAGE = Incident(Fault.IMAGE_NOTICED, 1, 60.0, 400.0)

PLANS = {
    "signed by a member": plan_of(attacks=[Attack.FORGE]),
    "allowed by its role": plan_of(attacks=[Attack.FLOOD], attacker_role=Role.RECIPIENT),
    "shown once": plan_of(attacks=[Attack.REPLAY], small=True),
    "within quota": plan_of(attacks=[Attack.FLOOD], pause_s=300.0),
    "within bounds": plan_of(attacks=[Attack.FORGE], small=True),
    "never expired": plan_of(),
    "stored before sent": plan_of(),
    "acknowledged is durable": plan_of(faults=[Fault.CRASH], incidents=[CRASH]),
    "no id twice": plan_of(faults=[Fault.IMAGE_NOTICED], incidents=[IMAGE], pause_s=70.0),
    "no busy loop": plan_of(),
    "no amplification": plan_of(attacks=[Attack.GREED], pause_s=150.0, chain=True),
    "converges": plan_of(faults=[Fault.LOSS], loss=0.6, pause_s=120.0),
    "the revoked stay out": plan_of(attacks=[Attack.FLOOD], trust=DECIDING),
    "no change by fewer than k": plan_of(attacks=[Attack.DECIDE], trust=ROGUE),
    "newest keys only": plan_of(trust=DECIDING),
    "one roster": plan_of(trust=DECIDING),
    "nobody else left out": plan_of(attacks=[Attack.JUDGE], trust=DECIDING),
}


def plant(rule: str, patch: pytest.MonkeyPatch) -> None:
    """Break what keeps the rule."""
    check, take, expire = Admission.check, Disk.take, Item.expires_at
    stop, voices, seal = Machine.stop, Council._voices, KeyRing.seal
    decided, opens = Governance.decided, open_content

    def unsigned(
        self: Admission, item: Item, now: float, **more: Any
    ) -> tuple[Rejection | None, bool]:
        rejection, evidence = check(self, item, now, **more)
        return (None if rejection is Rejection.SIGNATURE else rejection), evidence

    def not_remembered(self: Admission, item_id: ItemId, why: Rejection) -> Rejection:
        self._refused[item_id] = None
        return why

    def forgets_own(self: Disk, event: Event) -> None:
        if not (isinstance(event, ItemAccepted) and event.own):
            take(self, event)

    def loses_all(self: Machine) -> None:
        self.disk.items.clear()
        stop(self)

    def unnoticed(self: Machine, image: Disk, at: float, *, noticed: bool) -> None:
        self.disk = image

    def over_at_once(self: Item, charter_date: int, received_at: float) -> float:
        return min(received_at, expire(self, charter_date, received_at))

    def one_more(motion: _Motion, state: FoldState) -> dict[int, Voice]:
        found = voices(motion, state)
        return {**found, 0: next(iter(found.values()))} if found else found

    def with_old_keys(
        self: KeyRing, key_class: KeyClass, type_byte: int, content: bytes, epoch: int | None = None
    ) -> bytes:
        return seal(self, key_class, type_byte, content, epoch or 1)

    def deaf(self: Governance, item: Item, now: float) -> None:
        if self._me.number != 2 or not isinstance(item.body, Grant):
            decided(self, item, now)

    def shut(content: bytes, number: int, *rest: Any) -> bytes | None:
        return None if number == 2 else opens(content, number, *rest)

    match rule:
        case "signed by a member":
            patch.setattr(Admission, "check", unsigned)
        case "allowed by its role":
            patch.setattr(roster, "may_say", lambda author, roles, body: True)
        case "shown once":
            patch.setattr(ReplayCache, "look", lambda self, item_id: Known.NEW)
        case "within quota":
            patch.setattr(Quotas, "admits", lambda *_, **__: True)
        case "within bounds":
            patch.setattr(Admission, "_refuse", not_remembered)
        case "never expired":
            patch.setattr(Item, "expires_at", over_at_once)
        case "stored before sent":
            patch.setattr(Disk, "take", forgets_own)
        case "acknowledged is durable":
            patch.setattr(Machine, "stop", loses_all)
        case "no id twice":
            patch.setattr(Machine, "put_back", unnoticed)
            patch.setattr(Numbering, "said_in_another_life", lambda *_: None)  # nor heals it
        case "no busy loop":
            patch.setattr(Engine, "timer_at", lambda self: 0.0)
        case "no amplification":
            patch.setattr(repair, "AMPLIFICATION", 1e9)
            patch.setattr(repair.Repair, "_served", lambda *_: None)  # nor that it went just now
        case "converges":
            patch.setattr(Sync, "digest", lambda *_: [])
        case "the revoked stay out":
            patch.setattr(Roster, "beyond_mark", lambda self, item_id: False)
            patch.setattr(Roster, "suspension", lambda self, number, now: None)
        case "no change by fewer than k":
            patch.setattr(Council, "_voices", staticmethod(one_more))
        case "newest keys only":
            patch.setattr(KeyRing, "seal", with_old_keys)
        case "one roster":
            patch.setattr(Governance, "decided", deaf)
        case "nobody else left out":
            patch.setattr(governance, "open_content", shut)


@pytest.mark.parametrize("rule", RULES)
def test_a_planted_violation_is_found(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(rule, monkeypatch)
    with pytest.raises(Violation) as found:
        play(PLANS[rule])
    assert found.value.rule == rule


@pytest.mark.parametrize("rule", RULES)
def test_without_the_plant_nothing_is_found(rule: str) -> None:
    plan: Plan = PLANS[rule]
    outcome = play(plan)
    assert outcome.happened["said"] > 4
    for name in (*plan.attacks, *plan.faults - {Fault.LOSS}):
        assert outcome.happened[name.value] > 0


DISK_FULL = plan_of(
    attacks=[Attack.DECIDE],
    faults=[Fault.DISK_FULL],
    incidents=[Incident(Fault.DISK_FULL, 3, 140.0, 300.0)],
    trust=ROGUE,
)
"""Whose voice would put the hostile one out has a disk that takes nothing then."""


def test_a_revocation_whose_last_voice_a_full_disk_took_back_binds_nobody() -> None:
    """The rule went on as if the withdrawn voice counted, and called what came in a breach."""
    outcome = play(DISK_FULL)
    assert outcome.happened["withdrawn"] > 0
    assert outcome.happened["decided: revoke"] == 1


def test_a_revocation_that_was_agreed_to_again_after_a_full_disk_is_held_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plant("the revoked stay out", monkeypatch)
    with pytest.raises(Violation) as found:
        play(DISK_FULL)
    assert found.value.rule == "the revoked stay out"


@pytest.mark.parametrize("seed", [2161, 2843, 2913, 2998, 4466])
def test_a_seed_that_once_broke_a_rule_of_the_organizers_holds(seed: int) -> None:
    """A rogue organizer agreed to their own revocation; a full disk took one back."""
    report = run_seeds([seed])
    assert not report.failures, "\n\n".join(report.failures)
    assert report.happened["decided: revoke"] > 0
