"""Cuts a text into clauses, and its words into the words that are meant. Pure and total.

    No   SOS!     a line's end, a dash, an emoji or a stop between two words ends a clause
    ayudaaa       ayuda, drawn out
    nesesito      necesito, as it sounds
    hlep          help, two letters swapped

Only words by which a call for help is told are mended; all others stay as they were written.
Source: docs/stock-radios.md.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Final

from meshdefense_protocol.stock_typos import one_apart
from meshdefense_protocol.stock_words import folded

__all__ = ["HELP", "NEED", "Clauses", "clauses_of", "meant"]

HELP: Final = frozenset({"help", "ayuda"})
NEED: Final = frozenset(
    "need needs necesito necesitamos necesita necesitan requiero requerimos ocupo ocupamos ocupa "
    "ocupan".split()
)
_SPANISH: Final = frozenset(
    "ayuda ayudenme ayudenos ayudeme ayudame ayudanos ayuden ayudenlo ayudenla ayudenlos auxilio "
    "auxilienme auxilienos socorro emergencia emergencias salvenme salvenos salvame rescatenme "
    "rescatenos saquenme saquenos necesito necesitamos necesita necesitan ocupo ocupamos alguien "
    "urgente peligro favor porfavor porfa".split()
)
_DRAWN: Final = _SPANISH | frozenset(
    "help helpme helpus please need needs someone somebody emergency mayday danger urgent now ya "
    "me us".split()
)
_FORGIVEN: Final = (
    "auxilio", "socorro", "emergency", "emergencia", "ayudenme", "ayudame", "ayudeme", "necesito",
    "necesitamos",
)  # fmt: skip
"""Of these one wrong letter is forgiven; of "ayudanos" not, which is beside "ayudamos"."""
_SWAPPED: Final = ("help", "ayuda", "need")
"""Too short for more than two swapped letters."""
_OTHERS: Final = frozenset(
    "auxilios auxilia auxilie emergence ayudarme ayudarnos ayudate ayudare ayudase ayudale "
    "ayudante necesitas necesite necesiten necesitar necesitado necesitada".split()
)
"""Words of their own that lie one letter beside those."""
_SHORT_FORMS: Final = {"hlp": "help", "nesito": "necesito", "necito": "necesito", "pls": "please",
                       "plz": "please", "plis": "please", "halp": "help", "ineed": "need",
                       "some1": "someone", "sum1": "someone", "any1": "anyone"}  # fmt: skip
_LEAST: Final = 3
"""Letters of a word that may be another."""
_RUN: Final = re.compile(r"(.)\1+")
_THRICE: Final = re.compile(r"(.)\1\1")
_SOUNDS: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("ll|(?<=a)i(?=u)", "y"), ("c(?=[ei])|z", "s"), ("g(?=[ei])", "j"), ("(?<!c)h", ""),
        ("qu(?=[ei])|c(?=[aou])|q", "k"), ("v", "b"), (r"(.)\1+", r"\1"),
    )
)  # fmt: skip
_PIECE: Final = re.compile(r"[^\W_]+(?:['\u2019\u00b4`][^\W_]+)*|\n|[^\w\s]|_")
_NO_BREAK: Final = frozenset("'\u2019\u00b4`#*")
_TURNS: Final = frozenset({"but", "pero", "however"})
"""What stands before these words denies nothing behind them."""
_SCARED: Final = frozenset(
    "oh o ah ay ai ey omg god lord jesus christ dios mio virgen santo santa madre mama shit fuck "
    "damn hell wey guey wait espera please pls favor porfavor porfa no".split()
)
"""Behind these words "no" is a cry of its own: "oh no help", "no no SOS"."""
_LONG_NO: Final = re.compile("n+oo+")
_SIGNS: Final = {"\U0001f64f": "please"}
"""Folded hands."""


def _sound(word: str) -> str:
    """How Spanish sounds: c as s, ll as y, no h; drawn letters once."""
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word


_BY_RUN: Final = {_RUN.sub(r"\1", word): word for word in sorted(_DRAWN)}
_BY_SOUND: Final = {_sound(word): word for word in sorted(_SPANISH)}
_KNOWN: Final = _DRAWN | NEED | _OTHERS


def meant(fold: str) -> str:
    """The word of a call that a folded word is meant to be, else the word itself."""
    if fold in _KNOWN:
        return fold
    if fold in _SHORT_FORMS:
        return _SHORT_FORMS[fold]
    if len(fold) < _LEAST:
        return fold
    once = _RUN.sub(r"\1", fold)
    drawn = _BY_RUN.get(once, "")
    if drawn and (len(drawn) > 3 or _THRICE.search(fold)):
        return drawn
    if (said := _BY_SOUND.get(_sound(fold))) is not None:
        return said
    for word in _FORGIVEN:
        if once not in _OTHERS and (one_apart(fold, word) or one_apart(once, word)):
            return word
    return next((word for word in _SWAPPED if one_apart(fold, word)), fold)


@dataclass(frozen=True, slots=True)
class Clauses:
    """A text as words, each of which stands in a clause."""

    words: list[str]
    """As they are meant."""
    drawn: list[bool]
    """Whether the word was drawn out: "ayudaaa"."""
    at: list[int]
    """The number of each word's clause."""
    signs: list[str]
    """By clause: the signs behind it; the first stands before all words."""

    def before(self, at: int) -> list[str]:
        """The words before one in its clause, the nearest first."""
        start = bisect_left(self.at, self.at[at])
        return self.words[start:at][::-1]

    def behind(self, at: int) -> list[str]:
        """The words behind one in its clause."""
        return self.words[at + 1 : bisect_right(self.at, self.at[at])]

    def signs_behind(self, at: int) -> str:
        """The signs right behind a word; empty within its clause."""
        last = at + 1 >= len(self.words) or self.at[at + 1] != self.at[at]
        return "".join(self.signs[self.at[at] : self._next(at)]) if last else ""

    def signs_before(self, at: int) -> str:
        """The signs right before a word; empty within its clause."""
        first = at == 0 or self.at[at - 1] != self.at[at]
        start = 0 if at == 0 else self.at[at - 1]
        return "".join(self.signs[start : self.at[at]]) if first else ""

    def _next(self, at: int) -> int:
        return self.at[at + 1] if at + 1 < len(self.words) else len(self.signs)


def clauses_of(text: str, skipped: re.Pattern[str]) -> Clauses:
    """The clauses of a text; what `skipped` finds in the folded words of one is left out."""
    parts: list[tuple[list[str], str]] = [([], "")]
    last = ""
    for found in _PIECE.finditer(text):
        piece = found[0]
        if _is_word(piece):
            fold = folded(piece)
            if fold in _TURNS:
                parts.append(([], ""))
            parts[-1][0].append(fold)
            if (fold == "no" and last in _SCARED) or _LONG_NO.fullmatch(fold):
                parts[-1] = (parts[-1][0], "!")
                parts.append(([], ""))
            last = fold
        elif piece in _SIGNS:
            parts += [([_SIGNS[piece]], ""), ([], "")]
        elif piece not in _NO_BREAK and not (piece == "-" and _joins(text, found.start())):
            words, signs = parts.pop()
            parts += [(words, signs + piece), ([], "")]
            last = ""
    known: dict[str, str] = {}
    words, drawn, at, signs_of = [], [], [], [""]
    for number, (folds, signs) in enumerate(parts, 1):
        kept = skipped.sub(" ", " ".join(folds)).split()
        for word in kept:
            if word not in known:
                known[word] = meant(word)
        mended = [known[word] for word in kept]
        words += mended
        drawn += [_is_drawn(was, now) for was, now in zip(kept, mended, strict=True)]
        at += [number] * len(kept)
        signs_of.append(signs)
    return Clauses(words, drawn, at, signs_of)


def _is_drawn(was: str, now: str) -> bool:
    same = _RUN.sub(r"\1", was) == _RUN.sub(r"\1", now)
    return len(was) > len(now) and (same or _THRICE.search(was) is not None)


def _is_word(piece: str) -> bool:
    return piece[0].isalnum()


def _joins(text: str, at: int) -> bool:
    """Whether a hyphen stands between two letters: "non-emergency"."""
    return 0 < at < len(text) - 1 and text[at - 1].isalnum() and text[at + 1].isalnum()
