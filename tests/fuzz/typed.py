"""Targets for what people type or read aloud, and for received text that is going to be shown."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from fuzz.target import JSON_WORDS, Check, Target, demand, refusing
from meshdefense.air.scenario import ScenarioError, parse_scenario
from meshdefense.cli.moments import moment
from meshdefense.cli.packet import UsageError, parse_hex
from meshdefense.cli.passphrases import CliError
from meshdefense.radio.addresses import AddressError, parse_address
from meshdefense.safe_text import MAX_TEXT, clean, clean_lines, clean_row
from meshdefense.storage.errors import RecoveryCodeError
from meshdefense.storage.recovery_code import CODE_BYTES, parse_code, spelled
from meshdefense_protocol.errors import ValueRangeError
from meshdefense_protocol.members import parse_roles
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.policy import policy_named
from meshdefense_protocol.spoken import COUNT_MAX, LANGUAGES, heard, spoken_words
from meshdefense_protocol.words import KINDS, SEVERITIES, VERDICTS, UnknownWordError
from support.network import NOW, Network
from support.small_scenario import document
from support.vectors import load

__all__ = ["TARGETS"]

HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that must never reach a screen."""


def _text(raw: bytes) -> str:
    """As a terminal or a JSON file gives it: also half surrogates."""
    return raw.decode(errors="surrogateescape")


def spoken_seeds() -> list[bytes]:
    """Words of both languages, whole, cut short and misspelt."""
    lines = [" ".join(case[name]) for case in load("spoken")["cases"] for name in ("en", "es")]
    return [*(line.encode() for line in lines), lines[0][:11].upper().encode(), b"zzzzz qqq"]


def make_spoken() -> Check:
    """Words somebody reads aloud: the bytes they say are said by the same words again."""

    def check(raw: bytes) -> None:
        words = _text(raw).split()[:COUNT_MAX]
        for language, known in LANGUAGES.items():
            said = refusing(partial(heard, language=language), words, UnknownWordError)
            if said is not None:
                demand(len(said) == len(words), "a word says more than a byte, or none")
                again = [known[byte] for byte in said]
                demand(heard(again, language) == said, "words are heard as others")
            own = spoken_words(raw, language, COUNT_MAX)
            demand(spoken_words(raw, language, 4) == own[:4], "fewer words are not the first ones")
            demand(
                [known[byte] for byte in heard(own, language)] == [*own], "own words are not heard"
            )

    return check


def _round_trip_code(text: str) -> None:
    code = parse_code(text)
    demand(parse_code(" ".join(spelled(code))) == code, "a recovery code is spelled as another")


def _round_trip_address(text: str) -> None:
    address = parse_address(text)
    demand(parse_address(str(address)) == address, "an address is written as another one")


def _round_trip_id(text: str) -> None:
    item_id = ItemId.parse(text)
    demand(ItemId.parse(str(item_id)) == item_id, "an id is written as another one")


def _find_member(text: str) -> None:
    Network(3).roster.find(text)


PARSERS: Final[tuple[tuple[Callable[[str], Any], tuple[type[Exception], ...]], ...]] = (
    (_round_trip_address, (AddressError,)),
    (_round_trip_code, (RecoveryCodeError,)),
    (_round_trip_id, (ValueRangeError,)),
    (parse_hex, (UsageError,)),
    (lambda text: moment(text, NOW), (CliError,)),
    (policy_named, (ValueRangeError,)),
    (lambda text: parse_roles(text.split(",")), (ValueRangeError,)),
    (KINDS.find, (UnknownWordError,)),
    (SEVERITIES.find, (UnknownWordError,)),
    (VERDICTS.find, (UnknownWordError,)),
    (_find_member, ()),
)
"""Each takes an argument of a command, and the errors that a person is shown."""


def typed_seeds() -> list[bytes]:
    """A parser's place in PARSERS, then what is typed."""
    code = " ".join(spelled(bytes(range(CODE_BYTES))))
    texts = ("serial:/dev/ttyUSB0", "tcp:[fe80::1]:4403", code, "3.0.17", "3.32.0", "9.1.2p",
             "94:c3 00 0x10", "90m", "2025-05-01T14:30+02:00", "verdicts-high", "patrol,verifier",
             "fire", "alta", "3", "ada")  # fmt: skip
    digits = "9" * 4400  # Python refuses to read so many with an error of its own
    typed = (*texts, digits, f"{digits}.0.0", f"{digits}h", f"tcp:host:{digits}")
    return [bytes((at,)) + text.encode() for at in range(len(PARSERS)) for text in typed]


def make_typed() -> Check:
    """An argument is read, or refused in words."""

    def check(raw: bytes) -> None:
        if raw:
            parse, refusals = PARSERS[raw[0] % len(PARSERS)]
            try:
                parse(_text(raw[1:]))
            except refusals as error:
                demand(str(error), "refused without a word")

    return check


def shown_seeds() -> list[bytes]:
    """Texts that want to do something to a terminal, and honest ones."""
    texts = (
        "two left", "\x1b[2J\x9b31m", "a\u202eb\u200b", "e" + "\u0301" * 9, "क्षि", "👍🏽🇩🇪",
        "a\nb\tc\u2028d", "\u3164\u034f\ufe0f", "שלום", '{"a":["\\u001b",{"\\u202e":"x"}]}',
    )  # fmt: skip
    return [text.encode() for text in texts]


def make_shown() -> Check:
    """Cleaned text holds nothing that hides or steers, and cleaning it again changes nothing."""

    def check(raw: bytes) -> None:
        text = _text(raw)
        for found in (clean(text), clean(text, 20), *clean_lines(text.splitlines())):
            demand(len(found) <= MAX_TEXT, "more text than is kept")
            demand(not any(unicodedata.category(c) in HIDDEN for c in found), "a hidden character")
            demand(clean(found) == found, "cleaned text is cleaned once more")
        try:
            value = json.loads(raw)
        except (ValueError, RecursionError):
            return
        row = json.dumps(clean_row(value), ensure_ascii=False)
        demand(
            not any(unicodedata.category(c) in HIDDEN for c in row), "a hidden character in a row"
        )

    return check


def scenario_seeds() -> list[bytes]:
    """A scenario with everything that one may hold, the least one, and some that are refused."""
    least = b'{"schema":1,"nodes":[{"id":"a","x":0,"y":0}],"duration_s":60}'
    odd = [least.replace(b"60", wrong) for wrong in (b"NaN", b"1e999", b"-1", b'"60"')]
    return [json.dumps(document()).encode(), least, *odd]


def make_scenarios() -> Check:
    """A scenario is refused in words, or an air can be made of it."""

    def check(raw: bytes) -> None:
        found = refusing(parse_scenario, raw.decode(errors="replace"), ScenarioError)
        if found is not None:
            numbers = [found.duration_s, found.duty_cycle, found.channel.tx_power_dbm]
            numbers += [value for one in found.stations for value in (one.x, one.y)]
            numbers += [one.at for one in found.traffic]
            demand(all(map(math.isfinite, numbers)), "a scenario with a number that is none")
            if len(found.stations) <= 16:
                found.world(1)

    return check


TARGETS: Final = (
    Target("spoken", make_spoken, spoken_seeds, 128),
    Target("typed", make_typed, typed_seeds, 4500),
    Target("shown", make_shown, shown_seeds, 512, JSON_WORDS),
    Target("scenarios", make_scenarios, scenario_seeds, 4000, JSON_WORDS),
)
