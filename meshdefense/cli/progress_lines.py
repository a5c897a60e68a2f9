"""What is done about alerts, calls for help, stand-downs and roll calls, as lines for people."""

from __future__ import annotations

from typing import Any, Final

from meshdefense import language
from meshdefense.catalogue import N_, tr, trn
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

__all__ = ["attended", "order_lines", "progress_lines", "roll_lines", "sos_lines"]

_LEVELS: Final = ("", N_("everybody in the field"), N_("the coordinators"))
_UNHEARD: Final = 0


def _named(person: dict[str, Any]) -> str:
    return clean(person["name"]) + (tr(" (revoked since)") if person["out"] else "")


def _names(people: list[dict[str, Any]]) -> str:
    return ", ".join(map(_named, people))


def progress_lines(row: dict[str, Any], now: float) -> list[str]:
    """What is done about an alert, one line each."""
    if "needed" not in row:  # a row of an earlier version, made before anything of this was known
        return []
    lines = []
    if not row["counts"]:
        lines.append(tr("does not count: its author was suspended or revoked"))
    elif row["author_out"]:
        lines.append(tr("its author was revoked since"))
    if not row["here"]:
        lines.append(tr("known from a broadcast; the report itself is not here"))
    if row["about"] is not None:
        lines.append(tr("adds to {about}", about=clean(row["about"])))
    if len(row["reporters"]) > 1:
        lines.append(tr("reported by {names}", names=_names(row["reporters"])))
    if row["confirmed"] and row["needed"] > 1:
        lines.append(
            tr(
                "verified by {count} of {of}",
                count=row["confirmed"],
                of=row["needed"],
            )
        )
    lines += [_dispatch(one, now) for one in row["dispatches"]]
    lines += [_answer(one, now) for one in row["responses"]]
    if row["broadcasts"]:
        lines.append(tr("broadcast by {names}", names=_names(row["broadcasts"])))
    lines += _escalation(row["escalation"], now)
    if row["reopened_at"] is not None:
        lines.append(
            tr("seen again {age} ago, after it was closed", age=age(now - row["reopened_at"]))
        )
    if row["closes"]:
        reason = CLOSE_REASONS.get(row["closes"][-1]["reason"]).text(language.current())
        said = tr("{count} of {of}", count=len(row["closes"]), of=row["closes_needed"])
        lines.append(f"{reason}: {said} ({_names(row['closes'])})")
    return lines


def _dispatch(row: dict[str, Any], now: float) -> str:
    who, by = _named(row), clean(row["by_name"])
    sent = (
        tr("{who} took it on", who=who)
        if row["by"] == row["member"]
        else tr("{who} sent by {by}", who=who, by=by)
    )
    look = tr(", to look for: {look}", look=clean(row["look"])) if row["look"] else ""
    due = row["due_at"]
    match row["state"]:
        case "overdue":
            state = tr("OVERDUE by {age}", age=age(now - (due or now)))
        case "open":
            state = tr("no answer yet, due in {age}", age=age((due or now) - now))
        case "accepted":
            state = tr("accepted, due in {age}", age=age((due or now) - now))
        case "answered":
            state = tr("has given a verdict")
        case "declined":
            state = tr("does not go")
        case "called-off":
            state = tr("called off")
        case other:
            state = clean(other)
    return f"{sent}: {state}{look}"


def _answer(row: dict[str, Any], now: float) -> str:
    eta = row["eta_at"]
    there = (
        ""
        if eta is None
        else tr(", there in {age}", age=age(eta - now))
        if eta > now
        else tr(", due there")
    )
    return f"{_named(row)}: {RESPONSES.get(row['state']).text(language.current())}{there}"


def _escalation(row: dict[str, Any], now: float) -> list[str]:
    level, next_at = row["level"], row["next_at"]
    lines = []
    if level:
        whom = tr(_LEVELS[min(level, 2)])
        if row["by_name"] is None:
            lines.append(tr("NOBODY HAS ANSWERED: it is for {whom} now", whom=whom))
        else:
            reason = ESCALATION_REASONS.get(row["reason"]).text(language.current())
            lines.append(
                tr(
                    "ESCALATED to {whom} by {name}: {reason}",
                    whom=whom,
                    name=clean(row["by_name"]),
                    reason=reason,
                )
            )
    if next_at is not None and next_at > now:
        whom = tr(_LEVELS[min(level + 1, 2)])
        lines.append(
            tr("not answered yet; goes to {whom} in {age}", whom=whom, age=age(next_at - now))
        )
    return lines


def _head(row: dict[str, Any]) -> str:
    drill = tr("DRILL ") if row["drill"] else ""
    return f"{row['id']:<9} {drill}"


def _tail(row: dict[str, Any]) -> list[str]:
    lines = [tr("its author was revoked since")] if row["author_out"] else []
    return lines + ([delivery(row["delivery"])] if row["mine"] else [])


def _indented(first: str, lines: list[str]) -> list[str]:
    return [first, *(f"{INDENT}{line}" for line in lines if line)]


def sos_lines(row: dict[str, Any], origin: dict[str, Any] | None, now: float) -> list[str]:
    """A call for help, and who has it."""
    first = tr(
        "{head}SOS {state:<12} {kind}, {place}, {age} ago by {author}",
        head=_head(row),
        state=tr(row["state"]),
        kind=SOS_KINDS.get(row["kind"]).text(language.current()),
        place=where(row["place"], origin),
        age=age(now - row["raised_at"]),
        author=clean(row["author_name"]),
    )
    lines = [_answer(one, now) for one in row["answers"]]
    if not lines and row["state"] == "raised":
        lines.append(tr("NOBODY HAS ANSWERED; it is repeated until somebody does"))
    if row["ended_by_name"] is not None:
        how = SOS_ENDINGS.get(row["ending"]).text(language.current())
        lines.append(tr("{how}, said {name}", how=how, name=clean(row["ended_by_name"])))
    if row["time_uncertain"]:
        lines.append(tr("its author's clock is wrong: time uncertain"))
    if row["calls"]:
        lines.append(trn("sent once", "sent {count} times", row["calls"]))
    return _indented(first, lines + _escalation(row["escalation"], now) + _tail(row))


def attended(row: dict[str, Any], tables: dict[str, Any]) -> dict[str, Any]:
    """The row without members that are a relay and nothing else, as long as they said nothing.

    With them there is no person who could answer.
    """
    relays = {one["number"] for one in tables.get("members", []) if one.get("roles") == ["relay"]}
    kept = dict(row)
    if "asked" in row:
        kept["asked"] = [
            one for one in row["asked"] if one["member"] not in relays or one["state"] != _UNHEARD
        ]
    if "waiting" in row:
        kept["waiting"] = [one for one in row["waiting"] if one["member"] not in relays]
    return kept


def order_lines(row: dict[str, Any], origin: dict[str, Any] | None, now: float) -> list[str]:
    """A stand-down, who has acknowledged it and who has not."""
    area = tr("everywhere") if row["place"] is None else where(row["place"], origin)
    left = tr(", {age} more", age=age(row["until"] - now)) if row["state"] == "in-force" else ""
    first = tr(
        "{head}STAND DOWN {state}{left}: {reason}, {area}, by {author}",
        head=_head(row),
        state=clean(tr(row["state"])),
        left=left,
        reason=STAND_DOWN_REASONS.get(row["reason"]).text(language.current()),
        area=area,
        author=clean(row["author_name"]),
    )
    done, waiting = row["acknowledged"], row["waiting"]
    lines = [
        tr(
            "acknowledged by {count} of {of}",
            count=len(done),
            of=len(done) + len(waiting),
        )
    ]
    if done:
        lines[0] += f": {_names(done)}"
    if waiting and row["state"] == "in-force":
        lines.append(tr("waiting for {names}", names=_names(waiting)))
    return _indented(first, lines + _tail(row))


def roll_lines(row: dict[str, Any], origin: dict[str, Any] | None, now: float) -> list[str]:
    """A roll call: how everybody is, those who need something first."""
    asked = row["asked"]
    left = tr(", {age} more", age=age(row["closes_at"] - now)) if row["state"] == "open" else ""
    whom = ", ".join(map(clean, row["whom"])) or tr("everybody")
    first = tr(
        "{head}ROLL CALL {state}{left}: {whom}, by {author}: heard from {heard} of {asked}",
        head=_head(row),
        state=clean(tr(row["state"])),
        left=left,
        whom=whom,
        author=clean(row["author_name"]),
        heard=row["heard"],
        asked=len(asked),
    )
    by_state: dict[int, list[dict[str, Any]]] = {}
    for entry in [*asked, *row["others"]]:
        by_state.setdefault(entry["state"], []).append(entry)
    order = sorted(by_state, key=lambda state: (state == _UNHEARD, -_needs(state), state))
    lines = [
        f"{CHECKIN_STATES.get(state).text(language.current())}: {_names(by_state[state])}"
        for state in order
    ]
    return _indented(first, lines + _tail(row))


def _needs(state: int) -> bool:
    return state in (CHECKIN_STATES.code("need-help"), CHECKIN_STATES.code("injured"))
