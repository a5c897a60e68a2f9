"""What happened about an alert, step by step, out of its row and the log of the node. Pure.

The row holds the newest word of each person. The log (`timeline`) has the replaced ones as
well, and by which way each came; without it the steps are those of the row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from meshdefense.api.history_schema import TimelineRow
from meshdefense.api.parts_schema import DeliveryWords
from meshdefense.api.response_schema import DispatchRow
from meshdefense.api.row_schema import AlertRow
from meshdefense_protocol.words import CLOSE_REASONS, ESCALATION_REASONS, RESPONSES, VERDICTS
from meshdefense_tui.alert_progress import person, progress, whom
from meshdefense_tui.look import Look
from meshdefense_tui.views.alert_row import kind_words

__all__ = ["Step", "steps"]

_CONFIRMED: Final = VERDICTS.code("confirmed")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened."""

    at: float
    text: str
    role: str = "plain"
    id: str = ""
    """Of the item that says it; empty for what follows from others or from time."""
    delivery: DeliveryWords | None = None
    said: TimelineRow | None = None
    """The item in the log, once that was asked."""
    uncertain: bool = False
    """Whether the author's clock was wrong."""


def steps(
    row: AlertRow,
    look: Look,
    *,
    now: float,
    others: Mapping[str, AlertRow],
    log: Sequence[TimelineRow] = (),
) -> list[Step]:
    """The steps in order of time. `others` are all alerts, for those that add to this one."""
    logged = _by_id(log)
    found = [
        *_reports(row, look, others),
        *_verdicts(row, look),
        *_dispatches(row, look),
        *_answers(row, look),
        *_escalations(row, look),
        *_endings(row, look, now),
    ]
    found += _readers(row, look, log)
    known = {step.id for step in found}
    found += [
        step
        for said in log
        if said["id"] not in known and (step := _replaced(said, row, look)) is not None
    ]
    found = [_with_log(step, logged) for step in found]
    return sorted(found, key=lambda step: step.at)  # stable: of one moment in the order above


def _by_id(log: Sequence[TimelineRow]) -> dict[str, TimelineRow]:
    """The log by id; retractions and escalations, whose ids the row lacks, by author as well."""
    found = {said["id"]: said for said in log}
    for said in log:
        if said["kind"] == "retract":
            found[f"retract {said['author']}"] = said
        elif said["kind"] == "escalate":
            found.setdefault(f"escalate {said['author_name']}", said)
    return found


def _with_log(step: Step, logged: Mapping[str, TimelineRow]) -> Step:
    said = logged.get(step.id)
    if said is None:
        return step
    # the row's delivery is newer: the log is asked again only when the row has changed
    delivery = step.delivery if step.delivery is not None else said["delivery"]
    uncertain = said["time_uncertain"]
    return Step(step.at, step.text, step.role, step.id, delivery, said, uncertain)


def _reports(row: AlertRow, look: Look, others: Mapping[str, AlertRow]) -> Iterable[Step]:
    work = progress(row)
    who = person({"name": row["author_name"], "out": work["author_out"]}, look)
    yield Step(
        row["reported_at"], look.say("step_reported", name=who), "strong", row["id"],
        row["delivery"], None, row["time_uncertain"],
    )  # fmt: skip
    added = [others[one] for one in work["additions"] if one in others]
    for other in added:
        text = look.say("step_added", name=other["author_name"], what=kind_words(other, look))
        yield Step(
            other["reported_at"], text, "plain", other["id"], other["delivery"], None,
            other["time_uncertain"],
        )  # fmt: skip
    standing = [other for other in added if other["state"] != "retracted"]
    if standing and len(work["reporters"]) > 1:
        first = min(other["reported_at"] for other in standing)
        text = look.say("step_corroborated", count=len(work["reporters"]))
        yield Step(max(first, row["reported_at"]), text, "good")


def _verdicts(row: AlertRow, look: Look) -> Iterable[Step]:
    for verdict in row["verdicts"]:
        text = _verdict_text(
            person(cast("dict[str, Any]", verdict), look),
            verdict["result"], verdict["count"], verdict["note"], look,
        )  # fmt: skip
        role = "good" if verdict["result"] == _CONFIRMED else "warn"
        yield Step(verdict["at"], text, role, verdict["id"], verdict.get("delivery"))
    work = progress(row)
    times = sorted(v["at"] for v in row["verdicts"] if v["result"] == _CONFIRMED)
    # the moment is told only where it follows from what is here
    if row["state"] == "verified" and 0 < work["needed"] <= work["confirmed"] == len(times):
        text = look.say("step_verified", count=work["confirmed"], of=work["needed"])
        yield Step(times[work["needed"] - 1], text, "good")


def _verdict_text(name: str, result: int, count: int | None, note: str, look: Look) -> str:
    text = look.say("step_verdict", name=name, result=look.word(VERDICTS, result))
    if count is not None:
        text += look.say("step_seen", count=count)
    return f'{text} "{note}"' if note else text


def _dispatches(row: AlertRow, look: Look) -> Iterable[Step]:
    for sent in progress(row)["dispatches"]:
        due = sent["due_at"]
        text = _sent_text(sent, look)
        yield Step(sent["asked_at"], text, "plain", sent["id"], sent["delivery"])
        who = person(sent, look)
        if sent["accepted_at"] is not None:
            yield Step(sent["accepted_at"], look.say("step_accepted", name=who), "good")
        if sent["state"] == "overdue" and due is not None:
            yield Step(due, look.say("step_overdue", name=who), "bad")


def _sent_text(sent: DispatchRow, look: Look) -> str:
    who, by, due = person(sent, look), sent["by_name"], sent["due_at"]
    if due is None:
        return look.say("step_called_off", by=by, name=who)
    time = look.clock.hm(due)
    if sent["by"] == sent["member"]:
        text = look.say("step_took", name=who, time=time)
    else:
        text = look.say("step_sent", by=by, name=who, time=time)
    return text + (look.say("step_look", look=sent["look"]) if sent["look"] else "")


def _answers(row: AlertRow, look: Look) -> Iterable[Step]:
    for answer in progress(row)["responses"]:
        text = _answer_text(person(answer, look), answer["state"], answer["eta_at"], look)
        yield Step(answer["at"], text, "plain", answer["id"], answer["delivery"])
    for one in progress(row)["broadcasts"]:
        text = look.say("step_broadcast", name=person(one, look))
        yield Step(one["at"], text, "strong", one["id"], one["delivery"])


def _answer_text(name: str, state: int, eta_at: float | None, look: Look) -> str:
    text = look.say("work_response", name=name, state=look.word(RESPONSES, state))
    return text + ("" if eta_at is None else look.say("step_there_at", time=look.clock.hm(eta_at)))


def _escalations(row: AlertRow, look: Look) -> Iterable[Step]:
    raised = progress(row)["escalation"]
    if raised["level"] and raised["since"] is not None and raised["by_name"] is None:
        text = look.say("step_unanswered", whom=whom(raised["level"], look))
        yield Step(raised["since"], text, "warn")
    elif raised["level"] and raised["since"] is not None:
        why = look.word(ESCALATION_REASONS, raised["reason"] or 0)
        text = look.say(
            "step_escalated", name=raised["by_name"], whom=whom(raised["level"], look), why=why
        )
        yield Step(raised["since"], text, "warn", f"escalate {raised['by_name']}")


def _endings(row: AlertRow, look: Look, now: float) -> Iterable[Step]:
    work = progress(row)
    for close in work["closes"]:
        why = look.word(CLOSE_REASONS, close["reason"])
        text = look.say("step_closed", name=person(close, look), why=why)
        yield Step(close["at"], text, "plain", close["id"], close["delivery"])
    if row["state"] == "closed" and 0 < work["closes_needed"] <= len(work["closes"]):
        at = sorted(close["at"] for close in work["closes"])[work["closes_needed"] - 1]
        count, of = len(work["closes"]), work["closes_needed"]
        yield Step(at, look.say("step_closed_all", count=count, of=of), "strong")
    if work["reopened_at"] is not None:
        yield Step(work["reopened_at"], look.say("step_reopened"), "warn")
    if row["retracted_at"] is not None:
        text = look.say("step_retracted", name=row["author_name"])
        yield Step(row["retracted_at"], text, "strong", f"retract {row['author']}")
    if row["state"] == "expired" and row["expires_at"] <= now:
        yield Step(row["expires_at"], look.say("step_expired"), "quiet")


def _readers(row: AlertRow, look: Look, log: Sequence[TimelineRow]) -> Iterable[Step]:
    read = {said["author"]: said["id"] for said in reversed(log) if said["kind"] == "acknowledge"}
    for reader in row["readers"]:
        item = read.get(reader["member"], f"acknowledge {reader['member']}")
        yield Step(reader["at"], look.say("step_read", name=reader["name"]), "plain", item)


def _replaced(said: TimelineRow, row: AlertRow, look: Look) -> Step | None:
    """A word in the log that the row does not hold; None where the row tells it otherwise."""
    name, words, kind = said["author_name"], said["words"], said["kind"]
    code = {key: value for key, value in words.items() if isinstance(value, int)}
    old = look.say("step_replaced")
    by = person({"name": name, "out": said["author_out"]}, look)
    due = look.clock.hm(said["at"] + 60 * (said["minutes"] or 0))
    eta = said["at"] + 60 * said["minutes"] if said["minutes"] else None
    text = ""
    if kind == "verdict":
        text = _verdict_text(by, code.get("result", 0), said["count"], said["text"], look) + old
    elif kind == "respond":
        text = _answer_text(by, code.get("state", 0), eta, look) + old
    elif kind == "dispatch" and not said["minutes"]:
        text = look.say("step_called_off", by=by, name=said["member_name"]) + old
    elif kind == "dispatch":
        text = look.say("step_sent", by=by, name=said["member_name"], time=due) + old
    elif kind == "close":
        why = look.word(CLOSE_REASONS, code.get("reason", 0))
        text = look.say("step_closed", name=by, why=why) + old
    elif kind == "escalate" and said["author_name"] != progress(row)["escalation"]["by_name"]:
        why = look.word(ESCALATION_REASONS, code.get("reason", 0))
        level = whom(code.get("level", 1), look)
        text = look.say("step_escalated", name=by, whom=level, why=why) + old
    elif kind == "acknowledge" and said["author"] not in {r["member"] for r in row["readers"]}:
        text = look.say("step_read", name=by)
    elif kind == "long-report":
        text = look.say("step_long", name=by)
    elif kind == "newer":
        text = look.say("step_newer", name=by)
    if not text:
        return None
    return Step(
        said["at"], text, "quiet", said["id"], said["delivery"], said, said["time_uncertain"]
    )
