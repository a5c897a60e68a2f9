"""How many of something somebody with a stock radio saw. Pure.

Only a number beside what it counts is a count; others are of streets, houses, plates, times and
ways. Source: docs/stock-radios.md.
"""

from __future__ import annotations

from typing import Final

from meshdefense_protocol.stock_street_words import COLOURS
from meshdefense_protocol.stock_tokens import Token
from meshdefense_protocol.words import KINDS

__all__ = ["COUNT_MAX", "MEASURES", "count_in", "counted_thing", "counts_behind"]

COUNT_MAX: Final = 500
"""What is counted at most: larger numbers are of houses, plates and years."""
_BEHIND_MAX: Final = 99
"""The same behind what is counted: there it may be a part of a plate."""
_OF_PEOPLE: Final = frozenset({KINDS.code("detained"), KINDS.code("medical")})
_BETWEEN: Final = COLOURS | {
    "of", "de", "unmarked", "marked", "federal", "people", "personas", "gente"
}  # fmt: skip
"""Words that stand between a number and what it counts."""
_BETWEEN_MAX: Final = 2
MEASURES: Final = frozenset(
    "sec secs second seconds segundos min mins minute minutes minuto minutos hour hours hora horas "
    "hr hrs hs day days dia dias am pm m meter meters metre metres metro metros yard yards yd yds "
    "ft feet foot pies km kms kilometer kilometers kilometro kilometros mi mile miles milla millas "
    "block blocks blk blks cuadra cuadras houses casas doors puertas floor floors piso pisos "
    "times veces percent".split()
)
"""Units of time and distance, and what ways are told by: what is before them counts no things."""
_MORE: Final = frozenset({"more", "mas", "or", "o", "to", "a", "city", "long"})


def counted_thing(tokens: list[Token], at: int) -> int | None:
    """What the number there counts right behind it: "3 vans", "3 white vans"."""
    behind = at + 1
    while behind < len(tokens) and behind - at <= _BETWEEN_MAX and tokens[behind].fold in _BETWEEN:
        behind += 1
    return behind if behind < len(tokens) and tokens[behind].is_thing else None


def counts_behind(tokens: list[Token], at: int) -> bool:
    """Whether the number there counts what "of" stands behind: "crowd of 200"."""
    return at > 1 and tokens[at - 1].fold in ("of", "de") and tokens[at - 2].is_thing


def measures(tokens: list[Token], at: int) -> bool:
    """Whether the number there tells a time or a way: "10 min ago", "2 blocks from"."""
    behind = at + 1
    while behind < len(tokens) and tokens[behind].fold in _MORE:
        behind += 1
    return behind < len(tokens) and tokens[behind].fold in MEASURES


def count_in(tokens: list[Token], taken: frozenset[int], kind: int | None) -> int | None:
    """The number beside what is counted or right behind R, digits before words. `taken` are the
    tokens that say something else, `kind` is what is told.

    Any other number may be of a house, a plate, a person, a time or a distance. How many are hurt
    or detained is told only where that is the kind: "fire (3)" would be three fires.
    """
    start = next((at for at, token in enumerate(tokens) if token.fold), 0)
    counts: list[tuple[bool, int]] = []
    for at, token in enumerate(tokens):
        number = token.number
        if at in taken or number is None or not 0 < number <= COUNT_MAX or measures(tokens, at):
            continue
        said = tokens[at - 1].meaning if at else None
        behind_r = at == start + 1 and said is not None and said.intent == "report"
        thing = counted_thing(tokens, at)
        if thing is None and at > 0 and tokens[at - 1].is_thing and number <= _BEHIND_MAX:
            thing = at - 1
        if thing is None and counts_behind(tokens, at):
            thing = at - 2
        if thing is None and not behind_r:
            continue
        if thing is None or (thing not in taken and _is_told(tokens[thing], kind)):
            counts.append((token.fold.isalpha(), number))
    return min(counts, key=lambda one: one[0])[1] if counts else None


def _is_told(thing: Token, kind: int | None) -> bool:
    """Whether a thing that is counted belongs to the kind that is told."""
    counted = thing.meaning.kind if thing.meaning is not None else None
    return counted not in _OF_PEOPLE or counted == kind
