"""What a story of the demo is made of: a cast, the air between them, and cues.

Data only, so that the same story is played by daemons in real time and by bare engines in
virtual time. Times are seconds from the start of the story.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from meshdefense.demo.cast import Player, position

__all__ = ["SETTLE_S", "UNPLUG", "Crossing", "Cue", "Plot", "ground"]

SETTLE_S: Final = 36.0
"""Cues stop so long before the end. What a flood missed is noticed within 29 s on LONG_FAST."""
UNPLUG: Final = "unplug"
"""A cue's method that is no request: the radio is switched off for `for_s` seconds."""
_PLACED: Final = ("report", "beacon", "checkin")
_TEXT: Final = {"report": "note", "message": "text"}


def ground(preset: str, path_loss_exponent: float) -> dict[str, Any]:
    """The part of a story's scenario that all have in common: radios and how far they reach."""
    return {
        "schema": 1,
        "duration_s": 86_400,
        "radio": {"preset": preset, "tx_power_dbm": 20, "hop_limit": 3, "region": "US",
                  "duty_cycle_percent": 100, "frequency_hz": 906_875_000},
        "channel": {"model": "log-distance", "reference_loss_db": 31.5,
                    "reference_distance_m": 1.0, "path_loss_exponent": path_loss_exponent,
                    "shadowing_sigma_db": 0.0, "fading_sigma_db": 1.0, "noise_figure_db": 6.0,
                    "capture_db": 6.0},
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cue:
    """Somebody does something: a request to their node, with the parameters of docs/api.md."""

    at: float
    who: str
    method: str
    params: Mapping[str, Any] = field(default_factory=dict)
    text: tuple[str, str] | None = None
    """What they write, in English and Spanish."""
    about: str = ""
    """Name of the parameter that takes the id of the story's first report."""
    if_known: bool | None = None
    """True: not before that report is on their own node. False: only if it is not by then."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Whose nodes tell whether a report crossed a split mesh."""

    reporter: str
    walker: str
    base: str
    leaves_s: float
    """When the walker leaves the reporter; before that nothing can have crossed."""
    words: tuple[tuple[str, str], tuple[str, str], tuple[str, str], tuple[str, str]]
    """In English and Spanish: it was reported, the walker has it, the base has it, and the
    reporter knows that."""


@dataclass(frozen=True, slots=True)
class Plot:
    """One story. The first player is the base, whose screen is shown."""

    name: str
    cast: tuple[Player, ...]
    preset: str
    """The modem preset that its distances and times are made for."""
    seconds: float
    """How long it takes without a screen."""
    scenario: Callable[[str], dict[str, Any]]
    """The radios' world for a preset, in the format of docs/virtual-radio.md."""
    cues: tuple[Cue, ...]
    afterwards: tuple[Cue, ...]
    """Said in turn, 25 s apart, for as long as somebody watches."""
    opening: tuple[str, str]
    """What a viewer should know before, in English and Spanish."""
    late: str = ""
    """Whose check-in is overdue soon after it begins."""
    late_in_s: float = 10.0
    """How soon, from the start of the first process; more than the screen needs to start where
    it is to ring. At most 300."""
    watched: str = ""
    """Whose check-in is the next one due, which puts them on top of the screen's list."""
    crossing: Crossing | None = None

    def player(self, handle: str) -> Player:
        """The player with this handle."""
        return next(one for one in self.cast if one.handle == handle)

    def number(self, handle: str) -> int:
        """Their number in the roster: from 1, in the order of the cast."""
        return self.cast.index(self.player(handle)) + 1

    def cues_within(self, seconds: float | None) -> tuple[Cue, ...]:
        """Those whose words still arrive when it ends so soon; the first one in any case."""
        last = math.inf if seconds is None else max(seconds - SETTLE_S, self.cues[0].at)
        return tuple(cue for cue in self.cues if cue.at <= last)

    def params(self, cue: Cue, at: float, language: str, first_report: str) -> dict[str, Any]:
        """The parameters of a cue that is performed at a time of the story."""
        given = dict(cue.params)
        if cue.method in _PLACED:
            given["lat"], given["lon"] = position(self.player(cue.who), at)
        if cue.text is not None:
            given[_TEXT[cue.method]] = cue.text[language == "es"]
        if cue.about:
            given[cue.about] = first_report
        return given
