"""One radio of the model: its router, its air time, and the signals that reach it now."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from meshdefense.air.flooding import Router
from meshdefense.air.medium import Signal
from meshdefense.air.meter import AirtimeMeter
from meshdefense.air.packets import Packet
from meshdefense.air.presets import PREAMBLE_SYMBOLS, Preset

__all__ = ["Flight", "Radio"]

ROUNDING_S = 1e-9  # back-offs end on the same slots everywhere, up to the rounding of floats
GRACE_SYMBOLS = PREAMBLE_SYMBOLS - 5  # of a preamble, these may be spoilt without harm


@dataclass(slots=True)
class Radio:
    """The state of one node; `medium_access` moves it through time."""

    router: Router
    preset: Preset
    duty_cycle: float
    """Share of an hour that it may transmit; 1.0 for no limit."""
    on: bool = True
    meter: AirtimeMeter = field(default_factory=AirtimeMeter)
    signals: list[Signal] = field(default_factory=list)
    """What is in the air here, whether or not it can be received."""
    transmitting_until: float = -1.0
    timer_armed: bool = False
    life: int = 0
    """Counts switchings, so that timers of an earlier life do nothing."""

    def switch(self, on: bool) -> None:
        """Turn power on or off: memory, queue and what is half received are lost."""
        self.on = on
        self.life += 1
        self.timer_armed = False
        self.transmitting_until = -1.0
        self.router.forget()
        self.go_deaf()

    def go_deaf(self) -> None:
        """Spoil the reception of everything that is in the air now."""
        for signal in self.signals:
            signal.deaf = True

    def expose(self, signal: Signal) -> None:
        """Let a signal begin here; it and those in the air already disturb each other."""
        now = signal.start
        signal.deaf = not self.on or now < self.transmitting_until
        self.signals = [other for other in self.signals if other.end > now]
        grace = GRACE_SYMBOLS * self.preset.symbol_s
        for other in self.signals:
            signal.meet(other, grace)
        self.signals.append(signal)

    def senses(self, now: float) -> bool:
        """Channel activity detection: it notices what is older than one slot.

        What began exactly one slot ago is not noticed yet. Neighbours count their slots from
        the same moment, so this decides how often relays collide: it must not hang on rounding.
        """
        older = now - self.preset.slot_s - ROUNDING_S
        return any(s.end > now and s.start < older for s in self.signals)

    def duty_used_up(self, now: float) -> bool:
        """Whether the last hour's allowance is spent; then even relaying stops."""
        return self.duty_cycle < 1.0 and self.meter.air_time(now) >= 100.0 * self.duty_cycle

    def why_lost(
        self, signal: Signal, chance: float, limit_dbm: float, capture_db: float, rng: random.Random
    ) -> str | None:
        """Return why a packet that has ended could not be received; None when it could.

        `limit_dbm` is the weakest power that its preset lets be received.
        """
        if signal.deaf:
            return "deaf"
        if signal.power_dbm < limit_dbm:
            return "weak"
        if signal.power_dbm < signal.interference_dbm + capture_db:
            return "collided"
        return "lost" if chance and rng.random() < chance else None


@dataclass(slots=True)
class Flight:
    """A packet in the air and the signals it makes at its receivers."""

    sender: Radio
    packet: Packet
    air_s: float
    life: int
    """The sender's, when it began: switched off in the middle, nobody receives it."""
    noise_dbm: float
    """Noise floor of its preset, which all its receivers have."""
    signals: list[tuple[Radio, Signal, float]]
    """Receiver, what arrives there, and the chance that it is lost anyhow."""
