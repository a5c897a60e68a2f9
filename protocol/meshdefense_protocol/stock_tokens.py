"""Cuts what somebody with a stock radio wrote into words and signs with a meaning. Pure and total.

Source: docs/stock-radios.md.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from meshdefense_protocol.stock_calls import is_call_word, with_sos_apart
from meshdefense_protocol.stock_street_words import COLOURS, PLACE_LEADS, PLACE_STOPS
from meshdefense_protocol.stock_typos import meaning_of
from meshdefense_protocol.stock_words import MEANINGS, NEGATIONS, NUMBERS, Meaning, folded

__all__ = ["TEXT_READ_MAX", "Token", "plain_text", "spread", "tokens_of"]

TEXT_READ_MAX: Final = 240
"""Characters that are looked at; a text by radio has at most 232 bytes."""
_SOS_SIGN: Final = "\U0001f198"
_UNSEEN: Final = frozenset({"Cf", "Mn", "Me"})
"""Categories of signs that show nothing of their own and may hide what is beside them."""
_LINE_ENDS: Final = frozenset("\n\r\v\f\x85\u2028\u2029")
_SAME: Final = (
    (re.compile(r"\bpower(?: is)? out\b|\bno power\b", re.IGNORECASE), "outage"),
    (re.compile(r"\b(?:sin|no hay|se (?:nos )?fue la) luz\b", re.IGNORECASE), "apagon"),
    (re.compile(r"\bsin (?:rotul\w{1,6}|marcas?|placas?)\b", re.IGNORECASE), "unmarked"),
    (re.compile(r"\b(\d{1,2})00 block(?: of)?\b", re.IGNORECASE | re.ASCII), r"\g<1>00-\g<1>99"),
    (re.compile(r"\b\d{1,2}:\d{2}(?: ?[ap]\.?m\b\.?)?", re.IGNORECASE | re.ASCII), " "),
)
"""Words that mean one thing together; a block of a street; the time of day, which goes."""
_STUCK_R: Final = re.compile(r"\A(\W{0,3})r[.\-_]?(?=\d)", re.IGNORECASE)
_STUCK_NUMBER: Final = re.compile(r"(?<![^\W_])(\d{1,3})([^\W\d_]{3,16})(?![^\W_])")
_STUCK_POINT: Final = re.compile(
    r"(?<=[^\W\d_])\.(?=\d)|(?<=\d)\.(?=[^\W\d_])|(?<=[^\W\d_]{2})\.(?=[^\W_])|_"
)
_TOKEN: Final = re.compile(r"[^\s/&+@,;:!?()\"\u2010-\u2015]+|[/&@?]")
_NUMBER: Final = re.compile(r"(\d{1,5})x?|x(\d{1,5})", re.IGNORECASE | re.ASCII)
_TIME: Final = re.compile(r"\d{1,2}(?:[ap]m|mins?|hrs?|hs|kms?|mi)")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a sign."""

    text: str
    fold: str
    """Empty for a sign."""
    meaning: Meaning | None

    @property
    def number(self) -> int | None:
        """How many it says; None where it is no number."""
        found = _NUMBER.fullmatch(self.text)
        return int(found[1] or found[2]) if found else NUMBERS.get(self.fold)

    @property
    def is_thing(self) -> bool:
        """Whether it names something that can be counted or seen."""
        said = self.meaning
        return said is not None and (said.kind is not None or said.equipment is not None)

    @property
    def is_place_word(self) -> bool:
        """Whether it may be a word of a street's name where nothing says so."""
        return (
            self.meaning is None
            and bool(self.fold)
            and self.text[0] not in "@#"
            and self.number is None
            and not self.leads
            and (self.fold not in PLACE_STOPS or self._is_named_colour)
            and self.fold not in NEGATIONS
            and not is_call_word(self.fold)
            and _TIME.fullmatch(self.fold) is None
        )

    @property
    def _is_named_colour(self) -> bool:
        return self.fold in COLOURS and self.text[0].isupper()

    @property
    def leads(self) -> bool:
        """Whether a place follows."""
        return self.fold in PLACE_LEADS or self.text == "@"


def plain_text(text: str) -> str:
    """The beginning of a text in its plain form (NFKC), without what shows nothing."""
    shown = unicodedata.normalize("NFKC", text[:TEXT_READ_MAX].replace(_SOS_SIGN, "\nSOS\n"))
    seen = (char for char in shown if unicodedata.category(char) not in _UNSEEN)
    return "".join(map(_shown, seen))[:TEXT_READ_MAX]


def _shown(char: str) -> str:
    """A line's end stays: it ends a clause, as in "No", and below it "SOS"."""
    return char if char.isprintable() else "\n" if char in _LINE_ENDS else " "


def spread(text: str) -> str:
    """`text` with SOS, R and numbers as words of their own: "R3 vans", "3vans", "SOS5th/Main"."""
    text = _STUCK_R.sub(r"\1R ", with_sos_apart(text))
    for pattern, word in _SAME:
        text = pattern.sub(word, text)
    return _STUCK_NUMBER.sub(_number_apart, text)


def _number_apart(found: re.Match[str]) -> str:
    said = MEANINGS.get(folded(found[2]))
    thing = said is not None and (said.kind is not None or said.equipment is not None)
    return f"{found[1]} {found[2]}" if thing else found[0]


def tokens_of(text: str) -> list[Token]:
    """The words and signs of a text."""
    found = _TOKEN.findall(_STUCK_POINT.sub(" ", text))
    return [_token(one) for one in found]


def _token(text: str) -> Token:
    fold = folded(text)
    return Token(text, fold, meaning_of(fold) if fold else None)
