"""The log is the truth: in any order, once or often, it leads every node to the same state."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from meshdefense_protocol.engine import SavedState
from meshdefense_protocol.errors import LocalError
from meshdefense_protocol.events import ItemAccepted, NeighbourChanged
from meshdefense_protocol.items import Item, Stream
from meshdefense_protocol.ladder import Standing, stand
from meshdefense_protocol.packets import (
    Acknowledge,
    Beacon,
    CheckIn,
    KnownBody,
    Report,
    Retract,
    Verdict,
)
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.place import GridPlace
from meshdefense_protocol.sending import IN_FLIGHT_MAX
from meshdefense_protocol.transport import Fate
from support.bodies import bodies
from support.network import NOW, Network, Store, drain

NETWORK = Network()
PLACE = GridPlace(1205, -345, 2)
REPORTS = [ItemId(3, 0, 0), ItemId(3, 0, 1), ItemId(5, 0, 0)]


def log() -> list[Item]:
    """An hour of a small network."""
    network = Network()
    said: list[tuple[str, KnownBody]] = [
        ("pia", Report(PLACE, 7, 2)),
        ("pia", Report(PLACE, 1, 1)),
        ("ned", Report(None, 12)),
        ("vic", Verdict(REPORTS[0], 1)),
        ("vic", Verdict(REPORTS[1], 2)),
        ("vic", Verdict(REPORTS[1], 1)),
        ("ned", Retract(REPORTS[2])),
        ("rob", Acknowledge((REPORTS[0],))),
        ("pia", CheckIn(1, 6)),
        *(("pia", Beacon(PLACE, heading)) for heading in range(4)),
        *(("vic", Beacon(PLACE, heading)) for heading in range(3)),
    ]
    return [network.item(name, body, now=NOW + n) for n, (name, body) in enumerate(said)]


LOG = log()


def state_after(items: list[Item]) -> dict[str, Any]:
    """What a node knows after these items: as a shell would fold it."""
    engine = NETWORK.engine("lea")
    store = Store()
    for item in items:
        engine.receive(NETWORK.frame([item]), NOW + 100)
        store.take(engine)
    held = store.items.values()
    newest: dict[int, ItemId] = {}
    for item in held:
        if item.id.stream is Stream.POSITION:
            newest[item.id.author] = max(item.id, newest.get(item.id.author, item.id))
    standings: dict[ItemId, Standing] = {}
    for ref in REPORTS:
        about = [i for i in held if i.id == ref or ref in _refs(i)]
        standings[ref] = stand(
            ref, about, roster=NETWORK.roster, now=NOW + 100, expires_at=NOW + 3600
        )
    return {
        "log": {item.id: item.raw for item in held if item.id.stream is Stream.LOG},
        "positions": newest,
        "standings": standings,
        "windows": {
            key: window if key[1] is Stream.LOG else window.high
            for key, window in store.windows.items()
        },
    }


def _refs(item: Item) -> tuple[ItemId, ...]:
    if isinstance(item.body, Acknowledge):
        return item.body.refs
    return (item.body.ref,) if isinstance(item.body, (Verdict, Retract)) else ()


EXPECTED = state_after(LOG)


@settings(max_examples=60)
@given(st.permutations(LOG), st.lists(st.sampled_from(LOG), max_size=5))
def test_the_log_in_any_order_gives_the_same_state(order: list[Item], twice: list[Item]) -> None:
    assert state_after([*order, *twice]) == EXPECTED


def test_the_state_is_what_was_said() -> None:
    assert len(EXPECTED["log"]) == 9
    assert EXPECTED["positions"] == {
        3: ItemId(3, 0, 3, Stream.POSITION),
        4: ItemId(4, 0, 2, Stream.POSITION),
    }
    states = [EXPECTED["standings"][ref].state for ref in REPORTS]
    assert states == ["verified", "verified", "retracted"]


class ShellMachine(RuleBasedStateMachine):
    """A shell that crashes, a radio that says anything, and a listener that hears some of it."""

    @initialize()
    def start(self) -> None:
        self.now = NOW
        self.store = Store()
        self.engine = NETWORK.engine("pia", now=self.now)
        self.listener = NETWORK.engine("ada")
        self.heard: set[ItemId] = set()
        self.used: set[ItemId] = set()
        self.tokens: list[int] = []

    @rule(body=bodies())
    def say(self, body: KnownBody) -> None:
        try:
            item = self.engine.submit(body, self.now)
        except LocalError:
            return
        assert item.id not in self.used
        self.used.add(item.id)
        self.store.take(self.engine)

    @rule(lost=st.booleans())
    def send(self, lost: bool) -> None:
        for frame in self.store.send(self.engine, self.now):
            self.tokens.append(frame.token)
            if not lost:
                self.listener.receive(frame.payload, self.now)
        for event in drain(self.listener):
            if isinstance(event, NeighbourChanged):
                continue
            assert isinstance(event, ItemAccepted)
            assert event.item.id in self.used
            assert event.item.id not in self.heard
            self.heard.add(event.item.id)

    @rule(fate=st.sampled_from(Fate), which=st.integers(0, 5))
    def news(self, fate: Fate, which: int) -> None:
        if self.tokens:
            token = self.tokens[which % len(self.tokens)]
            self.engine.frame_fate(token, fate, self.now)
            self.store.take(self.engine)

    @rule(seconds=st.sampled_from((0.5, 5.0, 30.0, 100.0, 2000.0)))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.engine.handle_timer(self.now)
        self.store.take(self.engine)

    @rule(ready=st.booleans())
    def bearer(self, ready: bool) -> None:
        self.engine.bearer_ready(ready, self.now)
        self.store.take(self.engine)

    @rule(ready=st.booleans())
    def crash(self, ready: bool) -> None:
        self.engine = NETWORK.engine("pia", self.store.saved(), self.now, ready=ready)
        self.tokens = []

    @invariant()
    def what_waits_is_in_the_right_order(self) -> None:
        waiting = [(e.priority, e.created_at) for e in self.engine.waiting()]
        assert waiting == sorted(waiting)

    def teardown(self) -> None:
        """An hour of a silent radio later, an alert still finds its way out."""
        if not hasattr(self, "engine"):
            return
        self.engine.bearer_ready(True, self.now)
        for _ in range(3):
            self.now += 1200
            self.engine.handle_timer(self.now)
            self.store.take(self.engine)
        alert = self.engine.submit(Report(PLACE, 7, 3), self.now)
        frames = []
        for _ in range(40):
            sent = self.store.send(self.engine, self.now)
            frames += sent
            for frame in sent:
                self.engine.frame_fate(frame.token, Fate.HEARD, self.now)
            self.now += 1
        assert NETWORK.frame([alert]) in [frame.payload for frame in frames]
        assert len(frames) < 40 * IN_FLIGHT_MAX


ShellMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=30)
TestShellMachine = ShellMachine.TestCase


def test_an_empty_store_starts_an_empty_engine() -> None:
    assert Store().saved() == SavedState()
