"""The one line with which somebody with a stock radio is answered. Pure.

It says what was understood and what is missing, and never more than is true: a machine has
received it, a person has not read it yet. Source: docs/stock-radios.md.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from meshdefense_protocol.stock_lines import LINE_MAX, cut_bytes
from meshdefense_protocol.stock_report import Intent, StockReport
from meshdefense_protocol.stock_words import need_text
from meshdefense_protocol.words import ACTIVITIES, EQUIPMENT, KINDS

__all__ = ["stock_answer", "stock_read_answer", "understood_words"]

_TEXTS: Final = {
    "en": {
        "got": "Received by a machine: {what}. Not read by a person yet. Ref {ref}.",
        "half": "Received: {what}. Missing: {missing}. Example: R 3 vans 5th/Main. Ref {ref}.",
        "sos": "SOS received by a machine; a person has not read it yet. Ref {ref}.",
        "sos_where": " Say where: SOS 5th/Main",
        "ok": "OK received by a machine.",
        "ok_sos": "OK received by a machine. Your SOS stays open until a person reads it.",
        "help": "Write: R 3 vans 5th/Main, or NEED water, OK, in danger SOS. No names, plates "
        "or phone numbers. A person checks first. Español: AYUDA",
        "unknown": "Not understood. Send ? for how to write. In danger: send SOS.",
        "personal": " Cut: {forms}. Do not send those.",
        "read": "A person has read your SOS (ref {ref}). That does not mean that help is coming.",
        "read_report": "A person has read your report (ref {ref}).",
        "what": "what",
        "where": "where",
        "need": "need {what}",
        "at": "at {place}",
        "nothing": "nothing",
        "email": "e-mail", "phone": "phone number", "plate": "plate", "name": "name",
        "address": "house number",
    },
    "es": {
        "got": "Recibido por una máquina: {what}. Aún no lo lee una persona. Ref {ref}.",
        "half": "Recibido: {what}. Falta: {missing}. Ejemplo: R 3 camionetas 5ta y Main. "
        "Ref {ref}.",
        "sos": "SOS recibido por una máquina; aún no lo lee una persona. Ref {ref}.",
        "sos_where": " Diga dónde: SOS 5ta y Main",
        "ok": "OK recibido por una máquina.",
        "ok_sos": "OK recibido por una máquina. Su SOS sigue abierto hasta que lo lea una persona.",
        "help": "Escriba: R 3 camionetas 5ta y Main, o NECESITO agua, OK, en peligro SOS. Sin "
        "nombres, placas ni teléfonos. Una persona lo revisa antes.",
        "unknown": "No se entendió. Envíe ? para ver cómo. En peligro: envíe SOS.",
        "personal": " Borrado: {forms}. No los envíe.",
        "read": "Una persona leyó su SOS (ref {ref}). Eso no significa que venga ayuda.",
        "read_report": "Una persona leyó su reporte (ref {ref}).",
        "what": "qué",
        "where": "dónde",
        "need": "necesita {what}",
        "at": "en {place}",
        "nothing": "nada",
        "email": "correo", "phone": "teléfono", "plate": "placa", "name": "nombre",
        "address": "número de casa",
    },
}  # fmt: skip


def stock_answer(report: StockReport, ref: str, *, sos_open: bool = False) -> str:
    """The answer, in the language of the sender, at most LINE_MAX bytes.

    `ref` names the row of the queue; `sos_open`: an SOS of theirs waits already. Where no word
    told the language, what matters most is said in both.
    """
    if not report.language:
        first, other = (replace(report, language=one) for one in ("en", "es"))
        said = stock_answer(first, ref, sos_open=sos_open)
        both = f"{said} / {stock_answer(other, ref, sos_open=sos_open)}"
        short = report.intent in (Intent.SOS, Intent.OK, Intent.UNKNOWN)
        return both if short and len(both.encode()) <= LINE_MAX else said
    texts = _TEXTS[report.language]
    forms = ", ".join(texts[form] for form in sorted(report.personal))
    tail = texts["personal"].format(forms=forms) if forms else ""
    if report.intent is Intent.SOS:
        line = texts["sos"].format(ref=ref) + ("" if report.placed else texts["sos_where"])
    elif report.intent is Intent.OK:
        line = texts["ok_sos" if sos_open else "ok"]
    elif report.intent in (Intent.HELP, Intent.UNKNOWN):
        line = texts[report.intent.value]
    else:
        what = understood_words(report) or texts["nothing"]
        missing = ", ".join(texts[one] for one in report.missing)
        line = texts["half" if missing else "got"].format(what=what, missing=missing, ref=ref)
    room = LINE_MAX - len(tail.encode())
    return cut_bytes(line, room) + tail


def stock_read_answer(ref: str, language: str, *, sos: bool) -> str:
    """What is said when a person has read it."""
    return _TEXTS[language or "en"]["read" if sos else "read_report"].format(ref=ref)


def understood_words(report: StockReport) -> str:
    """What was understood, in the sender's language."""
    language = report.language or "en"
    texts = _TEXTS[language]
    parts: list[str] = []
    if report.intent is Intent.NEED:
        if report.need:
            parts.append(texts["need"].format(what=need_text(report.need, language)))
    elif report.kind is not None:
        kind = KINDS.get(report.kind).text(language)
        parts.append(f"{kind} ({report.count})" if report.count else kind)
    elif report.count:
        parts.append(str(report.count))
    parts += [EQUIPMENT.get(code).text(language) for code in sorted(report.equipment)]
    if report.activity:
        parts.append(ACTIVITIES.get(report.activity).text(language))
    if report.lat is not None and report.lon is not None:
        parts.append(f"{report.lat:.3f},{report.lon:.3f}")
    elif report.place:
        parts.append(texts["at"].format(place=report.place))
    return ", ".join(parts)
