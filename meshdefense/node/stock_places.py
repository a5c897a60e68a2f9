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
_MAPS: Final = "maps"


@dataclass(frozen=True, slots=True)
class Located:
    """A corner that was found by its name."""

    name: str
    lat: float
    lon: float


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
        try:
            found = pack.search(words, 1, self._origin)
        except PackError:
            return None
        if not found or found[0].kind != "crossing":
            return None  # a street alone is long, and a name may be anything
        return Located(found[0].name, found[0].lat, found[0].lon)

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
