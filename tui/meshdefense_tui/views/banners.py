"""The rows that stand on top of every screen while they are true. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.response_schema import SosRow
from meshdefense.api.status_schema import NodeStatus
from meshdefense_protocol.words import DECISION_REASONS, RESPONSES, SOS_KINDS
from meshdefense_tui.clock import age
from meshdefense_tui.delivery_words import delivery_role, fitting_words
from meshdefense_tui.gestures import PRESSES, PanicGesture
from meshdefense_tui.lines import Line, Span, fill, spread
from meshdefense_tui.look import Look
from meshdefense_tui.place_words import place_words
from meshdefense_tui.text_fit import fit

__all__ = [
    "answer_names",
    "open_sos_lines",
    "panic_line",
    "sos_lines",
    "sos_words",
    "trust_lines",
]

_NAMES_MAX = 3
_ACKNOWLEDGED = RESPONSES.code("acknowledged")


def panic_line(gesture: PanicGesture, look: Look, width: int, *, now: float) -> Line:
    """How far the gesture is; `now` is the monotonic clock's."""
    key = "panic_drill_count" if gesture.rehearsal else "panic_count"
    words = look.say(key, count=gesture.count, of=PRESSES, left=gesture.left(now))
    cancel = look.say("panic_cancel")
    # how to stop it is always there, in every language: the other words end sooner
    words = fit(words, max(width - cell_len(cancel) - 4, 0), look.glyphs.ellipsis)
    parts: list[Span] = [(f" {words} ", "drill" if gesture.rehearsal else "alarm")]
    parts.append((cancel, "strong"))
    if gesture.count == 1 and not gesture.rehearsal:
        parts.append((look.say("panic_drill_offer"), "key"))
    return fill(spread(parts, width, ellipsis=look.glyphs.ellipsis), width)


def sos_words(row: SosRow, key: str, look: Look, origin: PlaceRow | None, now: float) -> str:
    """Who, what, where and since when."""
    return look.say(
        key,
        name=row["author_name"],
        kind=look.word(SOS_KINDS, row["kind"]),
        place=place_words(row["place"], origin, look),
        age=age(now - row["raised_at"]),
    )


def answer_names(row: SosRow, look: Look) -> str:
    """Who has answered, and what they do: "ana, kit (on the way)"."""
    named = []
    for answer in row["answers"]:
        doing = look.word(RESPONSES, answer["state"])
        known = answer["state"] == _ACKNOWLEDGED
        named.append(answer["name"] if known else f"{answer['name']} ({doing})")
    return ", ".join(named)


def sos_lines(
    unanswered: Sequence[SosRow],
    own: SosRow | None,
    look: Look,
    *,
    origin: PlaceRow | None,
    now: float,
    width: int,
    here: bool,
) -> list[Line]:
    """One line for other people's calls, one for one's own.

    `here` says whether the key that acknowledges works on this screen.
    """
    lines: list[Line] = []
    ellipsis = look.glyphs.ellipsis
    if unanswered:
        row = unanswered[0]
        drill = [(f" {look.say('drill')} ", "drill")] if row["drill"] else []
        hint = look.say("sos_ack_key" if here else "sos_ack_later")
        parts: list[Span] = [(f" {sos_words(row, 'sos_banner', look, origin, now)} ", "alarm")]
        parts.append((hint, "key"))
        if len(unanswered) > 1:
            parts.append((look.say("sos_more", count=len(unanswered) - 1), "bad"))
        room = width - sum(len(text) for text, _ in drill)
        lines.append(fill([*drill, *spread(parts, room, ellipsis=ellipsis)], width, ellipsis))
    if own is not None:
        parts = [(f" {look.say('sos_own', age=age(now - own['raised_at']))} ", "alarm")]
        if own["drill"]:
            parts.insert(0, (f" {look.say('drill')} ", "drill"))
        parts.append(_answered(own, look))
        words = fitting_words(own["delivery"], now, look.language, width // 2)
        parts.append((words, delivery_role(own["delivery"])))
        lines.append(fill(spread(parts, width, ellipsis=ellipsis), width))
    return lines


def _answered(row: SosRow, look: Look) -> Span:
    if names := answer_names(row, look):
        return look.say("sos_answered", names=names), "good"
    return look.say("sos_nobody"), "warn"


def open_sos_lines(
    answered: Sequence[SosRow],
    look: Look,
    *,
    where: Callable[[PlaceRow | None], str],
    may_end: bool,
    now: float,
    width: int,
) -> list[Line]:
    """One quiet row for other people's calls that somebody has answered and nobody has ended.

    The newest is named. Where the place does not fit it goes first, then the age of the answer,
    then who answered; who calls and that it is open always stand there.
    """
    if not answered:
        return []
    row, ellipsis = answered[0], look.glyphs.ellipsis
    drill: list[Span] = [(f" {look.say('drill')} ", "drill")] if row["drill"] else []
    head: Span = (look.say("sos_open", name=row["author_name"]), "strong")
    more = look.say("sos_more", count=len(answered) - 1) if len(answered) > 1 else ""
    end = look.say("sos_open_end") if may_end else ""
    place = where(row["place"]) if row["place"] is not None else ""
    room = width - sum(cell_len(text) for text, _ in drill)
    long, short = _answer_words(row, look, now)
    line: Line = ()
    for told, at in ((long, place), (long, ""), (short, place), (short, ""), ("", "")):
        parts = [head, (at, "plain"), (told, "quiet"), (more, "warn"), (end, "key")]
        line = spread(parts, max(room, 0), ellipsis=ellipsis)
        if len(line) == 2 * sum(bool(text) for text, _ in parts) - 1:
            break
    return [fill([*drill, *line], width, ellipsis)]


def _answer_words(row: SosRow, look: Look, now: float) -> tuple[str, str]:
    """Who answered last and how long ago, and who alone."""
    if not row["answers"]:
        return "", ""
    last = max(row["answers"], key=lambda one: one["at"])
    old = age(now - last["at"])
    return (
        look.say("sos_open_answered", name=last["name"], age=old),
        look.say("sos_open_by", name=last["name"]),
    )


def trust_lines(status: NodeStatus | None, look: Look, *, now: float, width: int) -> list[Line]:
    """What the organizers' decisions mean for this node; nothing while all is well."""
    if status is None:
        return []
    found: list[tuple[str, str]] = []
    if status.get("revoked"):
        found.append((look.say("banner_revoked"), "alarm"))
    until = status.get("suspended_until")
    if until is not None and until > now and not status.get("revoked"):
        found.append((look.say("banner_suspended", time=look.clock.hm(until)), "alarm"))
    warnings = sorted(status.get("warnings", ()), key=lambda warning: -warning["at"])
    for warning in warnings[:1]:
        reason = warning["reason"]
        # a word from an older or newer daemon is better shown as it came than hidden
        why = look.word(DECISION_REASONS, reason) if isinstance(reason, int) else str(reason)
        text = look.say(
            "banner_warning", name=warning["by_name"], reason=why, age=age(now - warning["at"])
        )
        if len(warnings) > 1:
            text += f" {look.say('sos_more', count=len(warnings) - 1)}"
        found.append((text, "alarm"))
    behind = status.get("epoch", 0) < status.get("epoch_in_force", 0)
    if status.get("left_out"):
        found.append((look.say("banner_left_out"), "alarm"))
    elif behind:
        found.append((look.say("banner_old_keys"), "alarm"))
    if others := status.get("epoch_behind"):
        names = [row["name"] for row in others[:_NAMES_MAX]]
        text = look.say("banner_behind", names=", ".join(names))
        if len(others) > _NAMES_MAX:
            text += f" {look.say('sos_more', count=len(others) - _NAMES_MAX)}"
        found.append((text, "warn"))
    return [fill([(f" {text} ", role)], width, look.glyphs.ellipsis) for text, role in found]
