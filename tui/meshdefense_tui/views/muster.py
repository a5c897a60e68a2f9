"""Roll calls and stand-downs as lines: who is missing first, then who needs something. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Final

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.response_schema import OrderRow, PersonRow, RollCallRow, RollEntry
from meshdefense_protocol.packets.rollcall import FIRST_SLOT_S
from meshdefense_protocol.words import CHECKIN_STATES, STAND_DOWN_REASONS
from meshdefense_tui.clock import age
from meshdefense_tui.delivery_words import delivery_words
from meshdefense_tui.lines import Line, Span, line_width, spread
from meshdefense_tui.look import Look
from meshdefense_tui.place_words import metres
from meshdefense_tui.role_words import role_words
from meshdefense_tui.text_fit import wrap
from meshdefense_tui.views.patrol_table import state_role

__all__ = [
    "answerable",
    "area_words",
    "key_hints",
    "muster_lines",
    "order_lines",
    "orders_in_force",
    "own_entry",
    "roll_call_lines",
    "roll_call_shown",
    "unacknowledged",
]

_UNHEARD: Final = CHECKIN_STATES.code("unknown")
_GRAVE_FIRST: Final = tuple(
    CHECKIN_STATES.code(key)
    for key in ("need-help", "injured", "relief", "moving", "resting", "ok", "off")
)
_UNBOUNDED: Final = 10_000
Where = Callable[[PlaceRow | None], str]


def roll_call_shown(rows: Iterable[RollCallRow]) -> RollCallRow | None:
    """The newest one; an open one before those that are over."""
    order = {"open": 0, "over": 1}
    return min(
        rows, key=lambda row: (order.get(row["state"], 2), -row["called_at"], row["id"]),
        default=None,
    )  # fmt: skip


def orders_in_force(rows: Iterable[OrderRow]) -> list[OrderRow]:
    """Stand-downs that hold, the newest first."""
    found = [row for row in rows if row["state"] == "in-force"]
    return sorted(found, key=lambda row: (-row["ordered_at"], row["id"]))


def own_entry(row: RollCallRow, own: int) -> RollEntry | None:
    """What this node's member has answered; None for whoever was not asked and said nothing."""
    entries = [*row["asked"], *row["others"]]
    return next((one for one in entries if one["member"] == own), None)


def answerable(rows: Iterable[RollCallRow]) -> RollCallRow | None:
    """The roll call that this node's member can answer: the newest open one of somebody else."""
    shown = roll_call_shown(row for row in rows if not row["mine"])
    return shown if shown is not None and shown["state"] == "open" else None


def unacknowledged(rows: Iterable[OrderRow], own: int) -> OrderRow | None:
    """The stand-down that waits for this member's word, the newest first."""
    return next(
        (
            row
            for row in orders_in_force(rows)
            if not row["mine"] and all(one["member"] != own for one in row["acknowledged"])
        ),
        None,
    )


def area_words(place: PlaceRow | None, look: Look, where: Where) -> str:
    """The area of a stand-down."""
    if place is None:
        return look.say("sd_everywhere")
    return look.say("sd_cell", size=metres(place["precision_m"], 1), where=where(place))


def muster_lines(
    calls: Iterable[RollCallRow],
    orders: Iterable[OrderRow],
    look: Look,
    *,
    own: int,
    where: Where,
    asking: Callable[[str], bool],
    now: float,
    width: int,
    relays: Collection[int] = (),
) -> list[Line]:
    """What the panel shows: stand-downs in force, then the roll call.

    `relays` are members with whom there is no person: nobody waits for their answer.
    """
    lines: list[Line] = []
    for order in orders_in_force(orders):
        lines += order_lines(order, look, own=own, where=where, now=now, width=width, relays=relays)
        lines += _asking(asking(order["id"]), look)
    call = roll_call_shown(calls)
    if call is not None:
        lines += roll_call_lines(call, look, own=own, now=now, width=width, relays=relays)
        lines += _asking(asking(call["id"]), look)
    elif not lines:
        lines += key_hints(look.say("mu_none"), look, width)
    return lines


def roll_call_lines(
    row: RollCallRow,
    look: Look,
    *,
    own: int,
    now: float,
    width: int,
    relays: Collection[int] = (),
) -> list[Line]:
    """Head, what is asked of this person, then everybody by what they answered."""
    asked = [one for one in row["asked"] if not _silent_relay(one, relays)]
    lines = _head(_roll_head(row, look, now, len(asked)), row["drill"], look, width)
    is_open = row["state"] == "open"
    lines += _own_lines(row, look, own=own, now=now, width=width)
    missing, coming = _unheard(row, now) if is_open else (_all_unheard(row), [])
    missing = [one for one in missing if not _silent_relay(one, relays)]
    coming = [one for one in coming if not _silent_relay(one[0], relays)]
    names = [_name(one, look, own) for one in missing]
    lines += _named(look.say("mu_missing"), names, "bad", look, width)
    heard = [*row["asked"], *row["others"]]
    known = [*_GRAVE_FIRST, *sorted({e["state"] for e in heard} - {_UNHEARD, *_GRAVE_FIRST})]
    for state in known:
        names = [_name(one, look, own) for one in heard if one["state"] == state]
        word = look.word(CHECKIN_STATES, state)
        lines += _named(word, names, state_role(state), look, width)
    turns = [f"{_name(one, look, own)} {age(left)}" for one, left in coming]
    lines += _named(look.say("mu_to_come"), turns, "quiet", look, width)
    if asked and not missing and not coming:
        lines.append(((look.say("mu_all_answered"), "good"),))
    if row["mine"]:
        words = look.say("mu_sent", words=delivery_words(row["delivery"], now, look.language))
        lines += [((part, "quiet"),) for part in wrap(words, width)]
    return lines


def order_lines(
    row: OrderRow,
    look: Look,
    *,
    own: int,
    where: Where,
    now: float,
    width: int,
    relays: Collection[int] = (),
) -> list[Line]:
    """Head, why and where, who has acknowledged it, and who has not."""
    done = row["acknowledged"]
    waiting = [one for one in row["waiting"] if one["member"] not in relays]
    state = f"sd_{row['state']}"
    if row["state"] not in {"in-force", "over", "retracted", "void"}:
        said = row["state"]  # a newer daemon's word, as it came
    else:
        said = look.say(state, age=age(row["until"] - now))
    head: list[Span] = [
        (f" {look.say('sd_call')} ", "alarm" if row["state"] == "in-force" else "title"),
        (said, "strong"),
        (look.say("sd_done", count=len(done), of=len(done) + len(waiting)), "plain"),
    ]
    lines = _head(head, row["drill"], look, width)
    why = look.say(
        "sd_why",
        reason_word=look.word(STAND_DOWN_REASONS, row["reason"]),
        where=area_words(row["place"], look, where),
        name=look.say("to_you") if row["mine"] else row["author_name"],
    )
    lines += [((part, "strong"),) for part in wrap(why, width)]
    if unacknowledged([row], own) is not None:
        lines.append(((f" {look.say('sd_yours')} ", "selected"),))
    if row["state"] == "in-force":
        names = [_name(one, look, own) for one in waiting]
        lines += _named(look.say("sd_waiting"), names, "bad", look, width)
    names = [_name(one, look, own) for one in done]
    lines += _named(look.say("sd_has_it"), names, "good", look, width)
    if row["mine"]:
        words = look.say("mu_sent", words=delivery_words(row["delivery"], now, look.language))
        lines += [((part, "quiet"),) for part in wrap(words, width)]
    return lines


def _silent_relay(entry: RollEntry, relays: Collection[int]) -> bool:
    return entry["state"] == _UNHEARD and entry["member"] in relays


def _roll_head(row: RollCallRow, look: Look, now: float, asked: int) -> list[Span]:
    match row["state"]:
        case "open":
            said = look.say("mu_open", age=age(row["closes_at"] - now))
        case "over":
            said = look.say("mu_over", age=age(now - row["closes_at"]))
        case "void":
            said = look.say("mu_void")
        case newer:
            said = newer
    whom = role_words(row["whom"], look) or look.say("mu_everybody")
    by = look.say("to_you") if row["mine"] else row["author_name"]
    return [
        (f" {look.say('mu_call')} ", "title_focus"),
        (said, "strong" if row["state"] == "open" else "quiet"),
        (look.say("mu_heard", count=row["heard"], of=asked), "plain"),
        (look.say("mu_whom", whom=whom), "quiet"),
        (look.say("by", name=by), "quiet"),
    ]


def _own_lines(row: RollCallRow, look: Look, *, own: int, now: float, width: int) -> list[Line]:
    entry = own_entry(row, own)
    if entry is not None and entry["state"] != _UNHEARD:
        state = look.word(CHECKIN_STATES, entry["state"])
        return [((look.say("mu_answered", state=state), "own"),)]
    if row["mine"] or entry is None or row["state"] != "open":
        return []
    parts: list[Span] = [(f" {look.say('mu_answer_now')} ", "selected")]
    if row["slot_at"] is not None and row["slot_at"] > now:
        parts.append((look.say("mu_slot", age=age(row["slot_at"] - now)), "plain"))
    return [spread(parts, width, ellipsis=look.glyphs.ellipsis)]


def _unheard(row: RollCallRow, now: float) -> tuple[list[RollEntry], list[tuple[RollEntry, float]]]:
    """Those whose turn is over, and those whose turn comes or is now, with the seconds to it."""
    missing, coming = [], []
    for place, entry in enumerate(row["asked"]):
        if entry["state"] != _UNHEARD:
            continue
        left = row["called_at"] + FIRST_SLOT_S + place * row["slot_s"] - now
        if left > -row["slot_s"]:
            coming.append((entry, max(left, 0.0)))
        else:
            missing.append(entry)
    return missing, coming


def _all_unheard(row: RollCallRow) -> list[RollEntry]:
    return [entry for entry in row["asked"] if entry["state"] == _UNHEARD]


def _head(parts: list[Span], drill: bool, look: Look, width: int) -> list[Line]:
    if drill:
        parts = [parts[0], (f" {look.say('drill')} ", "drill"), *parts[1:]]
    return _packed(parts, look, width)


def key_hints(text: str, look: Look, width: int) -> list[Line]:
    """A hint whose parts, three blanks apart, are never torn over two lines."""
    return _packed([(part, "quiet") for part in text.split("   ")], look, width, gap="   ")


def _packed(parts: list[Span], look: Look, width: int, gap: str = "  ") -> list[Line]:
    """On as many lines as it takes: no part is left out."""
    lines: list[Line] = []
    row: list[Span] = []
    for part in parts:
        if row and line_width(spread([*row, part], _UNBOUNDED, gap)) > width:
            lines.append(spread(row, width, gap, look.glyphs.ellipsis))
            row = []
        row.append(part)
    return [*lines, spread(row, width, gap, look.glyphs.ellipsis)]


def _named(word: str, names: list[str], role: str, look: Look, width: int) -> list[Line]:
    if not names:
        return []
    text = look.say("mu_group", state=word, count=len(names), names=", ".join(names))
    return [((part, role),) for part in wrap(text, width)]


def _name(person: PersonRow, look: Look, own: int) -> str:
    if person["member"] == own:
        return look.say("to_you")
    return look.say("mu_out", name=person["name"]) if person["out"] else person["name"]


def _asking(under_way: bool, look: Look) -> list[Line]:
    return [((look.say("asking"), "warn"),)] if under_way else []
