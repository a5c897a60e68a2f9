"""Corners for people with stock radios: names of a place, and the place of two names.

Reads the node's street maps, like the screens; without one a place is told in degrees, and what
people write stays words. Everything runs in a thread of its own, since a search takes a while.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from meshdefense.streets.pack import Pack

__all__ = ["Located", "StockPlaces"]

_WITHIN_M: Final = 250.0
"""How far a corner may be from the middle of a cell; for larger cells half their size."""
_OUTER_WORDS: Final = 4
"""Words of one street of a corner: more are never kept."""
_NO_NAMES: Final = frozenset(
    "la el los las de del en st ave av rd blvd street avenue road calle avenida north south east "
    "west norte sur este oeste".split()
)
"""Alone these find any street."""
_MAPS: Final = "maps"


@dataclass(frozen=True, slots=True)
class Located:
    """A corner that was found by its name."""

    name: str
    lat: float
    lon: float


def _without_outer(words: str) -> list[str]:
    """A corner as people wrote it, then with fewer and fewer of the words around its two streets:
    "la Cermak/Kedzie vengan" is "Cermak/Kedzie". A word of one letter is no street.
    """
    one, sign, other = words.partition("/")
    left, right = one.split(), other.split()
    if not sign or not left or not right:
        return [words]
    ways = [
        (first, last)
        for first in range(min(len(left), _OUTER_WORDS))
        for last in range(min(len(right), _OUTER_WORDS))
    ]
    tried = (
        (left[first:], right[: len(right) - last])
        for first, last in sorted(ways, key=lambda way: (sum(way), way))
    )
    return [
        f"{' '.join(begins)}/{' '.join(ends)}"
        for begins, ends in tried
        if (begins, ends) == (left, right) or all(_names(side) for side in (begins, ends))
    ]


def _names(side: list[str]) -> bool:
    return any(
        word.isdecimal() or (len(word) > 1 and word.casefold() not in _NO_NAMES) for word in side
    )


class StockPlaces:
    """The newest street map of a data folder that has the network's origin. Never raises."""

    def __init__(self, folder: Path, origin: tuple[float, float]) -> None:
        """`origin` is latitude and longitude in degrees."""
        self._folder, self._origin = folder / _MAPS, origin
        self._thread = ThreadPoolExecutor(1, "stock places")
        self._pack: Pack | None = None
        self._seen = -1
        self._file: Path | None = None

    def close(self) -> None:
        """End the thread, once it has finished what it does."""
        self._thread.shutdown(wait=False)

    async def words(self, lat: float, lon: float, precision_m: int) -> tuple[str, str] | None:
        """A cell by its nearest corner, in English and Spanish; None where no map tells one."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._words, lat, lon, precision_m)

    async def corner(self, words: str) -> Located | None:
        """The corner that people mean by "5th/Main"; None where the map has none of that name."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._corner, words)

    def _words(self, lat: float, lon: float, precision_m: int) -> tuple[str, str] | None:
        from meshdefense.streets.pack_file import PackError
        from meshdefense.streets.words import corner_words

        pack = self._open()
        if pack is None or not pack.meta.bounds.has(lat, lon):
            return None
        try:
            found = pack.corner(lat, lon, max(_WITHIN_M, precision_m / 2))
        except PackError:
            return None
        if found is None:
            return None
        return corner_words(found, "en", precision_m), corner_words(found, "es", precision_m)

    def _corner(self, words: str) -> Located | None:
        from meshdefense.streets.pack_file import PackError

        pack = self._open()
        if pack is None:
            return None
        for tried in _without_outer(words):
            try:
                found = pack.search(tried, 1, self._origin)
            except PackError:
                return None
            # a street alone is long, and a name may be anything
            if found and found[0].kind == "crossing":
                return Located(found[0].name, found[0].lat, found[0].lon)
        return None

    def _open(self) -> Pack | None:
        """The map in use; looked for again when the folder changed."""
        try:
            seen = self._folder.stat().st_mtime_ns
        except OSError:
            seen = 0
        if seen == self._seen:
            return self._pack
        self._seen = seen
        if self._pack is not None:
            self._pack.close()
        self._pack = self._fitting() if seen else None
        return self._pack

    def _fitting(self) -> Pack | None:
        from meshdefense.streets.pack import open_pack
        from meshdefense.streets.pack_file import SUFFIX, PackError

        try:
            files = sorted(
                self._folder.glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True
            )
        except OSError:
            return None
        for file in files:
            try:
                pack = open_pack(file)
            except PackError:
                continue  # `meshdefense map list` tells what is wrong with it
            if pack.meta.bounds.has(*self._origin):
                return pack
            pack.close()
        return None
