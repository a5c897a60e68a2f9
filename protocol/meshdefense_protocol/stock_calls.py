"""Whether somebody with a stock radio calls for help, or says that they do not. Pure and total.

    SOS   S.O.S.   SOSS   help me   please help us   ayúdenos   auxilio   911   (the SOS sign)

A missed call is worse than a false ring, so a call is taken anywhere in a text, and whatever is
not surely a denial is none. Source: docs/stock-radios.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from meshdefense_protocol.stock_call_denials import (
    false_alarms,
    is_denied,
    is_needless,
    is_thanked,
)
from meshdefense_protocol.stock_clauses import HELP, NEED, Clauses, clauses_of, meant
from meshdefense_protocol.stock_cries import (
    asks_for_help,
    help_needed,
    is_chore,
    is_cry,
    is_need_denied,
)

__all__ = ["Calls", "calls_in", "is_call_word", "with_sos_apart"]

_SPELLED: Final = re.compile(r"(?<![\w'\u2019])s[\W_]{1,3}[o0][\W_]{1,3}s(?![^\W_])", re.IGNORECASE)
_STUCK: Final = re.compile(
    r"(?<![^\W_])(?:(?i:s+[o0]+s+(?=\d|[\-_.'\u2019]|help|ayuda))|SOS(?=[A-Z][a-z])|[Ss]os(?=[A-Z]))"
)
_NUMBER: Final = re.compile(r"(?<![\w.,/-])9[ .-]1[ .-]1(?![\w/-])")
_SOS: Final = re.compile(r"(?:s+[o0]+)+s+")
_NOUNS: Final = frozenset("emergency emergencia emergencias mayday".split())
_CRIES: Final = frozenset(
    "auxilio socorro helpme helpus ayudenme ayudenos ayudeme ayudame ayudanos ayudenlo ayudenla "
    "ayudenlos auxilienme auxilienos salvenme salvenos salvame rescatenme rescatenos saquenme "
    "saquenos".split()
)
_PHRASES: Final = re.compile(
    r"(?<!\S)(?:(?:help|save|rescue) (?:me|us)|please help|send help"
    r"|(?:call|calling|scream|screaming|cry|crying|beg|begging) for help"
    r"|(?:manden|manda|envien|pido|pedimos) ayuda|ayuden(?! (?:a|con)(?!\S))"
    r"|ayuda me|(?:que|alguien) (?:me|nos) ayuden?|(?:me|nos) ayude alguien"
    r"|(?:me|nos) puede[ns]? ayudar|puede[ns]? (?:alguien )?ayudar(?:me|nos)"
    r"|get (?:me|us) out)(?!\S)"
)
_NUMBERS: Final = re.compile(
    r"(?<!\S)(?:(?:call|dial|llamen|llame|llama|llamar|marque|marquen)(?: al?)?"
    r"|(?<!llamamos )(?<!llamaron )al) (?:911|nine one one|nueve uno uno|nueve once)(?!\S)"
)
_DANGER: Final = re.compile(r"(?<!\S)(?:in danger(?! of(?!\S))|en peligro(?! de(?!\S)))(?!\S)")
_DANGER_OF: Final = frozenset(
    "if you u anyone anybody who whoever when case quien quienes cuando usted ustedes".split()
)
"""Before "in danger" these say that it is not the sender's."""
_OURS: Final = frozenset("i im we were am my".split())
_NO_CALLS: Final = re.compile(
    r"(?<!\S)(?:emergency (?:vehicles?|exits?|rooms?|services?|lights?|crews?|doors?|kits?"
    r"|contacts?|meetings?|plans?|numbers?|supplies|funds?|brakes?|drills?)"
    r"|(?:vehiculos?|salidas?|salas?|servicios?|luces|puertas?|numeros?|kits?|planes|plan"
    r"|contactos?|fondos?|reunion|botiquin) de emergencias?"
    r"|in case of (?:an )?emergency|en caso de (?:una )?emergencia|(?:vos|quien|tu) sos)(?!\S)"
)
_POLITE: Final = frozenset(
    "please pls plz por favor porfavor porfa hola hello hi hey we i urgent urgente someone "
    "somebody alguien anyone can que x oh no ay ai ah omg god dios mio my".split()
)
_OF_STREETS: Final = frozenset("/&")


@dataclass(frozen=True, slots=True)
class Calls:
    """What a text says of help."""

    calls: bool = False
    """It calls for help."""
    asks: bool = False
    """It names help as what somebody asks for: with a place that is a call as well."""
    denied: bool = False
    """It says that there is no call, or takes one back."""
    leads: bool = False
    """It begins with the call."""


def calls_in(text: str) -> Calls:
    """What a text (NFKC, without our own words) says of help. Never raises."""
    said = clauses_of(_NUMBER.sub("911", with_sos_apart(text)), _NO_CALLS)
    words = range(len(said.words))
    nouns, cries = _nouns(said), _cries(said)
    kept = [span for span in nouns if not is_denied(said, *span)]
    kept += [span for span in cries if not is_needless(said, *span)]
    denied = len(kept) < len(nouns) + len(cries) or any(is_need_denied(said, at) for at in words)
    false = false_alarms(said)
    if false:  # what was called before it, or in one breath with it
        kept = [one for one in kept if said.at[one[0]] > said.at[false[-1]]]
    polite = next((at for at in words if said.words[at] not in _POLITE), 0)
    return Calls(
        calls=bool(kept),
        asks=any(asks_for_help(said, at) for at in words),
        denied=bool(false) or denied,
        leads=any(first <= polite for first, _ in kept),
    )


def is_call_word(fold: str) -> bool:
    """Whether a folded word belongs to a call for help and so to no street."""
    word = meant(fold)
    return _is_noun(word) or word in _CRIES or (word != fold and word in HELP | NEED)


def with_sos_apart(text: str) -> str:
    """`text` with every SOS as one word of its own: "S.O.S.", "SOS5th/Main"."""
    return _STUCK.sub(" SOS ", _SPELLED.sub(" SOS ", text))


def _is_noun(word: str) -> bool:
    return word in _NOUNS or _SOS.fullmatch(word) is not None


def _found(pattern: re.Pattern[str], words: list[str]) -> list[tuple[int, int]]:
    """Where a pattern matches words: the first one, and the one behind the last."""
    text = " ".join(words)
    return [
        (text.count(" ", 0, found.start()), text.count(" ", 0, found.end()) + 1)
        for found in pattern.finditer(text)
    ]


def _nouns(said: Clauses) -> list[tuple[int, int]]:
    """What can be there or not: an SOS, an emergency, danger, the number to call."""
    words = said.words
    found = [(at, at + 1) for at, word in enumerate(words) if _is_noun(word)]
    found += [(last - 1, last) for _, last in _found(_NUMBERS, words)]
    found += [(at, at + 1) for at, word in enumerate(words) if word == "911" and _leads(said, at)]
    found += [span for span in _found(_DANGER, words) if not _is_others_danger(said, *span)]
    return list(dict.fromkeys(found))


def _leads(said: Clauses, at: int) -> bool:
    """Whether the number stands first, or alone between signs that belong to no street."""
    signs = said.signs_before(at) + said.signs_behind(at)
    alone = not said.before(at) and not said.behind(at)
    return at == 0 or (alone and _OF_STREETS.isdisjoint(signs))


def _is_others_danger(said: Clauses, first: int, behind: int) -> bool:
    before = said.before(first)
    if before[:1] in (["estoy"], ["estamos"]):
        return False
    ours = not _OURS.isdisjoint(before)
    return (
        not _DANGER_OF.isdisjoint(before)
        or "si" in before
        or (not ours and "?" in said.signs_behind(behind - 1))
    )


def _cries(said: Clauses) -> list[tuple[int, int]]:
    words = said.words
    found = [(at, at + 1) for at, word in enumerate(words) if word in _CRIES]
    found += [
        span
        for span in _found(_PHRASES, words)
        if not is_chore(said, *span) and not is_thanked(said, span[0])
    ]
    found += [(at, at + 1) for at in range(len(words)) if is_cry(said, at)]
    found += [(at, end) for at in range(len(words)) if (end := help_needed(said, at))]
    return found
