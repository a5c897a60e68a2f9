"""The map: streets, patrols and alerts round the area's origin, with range rings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.row_schema import PatrolRow
from meshdefense_tui.desk import Desk, Pin
from meshdefense_tui.lines import Line, Span, blank, edges, fill
from meshdefense_tui.map.geometry import View, degrees, east_north, fit
from meshdefense_tui.map.layers import SHOWN_AT_FIRST, Layer
from meshdefense_tui.map.markers import local
from meshdefense_tui.map.parts import DotStyle, Marker, Sheet, ring_step
from meshdefense_tui.map.tour import next_alert, next_patrol
from meshdefense_tui.place_words import metres
from meshdefense_tui.widgets.map_contents import MapContents
from meshdefense_tui.widgets.painted import Painted, strip_of

if TYPE_CHECKING:
    from meshdefense_tui.map.picture import Picture
    from meshdefense_tui.map.street_index import StreetIndex

__all__ = ["MapView"]

_FOUND_SCALE: Final = 5
"""Metres per column that a place which was searched for is shown at, at most."""
_PIN_PRECISION_M: Final = 10


class MapView(Painted, can_focus=True):
    """Title row, then the map. Fits everything until a person moves it."""

    strip_of = staticmethod(strip_of)  # a map's blanks have the style beside them already

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "pan(-1, 0)", show=False),
        Binding("right,l", "pan(1, 0)", show=False),
        Binding("up,k", "pan(0, -1)", show=False),
        Binding("down,j", "pan(0, 1)", show=False),
        Binding("shift+left,home", "pan(-4, 0)", show=False),
        Binding("shift+right,end", "pan(4, 0)", show=False),
        Binding("shift+up,pageup", "pan(0, -4)", show=False),
        Binding("shift+down,pagedown", "pan(0, 4)", show=False),
        Binding("o", "origin", show=False),
        Binding("O", "fit", show=False),
        Binding("t", "target", show=False),
        Binding("C", "centre", show=False),
        Binding("W", "follow", show=False),
        Binding("p", "pin", show=False),
        Binding("L", "layers", show=False),
        Binding("slash", "search", show=False),
        Binding("b", "glyphs", show=False),
    ]

    @dataclass
    class Picked(Message):
        """An alert was chosen on the map: the lists should stand on it, too."""

        map: MapView
        key: str

    def __init__(self, desk: Desk, *, dots: DotStyle, id: str) -> None:
        super().__init__(desk, id=id)
        self.dots = dots
        self.map_layers: Layer = SHOWN_AT_FIRST
        self.view: View | None = None
        """None until somebody moves the map: then it fits what is known."""
        self.following: str | None = None
        """Id of the patrol that the map goes with."""
        self._contents = MapContents(desk)

    @cached_property
    def picture(self) -> Picture:
        """What was drawn last."""
        # with it comes NumPy, which a screen too small for a map does not wait for
        from meshdefense_tui.map.picture import Picture

        return Picture()

    @property
    def frames_drawn(self) -> int:
        """How often the map was really drawn, for tests and benchmarks."""
        return self.picture.frames_drawn

    def forget(self) -> None:
        """Where it was moved to tells what somebody looked at: forget that, and the picture."""
        self.view = self.following = None
        if "picture" in vars(self):  # else nothing was drawn yet
            self.picture.forget()
        self._contents.forget()

    # Drawing

    def paint(self, width: int, height: int) -> list[Line]:
        """Title and map."""
        rows = height - 1
        if rows < 1:
            return []
        from meshdefense_tui.map.picture import Above  # lazy, as above

        desk = self.desk
        index = self._index()
        markers = self._markers()
        view = self._shown(markers, width, rows)
        above = Above(
            markers,
            self._contents.trails(),
            desk.crosshair is not None,
            desk.streets.credit if desk.streets is not None else "",
        )
        sheet = Sheet(width, rows, self.dots, self.map_layers)
        return [self._title(view, width, rows), *self.picture.lines(view, sheet, index, above)]

    def _framed(self, width: int, height: int) -> list[Line]:
        """The map's own lines have their width already: measuring them again takes longer."""
        lines = self.paint(width, height)
        if not lines:
            return [blank(width)] * height
        return [fill(lines[0], width, self.desk.look.glyphs.ellipsis), *lines[1:]]

    def _title(self, view: View, width: int, rows: int) -> Line:
        look = self.desk.look
        role = "title_focus" if self.has_focus else "title"
        mark = look.glyphs.cursor if self.has_focus else " "
        left: list[Span] = [(f"{mark} ", "key"), (look.say("map").upper(), role)]
        if (followed := self._followed()) is not None:
            left.append((f"  {look.say('map_following', name=followed['name'])}", "own"))
        rings = look.say("map_rings", distance=metres(ring_step(view, width, rows)))
        return edges(left, [(f"{rings} {look.glyphs.north}", "quiet")], width, look.glyphs.ellipsis)

    def _index(self) -> StreetIndex | None:
        streets, look = self.desk.streets, self.desk.look
        if streets is None:
            return None
        index = streets.index(self.desk.model.origin)
        if trouble := streets.trouble(look.language):
            self.call_later(self.desk.tell, trouble, "warn")
        return index

    def _shown(self, markers: tuple[Marker, ...], width: int, rows: int) -> View:
        view, followed, origin = self.view, self._followed(), self.desk.model.origin
        if view is None:
            points = [(marker.east, marker.north) for marker in markers]
            view = fit([(0.0, 0.0), *points] if points else [], width, rows)
        if followed is None or origin is None or followed["place"] is None:
            return view
        return View(*local(origin, followed["place"]), view.scale)

    def _markers(self) -> tuple[Marker, ...]:
        return self._contents.markers(ages=Layer.AGES in self.map_layers)

    def _followed(self) -> PatrolRow | None:
        return self.desk.model.patrols.get(self.following) if self.following is not None else None

    # Moving

    def _now_shown(self) -> View:
        width, height = self.size.width, self.size.height - 1
        return self._shown(self._markers(), max(width, 1), max(height, 1))

    def _change(self, how: Callable[[View], View], *, points: bool = True) -> None:
        """`points`: the person means the middle of the map now, so a crosshair appears."""
        self.view = how(self._now_shown())
        if points:
            self.following = None
        if points or self.desk.crosshair is not None:
            self.desk.crosshair = (self.view.east, self.view.north)
        if points:
            self.desk.crosshair_at = self.desk.now
        self.repaint()

    def action_pan(self, columns: int, rows: int) -> None:
        """By an eighth of the map for each step."""
        width, height = self.size.width, self.size.height - 1
        self._change(lambda view: view.panned(columns * width / 8, rows * height / 8))

    def action_zoom(self, steps: int) -> None:
        """Nearer or farther."""
        self._change(lambda view: view.zoomed(steps), points=False)

    def action_fit(self) -> None:
        """Show everything, and keep doing so."""
        self.view = self.following = None
        self.desk.crosshair = None
        self.repaint()

    def action_origin(self) -> None:
        """Back to the origin at the present scale."""
        self._change(lambda view: View(0.0, 0.0, view.scale))

    def action_centre(self) -> None:
        """Centre on the selected alert."""
        alert, origin = self.desk.alert, self.desk.model.origin
        if alert is None or origin is None or alert["place"] is None:
            said = "select_first" if alert is None else "map_no_place"
            self.desk.tell(self.desk.look.say(said), "warn")
            return
        east, north = local(origin, alert["place"])
        self._change(lambda view: View(east, north, view.scale))

    def action_target(self) -> None:
        """To the selected alert; when it is in view, choose the next one in view."""
        desk, view = self.desk, self._now_shown()
        size = (self.size.width, self.size.height - 1)
        chosen = next_alert(
            desk.model.alerts.values(), desk.model.origin, view, size, desk.selected
        )
        if chosen is None:
            self.action_centre()
        elif chosen == desk.selected:
            desk.tell(desk.look.say("map_no_alert"), "quiet")
        else:
            desk.selected = chosen
            self.post_message(self.Picked(self, chosen))
            self.repaint()

    def action_follow(self) -> None:
        """Go with the patrol nearest to the middle, then the next one, until the map is moved."""
        desk = self.desk
        patrols = desk.model.patrols_in_order(desk.now)
        before = self.following
        self.following = next_patrol(patrols, desk.model.origin, self._now_shown(), before)
        if self.following is None:
            said = "map_nobody" if before is None else "map_not_following"
            desk.tell(desk.look.say(said), "quiet")
        elif self.view is None:
            self.view = self._now_shown()
        self.repaint()

    def action_pin(self) -> None:
        """Mark the middle of the map; there again, take the mark away."""
        desk, view, origin = self.desk, self._now_shown(), self.desk.model.origin
        if origin is None:
            return
        if (pin := desk.pin) is not None and (
            abs(pin.east - view.east) <= view.scale and abs(pin.north - view.north) <= view.scale
        ):
            desk.pin = None
            desk.tell(desk.look.say("map_unpinned"), "quiet")
        else:
            self._put_pin(view.east, view.north, "", origin)
        self.repaint()

    def action_layers(self) -> None:
        """Choose what is shown; tells also whose map it is."""
        from meshdefense_tui.screens.map_layers import LayersScreen

        def changed(layers: Layer) -> None:
            self.map_layers = layers
            self.repaint()

        self.app.push_screen(LayersScreen(self.desk, self.map_layers, changed))

    def action_search(self) -> None:
        """Find a place by name."""
        from meshdefense_tui.screens.place_search import PlaceSearch

        self.app.push_screen(PlaceSearch(self.desk, self._found))

    def action_glyphs(self) -> None:
        """Dots, blocks, ASCII, and round again: not every font has every one."""
        self.dots = self.dots.next()
        self.repaint()

    def _found(self, name: str, lat: float, lon: float) -> None:
        origin = self.desk.model.origin
        if origin is None:
            return
        east, north = east_north(origin["lat"], origin["lon"], lat, lon)
        self._put_pin(east, north, name, origin)
        self._change(lambda view: View(east, north, min(view.scale, _FOUND_SCALE)))

    def _put_pin(self, east: float, north: float, label: str, origin: PlaceRow) -> None:
        desk = self.desk
        desk.pin = Pin(east, north, label)
        lat, lon = degrees(origin["lat"], origin["lon"], east, north)
        words = desk.where(PlaceRow(lat=lat, lon=lon, precision_m=_PIN_PRECISION_M))
        desk.tell(desk.look.say("map_pinned", words=words), "quiet")

    # Events

    def on_focus(self) -> None:
        """The title shows where the keys go."""
        self.repaint()

    def on_blur(self) -> None:
        """See on_focus."""
        self.repaint()

    def on_resize(self) -> None:
        """A fitted map fits again."""
        self.repaint()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel zooms."""
        event.stop()
        self.action_zoom(-1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel zooms."""
        event.stop()
        self.action_zoom(1)

    def on_click(self, event: events.Click) -> None:
        """A click puts the crosshair there."""
        width, height = self.size.width, self.size.height - 1
        if event.y == 0 or height < 1:
            return

        def centred(view: View) -> View:
            east, north = view.point(event.x + 0.5, event.y - 0.5, width, height)
            return View(east, north, view.scale)

        self._change(centred)
