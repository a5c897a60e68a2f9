"""Where something is, in the words of somebody with a stock radio: a corner, a street. Pure.

Streets may be numbers; numbers of houses are told from them and left out. What is no street for
sure may be the name of a person. Source: docs/stock-radios.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from meshdefense_protocol.personal_text import PERSONAL_FORMS
from meshdefense_protocol.stock_counts import MEASURES, counted_thing, counts_behind
from meshdefense_protocol.stock_street_names import JOINTS, is_named, without_outer
from meshdefense_protocol.stock_street_words import (
    COLOURS,
    CORNERS,
    MONTHS,
    NUMBERED_LEADS,
    ORDINALS,
    PLACE_NOUNS,
    STREET_ENDS,
    STREET_LEADS,
)
from meshdefense_protocol.stock_tokens import Token

__all__ = ["PLACE_MAX", "PlaceWords", "house_numbers", "place_words"]

PLACE_MAX: Final = 48
"""Characters of a place that is kept in words."""
_STREET_WORDS: Final = 3
"""Words of each street of a corner, and a word more of a place that has only one."""
_SIGNS: Final = frozenset("/&")
_HOUSE: Final = re.compile(r"#?\d{1,5}(?:-\d{1,3})?(-?[a-z])?", re.IGNORECASE | re.ASCII)
_BLOCK: Final = re.compile(r"\d{1,3}00-\d{1,3}(?:00|99)", re.ASCII)
_ORDINAL: Final = re.compile(r"\d{1,3}(?:st|nd|rd|th|er|ra|ro|da|do|ta|to|ma|mo|va|vo|na|no|a|o)")
_HYPHEN: Final = re.compile(
    rf"{_ORDINAL.pattern}-[^\W\d_]{{3,20}}|[^\W\d_]{{3,20}}-{_ORDINAL.pattern}", re.IGNORECASE
)
"""26th-Kedzie."""
_COMPASS: Final = frozenset("n s e w north south east west norte sur este oeste".split())
_CORNER_NOUNS: Final = frozenset({"esquina", "esq", "corner"})
_ORDINAL_LETTERS: Final = frozenset("aoAO")
_STREET_DIGITS: Final = 3
"""Digits of a street's number at most."""
_FEW_DIGITS: Final = 2
"""Digits of a number that may stand between a place and what it counts."""
_BEHIND_NUMBERS: Final = STREET_ENDS | {"de"}
"""Before these words a number is a part of the street: "26 St/Main", "16 de Septiembre/Main"."""
_UNITS: Final = MEASURES | frozenset("people persons personas gente men hombres".split())
"""What a number before them counts is no house."""


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """A place in words."""

    text: str = ""
    """At most PLACE_MAX characters; empty where there is none."""
    used: frozenset[int] = frozenset()
    """Which tokens said it."""
    sure: bool = False
    """Whether it has a number or a word of a street, so that it is nobody's name."""
    names: bool = False
    """Whether it may as well be two people: "and" between two and two words."""


def house_numbers(tokens: list[Token]) -> frozenset[int]:
    """Which tokens are numbers of houses, as far as what stands beside them tells."""
    return frozenset(at for at in range(len(tokens)) if _is_house(tokens, at))


def _is_house(tokens: list[Token], at: int) -> bool:
    token = tokens[at]
    found = _HOUSE.fullmatch(token.text)
    if found is None or _BLOCK.fullmatch(token.text):
        return False
    digits = sum(char.isdecimal() for char in token.text)
    letter = (found[1] or "")[-1:]
    if letter in _ORDINAL_LETTERS and letter and "-" not in token.text and digits < _STREET_DIGITS:
        return False  # "5a" is the fifth
    before = tokens[at - 1] if at else None
    behind = tokens[at + 1] if at + 1 < len(tokens) else None
    if before is not None and before.fold in NUMBERED_LEADS and digits <= _STREET_DIGITS:
        return False
    if counts_behind(tokens, at):
        return False
    between = behind is not None and (
        behind.text in _SIGNS
        or behind.fold in CORNERS | _CORNER_NOUNS
        or _is_at_corner(tokens, at + 1)
    )
    if between and token.text.isdecimal() and digits <= _STREET_DIGITS:
        return at > 0 and is_named(tokens, at - 1)  # "me siguen 26 y Kedzie" has a street of 26
    street = before is not None and before.is_place_word and before.fold not in CORNERS
    if counted_thing(tokens, at) is not None and not letter:
        return street and digits > _FEW_DIGITS
    if (digits < _FEW_DIGITS and not letter) or (behind is not None and behind.fold in _UNITS):
        return False
    if behind is not None and behind.fold == "de" and at + 2 < len(tokens):
        return tokens[at + 2].fold not in MONTHS
    if behind is not None and behind.is_place_word:
        return behind.fold not in STREET_ENDS or digits > _STREET_DIGITS
    leads = before is not None and before.leads
    beside_sign = any(
        one is not None and (one.text in _SIGNS or one.fold in CORNERS) for one in (before, behind)
    )
    if beside_sign and not street:
        return digits > _STREET_DIGITS or bool(letter)
    return street or leads or digits > _STREET_DIGITS


def place_words(tokens: list[Token], houses: frozenset[int]) -> PlaceWords:
    """A corner, else what follows "at" or "near", else a name that ends like a street's.

    `houses` are the tokens that stand for a number of a house, or for what was cut.
    """
    for sign in (True, False):
        for at, token in enumerate(tokens):
            plain = token.fold in CORNERS or _is_corner_noun(tokens, at)
            between = token.text in _SIGNS if sign else plain
            if between and (found := _corner(tokens, houses, at, plain=not sign)) is not None:
                return found
    for at in range(len(tokens)):
        if _is_at_corner(tokens, at) and (found := _corner(tokens, houses, at, plain=True)):
            return found
    for at, token in enumerate(tokens):
        numbered = at + 1 < len(tokens) and tokens[at + 1].text.isdecimal()
        if token.fold in NUMBERED_LEADS and numbered and at + 1 not in houses:
            return _street(tokens, range(at, at + 2), [at, at + 1])
    led: list[PlaceWords] = []
    for at, token in enumerate(tokens):
        first = at + 1 + (at + 1 in houses)
        span = _run(tokens, houses, first, 1, _STREET_WORDS + 1) if token.leads else []
        if all(tokens[one].fold in JOINTS for one in span):
            continue  # "on the van"
        if (found := _street(tokens, range(at, span[-1] + 1), span)).text:
            led.append(found)
    if led:  # "in force on 26th": what is a street for sure before what may be one
        return next((found for found in led if found.sure), led[0])
    for at, token in enumerate(tokens):
        if (
            _BLOCK.fullmatch(token.text)
            and (span := _run(tokens, houses, at, 1, _STREET_WORDS + 1))[1:]
        ):
            return _street(tokens, range(at, span[-1] + 1), span)
        ends = token.fold in STREET_ENDS or (token.fold in PLACE_NOUNS and token.text.istitle())
        if ends and (span := _run(tokens, houses, at - 1, -1, _STREET_WORDS - 1)):
            return _street(tokens, range(span[-1], at + 1), [*span[::-1], at])
    for at, token in enumerate(tokens):
        if at in houses and (span := _run(tokens, houses, at + 1, 1, _STREET_WORDS))[1:]:
            if tokens[at + 1].fold in _COMPASS:  # "1234 S Kedzie"
                return _street(tokens, range(at + 1, span[-1] + 1), span)
        if _HYPHEN.fullmatch(token.text):
            return PlaceWords(token.text.replace("-", "/")[:PLACE_MAX], frozenset({at}), sure=True)
    return PlaceWords()


def _street(tokens: list[Token], used: range, span: list[int]) -> PlaceWords:
    """A place of one name; none where it looks like a person's and nothing says otherwise."""
    words = " ".join(tokens[one].text for one in span)
    if not any(tokens[one].fold in PLACE_NOUNS for one in span):
        words = "" if PERSONAL_FORMS["name"].search(words) else words
    sure = _is_sure(tokens, {used.start, *span})
    return PlaceWords(words[:PLACE_MAX], frozenset(used), sure) if words else PlaceWords()


def _corner(
    tokens: list[Token], houses: frozenset[int], at: int, *, plain: bool
) -> PlaceWords | None:
    """The two streets beside a sign, or beside "and" where both sides are words of a place.

    The word next to the sign is a part of the street whatever it is: "5 / Main", "Fire/Main".
    """
    left, right = _beside(tokens, houses, at, -1), _beside(tokens, houses, at, 1)
    if left is None or right is None:
        return None
    if plain and not (_streetlike(tokens, left) and _streetlike(tokens, right)):
        return None
    before = _street_beside(tokens, houses, left, -1)[::-1]
    after = _street_beside(tokens, houses, right, 1)
    one, other = (" ".join(tokens[each].text for each in side) for side in (before, after))
    half = (PLACE_MAX - 1) // 2
    first = before[0] - (before[0] - 1 >= 0 and tokens[before[0] - 1].leads)
    used = range(first, after[-1] + 1)
    return PlaceWords(
        f"{one[:half]}/{other[:half]}",
        frozenset(used),
        _is_sure(tokens, {first, *before, *after}),
        names=plain and min(len(before), len(after)) > 1,
    )


def _is_corner_noun(tokens: list[Token], at: int) -> bool:
    """Whether "esquina" stands between two streets: "26 esquina Kedzie"."""
    between = 0 < at < len(tokens) - 1 and tokens[at].fold in _CORNER_NOUNS
    return between and tokens[at - 1].fold not in JOINTS and tokens[at + 1].fold not in CORNERS


def _is_at_corner(tokens: list[Token], at: int) -> bool:
    """Whether "at" stands between two streets: "on 26th at Kedzie", "on Kedzie at 26th"."""
    if tokens[at].fold != "at" and tokens[at].text != "@":
        return False
    if not 0 < at < len(tokens) - 1 or not tokens[at + 1].fold:
        return False
    left, right = tokens[at - 1], tokens[at + 1]
    led = at > 1 and (tokens[at - 2].leads or tokens[at - 2].fold in NUMBERED_LEADS)
    if _is_ordinal(left) or (left.text.isdecimal() and led):
        return right.is_place_word
    return led and left.is_place_word and (_is_ordinal(right) or right.text.isdecimal())


def _is_ordinal(token: Token) -> bool:
    return token.fold in ORDINALS or _ORDINAL.fullmatch(token.fold) is not None


def _beside(tokens: list[Token], houses: frozenset[int], at: int, step: int) -> int | None:
    """The word beside a sign; behind a house number only what may be a street."""
    found = at + step
    if step > 0 and found + 1 < len(tokens) and tokens[found].leads and tokens[found + 1].fold:
        found += step  # "Main y calle 5"
    if step > 0 and found + 1 < len(tokens) and tokens[found].text in JOINTS:
        named = tokens[found + 1].text[:1]
        found += step * (named.isdecimal() or named.isupper())  # "Kedzie y la 31"
    if step < 0 and found > 0 and tokens[found].fold in _CORNER_NOUNS:
        found += step  # "26 esquina con Kedzie"
    if found in houses:
        found += step
        if not (0 <= found < len(tokens) and tokens[found].is_place_word):
            return None
    return found if 0 <= found < len(tokens) and tokens[found].fold else None


def _street_beside(tokens: list[Token], houses: frozenset[int], at: int, step: int) -> list[int]:
    """The words of one street of a corner, the one beside the sign first.

    That one alone where the others look like a person's name and nothing says otherwise.
    """
    span = [at, *_run(tokens, houses, at + step, step, _STREET_WORDS - 1)]
    if step < 0 and tokens[at].text.isdecimal() and tokens[at - 1].fold == "la":
        span = span[:1]  # "la 26 y Kedzie"
    if step < 0 and span[-1] and tokens[span[-1]].fold in _BEHIND_NUMBERS:
        number = span[-1] - 1
        span += [number] if tokens[number].text.isdecimal() and number not in houses else []
    span = without_outer(tokens, span)
    words = " ".join(tokens[one].text for one in span[::step])
    named = PERSONAL_FORMS["name"].search(words) is not None
    if named and not any(tokens[one].fold in PLACE_NOUNS | COLOURS | JOINTS for one in span):
        return span[:1]  # but "Blue Island" and "La Salle" are nobody
    return span


def _streetlike(tokens: list[Token], at: int) -> bool:
    """Whether a word may be a street's name where only "and" says so."""
    number = tokens[at].text.isdecimal() and counted_thing(tokens, at) is None
    return tokens[at].is_place_word or number


def _run(tokens: list[Token], houses: frozenset[int], at: int, step: int, most: int) -> list[int]:
    """Words of a place from `at` on, at most so many."""
    found: list[int] = []
    while 0 <= at < len(tokens) and len(found) < most:
        if at in houses or not tokens[at].is_place_word:
            break
        found.append(at)
        if step > 0 and tokens[at].fold in STREET_ENDS and at and tokens[at - 1].fold:
            break  # behind "Kedzie Ave" no name goes on; "St Mary" begins one
        at += step
    return found


def _is_sure(tokens: list[Token], used: set[int]) -> bool:
    """By the words that are kept and the one that leads to them: not by the number of a house."""
    folds = [tokens[at].fold for at in used]
    return any(
        fold in PLACE_NOUNS
        or fold in ORDINALS
        or fold in STREET_LEADS
        or any(char.isdecimal() for char in fold)
        for fold in folds
    )
