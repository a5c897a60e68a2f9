"""Requests about what is done: sending people, answering, closing, calls for help, roll calls.

As `meshdefense.node.requests`, but from what this node knows. Source: docs/api.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import ceil
from typing import Any, Final

from meshdefense.node.params import Params, Scene
from meshdefense.node.sight import said_at
from meshdefense_protocol.errors import ForbiddenError, ValueRangeError
from meshdefense_protocol.limits import NOTE_MAX
from meshdefense_protocol.members import may, parse_roles
from meshdefense_protocol.muster import asked_in, last_slot_s, slot_at
from meshdefense_protocol.packets import (
    Body,
    Broadcast,
    Close,
    Dispatch,
    Escalate,
    Report,
    Response,
    RollAnswer,
    RollCall,
    Sos,
    SosEnd,
    StandDown,
    Verdict,
)
from meshdefense_protocol.packets.escalate import COORDINATORS, NEXT_RING
from meshdefense_protocol.packets.report import OBSERVED_AGO_S, observed_code
from meshdefense_protocol.packets.response import ETA_MAX, ETA_UNIT_S, ON_THE_WAY
from meshdefense_protocol.packets.rollcall import WINDOW_UNIT_S
from meshdefense_protocol.packets.standdown import UNTIL_MAX, UNTIL_UNIT_S
from meshdefense_protocol.place import precision_code
from meshdefense_protocol.words import (
    CHECKIN_STATES,
    CLOSE_REASONS,
    ESCALATION_REASONS,
    RESPONSES,
    SCOPES,
    SOS_ENDINGS,
    SOS_KINDS,
    STAND_DOWN_REASONS,
    VERDICTS,
)

__all__ = ["RESPONSE_SUBMISSIONS", "own_slot"]

BACK_MIN: Final = 15
"""Minutes to report back within, unless the request says others."""
SLOT_S: Final = 6
"""Between two answers: on LongFast one takes 1.1 s, and its relays about as much for each hop."""
WINDOW_MIN: Final = 5
SOS_PRECISION_M: Final = 1
AREA_PRECISION_M: Final = 1000
UNTIL_S: Final = 2 * 3600
_CONFIRMED: Final = VERDICTS.code("confirmed")
_FIELD, _EVERYONE = SCOPES.code("field"), SCOPES.code("everyone")
_CANCELLED, _ALL_CLEAR = SOS_ENDINGS.code("cancelled"), SOS_ENDINGS.code("all-clear")
_LEVELS: Final = {"next-ring": NEXT_RING, "coordinators": COORDINATORS}


def _dispatch(params: Params, scene: Scene) -> Body:
    ref = params.item("alert")
    member = params.member("member", scene.roster)
    minutes = params.whole("back_min", 1, 255)
    note = params.text("look", NOTE_MAX)
    off = params.take("off", bool, False)
    if off and (minutes is not None or note):
        raise ValueRangeError("who is called off has nothing to look for and no time for it")
    if off:
        return Dispatch(ref, member.number, 0)
    if member.number == ref.author:
        raise ValueRangeError(f"{member.name} reported it: somebody else has to look")
    if not may(member.roles, Verdict.KIND):
        able = [
            one.name
            for one in scene.roster
            if may(one.roles, Verdict.KIND) and one.number != ref.author
        ]
        raise ValueRangeError(
            f"{member.name} is no verifier and could give no verdict; "
            f"those who can are {', '.join(sorted(able)) or 'none'}"
        )
    return Dispatch(ref, member.number, BACK_MIN if minutes is None else minutes, note)


def _respond(params: Params, scene: Scene) -> Body:
    ref = params.item("alert")
    state = params.word("state", RESPONSES)
    eta_min = params.number("eta_min", 0, ETA_MAX * ETA_UNIT_S / 60)
    if state == RESPONSES.code("pending"):
        raise ValueRangeError("pending is what it is while nobody has responded")
    if eta_min and state != ON_THE_WAY:
        raise ValueRangeError("a time of arrival goes with on-the-way only")
    return Response(ref, state, ceil((eta_min or 0) * 60 / ETA_UNIT_S))


def _broadcast(params: Params, scene: Scene) -> Body:
    """The report again, for everybody, as a second person confirmed it."""
    ref, known = params.item("alert"), scene.known
    metres = params.whole("precision_m", 1, 10_000)
    sight, row = known.find(ref), known.row("alerts", ref)
    report = None if sight is None else sight.item.body
    if row is None:
        return Broadcast(ref, Report(None, 0))  # the node says that there is no such alert
    if sight is None or not isinstance(report, Report):
        raise ForbiddenError("the report itself is not here: who has it can broadcast it")
    if ref.author == known.me:
        raise ForbiddenError("this is your own report: somebody else has to broadcast it")
    if row["state"] != "verified":
        raise ForbiddenError(f"it is {row['state']}: {_lacking(row)}")
    if not any(_confirms(one) and one["member"] != known.me for one in row["verdicts"]):
        raise ForbiddenError(
            "nobody but you confirms it: a wide alarm takes a verifier and another person"
        )
    place = report.place
    code = 0 if metres is None else precision_code(metres)
    if place is not None and code > place.precision:
        place = scene.charter.grid.place(*scene.charter.grid.degrees(place), code)
    observed = report.observed
    if observed < len(OBSERVED_AGO_S):
        elapsed = max(0.0, known.now - said_at(sight, scene.charter.date))
        observed = observed_code(OBSERVED_AGO_S[observed] + elapsed)
    told = replace(
        report, place=place, observed=observed, scope=_EVERYONE, note="", equipment=frozenset(),
        lifetime_s=None, about=None, extra={},
    )  # fmt: skip
    return Broadcast(ref, told)


def _lacking(row: Mapping[str, Any]) -> str:
    if row["state"] in ("unconfirmed", "corroborated"):
        return f"{row['confirmed']} of {row['needed']} verifiers confirm it"
    return "only a verified alert is broadcast"


def _confirms(verdict: Mapping[str, Any]) -> bool:
    return bool(verdict["result"] == _CONFIRMED)


def _escalate(params: Params, scene: Scene) -> Body:
    ref = params.item("alert")
    name = params.take("level", str)
    if name is not None and name not in _LEVELS:
        raise ValueRangeError(f"{name!r} is not a level; it is {' or '.join(_LEVELS)}")
    row = scene.known.row("alerts", ref) or scene.known.row("sos", ref)
    level = 0 if row is None else row["escalation"]["level"]
    higher = COORDINATORS if level >= NEXT_RING else NEXT_RING
    reason = params.word("reason", ESCALATION_REASONS, 0)
    return Escalate(ref, higher if name is None else _LEVELS[name], reason)


def _close(params: Params, scene: Scene) -> Body:
    return Close(params.item("alert"), params.word("reason", CLOSE_REASONS, 0))


def _sos(params: Params, scene: Scene) -> Body:
    usual = _FIELD if scene.known.in_field else _EVERYONE
    scope = params.word("scope", SCOPES, usual)
    place = params.place(scene.charter, SOS_PRECISION_M, Sos.finest_for(scope))
    return Sos(place, params.word("kind", SOS_KINDS, 0), scope)


def _sos_end(params: Params, scene: Scene) -> Body:
    ref = params.item("sos")
    own = ref.author == scene.known.me
    return SosEnd(ref, params.word("how", SOS_ENDINGS, _CANCELLED if own else _ALL_CLEAR))


def _roll_call(params: Params, scene: Scene) -> Body:
    names = params.take("whom", list, [])
    if not all(isinstance(name, str) for name in names):
        raise ValueRangeError("whom is a list of roles")
    whom = int(parse_roles(names))
    slot_s = params.whole("slot_s", 1, 255) or SLOT_S
    minutes = params.whole("window_min", 1, 255)
    people = len(asked_in(scene.roster, whom, scene.known.me))
    if not people:
        raise ValueRangeError("nobody but you has that role")
    needed = ceil((last_slot_s(people, slot_s) + slot_s) / WINDOW_UNIT_S)
    if minutes is None:
        minutes = max(WINDOW_MIN, needed)
    if minutes < needed:
        raise ValueRangeError(
            f"the last of {people} people answers after {needed} min: give them as long, "
            "or make the slots shorter"
        )
    if minutes > 255:
        raise ValueRangeError(
            f"{people} people take {needed} min, more than 255: ask fewer at once"
        )
    return RollCall(slot_s, minutes, whom)


def _roll_answer(params: Params, scene: Scene) -> Body:
    ref, state = params.item("rollcall"), params.word("state", CHECKIN_STATES, 1)
    if not state:
        raise ValueRangeError("who answers was heard from: say how you are, for example ok")
    if ref.author == scene.known.me:
        raise ForbiddenError("this is your own roll call: you are the one who is answered")
    return RollAnswer(ref, state)


def own_slot(body: Body, scene: Scene) -> float | None:
    """When an answer to a roll call may go out; None for everything else."""
    if not isinstance(body, RollAnswer):
        return None
    sight = scene.known.find(body.ref)
    call = None if sight is None else sight.item.body
    if sight is None or not isinstance(call, RollCall):
        return None
    called_at = said_at(sight, scene.charter.date)
    return slot_at(call, body.ref.author, scene.known.me, scene.roster, called_at)


def _stand_down(params: Params, scene: Scene) -> Body:
    place = params.place(scene.charter, AREA_PRECISION_M, StandDown.FINEST)
    until_s = params.number("until_s", 1, UNTIL_MAX * UNTIL_UNIT_S) or UNTIL_S
    reason = params.word("reason", STAND_DOWN_REASONS, 0)
    return StandDown(place, ceil(until_s / UNTIL_UNIT_S), reason)


RESPONSE_SUBMISSIONS: Final[dict[str, Callable[[Params, Scene], Body]]] = {
    "dispatch": _dispatch,
    "respond": _respond,
    "broadcast": _broadcast,
    "escalate": _escalate,
    "close": _close,
    "sos": _sos,
    "sos_end": _sos_end,
    "rollcall": _roll_call,
    "rollanswer": _roll_answer,
    "stand_down": _stand_down,
}
