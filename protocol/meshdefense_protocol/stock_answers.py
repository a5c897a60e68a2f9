"""The one line with which somebody with a stock radio is answered. Pure.

It says what was understood and what is missing, and never more than is true: a machine has
received it, a person has not read it yet. Source: docs/stock-radios.md.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from meshdefense_protocol.stock_lines import LINE_MAX, cut_bytes
from meshdefense_protocol.stock_report import Intent, StockReport
from meshdefense_protocol.stock_texts import ANSWERS, TAILS, WORDS, own_words
from meshdefense_protocol.stock_words import need_text
from meshdefense_protocol.words import ACTIVITIES, EQUIPMENT, KINDS

__all__ = [
    "own_words",
    "stock_aloud_answer",
    "stock_answer",
    "stock_read_answer",
    "understood_words",
]

_IN_BOTH: Final = frozenset({Intent.SOS, Intent.OK, Intent.UNKNOWN})
"""What is answered in both languages where no word told one."""


def stock_answer(report: StockReport, ref: str, *, sos_open: bool = False) -> str:
    """The answer, in the language of the sender, at most LINE_MAX bytes.

    `ref` names the row of the queue; `sos_open`: an SOS of theirs waits already. Where no word
    told the language, what matters most is said in both. What does not fit goes, and no sentence
    loses its end: what they have and do, what not to send, of an SOS then what was understood,
    and the second language last.
    """
    languages = (report.language,) if report.language else ("en", "es")
    if report.intent not in _IN_BOTH:
        languages = languages[:1]
    bare = replace(report, equipment=frozenset(), activity=0)
    forms = [(report, True, True), (bare, True, True), (bare, False, True)]
    if report.intent is Intent.SOS:
        forms += [(bare, True, False), (bare, False, False)]
    said = ""
    for spoken in dict.fromkeys((languages, languages[:1])):
        for form, warns, tells in forms:
            said = " / ".join(
                _answer(replace(form, language=one), ref, sos_open, tells)
                + (_warning(form, one) if warns else "")
                for one in spoken
            )
            if len(said.encode()) <= LINE_MAX:
                return said
    return cut_bytes(said, LINE_MAX)


def _warning(report: StockReport, language: str) -> str:
    """What was cut and is not to be sent."""
    words = WORDS[language]
    forms = ", ".join(words[form] for form in sorted(report.personal))
    return TAILS[language]["personal"].format(forms=forms) if forms else ""


def _answer(report: StockReport, ref: str, sos_open: bool, tells: bool) -> str:
    """The answer itself; to an SOS with what was understood where it `tells`."""
    texts, tails, words = (table[report.language] for table in (ANSWERS, TAILS, WORDS))
    if report.intent is Intent.SOS:
        what = understood_words(report) if tells else ""
        line = texts["sos_said" if what else "sos"].format(ref=ref, what=what)
        return line + ("" if report.placed else tails["sos_where"])
    if report.intent is Intent.OK:
        return texts["ok_sos" if sos_open else "ok"]
    if report.intent is Intent.UNKNOWN:
        return texts["unknown_sos" if sos_open else "unknown"]
    if report.intent is Intent.HELP:
        return texts["help"]
    what = understood_words(report) or words["nothing"]
    missing = ", ".join(words[one] for one in report.missing)
    return texts["half" if missing else "got"].format(what=what, missing=missing, ref=ref)


def stock_aloud_answer(ref: str, language: str) -> str:
    """What everybody on the channel is told where the sender of an SOS cannot be reached alone.

    It names nobody, and is the answer to an SOS that other nodes know as ours.
    """
    languages = (language,) if language else ("en", "es")
    return " / ".join(ANSWERS[one]["sos"].format(ref=ref) for one in languages)


def stock_read_answer(ref: str, language: str, *, sos: bool) -> str:
    """What is said when a person has read it; in both languages where none was told."""
    languages = (language,) if language else ("en", "es")
    return " / ".join(
        ANSWERS[one]["read" if sos else "read_report"].format(ref=ref) for one in languages
    )


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
