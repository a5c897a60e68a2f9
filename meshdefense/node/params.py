"""The parameters of one request: taken one by one, each checked, what is left over an error.

Every error says what is wrong and what would be right. Source: docs/api.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from meshdefense.api.schema import TableName
from meshdefense.node.sight import Sight
from meshdefense_protocol.charter import Charter
from meshdefense_protocol.errors import ValueRangeError
from meshdefense_protocol.members import Member
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.place import Place, precision_code
from meshdefense_protocol.roster import Roster
from meshdefense_protocol.wordlist import UnknownWordError, WordList

__all__ = ["NOTHING_KNOWN", "BadRequestError", "Known", "Params", "Scene"]


class BadRequestError(ValueError):
    """A parameter is missing or unknown."""


@dataclass(frozen=True, slots=True)
class Known:
    """What this node knows when a request comes."""

    me: int
    """Number of its member; 0 for nobody."""
    in_field: bool
    """Whether it holds the key of patrols and verifiers."""
    now: float
    find: Callable[[ItemId], Sight | None]
    """An item of the log; None when it is not here."""
    row: Callable[[TableName, ItemId], Mapping[str, Any] | None]
    """What a row says now; None when there is none."""


NOTHING_KNOWN = Known(0, False, 0.0, lambda _: None, lambda *_: None)
"""A node with an empty log."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a request is understood: on which network, by whom, with what at hand."""

    charter: Charter
    roster: Roster
    known: Known = NOTHING_KNOWN


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

    def member(self, name: str, roster: Roster) -> Member:
        """A member who is in, by handle or number; ValueRangeError names the nearest."""
        wanted = str(self.required(name, (str, int)))
        member = roster.find(wanted)
        if member is None:
            raise ValueRangeError(f"{wanted!r} is not a member{_nearest(wanted, roster)}")
        if roster.is_out(member.number):
            raise ValueRangeError(f"{member.name} is not a member any more")
        return member

    def place(self, charter: Charter, default_m: int, finest: int) -> Place | None:
        """A place in degrees, no finer than the code `finest`; None when it is missing."""
        lat, lon = self.take("lat", (int, float)), self.take("lon", (int, float))
        metres = self.whole("precision_m", 1, 10_000)
        if (lat is None) != (lon is None):
            raise BadRequestError("lat and lon come together")
        if lat is None:
            return None
        code = max(finest, precision_code(default_m if metres is None else metres))
        return charter.grid.place(lat, lon, code)

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


def _nearest(wanted: str, members: Iterable[Member]) -> str:
    near = get_close_matches(wanted, [one.name for one in members], n=1, cutoff=0.0)
    return f"; the nearest is {near[0]}" if near else ""


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
