"""The lock screen as lines: counts, radio, passphrase. Names nobody and no network. Pure."""

from __future__ import annotations

import math

from meshdefense.api.status_schema import LockedCounts, RadioRow
from meshdefense_tui.clock import age
from meshdefense_tui.lines import Line, Span, edges, hint_lines
from meshdefense_tui.look import Look
from meshdefense_tui.text_fit import pad, wrap
from meshdefense_tui.views.status_rows import radio_state

__all__ = ["entry_line", "lock_lines"]

_LABEL = 27


def lock_lines(
    counts: LockedCounts | None,
    radio: RadioRow | None,
    look: Look,
    *,
    now: float,
    width: int,
    entry: Line,
    remark: str,
    wait_s: float,
) -> list[Line]:
    """`entry` is the row of the passphrase; `remark` says what became of the last try."""
    clock: Span = (look.clock.hm(now), "strong")
    lines: list[Line] = [edges([(f" {look.say('locked')} ", "alarm")], [clock], width), ()]
    if counts is None:
        lines.append(((f"  {look.say('lock_unknown')}", "quiet"),))
    else:
        lines += [
            _count("lock_sos", counts["sos"], "alarm", look),
            *([_count("lock_late", counts["late"], "bad", look)] if "late" in counts else []),
            _count("lock_verified", counts["verified"], "bad", look),
            _count("lock_unconfirmed", counts["unconfirmed"], "strong", look),
            _count("lock_unread", counts["unread"], "strong", look),
        ]
    lines += [(), _radio(radio, look, now), (), entry]
    if wait_s > 0:
        remark = f"{remark} {look.say('lock_wait', count=math.ceil(wait_s))}".strip()
    lines += [((f"  {part}", "warn"),) for part in wrap(remark, width - 2) if part]
    hint = f"{look.say('lock_hint')}   {look.say('lock_keys')}"
    return [*lines, (), *hint_lines(hint, width)]


def entry_line(length: int, look: Look, width: int, *, checking: bool) -> Line:
    """The passphrase as so many dots; never itself."""
    label = f"  {look.say('lock_passphrase')}  "
    if checking:
        return ((label, "plain"), (look.say("lock_checking"), "quiet"))
    dots = "*" * min(length, max(width - len(label) - 1, 0))
    return ((label, "plain"), (dots, "strong"), ("_", "key"))


def _count(label: str, count: int, role: str, look: Look) -> Line:
    words = pad(look.say(label), _LABEL)
    if role == "alarm" and count:
        return ((f"  {words} ", "plain"), (f" {count} ", role))
    return ((f"  {words}  ", "plain"), (str(count), role if count else "quiet"))


def _radio(radio: RadioRow | None, look: Look, now: float) -> Line:
    if radio is None:
        return ()
    text, role = radio_state(radio["state"], look)
    heard: list[Span] = []
    if radio["last_frame_at"] is not None:
        words = look.say("last_frame", age=age(now - radio["last_frame_at"]))
        heard = [("  ", "plain"), (words, "quiet")]
    return (("  ", "plain"), (text, role), *heard)
