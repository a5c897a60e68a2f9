"""Unsigned reports of people with stock radios, as lines of the queue and in detail. Pure.

Marked by a word in brackets, never by colour alone: nobody may take one for a signed report.
"""

from __future__ import annotations

from typing import Final

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.stock_schema import StockReportRow, StockStatus
from meshdefense.sentences import translated
from meshdefense_protocol.stock_words import NEEDS, need_text
from meshdefense_protocol.words import ACTIVITIES, EQUIPMENT, KINDS, SEVERITIES
from meshdefense_tui.clock import age
from meshdefense_tui.lines import Line, Span, spread
from meshdefense_tui.look import Look
from meshdefense_tui.place_words import Corners, place_words
from meshdefense_tui.text_fit import pad, wrap

__all__ = [
    "stock_detail_lines",
    "stock_place_words",
    "stock_queue_lines",
    "stock_sos_words",
    "stock_status_lines",
    "stock_words",
]

_LABEL: Final = 12
_FORMS: Final = {
    "email": "stock_form_email",
    "phone": "stock_form_phone",
    "plate": "stock_form_plate",
    "name": "stock_form_name",
    "address": "stock_form_address",
}
_STATES: Final = {
    "queued": "stock_state_queued",
    "handed": "stock_state_at_radio",
    "at_radio": "stock_state_at_radio",
    "on_air": "stock_state_on_air",
    "heard": "stock_state_heard",
    "unheard": "stock_state_unheard",
    "refused": "stock_state_refused",
    "dropped": "stock_state_dropped",
    "uncertain": "stock_state_uncertain",
}
"""Of an answer."""


def stock_words(row: StockReportRow, look: Look) -> str:
    """What it is about, without the mark: "enforcement activity x3"."""
    if row["need"] in NEEDS:
        return look.say("stock_need", what=need_text(row["need"], look.language))
    if row["kind"] is None:
        return "" if row["intent"] == "sos" else look.say("stock_not_said")
    kind = look.word(KINDS, row["kind"])
    return f"{kind} {look.glyphs.times}{row['count']}" if row["count"] else kind


def stock_place_words(
    row: StockReportRow, look: Look, origin: PlaceRow | None, corners: Corners | None = None
) -> str:
    """Where, as far as it is known."""
    if row["place"] is not None:
        return place_words(row["place"], origin, look, corners)
    if row["place_words"]:
        return look.say("stock_as_written", words=row["place_words"])
    return look.say("stock_nowhere")


def stock_sos_words(row: StockReportRow, look: Look, origin: PlaceRow | None, now: float) -> str:
    """An unsigned call for help in a sentence."""
    place, how_old = stock_place_words(row, look, origin), age(now - row["received_at"])
    return look.say("stock_sos_alarm", hint=row["hint"], place=place, age=how_old)


def stock_queue_lines(
    row: StockReportRow,
    look: Look,
    *,
    origin: PlaceRow | None,
    now: float,
    width: int,
    asking: bool,
    corners: Corners | None = None,
) -> list[Line]:
    """Three lines: mark and what, where, from which radio and what can be done."""
    sos, end = row["intent"] == "sos", look.glyphs.ellipsis
    mark: Span = (
        look.say("stock_unsigned_sos" if sos else "stock_unsigned"),
        "alarm" if sos and row["read_at"] is None else "warn",
    )
    head: list[Span] = [mark, (stock_words(row, look), "strong")]
    if not sos:
        head.append((look.word(SEVERITIES, row["severity"]), "plain"))
    where = stock_place_words(row, look, origin, corners)
    facts: list[Span] = [(age(now - row["received_at"]), "plain"), (_sender(row, look), "quiet")]
    if row["times"] > 1:
        facts.append((look.say("stock_times", count=row["times"]), "plain"))
    if row["ok_at"] is not None:
        facts.append((look.say("stock_ok_since"), "plain"))
    if row["read_at"] is not None:
        facts.append((look.say("stock_read"), "good"))
    facts.append((look.say("stock_keys"), "key"))
    if asking:
        facts.insert(0, (look.say("asking"), "warn"))
    second: Span = (where, "plain" if row["place"] is not None else "warn")
    return [
        spread(head, width, ellipsis=end),
        (("  ", "plain"), *spread([second], width - 2, ellipsis=end)),
        (("  ", "plain"), *spread(facts, width - 2, ellipsis=end)),
    ]


def _sender(row: StockReportRow, look: Look) -> str:
    keyed = look.say("stock_keyed" if row["keyed"] else "stock_unkeyed")
    return f"{look.say('stock_sender', hint=row['hint'])}, {keyed}"


def stock_detail_lines(
    row: StockReportRow,
    look: Look,
    *,
    origin: PlaceRow | None,
    now: float,
    width: int,
    corners: Corners | None = None,
) -> list[Line]:
    """Everything that is known of one, and what it is worth."""
    lines: list[Line] = [((part, "strong"),) for part in wrap(look.say("stock_title"), width)]
    if row["intent"] == "sos":
        lines.append(((look.say("stock_unsigned_sos"), "alarm"),))
    if what := stock_words(row, look):
        lines += [((part, "strong"),) for part in wrap(what, width)]
    lines += [((part, "warn"),) for part in wrap(look.say("stock_counts"), width)]
    lines.append(())
    known = [look.word(EQUIPMENT, code) for code in row["equipment"]]
    if row["activity"]:
        known.append(look.word(ACTIVITIES, row["activity"]))
    facts = [
        ("stock_severity", look.word(SEVERITIES, row["severity"])),
        ("stock_place", stock_place_words(row, look, origin, corners)),
        ("detail_equipment", ", ".join(known)),
        ("stock_when", look.say("ago", age=age(now - row["received_at"]))),
        ("stock_from", _sender(row, look)),
        ("stock_cut", ", ".join(_form(one, look) for one in row["personal"])),
        ("stock_answer", _answer(row, look)),
    ]
    for label, words in facts:
        if words:
            lines += _fact(look.say(label), words, width)
    if row["read_at"] is not None:
        lines.append(((look.say("stock_read"), "good"),))
    lines += [((part, "quiet"),) for part in wrap(look.say("stock_hint_only"), width)]
    keys = [look.say("stock_keys")]
    if row["intent"] == "sos" and row["read_at"] is None:
        keys.insert(0, look.say("stock_keys_sos"))
    return [*lines, (), *(((part, "key"),) for part in wrap(";  ".join(keys), width))]


def _fact(label: str, words: str, width: int) -> list[Line]:
    room = max(width - _LABEL, 8)
    return [
        ((pad(label if not at else "", _LABEL), "quiet"), (part, "plain"))
        for at, part in enumerate(wrap(words, room))
    ]


def _form(form: str, look: Look) -> str:
    return look.say(_FORMS[form]) if form in _FORMS else form


def _answer(row: StockReportRow, look: Look) -> str:
    answer = row["answer"]
    if answer is None:
        return ""
    known = _STATES.get(answer["state"])
    state = answer["state"] if known is None else look.say(known)
    if answer["reason"]:
        state += f" ({translated(answer['reason'], look.language)})"
    return f"{state}: {answer['text']}"


def stock_status_lines(stock: StockStatus, look: Look, width: int) -> list[Line]:
    """What this node does for stock radios, for the health of the mesh."""
    spans: list[Span] = []
    if stock["problem"]:
        problem = translated(stock["problem"], look.language)
        spans.append((look.say("stock_no_channel", problem=problem), "bad"))
    else:
        spans.append((look.say("stock_speaking", channel=stock["channel"]), "good"))
    if not stock["hears"]:
        spans.append((look.say("stock_hears_nothing"), "warn"))
    if not stock["reports"]:
        spans.append((look.say("stock_takes_nothing"), "warn"))
    if stock["queued"]:
        words = look.say("stock_queued", count=stock["queued"])
        if stock["waits_for"]:
            words += f": {translated(stock['waits_for'], look.language)}"
        spans.append((words, "warn"))
    if stock["dropped"]:
        spans.append((look.say("stock_dropped", count=stock["dropped"]), "warn"))
    if stock["held_back"]:
        spans.append((look.say("stock_held_back", count=stock["held_back"]), "warn"))
    title: Line = ((look.say("stock_speaks"), "title"),)
    found: list[Line] = [title]
    for words, role in spans:
        found += [((f"  {part}", role),) for part in wrap(words, max(width - 2, 8))]
    return found
