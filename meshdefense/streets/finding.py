"""Places by what people type: streets, crossings, named places, house numbers."""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from meshdefense.streets.chunks import CrossingColumns
from meshdefense.streets.folding import fold, sides
from meshdefense.streets.streets import AreaKind, Plane, PointKind

__all__ = ["Finder", "Found"]

_MILLION: Final = 1_000_000
_CANDIDATES: Final = 400
"""Matches that are ranked; a word that more names share says too little."""
_NUMBER: Final = re.compile(r"(\d{1,5})[a-z]?", re.ASCII | re.IGNORECASE)
Near = tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Found:
    """One place that matches."""

    name: str
    kind: str
    """"street", "crossing", "numbers", or a PointKind or AreaKind in small letters."""
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class _Named:
    folded: str
    weight: int
    """Class of a street; 0 for what is none."""
    found: Found
    street: int
    """Number of the street's name; -1 for what is none."""


class Finder:
    """Searches one pack. Methods raise sqlite3.Error for a damaged file."""

    def __init__(
        self, database: sqlite3.Connection, texts: Sequence[str], crossings: CrossingColumns
    ) -> None:
        self._database, self._texts, self._crossings = database, texts, crossings

    def search(self, text: str, limit: int, near: Near) -> list[Found]:
        """At most `limit` places, the best first: crossings, then house numbers, then names."""
        found: list[Found] = []
        if (two := sides(text)) is not None:
            found += self._corners(*two, limit, near)
        if not found:
            found += self._numbered(text, near)
        wanted = fold(text)
        named = sorted(self._named(wanted), key=lambda one: _rank(one, wanted, near))
        found += [self._nearest(one, near) for one in named[:limit]]
        return found[:limit]

    def _corners(self, one: str, other: str, limit: int, near: Near) -> list[Found]:
        left, right = self._streets(one), self._streets(other)
        if not left or not right:
            return []
        names = self._crossings.names
        here = np.isin(names[:, 0], [*left]) & np.isin(names[:, 1], [*right])
        there = np.isin(names[:, 1], [*left]) & np.isin(names[:, 0], [*right])
        found = []
        for at in np.flatnonzero(here | there)[:_CANDIDATES].tolist():
            first, second = names[at].tolist()
            if not here[at]:
                first, second = second, first
            lon, lat = (self._crossings.places[at] / _MILLION).tolist()
            label = f"{self._texts[first]} / {self._texts[second]}"
            # whole names before beginnings of names
            rank = left[first] + right[second]
            found.append((rank, _metres(near, lat, lon), Found(label, "crossing", lat, lon)))
        return [one for _, _, one in sorted(found, key=lambda entry: entry[:2])][:limit]

    def _streets(self, text: str) -> dict[int, int]:
        """Numbers of the streets' names that match, with 0 for a whole name and 1 for a part."""
        wanted = fold(text)
        return {
            one.street: int(one.folded != wanted) for one in self._named(wanted) if one.street >= 0
        }

    def _numbered(self, text: str, near: Near) -> list[Found]:
        """ "Kaivokatu 8" and "200 N State St" where the source has house numbers."""
        words = text.split()
        if len(words) < 2:
            return []
        found = []
        for number, rest in ((words[-1], words[:-1]), (words[0], words[1:])):
            if (house := _NUMBER.fullmatch(number)) is None:
                continue
            wanted = int(house[1])
            for street in self._streets(" ".join(rest)):
                rows = self._database.execute(
                    "SELECT low, high, low_lat, low_lon, high_lat, high_lon FROM numbers "
                    "WHERE name = ? AND low <= ? AND high >= ?",
                    (street, wanted, wanted),
                )
                for low, high, *ends in rows:
                    share = (wanted - low) / (high - low) if high > low else 0.0
                    lat = (ends[0] + (ends[2] - ends[0]) * share) / _MILLION
                    lon = (ends[1] + (ends[3] - ends[1]) * share) / _MILLION
                    label = f"{self._texts[street]} {low}-{high}" if high > low else (
                        f"{self._texts[street]} {low}"
                    )  # fmt: skip
                    found.append(Found(label, "numbers", lat, lon))
        return sorted(found, key=lambda one: _metres(near, one.lat, one.lon))

    def _named(self, wanted: str) -> list[_Named]:
        """What holds every word of `wanted`, or a word that begins with it."""
        # a number is whole: "5" is not the beginning of "53"
        words = [f'"{w}"' if w.isdecimal() else f'"{w}"*' for w in wanted.split()]
        if not words:
            return []
        rows = self._database.execute(
            "SELECT rowid FROM words WHERE words MATCH ? LIMIT ?", (" ".join(words), _CANDIDATES)
        ).fetchall()
        return [one for (row,) in rows for one in self._entry(*divmod(row, 3))]

    def _entry(self, number: int, table: int) -> Iterable[_Named]:
        if table == 0:
            row = self._database.execute(
                "SELECT name, class, lat, lon FROM name WHERE id = ?", (number,)
            ).fetchone()
            name, weight, lat, lon = row
            found = Found(name, "street", lat / _MILLION, lon / _MILLION)
            yield _Named(fold(name), weight, found, number)
            return
        source = "point" if table == 1 else "area_name"
        kind, at, lat, lon = self._database.execute(
            f"SELECT kind, name, lat, lon FROM {source} WHERE id = ?", (number,)
        ).fetchone()
        kinds = PointKind if table == 1 else AreaKind
        name = self._texts[at]
        found = Found(name, kinds(kind).name.lower(), lat / _MILLION, lon / _MILLION)
        yield _Named(fold(name), 0, found, -1)

    def _nearest(self, one: _Named, near: Near) -> Found:
        """A street's position is that of its crossing nearest to `near`."""
        if near is None or one.street < 0:
            return one.found
        at = np.flatnonzero((self._crossings.names == one.street).any(axis=1))
        if not len(at):
            return one.found
        places = self._crossings.places[at] / _MILLION
        east, north = Plane(*near).east_north(places[:, 1], places[:, 0])
        lon, lat = places[int(np.hypot(east, north).argmin())].tolist()
        return Found(one.found.name, one.found.kind, lat, lon)


def _rank(one: _Named, wanted: str, near: Near) -> tuple[int, float, int, int, str]:
    """Whole names, then beginnings, then the rest; among them the near, large and short ones."""
    exact = 0 if one.folded == wanted else 1 if one.folded.startswith(wanted) else 2
    away = _metres(near, one.found.lat, one.found.lon)
    return exact, away // 1000, -one.weight, len(one.folded), one.folded


def _metres(near: Near, lat: float, lon: float) -> float:
    if near is None:
        return 0.0
    east, north = Plane(*near).east_north(np.array([lat]), np.array([lon]))
    return math.hypot(float(east[0]), float(north[0]))
