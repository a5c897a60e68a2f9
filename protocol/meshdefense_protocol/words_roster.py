"""The closed list of reasons for what organizers decide. Part of `words`."""

from __future__ import annotations

from meshdefense_protocol.wordlist import Word, WordList

__all__ = ["DECISION_REASONS"]

DECISION_REASONS = WordList(
    "reason of a decision",
    4,
    (
        Word(0, "other", "other", "otro"),
        Word(1, "lost", "radio or computer lost", "radio o computadora perdida"),
        Word(2, "captured", "radio or computer taken", "radio o computadora incautada"),
        Word(3, "left", "left the network", "dejó la red"),
        Word(4, "false-alarm", "false alarm", "falsa alarma"),
        Word(5, "spam", "says too much", "dice demasiado"),
        Word(6, "agreements", "broke the agreements", "rompió los acuerdos"),
        Word(7, "key-leaked", "a key leaked", "se filtró una clave"),
        Word(8, "drill", "drill", "simulacro"),
    ),
)
