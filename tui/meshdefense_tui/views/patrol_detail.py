"""All about one patrol, as far as this screen has seen it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.row_schema import PatrolRow
from meshdefense_protocol.words import MOTIONS
from meshdefense_tui.clock import age, countdown
from meshdefense_tui.lines import Line
from meshdefense_tui.look import Look
from meshdefense_tui.nearest import Near, placed_at
from meshdefense_tui.overdue import Rung, answered_by, rung_of
from meshdefense_tui.patrol_log import Said
from meshdefense_tui.place_words import metres
from meshdefense_tui.role_words import role_words
from meshdefense_tui.text_fit import pad, wrap
from meshdefense_tui.views.patrol_row import state_words
from meshdefense_tui.views.patrol_table import how_known, late_line, state_role

__all__ = ["lateness_waits", "patrol_detail_lines"]

_LABEL: Final = 11
Position = tuple[float, float, float]
Where = Callable[[PlaceRow | None], str]


def lateness_waits(row: PatrolRow, now: float) -> bool:
    """Whether somebody else's lateness waits for a word: that is what `a` is for."""
    late = rung_of(row, now) >= Rung.LATE and not row["mine"] and "checkin" in row
    return late and not answered_by(row)


def patrol_detail_lines(
    row: PatrolRow,
    look: Look,
    *,
    where: Where,
    near: Near | None,
    trail: Sequence[Position],
    said: Sequence[Said],
    now: float,
    width: int,
) -> list[Line]:
    """State and rung first, then times and places, the newest first."""
    name = f"{row['name']} ({look.say('to_you')})" if row["mine"] else row["name"]
    lines: list[Line] = [
        (
            (f"{name}   ", "title_focus"),
            (state_words(row["state"], look), state_role(row["state"])),
        )
    ]
    lines += _rung_lines(row, look, now, width)
    lines += [(), *_facts(row, look, where=where, near=near, now=now, width=width)]
    lines += [(), *(((part, "title"),) for part in wrap(look.say("pt_trail"), width))]
    precision = row["place"]["precision_m"] if row["place"] is not None else 10
    for at, lat, lon in reversed(trail):
        words = where(PlaceRow(lat=lat, lon=lon, precision_m=precision))
        lines += _wrapped(f"{look.clock.hm(at)}  {age(now - at):>7}  {words}", width, "plain")
    if not trail:
        lines += _wrapped(look.say("pt_none_seen"), width, "quiet")
    lines += [(), *(((part, "title"),) for part in wrap(look.say("pt_said"), width))]
    for one in reversed(said):
        state = state_words(one.state, look)
        by = look.say("pt_by" if one.checked_in else "pt_with")
        text = f"{look.clock.hm(one.at)}  {age(now - one.at):>7}  {state} ({by})"
        lines += _wrapped(text, width, state_role(one.state))
    if not said:
        lines += _wrapped(look.say("pt_none_seen"), width, "quiet")
    return lines


def _rung_lines(row: PatrolRow, look: Look, now: float, width: int) -> list[Line]:
    rung, due_at = rung_of(row, now), row["due_at"]
    if rung is Rung.NONE or due_at is None:
        return []
    key = "pt_rung_reminder" if rung is Rung.REMINDER else f"pt_rung_{int(rung)}"
    text = look.say(key, age=countdown(due_at - now))
    role = "warn" if rung <= Rung.LATE else "bad"
    lines: list[Line] = [((part, role),) for part in wrap(text, width)]
    if rung >= Rung.LATE and "checkin" in row:
        lines.append(late_line(row, look, now, width))
    return [*lines, *(((part, "quiet"),) for part in wrap(look.say("pt_rung_note"), width))]


def _facts(
    row: PatrolRow, look: Look, *, where: Where, near: Near | None, now: float, width: int
) -> list[Line]:
    checked = row["checked_in_at"]
    times = [
        look.say("pt_never")
        if checked is None
        else look.say("pt_checked_in", age=age(now - checked), time=look.clock.hm(checked))
    ]
    if row["due_at"] is not None:
        times.append(look.say("pt_due", time=look.clock.hm(row["due_at"])))
    times.append(look.say("pt_last_heard", age=age(now - row["last_seen"])))
    place = [look.say("no_position")]
    if row["place"] is not None:
        at = placed_at(row)
        place = [
            where(row["place"]),
            look.say("detail_within", size=metres(row["place"]["precision_m"], 1)),
            f"{look.say('position_ago', age=age(now - at))}, {how_known(row, look)}",
        ]
        if row["motion"]:
            place.append(look.word(MOTIONS, row["motion"]))
    beside = look.say("pt_nobody_near")
    if near is not None:
        beside = look.say("pt_near_long", name=near.row["name"], distance=near.distance)
    battery = look.glyphs.dash if row["battery"] is None else f"{min(row['battery'], 100)} %"
    facts = [
        ("pt_times", "; ".join(times)),
        ("pt_place", "; ".join(place)),
        ("pt_near", beside),
        ("pt_battery", battery),
        ("pt_roles", role_words(row["roles"], look) or look.glyphs.dash),
    ]
    lines: list[Line] = []
    for key, text in facts:
        label = look.say(key)
        for part in wrap(text, max(width - _LABEL, 1)):
            lines.append(((pad(label, _LABEL), "quiet"), (part, "plain")))
            label = ""
    return lines


def _wrapped(text: str, width: int, role: str) -> list[Line]:
    """Like `wrap`, but the gaps between columns stay where the line fits."""
    parts = [text] if len(text) <= width - 2 else wrap(text, width - 2)
    return [((f"  {part}", role),) for part in parts]
