"""What of the log a person wants to see, from what they typed. Pure.

Words are separated by spaces. A word that begins the name of a kind of event, in either language,
is that kind; a number with m, h or d is how long ago at most; any other has to be found in the
name of a person, the place, the text or the words of the event.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from meshdefense.api.history_schema import EVENT_KINDS, TimelineRow
from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.row_schema import MemberRow
from meshdefense_tui.look import Look
from meshdefense_tui.phrases import LANGUAGES, phrase
from meshdefense_tui.views.log_rows import event_words

__all__ = ["LogFilter"]

_PERIOD: Final = re.compile(r"(\d{1,4})(m|min|h|d)")
_UNITS: Final = {"m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_LETTERS_MIN: Final = 3
"""So many letters of a kind's name are enough; fewer would take people's initials."""


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Kinds are any of, words all of."""

    text: str = ""
    kinds: tuple[str, ...] = ()
    period_s: float | None = None
    words: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str, members: Iterable[MemberRow] = ()) -> LogFilter:
        """What was typed; a member's name is never a kind."""
        names = {_plain(row["name"]) for row in members}
        kinds: list[str] = []
        words: list[str] = []
        period: float | None = None
        for word in text.split():
            plain = _plain(word)
            if (found := _PERIOD.fullmatch(plain)) is not None:
                period = int(found[1]) * _UNITS[found[2]]
            elif plain not in names and (meant := _kinds(plain)):
                kinds += [one for one in meant if one not in kinds]
            else:
                words.append(word)
        return cls(" ".join(text.split()), tuple(kinds), period or None, tuple(words))

    def chips(self, look: Look) -> list[str]:
        """Each condition in words."""
        found = [look.say(f"event_{kind}") for kind in self.kinds]
        if self.period_s is not None:
            found.append(look.say("log_last", period=_period(self.period_s)))
        return found + list(self.words)

    def fits(self, row: TimelineRow, look: Look, where: Callable[[PlaceRow | None], str]) -> bool:
        """Whether every word is found; kinds and period are the daemon's to look at."""
        place = "" if row["place"] is None else where(row["place"])
        said = " ".join(text for text, _ in event_words(row, look))
        parts = (row["author_name"], row["member_name"] or "", place, row["text"], said, row["id"])
        whole = _plain(" ".join((*parts, row["about"] or "")))
        return all(_plain(word) in whole for word in self.words)


def _kinds(plain: str) -> list[str]:
    """The kinds that a word names: exactly, or by how their name begins."""
    named = {
        kind: [_plain(phrase(f"event_{kind}", language)) for language in LANGUAGES] + [kind]
        for kind in EVENT_KINDS
    }
    exact: list[str] = [kind for kind, names in named.items() if plain in names]
    if exact or len(plain) < _LETTERS_MIN:
        return exact
    return [kind for kind, names in named.items() if any(n.startswith(plain) for n in names)]


def _period(seconds: float) -> str:
    for unit in ("d", "h", "m"):
        if seconds % _UNITS[unit] == 0:
            return f"{seconds / _UNITS[unit]:.0f} {unit if unit != 'm' else 'min'}"
    return f"{seconds:.0f} s"


def _plain(text: str) -> str:
    """Without accents and case."""
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(one for one in parts if not unicodedata.combining(one))
