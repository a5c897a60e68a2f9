"""The row above the log: what it is filtered by, and how much of it is here. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from meshdefense_tui.lines import Line, Span, spread
from meshdefense_tui.log_window import LogWindow
from meshdefense_tui.look import Look
from meshdefense_tui.views.log_rows import moment

__all__ = ["chips_line"]


def chips_line(
    chips: Sequence[str], window: LogWindow, look: Look, *, now: float, marked: int, width: int
) -> Line:
    """The conditions of the filter first; `marked` is how many rows a person has marked."""
    parts: list[Span] = [(f" {chip} ", "selected") for chip in chips]
    if not chips:
        parts.append((look.say("log_all"), "strong"))
    if not window.answered:
        parts.append((look.say("log_asking"), "warn"))
    if marked:
        parts.append((look.say("log_marked", count=marked), "key"))
    if window.before is not None:
        parts.append((look.say("log_full" if window.full else "log_older"), "quiet"))
    elif window.kept_since is not None:
        since = moment(window.kept_since, look, now)
        parts.append((look.say("log_kept", time=since), "quiet"))
    return ((" ", "plain"), *spread(parts, max(width - 1, 1), ellipsis=look.glyphs.ellipsis))
