"""The street pack behind the screens: which one fits, what it draws, which corner a place is at.

Reads packs from the disk; everything it hands out is kept, since 10,000 alerts ask for their
corner at every redraw. Without a pack, or with a damaged one, the screens have grid and rings.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.safe_text import clean

if TYPE_CHECKING:
    from meshdefense.streets.pack import Found, Pack, PackError
    from meshdefense_tui.map.street_index import StreetIndex

__all__ = ["StreetSource", "shipped_packs"]

_SEGMENTS_WHOLE: Final = 250_000
"""A larger pack is drawn only within _REACH_M of the origin: a frame has to stay fast."""
_REACH_M: Final = 20_000.0
_CORNERS_MAX: Final = 20_000
_CORNER_WITHIN_M: Final = 250.0


class StreetSource:
    """Chooses among the packs of one folder, else among `shipped` ones. Never raises."""

    def __init__(self, folder: Path | None, *, shipped: Sequence[Path] = ()) -> None:
        self._folder, self._shipped = folder, tuple(shipped)
        self._pack: Pack | None = None
        self._index: StreetIndex | None = None
        self._chosen_for: tuple[float, float, int] | None = None
        self._corners: dict[tuple[float, float, int, str], str] = {}
        self._troubles: list[PackError] = []
        self.revision = 0
        """Different whenever another pack was chosen."""

    def index(self, origin: PlaceRow | None) -> StreetIndex | None:
        """The streets around the network's origin; None where no pack has them."""
        self._choose(origin)
        return self._index

    @property
    def title(self) -> str:
        """Name of the pack in use; empty without one."""
        return clean(self._pack.meta.title) if self._pack is not None else ""

    @property
    def credit(self) -> str:
        """Whom to credit for the streets; empty without a pack."""
        return clean(self._pack.meta.attribution) if self._pack is not None else ""

    def trouble(self, language: str) -> str:
        """Why a pack could not be used, told once; empty when all is well."""
        if not self._troubles:
            return ""
        error = self._troubles.pop(0)
        return error.spanish if language == "es" else str(error)

    def search(self, text: str, origin: PlaceRow | None, limit: int = 20) -> list[Found]:
        """Streets, crossings and places by name, those near the origin first."""
        self._choose(origin)
        if self._pack is None or origin is None:
            return []
        from meshdefense.streets.pack import PackError

        try:
            return self._pack.search(text, limit, (origin["lat"], origin["lon"]))
        except PackError as error:
            self._give_up(error)
            return []

    def corner(self, place: PlaceRow, origin: PlaceRow | None, language: str) -> str:
        """The place by its nearest corner, "Kaivokatu / Mikonkatu"; empty where none is near."""
        self._choose(origin)
        pack = self._pack
        if pack is None or not pack.meta.bounds.has(place["lat"], place["lon"]):
            return ""
        key = (place["lat"], place["lon"], place["precision_m"], language)
        known = self._corners.get(key)
        if known is None:
            if len(self._corners) >= _CORNERS_MAX:
                self._corners.clear()
            known = self._corners[key] = self._looked_up(pack, place, language)
        return known

    def forget(self) -> None:
        """Drop what was asked for: the screen is locked, and places tell what was reported."""
        self._corners.clear()

    def _looked_up(self, pack: Pack, place: PlaceRow, language: str) -> str:
        from meshdefense.streets.pack import PackError
        from meshdefense.streets.words import corner_words

        try:
            found = pack.corner(place["lat"], place["lon"], _CORNER_WITHIN_M)
        except PackError as error:
            self._give_up(error)
            return ""
        if found is None:
            return ""
        return clean(corner_words(found, language, place["precision_m"]))

    def _choose(self, origin: PlaceRow | None) -> None:
        if origin is None:
            return
        wanted = (origin["lat"], origin["lon"], _changed(self._folder))
        if wanted == self._chosen_for:
            return
        self._chosen_for = wanted
        self._leave()
        for path in [*_newest_first(self._folder), *self._shipped]:
            if self._take(path, origin["lat"], origin["lon"]):
                return

    def _take(self, path: Path, lat: float, lon: float) -> bool:
        """Use this pack if it has the origin; what cannot be opened is noted and passed over."""
        from meshdefense.streets.pack import PackError, open_pack
        from meshdefense.streets.streets import Plane
        from meshdefense_tui.map.street_index import StreetIndex

        pack: Pack | None = None
        try:
            pack = open_pack(path)
            if not pack.meta.bounds.has(lat, lon):
                pack.close()
                return False
            whole = pack.meta.segments <= _SEGMENTS_WHOLE
            streets = pack.streets(lat, lon, None if whole else Plane(lat, lon).around(_REACH_M))
        except PackError as error:
            self._troubles.append(error)
            if pack is not None:
                pack.close()
            return False
        self._pack, self._index = pack, StreetIndex(streets)
        return True

    def _give_up(self, error: PackError) -> None:
        """The file went bad while it was open: the screens go on without it."""
        self._troubles.append(error)
        self._leave()

    def _leave(self) -> None:
        if self._pack is not None:
            self._pack.close()
        self._pack = self._index = None
        self._corners.clear()
        self.revision += 1


def shipped_packs() -> list[Path]:
    """The packs that come with the program: the town of the demo."""
    import meshdefense.streets

    return _newest_first(Path(meshdefense.streets.__file__).parent / "data")


def _changed(folder: Path | None) -> int:
    """When something was put into the folder or taken out of it; 0 when there is none."""
    try:
        return folder.stat().st_mtime_ns if folder is not None else 0
    except OSError:
        return 0


def _newest_first(folder: Path | None) -> list[Path]:
    from meshdefense.streets.pack_file import SUFFIX

    if folder is None:
        return []
    found: list[tuple[float, Path]] = []
    try:
        for path in folder.glob(f"*{SUFFIX}"):
            found.append((path.stat().st_mtime, path))
    except OSError:
        return []
    return [path for _, path in sorted(found, reverse=True)]
