"""The map's picture, drawn anew only where something changed. No I/O and no clock.

The stages are kept: the ground, which depends on view, size, characters and layers, the dots of
trails, and the frame with its markers above them. A patrol that moves costs no ground, and a
cursor that moves costs no trails.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from meshdefense_tui.lines import Line
from meshdefense_tui.map.board import Drawn
from meshdefense_tui.map.geometry import View
from meshdefense_tui.map.ground import RINGS, Ground, Sheet, draw_ground, ring_step
from meshdefense_tui.map.layers import Layer
from meshdefense_tui.map.raster import Raster
from meshdefense_tui.map.scene import Margin, Marker, Trail, draw_frame, scale_step
from meshdefense_tui.map.street_index import StreetIndex
from meshdefense_tui.map.trail_dots import trail_raster
from meshdefense_tui.place_words import metres

__all__ = ["Above", "Picture", "fitting_credit"]

_WORDS_OF_CREDIT: Final = " contributors"


@dataclass(frozen=True, slots=True)
class Above:
    """Everything that is drawn over the ground."""

    markers: tuple[Marker, ...] = ()
    trails: tuple[Trail, ...] = ()
    crosshair: bool = False
    credit: str = ""


class Picture:
    """Three caches of one entry each."""

    def __init__(self) -> None:
        self._ground: tuple[tuple[View, Sheet, StreetIndex | None], Ground] | None = None
        self._frame: tuple[Ground, View, Above, Drawn] | None = None
        self._dots: tuple[tuple[View, Sheet, tuple[Trail, ...]], Raster] | None = None
        """Of the trails."""
        self.grounds_drawn = 0
        self.frames_drawn = 0
        """How often each stage was really drawn, for tests and benchmarks."""

    def forget(self) -> None:
        """Drop the pictures: they tell what somebody looked at."""
        self._ground = self._frame = self._dots = None

    def lines(
        self, view: View, sheet: Sheet, index: StreetIndex | None, above: Above
    ) -> list[Line]:
        """The map in `sheet.height` lines; the same list while nothing changed."""
        ground = self._ground_of(view, sheet, index)
        last = None
        if self._frame is not None:
            before, seen, had, last = self._frame
            if before is ground and seen == view and had == above:
                return last.lines
        self.frames_drawn += 1
        width, height = sheet.width, sheet.height
        step = ring_step(view, width, height)
        margin = Margin(
            tuple(metres(step * number) for number in range(1, RINGS + 1)),
            metres(scale_step(view, width)),
            fitting_credit(above.credit, width, sheet.style.value == (1, 1)),
        )
        drawn = draw_frame(
            view, sheet, ground, above.markers, margin=margin,
            trails=self._dots_of(view, sheet, above.trails),
            crosshair=above.crosshair, last=last,
        )  # fmt: skip
        self._frame = (ground, view, above, drawn)
        return drawn.lines

    def _dots_of(self, view: View, sheet: Sheet, trails: tuple[Trail, ...]) -> Raster | None:
        if not trails or Layer.TRAILS not in sheet.layers:
            return None
        key = (view, sheet, trails)
        if self._dots is None or self._dots[0] != key:
            self._dots = (key, trail_raster(view, sheet, trails))
        return self._dots[1]

    def _ground_of(self, view: View, sheet: Sheet, index: StreetIndex | None) -> Ground:
        key = (view, sheet, index)
        if self._ground is None or self._ground[0] != key:
            self.grounds_drawn += 1
            self._ground = (key, draw_ground(view, sheet, index))
        return self._ground[1]


def fitting_credit(credit: str, width: int, plain: bool) -> str:
    """The credit, as long as half of the last row has room for it; `plain` in ASCII.

    "© OpenStreetMap" is what the OpenStreetMap Foundation accepts where room is short; the layers
    window has the whole text.
    """
    if not credit:
        return ""
    text = credit.replace("©", "(c)") if plain else credit.replace("(c)", "©")
    if plain and not text.isascii():
        text = text.encode("ascii", "replace").decode()
    holder = text.partition(",")[0]
    for candidate in (text, holder, holder.removesuffix(_WORDS_OF_CREDIT)):
        if len(candidate) <= width // 2:
            return candidate
    return "(c): L" if plain else "©: L"
