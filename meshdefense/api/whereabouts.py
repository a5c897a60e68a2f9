"""Where this node's person is, as well as the node knows: for a call for help.

A fix of the radio's own receiver while it is fresh; else the newest of that fix and the place
that was last shared by a position or check-in, neither older than two hours; else none. It
serves a screen that is locked, too, so what is told is the source, age and precision alone:
the place itself goes nowhere but into the SOS.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from meshdefense.api.response_schema import HereResult
from meshdefense.node.node import Node
from meshdefense.node.requests import BadRequestError
from meshdefense.radio.base import RadioHealth
from meshdefense.radio.fix import Fix
from meshdefense.storage.errors import StorageError
from meshdefense_protocol.packets import Sos
from meshdefense_protocol.place import PRECISIONS_M, precision_code
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.wordlist import UnknownWordError
from meshdefense_protocol.words import SCOPES

__all__ = ["FIX_FRESH_S", "KEPT_S", "Whereabouts", "best", "fix_of", "here", "with_place"]

FIX_FRESH_S: Final = 600.0
"""At a walk that is half a kilometre; a radio that stands still tells its place more rarely."""
KEPT_S: Final = 2 * 3600.0
"""As long as positions are kept anywhere."""
_FUTURE_S: Final = 60.0
"""A fix that is further ahead of our clock has an age that nobody knows."""
_COARSEST_M: Final = max(PRECISIONS_M.values())
_FIELD, _EVERYONE = SCOPES.code("field"), SCOPES.code("everyone")


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A place that this node's person was at."""

    source: str
    """"radio": its receiver's fix; "shared": a position or check-in of one's own."""
    lat: float
    lon: float
    precision_m: int
    at: float
    """Seconds since the epoch."""


def best(known: Iterable[Whereabouts], now: float) -> Whereabouts | None:
    """Which of them an SOS carries; see the head of this module."""
    usable = [one for one in known if -_FUTURE_S <= now - one.at <= KEPT_S]
    fresh = [one for one in usable if one.source == "radio" and now - one.at <= FIX_FRESH_S]
    return max(fresh or usable, key=lambda one: one.at, default=None)


async def here(node: Node, now: float) -> HereResult:
    """What `with_place` would add, without the place itself."""
    return _told(best(await _known(node), now), _scope(node, {}), now)


async def with_place(
    node: Node, params: dict[str, Any], now: float
) -> tuple[dict[str, Any], HereResult | None]:
    """The parameters of an `sos` with the place that it asks for by `here`, and what that is.

    A place that the request names stays. Raises BadRequestError.
    """
    rest = {name: value for name, value in params.items() if name != "here"}
    wanted = params.get("here", False)
    if not isinstance(wanted, bool):
        raise BadRequestError("sos: here is true or false")
    if not wanted or rest.get("lat") is not None or rest.get("lon") is not None:
        return rest, None
    found = best(await _known(node), now)
    if found is None:
        return rest, _told(None, _scope(node, rest), now)
    if isinstance(rest.get("precision_m"), int):
        found = replace(found, precision_m=max(rest["precision_m"], found.precision_m))
    place = {"lat": found.lat, "lon": found.lon, "precision_m": found.precision_m}
    return {**rest, **place}, _told(found, _scope(node, rest), now)


async def _known(node: Node) -> list[Whereabouts]:
    fix = fix_of(node.radio.status.health)
    known = []
    if fix is not None:
        known.append(Whereabouts("radio", fix.lat, fix.lon, fix.precision_m, fix.at))
    try:
        row = await node.in_thread(node.store.row, "patrols", str(node.membership.number))
    except StorageError:
        return known  # a call for help is not refused for want of a place
    if row is not None and not row.gone and row.data.get("place") is not None:
        place, at = row.data["place"], row.data["place_at"]
        known.append(Whereabouts("shared", place["lat"], place["lon"], place["precision_m"], at))
    return known


def fix_of(health: RadioHealth) -> Fix | None:
    """The radio's own fix, as far as its driver tells one."""
    return health.fix


def _scope(node: Node, params: Mapping[str, Any]) -> int:
    """As `sos` has it; a word that is none is refused there."""
    with contextlib.suppress(UnknownWordError):
        if params.get("scope") is not None:
            return SCOPES.find(str(params["scope"])).code
    return _FIELD if KeyClass.FIELD in node.membership.keys.classes else _EVERYONE


def _told(found: Whereabouts | None, scope: int, now: float) -> HereResult:
    if found is None:
        return {"source": "none", "precision_m": None, "age_s": None}
    code = precision_code(min(found.precision_m, _COARSEST_M))
    size = PRECISIONS_M[max(code, Sos.finest_for(scope))]
    return {
        "source": found.source,
        "precision_m": size,
        "age_s": round(max(0.0, now - found.at), 1),
    }
