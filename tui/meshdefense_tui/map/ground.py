"""What lies under the markers: areas, grid, rings, streets and the names that they wish for. Pure.

It changes only with the view, the size, the characters and the layers, so the widget keeps it
while patrols move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from meshdefense.streets.streets import AreaKind, RoadClass
from meshdefense_tui.map.area_fill import FILLED, fill_pattern, filled
from meshdefense_tui.map.clip import Lines, clipped
from meshdefense_tui.map.geometry import View
from meshdefense_tui.map.layers import Layer
from meshdefense_tui.map.names import Name, area_names, point_names, street_names
from meshdefense_tui.map.parts import RINGS, DotStyle, Sheet, ring_step
from meshdefense_tui.map.raster import BLANK, Codes, Raster
from meshdefense_tui.map.street_index import Indices, StreetIndex, to_cells

__all__ = ["GROUND_ROLES", "RINGS", "Ground", "Roles", "Sheet", "draw_ground", "ring_step"]

Roles = npt.NDArray[np.uint8]
"""By row and column an index into the roles of the frame; it begins with GROUND_ROLES."""

GROUND_ROLES: Final = (
    "plain", "grid", "ring", "park", "water", "building", "rail", "path", "street", "road",
    "main",
)  # fmt: skip
_ROLE: Final = {name: np.uint8(index) for index, name in enumerate(GROUND_ROLES)}
_CLASS_ROLES: Final = np.array(
    [
        _ROLE[name]
        for name in (
            "rail", "path", "street", "street", "road", "road", "main", "main", "main",
        )
    ]
)  # fmt: skip
"""By RoadClass."""
_FILL_ROLES: Final = {AreaKind.PARK: _ROLE["park"], AreaKind.WATER: _ROLE["water"]}
_WIDE_FAR: Final = 15
"""Metres per column from which secondary roads are as thin as the others."""
_BUILDINGS_TO: Final = 2
"""Metres per column up to which buildings are outlined."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Characters and roles by cell, and the names that have not been written yet."""

    codes: Codes
    roles: Roles
    names: tuple[Name, ...]
    has_streets: bool
    """Whether anything of a street pack is to be seen."""


def draw_ground(view: View, sheet: Sheet, index: StreetIndex | None = None) -> Ground:
    """Everything below the markers."""
    codes = np.full((sheet.height, sheet.width), BLANK)
    roles = np.zeros((sheet.height, sheet.width), np.uint8)
    names: list[Name] = []
    areas = np.empty(0, np.intp)
    if index is not None and Layer.AREAS in sheet.layers:
        areas = index.areas(view, sheet.width, sheet.height)
        _fill_areas(codes, roles, view, sheet, index, areas)
    streets, street_codes, tops = False, None, None
    if index is not None:
        street_codes, tops, wishes = _streets(view, sheet, index, areas)
        streets = bool((tops > 0).any()) or len(areas) > 0
        names += wishes
    _grid_and_rings(codes, roles, view, sheet, bare=not streets)
    if street_codes is not None and tops is not None:
        drawn = tops > 0
        np.copyto(codes, street_codes, where=drawn)
        np.copyto(roles, tops, where=drawn)
    return Ground(codes, roles, tuple(names), streets)


def _fill_areas(
    codes: Codes, roles: Roles, view: View, sheet: Sheet, index: StreetIndex, areas: Indices
) -> None:
    for kind in FILLED:
        edges = index.outlines(kind, areas)
        if not edges.shape[1]:
            continue
        inside = filled(to_cells(edges, view, sheet.width, sheet.height), sheet.width, sheet.height)
        np.copyto(codes, fill_pattern(kind, sheet.style, sheet.width, sheet.height), where=inside)
        np.copyto(roles, _FILL_ROLES[kind], where=inside)


def _grid_and_rings(codes: Codes, roles: Roles, view: View, sheet: Sheet, bare: bool) -> None:
    """Over areas, under streets; without streets there is always a grid."""
    width, height = sheet.width, sheet.height
    column = width / 2 - view.east / view.scale
    row = height / 2 + view.north / (2 * view.scale)
    step = ring_step(view, width, height) / view.scale
    if bare or Layer.GRID in sheet.layers:
        grid = Raster(width, height, sheet.style)
        grid.grid(column, row, step)
        _lay(codes, roles, grid.codes(), _ROLE["grid"])
    if Layer.RINGS in sheet.layers:
        # among streets of half blocks a ring of half blocks would look like one
        plain = sheet.style is DotStyle.BLOCKS and not bare
        rings = Raster(width, height, DotStyle.ASCII if plain else sheet.style)
        for number in range(1, RINGS + 1):
            rings.circle(column, row, step * number, sparse=not bare)
        _lay(codes, roles, rings.codes("·" if plain else "."), _ROLE["ring"])


def _lay(codes: Codes, roles: Roles, above: Codes, role: np.uint8) -> None:
    drawn = above != BLANK
    np.copyto(codes, above, where=drawn)
    np.copyto(roles, role, where=drawn)


def _streets(
    view: View, sheet: Sheet, index: StreetIndex, areas: Indices
) -> tuple[Codes, Roles, list[Name]]:
    """Characters, roles (0 where there is no line) and names of the streets in view."""
    width, height, layers = sheet.width, sheet.height, sheet.layers
    raster = Raster(width, height, sheet.style)
    tops = np.zeros((height, width), np.uint8)
    names: list[Name] = []
    if len(areas) and view.scale <= _BUILDINGS_TO:
        outlines = [index.outlines(k, areas) for k in (AreaKind.BUILDING, AreaKind.PUBLIC)]
        walls, _ = clipped(
            to_cells(np.concatenate(outlines, axis=1), view, width, height), width, height
        )
        raster.lines(walls, np.full(walls.shape[1], _ROLE["building"]), tops)
    if Layer.STREETS in layers:
        found = index.lines(view, width, height)
        ends = index.ends.take(found, axis=1, mode="clip")
        cells, kept = clipped(to_cells(ends, view, width, height), width, height)
        found = found.take(kept)
        classes = index.streets.classes.take(found)
        wide = RoadClass.PRIMARY if view.scale > _WIDE_FAR else RoadClass.SECONDARY
        raster.lines(cells, _CLASS_ROLES.take(classes), tops, classes >= wide)
        if Layer.NAMES in layers:
            which = index.streets.names.take(found)
            names = street_names(cells, which, classes, index.streets.texts, width, height)
    if Layer.POINTS in layers:
        points = [index.streets.points[i] for i in index.points(view, width, height).tolist()]
        first = sum(name.role == "main_name" for name in names)
        names[first:first] = point_names(points, view, width, height, sheet.style)
    if Layer.NAMES in layers and len(areas):
        names += area_names(_named_boxes(view, sheet, index, areas), width, height)
    return raster.codes(), tops, names


def _named_boxes(
    view: View, sheet: Sheet, index: StreetIndex, areas: Indices
) -> list[tuple[str, tuple[float, float, float, float]]]:
    found: list[tuple[str, tuple[float, float, float, float]]] = []
    for area in areas.tolist():
        known = index.streets.areas[area]
        if not known.name or known.kind is AreaKind.BUILDING:
            continue
        west, south, east, north = index.box(area)
        corners: Lines = np.array([[west], [north], [east], [south]], np.float32)
        cells = to_cells(corners, view, sheet.width, sheet.height)
        left, top, right, bottom = cells[:, 0].tolist()
        found.append((known.name, (left, top, right, bottom)))
    return found
