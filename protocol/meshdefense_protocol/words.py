"""The closed lists: what codes on the wire mean, in English and Spanish.

Codes travel, never text: each receiver reads them in their own language. A code never
changes its meaning and is never used again. A code that this version does not know is kept,
relayed, and shown as "newer than this node understands". The lists describe conditions and
things, never kinds of people. Source: docs/protocol.md, section "Lists".
"""

from __future__ import annotations

from meshdefense_protocol.wordlist import UnknownWordError, Word, WordList
from meshdefense_protocol.words_response import (
    CLOSE_REASONS,
    ESCALATION_REASONS,
    RESPONSES,
    SOS_ENDINGS,
    SOS_KINDS,
    STAND_DOWN_REASONS,
)
from meshdefense_protocol.words_roster import DECISION_REASONS

__all__ = [
    "ACK_MEANINGS",
    "ACTIVITIES",
    "ALL_LISTS",
    "CHECKIN_STATES",
    "CLOSE_REASONS",
    "DECISION_REASONS",
    "EQUIPMENT",
    "ESCALATION_REASONS",
    "KINDS",
    "LADDER",
    "MOTIONS",
    "REASONS",
    "RESPONSES",
    "SCOPES",
    "SEVERITIES",
    "SOS_ENDINGS",
    "SOS_KINDS",
    "STAND_DOWN_REASONS",
    "UNITS",
    "VERDICTS",
    "UnknownWordError",
    "Word",
    "WordList",
]

KINDS = WordList(
    "kind",
    5,
    (
        Word(0, "other", "other", "otro", "O", 60),
        Word(1, "enforcement", "enforcement activity", "actividad de agentes", "E", 60),
        Word(2, "checkpoint", "checkpoint or roadblock", "retén o control", "C", 120),
        Word(3, "detained", "person detained", "persona detenida", "D", 240),
        Word(4, "crowd", "crowd or counter-protest", "multitud o contraprotesta", "W", 60),
        Word(5, "threat", "threat or harassment", "amenaza o acoso", "T", 60),
        Word(6, "violence", "violence", "violencia", "V", 60),
        Word(7, "fire", "fire", "incendio", "F", 180),
        Word(8, "flood", "flood", "inundación", "L", 360),
        Word(9, "storm-damage", "storm damage", "daños por tormenta", "X", 360),
        Word(10, "power-out", "power out", "apagón", "P", 360),
        Word(11, "road-blocked", "road blocked", "calle bloqueada", "B", 240),
        Word(12, "hazard", "hazard", "peligro", "H", 180),
        Word(13, "medical", "medical need", "necesidad médica", "M", 60),
        Word(
            14,
            "missing-person",
            "missing person (ask at base)",
            "persona desaparecida (pregunte en base)",
            "I",
            240,
        ),
        Word(15, "observer-wanted", "legal observer wanted", "se busca observador legal", "G", 60),
        Word(16, "support-wanted", "support wanted", "se pide apoyo", "S", 60),
        Word(17, "need", "resource need", "recurso necesario", "N", 360),
        Word(18, "offer", "resource offer", "recurso ofrecido", "R", 360),
        Word(19, "all-quiet", "all quiet", "todo tranquilo", "Q", 30),
    ),
)

SEVERITIES = WordList(
    "severity",
    2,
    (
        Word(0, "low", "low", "baja", "."),
        Word(1, "medium", "medium", "media", "*"),
        Word(2, "high", "high", "alta", "!"),
        Word(3, "critical", "critical", "crítica", "!!"),
    ),
)

ACTIVITIES = WordList(
    "activity",
    4,
    (
        Word(0, "unknown", "unknown", "desconocida"),
        Word(1, "waiting", "standing or waiting", "parados o esperando"),
        Word(2, "parked", "parked", "estacionados"),
        Word(3, "driving", "driving through", "circulando"),
        Word(4, "arriving", "arriving", "llegando"),
        Word(5, "leaving", "leaving", "saliendo"),
        Word(6, "knocking", "going door to door", "de puerta en puerta"),
        Word(7, "stopping", "stopping vehicles or people", "deteniendo vehículos o personas"),
        Word(8, "searching", "searching", "registrando"),
        Word(9, "blocking", "blocking the way", "cerrando el paso"),
        Word(10, "gathering", "gathering", "reuniéndose"),
        Word(11, "spreading", "spreading", "extendiéndose"),
        Word(12, "easing", "easing", "disminuyendo"),
        Word(13, "other", "other", "otra"),
    ),
)

UNITS = WordList(
    "unit class",
    3,
    (
        Word(0, "unknown", "unknown", "desconocida"),
        Word(1, "federal", "federal", "federal"),
        Word(2, "state-local", "state or local", "estatal o local"),
        Word(3, "fire-medical", "fire or medical", "bomberos o médicos"),
        Word(4, "military", "military", "militar"),
        Word(5, "private", "private security", "seguridad privada"),
        Word(6, "public", "members of the public", "público"),
    ),
)

EQUIPMENT = WordList(
    "equipment",
    4,
    (
        Word(0, "marked-vehicle", "marked vehicles", "vehículos rotulados"),
        Word(1, "unmarked-vehicle", "unmarked vehicles", "vehículos sin rótulo"),
        Word(2, "bus", "buses", "autobuses"),
        Word(3, "drone", "drones", "drones"),
        Word(4, "horse", "horses", "caballos"),
        Word(5, "barrier", "barriers", "barreras"),
        Word(6, "camera", "cameras", "cámaras"),
        Word(7, "helicopter", "helicopter", "helicóptero"),
        Word(8, "dog", "dogs", "perros"),
        Word(9, "heavy", "heavy equipment", "maquinaria pesada"),
        Word(10, "boat", "boats", "lanchas"),
        Word(11, "other", "other", "otro"),
    ),
)

SCOPES = WordList(
    "scope",
    2,
    (
        Word(0, "everyone", "all members", "todos los miembros"),
        Word(1, "field", "patrols and verifiers", "patrullas y verificadores"),
        Word(2, "dispatch", "dispatch", "despacho"),
        Word(3, "organizers", "organizers", "organizadores"),
    ),
)

VERDICTS = WordList(
    "verdict",
    3,
    (
        Word(0, "uncertain", "uncertain", "no se sabe", "u"),
        Word(1, "confirmed", "confirmed", "confirmado", "c"),
        Word(2, "nothing-there", "nothing there", "no hay nada", "n"),
        Word(3, "something-else", "something else", "es otra cosa", "e"),
    ),
)

CHECKIN_STATES = WordList(
    "check-in state",
    4,
    (
        Word(0, "unknown", "not heard from", "sin noticias"),
        Word(1, "ok", "ok", "bien"),
        Word(2, "need-help", "need help", "necesito ayuda"),
        Word(3, "injured", "injured", "con heridos"),
        Word(4, "moving", "moving", "en movimiento"),
        Word(5, "resting", "resting", "descansando"),
        Word(6, "relief", "need relief", "pido relevo"),
        Word(7, "off", "off shift", "fuera de turno"),
    ),
)

MOTIONS = WordList(
    "motion",
    2,
    (
        Word(0, "still", "still", "quieto"),
        Word(1, "walking", "walking", "a pie"),
        Word(2, "cycling", "cycling", "en bicicleta"),
        Word(3, "driving", "driving", "en vehículo"),
    ),
)

REASONS = WordList(
    "reason",
    4,
    (
        Word(0, "mistake", "mistake", "error"),
        Word(1, "over", "no longer true", "ya no es así"),
        Word(2, "duplicate", "duplicate", "duplicado"),
        Word(3, "wrong-place", "wrong place", "lugar equivocado"),
        Word(4, "unsafe", "unsafe to share", "peligroso compartirlo"),
        Word(5, "other", "other", "otro"),
    ),
)

ACK_MEANINGS = WordList(
    "acknowledgement",
    3,
    (
        Word(0, "read", "read", "leído"),
        Word(1, "acting", "acting on it", "actuando"),
    ),
)

LADDER = WordList(
    "state",
    3,
    (
        Word(0, "unconfirmed", "unconfirmed", "sin confirmar", "?"),
        Word(1, "corroborated", "corroborated", "corroborado", "+"),
        Word(2, "verified", "verified", "verificado", "v"),
        Word(3, "disputed", "disputed", "en duda", "x"),
        Word(4, "retracted", "retracted", "retirado", "-"),
        Word(5, "expired", "expired", "caducado", "~"),
        Word(6, "closed", "closed", "cerrado", "="),
    ),
)

ALL_LISTS = (
    KINDS,
    SEVERITIES,
    ACTIVITIES,
    UNITS,
    EQUIPMENT,
    SCOPES,
    VERDICTS,
    CHECKIN_STATES,
    MOTIONS,
    REASONS,
    ACK_MEANINGS,
    LADDER,
    RESPONSES,
    SOS_KINDS,
    SOS_ENDINGS,
    CLOSE_REASONS,
    ESCALATION_REASONS,
    STAND_DOWN_REASONS,
    DECISION_REASONS,
)
