"""How this person reads the screens: language, signs and clock, in one object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from meshdefense.sentences import translated
from meshdefense_protocol.words import WordList
from meshdefense_tui.clock import Clock
from meshdefense_tui.phrases import phrase

__all__ = ["ASCII", "UNICODE", "Glyphs", "Look"]


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The signs beside the words. All are one cell wide."""

    severity: tuple[str, str, str, str]
    """By severity code, low to critical."""
    arrows: tuple[str, ...]
    """Headings in steps of 45 degrees, north first."""
    patrol: str
    sos: str
    """A call for help on the map; no other sign there has this shape."""
    cursor: str
    dot: str
    """Between two facts on one line."""
    dash: str
    to: str
    """From an author to those who were addressed."""
    ellipsis: str
    marks: dict[str, str]
    """By state of an alert."""
    times: str
    """Before a number of things."""
    north: str
    bar: tuple[str, str]
    """A cell of a bar that is used, and one that is not."""
    differs: str
    """Before a neighbour that holds something else."""


UNICODE: Final = Glyphs(
    severity=("○", "●", "◆", "▲"),
    arrows=("↑", "↗", "→", "↘", "↓", "↙", "←", "↖"),
    patrol="■",
    sos="★",
    cursor="▌",
    dot="·",
    dash="–",  # noqa: RUF001 an en dash is meant
    to="→",
    ellipsis="…",
    marks={
        "unconfirmed": "?",
        "corroborated": "+",
        "verified": "✓",
        "disputed": "≠",
        "retracted": "-",
        "expired": "~",
        "closed": "=",
    },
    times="×",  # noqa: RUF001 the sign is meant
    north="N↑",
    bar=("█", "░"),
    differs="≠",
)
ASCII: Final = Glyphs(
    severity=(".", "*", "!", "#"),
    arrows=("^", "/", ">", "\\", "v", "/", "<", "\\"),
    patrol="@",
    sos="%",
    cursor=">",
    dot="|",
    dash="-",
    to=">",
    ellipsis="~",
    marks={
        "unconfirmed": "?",
        "corroborated": "+",
        "verified": "v",
        "disputed": "x",
        "retracted": "-",
        "expired": "~",
        "closed": "=",
    },
    times="x",
    north="N^",
    bar=("#", "."),
    differs="x",
)


@dataclass(frozen=True, slots=True)
class Look:
    """Language, signs and clock of one screen."""

    language: str
    glyphs: Glyphs
    clock: Clock

    def say(self, key: str, **values: object) -> str:
        """The phrase in this language. A value named `reason` is a sentence of the daemon."""
        if (reason := values.get("reason")) is not None:
            values["reason"] = translated(str(reason), self.language)
        return phrase(key, self.language, **values)

    def word(self, words: WordList, code: int) -> str:
        """The word of a code in this language."""
        return words.get(code).text(self.language)

    def severity_mark(self, severity: int) -> str:
        """The shape of a severity."""
        return self.glyphs.severity[min(max(severity, 0), 3)]

    def compass(self, degrees: float) -> str:
        """One of the eight winds: N, NE, E, ..."""
        return self.say("compass").split()[round(degrees / 45) % 8]
