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

from meshdefense_protocol.stock_calls import calls_in
from meshdefense_protocol.stock_lines import DRILL, HEADS
from meshdefense_protocol.words import SEVERITIES

__all__ = ["ANSWERS", "TAILS", "WORDS", "own_words", "without_own_words"]

ANSWERS: Final = {
    "en": {
        "got": "Received by a machine: {what}. Not read by a person yet. Ref {ref}.",
        "half": "Received by a machine: {what}. Missing: {missing}. Example: R 3 vans 5th/Main. "
        "Ref {ref}.",
        "sos": "SOS received by a machine; a person has not read it yet. Ref {ref}.",
        "sos_said": "SOS received by a machine: {what}; a person has not read it yet. Ref {ref}.",
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
        "sos_said": "SOS recibido por una máquina: {what}; aún no lo lee una persona. Ref {ref}.",
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
"""So many words tell an answer of ours that lost its end."""
_LANGUAGES: Final = 2
"""A text may hold an answer in both."""
_READ_MAX: Final = 512
"""Characters that are looked at."""
_ANY: Final = r".{0,240}?"
_PLACE: Final = (
    r"(?:, (?:[^.\n]|\.(?=\S)|(?i:(?<=\bst)|(?<=\bav)|(?<=\bdr)|(?<=\bave)|(?<=\b[nsew]))\.)"
    r"{1,120}?)?"
)
"""A place has no stop but those of short forms: behind one begins what somebody else wrote."""
_AGO: Final = r"(?:\s(?:[Ss]aid\s|[Dd]icho\s)?(?:hace\s)?\d{1,4}\s(?:min|h)(?:\sago)?\.?)?"
_TAG: Final = r"#[0-9A-HJKMNP-TV-Z]{6}\b"
_ENDS: Final = r"(?=\s*(?:$|[/\"\n#]))"
"""What may stand behind a whole line."""
_FIRST_FIELD: Final = re.compile(r"\{(?:what|place)\}")
_IN_ANSWERS: Final = {"ref": r"\w{0,8}"}
_IN_LINES: Final = {
    "people": r"\d{1,6}", "place": _PLACE, "ago": _AGO, "what": r"[^.\n]{0,80}?"
}  # fmt: skip


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
    """`text` (NFKC) without our lines and answers. One that lost its end goes to the text's end,
    but only so far as we would say it where what follows calls for help.
    """
    for pattern in _WHOLE:
        text = pattern.sub(" ", text)
    for _ in range(_LANGUAGES):
        cut = [found for pattern in _CUT if (found := pattern.search(text)) is not None]
        if not cut:
            break
        found = min(cut, key=lambda one: (one.start(), -one.end()))
        rest = text[found.end() :]
        text = f"{text[: found.start()]} {rest if calls_in(rest).calls else ''}"
    return text


def _words(literal: str) -> str:
    """Fixed words as a regular expression, however they are spaced."""
    return r"\s+".join(re.escape(one) for one in re.split(r"\s+", literal))


def _pattern(template: str, fields: dict[str, str]) -> str:
    """What a template makes, as a regular expression."""
    parts = []
    for literal, name, _, _ in Formatter().parse(template):
        parts.append(_words(literal))
        if name is not None:
            parts.append(fields.get(name, _ANY))
    return "".join(parts)


def _cut(template: str) -> str:
    """The beginning of an answer, as far as a text goes on like it, as a regular expression."""
    steps: list[str] = []
    between = ""
    for literal, name, _, _ in Formatter().parse(template):
        for word in literal.split():
            steps.append(between + re.escape(word))
            between = r"\s+"
        if name in _IN_ANSWERS:
            steps.append(r"\s*" + _IN_ANSWERS[name])
            between = ""
        elif name is not None:
            between = _ANY + r"\s*"
    first = next((at for at, step in enumerate(steps) if _ANY in step), len(steps))
    head = min(first, _HEAD_WORDS)
    rest = ""
    for step in reversed(steps[head:]):
        rest = f"(?:{step}{rest})?"
    return "".join(steps[:head]) + rest


def _any_of(parts: list[str]) -> str:
    """The longest first: some texts begin with a whole other one."""
    return f"(?:{'|'.join(sorted(dict.fromkeys(parts), key=len, reverse=True))})"


def _patterns() -> tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]]:
    answers = [text for texts in ANSWERS.values() for text in texts.values()]
    heads = [
        text.replace("{severity}", SEVERITIES.get(code).text(language).upper())
        for language, texts in HEADS.items()
        for text in texts.values()
        for code in range(len(SEVERITIES))
    ]
    drill = rf"(?:{_any_of([_words(text.strip()) for text in DRILL.values()])}\s*)?"
    said = drill + _any_of([_pattern(text, _IN_LINES) for text in heads]) + _ENDS
    line = rf"{said}(?:\s*/\s*{said})?(?:\s*\"[^\"\n]{{0,160}}\")?(?:\s*{_TAG})?"
    begun = [_pattern(_FIRST_FIELD.split(text)[0].strip(), _IN_LINES) for text in heads]
    tails = [text.strip() for texts in TAILS.values() for text in texts.values()]
    whole = [_any_of([_pattern(text, _IN_ANSWERS) for text in part]) for part in (answers, tails)]
    return (
        (re.compile(line), *(re.compile(part, re.IGNORECASE | re.DOTALL) for part in whole)),
        (
            re.compile(drill + _any_of(begun)),
            *(re.compile(_cut(text), re.IGNORECASE | re.DOTALL) for text in answers),
        ),
    )


_WHOLE, _CUT = _patterns()
"""Whole lines, whole answers, what stands behind them; then what lost its end."""
