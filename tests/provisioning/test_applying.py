"""The machine of steps: what it writes, what it retries, what it refuses, how it ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from meshdefense.provisioning import writing
from meshdefense.provisioning.device import Device
from meshdefense.provisioning.orders import orders_for
from meshdefense.provisioning.outcome import End
from meshdefense.provisioning.progress import Progress, Step
from meshdefense_radio.unfinished import mark, marked_name
from support.small_goal import CHANNEL_KEY, SmallGoal, small_desired
from support.table_radios import OPTIONS, QUICK, address, apply, cut_power, read_by_others, table
from support.virtual_radio import MeshThread


@pytest.fixture
def mesh() -> Iterator[MeshThread]:
    with table(2) as running:
        yield running


def at(step: Step, act: Callable[[], object], times: int = 1) -> Callable[[Progress], None]:
    """Do something when a step begins, the first so many times."""
    left = [times]

    def tell(progress: Progress) -> None:
        if progress.step is step and not progress.part and left[0]:
            left[0] -= 1
            act()

    return tell


def test_a_radio_becomes_what_was_decided_and_is_proven(mesh: MeshThread) -> None:
    goal = SmallGoal(small_desired())
    steps: list[Step] = []
    outcome = apply(goal, address(mesh), tell=lambda one: steps.append(one.step))
    assert outcome.end is End.DONE, outcome.words
    state = read_by_others(address(mesh))
    assert goal.differences(state, named=True) == ()
    assert state.channels[0]["settings"]["psk"] == CHANNEL_KEY
    assert list(dict.fromkeys(steps)) == list(Step)
    assert goal.begun == [state.node_number]
    assert len(goal.signed) == 1


def test_what_is_proven_survives_a_power_cut(mesh: MeshThread) -> None:
    goal = SmallGoal(small_desired())
    apply(goal, address(mesh))
    mesh.do(cut_power)
    assert goal.differences(read_by_others(address(mesh)), named=True) == ()


def test_a_radio_that_is_right_is_restarted_and_signed_without_a_write(mesh: MeshThread) -> None:
    apply(SmallGoal(small_desired()), address(mesh))
    reboots = mesh.mesh.devices[0].settings.reboots
    again = SmallGoal(small_desired())
    assert apply(again, address(mesh)).end is End.ALREADY
    assert (again.begun, len(again.signed)) == ([], 1)
    assert mesh.mesh.devices[0].settings.reboots == reboots + 1


def test_settings_that_are_only_in_its_memory_are_not_signed(mesh: MeshThread) -> None:
    before, goal = read_by_others(address(mesh)), SmallGoal(small_desired())
    with Device(address(mesh), patience=QUICK) as device:  # as a phone that goes before it ends
        changes = goal.differences(device.read(), named=True)
        writing.begin(device)
        for order in orders_for(changes, goal.desired):
            order.give(device)
    assert goal.differences(read_by_others(address(mesh)), named=True) == ()
    outcome = apply(goal, address(mesh))
    assert (outcome.end, outcome.manifest, goal.begun, goal.signed) == (
        End.REFUSED, None, [], [],
    )  # fmt: skip
    assert "right only in its memory" in outcome.words
    assert outcome.words.endswith("Nothing was written.")
    assert read_by_others(address(mesh)).config == before.config
    assert apply(goal, address(mesh)).end is End.DONE


def test_settings_that_are_not_decided_stay(mesh: MeshThread) -> None:
    settings = mesh.mesh.devices[0].settings
    mesh.do(lambda _: setattr(settings.config.display, "screen_on_secs", 77))
    before = read_by_others(address(mesh))
    apply(SmallGoal(small_desired()), address(mesh))
    after = read_by_others(address(mesh))
    assert after.config["display"] == before.config["display"]
    assert after.public_key == before.public_key


def test_a_radio_from_the_box_gets_its_region_first_and_then_its_own_key() -> None:
    with table(from_the_box=True) as mesh:
        assert read_by_others(address(mesh)).public_key == b""
        outcome = apply(SmallGoal(small_desired()), address(mesh))
        assert outcome.end is End.DONE, outcome.words
        assert len(read_by_others(address(mesh)).public_key) == 32


def test_a_new_role_does_not_leave_what_the_firmware_changes_with_it(mesh: MeshThread) -> None:
    desired = small_desired()
    device = {**desired.config["device"], "role": "TRACKER"}
    tracker = replace(desired, config={**desired.config, "device": device})
    outcome = apply(SmallGoal(tracker), address(mesh))
    assert outcome.end is End.DONE, outcome.words


def test_what_did_not_take_is_written_again(mesh: MeshThread) -> None:
    forget = at(Step.WRITE, lambda: mesh.do(lambda m: m.misbehave(0, "forget_write", 2)))
    goal = SmallGoal(small_desired())
    outcome = apply(goal, address(mesh), tell=forget)
    assert outcome.end is End.DONE, outcome.words
    assert goal.steps.count(Step.COMPARE.value) == 2


def test_a_radio_that_never_takes_a_setting_stays_marked_and_the_setting_is_named(
    mesh: MeshThread,
) -> None:
    goal = SmallGoal(small_desired(hop_limit=9))  # the firmware keeps at most seven
    for device in mesh.mesh.devices:
        clamp(mesh, device)
    outcome = apply(goal, address(mesh))
    assert outcome.end is End.FAILED
    assert [change.path for change in outcome.differing] == ["config.lora.hop_limit"]
    assert "config.lora.hop_limit is 7, not 9" in outcome.words
    assert marked_name(str(read_by_others(address(mesh)).owner["long_name"])) == "P1"
    assert goal.unfinished


def clamp(mesh: MeshThread, device: Any) -> None:
    """From now on the radio never keeps more than seven hops."""
    keep = device.save

    def save(what: Any) -> None:
        lora = device.settings.config.lora
        lora.hop_limit = min(lora.hop_limit, 7)
        keep(what)

    mesh.do(lambda _: setattr(device, "save", save))


def test_a_key_that_another_radio_has_is_replaced_by_a_new_one(mesh: MeshThread) -> None:
    before = read_by_others(address(mesh)).public_key
    goal = SmallGoal(small_desired())
    goal.shared_keys = {before}
    outcome = apply(goal, address(mesh))
    assert outcome.end is End.DONE, outcome.words
    after = read_by_others(address(mesh)).public_key
    assert len(after) == 32
    assert after != before


def test_a_new_key_on_demand_is_drawn_even_if_all_is_right(mesh: MeshThread) -> None:
    apply(SmallGoal(small_desired()), address(mesh))
    before = read_by_others(address(mesh)).public_key
    options = replace(OPTIONS, new_keys=True)
    assert apply(SmallGoal(small_desired()), address(mesh), options=options).end is End.DONE
    assert read_by_others(address(mesh)).public_key not in (b"", before)


def test_lost_radios_go_out_of_the_list_of_nodes(mesh: MeshThread) -> None:
    goal = SmallGoal(small_desired())
    lost = mesh.mesh.numbers[1]
    goal.lost_nodes = (lost,)
    mesh.do(lambda m: m.power(1, False))
    with Device(address(mesh), patience=QUICK) as device:
        assert lost in device.told.nodes
    assert apply(goal, address(mesh)).end is End.DONE
    with Device(address(mesh), patience=QUICK) as device:
        assert lost not in device.told.nodes


def test_a_full_list_of_nodes_is_forgotten_when_asked(mesh: MeshThread) -> None:
    mesh.do(lambda m: m.misbehave(0, "full_node_db"))
    assert read_by_others(address(mesh)).nodes > 50
    options = replace(OPTIONS, forget_nodes=True)
    outcome = apply(SmallGoal(small_desired()), address(mesh), options=options)
    assert outcome.end is End.DONE, outcome.words
    assert read_by_others(address(mesh)).nodes < 5
    mesh.do(lambda m: m.misbehave(0, "full_node_db"))  # and again, of a radio that is right
    assert apply(SmallGoal(small_desired()), address(mesh), options=options).end is End.DONE
    assert read_by_others(address(mesh)).nodes < 5


def test_a_lost_radio_that_is_heard_again_does_not_keep_the_others_unfinished(
    mesh: MeshThread,
) -> None:
    goal = SmallGoal(small_desired())
    goal.lost_nodes = (mesh.mesh.numbers[1],)

    def heard() -> None:
        mesh.do(lambda m: m.devices[0].nodes.of(m.numbers[1]))

    outcome = apply(goal, address(mesh), tell=at(Step.RESTART, heard, times=9))
    assert outcome.end is End.DONE, outcome.words


def test_another_radio_at_the_same_place_after_the_restart_is_noticed(mesh: MeshThread) -> None:
    def swap() -> None:
        first, second = mesh.mesh.servers
        mesh.do(lambda _: _swap(first, second))

    outcome = apply(SmallGoal(small_desired()), address(mesh), tell=at(Step.RESTART, swap))
    assert outcome.end is End.FAILED
    assert "another radio answers there now" in outcome.words


def test_a_radio_that_was_plugged_in_during_an_edit_is_not_restarted(mesh: MeshThread) -> None:
    first, second = mesh.mesh.servers
    other, begun = second.device, threading.Event()

    def tell(progress: Progress) -> None:
        if progress.step is Step.WRITE and progress.part == 2 and not begun.is_set():
            begun.set()
            mesh.do(lambda _: _swap(first, second))

    before = other.settings.reboots
    options = replace(OPTIONS, lost_s=4.0)
    outcome = apply(SmallGoal(small_desired()), address(mesh), tell=tell, options=options)
    assert "another radio answers there now" in outcome.words
    assert (other.reboot_at, other.settings.reboots) == (None, before)


def test_the_planned_radio_is_written(mesh: MeshThread) -> None:
    planned = mesh.mesh.numbers[0]
    outcome = apply(SmallGoal(small_desired()), address(mesh), planned=planned)
    assert outcome.end is End.DONE, outcome.words


def test_a_radio_other_than_the_planned_one_is_not_written(
    mesh: MeshThread,
) -> None:
    planned, goal = mesh.mesh.numbers[0], SmallGoal(small_desired())
    other = read_by_others(address(mesh, 1))
    outcome = apply(goal, address(mesh, 1), planned=planned)
    assert outcome.end is End.REFUSED
    assert "another radio answers there than the one whose plan was shown" in outcome.words
    assert outcome.words.endswith("Nothing was written.")
    assert (goal.begun, read_by_others(address(mesh, 1))) == ([], other)


def _swap(first: Any, second: Any) -> None:
    """As when somebody plugs the other radio into the same cable."""
    first.device, second.device = second.device, first.device
    first.drop()


def test_a_radio_that_restarts_in_the_middle_is_waited_for_and_begun_anew(
    mesh: MeshThread,
) -> None:
    reboot = at(Step.WRITE, lambda: mesh.do(lambda m: m.misbehave(0, "reboot_mid_write")))
    goal = SmallGoal(small_desired())
    outcome = apply(goal, address(mesh), tell=reboot, options=replace(OPTIONS, lost_s=8.0))
    assert outcome.end is End.DONE, outcome.words
    assert goal.differences(read_by_others(address(mesh)), named=True) == ()


def test_a_radio_that_takes_no_orders_is_left_as_it_was(mesh: MeshThread) -> None:
    before = read_by_others(address(mesh))
    mesh.do(lambda m: m.misbehave(0, "rate_limit"))
    outcome = apply(SmallGoal(small_desired()), address(mesh))
    mesh.do(lambda m: m.misbehave(0, "none"))
    assert outcome.end is End.FAILED
    assert "too many orders" in outcome.words
    assert read_by_others(address(mesh)).owner == before.owner


def test_a_person_who_stops_it_leaves_a_marked_radio_with_its_old_settings(
    mesh: MeshThread,
) -> None:
    before, stop = read_by_others(address(mesh)), threading.Event()
    outcome = apply(SmallGoal(small_desired()), address(mesh), tell=at(Step.WRITE, stop.set),
                    stop=stop)  # fmt: skip
    assert outcome.end is End.STOPPED
    threading.Event().wait(0.3)  # until the restart that throws the open edit away has begun
    after = read_by_others(address(mesh))
    assert after.owner["long_name"] == mark("P1")
    assert after.config == before.config


def test_a_radio_that_does_not_answer_at_all_is_told_in_words(mesh: MeshThread) -> None:
    where = address(mesh)
    mesh.do(lambda m: m.power(0, False))
    outcome = apply(SmallGoal(small_desired()), where)
    assert outcome.end is End.LOST
    assert "Nothing was written" in outcome.words


def test_the_mark_fits_what_the_firmware_keeps_of_a_name() -> None:
    for name in ("P1", "ñandú " * 6, "x" * 39):
        marked = mark(name)
        assert len(marked.encode()) <= 39
        assert marked_name(marked) is not None
    assert marked_name("Patrol 1") is None
