"""The story `ferry`: two banks that hear nothing of each other, and one who walks between them.

The buildings of an old town: signals fade fast. The relay on the bridge is off, so that what
is reported on the far bank stays there until rowan has carried it over.
"""

from __future__ import annotations

from typing import Any, Final

from meshdefense.demo.cast import PATROL, Player
from meshdefense.demo.plot import Crossing, Cue, Plot, ground
from meshdefense_protocol.roster import Role

__all__ = ["FERRY_STORY", "RETURNS_S"]

LEAVES_S, ARRIVES_S, RETURNS_S, BACK_S = 20.0, 48.0, 84.0, 112.0
_WAY: Final = (
    (0.0, 1500.0, 760.0), (LEAVES_S, 1500.0, 760.0), (ARRIVES_S, 120.0, 60.0),
    (RETURNS_S, 120.0, 60.0), (BACK_S, 1500.0, 760.0),
)  # fmt: skip
_CAST: Final = (
    Player("base", Role.ORGANIZER | Role.DISPATCH | Role.VERIFIER | Role.REPORTER, 0, 0),
    Player("ash", PATROL, -110, 90),
    Player("birch", PATROL | Role.VERIFIER, 90, -120),
    Player("fir", PATROL, 1580, 840),
    Player("cedar", PATROL, 1480, 900),
    Player("hazel", PATROL, 1640, 740),
    Player("rowan", PATROL, 1500, 760, _WAY),
)
"""Steps are those of a film: seven hundred metres in a quarter of a minute."""


def _scenario(preset: str) -> dict[str, Any]:
    return {
        **ground(preset, 4.5),
        "name": "demo-ferry",
        "title": "Two banks and a walker",
        "description": "Each bank hears only itself; one member walks from one to the other.",
        "seed": 11,
        "nodes": [{"id": one.handle, "x": one.east, "y": one.north, "role": "CLIENT"}
                  for one in _CAST],
    }  # fmt: skip


def _walks(at: float, who: str = "rowan") -> Cue:
    return Cue(at, who, "beacon", {"motion": "walking", "battery": 70})


_CHECKIN: Final = {"state": "ok", "due_in_s": 600}

FERRY_STORY: Final = Plot(
    name="ferry",
    cast=_CAST,
    preset="MEDIUM_FAST",
    seconds=150.0,
    scenario=_scenario,
    cues=(
        Cue(2, "base", "message", text=("The bridge relay is down: the far bank is cut off.",
                                        "El relé del puente no va: la otra orilla está aislada.")),
        Cue(8, "fir", "report", {"kind": "fire", "severity": "critical", "activity": "spreading"},
            text=("boat shed, wind from the north", "cobertizo de botes, viento del norte")),
        Cue(14, "rowan", "message", if_known=True,
            text=("I have fir's report and carry it to the base.",
                  "Tengo el aviso de fir y lo llevo a la base.")),
        Cue(19, "base", "message", if_known=False,
            text=("Nothing heard from the far bank.", "No se oye nada de la otra orilla.")),
        _walks(26), _walks(33), _walks(40), _walks(46),
        Cue(49, "rowan", "checkin", _CHECKIN),
        Cue(50, "base", "acknowledge", {}, about="item", if_known=True),
        Cue(51, "base", "message", if_known=True,
            text=("fir's report came on foot, in rowan's radio. Boat is leaving.",
                  "El aviso de fir llegó a pie, en el radio de rowan. Sale el bote.")),
        _walks(90), _walks(97), _walks(104), _walks(111),
        Cue(113, "rowan", "checkin", _CHECKIN),
    ),
    afterwards=(_walks(0, "ash"), _walks(0, "birch")),
    opening=(
        "Seven nodes on virtual radios, on two banks that cannot hear each other. You sit at the "
        "base's screen. fir reports a fire on the far bank, which your screen cannot have; rowan "
        "walks over with it, and goes back. Watch the map and the alerts: it takes two minutes.",
        "Siete nodos con radios virtuales, en dos orillas que no se oyen. Usted está en la "
        "pantalla de la base. fir avisa de un incendio en la otra orilla, que su pantalla no "
        "puede tener; rowan lo trae a pie, y regresa. Mire el mapa y las alertas: dos minutos.",
    ),
    watched="rowan",
    crossing=Crossing(
        "fir", "rowan", "base", LEAVES_S,
        (
            ("fir reports a fire on the far bank.",
             "fir avisa de un incendio en la otra orilla."),
            ("rowan's radio, on the far bank, has it. The base does not hear it.",
             "El radio de rowan, en la otra orilla, lo tiene. La base no lo oye."),
            ("The base has it: rowan came over, and the radios compared what they hold.",
             "La base lo tiene: rowan vino, y los radios compararon lo que tienen."),
            ("rowan is back: fir's screen says that the base holds it.",
             "rowan ha vuelto: en la pantalla de fir consta que la base lo tiene."),
        ),
    ),
)  # fmt: skip
