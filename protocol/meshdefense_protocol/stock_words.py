"""The words that people with stock radios may write, and what each means. Pure.

Folded forms: small letters without accents. English and Spanish, also as they are really typed.
Words describe things and conditions, never kinds of people. Source: docs/stock-radios.md.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

from meshdefense_protocol.words import ACTIVITIES, EQUIPMENT, KINDS

__all__ = [
    "MEANINGS",
    "NEEDS",
    "NEGATIONS",
    "NUMBERS",
    "Meaning",
    "folded",
    "need_text",
    "spoken_language",
]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word says; empty fields say nothing."""

    intent: str = ""
    """report, need, ok, help."""
    kind: int | None = None
    equipment: int | None = None
    activity: int | None = None
    severity: int | None = None
    need: str = ""
    """Key of NEEDS."""
    weak: bool = False
    """The kind gives way to one that another word says more exactly."""


_INTENTS: Final = {
    "report": "r report reporte reporto reportar aviso",
    "need": "need needs necesito necesita necesitamos necesitan falta faltan requiero",
    "ok": "ok okay okey bien okis vale",
    "help": "help ayuda info",
}
_KINDS: Final = {
    "enforcement": "ice migra agents agent agente agentes redada redadas raid raids enforcement "
    "federales feds cbp hsi dhs cpd police policia policias cops sheriff officer officers oficial "
    "oficiales operativo",
    "checkpoint": "checkpoint checkpoints roadblock reten retenes control controles puesto",
    "detained": "detained arrested arrest detenido detenida detenidos detenidas "
    "detuvieron arresto arrestado arrestaron",
    "crowd": "crowd protest mob multitud protesta marcha",
    "threat": "threat threats harassment amenaza amenazas acoso",
    "violence": "violence shots shooting fight violencia disparos tiros balazos pelea golpes "
    "balacera tiroteo gunshots gunfire",
    "fire": "fire smoke flames fuego incendio humo llamas lumbre",
    "flood": "flood flooded flooding inundacion inundado inundada",
    "storm-damage": "storm tree trees tormenta arbol arboles",
    "power-out": "outage blackout apagon",
    "road-blocked": "blocked bloqueada bloqueado bloqueo bloqueadas",
    "hazard": "hazard danger gas leak leaking peligro fuga",
    "medical": "medical medic hurt injured ambulance bleeding blood medico medica herido herida "
    "heridos ambulancia sangre lesionado",
    "observer-wanted": "observer observers observador observadora observadores",
    "support-wanted": "support backup apoyo refuerzo",
    "offer": "offer ofrezco ofrecemos",
    "all-quiet": "quiet calm clear tranquilo tranquila calma despejado",
}
_VEHICLES: Final = (
    "van vans car cars truck trucks suv suvs vehicle vehicles camioneta camionetas carro carros "
    "coche coches auto autos troca trocas furgoneta furgonetas vehiculo vehiculos patrulla "
    "patrullas"
)
_EQUIPMENT: Final = {
    "marked-vehicle": "marked rotulado rotulada rotulados rotuladas",
    "unmarked-vehicle": "unmarked",
    "bus": "bus buses autobus autobuses camion camiones",
    "drone": "drone drones dron",
    "horse": "horse horses caballo caballos",
    "barrier": "barrier barriers fence barrera barreras valla vallas",
    "camera": "camera cameras camara camaras",
    "helicopter": "helicopter helicoptero helo",
    "dog": "dog dogs perro perros",
    "boat": "boat boats lancha lanchas bote",
}
_ACTIVITIES: Final = {
    "waiting": "waiting standing esperando parados",
    "parked": "parked estacionado estacionada estacionados estacionadas",
    "driving": "driving passing circulando pasando",
    "arriving": "arriving coming llegando vienen",
    "leaving": "leaving left gone saliendo yendose fueron largaron marcharon",
    "knocking": "knocking tocando",
    "stopping": "stopping parando deteniendo",
    "searching": "searching registrando buscando",
    "blocking": "blocking cerrando bloqueando",
    "gathering": "gathering reuniendose",
}
_SEVERITIES: Final = {3: "critical critico critica", 2: "urgent urgente grave high alta serious"}
NEEDS: Final = {
    "water": ("water", "agua"),
    "food": ("food", "comida"),
    "medical": ("medical help", "ayuda médica"),
    "medicine": ("medicine", "medicinas"),
    "legal": ("legal help", "ayuda legal"),
    "transport": ("transport", "transporte"),
    "shelter": ("shelter", "refugio"),
    "power": ("power", "electricidad"),
    "supplies": ("supplies", "provisiones"),
    "care": ("care of children or elders", "cuidado de niños o mayores"),
}
"""What can be asked for: key, English, Spanish."""
_NEEDS: Final = {
    "water": "water agua",
    "food": "food comida alimentos meals",
    "medical": "medical medic doctor doctora medico medica ambulance ambulancia nurse enfermera",
    "medicine": "medicine medicines insulin medicina medicinas medicamento insulina",
    "legal": "legal lawyer abogado abogada",
    "transport": "transport ride lift transporte viaje raite",
    "shelter": "shelter refugio techo albergue",
    "power": "power electricity battery luz electricidad bateria pilas",
    "supplies": "supplies blankets diapers provisiones cobijas panales ropa clothes",
    "care": "childcare babysitter cuidado guarderia",
}
_SPANISH: Final = frozenset(
    "y e en el la los las un una de del al con esta estan hay cerca calle esquina por sin para "
    "mi necesito necesitamos bien veo como ayuda dos tres cuatro cinco seis siete ocho nueve "
    "diez".split()
)
_ENGLISH: Final = frozenset(
    "and at the a an of on near corner street with there is are by need my okay how help two three "
    "four five six seven eight nine ten".split()
)
NUMBERS: Final = {
    word: number
    for number, words in {
        1: "one un uno una", 2: "two dos", 3: "three tres", 4: "four cuatro", 5: "five cinco",
        6: "six seis", 7: "seven siete", 8: "eight ocho", 9: "nine nueve", 10: "ten diez",
        12: "dozen docena", 20: "twenty veinte",
    }.items()
    for word in words.split()
}  # fmt: skip
NEGATIONS: Final = frozenset({"no", "not", "isnt", "arent", "never", "nunca", "ningun", "ninguna",
                              "sin", "nothing", "nada", "nadie", "nobody", "dont", "doesnt",
                              "wasnt", "werent", "aint", "tampoco", "didnt", "cant", "cannot",
                              "wont", "havent", "hasnt", "hadnt", "couldnt", "none", "neither",
                              "nor", "ni", "without", "jamas"})  # fmt: skip


def folded(word: str) -> str:
    """Small letters and digits without accents."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    return "".join(char for char in plain if char.isalnum())


def _table() -> dict[str, Meaning]:
    found: dict[str, Meaning] = {}

    def add(words: str, **fields: object) -> None:
        for word in words.split():
            before = found.get(word, Meaning())
            merged = {name: getattr(before, name) for name in Meaning.__slots__}
            found[word] = Meaning(**{**merged, **fields})

    for intent, words in _INTENTS.items():
        add(words, intent=intent)
    add(_VEHICLES, kind=KINDS.code("enforcement"), weak=True)
    for key, words in _EQUIPMENT.items():
        add(words, equipment=EQUIPMENT.code(key))
    for key, words in _ACTIVITIES.items():
        add(words, activity=ACTIVITIES.code(key))
    for key, words in _KINDS.items():
        add(words, kind=KINDS.code(key), weak=False)
    for severity, words in _SEVERITIES.items():
        add(words, severity=severity)
    for key, words in _NEEDS.items():
        add(words, need=key)
    return found


MEANINGS: Final = _table()
"""By folded word."""


def spoken_language(words: list[str], usual: str) -> str:
    """ "en" or "es" by the folded words; `usual` where they do not tell."""
    spanish = sum(word in _SPANISH or word in _SPANISH_ONLY for word in words)
    english = sum(word in _ENGLISH or word in _ENGLISH_ONLY for word in words)
    if spanish == english:
        return usual
    return "es" if spanish > english else "en"


def need_text(key: str, language: str) -> str:
    """What is needed, in "en" or "es"."""
    return NEEDS[key][language == "es"]


_ENGLISH_ONLY: Final = frozenset(
    "van vans car cars truck trucks vehicles agents raid police checkpoint roadblock detained "
    "arrested crowd protest threat violence shots fire smoke flood storm outage blackout blocked "
    "danger medical hurt injured water food shelter ride parked driving leaving arriving unmarked "
    "marked horses dogs report please us emergency cancel".split()
)
_SPANISH_ONLY: Final = frozenset(
    "camioneta camionetas carro carros coche coches auto autos troca trocas patrulla patrullas "
    "migra agentes redada policia reten detenido detenida multitud protesta amenaza violencia "
    "disparos fuego incendio humo inundacion tormenta apagon bloqueada peligro medico herido agua "
    "comida refugio transporte estacionadas llegando saliendo caballos perros reporte aviso "
    "auxilio socorro emergencia ayudenme ayudenos ayudeme ayudame ayudanos favor".split()
)


def is_everyday(word: str) -> bool:
    """Whether a folded word is one of those by which a language is told."""
    return word in _SPANISH or word in _ENGLISH
