"""Policies: numbers that a network chose for itself, in its charter or later by k of n.

Source: docs/protocol.md, "Policies".
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import Any, Final

from meshdefense_protocol.errors import ValueRangeError

__all__ = ["POLICY_RANGES", "Policies", "PolicyName", "policy_named"]


class PolicyName(IntEnum):
    """What can be chosen. A number is never used again for something else."""

    VERDICTS_LOW = 1
    VERDICTS_MEDIUM = 2
    VERDICTS_HIGH = 3
    VERDICTS_CRITICAL = 4
    ALL_CLEAR = 5
    UNVERIFIED_SCOPE = 6
    ESCALATE_MINUTES = 7
    THRESHOLD = 8
    STOCK_HEAR = 9
    STOCK_PLACE = 10
    STOCK_LANGUAGE = 11
    STOCK_DRILLS = 12
    STOCK_NOTES = 13
    STOCK_REPORTS = 14


POLICY_RANGES: Final = {
    PolicyName.VERDICTS_LOW: (1, 9),
    PolicyName.VERDICTS_MEDIUM: (1, 9),
    PolicyName.VERDICTS_HIGH: (1, 9),
    PolicyName.VERDICTS_CRITICAL: (1, 9),
    PolicyName.ALL_CLEAR: (2, 9),
    PolicyName.UNVERIFIED_SCOPE: (0, 1),
    PolicyName.ESCALATE_MINUTES: (0, 240),
    PolicyName.THRESHOLD: (1, 15),
    PolicyName.STOCK_HEAR: (0, 4),
    PolicyName.STOCK_PLACE: (0, 11),
    PolicyName.STOCK_LANGUAGE: (0, 2),
    PolicyName.STOCK_DRILLS: (0, 1),
    PolicyName.STOCK_NOTES: (0, 1),
    PolicyName.STOCK_REPORTS: (0, 2),
}
"""Lowest and highest value of each. An all-clear never needs fewer than two people."""
_FIRST: Final = frozenset(name.name.lower() for name in PolicyName if name <= PolicyName.THRESHOLD)
"""Those that every charter states."""


@dataclass(frozen=True, slots=True)
class Policies:
    """The values in force."""

    verdicts_low: int = 1
    """Verifiers who must confirm an alert of that severity before it is verified."""
    verdicts_medium: int = 1
    verdicts_high: int = 1
    verdicts_critical: int = 2
    all_clear: int = 2
    """People who must say that it is over before an alert is closed."""
    unverified_scope: int = 0
    """Widest scope of a report that nobody has verified: 0 everyone, 1 field roles."""
    escalate_minutes: int = 5
    """A serious report that nobody answered for so long is shown to more people; 0: never."""
    threshold: int = 1
    """k: organizers who must agree on a decision."""
    stock_hear: int = 0
    """What people with stock radios are told: 0 nothing, 1 every verified alert, 2 from medium
    severity on, 3 from high on, 4 critical ones; with them how they end, and stand-downs."""
    stock_place: int = 7
    """Finest cell that they are told, a code of place.PRECISIONS_M (7 is 500 m); 0: no place."""
    stock_language: int = 0
    """0 English and Spanish in one line, 1 English, 2 Spanish."""
    stock_drills: int = 0
    """1: exercises are told to them as well, marked as such."""
    stock_notes: int = 0
    """1: the note that a member wrote goes out with the line."""
    stock_reports: int = 0
    """Texts of theirs that become unsigned reports: 0 none, 1 direct ones, 2 also those on their
    channel."""

    def __post_init__(self) -> None:
        for name, (low, high) in POLICY_RANGES.items():
            value = self.value(name)
            if not low <= value <= high:
                raise ValueRangeError(
                    f"{name.name.lower().replace('_', '-')} {value} is outside {low} to {high}"
                )

    def value(self, name: PolicyName) -> int:
        """The value of one policy."""
        return int(getattr(self, name.name.lower()))

    def with_value(self, name: PolicyName, value: int) -> Policies:
        """The same with another value. ValueRangeError outside the range."""
        changes: dict[str, Any] = {name.name.lower(): value}
        return replace(self, **changes)

    def verdicts_needed(self, severity: int) -> int:
        """Verifiers who must confirm an alert of a severity (code of words.SEVERITIES)."""
        return self.value(PolicyName(PolicyName.VERDICTS_LOW + min(max(severity, 0), 3)))

    def in_force(self) -> dict[str, int]:
        """Every value by its name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def as_json(self) -> dict[str, int]:
        """The values by name; of policies that came later only those that were chosen.

        So a charter from before them keeps its bytes, and with them the network's id.
        """
        return {
            field.name: value
            for field in fields(self)
            if (value := getattr(self, field.name)) != field.default or field.name in _FIRST
        }

    @classmethod
    def from_json(cls, values: Any) -> Policies:
        """Read `as_json`. Raises ValueError (TypeError for a wrong type), ValueRangeError."""
        names = {field.name for field in fields(cls)}
        if not isinstance(values, dict) or not _FIRST <= values.keys() <= names:
            raise ValueError("the policies have fields missing or too many")
        if not all(type(value) is int for value in values.values()):
            raise TypeError("a policy is not a whole number")
        return cls(**values)


def policy_named(text: str) -> PolicyName:
    """A policy by its name, as `verdicts-high`. ValueRangeError lists the names."""
    try:
        return PolicyName[text.strip().upper().replace("-", "_")]
    except KeyError:
        names = ", ".join(name.name.lower().replace("_", "-") for name in PolicyName)
        raise ValueRangeError(f"{text!r} is not a policy; policies are {names}") from None
