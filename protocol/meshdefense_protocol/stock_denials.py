"""What a text of a stock radio says is not so, or is over. Pure and total.

Only a denial right beside a thing counts: "no vans", "no hay migra", "ICE is not here". In "no
salgan, hay migra" the thing stands: most warnings hold a "no". What is over is no fresh report:
"the fire is out", "se acabo la redada"; people who left are leaving. Source: docs/stock-radios.md.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from meshdefense_protocol.stock_tokens import Token
from meshdefense_protocol.stock_words import NEGATIONS
from meshdefense_protocol.words import KINDS

__all__ = ["clause_numbers", "denied_things", "ended_things", "somebody_left", "takes_back"]

_BREAKS: Final = frozenset(",;:!?().")
_POINTED_LEAST: Final = 4
"""Letters from which a point behind a word ends a sentence: "St." is short for something."""
_BETWEEN: Final = frozenset(
    "a an any the el la los las un una one hay is are was were there have has had more mas longer "
    "real sign signs of de esta estan estoy estamos es son veo ve ven vemos vi vimos se see saw "
    "seen hear am i im we here aqui signos senal senales tengo tenemos hubo habia been being feel "
    "light dark white black blanca blancas blanco blancos negra negras negro negros".split()
)
"""Words that may stand between a denial and the thing that it denies."""
_NONE: Final = frozenset("nothing nada nadie nobody none".split())
_BEGIN: Final = frozenset({"hay", "there"})
"""Behind these denials they begin something else: "no le abran a nadie hay agentes"."""
_OR: Final = frozenset({"or", "o", "u", "ni", "nor"})
_ARTICLES: Final = frozenset("a an any the el la los las un una".split())
_IS: Final = frozenset("is are was were ya esta estan still".split())
_HERE: Final = frozenset("here there anymore aqui ahi alli alla aca more mas".split())
_NOT: Final = frozenset("no not isnt arent wasnt werent aint".split())
_NEEDED: Final = frozenset("needed required necesario necesaria hace falta".split())

_BEFORE_END: Final = frozenset(
    "is are was were has have had been already now finally just all its ya se esta estan quedo "
    "fue ha sido put bajo under totally completely".split()
)
"""Words that may stand between a thing and the word that ends it."""
_ENDED: Final = frozenset(
    "gone ended finished done extinguished contained resolved cleared removed dispersed terminado "
    "terminada acabado acabada apagado apagada controlado controlada extinguido sofocado acabo "
    "termino apago paso disperso control".split()
)
_ENDED_BARE: Final = frozenset({"over", "out"})
"""They end only where nothing follows that they lead to: "smoke over Main", "out of control"."""
_ENDS: Final = frozenset(
    "acabo acabaron termino terminaron paso apago apagaron controlaron quitaron levantaron "
    "disperso dispersaron fue out extinguished".split()
)
"""Words before what they end: "se acabo la redada"."""
_ENDS_BEHIND: Final = {"paso": "ya", "fue": "se", "out": "put"}
"""They end only behind these."""
_BACK: Final = frozenset("back restored regreso volvio".split())
_AGAIN: Final = frozenset({("ya", "hay"), ("ya", "tenemos")})
_EVENTS: Final = frozenset("raid raids redada redadas enforcement operativo".split())
"""Of the words for agents those that begin and end; the others come and go."""
_AGENTS: Final = KINDS.code("enforcement")
_FIRE: Final = KINDS.code("fire")
_LEFT: Final = frozenset({("se", "fue"), ("se", "fueron"), ("se", "largaron"), ("se", "marcharon")})
_TAKES_BACK: Final = ("cancel", "anul", "ignor", "disregard", "mistake", "equivocac", "fals")


def clause_numbers(text: str, tokens: list[Token]) -> list[int]:
    """In which clause of the text they are cut from each token stands."""
    found, clause, at = [], 0, 0
    for token in tokens:
        begins = max(at, text.find(token.text, at))
        clause += not _BREAKS.isdisjoint(text[at:begins])
        found.append(clause)
        at = begins + len(token.text)
        short = len(token.text) <= _POINTED_LEAST and token.fold not in NEGATIONS
        clause += token.text.endswith(".") and not short
    return found


def denied_things(
    tokens: list[Token], clauses: list[int], placed: frozenset[int]
) -> frozenset[int]:
    """Which tokens name what is said not to be: things, what people do, needs, "ok".

    `placed` are the tokens of the place.
    """
    found: set[int] = set()
    for at, token in enumerate(tokens):
        if token.fold in NEGATIONS:
            found.update(_behind_denial(tokens, clauses, at))
        if token.is_thing and _denied_behind(tokens, clauses, placed, at):
            first = at
            while first > 0 and tokens[first - 1].is_thing:
                first -= 1  # "ICE vans are not here"
            found.update(range(first, at + 1))
    return frozenset(found)


def _behind_denial(tokens: list[Token], clauses: list[int], at: int) -> list[int]:
    found: list[int] = []
    things = False
    for here in range(at + 1, len(tokens)):
        token = tokens[here]
        if clauses[here] != clauses[at] or (tokens[at].fold in _NONE and token.fold in _BEGIN):
            break
        if token.is_thing or (token.meaning is not None and not things):
            found.append(here)
            things = token.meaning is not None and token.meaning.intent != "need"
        elif not (token.fold in _OR or tokens[here - 1].fold in _OR) and (
            things or not (token.fold in _BETWEEN or token.number is not None)
        ):
            break
    return found


def _denied_behind(
    tokens: list[Token], clauses: list[int], placed: frozenset[int], at: int
) -> bool:
    """Whether "is not here", "no esta en la 26", "no longer at Main" follows."""
    here = _past(tokens, at + 1, _IS)
    if here >= len(tokens) or clauses[here] != clauses[at] or tokens[here].fold not in _NOT:
        return False
    behind = _past(tokens, here + 1, _IS | {"longer"})
    if behind >= len(tokens) or clauses[behind] != clauses[at]:
        return True
    if tokens[behind].leads:  # "not in uniform" denies nobody
        return behind in placed or _past(tokens, behind + 1, _ARTICLES) in placed
    return tokens[behind].fold in _HERE | _NEEDED


def ended_things(tokens: list[Token], clauses: list[int], placed: frozenset[int]) -> frozenset[int]:
    """Which tokens name what is said to be over, and the words that say so.

    `placed` are the tokens of the place, which may stand between: "the fire at 5th/Main is out".
    """
    if not placed:
        return _ended(tokens, clauses)
    beside = [at for at in range(len(tokens)) if at not in placed]
    closed = [at for at in beside if tokens[at].fold not in _ENDED_BARE or at + 1 not in placed]
    apart = _ended([tokens[at] for at in closed], [clauses[at] for at in closed])
    return _ended(tokens, clauses) | {closed[at] for at in apart}


def _ended(tokens: list[Token], clauses: list[int]) -> frozenset[int]:
    found: set[int] = set()
    for at, token in enumerate(tokens):
        behind = _past(tokens, at + 1, _BEFORE_END)
        if behind < len(tokens) and clauses[behind] == clauses[at]:
            if _is_event(token) and _ends(tokens, clauses, at, behind):
                found |= {at, behind}
            if _is_need(token) and tokens[behind].fold in _BACK:
                found.add(at)
        before = tokens[at - 1].fold if at else ""
        needed = _ENDS_BEHIND.get(token.fold)
        thing = _past(tokens, at + 1, _ARTICLES)
        if thing >= len(tokens) or clauses[thing] != clauses[at]:
            continue
        if token.fold in _ENDS and needed in (None, before) and _is_event(tokens[thing]):
            found |= {at, thing}
        again = token.fold in _BACK or (before, token.fold) in _AGAIN
        if again and _is_need(tokens[thing]):
            found.add(thing)
    return frozenset(found)


def _ends(tokens: list[Token], clauses: list[int], thing: int, at: int) -> bool:
    """Whether the word there, behind a thing, says that it is over."""
    word = tokens[at].fold
    if word == "control":
        return tokens[at - 1].fold in ("under", "bajo")
    if word not in _ENDED_BARE:
        return word in _ENDED
    meaning = tokens[thing].meaning
    if word == "out" and (meaning is None or meaning.kind != _FIRE):
        return False  # "protest out on Main"
    behind = at + 1
    last = behind >= len(tokens) or clauses[behind] != clauses[at]
    if not last and tokens[behind].fold == "of":
        return False
    return at > thing + 1 or last or tokens[behind].leads


def somebody_left(tokens: list[Token]) -> bool:
    """Whether it says "se fue", which is no word of what people do alone: "fue" is "was"."""
    folds = [token.fold for token in tokens]
    return any(pair in _LEFT for pair in pairwise(folds))


def takes_back(tokens: list[Token]) -> bool:
    """Whether something is taken back with words as "cancel" or "false alarm"."""
    return any(token.fold.startswith(_TAKES_BACK) for token in tokens)


def _past(tokens: list[Token], at: int, words: frozenset[str]) -> int:
    """The first place from `at` on where none of these words stands."""
    while at < len(tokens) and tokens[at].fold in words:
        at += 1
    return at


def _is_event(token: Token) -> bool:
    """Whether a thing begins and ends, and does not come and go."""
    said = token.meaning
    if said is None or said.kind is None:
        return False
    return said.kind != _AGENTS or token.fold in _EVENTS


def _is_need(token: Token) -> bool:
    return token.meaning is not None and bool(token.meaning.need)
