"""The lines of the messages mode beside the messages: channels, what is held, the entry. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from rich.cells import cell_len

from meshdefense_tui.air_cost import AirCost
from meshdefense_tui.channels import DRILLS, EVERYONE, LONG, person_of
from meshdefense_tui.held_messages import HeldMessage, HeldState
from meshdefense_tui.lines import Line, Span, edges
from meshdefense_tui.look import Look
from meshdefense_tui.text_fit import fit, wrap

__all__ = [
    "CANNED",
    "canned_lines",
    "channel_line",
    "channel_name",
    "cost_words",
    "divider_line",
    "held_lines",
]

CANNED: Final = (
    "canned_1", "canned_2", "canned_3", "canned_4", "canned_5",
    "canned_6", "canned_7", "canned_8", "canned_9",
)  # fmt: skip
"""Keys of the replies that a digit sends, in the order of the digits."""
_NAMES: Final = {
    EVERYONE: "talk_scope_0",
    "scope:1": "talk_scope_1",
    "scope:2": "talk_scope_2",
    "scope:3": "talk_scope_3",
    LONG: "talk_long",
    DRILLS: "talk_drills",
}
_HELD_SHOWN: Final = 2


def channel_name(channel: str, names: dict[int, str], look: Look) -> str:
    """Whom the channel is for; `names` are those of the members by number."""
    number = person_of(channel)
    if number is not None:
        return names.get(number, f"#{number}")
    key = _NAMES.get(channel)
    if key is not None:
        return look.say(key)
    return look.say("talk_scope_newer", code=channel.partition(":")[2])


def channel_line(name: str, unread: int, look: Look, width: int) -> Line:
    """A channel, and how much in it is unread."""
    right: list[Span] = [(f"*{unread}", "key")] if unread else []
    left: list[Span] = [(name, "strong" if unread else "plain")]
    return edges(left, right, width, look.glyphs.ellipsis)


def divider_line(look: Look, width: int) -> Line:
    """Between what is new, above it, and what was read."""
    words = f" {look.say('talk_divider')} "
    room = width - cell_len(words)
    if room < 2:
        return ((fit(words.strip(), width, look.glyphs.ellipsis), "key"),)
    return ((look.glyphs.dash * 2 + words + look.glyphs.dash * (room - 2), "key"),)


def canned_lines(look: Look, width: int) -> list[Line]:
    """The ready replies behind their digits, in as many lines as they need."""
    lines: list[Line] = []
    line: list[Span] = []
    used = 0
    for digit, key in enumerate(CANNED, start=1):
        words = look.say(key)
        size = 2 + cell_len(words) + (2 if line else 0)
        if line and used + size > width:
            lines.append(tuple(line))
            line, used, size = [], 0, size - 2
        if line:
            line.append(("  ", "plain"))
        line += [(f"{digit} ", "key"), (words, "quiet")]
        used += size
    return [*lines, tuple(line)]


def held_lines(held: Iterable[HeldMessage], look: Look, *, now: float, width: int) -> list[Line]:
    """What is written and not at the daemon yet; `now` is the monotonic clock's."""
    rows = list(held)
    lines: list[Line] = []
    for row in rows[-_HELD_SHOWN:]:
        lines += _held(row, look, now, width)
    if len(rows) > _HELD_SHOWN:
        lines.append(((look.say("talk_more_held", count=len(rows) - _HELD_SHOWN), "warn"),))
    return lines


def _held(row: HeldMessage, look: Look, now: float, width: int) -> list[Line]:
    ellipsis = look.glyphs.ellipsis
    text: Line = ((f"{look.glyphs.to} {row.to}: ", "quiet"), (row.text, "strong"))
    lines: list[Line] = [edges(text, [], width, ellipsis)]
    if row.state is HeldState.ASKING:
        lines.append(((f"  {look.say('talk_asking')}", "warn"),))
    elif row.state is HeldState.WAITING:
        words = look.say("talk_held", count=max(math.ceil(row.due - now), 0))
        lines += [((f"  {part}", "warn"),) for part in wrap(words, max(width - 2, 4))]
    else:
        words = f"{row.complaint}; {look.say('talk_failed')}"
        lines += [((f"  {part}", "bad"),) for part in wrap(words, max(width - 2, 4))]
    return lines


def cost_words(cost: AirCost, look: Look) -> str:
    """Bytes and seconds on the air, and frames where there are several."""
    key = "talk_cost_unknown" if cost.seconds is None else "talk_cost"
    words = look.say(key, size=f"{cost.size:,}", seconds=_seconds(cost.seconds or 0.0))
    frames = look.say("talk_cost_frames", frames=cost.frames) if cost.frames > 1 else ""
    return frames + words


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f}" if seconds < 10 else f"{seconds:.1f}"
