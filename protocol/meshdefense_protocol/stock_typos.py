"""One wrong letter in a word of ours is forgiven, where that makes no other word. Pure.

Everyday words lie one letter beside words of ours: gente/agente, later/water, store/storm. They
are never taken for a typo, nor are the words of numbers, places and denials.
Source: docs/stock-radios.md.
"""

from __future__ import annotations

from typing import Final

from meshdefense_protocol.stock_street_words import (
    CORNERS,
    ORDINALS,
    PLACE_LEADS,
    PLACE_NOUNS,
    PLACE_STOPS,
)
from meshdefense_protocol.stock_words import MEANINGS, NEGATIONS, NUMBERS, Meaning, is_everyday

__all__ = ["meaning_of", "one_apart"]

_SHORT: Final = 5
"""Letters of a word in which only two swapped letters or a doubled one are forgiven: others become
too easily another word."""
_WORD_MAX: Final = 16


def _shortened(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def _near() -> dict[str, str]:
    """From each word with a letter left out to the word; where two of different meaning meet,
    to nothing.
    """
    found: dict[str, str] = {}
    long = [word for word in MEANINGS if len(word) >= _SHORT]
    for word in long:
        for short in _shortened(word):
            met = found.get(short, word)
            same = bool(met) and MEANINGS[met] == MEANINGS[word]
            found[short] = word if same else ""
    return found | {word: word for word in long}


_NEAR: Final = _near()


def meaning_of(word: str) -> Meaning | None:
    """What a folded word means, one letter wrong, missing or too many; None for no word of ours."""
    if (exact := MEANINGS.get(word)) is not None:
        return exact
    if not _SHORT <= len(word) <= _WORD_MAX or not word.isalpha() or _is_another(word):
        return None
    for short in (word, *sorted(_shortened(word))):
        meant = _NEAR.get(short, "")
        if meant and one_apart(word, meant):
            return MEANINGS[meant]
    return None


def _is_another(word: str) -> bool:
    return (
        word in NUMBERS
        or word in CORNERS
        or word in PLACE_LEADS
        or word in PLACE_NOUNS
        or word in ORDINALS
        or word in PLACE_STOPS
        or word in NEGATIONS
        or word in _EVERYDAY
        or is_everyday(word)
    )


def one_apart(word: str, meant: str, *, freely: bool = False) -> bool:
    """Whether two neighbours are swapped or a letter is doubled; in long words, and `freely` in
    short ones, also whether one is other, missing or too many.
    """
    if abs(len(word) - len(meant)) > 1:
        return False
    start = 0
    while start < min(len(word), len(meant)) and word[start] == meant[start]:
        start += 1
    rest, wanted = word[start:], meant[start:]
    if rest[:2] == wanted[:2][::-1] and rest[2:] == wanted[2:]:
        return True
    if not freely and (len(meant) <= _SHORT or len(word) <= _SHORT):
        return start > 0 and rest[1:] == wanted and rest[:1] == word[start - 1]
    return rest[1:] == wanted[1:] or rest[1:] == wanted or rest == wanted[1:]


_EVERYDAY: Final = frozenset(
    "abonado ahogado alegando ambulante amenazar anales anchas apagan apuesto aragon argent "
    "awaiting bacteria baiting banger barrer barrie barros batter batters blacked blames blending "
    "blocker bloque bloques boast botas breeding buscado buttery cabello cabellos cadera caderas "
    "callas camaro camino campera canales cancha canchas cargos carlos carreras carrier carriers "
    "carrots casera caseras cayera ceballos cerrado cerros clama clocked clothed cloths coaches "
    "cocida coding combing comica comido comino comoda controla controle controls coping critic "
    "critican criticar criticas criticos critics cuidad cuidador cuidados cuidando cumbre dagger "
    "dallas dancer dedica dedico deport deporte despojado detailed dispares diving doctoral "
    "esperado fallan fallas falten flakes flares flooring frames fueran fueros gatherings gentes "
    "golpeo hanger heaving heredo homing hordes houses insured lerida llaman llamar llames "
    "llegado llenando llevando locked locking lumber mallas mancha manchas manger marchan marchar "
    "marche marcho marcia marker marred marsha martha masked massing materia medial medicinal "
    "mediciones medida medido medina mejico merida mexico multitude necesitados necesitar "
    "necesitas necesite necesiten noches observado observados observar observe observed observen "
    "observes office offices official ofrezca operativa operative opuesto outrage packed pagados "
    "paneles paradas parades paramos parker parpados parsing parted pasado pasados paseando "
    "pausing peaking penales perrys pisando pissing plancha planchas policial policy polite "
    "prados presto previsiones protect protestan protestar protesto provisions puerto puesta "
    "puestos quite ranger rarest recortar recorte redado refuerza registrado rehenes reparte "
    "reparto reported reporter repost requiera requiere resort resorte retained retener sabiendo "
    "saltan sanding sawyer serios shoots shopping shouting sparked standings stepping stomping "
    "supplied supplier suppliers supports tallas tamara tanger thread threads throat throats "
    "tocado tomando topping torment tormento tracks tranquil transported treats tricks tropas "
    "trucos trunks valles vienes villas wailing wanting wasting weaving whiting writing".split()
)
"""Words among the thirty thousand commonest of each language that lie beside words of ours."""
