"""The closed lists of what is done about alerts: answers, SOS, closing, standing down.

Part of `words`, which has the rules. Source: docs/protocol.md, section "Lists".
"""

from __future__ import annotations

from meshdefense_protocol.wordlist import Word, WordList

__all__ = [
    "CLOSE_REASONS",
    "ESCALATION_REASONS",
    "RESPONSES",
    "SOS_ENDINGS",
    "SOS_KINDS",
    "STAND_DOWN_REASONS",
]

RESPONSES = WordList(
    "response",
    3,
    (
        Word(0, "pending", "pending", "pendiente", "?"),
        Word(1, "acknowledged", "acknowledged", "recibido", "a"),
        Word(2, "on-the-way", "on the way", "en camino", "w"),
        Word(3, "on-scene", "on scene", "en el lugar", "s"),
        Word(4, "done", "done", "terminado", "d"),
        Word(5, "cancelled", "cancelled", "cancelado", "x"),
    ),
)
"""What somebody does about a report; TAK has the same states."""

SOS_KINDS = WordList(
    "SOS kind",
    4,
    (
        Word(0, "help", "help needed", "se necesita ayuda", "H"),
        Word(1, "medical", "medical emergency", "emergencia médica", "M"),
        Word(2, "threat", "threatened", "bajo amenaza", "T"),
        Word(3, "trapped", "trapped", "sin salida", "R"),
        Word(4, "fire", "fire", "incendio", "F"),
        Word(5, "vehicle", "crash or breakdown", "accidente o avería", "V"),
        Word(6, "other", "other", "otro", "O"),
    ),
)

SOS_ENDINGS = WordList(
    "SOS ending",
    4,
    (
        Word(0, "cancelled", "cancelled", "cancelado", "c"),
        Word(1, "all-clear", "all clear", "fuera de peligro", "a"),
    ),
)

CLOSE_REASONS = WordList(
    "closing reason",
    4,
    (
        Word(0, "all-clear", "all clear", "sin peligro", "a"),
        Word(1, "over", "over", "terminado", "v"),
        Word(2, "handled", "handled", "atendido", "h"),
        Word(3, "duplicate", "duplicate", "duplicado", "d"),
        Word(4, "other", "other", "otro", "o"),
    ),
)

ESCALATION_REASONS = WordList(
    "escalation reason",
    4,
    (
        Word(0, "unanswered", "nobody has answered", "nadie ha respondido", "u"),
        Word(1, "worse", "getting worse", "está empeorando", "w"),
        Word(2, "closer", "coming closer", "se está acercando", "c"),
        Word(3, "other", "other", "otro", "o"),
    ),
)

STAND_DOWN_REASONS = WordList(
    "stand-down reason",
    4,
    (
        Word(0, "unsafe", "no longer safe", "ya no es seguro", "u"),
        Word(1, "over", "over", "terminado", "v"),
        Word(2, "weather", "weather", "mal tiempo", "w"),
        Word(3, "regroup", "regroup", "reagruparse", "r"),
        Word(4, "drill-over", "drill over", "fin del simulacro", "d"),
        Word(5, "other", "other", "otro", "o"),
    ),
)
