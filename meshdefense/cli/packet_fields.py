"""Bit fields with their meaning for people: what kinds share, headers, control frames.

One table for each part, in wire order; the tests hold it against the codecs. The bodies are in
`body_fields`. Pure. Source: docs/protocol.md, "Item", "Extensions", "Digest" and "Re-key".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from meshdefense_protocol.charter import Charter
from meshdefense_protocol.digest import STAMP_UNIT_S
from meshdefense_protocol.items import stream_of
from meshdefense_protocol.limits import LIFETIME_UNIT_S, TIME_UNIT_S
from meshdefense_protocol.packets import BODIES
from meshdefense_protocol.packets.decisions import DIGEST_SIZE
from meshdefense_protocol.packets.extension import Extension
from meshdefense_protocol.packets.notice import LANGUAGES
from meshdefense_protocol.packets.reference import Stream
from meshdefense_protocol.place import ABSOLUTE, PRECISIONS_M, GridPlace
from meshdefense_protocol.roster import Roster
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.words import EQUIPMENT, WordList

__all__ = [
    "DIGEST_FIELDS",
    "FRAGMENT_FIELDS",
    "HEADER_FIELDS",
    "LANGUAGE_FIELD",
    "PLACE_FIELDS",
    "REF_FIELDS",
    "REKEY_PART_FIELDS",
    "REQUEST_FIELDS",
    "VECTOR_FIELDS",
    "BitField",
    "Context",
    "Values",
    "extension_meaning",
    "kind_name",
    "member_name",
    "place_text",
    "printable",
    "time_text",
    "word_field",
    "yes_field",
    "zero_field",
]

HALF: Final = 1 << 17


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the bytes."""

    charter: Charter | None = None
    roster: Roster | None = None


Values = Mapping[str, int]
"""The fields of the same part by name."""
Meaning = Callable[[Values, Context], str]


@dataclass(frozen=True, slots=True)
class BitField:
    """One field: its name, its width in bits, and what its value says."""

    name: str
    bits: int
    meaning: Meaning


def printable(text: str) -> str:
    """Text of a stranger, safe for a terminal: what cannot be printed is escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def kind_name(kind: int) -> str:
    """The name of a kind of item."""
    body = BODIES.get(kind)
    return "newer than this version" if body is None else body.__name__.lower()


def member_name(number: int, context: Context) -> str:
    """Who a member number is, where a roster tells it."""
    if context.roster is None:
        return f"member {number}"
    member = context.roster.get(number)
    return f"member {number}, not in the roster" if member is None else member.name


def time_text(seconds: float) -> str:
    """A time for people, UTC; seconds since 1970 where a calendar does not reach."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return f"{seconds:.0f} s since 1970"


def place_text(place: GridPlace, context: Context) -> str:
    """A cell, in degrees where the charter's origin is known."""
    cell = f"cell of {PRECISIONS_M[place.precision]} m"
    if context.charter is None:
        return cell
    lat, lon = context.charter.grid.degrees(place)
    return f"{cell} around {lat:.5f}, {lon:.5f}"


def word_field(name: str, words: WordList) -> BitField:
    """A code of a closed list."""
    return BitField(name, words.bits, lambda values, _: words.get(values[name]).en)


def zero_field(bits: int) -> BitField:
    """Bits that have no meaning yet."""
    return BitField("zero", bits, lambda values, _: "spare" if not values["zero"] else "must be 0")


def _axis(name: str, direction: str) -> BitField:
    def meaning(values: Values, context: Context) -> str:
        if values["precision"] in (0, ABSOLUTE):
            return "no grid place" if not values[name] else "must be 0"
        unit = "units" if context.charter is None else f"times {context.charter.unit_m} m"
        return f"{values[name] - HALF:+d} {unit} {direction} of the origin"

    return BitField(name, 18, meaning)


def _precision(values: Values, context: Context) -> str:
    code = values["precision"]
    if code == 0:
        return "no place"
    if code == ABSOLUTE:
        return "absolute, see the extension"
    if code not in PRECISIONS_M:
        return "not a precision"
    return place_text(GridPlace(values["x"] - HALF, values["y"] - HALF, code), context)


def _sequence(name: str = "sequence") -> BitField:
    def meaning(values: Values, _: Context) -> str:
        text = f"{values['author']}.{values['incarnation']}.{values['sequence']}"
        positions = "kind" in values and stream_of(values["kind"]) is Stream.POSITION
        return f"item {text}" + ("p, of the positions" if positions else "")

    return BitField(name, 18, meaning)


def _time(values: Values, context: Context) -> str:
    seconds = values["time"] * TIME_UNIT_S
    if context.charter is None:
        return f"{seconds} s after the charter's date"
    return "claimed: " + time_text(context.charter.date + seconds)


def _asked(member: int, context: Context) -> str:
    return f"{member_name(member, context)} first" if member else "anybody"


def _held(mask: int) -> str:
    """The fragments of a bitmap, counted from 0."""
    held = ", ".join(str(index) for index in range(16) if mask >> index & 1)
    return f"has {held}" if held else "has none"


def _holds(key_class: KeyClass) -> BitField:
    name = key_class.name.lower()
    return BitField(name, 1, lambda values, _: "a hash follows" if values[name] else "empty")


def yes_field(name: str) -> BitField:
    """A flag."""
    return BitField(name, 1, lambda values, _: "yes" if values[name] else "no")


_AUTHOR = BitField("author", 16, lambda values, context: member_name(values["author"], context))
_INCARNATION = BitField("incarnation", 6, lambda values, _: "")
PLACE_FIELDS: Final = (
    _axis("x", "east"), _axis("y", "north"), BitField("precision", 4, _precision)
)  # fmt: skip
"""The 5 bytes of a place."""
REF_FIELDS: Final = (_AUTHOR, _INCARNATION, _sequence())
"""The 5 bytes of a reference."""
LANGUAGE_FIELD: Final = BitField(
    "language", 3, lambda values, _: LANGUAGES.get(values["language"]) or "not said"
)
"""Language of a text."""
_SENDER = BitField(
    "sender", 16, lambda values, context: member_name(values["sender"], context) + ", unsigned"
)
_STAMP = BitField(
    "stamp", 16, lambda values, _: f"sender's clock, units of {STAMP_UNIT_S} s, low 16 bits"
)

HEADER_FIELDS: Final = (
    BitField("kind", 6, lambda values, _: kind_name(values["kind"])),
    yes_field("drill"),
    yes_field("extended"),
    _AUTHOR,
    _INCARNATION,
    _sequence(),
    BitField("time", 24, _time),
)
"""The 9 bytes in front of every body."""

DIGEST_FIELDS: Final = (
    _SENDER,
    _STAMP,
    zero_field(2),
    BitField("vector", 1, lambda values, _: "at the end" if values["vector"] else "none"),
    BitField("holders", 1, lambda values, _: "after the hashes" if values["holders"] else "none"),
    *(_holds(key_class) for key_class in reversed(KeyClass)),
)
"""The 5 bytes in front of every digest's hashes."""
VECTOR_FIELDS: Final = (
    BitField("asks", 16, lambda values, context: _asked(values["asks"], context)),
    BitField("first author", 16, lambda values, _: "it speaks of the authors from this one"),
    BitField("last author", 16, lambda values, _: "to this one"),
)
"""The 6 bytes in front of a vector's entries."""
REQUEST_FIELDS: Final = (
    BitField("what", 8, lambda values, _: "fragments" if values["what"] == 1 else "not known"),
    _SENDER,
    _STAMP,
    *REF_FIELDS,
    BitField("held", 16, lambda values, _: _held(values["held"])),
)
"""All of a request."""
FRAGMENT_FIELDS: Final = (
    *REF_FIELDS,
    BitField("index", 8, lambda values, _: f"fragment {values['index'] + 1} of the text"),
)
"""The 6 bytes in front of a fragment's data."""

REKEY_PART_FIELDS: Final = (
    BitField("epoch", 16, lambda values, _: "the new one"),
    BitField("index", 8, lambda values, _: f"part {values['index'] + 1}"),
    BitField("count", 8, lambda values, _: f"of {values['count']}"),
    BitField("content", 32, lambda values, _: "first bytes of the hash of all parts"),
)
"""The 8 bytes in front of a part's data."""


def extension_meaning(kind: int, content: bytes, context: Context) -> str:
    """What an extension's content says; its size where this version does not know the type."""
    number = int.from_bytes(content, "big")
    if kind == Extension.TEXT:
        return '"' + printable(content.decode("utf-8", "backslashreplace")) + '"'
    if kind == Extension.COUNT:
        return f"exactly {number}"
    if kind == Extension.EQUIPMENT:
        return ", ".join(EQUIPMENT.get(n).en for n in range(16) if number >> n & 1)
    if kind == Extension.PLACE and len(content) == 7:
        lat, lon = (number >> 30) - (1 << 25), (number >> 4 & (1 << 26) - 1) - (1 << 25)
        cell = PRECISIONS_M.get(number & 15)
        return f"cell of {cell} m around {lat / 1e5:.5f}, {lon / 1e5:.5f}"
    if kind == Extension.LIFETIME:
        return f"{number * LIFETIME_UNIT_S // 60} minutes"
    if kind in (Extension.MORE_REFS, Extension.ABOUT):
        refs = [int.from_bytes(content[at : at + 5], "big") for at in range(0, len(content), 5)]
        return ", ".join(f"{r >> 24}.{r >> 18 & 63}.{r & 0x3FFFF}" for r in refs)
    if kind == Extension.MORE_DIGESTS:
        return f"{len(content) // DIGEST_SIZE} more of them"
    return "newer than this version"
