"""A radio of three is lost: the others are written anew, it is refused, and they forget it."""

from __future__ import annotations

from pathlib import Path

from meshdefense.provisioning.fleet import Fleet
from meshdefense.provisioning.goal import FleetDesk
from meshdefense.provisioning.lost import assess, declare, found_again, statuses
from meshdefense.provisioning.outcome import End, Outcome
from support.fleets import made_fleet
from support.table_radios import address, apply, read_by_others, table
from support.virtual_radio import MeshThread

NAMES = ("Base 1", "Patrol 1", "Patrol 2")


def provisioned(fleet: Fleet, mesh: MeshThread, name: str) -> Outcome:
    return apply(FleetDesk(fleet, by="heron").goal(name), address(mesh, NAMES.index(name)))


def held(mesh: MeshThread, name: str) -> dict[str, bytes]:
    """The channel keys that are really in a radio."""
    state = read_by_others(address(mesh, NAMES.index(name)))
    return {
        one["settings"]["name"]: one["settings"]["psk"]
        for one in state.channels
        if one["role"] != "DISABLED"
    }


def left(fleet: Fleet) -> set[str]:
    (status,) = statuses(fleet)
    return {row.radio for row in status.touch if not row.done}


def test_a_lost_radio_is_shut_out_of_the_radios_that_were_touched(tmp_path: Path) -> None:
    with table(3) as mesh, made_fleet(tmp_path / "fleet") as fleet:
        for name in NAMES:
            outcome = provisioned(fleet, mesh, name)
            assert outcome.end in (End.DONE, End.ALREADY), outcome.words
        shared = held(mesh, "Patrol 1")
        assert shared["South"] == held(mesh, "Base 1")["South"]
        lost = mesh.mesh.devices[1].number
        assert all(mesh.mesh.devices[place].nodes.public_key(lost) for place in (0, 2))
        declare(fleet, assess(fleet, "Patrol 1"))
        assert left(fleet) == {"Base 1", "Patrol 2"}
        for rest, name in (({"Patrol 2"}, "Base 1"), (set(), "Patrol 2")):
            outcome = provisioned(fleet, mesh, name)
            assert outcome.end is End.DONE, outcome.words
            assert left(fleet) == rest
            assert held(mesh, name)["South"] == fleet.channel_keys()["South"]
            assert held(mesh, name)["South"] != shared["South"]
            assert not mesh.mesh.devices[NAMES.index(name)].nodes.public_key(lost)
        assert fleet.ring.old == ()
        outcome = provisioned(fleet, mesh, "Patrol 1")
        assert outcome.end is End.REFUSED
        assert "the lost Patrol 1" in outcome.words
        assert held(mesh, "Patrol 1") == shared, "something was written into it"
        found_again(fleet, "Patrol 1")
        assert provisioned(fleet, mesh, "Patrol 1").end is End.DONE
        assert held(mesh, "Patrol 1")["South"] == fleet.channel_keys()["South"]
