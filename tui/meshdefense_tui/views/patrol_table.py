"""The table of patrols: one line each, a second one while a late one needs a person's word. Pure.

Below 74 columns a patrol takes two lines: a state, a rung and minutes are never cut.
"""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.row_schema import PatrolRow
from meshdefense_protocol.words import CHECKIN_STATES
from meshdefense_tui.clock import age, countdown
from meshdefense_tui.lines import Line, Span, spread
from meshdefense_tui.look import Look
from meshdefense_tui.nearest import Near, is_old, placed_at
from meshdefense_tui.overdue import RUNGS, Rung, answered_by, rung_of
from meshdefense_tui.place_words import Corners, place_words
from meshdefense_tui.text_fit import fit, pad
from meshdefense_tui.views.patrol_row import state_words

__all__ = [
    "TABLE_FROM",
    "checkin_span",
    "head_line",
    "how_known",
    "late_line",
    "near_words",
    "patrol_height",
    "state_role",
    "table_lines",
]

TABLE_FROM: Final = 74
"""From this width on a patrol takes one line."""
_NEAR_FROM: Final = 100
_HEARD_FROM: Final = 124
_SIGN, _NAME, _CHECKIN, _STATE, _BATTERY = 2, 10, 19, 15, 6
_NEAR, _HEARD = 18, 8
_LONG_NAME_FROM, _LONG_NAME = 90, 17
_BAR: Final = 6
_BAR_S: Final = 1800.0
"""A full bar is so much time or more: what a check-in is due in unless somebody says otherwise."""
_LOW_BATTERY: Final = 20
_STATE_ROLES: Final = {
    CHECKIN_STATES.code("ok"): "good",
    CHECKIN_STATES.code("need-help"): "bad",
    CHECKIN_STATES.code("injured"): "bad",
    CHECKIN_STATES.code("relief"): "warn",
}
_RUNG_ROLES: Final = {Rung.LATE: "warn", Rung.ALARM: "alarm", Rung.ESCALATED: "alarm"}
_OFF: Final = CHECKIN_STATES.code("off")


def state_role(state: int) -> str:
    """How grave a state is."""
    return _STATE_ROLES.get(state, "quiet")


def checkin_span(row: PatrolRow, look: Look, now: float) -> Span:
    """A bar that runs down with the time left; "LATE 2/3 +4 min" once it is over."""
    due_at = row["due_at"]
    if due_at is None or row["state"] == _OFF:
        return look.say("no_due"), "quiet"
    rung, left = rung_of(row, now), due_at - now
    if rung >= Rung.LATE:
        text = look.say("pt_late", rung=int(rung), of=RUNGS, age=countdown(left))
        return text, "bad" if rung > Rung.LATE and answered_by(row) else _RUNG_ROLES[rung]
    full, empty = look.glyphs.bar
    cells = min(int(left / _BAR_S * _BAR) + 1, _BAR)
    text = f"{full * cells}{empty * (_BAR - cells)} {age(left)}"
    return text, "warn" if rung is Rung.REMINDER else "plain"


def near_words(near: Near | None, look: Look, width: int) -> str:
    """Name and distance of the nearest; the distance is never cut."""
    if near is None:
        return look.say("pt_nobody_near")
    distance = near.distance
    room = width - cell_len(distance) - 1
    name = look.say("to_you") if near.row["mine"] else near.row["name"]
    return f"{fit(name, room, look.glyphs.ellipsis)} {distance}"


def how_known(row: PatrolRow, look: Look) -> str:
    """Whether the place came with a check-in or as a position; empty where there is none.

    By which receiver, or by whose fingers, is not signed and therefore not said.
    """
    if row["place"] is None:
        return ""
    with_it = row["place_at"] is not None and row["place_at"] == row["checked_in_at"]
    return look.say("pt_by_checkin" if with_it else "pt_by_position")


def patrol_height(row: PatrolRow, width: int, now: float) -> int:
    """How many lines `table_lines` makes."""
    return (1 if width >= TABLE_FROM else 2) + _needs_word(row, now)


def head_line(look: Look, width: int, *, count: int, focused: bool) -> Line:
    """How many there are, and the names of the columns behind the first one."""
    role = "title_focus" if focused else "title"
    title = f"{look.say('patrols').upper()} {count or ''}"
    if width < TABLE_FROM:
        return ((title, role),)
    first, *sizes = _sizes(width)
    room = _SIGN + first - 1
    if cell_len(title) > room:
        title = str(count)
    cells: list[Span] = [(pad(title, room), role), (" ", "plain")]
    names = ["pt_checkin", "pt_state", "pt_battery", "pt_where", "pt_near", "pt_heard"]
    for key, size in zip(names, sizes, strict=False):
        words = fit(look.say(key), size - 1, look.glyphs.ellipsis)
        cells.append((pad(words, size), "quiet"))
    return tuple(cells)


def table_lines(
    row: PatrolRow,
    look: Look,
    *,
    origin: PlaceRow | None,
    corners: Corners | None,
    near: Near | None,
    asking: bool,
    now: float,
    width: int,
) -> list[Line]:
    """The patrol in `patrol_height` lines of at most `width` cells."""
    glyphs = look.glyphs
    heading = row["heading"]
    sign = glyphs.patrol if heading is None else glyphs.arrows[round(heading / 45) % 8]
    mark: Span = (f"{sign} ", "own" if row["mine"] else "patrol")
    name = look.say("to_you") if row["mine"] else row["name"]
    name_role = "quiet" if row["state"] == _OFF else "strong"
    state: Span = (state_words(row["state"], look), state_role(row["state"]))
    checkin, battery = checkin_span(row, look, now), _battery(row, look)
    if width < TABLE_FROM:
        room = max(width - _SIGN - cell_len(checkin[0]) - 1, 1)
        first: Line = (
            mark,
            (pad(fit(name, room, glyphs.ellipsis), room), name_role),
            (" ", "plain"),
            checkin,
        )
        facts = [state, _where(row, look, origin, None, now, max(width - 20, 12)), battery]
        second = spread(facts, width - _SIGN, ellipsis=glyphs.ellipsis)
        lines: list[Line] = [first, (("  ", "plain"), *second)]
    else:
        sizes = _sizes(width)
        cells: list[Span] = [
            (fit(name, sizes[0] - 1, glyphs.ellipsis), name_role),
            checkin,
            state,
            battery,
            _where(row, look, origin, corners if width >= _LONG_NAME_FROM else None, now,
                   sizes[4] - 1),
        ]  # fmt: skip
        if width >= _NEAR_FROM:
            role = "quiet" if near is None else "plain"
            cells.append((near_words(near, look, sizes[5] - 1), role))
        if width >= _HEARD_FROM:
            cells.append((age(now - row["last_seen"]), "quiet"))
        line: list[Span] = [mark]
        for (text, role), size in zip(cells, sizes, strict=True):
            line += [(text, role), (" " * max(size - cell_len(text), 0), "plain")]
        lines = [tuple(line)]
    if _needs_word(row, now):
        late = late_line(row, look, now, width - _SIGN)
        lines.append((("  ", "plain"), *(((look.say("asking"), "warn"),) if asking else late)))
    return lines


def late_line(row: PatrolRow, look: Look, now: float, width: int) -> Line:
    """Who looks after a late patrol; that nobody does, where that is so."""
    answers = answered_by(row)
    if answers:
        names = ", ".join(
            look.say("pt_who_since", name=name, age=age(now - at)) for name, at in answers
        )
        text, role = look.say("pt_has_it", names=names), "good"
    else:
        text, role = look.say("pt_nobody_has_it"), "bad"
    return ((fit(text, width, look.glyphs.ellipsis), role),)


def _needs_word(row: PatrolRow, now: float) -> bool:
    """Only where an acknowledgement is possible or there: an older daemon tells of none."""
    rung = rung_of(row, now)
    if rung < Rung.LATE or "checkin" not in row:
        return False
    return rung >= Rung.ALARM or bool(answered_by(row))


def _sizes(width: int) -> list[int]:
    """Cells of the columns behind the sign, gaps included: name, check-in, state, battery, ..."""
    name = _LONG_NAME if width >= _LONG_NAME_FROM else _NAME
    fixed = [name, _CHECKIN, _STATE, _BATTERY]
    more = [_NEAR] if width >= _NEAR_FROM else []
    more += [_HEARD] if width >= _HEARD_FROM else []
    return [*fixed, width - _SIGN - sum(fixed) - sum(more), *more]


def _where(
    row: PatrolRow,
    look: Look,
    origin: PlaceRow | None,
    corners: Corners | None,
    now: float,
    room: int,
) -> Span:
    """Place, age and whether it is old; by its corner where that fits, never without its age."""
    if row["place"] is None:
        return fit(look.say("no_position"), room, look.glyphs.ellipsis), "quiet"
    old = is_old(row, now)
    tail = age(now - placed_at(row)) + (f" {look.say('pt_old')}" if old else "")
    role = "quiet" if old else "plain"
    words = place_words(row["place"], origin, look)
    if corners is not None:
        named = place_words(row["place"], origin, look, corners)
        corner = corners.corner(row["place"], origin, look.language)
        how = how_known(row, look)
        for longer in (
            f"{named} {tail}  {how}",
            f"{named} {tail}",
            f"{corner} {tail}" if corner else "",
            f"{words} {tail}  {how}",
        ):
            if longer and cell_len(longer) <= room:
                return longer, role
    space = room - cell_len(tail) - 1
    return f"{fit(words, max(space, 1), look.glyphs.ellipsis)} {tail}", role


def _battery(row: PatrolRow, look: Look) -> Span:
    level = row["battery"]
    if level is None:
        return look.glyphs.dash, "quiet"
    level = min(level, 100)  # 101 is the firmware's word for an outlet
    return f"{level} %", "warn" if level < _LOW_BATTERY else "quiet"
