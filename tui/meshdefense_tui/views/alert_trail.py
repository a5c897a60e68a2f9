"""What is done about an alert now, and its trail: who, when, by which way, proven how. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from rich.cells import cell_len

from meshdefense.api.history_schema import TimelineRow
from meshdefense.api.response_schema import AnswerRow, DispatchRow
from meshdefense.api.row_schema import AlertRow
from meshdefense_protocol.words import CLOSE_REASONS, ESCALATION_REASONS, RESPONSES
from meshdefense_tui.alert_progress import names, person, progress, whom
from meshdefense_tui.alert_steps import Step, steps
from meshdefense_tui.clock import age
from meshdefense_tui.delivery_words import delivery_words
from meshdefense_tui.lines import Line, Span
from meshdefense_tui.look import Look
from meshdefense_tui.text_fit import pad, wrap
from meshdefense_tui.views.alert_row import kind_words

__all__ = ["LABEL", "field", "trail_lines", "way_words", "work_lines"]

LABEL: Final = 12
"""Cells of the names of fields."""
_LATE_S: Final = 5.0
"""What came in so long after it was said is told with the time when it came in."""


def field(label: str, text: str, role: str, width: int) -> list[Line]:
    """A name and a text, wrapped behind it."""
    room = max(width - LABEL, 8)
    lines: list[Line] = []
    for index, part in enumerate(wrap(text, room)):
        name = pad(label if index == 0 else "", LABEL)
        lines.append(((name, "quiet"), (part, role)))
    return lines


def work_lines(
    row: AlertRow, look: Look, *, now: float, width: int, others: Mapping[str, AlertRow]
) -> list[Line]:
    """How far it is on the ladder, who goes, who is late, and what happens next."""
    facts = _work(row, look, now, others)
    lines: list[Line] = []
    for text, role in facts:
        lines += field(look.say("work_title") if not lines else "", text, role, width)
    return lines


def _work(row: AlertRow, look: Look, now: float, others: Mapping[str, AlertRow]) -> list[Span]:
    work = progress(row)
    found: list[Span] = []
    if not work["counts"]:
        found.append((look.say("work_no_count"), "warn"))
    elif work["author_out"]:
        found.append((look.say("work_author_out"), "warn"))
    if not work["here"]:
        found.append((look.say("work_not_here"), "warn"))
    if (about := work["about"]) is not None:
        first = others.get(about)
        what = about if first is None else f"{kind_words(first, look)} ({about})"
        found.append((look.say("work_adds", what=what), "plain"))
    if work["needed"]:
        enough = work["confirmed"] >= work["needed"]
        text = look.say("work_confirmed", count=work["confirmed"], of=work["needed"])
        found.append((text, "good" if enough else "plain"))
    if len(work["reporters"]) > 1:
        text = look.say("work_reporters", names=names(work["reporters"], look))
        found.append((text, "good"))
    found += [_dispatch(sent, look, now) for sent in work["dispatches"]]
    found += [_response(answer, look, now) for answer in work["responses"]]
    if work["broadcasts"]:
        text = look.say("work_broadcast", names=names(work["broadcasts"], look))
        found.append((text, "good"))
    found += _escalation(row, look, now)
    if work["closes"]:
        why = look.word(CLOSE_REASONS, work["closes"][-1]["reason"])
        text = look.say(
            "work_closed", names=names(work["closes"], look),
            count=len(work["closes"]), of=work["closes_needed"],
        )  # fmt: skip
        found.append((f"{text} ({why})", "plain"))
    return found


def _dispatch(sent: DispatchRow, look: Look, now: float) -> Span:
    who, due = person(sent, look), sent["due_at"] if sent["due_at"] is not None else now
    match sent["state"]:
        case "overdue":
            return look.say("work_overdue", name=who, age=age(now - due)), "alarm"
        case "open":
            return look.say("work_asked", name=who, age=age(due - now)), "warn"
        case "accepted":
            return look.say("work_accepted", name=who, age=age(due - now)), "good"
        case "answered":
            return look.say("work_answered", name=who), "good"
        case "declined":
            return look.say("work_declined", name=who), "warn"
        case "called-off":
            return look.say("work_called_off", name=who), "quiet"
        case other:  # a newer daemon's word; better shown as it came than hidden
            return f"{who}: {other}", "plain"


def _response(answer: AnswerRow, look: Look, now: float) -> Span:
    text = look.say(
        "work_response", name=person(answer, look), state=look.word(RESPONSES, answer["state"])
    )
    if (eta := answer["eta_at"]) is not None:
        key = "work_there_in" if eta > now else "work_due_there"
        text += look.say(key, age=age(abs(eta - now)))
    return text, "plain"


def _escalation(row: AlertRow, look: Look, now: float) -> list[Span]:
    raised = progress(row)["escalation"]
    found: list[Span] = []
    if raised["level"] and raised["by_name"] is None:
        found.append((look.say("work_nobody", whom=whom(raised["level"], look)), "alarm"))
    elif raised["level"]:
        why = look.word(ESCALATION_REASONS, raised["reason"] or 0)
        to = whom(raised["level"], look)
        text = look.say("work_escalated", whom=to, name=raised["by_name"], why=why)
        found.append((text, "warn"))
    if (at := raised["next_at"]) is not None and at > now:
        to = whom(raised["level"] + 1, look)
        found.append((look.say("work_goes", whom=to, age=age(at - now)), "warn"))
    return found


def trail_lines(
    row: AlertRow,
    look: Look,
    *,
    now: float,
    width: int,
    others: Mapping[str, AlertRow],
    log: Sequence[TimelineRow] = (),
    remark: str = "",
) -> list[Line]:
    """The trail, the oldest step first. `remark` says what may be lacking."""
    lines: list[Line] = [((look.say("trail_title").upper(), "title"),)]
    if remark:
        lines += [((part, "quiet"),) for part in wrap(remark, width)]
    for step in steps(row, look, now=now, others=others, log=log):
        lines += _step_lines(step, look, now, width)
    return lines


def _step_lines(step: Step, look: Look, now: float, width: int) -> list[Line]:
    sign = "~" if step.uncertain else " "
    time = f"{sign}{look.clock.hms(step.at)}"
    room = max(width - LABEL, 8)
    lines: list[Line] = []
    for index, part in enumerate(wrap(step.text, room)):
        lines.append(((pad(time if index == 0 else "", LABEL), "quiet"), (part, step.role)))
    way = way_words(step, look, now)
    if not way:
        return lines
    last = lines[-1]
    used = sum(cell_len(text) for text, _ in last)
    if used + 2 + cell_len(way) <= width:
        lines[-1] = (*last, ("  ", "plain"), (way, "quiet"))
    else:
        lines += [((" " * LABEL, "plain"), (part, "quiet")) for part in wrap(way, room)]
    return lines


def way_words(step: Step, look: Look, now: float) -> str:
    """By which way an item came and what is proven of it; of an own one how far it has got.

    Every item in the store was checked: it is signed by a member. That is all "signed" says.
    """
    if step.delivery is None:
        return ""
    if step.delivery["state"] != "received":
        return delivery_words(step.delivery, now, look.language)
    said = step.said
    if said is None:
        return look.say("way_signed")
    hops = said["hops"]
    if hops is None:
        text = look.say("way_unknown")
    elif hops == 0:
        text = look.say("way_direct")
    else:
        text = look.say("way_one") if hops == 1 else look.say("way_n", count=hops)
    if abs(said["received_at"] - said["at"]) >= _LATE_S:
        text += look.say("way_here", time=look.clock.hms(said["received_at"]))
    return text
