"""Who hears whom, and which of several packets in the air survives.

Geometry and radio only; what nodes do with what they hear is in `flooding`. Positions and
distances in metres on a flat plane, powers in dBm, losses in dB, times in seconds. The model
is log-distance path loss with fixed shadowing per pair and Gaussian fading per packet, LoRa's
co-channel capture as in LoRaSim (Bor et al. 2016): a packet survives what is 6 dB weaker.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass

from meshdefense.air.presets import Preset

__all__ = ["Channel", "Link", "Medium", "Partition", "Place", "Signal", "Waypoint"]

DETECTION_MARGIN_DB = 3.0  # signals this far below the reception limit still disturb and are sensed
FADING_REACH = 4.5  # standard deviations of fading beyond which a link is not worth a draw


@dataclass(frozen=True, slots=True)
class Channel:
    """Parameters of the propagation model."""

    reference_loss_db: float = 31.5
    reference_distance_m: float = 1.0
    path_loss_exponent: float = 3.7
    fading_sigma_db: float = 2.0
    noise_figure_db: float = 6.0
    capture_db: float = 6.0
    """How much stronger than all that overlaps it a packet must be."""
    tx_power_dbm: float = 20.0

    def noise_dbm(self, preset: Preset) -> float:
        """Return the noise floor in the preset's bandwidth."""
        return -174.0 + 10.0 * math.log10(preset.bandwidth_hz) + self.noise_figure_db

    def loss_db(self, distance_m: float) -> float:
        """Return the mean loss over `distance_m`, taken as at least 1 m."""
        ratio = max(distance_m, 1.0) / self.reference_distance_m
        return self.reference_loss_db + 10.0 * self.path_loss_exponent * math.log10(ratio)


@dataclass(frozen=True, slots=True)
class Link:
    """What replaces the formula for one directed pair."""

    loss_db: float | None = None
    """Mean loss; None leaves formula and shadowing."""
    loss_probability: float = 0.0
    """Chance that a packet is lost for no other reason."""


@dataclass(frozen=True, slots=True)
class Partition:
    """Between two times, nodes of different groups cannot hear each other at all."""

    from_s: float
    to_s: float
    groups: tuple[frozenset[int], ...]

    def separates(self, a: int, b: int, now: float) -> bool:
        """Whether `a` and `b` are apart at `now`."""
        if not self.from_s <= now < self.to_s:
            return False
        of_a = next((group for group in self.groups if a in group), None)
        of_b = next((group for group in self.groups if b in group), None)
        return of_a is not None and of_b is not None and of_a is not of_b


@dataclass(frozen=True, slots=True)
class Waypoint:
    """Where a moving node is at a time."""

    at: float
    x: float
    y: float


@dataclass(slots=True)
class Place:
    """Where a node stands, or the way it goes."""

    x: float
    y: float
    way: Sequence[Waypoint] = ()

    def position(self, now: float) -> tuple[float, float]:
        """Return x and y at `now`: straight lines at constant speed between waypoints."""
        if not self.way:
            return self.x, self.y
        after = bisect.bisect_right(self.way, now, key=lambda point: point.at)
        if after == 0:
            return self.way[0].x, self.way[0].y
        if after == len(self.way):
            return self.way[-1].x, self.way[-1].y
        a, b = self.way[after - 1], self.way[after]
        part = (now - a.at) / (b.at - a.at)
        return a.x + part * (b.x - a.x), a.y + part * (b.y - a.y)


@dataclass(slots=True)
class Signal:
    """One transmission as one receiver has it."""

    power_dbm: float
    start: float
    end: float
    interference_dbm: float = -math.inf
    """The strongest signal that overlapped it in a way that matters."""
    deaf: bool = False
    """The receiver itself transmitted, or was off, during a part of it."""

    def meet(self, earlier: Signal, grace_s: float) -> None:
        """Let this signal, which begins now, and one already in the air disturb each other.

        The first `grace_s` of a preamble may be spoilt by something that ends within it: the
        receiver needs only the last symbols to lock on.
        """
        earlier.interference_dbm = max(earlier.interference_dbm, self.power_dbm)
        if earlier.end > self.start + grace_s:
            self.interference_dbm = max(self.interference_dbm, earlier.power_dbm)


class Medium:
    """Places, links, cuts and partitions, and the mean received power that follows.

    Nodes are named by any integer. With `links_only` a pair without a `Link` hears nothing.
    """

    def __init__(self, channel: Channel, *, links_only: bool = False) -> None:
        self.channel = channel
        self.links_only = links_only
        self.partitions: list[Partition] = []
        self._places: dict[int, Place] = {}
        self._links: dict[tuple[int, int], Link] = {}
        self._shadowing: dict[tuple[int, int], float] = {}
        self._cuts: set[frozenset[int]] = set()
        self._reach: dict[tuple[int, float, int], list[tuple[int, float, float]]] = {}
        self._anybody_moves = False

    def add(self, node: int, place: Place) -> None:
        """Put `node` at `place`; also moves it when it is there already."""
        self._places[node] = place
        self._anybody_moves = any(known.way for known in self._places.values())
        self._reach.clear()

    def place(self, node: int) -> Place:
        """Return where `node` is."""
        return self._places[node]

    def link(self, sender: int, receiver: int, link: Link) -> None:
        """Set what holds from `sender` to `receiver`, in this direction only."""
        self._links[sender, receiver] = link
        self._reach.clear()

    def shade(self, sender: int, receiver: int, extra_loss_db: float) -> None:
        """Set the fixed extra loss of a directed pair; it stays with the pair when they move."""
        self._shadowing[sender, receiver] = extra_loss_db
        self._reach.clear()

    def cut(self, a: int, b: int) -> None:
        """Make `a` and `b` unable to hear or disturb each other."""
        self._cuts.add(frozenset((a, b)))
        self._reach.clear()

    def restore(self, a: int, b: int) -> None:
        """Undo `cut`; does nothing when the pair was not cut."""
        self._cuts.discard(frozenset((a, b)))
        self._reach.clear()

    def loss_db(self, sender: int, receiver: int, now: float) -> float | None:
        """Return the mean loss at `now`; None when nothing at all gets through."""
        if frozenset((sender, receiver)) in self._cuts:
            return None
        link = self._links.get((sender, receiver))
        if link is None and self.links_only:
            return None
        for partition in self.partitions:
            if partition.separates(sender, receiver, now):
                return None
        if link is not None and link.loss_db is not None:
            return link.loss_db
        x1, y1 = self._places[sender].position(now)
        x2, y2 = self._places[receiver].position(now)
        loss = self.channel.loss_db(math.hypot(x2 - x1, y2 - y1))
        return loss + self._shadowing.get((sender, receiver), 0.0)

    def receivers(
        self, sender: int, now: float, floor_dbm: float
    ) -> list[tuple[int, float, float]]:
        """Return (node, mean power, loss probability) of whom fading could lift above the floor.

        Kept until something changes, unless somebody moves or a partition has begun or ended.
        """
        epoch = sum((now >= p.from_s) + (now >= p.to_s) for p in self.partitions)
        key = (sender, floor_dbm, epoch)
        known = self._reach.get(key)
        if known is not None and not self._anybody_moves:
            return known
        found = []
        least = floor_dbm - FADING_REACH * self.channel.fading_sigma_db
        for node in self._places:
            if node == sender:
                continue
            loss = self.loss_db(sender, node, now)
            if loss is None or self.channel.tx_power_dbm - loss < least:
                continue
            link = self._links.get((sender, node))
            chance = link.loss_probability if link else 0.0
            found.append((node, self.channel.tx_power_dbm - loss, chance))
        self._reach[key] = found
        return found
