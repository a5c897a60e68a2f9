"""What the people of a trial say: every kind of item, as far as their roles allow it."""

from __future__ import annotations

from random import Random
from typing import Final

from meshdefense.simulator.machine import Machine
from meshdefense_protocol.fragments import content_hash
from meshdefense_protocol.packets import (
    Acknowledge,
    Beacon,
    Body,
    CheckIn,
    Manifest,
    Notice,
    Report,
    Retract,
    Verdict,
)
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.roster import Role, may

__all__ = ["Speech"]

_KINDS: Final = (
    (Report, 8), (CheckIn, 3), (Beacon, 3), (Notice, 2), (Retract, 2), (Verdict, 2),
    (Acknowledge, 1), (Manifest, 1),
)  # fmt: skip
TEXT_MAX: Final = 400


class Speech:
    """Everybody's words, from one stream of chance.

    `long_first` makes the first of them a long report: few trials have one by chance, and
    whoever attacks fragments needs one.
    """

    def __init__(self, rng: Random, *, long_first: bool = False) -> None:
        self._rng, self._long_first = rng, long_first
        self._count = 0

    def pause(self, mean_s: float) -> float:
        """Until somebody says the next thing."""
        return self._rng.expovariate(1.0 / mean_s)

    def words(
        self, machine: Machine, at: float, *, beacons: bool, last: bool
    ) -> tuple[Body, bytes | None]:
        """A body that the member may send, with the text of a long report.

        `last` is for a report or, from those who may not report, an acknowledgement.
        """
        roles = machine.membership.roster[machine.number].roles
        allowed = [(kind, weight) for kind, weight in _KINDS if may(roles, kind.KIND)]
        if not beacons:
            allowed = [one for one in allowed if one[0] is not Beacon]
        if last and may(roles, Report.KIND):
            return self._report(roles), None
        if self._long_first and may(roles, Manifest.KIND):
            self._long_first = False
            return self._long(machine)
        kinds, weights = zip(*allowed, strict=True)
        kind = self._rng.choices(kinds, weights)[0]
        refs = [one for one in machine.disk.items.values() if isinstance(one.item.body, Report)]
        live = [one.item.id for one in refs if one.expires_at > machine.wall(at)]
        own = [ref for ref in live if ref.author == machine.number]
        others = [ref for ref in live if ref.author != machine.number]
        if kind is CheckIn:
            return CheckIn(state=1, due=self._rng.randint(0, 20)), None
        if kind is Beacon:
            return Beacon(None, motion=1), None
        if kind is Notice:
            return Notice(self._text("notice"), lifetime_s=3600), None
        if kind is Retract and own:
            return Retract(self._rng.choice(own)), None
        if kind is Verdict and others:
            return Verdict(self._rng.choice(others), 1), None
        if kind is Manifest:
            return self._long(machine)
        if kind is Acknowledge or not may(roles, Report.KIND):
            return Acknowledge((self._rng.choice(live) if live else _SOMETHING,)), None
        return self._report(roles), None

    def _report(self, roles: Role) -> Report:
        lifetime = self._rng.choice((1800, 3600, 7200, 86_400))
        scope = int(bool(roles & Role.PATROL and self._rng.random() < 0.3))
        return Report(None, 1, scope=scope, note=self._text("seen"), lifetime_s=lifetime)

    def _long(self, machine: Machine) -> tuple[Manifest, bytes]:
        text = self._rng.randbytes(self._rng.randint(1, TEXT_MAX // 2)).hex().encode()
        network_id = machine.membership.charter.network_id
        return Manifest(len(text), content_hash(network_id, text)), text

    def _text(self, what: str) -> str:
        self._count += 1
        return f"{what} {self._count}"


_SOMETHING: Final = ItemId(1, 0, 0, Stream.LOG)
