"""How the work on a radio can end, and that the words about its state are true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from meshdefense.provisioning import writing
from meshdefense.provisioning.device import Device
from meshdefense.provisioning.exchange import Exchange
from meshdefense.provisioning.fleet_errors import FleetRefusedError, FleetUnavailableError
from meshdefense.provisioning.library import loaded
from meshdefense.provisioning.manifests import Manifest
from meshdefense.provisioning.outcome import End
from meshdefense.provisioning.progress import Progress, Step
from meshdefense_radio.radio_state import RadioState
from meshdefense_radio.unfinished import mark
from support.small_goal import SmallGoal, small_desired
from support.table_radios import OPTIONS, QUICK, address, apply, read_by_others, table
from support.virtual_radio import MeshThread

HASTY = replace(OPTIONS, patience=replace(QUICK, answer_s=0.2, gone_s=0.1))


@pytest.fixture
def mesh() -> Iterator[MeshThread]:
    with table() as running:
        yield running


def losing_marks(monkeypatch: pytest.MonkeyPatch, times: int) -> list[int]:
    """The cable loses the first orders that carry the mark; how many it still loses."""
    left, send = [times], Device._send

    def lose(self: Device, message: Any) -> None:
        if message.WhichOneof("payload_variant") == "packet" and left[0]:
            admin = loaded().admin().FromString(message.packet.decoded.payload)
            if admin.set_owner.long_name == mark("P1"):
                left[0] -= 1
                return
        send(self, message)

    monkeypatch.setattr(Device, "_send", lose)
    return left


def test_a_mark_that_is_lost_on_the_cable_is_written_again(
    mesh: MeshThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[object] = []

    def tell(progress: Progress) -> None:
        if progress.step is Step.BEGIN:
            names.append(mesh.mesh.devices[0].settings.owner.long_name)

    left = losing_marks(monkeypatch, 1)
    goal = SmallGoal(small_desired())
    outcome = apply(
        goal,
        address(mesh),
        tell=tell,
        options=replace(OPTIONS, patience=replace(QUICK, answer_s=0.2)),
    )
    assert outcome.end is End.DONE, outcome.words
    assert (left, names) == ([0], [mark("P1")])


def test_nothing_is_written_before_the_radio_calls_itself_unfinished(
    mesh: MeshThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = read_by_others(address(mesh))
    losing_marks(monkeypatch, 99)
    outcome = apply(SmallGoal(small_desired()), address(mesh), options=HASTY)
    assert outcome.end is End.FAILED
    assert "told 3 times to call itself unfinished" in outcome.words
    assert "Nothing was written but the mark" in outcome.words
    after = read_by_others(address(mesh))
    assert (after.owner, after.config, after.channels) == (
        before.owner, before.config, before.channels,
    )  # fmt: skip


def test_a_radio_that_does_not_restart_is_not_called_read_back(
    mesh: MeshThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = writing.reboot
    monkeypatch.setattr(writing, "reboot", lambda device, _: order(device, -1))
    outcome = apply(SmallGoal(small_desired()), address(mesh), options=HASTY)
    assert outcome.end is End.FAILED
    assert "does not restart" in outcome.words
    assert "marked as unfinished" in outcome.words
    assert read_by_others(address(mesh)).owner["long_name"] == mark("P1")


class FullDisk(SmallGoal):
    """The disk takes no manifest."""

    def sign(self, state: RadioState) -> Manifest | None:
        raise FleetUnavailableError("manifests/P1.sealed cannot be written: no space left")


def test_a_manifest_that_cannot_be_kept_leaves_a_radio_that_is_right_and_said_to_be(
    mesh: MeshThread,
) -> None:
    outcome = apply(FullDisk(small_desired()), address(mesh))
    assert outcome.end is End.FAILED
    assert "no space left. The radio is right and has its name" in outcome.words
    assert "marked as unfinished" not in outcome.words
    assert read_by_others(address(mesh)).owner["long_name"] == "P1"


def test_a_radio_that_is_lost_after_it_got_its_name_is_not_called_marked(
    mesh: MeshThread,
) -> None:
    def tell(progress: Progress) -> None:
        if progress.step is Step.RESTART_NAMED:
            mesh.do(lambda m: m.power(0, False))

    options = replace(OPTIONS, patience=replace(QUICK, back_s=0.8))
    outcome = apply(SmallGoal(small_desired()), address(mesh), tell=tell, options=options)
    assert outcome.end is End.LOST
    assert "whether the radio has its name already is not known" in outcome.words


class LostKey(SmallGoal):
    """After the restart the radio has the number of one that was lost."""

    def refuse_lost(self, state: RadioState) -> None:
        raise FleetRefusedError("this is the lost P9", "look it over")


def test_a_radio_that_turns_out_to_be_a_lost_one_gets_no_name(mesh: MeshThread) -> None:
    outcome = apply(LostKey(small_desired()), address(mesh))
    assert outcome.end is End.FAILED
    assert "this is the lost P9; look it over. The radio is marked as unfinished" in outcome.words
    assert read_by_others(address(mesh)).owner["long_name"] == mark("P1")


def test_a_radio_that_does_not_stay_right_does_not_keep_its_name(mesh: MeshThread) -> None:
    def tell(progress: Progress) -> None:
        if progress.step is Step.RESTART_NAMED:
            mesh.do(change)

    def change(mesh: Any) -> None:
        mesh.devices[0].settings.config.lora.hop_limit = 2
        mesh.devices[0].save_all()

    outcome = apply(SmallGoal(small_desired()), address(mesh), tell=tell)
    assert outcome.end is End.FAILED
    assert "it stays marked as unfinished:\n  config.lora.hop_limit is 2, not 5" in outcome.words
    assert read_by_others(address(mesh)).owner["long_name"] == mark("P1")


def test_a_reading_with_a_hole_is_not_signed(
    mesh: MeshThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(SmallGoal(small_desired()), address(mesh))
    message = Exchange.message

    def lose(self: Exchange, one: Any) -> None:
        if one.moduleConfig.WhichOneof("payload_variant") != "mqtt":
            message(self, one)

    monkeypatch.setattr(Exchange, "message", lose)
    goal = SmallGoal(small_desired())
    outcome = apply(goal, address(mesh))
    assert (outcome.end, goal.signed) == (End.FAILED, [])
    assert "modules.mqtt did not come" in outcome.words
    assert outcome.words.endswith("Nothing was written.")
