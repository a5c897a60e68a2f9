"""What a channel carries for a group of people, before the event: a model in a few formulas.

People stand anywhere in a square, so many ranges from corner to corner. What they say is flooded,
each flood costs copies, each radio hears those in its range. Frames have the sizes of
`plan_frames`, air time is the firmware's. The constants marked "fitted" come from simulated hours
with an engine in each node; benchmarks/airtime_plan.py compares the model with other such hours,
and docs/airtime-planning.md says how far it may be believed. Shares 0 to 1, seconds, metres.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from meshdefense.air.medium import Channel
from meshdefense.air.packets import MAX_HOPS
from meshdefense.air.plan_frames import CASE, FrameKind, air_bytes
from meshdefense.air.presets import Preset, airtime_s

__all__ = [
    "ALL_IN_RANGE",
    "BUSY",
    "HOUR_S",
    "MEMBERS_MAX",
    "Plan",
    "PlanError",
    "Use",
    "Wish",
    "carries",
    "hops_of_square",
    "mean_range_m",
    "plan",
    "share_in_range",
]

HOUR_S: Final = 3600.0
MEMBERS_MAX: Final = 200
RELAYS_MAX: Final = 50
AREA_HOPS_MAX: Final = 8.0
SIDE_MIN_KM: Final = 0.1
REPORTS_MAX: Final = 1000.0
BUSY: Final = 0.25
"""Of the channel: from here on radios keep their routine traffic to themselves, and positions
and digests wait (`governor.YIELDS_AT`). A plan stays below it."""
FULL: Final = 0.95
NEIGHBOURS_MIN: Final = 6.0
"""With fewer in range, floods often find no way on (fitted)."""
ALL_IN_RANGE: Final = 1.5
"""Up to so many ranges from corner to corner, even few radios stay joined (fitted)."""
SENSE_FACTOR: Final = 1.2
"""What disturbs reaches so much farther than what can be received: 3 dB at exponent 3.7."""
HEARD: Final = 0.8
"""Of the air time in range: a radio is deaf while it sends, and fading hides some (fitted)."""
LEAST_COPIES: Final = 2.2
RELAY_COPIES: Final = 0.6
"""What a relay sends of each flood: it always relays what it hears (fitted)."""
BUSIEST: Final = 2.0
"""The radio that sends most sends so many times the mean (fitted: 1.1 to 3.2)."""
RELAY_SLOTS: Final = 24.0
"""A relay listens so many slots before it repeats: 16, and half of a contention window."""
IDLE_DIGESTS, IDLE_DIGESTS_PER_AREA = 12.0, 4.0
"""Digests in an hour without news (fitted)."""


class PlanError(ValueError):
    """A wish that no plan can be made for; `what` names the number, `least` and `most` bound it."""

    def __init__(self, what: str, value: float, least: float, most: float) -> None:
        super().__init__(f"{what} is {value:g}; it must be {least:g} to {most:g}")
        self.what, self.value, self.least, self.most = what, value, least, most


class Use(Enum):
    """What air time goes to."""

    REPORTS = "reports"
    """Reports and everything that follows from them."""
    CHECK_INS = "check-ins"
    POSITIONS = "positions"
    SYNC = "digests and repairs"
    NAMES = "radio names"
    """The radios' own NODEINFO; the rest of their routine is switched off."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a group wants to do."""

    members: int
    preset: Preset
    reports_per_hour: float
    area_hops: float = 3.0
    """The diagonal of the area, a square, in ranges of the preset (`mean_range_m`); 1 is everybody
    in range of everybody, which a smaller area does not better."""
    hop_limit: int = 3
    check_in_minutes: float | None = 30.0
    """Each member's; None for no check-ins."""
    positions_minutes: float | None = None
    """Each member's; None for nobody."""
    relays: int = 0
    """Radios that nobody carries, role ROUTER_LATE."""
    duty_cycle: float = 1.0
    names_hours: float = 6.0
    """How often each radio tells its name. As provisioned: once a day, and when it is switched on,
    so with shifts of eight hours every six."""
    radio_signs: bool = False
    """Firmware 2.8, which signs what it sends once more."""

    def __post_init__(self) -> None:
        _check("members", self.members, 2, MEMBERS_MAX)
        _check("reports per hour", self.reports_per_hour, 0, REPORTS_MAX)
        _check("area hops", self.area_hops, 1, AREA_HOPS_MAX)
        _check("hop limit", self.hop_limit, 0, MAX_HOPS)
        _check("relays", self.relays, 0, RELAYS_MAX)
        _check("duty cycle", self.duty_cycle, 0.001, 1)
        if self.check_in_minutes is not None:
            _check("check-in minutes", self.check_in_minutes, 5, 1440)
        if self.positions_minutes is not None:
            _check("positions minutes", self.positions_minutes, 1, 1440)

    @property
    def radios(self) -> int:
        """Of members, and relays."""
        return self.members + self.relays

    @property
    def side_m(self) -> float:
        """Of the square, in metres."""
        return self.area_hops * mean_range_m(self.preset) / math.sqrt(2.0)

    @property
    def neighbours(self) -> float:
        """Radios in range of one, on average."""
        return (self.radios - 1) * share_in_range(self.area_hops)

    @property
    def neighbours_missing(self) -> float:
        """So many more each radio needs; none where everybody hears everybody anyway."""
        if self.area_hops <= ALL_IN_RANGE:
            return 0.0
        return max(0.0, NEIGHBOURS_MIN - self.neighbours)

    @property
    def links(self) -> float:
        """Transmissions in a row until 95 % have it: floods do not go straight (fitted)."""
        return 1.0 + 1.4 * (self.area_hops - 1.0)

    @property
    def hops_needed(self) -> int:
        """The least hop limit with which floods get across; beyond MAX_HOPS nothing does."""
        return max(3, math.ceil(self.links - 0.01) - 1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to expect."""

    wish: Wish
    air_s: Mapping[Use, float]
    """Of all radios together, in an hour."""
    uses: Mapping[Use, float]
    """Shares of the channel, as a radio hears it."""
    copies: float
    """Transmissions that one flood costs."""
    quiet_s: float
    """Until 95 % of the radios have a report, when nothing else is said: usual case."""
    reach_s: float
    """The same at this load; `inf` where the channel is full."""

    @property
    def utilisation(self) -> float:
        """Of the channel, as the mean of all radios hears it; may exceed 1."""
        return math.fsum(self.uses.values())

    @property
    def middle(self) -> float:
        """Of the channel, as a radio in the middle hears it (fitted)."""
        return self.utilisation * min(1.6, 1.0 + 0.22 * (self.wish.area_hops - 1.0))

    @property
    def busiest_share(self) -> float:
        """Of the hour that the radio which sends most is sending."""
        return BUSIEST * math.fsum(self.air_s.values()) / self.wish.radios / HOUR_S

    @property
    def thin(self) -> bool:
        """Whether radios have so few neighbours that floods often end on the way."""
        return self.wish.neighbours_missing > 0

    @property
    def too_few_hops(self) -> bool:
        """Whether the hop limit ends floods before they are across."""
        return self.wish.hop_limit < self.wish.hops_needed

    @property
    def fits(self) -> bool:
        """Whether the channel and the law leave room for it."""
        return self.utilisation <= BUSY and self.lawful

    @property
    def lawful(self) -> bool:
        """Whether the busiest radio keeps a third of what the law allows it for SOS."""
        return self.wish.duty_cycle >= 1.0 or self.busiest_share <= self.wish.duty_cycle * 2 / 3


def plan(wish: Wish) -> Plan:
    """The plan of a wish."""
    copies = _copies(wish)
    case_s = math.fsum(_frame_s(wish, kind) * times for kind, times in CASE.items())
    air = {Use.REPORTS: wish.reports_per_hour * copies * case_s}
    air[Use.CHECK_INS] = (
        copies * _rate(wish.members, wish.check_in_minutes) * _frame_s(wish, FrameKind.CHECK_IN)
    )
    air[Use.POSITIONS] = (
        copies * _rate(wish.members, wish.positions_minutes) * _frame_s(wish, FrameKind.POSITION)
    )
    air[Use.NAMES] = copies * wish.radios / wish.names_hours * _frame_s(wish, FrameKind.NAME)
    heard = _heard(wish)
    air[Use.SYNC] = _sync_s(wish, air, heard)
    uses = {use: air[use] * heard / HOUR_S for use in Use}
    busy = math.fsum(uses.values())
    quiet = _quiet_s(wish)
    reach = quiet / (1.0 - busy * busy) if busy < FULL else math.inf
    return Plan(wish, air, uses, copies, quiet, reach)


def carries(wish: Wish) -> float:
    """The most reports an hour that fit beside everything else that is wished; 0 for none."""
    low, high = 0.0, REPORTS_MAX
    if not plan(replace(wish, reports_per_hour=low)).fits:
        return 0.0
    if plan(replace(wish, reports_per_hour=high)).fits:
        return high
    while high - low > 0.25:
        middle = (low + high) / 2
        if plan(replace(wish, reports_per_hour=middle)).fits:
            low = middle
        else:
            high = middle
    return low


def mean_range_m(preset: Preset, channel: Channel | None = None) -> float:
    """How far two radios at belt height are apart when one hears the other every second time."""
    channel = channel or Channel()
    budget = channel.tx_power_dbm - channel.noise_dbm(preset) - preset.snr_limit_db
    decades = (budget - channel.reference_loss_db) / (10 * channel.path_loss_exponent)
    return float(channel.reference_distance_m * 10**decades)


def hops_of_square(side_km: float, preset: Preset) -> float:
    """`Wish.area_hops` of a square with that side. Raises PlanError for "area km"."""
    diagonal_of_1_km = 1000.0 * math.sqrt(2.0) / mean_range_m(preset)
    most = math.floor(10.0 * AREA_HOPS_MAX / diagonal_of_1_km) / 10.0
    _check("area km", side_km, SIDE_MIN_KM, most)
    return max(1.0, side_km * diagonal_of_1_km)


def share_in_range(area_hops: float, factor: float = 1.0) -> float:
    """Of pairs of points in the square, those not farther apart than `factor` ranges.

    The distribution of distances in a unit square (Philip 2007, "The probability distribution of
    the distance between two random points in a box").
    """
    x = factor * math.sqrt(2.0) / area_hops  # so many ranges in the diagonal: a range in sides
    if x >= math.sqrt(2.0):
        return 1.0
    if x <= 1.0:
        return math.pi * x**2 - 8 / 3 * x**3 + x**4 / 2
    root = math.sqrt(x * x - 1.0)
    turned = 2 * x * x * (math.asin(1 / x) - math.acos(1 / x))
    return 1 / 3 - 2 * x * x - x**4 / 2 + 4 / 3 * root * (2 * x * x + 1) + turned


def _frame_s(wish: Wish, kind: FrameKind) -> float:
    return airtime_s(wish.preset, air_bytes(kind, radio_signs=wish.radio_signs))


def _rate(members: int, minutes: float | None) -> float:
    """Of all members together, in an hour."""
    return members * 60.0 / minutes if minutes else 0.0


def _copies(wish: Wish) -> float:
    """Transmissions of one flood: the first, and relays that had not heard another one yet.

    Fitted: grows with the root of the number of radios, more where they are spread, and with the
    length of a frame in slots, as more relays begin before one is noticed.
    """
    near = share_in_range(wish.area_hops)
    slots: float = _frame_s(wish, FrameKind.CHECK_IN) / wish.preset.slot_s
    spread = 2.2 - 1.35 * math.pow(near, 2.5)
    copies = spread * math.sqrt(wish.members) * math.pow(slots / 40.0, 0.18)
    return min(max(copies, LEAST_COPIES), float(wish.members)) + RELAY_COPIES * wish.relays


def _heard(wish: Wish) -> float:
    """Of all air time, what one radio hears."""
    return HEARD * share_in_range(wish.area_hops, SENSE_FACTOR)


def _sync_s(wish: Wish, air: Mapping[Use, float], heard: float) -> float:
    """Digests and repairs (fitted): for each item said, more where floods get lost."""
    said = air[Use.REPORTS] + air[Use.CHECK_INS]
    busy = math.fsum(air.values()) * heard / HOUR_S
    missing = wish.neighbours_missing / NEIGHBOURS_MIN
    hops_missing = max(0, wish.hops_needed - wish.hop_limit)
    lost = 0.4 * missing + 0.12 * hops_missing
    digests = 0.09 + 0.03 * wish.area_hops + 0.8 * lost
    digests += 1.2 * busy * max(0.0, 1.0 - busy / 0.6)  # collisions; when it is full, they wait
    repairs = 0.025 * math.pow(wish.area_hops, 1.6) + lost
    idle = IDLE_DIGESTS + IDLE_DIGESTS_PER_AREA * wish.area_hops**2
    return (digests + repairs) * said + idle * _frame_s(wish, FrameKind.DIGEST)


def _quiet_s(wish: Wish) -> float:
    """From the first transmission to the last that matters."""
    frame = _frame_s(wish, FrameKind.REPORT)
    links = min(wish.links, wish.hop_limit + 1.0)
    return frame + (links - 1.0) * (frame + RELAY_SLOTS * wish.preset.slot_s)


def _check(what: str, value: float, least: float, most: float) -> None:
    if not (math.isfinite(value) and least <= value <= most):
        raise PlanError(what, value, least, most)
