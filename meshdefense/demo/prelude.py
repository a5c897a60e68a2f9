"""The demo's network, and what its members said before the curtain rises.

Made by the very engine of the daemons, in memory, with times in the past: so the first screen
is not empty, and one patrol is overdue soon after the start.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from meshdefense.demo.cast import NETWORK, ORIGIN, Player, position
from meshdefense.demo.plot import Plot
from meshdefense.enrolment.vaults import draw_vault, handed
from meshdefense_protocol.charter import Charter
from meshdefense_protocol.council import Council
from meshdefense_protocol.engine import Engine, Membership, SavedState
from meshdefense_protocol.events import Event
from meshdefense_protocol.identity import SEED_SIZE, Identity
from meshdefense_protocol.packets import Beacon, Body, CheckIn, Report, Verdict
from meshdefense_protocol.roster import Member, Role
from meshdefense_protocol.sealing import KeyRing
from meshdefense_protocol.transport import Fate
from meshdefense_protocol.words import KINDS, VERDICTS

__all__ = ["Beginning", "Prepared", "prepare"]

REPORTER: Final = "cedar"
VERIFIER: Final = "birch"
"""Every cast has them: they said something before it begins."""


@dataclass(slots=True)
class Prepared:
    """One node before its daemon starts."""

    player: Player
    seed: bytes = field(repr=False)
    membership: Membership
    events: list[tuple[float, list[Event]]]
    """What its engine said, with the time at which it did."""


@dataclass(slots=True)
class Beginning:
    """Everything that the daemons start with."""

    charter: Charter
    nodes: list[Prepared]


def prepare(
    now: float, plot: Plot, *, entropy: Callable[[int], bytes] = secrets.token_bytes
) -> Beginning:
    """A fresh network with fresh keys for the story's cast, and its history up to `now`.

    `entropy` gives so many secret bytes; tests that must be repeatable bring their own.
    """
    seeds = [entropy(SEED_SIZE) for _ in plot.cast]
    whole = draw_vault(entropy)
    founders = tuple(
        Member(number, one.handle, Identity(seed).key, one.roles)
        for number, (one, seed) in enumerate(zip(plot.cast, seeds, strict=True), 1)
    )
    if not any(Role.ORGANIZER in one.roles for one in founders):
        first = founders[0]
        founders = (replace(first, roles=first.roles | Role.ORGANIZER), *founders[1:])
    charter = Charter(
        NETWORK, round(ORIGIN[0] * 1e5), round(ORIGIN[1] * 1e5), 1,
        int(now) // 86_400 * 86_400 - 86_400, founders,
    )  # fmt: skip
    roster = Council(charter).roster
    nodes: list[Prepared] = []
    engines: list[Engine] = []
    for one, seed, member in zip(plot.cast, seeds, founders, strict=True):
        vault = handed(whole, member, roster, charter.network_id)
        ring = KeyRing(charter.network_id, vault.secrets(roster, charter.network_id))
        me = Membership(charter, roster, Identity(seed), member.number, ring, vault)
        nodes.append(Prepared(one, seed, me, []))
        engines.append(Engine(me, SavedState(), now, entropy=random.Random(len(engines)).random))
    for handle, ago, body in _history(charter, plot):
        _say(engines, nodes, handle, body, now - ago)
    return Beginning(charter, nodes)


def _history(charter: Charter, plot: Plot) -> list[tuple[str, float, Body]]:
    grid = charter.grid
    spoken: list[tuple[str, float, Body]] = []
    blocked = grid.place(*position(plot.player(REPORTER), 0), 3)
    spoken.append((REPORTER, 1500, Report(blocked, KINDS.code("road-blocked"), 1, size=2)))
    for one in plot.cast:
        if not one.roles & Role.PATROL:
            continue
        place = grid.place(*position(one, 0), 5)
        # in units of five minutes, of which the first has nearly passed when the story begins
        due = {plot.late: 1, plot.watched: 3}.get(one.handle, 6)
        ago = 300.0 - plot.late_in_s if one.handle == plot.late else 290.0
        spoken.append((one.handle, ago, CheckIn(1, due, place)))
        spoken.append((one.handle, 120, Beacon(place, motion=1, battery=12)))
    return spoken


def _say(
    engines: list[Engine], nodes: list[Prepared], handle: str, body: Body, then: float
) -> None:
    """One member says something, and everybody has it."""
    index = next(i for i, node in enumerate(nodes) if node.player.handle == handle)
    speaker = engines[index]
    item = speaker.submit(body, then)
    speaker.bearer_ready(True, then)
    for frame in speaker.frames_to_send(then):
        for listener in engines:
            if listener is not speaker:
                listener.receive(frame.payload, then)
        speaker.frame_fate(frame.token, Fate.HEARD, then)
    speaker.withdraw(item.id, then)  # no second transmission in the present
    speaker.bearer_ready(False, then)
    for engine, node in zip(engines, nodes, strict=True):
        events: list[Event] = []
        while (event := engine.next_event()) is not None:
            events.append(event)
        node.events.append((then, events))
    if isinstance(body, Report):
        verdict = Verdict(item.id, VERDICTS.code("confirmed"))
        _say(engines, nodes, VERIFIER, verdict, then + 300)
