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


POLICY_RANGES: Final = {
    PolicyName.VERDICTS_LOW: (1, 9),
    PolicyName.VERDICTS_MEDIUM: (1, 9),
    PolicyName.VERDICTS_HIGH: (1, 9),
    PolicyName.VERDICTS_CRITICAL: (1, 9),
    PolicyName.ALL_CLEAR: (2, 9),
    PolicyName.UNVERIFIED_SCOPE: (0, 1),
    PolicyName.ESCALATE_MINUTES: (0, 240),
    PolicyName.THRESHOLD: (1, 15),
}
"""Lowest and highest value of each. An all-clear never needs fewer than two people."""


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

    def as_json(self) -> dict[str, int]:
        """Every value by its name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_json(cls, values: Any) -> Policies:
        """Read `as_json`. Raises ValueError (TypeError for a wrong type), ValueRangeError."""
        names = {field.name for field in fields(cls)}
        if not isinstance(values, dict) or values.keys() != names:
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
