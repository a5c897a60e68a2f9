"""Texts in the languages of the people who read them, and problems told in such texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any, NamedTuple

__all__ = ["NOTHING", "NO_WORDS", "Problem", "Severity", "Words", "did_you_mean", "shown"]


class Words(NamedTuple):
    """One text in English and Spanish."""

    en: str
    es: str

    def said(self, language: str, values: Mapping[str, object] | None = None) -> str:
        """The text in `language`, English for one that is not here; `{name}` is filled in."""
        text = self.es if language == "es" else self.en
        if not values:
            return text
        spoken = {
            name: value.said(language) if isinstance(value, Words) else value
            for name, value in values.items()
        }
        return text.format_map(spoken)


NO_WORDS = Words("", "")


def did_you_mean(near: str) -> Words:
    """A hint at the nearest valid name, to be put behind a sentence."""
    return Words(f"; did you mean {near}?", f"; ¿quiso decir {near}?")


_SECRET = re.compile(r"[A-Za-z0-9+/=_-]{20,}")


def shown(text: str) -> str:
    """A person's own word in a message, in quotes; what could be a key is left out."""
    if len(text) > 40 or _SECRET.search(text):
        return "(…)"
    return repr(text)


class Severity(Enum):
    """How much a problem weighs."""

    STOP = "stop"
    """Nothing may be written before it is put right."""
    WARNING = "warning"
    """A person has to know it, and may go on."""
    HINT = "hint"
    """It may be meant so."""


NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong, in the operator's words. It never holds a key."""

    words: Words
    values: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    line: int | None = None
    """Line in the file, from 1; None where there is no file."""
    severity: Severity = Severity.STOP

    def text(self, language: str = "en") -> str:
        """The problem as one sentence, with its line."""
        said = self.words.said(language, self.values)
        if self.line is None:
            return said
        return f"{'línea' if language == 'es' else 'line'} {self.line}: {said}"

    def __str__(self) -> str:
        return self.text()
