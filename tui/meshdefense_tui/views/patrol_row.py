"""A patrol as two lines of a list. Pure."""

from __future__ import annotations

from rich.cells import cell_len

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.row_schema import PatrolRow
from meshdefense_protocol.words import CHECKIN_STATES, MOTIONS
from meshdefense_tui.clock import age, countdown
from meshdefense_tui.lines import Line, Span, edges, fill, line_width, spread
from meshdefense_tui.look import Look
from meshdefense_tui.model import is_overdue
from meshdefense_tui.place_words import Corners, place_words

__all__ = ["due_span", "patrol_lines", "state_words"]

_STATE_ROLES = {
    CHECKIN_STATES.code("ok"): "good",
    CHECKIN_STATES.code("need-help"): "bad",
    CHECKIN_STATES.code("injured"): "bad",
    CHECKIN_STATES.code("relief"): "warn",
}
_OFF = CHECKIN_STATES.code("off")
_ENDLESS = 10_000
"""Cells of a line that nothing is cut from."""


def due_span(row: PatrolRow, look: Look, now: float) -> Span:
    """When the next check-in is due: "due in 4:02", "OVERDUE +1:10"."""
    if row["due_at"] is None or row["state"] == _OFF:
        return look.say("no_due"), "quiet"
    left = row["due_at"] - now
    if is_overdue(row, now):
        return look.say("overdue_by", age=countdown(left)), "alarm"
    return look.say("due_in", age=countdown(left)), "warn" if left < 120 else "plain"


def patrol_lines(
    row: PatrolRow,
    look: Look,
    *,
    origin: PlaceRow | None,
    now: float,
    width: int,
    corners: Corners | None = None,
) -> list[Line]:
    """The patrol in two lines of `width` cells."""
    glyphs = look.glyphs
    heading = row["heading"]
    mark = glyphs.patrol if heading is None else glyphs.arrows[round(heading / 45) % 8]
    name = look.say("to_you") if row["mine"] else row["name"]
    quiet = row["state"] == _OFF
    head: list[Span] = [
        (f"{mark} ", "own" if row["mine"] else "patrol"),
        (name, "quiet" if quiet else "strong"),
    ]
    state: Span = (state_words(row["state"], look), _STATE_ROLES.get(row["state"], "quiet"))
    short = state
    if row["state"] and is_overdue(row, now):  # what it was then says nothing of now
        short = (state[0], "quiet" if state[1] == "good" else state[1])
        state = (look.say("last_state", state=short[0]), short[1])
    text, role = due_span(row, look, now)
    right: Span = (f" {text} ", role) if role == "alarm" else (text, role)
    facts: list[Span] = []
    if row["place"] is None:
        facts.append((look.say("no_position"), "quiet"))
        facts.append((look.say("seen_ago", age=age(now - row["last_seen"])), "quiet"))
    else:
        facts += _where(row, row["place"], look, origin, corners, now, width - 2)
        if row["motion"]:
            facts.append((look.word(MOTIONS, row["motion"]), "quiet"))
    if row["battery"] is not None:
        role = "warn" if row["battery"] < 20 else "quiet"
        facts.append((look.say("battery_n", count=row["battery"]), role))
    with_state = [*head, ("  ", "plain"), state]
    gap = 2 if right[1] == "quiet" else 1  # two plain words side by side would read as one
    room = width - gap - line_width((right,))
    if (
        line_width(tuple(with_state)) > room
        and line_width(spread([state, *facts[:2]], _ENDLESS)) > width - 2
    ):
        with_state[-1] = state = short  # its age is on the right, and the place keeps its own
    if line_width(tuple(with_state)) <= room:
        first = edges(with_state, [right], width, glyphs.ellipsis)
    elif right[1] == "alarm":
        first, facts = edges(head, [right], width, glyphs.ellipsis), [state, *facts]
    else:  # the state is not cut for a time that is no alarm
        first = fill(with_state, width, glyphs.ellipsis)
        facts = [*facts, right] if right[1] == "quiet" else [right, *facts]
    return [first, (("  ", "plain"), *spread(facts, width - 2, ellipsis=glyphs.ellipsis))]


def state_words(state: int, look: Look) -> str:
    """What a patrol said of itself; that it said nothing is no word about who was heard."""
    return look.word(CHECKIN_STATES, state) if state else look.say("no_state")


def _where(
    row: PatrolRow,
    place: PlaceRow,
    look: Look,
    origin: PlaceRow | None,
    corners: Corners | None,
    now: float,
    width: int,
) -> list[Span]:
    """Place and age of the position; by its corner where both fit, for an age is never cut."""
    since = age(now - (row["place_at"] if row["place_at"] is not None else row["last_seen"]))
    words = place_words(place, origin, look)
    ways = [(words, "position_ago"), (words, "ago")]
    if corners is not None and (corner := corners.corner(place, origin, look.language)):
        both = f"{corner}, {words}"
        ways = [(both, "position_ago"), (both, "ago"), (corner, "ago"), *ways]
    for named, key in ways:
        old = look.say(key, age=since)
        if cell_len(named) + 2 + cell_len(old) <= width:
            return [(named, "plain"), (old, "quiet")]
    return [(words, "plain")]
