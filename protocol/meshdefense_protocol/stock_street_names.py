"""Which words beside a street belong to its name, as far as capitals and known words tell. Pure.

What people say beside a street ("me siguen 26 y Kedzie", "26/Kedzie vengan") and who or what they
name there is none of it. Source: docs/stock-radios.md.
"""

from __future__ import annotations

from typing import Final

from meshdefense_protocol.personal_text import PERSONAL_FORMS
from meshdefense_protocol.stock_calls import is_call_word
from meshdefense_protocol.stock_street_words import (
    COLOURS,
    CORNERS,
    ORDINALS,
    PLACE_LEADS,
    PLACE_NOUNS,
    PLACE_STOPS,
    STREET_ENDS,
    STREET_LEADS,
)
from meshdefense_protocol.stock_tokens import Token

__all__ = ["JOINTS", "is_named", "without_outer"]

JOINTS: Final = frozenset("de del of la el los las the".split())
"""Small words inside of names: "16 de Septiembre", "Lomas de la Villa"."""
_ROADS: Final = frozenset("highway hwy interstate i route rt ruta carretera us sr cr ih".split())
_OF_NAMES: Final = PLACE_NOUNS | ORDINALS | JOINTS | _ROADS
"""Words that belong to a name also in small letters."""
_COMPASS_LETTERS: Final = 2
_SMALL_WORDS: Final = (PLACE_STOPS - COLOURS) | CORNERS | PLACE_LEADS | JOINTS
"""They have a capital only where every word has one."""


def is_named(tokens: list[Token], at: int) -> bool:
    """Whether a word is the name of a street, as far as capitals and the words beside it tell."""
    token = tokens[at]
    if not token.is_place_word or token.fold in CORNERS:
        return False
    before = tokens[at - 1].fold if at > 0 else ""
    if before in PLACE_NOUNS - STREET_ENDS - STREET_LEADS:
        return False  # "escuela Farragut 23 y Christiana"
    led = before in STREET_LEADS
    if at > 0 and not led and _is_two_names(tokens, at):
        return False  # "detained Juan Perez 26 y Kedzie", "Home Depot 26 y Kedzie"
    return led or token.fold in PLACE_NOUNS or token.fold in ORDINALS or _capital(tokens, at)


def _is_two_names(tokens: list[Token], at: int) -> bool:
    """Whether a word and the one before it look like a person's name."""
    known = PLACE_NOUNS | COLOURS | JOINTS
    pair = tokens[at - 1 : at + 1]
    named = PERSONAL_FORMS["name"].search(" ".join(one.text for one in pair)) is not None
    return named and all(one.is_place_word and one.fold not in known for one in pair)


def _capital(tokens: list[Token], at: int) -> bool:
    """Whether a word has a capital that says something: not one that every word has, nor that of
    the first word.
    """
    first = 0
    while first < len(tokens) and (said := tokens[first]).fold and _is_mark(said):
        first += 1
    if at <= first or not tokens[at].text.istitle():
        return False
    others = (one for one in tokens[first + 1 :] if len(one.fold) > 1 or one.fold in CORNERS)
    return not any(one.text.istitle() and one.fold in _SMALL_WORDS for one in others)


def _is_mark(token: Token) -> bool:
    return is_call_word(token.fold) or bool(token.meaning is not None and token.meaning.intent)


def without_outer(tokens: list[Token], span: list[int]) -> list[int]:
    """A street, the word beside the sign first, without the small words around its name.

    Only a capital or a number tells a name from what people say beside it: "siguen Cermak/Kedzie".
    """
    text = tokens[span[0]].text
    if not (text[0].isupper() or text[0].isdecimal()):
        return span
    numbered = text[0].isdecimal()
    kept = [span[0]]
    for at in span[1:]:
        token = tokens[at]
        known = token.fold in _OF_NAMES or tokens[kept[-1]].fold in JOINTS
        said = numbered and len(token.text) > _COMPASS_LETTERS
        said = said and (not _capital(tokens, at) or (at > 0 and _is_two_names(tokens, at)))
        if not known and (said or token.text[0].islower()):
            break
        kept.append(at)
    while len(kept) > 1 and tokens[kept[-1]].text in JOINTS:
        kept.pop()
    return kept
