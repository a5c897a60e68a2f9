"""An alert that waits for a verdict, and a verifier who could look, as lines of lists. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.row_schema import AlertRow
from meshdefense_protocol.words import CHECKIN_STATES, RESPONSES, VERDICTS
from meshdefense_tui.alert_progress import GOING, WORKING, person, progress
from meshdefense_tui.clock import age, countdown
from meshdefense_tui.lines import Line, Span, edges, line_width, spread
from meshdefense_tui.look import Look
from meshdefense_tui.place_words import Corners, metres
from meshdefense_tui.verify_people import OLD_POSITION_S, Candidate
from meshdefense_tui.verify_queue import Twin
from meshdefense_tui.views.alert_row import alert_lines, kind_words

__all__ = [
    "QUEUE_LINES",
    "candidate_lines",
    "distance_words",
    "going_spans",
    "queue_lines",
    "twin_lines",
    "wait_span",
]

QUEUE_LINES: Final = 3
"""Lines of an alert in the queue."""
_SOON_S: Final = 60.0


def wait_span(row: AlertRow, look: Look, now: float) -> Span:
    """When it goes to more people, or to whom it went because nobody answered."""
    raised = progress(row)["escalation"]
    level, next_at = raised["level"], raised["next_at"]
    if next_at is not None and next_at > now:
        left = next_at - now
        to = look.say("queue_field" if level < 1 else "queue_coordinators")
        if level and raised["by_name"] is None:
            return look.say("queue_next", whom=to, age=countdown(left)), "alarm"
        role = "bad" if left < _SOON_S else "warn"
        return look.say("queue_wait", whom=to, age=countdown(left)), role
    if level:
        to = look.say("queue_field" if level == 1 else "queue_coordinators")
        key = "queue_nobody" if raised["by_name"] is None else "queue_raised"
        return look.say(key, whom=to), "alarm" if raised["by_name"] is None else "warn"
    answered = bool(going_spans(row, look, now) or row["verdicts"] or row["readers"])
    return look.say("queue_answered" if answered else "queue_calm"), "quiet"


def going_spans(row: AlertRow, look: Look, now: float) -> list[Span]:
    """Who is on the way or was asked, those who are late first."""
    work = progress(row)
    found: list[tuple[int, Span]] = []
    shown = set()
    for sent in work["dispatches"]:
        if sent["state"] not in WORKING:
            continue
        shown.add(sent["member"])
        due = sent["due_at"] if sent["due_at"] is not None else now
        left, who = age(abs(due - now)), person(sent, look)
        if sent["state"] == "overdue":
            found.append((0, (look.say("queue_late", name=who, age=left), "alarm")))
        elif sent["state"] == "accepted":
            found.append((1, (look.say("queue_accepted", name=who, age=left), "good")))
        else:
            found.append((2, (look.say("queue_asked", name=who, age=left), "warn")))
    for answer in work["responses"]:
        if answer["state"] in GOING and answer["member"] not in shown:
            state = look.word(RESPONSES, answer["state"])
            text = look.say("queue_goes", name=person(answer, look), state=state)
            if (eta := answer["eta_at"]) is not None and eta > now:
                text += f" {age(eta - now)}"
            found.append((1, (text, "good")))
    return [span for _, span in sorted(found, key=lambda one: one[0])]


def queue_lines(
    row: AlertRow,
    look: Look,
    *,
    me: int,
    origin: PlaceRow | None,
    now: float,
    width: int,
    asking: bool,
    corners: Corners | None = None,
) -> list[Line]:
    """The alert in QUEUE_LINES lines: what, how it stands, how long it may wait and who goes."""
    first, second = alert_lines(
        row, look, origin=origin, now=now, width=width, asking=False, corners=corners
    )[:2]
    spans: list[Span] = []
    if asking:
        spans.append((look.say("asking"), "warn"))
    text, role = wait_span(row, look, now)
    spans.append((f" {text} " if role == "alarm" else text, role))
    own = next((one["result"] for one in row["verdicts"] if one["member"] == me), None)
    if own is not None:
        spans.append((look.say("queue_you_said", result=look.word(VERDICTS, own)), "quiet"))
    spans += going_spans(row, look, now) or [(look.say("queue_nobody_goes"), "quiet")]
    third = spread(spans, width - 2, ellipsis=look.glyphs.ellipsis)
    return [first, second, (("  ", "plain"), *third)]


def distance_words(distance_m: float | None, precision_m: int, look: Look) -> str:
    """A distance no finer than the coarser one of the two cells."""
    if distance_m is None:
        return look.say("who_far")
    if distance_m < precision_m:
        return look.say("who_under", distance=metres(precision_m, 1))
    return metres(distance_m, precision_m)


def candidate_lines(
    one: Candidate, look: Look, *, where: str, busy: Sequence[str], now: float, width: int
) -> list[Line]:
    """A verifier in two lines. `where` is their place in words, `busy` their other alerts."""
    name = look.say("who_you", name=one.name) if one.mine else one.name
    state, role = _state(one, look, busy)
    far = distance_words(one.distance_m, one.precision_m, look)
    quiet = bool(one.refusal)
    head: list[Span] = [(name, "quiet" if quiet else "strong"), ("  ", "plain")]
    right: list[Span] = [(far, "quiet" if quiet or one.distance_m is None else "plain")]
    facts: list[Span] = []
    if line_width((*head, (state, role))) + 1 + line_width(tuple(right)) > width:
        facts.append((state, role))
    else:
        head.append((state, role))
    facts += _field_facts(one, look, where, now)
    second = spread(facts, width - 2, ellipsis=look.glyphs.ellipsis)
    return [edges(head, right, width, look.glyphs.ellipsis), (("  ", "plain"), *second)]


def _state(one: Candidate, look: Look, busy: Sequence[str]) -> Span:
    if one.refusal:
        return look.say(one.refusal), "quiet"
    if one.asked in WORKING:
        key = {"open": "who_asked", "accepted": "who_goes"}.get(one.asked, "who_owes")
        return look.say(key), "warn"
    if one.busy:
        return look.say("who_busy", what=", ".join(busy)), "warn"
    if one.off:
        return look.say("who_off"), "quiet"
    if one.unwell and one.patrol is not None:
        state = look.word(CHECKIN_STATES, one.patrol["state"])
        return look.say("who_unwell", state=state), "bad"
    if one.late:
        return look.say("who_late"), "alarm"
    if one.patrol is None:
        return look.say("who_idle"), "quiet"  # where nothing was heard, nobody is known to be free
    return look.say("who_free"), "good"


def _field_facts(one: Candidate, look: Look, where: str, now: float) -> list[Span]:
    patrol = one.patrol
    if patrol is None:
        return [(look.say("who_never"), "quiet")]
    if patrol["place"] is None:
        heard = look.say("seen_ago", age=age(now - patrol["last_seen"]))
        return [(look.say("who_no_place"), "quiet"), (heard, "quiet")]
    at = patrol["place_at"] if patrol["place_at"] is not None else patrol["last_seen"]
    old = now - at > OLD_POSITION_S
    text = look.say("who_old" if old else "position_ago", age=age(now - at))
    return [(text, "warn" if old else "plain"), (where, "quiet" if old else "plain")]


def twin_lines(twin: Twin, look: Look, width: int) -> list[Line]:
    """A likely duplicate in a line."""
    far = distance_words(twin.distance_m, max(twin.precision_m, 10), look)
    apart = look.say("same_apart", distance=far, age=age(twin.apart_s))
    by = look.say("by", name=twin.row["author_name"])
    spans: list[Span] = [(kind_words(twin.row, look), "strong"), (apart, "plain"), (by, "quiet")]
    return [spread(spans, width, ellipsis=look.glyphs.ellipsis)]
