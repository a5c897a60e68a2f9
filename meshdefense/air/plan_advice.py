"""What to change in a plan so that the channel carries it, and what that costs.

Two ways: say less on the same preset, or take a faster one, which reaches less far, so that the
same ground needs more hops and perhaps relays. Pure; the words are said elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from meshdefense.air.packets import MAX_HOPS
from meshdefense.air.planning import (
    AREA_HOPS_MAX,
    NEIGHBOURS_MIN,
    Plan,
    Wish,
    carries,
    mean_range_m,
    plan,
    share_in_range,
)
from meshdefense.air.presets import Preset, airtime_s

__all__ = ["Advice", "Option", "advise", "on_same_ground", "relays_needed"]

CHECK_IN_SLOWEST_MIN: Final = 60.0
"""A patrol that is missed later than this is missed too late."""
CHECK_INS_MIN: Final = (30.0, 45.0, CHECK_IN_SLOWEST_MIN)
POSITIONS_MIN: Final = (10.0, 15.0, 30.0, 60.0)
COMMON: Final = ("LONG_FAST", "MEDIUM_SLOW", "MEDIUM_FAST", "SHORT_SLOW", "SHORT_FAST",
                 "SHORT_TURBO")  # fmt: skip
"""Presets that are recommended, the farthest first: phones and people know them."""
RELAYS_ADVISED: Final = 12
"""Where more are needed, the ground is too wide for so few people."""
_SIZE: Final = 100


@dataclass(frozen=True, slots=True)
class Option:
    """One way to do it."""

    plan: Plan
    carries: float
    """Reports an hour at most."""
    range_m: float
    """Between two radios at belt height."""

    @property
    def wish(self) -> Wish:
        """What would be done."""
        return self.plan.wish


@dataclass(frozen=True, slots=True)
class Advice:
    """What was wished, and what would be better."""

    wished: Option
    same_preset: Option | None
    """Changed so that it fits on the same preset; None where nothing has to change or helps."""
    other_preset: Option | None
    """The farthest reaching other preset on which it fits, on the same ground; None for none."""

    @property
    def good(self) -> bool:
        """Whether nothing has to change."""
        found = self.wished.plan
        return found.fits and not found.thin and not found.too_few_hops

    @property
    def best(self) -> Option | None:
        """What is recommended; None where neither way will do."""
        return self.wished if self.good else self.same_preset or self.other_preset


def advise(wish: Wish, presets: Sequence[Preset]) -> Advice:
    """What to do with a wish; `presets` are those that the region allows."""
    wished = _option(wish)
    if Advice(wished, None, None).good:
        return Advice(wished, None, None)
    same = _first_fitting(_slower(_joined(wish)))
    known = {preset.name: preset for preset in presets}
    others = [known[name] for name in COMMON if name in known and name != wish.preset.name]
    faster = [one for one in others if _frame_s(one) < _frame_s(wish.preset)]
    farther = [one for one in others if one not in faster]
    # where the trouble is distance and not load, a preset that reaches farther is the remedy
    order = [*reversed(farther), *faster] if wished.plan.fits else faster
    return Advice(wished, same, _first_fitting(_on_presets(wish, order)))


def relays_needed(wish: Wish) -> int:
    """Relays without which radios have too few neighbours; it may be more than anybody has."""
    if not replace(wish, relays=0).neighbours_missing:
        return 0
    radios = math.ceil(NEIGHBOURS_MIN / share_in_range(wish.area_hops)) + 1
    return max(0, radios - wish.members)


def on_same_ground(wish: Wish, preset: Preset) -> Wish | None:
    """The wish on another preset; None where the ground becomes too wide for hops."""
    hops = wish.area_hops * mean_range_m(wish.preset) / mean_range_m(preset)
    if hops > AREA_HOPS_MAX:
        return None
    moved = _joined(replace(wish, preset=preset, area_hops=max(1.0, hops)))
    return None if moved.hops_needed > MAX_HOPS else moved


def _on_presets(wish: Wish, presets: Sequence[Preset]) -> Iterator[Wish]:
    for preset in presets:
        if (moved := on_same_ground(wish, preset)) is not None:
            yield moved
    for preset in presets:
        if (moved := on_same_ground(wish, preset)) is not None:
            yield from _slower(moved)


def _joined(wish: Wish) -> Wish:
    """With the hop limit and the relays that the ground needs."""
    relays = max(wish.relays, min(relays_needed(wish), RELAYS_ADVISED))
    hops = min(max(wish.hop_limit, wish.hops_needed), MAX_HOPS)
    return replace(wish, relays=relays, hop_limit=hops)


def _slower(wish: Wish) -> Iterator[Wish]:
    """The same with positions, then check-ins, at longer intervals."""
    yield wish
    positions: list[float | None] = [wish.positions_minutes]
    if wish.positions_minutes is not None:
        positions += [m for m in POSITIONS_MIN if m > wish.positions_minutes]
        positions.append(None)
    check_ins: list[float | None] = [wish.check_in_minutes]
    if wish.check_in_minutes is not None:
        check_ins += [m for m in CHECK_INS_MIN if m > wish.check_in_minutes]
    for check_in in check_ins:
        for position in positions:
            yield replace(wish, check_in_minutes=check_in, positions_minutes=position)


def _first_fitting(wishes: Iterator[Wish]) -> Option | None:
    for wish in wishes:
        found = plan(wish)
        if found.fits and not found.thin and not found.too_few_hops:
            return _option(wish)
    return None


def _option(wish: Wish) -> Option:
    return Option(plan(wish), carries(wish), mean_range_m(wish.preset))


def _frame_s(preset: Preset) -> float:
    return airtime_s(preset, _SIZE)
