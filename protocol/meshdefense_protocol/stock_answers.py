"""The one line with which somebody with a stock radio is answered. Pure.

It says what was understood and what is missing, and never more than is true: a machine has
received it, a person has not read it yet. Source: docs/stock-radios.md.
"""

from __future__ import annotations

from dataclasses import replace

from meshdefense_protocol.stock_lines import LINE_MAX, cut_bytes
from meshdefense_protocol.stock_report import Intent, StockReport
from meshdefense_protocol.stock_texts import ANSWERS, TAILS, WORDS, own_words
from meshdefense_protocol.stock_words import need_text
from meshdefense_protocol.words import ACTIVITIES, EQUIPMENT, KINDS

__all__ = ["own_words", "stock_answer", "stock_read_answer", "understood_words"]


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
    texts, tails, words = (table[report.language] for table in (ANSWERS, TAILS, WORDS))
    forms = ", ".join(words[form] for form in sorted(report.personal))
    tail = tails["personal"].format(forms=forms) if forms else ""
    if report.intent is Intent.SOS:
        line = texts["sos"].format(ref=ref) + ("" if report.placed else tails["sos_where"])
    elif report.intent is Intent.OK:
        line = texts["ok_sos" if sos_open else "ok"]
    elif report.intent is Intent.UNKNOWN:
        line = texts["unknown_sos" if sos_open else "unknown"]
    elif report.intent is Intent.HELP:
        line = texts["help"]
    else:
        what = understood_words(report) or words["nothing"]
        missing = ", ".join(words[one] for one in report.missing)
        line = texts["half" if missing else "got"].format(what=what, missing=missing, ref=ref)
    room = LINE_MAX - len(tail.encode())
    return cut_bytes(line, room) + tail


def stock_read_answer(ref: str, language: str, *, sos: bool) -> str:
    """What is said when a person has read it."""
    return ANSWERS[language or "en"]["read" if sos else "read_report"].format(ref=ref)


def understood_words(report: StockReport) -> str:
    """What was understood, in the sender's language."""
    language = report.language or "en"
    texts = WORDS[language]
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
