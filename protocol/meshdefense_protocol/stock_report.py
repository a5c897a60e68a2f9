"""What somebody with a stock radio wrote, understood as far as it goes. Pure and total.

    R 3 vans 5th/Main     R 3 camionetas 5ta y Main     fire 41.85,-87.65
    NEED water Main/3rd   NECESITO agua                 SOS   OK   ?

Order, case, accents and one wrong letter do not matter; what is missing is named. Of the text
only codes, one place and a word of a closed list are kept: names, numbers and plates are left
behind here, before anything is stored. Source: docs/stock-radios.md.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise
from typing import Final

from meshdefense_protocol.personal_text import PERSONAL_FORMS, without_numbers
from meshdefense_protocol.stock_words import (
    CORNERS,
    NEGATIONS,
    NUMBERS,
    PLACE_LEADS,
    PLACE_NOUNS,
    STREET_ENDS,
    Meaning,
    folded,
    meaning_of,
    spoken_language,
)
from meshdefense_protocol.words import KINDS

__all__ = ["PLACE_MAX", "TEXT_READ_MAX", "Intent", "StockReport", "parse_stock_report"]

TEXT_READ_MAX: Final = 240
"""Characters that are looked at; a text by radio has at most 232 bytes."""
PLACE_MAX: Final = 48
"""Characters of a place that is kept in words."""
_STREET_WORDS: Final = 3
"""Words of each street of a corner, and a word more of a place that has only one."""
_COUNT_MAX: Final = 65_535
_GRAVE: Final = frozenset(KINDS.code(key) for key in ("detained", "violence", "fire", "medical"))
_SOS: Final = frozenset({"sos", "s0s", "sossos", "mayday", "auxilio", "socorro", "helpme",
                         "ayudenme", "ayudame", "emergency", "emergencia"})  # fmt: skip
_DEGREES: Final = re.compile(
    r"(?<![\d.])([+-]?\d{1,2}\.\d{1,7})\s{0,3}[,;\s]\s{0,3}([+-]?\d{1,3}\.\d{1,7})(?![\d.])"
)
_TOKEN: Final = re.compile(r"[^\s/&+@,;:!?()\"]+|[/&@?]")
_SIGNS: Final = frozenset("/&")
_SAME: Final = (
    (re.compile(r"\bpower(?: is)? out\b|\bno power\b", re.IGNORECASE), "outage"),
    (re.compile(r"\b(?:sin|no hay) luz\b", re.IGNORECASE), "apagon"),
    (re.compile(r"\bsin (?:rotul\w{1,6}|marcas?|placas?)\b", re.IGNORECASE), "unmarked"),
)
"""Words that mean one thing together."""
_COUNT: Final = re.compile(r"(\d{1,5})x?|x(\d{1,5})", re.IGNORECASE | re.ASCII)


class Intent(Enum):
    """What the text is."""

    REPORT = "report"
    NEED = "need"
    SOS = "sos"
    OK = "ok"
    HELP = "help"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class StockReport:
    """What was understood. Holds no word that is not of our lists, but for the place."""

    intent: Intent
    language: str = ""
    """ "en" or "es", by the words; empty where they do not tell."""
    kind: int | None = None
    """Code of words.KINDS."""
    severity: int = 1
    count: int | None = None
    activity: int = 0
    equipment: frozenset[int] = frozenset()
    need: str = ""
    """Key of stock_words.NEEDS."""
    lat: float | None = field(default=None, repr=False)
    lon: float | None = field(default=None, repr=False)
    """Degrees, as written."""
    place: str = field(default="", repr=False)
    """The place in the sender's words; empty with degrees, and where there is none."""
    personal: frozenset[str] = frozenset()
    """Keys of personal_text.PERSONAL_FORMS: what was left behind."""
    marked: bool = False
    """Whether it begins with the word for what it is: R, NEED, SOS."""

    @property
    def placed(self) -> bool:
        """Whether it says where."""
        return bool(self.place) or self.lat is not None

    @property
    def missing(self) -> tuple[str, ...]:
        """What a report or a need lacks: "what", "where"."""
        if self.intent is Intent.REPORT:
            what = self.kind is None
        elif self.intent is Intent.NEED:
            what = not self.need
        else:
            return ("where",) if self.intent is Intent.SOS and not self.placed else ()
        return (*(("what",) if what else ()), *(() if self.placed else ("where",)))


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    fold: str
    meaning: Meaning | None

    @property
    def count(self) -> int | None:
        found = _COUNT.fullmatch(self.text)
        number = int(found[1] or found[2]) if found else NUMBERS.get(self.fold)
        return number if number and number <= _COUNT_MAX else None

    @property
    def is_place_word(self) -> bool:
        return (
            self.meaning is None
            and self.text[0] not in "/&@?#"
            and self.count is None
            and bool(self.fold)
            and not self.leads
            and self.fold not in _SOS
            and self.fold not in NEGATIONS
        )

    @property
    def leads(self) -> bool:
        """Whether a place follows."""
        return self.fold in PLACE_LEADS or self.text == "@"


def parse_stock_report(text: str, usual_language: str = "") -> StockReport:
    """Understand a text; never raises. `usual_language` is taken where the words tell none."""
    plain = _plain(text)
    for pattern, word in _SAME:
        plain = pattern.sub(word, plain)
    plain, degrees = _without_degrees(plain)
    plain, gone = without_numbers(plain)
    tokens = [_token(one) for one in _TOKEN.findall(plain)]
    folds = [token.fold for token in tokens if token.fold]
    language = spoken_language(folds, usual_language)
    houses = _houses(tokens)
    place, used = _place(tokens, houses) if degrees is None else ("", frozenset())
    rest = [token for at, token in enumerate(tokens) if at not in used]
    gone |= _names(rest)
    if used & houses:
        gone |= {"address"}
    lat, lon = degrees if degrees is not None else (None, None)
    intent = _intent(tokens, rest, folds, placed=bool(place) or lat is not None)
    found = StockReport(intent, language, lat=lat, lon=lon, place=place, personal=frozenset(gone))
    return _filled(found, rest, marked=_is_marked(tokens))


def _is_marked(tokens: list[_Token]) -> bool:
    first = next((token for token in tokens if token.fold), None)
    if first is None:
        return False
    said = first.meaning.intent if first.meaning is not None else ""
    return first.fold in _SOS or said in ("report", "need")


def _plain(text: str) -> str:
    shown = unicodedata.normalize("NFKC", text[:TEXT_READ_MAX])[:TEXT_READ_MAX]
    return "".join(c if c.isprintable() else " " for c in shown)


def _without_degrees(text: str) -> tuple[str, tuple[float, float] | None]:
    for found in _DEGREES.finditer(text):
        lat, lon = float(found[1]), float(found[2])
        if abs(lat) <= 90 and abs(lon) <= 180 and (lat or lon):
            return f"{text[: found.start()]} {text[found.end() :]}", (lat, lon)
    return text, None


def _token(text: str) -> _Token:
    fold = folded(text)
    return _Token(text, fold, meaning_of(fold) if fold else None)


def _intent(tokens: list[_Token], rest: list[_Token], folds: list[str], *, placed: bool) -> Intent:
    joined = "".join(folds[:3])
    if any(fold in _SOS for fold in folds) or joined in _SOS:
        return Intent.SOS
    said = {token.meaning.intent for token in rest if token.meaning is not None}
    meanings = [token.meaning for token in rest if token.meaning is not None]
    negated = any(fold in NEGATIONS for fold in folds)
    if "need" in said or (negated and any(one.need for one in meanings)):
        return Intent.NEED
    if negated:
        return Intent.UNKNOWN  # "not ok", "no fire": half of it would be its contrary
    # "need" may be left out where nothing else than a need is named: "water Main/3rd"
    if any(one.need for one in meanings) and all(one.kind is None for one in meanings):
        return Intent.NEED
    if any(one.kind is not None for one in meanings):
        return Intent.REPORT
    if "report" in said or (placed and (said or any(m.equipment is not None for m in meanings))):
        return Intent.REPORT
    if "ok" in said:
        return Intent.OK
    if "help" in said or [token.text for token in tokens[:1]] == ["?"]:
        return Intent.HELP
    if placed or any(one.equipment is not None for one in meanings):
        return Intent.REPORT
    return Intent.UNKNOWN


def _filled(found: StockReport, rest: list[_Token], *, marked: bool) -> StockReport:
    """With everything that its words say."""
    meanings = [token.meaning for token in rest if token.meaning is not None]
    strong = [one.kind for one in meanings if one.kind is not None and not one.weak]
    weak = [one.kind for one in meanings if one.kind is not None and one.weak]
    kind = next(iter((*strong, *weak)), None)
    need = next((one.need for one in meanings if one.need), "")
    if found.intent is Intent.NEED:
        kind = KINDS.code("medical") if need == "medical" else KINDS.code("need")
    elif found.intent is not Intent.REPORT:
        kind, need = None, ""
    else:
        need = ""
    stated = next((one.severity for one in meanings if one.severity is not None), None)
    usual = 2 if kind in _GRAVE else 1
    counts = [token.count for token in rest if token.count is not None]
    digits = [token.count for token in rest if token.text.isdecimal() and token.count is not None]
    return StockReport(
        found.intent,
        found.language,
        kind,
        usual if stated is None else stated,
        next(iter((*digits, *counts)), None) if found.intent is Intent.REPORT else None,
        next((one.activity for one in meanings if one.activity is not None), 0),
        frozenset(one.equipment for one in meanings if one.equipment is not None),
        need,
        found.lat,
        found.lon,
        found.place,
        found.personal,
        marked,
    )


def _place(tokens: list[_Token], houses: frozenset[int]) -> tuple[str, frozenset[int]]:
    """A corner, else what follows "at" or "near"; and which tokens said it, with house numbers."""
    for sign in (True, False):
        for at, token in enumerate(tokens):
            between = token.text in _SIGNS if sign else token.fold in CORNERS
            if between and (found := _corner(tokens, at, plain=not sign)) is not None:
                return found
    for at, token in enumerate(tokens):
        first = at + 1 + (at + 1 in houses)
        if token.leads and (span := _run(tokens, first, 1, _STREET_WORDS + 1)):
            return _street(tokens, range(at, span[-1] + 1), span)
    for at, token in enumerate(tokens):
        if token.fold in STREET_ENDS and (span := _run(tokens, at - 1, -1, _STREET_WORDS - 1)):
            house = span[-1] - 1
            first = house if house in houses else span[-1]
            return _street(tokens, range(first, at + 1), [*span[::-1], at])
    return "", frozenset()


def _street(tokens: list[_Token], used: range, span: list[int]) -> tuple[str, frozenset[int]]:
    """A place of one name; nothing where it looks like a person's and nothing says otherwise."""
    words = " ".join(tokens[one].text for one in span)
    if not any(tokens[one].fold in PLACE_NOUNS for one in span):
        words = "" if PERSONAL_FORMS["name"].search(words) else words
    return words[:PLACE_MAX], frozenset(used if words else ())


def _houses(tokens: list[_Token]) -> frozenset[int]:
    """Numbers that stand before a street's name: of houses, which nobody needs to know."""
    return frozenset(
        at
        for at, token in enumerate(tokens[:-1])
        if token.text.lstrip("#").isdecimal()
        and len(token.text) > 1
        and tokens[at + 1].is_place_word
    )


def _corner(tokens: list[_Token], at: int, *, plain: bool) -> tuple[str, frozenset[int]] | None:
    """The two streets beside a sign, or beside "and" where both sides are words of a place.

    The word next to the sign is a part of the street whatever it is: "5 / Main", "Fire/Main".
    """
    if not 0 < at < len(tokens) - 1:
        return None
    left, right = tokens[at - 1], tokens[at + 1]
    if not left.fold or not right.fold:
        return None
    if plain and not (_streetlike(left) and _streetlike(right)):
        return None
    before = _street_beside(tokens, at - 1, -1)[::-1]
    after = _street_beside(tokens, at + 1, 1)
    one, other = (" ".join(tokens[each].text for each in side) for side in (before, after))
    half = (PLACE_MAX - 1) // 2
    lead = before[0] - 1
    leads = (lead,) if lead >= 0 and tokens[lead].leads else ()
    return f"{one[:half]}/{other[:half]}", frozenset((*leads, *before, at, *after))


def _street_beside(tokens: list[_Token], at: int, step: int) -> list[int]:
    """The words of one street of a corner, the one beside the sign first.

    That one alone where the others look like a person's name and nothing says otherwise.
    """
    span = [at, *_run(tokens, at + step, step, _STREET_WORDS - 1)]
    words = " ".join(tokens[one].text for one in span[::step])
    named = PERSONAL_FORMS["name"].search(words) is not None
    if named and not any(tokens[one].fold in PLACE_NOUNS for one in span):
        return span[:1]
    return span


def _streetlike(token: _Token) -> bool:
    """Whether a word may be a street's name where only "and" says so."""
    return token.is_place_word or token.text.isdecimal()


def _run(tokens: list[_Token], at: int, step: int, most: int) -> list[int]:
    """Words of a place from `at` on, at most so many."""
    found: list[int] = []
    while 0 <= at < len(tokens) and len(found) < most and tokens[at].is_place_word:
        found.append(at)
        at += step
    return found


def _names(rest: list[_Token]) -> frozenset[str]:
    """Whether two capitalised words that mean nothing stand side by side."""
    for one, other in pairwise(rest):
        pair = f"{one.text} {other.text}"
        if one.meaning is None and other.meaning is None and PERSONAL_FORMS["name"].search(pair):
            return frozenset({"name"})
    return frozenset()
