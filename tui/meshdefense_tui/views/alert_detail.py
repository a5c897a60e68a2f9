"""Everything that is known of one alert, as lines: the window and F2 show the same. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from meshdefense.api.history_schema import TimelineRow
from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.row_schema import AlertRow, MemberRow, MessageRow
from meshdefense_protocol.words import ACTIVITIES, EQUIPMENT, SCOPES, UNITS
from meshdefense_tui.clock import age
from meshdefense_tui.delivery_words import delivery_role, delivery_words
from meshdefense_tui.lines import Line, Span, beside, blank
from meshdefense_tui.look import Look
from meshdefense_tui.place_words import (
    Corners,
    bearing_and_distance,
    metres,
    place_words,
    position_text,
)
from meshdefense_tui.views.alert_row import alert_lines, state_words, verdict_spans
from meshdefense_tui.views.alert_trail import LABEL, field, trail_lines, work_lines
from meshdefense_tui.views.long_text import long_tag, wrapped_text

__all__ = ["COLUMNS_FROM", "column_width", "detail_lines", "fact_lines", "in_columns"]

COLUMNS_FROM: Final = 130
"""From this width on there are two columns: a line that spans a wall is not read."""
_GAP: Final = 2


def detail_lines(
    row: AlertRow,
    look: Look,
    *,
    members: Mapping[str, MemberRow],
    origin: PlaceRow | None,
    now: float,
    width: int,
    asking: bool,
    texts: Sequence[MessageRow] = (),
    others: Mapping[str, AlertRow] | None = None,
    log: Sequence[TimelineRow] = (),
    remark: str = "",
    corners: Corners | None = None,
) -> list[Line]:
    """The alert in as many lines as it needs, none wider than `width` cells.

    From COLUMNS_FROM cells on the trail and the long reports stand beside what is known now.
    `members` by id give the names of those who hold an own one, `texts` are the long reports
    about it, `others` all alerts by id. `log` is what the daemon's timeline tells of it, and
    `remark` what may be lacking there.
    """
    known, half = others if others is not None else {}, column_width(width)
    head = alert_lines(row, look, origin=origin, now=now, width=half, asking=asking)[:1]
    lines = [*head, ((f"  {state_words(row['state'], look).upper()}", "strong"),)]
    if asking:
        lines.append(((f"  {look.say('asking')}", "warn"),))
    lines += work_lines(row, look, now=now, width=half, others=known)
    lines.append(blank(1))
    lines += fact_lines(row, look, origin=origin, now=now, width=half, corners=corners)
    lines += _holders(row, members, look, half)
    lines += _verdict_counts(row, look, half)
    trail = trail_lines(row, look, now=now, width=half, others=known, log=log, remark=remark)
    for at, report in enumerate(texts):
        trail += [blank(1), *_long_report(report, look, now, half, first=at == 0)]
    return in_columns(lines, trail, width)


def column_width(width: int) -> int:
    """Cells of a column of `width` cells in all."""
    return width if width < COLUMNS_FROM else width // 2 - _GAP


def in_columns(first: Sequence[Line], second: Sequence[Line], width: int) -> list[Line]:
    """The second part below the first one, or beside it where there is room for both."""
    if width < COLUMNS_FROM:
        return [*first, blank(1), *second]
    return beside(first, second, width // 2 + _GAP)


def fact_lines(
    row: AlertRow,
    look: Look,
    *,
    origin: PlaceRow | None,
    now: float,
    width: int,
    corners: Corners | None = None,
) -> list[Line]:
    """What was seen, where, by whom and when."""
    lines: list[Line] = []
    for label, text, role in _facts(row, look, origin, now, corners):
        lines += field(look.say(label), text, role, width)
    return lines


def _long_report(row: MessageRow, look: Look, now: float, width: int, *, first: bool) -> list[Line]:
    tag = f"{row['author_name']}: {long_tag(row['long'], look)}, {age(now - row['sent_at'])}"
    lines = field(look.say("detail_long") if first else "", tag, "strong", width)
    room = max(width - LABEL, 8)
    indent = " " * LABEL
    return [
        *lines,
        *(((indent, "plain"), (part, "plain")) for part in wrapped_text(row["long"], room)),
    ]


def _facts(
    row: AlertRow, look: Look, origin: PlaceRow | None, now: float, corners: Corners | None
) -> list[tuple[str, str, str]]:
    equipment = ", ".join(look.word(EQUIPMENT, code) for code in row["equipment"])
    author = f"{row['author_name']}, {row['id']}"
    found = [
        ("detail_place", _place(row["place"], origin, look, corners), "plain"),
        ("detail_count", row["count_label"], "plain"),
        (
            "detail_doing",
            look.word(ACTIVITIES, row["activity"]) if row["activity"] else "",
            "plain",
        ),
        ("detail_unit", look.word(UNITS, row["unit"]) if row["unit"] else "", "plain"),
        ("detail_equipment", equipment, "plain"),
        ("detail_note", f'"{row["note"]}"' if row["note"] else "", "strong"),
        ("detail_author", author, "plain"),
        ("detail_times", _times(row, look, now), "plain"),
        ("detail_scope", look.word(SCOPES, row["scope"]), "plain"),
        (
            "detail_delivery",
            delivery_words(row["delivery"], now, look.language),
            delivery_role(row["delivery"]),
        ),
    ]
    return [fact for fact in found if fact[1]]


def _place(
    place: PlaceRow | None, origin: PlaceRow | None, look: Look, corners: Corners | None
) -> str:
    words = place_words(place, origin, look, corners)
    if place is None:
        return words
    if origin is not None:
        bearing, distance = bearing_and_distance(origin, place)
        if distance >= place["precision_m"]:
            words += f" ({look.say('bearing', degrees=f'{bearing:03.0f}')})"
    within = look.say("detail_within", size=metres(place["precision_m"], 1))
    return f"{words}, {position_text(place)}, {within}"


def _times(row: AlertRow, look: Look, now: float) -> str:
    clock = look.clock
    reported = row["reported_at"]
    parts = [look.say("detail_reported", time=clock.hms(reported), age=age(now - reported))]
    if row["observed_at"] is not None:
        parts.append(look.say("detail_observed", time=clock.hm(row["observed_at"])))
    if not row["mine"]:
        parts.append(look.say("detail_received", time=clock.hms(row["received_at"])))
    if row["time_uncertain"]:
        parts.append(look.say("time_uncertain"))
    if row["retracted_at"] is not None:
        parts.append(look.say("detail_retracted", time=clock.hms(row["retracted_at"])))
    left = row["expires_at"] - now
    key = "detail_expires" if left > 0 else "detail_ended"
    parts.append(look.say(key, age=age(abs(left))))
    return ", ".join(parts)


def _verdict_counts(row: AlertRow, look: Look, width: int) -> list[Line]:
    """How many said what; each of them stands in the trail."""
    counts: list[Span] = verdict_spans(row, look) or [(look.say("detail_none"), "plain")]
    lines: list[Line] = []
    for text, role in counts:
        label = look.say("detail_verdicts") if not lines else ""
        part = field(label, text, role, width)
        if lines and sum(len(t) for t, _ in lines[-1]) + 2 + len(text) <= width:
            lines[-1] = (*lines[-1], ("  ", "plain"), (text, role))
        else:
            lines += part
    readers = ", ".join(
        f"{reader['name']} ({look.clock.hm(reader['at'])})" for reader in row["readers"]
    )
    return lines + field(
        look.say("detail_readers"), readers or look.say("detail_none"), "plain", width
    )


def _holders(row: AlertRow, members: Mapping[str, MemberRow], look: Look, width: int) -> list[Line]:
    """Who is known to hold an own alert, verifiers and bases first; nobody is named twice."""
    groups: dict[str, list[str]] = {"verifiers": [], "bases": [], "others": []}
    for number in row["delivery"].get("holders", []):
        member = members.get(str(number))
        roles = member["roles"] if member is not None else []
        group = "verifiers" if "verifier" in roles else "bases" if "dispatch" in roles else "others"
        groups[group].append(member["name"] if member is not None else f"#{number}")
    lines: list[Line] = []
    for group, found in groups.items():
        if found:
            label = look.say("detail_holders") if not lines else ""
            text = look.say(f"holders_{group}", names=", ".join(sorted(found)))
            lines += field(label, text, "plain", width)
    return lines
