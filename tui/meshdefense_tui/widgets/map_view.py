"""The map: patrols and alerts round the area's origin, with range rings."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from meshdefense.api.schema import PlaceRow
from meshdefense_protocol.words import KINDS
from meshdefense_tui.clock import age
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, Span, edges
from meshdefense_tui.map.geometry import View, east_north, fit
from meshdefense_tui.map.raster import DotStyle
from meshdefense_tui.map.scene import Marker, frame, ring_step
from meshdefense_tui.model import ENDED_STATES, is_overdue
from meshdefense_tui.place_words import metres
from meshdefense_tui.views.alert_row import SEVERITY_ROLES
from meshdefense_tui.widgets.painted import Painted

__all__ = ["MapView"]

_OLD_POSITION_S = 900.0
"""A position older than this shows its age beside the name."""


class MapView(Painted, can_focus=True):
    """Title row, then the map. Fits everything until a person moves it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "pan(-1, 0)", show=False),
        Binding("right,l", "pan(1, 0)", show=False),
        Binding("up,k", "pan(0, -1)", show=False),
        Binding("down,j", "pan(0, 1)", show=False),
        Binding("shift+left,H", "pan(-4, 0)", show=False),
        Binding("shift+right,L", "pan(4, 0)", show=False),
        Binding("shift+up,K", "pan(0, -4)", show=False),
        Binding("shift+down,J", "pan(0, 4)", show=False),
        Binding("o", "origin", show=False),
        Binding("t", "target", show=False),
        Binding("b", "glyphs", show=False),
    ]

    def __init__(self, desk: Desk, *, dots: DotStyle, id: str) -> None:
        super().__init__(desk, id=id)
        self.dots = dots
        self.view: View | None = None
        """None until somebody moves the map: then it fits what is known."""
        self._cached: tuple[object, list[Line]] | None = None
        self.frames_drawn = 0
        """How often the map was really drawn, for tests and benchmarks."""

    def forget(self) -> None:
        """Where it was moved to tells what somebody looked at: forget that, and the picture."""
        self.view = self._cached = None

    def paint(self, width: int, height: int) -> list[Line]:
        """Title and map."""
        rows = height - 1
        if rows < 1:
            return []
        markers = self._markers()
        view = self.view or self._fitted(markers, width, rows)
        title = self._title(view, width, rows)
        moved = self.desk.crosshair is not None
        key = (view, width, rows, self.dots, markers, moved)
        if self._cached is None or self._cached[0] != key:
            step = ring_step(view, width, rows)
            labels = [metres(step * index) for index in range(1, 5)]
            self.frames_drawn += 1
            lines = frame(
                view, width, rows, self.dots, markers, ring_labels=labels, crosshair=moved
            )
            self._cached = (key, lines)
        return [title, *self._cached[1]]

    def _title(self, view: View, width: int, rows: int) -> Line:
        look = self.desk.look
        role = "title_focus" if self.has_focus else "title"
        mark = look.glyphs.cursor if self.has_focus else " "
        left: list[Span] = [(f"{mark} ", "key"), (look.say("map").upper(), role)]
        rings = look.say("map_rings", distance=metres(ring_step(view, width, rows)))
        return edges(left, [(f"{rings} {look.glyphs.north}", "quiet")], width, look.glyphs.ellipsis)

    def _fitted(self, markers: tuple[Marker, ...], width: int, height: int) -> View:
        points = [(marker.east, marker.north) for marker in markers]
        return fit([(0.0, 0.0), *points], width, height) if points else fit([], width, height)

    def _markers(self) -> tuple[Marker, ...]:
        """Patrols below alerts, grave alerts above light ones, the selected one on top."""
        model, origin = self.desk.model, self.desk.model.origin
        if origin is None:
            return ()
        found = self._patrol_markers(origin)
        alerts = [
            row
            for row in model.alerts.values()
            if row["place"] is not None
            and (row["state"] not in ENDED_STATES or row["id"] == self.desk.selected)
        ]
        alerts.sort(key=lambda a: (a["id"] == self.desk.selected, a["severity"], a["reported_at"]))
        for row in alerts:
            place = row["place"]
            assert place is not None  # filtered above
            east, north = _local(origin, place)
            severity = min(max(row["severity"], 0), 3)
            found.append(
                Marker(
                    east,
                    north,
                    self.desk.look.severity_mark(severity),
                    KINDS.get(row["kind"]).letter,
                    "quiet" if row["state"] in ENDED_STATES else SEVERITY_ROLES[severity],
                    place["precision_m"],
                    selected=row["id"] == self.desk.selected,
                    own_cell=False,
                )
            )
        return tuple(found)

    def _patrol_markers(self, origin: PlaceRow) -> list[Marker]:
        look, now = self.desk.look, self.desk.now
        found = []
        for row in self.desk.model.patrols_in_order(now):
            place = row["place"]
            if place is None:
                continue
            east, north = _local(origin, place)
            glyphs = look.glyphs
            heading = row["heading"]
            sign = glyphs.patrol if heading is None else glyphs.arrows[round(heading / 45) % 8]
            old = now - (row["place_at"] or row["last_seen"])
            name = look.say("to_you") if row["mine"] else row["name"].split(" ")[0]
            label = f"{name} {age(old)}" if old > _OLD_POSITION_S else name
            role = "own" if row["mine"] else "patrol"
            if is_overdue(row, now):
                label, role = f"{name} !", "bad"
            found.append(Marker(east, north, sign, label, role, place["precision_m"]))
        found.reverse()  # the most overdue one on top
        return found

    # Moving

    def _change(self, how: Callable[[View], View], *, points: bool = True) -> None:
        """`points`: the person means the middle of the map now, so a crosshair appears."""
        width, height = self.size.width, self.size.height - 1
        view = self.view or self._fitted(self._markers(), max(width, 1), max(height, 1))
        self.view = how(view)
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
        self.view = None
        self.desk.crosshair = None
        self.repaint()

    def action_origin(self) -> None:
        """Back to the origin at the present scale."""
        self._change(lambda view: View(0.0, 0.0, view.scale))

    def action_target(self) -> None:
        """Centre on the selected alert."""
        alert, origin = self.desk.alert, self.desk.model.origin
        if alert is None or origin is None or alert["place"] is None:
            return
        east, north = _local(origin, alert["place"])
        self._change(lambda view: View(east, north, view.scale))

    def action_glyphs(self) -> None:
        """Dots, blocks, ASCII, and round again: not every font has every one."""
        self.dots = self.dots.next()
        self.repaint()

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


def _local(origin: PlaceRow, place: PlaceRow) -> tuple[float, float]:
    return east_north(origin["lat"], origin["lon"], place["lat"], place["lon"])
