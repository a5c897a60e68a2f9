"""Requests of the local API as bodies of the protocol: words become codes, degrees cells.

Every error says what is wrong and what would be right. Source: docs/api.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import ceil
from typing import Any, Final, NamedTuple

from meshdefense.node.params import NOTHING_KNOWN, BadRequestError, Known, Params, Scene
from meshdefense.node.response_requests import RESPONSE_SUBMISSIONS, own_slot
from meshdefense.node.subjects import spoken_of
from meshdefense_protocol.charter import Charter
from meshdefense_protocol.errors import ValueRangeError
from meshdefense_protocol.fragments import content_hash, content_of
from meshdefense_protocol.limits import (
    LIFETIME_MAX_S,
    LIFETIME_UNIT_S,
    LONG_TEXT_MAX,
    NOTE_MAX,
    NOTICE_TEXT_MAX,
)
from meshdefense_protocol.packets import (
    Acknowledge,
    Beacon,
    Body,
    CheckIn,
    Manifest,
    Notice,
    Report,
    Retract,
    Verdict,
)
from meshdefense_protocol.packets.beacon import battery_code
from meshdefense_protocol.packets.checkin import DUE_UNIT_S
from meshdefense_protocol.packets.notice import LANGUAGES
from meshdefense_protocol.packets.report import SIZE_RANGES, observed_code, size_code
from meshdefense_protocol.roster import Roster
from meshdefense_protocol.words import (
    ACK_MEANINGS,
    ACTIVITIES,
    CHECKIN_STATES,
    EQUIPMENT,
    KINDS,
    MOTIONS,
    REASONS,
    SCOPES,
    SEVERITIES,
    UNITS,
    VERDICTS,
)

__all__ = ["SUBMISSIONS", "BadRequestError", "Params", "Submission", "body_of"]

REPORT_PRECISION_M: Final = 10
BEACON_PRECISION_M: Final = 100
"""A block: what a patrol shares of its position unless it decides otherwise."""
UNKNOWN: Final = "unknown"
"""In place of seconds."""
DUE_MAX_S: Final = 63 * DUE_UNIT_S


def _report(params: Params, scene: Scene) -> Body:
    count = params.whole("count", 1, 65_535)
    size = size_code(count)
    about = None if params.take("about", str) is None else params.item("about")
    first = None if about is None else scene.known.find(about)
    usual = 0
    if first is not None and isinstance(first.item.body, Report):
        usual = first.item.body.scope  # what adds to it is for the same people
        root = first.item.body.about
        if root is not None and scene.known.find(root) is not None:
            about = root  # all that adds to an alert stands side by side
    equipment = params.take("equipment", list, [])
    return Report(
        params.place(scene.charter, REPORT_PRECISION_M, Report.FINEST),
        params.word("kind", KINDS),
        params.word("severity", SEVERITIES, 1),
        size,
        params.word("activity", ACTIVITIES, 0),
        params.word("unit", UNITS, 0),
        observed_code(_observed_ago_s(params)),
        params.word("scope", SCOPES, usual),
        params.text("note", NOTE_MAX),
        count if size in SIZE_RANGES else None,
        frozenset(
            Params("report", {"equipment": e}).word("equipment", EQUIPMENT) for e in equipment
        ),
        about=about,
    )


def _observed_ago_s(params: Params) -> float | None:
    """None where the author does not know when; without a word it is seen now."""
    if params.take("observed_ago_s", (int, float, str)) == UNKNOWN:
        return None
    return params.number("observed_ago_s", 0, 24 * 3600) or 0


def _verdict(params: Params, scene: Scene) -> Body:
    return Verdict(
        params.item("alert"),
        params.word("result", VERDICTS),
        params.whole("count", 0, 65_535),
        params.text("note", NOTE_MAX),
    )


def _retract(params: Params, scene: Scene) -> Body:
    return Retract(params.item("alert"), params.word("reason", REASONS, 0))


def _beacon(params: Params, scene: Scene) -> Body:
    heading = params.number("heading", 0, 360)
    battery = params.whole("battery", 0, 101)
    return Beacon(
        params.place(scene.charter, BEACON_PRECISION_M, Beacon.FINEST),
        None if heading is None else round(heading / 45) % 8,
        params.word("motion", MOTIONS, 0),
        battery_code(battery),
        params.word("state", CHECKIN_STATES, 1),
    )


def _checkin(params: Params, scene: Scene) -> Body:
    due = params.number("due_in_s", 0, DUE_MAX_S)
    units = 0 if not due else max(1, round(due / DUE_UNIT_S))
    state = params.word("state", CHECKIN_STATES, 1)
    return CheckIn(state, units, params.place(scene.charter, BEACON_PRECISION_M, CheckIn.FINEST))


def _message(params: Params, scene: Scene) -> Body:
    text = params.text("text", NOTICE_TEXT_MAX)
    if not text:
        raise ValueRangeError("a message needs a text")
    given = params.take("recipient", (str, int))
    number = None if given is None else params.member("recipient", scene.roster).number
    scope = params.word("scope", SCOPES, 0)
    return Notice(text, scope, number, params.take("urgent", bool, False))


def _long_report(params: Params, scene: Scene) -> Body:
    content = _content(params)
    about = params.take("alert", str)
    lifetime_s = params.number("lifetime_s", LIFETIME_UNIT_S, LIFETIME_MAX_S)
    return Manifest(
        len(content),
        content_hash(scene.charter.network_id, content),
        params.word("scope", SCOPES, 0),
        _language(params),
        None if about is None else params.item("alert"),
        None if lifetime_s is None else ceil(lifetime_s / LIFETIME_UNIT_S) * LIFETIME_UNIT_S,
    )


def _content(params: Params) -> bytes:
    text = params.lines("text", LONG_TEXT_MAX)
    if not text:
        raise ValueRangeError("a long report needs a text")
    return content_of(text)


def _language(params: Params) -> int:
    name = params.take("language", str, "")
    for code, known in LANGUAGES.items():
        if name == known:
            return code
    names = " or ".join(known for known in LANGUAGES.values() if known)
    raise ValueRangeError(f"language {name!r} is not known; it is {names}")


def _acknowledge(params: Params, scene: Scene) -> Body:
    return Acknowledge((params.item("item"),), params.word("meaning", ACK_MEANINGS, 0))


def _drill(params: Params, body: Body, known: Known) -> bool:
    """Whether it is an exercise: what is said about one is a part of it."""
    drill = bool(params.take("drill", bool, False))
    spoken = spoken_of(body)
    about = None if spoken is None else known.find(spoken[0])
    if about is None or about.item.drill is drill:
        return drill
    if drill:
        raise ValueRangeError(f"{about.item.id} is no drill: an exercise about it does not count")
    return True


SUBMISSIONS: Final[dict[str, Callable[[Params, Scene], Body]]] = {
    "report": _report,
    "verdict": _verdict,
    "retract": _retract,
    "beacon": _beacon,
    "checkin": _checkin,
    "message": _message,
    "long_report": _long_report,
    "acknowledge": _acknowledge,
    **RESPONSE_SUBMISSIONS,
}


class Submission(NamedTuple):
    """What a request asks this node to say."""

    body: Body
    drill: bool
    content: bytes | None
    """A long report's text."""
    not_before: float | None
    """When it may go out; None for at once."""


def body_of(
    method: str,
    values: Mapping[str, Any],
    charter: Charter,
    roster: Roster,
    known: Known = NOTHING_KNOWN,
) -> Submission:
    """What a request asks this node to say, from what it knows.

    Raises BadRequestError, or LocalError with a text for people.
    """
    params = Params(method, values)
    scene = Scene(charter, roster, known)
    body = SUBMISSIONS[method](params, scene)
    drill = _drill(params, body, known)
    params.finish()
    content = _content(params) if isinstance(body, Manifest) else None
    return Submission(body, drill, content, own_slot(body, scene))
