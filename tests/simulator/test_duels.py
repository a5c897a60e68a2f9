"""What the page on attacks is measured with does what it says."""

from __future__ import annotations

import math
import random
from collections import Counter

import pytest

from meshdefense.simulator.duel import duel, fight
from meshdefense.simulator.faults import Attack
from meshdefense.simulator.flood import flood
from meshdefense.simulator.lost_key import lost_key
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.frames import check_frame


def test_without_attacks_the_hostile_node_keeps_silent_and_the_same_is_said() -> None:
    quiet, jammed = fight(duel((), 3)), fight(duel([Attack.NOISE], 3))
    assert not quiet.happened[Attack.NOISE.value]
    assert jammed.happened[Attack.NOISE.value] > 20
    assert len(quiet.arrivals) == len(jammed.arrivals) > 20
    assert sum(jammed.arrivals) > sum(quiet.arrivals)


def test_evidence_is_counted_only_where_two_things_were_said() -> None:
    assert fight(duel([Attack.FLOOD], 3)).witnesses == ((0, 0),) * 4
    assert all(evidence > 3 for _, evidence in fight(duel([Attack.EQUIVOCATE], 3)).witnesses)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_lost_key_is_out_in_order_and_nobody_else_is(seed: int) -> None:
    found = lost_key(seed)
    assert 0 < found.suspended_s < math.inf
    assert 0 < found.revoked_s < math.inf
    assert 0 < found.rekeyed_s < math.inf
    assert found.frames >= 6, "three decisions, two endorsements, the wraps"
    assert found.left_out == 0


def test_a_flood_has_frames_of_each_kind_and_the_same_seed_gives_the_same() -> None:
    real = [bytes((0x11,)) + bytes((n,)) * 97 for n in range(9)]
    frames = list(flood(real, 400, random.Random(1)))
    assert frames == list(flood(real, 400, random.Random(1)))
    kinds = Counter(str(check_frame(one)) for one in frames)
    assert kinds[str(Rejection.SIZE)] > 5
    assert kinds[str(Rejection.VERSION)] > 20
    assert sum(one in real for one in frames) >= 100
