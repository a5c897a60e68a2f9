"""Whether "help" is a cry, a need or a word like others. Pure and total.

    help!   HELP HELP   please someone help   they are hurting me help   I need help at 5th/Main
    help?   thanks for your help!   do you need help?   can you help me move the table

Alone it asks how to write. Where it cannot be told apart it calls: a false ring costs a bell.
Source: docs/stock-radios.md.
"""

from __future__ import annotations

from typing import Final

from meshdefense_protocol.stock_call_denials import is_thanked, needs_none
from meshdefense_protocol.stock_clauses import HELP, NEED, Clauses
from meshdefense_protocol.stock_typos import one_apart
from meshdefense_protocol.stock_words import MEANINGS
from meshdefense_protocol.words import KINDS

__all__ = ["asks_for_help", "help_needed", "is_chore", "is_cry", "is_need_denied"]

_LOUD: Final = frozenset(
    "!\u00a1\u2755\u2757\u203c\U0001f62d\U0001f631\U0001f628\U0001f630\U0001f6a8"
)
"""Marks, and faces and lamps of fright."""
_OWNED: Final = frozenset(
    "your ur our their his her the this that for to can could will would should i we you u they he "
    "she it who if not no dont cant wont didnt doesnt does do did la tu su el esta esa sin nuestra "
    "de con una a is ni without".split()
)
"""Words before "help" with which it is nobody's cry: "to help", "your help"."""
_UNLESS_BEGGED: Final = frozenset("your ur tu su no".split())
"""With "please" behind, "your help" is asked for, and "no" is a cry."""
_SORTS: Final = frozenset("legal mutual food technical type write text use menu info".split())
_NAMED: Final = _SORTS | frozenset(
    "more some any get got getting want offer offering ofrezco ofrecemos hay dar doy damos medical "
    "con with and y dieron dio dan recibimos of ask asking".split()
)
_KINDS_OF_HELP: Final = frozenset(
    "medica legal mutua comunitaria economica alimentaria humanitaria tecnica desk center centre "
    "line page menu text with is was out you yourself others people each con on para de".split()
)
"""Words behind it with which it is a thing."""
_BEGGED: Final = frozenset(
    "please favor porfavor porfa porfis urgent urgente urgentemente asap someone somebody anyone "
    "anybody alguien god dios omg 911".split()
)
_BEGGED_BEHIND: Final = frozenset("please por x porfavor porfa porfis".split())
_UNNEEDED: Final = (["not", "needed"], ["isnt", "needed"], ["wasnt", "needed"])
_AT_ONCE: Final = frozenset(
    "now ya needed needs quick quickly fast rapido pronto hurry immediately ahora ahorita "
    "inmediata necesaria".split()
)
_WE: Final = frozenset(
    "i im ive id me my we us our were weve yo mi mis me nos nosotros estoy estamos tengo tenemos "
    "puedo podemos nuestro nuestra soy hemos here aqui aca".split()
)
_TELLS: Final = _WE | frozenset(
    "they theyre theyve he hes she shes there theres someone somebody somethings its his her him "
    "them hay se le les lo la los las estan esta vienen no alguien un una unos unas a police ice "
    "migra trapped stuck hurt".split()
)
"""Words with which a cry goes on: "help they are here", "ayuda me siguen"."""
_HARMS: Final = frozenset(
    "hurt hurts hurting beat beating beaten hit hitting punching kicking attack attacked attacking "
    "shot shoot gun guns knife weapon armed kill killing killed dying die dead blood breathe "
    "breathing breath trapped stuck locked following followed chasing kidnapped kidnap taking took "
    "taken grabbed burning drowning fell fallen unconscious collapsed choking scared afraid raping "
    "raped breaking broke crash crashed crushed heart stroke seizure lost alone hiding surrounded "
    "golpean golpeando golpearon pegan pegando pegaron matan matando mataron matar muere muero "
    "muriendo muerto sangrando sangra respira respirar respiro atrapado atrapada atrapados "
    "encerrado encerrada encerrados siguen siguiendo persiguen persiguiendo secuestro secuestran "
    "llevan llevando llevaron llevo arma armas armado armados pistola cuchillo ahogando ahoga "
    "ahogo miedo violan violando rompiendo tirando robando robaron asaltan asaltando desmayo "
    "desmayada desmayado inconsciente infarto convulsiones escondido escondida rodeados choque "
    "choco caido cayo perdido perdida sola solo sueltenme "
    "dejenme".split()
)
_GRAVE: Final = frozenset(
    KINDS.code(key)
    for key in (
        "enforcement", "detained", "threat", "violence", "fire", "flood", "hazard", "medical",
    )
)  # fmt: skip
_FILLERS: Final = frozenset(
    "of de some urgent urgente mucha tu su your immediate any more mas algo algun alguna un una "
    "poco a little lot la serious real actual desperate emergency police ur all the please "
    "favor por x".split()
)
_NO_HELP: Final = frozenset(
    "helo hell held heal heap helm kelp yelp aguda ayudo ayude ayuna".split()
)
"""Words behind "need" that lie one letter beside help."""
_OTHERS_NEED: Final = frozenset(
    "you u ya yall ud uds usted ustedes anyone anybody who whoever quien quienes if si cuando when "
    "y'all".split()
)
_ADVERBS: Final = frozenset(
    "still also really might may will would ever all can do does here else".split()
)
_ASKING: Final = (["do"], ["does"], ["did"])
_THOSE_WHO: Final = (["que", "los"], ["que", "las"])
_IF: Final = (["if"], ["si"])
_NEEDS_OF_OTHERS: Final = frozenset("necesitas ocupas necesite necesiten".split())
_OF_US: Final = frozenset("necesito necesitamos requiero requerimos ocupo ocupamos".split())
_WHAT_FOR: Final = frozenset("with for getting get finding to con para de conseguir".split())
_LINKED: Final = 5
_CHORES: Final = frozenset(
    "move moving carry carrying lift lifting load loading unload unloading install installing set "
    "setting setup fix fixing clean cleaning cook cooking paint painting build building understand "
    "understanding download print printing translate translating fill filling configure "
    "configuring choose buy buying organize organizing plan planning study learn learning write "
    "writing read connect connecting register test testing program programming charge charging "
    "decide pack packing wash washing assemble mover cargar limpiar cocinar pintar armar instalar "
    "configurar traducir llenar imprimir arreglar conectar entender organizar repartir lavar "
    "montar comprar estudiar aprender escribir leer programar empacar elegir".split()
)
_ASKED: Final = frozenset(
    "can could would will puede pueden puedes podria podrian podrias alguien anyone someone "
    "anybody somebody".split()
)
_SEAT: Final = frozenset("a an some one the your".split())
"""Words behind "save me" with which a thing is kept for somebody."""


def is_cry(text: Clauses, at: int) -> bool:
    """Whether the "help" there calls by itself."""
    words = text.words
    if not asks_for_help(text, at, loudly=True):
        return False
    ahead = words[at + 1 : at + 3]
    if text.drawn[at] or not HELP.isdisjoint([*ahead[:1], *words[max(at - 1, 0) : at]]):
        return True
    if not _LOUD.isdisjoint(text.signs_behind(at) + text.signs_before(at)):
        return True
    if not asks_for_help(text, at) or (
        ahead[:1] in (["me"], ["us"]) and is_chore(text, at, at + 2)
    ):
        return False
    clause = [*text.before(at), *text.behind(at)]
    if not _BEGGED.isdisjoint([*clause, *ahead]) or (at and words[at - 1] in _BEGGED):
        return True
    if not _AT_ONCE.isdisjoint(ahead) or _is_harmed(words):
        return True
    leads = _BEGGED.issuperset(text.before(at))
    if leads and ahead and ahead[0] in _TELLS:
        return True
    last = not text.behind(at) and at > 1
    return last or (at == 1 and len(words) == at + 1 and not _WE.isdisjoint(words))


def asks_for_help(text: Clauses, at: int, *, loudly: bool = False) -> bool:
    """Whether the "help" there is what somebody asks for, and no thing or deed of others."""
    before, behind = text.before(at), text.behind(at)[:1]
    if text.words[at] not in HELP or is_thanked(text, at) or _of_a_need(before):
        return False
    if text.words[at + 1 : at + 3] in _UNNEEDED:
        return False
    begged = not _BEGGED_BEHIND.isdisjoint(behind)
    if not (_OWNED - _UNLESS_BEGGED if begged else _OWNED).isdisjoint(before[:1]):
        return False
    needed = not _AT_ONCE.isdisjoint(text.words[at + 1 : at + 3])
    named = not (_SORTS if begged else _NAMED).isdisjoint(before[:1])
    return loudly or needed or not (named or not _KINDS_OF_HELP.isdisjoint(behind))


def help_needed(text: Clauses, at: int) -> int:
    """Behind the last word of a "need help" that begins at a word; 0 where none does, where others
    are asked, and where it names a need of our list or a chore.
    """
    words = text.words
    last = _need_help(text, at)
    if not last or needs_none(text, at) or _is_asked(text, at, last):
        return 0
    rest = text.behind(last)[:_LINKED]
    linked = rest[1:] if rest[:1] and rest[0] in _WHAT_FOR else []
    if any(word in MEANINGS and MEANINGS[word].need for word in linked + rest[:1]):
        return 0
    chore = any(word in _CHORES for word in (linked[:1] or rest[:1]))
    return 0 if chore and not _is_harmed(words) else last + 1


def is_need_denied(text: Clauses, at: int) -> bool:
    """Whether "do not need help" stands there."""
    return bool(_need_help(text, at)) and needs_none(text, at)


def is_chore(text: Clauses, first: int, behind: int) -> bool:
    """Whether a call is a favour of everyday: "can you help me move", "save me a seat"."""
    rest = [word for word in text.words[behind : behind + 3] if word not in ("to", "a")]
    if text.words[first] == "save":
        return not _SEAT.isdisjoint(text.words[behind : behind + 1])
    asked = not _ASKED.isdisjoint([*text.before(first), *text.words[first:behind]])
    return asked and bool(rest[:1]) and rest[0] in _CHORES and not _is_harmed(text.words)


def _of_a_need(before: list[str]) -> bool:
    """Whether "need" stands before it: `help_needed` tells whose."""
    verb = next((word for word in before if word not in _FILLERS), "")
    return verb in NEED or verb in _NEEDS_OF_OTHERS


def _is_harmed(words: list[str]) -> bool:
    return any(
        word in _HARMS
        or (word in MEANINGS and MEANINGS[word].kind in _GRAVE and not MEANINGS[word].weak)
        for word in words
    )


def _need_help(text: Clauses, at: int) -> int:
    """Where the "help" of a "need help" stands; 0 where none begins at a word."""
    words = text.words
    if words[at] not in NEED:
        return 0
    behind = at + 1
    while behind < len(words) and words[behind] in _FILLERS:
        behind += 1
    if behind == len(words):
        return 0
    word = words[behind]
    near = any(one_apart(word, help_word, freely=True) for help_word in HELP)
    return behind if word in HELP or (near and word not in _NO_HELP) else 0


def _is_asked(text: Clauses, at: int, last: int) -> bool:
    """Whether others are asked or meant: "do you need help", "necesitan ayuda?"."""
    verb, before = text.words[at], text.before(at)
    if verb in _OF_US:
        return False
    subject = next((word for word in before if word not in _ADVERBS), "")
    if subject in _OTHERS_NEED or before[1:2] in _IF or before[:2] in _THOSE_WHO:
        return True
    if subject not in ("i", "we") and before[1:2] in _ASKING:
        return True
    return "?" in text.signs_behind(last) and _WE.isdisjoint(text.words)
