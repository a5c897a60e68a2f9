"""What is being done to a radio, as data: for a line on the terminal, for a screen, for a log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from meshdefense.catalogue import N_, tr

__all__ = ["Progress", "Step", "Tell"]


class Step(Enum):
    """What is done to a radio, in this order; COMPARE and PROVE may lead back."""

    READ = "read"
    PLAN = "plan"
    MARK = "mark"
    BEGIN = "begin"
    WRITE = "write"
    COMMIT = "commit"
    RESTART = "restart"
    COMPARE = "compare"
    NAME = "name"
    RESTART_NAMED = "restart-named"
    PROVE = "prove"
    SIGN = "sign"
    DONE = "done"

    @property
    def number(self) -> int:
        """From 1."""
        return list(Step).index(self) + 1

    @property
    def words(self) -> str:
        """What happens in it, for people."""
        return tr(_WORDS[self])


_WORDS = {
    Step.READ: N_("reading everything"),
    Step.PLAN: N_("comparing with what it shall be"),
    Step.MARK: N_("marking it as unfinished"),
    Step.BEGIN: N_("opening the edit"),
    Step.WRITE: N_("writing"),
    Step.COMMIT: N_("closing the edit"),
    Step.RESTART: N_("restarting"),
    Step.COMPARE: N_("reading back and comparing field by field"),
    Step.NAME: N_("giving it its name"),
    Step.RESTART_NAMED: N_("restarting once more"),
    Step.PROVE: N_("proving it"),
    Step.SIGN: N_("signing its manifest"),
    Step.DONE: N_("right"),
}


@dataclass(frozen=True, slots=True)
class Progress:
    """One moment of the work on one radio. Holds no secret."""

    radio: str
    """Its name in the network file."""
    address: str
    step: Step
    words: str
    part: int = 0
    """In WRITE: which order of how many; 0 elsewhere."""
    parts: int = 0

    def as_json(self) -> dict[str, Any]:
        """One event for programs: docs/provisioning.md."""
        found: dict[str, Any] = {
            "event": "step", "radio": self.radio, "address": self.address,
            "step": self.step.value, "n": self.step.number, "of": len(Step), "words": self.words,
        }  # fmt: skip
        if self.parts:
            found |= {"part": self.part, "parts": self.parts}
        return found


Tell = Callable[[Progress], None]
"""Called on the thread that does the work."""
