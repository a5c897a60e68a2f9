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
from meshdefense_protocol.stock_calls import Calls, calls_in
from meshdefense_protocol.stock_corners import (
    PLACE_MAX,
    PlaceWords,
    house_numbers,
    place_words,
)
from meshdefense_protocol.stock_counts import COUNT_MAX, count_in
from meshdefense_protocol.stock_degrees import without_degrees
from meshdefense_protocol.stock_denials import (
    clause_numbers,
    denied_things,
    ended_things,
    somebody_left,
    takes_back,
)
from meshdefense_protocol.stock_street_words import PLACE_NOUNS, PLACE_STOPS
from meshdefense_protocol.stock_texts import without_own_words
from meshdefense_protocol.stock_tokens import TEXT_READ_MAX, Token, plain_text, spread, tokens_of
from meshdefense_protocol.stock_words import NEGATIONS, Meaning, spoken_language
from meshdefense_protocol.words import ACTIVITIES, KINDS

__all__ = ["COUNT_MAX", "PLACE_MAX", "TEXT_READ_MAX", "Intent", "StockReport", "parse_stock_report"]

_CUT: Final = " ~ "
"""Stands where something was cut, so that what is beside it is not taken for a street."""
_DETAINED: Final = KINDS.code("detained")
_GRAVE: Final = frozenset(
    {_DETAINED, *(KINDS.code(key) for key in ("violence", "fire", "medical"))}
)
_AGENTS: Final = KINDS.code("enforcement")
_LEAVING: Final = ACTIVITIES.code("leaving")
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


_COUNTED: Final = frozenset({Intent.REPORT, Intent.SOS})
"""They tell what was seen, and how many."""


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

    vague: bool = False
    """Whether its kind is told by a vehicle alone: it may be the sender's own."""

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
    clauses = clause_numbers(plain, tokens)
    denied = denied_things(tokens, clauses, place.used)
    apart = place.used | denied | ended_things(tokens, clauses, place.used)
    rest = [token for at, token in enumerate(tokens) if at not in place.used]
    standing = [token for at, token in enumerate(tokens) if at not in apart]
    gone |= _names(rest) | (frozenset({"address"}) if houses else frozenset())
    unsure = not place.sure and (place.names or (not calls.calls and _names_a_person(tokens)))
    lat, lon = degrees if degrees is not None else (None, None)
    found = StockReport(
        _intent(tokens, rest, standing, calls, placed=bool(place.text) or lat is not None),
        spoken_language(folds, usual_language),
        lat=lat,
        lon=lon,
        place="" if unsure else place.text,
        personal=frozenset(gone),
        unsure_place=place.text if unsure else "",
    )
    filled = _filled(found, rest, standing)
    taken = place.used | houses | {at - 1 for at in cuts} | denied
    if filled.intent in _COUNTED:
        filled = replace(filled, count=count_in(tokens, taken, filled.kind))
    if filled.kind == _AGENTS and not filled.activity and somebody_left(tokens):
        filled = replace(filled, activity=_LEAVING)
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


def _intent(
    tokens: list[Token],
    rest: list[Token],
    standing: list[Token],
    calls: Calls,
    *,
    placed: bool,
) -> Intent:
    """`rest` are the words beside the place, `standing` those of them that are not denied."""
    meanings = [token.meaning for token in standing if token.meaning is not None]
    said = {one.intent for one in meanings}
    needs = any(one.need for one in meanings)
    lacks = any(token.meaning.need for token in rest if token.meaning is not None)
    if calls.calls:
        return Intent.SOS
    negated = any(token.fold in NEGATIONS for token in tokens)
    seen = any(one.kind is not None or one.equipment is not None for one in meanings)
    if (calls.denied and (takes_back(tokens) or not seen)) or (_needs_nothing(tokens) and not seen):
        return Intent.UNKNOWN
    if "need" in said or (negated and lacks and not seen):
        return Intent.NEED
    asked = _asks_who(tokens) or any(token.text == "?" for token in tokens)
    begs = placed and not asked and calls.asks and not needs
    if begs and all(one.kind is None for one in meanings):
        return Intent.SOS  # also beside a denial: "help 5th/Main, no phone"
    if not seen and (negated or len(rest) > len(standing)):
        return Intent.UNKNOWN  # "not ok", "no fire", "fire is out": not to be told as its contrary
    # "need" may be left out where nothing else than a need is named: "water Main/3rd"
    if needs and all(one.kind is None for one in meanings):
        return Intent.NEED
    if any(one.kind is not None for one in meanings):
        return Intent.REPORT
    if "report" in said and not _asks_who(tokens):
        return Intent.REPORT
    if "ok" in said and not negated:
        return Intent.UNKNOWN if asked else Intent.OK
    if "help" in said or [token.text for token in tokens[:1]] == ["?"]:
        return Intent.HELP
    if placed or seen:
        return Intent.REPORT
    return Intent.UNKNOWN


def _needs_nothing(tokens: list[Token]) -> bool:
    """Whether "need" is denied: "no necesito agua", "don't need a ride", "no medic needed"."""
    denied = False
    for one, other in pairwise(tokens):
        denied = denied or one.fold in NEGATIONS
        if one.fold in NEGATIONS and other.meaning is not None and other.meaning.intent == "need":
            return True
        lacks = one.meaning is not None and bool(one.meaning.need)
        if denied and lacks and other.fold in ("needed", "required", "necesario", "necesaria"):
            return True
    return False


def _filled(found: StockReport, rest: list[Token], standing: list[Token]) -> StockReport:
    """With what its words say; a need also with what is said to lack: "no hay agua"."""
    meanings = [token.meaning for token in standing if token.meaning is not None]
    lacks = meanings + [token.meaning for token in rest if token.meaning is not None]
    kind, need = _kind(meanings), ""
    if found.intent is Intent.NEED:
        need = next((one.need for one in lacks if one.need), "")
        kind = KINDS.code("medical") if need == "medical" else KINDS.code("need")
    elif found.intent not in _COUNTED:
        kind = None
    stated = next((one.severity for one in meanings if one.severity is not None), None)
    usual = 2 if kind in _GRAVE else 1
    return replace(
        found,
        kind=kind,
        severity=usual if stated is None else stated,
        activity=next((one.activity for one in meanings if one.activity is not None), 0),
        equipment=frozenset(one.equipment for one in meanings if one.equipment is not None),
        need=need,
        vague=any(one.weak for one in meanings)
        and not any(one.kind is not None and not one.weak for one in meanings),
    )


def _kind(meanings: list[Meaning]) -> int | None:
    """The first kind; a weak one only where there is no other."""
    strong = [one.kind for one in meanings if one.kind is not None and not one.weak]
    weak = [one.kind for one in meanings if one.kind is not None and one.weak]
    return next(iter((*strong, *weak)), None)


def _names_a_person(tokens: list[Token]) -> bool:
    """Whether somebody is said to be taken: then a name stands near."""
    return any(
        token.fold in _TAKEN or (token.meaning is not None and token.meaning.kind == _DETAINED)
        for token in tokens
    )


def _names(rest: list[Token]) -> frozenset[str]:
    """Whether two capitalised words that mean nothing stand side by side."""
    for one, other in pairwise(rest):
        if not {one.fold, other.fold}.isdisjoint(PLACE_STOPS | PLACE_NOUNS):
            continue  # "Me Siguen", where every word has a capital; "Federal Plaza"
        pair = f"{one.text} {other.text}"
        if one.meaning is None and other.meaning is None and PERSONAL_FORMS["name"].search(pair):
            return frozenset({"name"})
    return frozenset()
