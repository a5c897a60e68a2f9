"""Whether a call for help is denied, taken back or over. Pure and total.

    no SOS     not an emergency     no need for help     cancel my SOS     the emergency is over

Only fixed forms right beside the call count, and "no" never before a cry: "oh no help me", "no
auxilio", "no no SOS" and "why do you ignore my SOS" call. What is not in the lists below denies
nothing, so that a form nobody thought of rings. Source: docs/stock-radios.md.
"""

from __future__ import annotations

import re
from typing import Final

from meshdefense_protocol.stock_clauses import Clauses

__all__ = ["false_alarms", "is_denied", "is_needless", "is_thanked", "needs_none"]

_ARTICLE: Final = (
    " (?:a|an|any|the|my|our|in|real|such|more|longer|un|una|ningun|ninguna|el|la|mi|de|mas|ya"
    "|nadie)"
)
_ARTICLES: Final = f"(?:{_ARTICLE})*"
_NOT: Final = re.compile(
    rf"(?:(?:^|\s)no"
    r"(?: (?:more|any|longer|real|active|mas|need(?: (?:for|of|to send))?|es|era|fue|son|hay|habia"
    r"|hubo|tengo|tenemos|tiene|sera|necesito|necesitamos|necesita|necesitan|ocupo|ocupamos|estoy"
    rf"|estamos|esta|estan|one(?: is)?){_ARTICLES})?"
    r"|(?:^|\s)(?:not|isnt|wasnt|arent|aint|werent|never|non|dont|doesnt|didnt|nunca|ningun|ninguna"
    r"|tampoco|nadie|nobody|none|without|sin)(?: (?:is|are|es|era|fue|hay|esta|estan|have|need"
    rf"|really|even|currently|exactly)|{_ARTICLE})*)$"
)
"""Before what can be there or not: an SOS, an emergency, danger."""
_NEEDLESS: Final = re.compile(
    r"(?:(?:^|\s)(?:no|not|dont|doesnt|didnt|do not|does not)"
    r"(?: (?:really|even))? (?:need|necesito|necesitamos|necesita|necesitan|ocupo|ocupamos|hace"
    r" falta)(?: (?:for|of|to|you|anyone|anybody|any|de|que|mas|more|send|come|call|your|tu|su))*)$"
)
"""Before any call, also a cry."""
_NO_NEED: Final = re.compile(
    r"(?:\b(?:not|dont|doesnt|didnt|never|nunca|tampoco|isnt|arent|aint)(?: (?:really|even|any"
    r"|longer|currently|in))*|\bno (?:longer|more|one|hay)|\b(?:dont|not) think (?:i|we|they|you)"
    r"|(?:^|\s)no)$"
)
"""Before "need"."""
_CANCEL: Final = (
    "cancel|cancelled|canceled|cancels|cancelling|canceling|cancelar|cancelo|cancelen|cancele|"
    "cancela|cancelado|cancelada|ignore|ignora|ignoren|ignorar|disregard|anulen|anular|anulado"
)
_CANCELS: Final = frozenset(_CANCEL.split("|"))
_NEAR: Final = 10
"""Words before a call that are looked at for a denial."""
_FREELY: Final = frozenset(
    "please pls plz por favor porfavor porfa i we me want to need must have lets let us can could "
    "would you pueden puedes puede podrian quiero queremos favor de ok okay sorry perdon disculpen "
    "hi hey hello hola everyone everybody all todos ya now just im am were is its it good fine "
    "safe bien todo estoy estamos everything thanks gracias but pero like nevermind se".split()
)
"""What may stand before "cancel" where the sender takes back: "they ignore my SOS" is a call."""
_TAKEN_BACK: Final = re.compile(
    rf"^(.*?)(?<!\S)(?:{_CANCEL})(?: (?:a|the|my|our|el|la|mi|last|previous|earlier|first|ultimo"
    r"|anterior|that|this|all|de|del|este|esta|ese|esa|call|for))*$"
)
_BACK_BEHIND: Final = re.compile(
    r"^(?:(?:is|was|has|been|it|an?|es|fue|ha|sido|esta|queda|ya|now|por|by|un|una|sent|enviado"
    r"|mandado) )*"
    r"(?:(?:cancelled|canceled|cancelado|cancelada|anulado|mistake|error|equivocacion"
    r"|(?<=by )accident$|(?<=was an )accident$)"
    r"(?! (?:by|por)\b)"
    r"|(?:cancel|cancels|cancelar|cancelo|cancelen|cancele|cancela|ignore|ignora|ignoren|ignorar"
    r"|disregard|anulen|anular)"
    r"(?: (?:it|that|this|please|pls|por|favor|thanks|gracias|now|ok|all|everything|my|last))*$)"
)
_OVER_BEHIND: Final = re.compile(
    r"^(?:(?:is|was|has been) (?:now |all )?over(?: now| already| thanks| thank you)*"
    r"|(?:(?:is|was|has been|ha sido|esta|fue|ya|se|ha) )*(?:resolved|solved|resuelta|resuelto"
    r"|terminada|terminado|termino|acabo)(?: ya| now| gracias| thanks)*|ya paso(?: gracias)?)$"
)
_OVER: Final = re.compile(
    r"(?:^|(?<!\S)(?!(?:no|aun|todavia|never|nunca) )\S+ )"
    r"(?:ya (?:paso|termino|acabo)|(?:ya )?se (?:acabo|termino)|termino|fin de)(?: la| el| mi)?$"
)
_NOT_CALL: Final = re.compile(
    r"(?:^|\s)(?:(?:not|dont|never|nunca)(?: ever)? (?:call|dial|llam\w*|marqu\w*)"
    r"|no (?:llam|marqu)\w*)(?: al?)?$"
)
_FALSE: Final = frozenset({("false", "alarm"), ("falsa", "alarma"), ("alarma", "falsa")})
_FALSE_LEADS: Final = _FREELY | frozenset(
    "a an the una la el that this my mi was it es fue era solo only cancel sos emergency "
    "emergencia help ayuda auxilio socorro mayday me last earlier mistake".split()
)
_THANKS: Final = re.compile(
    r"(?:^|\s)(?:(?:thanks|thank you|thankful|thx|ty|tysm|gracias|grateful)(?: \S+){0,4}"
    r" (?:for|por)|appreciate|agradezco|agradecemos)"
    r"(?: (?:all|the|this|that|your|ur|giving|so|much|la|su|tu|toda|todo|tanta|mucha|el|offering"
    r"|darnos|darme|vuestra))*$"
)


def is_denied(text: Clauses, first: int, behind: int) -> bool:
    """Whether what can be there or not is not, is taken back or is over."""
    near = _near(text, first)
    return bool(
        _NOT.search(near)
        or _OVER.search(near)
        or _OVER_BEHIND.match(" ".join(text.behind(behind - 1)))
        or is_needless(text, first, behind)
    )


def is_needless(text: Clauses, first: int, behind: int) -> bool:
    """Whether a call, also a cry, is taken back or said not to be needed."""
    before, near = text.before(first), _near(text, first)
    if not _CANCELS.isdisjoint(before):
        back = _TAKEN_BACK.match(" ".join(reversed(before)))
        if back and _FREELY.issuperset(back[1].split()):
            return True
    if text.words[first] == "911" and _NOT_CALL.search(near):
        return True
    rest = " ".join(text.behind(behind - 1))
    return bool(_NEEDLESS.search(near) or _BACK_BEHIND.match(rest))


def needs_none(text: Clauses, at: int) -> bool:
    """Whether the "need" there is denied."""
    return bool(_NO_NEED.search(_near(text, at)))


def is_thanked(text: Clauses, at: int) -> bool:
    """Whether somebody is thanked for the help there."""
    return bool(_THANKS.search(_near(text, at)))


def false_alarms(text: Clauses) -> list[int]:
    """Where a text says "false alarm" and means it."""
    words = text.words
    return [
        at
        for at in range(len(words) - 1)
        if (words[at], words[at + 1]) in _FALSE and _FALSE_LEADS.issuperset(text.before(at))
    ]


def _near(text: Clauses, at: int) -> str:
    """The words of its clause right before one."""
    return " ".join(reversed(text.before(at)[:_NEAR]))
