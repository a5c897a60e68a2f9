"""The rules that every trial is held to, and what is raised when one is broken."""

from __future__ import annotations

from typing import Final

__all__ = ["RULES", "Violation"]

RULES: Final = (
    "signed by a member",
    "allowed by its role",
    "shown once",
    "within quota",
    "within bounds",
    "never expired",
    "stored before sent",
    "acknowledged is durable",
    "no id twice",
    "no busy loop",
    "no amplification",
    "converges",
    "the revoked stay out",
    "no change by fewer than k",
    "newest keys only",
    "one roster",
    "nobody else left out",
)


class Violation(AssertionError):
    """An invariant does not hold."""

    def __init__(self, rule: str, detail: str, at: float) -> None:
        assert rule in RULES, rule
        super().__init__(f"{rule}: {detail} (at {at:.3f} s)")
        self.rule = rule
