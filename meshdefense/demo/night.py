"""The story `night`: the quiet night of docs/operator-guide.md.

One fire is reported and one patrol is overdue; nobody else says a word of their own. What
happens then is typed by the reader, at the base's screen and at the others' nodes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from meshdefense.demo.patrol import PATROL_STORY
from meshdefense.demo.plot import Cue, Plot

__all__ = ["NIGHT_STORY"]


def _walks(at: float, who: str) -> Cue:
    return Cue(at, who, "beacon", {"motion": "walking", "battery": 70})


NIGHT_STORY: Final[Plot] = replace(
    PATROL_STORY,
    name="night",
    cues=(
        Cue(20, "ash", "report", {"kind": "fire", "severity": "critical", "count": 1,
                                  "activity": "spreading"},
            text=("shed behind the school", "cobertizo detrás de la escuela")),
        _walks(40, "birch"),
    ),
    late_in_s=120.0,
    afterwards=(_walks(0, "cedar"), _walks(0, "ash"), _walks(0, "fir"), _walks(0, "birch")),
    opening=(
        "Seven nodes on virtual radios. You sit at the base's screen; the others do what you type "
        "at their nodes, as docs/operator-guide.md tells. The passphrase of every node is: demo",
        "Siete nodos con radios virtuales. Usted está en la pantalla de la base; los demás hacen "
        "lo que usted escribe en sus nodos, como cuenta docs/operator-guide.md. La frase de cada "
        "nodo es: demo",
    ),
)  # fmt: skip
