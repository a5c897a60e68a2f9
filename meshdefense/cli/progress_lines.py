"""What is done about alerts, calls for help, stand-downs and roll calls, as lines for people."""

from __future__ import annotations

from typing import Any, Final

from meshdefense.cli.long_text import INDENT
from meshdefense.cli.output import age, delivery, where
from meshdefense.safe_text import clean
from meshdefense_protocol.words import (
    CHECKIN_STATES,
    CLOSE_REASONS,
    ESCALATION_REASONS,
    RESPONSES,
    SOS_ENDINGS,
    SOS_KINDS,
    STAND_DOWN_REASONS,
)

__all__ = ["order_lines", "progress_lines", "roll_lines", "sos_lines"]

_LEVELS: Final = ("", "everybody in the field", "the coordinators")
_UNHEARD: Final = 0


def _named(person: dict[str, Any]) -> str:
    return clean(person["name"]) + (" (revoked since)" if person["out"] else "")


def _names(people: list[dict[str, Any]]) -> str:
    return ", ".join(map(_named, people))


def progress_lines(row: dict[str, Any], now: float) -> list[str]:
    """What is done about an alert, one line each."""
    if "needed" not in row:  # a row of an earlier version, made before anything of this was known
        return []
    lines = []
    if not row["counts"]:
        lines.append("does not count: its author was suspended or revoked")
    elif row["author_out"]:
        lines.append("its author was revoked since")
    if not row["here"]:
        lines.append("known from a broadcast; the report itself is not here")
    if row["about"] is not None:
        lines.append(f"adds to {clean(row['about'])}")
    if len(row["reporters"]) > 1:
        lines.append(f"reported by {_names(row['reporters'])}")
    if row["confirmed"] and row["needed"] > 1:
        lines.append(f"verified by {row['confirmed']} of {row['needed']}")
    lines += [_dispatch(one, now) for one in row["dispatches"]]
    lines += [_answer(one, now) for one in row["responses"]]
    if row["broadcasts"]:
        lines.append(f"broadcast by {_names(row['broadcasts'])}")
    lines += _escalation(row["escalation"], now)
    if row["reopened_at"] is not None:
        lines.append(f"seen again {age(now - row['reopened_at'])} ago, after it was closed")
    if row["closes"]:
        reason = CLOSE_REASONS.get(row["closes"][-1]["reason"]).en
        said = f"{len(row['closes'])} of {row['closes_needed']}"
        lines.append(f"{reason}: {said} ({_names(row['closes'])})")
    return lines


def _dispatch(row: dict[str, Any], now: float) -> str:
    who, by = _named(row), clean(row["by_name"])
    sent = f"{who} took it on" if row["by"] == row["member"] else f"{who} sent by {by}"
    look = f", to look for: {clean(row['look'])}" if row["look"] else ""
    due = row["due_at"]
    match row["state"]:
        case "overdue":
            state = f"OVERDUE by {age(now - (due or now))}"
        case "open":
            state = f"no answer yet, due in {age((due or now) - now)}"
        case "accepted":
            state = f"accepted, due in {age((due or now) - now)}"
        case "answered":
            state = "has given a verdict"
        case "declined":
            state = "does not go"
        case "called-off":
            state = "called off"
        case other:
            state = clean(other)
    return f"{sent}: {state}{look}"


def _answer(row: dict[str, Any], now: float) -> str:
    eta = row["eta_at"]
    there = "" if eta is None else f", there in {age(eta - now)}" if eta > now else ", due there"
    return f"{_named(row)}: {RESPONSES.get(row['state']).en}{there}"


def _escalation(row: dict[str, Any], now: float) -> list[str]:
    level, next_at = row["level"], row["next_at"]
    lines = []
    if level:
        whom = _LEVELS[min(level, 2)]
        if row["by_name"] is None:
            lines.append(f"NOBODY HAS ANSWERED: it is for {whom} now")
        else:
            reason = ESCALATION_REASONS.get(row["reason"]).en
            lines.append(f"ESCALATED to {whom} by {clean(row['by_name'])}: {reason}")
    if next_at is not None and next_at > now:
        whom = _LEVELS[min(level + 1, 2)]
        lines.append(f"not answered yet; goes to {whom} in {age(next_at - now)}")
    return lines


def _head(row: dict[str, Any]) -> str:
    return f"{row['id']:<9} {'DRILL ' if row['drill'] else ''}"


def _tail(row: dict[str, Any]) -> list[str]:
    lines = ["its author was revoked since"] if row["author_out"] else []
    return lines + ([delivery(row["delivery"])] if row["mine"] else [])


def _indented(first: str, lines: list[str]) -> list[str]:
    return [first, *(f"{INDENT}{line}" for line in lines if line)]


def sos_lines(row: dict[str, Any], origin: dict[str, Any] | None, now: float) -> list[str]:
    """A call for help, and who has it."""
    first = (
        f"{_head(row)}SOS {row['state']:<12} {SOS_KINDS.get(row['kind']).en}, "
        f"{where(row['place'], origin)}, {age(now - row['raised_at'])} ago by "
        f"{clean(row['author_name'])}"
    )
    lines = [_answer(one, now) for one in row["answers"]]
    if not lines and row["state"] == "raised":
        lines.append("NOBODY HAS ANSWERED; it is repeated until somebody does")
    if row["ended_by_name"] is not None:
        how = SOS_ENDINGS.get(row["ending"]).en
        lines.append(f"{how}, said {clean(row['ended_by_name'])}")
    if row["time_uncertain"]:
        lines.append("its author's clock is wrong: time uncertain")
    if row["calls"]:
        lines.append(f"sent {row['calls']} times" if row["calls"] > 1 else "sent once")
    return _indented(first, lines + _escalation(row["escalation"], now) + _tail(row))


def order_lines(row: dict[str, Any], origin: dict[str, Any] | None, now: float) -> list[str]:
    """A stand-down, who has acknowledged it and who has not."""
    area = "everywhere" if row["place"] is None else where(row["place"], origin)
    left = f", {age(row['until'] - now)} more" if row["state"] == "in-force" else ""
    first = (
        f"{_head(row)}STAND DOWN {clean(row['state'])}{left}: "
        f"{STAND_DOWN_REASONS.get(row['reason']).en}, {area}, by {clean(row['author_name'])}"
    )
    done, waiting = row["acknowledged"], row["waiting"]
    lines = [f"acknowledged by {len(done)} of {len(done) + len(waiting)}"]
    if done:
        lines[0] += f": {_names(done)}"
    if waiting and row["state"] == "in-force":
        lines.append(f"waiting for {_names(waiting)}")
    return _indented(first, lines + _tail(row))


def roll_lines(row: dict[str, Any], origin: dict[str, Any] | None, now: float) -> list[str]:
    """A roll call: how everybody is, those who need something first."""
    asked = row["asked"]
    left = f", {age(row['closes_at'] - now)} more" if row["state"] == "open" else ""
    whom = ", ".join(map(clean, row["whom"])) or "everybody"
    first = (
        f"{_head(row)}ROLL CALL {clean(row['state'])}{left}: {whom}, by "
        f"{clean(row['author_name'])}: heard from {row['heard']} of {len(asked)}"
    )
    by_state: dict[int, list[dict[str, Any]]] = {}
    for entry in [*asked, *row["others"]]:
        by_state.setdefault(entry["state"], []).append(entry)
    order = sorted(by_state, key=lambda state: (state == _UNHEARD, -_needs(state), state))
    lines = [f"{CHECKIN_STATES.get(state).en}: {_names(by_state[state])}" for state in order]
    return _indented(first, lines + _tail(row))


def _needs(state: int) -> bool:
    return state in (CHECKIN_STATES.code("need-help"), CHECKIN_STATES.code("injured"))
