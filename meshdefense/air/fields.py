"""Typed fields of a scenario's JSON; every complaint names the place and what to change."""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Mapping
from typing import Any

__all__ = ["Fields", "ScenarioError", "nearest", "number_in"]


class ScenarioError(ValueError):
    """A scenario file that cannot be used; the text says where and what to change."""


def nearest(word: str, known: list[str]) -> str:
    """The end of an error's sentence: what may have been meant, or else what there is."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.4)
    return f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(known)}"


def number_in(value: Any, name: str) -> float:
    """A finite number; neither true nor false, which Python takes for 1 and 0."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ScenarioError(f"{name} must be a number, not {value!r}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ScenarioError(f"{name} must be a finite number, not {number!r}")
    return number


class Fields:
    """One JSON object and its place in the file. Every method raises ScenarioError."""

    def __init__(self, value: Any, where: str, known: Collection[str]) -> None:
        if not isinstance(value, dict):
            raise ScenarioError(f"{where} must be an object, not {type(value).__name__}")
        for key in value:
            if key not in known:
                raise ScenarioError(f"{where}: unknown key {key!r}{nearest(key, list(known))}")
        self._value: Mapping[str, Any] = value
        self.where = where

    def __contains__(self, key: str) -> bool:
        return key in self._value

    def wrong(self, key: str, problem: str) -> ScenarioError:
        """The complaint about one field."""
        return ScenarioError(f"{self.where}: {key} {problem}")

    def text(self, key: str, default: str | None = None) -> str:
        """Text; a `default` makes the field optional."""
        value = self._present(key, default, "text")
        if not isinstance(value, str):
            raise self.wrong(key, f"must be text, not {value!r}")
        if not value.isprintable():
            raise self.wrong(key, "has characters that cannot be printed")
        return value

    def number(
        self,
        key: str,
        default: float | None = None,
        *,
        least: float = -math.inf,
        most: float = math.inf,
        above: float = -math.inf,
    ) -> float:
        """A finite number, `least` and `most` included, more than `above`."""
        value = number_in(self._present(key, default, "a number"), f"{self.where}: {key}")
        if value <= above:
            raise self.wrong(key, f"is {value:g}; it must be more than {above:g}")
        if value < least:
            raise self.wrong(key, f"is {value:g}; it must be at least {least:g}")
        if value > most:
            raise self.wrong(key, f"is {value:g}; it must be at most {most:g}")
        return value

    def whole(self, key: str, default: int | None = None, *, least: int, most: int) -> int:
        """A whole number from `least` to `most`."""
        value = number_in(self._present(key, default, "a number"), f"{self.where}: {key}")
        if value != int(value) or not least <= value <= most:
            raise self.wrong(key, f"is {value:g}; it must be a whole number, {least} to {most}")
        return int(self._value.get(key, default))

    def flag(self, key: str) -> bool:
        """True or false; false when it is missing."""
        value = self._value.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(key, f"must be true or false, not {value!r}")
        return value

    def items(self, key: str) -> list[Any]:
        """A list; empty when it is missing."""
        value = self._value.get(key, [])
        if not isinstance(value, list):
            raise ScenarioError(f"{self._inside(key)} must be a list, not {type(value).__name__}")
        return value

    def table(self, key: str, known: Collection[str]) -> Fields:
        """An object; an empty one when it is missing."""
        return Fields(self._value.get(key, {}), self._inside(key), known)

    def tables(self, key: str, known: Collection[str]) -> list[Fields]:
        """A list of objects."""
        name = self._inside(key)
        return [Fields(item, f"{name}[{at}]", known) for at, item in enumerate(self.items(key))]

    def _inside(self, key: str) -> str:
        # the outermost object has a name for people, which no path begins with
        return key if " " in self.where else f"{self.where}.{key}"

    def _present(self, key: str, default: Any, kind: str) -> Any:
        value = self._value.get(key, default)
        if value is None:
            raise self.wrong(key, f"must be {kind}; it is missing")
        return value
