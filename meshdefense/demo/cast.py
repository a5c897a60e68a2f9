"""Who plays: handles, roles, places in metres from the area's origin, and where they walk.

The area is made of nothing but numbers; its origin lies in Salt Lake City, as the street
data for the map does. Times are seconds from the start of the story.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from meshdefense_protocol.place import Grid, GridPlace
from meshdefense_protocol.roster import Role

__all__ = [
    "BASE",
    "CAST",
    "NETWORK",
    "ORIGIN",
    "Player",
    "metres",
    "player",
    "position",
    "scenario",
]

NETWORK: Final = "Demo Valley"
ORIGIN: Final = (40.7608, -111.8910)
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


_PATROL = Role.PATROL | Role.REPORTER
_FIR_WAY: Final = (
    (0, 700, 450), (11, 700, 450), (20, 3300, 1900), (23, 3300, 1900), (32, 800, 200),
)  # fmt: skip
CAST: Final = (
    Player("base", Role.ORGANIZER | Role.DISPATCH | Role.VERIFIER | Role.REPORTER, 0, 0),
    Player("ash", _PATROL, -420, 310, ((0, -420, 310), (60, -250, 480), (600, 300, 500))),
    Player("birch", _PATROL | Role.VERIFIER, 350, -280, ((0, 350, -280), (60, 120, 260))),
    Player("cedar", _PATROL | Role.VERIFIER, -260, -390),
    Player("elm", _PATROL, 520, 150),
    Player("fir", _PATROL, 700, 450, _FIR_WAY),
    Player("roof", Role.RELAY, 1500, 900),
)
"""The base first. fir drives to where only the relay on the roof hears it, and back."""
BASE: Final = CAST[0]


def player(handle: str) -> Player:
    """The player with this handle."""
    return next(one for one in CAST if one.handle == handle)


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


def _radio_role(one: Player) -> str:
    """The firmware's role by job: the roof relays first, hand-held radios do not relay."""
    if one.roles == Role.RELAY:
        return "ROUTER"
    return "CLIENT" if one is BASE else "CLIENT_MUTE"


def scenario(preset: str) -> dict[str, Any]:
    """The radios' world, in the format of docs/virtual-radio.md."""
    return {
        "schema": 1,
        "name": "demo",
        "title": "A base, five patrols and a relay on a roof",
        "description": "One patrol goes where only the relay hears it.",
        "seed": 7,
        "duration_s": 86_400,
        "radio": {"preset": preset, "tx_power_dbm": 20, "hop_limit": 3, "region": "US",
                  "duty_cycle_percent": 100, "frequency_hz": 906_875_000},
        "channel": {"model": "log-distance", "reference_loss_db": 31.5,
                    "reference_distance_m": 1.0, "path_loss_exponent": 3.7,
                    "shadowing_sigma_db": 0.0, "fading_sigma_db": 1.0, "noise_figure_db": 6.0,
                    "capture_db": 6.0},
        "nodes": [{"id": one.handle, "x": one.east, "y": one.north,
                   "role": _radio_role(one)} for one in CAST],
        "links": [{"a": "roof", "b": one.handle, "loss_db": 108.0 if one.handle == "fir" else 120.0}
                  for one in CAST if one.handle != "roof"],
    }  # fmt: skip
