"""Which alert or patrol comes next when a person goes through those of the map by one key. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.row_schema import AlertRow, PatrolRow
from meshdefense_tui.map.geometry import View
from meshdefense_tui.map.markers import local
from meshdefense_tui.model import ENDED_STATES

__all__ = ["next_alert", "next_patrol"]


def next_alert(
    rows: Iterable[AlertRow],
    origin: PlaceRow | None,
    view: View,
    size: tuple[int, int],
    selected: str | None,
) -> str | None:
    """Of the open alerts in view the one after `selected`, by distance from the map's middle.

    After the farthest comes the nearest again. None when `selected` is an alert with a place
    that is not in view, since going to it comes first, and when no alert is in view.
    """
    if origin is None:
        return None
    order: list[tuple[float, str]] = []
    elsewhere = False
    for row in rows:
        place = row["place"]
        if place is None:
            continue
        east, north = local(origin, place)
        column, line = view.cell(east, north, *size)
        inside = 0 <= column < size[0] and 0 <= line < size[1]
        if row["id"] == selected and not inside:
            elsewhere = True
        if inside and (row["state"] not in ENDED_STATES or row["id"] == selected):
            order.append((math.hypot(east - view.east, north - view.north), row["id"]))
    if elsewhere or not order:
        return None
    order.sort()
    keys = [key for _, key in order]
    return keys[(keys.index(selected) + 1) % len(keys)] if selected in keys else keys[0]


def next_patrol(
    rows: Iterable[PatrolRow], origin: PlaceRow | None, view: View, following: str | None
) -> str | None:
    """The patrol to follow after `following`; None when there is no other one.

    The first is the nearest to the map's middle, the others come in the order of their names,
    round and round: by distance they would change places while one follows them.
    """
    if origin is None:
        return None
    placed = {row["id"]: row for row in rows if row["place"] is not None}
    if not placed:
        return None

    def distance(row: PatrolRow) -> float:
        assert row["place"] is not None  # only those are here
        east, north = local(origin, row["place"])
        return math.hypot(east - view.east, north - view.north)

    if following not in placed:
        return min(placed.values(), key=distance)["id"]
    names = sorted(placed, key=lambda key: (placed[key]["name"], key))
    after = names[(names.index(following) + 1) % len(names)]
    return after if after != following else None
