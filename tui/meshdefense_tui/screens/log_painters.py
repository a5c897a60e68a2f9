"""What the log draws round its list: the head with its counts, and the panel beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from meshdefense.api.history_schema import TimelineRow
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.log_filter import LogFilter
from meshdefense_tui.log_window import LogWindow
from meshdefense_tui.screens.message_painters import message_panel
from meshdefense_tui.screens.painters import alert_panel
from meshdefense_tui.views.log_chips import chips_line
from meshdefense_tui.views.log_rows import about_of, buckets, spark_lines

__all__ = ["event_panel", "head_lines"]

_COLUMNS: Final = 96
"""Quarters of an hour of a day."""


def head_lines(
    desk: Desk,
    window: LogWindow,
    shown: Sequence[str],
    wish: LogFilter,
    *,
    here: float | None,
    now: float,
    marked: int,
    width: int,
) -> list[Line]:
    """How many of the events `shown` came when, with the moment `here`; then what is filtered."""
    look = desk.look
    times = [window.rows[key]["received_at"] for key in shown]
    counts = buckets(times, now, min(_COLUMNS, max(width - 2, 1)))
    lines = spark_lines(counts, look, until=now, marked=here, width=width)
    chips = chips_line(wish.chips(look), window, look, now=now, marked=marked, width=width)
    return [*lines, chips]


def event_panel(row: TimelineRow, desk: Desk, width: int) -> list[Line]:
    """The alert or the message that an event is about."""
    if about_of(row, desk.model.alerts) is not None:
        return alert_panel(desk, width)
    notices = desk.model.notices
    if (message := notices.get(row["id"]) or notices.get(row["about"] or "")) is not None:
        return message_panel(message, desk, width)
    return [((desk.look.say("log_no_window"), "quiet"),)]
