"""An older image of an organizer's disk: no id of a decision is used for another, and none lost."""

from __future__ import annotations

import pytest

from meshdefense_protocol.items import Item
from meshdefense_protocol.limits import ROSTER_INCARNATION
from meshdefense_protocol.packets import Policy, Warn
from meshdefense_protocol.policy import PolicyName
from support.room import Room


def restored(room: Room, name: str, *, noticed: bool) -> list[Item]:
    """Two decisions, an image before them, and the image put back; returns the decisions."""
    image = room.machines[name].image()
    lost = [room.say(name, Warn(reason)) for reason in (1, 2)]
    room.run(30.0)
    room.put_back(name, image, noticed=noticed)
    return lost


def test_an_older_image_that_is_noticed_brings_a_new_incarnation_of_decisions_as_well() -> None:
    room = Room()
    lost = restored(room, "ada", noticed=True)
    fresh = room.say("ada", Warn(3))
    assert fresh.id.incarnation == ROSTER_INCARNATION + 1
    room.run(900.0)
    assert all(room.has("ada", one) for one in lost), "the others gave them back"
    assert all(room.has(name, fresh) for name in room.names)
    assert len({len(room.roster(name).warnings) for name in room.names}) == 1


def test_an_older_image_that_is_not_noticed_is_healed_by_the_first_own_decision_heard() -> None:
    room = Room()
    lost = restored(room, "ada", noticed=False)
    room.run(900.0)
    assert all(room.has("ada", one) for one in lost)
    fresh = room.say("ada", Warn(3))
    assert fresh.id.incarnation == ROSTER_INCARNATION + 1


@pytest.mark.parametrize("epochs", [1, 2])
def test_an_image_from_before_a_re_key_comes_back_to_the_keys_in_force(epochs: int) -> None:
    room = Room()
    image = room.machines["pia"].image()
    for turn in range(epochs):
        room.rekey(seed=bytes((turn,)) * 16)
    room.put_back("pia", image, noticed=True)
    assert room.epochs() == {1, 1 + epochs}
    room.run(1800.0)
    assert room.epochs() == {1 + epochs}


def test_an_image_from_before_a_revocation_gives_the_revoked_no_second_life() -> None:
    room = Room()
    image = room.machines["vic"].image()
    room.revoke("pia", log_mark=0)
    room.agree(Policy(PolicyName.ESCALATE_MINUTES, 1, 9), "ada", "ben")
    room.put_back("vic", image, noticed=True)
    assert not room.roster("vic").is_out(room.number("pia"))
    room.run(900.0)
    assert room.roster("vic").is_out(room.number("pia"))
    assert room.roster("vic").policies.escalate_minutes == 9
