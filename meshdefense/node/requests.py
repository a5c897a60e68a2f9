"""Requests of the local API as bodies of the protocol: words become codes, degrees cells.

Every error says what is wrong and what would be right. Source: docs/api.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from math import ceil
from typing import Any, Final

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
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.packets.report import SIZE_RANGES, observed_code, size_code
from meshdefense_protocol.place import Place, precision_code
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
    UnknownWordError,
    WordList,
)

__all__ = ["SUBMISSIONS", "BadRequestError", "Params", "body_of"]

REPORT_PRECISION_M: Final = 10
BEACON_PRECISION_M: Final = 100
"""A block: what a patrol shares of its position unless it decides otherwise."""
DUE_MAX_S: Final = 63 * DUE_UNIT_S


class BadRequestError(ValueError):
    """A parameter is missing or unknown."""


class Params:
    """The parameters of one request, taken one by one; what is left over is an error."""

    def __init__(self, method: str, values: Mapping[str, Any]) -> None:
        self._method, self._values, self._taken = method, values, set[str]()

    def take(self, name: str, kind: type | tuple[type, ...], default: Any = None) -> Any:
        """The value, or `default` when it is missing or null."""
        self._taken.add(name)
        value = self._values.get(name)
        if value is None:
            return default
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise BadRequestError(f"{self._method}: {name} has the wrong type")
        return value

    def required(self, name: str, kind: type | tuple[type, ...]) -> Any:
        """The value; BadRequestError when it is missing."""
        value = self.take(name, kind)
        if value is None:
            raise BadRequestError(f"{self._method} needs {name}")
        return value

    def word(self, name: str, words: WordList, default: int | None = None) -> int:
        """A code of a list, given as a number or a word."""
        value = self.take(name, (str, int))
        if value is None and default is not None:
            return default
        if value is None:
            raise BadRequestError(f"{self._method} needs {name}")
        try:
            return words.find(str(value)).code
        except UnknownWordError as error:
            raise ValueRangeError(str(error)) from None

    def number(self, name: str, low: float, high: float) -> float | None:
        """A number between `low` and `high`, both included; None when it is missing."""
        value = self.take(name, (int, float))
        if value is not None and not low <= value <= high:
            raise ValueRangeError(f"{name} {value} is outside {low:g} to {high:g}")
        return value  # type: ignore[no-any-return]  # take() has checked it

    def whole(self, name: str, low: int, high: int) -> int | None:
        """A whole number between `low` and `high`; None when it is missing."""
        value = self.number(name, low, high)
        if value is not None and value != int(value):
            raise ValueRangeError(f"{name} {value} is not a whole number")
        return None if value is None else int(value)

    def text(self, name: str, limit: int) -> str:
        """Text of at most `limit` bytes of UTF-8, in one line."""
        return _fitting(name, " ".join(str(self.take(name, str, "")).split()), limit)

    def lines(self, name: str, limit: int) -> str:
        """Text of at most `limit` bytes of UTF-8, in lines; without blanks around it."""
        value = "\n".join(str(self.take(name, str, "")).splitlines())
        return _fitting(name, value.strip(), limit)

    def item(self, name: str) -> ItemId:
        """An item's id."""
        found = ItemId.parse(self.required(name, str))
        if found.stream:
            raise ValueRangeError(f"{found} is a position; it cannot be referred to")
        return found

    def finish(self) -> None:
        """BadRequestError for a parameter that nobody took; it names the nearest one."""
        for name in self._values:
            if name not in self._taken:
                near = get_close_matches(name, self._taken, n=1, cutoff=0.0)
                raise BadRequestError(
                    f"{self._method} has no parameter {name!r}; the nearest is {near[0]!r}"
                    if near
                    else f"{self._method} takes no parameters"
                )


def _fitting(name: str, value: str, limit: int) -> str:
    """`value` unless it is too long, or has what UTF-8 cannot say."""
    try:
        size = len(value.encode())
    except UnicodeEncodeError:
        raise ValueRangeError(f"{name} has characters that cannot be sent") from None
    if size > limit:
        raise ValueRangeError(
            f"{name} has {size} bytes, the limit is {limit}: shorten it by {size - limit}"
        )
    return value


def _place(params: Params, charter: Charter, default_m: int, finest: int) -> Place | None:
    lat = params.take("lat", (int, float))
    lon = params.take("lon", (int, float))
    metres = params.whole("precision_m", 1, 10_000)
    if (lat is None) != (lon is None):
        raise BadRequestError("lat and lon come together")
    if lat is None:
        return None
    code = max(finest, precision_code(default_m if metres is None else metres))
    return charter.grid.place(lat, lon, code)


def _report(params: Params, charter: Charter, roster: Roster) -> Body:
    count = params.whole("count", 1, 65_535)
    size = size_code(count)
    equipment = params.take("equipment", list, [])
    return Report(
        _place(params, charter, REPORT_PRECISION_M, Report.FINEST),
        params.word("kind", KINDS),
        params.word("severity", SEVERITIES, 1),
        size,
        params.word("activity", ACTIVITIES, 0),
        params.word("unit", UNITS, 0),
        observed_code(params.number("observed_ago_s", 0, 24 * 3600) or 0),
        params.word("scope", SCOPES, 0),
        params.text("note", NOTE_MAX),
        count if size in SIZE_RANGES else None,
        frozenset(
            Params("report", {"equipment": e}).word("equipment", EQUIPMENT) for e in equipment
        ),
    )


def _verdict(params: Params, charter: Charter, roster: Roster) -> Body:
    return Verdict(
        params.item("alert"),
        params.word("result", VERDICTS),
        params.whole("count", 0, 65_535),
        params.text("note", NOTE_MAX),
    )


def _retract(params: Params, charter: Charter, roster: Roster) -> Body:
    return Retract(params.item("alert"), params.word("reason", REASONS, 0))


def _beacon(params: Params, charter: Charter, roster: Roster) -> Body:
    heading = params.number("heading", 0, 360)
    battery = params.whole("battery", 0, 101)
    return Beacon(
        _place(params, charter, BEACON_PRECISION_M, Beacon.FINEST),
        None if heading is None else round(heading / 45) % 8,
        params.word("motion", MOTIONS, 0),
        battery_code(battery),
        params.word("state", CHECKIN_STATES, 1),
    )


def _checkin(params: Params, charter: Charter, roster: Roster) -> Body:
    due = params.number("due_in_s", 0, DUE_MAX_S)
    units = 0 if not due else max(1, round(due / DUE_UNIT_S))
    state = params.word("state", CHECKIN_STATES, 1)
    return CheckIn(state, units, _place(params, charter, BEACON_PRECISION_M, CheckIn.FINEST))


def _message(params: Params, charter: Charter, roster: Roster) -> Body:
    text = params.text("text", NOTICE_TEXT_MAX)
    if not text:
        raise ValueRangeError("a message needs a text")
    recipient = params.take("recipient", (str, int))
    number = None
    if recipient is not None:
        member = roster.find(str(recipient))
        if member is None:
            names = [m.name for m in roster]
            near = get_close_matches(str(recipient), names, n=1, cutoff=0.0)
            raise ValueRangeError(
                f"{recipient!r} is not a member" + (f"; the nearest is {near[0]}" if near else "")
            )
        number = member.number
    scope = params.word("scope", SCOPES, 0)
    return Notice(text, scope, number, params.take("urgent", bool, False))


def _long_report(params: Params, charter: Charter, roster: Roster) -> Body:
    content = _content(params)
    about = params.take("alert", str)
    lifetime_s = params.number("lifetime_s", LIFETIME_UNIT_S, LIFETIME_MAX_S)
    return Manifest(
        len(content),
        content_hash(charter.network_id, content),
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


def _acknowledge(params: Params, charter: Charter, roster: Roster) -> Body:
    return Acknowledge((params.item("item"),), params.word("meaning", ACK_MEANINGS, 0))


SUBMISSIONS: Final[dict[str, Callable[[Params, Charter, Roster], Body]]] = {
    "report": _report,
    "verdict": _verdict,
    "retract": _retract,
    "beacon": _beacon,
    "checkin": _checkin,
    "message": _message,
    "long_report": _long_report,
    "acknowledge": _acknowledge,
}


def body_of(
    method: str, values: Mapping[str, Any], charter: Charter, roster: Roster
) -> tuple[Body, bool, bytes | None]:
    """The body that a request asks for, whether it is a drill, and a long report's text.

    Raises BadRequestError, or LocalError with a text for people.
    """
    params = Params(method, values)
    body = SUBMISSIONS[method](params, charter, roster)
    drill = params.take("drill", bool, False)
    params.finish()
    return body, drill, _content(params) if isinstance(body, Manifest) else None
