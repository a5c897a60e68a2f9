"""The single rows above and below the panels: status, banner, radio. Pure."""

from __future__ import annotations

from meshdefense.api.mesh_schema import MeshRow
from meshdefense.api.status_schema import NodeStatus, RadioRow
from meshdefense.sentences import translated
from meshdefense_tui.clock import age
from meshdefense_tui.lines import Line, Span, edges, fill, line_width, spread
from meshdefense_tui.look import Look
from meshdefense_tui.model import Counts

__all__ = [
    "no_daemon_line",
    "radio_line",
    "radio_state",
    "silent_line",
    "status_line",
    "store_line",
]

_ENDLESS = 10_000
"""Cells of a line that nothing is cut from."""
_WHO = 8
"""Cells of a name that counts leave: they go before the rest of a long one."""
_SEVERITIES = ("low", "medium", "high", "critical")
"""Roles, and with _n phrases, by severity code."""
_RADIO_ROLES = {
    "none": "warn",
    "searching": "bad",
    "connecting": "warn",
    "ready": "good",
    "silent": "bad",
    "refused": "bad",
}


def status_line(
    status: NodeStatus | None, counts: Counts, look: Look, *, now: float, width: int
) -> Line:
    """Who we are, what is open, and the time."""
    left: list[Span] = []
    if counts.drill:
        left.append((f" {look.say('drill')} ", "drill"))
    if status is None:
        left.append(("MeshDefense", "strong"))
    else:
        left.append((status["name"], "strong"))
        left.append((status["network"], "quiet"))
    clock = look.clock.hm(now)
    room = width - len(clock) - 1
    chip, named = left[:1] if counts.drill else [], left[: 2 if counts.drill else 1]
    needed = max(line_width(tuple(chip)), min(line_width(spread(named, _ENDLESS)), _WHO))
    right_room = max(room - needed - 2, 10)
    right = _count_spans(counts, look, right_room, known=status is not None)
    who_room = max(room - line_width(right) - 2, 1)
    who = fill(spread(left, who_room), who_room)
    return edges((*who, ("  ", "plain"), *right), [(clock, "strong")], width, look.glyphs.ellipsis)


def _count_spans(counts: Counts, look: Look, room: int, *, known: bool) -> Line:
    """What is open; where the words do not fit, low severities first have their sign alone."""
    first: list[Span] = []
    short: list[Span] = []
    if counts.overdue:
        first.append((f" {look.say('overdue_n', count=counts.overdue)} ", "alarm"))
        short.append(first[0])
    if counts.to_verify:
        first.append((look.say("to_verify_n", count=counts.to_verify), "plain"))
        short.append((f"{look.glyphs.marks['unconfirmed']} {counts.to_verify}", "plain"))
    open_ones = [severity for severity in (3, 2, 1, 0) if counts.severity[severity]]
    if not open_ones and known:
        first.append((look.say("quiet_now"), "quiet"))
    steps = [(first, worded) for worded in range(len(open_ones), -1, -1)]
    if counts.drills:  # they go before a word about what is real does
        drills: Span = (f"{look.say('drill')} {counts.drills}", "quiet")
        steps.insert(0, ([drills, *first], len(open_ones)))
    for before, worded in [*steps, (short, 0)]:
        rest = [
            _severity_span(severity, counts.severity[severity], look, words=at < worded)
            for at, severity in enumerate(open_ones)
        ]
        whole = spread([*before, *rest], _ENDLESS)
        if line_width(whole) <= room:
            return whole
    return spread([*short, *rest], room)


def _severity_span(severity: int, count: int, look: Look, *, words: bool) -> Span:
    key = f"{_SEVERITIES[severity]}_n"
    said = look.say(key, count=count) if words else f"{count}"
    return f"{look.severity_mark(severity)} {said}", _SEVERITIES[severity]


def silent_line(
    look: Look, *, silent_s: float, heard_at: float | None, foreign: bool, width: int
) -> Line:
    """The banner while no daemon speaks: since when, and from when the rest is.

    `foreign`: there is one, of another version.
    """
    said = look.say("other_version" if foreign else "daemon_silent", age=age(silent_s))
    parts: list[Span] = [(f" {said} ", "alarm")]
    if heard_at is None:
        parts.append((look.say("never_heard"), "plain"))
    else:
        parts.append((look.say("data_as_of", time=look.clock.hms(heard_at)), "plain"))
    parts.append((look.say("looking"), "strong"))
    return fill(spread(parts, width, ellipsis=look.glyphs.ellipsis), width)


def no_daemon_line(look: Look, width: int) -> Line:
    """Instead of the banner while no daemon is expected: the folder has no network yet."""
    return fill([(f" {look.say('no_daemon_yet')}", "quiet")], width, look.glyphs.ellipsis)


def store_line(status: NodeStatus, look: Look, width: int) -> Line:
    """The banner while the disk is in trouble."""
    text = look.say("disk_trouble", detail=status["store"])
    return fill([(f" {text} ", "alarm")], width, look.glyphs.ellipsis)


def radio_line(
    radio: RadioRow | None,
    status: NodeStatus | None,
    mesh: MeshRow | None,
    look: Look,
    *,
    now: float,
    width: int,
) -> Line:
    """State of the radio, what waits and what is missing, its air and its queues."""
    if radio is None:
        return fill([], width)
    state = radio["state"]
    parts: list[Span] = [radio_state(state, look)]
    if state != "ready":
        parts.append((translated(radio["detail"], look.language), "plain"))
        parts.append((look.say("radio_since", age=age(now - radio["since"])), "quiet"))
    if status is not None and (stock := status.get("stock")) is not None:
        wrong = bool(stock["problem"])
        said = look.say("stock_no_channel" if wrong else "stock_speaks", problem="")
        parts.append((said.rstrip(": "), "bad" if wrong else "plain"))
    if status is not None and status["outbox"]:
        parts.append((look.say("outbox_n", count=status["outbox"]), "warn"))
    if mesh is not None and mesh["missing"]:
        key = "missing_one" if mesh["missing"] == 1 else "missing_n"
        parts.append((look.say(key, count=mesh["missing"]), "warn"))
    if state == "ready":
        if (busy := radio["channel_utilisation"]) is not None:
            role = "bad" if busy >= 40 else "warn" if busy >= 25 else "plain"
            parts.append((look.say("channel_busy", value=f"{busy:.0f}"), role))
        if (air := radio["air_time"]) is not None:
            parts.append((look.say("air_time", value=f"{air:.1f}"), "plain"))
        free, size = radio["queue_free"], radio["queue_size"]
        if free is not None and size is not None:
            parts.append((look.say("radio_queue", used=size - free, size=size), "plain"))
        if radio["last_frame_at"] is not None:
            since = age(now - radio["last_frame_at"])
            parts.append((look.say("last_frame", age=since), "quiet"))
        parts.append((look.say("nodes_n", count=radio["nodes_heard"]), "quiet"))
        preset = " ".join(part for part in (radio["preset"], radio["region"]) if part)
        parts.append((preset, "quiet"))
        if radio["detail"]:
            parts.append((translated(radio["detail"], look.language), "quiet"))
    return spread(parts, width, ellipsis=look.glyphs.ellipsis)


def radio_state(state: str, look: Look) -> Span:
    """The state of the radio in words; one that this version does not know, as it came."""
    words = look.say(f"radio_{state}") if state in _RADIO_ROLES else state
    return f"{look.say('radio')} {words}", _RADIO_ROLES.get(state, "warn")
