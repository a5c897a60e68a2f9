"""What people with stock radios are told: one plain line, and a pin that ends by itself. Pure.

Codes in words, English or Spanish or both; never who said it. Each line ends with a tag, by which
two nodes that speak notice that they say the same, and people that two lines are about one thing.
It is no signature: whoever holds the neighbours' channel can write the same.
Source: docs/stock-radios.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum
from hashlib import blake2b
from typing import Final

from meshdefense_protocol.policy import Policies
from meshdefense_protocol.words import KINDS, SEVERITIES, STAND_DOWN_REASONS

__all__ = [
    "ABOUT_DIGITS",
    "DRILL",
    "HEADS",
    "LINE_MAX",
    "OLD_S",
    "STOCK_LANGUAGES",
    "PinText",
    "Said",
    "StockNews",
    "cut_bytes",
    "is_told",
    "pin_id",
    "pin_text",
    "place_in_numbers",
    "stock_line",
    "stock_tag",
    "tag_in",
    "without_age",
]

LINE_MAX: Final = 200
"""Bytes of UTF-8."""
PIN_NAME_MAX: Final = 29
PIN_TEXT_MAX: Final = 99
"""Bytes of a waypoint's name and description (mesh.options, without the closing zero)."""
STOCK_LANGUAGES: Final = {0: ("en", "es"), 1: ("en",), 2: ("es",)}
"""By the value of the policy."""
ABOUT_DIGITS: Final = 4
"""So many characters of a tag say what a line is about."""
_DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter looks like a digit."""
_TAG: Final = re.compile(r"#([0-9A-HJKMNP-TV-Z]{6})\s*$")
_FINE_M: Final = 200
"""Below it a place in numbers has four decimals (11 m), else three (111 m)."""


class Said(Enum):
    """What is told of an alert or a stand-down."""

    VERIFIED = "verified"
    DISPUTED = "disputed"
    RETRACTED = "retracted"
    CLOSED = "closed"
    STAND_DOWN = "stand-down"
    STAND_DOWN_OVER = "stand-down-over"
    UNVERIFIED = "unverified"
    UNFOLLOWED = "unfollowed"
    """Closed for a reason that does not say that it is over."""


HEADS: Final[dict[str, dict[Said | tuple[Said, int], str]]] = {
    "en": {
        Said.VERIFIED: "{severity} ALERT, verified{ago}: {what}{place}.",
        Said.DISPUTED: "IN DOUBT, a verifier says otherwise: {what}{place}.",
        Said.RETRACTED: "TAKEN BACK by who reported it: {what}{place}.",
        Said.CLOSED: "OVER, say {people} people: {what}{place}. Stay careful.",
        (Said.CLOSED, 1): "OVER, says 1 person: {what}{place}. Stay careful.",
        Said.STAND_DOWN: "STAND DOWN: our people leave{place}. Reason: {what}.{ago}",
        Said.STAND_DOWN_OVER: "STAND-DOWN OVER{place}.",
        Said.UNVERIFIED: "NO LONGER VERIFIED: {what}{place}. Stay careful.",
        Said.UNFOLLOWED: "NO LONGER FOLLOWED, may not be over: {what}{place}.",
    },
    "es": {
        Said.VERIFIED: "ALERTA {severity}, verificada{ago}: {what}{place}.",
        Said.DISPUTED: "EN DUDA, quien verificó dice otra cosa: {what}{place}.",
        Said.RETRACTED: "RETIRADO por quien lo reportó: {what}{place}.",
        Said.CLOSED: "TERMINÓ, dicen {people} personas: {what}{place}. Siga con cuidado.",
        (Said.CLOSED, 1): "TERMINÓ, dice 1 persona: {what}{place}. Siga con cuidado.",
        Said.STAND_DOWN: "RETIRADA: nuestra gente se va{place}. Motivo: {what}.{ago}",
        Said.STAND_DOWN_OVER: "FIN DE LA RETIRADA{place}.",
        Said.UNVERIFIED: "YA NO ESTÁ VERIFICADO: {what}{place}. Siga con cuidado.",
        Said.UNFOLLOWED: "YA NO SE SIGUE, puede no haber terminado: {what}{place}.",
    },
}
"""By language and what is told, where one person says it apart; each begins with words that
nobody else begins with."""
DRILL: Final = {"en": "DRILL, not real: ", "es": "EJERCICIO, no es real: "}
_WITHIN: Final = {"en": "within {metres} m of {at}", "es": "a menos de {metres} m de {at}"}
OLD_S: Final = 900.0
"""From this age on a line says how old its news is."""
HOUR_S: Final = 3600.0
_AGO: Final = {
    Said.VERIFIED: {"en": " {age} ago", "es": " hace {age}"},
    Said.STAND_DOWN: {"en": " Said {age} ago.", "es": " Dicho hace {age}."},
}
_TOLD_BEFORE: Final = {"en": "the alert #{tag}", "es": "la alerta #{tag}"}
_AGED: Final = re.compile(r" (?:\d+ (?:min|h) ago|hace \d+ (?:min|h))(?=:)")
_CORNER: Final = " / "
"""Between the two streets of a corner in words."""
_STAND_DOWNS: Final = frozenset({Said.STAND_DOWN, Said.STAND_DOWN_OVER})


@dataclass(frozen=True, slots=True)
class StockNews:
    """One thing to tell."""

    said: Said
    tag: str
    """See `stock_tag`."""
    code: int | None = 0
    """The kind of an alert (words.KINDS), the reason of a stand-down (STAND_DOWN_REASONS); None:
    the tag alone says what it is about."""
    severity: int = 1
    count: str = ""
    """How many, as "3" or "20-29"; empty when unknown."""
    places: tuple[str, str] = ("", "")
    """The place in English and Spanish words, as coarse as the policy wants it."""
    people: int = 0
    """Who say that it is over."""
    note: str = ""
    """Only where the policy lets notes out."""
    drill: bool = False
    age_s: float = 0.0
    """How long ago it was last said to be so."""


def is_told(policies: Policies, severity: int, *, drill: bool) -> bool:
    """Whether an alert of a severity is told at all; a stand-down counts as a critical one."""
    least = policies.stock_hear
    return least > 0 and severity >= least - 1 and (not drill or policies.stock_drills > 0)


def stock_tag(network_id: bytes, ref: bytes, said: Said) -> str:
    """Six characters: four for what it is about, two for what is said of it."""
    about = _digits(network_id, ref, b"", ABOUT_DIGITS)
    return about + _digits(network_id, ref, said.value.encode(), 2)


def tag_in(line: str) -> str:
    """The tag at the end of a line that another node may have said; empty where there is none."""
    found = _TAG.search(line[-12:])
    return found[1] if found else ""


def without_age(line: str) -> str:
    """A line as a node says it to which the news is new."""
    return _AGED.sub("", line)


def pin_id(network_id: bytes, ref: bytes) -> int:
    """The id of an alert's waypoint, 1 to 2^32 - 1; the same on every node that speaks."""
    digest = blake2b(network_id + ref, digest_size=4, person=b"md1 stock pin").digest()
    return int.from_bytes(digest, "big") or 1


def _digits(network_id: bytes, ref: bytes, said: bytes, size: int) -> str:
    digest = blake2b(network_id + ref + said, digest_size=8, person=b"md1 stock tag").digest()
    number = int.from_bytes(digest, "big")
    return "".join(_DIGITS[number >> 5 * at & 31] for at in range(size))


def place_in_numbers(lat: float, lon: float, precision_m: int, language: str) -> str:
    """A cell in degrees, for a node without a map."""
    decimals = 4 if precision_m < _FINE_M else 3
    return _WITHIN[language].format(metres=precision_m, at=f"{lat:.{decimals}f},{lon:.{decimals}f}")


def stock_line(news: StockNews, languages: tuple[str, ...]) -> str:
    """The line, at most LINE_MAX bytes; what does not fit goes: the note, then the place said
    twice, then the second street of its corner, how many, the place, and a language last.

    A sentence keeps its end: without it "over" has no "stay careful".
    """
    tail = f" #{news.tag}"
    once = tuple(languages[:1])
    bare = replace(news, note="")
    # only the street of a corner says still what is true: half a number would be another place
    one, other = (place.partition(_CORNER)[0] for place in news.places)
    street = replace(bare, places=(one, other))
    few = replace(street, count="")
    forms = (
        (news, languages, languages), (bare, languages, languages), (bare, languages, once),
        (street, languages, once), (few, languages, once), (few, languages, ()),
        (bare, once, once), (street, once, once),
    )  # fmt: skip
    for form, spoken, placed in forms:
        text = _joined(form, spoken, form.note, placed) + tail
        if len(text.encode()) <= LINE_MAX:
            return text
    room = LINE_MAX - len(tail.encode())
    return cut_bytes(_joined(bare, once, "", ()), room) + tail


def _joined(news: StockNews, languages: tuple[str, ...], note: str, placed: tuple[str, ...]) -> str:
    said = [_said(news, language, language in placed) for language in languages]
    text = " / ".join(said)
    return f'{text} "{note}"' if note else text


def _said(news: StockNews, language: str, placed: bool) -> str:
    place = news.places[language == "es"] if placed else ""
    severity = SEVERITIES.get(news.severity).text(language).upper()
    heads = HEADS[language]
    head = heads.get((news.said, news.people), heads[news.said]).format(
        severity=severity,
        what=_what(news, language),
        place=f", {place}" if place else "",
        people=news.people,
        ago=_ago(news, language),
    )
    return (DRILL[language] if news.drill else "") + head


def _ago(news: StockNews, language: str) -> str:
    """How old it is; nothing of what is new."""
    if news.age_s < OLD_S or news.said not in _AGO:
        return ""
    hours = int(news.age_s + HOUR_S / 2) // int(HOUR_S)
    age = f"{hours} h" if news.age_s >= HOUR_S else f"{int(news.age_s) // 300 * 5} min"
    return _AGO[news.said][language].format(age=age)


def _what(news: StockNews, language: str) -> str:
    if news.code is None:
        return _TOLD_BEFORE[language].format(tag=news.tag[:ABOUT_DIGITS])
    if news.said in _STAND_DOWNS:
        return STAND_DOWN_REASONS.get(news.code).text(language)
    kind = KINDS.get(news.code).text(language)
    return f"{kind} ({news.count})" if news.count else kind


@dataclass(frozen=True, slots=True)
class PinText:
    """Name and description of a waypoint."""

    name: str
    description: str


def pin_text(news: StockNews, languages: tuple[str, ...]) -> PinText:
    """What stands at the pin; the first language in its name, all in its description."""
    first = languages[0]
    mark = DRILL[first].partition(",")[0] + " " if news.drill else ""
    described = "; ".join(
        f"{_what(news, one)}, {SEVERITIES.get(news.severity).text(one)}" for one in languages
    )
    return PinText(
        cut_bytes(mark + _what(news, first), PIN_NAME_MAX),
        cut_bytes(f"{mark}#{news.tag} {described}", PIN_TEXT_MAX),
    )


def cut_bytes(text: str, limit: int) -> str:
    """As much of the beginning as fits in so many bytes of UTF-8, whole characters."""
    return text.encode()[:limit].decode(errors="ignore")
