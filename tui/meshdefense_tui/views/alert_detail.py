"""Everything that is known of one alert, as lines. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from meshdefense.api.schema import AlertRow, MemberRow, MessageRow, PlaceRow
from meshdefense_protocol.words import ACTIVITIES, EQUIPMENT, SCOPES, UNITS, VERDICTS
from meshdefense_tui.clock import age
from meshdefense_tui.delivery_words import delivery_role, delivery_words
from meshdefense_tui.lines import Line, Span, blank
from meshdefense_tui.look import Look
from meshdefense_tui.place_words import (
    bearing_and_distance,
    metres,
    place_words,
    position_text,
)
from meshdefense_tui.text_fit import pad, wrap
from meshdefense_tui.views.alert_row import alert_lines, state_words, verdict_spans
from meshdefense_tui.views.long_text import long_tag, wrapped_text

__all__ = ["detail_lines"]

_LABEL = 12


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
) -> list[Line]:
    """The alert in as many lines as it needs, none wider than `width` cells.

    `members` by id give the names of those who hold an own one, `texts` are the long reports
    about it.
    """
    head = alert_lines(row, look, origin=origin, now=now, width=width, asking=asking)
    lines = [head[0], ((f"  {state_words(row['state'], look).upper()}", "strong"),)]
    if asking:
        lines.append(((f"  {look.say('asking')}", "warn"),))
    lines.append(blank(1))
    for label, text, role in _facts(row, look, origin, now):
        lines += _field(look.say(label), text, role, width)
    lines += _holders(row, members, look, width)
    lines.append(blank(1))
    lines += _verdicts(row, look, now, width)
    readers = ", ".join(
        f"{reader['name']} ({look.clock.hm(reader['at'])})" for reader in row["readers"]
    )
    lines += _field(look.say("detail_readers"), readers or look.say("detail_none"), "plain", width)
    for at, report in enumerate(texts):
        lines += [blank(1), *_long_report(report, look, now, width, first=at == 0)]
    return lines


def _long_report(row: MessageRow, look: Look, now: float, width: int, *, first: bool) -> list[Line]:
    tag = f"{row['author_name']}: {long_tag(row['long'], look)}, {age(now - row['sent_at'])}"
    lines = _field(look.say("detail_long") if first else "", tag, "strong", width)
    room = max(width - _LABEL, 8)
    indent = " " * _LABEL
    return [
        *lines,
        *(((indent, "plain"), (part, "plain")) for part in wrapped_text(row["long"], room)),
    ]


def _facts(
    row: AlertRow, look: Look, origin: PlaceRow | None, now: float
) -> list[tuple[str, str, str]]:
    equipment = ", ".join(look.word(EQUIPMENT, code) for code in row["equipment"])
    author = f"{row['author_name']}, {row['id']}"
    found = [
        ("detail_place", _place(row["place"], origin, look), "plain"),
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


def _place(place: PlaceRow | None, origin: PlaceRow | None, look: Look) -> str:
    words = place_words(place, origin, look)
    if place is None:
        return words
    if origin is not None:
        bearing, distance = bearing_and_distance(origin, place)
        if distance >= place["precision_m"]:
            words += f" ({bearing:03.0f})"
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


def _verdicts(row: AlertRow, look: Look, now: float, width: int) -> list[Line]:
    title = pad(look.say("detail_verdicts"), _LABEL)
    counts: list[Span] = [(title, "quiet")]
    for span in verdict_spans(row, look) or [(look.say("detail_none"), "plain")]:
        counts += [span, ("  ", "plain")]
    lines: list[Line] = [tuple(counts)]
    for verdict in sorted(row["verdicts"], key=lambda v: (v["at"], v["id"])):
        words = look.word(VERDICTS, verdict["result"])
        text = f"{look.clock.hms(verdict['at'])} {verdict['name']}: {words}"
        if verdict["count"] is not None:
            text += f", {verdict['count']}"
        if verdict["note"]:
            text += f' "{verdict["note"]}"'
        lines += _field("", text, "plain", width)
    return lines


def _holders(row: AlertRow, members: Mapping[str, MemberRow], look: Look, width: int) -> list[Line]:
    """Who is known to hold an own alert, verifiers and bases first; nobody is named twice."""
    groups: dict[str, list[str]] = {"verifiers": [], "bases": [], "others": []}
    for number in row["delivery"].get("holders", []):
        member = members.get(str(number))
        roles = member["roles"] if member is not None else []
        group = "verifiers" if "verifier" in roles else "bases" if "dispatch" in roles else "others"
        groups[group].append(member["name"] if member is not None else f"#{number}")
    lines: list[Line] = []
    for group, names in groups.items():
        if names:
            label = look.say("detail_holders") if not lines else ""
            text = look.say(f"holders_{group}", names=", ".join(sorted(names)))
            lines += _field(label, text, "plain", width)
    return lines


def _field(label: str, text: str, role: str, width: int) -> list[Line]:
    room = max(width - _LABEL, 8)
    lines: list[Line] = []
    for index, part in enumerate(wrap(text, room)):
        name = pad(label if index == 0 else "", _LABEL)
        lines.append(((name, "quiet"), (part, role)))
    return lines
