"""Whether somebody with a stock radio calls for help, or says that they do not. Pure and total.

    SOS   S.O.S.   SOSS   help me   please help us   ayúdenos   auxilio   911   (the SOS sign)

A missed call is worse than a false ring, so a call is taken anywhere in a text. A denial counts
only where it stands right beside the call: "no SOS", "cancel SOS", "no es emergencia"; "no puedo
salir, SOS" is a call. Source: docs/stock-radios.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from meshdefense_protocol.stock_typos import one_apart
from meshdefense_protocol.stock_words import folded

__all__ = ["HELP_WORDS", "Calls", "calls_in", "is_call_word", "with_sos_apart"]

_SPELLED: Final = re.compile(r"(?<![\w'\u2019])s[\W_]{1,3}[o0][\W_]{1,3}s(?![^\W_])", re.IGNORECASE)
_STUCK: Final = re.compile(
    r"(?<![^\W_])(?:(?i:s+[o0]+s+(?=\d|[\-_.'\u2019]|help|ayuda))|SOS(?=[A-Z][a-z])|[Ss]os(?=[A-Z]))"
)
_SOS: Final = re.compile(r"(?:s+[o0]+)+s+")
_WORDS: Final = frozenset(
    "mayday auxilio socorro emergency emergencia emergencias helpme helpus ayudenme ayudenos "
    "ayudeme ayudame ayudanos salvenme salvenos".split()
)
_FORGIVEN: Final = ("auxilio", "socorro", "emergency", "emergencia")
"""Of these one wrong letter is forgiven; of "ayudanos" not, which is beside "ayudamos"."""
_OTHERS: Final = frozenset({"auxilios", "auxilia", "auxilie", "emergence"})
_PHRASES: Final = tuple(
    tuple(one.split())
    for one in (
        "help me", "help us", "help please", "help pls", "help plz", "please help", "pls help",
        "plz help", "help now", "send help", "save me", "save us", "rescue me", "rescue us",
        "am in danger", "im in danger", "are in danger", "were in danger", "ayuda por favor",
        "ayuda porfavor", "ayuda porfa", "por favor ayuda", "porfavor ayuda", "ayuda ya",
        "ayuda urgente", "ayuda urgentemente", "urgente ayuda", "ayuda rapido", "manden ayuda",
        "manda ayuda", "envien ayuda", "pido ayuda", "estoy en peligro", "estamos en peligro",
    )
)  # fmt: skip
_NO_CALLS: Final = re.compile(
    r"\b(?:emergency (?:vehicles?|exits?|rooms?|services?|lights?|crews?|doors?)"
    r"|(?:vehiculos?|salidas?|salas?|servicios?|luces|puertas?|numero) de emergencias?"
    r"|(?:vos|quien) sos)\b"
)
_NEED: Final = frozenset("need needs necesito necesitamos necesita necesitan requiero".split())
HELP_WORDS: Final = frozenset({"help", "ayuda"})
"""Alone they ask how to write; with a place or a "!" they call."""
_CRIED: Final = re.compile(r"(?<![^\W_])(?:help|ayuda)\s?!", re.IGNORECASE)
_NEED_FILLERS: Final = frozenset("of de some urgent urgente mucha tu su your immediate".split())
_ASKED: Final = frozenset("you u who anyone anybody everyone quien necesitas".split())
_NUMBER: Final = "911"
_NUMBER_LEADS: Final = frozenset("call dial llamen llame llama llamar marque marquen al".split())
_NEGATIONS: Final = frozenset(
    "no not isnt wasnt arent aint never nunca ningun ninguna tampoco dont doesnt".split()
)
_FILLERS: Final = frozenset(
    "a an un una el la the my mi our is was its it es era fue hay tengo tenemos have this that "
    "esto eso more mas real need needs necesito necesitamos necesita last previous ultimo anterior "
    "to for de del any longer".split()
)
_CANCEL: Final = frozenset(
    "cancel cancelled canceled cancels cancelar cancelo cancelen cancele cancela cancelado "
    "cancelada ignore ignora ignoren ignorar disregard anulen anular anulado".split()
)
_AFTER: Final = frozenset(
    "is was has been it a es fue ha sido esta queda ya now por by un una".split()
)
_TAKEN_BACK: Final = _CANCEL | frozenset({"mistake", "error", "equivocacion"})
_FALSE: Final = frozenset({("false", "alarm"), ("falsa", "alarma")})
_POLITE: Final = frozenset(
    "please pls plz por favor porfavor porfa hola hello hi hey we i urgent urgente".split()
)
_CLAUSES: Final = re.compile(r"[,;:!?¡¿()\n/&]|\.(?=\s|$)")
_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")


@dataclass(frozen=True, slots=True)
class Calls:
    """What a text says of help."""

    calls: bool = False
    """It calls for help."""
    needs_help: bool = False
    """It needs help, and "help" is all that it names beside that."""
    denied: bool = False
    """It says that there is no call, or takes one back."""
    leads: bool = False
    """It begins with the call."""


def calls_in(text: str) -> Calls:
    """What a text (NFKC, without our own words) says of help. Never raises."""
    text = _CRIED.sub(" SOS! ", text)
    said: list[str] = []
    clauses: list[int] = []
    for number, clause in enumerate(_CLAUSES.split(with_sos_apart(text))):
        words = _NO_CALLS.sub(" ", " ".join(map(folded, _WORD.findall(clause)))).split()
        said += words
        clauses += [number] * len(words)
    found = _spans(said)
    kept = [span for span in found if not _is_denied(said, clauses, *span)]
    false = [at for at in range(len(said)) if _is_false_alarm(said, clauses, at)]
    if false:  # what was called before it, or in one breath with it
        kept = [one for one in kept if one[0] > false[-1] and clauses[one[0]] > clauses[false[-1]]]
    polite = next((at for at, word in enumerate(said) if word not in _POLITE), 0)
    needs = [at for at in range(len(said)) if _needs_help(said, clauses, at)]
    asked = "?" in text or not _ASKED.isdisjoint(said)
    return Calls(
        calls=bool(kept),
        needs_help=bool(needs) and not asked,
        denied=bool(false) or len(kept) < len(found),
        leads=any(at <= polite for at, _ in kept) or polite in needs,
    )


def is_call_word(fold: str) -> bool:
    """Whether a folded word alone calls for help."""
    if _SOS.fullmatch(fold) or fold in _WORDS:
        return True
    if fold in _OTHERS:
        return False
    return any(one_apart(fold, word) for word in _FORGIVEN)


def with_sos_apart(text: str) -> str:
    """`text` with every SOS as one word of its own: "S.O.S.", "SOS5th/Main"."""
    return _STUCK.sub(" SOS ", _SPELLED.sub(" SOS ", text))


def _spans(words: list[str]) -> list[tuple[int, int]]:
    """Where calls are: the first word of each, and the one behind its last."""
    found = [(at, at + 1) for at, word in enumerate(words) if is_call_word(word)]
    found += [
        (at, at + len(phrase))
        for phrase in _PHRASES
        for at in range(len(words) - len(phrase) + 1)
        if tuple(words[at : at + len(phrase)]) == phrase
    ]
    found += [
        (at, at + 1)
        for at, word in enumerate(words)
        if word == _NUMBER and (at == 0 or words[at - 1] in _NUMBER_LEADS)
    ]
    return found


def _clause_before(words: list[str], clauses: list[int], at: int) -> list[str]:
    """The words before one in its clause, the nearest first."""
    return [words[one] for one in range(at - 1, -1, -1) if clauses[one] == clauses[at]]


def _is_denied(words: list[str], clauses: list[int], first: int, behind: int) -> bool:
    before = _clause_before(words, clauses, first)
    near = next((at for at, word in enumerate(before) if word not in _FILLERS), None)
    if near is not None and before[near] in _CANCEL:
        return _NEGATIONS.isdisjoint(before[near + 1 : near + 3])  # "do not cancel" is none
    if near is not None and before[near] in _NEGATIONS:
        return True
    while behind < len(words) and words[behind] in _AFTER:
        behind += 1
    ends = behind < len(words) and clauses[behind] == clauses[first]
    return ends and words[behind] in _TAKEN_BACK and not _is_negated(words, clauses, behind)


def _is_negated(words: list[str], clauses: list[int], at: int) -> bool:
    """Whether a word is denied itself: "do not cancel", "no cancelen"."""
    return not _NEGATIONS.isdisjoint(_clause_before(words, clauses, at)[:2])


def _is_false_alarm(words: list[str], clauses: list[int], at: int) -> bool:
    return tuple(words[at : at + 2]) in _FALSE and not _is_negated(words, clauses, at)


def _needs_help(words: list[str], clauses: list[int], at: int) -> bool:
    """Whether "need help" begins at a word, with nothing between that names what help."""
    if words[at] not in _NEED or _is_negated(words, clauses, at):
        return False
    behind = at + 1
    while behind < len(words) and words[behind] in _NEED_FILLERS:
        behind += 1
    return behind < len(words) and words[behind] in HELP_WORDS
