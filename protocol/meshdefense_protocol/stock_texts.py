"""Every fixed text with which stock radios are answered, and how it is known again. Pure.

Our own words come back: another node speaks on the same channel, phones quote what they answer.
They name SOS and places, so they are taken out before a text is understood. The patterns are made
of the tables that make the texts. Source: docs/stock-radios.md.
"""

from __future__ import annotations

import re
import unicodedata
from string import Formatter
from typing import Final

from meshdefense_protocol.stock_lines import DRILL, HEADS
from meshdefense_protocol.words import SEVERITIES

__all__ = ["ANSWERS", "TAILS", "WORDS", "own_words", "without_own_words"]

ANSWERS: Final = {
    "en": {
        "got": "Received by a machine: {what}. Not read by a person yet. Ref {ref}.",
        "half": "Received by a machine: {what}. Missing: {missing}. Example: R 3 vans 5th/Main. "
        "Ref {ref}.",
        "sos": "SOS received by a machine; a person has not read it yet. Ref {ref}.",
        "ok": "OK received by a machine.",
        "ok_sos": "Your OK was received by a machine. Your SOS stays open until a person reads it.",
        "help": "Write: R 3 vans 5th/Main, or NEED water, OK, in danger SOS. No names, plates "
        "or phone numbers. A person checks first. Español: AYUDA",
        "unknown": "Not understood. Send ? for how to write. In danger: send SOS.",
        "unknown_sos": "Not understood. Your SOS stays open until a person reads it.",
        "read": "A person has read your SOS (ref {ref}). That does not mean that help is coming.",
        "read_report": "A person has read your report (ref {ref}).",
    },
    "es": {
        "got": "Recibido por una máquina: {what}. Aún no lo lee una persona. Ref {ref}.",
        "half": "Recibido por una máquina: {what}. Falta: {missing}. Ejemplo: R 3 camionetas 5ta "
        "y Main. Ref {ref}.",
        "sos": "SOS recibido por una máquina; aún no lo lee una persona. Ref {ref}.",
        "ok": "OK recibido por una máquina.",
        "ok_sos": "Su OK fue recibido por una máquina. Su SOS sigue abierto hasta que lo lea una "
        "persona.",
        "help": "Escriba: R 3 camionetas 5ta y Main, o NECESITO agua, OK, en peligro SOS. Sin "
        "nombres, placas ni teléfonos. Una persona lo revisa antes.",
        "unknown": "No se entendió. Envíe ? para ver cómo. En peligro: envíe SOS.",
        "unknown_sos": "No se entendió. Su SOS sigue abierto hasta que lo lea una persona.",
        "read": "Una persona leyó su SOS (ref {ref}). Eso no significa que venga ayuda.",
        "read_report": "Una persona leyó su reporte (ref {ref}).",
    },
}
"""Whole answers. Each begins with words that nobody else begins with."""
TAILS: Final = {
    "en": {
        "sos_where": " Say where: SOS 5th/Main",
        "personal": " Cut: {forms}. Do not send those.",
    },
    "es": {
        "sos_where": " Diga dónde: SOS 5ta y Main",
        "personal": " Borrado: {forms}. No los envíe.",
    },
}
"""What may stand behind an answer."""
WORDS: Final = {
    "en": {
        "what": "what",
        "where": "where",
        "need": "need {what}",
        "at": "at {place}",
        "nothing": "nothing",
        "email": "e-mail", "phone": "phone number", "plate": "plate", "name": "name",
        "address": "house number",
    },
    "es": {
        "what": "qué",
        "where": "dónde",
        "need": "necesita {what}",
        "at": "en {place}",
        "nothing": "nada",
        "email": "correo", "phone": "teléfono", "plate": "placa", "name": "nombre",
        "address": "número de casa",
    },
}  # fmt: skip
"""What stands in answers."""

_HEAD_WORDS: Final = 5
"""So many words tell a text of ours that lost its end."""
_READ_MAX: Final = 512
"""Characters that are looked at."""
_FIELDS: Final = {"ref": r"\w{0,8}"}
_ANY: Final = r".{0,240}?"


def own_words(text: str) -> bool:
    """Whether a text is nothing but a line or an answer of ours.

    Such a text is to be dropped. Where somebody wrote words of their own before or behind, it is
    not: `without_own_words` gives those. A tag alone says nothing: people answer a line with it.
    Never raises.
    """
    plain = unicodedata.normalize("NFKC", text[:_READ_MAX])[:_READ_MAX]
    rest = without_own_words(plain)
    return rest != plain and not any(char.isalnum() for char in rest)


def without_own_words(text: str) -> str:
    """`text` (NFKC) without our lines and answers; one that lost its end goes to the text's end."""
    for pattern in _OURS:
        text = pattern.sub(" ", text)
    return text


def _pattern(template: str) -> str:
    """What a template makes, as a regular expression."""
    parts = []
    for literal, name, _, _ in Formatter().parse(template):
        parts.append(r"\s+".join(re.escape(one) for one in re.split(r"\s+", literal)))
        if name is not None:
            parts.append(_FIELDS.get(name, _ANY))
    return "".join(parts)


def _head(template: str) -> str:
    """The first words of a template, before its first field, as a regular expression."""
    return _pattern(" ".join(template.partition("{")[0].split()[:_HEAD_WORDS]))


def _any_of(parts: list[str]) -> re.Pattern[str]:
    """The longest first: some texts begin with a whole other one."""
    longest = sorted(parts, key=len, reverse=True)
    return re.compile("|".join(longest), re.IGNORECASE | re.DOTALL)


def _patterns() -> tuple[re.Pattern[str], ...]:
    answers = [text for texts in ANSWERS.values() for text in texts.values()]
    lines = [
        text.replace("{severity}", SEVERITIES.get(code).text(language).upper())
        for language, heads in HEADS.items()
        for text in heads.values()
        for code in range(len(SEVERITIES))
    ]
    starts = [*map(_head, dict.fromkeys(lines)), *map(_head, DRILL.values())]
    said = f"(?:{'|'.join(sorted(starts, key=len, reverse=True))})"
    return (
        re.compile(rf"{said}.{{0,240}}?#[0-9A-HJKMNP-TV-Z]{{6}}\b", re.IGNORECASE | re.DOTALL),
        _any_of([_pattern(text) for text in answers]),
        _any_of([_pattern(text.strip()) for texts in TAILS.values() for text in texts.values()]),
        re.compile(rf"(?:{said}|{'|'.join(map(_head, answers))}).*", re.IGNORECASE | re.DOTALL),
    )


_OURS: Final = _patterns()
"""Whole lines, whole answers, what stands behind them; then what lost its end."""
