"""Plays a story of the demo in virtual time: real engines, the virtual radios' air, no daemon.

The cues go the way of requests to the local API. What the radios say by themselves on such a
walk (a position after 100 m, once a minute) is on the air as well.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from meshdefense.air.packets import (
    Event,
    Failed,
    Heard,
    Packet,
    Priority,
    QueueFreed,
    Received,
)
from meshdefense.air.presets import preset_named
from meshdefense.air.scenario import parse_scenario
from meshdefense.demo.cast import GRID, metres
from meshdefense.demo.plot import UNPLUG, Cue, Plot
from meshdefense.demo.prelude import Prepared, prepare
from meshdefense.node.requests import body_of
from meshdefense.node.surroundings import Surroundings
from meshdefense_protocol.engine import Engine, SavedItem, SavedState
from meshdefense_protocol.events import CounterAdvanced, HeldChanged, ItemAccepted
from meshdefense_protocol.packets import Acknowledge, Report
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.transport import Fate, OutgoingFrame, Reception

__all__ = ["Rehearsal", "rehearse"]

BEGINS = 1_800_000_000.0
TICK_S = 0.5
"""How often conditions are looked at, and radios put where their people are."""
DATA_BYTES = 8
"""What the firmware's encoding adds to a payload."""
POSITION_BYTES, POSITION_M, POSITION_S = 35, 100.0, 60.0


@dataclass(slots=True)
class Rehearsal:
    """What became of it; times are seconds from the start of the story."""

    plot: Plot
    reports: dict[ItemId, tuple[str, float]] = field(default_factory=dict)
    """Who said it, and when."""
    held: dict[ItemId, dict[str, float]] = field(default_factory=dict)
    """Of every item: whose node has it since when."""
    known: dict[ItemId, dict[str, float]] = field(default_factory=dict)
    """Of own items: who is known to their author to hold them, since when."""
    transmitted: int = 0

    @property
    def first_report(self) -> ItemId | None:
        return next(iter(self.reports), None)

    def has(self, handle: str, item_id: ItemId | None) -> bool:
        return item_id is not None and handle in self.held.get(item_id, {})


class _Stage:
    def __init__(self, plot: Plot, seed: int, preset: str, language: str) -> None:
        self.plot, self.language = plot, language
        rng = random.Random(f"{plot.name}/{seed}")
        beginning = prepare(BEGINS, plot, entropy=rng.randbytes)
        self.members = [node.membership for node in beginning.nodes]
        self.engines = [
            Engine(n.membership, _saved(n), BEGINS, entropy=rng.random) for n in beginning.nodes
        ]
        self.around = [Surroundings(GRID) for _ in plot.cast]
        scenario = parse_scenario(json.dumps(plot.scenario(preset)))
        self.world = scenario.world(seed, range(len(plot.cast)))
        self.modem = preset_named(preset).modem
        self.alive = [True] * len(plot.cast)
        self.frames: dict[int, tuple[int, OutgoingFrame | None]] = {}
        self.told = Rehearsal(plot)
        self.stood = [(metres(one, 0.0), -math.inf) for one in plot.cast]
        for engine in self.engines:
            engine.channel(BEGINS, modem=self.modem, duty_cycle=1.0)
            engine.bearer_ready(True, BEGINS)

    # -- the air ---------------------------------------------------------------------------

    def hear(self, events: list[Event]) -> None:
        for event in events:
            if not isinstance(event, (Received, QueueFreed, Heard, Failed)):
                continue
            speaker, frame = self.frames[event.packet.identifier]
            if frame is None:
                continue
            node, now = event.node, BEGINS + event.at
            if isinstance(event, Received):
                if self.alive[node]:
                    packet = event.packet
                    hops = packet.hop_start - packet.hop_limit
                    reception = Reception(
                        "radio", snr=event.snr, hops=hops, hops_left=packet.hop_limit
                    )
                    self.engines[node].receive(frame.payload, now, reception)
            elif node == speaker and self.alive[node]:
                fate = Fate.ON_AIR if isinstance(event, QueueFreed) else Fate.HEARD
                fate = Fate.UNHEARD if isinstance(event, Failed) else fate
                self.engines[node].frame_fate(frame.token, fate, now)
            self.note(node, event.at)

    def talk(self, at: float) -> None:
        for node, engine in enumerate(self.engines):
            engine.handle_timer(BEGINS + at)
            self.note(node, at)
            for frame in engine.frames_to_send(BEGINS + at):
                refused = self.send(node, frame, at)
                fate = Fate.REFUSED if refused else Fate.ACCEPTED
                engine.frame_fate(frame.token, fate, BEGINS + at)
            self.note(node, at)

    def send(self, node: int, frame: OutgoingFrame | None, at: float) -> bool:
        """Whether the radio refuses it. None is the radio's own position."""
        number = len(self.frames) + 1
        self.frames[number] = (node, frame)
        if frame is None:
            packet = Packet(node, number, bytes(POSITION_BYTES), priority=Priority.BACKGROUND)
        else:
            routine = Priority.RELIABLE if frame.want_ack else Priority.DEFAULT
            hops = 3 if frame.hop_limit is None else frame.hop_limit
            packet = Packet(
                node, number, frame.payload + bytes(DATA_BYTES), hop_limit=hops,
                want_ack=frame.want_ack, priority=Priority.ALERT if frame.urgent else routine,
            )  # fmt: skip
        return self.world.send(node, packet, at) is not None

    def note(self, node: int, at: float) -> None:
        """Book what an engine says."""
        handle = self.plot.cast[node].handle
        while (event := self.engines[node].next_event()) is not None:
            if isinstance(event, ItemAccepted):
                self.told.held.setdefault(event.item.id, {})[handle] = at
                body = event.item.body
                refs = body.refs if isinstance(body, Acknowledge) else ()
                for ref in refs:  # whoever speaks of an item holds it
                    if ref.author == node + 1:
                        self.knows(ref, (event.item.id.author,), at)
            elif isinstance(event, HeldChanged):
                self.knows(event.item_id, event.holders, at)

    def knows(self, item_id: ItemId, holders: tuple[int, ...], at: float) -> None:
        for member in holders:
            handle = self.plot.cast[member - 1].handle
            self.told.known.setdefault(item_id, {}).setdefault(handle, at)

    # -- the story -------------------------------------------------------------------------

    def move(self, at: float) -> None:
        for node, one in enumerate(self.plot.cast):
            if one.way:
                here = metres(one, at)
                self.world.move(node, *here)
                (stood, said_at) = self.stood[node]
                if math.dist(stood, here) >= POSITION_M and at - said_at >= POSITION_S:
                    self.stood[node] = (here, at)
                    self.send(node, None, at)

    def perform(self, cue: Cue, at: float) -> None:
        node = self.plot.number(cue.who) - 1
        if cue.method == UNPLUG:
            self.power(node, False, at)
            return
        me = self.members[node]
        given = self.plot.params(cue, at, self.language, str(self.told.first_report))
        body = body_of(cue.method, given, me.charter, me.roster)[0]
        item = self.engines[node].submit(body, BEGINS + at)
        self.around[node].take_own(item, self.engines[node], BEGINS + at)
        if isinstance(body, Report):
            self.told.reports[item.id] = (cue.who, at)
        self.note(node, at)

    def power(self, node: int, on: bool, at: float) -> None:
        self.world.power(node, on, at)
        self.alive[node] = on
        self.engines[node].bearer_ready(on, BEGINS + at)

    def ready(self, cue: Cue) -> bool | None:
        """Whether a cue that is due can be performed; None when it never will be."""
        if cue.if_known is None:
            return True
        known = self.told.has(cue.who, self.told.first_report)
        return known if cue.if_known else (None if known else True)

    def times(self, ends: float) -> Iterator[float]:
        """Moments at which something happens."""
        now, tick = 0.0, 0.0
        while now < ends:
            air = self.world.timer_at()
            timers = [max(e.timer_at() - BEGINS, now + 1e-3) for e in self.engines]
            due = [tick, *timers, *([] if air is None else [max(air, now)])]
            now = min(due)
            if now >= tick:
                tick += TICK_S
            yield now


def rehearse(
    plot: Plot, seed: int, *, preset: str | None = None, seconds: float | None = None,
    language: str = "en", without_ways: bool = False,
) -> Rehearsal:  # fmt: skip
    """Play it to its end, or for so many seconds; the same seed gives the same play.

    `without_ways` lets everybody stay where they are at the start.
    """
    if without_ways:
        plot = replace(plot, cast=tuple(replace(one, way=()) for one in plot.cast))
    stage = _Stage(plot, seed, preset or plot.preset, language)
    ends = seconds or plot.seconds
    waiting, returns = list(plot.cues_within(ends)), dict[int, float]()
    for at in stage.times(ends):
        stage.hear(stage.world.advance(at))
        stage.move(at)
        for node in [node for node, back in returns.items() if back <= at]:
            del returns[node]
            stage.power(node, True, at)
        for cue in [cue for cue in waiting if cue.at <= at]:
            ready = stage.ready(cue)
            if ready is False:
                continue
            waiting.remove(cue)
            if ready:
                stage.perform(cue, at)
            if ready and cue.method == UNPLUG:
                returns[plot.number(cue.who) - 1] = at + cue.params["for_s"]
        stage.talk(at)
    stage.told.transmitted = stage.world.counters["transmitted"]
    return stage.told


def _saved(prepared: Prepared) -> SavedState:
    """What a daemon would find in its store."""
    windows, counters, items = {}, {}, []
    for then, events in prepared.events:
        for event in events:
            if isinstance(event, ItemAccepted):
                key = (event.window.author, event.window.stream, event.window.incarnation)
                windows[key] = event.window
                items.append(SavedItem(event.item.id, event.item.raw, then))
            elif isinstance(event, CounterAdvanced):
                counters[event.counter.stream] = event.counter
    return SavedState(tuple(windows.values()), tuple(counters.values()), (), tuple(items))
