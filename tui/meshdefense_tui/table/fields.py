"""The fields of what a command says in JSON, by type: checked, cleaned, or a ShapeError. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from meshdefense.safe_text import clean

__all__ = ["Fields", "ShapeError", "listed"]

_ROWS_MAX: Final = 2_000
_NUMBER_MAX: Final = 200_000_000_000
"""The year 8307: no moment is later, and no other number larger."""
T = TypeVar("T")


class ShapeError(ValueError):
    """It is not what the command says."""


class Fields:
    """The fields of one JSON object, by type."""

    def __init__(self, value: object) -> None:
        if not isinstance(value, dict):
            raise ShapeError("no object")
        self._value: dict[str, Any] = value

    def text(self, name: str) -> str:
        """Cleaned; empty where it is missing or null."""
        found = self._value.get(name)
        if found is None:
            return ""
        if not isinstance(found, str):
            raise ShapeError(name)
        return clean(found)

    def name(self, name: str) -> str:
        """A text that has to be there."""
        if not (found := self.text(name)):
            raise ShapeError(name)
        return found

    def number(self, name: str) -> int | None:
        """A whole number, not below 0; None where it is missing or null."""
        found = self._value.get(name)
        if found is None:
            return None
        if type(found) is not int or not 0 <= found <= _NUMBER_MAX:
            raise ShapeError(name)
        return found

    def flag(self, name: str) -> bool:
        """True or false; false where it is missing."""
        found = self._value.get(name, False)
        if not isinstance(found, bool):
            raise ShapeError(name)
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        found = self._list(name)
        if not all(isinstance(one, str) for one in found):
            raise ShapeError(name)
        return tuple(clean(one) for one in found)

    def rows(self, name: str, make: Callable[[object], T]) -> tuple[T, ...]:
        """A list of objects."""
        return tuple(map(make, self._list(name)))

    def lists(self, name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """An object of lists of texts, as pairs in its order."""
        found = self._value.get(name, {})
        if not isinstance(found, dict) or len(found) > _ROWS_MAX:
            raise ShapeError(name)
        return tuple((clean(one), Fields(found).texts(one)) for one in found)

    def value(self, name: str) -> str:
        """A setting's value as text; a list with commas between."""
        return _shown(self._value.get(name))

    def _list(self, name: str) -> list[Any]:
        return listed(self._value.get(name, []))


def listed(value: object) -> list[Any]:
    """A list that is not too long. Raises ShapeError."""
    if not isinstance(value, list) or len(value) > _ROWS_MAX:
        raise ShapeError("no list")
    return value


def _shown(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(_shown, value[:_ROWS_MAX])) or "-"
    return clean(str(value)) or '""'
