"""What somebody with a stock radio wrote, understood as far as it goes. Pure and total.

    R 3 vans 5th/Main     R 3 camionetas 5ta y Main     fire 41.85,-87.65
    NEED water Main/3rd   NECESITO agua                 SOS   OK   ?

Order, case, accents and most wrong letters do not matter; what is missing is named. Of the text
only codes, one place and a word of a closed list are kept: names, numbers and plates are left
behind here, before anything is stored. Source: docs/stock-radios.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import pairwise
from typing import Final

from meshdefense_protocol.personal_text import PERSONAL_FORMS, without_numbers
from meshdefense_protocol.stock_calls import HELP_WORDS, Calls, calls_in
from meshdefense_protocol.stock_corners import (
    PLACE_MAX,
    PlaceWords,
    counts_things,
    house_numbers,
    place_words,
)
from meshdefense_protocol.stock_degrees import without_degrees
from meshdefense_protocol.stock_texts import without_own_words
from meshdefense_protocol.stock_tokens import TEXT_READ_MAX, Token, plain_text, spread, tokens_of
from meshdefense_protocol.stock_words import NEGATIONS, Meaning, spoken_language
from meshdefense_protocol.words import KINDS

__all__ = ["COUNT_MAX", "PLACE_MAX", "TEXT_READ_MAX", "Intent", "StockReport", "parse_stock_report"]

_CUT: Final = " ~ "
"""Stands where something was cut, so that what is beside it is not taken for a street."""
COUNT_MAX: Final = 500
"""What is counted at most: larger numbers are of houses, plates and years."""
_BEHIND_MAX: Final = 99
"""The same behind what is counted: there it may be a part of a plate."""
_DETAINED: Final = KINDS.code("detained")
_GRAVE: Final = frozenset(
    {_DETAINED, *(KINDS.code(key) for key in ("violence", "fire", "medical"))}
)
_TAKEN: Final = frozenset("took taken llevo llevaron llevan detuvo agarraron agarro".split())
"""Beside these words a person is named easily, as beside "detained"."""
_ARE: Final = frozenset("u you ya yall ur they we these those there".split())
"""Words before which a lone "r" means "are"."""


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
    """Whether it begins with the word for what it is: R, NEED, a call for help; behind R and NEED
    also says what or where."""
    unsure_place: str = field(default="", repr=False)
    """Words that may be a place or a person's name: only to be looked up, never to be kept or
    told where the map has no such corner."""

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


def parse_stock_report(text: str, usual_language: str = "") -> StockReport:
    """Understand a text; never raises. `usual_language` is taken where the words tell none."""
    plain = without_own_words(plain_text(text))
    calls = calls_in(plain)
    plain, degrees = without_degrees(spread(plain))
    plain, gone = without_numbers(plain, _CUT)
    tokens = tokens_of(plain)
    folds = [token.fold for token in tokens if token.fold]
    houses = house_numbers(tokens)
    cuts = frozenset(at for at, token in enumerate(tokens) if token.text == _CUT.strip())
    place = place_words(tokens, houses | cuts) if degrees is None else PlaceWords()
    rest = [token for at, token in enumerate(tokens) if at not in place.used]
    gone |= _names(rest) | (frozenset({"address"}) if houses else frozenset())
    unsure = not place.sure and (place.names or (not calls.calls and _names_a_person(tokens)))
    lat, lon = degrees if degrees is not None else (None, None)
    found = StockReport(
        _intent(tokens, rest, calls, placed=bool(place.text) or lat is not None),
        spoken_language(folds, usual_language),
        count=_count(tokens, place.used | houses | {at - 1 for at in cuts}),
        lat=lat,
        lon=lon,
        place="" if unsure else place.text,
        personal=frozenset(gone),
        unsure_place=place.text if unsure else "",
    )
    filled = _filled(found, rest)
    return replace(filled, marked=_is_marked(filled, tokens, calls))


def _is_marked(found: StockReport, tokens: list[Token], calls: Calls) -> bool:
    first = next((token for token in tokens if token.fold), None)
    said = first.meaning.intent if first is not None and first.meaning is not None else ""
    if found.intent is Intent.SOS:
        return calls.leads or said in ("report", "need", "help")
    if said not in ("report", "need") or _asks_who(tokens):
        return False
    what = found.need if found.intent is Intent.NEED else found.kind is not None
    return bool(what) or found.placed or bool(found.unsure_place)


def _asks_who(tokens: list[Token]) -> bool:
    """Whether a text begins with "r u", "r they": people who talk with each other."""
    return (
        [token.fold for token in tokens[:1]] == ["r"]
        and tokens[1:2] != []
        and (tokens[1].fold in _ARE)
    )


def _intent(tokens: list[Token], rest: list[Token], calls: Calls, *, placed: bool) -> Intent:
    meanings = [token.meaning for token in rest if token.meaning is not None]
    said = {one.intent for one in meanings}
    needs = any(one.need for one in meanings)
    if calls.calls or (calls.needs_help and not needs):
        return Intent.SOS
    negated = any(token.fold in NEGATIONS for token in tokens)
    if _needs_nothing(tokens) or calls.denied:
        return Intent.UNKNOWN
    if "need" in said or (negated and needs):
        return Intent.NEED
    if negated:
        return Intent.UNKNOWN  # "not ok", "no fire": half of it would be its contrary
    # "need" may be left out where nothing else than a need is named: "water Main/3rd"
    if needs and all(one.kind is None for one in meanings):
        return Intent.NEED
    if any(one.kind is not None for one in meanings):
        return Intent.REPORT
    if "report" in said and not _asks_who(tokens):
        return Intent.REPORT
    asked = _asks_who(tokens) or any(token.text == "?" for token in tokens)
    if "ok" in said:
        return Intent.UNKNOWN if asked else Intent.OK
    if placed and not asked and any(token.fold in HELP_WORDS for token in rest):
        return Intent.SOS
    if "help" in said or [token.text for token in tokens[:1]] == ["?"]:
        return Intent.HELP
    if placed or any(one.equipment is not None for one in meanings):
        return Intent.REPORT
    return Intent.UNKNOWN


def _needs_nothing(tokens: list[Token]) -> bool:
    """Whether "need" is denied: "no necesito agua", "don't need a ride"."""
    return any(
        one.fold in NEGATIONS and other.meaning is not None and other.meaning.intent == "need"
        for one, other in pairwise(tokens)
    )


def _filled(found: StockReport, rest: list[Token]) -> StockReport:
    """With everything that its words say."""
    meanings = [token.meaning for token in rest if token.meaning is not None]
    kind, need = _kind(meanings), next((one.need for one in meanings if one.need), "")
    if found.intent is Intent.NEED:
        kind = KINDS.code("medical") if need == "medical" else KINDS.code("need")
    elif found.intent is not Intent.REPORT:
        kind, need = None, ""
    else:
        need = ""
    stated = next((one.severity for one in meanings if one.severity is not None), None)
    usual = 2 if kind in _GRAVE else 1
    return replace(
        found,
        kind=kind,
        severity=usual if stated is None else stated,
        count=found.count if found.intent is Intent.REPORT else None,
        activity=next((one.activity for one in meanings if one.activity is not None), 0),
        equipment=frozenset(one.equipment for one in meanings if one.equipment is not None),
        need=need,
    )


def _kind(meanings: list[Meaning]) -> int | None:
    """The first kind; a weak one only where there is no other."""
    strong = [one.kind for one in meanings if one.kind is not None and not one.weak]
    weak = [one.kind for one in meanings if one.kind is not None and one.weak]
    return next(iter((*strong, *weak)), None)


def _count(tokens: list[Token], taken: frozenset[int]) -> int | None:
    """The number beside what is counted or right behind R, digits before words.

    Any other number may be of a house, a plate or a person.
    """
    start = next((at for at, token in enumerate(tokens) if token.fold), 0)
    found: list[tuple[bool, int]] = []
    for at, token in enumerate(tokens):
        number = token.number
        if at in taken or number is None or not 0 < number <= COUNT_MAX:
            continue
        said = tokens[at - 1].meaning if at else None
        behind_r = at == start + 1 and said is not None and said.intent == "report"
        behind_thing = at > 0 and tokens[at - 1].is_thing and at - 1 not in taken
        if counts_things(tokens, at) or behind_r or (behind_thing and number <= _BEHIND_MAX):
            found.append((token.fold.isalpha(), number))
    return min(found, key=lambda one: one[0])[1] if found else None


def _names_a_person(tokens: list[Token]) -> bool:
    """Whether somebody is said to be taken: then a name stands near."""
    return any(
        token.fold in _TAKEN or (token.meaning is not None and token.meaning.kind == _DETAINED)
        for token in tokens
    )


def _names(rest: list[Token]) -> frozenset[str]:
    """Whether two capitalised words that mean nothing stand side by side."""
    for one, other in pairwise(rest):
        pair = f"{one.text} {other.text}"
        if one.meaning is None and other.meaning is None and PERSONAL_FORMS["name"].search(pair):
            return frozenset({"name"})
    return frozenset()
