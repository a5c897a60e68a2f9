"""Order all in an area to leave: what is ordered, then one more question, then it goes out."""

from __future__ import annotations

from typing import Any, ClassVar, Final, NamedTuple

from textual import events

from meshdefense.api.parts_schema import PlaceRow
from meshdefense_protocol.words import STAND_DOWN_REASONS
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, Span
from meshdefense_tui.map.geometry import degrees
from meshdefense_tui.place_words import metres
from meshdefense_tui.screens.modal import Window
from meshdefense_tui.text_fit import wrap
from meshdefense_tui.views.muster import key_hints

__all__ = ["Area", "StandDownScreen", "areas"]

_SIZES_M: Final = (1000, 2000, 5000, 10_000, 100, 200, 500)
"""From the usual one on, and round again."""
_HOURS: Final = (1, 2, 4, 8, 12, 24)
_REASONS: Final = tuple(word.code for word in STAND_DOWN_REASONS)


class Area(NamedTuple):
    """Where an order may hold."""

    words: str
    lat: float | None = None
    lon: float | None = None


def areas(desk: Desk, patrol: str | None) -> list[Area]:
    """Everywhere, round the patrol under the cursor, the selected alert, the map's crosshair."""
    look, found = desk.look, [Area(desk.look.say("sd_everywhere"))]
    row = desk.model.patrols.get(patrol) if patrol is not None else None
    if row is not None and row["place"] is not None:
        place = row["place"]
        words = look.say("sd_round", name=row["name"], where=desk.where(place))
        found.append(Area(words, place["lat"], place["lon"]))
    alert = desk.alert
    if alert is not None and alert["place"] is not None:
        place = alert["place"]
        words = look.say("sd_alert", where=desk.where(place))
        found.append(Area(words, place["lat"], place["lon"]))
    origin = desk.model.origin
    if desk.crosshair is not None and origin is not None:
        lat, lon = degrees(origin["lat"], origin["lon"], *desk.crosshair)
        where = desk.where(PlaceRow(lat=lat, lon=lon, precision_m=100))
        found.append(Area(look.say("sd_cross", where=where), lat, lon))
    return found


class StandDownScreen(Window):
    """The second question takes another key than the first: a hurried press is no order."""

    ACKNOWLEDGES: ClassVar[bool] = False

    def __init__(self, desk: Desk, patrol: str | None) -> None:
        """`patrol` is the id of the one under the cursor; what is offered stays as it is now."""
        super().__init__(desk)
        self._areas = areas(desk, patrol)
        self._area = self._reason = self._cell = 0
        self._hours = _HOURS.index(2)
        self._drill = self._sure = False
        self.add_class("-muster")

    def window_lines(self, width: int) -> list[Line]:
        """What is ordered, or the last question."""
        look = self.desk.look
        title: list[Span] = [(f" {look.say('sd_title')} ", "alarm")]
        if self._drill:
            title += [(" ", "plain"), (f" {look.say('drill')} ", "drill")]
        why = look.word(STAND_DOWN_REASONS, _REASONS[self._reason])
        if self._sure:
            return [tuple(title), (), *self._question(why, width)]
        lines: list[Line] = [tuple(title), ()]
        for at, area in enumerate(self._areas):
            chosen = at == self._area
            sign = look.glyphs.cursor if chosen else " "
            for row, part in enumerate(wrap(self._where(area), width - 2)):
                role = "strong" if chosen else "plain"
                lines.append(((f"{' ' if row else sign} ", "key"), (part, role)))
        hours = look.say("sd_hours_n", count=_HOURS[self._hours])
        lines += [
            (),
            ((f"{look.say('sd_reason')}  ", "quiet"), (why, "strong"),
             (f"   {look.say('sd_hours')} ", "quiet"), (hours, "strong")),
        ]  # fmt: skip
        return [*lines, (), *key_hints(look.say("sd_hint"), look, width)]

    def _question(self, why: str, width: int) -> list[Line]:
        look = self.desk.look
        where = self._where(self._areas[self._area])
        said = look.say("sd_sure", where=where, why=why, count=_HOURS[self._hours])
        kind = look.say("sd_sure_drill" if self._drill else "sd_sure_real")
        lines: list[Line] = [((part, "strong"),) for part in wrap(said, width)]
        lines += [((kind, "drill" if self._drill else "bad"),), ()]
        return [*lines, *key_hints(look.say("sd_sure_hint"), look, width)]

    def _where(self, area: Area) -> str:
        """The place in words and the size of the cell round it, which is what is signed."""
        if area.lat is None:
            return area.words
        size = self.desk.look.say("sd_size", size=metres(self._cell_m, 1))
        return f"{area.words}, {size}"

    @property
    def _cell_m(self) -> int:
        return _SIZES_M[self._cell]

    def on_key(self, event: events.Key) -> None:
        """Choose, ask, order; at the question anything but a capital S goes back."""
        if event.key == "escape" and not self._sure:
            return
        event.stop()
        event.prevent_default()
        if self._sure:
            if event.character == "S":
                self._order()
            else:
                self._sure = False
        elif event.key == "enter":
            self._sure = True
        else:
            self._choose(event.key)
        self.lines.repaint()

    def _choose(self, key: str) -> None:
        if key in {"up", "k", "down", "j", "tab"}:
            step = -1 if key in {"up", "k"} else 1
            self._area = (self._area + step) % len(self._areas)
        elif key in {"left", "h", "right", "l"}:
            step = -1 if key in {"left", "h"} else 1
            self._reason = (self._reason + step) % len(_REASONS)
        elif key in {"plus", "equals_sign", "minus"}:
            step = -1 if key == "minus" else 1
            self._hours = min(max(self._hours + step, 0), len(_HOURS) - 1)
        elif key == "z":
            self._cell = (self._cell + 1) % len(_SIZES_M)
        elif key == "d":
            self._drill = not self._drill

    def _order(self) -> None:
        area = self._areas[self._area]
        params: dict[str, Any] = {
            "reason": _REASONS[self._reason],
            "until_s": _HOURS[self._hours] * 3600,
        }
        if area.lat is not None:
            params |= {"lat": area.lat, "lon": area.lon, "precision_m": self._cell_m}
        if self._drill:
            params["drill"] = True
        self.dismiss()
        self.desk.order("stand_down", params, "", None)
