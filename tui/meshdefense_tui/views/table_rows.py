"""The lists of the organizers' table, and the rows above them, as lines. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from rich.cells import cell_len

from meshdefense_tui.clock import age
from meshdefense_tui.lines import Line, Span, edges, fill, line_width, spread
from meshdefense_tui.look import Look
from meshdefense_tui.phrases import PHRASES
from meshdefense_tui.table.shapes import End, FleetRadio, Plugged, Step
from meshdefense_tui.table.state import Access, TableState, same_radio
from meshdefense_tui.text_fit import fit, pad, wrap

__all__ = [
    "RESTART_MAX_S", "drift_words", "end_words", "fleet_line", "fleet_words", "found_words",
    "head_lines", "job_words", "moment", "plugged_lines", "plugged_standing", "plugged_words",
    "progress_line",
]  # fmt: skip

_STATE: Final = 15
"""Cells of the longest word for a state, with its mark, and a blank."""
_HEAD_MAX: Final = 4
_BAR_MAX: Final = 26
_FLEET_ROLES: Final = {
    "lost": "critical", "former": "warn", "unfinished": "bad", "damaged": "bad",
    "not-yet": "quiet", "key-old": "warn", "drift": "warn", "changed": "warn", "proven": "good",
}  # fmt: skip
_FOUND_ROLES: Final = {
    "new": "strong", "right": "good", "drifted": "warn", "unfinished": "bad", "refused": "bad",
    "silent": "warn", "unknown": "warn", "own": "warn", "writing": "strong", "read": "plain",
}  # fmt: skip
_MARKS: Final = {
    "proven": "verified", "right": "verified", "drift": "disputed", "drifted": "disputed",
    "changed": "corroborated", "key-old": "expired", "not-yet": "retracted", "new": "corroborated",
    "former": "closed", "own": "closed", "silent": "unconfirmed", "unknown": "unconfirmed",
    "unread": "retracted", "read": "corroborated",
}  # fmt: skip
_RESTARTS: Final = frozenset({"restart", "restart-named"})
RESTART_MAX_S: Final = 102.0
"""How long the command waits for a radio that restarts, until it begins and until it answers."""
_LONG_S: Final = 5.0
"""From then on a step says for how long it has lasted."""
_GRAVE: Final = {"lost": 3, "refused": 3, "unfinished": 2, "writing": 1, "reading": 1}
"""Marks of a severity, for what has to be done something about."""


def drift_words(paths: Iterable[str], look: Look) -> list[str]:
    """What differs from the proof: settings by their paths, all else in words."""
    keys = {path: f"radio_drift_{path}" for path in paths}
    return [look.say(key) if key in PHRASES else path for path, key in keys.items()]


def fleet_words(state: str, look: Look) -> Span:
    """Mark and word for how a radio of the network stands."""
    known = state if f"radio_fleet_{state}" in PHRASES else "other"
    words = look.say(f"radio_fleet_{known}")
    return f"{_mark(state, look)} {words}", _FLEET_ROLES.get(state, "warn")


def found_words(state: str, look: Look) -> Span:
    """Mark and word for how a plugged radio stands."""
    known = state if f"radio_found_{state}" in PHRASES else "unknown"
    return f"{_mark(state, look)} {look.say(f'radio_found_{known}')}", _FOUND_ROLES.get(
        state, "plain"
    )


def job_words(job: str, look: Look) -> str:
    """A radio's job; its own name for one that is newer than this screen."""
    key = f"radio_job_{job}"
    return look.say(key) if key in PHRASES else job


def moment(at: int | None, look: Look) -> str:
    """Date and time; "" for none."""
    if at is None:
        return ""
    return datetime.fromtimestamp(at, look.clock.zone).strftime("%Y-%m-%d %H:%M")


def _mark(state: str, look: Look) -> str:
    if state in _GRAVE:
        return look.severity_mark(_GRAVE[state])
    return look.glyphs.marks[_MARKS.get(state, "unconfirmed")]


# Rows above the lists


def head_lines(state: TableState, look: Look, *, data: str, now: float, width: int) -> list[Line]:
    """Whose table it is, what runs or what became of it, and what to do next.

    `data` is the option that names the data folder, with a blank before it. `now` is monotonic.
    """
    lines = [_title(state, look, width)]
    if (doing := state.doing) is not None:
        what = look.say(f"radio_doing_{doing.verb}", count=len(doing.targets))
        if doing.stopping:
            what = f"{what}; {look.say('radio_t_stopping')}"
        parts: list[Span] = [
            (look.say("radio_t_for", what=what, age=age(now - doing.since)), "strong"),
            ("" if doing.stopping else look.say("radio_t_stop_key"), "key"),
        ]
        return [*lines, spread(parts, width, ellipsis=look.glyphs.ellipsis)]
    words, role = state.said
    said: list[Line] = [((part, role),) for part in wrap(words, width)] if words else []
    return [*lines, *_first(said, look, width), *_next(state, look, data, width)]


def _first(lines: list[Line], look: Look, width: int) -> list[Line]:
    """As many as have room; the last one says that there is more."""
    if len(lines) <= _HEAD_MAX:
        return lines
    kept = lines[:_HEAD_MAX]
    ((text, role),) = kept[-1]
    ellipsis = look.glyphs.ellipsis
    return [*kept[:-1], ((fit(text, width - cell_len(ellipsis), "") + ellipsis, role),)]


def _title(state: TableState, look: Look, width: int) -> Line:
    title: Span = (look.say("radio_t_title").upper(), "title_focus")
    fleet = state.fleet
    if fleet is None:
        return spread([title], width)
    states = [one.state for one in fleet.radios if one.state != "former"]
    proven, unfinished = states.count("proven"), states.count("unfinished")
    counts = look.say("radio_t_network", network=fleet.network, proven=proven, count=len(states))
    parts: list[Span] = [title, (counts, "plain")]
    if unfinished:
        parts.append((f"{fleet_words('unfinished', look)[0]} {unfinished}", "bad"))
    if cell_len(title[0]) + 2 + cell_len(counts) > width:
        room = max(width - cell_len(title[0]) - 2, 1)
        short = f"{proven}/{len(states)}"
        parts[1] = (short if cell_len(short) <= room else "", "plain")
    return spread(parts, width, ellipsis=look.glyphs.ellipsis)


def _next(state: TableState, look: Look, data: str, width: int) -> list[Line]:
    match state.access:
        case Access.MISSING:
            keys = ["radio_t_missing", "radio_t_missing_next"]
        case Access.SHUT:
            keys = ["radio_t_shut"]
        case Access.UNKNOWN:
            keys = ["radio_t_asking_fleet" if state.doing is not None else "radio_t_shut"]
        case Access.OPEN:
            if state.said[0] and state.said[1] != "plain":
                return []
            keys = ["radio_t_next_write" if state.plugged else "radio_t_next_read"]
    lines: list[Line] = []
    for key in keys:
        role = "strong" if key == "radio_t_missing" else "quiet"
        lines += [((part, role),) for part in wrap(look.say(key, data=data), width)]
    return lines


# The network's radios


def fleet_line(row: FleetRadio, look: Look, width: int) -> Line:
    """Name, how it stands, who holds it, its job; what has no room is left out from the end."""
    ellipsis = look.glyphs.ellipsis
    name = min(max(width * 3 // 10, 8), 24)
    words, role = fleet_words(row.state, look)
    line: list[Span] = [(f"{pad(fit(row.name, name - 1, ellipsis), name)}", "strong")]
    line.append((pad(words, max(_STATE, cell_len(words) + 1)), role))
    about = ", ".join(row.old_keys if row.state == "key-old" else drift_words(row.drift, look))
    if row.state == "proven":
        about = moment(row.proven_at, look)[5:]
    columns = [
        (fit(about, 11, ellipsis), 12, "plain"),
        (fit(row.member, 13, ellipsis), 14, "plain"),
        (fit(job_words(row.job, look), 12, ellipsis), 13, "quiet"),
    ]
    used = line_width(tuple(line))
    for text, cells, role in columns:
        if used + cells - 1 > width:  # its last cell is the gap to the next column
            continue
        cells = min(cells, width - used)
        line.append((pad(text, cells), role))
        used += cells
    return fill(line, width, ellipsis)


# Radios on the table


def plugged_lines(
    address: str, state: TableState, look: Look, *, own: str, data: str, now: float, width: int
) -> list[Line]:
    """Two lines: address and how it stands; below what it is, or how far the work is.

    `now` is monotonic.
    """
    ellipsis = look.glyphs.ellipsis
    standing = plugged_standing(address, state, own)
    if (step := state.steps.get(address)) is not None and standing != "own":
        waited = now - state.since.get(address, now)
        below = progress_line(step, look, width, waited=waited)
    else:
        below = _about(address, state, standing, look, data, width)
    words, role = found_words(standing, look)
    name = state.name_at(address)
    mark = "[x] " if address in state.marked else ""
    right: list[Span] = [(words, role)]
    room = width - cell_len(words) - 1 - cell_len(mark)
    name = fit(name, max(room // 2, 0), ellipsis) if name else ""
    left: list[Span] = [(mark, "key")]
    where = max(room - (cell_len(name) + 2 if name else 0), 0)
    left.append((_tail(address, where, ellipsis), "plain" if name else "strong"))
    if name:
        left.append((f"  {name}", "strong"))
    return [edges(left, right, width, ellipsis), below]


def _tail(text: str, width: int, ellipsis: str) -> str:
    """A long address keeps its end: ports differ there."""
    if cell_len(text) <= width:
        return text
    return ellipsis + text[max(len(text) - width + cell_len(ellipsis), 0) :] if width > 1 else ""


def plugged_standing(address: str, state: TableState, own: str) -> str:
    """How a radio on the table stands now."""
    if own and same_radio(address, own):
        return "own"
    if address in state.steps:
        return "writing"
    doing = state.doing
    if doing is not None and any(one.address == address for one in doing.targets):
        return "reading"
    return state.standing(address)


def _about(
    address: str, state: TableState, standing: str, look: Look, data: str, width: int
) -> Line:
    if standing == "own":
        return _below(look.say("radio_t_own_words", data=data), "quiet", look, width)
    if (end := state.ends.get(address)) is not None:
        return _below(*end_words(end, standing, look), look, width)
    found = state.plugged.get(address)
    if found is None:
        return ()
    differs = look.say("radio_t_differs", count=len(found.differs)) if found.differs else ""
    about = [plugged_words(found, standing, look), differs]
    named = f"{found.name} {found.node}".strip()
    known = [named, found.firmware, found.hardware, f"{found.region} {found.preset}".strip()]
    role = "plain" if any(about) else "quiet"
    return _below(", ".join(filter(None, [*about, *known])), role, look, width)


def plugged_words(found: Plugged, standing: str, look: Look) -> str:
    """What reading it said; of one that is unfinished the key that goes on."""
    return look.say("radio_t_write_again") if standing == "unfinished" else found.words


def end_words(end: End, standing: str, look: Look) -> Span:
    """How the work on a radio ended; with the key that goes on where it left it unfinished."""
    key = f"radio_end_{end.end}"
    words = look.say(key) if key in PHRASES else end.words
    if key not in PHRASES and standing == "unfinished":
        words = look.say("radio_t_write_again_since", words=words)
    role = "good" if end.end in ("done", "already") else "bad"
    return words or end.end, role


def _below(text: str, role: str, look: Look, width: int) -> Line:
    return (("  ", "plain"), (fit(text, width - 2, look.glyphs.ellipsis), role))


def progress_line(step: Step, look: Look, width: int, *, waited: float = 0.0) -> Line:
    """A bar, the step's number, its words, and for how many seconds it has been at it."""
    cells = min(max(width // 5, 4), _BAR_MAX)
    done, rest = look.glyphs.bar
    part = step.part / step.parts if step.parts else 0.0
    full = min(int(cells * (step.number - 1 + min(part, 1.0)) / max(step.of - 1, 1)), cells)
    words = step.words
    if step.step in _RESTARTS:
        limit = age(RESTART_MAX_S)
        words = look.say("radio_t_restarting", words=words, age=age(waited), limit=limit)
    elif waited >= _LONG_S:
        words = f"{words}, {age(waited)}"
    parts = f" ({step.part}/{step.parts})" if step.parts else ""
    room = max(width - cells - 3, 1)
    return (
        ("  ", "plain"), (done * full, "good"), (rest * (cells - full), "quiet"), (" ", "plain"),
        (fit(f"{step.number}/{step.of}{parts} {words}", room, look.glyphs.ellipsis), "strong"),
    )  # fmt: skip
