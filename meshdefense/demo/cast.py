"""Who plays: handles, roles, places in metres from the area's origin, and where they walk.

`CAST` is that of the story `patrol`; other stories bring their own.

The area is made of nothing but numbers; its origin is that of the street pack which comes with
the program. Times are seconds from the start of the story.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from meshdefense.streets.shipped import DEMO_ORIGIN
from meshdefense_protocol.place import Grid, GridPlace
from meshdefense_protocol.roster import Role

__all__ = ["BASE", "CAST", "GRID", "NETWORK", "ORIGIN", "PATROL", "Player", "metres", "position"]

NETWORK: Final = "Demo Valley"
ORIGIN: Final = DEMO_ORIGIN
GRID: Final = Grid(*ORIGIN)


@dataclass(frozen=True, slots=True)
class Player:
    """One node of the demo."""

    handle: str
    roles: Role
    east: float
    north: float
    way: tuple[tuple[float, float, float], ...] = ()
    """(seconds, metres east, metres north): straight lines between, standing outside."""


PATROL: Final = Role.PATROL | Role.REPORTER
_FIR_WAY: Final = (
    (0, 700, 450), (15, 700, 450), (24, 3300, 1900), (29, 3300, 1900), (38, 800, 200),
)  # fmt: skip
CAST: Final = (
    Player("base", Role.ORGANIZER | Role.DISPATCH | Role.VERIFIER | Role.REPORTER, 0, 0),
    Player("ash", PATROL, -420, 310, ((0, -420, 310), (60, -250, 480), (600, 300, 500))),
    Player("birch", PATROL | Role.VERIFIER, 350, -280, ((0, 350, -280), (60, 120, 260))),
    Player("cedar", PATROL | Role.VERIFIER, -260, -390),
    Player("elm", PATROL, 520, 150),
    Player("fir", PATROL, 700, 450, _FIR_WAY),
    Player("roof", Role.RELAY, 1500, 900),
)
"""The base first, as in every story. fir drives to where only the roof hears it, and back."""
BASE: Final = CAST[0]


def position(who: Player, at: float) -> tuple[float, float]:
    """Latitude and longitude of a player at a time of the story."""
    east, north = metres(who, at)
    # through the grid, so that the map and the radio medium agree
    return GRID.degrees(GridPlace(round(east), round(north), 1))


def metres(who: Player, at: float) -> tuple[float, float]:
    """Metres east and north of the origin at a time of the story."""
    east, north = who.east, who.north
    for (t0, x0, y0), (t1, x1, y1) in zip(who.way, who.way[1:], strict=False):
        if at >= t0:
            part = min(1.0, (at - t0) / (t1 - t0))
            east, north = x0 + (x1 - x0) * part, y0 + (y1 - y0) * part
    return east, north
