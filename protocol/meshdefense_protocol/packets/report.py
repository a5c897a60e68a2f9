"""Kind 1, report: something was seen. SALUTE in 8 bytes.

    place 40 | kind 5 | severity 2 | size 5 | activity 4 | unit class 3 | observed 3 | scope 2

Extensions: TEXT (note), COUNT, EQUIPMENT, PLACE, LIFETIME, ABOUT (adds to that report).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Final

from meshdefense_protocol.errors import DecodeError
from meshdefense_protocol.limits import LIFETIME_UNIT_S, NOTE_MAX
from meshdefense_protocol.packets.extension import (
    Extension,
    Extensions,
    read_lifetime,
    read_text,
)
from meshdefense_protocol.packets.reference import ItemId, read_refs
from meshdefense_protocol.place import (
    AbsolutePlace,
    Place,
    absolute_bytes,
    check_precision,
    place_bits,
    read_place,
)
from meshdefense_protocol.wire import Reader, pack_bits
from meshdefense_protocol.words import KINDS

__all__ = ["OBSERVED_AGO_S", "SIZE_RANGES", "Report", "observed_code", "size_code", "size_label"]

SIZE_RANGES: Final = {
    16: (16, 19), 17: (20, 29), 18: (30, 49), 19: (50, 99), 20: (100, 199), 21: (200, 499),
    22: (500, 999), 23: (1000, 65_535),
}  # fmt: skip
"""Size codes 1 to 15 are that many, 0 is unknown, 24 to 31 are for later versions."""
OBSERVED_AGO_S: Final = (0, 120, 300, 600, 1200, 2400, 5400)
"""Age of the observation at the item's time, by code; code 7 is unknown."""
UNKNOWN_AGE: Final = 7


def size_code(count: int | None) -> int:
    """The code of a number; 0 for None. ValueError outside 1 to 65,535."""
    if count is None:
        return 0
    if 1 <= count <= 15:
        return count
    for code, (low, high) in SIZE_RANGES.items():
        if low <= count <= high:
            return code
    raise ValueError(f"a count of {count} is outside 1 to 65535")


def size_label(code: int) -> str:
    """A size code for people: "3", "20-29", "1000+", empty when unknown."""
    if code == 0:
        return ""
    if code <= 15:
        return str(code)
    if code not in SIZE_RANGES:
        return "?"
    low, high = SIZE_RANGES[code]
    return f"{low}+" if code == 23 else f"{low}-{high}"


def observed_code(ago_s: float | None) -> int:
    """The nearest code for an age in seconds."""
    if ago_s is None:
        return UNKNOWN_AGE
    return min(range(len(OBSERVED_AGO_S)), key=lambda code: abs(OBSERVED_AGO_S[code] - ago_s))


@dataclass(frozen=True, slots=True)
class Report:
    """What was seen, where, how many, how bad. Never who."""

    KIND: ClassVar[int] = 1
    SIZE: ClassVar[int] = 8
    FINEST: ClassVar[int] = 2

    place: Place | None
    kind: int
    severity: int = 1
    size: int = 0
    """Size code, see SIZE_RANGES."""
    activity: int = 0
    unit: int = 0
    observed: int = 0
    """Code of OBSERVED_AGO_S."""
    scope: int = 0
    note: str = ""
    count: int | None = None
    """Exact number, only where the size code is a range."""
    equipment: frozenset[int] = frozenset()
    lifetime_s: int | None = None
    about: ItemId | None = None
    """The report that this one adds to: the same thing, seen again or by somebody else."""
    extra: Extensions = field(default_factory=dict)

    @property
    def default_lifetime_s(self) -> int:
        """What the kind of report says, in seconds."""
        return (KINDS.get(self.kind).minutes or 60) * 60

    @property
    def exact_count(self) -> int | None:
        """How many, where the report says it exactly."""
        if self.count is not None:
            return self.count
        return self.size if 1 <= self.size <= 15 else None

    def fixed(self) -> bytes:
        """The fixed part."""
        bits = pack_bits(
            (place_bits(self.place), 40), (self.kind, 5), (self.severity, 2), (self.size, 5),
            (self.activity, 4), (self.unit, 3), (self.observed, 3), (self.scope, 2),
        )  # fmt: skip
        return bits.to_bytes(self.SIZE, "big")

    def extensions(self) -> Extensions:
        """What does not fit the fixed part."""
        found = dict(self.extra)
        if self.note:
            found[Extension.TEXT] = self.note.encode()
        if self.count is not None:
            found[Extension.COUNT] = self.count.to_bytes(2, "big")
        if self.equipment:
            found[Extension.EQUIPMENT] = sum(1 << code for code in self.equipment).to_bytes(
                2, "big"
            )
        if isinstance(self.place, AbsolutePlace):
            found[Extension.PLACE] = absolute_bytes(self.place)
        if self.lifetime_s is not None:
            found[Extension.LIFETIME] = bytes((self.lifetime_s // LIFETIME_UNIT_S,))
        if self.about is not None:
            found[Extension.ABOUT] = self.about.ref_bytes()
        return found

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> Report:
        """Read the fixed part and take the known extensions out of `extensions`."""
        bits = reader.uint(cls.SIZE)
        place = read_place(bits >> 24, extensions.pop(Extension.PLACE, None))
        check_precision(place, cls.FINEST)
        size = bits >> 12 & 31
        return cls(
            place,
            bits >> 19 & 31,
            bits >> 17 & 3,
            size,
            bits >> 8 & 15,
            bits >> 5 & 7,
            bits >> 2 & 7,
            bits & 3,
            read_text(extensions.pop(Extension.TEXT, None), NOTE_MAX),
            _read_count(extensions.pop(Extension.COUNT, None), size),
            _read_equipment(extensions.pop(Extension.EQUIPMENT, None)),
            read_lifetime(extensions.pop(Extension.LIFETIME, None)),
            _read_about(extensions.pop(Extension.ABOUT, None)),
            extensions,
        )


def _read_count(raw: bytes | None, size: int) -> int | None:
    if raw is None:
        return None
    low, high = SIZE_RANGES.get(size, (1, 0))
    count = int.from_bytes(raw, "big")
    if len(raw) != 2 or not low <= count <= high:
        raise DecodeError("an exact count that the size code does not allow")
    return count


def _read_equipment(raw: bytes | None) -> frozenset[int]:
    if raw is None:
        return frozenset()
    bits = int.from_bytes(raw, "big")
    if len(raw) != 2 or not bits:
        raise DecodeError("an equipment list that is empty or has the wrong size")
    return frozenset(code for code in range(16) if bits >> code & 1)


def _read_about(raw: bytes | None) -> ItemId | None:
    refs = read_refs(raw)
    if len(refs) > 1:
        raise DecodeError("a report that adds to more than one other")
    return refs[0] if refs else None
