"""Big mode and the ticker: few things, large, or on one line. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.renderables.digits import Digits

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.response_schema import SosRow
from meshdefense.api.row_schema import AlertRow
from meshdefense_protocol.words import KINDS, SEVERITIES, SOS_KINDS
from meshdefense_tui.clock import age
from meshdefense_tui.lines import Line, Span, edges, fill, spread
from meshdefense_tui.look import Look
from meshdefense_tui.model import ENDED_STATES, Model, is_overdue
from meshdefense_tui.place_words import place_words
from meshdefense_tui.text_fit import fit
from meshdefense_tui.views.alert_row import SEVERITY_ROLES, STATE_ROLES, state_words

__all__ = ["BIG_ROWS", "big_alert_lines", "count_lines", "large", "ticker_line"]

BIG_ROWS: Final = 4
"""Lines of one alert: twice as many as elsewhere, one of them empty."""
_DIGIT_ROWS: Final = 3
_ASCII: Final[dict[str, tuple[str, str, str]]] = {
    "0": (" _ ", "| |", "|_|"),
    "1": ("   ", "  |", "  |"),
    "2": (" _ ", " _|", "|_ "),
    "3": (" _ ", " _|", " _|"),
    "4": ("   ", "|_|", "  |"),
    "5": (" _ ", "|_ ", " _|"),
    "6": (" _ ", "|_ ", "|_|"),
    "7": (" _ ", "  |", "  |"),
    "8": (" _ ", "|_|", "|_|"),
    "9": (" _ ", "|_|", " _|"),
    ":": ("   ", " . ", " . "),
    "+": ("   ", " + ", "   "),
    "-": ("   ", " - ", "   "),
}


@lru_cache(maxsize=256)
def large(text: str, ascii_only: bool) -> tuple[str, str, str]:
    """Digits, colon, plus and minus in three rows of three cells each."""
    if ascii_only:
        signs = [_ASCII[char] for char in text]
        top, middle, low = ("".join(sign[row] for sign in signs) for row in range(_DIGIT_ROWS))
        return top, middle, low
    drawn = "".join(
        part.text
        for part in Digits(text, Style()).render(Style(bold=True))
        if isinstance(part, Segment)
    )
    rows = [row.ljust(3 * len(text)) for row in drawn.split("\n")]
    return rows[0], rows[1], rows[2]


def _time(seconds: float) -> str:
    whole = abs(int(seconds))
    return f"{'+' if seconds < 0 else ''}{whole // 60}:{whole % 60:02}"


def _call_word(rows: Sequence[SosRow], look: Look) -> str:
    """SOS; of exercises alone it says so."""
    word = look.say("big_call")
    return f"{look.say('drill')} {word}" if all(row["drill"] for row in rows) else word


def _blocks(model: Model, look: Look, now: float) -> list[tuple[str, str, str]]:
    """Number, label and role; the most urgent first. What is only an exercise says so."""
    counts = model.counts(now)
    found: list[tuple[str, str, str]] = []
    if calls := len(model.calls_for_help):
        found.append((str(calls), _call_word(model.calls_for_help, look), "bad"))
    if counts.drill:
        mark = f" {look.severity_mark(3)}" if counts.severity[3] else ""
        found.append((str(sum(counts.severity)), f"{look.say('drill')}{mark}", "drill"))
    elif counts.severity[3]:
        mark = look.severity_mark(3)
        found.append((str(counts.severity[3]), f"{mark} {look.say('big_critical')}", "critical"))
    else:
        found.append((str(sum(counts.severity)), look.say("big_open"), "strong"))
    if counts.overdue > 1:
        found.append((str(counts.overdue), look.say("big_overdue"), "bad"))
    due = [row for row in model.patrols_in_order(now) if row["due_at"] is not None]
    late = [row for row in due if is_overdue(row, now)]
    row = next(iter(late or [one for one in due if (one["due_at"] or 0.0) >= now]), None)
    if row is not None and row["due_at"] is not None:
        left = row["due_at"] - now
        label = look.say("big_late" if late else "big_due", name=row["name"])
        found.append((_time(left), label, "bad" if late else "warn" if left < 120 else "strong"))
    return found


def count_lines(model: Model, look: Look, *, now: float, width: int) -> list[Line]:
    """Counts and the most urgent countdown in digits of three rows, and what each is."""
    ellipsis = look.glyphs.ellipsis
    rows: list[list[Span]] = [[], [], []]
    labels: list[Span] = []
    used = 0
    for number, label, role in _blocks(model, look, now):
        size = max(3 * len(number), min(cell_len(label), 14))
        if used + size > width:
            # no room for large ones: the number is said all the same
            labels.append((fit(f"{number} {label}", max(width - used, 0), ellipsis), role))
            break
        drawn = large(number, look.glyphs.ellipsis == "~")
        for at, part in enumerate(drawn):
            rows[at].append((part.ljust(size) + "  ", role))
        labels.append((fit(label, size, ellipsis).ljust(size) + "  ", role))
        used += size + 2
    return [fill(line, width, "") for line in (*rows, labels)]


def big_alert_lines(
    row: AlertRow, look: Look, *, origin: PlaceRow | None, now: float, width: int, asking: bool
) -> list[Line]:
    """The alert in BIG_ROWS lines: what, state and age, where, and an empty one."""
    ellipsis = look.glyphs.ellipsis
    severity = min(max(row["severity"], 0), 3)
    ended = row["state"] in ENDED_STATES
    role = "quiet" if ended else SEVERITY_ROLES[severity]
    head: list[Span] = [(f" {look.say('drill')} ", "drill")] if row["drill"] else []
    word = look.word(SEVERITIES, severity).upper()
    head.append((f"{look.severity_mark(severity)} {word} ", role))
    what = look.word(KINDS, row["kind"])
    if row["count_label"]:
        what += f" {look.glyphs.times}{row['count_label']}"
    head.append((what, "quiet" if ended else "strong"))
    state = (f"  {state_words(row['state'], look)}", STATE_ROLES.get(row["state"], "plain"))
    how_old = age(now - row["reported_at"])
    how_old = f"~{how_old}" if row["time_uncertain"] else how_old
    place = place_words(row["place"], origin, look)
    where = look.say("asking") if asking else place
    return [
        fill(head, width, ellipsis),
        edges([state], [(how_old, "strong")], width, ellipsis),
        fill([(f"  {where}", "warn" if asking else "plain")], width, ellipsis),
        (),
    ]


def ticker_line(model: Model, look: Look, *, now: float, width: int) -> Line:
    """The counts by sign, who is late, and the newest alert: all of it on one line."""
    ellipsis = look.glyphs.ellipsis
    parts: list[Span] = []
    calls = model.unanswered_sos
    if calls:
        kind = look.word(SOS_KINDS, calls[0]["kind"])
        parts.append((f"{_call_word(calls, look)} {len(calls)}", "alarm"))
        parts.append((f"{calls[0]['author_name']}: {kind}", "bad"))
    counts = model.counts(now)
    if counts.drill:
        parts.append((f" {look.say('drill')} ", "drill"))
    for severity in (3, 2, 1, 0):
        if counts.severity[severity]:
            mark = look.severity_mark(severity)
            parts.append((f"{mark}{counts.severity[severity]}", SEVERITY_ROLES[severity]))
    if counts.overdue:
        parts.append((look.say("overdue_n", count=counts.overdue), "bad"))
    rows = [row for row in model.alerts.values() if row["state"] not in ENDED_STATES]
    newest = max(rows, key=lambda row: (row["reported_at"], row["id"]), default=None)
    if newest is None:
        parts.append((look.say("ticker_none"), "quiet"))
    else:
        drill = f"{look.say('drill')} " if newest["drill"] and not counts.drill else ""
        severity = min(max(newest["severity"], 0), 3)
        what = f"{look.severity_mark(severity)} {look.word(KINDS, newest['kind'])}"
        where = place_words(newest["place"], model.origin, look)
        how_old = age(now - newest["reported_at"])
        parts.append((f"{drill}{what}, {where}, {how_old}", SEVERITY_ROLES[severity]))
        # where that has no room, what it is without its place
        if cell_len("  ".join(text for text, _ in parts)) > width:
            parts[-1] = (f"{drill}{what} {how_old}", SEVERITY_ROLES[severity])
    return fill(spread(parts, width, " ", ellipsis), width, ellipsis)
