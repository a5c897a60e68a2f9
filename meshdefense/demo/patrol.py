"""The story `patrol`: an evening with five patrols, of whom one is overdue.

Traffic is what one LONG_FAST channel carries beside its relays: about one packet in five seconds.
Its first seconds are left to the nodes, which compare what they hold, and its end to repairs.
"""

from __future__ import annotations

from typing import Any, Final

from meshdefense.demo.cast import BASE, CAST, Player
from meshdefense.demo.plot import UNPLUG, Cue, Plot, ground
from meshdefense_protocol.roster import Role

__all__ = ["PATROL_STORY"]


def _radio_role(one: Player) -> str:
    """The firmware's role by job: the roof relays first, hand-held radios do not relay."""
    if one.roles == Role.RELAY:
        return "ROUTER"
    return "CLIENT" if one is BASE else "CLIENT_MUTE"


def _scenario(preset: str) -> dict[str, Any]:
    return {
        **ground(preset, 3.7),
        "name": "demo",
        "title": "A base, five patrols and a relay on a roof",
        "description": "One patrol goes where only the relay hears it.",
        "seed": 7,
        "nodes": [{"id": one.handle, "x": one.east, "y": one.north,
                   "role": _radio_role(one)} for one in CAST],
        "links": [{"a": "roof", "b": one.handle, "loss_db": 108.0 if one.handle == "fir" else 120.0}
                  for one in CAST if one.handle != "roof"],
    }  # fmt: skip


def _walks(who: str) -> Cue:
    return Cue(0, who, "beacon", {"motion": "walking", "battery": 70})


PATROL_STORY: Final = Plot(
    name="patrol",
    cast=CAST,
    preset="LONG_FAST",
    seconds=90.0,
    scenario=_scenario,
    cues=(
        Cue(6, "ash", "report", {"kind": "checkpoint", "severity": "high", "count": 3,
                                 "activity": "stopping"},
            text=("two lanes closed", "dos carriles cerrados")),
        Cue(11, "base", "message", text=("birch: please look at the checkpoint",
                                        "birch: por favor mire el control")),
        Cue(18, "birch", "verdict", {"result": "confirmed", "count": 4}, about="alert"),
        Cue(25, "fir", "report", {"kind": "road-blocked", "severity": "medium", "count": 1},
            text=("tree across both lanes", "árbol sobre los dos carriles")),
        Cue(30, "birch", "checkin", {"state": "ok", "due_in_s": 1800}),
        Cue(33, "base", UNPLUG, {"for_s": 6.0}),
        Cue(34, "base", "report", {"kind": "medical", "severity": "high"},
            text=("first aid tent opens at base", "abre el puesto médico en la base")),
        Cue(42, "cedar", "report", {"kind": "fire", "severity": "medium",
                                    "activity": "spreading"}),
    ),
    afterwards=(
        _walks("birch"), _walks("cedar"), _walks("fir"),
        Cue(0, "ash", "report", {"kind": "all-quiet", "severity": "low"}),
    ),
    opening=(
        "Seven nodes on virtual radios. You sit at the base's screen; elm is overdue.",
        "Siete nodos con radios virtuales. Usted está en la pantalla de la base; elm se retrasa.",
    ),
    late="elm",
)  # fmt: skip
