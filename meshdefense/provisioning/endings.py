"""How the work on a radio ends before its last step, and in which words its state is told."""

from __future__ import annotations

from enum import Enum

from meshdefense import language
from meshdefense.catalogue import N_, tr
from meshdefense.provisioning.outcome import End
from meshdefense_radio.plan import Change, Plan
from meshdefense_radio.wording import Severity

__all__ = ["EndedError", "Left", "refuse"]


class EndedError(Exception):
    """Leaves the machine of steps."""

    def __init__(self, end: End, words: str, differing: tuple[Change, ...] = ()) -> None:
        super().__init__(words)
        self.end, self.words, self.differing = end, words, differing


class Left(Enum):
    """How a radio is left when the work on it ends now, by the name last read or confirmed."""

    AS_IT_WAS = "as-it-was"
    MARKING = "marking"
    """The mark was sent and not read back yet; nothing else was written."""
    MARKED = "marked"
    WAS_MARKED = "was-marked"
    """It was marked before the work began, and got nothing."""
    UNSURE = "unsure"
    """It was written, and it is not known to have the mark."""
    NAMING = "naming"
    """All was read back right, and its final name was sent; that was not read back yet."""
    RIGHT = "right"
    """All was read back right, with its name; the manifest is what is missing."""

    def after(self, words: str) -> str:
        """What happened, and how the radio is left."""
        return f"{words.rstrip('.')}. {tr(_WORDS[self])}"


_WORDS = {
    Left.AS_IT_WAS: N_("Nothing was written."),
    Left.MARKING: N_(
        "Nothing was written but the mark that it is unfinished, and that may be missing. "
        "Apply again to go on."
    ),
    Left.MARKED: N_("The radio is marked as unfinished; apply again to go on."),
    Left.WAS_MARKED: N_("Nothing was written; the radio is marked as unfinished, as it was."),
    Left.UNSURE: N_(
        "The radio may be half written without a mark that says so: hand it to nobody before it "
        "was applied again."
    ),
    Left.NAMING: N_(
        "Every setting was read back right; whether the radio has its name already is not known. "
        "Apply again: that proves it."
    ),
    Left.RIGHT: N_(
        "The radio is right and has its name; only its manifest was not kept. Apply again: that "
        "proves it anew and writes nothing."
    ),
}  # fmt: skip


def refuse(plan: Plan) -> None:
    """Raise EndedError if a plan says that something has to be put right first."""
    if plan.blocked:
        lines = [
            problem.text(language.current())
            for problem in plan.problems
            if problem.severity is Severity.STOP
        ]
        raise EndedError(End.REFUSED, "\n".join(lines))
