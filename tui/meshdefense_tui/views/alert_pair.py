"""Two alerts side by side, for a person who decides whether they are the same. Pure."""

from __future__ import annotations

from meshdefense.api.row_schema import AlertRow
from meshdefense_protocol.words import ACTIVITIES, SEVERITIES
from meshdefense_tui.alert_progress import progress
from meshdefense_tui.clock import age
from meshdefense_tui.lines import Line, beside
from meshdefense_tui.look import Look
from meshdefense_tui.text_fit import wrap
from meshdefense_tui.views.alert_row import kind_words, state_words

__all__ = ["pair_lines"]

_GAP = 2


def pair_lines(
    left: tuple[AlertRow, str], right: tuple[AlertRow, str], look: Look, *, now: float, width: int
) -> list[Line]:
    """Two columns; each alert comes with its place in words."""
    room = max((width - _GAP) // 2, 8)
    one = _column(*left, look.say("same_left"), look, now, room)
    other = _column(*right, look.say("same_right"), look, now, room)
    # a fact stands beside its like: the shorter one of the two is filled up
    lines: list[Line] = []
    for mine, theirs in zip(one, other, strict=True):
        lines += beside(mine, theirs, room + _GAP)
    return lines


def _column(
    row: AlertRow, where: str, title: str, look: Look, now: float, room: int
) -> list[list[Line]]:
    severity = min(max(row["severity"], 0), 3)
    mark, word = look.severity_mark(severity), look.word(SEVERITIES, severity).upper()
    work = progress(row)
    reported = look.say(
        "detail_reported", time=look.clock.hms(row["reported_at"]),
        age=age(now - row["reported_at"]),
    )  # fmt: skip
    confirmed = ""
    if work["needed"]:
        confirmed = look.say("work_confirmed", count=work["confirmed"], of=work["needed"])
    texts = [
        (title.upper(), "title"),
        (f"{mark} {word}", "strong"),
        (kind_words(row, look), "strong"),
        (state_words(row["state"], look), "plain"),
        (where, "plain"),
        (reported, "plain"),
        (look.word(ACTIVITIES, row["activity"]) if row["activity"] else "", "plain"),
        (f'"{row["note"]}"' if row["note"] else "", "plain"),
        (f"{look.say('by', name=row['author_name'])}, {row['id']}", "quiet"),
        (confirmed, "quiet"),
    ]
    return [[((part, role),) for part in wrap(text, room)] if text else [] for text, role in texts]
