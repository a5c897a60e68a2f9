"""What is decided upon of a waiting alert: time, people, likely duplicates, facts. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.row_schema import AlertRow
from meshdefense_tui.lines import Line, blank
from meshdefense_tui.look import Look
from meshdefense_tui.place_words import Corners
from meshdefense_tui.text_fit import wrap
from meshdefense_tui.verify_people import Candidate
from meshdefense_tui.verify_queue import Twin
from meshdefense_tui.views.alert_detail import column_width, fact_lines, in_columns
from meshdefense_tui.views.alert_row import kind_words, state_words
from meshdefense_tui.views.alert_trail import trail_lines, work_lines
from meshdefense_tui.views.verify_rows import candidate_lines, twin_lines

__all__ = ["verify_detail_lines"]

_NEAREST: Final = 3
"""Verifiers shown; `>` shows all of them."""


def verify_detail_lines(
    row: AlertRow,
    look: Look,
    *,
    people: Sequence[Candidate],
    twins: Sequence[Twin],
    others: Mapping[str, AlertRow],
    where: Callable[[PlaceRow | None], str],
    origin: PlaceRow | None,
    now: float,
    width: int,
    corners: Corners | None = None,
    refusal: str = "",
) -> list[Line]:
    """The alert, none of the lines wider than `width`; what is decided upon comes first.

    In two columns where there is room, see `in_columns`.

    `refusal` says why this person may give no verdict.
    """
    title, half = f"{kind_words(row, look)}, {state_words(row['state'], look)}", column_width(width)
    lines: list[Line] = [((part, "strong"),) for part in wrap(title, half)]
    lines += [((part, "quiet"),) for part in wrap(refusal, half) if part]
    work = work_lines(row, look, now=now, width=half, others=others)
    lines += work or [((look.say("work_none"), "quiet"),)]
    lines += _nearest(people, look, others, where, now, half)
    if twins:
        lines.append(((look.say("twins_title").upper(), "title"), ("  d", "key")))
        for twin in twins[:_NEAREST]:
            lines += [(("  ", "plain"), *line) for line in twin_lines(twin, look, half - 2)]
    facts = fact_lines(row, look, origin=origin, now=now, width=half, corners=corners)
    trail = trail_lines(row, look, now=now, width=half, others=others)
    return in_columns(lines, [*facts, blank(1), *trail], width)


def _nearest(
    people: Sequence[Candidate],
    look: Look,
    others: Mapping[str, AlertRow],
    where: Callable[[PlaceRow | None], str],
    now: float,
    width: int,
) -> list[Line]:
    lines: list[Line] = [((look.say("near_title").upper(), "title"), ("  >", "key"))]
    if not people:
        return [*lines, (("  ", "plain"), (look.say("near_none"), "warn"))]
    free = [one for one in people if one.free]
    if not free and not any(one.refusal for one in people):
        lines.append((("  ", "plain"), (look.say("near_busy"), "warn")))
    for one in (free or list(people))[:_NEAREST]:
        place = one.patrol["place"] if one.patrol is not None else None
        busy = [kind_words(others[a], look) if a in others else a for a in one.busy]
        found = candidate_lines(one, look, where=where(place), busy=busy, now=now, width=width - 2)
        lines += [(("  ", "plain"), *line) for line in found]
    return lines
