"""An alert as two or three lines of a list. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from rich.cells import cell_len

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.row_schema import AlertRow
from meshdefense_protocol.words import KINDS, LADDER, SEVERITIES, VERDICTS, UnknownWordError
from meshdefense_tui.clock import age
from meshdefense_tui.delivery_words import delivery_role, fitting_words
from meshdefense_tui.lines import Line, Span, edges, spread
from meshdefense_tui.look import Look
from meshdefense_tui.model import ENDED_STATES
from meshdefense_tui.place_words import Corners, place_words_within

__all__ = [
    "SEVERITY_ROLES",
    "STATE_ROLES",
    "alert_height",
    "alert_lines",
    "kind_words",
    "ladder_words",
    "state_words",
    "verdict_spans",
]

SEVERITY_ROLES = ("low", "medium", "high", "critical")
STATE_ROLES = {
    "unconfirmed": "plain",
    "corroborated": "plain",
    "verified": "good",
    "disputed": "warn",
    "retracted": "quiet",
    "expired": "quiet",
    "closed": "quiet",
}
_ON_THE_WAY = ("unconfirmed", "corroborated")
_CONFIRMED = VERDICTS.code("confirmed")
_UNCERTAIN = VERDICTS.code("uncertain")


def kind_words(row: AlertRow, look: Look) -> str:
    """Kind and count: "fire x3", with the sign of `Glyphs.times`."""
    kind = look.word(KINDS, row["kind"])
    return f"{kind} {look.glyphs.times}{row['count_label']}" if row["count_label"] else kind


def state_words(state: str, look: Look) -> str:
    """Mark and word of a state: "? unconfirmed"."""
    mark = look.glyphs.marks.get(state, "?")
    try:
        word = LADDER.find(state).text(look.language)
    except UnknownWordError:
        word = state  # a newer daemon's word; better shown as it came than hidden
    return f"{mark} {word}"


def verdict_spans(row: AlertRow, look: Look) -> list[Span]:
    """How many verifiers said yes, no, or did not know; nothing when nobody did."""
    results = [verdict["result"] for verdict in row["verdicts"]]
    yes, unsure = results.count(_CONFIRMED), results.count(_UNCERTAIN)
    no = len(results) - yes - unsure
    confirmed, closed = ladder_words(row, look)
    spans: list[Span] = [(words, "good") for words in (confirmed, closed) if words]
    if confirmed:
        yes = 0  # said already
    for key, count, role in (
        ("yes_n", yes, "good"),
        ("no_n", no, "warn"),
        ("unsure_n", unsure, ""),
    ):
        if count:
            spans.append((look.say(key, count=count), role or "quiet"))
    return spans


def ladder_words(row: AlertRow, look: Look) -> tuple[str, str]:
    """ "verified 1 of 2" and "closed by 1 of 2" on the way there; else empty.

    A daemon that does not count these says nothing of it in its rows.
    """
    known = cast("Mapping[str, Any]", row)
    confirmed, closed = known.get("confirmed") or 0, len(known.get("closes") or ())
    needed = known.get("needed", known.get("verdicts_needed")) or 0
    closes_needed = known.get("closes_needed") or 0
    verified = row["state"] in _ON_THE_WAY and 0 < confirmed < needed
    closing = row["state"] not in ENDED_STATES and 0 < closed < closes_needed
    return (
        look.say("verified_of", count=confirmed, of=needed) if verified else "",
        look.say("closed_of", count=closed, of=closes_needed) if closing else "",
    )


def alert_height(row: AlertRow, *, asking: bool) -> int:
    """Lines that the alert takes; three when there is something of ours under way."""
    return 3 if asking or _has_own_line(row) else 2


def _has_own_line(row: AlertRow) -> bool:
    """Of own rows in a replay nobody kept how far they had come."""
    return row["mine"] and (row["delivery"]["state"] != "received" or bool(row["readers"]))


def alert_lines(
    row: AlertRow,
    look: Look,
    *,
    origin: PlaceRow | None,
    now: float,
    width: int,
    asking: bool,
    corners: Corners | None = None,
) -> list[Line]:
    """The alert in `alert_height` lines of `width` cells."""
    glyphs = look.glyphs
    severity = min(max(row["severity"], 0), 3)
    ended = row["state"] in ENDED_STATES
    role = "quiet" if ended else SEVERITY_ROLES[severity]
    head: list[Span] = []
    if row["drill"]:
        head += [(f" {look.say('drill')} ", "drill"), (" ", "plain")]
    severity_word = look.word(SEVERITIES, severity).upper()
    head += [
        (f"{look.severity_mark(severity)} {severity_word} ", role),
        (look.word(KINDS, row["kind"]), "quiet" if ended else "strong"),
    ]
    how_old = age(now - row["reported_at"])
    if row["time_uncertain"]:
        how_old = f"~{how_old}"
    right: list[Span] = [(how_old, "quiet")]
    if row["count_label"]:  # on the right, where a narrow list does not cut it off
        number = f"{glyphs.times}{row['count_label']} "
        right.insert(0, (number, "quiet" if ended else "strong"))
    first = edges(head, right, width, glyphs.ellipsis)
    state = f"  {state_words(row['state'], look)}"
    place = place_words_within(width - cell_len(state) - 2, row["place"], origin, look, corners)
    facts: list[Span] = [
        (state, STATE_ROLES.get(row["state"], "plain")),
        (place, "plain"),
        *verdict_spans(row, look),
    ]
    if row["newer"]:
        facts.append((look.say("newer"), "warn"))
    if not row["mine"]:
        facts.append((look.say("by", name=row["author_name"]), "quiet"))
    if row["time_uncertain"]:
        facts.append((look.say("time_uncertain"), "quiet"))
    lines = [first, spread(facts, width, ellipsis=look.glyphs.ellipsis)]
    if alert_height(row, asking=asking) == 3:
        lines.append(_own_line(row, look, now, width, asking))
    return lines


def _own_line(row: AlertRow, look: Look, now: float, width: int, asking: bool) -> Line:
    parts: list[Span] = []
    if asking:
        parts.append((f"  {look.say('asking')}", "warn"))
    if _has_own_line(row):
        you = f"  {look.say('you')} "
        words = fitting_words(row["delivery"], now, look.language, width - len(you))
        parts.append((f"{you}{words}".rstrip(), delivery_role(row["delivery"])))
        if row["readers"]:
            parts.append((look.say("read_by_n", count=len(row["readers"])), "good"))
    return spread(parts, width, ellipsis=look.glyphs.ellipsis)
