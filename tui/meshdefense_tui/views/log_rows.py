"""The timeline as lines: an event, the columns of a quarter of an hour, the banner. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from rich.cells import cell_len

from meshdefense.api.history_schema import TimelineRow
from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.row_schema import AlertRow
from meshdefense.sentences import translated
from meshdefense_protocol.words import (
    ACK_MEANINGS,
    CHECKIN_STATES,
    CLOSE_REASONS,
    ESCALATION_REASONS,
    KINDS,
    MOTIONS,
    REASONS,
    RESPONSES,
    SCOPES,
    SEVERITIES,
    SOS_ENDINGS,
    SOS_KINDS,
    STAND_DOWN_REASONS,
    VERDICTS,
    WordList,
)
from meshdefense_tui.clock import age
from meshdefense_tui.lines import Line, Span, edges, spread
from meshdefense_tui.look import Look
from meshdefense_tui.place_words import place_words
from meshdefense_tui.text_fit import fit, pad

__all__ = [
    "BUCKET_S",
    "ONE_LINE_FROM",
    "about_of",
    "buckets",
    "event_height",
    "event_lines",
    "event_words",
    "moment",
    "replay_line",
    "spark_lines",
]

BUCKET_S: Final = 900.0
ONE_LINE_FROM: Final = 96
"""From this width on an event takes one line."""
_WHEN: Final = 11
_KIND: Final = 14
_NAME: Final = 12
_LATE_S: Final = 60.0
"""What was said so long before it came in shows both times."""
_SPARKS: Final = "▁▂▃▄▅▆▇█"
_ASCII_SPARKS: Final = ".:-=+*#@"
_TODAY_S: Final = 20 * 3600.0
_ROLES: Final = ("low", "medium", "high", "critical")
_EVENT_ROLES: Final = {
    "sos": "bad", "sos-end": "good", "broadcast": "high", "stand-down": "high",
    "decision": "own", "escalate": "warn", "position": "quiet", "acknowledge": "quiet",
}  # fmt: skip
_LISTS: Final[dict[str, tuple[tuple[str, WordList], ...]]] = {
    "verdict": (("result", VERDICTS),),
    "retract": (("reason", REASONS),),
    "check-in": (("state", CHECKIN_STATES),),
    "long-report": (("scope", SCOPES),),
    "acknowledge": (("meaning", ACK_MEANINGS),),
    "respond": (("state", RESPONSES),),
    "escalate": (("reason", ESCALATION_REASONS),),
    "close": (("reason", CLOSE_REASONS),),
    "sos": (("kind", SOS_KINDS),),
    "sos-end": (("how", SOS_ENDINGS),),
    "roll-answer": (("state", CHECKIN_STATES),),
    "stand-down": (("reason", STAND_DOWN_REASONS),),
    "position": (("motion", MOTIONS), ("state", CHECKIN_STATES)),
}


def moment(at: float, look: Look, now: float) -> str:
    """Clock time with seconds; with the day in place of them where it is not today's."""
    if abs(now - at) < _TODAY_S:
        return look.clock.hms(at)
    return datetime.fromtimestamp(at, look.clock.zone).strftime("%m-%d %H:%M")


def about_of(row: TimelineRow, alerts: Mapping[str, AlertRow]) -> str | None:
    """Id of the alert that an event is, or is about; None where that is no alert that is here."""
    return next((one for one in (row["id"], row["about"]) if one in alerts), None)


def event_words(row: TimelineRow, look: Look) -> list[Span]:
    """What was said, without who, where and the free text."""
    words, kind = row["words"], row["kind"]
    found: list[Span] = []
    if kind in ("report", "broadcast"):
        severity = _code(words.get("severity"))
        mark = f"{look.severity_mark(severity)} {look.word(SEVERITIES, severity)}"
        found.append((mark, _ROLES[min(max(severity, 0), 3)]))
        found.append((look.word(KINDS, _code(words.get("kind"))), "strong"))
    for name, listed in _LISTS.get(kind, ()):
        if name in words:
            found.append((look.word(listed, _code(words[name])), "strong"))
    if kind == "notice" and row["member"] is None and "scope" in words:
        found.append((look.word(SCOPES, _code(words["scope"])), "quiet"))
    if kind == "escalate" and "level" in words:
        found.append((look.say("log_level", count=words["level"]), "strong"))
    if row["count"] is not None:
        found.append((f"{look.glyphs.times}{row['count']}", "strong"))
    if row["member_name"]:
        found.append((look.say("log_to", name=row["member_name"]), "strong"))
    if kind == "dispatch" and row["minutes"] == 0:
        found.append((look.say("log_called_off"), "warn"))
    elif row["minutes"] is not None:
        found.append((look.say("log_minutes", count=row["minutes"]), "plain"))
    return found


def event_height(width: int) -> int:
    """Lines of every event at this width."""
    return 1 if width >= ONE_LINE_FROM else 2


def event_lines(
    row: TimelineRow,
    look: Look,
    *,
    alerts: Mapping[str, AlertRow],
    origin: PlaceRow | None,
    now: float,
    width: int,
    marked: bool = False,
    said: Callable[[str], TimelineRow | None] = lambda item: None,
) -> list[Line]:
    """When it came in, what it is, who said it, where and about what.

    `said` finds another event by its id, to name what this one is about.
    """
    ellipsis = look.glyphs.ellipsis
    sign = "~" if row["time_uncertain"] else ""
    head: list[Span] = [(f"{look.glyphs.times} " if marked else "  ", "key")]
    when = f"{sign}{moment(row['received_at'], look, now)}"
    wide = width >= ONE_LINE_FROM
    head.append((f"{pad(when, _WHEN) if wide else when} ", "quiet"))
    name = look.say(f"event_{row['kind']}")
    role = _EVENT_ROLES.get(row["kind"], "title")
    who: list[Span] = [(look.say("to_you") if row["mine"] else row["author_name"], "strong")]
    if row["author_out"]:
        who.append((look.say("log_revoked"), "bad"))
    drill: list[Span] = [(look.say("drill"), "drill")] if row["drill"] else []
    what = event_words(row, look)
    more = _more(row, look, alerts, said, origin, now)
    right: list[Span] = [(age(now - row["received_at"]), "quiet")]
    if wide:
        head.append((pad(name, _KIND) + " ", role))
        shown = " ".join(text for text, _ in who)
        head += [(pad(fit(shown, _NAME, ellipsis), _NAME) + " ", "strong")]
        room = width - sum(cell_len(text) for text, _ in (*head, *right)) - 1
        return [edges((*head, *_joined([*drill, *what, *more], room, ellipsis)), right, width)]
    head += [(name, role), (" ", "plain")]
    room = width - sum(cell_len(text) for text, _ in (*head, *right)) - 1
    fits, rest = _whole([*drill, *what], room)
    first = edges((*head, *_joined(fits, room, ellipsis)), right, width, ellipsis)
    second = _joined([*rest, *who, *more], width - 4, ellipsis)
    return [first, (("    ", "plain"), *second)]


def _whole(parts: Sequence[Span], room: int) -> tuple[list[Span], list[Span]]:
    """Those that fit uncut, and the others, which have their place in the next line."""
    used = -1
    for place, (text, _) in enumerate(parts):
        used += cell_len(text) + 1
        if used > room:
            return list(parts[:place]), list(parts[place:])
    return list(parts), []


def _joined(parts: Sequence[Span], room: int, ellipsis: str) -> Line:
    """All of it with one space between, the last ones cut: a word that counts stands first."""
    done: list[Span] = []
    for text, role in parts:
        gap = 1 if done else 0
        left = room - sum(cell_len(one) for one, _ in done) - gap
        dot = role == "quiet" and len(text) == 1
        if left < 2 or not text or (dot and not done):
            continue
        done += [(" ", "plain")] * gap
        done.append((fit(text, left, ellipsis), role))
    return tuple(done)


def _more(
    row: TimelineRow,
    look: Look,
    alerts: Mapping[str, AlertRow],
    said: Callable[[str], TimelineRow | None],
    origin: PlaceRow | None,
    now: float,
) -> list[Span]:
    found: list[Span] = []
    if row["place"] is not None:
        found += [(look.glyphs.dot, "quiet"), (place_words(row["place"], origin, look), "plain")]
    if (about := row["about"]) is not None:
        alert, event = alerts.get(about), said(about)
        what = about
        if alert is not None:
            what = f"{look.word(KINDS, alert['kind'])} {about}"
        elif event is not None and event["kind"] == "report":
            what = f"{look.word(KINDS, _code(event['words'].get('kind')))} {about}"
        elif event is not None:
            kind = look.say(f"event_{event['kind']}")
            what = f"{kind} {event['author_name']} {about}"
        found += [(look.glyphs.dot, "quiet"), (look.say("log_about", what=what), "quiet")]
    if row["received_at"] - row["at"] > _LATE_S:
        when = look.say("log_said", time=moment(row["at"], look, now))
        found += [(look.glyphs.dot, "quiet"), (when, "quiet")]
    if row["text"]:
        text = translated(row["text"], look.language) if row["kind"] == "decision" else row["text"]
        found += [(look.glyphs.dot, "quiet"), (text, "plain")]
    return found


def _code(value: int | list[int] | None) -> int:
    return value if isinstance(value, int) else 0


# -- a column for each quarter of an hour ------------------------------------------------------


def buckets(times: Iterable[float], until: float, columns: int) -> list[int]:
    """How many of `times` fall into each of the last quarters of an hour, the oldest first."""
    counts = [0] * max(columns, 0)
    last = int(until // BUCKET_S)
    for at in times:
        back = last - int(at // BUCKET_S)
        if 0 <= back < len(counts):
            counts[len(counts) - 1 - back] += 1
    return counts


def spark_lines(
    counts: Sequence[int], look: Look, *, until: float, marked: float | None, width: int
) -> list[Line]:
    """The columns, and the times of the first and the last one; `marked` is where one stands."""
    sparks = _ASCII_SPARKS if look.glyphs.ellipsis != "…" else _SPARKS
    most = max(counts, default=0)
    here = -1 if marked is None else len(counts) - 1 - int(until // BUCKET_S - marked // BUCKET_S)
    spans: list[Span] = [(" ", "plain")]
    for place, count in enumerate(counts):
        step = 0 if most <= 1 else (count - 1) * (len(sparks) - 1) // (most - 1)
        sign = sparks[step] if count else " "
        spans.append((sign, "selected" if place == here else "good"))
    begins = (until // BUCKET_S - len(counts) + 1) * BUCKET_S
    first, last = look.clock.hm(begins), look.clock.hm(until)
    if until - begins >= _TODAY_S:  # the same clock time stands at both ends of a day
        first = moment(begins, look, until)
    words = look.say("log_bucket", count=most)
    right = ((last, "quiet"),)
    axis = edges(
        ((f" {first}  ", "quiet"), (words, "quiet")),
        right,
        min(len(counts) + 1, width) if len(counts) > cell_len(words) + 16 else width,
        look.glyphs.ellipsis,
    )
    return [tuple(spans), axis]


def replay_line(at: float, look: Look, *, now: float, wanted: float | None, width: int) -> Line:
    """Which moment everything below is of, and how to come back."""
    banner = look.say("replay_banner", time=moment(at, look, now))
    parts: list[Span] = [(f" {banner} ", "drill")]
    parts.append((look.say("replay_keys"), "strong"))
    if wanted is not None and wanted != at:
        said = look.say("replay_loading", time=moment(wanted, look, now))
        parts.append((said, "warn"))
    parts.append((look.say("replay_ago", age=age(now - at)), "drill"))
    parts.append((look.say("replay_now_rows"), "quiet"))
    return spread(parts, width, ellipsis=look.glyphs.ellipsis)
