"""A patrol as two lines of a list. Pure."""

from __future__ import annotations

from meshdefense.api.schema import PatrolRow, PlaceRow
from meshdefense_protocol.words import CHECKIN_STATES, MOTIONS
from meshdefense_tui.clock import age, countdown
from meshdefense_tui.lines import Line, Span, edges, fill, line_width, spread
from meshdefense_tui.look import Look
from meshdefense_tui.model import is_overdue
from meshdefense_tui.place_words import Corners, place_words_within

__all__ = ["due_span", "patrol_lines"]

_STATE_ROLES = {
    CHECKIN_STATES.code("ok"): "good",
    CHECKIN_STATES.code("need-help"): "bad",
    CHECKIN_STATES.code("injured"): "bad",
    CHECKIN_STATES.code("relief"): "warn",
}
_OFF = CHECKIN_STATES.code("off")


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
        ("  ", "plain"),
        (look.word(CHECKIN_STATES, row["state"]), _STATE_ROLES.get(row["state"], "quiet")),
    ]
    text, role = due_span(row, look, now)
    right: Span = (f" {text} ", role) if role == "alarm" else (text, role)
    facts: list[Span] = []
    if row["place"] is None:
        facts.append((f"  {look.say('no_position')}", "quiet"))
        facts.append((look.say("seen_ago", age=age(now - row["last_seen"])), "quiet"))
    else:
        place = place_words_within(width - 2, row["place"], origin, look, corners)
        facts.append((f"  {place}", "plain"))
        at = row["place_at"] if row["place_at"] is not None else row["last_seen"]
        facts.append((look.say("position_ago", age=age(now - at)), "quiet"))
        if row["motion"]:
            facts.append((look.word(MOTIONS, row["motion"]), "quiet"))
    if row["battery"] is not None:
        role = "warn" if row["battery"] < 20 else "quiet"
        facts.append((look.say("battery_n", count=row["battery"]), role))
    crowded = line_width(tuple(head)) + 1 + line_width((right,)) > width
    if crowded and right[1] != "alarm":  # the state is not cut for a time that is no alarm
        return [
            fill(head, width, glyphs.ellipsis),
            (("  ", "plain"), *spread([right, *facts], width - 2, ellipsis=glyphs.ellipsis)),
        ]
    return [
        edges(head, [right], width, glyphs.ellipsis),
        spread(facts, width, ellipsis=look.glyphs.ellipsis),
    ]
